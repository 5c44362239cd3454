"""A case held by the running command: its row locked first, its ledger written last."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import orjson
from psycopg.errors import LockNotAvailable

from engine.runtime import Context
from webapp import clock, moments
from webapp.catalogue import RULES_OF_CASE, Published, Rules, arranged, engine_context, published, rules_of
from webapp.errors import Busy, NotFound
from webapp.identity import Identity
from webapp.services.events import Event
from webapp.services.writing import Writing, array
from webapp.unit_of_work import kept_cursor, unit_of_work


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What the marks of a running clock are computed from."""

    name: str
    value: int
    unit: str
    started_on: date
    due_on: date
    four_fifths_on: date | None = None  # set where a pause, an extension or a new calendar has moved the marks
    day_before_on: date | None = None
    paused: bool = False
    first_day_counts: bool | None = None  # by the profile in force at the start; None: by today's

    @classmethod
    def of(
        cls,
        name: str,
        value: int,
        unit: str,
        started_on: str,
        due_on: str,
        four_fifths_on: str | None,
        day_before_on: str | None,
        paused: bool,
        first_day_counts: bool | None,
    ) -> ClockFacts:
        """A clock read as JSON."""
        return cls(
            name,
            value,
            unit,
            date.fromisoformat(started_on),
            date.fromisoformat(due_on),
            date.fromisoformat(four_fifths_on) if four_fifths_on else None,
            date.fromisoformat(day_before_on) if day_before_on else None,
            paused,
            first_day_counts,
        )


@dataclass(slots=True)
class LockedCase:
    """A case whose row this transaction holds. Ledger lines are gathered and written once, at the end."""

    id: int
    number: str | None
    release_id: int
    bundle_key: str
    received_at: datetime | None
    created_by: int
    ledger_seq: int
    ledger_hash: bytes
    rule_versions: list[str]
    suspended_at: datetime | None
    now: datetime = field(default_factory=clock.now)
    hops: int = 0  # messages, one after another, that led to this command
    closed: bool = False
    acting_for: int | None = None  # the absent colleague whose post the running act takes
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    clocks: dict[int, list[ClockFacts]] = field(default_factory=dict)
    writing: Writing = field(default_factory=Writing)
    under_repair: bool = False  # by a person who may work on a suspended case
    begun: int = 0  # processes that this command has started
    ended: list[int] = field(default_factory=list)  # item cases that got their outcome in this command
    closing: list[Callable[[], None]] = field(default_factory=list)  # done last: documents get their numbers
    unnumbered: list[Any] = field(default_factory=list)  # documents that wait for them
    signals: set[tuple[int | None, str, str]] = field(default_factory=set)  # raised by this command
    not_visited: set[str] = field(default_factory=set)  # items whose examination in this command says so
    _rules: Rules | None = field(default=None, init=False)  # once asked for

    @property
    def rules(self) -> Rules:
        """Calendar and profile in force, read with the lock."""
        if self._rules is None:
            self._rules = rules_of(tuple(self.rule_versions or ()))
        return self._rules

    @property
    def release(self) -> Published:
        """The release of the case, as its place handles it."""
        return arranged(self.release_id, self.rules.profile)

    @property
    def context(self) -> Context:
        """What the engine may know of the outside in this command."""
        return engine_context(self.now, self.rules)

    def record(self, kind: Event, by: Identity | None, **facts: object) -> None:
        """Add a line to the chain. `facts` are ids, codes and digests; never personal values."""
        self.ledger_seq += 1
        actor = by.user_id if by else None
        told = {**facts, "release": self.release_id}
        if self.acting_for is not None and by is not None:
            told["for"] = self.acting_for
        body = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
        self.ledger_hash = link(self.ledger_hash, _whole(told, self.id, self.ledger_seq, kind, self.now, actor))
        self.lines.append((self.ledger_seq, kind, actor, body.decode(), self.ledger_hash))
        if kind in ITEM_ENDS and isinstance(item := facts.get("item"), int):
            self.ended.append(item)

    def write_ledger(self) -> None:
        """Write the gathered lines, the head of the chain, and what else waits to be written, in one statement.

        What is to be done last is done first of it.
        """
        closing, self.closing = self.closing, []
        for last in closing:
            last()
        if self.lines:
            rows = ", ".join(LINE.format(n=number) for number in range(len(self.lines)))
            values = {
                f"{name}{number}": value
                for number, line in enumerate(self.lines)
                for name, value in zip(COLUMNS, line, strict=True)
            }
            self.writing.add("ledger", LINES + rows, case=self.id, now=self.now, **values)
            self.lines.clear()
        if self.ended:
            today = moments.local(self.now).date()
            self.writing.add(
                "joint_stopped", JOINT_STOPPED, case=self.id, ended_items=array(self.ended), ended_on=today
            )
            self.ended = []
        closed = ", closed_at = coalesce(closed_at, %(now)s)" if self.closed else ""
        if self.closed or "ledger" in self.writing.parts:
            head = f"update cases set ledger_seq = %(seq)s, ledger_hash = %(head)s{closed} where id = %(case)s"
            self.writing.add("head", head, case=self.id, now=self.now, seq=self.ledger_seq, head=self.ledger_hash)
        self.writing.send()


