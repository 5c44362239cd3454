"""A ruling on its way to the system of supervision: signed, tried again with growing waits, an incident when it stays.

The job carries the id of the handover alone; what arrived once is not sent again.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import structlog

from engine import Words
from webapp import clock, outbox
from webapp.errors import ActRefused
from webapp.services.advance import open_incident
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.webhook_signatures import headers_of
from webapp.settings import current_settings
from webapp.unit_of_work import let_go, sql

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20
#: So many tries without success are an incident; the queue goes on trying.
TRIES_BEFORE_INCIDENT = 5
INCIDENT = "handover-failing"
REFUSED = range(400, 500)
#: Answers that are not about this message: the queue tries again.
TRY_AGAIN = frozenset({408, 409, 425, 429})


class SupervisionUnreachable(ActRefused):
    """The other system did not answer, or not as it should: the queue tries again."""

    status = 503

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            Words(f"监管系统暂时不可用：{reason}", f"The system of supervision is not available: {reason}")
        )


class HandoverRefused(ActRefused):
    """The other system refuses this message; a person must look at it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            Words(f"监管系统拒绝接收：{reason}", f"The system of supervision refused the message: {reason}")
        )


TO_SEND = """
select i.case_id, h.public_id, h.body from supervision_handover h join item_case i on i.id = h.item_case_id
join handover_delivery d on d.handover_id = h.id
where h.id = %s and d.delivered_at is null and not d.final
"""


def send(handover_id: int) -> None:
    """Send one handover, unless it has arrived. Raises SupervisionUnreachable, so that the queue tries again."""
    row = sql().execute(TO_SEND, (handover_id,)).fetchone()
    address = current_settings().handover_url
    if row is None or not address:
        return
    case_id, public_id, body = row
    let_go()  # the other system may take its time: no transaction is open meanwhile
    try:
        _post(address, public_id, body.encode())
    except HandoverRefused as refused:
        _count(case_id, handover_id, refused.reason, final=True)
        return
    except SupervisionUnreachable as unreachable:
        _count(case_id, handover_id, unreachable.reason, final=False)
        raise
    _arrived(case_id, handover_id)


def _post(address: str, delivery: str, body: bytes) -> None:
    signed = headers_of(current_settings().handover_secret, clock.now(), delivery, body)
    headers = {"Content-Type": "application/json; charset=utf-8", **signed}
    request = urllib.request.Request(address, data=body, headers=headers, method="POST")
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
            return
    except urllib.error.HTTPError as failed:
        reason = f"HTTP {failed.code}"
        if failed.code in REFUSED and failed.code not in TRY_AGAIN:
            raise HandoverRefused(reason) from failed
        raise SupervisionUnreachable(reason) from failed
    except (OSError, ValueError) as failed:
        raise SupervisionUnreachable(str(failed) or type(failed).__name__) from failed


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is handed over goes to the address that was configured and nowhere else."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


ARRIVED = """
update handover_delivery set delivered_at = %s, tries = tries + 1, tried_at = %s, reason = ''
where handover_id = %s and delivered_at is null returning tries
"""
RESOLVED = """
update incident set resolved_at = %s where case_id = %s and code = %s and resolved_at is null
    and item_case_id = (select item_case_id from supervision_handover where id = %s)
"""


def _arrived(case_id: int, handover_id: int) -> None:
    with on_case(case_id) as case:
        row = sql().execute(ARRIVED, (case.now, case.now, handover_id)).fetchone()
        if row is None:
            return  # another worker was faster
        sql().execute(RESOLVED, (case.now, case_id, INCIDENT, handover_id))
        case.record(Event.SUPERVISION_DELIVERED, None, handover=handover_id, tries=row[0])


FAILED = """
update handover_delivery set tries = tries + 1, tried_at = %s, reason = %s, final = %s where handover_id = %s
returning tries
"""
#: The process that waits for the answer; the case's first one where an older release has none.
WHERE_SHOWN = """
select coalesce(h.instance_id, (select min(p.id) from process_instance p where p.case_id = %(case)s)), h.item_case_id,
    exists(select from incident n where n.case_id = %(case)s and n.item_case_id = h.item_case_id and n.code = %(code)s
        and n.resolved_at is null)
from supervision_handover h where h.id = %(handover)s
"""


def _count(case_id: int, handover_id: int, reason: str, *, final: bool) -> None:
    """Count the failed try; after some, or where it was refused, it is an incident of the case, once."""
    with on_case(case_id) as case:
        row = sql().execute(FAILED, (case.now, reason[:500], final, handover_id)).fetchone()
        log.warning("handover-failed", handover=handover_id, reason=reason, tries=row[0] if row else 0)
        if row is not None and (final or row[0] >= TRIES_BEFORE_INCIDENT):
            _tell(case, handover_id, reason)


def _tell(case: LockedCase, handover_id: int, reason: str) -> None:
    values = {"case": case.id, "code": INCIDENT, "handover": handover_id}
    row = sql().execute(WHERE_SHOWN, values).fetchone()
    if row is None or row[2]:
        return
    words = Words(
        f"审批结果多次未能送达监管系统：{reason}。处理后重试，即再次发送。",
        f"The ruling has not reached the system of supervision: {reason}. Trying again sends it once more.",
    )
    open_incident(case, row[0], row[1], "take-over", INCIDENT, words)


AGAIN = """
update handover_delivery d set final = false from supervision_handover h, incident n
where h.id = d.handover_id and n.id = %s and n.code = %s and h.item_case_id = n.item_case_id
    and d.delivered_at is null returning h.id
"""


def send_again(incident_id: int) -> None:
    """A person tries the incident again: what it is about is sent once more."""
    row = sql().execute(AGAIN, (incident_id, INCIDENT)).fetchone()
    if row is not None:
        outbox.defer(sql(), outbox.SEND_HANDOVER, handover_id=row[0])
