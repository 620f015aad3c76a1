"""Who does a deed: the operating system's user, as the kernel knows it; no variable can say otherwise."""

from __future__ import annotations

import os
import pwd
import socket


def user() -> str:
    """The name of the effective user; its number where the machine knows no name."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def actor() -> str:
    """The user with the machine, since one name may be two people on two machines."""
    return f"{user()}@{socket.gethostname()}"
