"""Who has the page of a task open. A page says so when it is opened and while it asks; silence ends it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine import Words
from webapp import clock, moments
from webapp.errors import NotFound
from webapp.identity import Identity, bundle_of, holds_one_of
from webapp.services.events import ACT_WORDS
from webapp.unit_of_work import sql, unit_of_work

#: A page asks every 30 seconds; who was not heard of for this long has gone.
SILENCE = timedelta(seconds=75)
#: Who was heard of just now is not written down again.
HEARD = timedelta(seconds=20)

#: Names of the others who have the task open, and since when.
PRESENT = """
select u.name, p.since from task_presence p join app_user u on u.id = p.user_id
where p.task_id = %(task)s and p.user_id <> %(me)s and p.seen_at > %(silent)s order by p.since, u.id
"""
#: A task of one's posts.
_OWN = holds_one_of("t.groups", bundle_of("t.case_id"))
SEEN = f"""
insert into task_presence as p (task_id, user_id, since, seen_at)
select t.id, %(me)s, %(now)s, %(now)s from user_task t
where t.id = %(task)s and t.state = 'open' and {_OWN}
on conflict (task_id, user_id) do update set seen_at = excluded.seen_at,
    since = case when p.seen_at < %(silent)s then excluded.since else p.since end
where p.seen_at < %(heard)s
"""
OPENED = f"""
with seen as ({SEEN})
insert into access_log (at, user_id, case_id, what) select %(now)s, %(me)s, %(case)s, unnest(%(reads)s::text[])
"""
ASKED = f"""
with seen as ({SEEN})
select t.state, t.revision, coalesce(holder.name, ''), coalesce(closer.name, ''), t.act, t.closed_at,
    array(select row(q.*) from ({PRESENT}) q)
from user_task t
left join app_user holder on holder.id = t.assignee_id
left join app_user closer on closer.id = t.closed_by
where t.id = %(task)s and {_OWN}
"""


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague who has the task open."""

    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Around:
    """What a page that stands open asks: who else has the task open, and how the task is now."""

    others: tuple[Present, ...]
    state: str
    revision: int
    holder: str
    closed_by: str
    act: str
    closed_at: datetime | None

    def changed_since(self, revision: int) -> Words | None:
        """What happened to the task after a page of this revision was made; None: nothing."""
        when = moments.shown(self.closed_at)
        if self.state == "completed":
            who, act = self.closed_by or "系统", ACT_WORDS.get(self.act, ACT_WORDS["done"])
            return Words(f"此任务已由{who}于{when}办理：{act.zh}。", f"{who} did this at {when}: {act.en}.")
        if self.state != "open":
            return Words(f"此任务已于{when}撤销。", f"This task was withdrawn at {when}.")
        if self.revision == revision:
            return None
        if self.holder:
            return Words(f"此任务有了变化，现由{self.holder}办理。", f"The task has changed; {self.holder} has it now.")
        return Words("此任务有了变化，现在无人认领。", "The task has changed; nobody has it now.")

    def tag(self, *beside: object) -> str:
        """A digest over all that the answer says."""
        return hashlib.sha256(repr((self, *beside)).encode()).hexdigest()[:32]


def opened(task_id: int, case_id: int, reads: list[str], *, by: Identity) -> None:
    """The page of a task was opened: what it read goes to the access log, and colleagues see who has it open."""
    with unit_of_work():
        sql().execute(OPENED, {**values_of(task_id, by), "case": case_id, "reads": reads})


def around(task_id: int, *, by: Identity) -> Around:
    """How it is with the task now, asked by a page that stands open. Raises NotFound."""
    with unit_of_work():
        row = sql().execute(ASKED, values_of(task_id, by), binary=True).fetchone()
        if row is None:
            raise NotFound()
    state, revision, holder, closed_by, act, closed_at, present = row
    return Around(tuple(Present(*one) for one in present), state, revision, holder, closed_by, act, closed_at)


def values_of(task_id: int, by: Identity) -> dict[str, Any]:
    """What the statements on presence are asked with."""
    now = clock.now()
    return {
        **by.posts,
        "task": task_id,
        "me": by.user_id,
        "now": now,
        "silent": now - SILENCE,
        "heard": now - HEARD,
    }
