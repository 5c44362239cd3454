"""How much waits, counted up to a cap: of one's posts, of one's own, and behind each saved view."""

from __future__ import annotations

from dataclasses import dataclass, replace

from webapp import clock, moments
from webapp.catalogue import Rules, rules_in_force
from webapp.identity import Identity, holds_post, holds_post_anywhere
from webapp.queries.advisory_inbox import asked_count, unread_count
from webapp.queries.worklist import FIRST, FORWARD, groups_for
from webapp.queries.worklist_picks import RulesAsked, pick_of
from webapp.queries.worklist_sql import HIDDEN, MINE
from webapp.queries.worklist_wanted import Wanted
from webapp.unit_of_work import sql

COUNT_CAP = 999
VIEW_CAP = 99


@dataclass(frozen=True, slots=True)
class Counts:
    """Open tasks as the lists show them, at most COUNT_CAP each: of one's groups, and one's own."""

    groups: int
    mine: int
    tables: int = 0  # the last table of rules that was loaded: another one may count the days otherwise
    asked: int = 0  # opinions and signatures that colleagues wait for
    unread: int = 0  # copies that one has not read
    partly: bool = False  # of the groups so many were found as far as was looked

    @property
    def of_groups(self) -> str:
        return f"{self.groups}+" if self.partly else self.shown(self.groups)

    @staticmethod
    def shown(count: int) -> str:
        return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)


#: One LIMIT per group, read from the index in its order (a plan made for any group would else scan the whole index
#: for a small one). A group that alone reaches the cap ends the counting.
_COUNTS = f"""
select case when exists (
            select from unnest(%(groups)s::text[]) g(key) where {COUNT_CAP + 1} = (select count(*) from (
                select from task_candidate where group_key = g.key and task_id <> all({HIDDEN})
                order by urgency, due_on, task_id limit {COUNT_CAP + 1}) of_group))
        then {COUNT_CAP + 1}
        else (select count(distinct p.task_id) from unnest(%(groups)s::text[]) g(key) cross join lateral (
                select task_id from task_candidate where group_key = g.key and task_id <> all({HIDDEN})
                order by urgency, due_on, task_id limit {COUNT_CAP + 1}) p) end,
       (select count(*) from (select t.id from {MINE}
            where t.id <> all({HIDDEN}) and exists (select from task_candidate c where c.task_id = t.id)
            limit {COUNT_CAP + 1}) own_tasks),
       (select coalesce(max(id), 0) from rule_table),
       {{asked}}, {{unread}}
"""
COUNTS, LIMITED_COUNTS = (
    _COUNTS.format(asked=asked_count(holds), unread=unread_count(holds)) for holds in (holds_post_anywhere, holds_post)
)


def counts(by: Identity) -> Counts:
    """How much waits, up to the cap. Whoever has a post for some bundles only is told what is of those."""
    posts = by.posts
    row = sql().execute(LIMITED_COUNTS if posts["limited"] else COUNTS, {**posts, "me": by.user_id}).fetchone()
    assert row is not None
    counted = Counts(*row)
    if not posts["limited"]:
        return counted
    found, partly = _found(by, rules_in_force, Wanted(), COUNT_CAP)
    return replace(counted, groups=found, partly=partly)


def count_view(by: Identity, rules: Rules, wanted: Wanted) -> str:
    """How many tasks a view holds: up to the cap, or as many at least as its filter has found so far ("37+")."""
    found, partly = _found(by, lambda: rules, wanted, VIEW_CAP)
    if found > VIEW_CAP:
        return f"{VIEW_CAP}+"
    return f"{found}+" if partly else str(found)


def _found(by: Identity, rules: RulesAsked, wanted: Wanted, cap: int) -> tuple[int, bool]:
    """How many the list shows, at most `cap` + 1, and whether it looks no further than a window."""
    today = clock.today(moments.OFFICE_ZONE)
    pick = pick_of(by, rules, wanted, groups_for(by, wanted), today)
    if pick is None:
        return 0, False
    values = {**pick.values, "urgency": FIRST.urgency, "due_on": FIRST.due_on, "task": 0}
    picked = pick.statement.format(**FORWARD, limit=cap + 1)
    row = sql().execute(f"select count(*) from ({picked}) counted", values, prepare=False).fetchone()
    assert row is not None
    if row[0] > cap or pick.window is None:
        return row[0], False
    return row[0], sql().execute(pick.window.format(**FORWARD), values).fetchone() is not None
