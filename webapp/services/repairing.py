"""The frame of every repair: the case locked, the page's key kept, the reason given, the refusal written down."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from engine import EngineError, Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.services.acting import act_on
from webapp.services.events import Event
from webapp.services.failures import RepairFailed
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.page_keys import AlreadyCarriedOut, remember
from webapp.services.work import record_refusal
from webapp.unit_of_work import sql

LONGEST_REASON = 500
WRITE_REPAIR = """
insert into repair (case_id, incident_id, kind, facts, reason, by_id, at)
values (%s, %s, %s, %s::jsonb, %s, %s, %s) returning id
"""


@contextmanager
def repairing(case_id: int, by: Identity, permission: Permission, *, key: str, what: str) -> Iterator[LockedCase]:
    """A repair of a received case; it may be suspended meanwhile.

    `key` is the page's idempotency key, `what` names the act. Raises NotYours, NotFound, AlreadyCarriedOut,
    and RepairFailed where the engine cannot do it: then nothing has changed. A refusal is put in the ledger.
    """
    ensure(by, permission)
    try:
        with on_case(case_id) as case:
            if case.received_at is None:
                raise NotFound()
            remember(by, key, case.now, what)
            act_on(case, by, permission)
            case.under_repair = True
            yield case
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, None, refusal)
        raise
    except EngineError as failure:
        refused = RepairFailed(failure)
        record_refusal(case_id, by, None, refused)
        raise refused from failure


def given_reason(reason: str) -> str:
    """The reason without spaces around it. Raises Incomplete when there is none, or far too much of it."""
    reason = reason.strip()
    if not reason:
        raise Incomplete("reason", Words("请填写原因。", "State the reason."))
    if len(reason) > LONGEST_REASON:
        raise Incomplete(
            "reason",
            Words(f"原因不得超过 {LONGEST_REASON} 字。", f"The reason may have {LONGEST_REASON} characters at most."),
        )
    return reason


def write_repair(
    case: LockedCase,
    event: Event,
    by: Identity,
    reason: str,
    facts: dict[str, Any],
    *,
    incident_id: int | None = None,
) -> None:
    """Keep what was done and why. The ledger gets ids, codes and the reason's digest, never its words."""
    values = (case.id, incident_id, event, orjson.dumps(facts).decode(), reason, by.user_id, case.now)
    row = sql().execute(WRITE_REPAIR, values).fetchone()
    assert row is not None
    case.record(event, by, repair=row[0], incident=incident_id, reason=digest(reason), **facts)


def digest(text: str) -> str:
    """SHA-256 of a text: what the ledger keeps of words that may have to go one day."""
    return hashlib.sha256(text.encode()).hexdigest()
