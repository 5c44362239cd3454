"""Where names stand beside their shape or line: where the file puts them, as far as there is room for their length.

Editors keep the place of a name in the language it was drawn in; in another it is longer. It then grows away from
what it names, and takes the first of a few widths and sizes at which it is not set over anything else.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.bpmn.lettering import LEADING, lines_of, width_of
from engine.bpmn.svg import Box
from engine.bpmn.taken import Taken

#: How editors set such names: the size of the letters and the least width at which they break, in pixels.
BESIDE, LABEL_WIDTH = 11.0, 90.0
#: (width, size) that are tried in turn.
TRIED = ((LABEL_WIDTH, BESIDE), (110.0, BESIDE), (130.0, BESIDE), (110.0, 9.5), (150.0, 9.5), (70.0, 9.5))
#: From a name to what it names, and how far their middles lie apart at most for a name that is level with it: such a
#: one grows up and down alike.
GAP, LEVEL = 4.0, 4.0
#: How low or narrow the boxes of a slanting line are, and into how many a part of one is cut at most.
PIECE, MOST_PIECES = 8.0, 40


@dataclass(frozen=True, slots=True)
class Label:
    """A name as it is set: its lines, their size, and the room they take."""

    lines: tuple[str, ...]
    size: float
    box: Box


def beside(name: str, label: Box, owner: Box, width: float = LABEL_WIDTH, size: float = BESIDE) -> Label:
    """The name at the place `label` of the file, broken at `width`, growing away from `owner`."""
    lines = tuple(lines_of(name, max(label.width, width), size))
    wide = max((width_of(line, size) for line in lines), default=0.0)
    high = size * LEADING * len(lines)
    left = label.middle[0] - wide / 2
    if label.x >= owner.x + owner.width:
        left = max(left, min(label.x, owner.x + owner.width + GAP))
    elif label.x + label.width <= owner.x:
        left = min(left, max(label.x + label.width, owner.x - GAP) - wide)
    down = label.middle[1] - owner.middle[1]
    if down > LEVEL:
        top = label.y
    elif down < -LEVEL:
        top = label.y + label.height - high
    else:
        top = label.middle[1] - high / 2
    return Label(lines, size, Box(left, top, wide, high))


def fitted(name: str, label: Box, owner: Box, taken: Taken, own: str) -> Label:
    """The first way to set the name that covers nothing of what is `taken`, but what is noted of the name itself by
    its key `own`; else the one that covers least."""
    ways = [beside(name, label, owner, width, size) for width, size in TRIED]
    near = taken.near(_around([way.box for way in ways]), without=own)
    best, least = ways[0], float("inf")
    for found in ways:
        covered = sum(covers(found.box, other) for other in near)
        if covered < least:
            best, least = found, covered
        if not covered:
            break
    return best


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min(one.x for one in boxes), min(one.y for one in boxes)
    right, foot = max(one.x + one.width for one in boxes), max(one.y + one.height for one in boxes)
    return Box(left, top, right - left, foot - top)


def covers(one: Box, other: Box) -> float:
    """How much of the plane two boxes share, in square pixels."""
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return wide * high if wide > 0 and high > 0 else 0.0


def segments(points: Iterable[tuple[float, float]]) -> list[Box]:
    """The parts of a line as boxes a pixel wide or high; one that slants as short boxes along it."""
    return [
        Box(min(a[0], b[0]) - 0.5, min(a[1], b[1]) - 0.5, abs(a[0] - b[0]) + 1, abs(a[1] - b[1]) + 1)
        for start, end in itertools.pairwise(points)
        for a, b in itertools.pairwise(_cut(start, end))
    ]


def _cut(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """The ends of a part and, where it slants, places between them."""
    across, down = end[0] - start[0], end[1] - start[1]
    slant = min(abs(across), abs(down))
    pieces = min(max(math.ceil(slant / PIECE), 1), MOST_PIECES) if math.isfinite(slant) else 1
    return [(start[0] + across * one / pieces, start[1] + down * one / pieces) for one in range(pieces + 1)]


def nearest(points: Sequence[tuple[float, float]], label: Box) -> Box:
    """The place on a line, whose parts run along the axes, that is nearest to a label: a box without extent."""
    x, y = label.middle
    found = [
        (min(max(x, min(a[0], b[0])), max(a[0], b[0])), min(max(y, min(a[1], b[1])), max(a[1], b[1])))
        for a, b in itertools.pairwise(points)
    ]
    near = min(found, key=lambda one: abs(one[0] - x) + abs(one[1] - y))
    return Box(*near, 0, 0)
