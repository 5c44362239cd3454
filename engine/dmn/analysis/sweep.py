"""Which rules take which parts of an input: sets of rules and sets of parts, both as the bits of an integer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from engine.dmn.analysis.effort import MOST_BITS, Effort, GaveUp


def bits_of(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def runs_of(mask: int) -> list[tuple[int, int]]:
    """The stretches of bits that are set: (first, one behind the last)."""
    edges = list(bits_of(mask ^ (mask << 1)))
    return list(zip(edges[::2], edges[1::2], strict=True))


class Sweep:
    """One input, gone through part by part. `takes` are the parts of each rule."""

    def __init__(self, takes: Sequence[int], parts: int, effort: Effort) -> None:
        self.takes = takes
        self.parts = parts
        self.effort = effort
        #: What one operation on a set of rules costs.
        self.cost = 1 + (len(takes) >> 9)
        if len(takes) * parts > MOST_BITS:
            raise GaveUp
        by_mask: dict[int, int] = {}
        for rule, mask in enumerate(takes):
            by_mask[mask] = by_mask.get(mask, 0) | 1 << rule
        effort.take(len(takes) + parts * self.cost)
        self._runs = {mask: runs_of(mask) for mask in by_mask}
        effort.take(sum(map(len, self._runs.values())) * 2 * self.cost)
        self._by_mask = by_mask
        #: Those that take several stretches: few, since a cell mostly names one.
        self._scattered = [(mask, rules) for mask, rules in by_mask.items() if len(self._runs[mask]) > 1]
        self._touching: dict[int, int] = {}

    @cached_property
    def at(self) -> list[int]:
        """For each part the rules that take it."""
        turns = [0] * (self.parts + 1)
        for mask, rules in self._by_mask.items():
            for first, behind in self._runs[mask]:
                turns[first] ^= rules
                turns[behind] ^= rules
        found: list[int] = []
        here = 0
        for part in range(self.parts):
            here ^= turns[part]
            found.append(here)
        return found

    @cached_property
    def _begun(self) -> list[int]:
        """For each part the rules of a single run that begin there or before."""
        begins = [0] * self.parts
        for mask, rules in self._by_mask.items():
            if len(self._runs[mask]) == 1:
                begins[self._runs[mask][0][0]] |= rules
        found: list[int] = []
        here = 0
        for each in begins:
            here |= each
            found.append(here)
        return found

    def touching(self, mask: int) -> int:
        """The rules that take at least one of these parts. Raises GaveUp."""
        found = self._touching.get(mask)
        if found is None:
            found = 0
            for first, behind in runs_of(mask):
                self.effort.take(4 * self.cost)
                found |= self.at[first] | (self._begun[behind - 1] & ~self._begun[first])
            self.effort.take(len(self._scattered) // 4 + 1)
            for other, rules in self._scattered:
                if other & mask:
                    found |= rules
            self._touching[mask] = found
        return found

    def classes(self, within: int, among: int) -> dict[int, int]:
        """The parts `within`, those together that the same rules `among` take: rules -> parts. Raises GaveUp."""
        found: dict[int, int] = {}
        self.effort.take(within.bit_count() * self.cost // 2 + 1)
        for part in bits_of(within):
            rules = self.at[part] & among
            found[rules] = found.get(rules, 0) | 1 << part
        return found
