"""What a case consists of, read once for every page about it: items with clocks, rulings and tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import Bundle, Item
from engine.law import ClockTerms, Extension, Pause, amount, read_clock
from webapp import clock, moments
from webapp.catalogue import Rules
from webapp.queries.due import Due, due
from webapp.unit_of_work import sql

CLOCK_NAMES = {
    "intake": Words("受理时限", "Intake limit"),
    "intake-promise": Words("承诺受理时限", "Promised intake limit"),
    "promised": Words("承诺办结时限", "Promised limit"),
    "statutory": Words("法定办结时限", "Statutory limit"),
    "joint": Words("联办时限", "Joint limit"),
    "delivery": Words("送达时限", "Delivery limit"),
    "verification": Words("事后核查时限", "Verification limit"),
    "correction": Words("补正期限", "Time to correct"),
    "rectification": Words("整改期限", "Time to rectify"),
    "refused-answer": Words("征询答复期限", "Time to answer whether the rest goes on"),
    "hearing-application": Words("听证申请期限", "Time to apply for a hearing"),
    "hearing": Words("组织听证期限", "Limit for holding the hearing"),
    "testing": Words("检验检测所需时间", "Time for testing"),
    "expert-review": Words("专家评审所需时间", "Time for expert review"),
    "public-notice": Words("公示期", "Time of public notice"),
    "statement": Words("陈述申辩期限", "Time to state and defend"),
    "meeting-answer": Words("会审答复期限", "Time to answer on the joint meeting"),
}
#: Clocks that run beside the one that matters for the item as a whole.
BESIDE = ("statutory", "meeting-answer")
CLOCK_STARTS = {
    "intake": Words("收件", "receipt"),
    "intake-promise": Words("收件", "receipt"),
    "promised": Words("受理", "acceptance"),
    "statutory": Words("受理", "acceptance"),
    "joint": Words("首个事项开始办理", "the first item's handling"),
    "delivery": Words("作出决定", "the ruling"),
    "verification": Words("作出决定", "the ruling"),
    "correction": Words("补正告知", "the correction notice"),
    "rectification": Words("责令整改", "the order to rectify"),
    "refused-answer": Words("征询意见", "the question"),
    "hearing-application": Words("告知听证权利", "the notice of the right to a hearing"),
    "hearing": Words("收到听证申请", "the application for a hearing"),
    "testing": Words("特别程序告知", "the notice of the procedure"),
    "expert-review": Words("特别程序告知", "the notice of the procedure"),
    "public-notice": Words("公示", "publication"),
    "statement": Words("告知拟撤销", "the notice before revocation"),
    "meeting-answer": Words("会审通知", "the announcement of the meeting"),
}
INTAKE_WORDS = {
    "accepted": Words("予以受理", "accepted"),
    "correction": Words("要求补正", "correction asked"),
    "wrong-authority": Words("不予受理", "not accepted"),
    "not-required": Words("不受理", "not required"),
    "forwarded": Words("已转交办理系统", "forwarded to the deciding system"),
    "predecessor-refused": Words("前置事项未获准，不予受理", "not accepted: what it needs was refused"),
    "fixed-on-spot": Words("当场更正后受理", "accepted, corrected on the spot"),
    "correction-lapsed": Words("逾期未补正，不予受理", "not accepted: not corrected in time"),
    "deemed-withdrawn": Words("逾期未补正，视为撤回申请", "not corrected in time: counts as withdrawn"),
}
#: Outcomes of items that ended without a ruling: nothing of them is issued or collected.
TERMINATED = {
    "withdrawn": Words("已撤回申请", "taken back by the applicant"),
    "terminated": Words("已终止办理", "ended: another item was refused"),
}
NOT_ISSUED = frozenset({"not-accepted", *TERMINATED})


@dataclass(frozen=True, slots=True)
class ClockView:
    """One legal clock with the lines that explain its due day. `state`: running | paused | stopped.

    `item_case_id` None: the joint clock, which is the case's.
    """

    item_case_id: int | None
    key: str
    name: Words
    length: Words
    basis: Words
    started_on: date
    stopped_on: date | None
    due: Due
    state: str
    provisional: bool
    lines: tuple[Words, ...]

    @property
    def met(self) -> bool:
        """Stopped in time."""
        return self.stopped_on is not None and self.due.on is not None and self.stopped_on <= self.due.on


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A user task of the case, open or closed. `posts` are the groups that may take it."""

    id: int
    item_case_id: int | None
    element: str
    step: str
    name: Words
    state: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    act: str
    holder: str
    shared: bool  # several persons sign it
    posts: Words


