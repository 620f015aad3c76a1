"""Fitted: page one holds as many red and yellow items as it has room for, by laying it out and looking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from transforms.briefing import printing
from transforms.briefing.compose import with_attention
from transforms.briefing.render import laid_out
from transforms.briefing.view import View

# No page one of 225 mm takes more rows than this; a longer trial would only cost time.
MOST = 40
FEWEST = 3  # items that a verdict may not push off page one: below, it goes to the head of the first section


def fit(view: View, fonts: Mapping[str, str | Path]) -> View:
    """`view` with the worst candidates on page one, as many as fit, at least one; the verdict above them where a long
    note leaves room.

    Page one is laid out with more items than it can hold and the line that sends the reader to the others; what then
    stands on its first sheet fits.

    Raises:
        EnvironmentFailure: a font or a library is missing.
    """
    if len(view.candidates) <= 1:
        return (
            _roomy(view)
            if not view.has_verdict or _all_fit(view, fonts)
            else _roomy(replace(view, verdict_first=False))
        )
    trial = with_attention(view, min(MOST, len(view.candidates) - 1))
    first = laid_out(printing.html(trial, trial=True), (), fonts).pages[0]
    number = sum(name.startswith("attention-") for name in first.anchors)
    if number == len(view.candidates) - 1 and _all_fit(view, fonts):
        number += 1
    if number < FEWEST and view.has_verdict and view.verdict_first:
        return fit(replace(view, verdict_first=False), fonts)
    return with_attention(view, max(1, number))


def _roomy(view: View) -> View:
    return with_attention(view, len(view.candidates))


def _all_fit(view: View, fonts: Mapping[str, str | Path]) -> bool:
    whole = with_attention(view, len(view.candidates))
    return len(laid_out(printing.html(whole, trial=True), (), fonts).pages) == 1
