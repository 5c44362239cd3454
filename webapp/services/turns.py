"""Turns at the rows of a batch: jobs take one after another, several at a time, each row in a transaction of its own.

A turn is counted, and that is committed, before anything is done with its row: one that kills its worker (SIGKILL, out
of memory) is tried a few times, ends with what happened, and the others go on. Counting costs no statement: the one
that takes a row claims the next row for this job too, in the same transaction, which is committed when the first one
is done. Whoever is killed in the middle leaves what was worked on counted, and what was only claimed untouched.

A row whose case is in somebody's hand is given back until later, and its try with it. How often a row is tried, and how
long one in somebody's hand is left alone each time, are settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

import structlog

from engine import EngineError, Words
from webapp import clock, moments
from webapp.errors import Busy
from webapp.settings import current_settings
from webapp.unit_of_work import is_of_the_database, sql, unit_of_work

log = structlog.get_logger(__name__)

THIS_CASE = Words("这一件", "this case")
#: A claim that its job never came to take up is free again after that. A row that is worked on is locked, too.
CLAIMED_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Rows:
    """A table whose rows are taken in turn (`models/turns.py`), in the order of `place`.

    `batch`, `row`: the columns of its key; `batches`: the table of what its rows belong to. `waiting` says which rows
    `m` of a batch `b` have not had their turn; `read` is what a turn is given of `m`. `what` one of them is in words.
    """

    table: str
    batches: str
    batch: str
    row: str
    waiting: str
    read: str
    what: Words = THIS_CASE

    @property
    def claim(self) -> str:
        """Count a try of the next row, and keep it for this job."""
        return CLAIM.format(but="", **self._names)

    @property
    def hold(self) -> str:
        """Lock the row that was claimed, and (with `more`) claim the next."""
        claim = CLAIM.format(but=BEHIND_HELD.format(**self._names), **self._names)
        return HOLD.format(claim=claim, read=self.read, **self._names)

    def asked(self, statement: str) -> str:
        """One of the other statements, about this table."""
        return statement.format(**self._names)

    @property
    def _names(self) -> dict[str, str]:
        return {
            "table": self.table,
            "batches": self.batches,
            "batch": self.batch,
            "row": self.row,
            "waiting": self.waiting,
        }


CLAIM = """
update {table} t set tries = t.tries + 1, claimed_by = %(me)s, not_before = %(lapses)s
where t.{batch} = %(batch)s and t.{row} = (
    select m.{row} from {table} m join {batches} b on b.id = m.{batch}
    where m.{batch} = %(batch)s and {waiting} and m.tries < %(most)s
        and (m.not_before is null or m.not_before <= %(now)s){but}
    order by m.tries, m.place limit 1 for update of m skip locked)
returning t.{row}
"""
BEHIND_HELD = " and %(more)s and m.{row} <> %(row)s and exists (select from held)"
HOLD = """
with held as (
    select m.tries, m.faults, m.busy, {read} from {table} m join {batches} b on b.id = m.{batch}
    where m.{batch} = %(batch)s and m.{row} = %(row)s and m.claimed_by = %(me)s and {waiting} for update of m
), following as ({claim})
select (select {row} from following), held.* from held
"""
BEFORE = "select tries, faults, busy from {table} where {batch} = %(batch)s and {row} = %(row)s"
LET_GO = """
update {table} set tries = tries - %(given_back)s, busy = busy + %(busy)s, faults = faults + %(faults)s,
    not_before = %(until)s, claimed_by = null
where {batch} = %(batch)s and {row} = %(row)s and claimed_by = %(me)s
"""
SPENT = """
select m.{row}, m.tries, m.faults from {table} m join {batches} b on b.id = m.{batch}
where m.{batch} = %(batch)s and {waiting} and m.tries >= %(most)s
    and (m.not_before is null or m.not_before <= %(now)s)
order by m.place for update of m skip locked
"""
NEXT_AT = """
select min(coalesce(m.not_before, %(now)s)) from {table} m join {batches} b on b.id = m.{batch}
where m.{batch} = %(batch)s and {waiting}
"""


class Work(Protocol):
    """What is done with the rows of one kind of batch."""

    def do(self, row: Sequence[Any]) -> None:
        """One row (as `Rows.read` has it) in the transaction of its turn, its result too."""

    def refuse(self, row: Sequence[Any], refused: EngineError) -> None:
        """Keep, in one transaction of its own, that it was refused and nothing of it is kept. Raises Busy: later."""

    def tell(self, key: int, words: Words, *, over: bool) -> None:
        """Keep in the caller's transaction why a row waits for longer, or (`over`) why it was given up."""


@dataclass(slots=True)
class _Turn:
    """The row that was claimed. Without `row` its turn has not begun."""

    key: int
    tries: int = 0
    faults: int = 0
    busy: int = 0
    row: Sequence[Any] | None = None


