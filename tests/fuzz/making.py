"""A seed to a process: every block in every other, within what the reference core runs rightly.

What the maker leaves out, and why, is SpiffWorkflow's (each reproduced in
tests/engine/reference/test_faults_of_the_reference.py):

- a gateway that joins stands where it is passed once per subprocess: the second time it counts the branches
  of the first, or erases finished work; so a loop with joins in it has a subprocess around its body;
- what is inside an activity that may be interrupted writes nothing: the subprocess works on a copy of the
  variables and loses it;
- variables are written once, by one branch, except the choices of people, which are written anew right
  before they are read: a join keeps stale copies;
- what goes to an inclusive join goes straight there (anything may stand in a subprocess on the way): looking
  back over ways that come together, it follows only the first of them;
- few parallel blocks in a row: each multiplies the tasks of all that follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.fuzz.blocks import (
    WAITS,
    WORK,
    Again,
    Block,
    Both,
    Called,
    Choice,
    Guarded,
    Inner,
    Leaving,
    Many,
    Race,
    Repeat,
    Row,
    Shake,
    Single,
    Twice,
)


@dataclass(frozen=True)
class Place:
    """What the place of a block allows. `once`: a token passes here once in its subprocess or process.

    `quiet`: nothing may be written. `many`: inside a multi-instance activity. `plain`: several tokens may
    stand here at once, so that they cannot be told apart: single elements and choices alone.
    """

    once: bool = True
    quiet: bool = False
    many: bool = False
    plain: bool = False
    counted: bool = False  # inside instances that are told apart by their number alone
    straight: bool = False  # before an inclusive join: ways that do not come together
    beside: bool = False  # behind a boundary event that may happen again: an inclusive join waits for that


#: How many blocks a process may have, by default.
SIZES = (4, 8, 12, 16, 24, 32)


def make(seed: int, sizes: tuple[int, ...] = SIZES) -> tuple[Block, bool]:
    """A process, and whether a branch beside it ends everything."""
    random = Random(seed)
    stops = random.random() < 0.05
    maker = _Maker(random, random.choice(sizes))
    return maker.row(Place(quiet=stops), (2, 3, 4), last=True), stops


@dataclass
class _Maker:
    random: Random
    left: int  # blocks that may still be made
    joins: int = 4  # parallel and inclusive blocks that may still be made

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def row(self, place: Place, lengths: tuple[int, ...] = (1, 1, 2, 2, 3), *, last: bool = False) -> Block:
        """Blocks one after the other; at the end of a process sometimes tokens that are not joined."""
        blocks = [self.block(place) for _ in range(self.random.choice(lengths))]
        if last and place.once and not place.plain and self.joins and self.chance(0.06):
            self.joins -= 1
            apart = replace(place, once=False, plain=True)
            blocks += [Twice((self.row(place), self.row(place))), self.row(apart)]
        return blocks[0] if len(blocks) == 1 else Row(tuple(blocks))

    def block(self, place: Place) -> Block:
        self.left -= 1
        if self.left <= 0:
            return self.single(place)
        makers: list[tuple[int, Any]] = [(6, self.single)]
        if not place.straight:
            makers += [(3, self.choice), (2, self.again)]
        if not place.plain:
            makers += [(3, self.inner), (2, self.called), (3, self.many), (2, self.repeat), (5, self.guarded)]
            makers += [(1, self.leaving)] if place.once and self.joins else []
        if not place.plain and not place.straight:
            makers.append((2, self.race))
            if place.once and self.joins:
                makers += [(4, self.both), (1, self.shake)]
                makers += [] if place.beside else [(3, self.inclusive)]
        weights = [weight for weight, _ in makers]
        (_, maker) = self.random.choices(makers, weights)[0]
        return maker(place)

    def single(self, place: Place) -> Single:
        kinds = ["user"] * 4 + list(WORK)
        if not place.plain:
            kinds += ["message"] if place.many else ["message", "timer", "receive"]
        return Single(self.random.choice(kinds), place.quiet)

    def choice(self, place: Place) -> Choice:
        ways = tuple(self.row(place) for _ in range(self.random.choice((2, 2, 3))))
        by = self.random.choice(("person", "person", "number"))
        return Choice("xor", ways, by, not (by == "person" and place.once and self.chance(0.2)))

    def inclusive(self, place: Place) -> Choice:
        self.joins -= 1
        straight = replace(place, straight=True)
        ways = tuple(self.row(straight) for _ in range(self.random.choice((2, 2, 3))))
        by = self.random.choice(("person", "person", "number"))
        return Choice("or", ways, by, not (by == "person" and self.chance(0.2)))

    def both(self, place: Place) -> Both:
        self.joins -= 1
        ways = tuple(self.row(place) for _ in range(self.random.choice((2, 2, 3))))
        return Both(ways, self.chance(0.8))

    def leaving(self, place: Place) -> Leaving:
        self.joins -= 1
        return Leaving((self.row(place),), self.row(place))

    def shake(self, place: Place) -> Shake:
        self.joins -= 1
        return Shake(self.chance(0.5))

    def again(self, place: Place) -> Again:
        if not place.plain and self.chance(0.4):
            return Again(Inner(self.row(replace(place, once=True, beside=False, straight=False), last=True)))
        return Again(self.row(replace(place, once=False)))

    def inner(self, place: Place) -> Inner:
        stops = "terminate" if self.chance(0.1) and self.joins else ""
        self.joins -= bool(stops)
        inside = replace(place, once=True, quiet=place.quiet or bool(stops), beside=False, straight=False)
        return Inner(self.row(inside, last=True), not place.quiet and self.chance(0.3), stops)

    def called(self, place: Place) -> Called:
        mapped = self.chance(0.5)
        inside = replace(place, once=True, beside=False, straight=False)
        return Called(self.row(inside, last=True), mapped and not (place.quiet or place.counted))

    def many(self, place: Place, *, alone: bool = False) -> Many:
        enough = self.random.choice((None, None, 1, 2))
        quiet = place.quiet or enough is not None
        by_number = not place.many and self.chance(0.3)
        inside = replace(place, once=True, quiet=quiet, many=True, counted=place.counted or by_number)
        if enough is not None:  # what is done at once is done by all before one can be enough
            activity: Block = Single("user", quiet)
        elif by_number or place.counted or alone:
            activity = Single(self.random.choice(("user", "script", "service")), quiet)
        else:
            activity = self._activity(inside, ("user", "user", "script", "service"))
        collects = not quiet and place.once and self.chance(0.4)
        return Many(activity, self.chance(0.4), self.random.choice((0, 1, 2, 2, 3)), by_number, collects, enough)

    def repeat(self, place: Place) -> Repeat:
        before = self.chance(0.4)
        if self.chance(0.4):
            activity: Block = Single("user", quiet=True)
        else:
            activity = Inner(self.row(replace(place, once=True, beside=False, straight=False), last=before))
        most = self.random.choice((1, 2, 3)) if before else self.random.choice((None, 1, 3))
        return Repeat(activity, before, most)

    def guarded(self, place: Place) -> Guarded:
        event = self.random.choice(("timer", "message", "error"))
        if place.many and event == "timer":
            event = "message"
        if place.straight and event == "error":
            event = "message"
        interrupting = not place.straight and (event == "error" or self.chance(0.6))
        inside = replace(place, quiet=place.quiet or interrupting)
        if event == "error":
            within = replace(inside, once=True, beside=False, straight=False)
            activity = self.random.choice((Inner, Called))(self.row(within))
        elif self.chance(0.25):
            activity = self.many(inside, alone=interrupting)
        else:
            activity = self._activity(inside, ("user", "user", "user") if place.many else ("user", "user", "receive"))
        beside = replace(place, straight=False)
        if not interrupting:
            beside = (
                replace(place, beside=True, straight=False) if place.once else replace(place, plain=True, once=False)
            )
        return Guarded(activity, event, interrupting, self.row(beside))

    def race(self, place: Place) -> Race:
        events = tuple(self.random.choice(("message",) if place.many else WAITS) for _ in range(2))
        return Race(events, tuple(self.row(place) for _ in events))

    def _activity(self, place: Place, kinds: tuple[str, ...]) -> Block:
        if self.chance(0.45):
            return Single(self.random.choice(kinds), place.quiet)
        return self.inner(place) if self.chance(0.6) else self.called(place)
