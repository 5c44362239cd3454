"""公示: what anyone may read. Notices to which the public may answer, while they run; revocations, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine import Words
from webapp import moments
from webapp.catalogue import published
from webapp.errors import NotFound
from webapp.queries.proceedings import SEALED
from webapp.services.kept_documents import KeptDocument, kept_document
from webapp.unit_of_work import sql

SHOWN = 50
#: Papers that are addressed to everybody: objections (公示), taking part in a hearing (art. 46).
TO_EVERYBODY = ("public-notice", "hearing-announcement")


@dataclass(frozen=True, slots=True)
class Announcement:
    """One revocation: whose what, by whom, under which document."""

    subject: str
    act: Words
    licence: Words
    number: str
    unit: Words
    document: str
    on: date


PUBLISHED = f"""
select p.subject, p.act_zh, p.act_en, p.licence_zh, p.licence_en, p.licence_number, d.name_zh, d.name_en, w.number,
    p.published_on, p.id
from publication p join department d on d.key = p.unit_key join document w on w.id = p.document_id
where p.id < %s order by p.published_on desc, p.id desc limit {SHOWN + 1}
"""
NEWEST = 2**62


def announcements(before: int = NEWEST) -> tuple[tuple[Announcement, ...], int | None]:
    """At most SHOWN of them, published before the one of this id; and where the next ones begin, if there are any."""
    rows = sql().execute(PUBLISHED, (before,)).fetchall()
    shown = tuple(
        Announcement(subject, Words(*act), Words(*licence), number, Words(*unit), document, on)
        for subject, act, licence, number, unit, document, on in (
            (row[0], row[1:3], row[3:5], row[5], row[6:8], row[8], row[9]) for row in rows[:SHOWN]
        )
    )
    return shown, rows[SHOWN - 1][10] if len(rows) > SHOWN else None


@dataclass(frozen=True, slots=True)
class RunningNotice:
    """A paper to everybody whose procedure is not over. `subject`: whose application of which `item`; `until`: the last
    day of a notice, the day of a hearing.
    """

    id: int
    title: Words
    number: str
    subject: str
    item: Words
    unit: Words
    issued_on: date
    until: date | None


RUNNING = f"""
select d.id, d.title_zh, d.title_en, d.number, k.applicant_name, k.release_id, ic.item_key, u.name_zh, u.name_en,
    d.issued_at, p.held_at, l.due_on
from special_procedure p join item_case ic on ic.id = p.item_case_id join cases k on k.id = ic.case_id
join document d on d.item_case_id = ic.id and d.kind = any(%(kinds)s) and d.issued_at >= p.ordered_at
join department u on u.key = d.unit_key
left join legal_clock l on l.item_case_id = ic.id and l.name = p.kind
where p.ended_at is null and {SEALED} order by d.id desc limit {SHOWN}
"""


def running_notices() -> tuple[RunningNotice, ...]:
    """The newest SHOWN of them."""
    rows = sql().execute(RUNNING, {"kinds": list(TO_EVERYBODY)}).fetchall()
    return tuple(
        RunningNotice(
            id_,
            Words(*title),
            number,
            subject,
            published(release).bundle.item(item).name,
            Words(*unit),
            moments.local(issued_at).date(),
            moments.local(held_at).date() if held_at else due_on,
        )
        for id_, title, number, subject, release, item, unit, issued_at, held_at, due_on in (
            (row[0], row[1:3], row[3], row[4], row[5], row[6], row[7:9], row[9], row[10], row[11]) for row in rows
        )
    )


PUBLIC = f"""
select from document d join special_procedure p on p.item_case_id = d.item_case_id and d.issued_at >= p.ordered_at
where d.id = %(id)s and d.kind = any(%(kinds)s) and p.ended_at is null and {SEALED}
"""


def running_notice(document_id: int) -> KeptDocument:
    """The paper, word for word. Raises NotFound once its procedure is over, and for every other paper."""
    if sql().execute(PUBLIC, {"id": document_id, "kinds": list(TO_EVERYBODY)}).fetchone() is None:
        raise NotFound()
    return kept_document(document_id)
