"""变更清单: what a change touches is kept as work; designers are given rows, do them, or say why nothing is needed.

A list closes by itself when no row is open, and is open again when one is. Looking again adds what is new and marks
what is found nowhere any more; it decides no row, since only a person knows whether the work was this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine import Words
from webapp import clock
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.notices import NoticeKind, notify
from webapp.services.page_keys import remember
from webapp.services.release_rows import LONGEST_NOTE
from webapp.unit_of_work import sql, unit_of_work

OPEN, DONE, NOT_NEEDED = "open", "done", "not-needed"
STATES = (OPEN, DONE, NOT_NEEDED)
#: Rows of one list; a change that touches more is asked for more narrowly.
MOST_ROWS = 5_000


class TooManyRows(ActRefused):
    """A list of so many rows is nobody's work."""

    def __init__(self, count: int) -> None:
        super().__init__(
            Words(
                f"涉及 {count} 处，超过一张清单的 {MOST_ROWS} 处。请把条文写得更具体。",
                f"It touches {count} places, more than the {MOST_ROWS} of one list: ask more narrowly.",
            )
        )


@dataclass(frozen=True, slots=True)
class NewRow:
    """One thing that a change touches, as it is kept. `holders`: JSON values."""

    bundle: str
    kind: str
    file: str
    element: str
    name: Words
    part: str
    why: str
    said: str
    items: tuple[str, ...]
    holders: Sequence[Mapping[str, Any]]
    count: int | None


LIST = """
insert into change_list (kind, subject, title_zh, title_en, note, created_by, created_at, searched_at, closed_at)
values (%(kind)s, %(subject)s, %(zh)s, %(en)s, %(note)s, %(by)s, %(now)s, %(now)s, null) returning id
"""
# What was found again keeps its state and whose it is.
ROWS = """
insert into change_row (list_id, bundle_key, kind, file, element, name_zh, name_en, part, why, said, items, holders,
    counted, found_at)
select %(list)s, r.bundle, r.kind, r.file, r.element, r.name_zh, r.name_en, r.part, r.why, r.said, r.items, r.holders,
    r.counted, %(now)s
from jsonb_to_recordset(%(rows)s::jsonb) as r (bundle text, kind text, file text, element text, name_zh text,
    name_en text, part text, why text, said text, items jsonb, holders jsonb, counted integer)
on conflict (list_id, bundle_key, kind, file, element) do update set
    name_zh = excluded.name_zh, name_en = excluded.name_en, part = excluded.part, why = excluded.why,
    said = excluded.said, items = excluded.items, holders = excluded.holders, counted = excluded.counted, gone_at = null
"""
GONE = """
update change_row t set gone_at = %(now)s
where t.list_id = %(list)s and t.gone_at is null and not exists (
    select from jsonb_to_recordset(%(rows)s::jsonb) as r (bundle text, kind text, file text, element text)
    where (r.bundle, r.kind, r.file, r.element) = (t.bundle_key, t.kind, t.file, t.element))
"""
DECIDE = """
update change_row set state = %(state)s, note = %(note)s,
    decided_by = case when %(state)s = 'open' then null else %(by)s end,
    decided_at = case when %(state)s = 'open' then null else %(now)s end
where list_id = %(list)s and id = any(%(rows)s)
"""
ASSIGN = """
update change_row set assigned_to = %(to)s where list_id = %(list)s and id = any(%(rows)s)
    and assigned_to is distinct from %(to)s
"""
CLOSE = """
update change_list l set closed_at = case
    when exists (select from change_row r where r.list_id = l.id and r.state = 'open') then null
    else coalesce(l.closed_at, %(now)s) end
where l.id = %(list)s
"""
DESIGNERS = """
select distinct u.id from app_user u join membership m on m.user_id = u.id
join candidate_group g on g.id = m.group_id where u.active and g.role = 'designer' and u.id = %s
"""


def keep(kind: str, subject: str, title: Words, rows: Sequence[NewRow], note: str, *, by: Identity, key: str) -> int:
    """Keep what a change touches as a list; returns its id. `key` is the page's, so that sent twice it counts once.

    Raises TooManyRows, Incomplete, AlreadyCarriedOut, KeyReused.
    """
    ensure(by, Permission.CHANGE_LIST)
    _ensure_note(note)
    _ensure_fits(rows)
    if not rows:
        raise Incomplete("q", Words("没有涉及的内容，不必建清单。", "It touches nothing, so there is nothing to keep."))
    with unit_of_work():
        now = clock.now()
        remember(by, key, now, f"change-list:{kind}:{subject}")
        values = {
            "kind": kind, "subject": subject, "zh": title.zh, "en": title.en, "note": note.strip(), "by": by.user_id,
            "now": now,
        }  # fmt: skip
        made = sql().execute(LIST, values).fetchone()
        assert made is not None
        _put(made[0], rows)
        return int(made[0])


