"""特别程序: hearing, testing, expert review, public notice; ordered by who reviews, told in writing.

Which procedure stops which clocks is the place's data (`[pauses]` of the profile); a procedure that stops none still
runs and is told. An item has one at a time, and its review goes on when that is over. What was handed up is in the
hands of the upper unit: it orders at its own review, and posts, hosts and papers are its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine import Words
from engine.bundles import Item, On, at_level, kinds_issued, orders_above, procedure_time
from engine.law import ClockTerms, amount
from engine.values import Value
from webapp import moments
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clocks import start_clock, start_day, stop_clock, would_be_due
from webapp.services.delivery_limits import start_with_paper
from webapp.services.document_places import unit_of
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.pauses import NoClockRuns, end_pause, pause_clocks
from webapp.services.review_rows import write_review
from webapp.services.tasks import ensure_step, finish
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

HEARING, TESTING, EXPERTS, NOTICE = "hearing", "testing", "expert-review", "public-notice"
NAMES: Mapping[str, Words] = {
    HEARING: Words("听证", "hearing"),
    TESTING: Words("检验、检测、检疫、鉴定", "inspection, testing, quarantine, appraisal"),
    EXPERTS: Words("专家评审", "expert review"),
    NOTICE: Words("公示", "public notice"),
}
#: How a procedure may end, by its kind.
OUTCOMES: Mapping[str, Mapping[str, Words]] = {
    HEARING: {
        "held": Words("已举行听证", "hearing held"),
        "waived": Words("放弃听证", "hearing waived"),
        "forgone": Words("逾期未申请，视为放弃听证", "not applied for in time"),
    },
    TESTING: {
        "conform": Words("检验检测合格", "conforms"),
        "not-conform": Words("检验检测不合格", "does not conform"),
    },
    EXPERTS: {
        "supported": Words("专家评审通过", "supported by the experts"),
        "not-supported": Words("专家评审未通过", "not supported by the experts"),
    },
    NOTICE: {
        "unopposed": Words("公示期满无异议", "no objection"),
        "objected": Words("公示期内有异议", "objections were raised"),
    },
}
#: The notice that tells of the procedure and its time, without which no clock stops (art. 45).
TOLD_BY = "special-procedure-notice"
#: The notice of the right to apply for a hearing: the days to apply run from its delivery (art. 47).
OF_RIGHT = "hearing-right-notice"


#: The reviews at which a procedure is ordered: the unit's own, and that of the upper unit after a hand-up.
REVIEW, REVIEW_ABOVE = "review", "upper-review"


class NotOrderedAbove(ActRefused):
    """The diagram that this case began with knows no procedure at the review above."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "本案使用的流程图没有上级机关的特别程序环节：请由系统管理员将本案迁移到新版流程后再办理。",
                "The diagram of this case has no special procedure of the upper unit: have the case moved to a newer"
                " release first.",
            )
        )


def ensure_orders(task: OpenTask) -> None:
    """Raises NotFound at a step that orders no procedure, and NotOrderedAbove."""
    ensure_step(task, REVIEW, REVIEW_ABOVE)
    if task.step == REVIEW:
        return
    release = task.case.release
    assert task.item_key is not None
    if not orders_above(release.bundle.item(task.item_key), release.program, release.bundle.entry_process):
        raise NotOrderedAbove()


def ordered_at(task: OpenTask, kind: str, *, on_application: bool) -> dict[str, Value]:
    """What the diagram is told of an order at this review."""
    outcome = "proposal" if task.step == REVIEW else "upper_review"
    return {outcome: "procedure", "procedure": kind, "on_application": on_application}


def item_of(task: OpenTask) -> Item:
    """The item as the level handles it that the task belongs to: its unit, posts and papers."""
    assert task.item_key is not None
    return at_level(task.case.release.bundle.item(task.item_key), task.groups)


def limit_of(task: OpenTask, key: str, clock: str | None = None) -> ClockTerms:
    """A limit of the place for the kind of the task's item. Raises KeyError."""
    assert task.item_key is not None
    kind = task.case.release.bundle.item(task.item_key).kind
    return task.case.rules.profile.terms(key, clock, kind=kind)


def hosting_posts(item: Item) -> list[str]:
    """The posts from which a hearing of the item is hosted: those that review and sign it in the unit that reviews.

    `item` is as the level handles it whose hearing it is.
    """
    signs = item.groups["decide"] if item.hand_up is None else item.hand_up.groups["send"]
    return [item.groups["review"], signs]


@dataclass(frozen=True, slots=True)
class Running:
    """The procedure of an item case that is not over."""

    id: int
    kind: str
    reason: str
    on_application: bool
    paused: bool
    held_at: datetime | None
    place: str
    host_id: int | None
    ordered_at: datetime  # when the applicant was told


RUNNING = """
select id, kind, reason, on_application, paused, held_at, place, host_id, ordered_at from special_procedure
where item_case_id = %s and ended_at is null
"""


