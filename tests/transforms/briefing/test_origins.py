"""Blocks of laid-out pages by the element that they came from."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf

from tests.transforms.briefing.test_page import document
from transforms.briefing import printing
from transforms.briefing.origins import TAGS, Origin, origins
from transforms.briefing.render import laid_out
from transforms.briefing.tagging import _read
from transforms.briefing.view import View


def of(body: str, fonts: dict[str, Path]) -> list[Origin]:
    return list(origins(laid_out(document(body), (), fonts)))


def test_one_block_one_number(fonts: dict[str, Path]) -> None:
    found = of("<p>甲</p><table><tr><th>乙</th><td>丙</td></tr></table>", fonts)
    assert found == [
        Origin("P", 0, False),
        Origin("Table", 1, False),
        Origin("TBody", 2, False),
        Origin("TR", 3, False),
        Origin("TH", 4, False),
        Origin("TD", 5, False),
    ]


def test_parts_over_pages_share_a_number(fonts: dict[str, Path]) -> None:
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(60))
    found = of(f"<p>{'长' * 700}</p><table><thead><tr><th>甲</th></tr></thead><tbody>{rows}</tbody></table>", fonts)
    numbers = {tag: [origin.number for origin in found if origin.tag == tag] for tag in TAGS.values()}
    assert len(numbers["P"]) == 2
    assert len(set(numbers["P"])) == 1
    assert len(numbers["Table"]) == len(numbers["THead"]) == len(numbers["TH"]) > 1
    assert [len(set(numbers[tag])) for tag in ("Table", "THead", "TH", "TBody")] == [1, 1, 1, 1]
    assert len(set(numbers["TD"])) == len(numbers["TD"]) == 60


def test_a_table_that_lays_out_says_so_of_all_within(fonts: dict[str, Path]) -> None:
    cell = "<td>{}</td>"
    found = of(
        f'<table role="presentation"><tr>{cell.format("甲")}</tr></table><table><tr>{cell.format("乙")}</tr></table>',
        fonts,
    )
    assert [origin.layout for origin in found] == [True] * 4 + [False] * 4


def test_captions_lists_and_anonymous_boxes_keep_the_order(fonts: dict[str, Path]) -> None:
    body = "<div><p>甲<b>乙</b></p>字<p style='position:relative'>丙</p></div><table><caption>丁</caption><tr><td><p>戊</p>己</td></tr></table>"
    assert [origin.tag for origin in of(body, fonts)] == ["P", "P", "Table", "TBody", "TR", "TD", "P"]


def test_they_are_the_blocks_that_were_tagged(view: View, fonts: dict[str, Path]) -> None:
    laid = laid_out(printing.html(view), view.charts, fonts)
    written = laid.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=b"00")
    with pikepdf.open(io.BytesIO(written)) as pdf:
        tags = [node.tag for node in _read(pdf, ()).all() if node.tag in TAGS.values()]
    assert [origin.tag for origin in origins(laid)] == tags
    assert len(tags) > 1000
