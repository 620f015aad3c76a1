"""Why a folder on a server could not be read, in a sentence.

The libraries' own messages are not shown: they quote addresses, and nobody in an office can use them.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

_LOGIN = "账号或口令不对，登录被拒绝"
_SILENT = "服务器在规定时间内没有回答"
_REFUSED = "服务器没有开，或者拒绝连接"
_UNREACHABLE = "网络不通，到不了服务器"
_NAME = "找不到这个服务器名，请检查网址或本机的域名解析"
_DENIED = "没有读取权限"
_NO_CREDENTIALS = "没有给账号和口令，请设置 SANCU_INBOX_USER 和 SANCU_INBOX_PASSWORD"
_BROKEN = "连接中断，或者对方不是这种服务"

# by the name of the class, so that the libraries need not be imported
_BY_CLASS = {
    "AccessDenied": _DENIED,  # smbprotocol
    "AuthenticationException": _LOGIN,  # paramiko
    "BadNetworkName": "服务器上没有这个共享，请检查网址中的共享名",
    "ConnectTimeout": _SILENT,  # httpx
    "ConnectTimeoutError": _SILENT,  # botocore
    "ConnectionClosedError": _BROKEN,
    "FSTimeoutError": _SILENT,
    "ForbiddenOperation": _DENIED,  # webdav4
    "LogonFailure": _LOGIN,
    "NoAuthenticationMethodsAvailable": _NO_CREDENTIALS,
    "NoCredentialsError": _NO_CREDENTIALS,
    "NoValidConnectionsError": _REFUSED,
    "PartialCredentialsError": _NO_CREDENTIALS,
    "PasswordRequiredException": "密钥文件有口令，请设置 SANCU_INBOX_PASSWORD",
    "PoolTimeout": _SILENT,
    "ReadTimeout": _SILENT,
    "ReadTimeoutError": _SILENT,
    "RemoteProtocolError": _BROKEN,
    "SMBAuthenticationError": _LOGIN,
    "SMBConnectionClosed": _BROKEN,
    "SSLError": _BROKEN,
    "SSLCertVerificationError": "服务器的证书不受信任；单位自建的证书，请用 SSL_CERT_FILE 指定",
}
_BY_CODE = {
    "InvalidAccessKeyId": _LOGIN,
    "SignatureDoesNotMatch": _LOGIN,
    "AccessDenied": _DENIED,
    "403": "账号或口令不对，或没有读取权限",
    "NoSuchBucket": "没有这个存储桶",
}
_BY_STATUS = {401: _LOGIN, 403: _DENIED, 407: "代理服务器要求登录"}
_BY_ERRNO = {
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.ECONNREFUSED: _REFUSED,
    errno.EHOSTUNREACH: _UNREACHABLE,
    errno.ENETUNREACH: _UNREACHABLE,
    errno.ETIMEDOUT: _SILENT,
}
_LIBRARIES = {"aiohttp", "botocore", "httpcore", "httpx", "paramiko", "s3fs", "smbprotocol", "spnego", "webdav4"}


def reason(error: BaseException) -> str | None:
    """Why, without a final mark; None for an error that is not about a file or a network: a mistake of the program."""
    chain = list(_chain(error))
    for one in chain:
        if (known := _known(one)) is not None:
            return known
    for one in chain:
        if type(one).__module__.partition(".")[0] in _LIBRARIES or isinstance(one, EOFError):
            return f"{_BROKEN}（{type(one).__name__}）"
        if isinstance(one, OSError):
            # a library may have put an address into `str(error)`; `strerror` is the system's own
            return one.strerror if one.errno and one.strerror else f"{_BROKEN}（{type(one).__name__}）"
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__


def _known(error: BaseException) -> str | None:
    for base in type(error).__mro__:
        if base.__name__ in _BY_CLASS:
            return _BY_CLASS[base.__name__]
    return _answered(error) or _from_system(error)


def _answered(error: BaseException) -> str | None:
    """What the server said: a dictionary from botocore, a status from httpx and webdav4."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return _BY_CODE.get(str(response.get("Error", {}).get("Code", "")))
    status = getattr(response, "status_code", None)
    if isinstance(status, int):
        return _BY_STATUS.get(status, f"服务器出错（HTTP {status}）")
    return None


def _from_system(error: BaseException) -> str | None:
    if isinstance(error, socket.gaierror):
        return _NAME
    if isinstance(error, TimeoutError):
        return _SILENT
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return _BROKEN
    return _BY_ERRNO.get(error.errno or 0) if isinstance(error, OSError) else None