def look_again(list_id: int, rows: Sequence[NewRow], *, by: Identity) -> None:
    """Bring the list in line with what is found now: new rows are open, what is gone is marked. Raises NotFound."""
    ensure(by, Permission.CHANGE_LIST)
    _ensure_fits(rows)
    with unit_of_work():
        _lock(list_id)
        _put(list_id, rows)
        sql().execute(GONE, {"list": list_id, "rows": _json(rows), "now": clock.now()})
        sql().execute("update change_list set searched_at = %s where id = %s", (clock.now(), list_id))


def decide(list_id: int, row_ids: Iterable[int], state: str, note: str, *, by: Identity) -> int:
    """Say of rows that they are done, not needed (with the reason), or open again; returns how many the list has.

    Raises NotFound, Incomplete where no row or no such state is chosen, or the reason is missing.
    """
    ensure(by, Permission.CHANGE_LIST)
    if state not in STATES:
        raise Incomplete("state", Words("请选择处理情况。", "Choose what became of it."))
    _ensure_note(note)
    if state == NOT_NEEDED and not note.strip():
        raise Incomplete("note", Words("请说明为什么不需要修改。", "Say why nothing is needed."))
    with unit_of_work():
        _lock(list_id)
        values = {
            "list": list_id, "rows": _chosen(row_ids), "state": state, "note": note.strip(), "by": by.user_id,
            "now": clock.now(),
        }  # fmt: skip
        decided = sql().execute(DECIDE, values).rowcount
        _close(list_id)
    return decided


def assign(list_id: int, row_ids: Iterable[int], to: int | None, *, by: Identity) -> None:
    """Give rows to a designer, who is told; None: to nobody. Raises NotFound, Incomplete."""
    ensure(by, Permission.CHANGE_LIST)
    with unit_of_work():
        title = _lock(list_id)
        if to is not None and sql().execute(DESIGNERS, (to,)).fetchone() is None:
            raise Incomplete("to", Words("请选择一位设计人。", "Choose a designer."))
        given = sql().execute(ASSIGN, {"list": list_id, "rows": _chosen(row_ids), "to": to}).rowcount
        if to is not None and given and to != by.user_id:
            facts = {"by": by.name, "change": title.zh, "change_en": title.en or title.zh, "count": str(given)}
            notify({to}, NoticeKind.CHANGE_ASSIGNED, case_id=None, task_id=None, facts=facts, now=clock.now())


def _put(list_id: int, rows: Sequence[NewRow]) -> None:
    sql().execute(ROWS, {"list": list_id, "rows": _json(rows), "now": clock.now()})
    _close(list_id)


def _close(list_id: int) -> None:
    sql().execute(CLOSE, {"list": list_id, "now": clock.now()})


def _lock(list_id: int) -> Words:
    """The list's title; its row held. Raises NotFound."""
    row = (
        sql()
        .execute("select title_zh, title_en from change_list where id = %s for no key update", (list_id,))
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return Words(row[0], row[1])


def _json(rows: Sequence[NewRow]) -> str:
    return orjson.dumps(
        [
            {
                "bundle": one.bundle, "kind": one.kind, "file": one.file, "element": one.element,
                "name_zh": one.name.zh, "name_en": one.name.en, "part": one.part, "why": one.why, "said": one.said,
                "items": one.items, "holders": list(one.holders), "counted": one.count,
            }
            for one in rows
        ]
    ).decode()  # fmt: skip


def _chosen(row_ids: Iterable[int]) -> list[int]:
    found = list(row_ids)
    if not found:
        raise Incomplete("rows", Words("请先选择清单里的行。", "Choose rows of the list first."))
    return found


def _ensure_fits(rows: Sequence[NewRow]) -> None:
    if len(rows) > MOST_ROWS:
        raise TooManyRows(len(rows))


def _ensure_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise Incomplete("note", Words(f"说明在 {LONGEST_NOTE} 字以内。", f"At most {LONGEST_NOTE} characters."))
