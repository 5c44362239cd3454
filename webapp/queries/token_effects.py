"""What moving tokens by hand would do, before it is done: tasks, timers, jobs, items, and what the law's clocks do.

The change is tried on the stored state by the engine, whose commands are pure; nothing is written and nobody is told.
The command itself tries again under the case's lock, on the same state (`seen`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import ChangeRefused, EngineError, Words
from engine.runtime import Add, Remove, Step
from engine.values import ClockMark
from webapp import clock, moments
from webapp.catalogue import RULES_OF_CASE, Published, engine_context, published, rules_of
from webapp.errors import NotFound
from webapp.queries.case_clocks import CLOCK_NAMES
from webapp.queries.standing import process_name
from webapp.services.clocks import STANDS_STILL
from webapp.services.engine_border import modify, snapshot
from webapp.services.failures import RepairFailed
from webapp.services.locked_case import InstanceRow
from webapp.services.repair import Change, ChangesRefused, ProcessMoved, state_mark
from webapp.services.step_rows import clocks_wanted, item_case_of
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that would come of it. `grave`: nobody should miss it."""

    words: Words
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Effects:
    """What each change is, in words; what it does to the process; what it means for the law's clocks."""

    changes: tuple[Words, ...]
    process: tuple[Effect, ...]
    law: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """An item case: which item, and whether it has its outcome."""

    id: int
    key: str
    name: Words
    outcome: str | None


@dataclass(frozen=True, slots=True)
class _Clock:
    """A legal clock of the case or of one of its items; one that is `stopped` counts no more."""

    item_case_id: int | None
    key: str
    due_on: date
    paused: bool
    stopped: bool

    @property
    def name(self) -> Words:
        return _limit(self.key)


