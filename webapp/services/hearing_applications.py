"""The application for a hearing: made on a day that its paper or postmark proves, entered then or later.

The limit is for the applicant, who keeps it with the application, not for the clerk who enters it: what was made in
time and entered late counts, with the reason why it was entered late. Where the limit had passed without an entry and
the item's review goes on, whoever reviews enters it, and the hearing is held all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine import Words
from webapp import moments
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clocks import start_clock
from webapp.services.events import Event
from webapp.services.procedures import (
    HEARING,
    NAMES,
    TOLD_BY,
    ensure_orders,
    limit_of,
    ordered_at,
    pause_for,
    tell,
)
from webapp.services.review_rows import write_review
from webapp.services.tasks import finish
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

LIMIT, CLOCK = "hearing-application-limit", "hearing-application"
#: What proves the day on which an application was made that is entered on a later one.
EVIDENCE: Mapping[str, Words] = {
    "paper": Words("书面申请上的收件日期", "the day of receipt on the paper"),
    "postmark": Words("信封上的邮戳日期", "the postmark on the envelope"),
}


class HearingAppliedLate(ActRefused):
    """Applied for after the days in which it can be."""

    def __init__(self, until: date, basis: Words) -> None:
        super().__init__(
            Words(
                f"听证申请应当在{until.isoformat()}以前提出，逾期视为放弃（{basis.zh}）。",
                f"A hearing is applied for by {until.isoformat()}; after that it counts as forgone ({basis.en}).",
            )
        )


class NothingForgone(ActRefused):
    """No right to a hearing of this item has lapsed: there is nothing to enter late."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该事项没有因逾期而视为放弃的听证，不能补登听证申请。",
                "No hearing of this item was forgone by silence: no application can be entered late.",
            )
        )


@dataclass(frozen=True, slots=True)
class Application:
    """Who applied, on which day, what proves the day (a key of EVIDENCE, and which paper), why it is entered late."""

    applicant: str
    made_on: date | None
    evidence: str = ""
    evidence_note: str = ""
    late_reason: str = ""

    def columns(self, day: date) -> dict[str, object]:
        """What is kept of it with the procedure."""
        return {
            "applied": day,
            "applicant": self.applicant.strip(),
            "evidence": self.evidence,
            "evidence_note": self.evidence_note.strip(),
            "late_reason": self.late_reason.strip(),
        }


def day_of(task: OpenTask, application: Application, told_at: datetime) -> date:
    """The day on which it was made: not to come, not before the right was told, within the limit, and proved.

    Raises Incomplete, HearingAppliedLate.
    """
    today, told, day = moments.local(task.case.now).date(), moments.local(told_at).date(), application.made_on
    if day is None or day > today:
        raise Incomplete("applied_on", Words("请填写提出申请的日期。", "Enter the day of the application."))
    if day < told:
        raise Incomplete(
            "applied_on",
            Words(
                f"提出申请的日期不能早于告知听证权利的{told.isoformat()}。",
                f"The application does not lie before {told.isoformat()}, on which the right was told.",
            ),
        )
    clocks = task.case.clocks.get(task.item_case_id or 0, ())
    until = next((clock.due_on for clock in clocks if clock.name == CLOCK and not clock.paused), None)
    if until is not None and day > until:
        raise HearingAppliedLate(until, limit_of(task, LIMIT).basis)
    if day < today:
        _ensure_proved(application)
    if until is not None and today > until and not application.late_reason.strip():
        raise Incomplete(
            "late_reason",
            Words("申请期限已过，请写明迟登的原因。", "The limit is over: say why it is entered only now."),
        )
    return day


def _ensure_proved(application: Application) -> None:
    if application.evidence not in EVIDENCE:
        raise Incomplete(
            "evidence",
            Words("申请不是今天提出的，请选择日期的凭据。", "It was not made today: choose what proves the day."),
        )
    if not application.evidence_note.strip():
        raise Incomplete(
            "evidence_note",
            Words("请写明凭据的编号或者存放处。", "Say which paper proves it, and where it is kept."),
        )


FORGONE = """
select on_application and outcome = 'forgone', reason, ordered_at, notice_id
from special_procedure where item_case_id = %s and kind = 'hearing' order by id desc limit 1
"""
REOPENED = """
insert into special_procedure (item_case_id, kind, reason, expected_days, on_application, paused, notice_id, ordered_by,
    ordered_at, applied_on, applicant, evidence, evidence_note, late_reason)
values (%(item_case)s, 'hearing', %(reason)s, %(expected)s, true, %(paused)s, %(notice)s, %(by)s, %(now)s, %(applied)s,
    %(applicant)s, %(evidence)s, %(evidence_note)s, %(late_reason)s)
"""


def take_missed_application(
    task_id: int, *, by: Identity, application: Application, expected_days: int, revision: int, key: str
) -> None:
    """Enter, at the review, an application that was made in time and that nobody had entered when the limit passed.

    The hearing is held: its days run from the application, the applicant is told, clocks stop anew as the place lets
    them. `expected_days` are working days. Raises NothingForgone, Incomplete, HearingAppliedLate, PauseNotLegal,
    NotOrderedAbove.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_orders(task)
        case, item_case_id = task.case, task.item_case_id
        assert item_case_id is not None
        row = sql().execute(FORGONE, (item_case_id,)).fetchone()
        if row is None or not row[0]:
            raise NothingForgone()
        _, reason, told_at, former_notice = row
        if not application.applicant.strip():
            raise Incomplete("applicant", Words("请写明是谁提出申请。", "Say who applied."))
        day = day_of(task, application, told_at)
        if expected_days < 1:
            raise Incomplete(
                "hearing_days",
                Words(
                    "请写明所需的工作日数，并告知申请人。", "State the working days it takes: the applicant is told."
                ),
            )
        notice = tell(task, HEARING, reason, expected_days, by=by).get(TOLD_BY)
        paused = pause_for(case, item_case_id, HEARING, notice, expected_days, by)
        case.writing.add(
            "procedure",
            REOPENED,
            item_case=item_case_id,
            reason=reason,
            expected=expected_days,
            paused=paused,
            notice=notice or former_notice,
            by=by.user_id,
            now=case.now,
            **application.columns(day),
        )
        since = case.now if day == moments.local(case.now).date() else moments.midnight(day)
        start_clock(case, item_case_id, limit_of(task, "hearing-hold-limit", HEARING), since)
        write_review(task, "procedure", NAMES[HEARING].zh, {}, by)
        case.record(Event.HEARING_APPLIED, by, item=item_case_id, applied=True, entered_late=True)
        # To the diagram it is a hearing that is to be told and held: nobody is asked for an application again.
        finish(task, ordered_at(task, HEARING, on_application=False), by=by, act="ordered")
