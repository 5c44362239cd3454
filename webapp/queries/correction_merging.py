"""The corrections of a case that wait to be merged, as the lead department reads them before it sends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.catalogue import RULES_OF_CASE, Published, arranged, rules_of
from webapp.errors import NotFound
from webapp.organisation_names import department_names
from webapp.services.correction_points import Overlap, Point, overlaps, waiting_points
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that an item's department asks for."""

    name: Words
    is_material: bool
    text: str


@dataclass(frozen=True, slots=True)
class PointView:
    """A department's points, with what they are about in words."""

    point: Point
    item: Words
    department: Words
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class ItemState:
    """Another item of the case: how its intake stands."""

    name: Words
    department: Words
    state: Words
    kind: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that went out before."""

    document_id: int
    number: str
    at: datetime
    by: str
    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class MergePage:
    case_id: int
    number: str
    subject: str
    release: Published
    points: tuple[PointView, ...]
    overlaps: tuple[Overlap, ...]
    others: tuple[ItemState, ...]
    sent: tuple[Sent, ...]

    @property
    def lead(self) -> Words:
        names = department_names()
        key = self.release.bundle.lead_department
        return names.get(key, Words(key, key))

    @property
    def against(self) -> tuple[PointView, ...]:
        """Those whose item was accepted or ruled on meanwhile."""
        return tuple(one for one in self.points if not one.point.stands)


CASE = f"""
select k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id, {RULES_OF_CASE}
from cases k where k.id = %s and k.received_at is not null
"""
ITEMS = """
select i.item_key, i.department_key, i.intake_outcome, i.accepted_at is not null, i.outcome,
    exists(select from user_task t where t.item_case_id = i.id and t.step = 'accept' and t.state = 'open')
from item_case i where i.case_id = %s order by i.item_key
"""
SENT = """
select d.id, d.number, m.sent_at, u.name,
    array(select i.item_key from correction_point p join item_case i on i.id = p.item_case_id
        where p.message_id = m.id order by 1)
from correction_message m join document d on d.id = m.document_id join app_user u on u.id = m.sent_by
where m.case_id = %s order by m.id desc
"""
ACCEPTED, ENDED, ASKED = (
    Words("已受理", "accepted"),
    Words("已办结或终止", "ended"),
    Words("已要求补正，等待申请人", "correction asked for, with the applicant"),
)
BEFORE, LATER = Words("受理审查中", "at intake"), Words("尚未开始", "not begun")


def merge_page(case_id: int) -> MergePage:
    """Raises NotFound."""
    row = sql().execute(CASE, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    number, subject, release_id, versions = row
    release = arranged(release_id, rules_of(tuple(versions or ())).profile)
    points, names = waiting_points(case_id), department_names()
    waiting = {one.item_key for one in points}
    others = tuple(
        _state(release, names, *line) for line in sql().execute(ITEMS, (case_id,)).fetchall() if line[0] not in waiting
    )
    sent = tuple(
        Sent(document, paper, at, by, tuple(release.bundle.item(key).name for key in keys))
        for document, paper, at, by, keys in sql().execute(SENT, (case_id,)).fetchall()
    )
    views = tuple(_view(one, release, names) for one in points)
    return MergePage(case_id, number, subject, release, views, overlaps(case_id, points, release), others, sent)


def _view(point: Point, release: Published, names: dict[str, Words]) -> PointView:
    item = release.bundle.item(point.item_key)
    unit = item.reviewing_department
    asked = tuple(
        Asked(
            release.bundle.material(one.key).name if one.kind == "material" else release.form.field(one.key).label,
            one.kind == "material",
            one.text,
        )
        for one in point.faults
    )
    return PointView(point, item.name, names.get(unit, Words(unit, unit)), asked)


def _state(
    release: Published,
    names: dict[str, Words],
    item_key: str,
    department: str,
    intake: str | None,
    accepted: bool,
    outcome: str | None,
    at_intake: bool,
) -> ItemState:
    if outcome is not None:
        state, kind = ENDED, "muted"
    elif accepted:
        state, kind = ACCEPTED, "ok"
    elif intake == "correction":
        state, kind = ASKED, "warn"
    else:
        state, kind = (BEFORE, "info") if at_intake else (LATER, "muted")
    name = release.bundle.item(item_key).name
    return ItemState(name, names.get(department, Words(department, department)), state, kind)


def waits_to_merge(case_id: int) -> int:
    """How many departments' points wait in the case."""
    row = (
        sql()
        .execute("select count(*) from correction_point where case_id = %s and state = 'waiting'", (case_id,))
        .fetchone()
    )
    assert row is not None
    return int(row[0])