INSTANCE = f"""
select i.id, i.state, i.scopes, i.release_id, i.process, i.steps, k.release_id, {RULES_OF_CASE}
from process_instance i join cases k on k.id = i.case_id
where i.id = %s and i.case_id = %s and i.ended_at is null
"""
ITEMS = "select id, item_key, outcome from item_case where case_id = %s order by item_key"
CLOCKS = f"""
select l.item_case_id, l.name, l.due_on, exists(select from clock_pause p where p.clock_id = l.id and {STANDS_STILL}),
    l.stopped_on is not null
from legal_clock l left join item_case i on i.id = l.item_case_id
where l.case_id = %(case)s or i.case_id = %(case)s order by i.item_key nulls first, l.id
"""
TASKS = """
select t.engine_task, t.name_zh, t.name_en, t.element, t.item_case_id, coalesce(u.name, '') from user_task t
left join app_user u on u.id = t.assignee_id where t.instance_id = %s and t.state = 'open'
"""
TIMERS = """
select engine_timer, element, clock, mark, coalesce(due_at, held_due_at), item_case_id from timer
where instance_id = %s
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
    tried = _Tried(case_id, instance, published(case_release), step, before, after)
    told = tuple(_change(tried, change) for change in changes)
    return Effects(told, tuple(tried.process()), tuple(tried.law()))


def _change(tried: _Tried, change: Change) -> Words:
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


class _Tried:
    """The step that would be made, with the rows that it would touch."""

    def __init__(
        self, case_id: int, instance: InstanceRow, of_case: Published, step: Step, before: Any, after: Any
    ) -> None:
        self.case_id, self.instance, self.step = case_id, instance, step
        self.of_case, self.before, self.after = of_case, before, after
        known = {item.key: item.name for item in of_case.bundle.items}
        rows = sql().execute(ITEMS, (case_id,)).fetchall()
        self.items = {id_: _Item(id_, key, known.get(key, Words(key, key)), outcome) for id_, key, outcome in rows}
        self.scopes = self._scopes()

    def name(self, element: str, scope: int | None = None) -> Words:
        """The element's name, its id where it has none; in the process of `scope`, else in the first that is open."""
        release = self.instance.release
        scopes = [self._scope(scope)] if scope is not None else []
        processes = [one.process for one in (*scopes, *self.before.scopes.values()) if one is not None]
        for process in dict.fromkeys([*processes, self.instance.process]):
            known = release.program.processes.get(process)
            node = known.nodes.get(element) if known else None
            if node is not None:
                return release.element_words(process, element, node.name) if node.name else Words(element, element)
        return Words(element, element)

    def _scope(self, scope: int) -> Any:
        return self.before.scopes.get(scope) or self.after.scopes.get(scope)

    def _scopes(self) -> dict[str, int]:
        """Scope -> item case, with those that the step would open."""
        found = dict(self.instance.scopes)
        by_key = {item.key: item.id for item in self.items.values()}
        for opened in self.step.scopes_opened:
            key = opened.inputs.get("item")
            inherited = found.get(str(opened.parent), found.get("*"))
            item = by_key.get(key) if isinstance(key, str) else inherited
            if item is not None:
                found[str(opened.scope)] = item
        return found

    def item_of(self, scope: int) -> _Item | None:
        return self.items.get(self.scopes.get(str(scope), self.scopes.get("*", 0)))

    def process(self) -> Iterator[Effect]:
        """What it does to tasks, timers, jobs and the process itself."""
        yield from self._closed_tasks()
        for task in self.step.opened:
            name = self.name(task.element, task.scope)
            yield Effect(_with_item("新开任务", "opens the task", name, self.item_of(task.scope)))
        yield from self._timers()
        yield from self._jobs()
        yield from self._messages()
        for incident in self.step.incidents:
            name = self.name(incident.element, incident.scope)
            said = incident.message
            yield Effect(
                Words(f"“{name.zh}”随即发生异常：{said.zh}", f"“{name.en}” fails at once: {said.en}"), grave=True
            )
        if self.step.incidents_resolved:
            count = len(self.step.incidents_resolved)
            yield Effect(Words(f"{count} 个异常随之了结", f"{count} incident(s) end with it"))
        if self.step.ended:
            name = process_name(self.instance.release, self.instance.process)
            yield Effect(Words(f"流程“{name.zh}”结束", f"the process “{name.en}” ends"), grave=True)

    def _closed_tasks(self) -> Iterator[Effect]:
        rows = {row[0]: row[1:] for row in sql().execute(TASKS, (self.instance.id,))}
        for closed in self.step.closed:
            if closed.id in rows:
                zh, en, element, item_case, holder = rows[closed.id]
                name = Words(zh or element, en or element)
                said = _with_item("取消任务", "cancels the task", name, self.items.get(item_case or 0))
                held = Words(f"（{holder}正在办理）", f" ({holder} is working on it)") if holder else Words("", "")
                yield Effect(Words(said.zh + held.zh, said.en + held.en), grave=bool(holder))

    def _timers(self) -> Iterator[Effect]:
        rows = {row[0]: row[1:] for row in sql().execute(TIMERS, (self.instance.id,))}
        for timer in self.step.timers_cancelled:
            if timer in rows and not rows[timer][1]:
                name, due = self.name(rows[timer][0]), _moment(rows[timer][3])
                yield Effect(Words(f"取消定时“{name.zh}”{due}", f"cancels the timer “{name.en}” {due}".rstrip()))
        for timer_set in self.step.timers_set:
            if not isinstance(timer_set.due, ClockMark):
                name, due = self.name(timer_set.element, timer_set.scope), _moment(timer_set.due)
                yield Effect(Words(f"设定定时“{name.zh}”{due}", f"sets the timer “{name.en}” {due}".rstrip()))

    def _jobs(self) -> Iterator[Effect]:
        rows = {row[0]: row[1:] for row in sql().execute(JOBS, (self.instance.id,))}
        for job in self.step.jobs_cancelled:
            if job in rows:
                name = self.name(rows[job][0])
                yield Effect(Words(f"取消后台作业“{name.zh}”", f"cancels the background job “{name.en}”"))
        for opened in self.step.jobs:
            name = self.name(opened.element, opened.scope)
            yield Effect(
                Words(
                    f"执行后台作业“{name.zh}”（{opened.type}），做过的会再做一次",
                    f"runs the background job “{name.en}” ({opened.type}): once more, where it was done before",
                ),
                grave=True,
            )

    def _messages(self) -> Iterator[Effect]:
        rows = {row[0]: row[1] for row in sql().execute(HEARD, (self.instance.id,))}
        for closed in self.step.subscriptions_closed:
            if closed in rows:
                yield Effect(Words(f"不再等待消息 {rows[closed]}", f"waits no more for the message {rows[closed]}"))
        for opened in self.step.subscriptions_opened:
            yield Effect(Words(f"等待消息 {opened.name}", f"waits for the message {opened.name}"))
        for thrown in self.step.thrown:
            yield Effect(Words(f"发出消息 {thrown.name}", f"sends the message {thrown.name}"), grave=True)

    def law(self) -> Iterator[Effect]:
        """What the law's clocks do, and what is decided or left undecided."""
        rows = sql().execute(CLOCKS, {"case": self.case_id}).fetchall()
        clocks = [_Clock(*row) for row in rows]
        begun = {item.id: item for item in self._begun_items()}
        for item in begun.values():
            yield Effect(
                Words(
                    f"事项“{item.name.zh}”从头开始：受理或者办结的时限从调整之时重新起算，先前的起算日不再作数",
                    f"the item “{item.name.en}” begins anew: its limit of intake or decision starts again at that"
                    " moment, and its former start counts no more",
                ),
                grave=True,
            )
        yield from self._marks()
        yield from self._wanted({(one.item_case_id, one.key): one for one in clocks})
        yield from self._outcomes()
        touched, others = self._touched(), 0
        for one in clocks:
            if one.stopped or one.item_case_id in begun:
                continue
            if not touched or one.item_case_id is None or one.item_case_id in touched:
                yield self._goes_on(one)
            else:
                others += 1
        if others:
            yield Effect(
                Words(
                    f"其他事项正在计算的 {others} 个时限不受影响",
                    f"the {others} running limit(s) of other items are not touched",
                )
            )

    def _touched(self) -> set[int]:
        """The items of which a task or timer opens or closes, or whose process opens or ends."""
        scopes = [*self.step.scopes_closed, *(one.scope for one in self.step.scopes_opened)]
        scopes += [one.scope for one in self.step.opened] + [one.scope for one in self.step.timers_set]
        items = {item.id for scope in scopes if (item := self.item_of(scope))}
        closed = {one.id for one in self.step.closed}
        rows = sql().execute(TASKS, (self.instance.id,)).fetchall()
        return items | {row[4] for row in rows if row[0] in closed and row[4]}

    def _goes_on(self, one: _Clock) -> Effect:
        item = self.items.get(one.item_case_id or 0)
        of_zh, of_en = (f"（{item.name.zh}）", f" of “{item.name.en}”") if item else ("", "")
        if one.paused:
            return Effect(
                Words(
                    f"{one.name.zh}{of_zh}仍在暂停中，不因调整而恢复计算",
                    f"{one.name.en}{of_en} still stands still: the change does not let it go on",
                )
            )
        return Effect(
            Words(
                f"{one.name.zh}{of_zh}继续计算，到期日仍为 {one.due_on}",
                f"{one.name.en}{of_en} runs on and still ends on {one.due_on}",
            )
        )

    def _begun_items(self) -> Iterator[_Item]:
        """Items whose own process would open: their clocks start with it (`item_opening`)."""
        calls = {item.key: item.call_activity for item in self.of_case.bundle.items}
        for opened in self.step.scopes_opened:
            key = opened.inputs.get("item")
            item = self.item_of(opened.scope)
            if isinstance(key, str) and item is not None and calls.get(key) == opened.element:
                yield item

    def _marks(self) -> Iterator[Effect]:
        """Timers that wait for a clock: what the diagram does by itself when its limit is reached."""
        rows = {row[0]: row[1:] for row in sql().execute(TIMERS, (self.instance.id,))}
        for timer in self.step.timers_cancelled:
            if timer in rows and rows[timer][1]:
                element, clock_name, mark, _, item_case = rows[timer]
                yield self._mark(element, clock_name, mark, self.items.get(item_case or 0), sets=False)
        for opened in self.step.timers_set:
            if isinstance(opened.due, ClockMark):
                item = self.item_of(opened.scope)
                yield self._mark(opened.element, opened.due.clock, opened.due.mark, item, sets=True)

    def _mark(self, element: str, clock_name: str, mark: str, item: _Item | None, *, sets: bool) -> Effect:
        name, limit = self.name(element), _limit(clock_name)
        of_zh, of_en = (f"（{item.name.zh}）", f" of “{item.name.en}”") if item else ("", "")
        at_zh, at_en = MARKS.get(mark, (mark, mark))
        if sets:
            return Effect(
                Words(
                    f"{limit.zh}{of_zh}{at_zh}时，流程自动走“{name.zh}”",
                    f"{at_en} of {limit.en}{of_en}, the process takes “{name.en}” by itself",
                )
            )
        return Effect(
            Words(
                f"{limit.zh}{of_zh}{at_zh}时，流程不再自动走“{name.zh}”；时限本身不变",
                f"{at_en} of {limit.en}{of_en}, the process no longer takes “{name.en}” by itself; the limit stays",
            ),
            grave=True,
        )

    def _wanted(self, known: Mapping[tuple[int | None, str], _Clock]) -> Iterator[Effect]:
        """What opens under a clock that does not run (any more)."""
        shown = InstanceRow(
            self.instance.id, b"", self.scopes, self.instance.release_id, self.instance.process, self.instance.steps
        )
        begun = {item.id for item in self._begun_items()}
        for item_case, key in dict.fromkeys(clocks_wanted(shown, self.step)):
            clock_there = known.get((item_case, key))
            if item_case in begun or (clock_there and not clock_there.stopped):
                continue
            name, item = _limit(key), self.items.get(item_case)
            of_zh, of_en = (f"（{item.name.zh}）", f" of “{item.name.en}”") if item else ("", "")
            if clock_there:
                yield Effect(
                    Words(
                        f"{name.zh}{of_zh}已经停止计算，不重新起算：新开的任务和定时仍按原到期日 {clock_there.due_on}",
                        f"{name.en}{of_en} has stopped and does not start again: what opens keeps its former last day,"
                        f" {clock_there.due_on}",
                    ),
                    grave=True,
                )
            else:
                yield Effect(
                    Words(
                        f"{name.zh}{of_zh}没有计算过，新开的任务没有到期日；调整不启动时限",
                        f"{name.en}{of_en} never ran: what opens has no due day; the change starts no limit",
                    ),
                    grave=True,
                )

    def _outcomes(self) -> Iterator[Effect]:
        """Items that would be left without a ruling, and those that have one already."""
        of_items = self.instance.process == self.of_case.bundle.entry_process
        left = {item_case_of(self.instance, scope) for scope in self.step.scopes_closed if of_items}
        kept = {self.scopes.get(str(scope), self.scopes.get("*")) for scope in self.after.scopes}
        over = [item for item in self.items.values() if item.id in left and item.id not in kept]
        for item in over:
            if item.outcome is None:
                yield Effect(
                    Words(
                        f"事项“{item.name.zh}”的流程到此结束而没有办理决定，时限继续计算，须另行作出并送达决定",
                        f"the process of the item “{item.name.en}” ends without a ruling; its limits run on, and a"
                        " decision has still to be made and delivered",
                    ),
                    grave=True,
                )
        opened = {self.item_of(task.scope) for task in self.step.opened}
        for decided in sorted((one for one in opened if one and one.outcome), key=lambda one: one.key):
            yield Effect(
                Words(
                    f"事项“{decided.name.zh}”已有办理结果，退回办理不撤销已作出的决定",
                    f"the item “{decided.name.en}” has its outcome: going back does not take the decision back",
                ),
                grave=True,
            )


MARKS = {
    "80%": ("过八成", "At four fifths"),
    "-1": ("到期前一日", "On the day before the end"),
    "100%": ("届满", "At the end"),
}


def _limit(name: str) -> Words:
    return CLOCK_NAMES.get(name, Words(name, name))


def _with_item(zh: str, en: str, name: Words, item: _Item | None) -> Words:
    of_zh, of_en = (f"（{item.name.zh}）", f" of “{item.name.en}”") if item else ("", "")
    return Words(f"{zh}“{name.zh}”{of_zh}", f"{en} “{name.en}”{of_en}")


def _moment(due: datetime | None) -> str:
    return moments.shown(due) if due is not None else ""
