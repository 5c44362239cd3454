"""Saved views of the inbox: kept, renamed, shared with a post, deleted by whoever made them; the one it opens with."""

from __future__ import annotations

from psycopg.errors import UniqueViolation

from engine import Words
from webapp import clock
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity
from webapp.unit_of_work import sql, unit_of_work

LONGEST_NAME, LONGEST_QUERY = 40, 2000
#: One person's views. More than that nobody finds again.
MOST_VIEWS = 50
NAME_MISSING = Words("请给视图起一个名称。", "Please give the view a name.")
NAME_TOO_LONG = Words(
    f"视图名称不超过 {LONGEST_NAME} 个字。", f"The name of a view has at most {LONGEST_NAME} characters."
)
NAME_TAKEN = Words("您已有同名的视图，请换一个名称。", "You have a view of that name; please choose another.")
TOO_MANY = Words(
    f"最多保存 {MOST_VIEWS} 个视图，请先删除不用的。", f"At most {MOST_VIEWS} views are kept; delete one first."
)
NOT_YOUR_GROUP = Words("只能共享给您所在的岗位。", "A view can be shared with a post of your own only.")
TOO_LONG = Words("条件太多，不能保存为视图。", "There are too many conditions to be saved as a view.")

INSERT = """
insert into inbox_view (owner_id, group_key, name, query, created_at) values (%s, %s, %s, %s, %s) returning id
"""
DEFAULT = """
insert into inbox_default (user_id, view_id) values (%s, %s)
on conflict (user_id) do update set view_id = excluded.view_id
"""


def save_view(name: str, query: str, *, group: str, by: Identity) -> int:
    """Keep a view under a name of its own; `group`: shared with this post, empty: one's own. Raises Incomplete."""
    kept, shared = _name(name), _group(group, by)
    if len(query) > LONGEST_QUERY:
        raise Incomplete("name", TOO_LONG)
    with unit_of_work():
        count = sql().execute("select count(*) from inbox_view where owner_id = %s", (by.user_id,)).fetchone()
        assert count is not None
        if count[0] >= MOST_VIEWS:
            raise Incomplete("name", TOO_MANY)
        try:
            row = sql().execute(INSERT, (by.user_id, shared, kept, query, clock.now())).fetchone()
        except UniqueViolation as taken:
            raise Incomplete("name", NAME_TAKEN) from taken
        assert row is not None
        return int(row[0])


def change_view(view_id: int, name: str, *, group: str, by: Identity) -> None:
    """Another name, shared or not. Raises NotFound for a view of somebody else, Incomplete."""
    kept, shared = _name(name), _group(group, by)
    with unit_of_work():
        try:
            row = (
                sql()
                .execute(
                    "update inbox_view set name = %s, group_key = %s where id = %s and owner_id = %s returning id",
                    (kept, shared, view_id, by.user_id),
                )
                .fetchone()
            )
        except UniqueViolation as taken:
            raise Incomplete("name", NAME_TAKEN) from taken
        if row is None:
            raise NotFound()
        if shared is None:  # nobody else sees it any more
            sql().execute("delete from inbox_default where view_id = %s and user_id <> %s", (view_id, by.user_id))


def replace_view(view_id: int, query: str, *, by: Identity) -> None:
    """The view shows from now on what this address shows. Raises NotFound for a view of somebody else, Incomplete."""
    if len(query) > LONGEST_QUERY:
        raise Incomplete("name", TOO_LONG)
    with unit_of_work():
        row = (
            sql()
            .execute(
                "update inbox_view set query = %s where id = %s and owner_id = %s returning id",
                (query, view_id, by.user_id),
            )
            .fetchone()
        )
        if row is None:
            raise NotFound()


def delete_view(view_id: int, *, by: Identity) -> None:
    """Delete one's own view; with whom it was shared, it is gone too. Raises NotFound for a view of somebody else."""
    with unit_of_work():
        row = (
            sql()
            .execute("delete from inbox_view where id = %s and owner_id = %s returning id", (view_id, by.user_id))
            .fetchone()
        )
        if row is None:
            raise NotFound()


def open_with(view_id: int | None, *, by: Identity) -> None:
    """The inbox opens with this view (None: as ever). Raises NotFound for a view that one does not see."""
    with unit_of_work():
        if view_id is None:
            sql().execute("delete from inbox_default where user_id = %s", (by.user_id,))
            return
        seen = (
            sql()
            .execute(
                "select id from inbox_view where id = %s and (owner_id = %s or group_key = any(%s))",
                (view_id, by.user_id, sorted(by.groups)),
            )
            .fetchone()
        )
        if seen is None:
            raise NotFound()
        sql().execute(DEFAULT, (by.user_id, view_id))


def _name(name: str) -> str:
    """A name as it is kept: what is printable of it, spaces collapsed."""
    kept = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not kept:
        raise Incomplete("name", NAME_MISSING)
    if len(kept) > LONGEST_NAME:
        raise Incomplete("name", NAME_TOO_LONG)
    return kept


def _group(group: str, by: Identity) -> str | None:
    if group and group not in by.groups:
        raise Incomplete("group", NOT_YOUR_GROUP)
    return group or None
