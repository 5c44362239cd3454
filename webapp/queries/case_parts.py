"""The items of a case as every page shows them: who has them, their clocks, rulings, licences and tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine import Words, as_written
from engine.bundles import Bundle, Item, handled_by
from engine.law import ruling_words
from webapp.catalogue import Rules
from webapp.organisation_names import department_names
from webapp.queries.case_clocks import BESIDE, ClockView, clocks_of
from webapp.queries.case_tasks import TaskLine
from webapp.services.held_licence import STATUS_WORDS
from webapp.services.results import KEPT_BACK
from webapp.unit_of_work import sql

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
    "tolerance-withdrawn": Words("逾期未补齐容缺材料，视为撤回申请", "not completed in time: counts as withdrawn"),
    "acceptance-revoked": Words("逾期未补齐容缺材料，撤销受理", "not completed in time: acceptance revoked"),
}

NOT_ISSUED = frozenset({"not-accepted", *TERMINATED})


@dataclass(frozen=True, slots=True)
class RulingView:
    """办理决定 as it was made."""

    granted: bool
    words: Words
    reasons: Words  # in both languages where a rule worded them; what a person typed stays as written
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
    status: str


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
        if self.is_undone:
            undone = ruling_words(self.item.kind).undone
            return Words(f"已{undone.zh}", undone.en)
        if self.outcome is not None:
            ruled = self.ruling.words if self.ruling else Words("已作出决定", "ruled")
            if self.delivered_at:
                return Words(f"{ruled.zh} · 已送达", f"{ruled.en}, delivered")
            if self.licence and self.licence.status in KEPT_BACK:
                state = STATUS_WORDS[self.licence.status]
                return Words(f"{ruled.zh} · 证照{state.zh}", f"{ruled.en}, licence {state.en}")
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
    def is_undone(self) -> bool:
        """What was granted was revoked, or a filing cancelled (LAW 2.11)."""
        return self.licence is not None and self.licence.status == "revoked"

    @property
    def kind(self) -> str:
        if self.is_undone:
            return "bad"
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
    concat_ws(E'\\n', nullif(nullif(r.facts, ''), r.reasons), r.reasons),
    concat_ws(E'\\n', nullif(nullif(r.facts_en, ''), r.reasons_en), nullif(r.reasons_en, '')),
    r.basis_zh, r.basis_en, r.remedy_zh, r.remedy_en,
    decider.name, r.authorisation_number, r.at,
    l.id, l.name_zh, l.name_en, l.number, l.issued_on, l.valid_to, l.external, l.public_code, l.status
from item_case ic
join department d on d.key = ic.department_key
left join app_user accepter on accepter.id = ic.accepted_by
left join ruling r on r.item_case_id = ic.id
left join app_user decider on decider.id = r.by_id
left join licence l on l.item_case_id = ic.id
where ic.case_id = %(case)s
"""


def items_of(case_id: int, bundle: Bundle, rules: Rules, tasks: Sequence[TaskLine]) -> tuple[ItemView, ...]:
    """Every item of the case, in the bundle's order."""
    clocks = clocks_of(case_id, rules)
    return items_from(sql().execute(ITEMS, {"case": case_id}).fetchall(), bundle, clocks, tasks, department_names)


def items_from(
    rows: Iterable[Sequence[Any]],
    bundle: Bundle,
    clocks: Sequence[ClockView],
    tasks: Sequence[TaskLine],
    departments: Callable[[], Mapping[str, Words]],
) -> tuple[ItemView, ...]:
    """The items of rows of `ITEMS`; `departments` is asked for names where an item is handed up."""
    views = [_item(row, bundle, clocks, tasks) for row in rows]
    order = [item.key for item in bundle.items]
    if any(view.item.hand_up for view in views):
        names = departments()
        views = [replace(one, department=handled_by(one.item, names)) if one.item.hand_up else one for one in views]
    return tuple(sorted(views, key=lambda view: order.index(view.key)))


def _item(row: Sequence[Any], bundle: Bundle, clocks: Iterable[ClockView], tasks: Iterable[TaskLine]) -> ItemView:
    id_, item_key, zh, en, phone = row[:5]
    values: list[Any] = [
        id_,
        bundle.item(item_key),
        Words(zh, en),
        phone,
        *row[5:15],
        _ruling(row[15:27]),
        _licence(row[27:]),
        tuple(one for one in clocks if one.item_case_id == id_),
        tuple(task for task in tasks if task.item_case_id == id_),
    ]
    return ItemView(*values)


def _ruling(row: Sequence[Any]) -> RulingView | None:
    outcome, zh, en, reasons, reasons_en, basis_zh, basis_en, remedy_zh, remedy_en, by, authorisation, at = row
    if outcome is None:
        return None
    return RulingView(
        outcome == "granted",
        Words(zh, en),
        worded(reasons, reasons_en),
        Words(basis_zh, basis_en),
        Words(remedy_zh, remedy_en),
        by or "",
        authorisation,
        at,
    )


def worded(zh: str, en: str) -> Words:
    """What a rule worded, in both languages; without an English text a person typed it, and it stays as written."""
    return Words(zh, en) if en else as_written(zh)


def _licence(row: Sequence[Any]) -> LicenceView | None:
    id_, zh, en, *facts = row
    return LicenceView(id_, Words(zh, en), *facts) if id_ is not None else None
