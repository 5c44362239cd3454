"""What people do to a limit of a trial beside its diagram: an extension, the delivery of the paper that tells of it.

An extension is granted at once, by the terms of the item or of the bundle and at the level that they name (行政许可法
art. 42). A limit that runs from a delivery begins as the paper is issued; where the paper is sealed later it waits, and
the delivery begins it, as `engine.law.delivery` has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from engine.bundles import ExtensionTerms
from engine.errors import EngineError, NothingWaits
from engine.law import TOLD_BY_PAPER, Extension, begins_at_delivery, day_words
from engine.trial.clocks import Clocks
from engine.trial.running import Running, TrialClock
from engine.words import Words


class LimitRefused(EngineError):
    """The limit cannot be changed so, or not now; `words` say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


NOT_EXTENDABLE = Words("没有规定可以延长这个期限。", "No extension is laid down for this limit.")
EXTENDED_ONCE = Words("已经延长过，只能延长一次（{basis}）。", "It was extended already: it is given once ({basis}).")
TOO_LATE = Words(
    "期限{on}届满，延期应当在届满前批准（{basis}）。",
    "The limit ended on {on}: an extension is granted before it ends ({basis}).",
)
NO_PAPER = Words("这个期限不自文书送达起算。", "This limit does not run from the delivery of a paper.")
NOT_AT_ISSUE = Words(
    "文书出具以后时钟已经走动，或者已经送达：只能在出具时说明它要另行盖章。",
    "The clock has moved since the paper was issued, or it is delivered: say as it is issued that it is sealed later.",
)
DELIVERED_ONCE = Words("送达已经登记过，以第一次为准。", "The delivery is recorded already: the first one counts.")


def extend(clocks: Clocks, instance: int, item: str | None, now: datetime) -> None:
    """Lengthens the limits of an item, or with None the joint limit. Raises NothingWaits, LimitRefused."""
    running = _of(clocks, instance, item)
    if not running:
        raise NothingWaits(f"a limit of {item or 'the case'}")
    terms = _extension_terms(clocks, running[0])
    if terms is None:
        raise LimitRefused(NOT_EXTENDABLE)
    if (instance, item or "") in clocks.case.extended:
        raise LimitRefused(EXTENDED_ONCE.fill(basis=terms.basis))
    concerned = [one for one in running if one.terms.name in terms.clocks and one.runs]
    if not concerned:
        raise NothingWaits(f"a limit of {item or 'the case'}")
    for one in concerned:
        if _is_over(clocks, one, now):
            raise LimitRefused(TOO_LATE.fill(on=day_words(clocks.reading(one, now).due_on), basis=terms.basis))
    granted = Extension(terms.value, terms.basis, _level(clocks, terms), clocks.days.day(now))
    for one in concerned:
        one.extensions.append(granted)
    clocks.case.extended.add((instance, item or ""))


def await_delivery(clocks: Clocks, instance: int, item: str | None, clock: str, now: datetime) -> None:
    """The paper that tells of the limit is sealed after it was issued: the limit waits for its delivery.

    Raises NothingWaits, LimitRefused.
    """
    running = _told(clocks, instance, item, clock)
    if not _may_wait(running, now):
        raise LimitRefused(NOT_AT_ISSUE)
    running.waits = True


def deliver(clocks: Clocks, instance: int, item: str | None, clock: str, now: datetime) -> None:
    """The delivery of the paper that tells of the limit is recorded. Raises NothingWaits, LimitRefused."""
    running = _told(clocks, instance, item, clock)
    if running.delivered:
        raise LimitRefused(DELIVERED_ONCE)
    days = clocks.days
    started, delivered = days.started_on(running.spell.since), days.started_on(now)
    if begins_at_delivery(started, delivered, waits=running.waits, electronic=False):
        running.spell.since, running.from_delivery = now, True
    running.waits, running.delivered = False, True


def shown(clocks: Clocks, now: datetime) -> Iterator[TrialClock]:
    """Every clock that runs or ran, in the order in which they began, with what may be done to it."""
    for one in clocks.running.values():
        spell, days = one.spell, clocks.days
        stopped = None if spell.until is None else days.day(spell.until)
        yield TrialClock(
            one.instance,
            one.item,
            one.terms,
            days.started_on(spell.since),
            stopped,
            clocks.reading(one, now),
            one.since_receipt,
            one.waits and one.runs,
            one.from_delivery,
            tuple(one.extensions),
            _offered(clocks, one, now),
            one.terms.name in TOLD_BY_PAPER and one.runs and _may_wait(one, now),
            one.terms.name in TOLD_BY_PAPER and one.runs and not one.delivered and (one.waits or spell.since < now),
        )


def _offered(clocks: Clocks, running: Running, now: datetime) -> ExtensionTerms | None:
    """The terms of an extension that can be granted now, at the first of the limits that it lengthens."""
    terms = _extension_terms(clocks, running)
    if terms is None or not running.runs or (running.instance, running.owner) in clocks.case.extended:
        return None
    all_of_it = _of(clocks, running.instance, running.owner or None)
    concerned = [one for one in all_of_it if one.terms.name in terms.clocks and one.runs]
    if not concerned or concerned[0] is not running:
        return None
    return None if any(_is_over(clocks, one, now) for one in concerned) else terms


def _extension_terms(clocks: Clocks, running: Running) -> ExtensionTerms | None:
    """What the item declares, or the bundle for the joint limit; None too where the place has no such level."""
    terms = clocks.law.bundle.joint_extension if running.item is None else running.item.extension
    if terms is None or (terms.level_name is None and terms.level not in clocks.law.profile.levels):
        return None
    return terms


def _level(clocks: Clocks, terms: ExtensionTerms) -> Words:
    return terms.level_name or clocks.law.profile.levels[terms.level]


def _of(clocks: Clocks, instance: int, item: str | None) -> list[Running]:
    return [one for one in clocks.running.values() if (one.instance, one.owner) == (instance, item or "")]


def _is_over(clocks: Clocks, running: Running, now: datetime) -> bool:
    """Whether its last day has passed; while it stands still nobody knows that day."""
    reading = clocks.reading(running, now)
    return reading.state != "paused" and reading.due_on < clocks.days.day(now)


def _told(clocks: Clocks, instance: int, item: str | None, clock: str) -> Running:
    if clock not in TOLD_BY_PAPER:
        raise LimitRefused(NO_PAPER)
    running = clocks.running.get((instance, item or "", clock))
    if running is None or not running.runs:
        raise NothingWaits(f"the limit {clock!r} of {item or 'the case'}")
    return running


def _may_wait(running: Running, now: datetime) -> bool:
    return running.spell.since == now and not running.waits and not running.delivered
