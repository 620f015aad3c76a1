"""A page's content stream as runs of placed characters: the operators that PDF has for text, and nothing of its drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

from transforms.briefing.proofs.boxes import Box, Character, Run
from transforms.briefing.proofs.typefaces import Typeface, typeface

MM = 25.4 / 72
ASCENT, DESCENT = 0.8, -0.2  # of the em box
Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DEEPEST = 12  # forms within forms


@dataclass(frozen=True)
class _State:
    """What `q` keeps."""

    matrix: Matrix = _IDENTITY
    face: Typeface | None = None
    size: float = 0.0
    character_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0


def multiplied(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


@dataclass
class Reader:
    """Reads one page; `faces` is shared by the pages of a document."""

    height: float  # of the page, in points
    faces: dict[tuple[int, int], Typeface]
    runs: list[Run] = field(default_factory=list)
    _state: _State = field(default_factory=_State)
    _kept: list[_State] = field(default_factory=list)
    _marks: list[int | None] = field(default_factory=list)
    _text: Matrix = _IDENTITY
    _line: Matrix = _IDENTITY
    _resources: pikepdf.Object | None = None

    def read(self, stream: Any, resources: pikepdf.Object, depth: int = 0) -> None:
        """Add the runs of a page, or of a form on it.

        Raises:
            pikepdf.PdfError: the stream is not one.
        """
        outer, self._resources = self._resources, resources
        for instruction in pikepdf.parse_content_stream(stream):
            name, operands = str(instruction.operator), instruction.operands
            if name == "Do":
                self._form(operands[0], resources, depth)
            elif name in _OPERATORS:
                _OPERATORS[name](self, operands)
        self._resources = outer

    def _form(self, name: Any, resources: pikepdf.Object, depth: int) -> None:
        form = resources.XObject[str(name)]
        if form.get("/Subtype") != "/Form" or depth == _DEEPEST:
            return
        before, text, line = self._state, self._text, self._line
        if "/Matrix" in form:
            self._state = replace(before, matrix=multiplied(_matrix(form.Matrix.as_list()), before.matrix))
        self.read(form, form.get("/Resources", resources), depth + 1)
        self._state, self._text, self._line = before, text, line

    def keep(self, _: Any) -> None:
        self._kept.append(self._state)

    def restore(self, _: Any) -> None:
        if self._kept:
            self._state = self._kept.pop()

    def concatenate(self, operands: Any) -> None:
        self._state = replace(self._state, matrix=multiplied(_matrix(operands), self._state.matrix))

    def begin(self, _: Any) -> None:
        self._text = self._line = _IDENTITY

    def place(self, operands: Any) -> None:
        self._text = self._line = _matrix(operands)

    def move(self, operands: Any) -> None:
        self._text = self._line = multiplied((1, 0, 0, 1, float(operands[0]), float(operands[1])), self._line)

    def move_and_lead(self, operands: Any) -> None:
        self._state = replace(self._state, leading=-float(operands[1]))
        self.move(operands)

    def next_line(self, _: Any = ()) -> None:
        self.move((0.0, -self._state.leading))

    def font(self, operands: Any) -> None:
        assert self._resources is not None
        font = self._resources.Font[str(operands[0])]
        key = font.objgen if font.is_indirect else (-id(self._resources), hash(str(operands[0])))
        if key not in self.faces:
            self.faces[key] = typeface(font)
        self._state = replace(self._state, face=self.faces[key], size=float(operands[1]))

    def setting(self, name: str, operands: Any, scale: float = 1.0) -> None:
        changes: dict[str, Any] = {name: float(operands[0]) * scale}
        self._state = replace(self._state, **changes)

    def mark(self, operands: Any) -> None:
        inner = None
        if len(operands) > 1:
            properties = operands[1]
            if isinstance(properties, pikepdf.Name) and self._resources is not None:
                properties = self._resources.Properties[str(properties)]
            inner = int(properties["/MCID"]) if "/MCID" in properties else None
        outer = self._marks[-1] if self._marks else None
        self._marks.append(outer if inner is None else inner)

    def unmark(self, _: Any) -> None:
        if self._marks:
            self._marks.pop()

    def show(self, operands: Any) -> None:
        parts = operands[-1]
        self.show_parts([parts if isinstance(parts, pikepdf.Array) else [parts]])

    def show_on_next_line(self, operands: Any) -> None:
        self.next_line()
        self.show(operands)

    def show_spaced(self, operands: Any) -> None:
        self._state = replace(self._state, word_space=float(operands[0]), character_space=float(operands[1]))
        self.show_on_next_line(operands)

    def show_parts(self, operands: Any) -> None:
        state, face = self._state, self._state.face
        if face is None:
            return
        base = multiplied(self._text, state.matrix)
        boxed = self._boxes(base)
        advance = 0.0
        placed: list[Character] = []
        for part in operands[0]:
            if not isinstance(part, pikepdf.String):
                advance -= float(part) / 1000 * state.size * state.stretch
                continue
            for text, width, missing in face.glyphs_of(bytes(part)):
                wide = width * state.size * state.stretch
                placed.append(Character(text, boxed(advance, wide), missing))
                space = state.character_space + (state.word_space if text == " " else 0.0)
                advance += wide + space * state.stretch
        self._text = multiplied((1, 0, 0, 1, advance, 0), self._text)
        if placed:
            tilted = abs(base[1]) > 0.01 or abs(base[2]) > 0.01
            self.runs.append(Run(tuple(placed), self._marks[-1] if self._marks else None, tilted))

    def _boxes(self, base: Matrix) -> Callable[[float, float], Box]:
        """The box of a character by where it starts and how wide it is."""
        a, b, c, d, e, f = base
        low = self._state.rise + DESCENT * self._state.size
        high = self._state.rise + ASCENT * self._state.size

        def placed(start: float, wide: float) -> Box:
            across = [a * x + c * y + e for x in (start, start + wide) for y in (low, high)]
            up = [b * x + d * y + f for x in (start, start + wide) for y in (low, high)]
            return Box(min(across) * MM, (self.height - max(up)) * MM, max(across) * MM, (self.height - min(up)) * MM)

        if b or c:
            return placed
        top, bottom = sorted((self.height - (d * y + f)) * MM for y in (low, high))

        def upright(start: float, wide: float) -> Box:
            left, right = (a * start + e) * MM, (a * (start + wide) + e) * MM
            return Box(left, top, right, bottom) if left <= right else Box(right, top, left, bottom)

        return upright


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(number) for number in operands)
    return (a, b, c, d, e, f)


_OPERATORS: dict[str, Callable[[Reader, Any], None]] = {
    "q": Reader.keep,
    "Q": Reader.restore,
    "cm": Reader.concatenate,
    "BT": Reader.begin,
    "Tm": Reader.place,
    "Td": Reader.move,
    "TD": Reader.move_and_lead,
    "T*": Reader.next_line,
    "Tf": Reader.font,
    "Tc": lambda reader, operands: reader.setting("character_space", operands),
    "Tw": lambda reader, operands: reader.setting("word_space", operands),
    "Tz": lambda reader, operands: reader.setting("stretch", operands, 0.01),
    "TL": lambda reader, operands: reader.setting("leading", operands),
    "Ts": lambda reader, operands: reader.setting("rise", operands),
    "BDC": Reader.mark,
    "BMC": Reader.mark,
    "EMC": Reader.unmark,
    "Tj": Reader.show,
    "TJ": Reader.show_parts,
    "'": Reader.show_on_next_line,
    '"': Reader.show_spaced,
}
