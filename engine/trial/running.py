"""A legal clock of a trial: since when it runs, what it waits for, and what moved its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from engine.bundles import ExtensionTerms, Item
from engine.law import ClockReading, ClockTerms, Extension
from engine.trial.instance import Instance

#: What waits: of an instance a task by its number, or an element by its scope.
Waiting = tuple[int, int, str]


@dataclass(slots=True)
class Spell:
    """From a moment to another; None: it lasts. `waiting`: all that must end before it does. `is_over`: what comes
    later begins anew."""

    since: datetime
    until: datetime | None = None
    waiting: set[Waiting] = field(default_factory=set)
    is_over: bool = False

    def end(self, at: datetime) -> None:
        """It is over at a moment, whatever waits."""
        self.until, self.is_over = self.until or at, True


@dataclass(slots=True)
class Running:
    """A clock that runs or ran. `item` None: the joint limit, which is the case's.

    `since_receipt`: no acceptance began it, but receipt. `waits`: for the delivery of the paper that tells of it;
    `delivered`: that was recorded; `from_delivery`: since then it runs.
    """

    instance: int
    item: Item | None
    terms: ClockTerms
    spell: Spell
    since_receipt: bool = False
    extensions: list[Extension] = field(default_factory=list)
    waits: bool = False
    delivered: bool = False
    from_delivery: bool = False

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.spell.until is None

    @property
    def owner(self) -> str:
        """The item's key; "" for the case as a whole."""
        return self.item.key if self.item is not None else ""


@dataclass(frozen=True, slots=True)
class TrialClock:
    """A clock of an item (None: the joint limit) as it shows at the trial's moment.

    `since_receipt`, `waits`, `from_delivery`: as in `Running`; `extended`: by what it was made longer. What may be done
    now: `extension` are the terms by which it may be made longer, `may_wait` that its paper is sealed later,
    `may_be_delivered` that its delivery is recorded.
    """

    instance: int
    item: Item | None
    terms: ClockTerms
    started_on: date
    stopped_on: date | None
    reading: ClockReading
    since_receipt: bool = False
    waits: bool = False
    from_delivery: bool = False
    extended: tuple[Extension, ...] = ()
    extension: ExtensionTerms | None = None
    may_wait: bool = False
    may_be_delivered: bool = False


@dataclass(frozen=True, slots=True)
class TaskLimit:
    """The limit that a task is done under: its name, and its last day, None while it stands still.

    `waits`: it stands still for the delivery of the paper that tells of it.
    """

    clock: str
    due_on: date | None
    waits: bool


@dataclass(slots=True)
class Case:
    """What is known of the case that a trial is about.

    `instance`: the one that runs the bundle's own process; items by key: those whose process has `opened`, those that
    have their outcome (`concluded`), when one was `ruled` upon, those for which a hearing was `applied` for.
    `extended`: by instance and item ("": the joint limit) what was extended, which is done once.
    """

    instance: Instance | None = None
    opened: set[str] = field(default_factory=set)
    concluded: set[str] = field(default_factory=set)
    ruled: dict[str, datetime] = field(default_factory=dict)
    applied: set[str] = field(default_factory=set)
    extended: set[tuple[int, str]] = field(default_factory=set)
