"""The frame of every act on a user task: the case locked, the task open, fresh and this person's to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from engine import EngineError, Words
from webapp import moments
from webapp.errors import ActRefused, AlreadyDone, NotFound, Stale
from webapp.identity import Identity, StandIn
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.services.clocks import CLOCK_FACTS, OF_USE
from webapp.services.events import ACT_WORDS, Event
from webapp.services.failures import ACT_FAILED, failure_of, refusal_of
from webapp.services.handed_up import ensure_unlocked
from webapp.services.held_back import ensure_not_held
from webapp.services.incident_notices import tell_leads
from webapp.services.locked_case import LOCK_BY_ID, ClockFacts, InstanceRow, LockedCase, lock, on_case
from webapp.services.page_keys import AlreadyCarriedOut, ensure_unused, keep_with
from webapp.services.posted import case_of
from webapp.services.separation import (
    CONFLICTED,
    PARTS,
    ColleagueBarred,
    InConflict,
    Part,
    barred_steps,
    refusal_for,
    rule_of,
)
from webapp.services.signals import raise_for_refusal
from webapp.services.suspended import ensure_active
from webapp.services.task_drafts import drop_with
from webapp.services.terminated import ensure_goes_on, ensure_item_goes_on
from webapp.unit_of_work import kept_cursor, sql, unit_of_work


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
    closed_by: int | None
    act: str
    parts: Collection[Part]  # who examined the item or heard it, for whom, at which step
    conflicted: Collection[int]  # who declared a conflict
    held_for: int | None  # for whom who holds it took it
    extension_asked: bool  # somebody asked for an extension in this case, and nobody has answered
    tolerance: str | None  # how it stands with materials that are to follow; None: nobody spoke of any
    waits: int  # for how many things of colleagues the act has to wait
    process: str  # that draws the element
    instance: InstanceRow
    case: LockedCase

    @property
    def facts(self) -> TaskFacts:
        return TaskFacts(self.groups, self.assignee_id, self.state, self.case.bundle_key)


# All that an act on a task reads before it decides: the task with its instance, what this person had to do with the
# item before, whether an extension is asked for, the clocks of its item, and what the page's key was used for, if at
# all.
LOAD_TASK = f"""
select t.id, t.engine_task, t.item_case_id, ic.item_key, ic.way, t.element, t.step, t.name_zh, t.name_en, t.groups,
       t.assignee_id, t.revision, t.participants, t.state, t.closed_at, t.closed_by, t.act,
       {PARTS.format(item="t.item_case_id")}, {CONFLICTED}, t.acting_for,
       exists(select from clock_extension x where x.case_id = t.case_id and x.granted is null),
       (select x.state from tolerance x where x.item_case_id = t.item_case_id), t.waits,
       i.id, i.state, i.scopes, i.release_id, i.process, i.steps, t.process,
       (select json_agg(json_build_array({CLOCK_FACTS})) from legal_clock l
        where l.item_case_id = t.item_case_id and {OF_USE}),
       (select outcome from idempotency_key where actor_id = %(actor)s and key = %(key)s)
