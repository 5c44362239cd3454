"""What moving tokens by hand would do, before it is done: tasks, timers, jobs, items, and what the law's clocks do.

The change is tried on the stored state by the engine, whose commands are pure; nothing is written and nobody is told.
The command itself tries again under the case's lock, on the same state (`seen`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine import ChangeRefused, EngineError, Words, numbered
from engine.runtime import Add, Remove
from engine.values import ClockMark
from webapp import clock, moments
from webapp.catalogue import RULES_OF_CASE, engine_context, published, rules_of
from webapp.errors import NotFound
from webapp.organisation_names import post_names
from webapp.queries.standing import process_name
from webapp.queries.token_change import Effect, Item, Tried
from webapp.queries.token_law import law_effects
from webapp.services.engine_border import modify, snapshot
from webapp.services.failures import RepairFailed
from webapp.services.locked_case import InstanceRow
from webapp.services.repair import Change, ChangesRefused, ProcessMoved, state_mark
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Effects:
    """What each change is, in words; what it does to the process; what it means for the law's clocks."""

    changes: tuple[Words, ...]
    process: tuple[Effect, ...]
    law: tuple[Effect, ...]


INSTANCE = f"""
select i.id, i.state, i.scopes, i.release_id, i.process, i.steps, k.release_id, {RULES_OF_CASE}
from process_instance i join cases k on k.id = i.case_id
where i.id = %s and i.case_id = %s and i.ended_at is null
"""
JOBS = "select engine_job, element, type from engine_job where instance_id = %s and state in ('open', 'failed')"
HEARD = "select subscription, name from message_wait where instance_id = %s"


def token_effects(case_id: int, instance_id: int, changes: Sequence[Change], seen: str) -> Effects:
    """What `changes` would do. Raises NotFound, ProcessMoved, ChangesRefused, RepairFailed."""
    row = sql().execute(INSTANCE, (instance_id, case_id)).fetchone()
    if row is None:
        raise NotFound()
    *columns, case_release, versions = row
    instance = InstanceRow(columns[0], bytes(columns[1]), *columns[2:])
    if state_mark(instance.state) != seen:
        raise ProcessMoved()
    context = engine_context(clock.now(), rules_of(tuple(versions or ())))
    try:
        step = modify(instance.release.program, instance.state, changes, context)
        after = snapshot(step.state)
        before = snapshot(instance.state)
    except ChangeRefused as refused:
        raise ChangesRefused(refused.refusals) from refused
    except EngineError as failure:
        raise RepairFailed(failure) from failure
    tried = Tried(case_id, instance, published(case_release), step, before, after)
    told = tuple(_change(tried, change) for change in changes)
    return Effects(told, tuple(_process(tried)), tuple(law_effects(tried)))


def _change(tried: Tried, change: Change) -> Words:
    standing = {one.token: one for one in tried.before.active}
    if isinstance(change, Add):
        to = tried.name(change.element, change.scope)
        return Words(f"在“{to.zh}”新增一个令牌", f"add a token at “{to.en}”")
    there = standing[change.token]
    where = tried.name(there.element, there.home)
    if isinstance(change, Remove):
        return Words(f"移除“{where.zh}”上的令牌 {change.token}", f"remove token {change.token} from “{where.en}”")
    to = tried.name(change.element, there.home)
    return Words(
        f"令牌 {change.token} 从“{where.zh}”移到“{to.zh}”", f"move token {change.token} from “{where.en}” to “{to.en}”"
    )


def _process(tried: Tried) -> Iterator[Effect]:
    """What it does to tasks, timers, jobs and the process itself."""
    yield from _closed_tasks(tried)
    yield from _opened_tasks(tried)
    yield from _timers(tried)
    yield from _jobs(tried)
    yield from _messages(tried)
    for incident in tried.step.incidents:
        name = tried.name(incident.element, incident.scope)
        said = incident.message
        yield Effect(Words(f"“{name.zh}”随即发生异常：{said.zh}", f"“{name.en}” fails at once: {said.en}"), grave=True)
    if tried.step.incidents_resolved:
        count = len(tried.step.incidents_resolved)
        yield Effect(
            Words(f"{count} 个异常随之了结", f"{numbered(count, 'incident')} {'ends' if count == 1 else 'end'} with it")
        )
    if tried.step.ended:
        name = process_name(tried.instance.release, tried.instance.process)
        yield Effect(Words(f"流程“{name.zh}”结束", f"the process “{name.en}” ends"), grave=True)


