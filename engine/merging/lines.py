"""Texts by lines: what each of two people did to the same text, put together."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from engine.merging.model import Choices, Conflict, Kind, Merged, Side

#: Lines of one side times lines of the other, in a gap between lines that stand once in both, that are compared.
MOST_PAIRS = 40_000


@dataclass(frozen=True, slots=True)
class _Region:
    """Lines of the base and what each side has in their place. `is_same`: both have the base's, line for line."""

    at: int
    base: Sequence[str]
    mine: Sequence[str]
    theirs: Sequence[str]
    is_same: bool = False


def merge_lines(base: bytes, mine: bytes, theirs: bytes, choices: Choices) -> Merged | None:
    """Both changes of a text. None where one of them is no text in UTF-8.

    Line ends alone make no conflict: a line that one side wrote with another end is that line.
    """
    try:
        texts = [content.decode("utf-8").split("\n") for content in (base, mine, theirs)]
    except UnicodeDecodeError:
        return None
    lines: list[str] = []
    found: list[Conflict] = []
    undecided: list[Conflict] = []
    for region in _regions(*texts):
        if region.is_same:
            lines += map(_line, region.base, region.mine, region.theirs)
            continue
        chosen = _one_sided(region)
        if chosen is None:
            head, conflict, tail = _trimmed(region)
            found.append(conflict)
            side = choices.get(conflict.mark)
            if side is None:
                undecided.append(conflict)
            taken = region.mine if side is Side.MINE else region.theirs
            chosen = [*head, *taken[len(head) : len(taken) - len(tail)], *tail]
        lines += chosen
    return Merged("\n".join(lines).encode("utf-8"), tuple(found), tuple(undecided))


def _line(base: str, mine: str, theirs: str) -> str:
    """Of a line that all have, whichever end somebody gave it."""
    return theirs if mine == base else mine


def _one_sided(region: _Region) -> Sequence[str] | None:
    """What one side alone did, or both alike."""
    if region.mine == region.theirs or _bare(region.theirs) == _bare(region.base):
        return region.mine
    return region.theirs if _bare(region.mine) == _bare(region.base) else None


def _bare(lines: Sequence[str]) -> list[str]:
    return [line.removesuffix("\r") for line in lines]


def _trimmed(region: _Region) -> tuple[list[str], Conflict, list[str]]:
    """Lines with which both begin, the conflict of what is between, lines with which both end."""
    mine, theirs = list(region.mine), list(region.theirs)
    head = 0
    while head < min(len(mine), len(theirs)) and mine[head] == theirs[head]:
        head += 1
    tail = 0
    while tail < min(len(mine), len(theirs)) - head and mine[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    conflict = Conflict(
        f"lines:{region.at}",
        Kind.LINES,
        what=str(region.at + 1),
        base=_text(region.base),
        mine=_text(mine[head : len(mine) - tail]),
        theirs=_text(theirs[head : len(theirs) - tail]),
    )
    return mine[:head], conflict, mine[len(mine) - tail :]


def _text(lines: Sequence[str]) -> str | None:
    return "\n".join(lines) if lines else None


def _regions(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[_Region]:
    """The base from its first to its last line, with what each side has for it."""
    pairs = [_matches(base, side) for side in (mine, theirs)]
    at = mine_at = theirs_at = 0
    for line in sorted(pairs[0].keys() & pairs[1].keys()):
        one, other = pairs[0][line], pairs[1][line]
        if (line, one, other) != (at, mine_at, theirs_at):
            yield _Region(at, base[at:line], mine[mine_at:one], theirs[theirs_at:other])
        yield _Region(line, [base[line]], [mine[one]], [theirs[other]], is_same=True)
        at, mine_at, theirs_at = line + 1, one + 1, other + 1
    if base[at:] or mine[mine_at:] or theirs[theirs_at:]:
        yield _Region(at, base[at:], mine[mine_at:], theirs[theirs_at:])


def _matches(old: list[str], new: list[str]) -> dict[int, int]:
    """Number of a line of the old text -> number of the same line in the new one, both rising.

    Lines that stand once in both anchor the comparison; what is between two of them is compared by itself.
    """
    a, b = _bare(old), _bare(new)
    found: dict[int, int] = {}
    gaps = [(0, len(a), 0, len(b))]
    while gaps:
        a_from, a_to, b_from, b_to = gaps.pop()
        while a_from < a_to and b_from < b_to and a[a_from] == b[b_from]:
            found[a_from] = b_from
            a_from, b_from = a_from + 1, b_from + 1
        while a_from < a_to and b_from < b_to and a[a_to - 1] == b[b_to - 1]:
            a_to, b_to = a_to - 1, b_to - 1
            found[a_to] = b_to
        if a_from == a_to or b_from == b_to:
            continue
        anchors = _anchors(a, b, a_from, a_to, b_from, b_to)
        if anchors:
            ends = [(a_from - 1, b_from - 1), *anchors, (a_to, b_to)]
            found.update(anchors)
            gaps += [
                (one + 1, next_one, other + 1, next_other) for (one, other), (next_one, next_other) in pairwise(ends)
            ]
        elif (a_to - a_from) * (b_to - b_from) <= MOST_PAIRS:
            matcher = SequenceMatcher(None, a[a_from:a_to], b[b_from:b_to], autojunk=False)
            for block in matcher.get_matching_blocks():
                found.update({a_from + block.a + each: b_from + block.b + each for each in range(block.size)})
    return found


def _anchors(a: list[str], b: list[str], a_from: int, a_to: int, b_from: int, b_to: int) -> list[tuple[int, int]]:
    """Lines that stand once in either part, as many as keep their order."""
    counts = Counter(a[a_from:a_to]), Counter(b[b_from:b_to])
    places = {b[at]: at for at in range(b_from, b_to) if counts[1][b[at]] == 1}
    pairs = [(at, places[a[at]]) for at in range(a_from, a_to) if counts[0][a[at]] == 1 and a[at] in places]
    tails: list[int] = []  # the smallest last place of a rising run of each length
    ends: list[int] = []  # the pair at that place
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(tails, place)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(place)
            ends.append(number)
        else:
            tails[length], ends[length] = place, number
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]
