"""XML of a workbook's parts through expat. A document type is refused: no workbook has one, entities need one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from flows.child.refused import Refused

Attributes = dict[str, str]


def parse(
    xml: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda name: None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start`, `end` and `text` through a part. Names come without their namespace's prefix.

    Raises:
        Refused: not well-formed, or it has a document type.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise Refused("damaged") from None


def _refuse(*_: Any) -> None:
    raise Refused("unsafe")
