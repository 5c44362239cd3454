"""The inbox: open tasks of one's posts, the most urgent first, page by page. Nothing is counted beyond a cap.

A page is found (`find`) before it is made (`page_of`): whoever asks again is told by the digest of what was found
that nothing has changed, and no page is made.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.catalogue import Rules, published
from webapp.identity import Identity, StandIn
from webapp.permissions import Permission, may
from webapp.queries import worklist_sql
from webapp.queries.due import THEIR_STEPS, Due, due
from webapp.queries.worklist_picks import Pick, pick_of
from webapp.queries.worklist_wanted import UNIT, Wanted
from webapp.search import letters_of, plain, reads
from webapp.services.place_calendars import PlaceCalendars
from webapp.unit_of_work import sql

PAGE_SIZE = 25
DIGITS = 18
CURSOR = re.compile(rf"(-?[0-9]{{1,2}})\.([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})\.([0-9]{{1,{DIGITS}}})")


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in the order of the inbox: urgency, due day, task."""

    urgency: int
    due_on: date
    task_id: int

    def __str__(self) -> str:
        return f"{self.urgency}.{self.due_on.isoformat()}.{self.task_id}"


def read_cursor(text: str) -> Cursor | None:
    """The cursor of a URL; None where there is none or it cannot be read (the first page is shown)."""
    parts = CURSOR.fullmatch(text)
    if parts is None:
        return None
    try:
        return Cursor(int(parts[1]), date.fromisoformat(parts[2]), int(parts[3]))
    except ValueError:  # a day that is in no calendar
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """One task of the list."""

    task_id: int
    cursor: Cursor
    name: Words
    step: str
    urgent: bool  # 即办
    first: bool  # a lead has set it first
    due: Due
    arrived_at: datetime
    revision: int
    holder_id: int | None
    holder: str
    shared: bool  # several sign it; nobody claims it
    signed: bool  # one has signed it oneself, and others have not yet
    case_id: int
    number: str
    applicant: str
    subject: str
    pinyin: str
    release_id: int
    item: Words
    suspended: bool  # the case's processes stand still: nobody can claim or act
    follow_on: date | None
    colour: str  # of the most serious signal that nobody has settled: red | yellow | ""
    drawn: tuple[tuple[int, str], ...]  # who is drawn for a verification, and does it
    mine: bool  # one of one's posts has it: its page may be opened
    waits: bool = False  # its act waits for colleagues
    urged: bool = False
    ordered_by: date | None = None  # 督办: the day by which it was ordered to be finished, where nobody has answered
    standing_in: str = ""  # for whom one would do it
    gives_way: bool = False  # who holds it is away with oneself standing in, or holds it for oneself

    def is_free(self) -> bool:
        """Whether it can be claimed."""
        return self.mine and self.holder_id is None and not self.shared and not self.suspended

    def is_taken_over(self) -> bool:
        """Whether it can be taken over from who holds it."""
        return self.mine and self.gives_way and not self.shared and not self.suspended


