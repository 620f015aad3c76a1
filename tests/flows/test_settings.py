"""Settings: where values come from, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import REPOSITORY, Settings, load_settings, unknown_variables
from flows.urls import without_credentials
from transforms.errors import ConfigurationError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder of its own, without any SANCU_ variable."""
    import os

    for name in [name for name in os.environ if name.startswith("SANCU_")]:
        monkeypatch.delenv(name)
    place = tmp_path / "三促 briefing"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def test_defaults(folder: Path) -> None:
    settings = load_settings()
    assert (settings.district, settings.inbox_url) == ("350303", None)
    assert settings.out == folder / "out"
    assert settings.store_url == f"file://{folder}/var/store"
    assert settings.database_url == f"sqlite:///{folder}/var/ledger.sqlite"
    assert settings.data == REPOSITORY / "data"
    assert settings.reader.wall_seconds > 0


def test_environment_wins_over_file_and_paths_count_from_the_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "etc" / "my.toml"
    file.parent.mkdir()
    file.write_text(
        'district = "350304"\nout = "报告"\ninbox = "收文"\nhome = "state"\n'
        "[reader]\nwall_seconds = 7\ncpu_seconds = 8\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("SANCU_CONFIG", str(file))
    monkeypatch.setenv("SANCU_HOME", "here")
    monkeypatch.setenv("SANCU_READER__CPU_SECONDS", "9")
    settings = load_settings()
    assert settings.district == "350304"
    assert settings.out == file.parent / "报告"
    assert settings.inbox_url == str(file.parent / "收文")
    assert settings.home == folder / "here"
    assert (settings.reader.wall_seconds, settings.reader.cpu_seconds) == (7, 9)


def test_a_file_with_a_password_is_for_its_owner_only(folder: Path) -> None:
    file = folder / "sancu.toml"
    file.write_text('district = "350303"\ndatabase = "postgresql+psycopg://office:hunter2@db/ledger"\n', "utf-8")
    for mode in (0o644, 0o640, 0o602):
        file.chmod(mode)
        with pytest.raises(ConfigurationError, match=r"sancu\.toml:2: .*chmod 600") as refused:
            load_settings()
        assert "hunter2" not in str(refused.value)
    file.chmod(0o600)
    assert load_settings().database_url.endswith("hunter2@db/ledger")
    file.write_text('# sftp://office:hunter2@host\ninbox = "sftp://office@host/收文"\n', "utf-8")
    file.chmod(0o644)
    assert load_settings().inbox_url == "sftp://office@host/收文"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('district = "350303"\n\ninbxo = "x"\n', "sancu.toml:3: inbxo：没有这一项，相近的有“inbox”"),
        ("[reader]\nwall_second = 3\n", "sancu.toml:2: reader.wall_second：没有这一项，相近的有“wall_seconds”"),
        ('district = "35"\n', "sancu.toml:1: district：值不对"),
        ("[reader]\nfile_mb = 0\n", "sancu.toml:2: reader.file_mb：值不对"),
        ("out = 'a'\nout\n", "sancu.toml:2: 不是合法的 TOML"),
    ],
)
def test_mistakes_name_file_and_line(folder: Path, text: str, message: str) -> None:
    (folder / "sancu.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(folder))


def test_mistake_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANCU_DISTRICT", "涵江")
    with pytest.raises(ConfigurationError, match="环境变量 SANCU_DISTRICT"):
        load_settings()


def test_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANCU_CONFIG", "nowhere.toml")
    with pytest.raises(ConfigurationError, match="没有这个文件"):
        load_settings()


def test_credentials_are_never_printed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANCU_DATABASE", "postgresql+psycopg://office:hunter2@db/ledger")
    monkeypatch.setenv("SANCU_STORE", "s3://key:hunter2@bucket/x")
    settings = load_settings()
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.database_url == "postgresql+psycopg://office:hunter2@db/ledger"
    (folder / "sancu.toml").write_text('inbox = ["sftp://office:hunter2@host"]\n', encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sftp://office:se@cret@host/收文", "sftp://***@host/收文"),
        ("https://host/a?token=abc&x=1", "https://host/a?token=***&x=***"),
        ("/srv/收文 2014", "/srv/收文 2014"),
        ("file:///srv/a@b", "file:///srv/a@b"),
    ],
)
def test_without_credentials(url: str, shown: str) -> None:
    assert without_credentials(url) == shown


def test_unknown_variables_are_reported() -> None:
    assert unknown_variables({"SANCU_INBXO": "x", "SANCU_OUT": "y", "SANCU_READER__FILE_MB": "1", "PATH": ""}) == (
        "SANCU_INBXO",
    )


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().district = "1"  # type: ignore[misc]
