"""SFTP with host keys checked: a server that `known_hosts` does not list is refused, not learnt."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from flows.remotes.address import Address, Credentials
from transforms.errors import EnvironmentFailure

_DEFAULT_KNOWN_HOSTS = "~/.ssh/known_hosts"


class _Unknown(paramiko.MissingHostKeyPolicy):
    """Refuses, and says how the server can be entered."""

    def __init__(self, address: Address, known_hosts: Path) -> None:
        port = f"-p {address.port} " if address.port else ""
        self._command = f"ssh-keyscan {port}{address.host} >> {known_hosts}"

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        raise EnvironmentFailure(
            f"SFTP 服务器 {hostname} 的主机密钥不在已知名单里，没有连接。它的指纹是 {key.get_name()} {key.fingerprint}；"
            f"请与服务器管理员核对，一致后执行：{self._command}"
        )


class HostCheckedSFTP(SFTPFileSystem):
    """fsspec's SFTP, which by itself trusts any host key and waits for ever."""

    cachable = False
    protocol = "sftp"

    def __init__(self, address: Address, login: Credentials, timeout: float) -> None:
        self._address, self._login, self._timeout = address, login, timeout
        super().__init__(address.host)

    def _connect(self) -> None:
        login, timeout = self._login, self._timeout
        known_hosts = Path(login.known_hosts or _DEFAULT_KNOWN_HOSTS).expanduser()
        self.client = paramiko.SSHClient()
        _load_known_hosts(self.client, known_hosts, named=bool(login.known_hosts))
        self.client.set_missing_host_key_policy(_Unknown(self._address, known_hosts))
        if login.key_file:
            # the passphrase of a key must not reach the server as a password
            secret: dict[str, Any] = {"key_filename": _key_file(login.key_file), "passphrase": login.password or None}
        else:
            secret = {"password": login.password or None}
        try:
            self.client.connect(
                self.host,
                port=self._address.port or 22,
                username=login.user or None,
                timeout=timeout,
                banner_timeout=timeout,
                auth_timeout=timeout,
                channel_timeout=timeout,
                allow_agent=False,
                look_for_keys=not (login.password or login.key_file),
                **secret,
            )
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(timeout)
        except paramiko.BadHostKeyException as error:
            self.client.close()
            message = (
                f"SFTP 服务器 {self.host} 的主机密钥与 {known_hosts} 里记的不一样，可能有人冒充，没有连接。"
                f"现在的指纹是 {error.key.get_name()} {error.key.fingerprint}；"
                f"确认服务器换过密钥的，请删去旧的一行再加入新的。"
            )
            raise EnvironmentFailure(message) from None
        except BaseException:
            self.client.close()
            raise

    @staticmethod
    def _decode_stat(stat_: Any, parent_path: str | None = None) -> dict[str, Any]:
        decoded: dict[str, Any] = SFTPFileSystem._decode_stat(stat_, parent_path)
        if decoded["type"] == "file" and stat.S_IFMT(stat_.st_mode) not in (0, stat.S_IFREG):
            decoded["type"] = "other"  # a pipe would never end
        return decoded

    def end_connection(self) -> None:
        self.client.close()


def open_sftp(address: Address, login: Credentials, timeout: float) -> tuple[SFTPFileSystem, str]:
    """Connect; the path is the server's own, absolute."""
    return HostCheckedSFTP(address, login, timeout), address.path or "/"


def _load_known_hosts(client: paramiko.SSHClient, file: Path, named: bool) -> None:
    try:
        client.load_host_keys(str(file))
    except FileNotFoundError:
        if named:
            raise EnvironmentFailure(f"没有主机名单 {file}（由 SANCU_INBOX_KNOWN_HOSTS 指定）。") from None
    except (OSError, ValueError, paramiko.SSHException) as error:
        raise EnvironmentFailure(f"读不了主机名单 {file}（{type(error).__name__}）。") from None


def _key_file(name: str) -> str:
    file = Path(name).expanduser()
    if not file.is_file():
        raise EnvironmentFailure(f"没有密钥文件 {file}（由 SANCU_INBOX_KEY 指定）。")
    if file.stat().st_mode & 0o077:
        raise EnvironmentFailure(f"密钥文件 {file} 能被别的用户读写，没有使用。请运行：chmod 600 '{file}'")
    return str(file)
