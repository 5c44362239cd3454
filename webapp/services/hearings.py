"""听证: applied for in time, told ahead, held by somebody who did not review, with a record (art. 46 to 48).

Days are the profile's parameters: `hearing-application-limit`, `hearing-hold-limit`, `hearing-notice-ahead`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import Item
from engine.law import ClockTerms, amount
from webapp import moments
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.acting import signing_name
from webapp.services.clocks import start_clock, start_day, stop_clock, would_be_due
from webapp.services.document_places import known_answers
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.hearing_applications import Application, day_of
from webapp.services.job_handlers import RunningJob, handles
from webapp.services.procedures import (
    HEARING,
    Running,
    end_procedure,
    hosting_posts,
    item_of,
    limit_of,
    running,
)
from webapp.services.separation import PROPOSING_STEPS, refusal_for
from webapp.services.tasks import ensure_step, finish
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql


class HearingTooSoon(ActRefused):
    """Those concerned are told some days ahead."""

    status = 422

    def __init__(self, earliest: date, terms: ClockTerms) -> None:
        ahead = amount(terms.value, terms.unit)
        super().__init__(
            Words(
                f"举行听证应当提前{ahead.zh}通知，最早为{earliest.isoformat()}（{terms.basis.zh}）。",
                f"A hearing is told {ahead.en} ahead: {earliest.isoformat()} at the earliest ({terms.basis.en}).",
            )
        )


class HearingTooLate(ActRefused):
    """Applied for, it is held within the days that the law gives."""

    status = 422

    def __init__(self, latest: date, basis: Words) -> None:
        super().__init__(
            Words(
                f"应当在{latest.isoformat()}以前组织听证（{basis.zh}）。",
                f"The hearing is to be held by {latest.isoformat()} ({basis.en}).",
            )
        )


class HearingNotYet(ActRefused):
    """The record is made when the hearing has taken place."""

    def __init__(self, held_at: datetime) -> None:
        at = moments.shown(held_at)
        super().__init__(Words(f"听证定于{at}举行，尚未开始。", f"The hearing is set for {at} and has not begun."))


class NotTheHost(ActRefused):
    """The named host holds the hearing and makes its record."""

    status = 403

    def __init__(self, name: str) -> None:
        super().__init__(Words(f"听证由{name}主持，应由其制作笔录。", f"{name} hosts the hearing and records it."))


APPLIED = """
update special_procedure set applied_on = %(applied)s, applicant = %(applicant)s, evidence = %(evidence)s,
    evidence_note = %(evidence_note)s, late_reason = %(late_reason)s
where id = %(procedure)s
"""


def answer_hearing_right(
    task_id: int, *, by: Identity, applied: bool, application: Application, revision: int, key: str
) -> None:
    """Whether a hearing was applied for, by whom, on which day; or waived in so many words.

    The days to hold it run from the application, whenever it is entered (art. 47). Raises Incomplete,
    HearingAppliedLate.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "hearing-application")
        case, item_case_id = task.case, task.item_case_id
        assert item_case_id is not None
        procedure = running(item_case_id)
        if not application.applicant.strip():
            raise Incomplete("applicant", Words("请写明是谁提出或者放弃。", "Say who applied or waived."))
        if not applied:
            end_procedure(case, item_case_id, procedure, "waived", by, applicant=application.applicant.strip())
        else:
            day = day_of(task, application, procedure.ordered_at)
            case.writing.add("procedure", APPLIED, procedure=procedure.id, **application.columns(day))
            stop_clock(case, item_case_id, "hearing-application")
            since = case.now if day == moments.local(case.now).date() else moments.midnight(day)
            start_clock(case, item_case_id, limit_of(task, "hearing-hold-limit", HEARING), since)
        case.record(Event.HEARING_APPLIED, by, item=item_case_id, applied=applied)
        finish(task, {"hearing_applied": applied}, by=by, act="procedure")


NOTIFIED = """
update special_procedure set notified_at = %(now)s, held_at = %(held)s, place = %(place)s, host_id = %(host)s
where id = %(procedure)s
"""
HOST = f"""
select u.name, u.login, exists(select from review r where r.item_case_id = %(item_case)s
        and u.id in (r.by_id, r.acting_for) and r.step in {PROPOSING_STEPS})
    or exists(select from special_procedure p where p.item_case_id = %(item_case)s and p.ordered_by = u.id)
    or exists(select from participant s join user_task v on v.id = s.task_id where u.id in (s.user_id, s.acting_for)
        and v.step = 'visit' and v.case_id = (select case_id from item_case where id = %(item_case)s))
    or exists(select from user_task t where t.item_case_id = %(item_case)s and t.step = 'accept'
        and u.id in (t.closed_by, t.acting_for))
from app_user u join department d on d.id = u.department_id where u.id = %(host)s and d.key = %(unit)s and u.active
    and exists(select from membership m join candidate_group g on g.id = m.group_id
        where m.user_id = u.id and g.key = any(%(posts)s))
    and not exists(select from declared_conflict c join item_case i on i.case_id = c.case_id
        where i.id = %(item_case)s and c.user_id = u.id and c.withdrawn_at is null
        and coalesce(c.item_case_id, i.id) = i.id)
"""


