"""Rules that match at once, rules that never match, and rules that others stand before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.dmn.analysis.columns import Dimension
from engine.dmn.analysis.effort import Effort
from engine.dmn.analysis.gaps import Gap, Side, gaps
from engine.dmn.analysis.sweep import Sweep, bits_of


@dataclass(slots=True)
class Rules:
    """The rules of a table, numbered from 0, over its inputs."""

    dimensions: Sequence[Dimension]
    count: int
    effort: Effort
    sure: list[Sweep] = field(init=False)  # what each rule surely takes
    maybe: list[Sweep] = field(init=False)  # what it may take

    def __post_init__(self) -> None:
        self.sure = [Sweep(each.takes, len(each.domain.parts), self.effort) for each in self.dimensions]
        self.maybe = [
            sweep if each.takes == each.may_take else Sweep(each.may_take, len(each.domain.parts), self.effort)
            for each, sweep in zip(self.dimensions, self.sure, strict=True)
        ]

    @property
    def all(self) -> int:
        return (1 << self.count) - 1

    def missing(self, *, sure: bool, effort: Effort) -> Iterator[Gap]:
        """Values, not null, for which there is no rule, each place as wide as it is; `sure`: only such that may well
        come. Raises GaveUp."""
        sides: list[Side] = []
        for number, dimension in enumerate(self.dimensions):
            within = dimension.domain.not_null
            if sure:
                within &= dimension.domain.sure
                if not dimension.sure or not within:
                    continue
            sides.append(Side(number, self.maybe[number], within))
        by_number = {side.number: side for side in sides}
        for gap in gaps(sides, self.all, effort):
            yield self._widened(gap, by_number, effort)

    def _widened(self, gap: Gap, sides: Mapping[int, Side], effort: Effort) -> Gap:
        """The place with all parts of each input for which, with those of the others, there is still no rule."""
        wide = dict(gap)
        for number in gap:
            alive = self.all
            for other, parts in wide.items():
                if other != number:
                    alive &= sides[other].sweep.touching(parts)
            effort.take(sides[number].within.bit_count() * sides[number].sweep.cost // 2 + 1)
            taken = sides[number].sweep.at
            wide[number] = sum(1 << part for part in bits_of(sides[number].within) if not taken[part] & alive)
        return wide

    def never(self) -> Iterator[tuple[int, int]]:
        """(rule, input) of rules of which a cell takes nothing that can come."""
        for rule in range(self.count):
            for number, dimension in enumerate(self.dimensions):
                if not dimension.may_take[rule]:
                    yield rule, number
                    break

    def overlapping(self) -> Iterator[tuple[int, int]]:
        """Pairs of rules that surely match at once for some values, null among them. Raises GaveUp."""
        for rule in range(self.count):
            before = (1 << rule) - 1
            for number, dimension in enumerate(self.dimensions):
                if not before:
                    break
                before &= self.sure[number].touching(dimension.takes[rule])
            for other in bits_of(before):
                self.effort.take()
                yield other, rule

    def masked(self, order: Sequence[int], effort: Effort) -> Iterator[tuple[int, list[int]]]:
        """Rules that never decide, with those before them in `order` that match whenever they do. Raises GaveUp."""
        before = 0
        for rule in order:
            found = self._hiding(rule, before, effort)
            if found:
                yield rule, found
            before |= 1 << rule

    def _hiding(self, rule: int, before: int, effort: Effort) -> list[int]:
        """Rules among `before` that together take all that the rule may take; none where something is left."""
        if any(not each.may_take[rule] for each in self.dimensions):
            return []  # never matches at all
        sides: list[Side] = []
        for number, dimension in enumerate(self.dimensions):
            if not before:
                return []
            if dimension.takes[rule] == dimension.may_take[rule]:
                before &= self.sure[number].touching(dimension.takes[rule])
                sides.append(Side(number, self.sure[number], dimension.takes[rule]))
            else:  # a cell that asks for more: as good as it are the same cell, and no question at all
                before &= self._like(dimension, rule, before, effort)
        for other in bits_of(before):
            effort.take(len(sides))
            if all(not side.within & ~side.sweep.takes[other] for side in sides):
                return [other]
        if not before or next(gaps(sides, before, effort), None) is not None:
            return []
        return list(bits_of(before))

    def _like(self, dimension: Dimension, rule: int, among: int, effort: Effort) -> int:
        found = 0
        for other in bits_of(among):
            effort.take()
            if dimension.takes[other] == dimension.domain.all or dimension.texts[other] == dimension.texts[rule]:
                found |= 1 << other
        return found
