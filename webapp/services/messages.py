"""Messages and signals between instances: each is a row, carried after the commit by one job.

A step never locks a second case. What it throws to others is written with it (`send`, `broadcast`) and given by
`message_delivery`. A message that nobody waits for is kept until it expires, and offered to whoever begins to
wait in that time (`offer_kept`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from engine import BudgetExceeded
from engine.runtime import Subscription, Thrown
from webapp import clock, outbox
from webapp.answers import encode_all
from webapp.errors import Busy
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.writing import array
from webapp.settings import current_settings
from webapp.unit_of_work import sql, sql_beside, unit_of_work

log = structlog.get_logger(__name__)

#: First key of the advisory locks on a message's name; the second is the name's hash. Whoever begins to wait holds
#: it shared, whoever keeps a message that nobody waits for holds it alone: one of them sees the other.
NAME_LOCK = 0x6D73
AT_ONCE = 100
#: So many messages may set off one another without a person's act or a time between them.
MOST_HOPS = 100
FORGOTTEN_AFTER = timedelta(minutes=15)

SEND = """
insert into message (case_id, instance_id, element, kind, name, key, payload, state, hops, created_at, expires_at)
values (%s, %s, %s, 'message', %s, %s, %s, 'sent', %s, %s, %s) returning id
"""
BROADCAST = """
insert into message (case_id, instance_id, element, kind, name, payload, state, to_instance_id, hops, created_at,
    expires_at)
select %(case)s, %(from)s, %(element)s, 'signal', %(name)s, %(payload)s, 'sent', w.instance_id, %(hops)s, %(now)s,
    %(now)s
from message_wait w where w.kind = 'signal' and w.name = %(name)s and w.instance_id <> %(from)s
group by w.instance_id order by w.instance_id returning id
"""
BEGIN_TO_WAIT = "select pg_advisory_xact_lock_shared(%s, hashtext(name)) from unnest(%s::text[]) name"
# The oldest kept messages, one for each subscription. They are on their way again with this, so that whoever else
# begins to wait is offered others; one that another transaction has just offered is passed over.
OFFER_KEPT = """
with offered as materialized (
    select kept.id from (select name, key, count(*) waits
        from unnest(%(kept_names)s::text[], %(kept_keys)s::text[]) each(name, key)
        group by name, key) w,
    lateral (select m.id from message m where m.state = 'kept' and m.kind = 'message' and m.name = w.name
        and (w.key is null or m.key = w.key) and m.expires_at > %(now)s
        order by m.id limit w.waits for update skip locked) kept)
update message m set state = 'sent' from offered where m.id = offered.id returning m.id
"""
EXPIRED = "select id, case_id from message where state = 'kept' and expires_at <= %s order by expires_at limit %s"
EXPIRE = """
update message set state = 'expired', settled_at = %(now)s, payload = '', key = null
where id = %(message)s and state = 'kept' and expires_at <= %(now)s returning element, name
"""
# A kept message that somebody waits for was offered, so it too has lost its job.
FORGOTTEN = """
select m.id from message m where m.created_at < %s and (m.state = 'sent' or m.state = 'kept' and exists (
        select from message_wait w where w.kind = 'message' and w.name = m.name and (w.key is null or w.key = m.key)))
    and not exists (select from procrastinate_jobs q where q.task_name = 'deliver_message'
        and q.status in ('todo', 'doing') and (q.args ->> 'message_id')::bigint = m.id)
limit %s
"""


def send(case: LockedCase, instance_id: int, thrown: Thrown) -> None:
    """Put a message on its way to another instance, with this step. Raises BudgetExceeded past MOST_HOPS."""
    expires = case.now + timedelta(seconds=current_settings().message_ttl_seconds)
    values = (
        thrown.element,
        thrown.name,
        thrown.key,
        encode_all(thrown.payload),
        _hops(case, thrown),
        case.now,
        expires,
    )
    row = sql().execute(SEND, (case.id, instance_id, *values)).fetchone()
    assert row is not None
    outbox.defer(sql(), outbox.DELIVER_MESSAGE, message_id=row[0])


def broadcast(case: LockedCase, instance_id: int, thrown: Thrown) -> int:
    """Put a signal on its way to every other instance that waits for it now; returns to how many."""
    values = {
        "case": case.id,
        "from": instance_id,
        "element": thrown.element,
        "name": thrown.name,
        "payload": encode_all(thrown.payload),
        "hops": _hops(case, thrown),
        "now": case.now,
    }
    sent = sql().execute(BROADCAST, values).fetchall()
    outbox.defer_each(sql(), outbox.DELIVER_MESSAGE, "message_id", [id_ for (id_,) in sent])
    return len(sent)


def _hops(case: LockedCase, thrown: Thrown) -> int:
    """How many messages, one after another, have led to this one: diagrams that answer each other for ever stop."""
    hops = case.hops + 1
    if hops > MOST_HOPS:
        raise BudgetExceeded(thrown.element, "messages that set off one another", MOST_HOPS)
    return hops


def offer_kept(case: LockedCase, opened: Sequence[Subscription]) -> None:
    """Messages that were kept are given to those who begin to wait, after the commit: to each at most one.

    They are looked for by the statement that writes the step, which begins once the names are locked.
    """
    waits = [wait for wait in opened if wait.kind == "message"]
    if not waits:
        return
    # Rows that wait to be written are no messages: they go out with the rest of the step.
    sql_beside().execute(BEGIN_TO_WAIT, (NAME_LOCK, array(sorted({wait.name for wait in waits}))))
    # Those with a key first, in a statement of their own where there are both: one without takes what they leave.
    for some in ([w for w in waits if w.key is not None], [w for w in waits if w.key is None]):
        if some:
            names, keys = array([wait.name for wait in some]), array([wait.key for wait in some])
            case.writing.add("kept_offered", OFFER_KEPT, kept_names=names, kept_keys=keys, now=case.now)
            case.writing.ask(outbox.deferring(outbox.DELIVER_MESSAGE, "message_id", "select id from kept_offered"))


def expire_due(limit: int = AT_ONCE) -> int:
    """Let go of kept messages past their time, each with a line in the ledger of the case that threw it."""
    due = sql().execute(EXPIRED, (clock.now(), limit)).fetchall()
    for message_id, case_id in due:
        try:
            expire(message_id, case_id)
        except Busy:
            continue  # the next round finds it again
    return len(due)


def expire(message_id: int, case_id: int) -> None:
    """Let go of one kept message, if it is past its time."""
    with on_case(case_id) as case:
        row = sql().execute(EXPIRE, {"message": message_id, "now": case.now}).fetchone()
        if row is not None:
            element, name = row
            case.record(Event.MESSAGE_UNHEARD, None, element=element, name=name, message=message_id)
            log.info("message-expired", message=message_id, name=name)


def send_forgotten() -> int:
    """Queue messages anew whose job the queue has lost; returns how many."""
    with unit_of_work():
        rows = sql().execute(FORGOTTEN, (clock.now() - FORGOTTEN_AFTER, AT_ONCE)).fetchall()
        outbox.defer_each(sql(), outbox.DELIVER_MESSAGE, "message_id", [id_ for (id_,) in rows])
    return len(rows)
