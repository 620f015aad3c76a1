"""Every code that the issue prints is one of the catalogue's: a metric renamed or dropped breaks this, not a reader."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from tests.transforms.briefing.sample_figures import ROOT, district
from transforms.briefing import printing, selection, trends
from transforms.metrics import REGISTRY, registry_of

CATALOGUE = {metric.code for metric in registry_of(district())}
_FAMILIES = {code.partition(".")[0] for code in CATALOGUE}
_CODE = re.compile(rf"(?:{'|'.join(sorted(_FAMILIES))})(?:\.[a-z][a-z0-9_]*)+")
MODULES = sorted((ROOT / "transforms/briefing").rglob("*.py"))


def printed() -> dict[str, str]:
    """Every code → where it is named: templates, the lists of `selection`, and any module of the briefing."""
    codes = dict.fromkeys((*selection.all_codes(), *(code for code, _ in trends.PANELS)), "selection")
    for path in MODULES:
        codes |= dict.fromkeys(codes_in(path), path.name)
    return codes | printing.figure_codes()


def codes_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [text for text in texts if isinstance(text, str) and _CODE.fullmatch(text)]


PRINTED = printed()


def lacking(catalogue: Iterable[str]) -> dict[str, str]:
    known = set(catalogue)
    return {code: place for code, place in PRINTED.items() if code not in known}


def test_every_printed_code_is_in_the_catalogue() -> None:
    assert lacking(CATALOGUE) == {}


def test_templates_and_lists_name_a_good_part_of_the_catalogue() -> None:
    assert len(PRINTED) > 100


def test_a_renamed_metric_is_seen() -> None:
    assert [code for code in PRINTED if lacking(CATALOGUE - {code}) != {code: PRINTED[code]}] == []


def test_the_registry_has_no_code_twice() -> None:
    assert len({metric.code for metric in REGISTRY}) == len(REGISTRY)
