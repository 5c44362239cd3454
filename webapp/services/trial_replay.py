"""A trial done again from its inputs: begun, then act after act, on either core.

The reference core takes a tenth of a second for an act, and more the longer it has run; so the process keeps the
trials that were done last, and goes on from there.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from threading import Lock

import orjson

from engine import BudgetExceeded, EngineError
from engine.bpmn import Program, compile_program
from engine.bundles import Bundle
from engine.runtime import Budgets, encode_variables
from engine.trial import AT_ONCE, OPEN, OURS, Act, Law, Trial, UnknownJobs, item_of, perform
from engine.values import Value
from webapp import moments
from webapp.catalogue import Rules, rules_of

#: Of one act: a trial is done again on every reading, so each must be short.
BUDGETS = Budgets(activations=4_000, tokens=2_000, payload_bytes=256_000, expression_steps=50_000)
#: Firings, jobs and deliveries that one act may set going.
MOST_SET_GOING = 200
#: Lines of history of a whole trial.
MOST_LINES = 20_000
#: Trials that a process keeps as they stand.
MOST_KEPT = 8
_KEPT: OrderedDict[bytes, Replayed] = OrderedDict()
_LOCK = Lock()


@dataclass(frozen=True, eq=False)
class Files:
    """What a trial runs: diagrams and decisions by path. `digest` names all of it.

    `bundle`: the catalogue that its limits come from; None where it cannot be read or there is none.
    """

    digest: str
    content: Mapping[str, bytes]
    bundle: Bundle | None = None

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Files) and other.digest == self.digest


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a trial begins. `process` "": nothing is started. `jobs`: "open" (given their outcomes by hand) or "done"."""

    process: str
    at: datetime
    core: str = OURS
    jobs: str = OPEN
    variables: Mapping[str, Value] = field(default_factory=dict)
    rules: tuple[str, ...] = ()  # versions of calendar and profile, as the catalogue names them

    @property
    def waits_for_jobs(self) -> bool:
        """The reference core does every job at once."""
        return self.core == OURS and self.jobs == OPEN


@dataclass(frozen=True, slots=True)
class Stopped:
    """The act (from 1) that cannot be done any more, and why; the trial stands before it."""

    number: int
    why: EngineError


@dataclass(frozen=True, slots=True)
class Replayed:
    """The trial as it stands. `moments`: where the clock stood after each act that was done; `items`: the item whose
    process each was about."""

    trial: Trial
    moments: tuple[datetime, ...]
    items: tuple[str | None, ...] = ()
    stopped: Stopped | None = None

    def after(self, item: str | None) -> Replayed:
        """One act further, which was done on the trial and was about this item."""
        return replace(self, moments=(*self.moments, self.trial.now), items=(*self.items, item))


def begin(files: Files, beginning: Beginning) -> Trial:
    """The trial before its first act.

    Raises DefinitionInvalid, NotInReferenceCore, KeyError (no such process) and what starting raises.
    """
    rules, runs = _rules(beginning.rules), _runnable(files, beginning)
    law = Law.of(files.bundle, rules.profile, rules.calendar, runs) if rules and files.bundle else None
    trial = Trial(
        runs,
        entry=beginning.process or None,
        now=beginning.at,
        zone=moments.OFFICE_ZONE,
        calendar=rules.calendar if rules else None,
        core=beginning.core,
        unknown_jobs=UnknownJobs.OPEN if beginning.waits_for_jobs else UnknownJobs.DONE,
        budgets=BUDGETS,
        most=MOST_SET_GOING,
        law=law,
    )
    if beginning.process:
        trial.start(beginning.process, beginning.variables)
    return trial


def standing(files: Files, beginning: Beginning, acts: Sequence[Act]) -> Replayed:
    """The trial as it stands, for the caller alone: kept from before, else done again. Raises what `begin` raises."""
    with _LOCK:
        kept = _KEPT.pop(_key(files, beginning, acts), None)
    return kept or replay(files, beginning, acts)


def keep(files: Files, beginning: Beginning, acts: Sequence[Act], replayed: Replayed) -> None:
    """Keep a trial that stands after these acts; the caller touches it no more."""
    with _LOCK:
        _KEPT[_key(files, beginning, acts)] = replayed
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)


def forget() -> None:
    """Drop what is kept in this process."""
    with _LOCK:
        _KEPT.clear()


def replay(files: Files, beginning: Beginning, acts: Sequence[Act]) -> Replayed:
    """Everything again. An act that cannot be done ends it: what comes after would be another story.

    Raises what `begin` raises.
    """
    trial = begin(files, beginning)
    moments_: list[datetime] = []
    items: list[str | None] = []
    for act in acts:
        try:
            item = do(trial, act, beginning)
        except EngineError as refused:
            before = replay(files, beginning, acts[: len(moments_)])  # an act that failed may have begun
            return replace(before, stopped=Stopped(len(moments_) + 1, refused))
        moments_.append(trial.now)
        items.append(item)
    return Replayed(trial, tuple(moments_), tuple(items))


def do(trial: Trial, act: Act, beginning: Beginning) -> str | None:
    """One act on a trial that has begun; returns the item whose process it is about.

    Raises what the act raises, BudgetExceeded when the trial gets too long.
    """
    item = item_of(trial, act)
    perform(trial, act, waits_for_jobs=beginning.waits_for_jobs)
    if sum(len(one.history) for one in trial.instances) > MOST_LINES:
        raise BudgetExceeded(act.element, "lines of history", MOST_LINES)
    return item


def walk(files: Files, beginning: Beginning, acts: Sequence[Act]) -> Iterator[Trial | EngineError]:
    """The trial after its start and after each act; what refused the next one comes last.

    Jobs are done at once, as the reference core does them.
    """
    beginning = replace(beginning, jobs=AT_ONCE)
    try:
        trial = begin(files, beginning)
        yield trial
        for act in acts:
            do(trial, act, beginning)
            yield trial
    except EngineError as refused:
        yield refused


def _rules(versions: tuple[str, ...]) -> Rules | None:
    """The office's working days and limits in these versions of its rules; None before any were loaded."""
    has_profile = any(one.startswith("profile:") for one in versions)
    return rules_of(versions) if has_profile else None


def _key(files: Files, beginning: Beginning, acts: Sequence[Act]) -> bytes:
    told = (beginning.process, beginning.at.isoformat(), beginning.core, beginning.jobs, *beginning.rules)
    variables = encode_variables(beginning.variables)
    return hashlib.sha256(orjson.dumps((files.digest, told, variables, [act.as_json() for act in acts]))).digest()


def _runnable(files: Files, beginning: Beginning) -> Program | Mapping[str, bytes]:
    if beginning.core == OURS and beginning.process:
        return _program(files, beginning.process)
    return files.content


@lru_cache(maxsize=16)
def _program(files: Files, process: str) -> Program:
    """Compiled once: a trial's files never change."""
    return compile_program(files.content, process)