from user_task t
join process_instance i on i.id = t.instance_id
left join item_case ic on ic.id = t.item_case_id
where t.id = %(task)s and t.case_id = %(case)s
"""


@contextmanager
def on_task(
    task_id: int,
    by: Identity,
    *,
    permission: Permission,
    revision: int | None = None,
    key: str | None = None,
    while_waiting: bool = False,
) -> Iterator[OpenTask]:
    """A command on one user task: the case locked, the task checked to be open and `by`'s to do.

    `revision` is the task's as the page saw it, `key` the page's idempotency key. An act on a page's revision waits
    for what colleagues were asked (HeldBack), unless it is one of those `while_waiting`. Raises NotFound,
    AlreadyDone (who did what, when), Stale, NotYours, AlreadyCarriedOut. A refusal is put in the ledger.
    """
    case_id: int | None = None
    try:
        with unit_of_work():
            case = case_of(task_id, by)
            case_id = case.id
            task, used_for = _load(task_id, case, by, key)
            facts = task.facts
            ensure(by, Permission.TASK_SEE, facts)
            if key is not None:
                ensure_unused(key, f"{permission}:{task_id}", used_for)
            _ensure_open(task)
            _ensure_fresh(task, by, revision)
            act_for(task, by, ensure(by, permission, facts))
            ensure_active(case)
            if permission is Permission.TASK_CLAIM or (revision is not None and not while_waiting):
                _ensure_separate(task, by)
            if revision is not None and not while_waiting:
                ensure_not_held(task.id, task.waits)
            yield task
            if key is not None:
                keep_with(case.writing, by, key, case.now, f"{permission}:{task_id}")
                drop_with(case.writing, task_id)
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
        raise refusal_of(failure) from failure


APPLICANTS_TASK = """
select t.id from user_task t join item_case ic on ic.id = t.item_case_id
where t.case_id = %s and ic.item_key = %s and t.step = %s and t.state = 'open' order by t.id limit 1
"""


@contextmanager
def on_applicants_task(case_id: int, item_key: str, step: str, gone: Callable[[int], ActRefused]) -> Iterator[OpenTask]:
    """An act that an applicant does without us, on the open task of this step: whoever holds it, the case locked.

    The caller has checked number and code. `gone` makes the refusal where no such task is open (any more), from the
    case's id. A refusal is put in the ledger. Raises it, Suspended, NotFound.
    """
    task_id: int | None = None
    try:
        with unit_of_work():
            case = lock(LOCK_BY_ID, case_id)
            row = sql().execute(APPLICANTS_TASK, (case_id, item_key, step)).fetchone()
            if row is None:
                ensure_item_goes_on(case_id, item_key)
                ensure_unlocked(case_id, case.release.bundle.item(item_key))
                raise gone(case_id)
            task_id = int(row[0])
            task, _ = _load(task_id, case, None, None)
            ensure_active(case)
            yield task
            case.write_ledger()
    except NotFound:
        raise
    except ActRefused as refusal:
        record_refusal(case_id, None, task_id, refusal)
        raise
    except EngineError as failure:
        if task_id is not None:
            _record_failure(case_id, None, task_id, failure)
        raise refusal_of(failure) from failure


def task_in_case(task_id: int, case: LockedCase, by: Identity, permission: Permission) -> OpenTask:
    """Another open task of the case that this command already holds. Raises as `on_task` does."""
    task, _ = _load(task_id, case, by, None)
    ensure(by, Permission.TASK_SEE, task.facts)
    _ensure_open(task)
    act_for(task, by, ensure(by, permission, task.facts))
    return task


def act_for(task: OpenTask, by: Identity, absent: StandIn | None) -> None:
    """For whom the act is done: whose post it takes, or for whom its holder took the task while standing in."""
    if absent is not None:
        task.case.acting_for = absent.absent_id
    elif task.held_for is not None and task.assignee_id == by.user_id and task.held_for in by.persons:
        task.case.acting_for = task.held_for
    else:
        task.case.acting_for = None


def _ensure_separate(task: OpenTask, by: Identity) -> None:
    """Raises SamePerson, HostReviewed, NotSeparate: by what was done before; and InConflict."""
    absent = task.case.acting_for
    if task.conflicted:
        if by.user_id in task.conflicted:
            raise InConflict()
        if absent in task.conflicted:
            raise InConflict(own=False)
    persons = [by.user_id] if absent is None else [by.user_id, absent]
    rule = rule_of(task.instance, task.process, task.element, task.step)
    if barred := barred_steps(rule, task.parts, persons, task.case.id, task.item_case_id):
        raise refusal_for(task.step, barred, task.case.release, task.case.rules.profile, task.item_key)


OF_PEOPLE = f"""
select {PARTS.format(item="t.item_case_id")}, {CONFLICTED} from user_task t where t.id = %(task)s
"""
IN_CONFLICT = Words("已就本案申请回避。", "declared a conflict in this case.")
DID_ANOTHER_STEP = Words("办理过须由他人办理的环节（职责分离）。", "did a step that has to be somebody else's.")


def ensure_open_to(task: OpenTask, person: int, name: str) -> None:
    """Raises ColleagueBarred where the person who is to get the task is in conflict or did a step that bars them."""
    row = sql().execute(OF_PEOPLE, {"task": task.id}).fetchone()
    assert row is not None
    if person in (row[1] or ()):
        raise ColleagueBarred(name, IN_CONFLICT)
    rule = rule_of(task.instance, task.process, task.element, task.step)
    if barred_steps(rule, row[0] or (), [person], task.case.id, task.item_case_id):
        raise ColleagueBarred(name, DID_ANOTHER_STEP)


def open_task(task_id: int, case: LockedCase, by: Identity, revision: int | None = None) -> OpenTask:
    """An open task of the case that this command holds; whether it is `by`'s to do is for the command to say.

    Raises NotFound, AlreadyDone, Stale, Suspended.
    """
    task, _ = _load(task_id, case, by, None)
    _ensure_open(task)
    _ensure_fresh(task, by, revision)
    ensure_active(case)
    return task


def record_refusal(case_id: int, by: Identity | None, task_id: int | None, refusal: ActRefused) -> None:
    """The try goes into the ledger, in a small transaction of its own after the rollback."""
    with on_case(case_id) as case:
        record_refusal_on(case, by, task_id, refusal)


def record_refusal_on(case: LockedCase, by: Identity | None, task_id: int | None, refusal: ActRefused) -> None:
    """The same, in the transaction that has the case."""
    case.record(Event.REFUSED_ACT, by, task=task_id, refusal=type(refusal).__name__)
    raise_for_refusal(case, by, task_id, refusal)


# The same act tried again and again is one incident.
INCIDENT = """
insert into incident (instance_id, case_id, item_case_id, element, code, message_zh, message_en, detail, opened_at)
select t.instance_id, t.case_id, t.item_case_id, t.element, %(code)s, %(zh)s, %(en)s, %(detail)s, %(now)s
from user_task t where t.id = %(task)s and not exists (select from incident n where n.instance_id = t.instance_id
    and n.code = %(code)s and n.element = t.element and n.resolved_at is null)