#: The lines of the ledger with which an item has its outcome.
ITEM_ENDS = frozenset(
    {Event.RULED, Event.ITEM_NOT_ACCEPTED, Event.ITEM_WITHDRAWN, Event.ITEM_TERMINATED, Event.ITEM_LAPSED}
)
#: The joint clock runs until the last item has its outcome; those of this command have it in the same statement,
#: in which a part may be called like the table.
JOINT_STOPPED = """
update legal_clock set stopped_on = %(ended_on)s where case_id = %(case)s and stopped_on is null
    and not exists (select from public.item_case where case_id = %(case)s and outcome is null
        and not id = any(%(ended_items)s::bigint[]))
"""
LINES = "insert into case_event (case_id, at, seq, kind, actor_id, body, hash) values "
LINE = "(%(case)s, %(now)s, %(seq{n})s, %(kind{n})s, %(actor{n})s::bigint, %(body{n})s, %(hash{n})s)"
COLUMNS = ("seq", "kind", "actor", "body", "hash")


def line_text(body: bytes, case_id: int, seq: int, kind: str, at: datetime, actor: int | None) -> bytes:
    """The canonical text of a line, which is hashed: its body and its columns, each kept once.

    Lines of the first releases kept the whole text in the body; it is recognised by its "seq".
    """
    told = orjson.loads(body)
    return body if "seq" in told else _whole(told, case_id, seq, kind, at, actor)


def _whole(told: dict[str, Any], case_id: int, seq: int, kind: str, at: datetime, actor: int | None) -> bytes:
    columns = {"case": case_id, "seq": seq, "kind": kind, "at": at.astimezone(UTC).isoformat(), "actor": actor}
    return orjson.dumps(told | columns, option=orjson.OPT_SORT_KEYS)


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of a ledger line: SHA-256 over the hash before it and its canonical text."""
    return hashlib.sha256(previous + body).digest()


#: What a command reads with the lock on a case `k`, in the order of `LockedCase`'s fields.
CASE_FACTS = f"""
    k.id, k.number, k.release_id, k.bundle_key, k.received_at, k.created_by, k.ledger_seq, k.ledger_hash,
    {RULES_OF_CASE},
    k.suspended_at
"""
LOCK_CASE = f"select {CASE_FACTS} from cases k where k.id = "
LOCK_BY_ID = LOCK_CASE + "%s for no key update"
#: As `Permission.TASK_SEE` has it: for everybody but the members of its groups there is no such task, and no lock.
TASK_SEEN = "groups ?| %s::text[]"
LOCK_BY_TASK = LOCK_CASE + f"(select case_id from user_task where id = %s and {TASK_SEEN}) for no key update"


def lock(statement: str, *values: object) -> LockedCase:
    """Lock a case row for this transaction. Raises NotFound, or Busy past the lock timeout."""
    return LockedCase(*lock_row(statement, *values))


def lock_row(statement: str, *values: object) -> tuple[Any, ...]:
    """The row of a statement that locks a case. Raises NotFound, or Busy past the lock timeout."""
    try:
        row = kept_cursor(statement).execute(statement, values).fetchone()
    except LockNotAvailable as waited:
        raise Busy() from waited
    if row is None:
        raise NotFound()
    return row


@contextmanager
def on_case(case_id: int) -> Iterator[LockedCase]:
    """A command on one case: locked, then yours, then ledger and commit."""
    with unit_of_work():
        case = lock(LOCK_BY_ID, case_id)
        yield case
        case.write_ledger()


@dataclass(slots=True)
class InstanceRow:
    """A process instance as loaded under the case's lock."""

    id: int
    state: bytes
    scopes: dict[str, int]
    release_id: int
    process: str
    steps: int

    @property
    def release(self) -> Published:
        """The release that it runs: its case's, or that of another bundle whose process a message started."""
        return published(self.release_id)
