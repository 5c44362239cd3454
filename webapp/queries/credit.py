"""信用记录 as pages show it: the records of one number, requests about them, and what waits for a unit's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.law import ClockReading, ClockTerms, check_uscc, read_clock
from webapp import clock, moments
from webapp.catalogue import rules_in_force
from webapp.errors import NotFound
from webapp.queries.application_steps import StoredContent
from webapp.queries.masking import masked_number, masked_person
from webapp.services.clocks import first_day_counts, start_day
from webapp.services.credit import EFFECT_WORDS, EVERY_ITEM, OUTSIDE, OWN
from webapp.services.credit_bars import UNTIL_REPAIRED, normalised
from webapp.services.credit_ledger import CreditAct
from webapp.services.credit_requests import OUTCOME_WORDS, REQUEST_WORDS
from webapp.unit_of_work import sql

COUNTS, REPAIRED, ANNULLED, ENDED = "counts", "repaired", "annulled", "ended"
STATE_WORDS = {
    COUNTS: (Words("有效", "counts"), "bad"),
    REPAIRED: (Words("已修复", "repaired"), "ok"),
    ANNULLED: (Words("已撤销", "annulled"), "muted"),
    ENDED: (Words("已期满", "has run out"), "muted"),
}
SOURCE_WORDS = {
    OWN: Words("本系统决定", "a decision made here"),
    OUTSIDE: Words("外部认定", "found elsewhere"),
    "carried-over": Words("历史数据", "carried over"),
}
HISTORY_WORDS = {
    CreditAct.RECORDED: Words("记录生效", "recorded"),
    CreditAct.REQUEST_TAKEN: Words("收到申请", "request taken in"),
    CreditAct.EXAMINED: Words("提出审查意见", "examined"),
    CreditAct.REPAIRED: Words("准予信用修复", "repaired"),
    CreditAct.NOT_REPAIRED: Words("不予信用修复", "not repaired"),
    CreditAct.UPHELD: Words("维持记录", "upheld"),
    CreditAct.CORRECTED: Words("更正记录", "corrected"),
    CreditAct.ANNULLED: Words("撤销记录", "annulled"),
    CreditAct.REFUSED_ACT: Words("未获准的操作", "an act was refused"),
}
RECEIVED = Words("收到申请", "received")
NO_BASIS = Words("", "")
PERMANENT = Words("记录有效期间", "as long as it counts")


@dataclass(frozen=True, slots=True)
class BarLine:
    """One bar of a record, in words. `in_force` today."""

    effect: Words
    item: Words
    term: Words
    basis: Words
    in_force: bool


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request about a record, as its lists show it."""

    id: int
    kind: str
    taken_at: datetime
    due_on: date
    outcome: str
    decided_at: datetime | None
    document_id: int | None
    document_number: str

    @property
    def name(self) -> Words:
        return REQUEST_WORDS[self.kind]

    @property
    def outcome_words(self) -> Words | None:
        return OUTCOME_WORDS.get(self.outcome)


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record of a subject."""

    id: int
    kind: Words
    basis: Words
    source_kind: str
    source: str
    source_number: str
    document_id: int | None
    case_id: int | None
    case_number: str
    unit_key: str
    unit: Words
    facts: str
    since: date
    until: date | None
    state: str
    repair_from: date | None
    repair_basis: Words
    recorded_at: datetime | None
    recorded_by: str
    bars: tuple[BarLine, ...]
    requests: tuple[RequestLine, ...]
    history: tuple[tuple[datetime, Words, str], ...]

    @property
    def state_words(self) -> Words:
        return STATE_WORDS[self.state][0]

    @property
    def look(self) -> str:
        return STATE_WORDS[self.state][1]

    @property
    def source_words(self) -> Words:
        return SOURCE_WORDS[self.source_kind]

    @property
    def term(self) -> Words:
        return Words(self.until.isoformat(), self.until.isoformat()) if self.until else UNTIL_REPAIRED

    def is_open_to(self, kind: str) -> bool:
        """Whether the window may take in a request of this kind now, but for its first day."""
        if any(one.kind == kind and not one.outcome for one in self.requests):
            return False
        return self.state != ANNULLED if kind == "appeal" else self.state == COUNTS and self.repair_from is not None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom records are about. `shown` is the number as pages show it: an identity number masked."""

    number: str
    name: str
    records: tuple[RecordView, ...]

    @property
    def shown(self) -> str:
        return shown_number(self.number)


def shown_number(number: str) -> str:
    """A credit code as it is, since it is public; an identity number masked."""
    return number if check_uscc(number) is None else masked_number(number)