@dataclass(frozen=True, slots=True)
class Page:
    """One page with the cursors of its neighbours (None: there is none).

    `partly`: the filter has looked through so many tasks only; the next page goes on behind them. `unsorted`: there
    are too many tasks for the order that was asked for.
    """

    rows: tuple[Row, ...]
    previous: Cursor | None
    following: Cursor | None
    partly: bool = False
    unsorted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What the database says of a page, and which day it is. The same digest makes the same page."""

    lines: tuple[tuple[Any, ...], ...]
    previous: Cursor | None
    following: Cursor | None
    partly: bool
    unsorted: bool
    today: date

    def digest(self, *beside: object) -> str:
        """Over all that the page is made of, and `beside` it."""
        told = repr((self.lines, self.previous, self.following, self.partly, self.unsorted, self.today, beside))
        return hashlib.sha256(told.encode()).hexdigest()[:32]


FORWARD = {"beyond": ">", "way": "asc"}
BACKWARD = {"beyond": "<", "way": "desc"}
FIRST = Cursor(-9, date.min, 0)


def inbox_page(
    by: Identity,
    rules: Rules,
    wanted: Wanted | None = None,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> Page:
    """One page of what is `wanted` of the tasks of `by`'s posts (nothing said: all of them).

    Every hit of a search is rechecked against the text itself, so such a page may hold fewer rows than PAGE_SIZE.
    """
    wanted = wanted or Wanted()
    return page_of(
        find(by, lambda: rules, wanted, groups_for(by, wanted), after=after, before=before), by, rules, wanted
    )


def find(
    by: Identity,
    rules: Callable[[], Rules],
    wanted: Wanted,
    groups: Sequence[str],
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> Found:
    """The lines of a page of the tasks of these `groups`. `rules` are read only where the filter asks for them."""
    today = clock.today(moments.OFFICE_ZONE)
    pick = pick_of(by, rules, wanted, groups, today)
    if pick is None:
        return Found((), None, None, False, False, today)
    if wanted.sort != "due":
        sorted_lines = _in_order(pick, wanted.sort, before or after, backward=before is not None)
        if sorted_lines is not None:
            return _found(sorted_lines, after, before, today)
    direction = BACKWARD if before else FORWARD
    start = before or after or FIRST
    values = {**pick.values, "urgency": start.urgency, "due_on": start.due_on, "task": start.task_id}
    picked = pick.statement.format(**direction, limit=PAGE_SIZE + 1)
    lines = _lines(picked, worklist_sql.USUAL_ORDER, values, prepare=pick.prepared)
    end = _window_end(pick, direction, values)
    return _found(lines, after, before, today, end=end, unsorted=wanted.sort != "due")


def _lines(picked: str, order: str, values: dict[str, Any], *, prepare: bool | None = False) -> list[tuple[Any, ...]]:
    statement = worklist_sql.ROWS.replace("{picked}", picked).replace("{order}", order)
    return sql().execute(statement, values, prepare=prepare).fetchall()


def _window_end(pick: Pick, direction: dict[str, str], values: dict[str, Any]) -> Cursor | None:
    if pick.window is None:
        return None
    row = sql().execute(pick.window.format(**direction), values).fetchone()
    return Cursor(*row) if row else None


def _in_order(pick: Pick, sort: str, at: Cursor | None, *, backward: bool) -> list[tuple[Any, ...]] | None:
    """The page in another order than that of the limits; None where there are too many tasks to be sorted."""
    values = {**pick.values, "urgency": FIRST.urgency, "due_on": FIRST.due_on, "task": 0}
    if _window_end(pick, FORWARD, values) is not None:
        return None
    everything = pick.statement.format(**FORWARD, limit=worklist_sql.SORTED + 1)
    row = sql().execute(f"select count(*) from ({everything}) counted", values, prepare=False).fetchone()
    assert row is not None
    if row[0] > worklist_sql.SORTED:
        return None
    key, usual = worklist_sql.SORT_KEYS[sort]
    descending = (usual == "desc") is not backward
    ordered = worklist_sql.IN_ORDER.format(
        all=everything,
        key=key,
        beyond="<" if descending else ">",
        way="desc" if descending else "asc",
        limit=PAGE_SIZE + 1,
    )
    way = "p.sort_key desc, p.task_id desc" if usual == "desc" else "p.sort_key, p.task_id"
    return _lines(ordered, way, {**values, "at": at.task_id if at else 0})


def _found(
    lines: list[tuple[Any, ...]],
    after: Cursor | None,
    before: Cursor | None,
    today: date,
    *,
    end: Cursor | None = None,
    unsorted: bool = False,
) -> Found:
    """A page of the lines, which are one more than a page where there are more; `end`: where the window ends."""
    if end is not None:  # what lies beyond the nearest end of a window comes with a later page
        lines = [line for line in lines if (_place(line) >= end if before else _place(line) <= end)]
    more = len(lines) > PAGE_SIZE
    kept = (lines[1:] if before else lines[:PAGE_SIZE]) if more else lines
    first, last = (_place(kept[0]), _place(kept[-1])) if kept else (None, None)
    partly = end is not None and not more
    if partly:
        first, last = (end, last or before) if before else (first or after, end)
    return Found(
        tuple(kept),
        first if (more or partly if before else after is not None) else None,
        last if (more or partly or before is not None) else None,
        partly,
        unsorted,
        today,
    )


def _place(line: Sequence[Any]) -> Cursor:
    return Cursor(line[1], line[2], line[0])


def page_of(found: Found, by: Identity, rules: Rules, wanted: Wanted) -> Page:
    """The page as people read it."""
    calendars = PlaceCalendars(rules)
    rows = [_row(line, found.today, calendars, by) for line in found.lines]
    kept = tuple(row for row in rows if not wanted.text or _found_by(wanted.text, row))
    return Page(kept, found.previous, found.following, found.partly, found.unsorted)


def _row(line: Sequence[Any], today: date, calendars: PlaceCalendars, by: Identity) -> Row:
    (
        task_id,
        urgency,
        due_on,
        zh,
        en,
        step,
        opened_at,
        revision,
        holder_id,
        holder,
        shared,
        case_id,
        number,
        applicant,
        subject,
        release_id,
        item_key,
        paused,
        suspended,
        place,
        pinyin,
        follow_on,
        colour,
        drawn,
        signed,
        groups,
        held_for,
        waits,
        urged,
        ordered_by,
        counted_from,
        *_,
    ) = line
    bundle = published(release_id).bundle
    absent = _absent(by, frozenset(groups), bundle.key, holder_id, held_for) if by.standing_in else None
    return Row(
        task_id=task_id,
        cursor=Cursor(urgency, due_on, task_id),
        name=Words(zh, en),
        step=step,
        urgent=urgency == 0,
        first=urgency < 0,
        due=due(
            due_on,
            today,
            calendars.of(place),
            counted_from=counted_from,
            paused=paused,
            theirs=step in THEIR_STEPS,
        ),
        arrived_at=opened_at,
        revision=revision,
        holder_id=holder_id,
        holder=holder,
        shared=shared,
        signed=signed,
        case_id=case_id,
        number=number or "",
        applicant=applicant,
        subject=subject or applicant,
        pinyin=pinyin,
        release_id=release_id,
        item=bundle.item(item_key).name if item_key else bundle.name,
        suspended=suspended,
        follow_on=follow_on,
        colour=colour or "",
        drawn=tuple((user, name) for user, name in drawn or ()),
        mine=by.has_post(frozenset(groups), bundle.key),
        waits=waits > 0,
        urged=urged,
        ordered_by=ordered_by,
        standing_in=absent.absent_name if absent else "",
        gives_way=held_for == by.user_id or (absent is not None and absent.absent_id == holder_id),
    )


def _absent(
    by: Identity, groups: frozenset[str], bundle: str, holder_id: int | None, held_for: int | None
) -> StandIn | None:
    """For whom `by` would do the task: who holds it and is away, for whom `by` holds it, or whose post alone it is."""
    lending = [one for one in by.standing_in if one.covers(bundle) and not one.groups.isdisjoint(groups)]
    for_whom = held_for if holder_id == by.user_id else holder_id
    named = next((one for one in lending if one.absent_id == for_whom), None)
    return named or (next(iter(lending), None) if by.own_groups.isdisjoint(groups) else None)


def _found_by(text: str, row: Row) -> bool:
    return says(text, row.number, row.applicant, row.subject, pinyin=row.pinyin)


def says(text: str, *told: str, pinyin: str) -> bool:
    """Whether one of these texts holds what was searched for, sign for sign, or its letters read this pinyin."""
    return any(plain(text) in plain(one) for one in told) or reads(letters_of(text), pinyin)


OF_UNIT = """
select g.key from candidate_group g join department d on d.id = g.department_id where d.key = %s order by g.key
"""


def groups_for(by: Identity, wanted: Wanted) -> list[str]:
    """The posts whose tasks a list may show: one's own, or all of the department for who leads it; or one of them."""
    if wanted.tab == UNIT and may(by, Permission.TASK_SET_FIRST):
        allowed = [key for (key,) in sql().execute(OF_UNIT, (by.department_key,)).fetchall()]
    else:
        allowed = sorted(by.groups)
    return [wanted.group] if wanted.group in allowed else allowed
