"""The login of Prefect's server: made once, for its owner alone, and refused when others could have read it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.server_login import FILE, server_login
from transforms.errors import EnvironmentFailure


def test_it_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        login = server_login(tmp_path / "新 home" / "prefect")
    finally:
        os.umask(before)
    file = tmp_path / "新 home" / "prefect" / FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert login == file.read_text().strip() and login.startswith("sancu:") and len(login) > 30
    assert server_login(file.parent) == login
    assert list(file.parent.iterdir()) == [file]
    assert server_login(tmp_path / "another") != login


def test_of_several_at_once_the_first_is_everybodys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(server_login, [tmp_path] * 32))) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o602, 0o666])
def test_one_that_others_could_read_is_refused(tmp_path: Path, mode: int) -> None:
    login = server_login(tmp_path)
    (tmp_path / FILE).chmod(mode)
    with pytest.raises(EnvironmentFailure, match="chmod 600") as refused:
        server_login(tmp_path)
    assert login.partition(":")[2] not in str(refused.value)


@pytest.mark.parametrize("text", ["", "\n", "no-colon", "office:密码", "a:b\nc:d"])
def test_what_cannot_be_a_login_is_refused(tmp_path: Path, text: str) -> None:
    """An empty one above all: with it Prefect would ask nobody."""
    (tmp_path / FILE).write_text(text)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(EnvironmentFailure, match="用户:口令") as refused:
        server_login(tmp_path)
    assert not text.strip() or text.strip() not in str(refused.value)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "prefect").write_text("a file")
    with pytest.raises(EnvironmentFailure, match="登录口令"):
        server_login(tmp_path / "prefect")
