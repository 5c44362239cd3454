"""The frame of every command on a case: one transaction, the case locked first, the ledger last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson
from psycopg.errors import LockNotAvailable

from engine import EngineError, Words
from engine.runtime import Context
from webapp import clock, moments
from webapp.catalogue import RULES_IN_FORCE, Published, Rules, engine_context, published, rules_of
from webapp.errors import ActRefused, AlreadyDone, Busy, NotFound, Stale
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.unit_of_work import sql, unit_of_work


class Event(StrEnum):
    """The kinds of lines in a case's ledger."""

    DRAFT_STARTED = "draft-started"
    SHEET_GIVEN = "sheet-given"
    MATERIAL_ATTACHED = "material-attached"
    MATERIAL_REMOVED = "material-removed"
    COMMITMENT_SIGNED = "commitment-signed"
    COMMITMENT_WITHDRAWN = "commitment-withdrawn"
    RECEIVED = "received"
    ITEM_ACCEPTED = "item-accepted"
    ITEM_NOT_ACCEPTED = "item-not-accepted"
    CORRECTION_REQUESTED = "correction-requested"
    CORRECTED = "corrected"
    TASK_CLAIMED = "task-claimed"
    TASK_RELEASED = "task-released"
    REVIEWED = "reviewed"
    VISIT_SIGNED = "visit-signed"
    RULED = "ruled"
    OUTSIDE_RESULT = "outside-result"
    LICENCE_ISSUED = "licence-issued"
    DOCUMENT_ISSUED = "document-issued"
    RESULT_PREPARED = "result-prepared"
    DELIVERED = "delivered"
    CLOCK_STARTED = "clock-started"
    REMINDED = "reminded"
    VERIFICATION_OPENED = "verification-opened"
    VERIFIED = "verified"
    INCIDENT_OPENED = "incident-opened"
    INCIDENT_RETRIED = "incident-retried"
    MESSAGE_UNHEARD = "message-unheard"
    CLOSED = "closed"
    REFUSED_ACT = "refused-act"
    CODE_REISSUED = "code-reissued"
    STEP_FAILED = "step-failed"


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What the marks of a running clock are computed from."""

    name: str
    value: int
    unit: str
    started_on: date
    due_on: date


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
    now: datetime = field(default_factory=clock.now)
    closed: bool = False
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    clocks: dict[int, list[ClockFacts]] = field(default_factory=dict)

    @property
    def rules(self) -> Rules:
        """Calendar and profile in force, read with the lock."""
        return rules_of(tuple(self.rule_versions or ()))

    @property
    def release(self) -> Published:
        return published(self.release_id)

    @property
    def context(self) -> Context:
        """What the engine may know of the outside in this command."""
        return engine_context(self.now, self.rules)

    def record(self, kind: Event, by: Identity | None, **facts: object) -> None:
        """Add a line to the chain. `facts` are ids, codes and digests; never personal values."""
        self.ledger_seq += 1
        actor = by.user_id if by else None
        body = orjson.dumps(
            {
                **facts,
                "case": self.id,
                "seq": self.ledger_seq,
                "kind": kind,
                "at": self.now.isoformat(),
                "actor": actor,
                "release": self.release_id,
            },
            option=orjson.OPT_SORT_KEYS,
        )
        previous = self.ledger_hash
        self.ledger_hash = link(previous, body)
        self.lines.append((self.id, self.ledger_seq, kind, self.now, actor, body.decode(), previous, self.ledger_hash))

    def write_ledger(self) -> None:
        """Write the gathered lines and move the head, in one statement."""
        if not self.lines and not self.closed:
            return
        columns: list[list[Any]] = [list(column) for column in zip(*self.lines, strict=True)] or [[] for _ in range(8)]
        sql().execute(
            WRITE_LEDGER,
            (*columns, self.ledger_seq, self.ledger_hash, self.now if self.closed else None, self.id),
        )
        self.lines.clear()


WRITE_LEDGER = """
with written as (
    insert into case_event (case_id, seq, kind, at, actor_id, body, previous, hash)
    select * from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[], %s::text[],
                         %s::bytea[], %s::bytea[])
)
update cases set ledger_seq = %s, ledger_hash = %s, closed_at = coalesce(closed_at, %s) where id = %s
"""


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of a ledger line: SHA-256 over the hash before it and its canonical text."""
    return hashlib.sha256(previous + body).digest()


