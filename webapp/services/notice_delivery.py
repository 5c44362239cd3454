"""Sending messages: the worker's second half. Everything that happens to one is an update of its row.

A message is claimed and that is committed before anybody outside is spoken to, so no two workers send it. Whether it
arrived is known in all cases but one: the connection broke after it was sent, or the worker died just then. That is
`unclear`, is told to whoever looks after the installation, and is sent again by a person alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from engine import Words
from webapp import clock
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity
from webapp.services.notice_kinds import NoticeKind, all_kinds
from webapp.services.notice_settings import usual
from webapp.services.notice_templates import CHANNELS, DIGEST, ONE, Message, message_of, templates
from webapp.services.notice_ways import WAYS, hand_over, set_up
from webapp.services.notices import notify
from webapp.services.outside_post import NotTaken, RefusedForGood, Unclear
from webapp.settings import current_settings
from webapp.unit_of_work import let_go, sql, unit_of_work

log = structlog.get_logger(__name__)

#: So many tries; then it has failed. With the waits below they cover a day.
MOST_TRIES = 30
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
#: A worker that has not said what became of a message by now has died over it.
DIED_AFTER = timedelta(minutes=10)
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker sends."""

    id: int
    public_id: str
    user_id: int | None
    group_key: str | None
    channel: str
    digest: bool
    tries: int


CLAIM = """
update notice_delivery set state = 'sending', claimed_at = %(now)s, tries = tries + 1
where id = (
    select id from notice_delivery where state = 'waiting' and due_at <= %(now)s and not channel = any(%(away)s)
    order by due_at, id limit 1 for update skip locked)
returning id, public_id, user_id, group_key, channel, digest, tries
"""
SETTLE = """
update notice_delivery set state = %(state)s, settled_at = %(settled)s, due_at = coalesce(%(due)s, due_at),
    reason_zh = %(zh)s, reason_en = %(en)s, reference = %(reference)s, template = %(template)s,
    template_version = %(version)s
where id = %(id)s and state = 'sending' and tries = %(tries)s
"""
DIED = """
update notice_delivery set state = 'unclear', settled_at = %(now)s, reason_zh = %(zh)s, reason_en = %(en)s
where state = 'sending' and claimed_at < %(before)s returning channel, user_id, group_key
"""
WORKER_GONE = Words("发送途中后台程序中断", "the worker ended while sending it")


def send_due(most: int) -> int:
    """Send what is due, at most so many; a way whose server does not answer rests for this time. Returns how many."""
    _note_the_dead()
    all_kinds(), templates(), usual()  # what cannot be read stops everything before a message is claimed
    away = set(CHANNELS) - set_up()
    sent = 0
    while sent < most:
        one = _claim(away)
        if one is None:
            break
        sent += 1
        if not _send(one):
            away.add(one.channel)
    return sent


def _claim(away: set[str]) -> Claimed | None:
    with unit_of_work():
        row = sql().execute(CLAIM, {"now": clock.now(), "away": sorted(away)}).fetchone()
    return Claimed(*row) if row else None


def _send(one: Claimed) -> bool:
    """Send one and keep what became of it; False where its server is away."""
    address, language, told = _content(one)
    let_go()  # others may take their time: no transaction is open meanwhile
    if not told:
        _settle(one, "dropped")
        return True
    message: Message | None = None
    try:
        if not address:
            raise RefusedForGood(Words("没有收件地址", "there is no address any more"))
        kind = DIGEST if one.digest and len(told) > 1 else ONE
        message = message_of(one.channel, kind, told, current_settings().public_url + "/notices", language)
        reference = hand_over(one.channel, address, message, one.public_id)
    except NotTaken as failed:
        log.warning("notice-not-taken", delivery=one.id, reason=failed.reason.en, tries=one.tries)
        if one.tries >= MOST_TRIES:
            _settle(one, "failed", message, reason=failed.reason)
        else:
            _settle(one, "waiting", message, reason=failed.reason, due=clock.now() + wait_after(one.tries))
        return False
    except RefusedForGood as refused:
        log.error("notice-refused", delivery=one.id, reason=refused.reason.en)
        _settle(one, "failed", message, reason=refused.reason)
        return True
    except Unclear as unclear:
        log.error("notice-unclear", delivery=one.id, reason=unclear.reason.en)
        _settle(one, "unclear", message, reason=unclear.reason)
        return False
    _settle(one, "sent", message, reference=reference)
    return True


