"""Requests about credit records as pages show them, and what waits for a unit: to decide, and to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from engine import Words
from webapp import clock, moments
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, may
from webapp.queries.application_steps import StoredContent
from webapp.queries.credit import listed_name, request_reading
from webapp.services.credit_confirmation import may_confirm
from webapp.services.credit_requests import APPEAL, REQUEST_WORDS
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request that waits for this person's unit."""

    id: int
    key: UUID
    record_id: int
    kind: Words
    record: Words
    subject: str
    taken_at: datetime
    due_on: date
    is_late: bool
    is_examined: bool


WAITING = """
select q.id, q.key, q.record_id, q.kind, r.kind_zh, r.kind_en, r.subject_name, r.subject_key, q.taken_at,
    q.limit_value, q.limit_unit, r.place, q.examined_by is not null
from credit_request q join credit_record r on r.id = q.record_id
where q.outcome is null and (r.unit_key = %s or r.unit_key = '') order by q.due_on, q.id limit 200
"""


def waiting_requests(unit: str) -> list[WaitingRequest]:
    """What the unit has still to decide, the most urgent first."""
    today, waiting = clock.today(moments.OFFICE_ZONE), []
    for id_, key, record, kind, zh, en, name, number, taken, value, limit, place, examined in (
        sql().execute(WAITING, (unit,)).fetchall()
    ):
        due = request_reading(taken, value, limit, place).due_on
        words = (REQUEST_WORDS[kind], Words(zh, en))
        waiting.append(
            WaitingRequest(id_, key, record, *words, listed_name(name, number), taken, due, due < today, examined)
        )
    return waiting


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request in full. `limit` explains its last day, line by line."""

    id: int
    key: UUID
    record_id: int
    kind: str
    person: str
    capacity: str
    statement: str
    taken_at: datetime
    taken_by: str
    due_on: date
    is_late: bool
    limit: tuple[Words, ...]
    limit_basis: Words
    proposal: str
    opinion: str
    proposed_until: date | None
    examined_by: str
    examined_by_id: int | None
    examined_at: datetime | None
    outcome: str
    reasons: str
    source_number: str
    new_until: date | None
    decided_at: datetime | None
    decided_by: str
    document_id: int | None
    document_number: str
    recorded_by_id: int | None
    confirmed_by_id: int | None
    files: tuple[tuple[int, str], ...]

    @property
    def name(self) -> Words:
        return REQUEST_WORDS[self.kind]

    def is_for_others(self, user_id: int) -> bool:
        """An objection to a record that this person made or confirmed: others examine and decide it."""
        return self.kind == APPEAL and user_id in (self.recorded_by_id, self.confirmed_by_id)


REQUEST = """
select q.id, q.key, q.record_id, q.kind, q.person, q.capacity, q.statement, q.taken_at, t.name, q.limit_value,
    q.limit_unit, q.limit_basis_zh, q.limit_basis_en, q.proposal, q.opinion, q.proposed_until, coalesce(e.name, ''),
    q.examined_by, q.examined_at, coalesce(q.outcome, ''), q.reasons, q.source_number, q.new_until, q.decided_at,
    coalesce(p.name, ''), q.document_id, coalesce(d.number, ''), r.recorded_by, r.confirmed_by, r.place
from credit_request q join credit_record r on r.id = q.record_id join app_user t on t.id = q.taken_by
left join app_user e on e.id = q.examined_by left join app_user p on p.id = q.decided_by
left join document d on d.id = q.document_id where q.id = %s
"""


FILES = """
select f.id, f.name from credit_request_file q join stored_file f on f.id = q.file_id where q.request_id = %s
order by f.id
"""


def request_view(request_id: int) -> RequestView:
    """One request with its evidence and how its last day is counted. Raises NotFound."""
    row = sql().execute(REQUEST, (request_id,)).fetchone()
    if row is None:
        raise NotFound()
    id_, key, record, kind, person, capacity, statement, taken_at, taken_by, value, unit, *rest = row
    zh, en, *decided, place = rest
    basis = Words(zh, en)
    reading = request_reading(taken_at, value, unit, place, basis)
    files = tuple(sql().execute(FILES, (request_id,)).fetchall())
    late = not decided[6] and reading.due_on < clock.today(moments.OFFICE_ZONE)
    head = (id_, key, record, kind, person, capacity, statement, taken_at, taken_by, reading.due_on, late)
    return RequestView(*(*head, reading.explanation, basis, *decided, files))


def request_file(request_id: int, file_id: int) -> StoredContent:
    """A file handed in with this request. Raises NotFound."""
    row = (
        sql()
        .execute(
            "select f.digest, f.name, f.media_type, f.size from credit_request_file q"
            " join stored_file f on f.id = q.file_id where q.request_id = %s and f.id = %s",
            (request_id, file_id),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return StoredContent(*row)


def request_at(key: UUID) -> int:
    """The request of this address. Raises NotFound."""
    row = sql().execute("select id from credit_request where key = %s", (key,)).fetchone()
    if row is None:
        raise NotFound()
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A record that one officer entered, and a second one has still to confirm."""

    key: UUID
    kind: Words
    subject: str
    source: str
    entered_at: datetime
    entered_by: str
    is_own: bool  # this person entered it


UNCONFIRMED = """
select r.key, r.kind_zh, r.kind_en, r.subject_name, r.subject_key, r.source || ' ' || r.source_number, r.recorded_at,
    u.name, r.recorded_by, r.unit_key, r.place
from credit_record r join app_user u on u.id = r.recorded_by
where r.confirmed_at is null and r.annulled_at is null order by r.id limit 200
"""


def unconfirmed(by: Identity) -> list[Unconfirmed]:
    """What this decider may confirm, and what they entered themselves, oldest first."""
    found = []
    for key, zh, en, name, number, source, at, entered_by, recorder, unit, place in sql().execute(UNCONFIRMED):
        own = recorder == by.user_id
        if own or (may(by, Permission.CREDIT_CONFIRM) and may_confirm(by, unit, place)):
            found.append(Unconfirmed(key, Words(zh, en), listed_name(name, number), source, at, entered_by, own))
    return found