def _closed_tasks(tried: Tried) -> Iterator[Effect]:
    rows = tried.tasks()
    for closed in tried.step.closed:
        if closed.id in rows:
            zh, en, element, item_case, holder = rows[closed.id]
            name = Words(zh or element, en or element)
            said = _with_item("取消任务", "cancels the task", name, tried.items.get(item_case or 0))
            held = Words(f"（{holder}正在办理）", f" ({holder} is working on it)") if holder else Words("", "")
            yield Effect(Words(said.zh + held.zh, said.en + held.en), grave=bool(holder))


def _opened_tasks(tried: Tried) -> Iterator[Effect]:
    """The tasks that would open, each with who may take it then."""
    posts = post_names() if tried.step.opened else {}
    for task in tried.step.opened:
        said = _with_item("新开任务", "opens the task", tried.name(task.element, task.scope), tried.item_of(task.scope))
        named = [posts.get(each, Words(each, each)) for each in task.candidate_groups]
        zh, en = "、".join(each.zh for each in named), ", ".join(each.en or each.zh for each in named)
        yield Effect(Words(f"{said.zh}，岗位：{zh}", f"{said.en} for {en}") if named else said)


def _timers(tried: Tried) -> Iterator[Effect]:
    rows = tried.timers()
    for timer in tried.step.timers_cancelled:
        if timer in rows and not rows[timer][1]:
            name, due = tried.name(rows[timer][0]), _moment(rows[timer][3])
            yield Effect(Words(f"取消定时“{name.zh}”{due}", f"cancels the timer “{name.en}” {due}".rstrip()))
    for timer_set in tried.step.timers_set:
        if not isinstance(timer_set.due, ClockMark):
            name, due = tried.name(timer_set.element, timer_set.scope), _moment(timer_set.due)
            yield Effect(Words(f"设定定时“{name.zh}”{due}", f"sets the timer “{name.en}” {due}".rstrip()))


def _jobs(tried: Tried) -> Iterator[Effect]:
    rows = {row[0]: row[1:] for row in sql().execute(JOBS, (tried.instance.id,))}
    for job in tried.step.jobs_cancelled:
        if job in rows:
            name = tried.name(rows[job][0])
            yield Effect(Words(f"取消后台作业“{name.zh}”", f"cancels the background job “{name.en}”"))
    for opened in tried.step.jobs:
        name = tried.name(opened.element, opened.scope)
        yield Effect(
            Words(
                f"执行后台作业“{name.zh}”（{opened.type}），做过的会再做一次",
                f"runs the background job “{name.en}” ({opened.type}): once more, where it was done before",
            ),
            grave=True,
        )


def _messages(tried: Tried) -> Iterator[Effect]:
    rows = {row[0]: row[1] for row in sql().execute(HEARD, (tried.instance.id,))}
    for closed in tried.step.subscriptions_closed:
        if closed in rows:
            yield Effect(Words(f"不再等待消息 {rows[closed]}", f"waits no more for the message {rows[closed]}"))
    for opened in tried.step.subscriptions_opened:
        yield Effect(Words(f"等待消息 {opened.name}", f"waits for the message {opened.name}"))
    for thrown in tried.step.thrown:
        yield Effect(Words(f"发出消息 {thrown.name}", f"sends the message {thrown.name}"), grave=True)


def _with_item(zh: str, en: str, name: Words, item: Item | None) -> Words:
    of_zh, of_en = (f"（{item.name.zh}）", f" of “{item.name.en}”") if item else ("", "")
    return Words(f"{zh}“{name.zh}”{of_zh}", f"{en} “{name.en}”{of_en}")


def _moment(due: datetime | None) -> str:
    return moments.shown(due) if due is not None else ""
