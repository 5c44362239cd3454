"""Giving a message or signal to the instance that waits for it: once, whoever tries, however often.

Everything that happens to a message is an update under the lock of its row, in the transaction that does it; a
second worker, or the same one after its death, finds nothing left to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog

from engine import EngineError, StateFromNewerVersion, StateInvalid, Words
from webapp import clock
from webapp.answers import decode_all
from webapp.catalogue import published
from webapp.errors import ActRefused
from webapp.services.advance import apply, begin, open_incident
from webapp.services.engine_border import EngineFault, correlate, signal, snapshot
from webapp.services.events import Event
from webapp.services.failures import failure_of
from webapp.services.instances import load_instance
from webapp.services.locked_case import LOCK_BY_ID, InstanceRow, LockedCase, lock, on_case
from webapp.services.messages import NAME_LOCK, expire
from webapp.unit_of_work import sql, unit_of_work

log = structlog.get_logger(__name__)

#: How often an addressee may be gone by the time its case is locked, before the queue is asked to try later.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Beginning:
    """A process that the message starts, in a published release."""

    release_id: int
    process: str
    event: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is to get it: an instance that waits, or a process that begins in the case that threw it."""

    case_id: int
    instance_id: int
    begins: Beginning | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A message on its way, its row locked."""

    id: int
    instance_id: int
    element: str
    kind: str
    name: str
    key: str | None
    payload: dict[str, Any]
    hops: int


class AddresseesLeave(Exception):
    """Each instance that waited was gone when its case was locked; the queue tries again later."""


ON_ITS_WAY = """
select m.kind, m.name, m.key, m.case_id, m.instance_id, m.to_instance_id, t.case_id, m.expires_at, r.bundle_key
from message m
join process_instance f on f.id = m.instance_id
join release r on r.id = f.release_id
left join process_instance t on t.id = m.to_instance_id
where m.id = %s and m.state in ('sent', 'kept')
"""
OLDEST_WAIT = """
select i.case_id, i.id from message_wait w join process_instance i on i.id = w.instance_id
where w.kind = 'message' and w.name = %s and (w.key is null or w.key = %s) order by w.id limit 1
"""
STILL_WAITS = """
select 1 from message_wait where instance_id = %s and kind = %s and name = %s and (key is null or key = %s) limit 1
"""
NOBODY_ELSE = "select pg_advisory_xact_lock(%s, hashtext(%s))"
KEEP = "update message set state = 'kept' where id = %s and state = 'sent'"
LOCK_MESSAGE = """
select id, instance_id, element, kind, name, key, payload, hops from message
where id = %s and state in ('sent', 'kept') for update
"""
LEAVE = "update message set state = %s, to_instance_id = %s where id = %s"
SETTLE = "update message set state = %s, to_instance_id = %s, settled_at = %s, payload = '', key = null where id = %s"
PUBLISHED = """
select id, digest from release where state = 'published' order by bundle_key <> %s, bundle_key
"""


def deliver(message_id: int) -> None:
    """Give the message to the oldest subscription of its name and key, else start the process that it starts,
    else keep it until it expires. A signal goes to the instance it was sent to, if that still waits.

    Where the addressee cannot take it, an incident opens there. Raises Busy, AddresseesLeave, and
    StateFromNewerVersion: then the message stays on its way.
    """
    for _ in range(TRIES):
        addressee = _addressee(message_id)
        if addressee is None or _given(message_id, addressee):
            return
    raise AddresseesLeave(message_id)


def _addressee(message_id: int) -> Addressee | None:
    """Who is to get the message; None when it is settled, or nobody is there and it is kept."""
    with unit_of_work():
        row = sql().execute(ON_ITS_WAY, (message_id,)).fetchone()
        if row is None:
            return None
        kind, name, key, case_id, instance_id, to_instance, to_case, expires_at, bundle_key = row
        if kind == "signal":
            return Addressee(to_case, to_instance)
        found = sql().execute(OLDEST_WAIT, (name, key)).fetchone()
        if found is None:  # look again, now that nobody can begin to wait unseen
            sql().execute(NOBODY_ELSE, (NAME_LOCK, name))
            found = sql().execute(OLDEST_WAIT, (name, key)).fetchone()
        if found is not None:
            return Addressee(*found)
        begins = _beginning(name, tuple(sql().execute(PUBLISHED, (bundle_key,)).fetchall()))
        if begins is not None:
            return Addressee(case_id, instance_id, begins)
        sql().execute(KEEP, (message_id,))
    if expires_at <= clock.now():
        expire(message_id, case_id)
    return None


@lru_cache(maxsize=256)
def _beginning(name: str, releases: tuple[tuple[int, str], ...]) -> Beginning | None:
    """The process that such a message starts in the first of these releases (id, digest) that has one."""
    for release_id, _digest in releases:
        found = published(release_id).program.message_beginnings().get(name)
        if found is not None:
            return Beginning(release_id, *found)
    return None


def _given(message_id: int, to: Addressee) -> bool:
    """Whether the message is dealt with; False when `to` has left and another is to be found."""
    try:
        with unit_of_work():
            case = lock(LOCK_BY_ID, to.case_id)
            message = _lock_message(message_id)
            case.hops = message.hops if message else 0
            dealt_with = message is None or _give(case, message, to)
            case.write_ledger()
        return dealt_with
    except (ActRefused, StateFromNewerVersion):  # Busy, or the business of a newer worker: the queue tries again
        raise
    except EngineError as failure:
        _keep_failure(message_id, to, failure)
        return True


def _lock_message(message_id: int) -> Carried | None:
    """The message, if it is still on its way."""
    row = sql().execute(LOCK_MESSAGE, (message_id,)).fetchone()
    if row is None:
        return None
    id_, instance_id, element, kind, name, key, payload, hops = row
    return Carried(id_, instance_id, element, kind, name, key, decode_all(bytes(payload)), hops)


def _give(case: LockedCase, message: Carried, to: Addressee) -> bool:
    if case.suspended_at is not None:  # it still is the addressee: the message goes on with the resumption
        sql().execute(LEAVE, ("held", to.instance_id, message.id))
        return True
    if to.begins is not None:
        at = to.begins
        started = begin(case, at.process, message.payload, event=at.event, release_id=at.release_id)
        _settle(case, message, "started", started)
        return True
    waits = sql().execute(STILL_WAITS, (to.instance_id, message.kind, message.name, message.key)).fetchone()
    if waits is None and message.kind == "message":
        return False
    if waits is None:
        _settle(case, message, "expired", to.instance_id)
        return True
    instance = load_instance(case, to.instance_id)
    program, state = instance.release.program, instance.state
    if message.kind == "signal":
        step = signal(program, state, message.name, message.payload, case.context)
    else:
        step = correlate(program, state, message.name, message.key, message.payload, case.context)
    apply(case, instance, step)
    case.record(Event.MESSAGE_RECEIVED, None, name=message.name, message=message.id)
    _settle(case, message, "delivered", to.instance_id)
    return True


def _settle(case: LockedCase, message: Carried, state: str, instance_id: int) -> None:
    """The message has done its work; what it carried goes."""
    sql().execute(SETTLE, (state, instance_id, case.now, message.id))


def _keep_failure(message_id: int, to: Addressee, error: EngineError) -> None:
    """The addressee could not take it: an incident there, from which it can be given again."""
    log.warning("message-failed", message=message_id, error=repr(error))
    with on_case(to.case_id) as case:
        message = _lock_message(message_id)
        if message is None:
            return
        words = Words(
            f"收到消息“{message.name}”后流程无法继续，消息已留存待处理。",
            f"The process could not go on from the message “{message.name}”; it is kept and waits.",
        )
        failure = failure_of(error, "message-failed", words)
        sql().execute(LEAVE, ("failed", to.instance_id, message_id))
        instance = load_instance(case, to.instance_id)
        open_incident(
            case,
            to.instance_id,
            None,
            message.element if to.begins else _waiting_element(instance, message),
            failure.code,
            failure.words,
            detail=failure.detail,
            message_id=message_id,
        )


def _waiting_element(instance: InstanceRow, message: Carried) -> str:
    """The element that waits for it; the process where the state cannot be read."""
    try:
        waiting = snapshot(instance.state).open(message.kind)
    except (StateInvalid, EngineFault):
        return instance.process
    return next((one.element for one in waiting if one.name == message.name), instance.process)
