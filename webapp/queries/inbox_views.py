"""Saved views of the inbox: one's own, and those that colleagues share with one's posts."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.identity import Identity
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class View:
    """`group`: the post with which it is shared, empty for one's own. `owner` is a name; `mine`: it is one's own."""

    id: int
    name: str
    query: str
    group: str
    owner: str
    mine: bool
    default: bool

    @property
    def address(self) -> str:
        return f"view={self.id}&{self.query}" if self.query else f"view={self.id}"


VIEWS = """
select v.id, v.name, v.query, coalesce(v.group_key, ''), u.name, v.owner_id = %(me)s, d.view_id is not null
from inbox_view v join app_user u on u.id = v.owner_id
left join inbox_default d on d.view_id = v.id and d.user_id = %(me)s
where v.owner_id = %(me)s or v.group_key = any(%(groups)s)
order by v.owner_id <> %(me)s, v.name, v.id limit 100
"""


def views_for(by: Identity) -> list[View]:
    """One's own views by name, then those of others."""
    rows = sql().execute(VIEWS, {"me": by.user_id, "groups": sorted(by.groups)}).fetchall()
    return [View(*row) for row in rows]


DEFAULT = """
select v.id, v.query from inbox_default d join inbox_view v on v.id = d.view_id
where d.user_id = %(me)s and (v.owner_id = %(me)s or v.group_key = any(%(groups)s))
"""


def default_address(by: Identity) -> str | None:
    """The query of the view with which the inbox opens; None: as ever."""
    row = sql().execute(DEFAULT, {"me": by.user_id, "groups": sorted(by.groups)}).fetchone()
    return None if row is None else f"view={row[0]}&{row[1]}" if row[1] else f"view={row[0]}"
