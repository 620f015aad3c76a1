"""How one logs in to Prefect's server that `sancu` starts: made once, kept in a file that its owner alone can read, handed
to processes in their environment; never printed, never on a command line.

Prefect 3.8.8 asks for it on every path of its API but `GET /api/health` and `GET /api/ready`, and on its web sockets. The
page itself is plain files; it asks for the whole string and keeps it in the browser.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from flows import atomic
from flows.settings import OTHERS
from transforms.errors import EnvironmentFailure

FILE = "login"  # in the server's folder
CLIENT = "PREFECT_API_AUTH_STRING"
SERVER = "PREFECT_SERVER_API_AUTH_STRING"


def server_login(folder: Path) -> str:
    """`user:password` of the server that keeps its things in `folder`, made when there is none.

    Raises:
        EnvironmentFailure: others can read or write the file, it cannot be read or made, or holds nothing of use.
    """
    file = folder / FILE
    try:
        if not file.exists():
            _make(file)
        with file.open("rb") as opened:
            exposed = os.fstat(opened.fileno()).st_mode & OTHERS
            login = opened.read().decode(errors="replace").strip()
    except OSError as error:
        raise atomic.failure(f"调度页面的登录口令 {file} 读不了", error) from error
    if exposed:
        raise EnvironmentFailure(f"{file} 里是调度页面的登录口令，却能被别的用户读写。请运行：chmod 600 '{file}'")
    if not (login.isascii() and login.isprintable() and ":" in login):
        raise EnvironmentFailure(f"{file} 里应是一行“用户:口令”，只用英文、数字和符号。删去这个文件，会另做一个。")
    return login


def _make(file: Path) -> None:
    """Whole at once, and the first of several processes wins."""
    part = atomic.stage(file.parent, f"sancu:{secrets.token_urlsafe(24)}\n".encode(), 0o600)
    try:
        with suppress(FileExistsError):
            os.link(part, file)
    finally:
        part.unlink(missing_ok=True)
    atomic.sync_folder(file.parent)