def listed_name(name: str, number: str) -> str:
    """The name of a subject as lists show it: a person's masked."""
    return name if check_uscc(number) is None else masked_person(name)


def newest_record(number: str) -> int | None:
    """The newest record of exactly this number; None where there is none."""
    row = sql().execute("select max(id) from credit_record where subject_key = %s", (normalised(number),)).fetchone()
    return int(row[0]) if row and row[0] is not None else None


def subject_of_record(record_id: int) -> Subject:
    """The subject of a record, with everything recorded of it. Raises NotFound."""
    row = sql().execute("select subject_key from credit_record where id = %s", (record_id,)).fetchone()
    if row is None:
        raise NotFound()
    return subject(row[0])


def subject(number: str) -> Subject:
    """What is recorded of this number, newest first."""
    records = _records("r.subject_key = %(key)s", {"key": number})
    name = sql().execute(
        "select subject_name from credit_record where subject_key = %s order by id desc limit 1", (number,)
    )
    row = name.fetchone()
    return Subject(number, row[0] if row else "", tuple(records))


RECORDS = """
select r.id, r.kind, r.kind_zh, r.kind_en, r.basis_zh, r.basis_en, r.source_kind, r.source,
    coalesce(d.number, r.source_number), r.document_id, i.case_id, coalesce(k.number, ''), r.unit_key,
    coalesce(u.name_zh, ''), coalesce(u.name_en, ''), r.facts, r.since, r.until, r.repaired_at is not null,
    r.annulled_at is not null, r.repair_from, r.repair_basis_zh, r.repair_basis_en, r.recorded_at, coalesce(p.name, '')
from credit_record r left join document d on d.id = r.document_id left join item_case i on i.id = r.item_case_id
left join cases k on k.id = i.case_id left join department u on u.key = r.unit_key
left join app_user p on p.id = r.recorded_by where {where} order by r.id desc
"""
BARS = """
select record_id, effect, item_code, item_zh, item_en, until, lifted_by_repair, basis_zh, basis_en from credit_bar
where record_id = any(%s) order by id
"""
REQUESTS = """
select q.record_id, q.id, q.kind, q.taken_at, q.limit_value, q.limit_unit, r.place, coalesce(q.outcome, ''),
    q.decided_at, q.document_id, coalesce(d.number, '')
from credit_request q join credit_record r on r.id = q.record_id
left join document d on d.id = q.document_id where q.record_id = any(%s) order by q.id desc
"""
HISTORY = """
select e.record_id, e.at, e.kind, coalesce(u.name, '') from credit_event e left join app_user u on u.id = e.actor_id
where e.record_id = any(%s) order by e.record_id, e.seq
"""


def _records(where: str, values: Mapping[str, Any]) -> list[RecordView]:
    today = clock.today(moments.OFFICE_ZONE)
    rows = sql().execute(RECORDS.format(where=where), values).fetchall()
    ids = [row[0] for row in rows]
    bars, requests, history = _by_record(BARS, ids), _by_record(REQUESTS, ids), _by_record(HISTORY, ids)
    return [_record(row, bars.get(row[0], []), requests, history, today) for row in rows]


