"""The window's worklist: one row per received case, by what the window has to do next.

A tab is a set of case ids; a page of it is read by key (the case id), then everything about its rows at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import Rules, published
from webapp.identity import Identity
from webapp.permissions import is_window
from webapp.queries.due import Due, due
from webapp.search import wanted
from webapp.services.clocks import COUNTED_FROM
from webapp.services.place_calendars import PlaceCalendars
from webapp.unit_of_work import sql

PAGE_SIZE = 25
COUNT_CAP = 999

RECEIVED, CORRECTION, PREPARE, COLLECT, DELIVERED, ALL = (
    "received",
    "correction",
    "prepare",
    "collect",
    "delivered",
    "all",
)
TABS = {
    RECEIVED: Words("待受理", "To be accepted"),
    CORRECTION: Words("待补正", "To be corrected"),
    PREPARE: Words("待出件", "To be issued"),
    COLLECT: Words("待领取", "To be collected"),
    DELIVERED: Words("已送达", "Delivered"),
    ALL: Words("全部", "All"),
}
#: Tabs of work go oldest first; what is done is looked up newest first.
NEWEST_FIRST = frozenset({DELIVERED, ALL})

_STEP_OPEN = "exists (select from user_task t where t.case_id = k.id and t.step = '{step}' and t.state = 'open')"
#: Neither accepted nor turned down yet, and the next word is the department's, not the applicant's.
_INTAKE_OPEN = (
    "{item}.outcome is null and {item}.accepted_at is null"
    " and {item}.intake_outcome is distinct from 'forwarded'"
    " and not exists (select from user_task w where w.item_case_id = {item}.id and w.step = 'correct'"
    " and w.state = 'open')"
)
#: What makes a case belong to a tab, over `cases k`.
_BELONGS = {
    RECEIVED: "k.closed_at is null and exists (select from item_case i where i.case_id = k.id and "
    + _INTAKE_OPEN.format(item="i")
    + ")",
    CORRECTION: "k.closed_at is null and " + _STEP_OPEN.format(step="correct"),
    PREPARE: "k.closed_at is null and " + _STEP_OPEN.format(step="issue"),
    COLLECT: "k.closed_at is null and " + _STEP_OPEN.format(step="deliver"),
    DELIVERED: "exists (select from item_case i where i.case_id = k.id and i.delivered_at is not null)"
    " and not exists (select from user_task t where t.case_id = k.id and t.step in ('issue', 'deliver')"
    " and t.state = 'open')",
    ALL: "true",
}
#: What somebody handed in; a case that a time began is no business of the window.
_SEEN = "k.received_at is not null and k.visit_id is not null and (%(everyone)s or k.created_by = %(me)s)"
_PAGE = """
select k.id, k.number, k.applicant_name, k.subject_name, k.release_id, k.received_at, k.closed_at is not null,
    k.suspended_at is not null, k.profile_key
from cases k
where {seen} and {belongs} {found} and k.id {beyond} %(case)s
order by k.id {way} limit %(limit)s
"""
_FOUND = "and k.search_tokens @> %(wanted)s::text[]"
_COUNT = "(select count(*) from (select k.id from cases k where {seen} and {belongs} {found} limit %(cap)s) c)"
#: The items of the page's cases: what is open about each, and the due day that matters now.
_ITEMS = f"""
select ic.case_id, ic.item_key, t.id, coalesce(t.step, ''), t.opened_at,
    (select array[l.due_on, {COUNTED_FROM}] from legal_clock l where l.item_case_id = ic.id and l.stopped_on is null
        and l.name not in ('statutory', 'verification') order by l.due_on, l.started_on limit 1),
    ic.delivered_at, ic.outcome, {_INTAKE_OPEN.format(item="ic")}
from item_case ic
left join user_task t on t.item_case_id = ic.id and t.state = 'open'
    and t.step in ('accept', 'immediate', 'correct', 'issue', 'deliver')
