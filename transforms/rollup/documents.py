"""The region's PDF, read back before anyone gets it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from transforms.briefing.proofs import numbers, placing, wording
from transforms.briefing.proofs.paper import read_back
from transforms.briefing.render import print_pdf
from transforms.rollup.briefing import RegionView, html


def region_pdf(
    view: RegionView, fonts: Mapping[str, str | Path], attachments: Mapping[str, bytes]
) -> tuple[bytes, tuple[str, ...]]:
    """The PDF/A-3a, and why it may not be published, in Chinese; no reason when it may.

    Raises:
        EnvironmentFailure: a font or a library is missing.
    """
    text = html(view)
    labels = {f"f-{code}": f"{figure.label}：指标解释与来源" for code, figure in view.figures.items()}
    pdf = print_pdf(text, (), fonts, view.fingerprint, labels, attachments)
    paper = read_back(pdf)
    found = [
        *placing.missing_glyphs(paper),
        *wording.lost_text(paper, text),
        *placing.outside_the_block(paper),
        *placing.overlapping(paper),
        *numbers.printed_figures(paper, numbers.Printable(view, view.figures), text),
        *wording.blank_cells(paper),
        *wording.empty_sections(paper),
    ]
    return pdf, tuple(f"{one.rule} {one.message}" for one in found)
