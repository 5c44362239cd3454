"""Supervision signals as lists and one by one, with what was said to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.law import day_words
from webapp import clock, moments
from webapp.catalogue import Rules, published, rules_in_force
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, may
from webapp.queries.supervision_figures import UNITS
from webapp.services.signals import limit_of
from webapp.unit_of_work import sql

PAGE_SIZE = 50
#: What the list shows: "" those nobody has decided on yet, then by what they wait for, the settled ones, all.
STATES = ("", "open", "answered", "appealed", "settled", "all")
STATE_NAMES = {
    "open": Words("待答复", "awaits an answer"),
    "answered": Words("已答复", "answered"),
    "appealed": Words("已申诉", "appealed"),
    "upheld": Words("维持", "upheld"),
    "withdrawn": Words("已撤销", "withdrawn"),
}
COLOUR_NAMES = {"yellow": Words("黄牌", "yellow"), "red": Words("红牌", "red")}
SAID = {
    "answered": Words("单位答复", "The unit answered"),
    "appealed": Words("单位申诉", "The unit appealed"),
    "upheld": Words("监察维持", "Supervision upheld it"),
    "withdrawn": Words("监察撤销", "Supervision withdrew it"),
}
#: Where the place leaves it to the unit itself.
SAID_BY_UNIT = {
    **SAID,
    "upheld": Words("本单位维持", "The unit upheld it"),
    "withdrawn": Words("本单位撤销", "The unit withdrew it"),
}


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal. `late`: its unit has let the time to answer pass."""

    id: int
    colour: str
    kind: str
    name: Words
    case_id: int
    number: str
    subject: str
    item: Words
    unit_key: str
    unit: Words
    person: str
    raised_at: datetime
    answer_due_on: date | None
    state: str
    late: bool