where ic.case_id = any(%s) order by ic.case_id, ic.item_key
"""


@dataclass(frozen=True, slots=True)
class DeskItem:
    """An item of a row. `step` is what is open: accept, immediate, correct, issue, deliver, or empty.

    `limit`: the due day that matters now and the day after which its limit counts; None where none runs.
    """

    name: Words
    task_id: int | None
    step: str
    since: datetime | None
    limit: tuple[date, date] | None
    delivered_at: datetime | None
    outcome: str | None
    intake_open: bool


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One case of the worklist."""

    case_id: int
    number: str
    subject: str
    applicant: str
    bundle: Words
    received_at: datetime
    closed: bool
    suspended: bool
    items: tuple[DeskItem, ...]
    shown: tuple[DeskItem, ...]  # those that make the case belong to the tab
    due: Due

    @property
    def delivered(self) -> int:
        return sum(1 for item in self.items if item.delivered_at)

    @property
    def since(self) -> datetime:
        """Since when it waits in this tab."""
        return min((item.since for item in self.shown if item.since), default=self.received_at)


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One page with the keys of its neighbours (None: there is none)."""

    rows: tuple[DeskRow, ...]
    previous: int | None
    following: int | None


def desk_page(
    by: Identity,
    rules: Rules,
    tab: str,
    *,
    text: str = "",
    after: int | None = None,
    before: int | None = None,
) -> DeskPage:
    """One page of a tab. `after` and `before` are case ids, the keys of the neighbouring pages.

    Helpers see the cases that they opened. `text` finds number, applicant or subject; hits are rechecked
    against the text itself, so a page of a search may hold fewer rows than PAGE_SIZE.
    """
    forward = before is None
    ascending = (tab not in NEWEST_FIRST) == forward
    start = after if forward else before
    if start is None:
        start = 0 if ascending else 2**62
    statement = _PAGE.format(
        seen=_SEEN,
        belongs=_BELONGS[tab],
        found=_FOUND if wanted(text) else "",
        beyond=">" if ascending else "<",
        way="asc" if ascending else "desc",
    )
    found = sql().execute(statement, {**_terms(by, text), "case": start, "limit": PAGE_SIZE + 1}).fetchall()
    more = len(found) > PAGE_SIZE
    kept = found[:PAGE_SIZE] if forward else list(reversed(found[:PAGE_SIZE]))
    rows = _rows(kept, tab, rules)
    if not kept:
        return DeskPage((), None, None)
    first, last = kept[0][0], kept[-1][0]
    return DeskPage(
        tuple(row for row in rows if not wanted(text) or _says(text, row)),
        first if (after is not None if forward else more) else None,
        last if (more if forward else True) else None,
    )


def desk_counts(by: Identity, text: str = "") -> dict[str, str]:
    """How many cases each tab holds, up to the cap."""
    found = _FOUND if wanted(text) else ""
    counts = [_COUNT.format(seen=_SEEN, belongs=_BELONGS[tab], found=found) for tab in TABS]
    row = sql().execute("select " + ", ".join(counts), {**_terms(by, text), "cap": COUNT_CAP + 1}).fetchone()
    assert row is not None
    return {tab: f"{COUNT_CAP}+" if count > COUNT_CAP else str(count) for tab, count in zip(TABS, row, strict=True)}


def _terms(by: Identity, text: str) -> dict[str, object]:
    return {"everyone": is_window(by, None), "me": by.user_id, "wanted": wanted(text)}


def _rows(kept: Sequence[Sequence[Any]], tab: str, rules: Rules) -> list[DeskRow]:
    items: dict[int, list[tuple[str, Sequence[Any]]]] = {}
    for case_id, key, *facts in sql().execute(_ITEMS, ([row[0] for row in kept],)):
        items.setdefault(case_id, []).append((key, facts))
    today = clock.today(moments.OFFICE_ZONE)
    calendars = PlaceCalendars(rules)
    return [_row(row, items.get(row[0], []), tab, today, calendars) for row in kept]


_STEP_OF = {CORRECTION: "correct", PREPARE: "issue", COLLECT: "deliver"}


def _row(
    row: Sequence[Any], items: Sequence[tuple[str, Sequence[Any]]], tab: str, today: date, calendars: PlaceCalendars
) -> DeskRow:
    case_id, number, applicant, subject, release_id, received_at, closed, suspended, place = row
    bundle = published(release_id).bundle
    order = [item.key for item in bundle.items]
    named = tuple(
        _item(bundle.item(key).name, facts) for key, facts in sorted(items, key=lambda pair: order.index(pair[0]))
    )
    shown = tuple(item for item in named if _belongs(item, tab))
    nearest, since = min((item.limit for item in shown if item.limit), default=(None, None))
    return DeskRow(
        case_id,
        number or "",
        subject or applicant,
        applicant,
        bundle.name,
        received_at,
        closed,
        suspended,
        named,
        shown,
        due(nearest, today, calendars.of(place), counted_from=since),
    )


def _item(name: Words, facts: Sequence[Any]) -> DeskItem:
    task_id, step, since, limit, *rest = facts
    return DeskItem(name, task_id, step, since, tuple(limit) if limit else None, *rest)


def _belongs(item: DeskItem, tab: str) -> bool:
    if tab == DELIVERED:
        return item.delivered_at is not None
    if tab == RECEIVED:
        return item.intake_open
    return tab == ALL or item.step == _STEP_OF[tab]


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def _says(text: str, row: DeskRow) -> bool:
    return any(_plain(text) in _plain(field) for field in (row.number, row.applicant, row.subject))
