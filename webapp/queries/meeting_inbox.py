"""联合会审 in the inbox: what one's posts are invited to, and the meetings that one has called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import Rules, published
from webapp.identity import Identity
from webapp.queries.due import Due, due
from webapp.services.clocks import COUNTED_FROM
from webapp.services.place_calendars import PlaceCalendars
from webapp.unit_of_work import sql

SHOWN = 20


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting that is open. `due`: until when one's own answers are owed; none where nothing is.

    `called`: one has called it oneself, and may have to record it.
    """

    id: int
    case_id: int
    number: str
    subject: str
    at: datetime
    place: str
    questions: tuple[str, ...]
    items: tuple[Words, ...]
    due: Due
    owed: int
    called: bool
    answered: int
    invited: int
    has_begun: bool


# Only open meetings are read, of which an office has few at a time, and of them first whose they are. An answer that
# asks for more time is still owed. (An `exists` would be planned as a scan of all the invitations there ever were.)
WAITING = f"""
with mine as materialized (select id, case_id, questions, called_by from joint_meeting m
    where ended_at is null and (called_by = %(me)s or (select true from meeting_invitation v
        where v.meeting_id = m.id and v.groups && %(groups)s::text[] limit 1)))
select m.id, m.case_id, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id, t.at, t.place,
    m.questions, coalesce(i.own, '{{}}'), i.own_limit, i.owed, m.called_by = %(me)s, i.answered, i.invited,
    k.profile_key
from mine m
join cases k on k.id = m.case_id
cross join lateral (select at, place from meeting_time where meeting_id = m.id order by id desc limit 1) t
cross join lateral (
    select array_agg(ic.item_key order by ic.item_key) filter (where v.groups && %(groups)s::text[]) own,
        min(array[l.due_on, {COUNTED_FROM}]) filter (where v.groups && %(groups)s::text[] and l.stopped_on is null)
            own_limit,
        count(*) filter (where v.groups && %(groups)s::text[] and l.stopped_on is null) owed,
        count(*) filter (where exists (select from meeting_answer a where a.invitation_id = v.id and a.holds
            and a.answer <> 'more-time')) answered,
        count(*) invited
    from meeting_invitation v join item_case ic on ic.id = v.item_case_id and ic.outcome is null
    left join legal_clock l on l.item_case_id = ic.id and l.name = 'meeting-answer'
    where v.meeting_id = m.id) i
where i.own is not null or m.called_by = %(me)s
order by i.own_limit[1] nulls last, t.at, m.id limit %(limit)s
"""


def waiting_meetings(by: Identity, rules: Rules) -> list[MeetingLine]:
    """The open meetings that this person has a part in; the answers that are owed first."""
    values = {"me": by.user_id, "groups": sorted(by.posts_in("")), "limit": SHOWN}
    calendars = PlaceCalendars(rules)
    return [_line(row, calendars) for row in sql().execute(WAITING, values).fetchall()]


def _line(row: Sequence[Any], calendars: PlaceCalendars) -> MeetingLine:
    id_, case_id, number, subject, release, at, room, questions, own, limit, owed, *rest = row
    due_on, since = limit or (None, None)
    called, answered, invited, place = rest
    bundle = published(release).bundle
    return MeetingLine(
        id_,
        case_id,
        number or "",
        subject,
        at,
        room,
        tuple(questions),
        tuple(bundle.item(key).name for key in own),
        due(due_on, clock.today(moments.OFFICE_ZONE), calendars.of(place), counted_from=since),
        owed,
        called,
        answered,
        invited,
        clock.now() >= at,
    )
