"""撤回本人的办理: who examined or proposed takes the act back while nobody has built on it.

Only acts that gave nobody outside anything: an examination, a pre-review, a proposal, and the first signature under a
visit. What the act opened must stand as it was opened: claimed by nobody, asked about by nobody, nothing entered. Then
the tokens that the act moved go back, each in its own branch; what other branches did since stays. The task is the same
person's again, with what was entered. The ledger keeps both, and the finding is marked as withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine import ChangeRefused, Words
from engine.bpmn import Program
from engine.runtime import Move, Snapshot
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.services.activity import decode_lines
from webapp.services.advance import apply
from webapp.services.beside import members, tell
from webapp.services.engine_border import modify, snapshot
from webapp.services.events import Event
from webapp.services.instances import load_instance
from webapp.services.locked_case import InstanceRow, LockedCase, on_case
from webapp.services.notices import NoticeKind
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.prepared_acts import Field, keep_prepared
from webapp.services.separation import InConflict
from webapp.services.step_rows import item_case_of
from webapp.services.suspended import ensure_active
from webapp.services.terminated import ensure_item_goes_on
from webapp.services.visit_records import end_record, entered_fields
from webapp.services.work import open_task, record_refusal
from webapp.unit_of_work import sql

#: What can be taken back: acts of officers among themselves.
ACTS = frozenset({"examined", "pre-reviewed", "propose-grant", "propose-refuse"})
TAKEN_BACK = "taken-back"
#: The control in which the conclusion of a step is entered.
CONCLUSIONS: Mapping[str, Mapping[str, Field]] = {
    "examine": {"visit": ("visit_needed", "yes"), "no-visit": ("visit_needed", "no")},
    "pre-review": {"ready": ("conclusion", "ready"), "not-ready": ("conclusion", "not-ready")},
    "review": {"grant": ("proposal", "grant"), "refuse": ("proposal", "refuse")},
}


class NotTakenBack(ActRefused):
    """The act stays: somebody has built on it, or it is none that can be taken back."""

    def __init__(self, why: Words) -> None:
        super().__init__(Words(f"不能撤回：{why.zh}。", f"This cannot be taken back: {why.en}."))


NOT_THIS = Words("此类办理对外产生效力或者不是您作出的", "it had effect outside, or was not yours")
WENT_ON = Words("后续环节已经开始办理", "somebody has begun what follows")
ENDED = Words("流程已经结束", "the process has ended")
MET = Words("已经与其他分支汇合", "it has met with other branches")


@dataclass(frozen=True, slots=True)
class DoneTask:
    """The act, under the case's lock."""

    id: int
    case: LockedCase
    item_case_id: int | None
    item_key: str | None
    step: str
    process: str
    element: str
    instance: InstanceRow


TASK = """
select t.case_id, t.groups, t.assignee_id, t.state, t.step, t.process, t.element, t.item_case_id, ic.item_key,
    t.instance_id, t.closed_by, t.act, t.closed_at, ic.outcome, k.bundle_key
from user_task t join cases k on k.id = t.case_id left join item_case ic on ic.id = t.item_case_id where t.id = %s
"""


def take_back(task_id: int, *, by: Identity, key: str) -> int:
    """Take one's own act back; returns the id of the task that is open again, and one's own.

    Raises NotTakenBack with what stands in the way, ItemTerminated, Suspended, NotFound.
    """
    with _on_done(task_id, by, key) as (case, row):
        (*_, step, process, element, item_case_id, item_key, instance_id, closed_by, act, closed_at, outcome, _) = row
        if row[3] == "open" and step == "visit":
            return _unsign(task_id, case, by)
        if row[3] != "completed" or closed_by != by.user_id or act not in ACTS:
            raise NotTakenBack(NOT_THIS)
        if item_key is not None:
            ensure_item_goes_on(case.id, item_key)
        if outcome is not None:
            raise NotTakenBack(WENT_ON)
        done = DoneTask(task_id, case, item_case_id, item_key, step, process, element, load_instance(case, instance_id))
        return _reopen(done, by, closed_at)


@contextmanager
def _on_done(task_id: int, by: Identity, key: str) -> Iterator[tuple[LockedCase, tuple[Any, ...]]]:
    row = sql().execute(TASK, (task_id,)).fetchone()
    if row is None:
        raise NotFound()
    ensure(by, Permission.TASK_SEE, TaskFacts(frozenset(row[1]), row[2], row[3], row[-1]))
    case_id = int(row[0])
    try:
        with on_case(case_id) as case:
            remember(by, key, case.now, f"take-back:{task_id}")
            ensure_active(case)
            found = sql().execute(TASK, (task_id,)).fetchone()
            assert found is not None
            yield case, found
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, task_id, refusal)
        raise


