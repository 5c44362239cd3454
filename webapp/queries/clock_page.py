"""The page that explains every due day of a case: its clocks, the limits of its open steps, and who had it how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from engine.law import CalendarYear, Holding, Pause, Spell, days_held, read_clock
from webapp import clock, moments
from webapp.catalogue import RULES_OF_CASE, Rules, published, rules_of
from webapp.errors import NotFound
from webapp.queries.case_clocks import ClockView, clocks_of
from webapp.queries.case_parts import ItemView, items_of
from webapp.queries.case_tasks import TaskLine, tasks_of
from webapp.services.clocks import first_day_counts, start_day
from webapp.unit_of_work import sql

#: At these steps the applicant has the item, whoever keeps the task.
APPLICANTS_STEPS = ("correct", "correct-late")
APPLICANT = "applicant"


@dataclass(frozen=True, slots=True)
class StepView:
    """An open step with a limit of its own, explained like a clock."""

    name: Words
    due_on: date
    provisional: bool
    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class PauseView:
    """A pause of an item, with the notice that told the applicant."""

    kind: Words
    basis: Words
    started_on: date
    ended_on: date | None
    expected_days: int | None
    document_id: int | None
    number: str


@dataclass(frozen=True, slots=True)
class ItemClocks:
    """An item with everything that counts for it. `holders`: (who, working days), the most first."""

    item: ItemView
    steps: tuple[StepView, ...]
    pauses: tuple[PauseView, ...]
    holding: Holding
    holders: tuple[tuple[Words, int], ...]
    with_me: int


@dataclass(frozen=True, slots=True)
class ClockPage:
    """All of one case. `steps`: of tasks that are about no single item (the joint visit). `tables` are the calendars
    that its days were counted by.
    """

    joint: ClockView | None
    steps: tuple[StepView, ...]
    items: tuple[ItemClocks, ...]
    tables: tuple[CalendarYear, ...]
    place: Words
    demo: bool


def clock_page(case_id: int, department: str) -> ClockPage:
    """The clocks of a case for somebody of this department ("days with me"). Raises NotFound."""
    row = sql().execute(f"select k.release_id, {RULES_OF_CASE} from cases k where k.id = %s", (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    bundle, rules = published(row[0]).bundle, rules_of(tuple(row[1] or ()))
    tasks = tasks_of(case_id)
    items = items_of(case_id, bundle, rules, tasks)
    spells, names, pauses = _spells(case_id), _department_names(), _pauses(case_id)
    joint = next((one for one in clocks_of(case_id, rules) if one.item_case_id is None), None)
    today = clock.today(moments.OFFICE_ZONE)
    whole = (_step(task, (), rules, today) for task in tasks if task.item_case_id is None and task.state == "open")
    steps = tuple(step for step in whole if step is not None)
    each = tuple(_item(item, department, spells, names, pauses.get(item.id, ()), rules, today) for item in items)
    clocks = [*(clock for one in each for clock in one.item.clocks), *((joint,) if joint else ())]
    ends = [step.due_on for step in (*steps, *(step for one in each for step in one.steps))]
    return ClockPage(
        joint,
        steps,
        each,
        _tables(rules, clocks, ends),
        rules.profile.jurisdiction,
        rules.profile.demo,
    )


def _item(
    item: ItemView,
    department: str,
    spells: Mapping[int, Sequence[Spell]],
    names: Mapping[str, Words],
    pauses: Sequence[PauseView],
    rules: Rules,
    today: date,
) -> ItemClocks:
    last = moments.local(item.ruled_at).date() if item.ruled_at else today
    first = moments.local(item.received_at).date()
    still = [Spell("", one.started_on, one.ended_on) for one in pauses]
    holding = days_held(rules.calendar, spells.get(item.id, ()), still, first, last)
    each = sorted(holding.with_each.items(), key=lambda held: -held[1])
    return ItemClocks(
        item,
        tuple(step for task in item.open_tasks if (step := _step(task, pauses, rules, today)) is not None),
        tuple(pauses),
        holding,
        tuple((names.get(holder, Words(holder, holder)), days) for holder, days in each),
        holding.with_each.get(department, 0),
    )


def _step(task: TaskLine, pauses: Sequence[PauseView], rules: Rules, today: date) -> StepView | None:
    """The limit of the step alone, where the place gives it one; days in which the item stood still do not count."""
    terms = rules.signals.steps.get(task.step) if rules.signals else None
    if terms is None:
        return None
    reading = read_clock(
        terms,
        start_day(task.opened_at, rules),
        [Pause(one.kind, one.basis, one.started_on, one.ended_on) for one in pauses],
        rules.calendar,
        today=today,
        start_reason=Words("环节开始", "the step began"),
        first_day_counts=first_day_counts(rules),
    )
    return StepView(task.name, reading.due_on, reading.provisional, reading.explanation)


SPELLS = """
select t.item_case_id, case when t.step = any(%s) then %s else d.key end, t.opened_at, t.closed_at
from user_task t
join candidate_group g on t.groups ? g.key
join department d on d.id = g.department_id
where t.case_id = %s and t.item_case_id is not null
"""


def _spells(case_id: int) -> dict[int, list[Spell]]:
    """Per item case: who had a task of it, from when to when."""
    spells: dict[int, list[Spell]] = {}
    for item_case, holder, opened, closed in sql().execute(SPELLS, (list(APPLICANTS_STEPS), APPLICANT, case_id)):
        ended = moments.local(closed).date() if closed else None
        spells.setdefault(item_case, []).append(Spell(holder, moments.local(opened).date(), ended))
    return spells


def _department_names() -> dict[str, Words]:
    rows = sql().execute("select key, name_zh, name_en from department")
    return {key: Words(zh, en) for key, zh, en in rows} | {APPLICANT: Words("申请人", "the applicant")}


PAUSES = """
select distinct on (p.item_case_id, p.kind, p.started_on) p.item_case_id, p.name_zh, p.name_en, p.basis_zh, p.basis_en,
    p.started_on, p.ended_on, p.expected_days, d.id, coalesce(d.number, '')
from clock_pause p join item_case ic on ic.id = p.item_case_id left join document d on d.id = p.document_id
where ic.case_id = %s and p.kind <> 'delivery' order by p.item_case_id, p.kind, p.started_on
"""


def _pauses(case_id: int) -> dict[int, list[PauseView]]:
    """Per item case: its pauses, each once whatever clocks it stopped."""
    pauses: dict[int, list[PauseView]] = {}
    for item_case, zh, en, basis_zh, basis_en, *facts in sql().execute(PAUSES, (case_id,)):
        view: list[Any] = [Words(zh, en), Words(basis_zh, basis_en), *facts]
        pauses.setdefault(item_case, []).append(PauseView(*view))
    return pauses


def _tables(rules: Rules, clocks: Sequence[ClockView], ends: Sequence[date]) -> tuple[CalendarYear, ...]:
    """The tables of the years that these clocks, and the limits of steps that end on `ends`, run through."""
    days = [day for one in clocks for day in (one.started_on, one.due.on) if day]
    if not days:
        return ()
    crossed = range(min(days).year, max([*days, *ends]).year + 1)
    known = [*rules.calendar.years.values(), *rules.calendar.closures]
    return tuple(table for table in known if table.year in crossed)
