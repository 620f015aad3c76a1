"""Names as they stand in personal columns, and what is nobody's name."""

from __future__ import annotations

import pytest

from flows.configuration import load_configuration
from tests.pipeline import ROOT
from transforms import personal, sheets
from transforms.tables import RawSheet, RawWorkbook

CONTRACTS = load_configuration(ROOT / "data", "350303").contracts_of("信访局")


def workbook(*names: str) -> RawWorkbook:
    contract = next(c for c in CONTRACTS if c.id == "petition_cases")
    headers = tuple(column.header for column in contract.columns)
    place = headers.index("信访人")
    rows = [tuple(name if n == place else None for n in range(len(headers))) for name in names]
    return RawWorkbook("xlsx", (RawSheet(contract.sheet, (headers, *rows)),))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("王某某", set()),
        ("林甲乙", {"林甲乙"}),
        ("林甲、陈丙丁等3人", {"林甲", "陈丙丁"}),
        ("欧阳甲乙（代）", {"欧阳甲乙"}),
        ("古丽·甲乙", {"古丽·甲乙"}),
        ("西洪村村民", set()),
        ("安置户代表", set()),
        ("林", set()),
        ("13900000000", set()),
        ("", set()),
    ],
)
def test_names_as_written(written: str, found: set[str]) -> None:
    places = sheets.assign(workbook(written, "郑戊己").sheets, CONTRACTS)
    assert personal.names(places, CONTRACTS) - {"郑戊己"} == found


def test_free_text_is_hidden_whole_and_names_nobody() -> None:
    from transforms import sheets

    raw = workbook("林甲乙")
    places = sheets.assign(raw.sheets, CONTRACTS)
    assert personal.hidden_texts(places, CONTRACTS) == {"林甲乙": "林××"}
