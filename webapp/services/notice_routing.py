"""Settling by which ways each notice goes, and when: the worker's first half, after the act was committed.

A notice that stands in the page has done its main work; here messages to other places are made of it, as rows. A
notice is settled once: its row is locked, and marked in the transaction that makes its messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from webapp import clock
from webapp.services.notice_kinds import KindWords, all_kinds
from webapp.services.notice_settings import Held, Setting, Usual, settings_of, usual
from webapp.services.notice_templates import MAIL
from webapp.services.notice_times import due_at
from webapp.services.notice_ways import set_up
from webapp.unit_of_work import sql, unit_of_work

AT_ONCE = 100
UNROUTED = """
select n.id, n.user_id, n.kind, n.at, n.read_at is not null, coalesce(t.groups, '[]'::jsonb)
from notice n left join user_task t on t.id = n.task_id
where n.routed_at is null order by n.id limit %s for update of n skip locked
"""
ROUTED = "update notice set routed_at = %s where id = any(%s)"


@dataclass(frozen=True, slots=True)
class Unrouted:
    id: int
    user_id: int
    kind: str
    at: datetime
    read: bool
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class Way:
    """To whom, by what, and how its notices are gathered."""

    user_id: int | None
    group_key: str | None
    channel: str
    setting: Setting


def route() -> int:
    """Make messages of the oldest notices that wait for it; returns how many notices were settled."""
    now = clock.now()
    with unit_of_work():
        waiting = [Unrouted(*row) for row in sql().execute(UNROUTED, (AT_ONCE,)).fetchall()]
        if not waiting:
            return 0
        held, kinds, otherwise = settings_of(one.user_id for one in waiting), all_kinds(), usual()
        here = set_up()
        for one in waiting:
            words = kinds.get(one.kind)
            if words is not None and not one.read:
                for way in _ways(one, words, held[one.user_id], otherwise):
                    if way.channel in here:
                        _send_by(one, words, way, now)
        sql().execute(ROUTED, (now, [one.id for one in waiting]))
        return len(waiting)


def _ways(one: Unrouted, words: KindWords, held: Held, otherwise: Usual) -> Iterator[Way]:
    """The person's own addresses, and the mailboxes of those posts of theirs that the task is for (none: of all)."""
    for channel in sorted(held.setting.ways(one.kind, words, otherwise) & held.setting.addresses.keys()):
        yield Way(one.user_id, None, channel, held.setting)
    for key, post in held.mailboxes.items():
        for_it = not one.groups or key in one.groups
        if for_it and MAIL in post.ways(one.kind, words, otherwise) and not _post_knows(one.id, key):
            yield Way(None, key, MAIL, post)


#: What its members are told at once (one act, several people) stands in a post's mailbox once.
POST_KNOWS = """
select 1 from notice n
join notice m on m.kind = n.kind and m.at = n.at and m.case_id is not distinct from n.case_id
    and m.task_id is not distinct from n.task_id and m.facts = n.facts
join notice_delivery_line l on l.notice_id = m.id
join notice_delivery d on d.id = l.delivery_id and d.group_key = %s
where n.id = %s limit 1
"""


def _post_knows(notice_id: int, group_key: str) -> bool:
    return sql().execute(POST_KNOWS, (group_key, notice_id)).fetchone() is not None


DELIVERY = """
insert into notice_delivery (public_id, user_id, group_key, channel, digest, due_at)
values (%s, %s, %s, %s, %s, %s)
"""
#: Into the message that gathers for the same moment, where there is one that has not begun to go out.
GATHERED = (
    DELIVERY
    + """
on conflict (channel, coalesce(user_id, 0), coalesce(group_key, ''), due_at)
    where digest and state = 'waiting' and tries = 0
do update set due_at = excluded.due_at
"""
)
LINE = "insert into notice_delivery_line (delivery_id, notice_id) values (%s, %s)"


def _send_by(one: Unrouted, words: KindWords, way: Way, now: datetime) -> None:
    setting = way.setting
    gathers = setting.digest != "none" and not words.urgent
    due = due_at(
        max(one.at, now) if not gathers else one.at,
        urgent=words.urgent,
        digest=setting.digest,
        digest_hour=setting.digest_hour,
        quiet=setting.quiet,
    )
    values = (str(uuid4()), way.user_id, way.group_key, way.channel, gathers, due)
    row = sql().execute((GATHERED if gathers else DELIVERY) + " returning id", values).fetchone()
    assert row is not None
    sql().execute(LINE, (row[0], one.id))
