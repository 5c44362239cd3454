"""What moving tokens by hand would mean for the law: its clocks, and what is decided or left undecided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from engine import Words, numbered
from engine.values import ClockMark
from webapp.queries.case_clocks import CLOCK_NAMES
from webapp.queries.token_change import Effect, Item, Tried
from webapp.services.clocks import STANDS_STILL
from webapp.services.locked_case import InstanceRow
from webapp.services.step_rows import clocks_wanted, item_case_of
from webapp.unit_of_work import sql


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


CLOCKS = f"""
select l.item_case_id, l.name, l.due_on, exists(select from clock_pause p where p.clock_id = l.id and {STANDS_STILL}),
    l.stopped_on is not null
from legal_clock l left join item_case i on i.id = l.item_case_id
where l.case_id = %(case)s or i.case_id = %(case)s order by i.item_key nulls first, l.id
"""


def law_effects(tried: Tried) -> Iterator[Effect]:
    """What the law's clocks do, and what is decided or left undecided."""
    rows = sql().execute(CLOCKS, {"case": tried.case_id}).fetchall()
    clocks = [_Clock(*row) for row in rows]
    begun = {item.id: item for item in _begun_items(tried)}
    for item in begun.values():
        yield Effect(
            Words(
                f"事项“{item.name.zh}”从头开始：受理或者办结的时限从调整之时重新起算，先前的起算日不再作数",
                f"the item “{item.name.en}” begins anew: its limit of intake or decision starts again at that"
                " moment, and its former start counts no more",
            ),
            grave=True,
        )
    yield from _marks(tried)
    yield from _wanted(tried, {(one.item_case_id, one.key): one for one in clocks})
    yield from _outcomes(tried)
    touched, others = _touched(tried), 0
    for one in clocks:
        if one.stopped or one.item_case_id in begun:
            continue
        if not touched or one.item_case_id is None or one.item_case_id in touched:
            yield _goes_on(tried, one)
        else:
            others += 1
    if others:
        yield Effect(
            Words(
                f"其他事项正在计算的 {others} 个时限不受影响",
                f"{numbered(others, 'running limit')} of other items: not touched",
            )
        )


def _touched(tried: Tried) -> set[int]:
    """The items of which a task or timer opens or closes, or whose process opens or ends."""
    scopes = [*tried.step.scopes_closed, *(one.scope for one in tried.step.scopes_opened)]
    scopes += [one.scope for one in tried.step.opened] + [one.scope for one in tried.step.timers_set]
    items = {item.id for scope in scopes if (item := tried.item_of(scope))}
    closed = {one.id for one in tried.step.closed}
    return items | {task[3] for id_, task in tried.tasks().items() if id_ in closed and task[3]}


def _goes_on(tried: Tried, one: _Clock) -> Effect:
    item = tried.items.get(one.item_case_id or 0)
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


def _begun_items(tried: Tried) -> Iterator[Item]:
    """Items whose own process would open: their clocks start with it (`item_opening`)."""
    calls = {item.key: item.call_activity for item in tried.of_case.bundle.items}
    for opened in tried.step.scopes_opened:
        key = opened.inputs.get("item")
        item = tried.item_of(opened.scope)
        if isinstance(key, str) and item is not None and calls.get(key) == opened.element:
            yield item


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the diagram does by itself when a limit reaches a mark of its own, for the case or for one of its items."""

    element: str
    clock: str
    mark: str
    item: Item | None


def _marks(tried: Tried) -> Iterator[Effect]:
    """Timers that wait for a clock. One that ends while the same begins elsewhere goes on, for whoever reads it."""
    rows = tried.timers()
    cancelled = [rows[each] for each in tried.step.timers_cancelled if each in rows]
    ended = [_Mark(row[0], row[1], row[2], tried.items.get(row[4] or 0)) for row in cancelled if row[1]]
    set_anew = [
        _Mark(one.element, one.due.clock, one.due.mark, tried.item_of(one.scope))
        for one in tried.step.timers_set
        if isinstance(one.due, ClockMark)
    ]
    for one in ended:
        if one in set_anew:
            yield _taken(tried, one, Words("仍自动", "still takes"))
        else:
            yield _taken(tried, one, Words("不再自动", "no longer takes"), Words("；时限本身不变", "; the limit stays"))
    for one in set_anew:
        if one not in ended:
            yield _taken(tried, one, Words("自动", "takes"))


def _taken(tried: Tried, one: _Mark, how: Words, but: Words | None = None) -> Effect:
    """What the process takes by itself at a mark of a limit, from now on or no longer; `but`: what this leaves as it
    is, of an effect that is grave."""
    limit, at, name = _said(tried, one)
    return Effect(
        Words(
            f"{limit.zh}{at.zh}时，流程{how.zh}走“{name.zh}”{but.zh if but else ''}",
            f"{at.en} of {limit.en}, the process {how.en} “{name.en}” by itself{but.en if but else ''}",
        ),
        grave=but is not None,
    )


def _said(tried: Tried, one: _Mark) -> tuple[Words, Words, Words]:
    """The limit with its item, the mark, and what is taken then."""
    limit = _limit(one.clock)
    if one.item is not None:
        limit = Words(f"{limit.zh}（{one.item.name.zh}）", f"{limit.en} of “{one.item.name.en}”")
    return limit, Words(*MARKS.get(one.mark, (one.mark, one.mark))), tried.name(one.element)


def _wanted(tried: Tried, known: Mapping[tuple[int | None, str], _Clock]) -> Iterator[Effect]:
    """What opens under a clock that does not run (any more)."""
    shown = InstanceRow(
        tried.instance.id, b"", tried.scopes, tried.instance.release_id, tried.instance.process, tried.instance.steps
    )
    begun = {item.id for item in _begun_items(tried)}
    for item_case, key in dict.fromkeys(clocks_wanted(shown, tried.step)):
        clock_there = known.get((item_case, key))
        if item_case in begun or (clock_there and not clock_there.stopped):
            continue
        name, item = _limit(key), tried.items.get(item_case)
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


def _outcomes(tried: Tried) -> Iterator[Effect]:
    """Items that would be left without a ruling, and those that have one already."""
    of_items = tried.instance.process == tried.of_case.bundle.entry_process
    left = {item_case_of(tried.instance, scope) for scope in tried.step.scopes_closed if of_items}
    kept = {tried.scopes.get(str(scope), tried.scopes.get("*")) for scope in tried.after.scopes}
    over = [item for item in tried.items.values() if item.id in left and item.id not in kept]
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
    opened = {tried.item_of(task.scope) for task in tried.step.opened}
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
