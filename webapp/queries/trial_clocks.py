"""The legal clocks of a trial as its page shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine import Words
from engine.law import amount
from engine.trial import Law, Trial, TrialClock
from webapp import moments
from webapp.queries.case_clocks import CLOCK_NAMES, ClockView, start_of
from webapp.queries.due import THEIR_CLOCKS, due
from webapp.spacing import spaced_words


@dataclass(frozen=True, slots=True)
class ItemClocks:
    """The clocks of one item, in the order in which they began."""

    item: Words
    clocks: tuple[ClockView, ...]

    @property
    def running(self) -> tuple[ClockView, ...]:
        """Those that have not ended; one that is paused too."""
        return tuple(one for one in self.clocks if one.state != "stopped")

    @property
    def stopped(self) -> tuple[ClockView, ...]:
        return tuple(one for one in self.clocks if one.state == "stopped")


def clocks_of_trial(trial: Trial) -> tuple[ItemClocks, ...]:
    """The clocks of each item that has any; empty where the trial has no bundle or no rules."""
    law = trial.law
    if law is None:
        return ()
    of_item: dict[tuple[int, str], list[TrialClock]] = {}
    for one in trial.clocks:
        of_item.setdefault((one.instance, one.item.key), []).append(one)
    return tuple(ItemClocks(all_[0].item.name, tuple(_views(trial, law, all_))) for all_ in of_item.values())


def clock_name(clock: str) -> Words:
    """What a clock is called."""
    return CLOCK_NAMES.get(clock, Words(clock, clock))


def _views(trial: Trial, law: Law, clocks: list[TrialClock]) -> Iterator[ClockView]:
    today = moments.local(trial.now).date()
    for one in clocks:
        key, reading = one.terms.name, one.reading
        paused, theirs, since = reading.state == "paused", key in THEIR_CLOCKS, reading.counted_from
        yield ClockView(
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
            reading.explained(start_of(key)),
            since,
        )
