"""Forms: one workbook a department, made from its contracts, that is hard to fill in wrongly and that intake reads back
without a finding."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence

import pandas as pd
import xlsxwriter

from transforms.contracts import Contract, template_version
from transforms.districts import District
from transforms.forms.entry import Lists
from transforms.forms.instructions import write_instructions
from transforms.forms.prefill import rows
from transforms.forms.sheet import write_sheet
from transforms.forms.styles import FONT, Styles
from transforms.period import Period

__all__ = ["form"]


def form(
    contracts: Sequence[Contract], district: District, period: Period, previous: Mapping[str, pd.DataFrame]
) -> bytes:
    """The workbook (.xlsx) that one department fills in for `period`; `contracts` are that department's, in the order
    of the sheets.

    `previous` gives last month's accepted rows by dataset, typed as in `Table.frame`; only registers take them, events
    begin empty. Equal arguments give equal bytes.

    Raises:
        ValueError: no contract, or contracts of more than one department.
    """
    if len(departments := {contract.department for contract in contracts}) != 1:
        raise ValueError(f"a form is for one department, not for {sorted(departments)}")
    version = template_version(contracts)
    sink = io.BytesIO()
    options = {"in_memory": True, "default_format_properties": {"font_name": FONT, "font_size": 11}}
    with xlsxwriter.Workbook(sink, options) as book:
        _describe(book, contracts, district, period, version)
        styles, lists = Styles(book), Lists(book)
        carried = {contract.id: list(rows(contract, previous.get(contract.id))) for contract in contracts}
        prefilled = frozenset(dataset for dataset, cells in carried.items() if cells)
        write_instructions(book.add_worksheet("填报说明"), styles, contracts, district, period, prefilled)
        for contract in contracts:
            worksheet = book.add_worksheet(contract.sheet)
            write_sheet(worksheet, styles, lists, contract, district, period, carried[contract.id], version)
        lists.write()
    return sink.getvalue()


def _describe(
    book: xlsxwriter.Workbook, contracts: Sequence[Contract], district: District, period: Period, version: str
) -> None:
    department = contracts[0].department
    book.set_properties(
        {
            "title": f"{district.name}{department}{period.chinese}报表",
            "author": district.masthead.office,
            # The writer would take the clock, and equal inputs would not give equal bytes.
            "created": dt.datetime.combine(period.first_day, dt.time()),
        }
    )
    for name, value in (
        ("sancuDistrict", district.code),
        ("sancuDepartment", department),
        ("sancuPeriod", str(period)),
        ("sancuTemplate", version),
    ):
        book.set_custom_property(name, value, "text")