LOCK_CASE = f"""
select id, number, release_id, bundle_key, received_at, created_by, ledger_seq, ledger_hash, {RULES_IN_FORCE}
from cases where id = """
LOCK_BY_ID = LOCK_CASE + "%s for no key update"
LOCK_BY_TASK = LOCK_CASE + "(select case_id from user_task where id = %s) for no key update"


def lock(statement: str, key: int) -> LockedCase:
    """Lock a case row for this transaction. Raises NotFound, or Busy past the lock timeout."""
    try:
        row = sql().execute(statement, (key,)).fetchone()
    except LockNotAvailable as waited:
        raise Busy() from waited
    if row is None:
        raise NotFound()
    return LockedCase(*row)


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


@dataclass(slots=True)
class OpenTask:
    """A user task that this person may work on now, under the case's lock."""

    id: int
    engine_task: int
    item_case_id: int | None
    item_key: str | None
    way: str | None
    element: str
    step: str
    name: Words
    groups: frozenset[str]
    assignee_id: int | None
    revision: int
    participants: int
    state: str
    closed_at: datetime | None
    closed_by: str | None
    act: str
    instance: InstanceRow
    case: LockedCase


LOAD_TASK = """
select t.id, t.engine_task, t.item_case_id, ic.item_key, ic.way, t.element, t.step, t.name_zh, t.name_en, t.groups,
       t.assignee_id, t.revision, t.participants, t.state, t.closed_at, closer.name, t.act,
       i.id, i.state, i.scopes, i.release_id, i.process, holder.name
from user_task t
join process_instance i on i.id = t.instance_id
left join item_case ic on ic.id = t.item_case_id
left join app_user closer on closer.id = t.closed_by
left join app_user holder on holder.id = t.assignee_id
where t.id = %s and t.case_id = %s
"""
ACT_WORDS = {
    "accepted": Words("予以受理", "accepted"),
    "correction": Words("要求补正", "asked for correction"),
    "wrong-authority": Words("不予受理", "not accepted"),
    "not-required": Words("不受理", "no licence needed"),
    "grant": Words("准予", "granted"),
    "refuse": Words("不予", "refused"),
    "examined": Words("完成资料审查", "examined"),
    "propose-grant": Words("建议准予", "proposed to grant"),
    "propose-refuse": Words("建议不予", "proposed to refuse"),
    "visited": Words("完成联合核查", "finished the joint visit"),
    "corrected": Words("已补正", "corrected"),
    "prepared": Words("已出件", "prepared the result"),
    "delivered": Words("已送达", "delivered"),
    "verified-pass": Words("核查通过", "verified"),
    "verified-rectify": Words("限期整改", "ordered rectification"),
    "verified-fail": Words("整改后仍不符合", "still not met after rectification"),
    "done": Words("已办结", "done"),
}


@contextmanager
def on_task(
    task_id: int, by: Identity, *, permission: Permission, revision: int | None = None, key: str | None = None
) -> Iterator[OpenTask]:
    """A command on one user task: the case locked, the task checked to be open and `by`'s to do.

    `revision` is the task's as the page saw it, `key` the page's idempotency key. Raises NotFound,
    AlreadyDone (who did what, when), Stale, NotYours, AlreadyCarriedOut. A refusal is put in the ledger.
    """
    case_id: int | None = None
    try:
        with unit_of_work():
            case = lock(LOCK_BY_TASK, task_id)
            case_id = case.id
            task = _load(task_id, case)
            ensure(by, Permission.TASK_SEE, TaskFacts(task.groups, task.assignee_id, task.state))
            if key is not None:
                remember(by, key, case.now, f"{permission}:{task_id}")
            _ensure_open(task)
            _ensure_fresh(task, by, revision)
            ensure(by, permission, TaskFacts(task.groups, task.assignee_id, task.state))
            yield task
            case.write_ledger()
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        if case_id is not None:
            record_refusal(case_id, by, task_id, refusal)
        raise
    except EngineError as failure:
        if case_id is not None:
            _record_failure(case_id, by, task_id, failure)
        raise StepFailed() from failure


def task_in_case(task_id: int, case: LockedCase, by: Identity, permission: Permission) -> OpenTask:
    """Another open task of the case that this command already holds. Raises as `on_task` does."""
    task = _load(task_id, case)
    facts = TaskFacts(task.groups, task.assignee_id, task.state)
    ensure(by, Permission.TASK_SEE, facts)
    _ensure_open(task)
    ensure(by, permission, facts)
    return task


