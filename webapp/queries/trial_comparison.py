"""The same trial on both cores, act by act: what is open on each, and where they part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from engine import EngineError, Words
from engine.trial import OURS, REFERENCE, Act, Trial
from engine.values import ClockMark, Value
from webapp.feel_text import written
from webapp.queries.trial_view import element_name, shortened
from webapp.queries.trials import Names
from webapp.services.trial_refusals import words_of
from webapp.services.trial_replay import walk
from webapp.services.trials import MOST_ACTS, TrialRow


@dataclass(frozen=True, slots=True)
class Open:
    """Something that waits: "task", "timer", "message" or "signal", at an element."""

    kind: str
    element: str
    name: Words
    due: datetime | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a core stands. `results`: the variables of each instance that has ended, by its number."""

    open: tuple[Open, ...]
    ended: bool
    results: Mapping[int, Mapping[str, Value]]

    @property
    def told(self) -> tuple[object, ...]:
        """What must be the same on both."""
        waiting = [(one.kind, one.element, one.due, one.key) for one in self.open]
        return (*waiting, self.ended, tuple(self.results))


@dataclass(frozen=True, slots=True)
class VariableDifference:
    instance: int
    name: str
    ours: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """After the start (`act` None) or after an act. A core that refused says why; after that it has no standing."""

    act: Act | None
    ours: Standing | None
    reference: Standing | None
    refused_by_ours: Words | None
    refused_by_reference: Words | None

    @property
    def differs(self) -> bool:
        """Both stand, and not in the same place; or one alone can do what was asked."""
        if self.ours is None or self.reference is None:
            return self.ours is not self.reference
        return self.ours.told != self.reference.told

    @property
    def ends(self) -> bool:
        """Neither can do it: there is nothing to compare from here on."""
        return self.ours is None and self.reference is None


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: tuple[Row, ...]
    variables: tuple[VariableDifference, ...]

    @property
    def parts_at(self) -> int | None:
        """The number of the row at which the cores part; None where they do not."""
        return next((number for number, row in enumerate(self.rows) if row.differs), None)

    @property
    def ends_at(self) -> int | None:
        """The number of the act that neither core can do; None where all were done."""
        return next((number for number, row in enumerate(self.rows) if row.ends), None)

    @property
    def agrees(self) -> bool:
        return self.parts_at is None and not self.variables


def compare_cores(trial: TrialRow, names: Names) -> Comparison:
    """Walks the trial's acts on both cores; the reference core bounds how many."""
    acts, files = trial.acts[: MOST_ACTS[REFERENCE]], trial.files()
    ours, reference = (
        [_standing(one, names) for one in walk(files, replace(trial.beginning, core=core), acts)]
        for core in (OURS, REFERENCE)
    )
    both = list(zip_longest(ours, reference))
    given: list[Act | None] = [None, *acts]
    rows = tuple(_row(act, *pair) for act, pair in zip(given, both, strict=False))
    return Comparison(rows, tuple(_variable_differences(rows)))


def _row(act: Act | None, ours: Standing | Words | None, reference: Standing | Words | None) -> Row:
    return Row(
        act,
        ours if isinstance(ours, Standing) else None,
        reference if isinstance(reference, Standing) else None,
        ours if isinstance(ours, Words) else None,
        reference if isinstance(reference, Words) else None,
    )


def _standing(one: Trial | EngineError, names: Names) -> Standing | Words:
    if isinstance(one, EngineError):
        return words_of(one)
    results = {each.number: dict(each.variables) for each in one.instances if each.ended}
    waiting = sorted(_open(one, names), key=lambda each: (each.kind, each.element, str(each.due), each.key or ""))
    return Standing(tuple(waiting), one.ended, results)


def _open(trial: Trial, names: Names) -> Iterator[Open]:
    for number, task in trial.tasks:
        yield Open("task", task.element, element_name(trial, number, task.element, names))
    for number, timer in trial.timers:
        due = None if isinstance(timer.due, ClockMark) else timer.due
        yield Open("timer", timer.element, element_name(trial, number, timer.element, names), due)
    for number, wait in trial.subscriptions:
        yield Open(wait.kind, wait.element, element_name(trial, number, wait.element, names), key=wait.key)


def _variable_differences(rows: Sequence[Row]) -> Iterator[VariableDifference]:
    """Of instances that have ended on both cores, at the last row on which both stand."""
    both = [row for row in rows if row.ours is not None and row.reference is not None]
    if not both:
        return
    ours, reference = both[-1].ours, both[-1].reference
    assert ours is not None
    assert reference is not None
    for number in sorted(ours.results.keys() & reference.results.keys()):
        mine, theirs = ours.results[number], reference.results[number]
        for name in dict.fromkeys((*mine, *theirs)):
            texts = [written(one[name]) if name in one else None for one in (mine, theirs)]
            if texts[0] != texts[1]:  # as text, for 0 and false are equal in Python
                shown = [text and shortened(text) for text in texts]
                yield VariableDifference(number, name, shown[0], shown[1])