class NoProcedureRuns(ActRefused):
    """Nothing of this kind is going on for the item."""

    def __init__(self) -> None:
        super().__init__(Words("该事项没有正在进行的特别程序。", "No special procedure is going on for this item."))


def running(item_case_id: int) -> Running:
    """Raises NoProcedureRuns."""
    row = sql().execute(RUNNING, (item_case_id,)).fetchone()
    if row is None:
        raise NoProcedureRuns()
    return Running(*row)


ORDERED = """
insert into special_procedure (item_case_id, kind, reason, expected_days, on_application, paused, notice_id,
    ordered_by, ordered_at)
values (%(item_case)s, %(kind)s, %(reason)s, %(expected)s, %(on_application)s, %(paused)s, %(notice)s, %(by)s, %(now)s)
"""


def order_procedure(
    task_id: int,
    *,
    by: Identity,
    kind: str,
    reason: str,
    expected_days: int,
    on_application: bool,
    revision: int,
    key: str,
    checklist: Mapping[str, str] | None = None,
) -> None:
    """Order a procedure instead of a proposal: the applicant is told what, why and how long; clocks stop as allowed.

    `expected_days` are working days. A hearing `on_application` tells of the right to one (art. 47), otherwise the
    authority holds it of its own motion (art. 46). It is an act of the review: who orders does not rule. Raises
    Incomplete, HostReviewed, PauseNotLegal, NotOrderedAbove.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_orders(task)
        _ensure_order(kind, reason, expected_days)
        case, item_case_id = task.case, task.item_case_id
        assert item_case_id is not None
        on_application = on_application and kind == HEARING
        notices = tell(task, kind, reason.strip(), expected_days, by=by, of_right=on_application)
        paused = pause_for(case, item_case_id, kind, notices.get(TOLD_BY), expected_days, by)
        case.writing.add(
            "procedure",
            ORDERED,
            item_case=item_case_id,
            kind=kind,
            reason=reason.strip(),
            expected=expected_days,
            on_application=on_application,
            paused=paused,
            notice=next(iter(notices.values())),
            by=by.user_id,
            now=case.now,
        )
        if kind != HEARING:
            start_clock(case, item_case_id, procedure_time(kind, expected_days, case.rules.profile), case.now)
        elif on_application:
            start_with_paper(
                case,
                item_case_id,
                limit_of(task, "hearing-application-limit", "hearing-application"),
                notices[OF_RIGHT],
                until="apply_until",
            )
        write_review(task, "procedure", reason, checklist or {}, by)
        case.record(Event.PROCEDURE_ORDERED, by, item=item_case_id, procedure=kind, paused=paused)
        finish(task, ordered_at(task, kind, on_application=on_application), by=by, act="ordered")


def _ensure_order(kind: str, reason: str, expected_days: int) -> None:
    if kind not in NAMES:
        raise Incomplete("procedure", Words("请选择特别程序。", "Choose the procedure."))
    if not reason.strip():
        raise Incomplete("reason", Words("请写明需要该程序的理由。", "Say why the procedure is needed."))
    if expected_days < 1:
        raise Incomplete(
            "expected_days",
            Words("请写明所需的工作日数，并告知申请人。", "State the working days it takes: the applicant is told."),
        )


def tell(
    task: OpenTask, kind: str, reason: str, expected_days: int, *, by: Identity, of_right: bool = False
) -> dict[str, int]:
    """The papers of the order, by kind, as `issued_documents.toml` says: that which stops clocks, where any may stop,
    and the procedure's own.

    `of_right`: those concerned are told of their right to apply for the hearing.
    """
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    item, profile = item_of(task), case.rules.profile
    told = ordered_at(task, kind, on_application=of_right)
    kinds = kinds_issued(On.STEP, task.step, told, item_kind=item.kind, item=item.key, place=profile)
    return {
        paper: issue_for_item(
            case, item_case_id, item, paper, by, reasons=reason, **_told_in(task, item, paper, kind, expected_days)
        )
        for paper in kinds
    }


def _told_in(task: OpenTask, item: Item, paper: str, kind: str, expected_days: int) -> dict[str, object]:
    """The fields of one of the papers of an order, besides its reasons."""
    case = task.case
    today, began = moments.local(case.now).date(), start_day(case.now, case.rules)
    if paper == TOLD_BY:
        return {
            "procedure_name": NAMES[kind],
            "procedure_basis": case.rules.profile.pauses[kind].basis,
            "expected_days": amount(expected_days, "working_days"),
            "begins_on": today,
        }
    if paper == OF_RIGHT:
        terms = limit_of(task, "hearing-application-limit")
        return {
            "apply_limit": amount(terms.value, terms.unit),
            "apply_until": would_be_due(terms, began, case.rules),
        }
    return {
        "notice_from": today,
        "notice_until": would_be_due(procedure_time(kind, expected_days, case.rules.profile), began, case.rules),
        "objections_to": unit_of(item.reviewing_department).name,
    }


def pause_for(
    case: LockedCase, item_case_id: int, kind: str, notice: int | None, expected_days: int, by: Identity
) -> bool:
    """Stop what this kind stops here; whether anything did. Raises PauseNotLegal where nothing at all was told."""
    if notice is None and kind in (HEARING, NOTICE):
        return False  # the place does not take this procedure out of any limit
    try:
        pause_clocks(case, item_case_id, kind, document_id=notice, by=by, expected_days=expected_days)
    except NoClockRuns:
        return False
    return True


ENDED = """
update special_procedure set outcome = %(outcome)s, ended_at = %(now)s, ended_by = %(by)s{more} where id = %(procedure)s
"""


def end_procedure(
    case: LockedCase, item_case_id: int, procedure: Running, outcome: str, by: Identity | None, **facts: object
) -> None:
    """The procedure is over: its clocks stop, what it paused runs on. `facts` are further columns."""
    if procedure.paused:
        end_pause(case, item_case_id, procedure.kind, by=by)
    for clock in (procedure.kind, "hearing-application") if procedure.kind == HEARING else (procedure.kind,):
        stop_clock(case, item_case_id, clock)
    more = "".join(f", {column} = %({column})s" for column in facts)
    case.writing.add(
        "procedure",
        ENDED.replace("{more}", more),
        procedure=procedure.id,
        outcome=outcome,
        now=case.now,
        by=by.user_id if by else None,
        **facts,
    )
    case.record(Event.PROCEDURE_ENDED, by, item=item_case_id, procedure=procedure.kind, outcome=outcome)


def record_result(
    task_id: int, *, by: Identity, outcome: str, conducted_by: str, record: str, revision: int, key: str
) -> None:
    """What a testing body found, or what the experts say: who, the result, the words. Raises Incomplete."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, TESTING, EXPERTS)
        assert task.item_case_id is not None
        procedure = running(task.item_case_id)
        if outcome not in OUTCOMES[procedure.kind]:
            raise Incomplete("result", Words("请选择结果。", "Choose the result."))
        if not conducted_by.strip():
            raise Incomplete("conducted_by", Words("请写明机构或者专家。", "Name the institution or the experts."))
        if not record.strip():
            raise Incomplete("record", Words("请写明结果的内容。", "Write down the result."))
        facts = {"conducted_by": conducted_by.strip(), "record": record.strip()}
        write_review(task, outcome, record, {}, by)
        end_procedure(task.case, task.item_case_id, procedure, outcome, by, **facts)
        finish(task, {}, by=by, act="procedure")


