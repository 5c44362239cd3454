"""Messages that did not arrive, for those who look after the installation; and what waits to go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine import Words
from webapp.masks import masked_number
from webapp.services.notice_kinds import all_kinds
from webapp.services.notice_templates import MAIL
from webapp.services.notice_ways import WAYS
from webapp.unit_of_work import sql

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that failed, may not have arrived, or is tried again. `address` is masked."""

    id: int
    addressee: Words
    address: str
    way: Words
    state: str
    tries: int
    at: datetime
    reason: Words
    kinds: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Deliveries:
    lines: tuple[Lost, ...]
    waiting: Mapping[str, int]


LINES = """
select d.id, coalesce(u.name, g.name_zh, d.group_key), coalesce(u.name, g.name_en, d.group_key),
    case d.channel when 'mail' then s.mail when 'sms' then s.sms else s.office end, d.channel, d.state, d.tries,
    coalesce(d.settled_at, d.due_at), d.reason_zh, d.reason_en,
    array(select n.kind from notice_delivery_line l join notice n on n.id = l.notice_id
        where l.delivery_id = d.id order by n.id limit 5)
from notice_delivery d
left join app_user u on u.id = d.user_id
left join candidate_group g on g.key = d.group_key
left join notice_setting s on s.user_id = d.user_id or s.group_key = d.group_key
where {which}
order by d.id desc limit %s
"""
LOST = LINES.format(which="d.state in ('failed', 'unclear')")
TRIED = LINES.format(which="d.state = 'waiting' and d.tries > 0")
WAITING = "select channel, count(*) from notice_delivery where state = 'waiting' group by channel"


def deliveries() -> Deliveries:
    """The newest first; those that are lost before those that are tried again."""
    rows = [*sql().execute(LOST, (PAGE_SIZE,)).fetchall(), *sql().execute(TRIED, (PAGE_SIZE,)).fetchall()]
    return Deliveries(tuple(_lost(*row) for row in rows), dict(sql().execute(WAITING).fetchall()))


def _lost(
    delivery_id: int,
    zh: str,
    en: str,
    address: str | None,
    channel: str,
    state: str,
    tries: int,
    at: datetime,
    reason_zh: str,
    reason_en: str,
    kinds: list[str],
) -> Lost:
    known = all_kinds()
    names = tuple(known[kind].name for kind in dict.fromkeys(kinds) if kind in known)
    shown = _masked(address or "", channel)
    reason = Words(reason_zh, reason_en)
    return Lost(delivery_id, Words(zh, en), shown, WAYS[channel], state, tries, at, reason, names)


def _masked(address: str, channel: str) -> str:
    if channel == MAIL and "@" in address:
        name, _, domain = address.rpartition("@")
        return f"{name[:1]}{'*' * 4}@{domain}"
    return masked_number(address)