def notify_hearing(
    task_id: int,
    *,
    by: Identity,
    held_at: datetime | None,
    place: str,
    host_id: int | None,
    revision: int,
    key: str,
    day_off: bool = True,
) -> None:
    """Set the hearing and tell those concerned: when, where, hosted by whom; whoever applied in their own name.

    `day_off`: it may lie on a day that is not worked; who did not say so is asked (Incomplete).

    Raises Incomplete, HearingTooSoon, HearingTooLate, HostReviewed.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "hearing-notice")
        case, item_case_id = task.case, task.item_case_id
        assert item_case_id is not None
        assert task.item_key is not None
        procedure, item = running(item_case_id), item_of(task)
        at = _moment(task, held_at)
        if not day_off:
            _ensure_worked(task, at)
        if not place.strip():
            raise Incomplete("place", Words("请填写听证地点。", "Enter the place of the hearing."))
        values = {
            "item_case": item_case_id,
            "host": host_id,
            "unit": item.reviewing_department,
            "posts": hosting_posts(item),
        }
        row = sql().execute(HOST, values).fetchone()
        if row is None:
            raise Incomplete("host", Words("请选择本单位的听证主持人。", "Choose a host from the unit that reviews."))
        name, login, reviewed = row
        if reviewed:
            raise refusal_for(HEARING, PROPOSING_STEPS, case.release, case.rules.profile, task.item_key)
        told: dict[str, Any] = {"hearing_at": moments.local(at), "hearing_place": place.strip(), "hearing_host": name}
        _tell_who_applied(task, procedure, item, by, told)
        matter = _matter(item, revoking=_proposer(item_case_id) is not None)
        fields = {"reasons": procedure.reason, "hearing_matter": matter, **told}
        issue_for_item(case, item_case_id, item, "hearing-notice", by, **fields)
        if not procedure.on_application:  # art. 46: of public interest, so announced to the public
            issue_for_item(case, item_case_id, item, "hearing-announcement", by, reasons=procedure.reason, **told)
        case.writing.add(
            "procedure", NOTIFIED, procedure=procedure.id, now=case.now, held=at, place=place.strip(), host=host_id
        )
        case.record(Event.HEARING_NOTIFIED, by, item=item_case_id, host=host_id)
        finish(task, {"hearing_host": login}, by=by, act="procedure")


def _matter(item: Item, *, revoking: bool) -> Words:
    """What is heard, as the notice to the applicant or the holder says it."""
    zh, en = item.name.zh, item.name.en or item.name.zh
    if revoking:
        return Words(f"拟撤销你（单位）的{zh}", f"the intended revocation of your {en}")
    return Words(f"你（单位）的{zh}申请", f"your application for {en}")


PROPOSER = """
select u.name from revocation v join app_user u on u.id = v.proposed_by where v.item_case_id = %s and v.outcome = ''
"""


def _proposer(item_case_id: int) -> str | None:
    """Who told of the revocation that is going on; None: none is, and the hearing is on an application."""
    row = sql().execute(PROPOSER, (item_case_id,)).fetchone()
    return str(row[0]) if row else None


#: Who applied for the hearing and when, where that is not the applicant of the case or who stands for them.
WHO_APPLIED = """
select p.applicant, p.applied_on from special_procedure p join cases k on k.id = %s
where p.id = %s and p.on_application and p.applied_on is not null
    and p.applicant <> all(array[k.applicant_name, k.subject_name] || %s::text[])
