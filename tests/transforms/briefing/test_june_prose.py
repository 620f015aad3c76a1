"""June's prose, word for word. The golden file is reviewed like code."""

from __future__ import annotations

import re

from tests.transforms.briefing.sample_figures import ROOT
from transforms.briefing import printing
from transforms.briefing.view import View


def test_june_reads_as_agreed(view: View) -> None:
    paragraphs = re.findall(r"<h2[^>]*>(.*?)</h2>|<p>(.*?)</p>", printing.html(view), re.DOTALL)
    text = "\n".join(re.sub(r"<[^>]+>", "", heading or paragraph) for heading, paragraph in paragraphs) + "\n"
    assert text == (ROOT / "tests/golden/june_prose.txt").read_text(encoding="utf-8")
