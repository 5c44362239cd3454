"""信用记录 as pages show it: the records of one number, requests about them, and what waits for a unit's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from engine import Words
from engine.law import ClockReading, ClockTerms, check_uscc, read_clock
from webapp import clock, moments
from webapp.catalogue import rules_in_force
from webapp.errors import NotFound
from webapp.queries.masking import masked_number, masked_person
from webapp.services.clocks import first_day_counts, start_day
from webapp.services.credit import EFFECT_WORDS, EVERY_ITEM, OUTSIDE, OWN
from webapp.services.credit_bars import UNTIL_REPAIRED, normalised
from webapp.services.credit_ledger import CreditAct
from webapp.services.credit_requests import OUTCOME_WORDS, REQUEST_WORDS
from webapp.unit_of_work import sql

COUNTS, REPAIRED, ANNULLED, ENDED = "counts", "repaired", "annulled", "ended"
PENDING, TURNED_DOWN = "pending", "turned-down"
STATE_WORDS = {
    COUNTS: (Words("有效", "counts"), "bad"),
    REPAIRED: (Words("已修复", "repaired"), "ok"),
    ANNULLED: (Words("已撤销", "annulled"), "muted"),
    ENDED: (Words("已期满", "has run out"), "muted"),
    PENDING: (Words("待复核，尚未生效", "to be confirmed, does not count yet"), "warn"),
    TURNED_DOWN: (Words("复核不予确认，从未生效", "not confirmed, never counted"), "muted"),
}
SOURCE_WORDS = {
    OWN: Words("本系统决定", "a decision made here"),
    OUTSIDE: Words("外部认定", "found elsewhere"),
    "carried-over": Words("历史数据", "carried over"),
}
HISTORY_WORDS = {
    CreditAct.RECORDED: Words("记录生效", "recorded"),
    CreditAct.ENTERED: Words("录入，待复核", "entered, to be confirmed"),
    CreditAct.CONFIRMED: Words("复核确认，记录生效", "confirmed, counts"),
    CreditAct.TURNED_DOWN: Words("复核不予确认", "not confirmed"),
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
    key: UUID
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
    """One record of a subject. `key` is its address."""

    id: int
    key: UUID
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
    recorded_by_id: int | None
    place: str
    confirmed_at: datetime | None
    confirmed_by: str
    turned_down: str  # why it was not confirmed
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
        if self.state in (PENDING, TURNED_DOWN) or any(one.kind == kind and not one.outcome for one in self.requests):
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


NEWEST = "select key from credit_record where subject_key = %s order by id desc limit 1"


def newest_record(number: str) -> UUID | None:
    """The address of the newest record of exactly this number; None where there is none."""
    row = sql().execute(NEWEST, (normalised(number),)).fetchone()
    return row[0] if row else None


def record_at(key: UUID) -> int:
    """The record of this address. Nobody comes to another one by counting. Raises NotFound."""
    row = sql().execute("select id from credit_record where key = %s", (key,)).fetchone()
    if row is None:
        raise NotFound()
    return int(row[0])


def key_of(record_id: int) -> UUID:
    """The address of a record."""
    row = sql().execute("select key from credit_record where id = %s", (record_id,)).fetchone()
    assert row is not None
    return UUID(str(row[0]))


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
select r.id, r.key, r.kind, r.kind_zh, r.kind_en, r.basis_zh, r.basis_en, r.source_kind, r.source,
    coalesce(d.number, r.source_number), r.document_id, i.case_id, coalesce(k.number, ''), r.unit_key,
    coalesce(u.name_zh, ''), coalesce(u.name_en, ''), r.facts, r.since, r.until, r.repaired_at is not null,
    r.annulled_at is not null, r.repair_from, r.repair_basis_zh, r.repair_basis_en, r.recorded_at,
    coalesce(p.name, ''), r.recorded_by, r.place, r.confirmed_at, coalesce(s.name, ''), r.turned_down_reason
from credit_record r left join document d on d.id = r.document_id left join item_case i on i.id = r.item_case_id
left join cases k on k.id = i.case_id left join department u on u.key = r.unit_key
left join app_user p on p.id = r.recorded_by left join app_user s on s.id = r.confirmed_by where {where}
order by r.id desc
"""
BARS = """
select record_id, effect, item_code, item_zh, item_en, until, lifted_by_repair, basis_zh, basis_en from credit_bar
where record_id = any(%s) order by id
"""
REQUESTS = """
select q.record_id, q.id, q.key, q.kind, q.taken_at, q.limit_value, q.limit_unit, r.place, coalesce(q.outcome, ''),
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
    id_, key, kind, zh, en, basis_zh, basis_en, source_kind, source, number, document_id, case_id, *rest = row
    case_number, unit, unit_zh, unit_en, facts, since, until, repaired, annulled, repair_from, *others = rest
    repair_zh, repair_en, recorded_at, recorded_by, recorder_id, place, confirmed_at, confirmed_by, turned_down = others
    state = _state(confirmed=confirmed_at is not None, annulled=annulled, repaired=repaired, until=until, today=today)
    return RecordView(
        id_,
        key,
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
        recorder_id,
        place,
        confirmed_at,
        confirmed_by,
        turned_down,
        tuple(_bar(bar, state, repaired=repaired, today=today) for bar in bars),
        tuple(_request_line(*one) for one in requests.get(id_, ())),
        tuple((at, HISTORY_WORDS.get(CreditAct(act), Words(act, act)), who) for at, act, who in history.get(id_, ())),
    )


def _request_line(
    id_: int, key: UUID, kind: str, taken_at: datetime, value: int, unit: str, place: str, *decided: Any
) -> RequestLine:
    return RequestLine(id_, key, kind, taken_at, request_reading(taken_at, value, unit, place).due_on, *decided)


def request_reading(taken_at: datetime, value: int, unit: str, place: str, basis: Words = NO_BASIS) -> ClockReading:
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


def _state(*, confirmed: bool, annulled: bool, repaired: bool, until: date | None, today: date) -> str:
    if not confirmed:
        return TURNED_DOWN if annulled else PENDING
    if annulled:
        return ANNULLED
    if repaired:
        return REPAIRED
    return ENDED if until is not None and until < today else COUNTS


def _bar(bar: Sequence[Any], state: str, *, repaired: bool, today: date) -> BarLine:
    effect, code, zh, en, until, lifted, basis_zh, basis_en = bar
    never = state in (ANNULLED, PENDING, TURNED_DOWN)
    holds = state == COUNTS if until is None else not never and until >= today and not (repaired and lifted)
    day = until.isoformat() if until else ""
    return BarLine(
        EFFECT_WORDS[effect],
        Words(zh, en) if code else EVERY_ITEM,
        Words(day, day) if day else PERMANENT,
        Words(basis_zh, basis_en),
        holds,
    )


def numbers_of_case(case_id: int, fields: Sequence[str]) -> list[str]:
    """The numbers under which credit is looked up, of the answers in force."""
    rows = sql().execute(
        "select distinct on (key) value::jsonb ->> 'v' from answer where case_id = %s and key = any(%s)"
        " order by key, version desc",
        (case_id, list(fields)),
    )
    return [normalised(number) for (number,) in rows if number]
