"""公示: the revocations that anyone may read, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine import Words
from webapp.unit_of_work import sql

SHOWN = 50


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
