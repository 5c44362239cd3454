"""One case as a whole: its derived status, items, commitments, visits, documents, incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from webapp.answers import answers_of
from webapp.catalogue import RULES_OF_CASE, Published, Rules, arranged, published, rules_of
from webapp.errors import NotFound
from webapp.queries.case_clocks import ClockView
from webapp.queries.case_parts import NOT_ISSUED, ItemView, items_of
from webapp.queries.case_reviews import ReviewLine, reviews_of
from webapp.queries.case_tasks import TaskLine, tasks_of
from webapp.queries.due import Due
from webapp.queries.repairs import Suspension, suspension_of
from webapp.queries.submission import CommitmentView, MaterialLine, commitments_of, materials_of
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Status:
    """A state in words. `kind`: ok | info | warn | bad | muted."""

    words: Words
    kind: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    id: int
    kind: str
    number: str
    title: Words
    issued_at: datetime
    item_case_id: int | None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """A failed step of a case that waits for retry."""

    id: int
    case_id: int
    number: str
    subject: str
    element: Words
    message: Words
    detail: str
    opened_at: datetime
    code: str = ""
    waits: bool = True  # something stands in it that can be tried again; else a person's act was not kept


@dataclass(frozen=True, slots=True)
class CounterVisit:
    """到场: when the applicant was at the counter."""

    ticket: str
    counter: Words
    clerk: str
    started_at: datetime
    present: str


@dataclass(frozen=True, slots=True, eq=False)
class CasePage:
    """A received case with all its parts. Answers, materials and letters are empty without `personal`."""

    id: int
    number: str
    subject: str
    applicant: str
    received_at: datetime
    received_by: str
    closed_at: datetime | None
    release: Published
    demo: bool
    rules: Rules
    visit: CounterVisit | None  # none: a time began it
    instance: int | None  # whose diagram is shown, where it is not the bundle's
    items: tuple[ItemView, ...]
    tasks: tuple[TaskLine, ...]
    reviews: tuple[ReviewLine, ...]
    documents: tuple[DocumentLine, ...]
    incidents: tuple[IncidentView, ...]
    suspension: Suspension | None
    guided: Mapping[str, Any]
    answers: Mapping[str, Any]
    materials: tuple[MaterialLine, ...]
    commitments: Mapping[str, CommitmentView]

    @property
    def status(self) -> Status:
        return case_status(self.items, self.closed_at)

    @property
    def clock(self) -> ClockView | None:
        """The nearest due day among the running clocks of its items."""
        running = [item.running for item in self.items if item.running]
        return min(running, key=lambda one: one.due.on or date.max, default=None)

    @property
    def due(self) -> Due:
        return self.clock.due if self.clock else Due(None, "none", None)

    @property
    def licences(self) -> tuple[ItemView, ...]:
        return tuple(item for item in self.items if item.licence)


@dataclass(frozen=True, slots=True)
class CaseHead:
    """What stands at the head of every page about a case."""

    id: int
    number: str
    subject: str
    bundle: Words
    release_number: int
    suspension: Suspension | None


def case_status(items: Sequence[ItemView], closed_at: datetime | None) -> Status:
    """Derived from the items; a bundle itself never decides."""
    ruled = [item for item in items if item.outcome is not None]
    delivered = [item for item in ruled if item.delivered_at or item.outcome in NOT_ISSUED]
    total = len(items)
    if items and all(item.outcome == "withdrawn" for item in items):
        return Status(Words("已撤回申请", "Taken back"), "muted")
    if closed_at is not None or (items and len(delivered) == total):
        return Status(Words("已办结", "Done"), "ok")
    if not items:
        return Status(Words("办理中", "In progress"), "info")
    if any(item.intake_outcome == "correction" and item.outcome is None for item in items):
        return Status(Words("待补正", "Correction awaited"), "warn")
    if ruled and len(ruled) == total:
        if any(item.is_to_be_issued for item in ruled if item not in delivered):
            return Status(Words("待出件", "To be issued"), "info")
        return Status(Words("待领取", "To be collected"), "info")
    if ruled:
        return Status(
            Words(
                f"办理中 · {len(ruled)}/{total} 项已有结果",
                f"In progress, {len(ruled)} of {total} items have a result",
            ),
            "info",
        )
    if any(item.accepted_at for item in items):
        return Status(Words("办理中", "In progress"), "info")
    return Status(Words("已收件 · 待受理", "Received, not yet accepted"), "info")


CASE = f"""
select k.id, k.number, k.subject_name, k.applicant_name, k.received_at, coalesce(receiver.name, ''),
    k.closed_at, k.guided, k.release_id, {RULES_OF_CASE},
    v.ticket, c.name_zh, c.name_en, clerk.name, v.started_at, v.present
