"""Working days come in as tables with their source: a year's, or the local closures of a place. None is changed.

A table is checked against those in force and refused in words; the try is kept. Once it is in, every running limit
whose days it may change is computed anew, in batches of jobs, with a line in the ledger of its case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine import DefinitionInvalid, Finding, Severity, Words, errors_in
from engine.law import CalendarYear, check_calendar, read_calendar
from webapp import clock, outbox
from webapp.catalogue import OWN_PLACE, Rules, rules_in_force
from webapp.errors import ActRefused, Busy, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services import rule_ledger
from webapp.services.clock_moves import Why, move_clocks
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql, unit_of_work

#: Cases of one job: it holds none of them longer than its own recomputation.
AT_ONCE = 200
LARGEST = 512 * 1024


class CalendarRefused(ActRefused):
    """A table of working days that may not come into force: every reason at once."""

    status = 422

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            Words(
                "没有导入：" + "；".join(f"{one.message.zh.rstrip('。')}。{one.remedy.zh}" for one in findings),
                "Not imported: " + " ".join(f"{one.message.en} {one.remedy.en}" for one in findings),
            )
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """A table that is in force now, and the cases with limits that it may move."""

    table: CalendarYear
    cases: tuple[int, ...]

    @property
    def batches(self) -> Iterator[tuple[int, ...]]:
        for first in range(0, len(self.cases), AT_ONCE):
            yield self.cases[first : first + AT_ONCE]


@dataclass(frozen=True, slots=True)
class Recounted:
    """What one batch came to: cases looked at, and limits whose day or standing changed."""

    cases: int
    limits: int


def import_calendar(content: bytes, file: str, *, by: Identity | None) -> Imported:
    """Bring a table into force and have the limits it touches computed anew by the worker.

    `by` None is the operator at the machine. Raises NotYours, CalendarRefused; a refused try is kept.
    """
    return _import(content, file, by, later=True)


def import_now(content: bytes, file: str) -> Iterator[Recounted]:
    """As `import_calendar`, by the operator, and computes anew at once, batch by batch. Raises CalendarRefused."""
    imported = _import(content, file, None, later=False)
    for cases in imported.batches:
        yield recompute(imported.table.version, cases)
    left = _left_behind(imported.table)
    if left:
        yield recompute(imported.table.version, left)


def _import(content: bytes, file: str, by: Identity | None, *, later: bool) -> Imported:
    if by is not None:
        ensure(by, Permission.CALENDAR_IMPORT)
    digest = hashlib.sha256(content).hexdigest()
    try:
        with unit_of_work():
            sql().execute("lock table rule_table in share row exclusive mode")  # one import at a time
            table = _checked(content, file)
            _keep(table, content, digest)
            imported = Imported(table, tuple(_touched(table, table.place)))
            facts = {"version": digest, "table": _key(table), "status": table.status, "cases": len(imported.cases)}
            rule_ledger.record("calendar-imported", by, **facts)
            if later:
                for cases in (*imported.batches, ()):
                    listed = ",".join(map(str, cases))
                    outbox.defer(sql(), outbox.RECOMPUTE_CLOCKS, table=digest, cases=listed)
    except CalendarRefused as refusal:
        with unit_of_work():
            codes = sorted({finding.code for finding in refusal.findings})
            rule_ledger.record("calendar-refused", by, version=digest, codes=codes)
        raise
    return imported


def _checked(content: bytes, file: str) -> CalendarYear:
    """The table, if nothing speaks against it. Raises CalendarRefused."""
    if len(content) > LARGEST:
        raise CalendarRefused([_too_large(file)])
    try:
        table = read_calendar(content, file)
    except DefinitionInvalid as fault:
        raise CalendarRefused(fault.findings) from fault
    try:
        rules = rules_in_force(table.place)
    except NotFound as unknown:
        raise CalendarRefused([_unknown_place(file, table.place)]) from unknown
    findings = errors_in(check_calendar(table, in_force(rules), rules.profile))
    if findings:
        raise CalendarRefused(findings)
    return table


def in_force(rules: Rules) -> list[CalendarYear]:
    """The tables that the calendar of these rules is made of."""
    return [*rules.calendar.years.values(), *rules.calendar.closures]


def _keep(table: CalendarYear, content: bytes, digest: str) -> None:
    values = {
        "kind": "closures" if table.place else "calendar",
        "key": _key(table),
        "digest": digest,
        "content": content,
        "now": clock.now(),
    }
    sql().execute("insert into blob (digest, content) values (%(digest)s, %(content)s) on conflict do nothing", values)
    sql().execute(
        "insert into rule_table (kind, key, digest, loaded_at) values (%(kind)s, %(key)s, %(digest)s, %(now)s)", values
    )


def _key(table: CalendarYear) -> str:
    return f"{table.place}/{table.year}" if table.place else str(table.year)


# A limit is touched where it runs in working days and crosses a day of the table, or waits for one: provisional.
TOUCHED = f"""
select coalesce(array_agg(distinct k.id order by k.id), '{{}}')
from legal_clock l
left join item_case ic on ic.id = l.item_case_id
join cases k on k.id = coalesce(l.case_id, ic.case_id)
where l.stopped_on is null and l.rules_digest <> %(unless)s
    and (l.provisional or (l.unit = 'working_days' and l.due_on >= %(first)s and l.started_on <= %(last)s))
    and (%(place)s = '' or coalesce(nullif(k.profile_key, ''), {OWN_PLACE}) = %(place)s)
