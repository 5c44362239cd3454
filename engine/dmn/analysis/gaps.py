"""Values that no rule takes: a search through the parts of all inputs, bounded by its effort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.dmn.analysis.effort import Effort
from engine.dmn.analysis.sweep import Sweep

#: A place that no rule takes: for some inputs (by number) the parts, as bits; the other inputs may be anything.
Gap = dict[int, int]


@dataclass(frozen=True, slots=True)
class Side:
    """One input of the search: its rules by part, and the parts that are looked at."""

    number: int
    sweep: Sweep
    within: int


def gaps(sides: Sequence[Side], among: int, effort: Effort) -> Iterator[Gap]:
    """Places that none of the rules `among` takes, each said with as few inputs as it needs. Raises GaveUp.

    Depth first over the inputs; a set of rules that was left at one depth before is not looked at again, so
    places that differ only in what is settled already come once.
    """
    if any(not side.within for side in sides):
        return  # an input that has no value at all: nothing can come
    choices = [(side.number, _by_rules(side, among)) for side in sides]
    choices.sort(key=lambda choice: len(choice[1]))
    rests = _take_the_rest(choices, among)
    cost = 1 + (among.bit_length() >> 9)
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[int, tuple[tuple[int, int], ...]]] = [(among, ())]
    while waiting:
        alive, chosen = waiting.pop()
        depth = len(chosen)
        if not alive:
            yield _shortest({choices[at][0]: (rules, parts) for at, (rules, parts) in enumerate(chosen)}, among)
            continue
        if depth == len(choices) or alive & rests[depth] or (depth, alive) in seen:
            continue
        seen.add((depth, alive))
        effort.take(cost * len(choices[depth][1]))
        for rules, parts in choices[depth][1]:
            waiting.append((alive & rules, (*chosen, (rules, parts))))


def _by_rules(side: Side, among: int) -> list[tuple[int, int]]:
    """(rules, parts) of one input, in the order in which they are looked at: the last one first."""
    found = list(side.sweep.classes(side.within, among).items())
    found.sort(key=lambda each: each[1] & -each[1], reverse=True)
    return found


def _take_the_rest(choices: Sequence[tuple[int, list[tuple[int, int]]]], among: int) -> list[int]:
    """For each depth the rules that take everything from there on."""
    rests = [among]
    for _, classes in reversed(choices):
        everywhere = among
        for rules, _ in classes:
            everywhere &= rules
        rests.append(rests[-1] & everywhere)
    return rests[::-1]


def _shortest(chosen: dict[int, tuple[int, int]], among: int) -> Gap:
    """The gap without the inputs that it does not need."""
    kept = dict(chosen)
    for number in chosen:
        alive = among
        for other, (rules, _) in kept.items():
            if other != number:
                alive &= rules
        if not alive and len(kept) > 1:
            del kept[number]
    return {number: parts for number, (_, parts) in sorted(kept.items())}