WITHDRAWN = """
update review set withdrawn_at = %s where task_id = %s and withdrawn_at is null and by_id = %s
returning conclusion, opinion, checklist, remarks
"""
REOPENED = """
update user_task set assignee_id = %s, revision = revision + 1,
    acting_for = (select d.acting_for from user_task d where d.id = %s)
where instance_id = %s and state = 'open'
    and element = %s and process = %s and item_case_id is not distinct from %s and engine_task = any(%s) returning id
"""


def _reopen(done: DoneTask, by: Identity, closed_at: object) -> int:
    case, instance = done.case, done.instance
    state = snapshot(instance.state)
    if state.ended:
        raise NotTakenBack(ENDED)
    moves = _moves(done, state, closed_at)
    found = sql().execute(WITHDRAWN, (case.now, done.id, by.user_id)).fetchone()
    try:
        step = modify(instance.release.program, instance.state, moves, case.context)
    except ChangeRefused as refused:
        raise NotTakenBack(WENT_ON) from refused
    apply(case, instance, step)
    case.writing.send()
    opened = [one.id for one in step.opened]
    values = (by.user_id, done.id, instance.id, done.element, done.process, done.item_case_id, opened)
    again = sql().execute(REOPENED, values).fetchone()
    if again is None:  # the diagram leads elsewhere now
        raise NotTakenBack(WENT_ON)
    sql().execute("update user_task set act = %s where id = %s", (TAKEN_BACK, done.id))
    case.record(Event.ACT_WITHDRAWN, by, task=done.id, again=again[0], step=done.step)
    task = open_task(again[0], case, by)
    if by.user_id in task.conflicted:
        raise InConflict()
    if found is not None:
        keep_prepared(task, _entered(done.step, *found), by)
    posts = {group for one in _closed_groups(instance.id, [one.id for one in step.closed]) for group in one}
    tell(task, NoticeKind.ACT_WITHDRAWN, members(posts), by)
    return int(again[0])


def _closed_groups(instance_id: int, engine_tasks: Sequence[int]) -> list[list[str]]:
    rows = sql().execute(
        "select groups from user_task where instance_id = %s and engine_task = any(%s)",
        (instance_id, list(engine_tasks)),
    )
    return [row[0] for row in rows]


def _entered(
    step: str, conclusion: str, opinion: str, checklist: Mapping[str, str], remarks: Mapping[str, str]
) -> list[Field]:
    """What was entered, by the controls of the step's page."""
    fields = _points(checklist, remarks)
    if conclusion in CONCLUSIONS.get(step, {}):
        fields.append(CONCLUSIONS[step][conclusion])
    return [*fields, *([("opinion", opinion)] if opinion else [])]


def _points(checklist: Mapping[str, str], remarks: Mapping[str, str]) -> list[Field]:
    marked = [(f"check.{point}", mark) for point, mark in checklist.items()]
    return [*marked, *((f"remark.{point}", text) for point, text in (remarks or {}).items())]


ACTIVITY = "select lines from activity where instance_id = %s and at = %s order by step desc"


@dataclass(slots=True)
class _Moved:
    """What the act did in one process: from which elements, and to which of them."""

    left: list[str]
    reached: list[str]


def _moves(done: DoneTask, state: Snapshot, closed_at: object) -> list[Move]:
    """The tokens that the act moved, back to where they were. Raises NotTakenBack where they went on since."""
    moves = []
    for scope, moved in _what_it_did(done, closed_at).items():
        if scope not in state.scopes:  # a called process that ended with the act begins anew from its call
            continue
        if len(moved.left) != 1 or len(moved.reached) != 1:
            raise NotTakenBack(WENT_ON)
        standing = [one for one in state.active if one.scope == scope and one.element == moved.reached[0]]
        if len(standing) != 1:
            raise NotTakenBack(WENT_ON)
        _ensure_untouched(done, state, standing[0].token)
        moves.append(Move(standing[0].token, moved.left[0]))
    if not moves:
        raise NotTakenBack(ENDED)
    return moves


