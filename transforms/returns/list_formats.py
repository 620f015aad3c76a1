"""The looks of the sheet 问题清单, appended to the workbook's styles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from transforms.findings import Severity
from transforms.returns import fills
from transforms.returns.styles import Styles

_HEADER_FILL = "rgb=FFD9E1F2"
_ANSWER_FILL = "rgb=FFFFFFE0"
_BLACK, _BLUE = "FF000000", "FF0563C1"


@dataclass(frozen=True)
class Formats:
    """Numbers of cell formats."""

    title: int
    note: int
    header: int
    text: int
    centred: int
    link: int
    answer: int  # the only one that the sheet's protection lets be changed
    severity: Mapping[Severity, int]


def formats(styles: Styles) -> Formats:
    maker = _Maker(styles)
    plain, link = maker.font(), maker.font(colour=_BLUE, underlined=True)
    bold = maker.font(bold=True)
    line = maker.border()
    return Formats(
        title=maker.format(maker.font(size=14, bold=True), 0, wrap=False),
        note=maker.format(maker.font(size=11), 0),
        header=maker.format(bold, line, fill=_HEADER_FILL, across="center"),
        text=maker.format(plain, line),
        centred=maker.format(plain, line, across="center"),
        link=maker.format(link, line, across="center"),
        answer=maker.format(plain, line, fill=_ANSWER_FILL, locked=False),
        severity={
            severity: maker.format(bold, line, fill=f"rgb={colour}", across="center")
            for severity, colour in fills.COLOURS.items()
        },
    )


class _Maker:
    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.p = styles.prefix

    def font(self, size: int = 10, colour: str = _BLACK, bold: bool = False, underlined: bool = False) -> int:
        p = self.p
        return self.styles.add(
            "fonts",
            f"<{p}font>{f'<{p}b/>' if bold else ''}{f'<{p}u/>' if underlined else ''}"
            f'<{p}sz val="{size}"/><{p}color rgb="{colour}"/><{p}name val="宋体"/><{p}charset val="134"/></{p}font>',
        )

    def border(self) -> int:
        p = self.p
        sides = "".join(
            f'<{p}{side} style="thin"><{p}color rgb="FFBFBFBF"/></{p}{side}>'
            for side in ("left", "right", "top", "bottom")
        )
        return self.styles.add("borders", f"<{p}border>{sides}<{p}diagonal/></{p}border>")

    def format(
        self, font: int, border: int, fill: str = "", across: str = "left", wrap: bool = True, locked: bool = True
    ) -> int:
        p = self.p
        protection = "" if locked else f'<{p}protection locked="0"/>'
        return self.styles.add(
            "cellXfs",
            f'<{p}xf numFmtId="49" fontId="{font}" fillId="{self.styles.fill(fill)}" borderId="{border}" xfId="0" '
            'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1" applyProtection="1">'
            f'<{p}alignment horizontal="{across}" vertical="center" wrapText="{int(wrap)}"/>{protection}</{p}xf>',
        )