class Turns:
    """Those of one job at the rows of one batch, `at_most` so many. `values`: what `Rows.waiting` asks with."""

    def __init__(self, rows: Rows, batch_id: int, at_most: int, **values: Any) -> None:
        settings = current_settings()
        self._rows, self._left = rows, at_most
        self._most, self._waits = settings.batch_tries, [timedelta(seconds=one) for one in settings.batch_waits]
        self._values = {**values, "batch": batch_id, "me": uuid4().hex, "most": self._most}
        self._claimed: int | None = None

    def take(self, work: Work) -> bool:
        """Give rows their turns; False where no row is left that could have one now.

        What fails is kept in the log and with its row; only a lost database rises.
        """
        while self._left > 0:
            self._left -= 1
            key = self._claimed if self._claimed is not None else self._claim()
            if key is None:
                return False
            self._claimed = None
            self._one(_Turn(key), work)
        return True

    def give_up(self, work: Work) -> None:
        """End what was tried too often."""
        with unit_of_work():
            for key, tries, faults in sql().execute(self._rows.asked(SPENT), self._now()).fetchall():
                work.tell(key, given_up(tries - faults, faults, self._rows.what), over=True)

    def next_at(self) -> datetime | None:
        """When a row that still waits can have its turn at the earliest; None where none waits."""
        row = sql().execute(self._rows.asked(NEXT_AT), self._now()).fetchone()
        found: datetime | None = row[0] if row else None
        return found

    def _claim(self) -> int | None:
        with unit_of_work():
            row = sql().execute(self._rows.claim, self._now()).fetchone()
        return int(row[0]) if row else None

    def _one(self, turn: _Turn, work: Work) -> None:
        try:
            self._claimed = self._done_or_refused(turn, work)
        except Busy:
            self._later(turn, work)
        except Exception as error:  # the worker's: whatever it is, the other rows have their turns
            log.exception("turn-failed", table=self._rows.table, batch=self._values["batch"], row=turn.key)
            self._fault(turn, work)
            if is_of_the_database(error):
                raise  # the others would fail too: the queue gives out the job later

    def _done_or_refused(self, turn: _Turn, work: Work) -> int | None:
        """The row that was claimed with it; none after a refusal, which takes that claim back with all the rest."""
        try:
            return self._done(turn, work)
        except Busy:
            raise
        except EngineError as refused:
            assert turn.row is not None, "only what is done with a row is refused"
            work.refuse(turn.row, refused)
            return None

    def _done(self, turn: _Turn, work: Work) -> int | None:
        """The turn in its transaction; the row that was claimed with it. Nothing where somebody else has it now, or
        the batch is not under way any more."""
        with unit_of_work():
            found = sql().execute(self._rows.hold, {**self._now(), "row": turn.key, "more": self._left > 0}).fetchone()
            if found is None:
                self._let_go(turn, until=None)
                return None
            following, turn.tries, turn.faults, turn.busy, *turn.row = found
            work.do(turn.row)
        return None if following is None else int(following)

    def _later(self, turn: _Turn, work: Work) -> None:
        """Its case is in somebody's hand: it is left alone for a while, and after the last while given up."""
        now = clock.now()
        with unit_of_work():
            self._know(turn)
            times = turn.busy + 1
            if times > len(self._waits):
                work.tell(turn.key, _always_busy(times, sum(self._waits, timedelta()), self._rows.what), over=True)
                return
            until = now + self._waits[times - 1]
            work.tell(turn.key, _busy(times, until, self._rows.what), over=False)
            self._let_go(turn, until=until, busy=1)

    def _fault(self, turn: _Turn, work: Work) -> None:
        """Something failed that is no refusal: the row is tried again after a while, as often as is allowed."""
        now = clock.now()
        with unit_of_work():
            self._know(turn)
            times = turn.faults + 1
            until = now + self._waits[min(times, len(self._waits)) - 1]
            if turn.tries < self._most:
                work.tell(turn.key, _failed(times, until), over=False)
            self._let_go(turn, until=until if turn.tries < self._most else None, faults=1)

    def _know(self, turn: _Turn) -> None:
        """What came before it, where its turn broke off before that was read."""
        if turn.row is None:
            row = sql().execute(self._rows.asked(BEFORE), {**self._values, "row": turn.key}).fetchone()
            turn.tries, turn.faults, turn.busy = row or (0, 0, 0)

    def _let_go(self, turn: _Turn, *, until: datetime | None, busy: int = 0, faults: int = 0) -> None:
        values = {"row": turn.key, "until": until, "busy": busy, "faults": faults, "given_back": 1 - faults}
        sql().execute(self._rows.asked(LET_GO), {**self._values, **values})

    def _now(self) -> dict[str, Any]:
        now = clock.now()
        return {**self._values, "now": now, "lapses": now + CLAIMED_FOR}


def _busy(times: int, until: datetime, what: Words) -> Words:
    at = f"{moments.local(until):%H:%M:%S}"
    return Words(
        f"有人正在办理{what.zh}，{at} 以后再试（已试 {times} 次）",
        f"somebody is working on {what.en}: tried again after {at} (so far {_times(times)})",
    )


def _always_busy(times: int, within: timedelta, what: Words) -> Words:
    minutes = max(1, round(within.total_seconds() / 60))
    return Words(
        f"一直有人在办理{what.zh}：约 {minutes} 分钟内试了 {times} 次，没有处理",
        f"somebody was working on {what.en} all the while: tried {_times(times)} within some {minutes} minutes,"
        " not done",
    )


def _failed(times: int, until: datetime) -> Words:
    at = f"{moments.local(until):%H:%M:%S}"
    return Words(
        f"处理时程序出错 {times} 次，{at} 以后再试", f"failed with an error {_times(times)}: tried again after {at}"
    )


def given_up(ended: int, faults: int, what: Words = THIS_CASE) -> Words:
    """Why a row is not tried any more. `ended`: turns that the end of their worker broke off."""
    zh, en = [], []
    if ended:
        zh.append(f"处理{what.zh}时后台进程中断 {ended} 次")
        en.append(f"the worker ended while working on {what.en}, {_times(ended)}")
    if faults:
        zh.append(f"处理{what.zh}时程序出错 {faults} 次")
        en.append(f"working on {what.en} failed with an error, {_times(faults)}")
    return Words("；".join(zh) + "，没有处理", "; ".join(en) + ": not done")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