from cases k
left join visit v on v.id = k.visit_id
left join counter c on c.id = v.counter_id
left join app_user clerk on clerk.id = v.clerk_id
left join app_user receiver on receiver.id = k.received_by
where k.id = %s and k.received_at is not null
"""
DOCUMENTS = """
select id, kind, number, title_zh, title_en, issued_at, item_case_id
from document where case_id = %s order by id
"""
INCIDENTS = """
select n.id, n.case_id, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), n.element,
    i.process, i.release_id, n.message_zh, n.message_en, n.detail, n.opened_at, n.code,
    coalesce(n.engine_incident, n.engine_job_id, n.timer_id, n.message_id) is not null
from incident n join cases k on k.id = n.case_id join process_instance i on i.id = n.instance_id
where n.resolved_at is null and {which} order by n.opened_at, n.id limit %s
"""
INCIDENTS_SHOWN = 50


def case_page(case_id: int, *, personal: bool) -> CasePage:
    """The case, when it was received. `personal`: with what the applicant handed in. Raises NotFound."""
    row = sql().execute(CASE, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    (
        id_,
        number,
        subject,
        applicant,
        received_at,
        received_by,
        closed_at,
        guided,
        release_id,
        versions,
        ticket,
        zh,
        en,
        clerk,
        started_at,
        present,
    ) = row
    rules = rules_of(tuple(versions or ()))
    release = arranged(release_id, rules.profile)
    tasks = tasks_of(case_id)
    items = items_of(case_id, release.bundle, rules, tasks)
    keys = [item.key for item in items]
    return CasePage(
        id_,
        number,
        subject or applicant,
        applicant,
        received_at,
        received_by,
        closed_at,
        release,
        rules.profile.demo,
        rules,
        CounterVisit(ticket, Words(zh, en), clerk, started_at, present) if ticket is not None else None,
        _first_instance(case_id) if ticket is None else None,
        items,
        tasks,
        reviews_of(case_id),
        _documents(case_id),
        incidents(case_id),
        suspension_of(case_id),
        guided if personal else {},
        answers_of(case_id) if personal else {},
        materials_of(case_id, release.bundle, keys) if personal else (),
        commitments_of(case_id) if personal else {},
    )


def _first_instance(case_id: int) -> int | None:
    """What a time began the case with."""
    row = sql().execute("select min(id) from process_instance where case_id = %s", (case_id,)).fetchone()
    return row[0] if row else None


def case_head(case_id: int) -> CaseHead:
    """The head of a received case's pages. Raises NotFound."""
    row = (
        sql()
        .execute(
            "select id, number, coalesce(nullif(subject_name, ''), applicant_name), release_id from cases"
            " where id = %s and received_at is not null",
            (case_id,),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    id_, number, subject, release_id = row
    release = published(release_id)
    return CaseHead(id_, number or "", subject, release.bundle.name, release.number, suspension_of(case_id))


def release_of(case_id: int) -> Published:
    """The release that the case is pinned to. Raises NotFound."""
    row = sql().execute("select release_id from cases where id = %s", (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    return published(row[0])


def _documents(case_id: int) -> tuple[DocumentLine, ...]:
    rows = sql().execute(DOCUMENTS, (case_id,))
    return tuple(DocumentLine(id_, kind, number, Words(zh, en), *rest) for id_, kind, number, zh, en, *rest in rows)


def incidents(case_id: int | None = None) -> tuple[IncidentView, ...]:
    """Unresolved incidents of a case, or of all cases; the oldest first."""
    which = "n.case_id = %s" if case_id is not None else "%s::bigint is null"
    rows = sql().execute(INCIDENTS.replace("{which}", which), (case_id, INCIDENTS_SHOWN)).fetchall()
    return tuple(_incident(row) for row in rows)


def incident_of(case_id: int, incident_id: int) -> IncidentView:
    """An unresolved incident of the case. Raises NotFound."""
    row = sql().execute(INCIDENTS.replace("{which}", "n.case_id = %s and n.id = %s"), (case_id, incident_id, 1))
    found = row.fetchone()
    if found is None:
        raise NotFound()
    return _incident(found)


def _incident(row: Sequence[Any]) -> IncidentView:
    id_, case_id, number, subject, element, process, release_id, zh, en, detail, opened_at, code, waits = row
    name = published(release_id).element_name(process, element)
    return IncidentView(id_, case_id, number or "", subject, name, Words(zh, en), detail, opened_at, code, waits)
