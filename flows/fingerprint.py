"""Fingerprint: one hash of everything that a briefing depends on. Same fingerprint, nothing to do."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transforms.period import Period
    from transforms.submissions import Submission

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("flows", "transforms")
_DEPENDENCIES = (
    "great-expectations",
    "jinja2",
    "pandas",
    "pyarrow",
    "pydyf",
    "python-calamine",
    "vl-convert-python",
    "weasyprint",
)
_FONTS = (".otf", ".ttf", ".ttc", ".otc")


def fingerprint(
    submissions: Iterable[Submission],
    *,
    period: Period,
    inputs: Mapping[str, str],
    as_known: dt.datetime | None = None,
) -> str:
    """SHA-256 (hex) of what goes into the briefing of `period`.

    Args:
        submissions: those in force; their order does not matter.
        inputs: what it depends on beside them, as `inputs` gives it; order does not matter.
        as_known: given when the briefing itself says as of when it was known.
    """
    known = as_known.astimezone(dt.UTC).isoformat() if as_known else None
    parts = {
        "submissions": sorted(
            [str(s.period), s.department, s.sha256, s.filename, s.received_at.astimezone(dt.UTC).isoformat()]
            for s in submissions
        ),
        "period": str(period),
        "inputs": dict(inputs),
        "as_known": known,
    }
    return hash_json(parts)


def inputs(texts: Mapping[str, str], templates: Mapping[str, str], code: str, fonts: str) -> dict[str, str]:
    """What a briefing depends on beside submissions, name → hash: tells later which of it has changed.

    Args:
        texts: contracts, district file and published figures, by file name.
        templates: likewise, with their style sheets.
        code: `code_version()`.
        fonts: `fonts_identity(folder)`.
    """
    return hashes(texts) | {"templates": hash_json(dict(templates)), "code": code, "fonts": fonts}


def current_inputs(texts: Mapping[str, str], fonts: Path) -> dict[str, str]:
    """`inputs` with the templates and the program that are here, and the fonts of this folder."""
    templates = texts_of(_ROOT / "report_templates", "*.j2", "*.css")
    return inputs(texts, templates, code_version(), fonts_identity(fonts))


def hashes(texts: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 (hex) of each text, by its name."""
    return {name: hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for name, text in texts.items()}


@functools.cache
def code_version() -> str:
    """Hash of this program: its source files and the versions of the packages that shape figures and pages."""
    sources = {
        str(path.relative_to(_ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for package in _PACKAGES
        for path in (_ROOT / package).rglob("*.py")
    }
    return hash_json({"sources": sources, "packages": package_versions()})


@functools.cache
def package_versions() -> Mapping[str, str]:
    """Versions of the packages that shape figures and pages; `-` for one that is not installed."""
    return {name: _version(name) for name in _DEPENDENCIES}


def fonts_identity(folder: Path) -> str:
    """Hash of the names and sizes of the fonts in `folder`; the same for an empty folder and a missing one."""
    fonts = sorted((path.name, path.stat().st_size) for path in folder.rglob("*") if path.suffix.lower() in _FONTS)
    return hash_json(fonts)


def texts_of(folder: Path, *patterns: str) -> dict[str, str]:
    """Text of the files in `folder` (and below) that match one of `patterns`, by path relative to it."""
    paths = {path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "-"


def hash_json(value: object) -> str:
    """SHA-256 (hex) of a value; the order of its keys does not matter."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