returning id
"""


def _record_failure(case_id: int, by: Identity | None, task_id: int, error: EngineError) -> None:
    """The failed step as an incident on the task's element, in a small transaction of its own."""
    failure = failure_of(error, "step-failed", ACT_FAILED)
    with on_case(case_id) as case:
        values = {"code": failure.code, "zh": failure.words.zh, "en": failure.words.en, "detail": failure.detail}
        opened = sql().execute(INCIDENT, {**values, "now": case.now, "task": task_id}).fetchone()
        if opened is not None:
            tell_leads(case, failure.words)
        case.record(Event.STEP_FAILED, by, task=task_id, failure=type(error).__name__)


def _load(task_id: int, case: LockedCase, by: Identity | None, key: str | None) -> tuple[OpenTask, str | None]:
    """The task, and what the page's key was used for before. The clocks of its item are put into the case."""
    values = {"task": task_id, "case": case.id, "actor": by.user_id if by is not None else None, "key": key}
    row = kept_cursor(LOAD_TASK).execute(LOAD_TASK, values).fetchone()
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
        closed_by,
        act,
        parts,
        conflicted,
        held_for,
        extension_asked,
        tolerance,
        waits,
        instance,
        blob,
        scopes,
        release,
        process,
        steps,
        own_process,
        clocks,
        used_for,
    ) = row
    if item_case is not None:
        case.clocks.setdefault(item_case, [ClockFacts.of(*clock) for clock in clocks or ()])
    task = OpenTask(
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
        closed_by,
        act,
        parts or (),
        conflicted or (),
        held_for,
        extension_asked,
        tolerance,
        waits,
        own_process,
        InstanceRow(instance, bytes(blob), scopes, release, process, steps),
        case,
    )
    return task, used_for


def _ensure_open(task: OpenTask) -> None:
    if task.state == "open":
        return
    if task.state == "cancelled":
        ensure_goes_on(task.item_case_id)
    row = sql().execute("select name from app_user where id = %s", (task.closed_by,)).fetchone()
    raise AlreadyDone(
        row[0] if row else "系统",
        ACT_WORDS.get(task.act, ACT_WORDS["done"]),
        task.closed_at,
        moments.shown(task.closed_at),
    )


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
