"""What a picture has on it, by place: so that a name is held against what is near it, however much there is."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator

from engine.bpmn.svg import Box

#: The squares of the plane, in pixels; how many of them one box may touch, and how many boxes one may have. What is
#: beyond that is in nobody's way: no drawing that a person reads comes near it.
SQUARE, MOST_SQUARES, MOST_BOXES = 200.0, 400, 100

Square = tuple[int, int]


class Taken:
    """Boxes by a key of their own."""

    def __init__(self) -> None:
        self._boxes: dict[str, Box] = {}
        self._squares: defaultdict[Square, dict[str, Box]] = defaultdict(dict)

    def put(self, key: str, box: Box) -> None:
        """Note a box, in place of the one of this key."""
        for square in _squares(self._boxes.pop(key)) if key in self._boxes else ():
            self._squares[square].pop(key, None)
        self._boxes[key] = box
        for square in _squares(box):
            if len(self._squares[square]) < MOST_BOXES:
                self._squares[square][key] = box

    def near(self, room: Box, without: str = "") -> list[Box]:
        """The boxes in the squares that a box touches, but the one of the key `without`."""
        found: dict[str, Box] = {}
        for square in _squares(room):
            found |= self._squares.get(square, {})
        found.pop(without, None)
        return list(found.values())


def _squares(box: Box) -> Iterator[Square]:
    ends = (box.x, box.y, box.x + box.width, box.y + box.height)
    if not all(math.isfinite(one) for one in ends):
        return
    left, top, right, foot = (math.floor(one / SQUARE) for one in ends)
    if 0 < (right - left + 1) * (foot - top + 1) <= MOST_SQUARES:
        yield from itertools.product(range(left, right + 1), range(top, foot + 1))