def wait_after(tries: int) -> timedelta:
    """How long a message waits after so many tries: doubled each time, at most an hour."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries - 1, 16))


ADDRESS = """
select mail, sms, office, language from notice_setting
where user_id is not distinct from %s and group_key is not distinct from %s
"""
#: What has been read in the page meanwhile needs no message; a post's mailbox gets all.
CONTENT = """
select n.kind, n.facts from notice_delivery_line l join notice n on n.id = l.notice_id
where l.delivery_id = %s and (n.read_at is null or %s) order by n.id
"""


def _content(one: Claimed) -> tuple[str, str, list[tuple[str, Mapping[str, str]]]]:
    """Where it goes, in which language, and of each notice its kind and what is known of it."""
    row = sql().execute(ADDRESS, (one.user_id, one.group_key)).fetchone()
    rows = sql().execute(CONTENT, (one.id, one.group_key is not None)).fetchall()
    kinds = all_kinds()
    told: list[tuple[str, Mapping[str, str]]] = []
    for kind, facts in rows:
        name = kinds[kind].name if kind in kinds else Words("通知", "Notice")
        told.append((kind, {"number": "—", **facts, "kind": name.zh, "kind_en": name.en}))
    if row is None:
        return "", usual().setting.language, told
    by_channel = dict(zip(CHANNELS, row[:3], strict=True))
    return by_channel[one.channel], row[3], told


def _settle(
    one: Claimed,
    state: str,
    message: Message | None = None,
    *,
    reason: Words | None = None,
    due: datetime | None = None,
    reference: str = "",
) -> None:
    """Keep what became of it, and tell those who look after the installation where it is lost."""
    with unit_of_work():
        now = clock.now()
        values = {
            "id": one.id,
            "tries": one.tries,
            "state": state,
            "settled": None if state == "waiting" else now,
            "due": due,
            "zh": (reason.zh if reason else "")[:LONGEST_REASON],
            "en": (reason.en if reason else "")[:LONGEST_REASON],
            "reference": reference,
            "template": message.template if message else "",
            "version": message.version if message else None,
        }
        done = sql().execute(SETTLE, values).rowcount
        if done and reason is not None and state in ("failed", "unclear"):
            _tell(one.channel, one.user_id, one.group_key, reason, now)


def _note_the_dead() -> None:
    """Messages over which a worker died: nobody knows whether they arrived."""
    now = clock.now()
    with unit_of_work():
        values = {"now": now, "before": now - DIED_AFTER, "zh": WORKER_GONE.zh, "en": WORKER_GONE.en}
        for channel, user_id, group_key in sql().execute(DIED, values).fetchall():
            _tell(channel, user_id, group_key, WORKER_GONE, now)


#: The leads who have not yet been told of this way: one word about it stands until it is read.
LOOKING_AFTER = """
select distinct m.user_id from membership m join candidate_group g on g.id = m.group_id
where g.role = 'lead' and not exists (
    select from notice n where n.user_id = m.user_id and n.kind = %s and n.read_at is null
        and n.facts ->> 'way' = %s)
"""
ADDRESSEE = (
    "select coalesce((select name from app_user where id = %s), (select name_zh from candidate_group where key = %s))"
)


def _tell(channel: str, user_id: int | None, group_key: str | None, reason: Words, now: datetime) -> None:
    way = WAYS[channel]
    leads = [row[0] for row in sql().execute(LOOKING_AFTER, (NoticeKind.NOT_DELIVERED, way.zh)).fetchall()]
    row = sql().execute(ADDRESSEE, (user_id, group_key)).fetchone()
    assert row is not None
    facts = {
        "person": row[0] or "",
        "way": way.zh,
        "way_en": way.en,
        "reason": reason.zh[:LONGEST_REASON],
        "reason_en": reason.en[:LONGEST_REASON],
    }
    notify(leads, NoticeKind.NOT_DELIVERED, case_id=None, task_id=None, facts=facts, now=now)


AGAIN = """
update notice_delivery set state = 'waiting', tries = 0, due_at = %s, again_by = %s, settled_at = null
where id = %s and state in ('failed', 'unclear') returning id
"""
THERE = "select state from notice_delivery where id = %s"


class NotToBeSentAgain(ActRefused):
    """It is on its way, or has arrived."""

    def __init__(self) -> None:
        super().__init__(Words("这条消息不需要重发。", "This message need not be sent again."))


def send_again(delivery_id: int, *, by: Identity) -> None:
    """A person sends what failed, or may not have arrived, once more. Raises NotFound, NotToBeSentAgain."""
    with unit_of_work():
        if sql().execute(AGAIN, (clock.now(), by.user_id, delivery_id)).fetchone() is not None:
            return
        if sql().execute(THERE, (delivery_id,)).fetchone() is None:
            raise NotFound()
    raise NotToBeSentAgain()