@dataclass(frozen=True, slots=True)
class RulingView:
    """办理决定 as it was made."""

    granted: bool
    words: Words
    reasons: str
    basis: Words
    remedy: Words
    by: str
    authorisation: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LicenceView:
    id: int
    name: Words
    number: str
    issued_on: date
    valid_to: date | None
    external: bool
    public_code: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of the case.

    `kind`: ok | info | warn | bad | muted; `progress`: done | current | waiting | refused.
    """

    id: int
    item: Item
    department: Words
    phone: str
    way: str
    received_at: datetime
    intake_outcome: str | None
    intake_note: str
    accepted_at: datetime | None
    accepted_by: str
    accepted_under: str
    ruled_at: datetime | None
    outcome: str | None
    delivered_at: datetime | None
    ruling: RulingView | None
    licence: LicenceView | None
    clocks: tuple[ClockView, ...]
    tasks: tuple[TaskLine, ...]

    @property
    def key(self) -> str:
        return self.item.key

    @property
    def open_tasks(self) -> tuple[TaskLine, ...]:
        return tuple(task for task in self.tasks if task.state == "open")

    @property
    def running(self) -> ClockView | None:
        """The clock that matters now: the nearest due day that runs, the promise before the statute."""
        running = [one for one in self.clocks if one.state != "stopped" and one.key not in BESIDE]
        return min(running, key=lambda one: one.due.on or date.max, default=None)

    @property
    def is_to_be_issued(self) -> bool:
        """The result is there and the issuing desk has not prepared it yet."""
        return self.delivered_at is None and not any(task.step == "deliver" for task in self.open_tasks)

    @property
    def waits(self) -> bool:
        """It has not opened: what it needs is undecided. It may have been pre-reviewed."""
        return not self.clocks and all(task.step == "pre-review" for task in self.tasks)

    @property
    def state(self) -> Words:
        """Where the item is, derived from its facts."""
        if self.outcome in TERMINATED:
            return TERMINATED[self.outcome]
        if self.outcome == "not-accepted":
            return INTAKE_WORDS.get(self.intake_outcome or "", INTAKE_WORDS["wrong-authority"])
        if self.outcome is not None:
            ruled = self.ruling.words if self.ruling else Words("已作出决定", "ruled")
            if self.delivered_at:
                return Words(f"{ruled.zh} · 已送达", f"{ruled.en}, delivered")
            if self.is_to_be_issued:
                return Words(f"{ruled.zh} · 待出件", f"{ruled.en}, to be issued")
            return Words(f"{ruled.zh} · 待领取", f"{ruled.en}, to be collected")
        if self.intake_outcome == "correction":
            return Words("待补正", "correction awaited")
        if self.open_tasks:
            return self.open_tasks[0].name
        if self.waits and any(task.state == "completed" for task in self.tasks):
            return Words("预审完成 · 等待前置事项", "pre-reviewed, waits for another item")
        if self.waits:
            return Words("等待前置事项", "waits for another item")
        if self.intake_outcome == "forwarded":
            return Words("部门系统办理中", "in the department's own system")
        if self.accepted_at and self.item.visit_checklist:
            return Words("等待联合核查", "waits for the joint visit")
        return Words("办理中", "in progress")

    @property
    def kind(self) -> str:
        if self.outcome == "granted":
            return "ok"
        if self.outcome == "withdrawn":
            return "muted"
        if self.outcome is not None:
            return "bad"
        if self.intake_outcome == "correction":
            return "warn"
        return "info" if self.clocks or self.tasks else "muted"

    @property
    def progress(self) -> str:
        if self.outcome in TERMINATED:
            return "refused"
        return {"ok": "done", "bad": "refused", "warn": "current", "info": "current", "muted": "waiting"}[self.kind]

    @property
    def since(self) -> datetime:
        """When the present state began."""
        moments_ = [
            self.delivered_at,
            self.ruled_at,
            *(task.opened_at for task in self.open_tasks),
            self.accepted_at,
        ]
        return next((at for at in moments_ if at is not None), self.received_at)


ITEMS = """
select ic.id, ic.item_key, d.name_zh, d.name_en, d.phone, ic.way, ic.received_at, ic.intake_outcome,
    ic.intake_note,
    ic.accepted_at, coalesce(accepter.name, ''), ic.accepted_under, ic.ruled_at, ic.outcome, ic.delivered_at,
    r.outcome, r.words_zh, r.words_en,
    concat_ws(E'\\n', nullif(nullif(r.facts, ''), r.reasons), r.reasons), r.basis_zh, r.basis_en, r.remedy_zh,
    r.remedy_en,
    decider.name, r.authorisation_number, r.at,
    l.id, l.name_zh, l.name_en, l.number, l.issued_on, l.valid_to, l.external, l.public_code
