"""Two changes of one order: what stands where when both are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Woven(NamedTuple):
    """The order of both. `clashes`: pairs of (new in mine, new in theirs) that stand at the same place;
    `both_moved`: both put what was there in another order."""

    keys: tuple[str, ...]
    clashes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    both_moved: bool


def weave(
    base: Sequence[str],
    mine: Sequence[str],
    theirs: Sequence[str],
    kept: frozenset[str],
    *,
    rank: Callable[[str], int] = lambda key: 0,
    mine_first: bool | None = None,
) -> Woven:
    """The keys of `kept` in an order that has what each side did to it. Every key stands once in a sequence.

    What is new stands behind what it stands behind on its side. Where both put something at the same place,
    `mine_first` says whose stands first; None: lower ranks first, then the keys' own order, which is the same whoever
    merges.
    """
    spine, both_moved = _spine(base, mine, theirs, kept, mine_first)
    there = frozenset(spine)
    runs = [_runs(side, there, kept) for side in (mine, theirs)]
    twice = {key for run in runs[0].values() for key in run} & {key for run in runs[1].values() for key in run}
    # What both have new stands where the one puts it whose keys come first.
    loser = runs[1] if _flat(runs[0], spine) <= _flat(runs[1], spine) else runs[0]
    for anchor, run in loser.items():
        loser[anchor] = tuple(key for key in run if key not in twice)
    found: list[str] = []
    clashes: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for anchor in ("", *spine):
        if anchor:
            found.append(anchor)
        one, other = runs[0].get(anchor, ()), runs[1].get(anchor, ())
        if one and other:
            clashes.append((one, other))
        found += _joined(one, other, rank, mine_first)
    return Woven(tuple(found), tuple(clashes), both_moved)


def _spine(
    base: Sequence[str], mine: Sequence[str], theirs: Sequence[str], kept: frozenset[str], mine_first: bool | None
) -> tuple[list[str], bool]:
    """What all three have, in the order of whoever changed it; the base's where both did."""
    common = kept & frozenset(base) & frozenset(mine) & frozenset(theirs)
    was, one, other = ([key for key in side if key in common] for side in (base, mine, theirs))
    if other in (one, was):
        return one, False
    if one == was:
        return other, False
    return (was if mine_first is None else one if mine_first else other), True


def _runs(side: Sequence[str], spine: frozenset[str], kept: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Key of the spine ("" for the beginning) -> what stands behind it on this side and is not in the spine."""
    runs: dict[str, list[str]] = {}
    anchor = ""
    for key in side:
        if key in spine:
            anchor = key
        elif key in kept:
            runs.setdefault(anchor, []).append(key)
    return {anchor: tuple(run) for anchor, run in runs.items()}


def _flat(runs: dict[str, tuple[str, ...]], spine: Sequence[str]) -> list[str]:
    return [key for anchor in ("", *spine) for key in runs.get(anchor, ())]


def _joined(
    one: tuple[str, ...], other: tuple[str, ...], rank: Callable[[str], int], mine_first: bool | None
) -> list[str]:
    if not one or not other:
        return [*one, *other]
    if mine_first is not None:
        return [*one, *other] if mine_first else [*other, *one]
    first, second = sorted((one, other))
    return sorted([*first, *second], key=rank)
