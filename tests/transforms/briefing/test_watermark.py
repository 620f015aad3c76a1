"""The word across an unsigned issue: on every page, behind the text, and nothing that can be read or tagged."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from transforms.briefing import printing, watermark
from transforms.briefing.render import render
from transforms.briefing.view import Stage, View

GREY = rb"0?\.92\d* 0?\.92\d* 0?\.92\d* rg"


def greys(pdf: bytes) -> list[bool]:
    """For each page, whether the watermark's colour is filled in before the first text."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        found = []
        for page in document.pages:
            forms = page.get("/Resources", {}).get("/XObject", {})
            painted = {name for name in forms if re.search(GREY, bytes(forms[name].get_stream_buffer()))}
            before = page.Contents.get_stream_buffer().__bytes__().split(b"BT", 1)[0]
            drawn = re.search(GREY, before) or any(name.encode() + b" Do" in before for name in painted)
            found.append(bool(drawn))
        return found


@pytest.mark.parametrize(("provisional", "stage"), [(False, Stage.REVIEW), (True, Stage.PROVISIONAL)])
def test_the_word_is_that_of_the_stage(view: View, provisional: bool, stage: Stage) -> None:
    unsigned = replace(view, provisional=provisional)
    assert unsigned.stage is stage
    html = printing.html(unsigned)
    assert f'<p class="marks">{stage.value}</p>' in html
    assert f"briefing:{stage.name.lower()}.svg" in html


def test_every_page_of_a_draft_has_it_and_none_of_a_signed_issue(
    view: View, june_pdf: Path, fonts: dict[str, Path]
) -> None:
    drawn = greys(june_pdf.read_bytes())
    assert len(drawn) > 10 and all(drawn)
    signed = replace(view, signed=True)
    assert "briefing:review.svg" not in printing.html(signed) and 'class="marks"' not in printing.html(signed)
    assert not any(greys(render(signed, fonts)))


def test_it_is_outlines_of_every_word(fonts: dict[str, Path]) -> None:
    for word in watermark.WORDS.values():
        drawn = watermark.svg(word, fonts["hei"]).decode()
        assert drawn.count("<path") == len(word)
        assert "<text" not in drawn and word not in drawn
    with pytest.raises(KeyError):
        watermark.svg("\U0001f600", fonts["hei"])