"""


def _touched(table: CalendarYear, place: str, unless: str = "") -> list[int]:
    """The cases of a place (empty: of all) with limits that the table may move; `unless`: not by these rules."""
    days = table.days
    values = {
        "unless": unless,
        "first": min(days, default=date(table.year, 1, 1)),
        "last": max([date(table.year, 12, 31), *days]),
        "place": place,
    }
    row = sql().execute(TOUCHED, values).fetchone()
    return list(row[0]) if row else []


def _left_behind(table: CalendarYear) -> list[int]:
    """Cases whose act had read the rules before the table was in force, and was written after it."""
    found: set[int] = set()
    for (place,) in sql().execute("select distinct key from rule_table where kind = 'profile'").fetchall():
        if table.place in ("", place):
            found |= set(_touched(table, place, rules_in_force(place).digest))
    return sorted(found)


def recompute(table: str, cases: Sequence[int]) -> Recounted:
    """Compute the running limits of these cases anew, each case in a transaction of its own.

    A second run changes nothing. Raises Busy after the others are done where another act held one of them.
    """
    limits, held = 0, False
    for case_id in cases:
        try:
            limits += _recompute_case(table, case_id)
        except Busy:
            held = True
    with unit_of_work():
        rule_ledger.record("calendar-recomputed", None, version=table, cases=len(cases), limits=limits)
    if held:
        raise Busy()
    return Recounted(len(cases), limits)


def run(table: str, cases: str) -> None:
    """The job: `cases` are the ids of a batch, with commas between them; none: those that were left behind."""
    ids = [int(case) for case in cases.split(",")] if cases else _left_behind(_table(table))
    if ids:
        recompute(table, ids)


def _table(version: str) -> CalendarYear:
    row = sql().execute("select content from blob where digest = %s", (version,)).fetchone()
    assert row is not None, "a table is never removed"
    return read_calendar(bytes(row[0]))


def _recompute_case(table: str, case_id: int) -> int:
    with on_case(case_id) as case:
        return sum(move.is_told for move in move_clocks(case, Why.CALENDAR, None, table=table))


def _too_large(file: str) -> Finding:
    return _finding(
        "calendar-too-large",
        file,
        Words(f"文件超过{LARGEST // 1024} KB。", f"The file is larger than {LARGEST // 1024} KB."),
        Words("只导入一年的安排。", "Import the table of one year."),
    )


def _unknown_place(file: str, place: str) -> Finding:
    return _finding(
        "unknown-place",
        file,
        Words(f"没有“{place}”的地方规则。", f"There are no local rules of “{place}”."),
        Words("写明已载入的地方规则的key。", "Name the key of local rules that are loaded."),
    )


def _finding(code: str, file: str, message: Words, remedy: Words) -> Finding:
    return Finding(Severity.ERROR, code, file, "", message, remedy)
