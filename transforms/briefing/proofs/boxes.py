"""Placed text: boxes in mm from the page's top left corner, characters, runs."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """In mm from the page's top left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return max(self.right - self.left, 0.0) * max(self.bottom - self.top, 0.0)

    def common(self, other: Box) -> float:
        """The area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def holds(self, other: Box) -> bool:
        """Whether the middle of `other` is inside."""
        across, down = (other.left + other.right) / 2, (other.top + other.bottom) / 2
        return self.left <= across <= self.right and self.top <= down <= self.bottom


class Character(NamedTuple):
    text: str
    box: Box
    missing: bool


class Run(NamedTuple):
    """What one operator shows. `mark` is its marked-content number in the page, None outside of the structure."""

    characters: tuple[Character, ...]
    mark: int | None
    tilted: bool

    @property
    def text(self) -> str:
        return "".join(character.text for character in self.characters)

    @property
    def box(self) -> Box:
        boxes = [character.box for character in self.characters]
        return Box(
            min(b.left for b in boxes),
            min(b.top for b in boxes),
            max(b.right for b in boxes),
            max(b.bottom for b in boxes),
        )
