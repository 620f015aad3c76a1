"""What the documents say is there."""

import re

import pytest
from typer.main import get_command

from flows.cli import app
from flows.settings import MailSettings, ReaderLimits, Retention, Settings, unknown_variables
from tests.pipeline import ROOT
from transforms.districts import Thresholds

READMES = ("README.md", "README.zh-CN.md")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", READMES)
def test_every_command_and_target_is_named(readme: str) -> None:
    text = text_of(readme)
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert [name for name in commands if f"sancu {name}" not in text] == []
    targets = re.findall(r"^([a-z]+):.*##", text_of("Makefile"), re.M)
    assert [target for target in targets if target not in text] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_target_that_is_named_exists(readme: str) -> None:
    text = text_of(readme)
    named = set(re.findall(r"^ {4}make ([a-z]+)", text, re.M)) | set(re.findall(r"`make ([a-z]+)`", text))
    assert {"briefing", "test"} <= named
    assert named <= set(re.findall(r"^([a-z]+):.*##", text_of("Makefile"), re.M))


@pytest.mark.parametrize("readme", READMES)
def test_every_option_that_is_named_exists(readme: str) -> None:
    commands = get_command(app).commands.values()  # type: ignore[attr-defined]
    known = {name for command in commands for option in command.params for name in option.opts} | {"--help"}
    assert set(re.findall(r"--[a-z][a-z-]+", text_of(readme))) <= known


def test_every_command_and_option_has_help() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    assert [name for name, command in commands.items() if not command.help] == []
    told = {f"{n} {o.name}": getattr(o, "help", None) for n, c in commands.items() for o in c.params}
    assert [name for name, text in told.items() if not text] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_link_leads_somewhere(readme: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text_of(readme))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_setting_is_documented() -> None:
    text = text_of("docs/settings.md")
    names = [f"SANCU_{name.upper()}" for name in Settings.model_fields if name not in ("reader", "mail", "retention")]
    names += [f"SANCU_MAIL__{name.upper()}" for name in MailSettings.model_fields]
    names += [f"SANCU_RETENTION__{name.upper()}" for name in Retention.model_fields]
    names += [f"SANCU_READER__{name.upper()}" for name in ReaderLimits.model_fields]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_threshold_is_documented() -> None:
    text = text_of("docs/settings.md")
    assert [name for name in Thresholds.model_fields if f"`{name}`" not in text] == []


def test_every_line_of_what_is_read_names_tests_that_exist() -> None:
    rows = [line for line in text_of("docs/reading.md").splitlines() if line.startswith("| ") and "**" not in line]
    named = [re.findall(r"`(test_\w+)`", row.rpartition("|")[0].rpartition("|")[2]) for row in rows[1:]]
    assert all(named)
    tests = list((ROOT / "tests").rglob("test_*.py"))
    written = {name for path in tests for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)}
    assert {name for names in named for name in names} <= written | {path.stem for path in tests}


def test_every_variable_that_is_documented_is_known() -> None:
    """`sancu doctor` calls the others misspelt."""
    text = "".join(text_of(f"docs/{name}.md") for name in ("settings", "sources", "scheduling"))
    named = re.findall(r"`(SANCU_[A-Z_]*[A-Z])`", text)
    assert "SANCU_NOTIFY_WEBHOOK" in named
    assert unknown_variables(dict.fromkeys(named, "x")) == ()
