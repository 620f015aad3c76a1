"""Drawing: pages in fewer bytes, with the same marks on the paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pikepdf

DECIMALS = 2  # of a CSS pixel: 0.003 mm
_LONG = re.compile(rb"-?\d+\.\d{3,}")
_PLACES = re.compile(rb"(?m)^(?:-?[\d.]+ )+(?:m|l|c|re|Tm|w|RG|rg)$")
# A cell's rule, as WeasyPrint strokes it: state, from, to.
_RULE = re.compile(
    rb"/Artifact\nBMC\nq\nq\n((?:[^\n]+ gs\n)?[^\n]+ RG\n[^\n]+ w\n)([\d.]+) ([\d.]+) m\n([\d.]+) ([\d.]+) l\nS\nQ\nQ\nEMC\n"
)


def slim(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        stream = page.Contents
        stream.write(slimmed(bytes(stream.get_stream_buffer())))


def share(pdf: pikepdf.Pdf) -> None:
    """Forms that are drawn alike, such as the watermark of every page, as one."""
    seen: dict[tuple[bytes, ...], pikepdf.Object] = {}
    for page in pdf.pages:
        forms = page.resources.get("/XObject", pikepdf.Dictionary())
        for name, form in list(forms.items()):
            parts = (form.get(key, pikepdf.Array()) for key in ("/BBox", "/Resources", "/Group"))
            forms[name] = seen.setdefault(
                (bytes(form.get_stream_buffer()), *(part.unparse(resolved=True) for part in parts)), form
            )


def slimmed(content: bytes) -> bytes:
    """Places and colours rounded, and the rules of a row's cells, one after another, as one."""
    return b"".join(_joined(_PLACES.sub(lambda line: _LONG.sub(_rounded, line[0]), content)))


def _rounded(number: re.Match[bytes]) -> bytes:
    """A place to a hundredth; a colour or a thin rule to a thousandth."""
    value = float(number[0])
    return f"{round(value, DECIMALS if abs(value) >= 1 else DECIMALS + 1):.6g}".encode()


def _joined(content: bytes) -> Iterator[bytes]:
    done = 0
    rule: list[bytes] = []  # state, and where the rule that is being drawn begins and ends
    for found in _RULE.finditer(content):
        state, *ends = found.groups()
        if rule and found.start() == done and rule[0] == state and _goes_on(rule[1:], ends):
            rule[3:] = ends[2:]
        else:
            yield from _drawn(rule)
            yield content[done : found.start()]
            rule = [state, *ends]
        done = found.end()
    yield from _drawn(rule)
    yield content[done:]


def _goes_on(rule: list[bytes], ends: list[bytes]) -> bool:
    """Whether a straight, level or upright, rule is continued by another that begins where it ends."""
    straight = any(rule[axis] == rule[axis + 2] == ends[axis + 2] for axis in (0, 1))
    return straight and rule[2:] == ends[:2]


def _drawn(rule: list[bytes]) -> Iterator[bytes]:
    if rule:
        state, *ends = rule
        yield b"/Artifact BMC\nq\n%s%s %s m\n%s %s l\nS\nQ\nEMC\n" % (state, *ends)
