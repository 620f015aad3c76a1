"""Files on a local disk that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import errno
import os
import secrets
import time
from pathlib import Path

from flows.processes import is_dead, signature
from transforms.errors import EnvironmentFailure

PART = ".part"
_ABANDONED_SECONDS = 3600
_REASONS = {
    errno.ENOSPC: "磁盘已满，请腾出空间后重新运行",
    errno.EDQUOT: "磁盘配额已用完，请腾出空间后重新运行",
    errno.EACCES: "没有写入权限，请改目录权限或换一个目录",
    errno.EPERM: "没有写入权限，请改目录权限或换一个目录",
    errno.EROFS: "磁盘是只读的，请换一个目录",
    errno.ENOTDIR: "路径中有一段是文件而不是目录",
    errno.EISDIR: "同名的目录已经存在",
    errno.EEXIST: "同名的文件已经存在，建不了目录",
    errno.ENAMETOOLONG: "路径太长",
    errno.EIO: "磁盘读写出错",
}


def failure(what: str, error: OSError) -> EnvironmentFailure:
    """`error` as a message for the person at the machine; `what` is the act and place, without punctuation."""
    return EnvironmentFailure(f"{what}：{_REASONS.get(error.errno or 0) or error.strerror or error}。")


def stage(folder: Path, data: bytes, mode: int = 0o666) -> Path:
    """Write `data` under a temporary name in `folder`, down to the disk; nothing is left behind on failure. Of `mode` the
    process's umask leaves what it leaves.

    Raises:
        OSError: disk full, no permission, …
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{signature()}.{secrets.token_hex(8)}{PART}"
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def write(path: Path, data: bytes, staging: Path | None = None, mode: int = 0o666) -> None:
    """Make `path` hold `data`: staged (in `staging`, on the same disk, or beside it), then renamed.

    Raises:
        OSError: `path` is as it was, and no temporary file is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = stage(staging or path.parent, data, mode)
    try:
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring renames in `folder` to the disk, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove temporary files that killed processes left in `folder`; another machine's after an hour."""
    if not folder.is_dir():
        return
    limit = time.time() - _ABANDONED_SECONDS
    for part in folder.glob(f".*{PART}"):
        try:
            if part.stat().st_mtime < limit or is_dead(part.name.split(".")[1]):
                part.unlink(missing_ok=True)
        except (OSError, ValueError):
            continue  # another process's, gone, or not ours: it harms nobody