def _what_it_did(done: DoneTask, closed_at: object) -> dict[int, _Moved]:
    for (lines,) in sql().execute(ACTIVITY, (done.instance.id, closed_at)).fetchall():
        told = list(decode_lines(lines, done.instance.process))
        if any(
            what == "completed" and (process, element) == (done.process, done.element) and _is_of_item(done, scope)
            for scope, process, element, what in told
        ):
            return _read(told, done.instance.release.program)
    raise NotTakenBack(WENT_ON)


def _is_of_item(done: DoneTask, scope: int) -> bool:
    """A scope that has ended belongs to no item any more; the task of such a process is told by its moment."""
    found = item_case_of(done.instance, scope)
    return found is None or found == done.item_case_id


def _read(told: Sequence[tuple[int, str, str, str]], program: Program) -> dict[int, _Moved]:
    """By scope: what was completed without being entered, and what was entered, or come to, and not completed.

    A token that waits where branches meet has not entered the gateway yet. Raises NotTakenBack where branches met.
    """
    done: dict[int, _Moved] = {}
    coming: list[tuple[int, str]] = []
    for scope, process, element, what in told:
        moved = done.setdefault(scope, _Moved([], []))
        if what == "taken":
            coming += [(scope, target) for target in _targets(program, process, element)]
        elif what == "entered":
            moved.reached.append(element)
        elif element in moved.reached:
            moved.reached.remove(element)
            if _joins(program, process, element):
                raise NotTakenBack(MET)
        else:
            moved.left.append(element)
    entered = {(scope, element) for scope, _, element, what in told if what == "entered"}
    for scope, target in coming:
        if (scope, target) not in entered:
            done[scope].reached.append(target)
    return {scope: moved for scope, moved in done.items() if moved.left or moved.reached}


def _targets(program: Program, process: str, flow: str) -> list[str]:
    nodes = program.processes[process].nodes.values() if process in program.processes else ()
    return [one.target for node in nodes for one in node.outgoing if one.id == flow]


JOINING = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})


def _joins(program: Program, process: str, element: str) -> bool:
    """Whether several branches have met there."""
    node = program.processes[process].nodes.get(element)
    if node is None or node.type not in JOINING:
        return False
    nodes = program.processes[process].nodes.values()
    return sum(one.target == element for other in nodes for one in other.outgoing) > 1


#: A task is as it was opened: nobody has it, was asked about it, signed it or entered anything.
UNTOUCHED = """
select t.revision = 0 and t.assignee_id is null and t.waits = 0
    and not exists (select from participant p where p.task_id = t.id)
    and not exists (select from opinion_request o where o.task_id = t.id)
    and not exists (select from prepared_act a where a.task_id = t.id)
    and not exists (select from task_draft d where d.task_id = t.id)
    and not exists (select from review r where r.task_id = t.id)
from user_task t where t.instance_id = %s and t.engine_task = %s
"""


def _ensure_untouched(done: DoneTask, state: Snapshot, token: int) -> None:
    for waiting in state.waiting:
        if waiting.token != token:
            continue
        if waiting.kind == "job":
            raise NotTakenBack(WENT_ON)
        if waiting.kind == "task":
            row = sql().execute(UNTOUCHED, (done.instance.id, waiting.id)).fetchone()
            if row is None or not row[0]:
                raise NotTakenBack(WENT_ON)


FIRST_ONLY = "select array_agg(user_id order by at) from participant where task_id = %s"


def _unsign(task_id: int, case: LockedCase, by: Identity) -> int:
    """The record of a visit that no other officer has confirmed yet is taken back with its signature."""
    signed = sql().execute(FIRST_ONLY, (task_id,)).fetchone()
    if signed is None or signed[0] != [by.user_id]:
        raise NotTakenBack(NOT_THIS if not signed or by.user_id not in (signed[0] or ()) else WENT_ON)
    task = open_task(task_id, case, by)
    if by.user_id in task.conflicted:
        raise InConflict()
    found = sql().execute(WITHDRAWN, (case.now, task_id, by.user_id)).fetchone()
    sql().execute("delete from participant where task_id = %s and user_id = %s", (task_id, by.user_id))
    sql().execute("update user_task set revision = revision + 1 where id = %s", (task_id,))
    if found is not None:
        conclusion, record, checklist, remarks = found
        keep_prepared(task, entered_fields(conclusion, record, checklist, remarks), by)
    end_record(task, by)
    case.record(Event.ACT_WITHDRAWN, by, task=task_id, step="visit")
    return task_id