"""
TO_WHO_APPLIED = "hearing-notice-applied"


def _tell_who_applied(task: OpenTask, procedure: Running, item: Item, by: Identity, told: dict[str, Any]) -> None:
    """A third person who applied for the hearing is told in their own name; the applicant has the notice of a party.

    A release from before there was a template of it has the applicant's notice alone.
    """
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    if not procedure.on_application or case.release.template_path(TO_WHO_APPLIED, "zh", case.rules.profile.key) is None:
        return
    bundle = case.release.bundle
    signer = bundle.signatory_name_field
    own = known_answers(case.id, bundle, only={signer}).get(signer) if signer else None
    row = sql().execute(WHO_APPLIED, (case.id, procedure.id, [str(own)] if own else [])).fetchone()
    if row is None:
        return
    who, day = row
    fields = {"addressee": who, "applied_on": day, "reasons": procedure.reason, **told}
    issue_for_item(case, item_case_id, item, TO_WHO_APPLIED, by, **fields)


def _moment(task: OpenTask, held_at: datetime | None) -> datetime:
    if held_at is None:
        raise Incomplete("held_at", Words("请填写听证时间。", "Enter the time of the hearing."))
    rules, day = task.case.rules, moments.local(held_at).date()
    terms = limit_of(task, "hearing-notice-ahead")
    earliest = would_be_due(terms, start_day(task.case.now, rules), rules)
    if day < earliest:
        raise HearingTooSoon(earliest, terms)
    clocks = task.case.clocks.get(task.item_case_id or 0, ())
    latest = next((clock.due_on for clock in clocks if clock.name == HEARING), None)
    if latest is not None and day > latest:
        raise HearingTooLate(latest, limit_of(task, "hearing-hold-limit").basis)
    return held_at


def _ensure_worked(task: OpenTask, at: datetime) -> None:
    """The law does not keep a hearing from a day off; nobody sets it there without noticing."""
    day = moments.local(at).date()
    if not task.case.rules.calendar.is_working_day(day):
        on = day.isoformat()
        raise Incomplete(
            "day_off",
            Words(
                f"{on}不是工作日。确需在当日举行的，请勾选确认；否则请另选时间。",
                f"{on} is not a working day. Confirm that the hearing is held on it, or choose another.",
            ),
        )


REVIEWERS = f"""
select coalesce(string_agg(distinct u.name, '、'), '') from review r join app_user u on u.id = r.by_id
where r.item_case_id = %s and r.step in {PROPOSING_STEPS}
"""


def record_hearing(task_id: int, *, by: Identity, attended: str, record: str, revision: int, key: str) -> None:
    """The hearing was held: who attended, and the record on which the decision rests (art. 48).

    Raises Incomplete, NotTheHost, HostReviewed, HearingNotYet.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, HEARING)
        case, item_case_id = task.case, task.item_case_id
        assert item_case_id is not None
        procedure = running(item_case_id)
        _ensure_host(task, procedure, by)
        assert procedure.held_at is not None
        if case.now < procedure.held_at:
            raise HearingNotYet(procedure.held_at)
        if not attended.strip():
            raise Incomplete("attended", Words("请写明到场人员。", "Say who attended."))
        if not record.strip():
            raise Incomplete("record", Words("请填写听证笔录。", "Write the record of the hearing."))
        paper = _record_paper(task, procedure, attended.strip(), record.strip(), by)
        facts = {"conducted_by": attended.strip(), "record": record.strip(), "record_id": paper}
        end_procedure(case, item_case_id, procedure, "held", by, **facts)
        finish(task, {}, by=by, act="procedure")


def _ensure_host(task: OpenTask, procedure: Running, by: Identity) -> None:
    if procedure.host_id != by.user_id:
        row = sql().execute("select name from app_user where id = %s", (procedure.host_id,)).fetchone()
        raise NotTheHost(row[0] if row else "")


def _record_paper(task: OpenTask, procedure: Running, attended: str, record: str, by: Identity) -> int:
    assert task.item_case_id is not None
    assert task.item_key is not None
    assert procedure.held_at is not None
    row = sql().execute(REVIEWERS, (task.item_case_id,)).fetchone()
    reviewers = _proposer(task.item_case_id) or (row[0] if row else "")
    lines = [line.strip() for line in attended.splitlines() if line.strip()]
    return issue_for_item(
        task.case,
        task.item_case_id,
        item_of(task),
        "hearing-record",
        by,
        hearing_at=moments.local(procedure.held_at),
        hearing_place=procedure.place,
        hearing_host=signing_name(task.case, by),
        reviewer_name=reviewers,
        present_table=[[Words("姓名、身份", "Name and capacity")], *([line] for line in lines)],
        record=record,
    )


@handles("hearing-forgone")
def _forgone(job: RunningJob) -> dict[str, Any]:
    """Nobody applied in time: the hearing is forgone, and the clocks run on."""
    assert job.item_case_id is not None
    end_procedure(job.case, job.item_case_id, running(job.item_case_id), "forgone", None)
    return {}
