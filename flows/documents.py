"""Documents: what is made of a view, each read back before anyone gets it. All that takes a month's time is here, and
runs in another process as well: it needs no ledger and no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from transforms.briefing import pictures, web
from transforms.briefing.fitting import fit
from transforms.briefing.proofs import refusals
from transforms.briefing.render import render
from transforms.briefing.view import View
from transforms.briefing.word.edition import docx
from transforms.figures import Figure

PDF, WORD, WEB = "briefing.pdf", "briefing.docx", "briefing.html"


_NOTHING: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class Documents:
    """Files by name. `reasons` why one may not be published, in Chinese, are empty when all may."""

    files: Mapping[str, bytes]
    reasons: tuple[str, ...] = ()


def make(
    view: View,
    figures: Mapping[str, Figure],
    fonts: Mapping[str, str | Path],
    names: Sequence[str] = (),
    attachments: Mapping[str, bytes] = _NOTHING,
) -> Documents:
    """Every document of one issue. `figures` are all of the month's; `names` must not be read in a document;
    `attachments` (file name → content) go into the PDF.

    Raises:
        EnvironmentFailure: a font or a library is missing.
    """
    fitted = fit(view, fonts)
    pdf = render(fitted, fonts, attachments)
    reasons = tuple(f"{PDF} {one.rule} {one.message}" for one in refusals(pdf, fitted, figures, names))
    return Documents({PDF: pdf, WORD: _word(fitted, fonts), WEB: _web(fitted, fonts)}, reasons)


def _word(view: View, fonts: Mapping[str, str | Path]) -> bytes:
    """The issue as .docx, for offices that edit before they issue."""
    return docx(view, {chart.name: pictures.png(chart, Path(fonts["hei"])) for chart in view.charts})


def _web(view: View, fonts: Mapping[str, str | Path]) -> bytes:
    """The issue for a browser, one file."""
    return web.page(view, {chart.name: pictures.svg(chart, Path(fonts["hei"])) for chart in view.charts})