class KeyReused(ActRefused):
    """The page's key is missing or belongs to another act: the page must be loaded anew."""

    def __init__(self) -> None:
        super().__init__(
            Words("页面已失效，请刷新后重试。", "This page is no longer valid. Please reload and try again.")
        )


class StepFailed(ActRefused):
    """The diagram could not go on from this act; nothing of it is kept, and an incident is open."""

    status = 500

    def __init__(self) -> None:
        super().__init__(
            Words(
                "流程无法继续，已登记异常并通知牵头人员；您的办理没有提交。",
                "The process cannot go on. An incident was recorded; your act was not submitted.",
            )
        )


class AlreadyCarriedOut(ActRefused):
    """The same page was sent twice; the first time counted. Not an error to the person."""

    status = 200

    def __init__(self) -> None:
        super().__init__(Words("已办理。", "Already carried out."))


def remember(by: Identity, key: str, now: datetime, what: str) -> None:
    """Keep the page's key for this act. Raises AlreadyCarriedOut when the act was sent before, KeyReused
    when the key belongs to another act (or is empty), so that nothing is called done that was not.
    """
    if not key:
        raise KeyReused()
    kept = sql().execute(
        "insert into idempotency_key (actor_id, key, created_at, outcome) values (%s, %s, %s, %s)"
        " on conflict do nothing returning key",
        (by.user_id, key, now, what),
    )
    if kept.fetchone() is not None:
        return
    row = (
        sql()
        .execute("select outcome from idempotency_key where actor_id = %s and key = %s", (by.user_id, key))
        .fetchone()
    )
    raise AlreadyCarriedOut() if row is not None and row[0] == what else KeyReused()


def record_refusal(case_id: int, by: Identity, task_id: int | None, refusal: ActRefused) -> None:
    """The try goes into the ledger, in a small transaction of its own after the rollback."""
    with on_case(case_id) as case:
        case.record(Event.REFUSED_ACT, by, task=task_id, refusal=type(refusal).__name__)


INCIDENT = """
insert into incident (instance_id, case_id, item_case_id, element, code, message_zh, message_en, detail, opened_at)
select instance_id, case_id, item_case_id, element, 'step-failed', %s, %s, %s, %s from user_task where id = %s
"""


def _record_failure(case_id: int, by: Identity, task_id: int, failure: EngineError) -> None:
    """The failed step as an incident on the task's element, in a small transaction of its own."""
    words = StepFailed().words
    with on_case(case_id) as case:
        sql().execute(INCIDENT, (words.zh, words.en, f"{type(failure).__name__}: {failure}", case.now, task_id))
        case.record(Event.STEP_FAILED, by, task=task_id, failure=type(failure).__name__)


def _load(task_id: int, case: LockedCase) -> OpenTask:
    row = sql().execute(LOAD_TASK, (task_id, case.id)).fetchone()
    if row is None:
        raise NotFound()
    (
        id_,
        engine_task,
        item_case,
        item_key,
        way,
        element,
        step,
        zh,
        en,
        groups,
        assignee,
        revision,
        participants,
        state,
        closed_at,
        closer,
        act,
        instance,
        blob,
        scopes,
        release,
        process,
        _holder,
    ) = row
    return OpenTask(
        id_,
        engine_task,
        item_case,
        item_key,
        way,
        element,
        step,
        Words(zh, en),
        frozenset(groups),
        assignee,
        revision,
        participants,
        state,
        closed_at,
        closer,
        act,
        InstanceRow(instance, bytes(blob), scopes, release, process),
        case,
    )


def _ensure_open(task: OpenTask) -> None:
    if task.state == "open":
        return
    who = task.closed_by or "系统"
    raise AlreadyDone(who, ACT_WORDS.get(task.act, ACT_WORDS["done"]), task.closed_at, moments.shown(task.closed_at))


def _ensure_fresh(task: OpenTask, by: Identity, revision: int | None) -> None:
    if revision is None or revision == task.revision:
        return
    row = (
        sql()
        .execute(
            "select coalesce(u.name, ''), e.at from case_event e left join app_user u on u.id = e.actor_id"
            " where e.case_id = %s and e.body::jsonb ->> 'task' = %s and e.kind <> %s order by e.seq desc limit 1",
            (task.case.id, str(task.id), Event.REFUSED_ACT),
        )
        .fetchone()
    )
    who, at = row if row else ("", None)
    raise Stale(who or "系统", moments.shown(at))