# Public notice


class NoticeStillRuns(ActRefused):
    """Objections may come until the last day is over."""

    def __init__(self, until: date) -> None:
        super().__init__(
            Words(
                f"公示期至{until.isoformat()}，期满前不能结束公示。",
                f"The public notice runs until {until.isoformat()} and cannot be closed before that day is over.",
            )
        )


OBJECTED = """
insert into objection (procedure_id, by_name, content, handling, taken_by, at)
values (%(procedure)s, %(by_name)s, %(content)s, %(handling)s, %(by)s, %(now)s)
"""


def take_objection(task_id: int, *, by: Identity, by_name: str, content: str, handling: str, key: str) -> None:
    """Keep an objection to the public notice, and what was made of it. Raises Incomplete."""
    with on_task(task_id, by, permission=Permission.TASK_DO, key=key) as task:
        ensure_step(task, NOTICE)
        assert task.item_case_id is not None
        procedure = running(task.item_case_id)
        for field, value in (("by_name", by_name), ("content", content)):
            if not value.strip():
                raise Incomplete(field, Words("请填写异议人和异议内容。", "Say who objects, and to what."))
        task.case.writing.add(
            "objection",
            OBJECTED,
            procedure=procedure.id,
            by_name=by_name.strip(),
            content=content.strip(),
            handling=handling.strip(),
            by=by.user_id,
            now=task.case.now,
        )
        task.case.record(Event.OBJECTION_TAKEN, by, item=task.item_case_id)


def close_notice(task_id: int, *, by: Identity, record: str, revision: int, key: str) -> None:
    """End the public notice after its last day; objections that came are answered in `record`.

    Raises NoticeStillRuns, Incomplete.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, NOTICE)
        assert task.item_case_id is not None
        procedure = running(task.item_case_id)
        until = _due(task, NOTICE)
        if until is not None and moments.local(task.case.now).date() <= until:
            raise NoticeStillRuns(until)
        row = sql().execute("select count(*) from objection where procedure_id = %s", (procedure.id,)).fetchone()
        objected = bool(row and row[0])
        if objected and not record.strip():
            raise Incomplete("record", Words("有异议的，请写明处理情况。", "Say how the objections were dealt with."))
        outcome = "objected" if objected else "unopposed"
        write_review(task, outcome, record, {}, by)
        end_procedure(task.case, task.item_case_id, procedure, outcome, by, record=record.strip())
        finish(task, {}, by=by, act="procedure")


def _due(task: OpenTask, name: str) -> date | None:
    clocks = task.case.clocks.get(task.item_case_id or 0, ())
    return next((clock.due_on for clock in clocks if clock.name == name), None)
