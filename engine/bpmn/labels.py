"""Where names stand beside their shape or line: where the file puts them, as far as there is room for their length.

Editors keep the place of a name in the language it was drawn in; in another it is longer. It then grows away from
what it names, and takes the first of a few widths and sizes at which it is not set over anything else; where none is,
it stands as near by as there is room.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.bpmn.lettering import LEADING, lines_of, width_of
from engine.bpmn.svg import Box
from engine.bpmn.taken import Taken

#: How editors set such names: the size of the letters and the least width at which they break, in pixels.
BESIDE, LABEL_WIDTH = 11.0, 90.0
#: (width, size) that are tried in turn.
TRIED = ((LABEL_WIDTH, BESIDE), (110.0, BESIDE), (130.0, BESIDE), (110.0, 9.5), (150.0, 9.5), (70.0, 9.5))
#: The same at another side of what is named, or elsewhere on a line, where none of these is free; narrow ones fit
#: between lines. With more than so many boxes near by it is not looked for: there is no room, and it would cost.
TRIED_ASIDE = ((LABEL_WIDTH, BESIDE), (55.0, BESIDE), (130.0, BESIDE), (55.0, 9.5), (LABEL_WIDTH, 9.5))
MOST_NEAR = 40
#: How far along its line a name may go, and how far from where the file puts it, in pixels.
ALONG = (0.0, -40.0, 40.0)
NUDGED = (
    *((0.0, down) for down in (-3.0, 3.0, -5.0, 5.0, -8.0, 8.0)),
    *((across, 0.0) for across in (-4.0, 4.0, -8.0, 8.0)),
)
#: From a name to what it names, and how far their middles lie apart at most for a name that is level with it: such a
#: one grows up and down alike.
GAP, LEVEL = 4.0, 4.0
#: How low or narrow the boxes of a slanting line are, and into how many a part of one is cut at most.
PIECE, MOST_PIECES = 8.0, 40


@dataclass(frozen=True, slots=True)
class Label:
    """A name as it is set: its lines, their size, and the room they take; `is_free`: it covers nothing."""

    lines: tuple[str, ...]
    size: float
    box: Box
    is_free: bool = True

    @property
    def ink(self) -> Box:
        """The room without the air above the first line; into that below the last, letters reach."""
        air = self.size * (LEADING - 1) / 2
        return Box(self.box.x, self.box.y + air, self.box.width, self.box.height - air)


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


def fitted(name: str, label: Box, owners: Sequence[Box], taken: Taken, own: str) -> Label:
    """The first way to set the name that covers nothing of what is `taken`, but what is noted of the name itself by
    its key `own`; else the one that covers least.

    `owners`: what it names; of a line, places on it, the one first that is nearest to `label`. Around all of them
    there is looked for a place where the file's own is not free.
    """
    best, covered = _best([beside(name, label, owners[0], width, size) for width, size in TRIED], taken, own)
    if covered:
        ways = [*_nudged(name, label, owners[0]), *_aside(name, owners)]
        ways.sort(key=lambda one: (-one.size, _apart(one.box, label)))
        other, less = _best(ways, taken, own, MOST_NEAR)
        best, covered = (other, less) if less < covered else (best, covered)
    return replace(best, is_free=not covered)


def _best(ways: Sequence[Label], taken: Taken, own: str, most: int | None = None) -> tuple[Label, float]:
    """The first of the ways that covers nothing, else the one that covers least, and how much that is. With more than
    `most` boxes near by none is looked at."""
    room = _around([way.box for way in ways])
    near = [one for one in taken.near(room, without=own) if covers(one, room)]
    best, least = ways[0], float("inf")
    if most is not None and len(near) > most:
        return best, least
    for found in ways:
        covered = _covered(found.ink, near, least)
        if covered < least:
            best, least = found, covered
        if not covered:
            break
    return best, least


def _covered(ink: Box, near: Sequence[Box], most: float) -> float:
    """How much of these boxes a name covers; counted no further than `most`."""
    covered = 0.0
    for other in near:
        covered += covers(ink, other)
        if covered >= most:
            break
    return covered


def _nudged(name: str, label: Box, owner: Box) -> Iterator[Label]:
    """The name a little off the place that the file gives it."""
    for width, size in ((LABEL_WIDTH, BESIDE), (70.0, 9.5)):
        there = beside(name, label, owner, width, size)
        for across, down in NUDGED:
            yield replace(there, box=Box(there.box.x + across, there.box.y + down, there.box.width, there.box.height))


def _aside(name: str, owners: Sequence[Box]) -> Iterator[Label]:
    """The name at every side of what it names: in the middle of the side, or to one side of the middle."""
    for width, size in TRIED_ASIDE:
        lines = tuple(lines_of(name, width, size))
        wide, high = max((width_of(line, size) for line in lines), default=0.0), size * LEADING * len(lines)
        for owner in owners:
            (x, y), right, foot = owner.middle, owner.x + owner.width + GAP, owner.y + owner.height + GAP
            middle, after, before = x - wide / 2, x + GAP, x - GAP - wide
            places = [(each, row) for row in (foot, owner.y - GAP - high) for each in (middle, after, before)]
            places += [(right, y - high / 2), (owner.x - GAP - wide, y - high / 2)]
            for left, top in places:
                yield Label(lines, size, Box(left, top, wide, high))


def _apart(one: Box, other: Box) -> float:
    """How far the middles of two boxes lie apart, by the sum of both ways."""
    return abs(one.middle[0] - other.middle[0]) + abs(one.middle[1] - other.middle[1])


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
    return along(points, label)[0]


def along(points: Sequence[tuple[float, float]], label: Box) -> list[Box]:
    """That place, and others on the same part of the line, unless it slants; boxes without extent."""
    x, y = label.middle
    found = [(_within(x, a[0], b[0]), _within(y, a[1], b[1]), a, b) for a, b in itertools.pairwise(points)]
    near, level, a, b = min(found, key=lambda one: abs(one[0] - x) + abs(one[1] - y))
    steps = ALONG if a[0] == b[0] or a[1] == b[1] else ALONG[:1]
    places = [(near + step, level) if a[1] == b[1] else (near, level + step) for step in steps]
    inside = {(_within(one, a[0], b[0]), _within(other, a[1], b[1])): None for one, other in places}
    return [Box(one, other, 0, 0) for one, other in inside]


def _within(place: float, one: float, other: float) -> float:
    return min(max(place, min(one, other)), max(one, other))
