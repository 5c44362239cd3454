"""A joint visit as its page shows it: the appointment that holds, the photos, and the record that stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.law import Calendar
from webapp.identity import Identity
from webapp.queries.appointments import HOLDS, Appointment
from webapp.queries.rows import Rows
from webapp.queries.visit_days import ANSWERS, ROUND, DayRound, round_from
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class VisitPhotoLine:
    """A photo. `point`: "<item>.<point>", empty for the whole. `stated_*`: as the file says, unverified."""

    id: int
    file_id: int
    point: str
    taken_at: datetime
    place: str
    stated_at: str
    stated_place: str
    by_id: int
    by: str


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record that was made: by whom, who was there, and how it ended where it did (returned, or taken back)."""

    digest: str
    person_name: str
    person_position: str
    signature_file_id: int | None
    unsigned_because: str
    by: str
    at: datetime
    ended_at: datetime | None
    ended_by: str
    end_reason: str


@dataclass(frozen=True, slots=True)
class SiteVisit:
    """`round`: the last one in which days were put to the units; `record` is the one that stands; `returned` the last
    one that did not, with why.
    """

    appointment: Appointment | None
    round: DayRound | None
    photos: tuple[VisitPhotoLine, ...]
    record: RecordLine | None
    returned: RecordLine | None

    def photos_of(self, point: str) -> int:
        """How many photos show a point."""
        return sum(photo.point == point for photo in self.photos)


PHOTOS = """
select p.id, p.file_id, p.point, p.taken_at, p.place, p.stated_at, p.stated_place, p.by_id, u.name
from visit_photo p join app_user u on u.id = p.by_id where p.task_id = %(task)s order by p.id
"""
RECORDS = """
select r.digest, r.person_name, r.person_position, r.signature_file_id, r.unsigned_because, u.name, r.at, r.ended_at,
    coalesce(e.name, ''), r.end_reason
from visit_record r join app_user u on u.id = r.by_id left join app_user e on e.id = r.ended_by
where r.task_id = %(task)s order by r.id desc limit 2
"""
STATEMENTS = {"photos": PHOTOS, "records": RECORDS, "round": ROUND, "answers": ANSWERS}


def site_visit_of(task_id: int, calendar: Calendar) -> SiteVisit:
    """All of it in one statement."""
    rows = Rows({**STATEMENTS, "appointment": HOLDS.replace("= %s", "= %(task)s")}, {"task": task_id})
    rows.read_together(*STATEMENTS, "appointment")
    holds = rows.first("appointment")
    records = [RecordLine(*row) for row in rows.of("records")]
    return SiteVisit(
        Appointment(*holds) if holds else None,
        round_from(rows.first("round"), rows.of("answers"), calendar),
        tuple(VisitPhotoLine(*row) for row in rows.of("photos")),
        next((one for one in records if one.ended_at is None), None),
        _returned(records),
    )


def _returned(records: Sequence[RecordLine]) -> RecordLine | None:
    """The last record, where a colleague returned it in words."""
    return records[0] if records and records[0].end_reason else None


ENDS = "select expires_at from user_session where token_digest = %s"


def session_ends(by: Identity) -> datetime:
    """When the person's session is over."""
    row = sql().execute(ENDS, (by.session,)).fetchone()
    assert row is not None  # they are signed in by it
    at: datetime = row[0]
    return at


def photos_of_visit(task_id: int, item_key: str) -> tuple[VisitPhotoLine, ...]:
    """The photos of a visit that show a point of this item, or the whole."""
    rows = Rows({"photos": PHOTOS}, {"task": task_id}).of("photos")
    lines = (VisitPhotoLine(*row) for row in rows)
    return tuple(one for one in lines if not one.point or one.point.startswith(f"{item_key}."))