from item_case ic
join department d on d.key = ic.department_key
left join app_user accepter on accepter.id = ic.accepted_by
left join ruling r on r.item_case_id = ic.id
left join app_user decider on decider.id = r.by_id
left join licence l on l.item_case_id = ic.id
where ic.case_id = %s
"""


def items_of(case_id: int, bundle: Bundle, rules: Rules, tasks: Sequence[TaskLine]) -> tuple[ItemView, ...]:
    """Every item of the case, in the bundle's order."""
    clocks = clocks_of(case_id, rules)
    views = [_item(row, bundle, clocks, tasks) for row in sql().execute(ITEMS, (case_id,)).fetchall()]
    order = [item.key for item in bundle.items]
    return tuple(sorted(views, key=lambda view: order.index(view.key)))


def _item(row: Sequence[Any], bundle: Bundle, clocks: Iterable[ClockView], tasks: Iterable[TaskLine]) -> ItemView:
    id_, item_key, zh, en, phone = row[:5]
    values: list[Any] = [
        id_,
        bundle.item(item_key),
        Words(zh, en),
        phone,
        *row[5:15],
        _ruling(row[15:26]),
        _licence(row[26:]),
        tuple(one for one in clocks if one.item_case_id == id_),
        tuple(task for task in tasks if task.item_case_id == id_),
    ]
    return ItemView(*values)


def _ruling(row: Sequence[Any]) -> RulingView | None:
    outcome, zh, en, reasons, basis_zh, basis_en, remedy_zh, remedy_en, by, authorisation, at = row
    if outcome is None:
        return None
    return RulingView(
        outcome == "granted",
        Words(zh, en),
        reasons,
        Words(basis_zh, basis_en),
        Words(remedy_zh, remedy_en),
        by or "",
        authorisation,
        at,
    )


def _licence(row: Sequence[Any]) -> LicenceView | None:
    id_, zh, en, *facts = row
    return LicenceView(id_, Words(zh, en), *facts) if id_ is not None else None


