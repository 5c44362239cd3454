"""The legal clocks of a trial as its page shows them, with what can be done to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine import Words
from engine.bundles import ExtensionTerms
from engine.law import Extension, amount
from engine.trial import Law, Trial, TrialClock
from webapp import moments
from webapp.queries.case_clocks import CLOCK_NAMES, DELIVERED, NOT_BEGUN, ClockView, start_of
from webapp.queries.due import THEIR_CLOCKS, due
from webapp.spacing import spaced_words


@dataclass(frozen=True, slots=True)
class TrialExtension:
    """An extension that can be granted now, or was: by how much, by whom, on which basis."""

    length: Words
    level: Words
    basis: Words


@dataclass(frozen=True, slots=True)
class TrialLimit:
    """A clock of a trial. `instance`, `item` ("": the joint limit) and the clock's key are how acts name it.

    `extended`: what it was made longer by; `extension`: by what it can be made longer now; `may_wait`: its paper may be
    said to be sealed later; `may_be_delivered`: the delivery of it can be recorded.
    """

    clock: ClockView
    instance: int
    item: str
    extended: tuple[TrialExtension, ...]
    extension: TrialExtension | None
    may_wait: bool
    may_be_delivered: bool


@dataclass(frozen=True, slots=True)
class ItemClocks:
    """The clocks of one item, or of the case as a whole, in the order in which they began."""

    name: Words
    limits: tuple[TrialLimit, ...]

    @property
    def running(self) -> tuple[TrialLimit, ...]:
        """Those that have not ended; one that is paused too."""
        return tuple(one for one in self.limits if one.clock.state != "stopped")

    @property
    def stopped(self) -> tuple[TrialLimit, ...]:
        """Those that have ended."""
        return tuple(one for one in self.limits if one.clock.state == "stopped")


def clocks_of_trial(trial: Trial) -> tuple[ItemClocks, ...]:
    """The clocks of the case and of each item that has any; empty where the trial has no bundle or no rules."""
    law = trial.law
    if law is None:
        return ()
    of_item: dict[tuple[int, str], list[TrialClock]] = {}
    for one in trial.clocks:
        of_item.setdefault((one.instance, one.item.key if one.item else ""), []).append(one)
    whole_case_first = sorted(of_item.values(), key=lambda clocks: clocks[0].item is not None)
    return tuple(
        ItemClocks(limit_owner(law, clocks[0].item.key if clocks[0].item else ""), tuple(_limits(trial, law, clocks)))
        for clocks in whole_case_first
    )


def limit_owner(law: Law | None, item: str | None) -> Words:
    """Whose a limit is: the item's name, or for the joint limit what is said of the whole case."""
    found = law.item(item) if law is not None else None
    if found is not None:
        return found.name
    if not item:
        return Words("整件事（全部事项）", "The whole case (all items)")
    return Words(item, item)


def clock_name(clock: str) -> Words:
    """What a clock is called."""
    return CLOCK_NAMES.get(clock, Words(clock, clock))


def _limits(trial: Trial, law: Law, clocks: list[TrialClock]) -> Iterator[TrialLimit]:
    for one in clocks:
        yield TrialLimit(
            _view(trial, law, one),
            one.instance,
            one.item.key if one.item else "",
            tuple(_granted(granted, one.terms.unit) for granted in one.extended),
            _offer(law, one.extension) if one.extension is not None else None,
            one.may_wait,
            one.may_be_delivered,
        )


def _offer(law: Law, terms: ExtensionTerms) -> TrialExtension:
    level = terms.level_name or law.profile.levels.get(terms.level) or Words(terms.level, terms.level)
    return TrialExtension(spaced_words(amount(terms.value, terms.unit)), level, terms.basis)


def _granted(extension: Extension, unit: str) -> TrialExtension:
    return TrialExtension(spaced_words(amount(extension.value, unit)), extension.level, extension.basis)


def _view(trial: Trial, law: Law, one: TrialClock) -> ClockView:
    key, reading, today = one.terms.name, one.reading, moments.local(trial.now).date()
    paused, theirs, since = reading.state == "paused", key in THEIR_CLOCKS, reading.counted_from
    return ClockView(
        None,
        key,
        clock_name(key),
        spaced_words(amount(one.terms.value, one.terms.unit)),
        one.terms.basis,
        one.started_on,
        one.stopped_on,
        due(reading.due_on, today, law.calendar, counted_from=since, paused=paused, theirs=theirs),
        reading.state,
        reading.provisional,
        _lines(one),
        since,
    )


def _lines(one: TrialClock) -> tuple[Words, ...]:
    """Why the day is that day; of a limit that waits for a delivery, that it has no day yet."""
    if not one.waits:
        began = start_of(one.terms.name, since_receipt=one.since_receipt)
        return one.reading.explained(DELIVERED if one.from_delivery else began)
    _, limit, *_ = one.reading.explanation
    return NOT_BEGUN, limit