def _by_record(statement: str, ids: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for record_id, *rest in sql().execute(statement, (list(ids),)):
        found.setdefault(record_id, []).append(tuple(rest))
    return found


def _record(
    row: Sequence[Any],
    bars: Sequence[tuple[Any, ...]],
    requests: Mapping[int, Sequence[tuple[Any, ...]]],
    history: Mapping[int, Sequence[tuple[Any, ...]]],
    today: date,
) -> RecordView:
    id_, kind, zh, en, basis_zh, basis_en, source_kind, source, number, document_id, case_id, case_number, *rest = row
    unit, unit_zh, unit_en, facts, since, until, repaired, annulled, repair_from, *others = rest
    repair_zh, repair_en, recorded_at, recorded_by = others
    state = _state(annulled=annulled, repaired=repaired, until=until, today=today)
    return RecordView(
        id_,
        Words(zh or kind, en or kind),
        Words(basis_zh, basis_en),
        source_kind,
        source,
        number,
        document_id,
        case_id,
        case_number,
        unit,
        Words(unit_zh, unit_en),
        facts,
        since,
        until,
        state,
        repair_from,
        Words(repair_zh, repair_en),
        recorded_at,
        recorded_by,
        tuple(_bar(bar, state, repaired=repaired, annulled=annulled, today=today) for bar in bars),
        tuple(_request_line(*one) for one in requests.get(id_, ())),
        tuple((at, HISTORY_WORDS.get(CreditAct(act), Words(act, act)), who) for at, act, who in history.get(id_, ())),
    )


def _request_line(
    id_: int, kind: str, taken_at: datetime, value: int, unit: str, place: str, *decided: Any
) -> RequestLine:
    return RequestLine(id_, kind, taken_at, _reading(taken_at, value, unit, place).due_on, *decided)


def _reading(taken_at: datetime, value: int, unit: str, place: str, basis: Words = NO_BASIS) -> ClockReading:
    """The limit of a request as the calendar in force counts it."""
    rules = rules_in_force(place)
    return read_clock(
        ClockTerms("credit", value, unit, basis),
        start_day(taken_at, rules),
        (),
        rules.calendar,
        today=clock.today(moments.OFFICE_ZONE),
        start_reason=RECEIVED,
        first_day_counts=first_day_counts(rules),
    )


def _state(*, annulled: bool, repaired: bool, until: date | None, today: date) -> str:
    if annulled:
        return ANNULLED
    if repaired:
        return REPAIRED
    return ENDED if until is not None and until < today else COUNTS


def _bar(bar: Sequence[Any], state: str, *, repaired: bool, annulled: bool, today: date) -> BarLine:
    effect, code, zh, en, until, lifted, basis_zh, basis_en = bar
    holds = state == COUNTS if until is None else not annulled and until >= today and not (repaired and lifted)
    day = until.isoformat() if until else ""
    return BarLine(
        EFFECT_WORDS[effect],
        Words(zh, en) if code else EVERY_ITEM,
        Words(day, day) if day else PERMANENT,
        Words(basis_zh, basis_en),
        holds,
    )


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A request that waits for this person's unit."""

    id: int
    record_id: int
    kind: Words
    record: Words
    subject: str
    taken_at: datetime
    due_on: date
    is_late: bool
    is_examined: bool


WAITING = """
select q.id, q.record_id, q.kind, r.kind_zh, r.kind_en, r.subject_name, r.subject_key, q.taken_at,
    q.limit_value, q.limit_unit, r.place, q.examined_by is not null
from credit_request q join credit_record r on r.id = q.record_id
where q.outcome is null and (r.unit_key = %s or r.unit_key = '') order by q.due_on, q.id limit 200
"""


def waiting_requests(unit: str) -> list[WaitingRequest]:
    """What the unit has still to decide, the most urgent first."""
    today, waiting = clock.today(moments.OFFICE_ZONE), []
    for id_, record, kind, zh, en, name, number, taken, value, limit, place, examined in (
        sql().execute(WAITING, (unit,)).fetchall()
    ):
        due = _reading(taken, value, limit, place).due_on
        words = (REQUEST_WORDS[kind], Words(zh, en))
        waiting.append(
            WaitingRequest(id_, record, *words, listed_name(name, number), taken, due, due < today, examined)
        )
    return waiting


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request in full. `limit` explains its last day, line by line."""

    id: int
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
    files: tuple[tuple[int, str], ...]

    @property
    def name(self) -> Words:
        return REQUEST_WORDS[self.kind]


REQUEST = """
select q.id, q.record_id, q.kind, q.person, q.capacity, q.statement, q.taken_at, t.name, q.limit_value, q.limit_unit,
    q.limit_basis_zh, q.limit_basis_en, q.proposal, q.opinion, q.proposed_until, coalesce(e.name, ''),
    q.examined_by, q.examined_at, coalesce(q.outcome, ''), q.reasons, q.source_number, q.new_until, q.decided_at,
    coalesce(p.name, ''), q.document_id, r.place
from credit_request q join credit_record r on r.id = q.record_id join app_user t on t.id = q.taken_by
left join app_user e on e.id = q.examined_by left join app_user p on p.id = q.decided_by where q.id = %s
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
    id_, record, kind, person, capacity, statement, taken_at, taken_by, value, unit, zh, en, *rest = row
    *decided, place = rest
    basis = Words(zh, en)
    reading = _reading(taken_at, value, unit, place, basis)
    files = tuple(sql().execute(FILES, (request_id,)).fetchall())
    late = not decided[6] and reading.due_on < clock.today(moments.OFFICE_ZONE)
    head = (id_, record, kind, person, capacity, statement, taken_at, taken_by, reading.due_on, late)
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


def numbers_of_case(case_id: int, fields: Sequence[str]) -> list[str]:
    """The numbers under which credit is looked up, of the answers in force."""
    rows = sql().execute(
        "select distinct on (key) value::jsonb ->> 'v' from answer where case_id = %s and key = any(%s)"
        " order by key, version desc",
        (case_id, list(fields)),
    )
    return [normalised(number) for (number,) in rows if number]
