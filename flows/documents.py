"""Documents: what is made of a view, each read back before anyone gets it. All that takes a month's time is here, and
runs in another process as well: it needs no ledger and no store."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from flows.store import EDITIONS
from transforms.briefing import editions, pictures, web
from transforms.briefing.compose import with_attention
from transforms.briefing.fitting import fit
from transforms.briefing.proofs import refusals
from transforms.briefing.render import render
from transforms.briefing.view import View
from transforms.briefing.word.edition import docx
from transforms.districts import Audience
from transforms.figures import Figure

PDF, WORD, WEB = "briefing.pdf", "briefing.docx", "briefing.html"


_NOTHING: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class Documents:
    """Files by name. `reasons` why one may not be published, in Chinese, are empty when all may."""

    files: Mapping[str, bytes]
    reasons: tuple[str, ...] = ()


def load() -> None:
    """Import the libraries that `make` would import at its first document, and start the engine that draws charts."""
    for library in ("weasyprint", "fontTools.ttLib"):
        import_module(library)
    import_module("vl_convert").vegalite_to_svg({"data": {"values": []}, "mark": "bar"})


def make(
    view: View,
    figures: Mapping[str, Figure],
    fonts: Mapping[str, str | Path],
    names: Sequence[str] = (),
    attachments: Mapping[str, bytes] = _NOTHING,
) -> Documents:
    """Every document of one issue. `figures` are all of the month's; `names` must not be read in a document;
    `attachments` (file name → content) go into the leaders' PDF.

    Raises:
        EnvironmentFailure: a font or a library is missing.
    """
    with _no_collection():
        fitted, pdf, reasons = _printed(PDF, editions.leaders(view), fonts, attachments, figures, names)
        files = {PDF: pdf, WORD: _word(fitted, fonts), WEB: _web(fitted, fonts)}
    for name, other in editions.others(view):
        beside = edition(name, other, figures, fonts, names)
        files |= beside.files
        reasons += beside.reasons
    return Documents(files, tuple(reasons))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the search for unused cycles, which goes over a document's millions of objects again and again and finds
    none to free: a fifth of the time. What a document leaves is freed after it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


def edition(
    name: str,
    view: View,
    figures: Mapping[str, Figure],
    fonts: Mapping[str, str | Path],
    names: Collection[str] = (),
) -> Documents:
    """An edition beside the leaders': a PDF, and for the public a page for browsers. Arguments as for `make`."""
    with _no_collection():
        path = f"{EDITIONS}/{name}"
        hidden = {*names} | (view.enterprises if view.edition.audience is Audience.PUBLIC else frozenset())
        fitted, pdf, reasons = _printed(f"{path}.pdf", view, fonts, _NOTHING, figures, hidden)
        files = {f"{path}.pdf": pdf}
        if view.edition.audience is Audience.PUBLIC:
            files[f"{path}.html"] = _web(fitted, fonts)
        return Documents(files, tuple(reasons))


def _printed(
    path: str,
    view: View,
    fonts: Mapping[str, str | Path],
    attachments: Mapping[str, bytes],
    figures: Mapping[str, Figure],
    names: Collection[str],
) -> tuple[View, bytes, list[str]]:
    """The view as it is printed, its PDF, and why that may not be published.

    The line under page one's list counts what is on other pages, and is longer the later they are, which nobody knows
    before they are laid out: where it takes one more line than `fit` could see, the list gives up an item.
    """
    fitted = fit(view, fonts)
    pdf = render(fitted, fonts, attachments)
    found = refusals(pdf, fitted, figures, tuple(names))
    if len(fitted.attention) > 1 and any(one.rule == "PF09" for one in found):
        fitted = with_attention(fitted, len(fitted.attention) - 1)
        pdf = render(fitted, fonts, attachments)
        found = refusals(pdf, fitted, figures, tuple(names))
    return fitted, pdf, [f"{path} {one.rule} {one.message}" for one in found]


def _word(view: View, fonts: Mapping[str, str | Path]) -> bytes:
    """The issue as .docx, for offices that edit before they issue."""
    return docx(view, {chart.name: pictures.png(chart, Path(fonts["hei"])) for chart in view.charts})


def _web(view: View, fonts: Mapping[str, str | Path]) -> bytes:
    """The issue for a browser, one file."""
    return web.page(view, {chart.name: pictures.svg(chart, Path(fonts["hei"])) for chart in view.charts})
