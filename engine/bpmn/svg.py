"""The pieces of SVG that a picture of a diagram is made of; lengths in pixels."""

from __future__ import annotations

from dataclasses import dataclass

INK = "#1f2933"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the plane."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Once around, with the first again at the end."""
        right, bottom = self.x + self.width, self.y + self.height
        return (self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom), (self.x, self.y)


def px(number: float) -> str:
    """A length as it is written: to a tenth of a pixel."""
    return f"{number:.1f}".rstrip("0").rstrip(".")


def path_of(data: str, colour: str, width: float = 1) -> str:
    return f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{px(width)}"/>'


def circle_of(x: float, y: float, radius: float, width: float, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    place = f'cx="{px(x)}" cy="{px(y)}" r="{px(radius)}"'
    return f'<circle {place} fill="#fff" stroke="{INK}" stroke-width="{px(width)}"{dash}/>'


def rectangle_of(box: Box, colour: str, width: float, *, round_: int = 0, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="8 4"' if dashed else ""
    return (
        f'<rect x="{px(box.x)}" y="{px(box.y)}" width="{px(box.width)}" height="{px(box.height)}" rx="{round_}"'
        f' fill="#fff" stroke="{colour}" stroke-width="{px(width)}"{dash}/>'
    )


def head_id(colour: str) -> str:
    return f"head-{colour[1:]}"


def head_of(colour: str) -> str:
    return (
        f'<marker id="{head_id(colour)}" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse"'
        f' markerWidth="10" markerHeight="10" orient="auto"><path d="M0 0L10 5L0 10Z" fill="{colour}"/></marker>'
    )