CLOCKS = """
select l.item_case_id, l.name, l.value, l.unit, l.basis_zh, l.basis_en, l.started_on, l.stopped_on, l.due_on,
    l.since_receipt,
    coalesce((select jsonb_agg(jsonb_build_array(x.value, x.basis_zh, x.basis_en, x.level_zh, x.level_en,
        (x.decided_at at time zone %(zone)s)::date, d.number) order by x.id)
        from clock_extension x left join document d on d.id = x.document_id
        where (x.item_case_id = l.item_case_id or x.case_id = l.case_id)
            and l.name = any(string_to_array(x.clock, ' ')) and x.granted), '[]'),
    coalesce((select jsonb_agg(jsonb_build_array(p.name_zh, p.name_en, p.basis_zh, p.basis_en, p.started_on, p.ended_on,
        d.number, p.expected_days) order by p.started_on)
        from clock_pause p left join document d on d.id = p.document_id where p.clock_id = l.id), '[]')
from (select c.*, i.way = 'commitment' or i.intake_outcome is not distinct from 'forwarded' as since_receipt
      from item_case i join legal_clock c on c.item_case_id = i.id where i.case_id = %(case)s
      union all
      select c.*, null from legal_clock c where c.case_id = %(case)s) l
order by l.id
"""


def clocks_of(case_id: int, rules: Rules) -> list[ClockView]:
    """The legal clocks of a case as they stand today, each with its explanation."""
    today = clock.today(moments.OFFICE_ZONE)
    return [
        _clock(row, rules, today) for row in sql().execute(CLOCKS, {"case": case_id, "zone": moments.OFFICE_ZONE.key})
    ]


def _clock(row: Sequence[Any], rules: Rules, today: date) -> ClockView:
    item_case_id, key, value, unit, zh, en, started_on, stopped_on, due_on, unaccepted, extensions, pauses = row
    terms = ClockTerms(key, value, unit, Words(zh, en))
    reading = read_clock(
        terms,
        started_on,
        [_pause(pause) for pause in pauses],
        rules.calendar,
        today=today,
        stopped_on=stopped_on,
        start_reason=_start(key, unaccepted),
        first_day_counts=bool(rules.profile.rule("day-of-event-counts", False)),
        extensions=[_extension(extension) for extension in extensions],
    )
    return ClockView(
        item_case_id,
        key,
        CLOCK_NAMES.get(key, Words(key, key)),
        amount(value, unit),
        terms.basis,
        started_on,
        stopped_on,
        due(due_on, today, rules.calendar, paused=reading.state == "paused"),
        reading.state,
        reading.provisional,
        reading.explanation,
    )


def _start(key: str, since_receipt: bool) -> Words:
    """What set the clock going. By commitment, and for items decided elsewhere, it runs from receipt."""
    if since_receipt and key in ("promised", "statutory"):
        return CLOCK_STARTS["intake"]
    return CLOCK_STARTS.get(key, Words("开始", "the start"))


def _pause(row: Sequence[Any]) -> Pause:
    name_zh, name_en, zh, en, started, ended, notice, expected_days = row
    return Pause(
        Words(name_zh, name_en),
        Words(zh, en),
        date.fromisoformat(started),
        date.fromisoformat(ended) if ended else None,
        notice or "",
        expected_days,
    )


def _extension(row: Sequence[Any]) -> Extension:
    value, zh, en, level_zh, level_en, decided_on, notice = row
    return Extension(value, Words(zh, en), Words(level_zh, level_en), date.fromisoformat(decided_on), notice or "")


TASKS = """
select t.id, t.item_case_id, t.element, t.step, t.name_zh, t.name_en, t.state, t.opened_at, t.closed_at,
    coalesce(closer.name, ''), t.act, coalesce(holder.name, ''), t.participants > 1,
    (select string_agg(g.name_zh, '、' order by g.key) from candidate_group g where t.groups ? g.key),
    (select string_agg(g.name_en, ', ' order by g.key) from candidate_group g where t.groups ? g.key)
from user_task t
left join app_user closer on closer.id = t.closed_by
left join app_user holder on holder.id = t.assignee_id
where t.case_id = %s order by t.id
"""


def tasks_of(case_id: int) -> tuple[TaskLine, ...]:
    """Every user task of the case in the order in which they opened."""
    return tuple(_task(row) for row in sql().execute(TASKS, (case_id,)))


def _task(row: Sequence[Any]) -> TaskLine:
    posts = Words(row[13] or "", row[14] or "")
    values: list[Any] = [*row[:4], Words(row[4], row[5]), *row[6:13], posts]
    return TaskLine(*values)