@dataclass(frozen=True, slots=True)
class SignalPage:
    rows: tuple[SignalRow, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class Said:
    act: str
    text: str
    who: str
    at: datetime
    by_id: int


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal with its ground, and what was said. `told`: what such a signal means, where the rules still know it."""

    row: SignalRow
    told: Words
    basis: Words
    ref: dict[str, Any]
    said: tuple[Said, ...]
    person_id: int | None
    rules: Rules
    step: Words | None  # of the task that it is about
    answer_why: tuple[Words, ...]  # why the unit has to answer by that day; empty where it has no limit

    @property
    def acts(self) -> frozenset[str]:
        return frozenset(one.act for one in self.said)

    @property
    def speakers(self) -> frozenset[int]:
        """Who said something to it; before it is settled that is for the unit."""
        return frozenset(one.by_id for one in self.said)

    @property
    def is_settled(self) -> bool:
        return self.row.state in ("upheld", "withdrawn")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`unit` and `kind`: a key or "" for all; `person`: an account's id or 0; `colour`: yellow, red or ""."""

    state: str = ""
    unit: str = ""
    colour: str = ""
    kind: str = ""
    person: int = 0


COLUMNS = """s.id, s.colour, s.kind, s.name_zh, s.name_en, k.id, k.number,
    coalesce(nullif(k.subject_name, ''), k.applicant_name), k.release_id, ic.item_key, s.unit,
    coalesce(d.name_zh, s.unit), coalesce(d.name_en, s.unit), coalesce(u.name, ''), s.raised_at, s.answer_due_on,
    s.state"""
TABLES = """
join cases k on k.id = s.case_id
left join item_case ic on ic.id = s.item_case_id
left join department d on d.key = s.unit
left join app_user u on u.id = s.person_id"""
# One LIMIT per unit, read from its index, then merged.
PAGE = """
with picked as (
    select p.id, p.raised_at from unnest(%(units)s::text[]) one(key)
    cross join lateral (
        select s.id, s.raised_at from supervision_signal s
        where s.unit = one.key and (s.raised_at, s.id) < (%(after_at)s, %(after)s) {narrow}
        order by s.raised_at desc, s.id desc limit {limit}
    ) p order by p.raised_at desc, p.id desc limit {limit}
)
select {columns} from picked p join supervision_signal s on s.id = p.id {tables}
order by s.raised_at desc, s.id desc
"""
NARROW = {
    "": "and s.settled_at is null",
    "all": "",
    "open": "and s.settled_at is null and s.state = 'open'",
    "answered": "and s.settled_at is null and s.state = 'answered'",
    "appealed": "and s.settled_at is null and s.state = 'appealed'",
    "settled": "and s.settled_at is not null",
}
ONE = f"""
select {COLUMNS}, s.basis_zh, s.basis_en, s.ref, s.person_id, t.name_zh, t.name_en, k.profile_key
from supervision_signal s {TABLES}
left join user_task t on t.id = case when s.ref ->> 'task' ~ '^[0-9]{{1,18}}$' then (s.ref ->> 'task')::bigint end
where s.id = %s
"""
WORDS = """
select w.act, w.text, u.name, w.at, w.by_id from signal_word w join app_user u on u.id = w.by_id
where w.signal_id = %s order by w.id
"""


def signals(wanted: Wanted, *, units: Sequence[str], after: str = "") -> SignalPage:
    """One page of the signals of these units, the latest first."""
    after_at, after_id = _cursor(after)
    narrow = " ".join(
        [
            NARROW[wanted.state],
            "and s.colour = %(colour)s" if wanted.colour else "",
            "and s.kind = %(kind)s" if wanted.kind else "",
            "and s.person_id = %(person)s" if wanted.person else "",
        ]
    )
    statement = PAGE.format(narrow=narrow, columns=COLUMNS, tables=TABLES, limit=PAGE_SIZE + 1)
    values = {
        "units": [wanted.unit] if wanted.unit in units else [] if wanted.unit else list(units),
        "colour": wanted.colour,
        "kind": wanted.kind,
        "person": wanted.person,
        "after_at": after_at,
        "after": after_id,
    }
    found = sql().execute(statement, values).fetchall()
    today = clock.today(moments.OFFICE_ZONE)
    rows = tuple(_row(row, today) for row in found[:PAGE_SIZE])
    more = len(found) > PAGE_SIZE
    return SignalPage(rows, f"{rows[-1].raised_at.isoformat()}.{rows[-1].id}" if more else None)


def signal(signal_id: int) -> Signal:
    """One signal with what was said to it, by the rules of its case's place. Raises NotFound."""
    row = sql().execute(ONE, (signal_id,)).fetchone()
    if row is None:
        raise NotFound()
    *shown, basis_zh, basis_en, ref, person_id, step_zh, step_en, place = row
    kept = _row(shown, clock.today(moments.OFFICE_ZONE))
    rules = rules_in_force(place)
    rule = rules.signals.rules.get(kept.kind) if rules.signals else None
    said = tuple(Said(*line) for line in sql().execute(WORDS, (signal_id,)))
    told = rule.told if rule else Words("", "")
    step = Words(step_zh, step_en) if step_zh is not None else None
    return Signal(kept, told, Words(basis_zh, basis_en), ref, said, person_id, rules, step, _answer_why(kept, rules))


def _answer_why(row: SignalRow, rules: Rules) -> tuple[Words, ...]:
    if row.answer_due_on is None or rules.signals is None:
        return ()
    limit = limit_of(rules.signals.answer, moments.local(row.raised_at).date(), rules)
    if limit.due_on == row.answer_due_on:
        return limit.explanation
    now = day_words(limit.due_on)
    return (
        Words(
            f"按发出信号时的规则和工作日安排确定；按现行的计算，为{now.zh}：",
            f"Set by the rules and the table of working days at the time; by those of today it would be {now.en}:",
        ),
        *limit.explanation,
    )


def units(by: Identity) -> list[tuple[str, Words]]:
    """The units whose signals this person sees: all that have posts for those who supervise, else the own one."""
    rows = sql().execute(UNITS).fetchall()
    everything = may(by, Permission.SUPERVISION_SEE)
    return [(key, Words(zh, en)) for key, zh, en in rows if everything or key == by.department_key]


def person_name(user_id: int) -> str:
    """The name of a person; "" where there is none."""
    row = sql().execute("select name from app_user where id = %s", (user_id,)).fetchone() if user_id else None
    return row[0] if row else ""


def _cursor(text: str) -> tuple[datetime, int]:
    at, _, id_ = text.rpartition(".")
    try:
        return datetime.fromisoformat(at), int(id_)
    except ValueError:
        return datetime.max.replace(tzinfo=moments.OFFICE_ZONE), 2**62


def _row(row: Sequence[Any], today: date) -> SignalRow:
    (
        id_,
        colour,
        kind,
        name_zh,
        name_en,
        case_id,
        number,
        subject,
        release_id,
        item_key,
        unit_key,
        unit_zh,
        unit_en,
        person,
        raised_at,
        answer_due_on,
        state,
    ) = row
    bundle = published(release_id).bundle
    return SignalRow(
        id_,
        colour,
        kind,
        Words(name_zh, name_en),
        case_id,
        number or "",
        subject,
        bundle.item(item_key).name if item_key else bundle.name,
        unit_key,
        Words(unit_zh, unit_en),
        person,
        raised_at,
        answer_due_on,
        state,
        state == "open" and answer_due_on is not None and answer_due_on < today,
    )
