"""审管衔接: the unit that supervises is told of a ruling, takes it over, and reports back what came of supervising it.

A ruling by commitment is always handed over (its verification is due there), an ordinary one where the place says so
(`[handover]` of its profile). Where one department decides and supervises there is nobody to tell. The document that
goes out is described in docs/verification.md; it has no personal numbers, telephones or addresses of people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import orjson

from engine import Words
from engine.bundles import CommitmentTerms, Item
from engine.law import check_uscc
from webapp import outbox
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.organisation_names import department_names
from webapp.permissions import Permission
from webapp.services.advance import begin
from webapp.services.clocks import start_clock, stop_clock
from webapp.services.committed import committed_terms
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.tasks import ensure_step, finish
from webapp.services.work import on_task
from webapp.settings import current_settings
from webapp.unit_of_work import sql

FORMAT = 1
MESSAGE, CLOCK = "supervision-handover", "handover"
TAKE_OVER, REPORT = "take-over", "report-back"
RESULTS: Mapping[str, Words] = {
    "normal": Words("未发现问题", "nothing was found"),
    "fault": Words("发现问题，已依法处理", "faults were found and dealt with"),
    "ended": Words("已停止经营或者注销，监管终止", "the business has ended"),
}

FACTS = """
select i.way, i.ruled_at, k.number, k.bundle_key, coalesce(nullif(l.holder, ''), k.applicant_name),
    coalesce(nullif(l.holder_number, ''), k.applicant_key), l.name_zh, l.number, l.identifier, l.issued_on, l.valid_to,
    coalesce(l.scope_zh, ''), v.due_on, v.basis_zh
from item_case i join cases k on k.id = i.case_id left join licence l on l.item_case_id = i.id
left join legal_clock v on v.item_case_id = i.id and v.name = 'verification'
where i.id = %s
"""
TOLD = """
insert into supervision_handover (public_id, item_case_id, instance_id, from_unit, to_unit, body, digest, sent_at)
values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (item_case_id) do nothing returning id
"""
WAITS = "insert into handover_delivery (handover_id) values (%s)"


def hand_over(case: LockedCase, item_case_id: int, item: Item) -> int | None:
    """Tell the supervising unit of what was granted, inside the running command; None where nobody is to be told."""
    rules = case.rules.profile.handover
    if rules is None or item.supervised_by == item.department:
        return None
    row = sql().execute(FACTS, (item_case_id,)).fetchone()
    assert row is not None
    way, told = row[0], row
    committed = committed_terms(case.release.bundle, case.id, item.key, way)
    if not committed and item.key not in rules.items:
        return None
    found = case.release.program.message_beginnings().get(MESSAGE)
    due = start_clock(case, item_case_id, rules.limit, case.now).due_on if found else None
    public_id = str(uuid4())
    body = document_of(case, item, told, public_id, due, committed).decode()
    digest = hashlib.sha256(body.encode()).hexdigest()
    instance = None
    if found:  # an older release has no such process: then it is sent, and answered by the other system alone
        process, event = found
        variables = {"item": item.key, "groups": dict(item.groups)}
        instance = begin(case, process, variables, event=event)
    values = (public_id, item_case_id, instance, item.department, item.supervised_by, body, digest, case.now)
    made = sql().execute(TOLD, values).fetchone()
    assert made is not None
    case.record(Event.SUPERVISION_TOLD, None, item=item_case_id, unit=item.supervised_by, digest=digest)
    if current_settings().handover_url:
        sql().execute(WAITS, (made[0],))
        outbox.defer(sql(), outbox.SEND_HANDOVER, handover_id=made[0])
    return int(made[0])


def document_of(
    case: LockedCase,
    item: Item,
    row: tuple[Any, ...],
    public_id: str,
    due: date | None,
    committed: tuple[CommitmentTerms, ...],
) -> bytes:
    """The JSON document of a handover, from the row of FACTS. The text is what is signed and kept."""
    way, ruled_at, number, bundle, holder, holder_number, licence, licence_number, identifier, since, until, scope = (
        row[:12]
    )
    verification_due, verification_basis = row[12:]
    names = department_names()
    method = case.rules.profile.verification.method(item.key)
    told = {
        "format": FORMAT,
        "id": public_id,
        "event": "granted",
        "at": case.now.isoformat(),
        "from": {"unit": item.department, "name": names[item.department].zh},
        "to": {"unit": item.supervised_by, "name": names[item.supervised_by].zh},
        "case": {"number": number, "bundle": bundle, "place": case.rules.profile.key},
        "item": {"key": item.key, "code": item.code, "name": item.name.zh, "kind": str(item.kind)},
        "way": way,
        "ruled_at": ruled_at.isoformat() if ruled_at else None,
        "holder": {
            "name": holder,
            # A person's number is nobody's business here; a company's is public.
            "credit_code": holder_number if holder_number and check_uscc(holder_number) is None else None,
        },
        "licence": {
            "name": licence,
            "number": licence_number,
            "identifier": identifier or None,
            "issued_on": since.isoformat() if since else None,
            "valid_to": until.isoformat() if until else None,
            "scope": scope,
        }
        if licence_number
        else None,
        "commitments": [condition.zh for terms in committed for condition in terms.conditions],
        "verification": {
            "method": method.method,
            "due_on": verification_due.isoformat(),
            "basis": verification_basis,
        }
        if verification_due
        else None,
        "take_over_by": due.isoformat() if due else None,
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


@dataclass(frozen=True, slots=True)
class Handover:
    """A handover that was told, under its case's lock."""

    id: int
    is_received: bool
    is_answered: bool


OF_ITEM = """
select id, received_at is not null, result is not null from supervision_handover where item_case_id = %s
"""


def handover_of(item_case_id: int) -> Handover:
    """The handover of an item whose process waits for its answer."""
    row = sql().execute(OF_ITEM, (item_case_id,)).fetchone()
    assert row is not None, "the process begins with the handover"
    return Handover(*row)


RECEIVED = """
update supervision_handover set received_at = %(now)s, received_by = %(by)s, receiver = %(receiver)s
where id = %(handover)s and received_at is null
"""
ANSWERED = """
update supervision_handover set result = %(result)s, result_note = %(note)s, result_at = %(now)s, result_by = %(by)s
where id = %(handover)s and result is null
"""


def take_over(task_id: int, *, by: Identity, responsible: str, revision: int, key: str) -> None:
    """已接收: an officer of the supervising unit takes the ruling over, for who is responsible from now on (a section,
    a station, a person). Raises Incomplete.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, TAKE_OVER)
        assert task.item_case_id is not None
        if not responsible.strip():
            raise Incomplete("responsible", Words("请填写监管责任单位或者人员。", "Say who supervises it."))
        received(task.case, task.item_case_id, by, responsible)
        finish(task, {}, by=by, act="taken-over")


def report_back(task_id: int, *, by: Identity, result: str, note: str, revision: int, key: str) -> None:
    """监管结果回传: what supervising it came to, for the unit that decided. Raises Incomplete."""
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, REPORT)
        assert task.item_case_id is not None
        answered(task.case, task.item_case_id, by, result, note)
        finish(task, {}, by=by, act="supervised")


def received(case: LockedCase, item_case_id: int, by: Identity | None, receiver: str) -> None:
    """The ruling was taken over: by an officer, or (`by` None) by another system. The clock of it stops."""
    handover = handover_of(item_case_id)
    stop_clock(case, item_case_id, CLOCK)
    user = by.user_id if by else None
    case.writing.add("received", RECEIVED, handover=handover.id, now=case.now, by=user, receiver=receiver.strip())
    case.record(Event.SUPERVISION_TOOK_OVER, by, item=item_case_id, handover=handover.id, outside=by is None)


def answered(case: LockedCase, item_case_id: int, by: Identity | None, result: str, note: str) -> None:
    """What supervising came to: by an officer, or (`by` None) from another system. Raises Incomplete."""
    if result not in RESULTS:
        raise Incomplete("result", Words("请选择监管结果。", "Choose the result."))
    if result != "normal" and not note.strip():
        raise Incomplete("supervision_note", Words("请写明发现的问题和处理情况。", "Say what was found and done."))
    handover = handover_of(item_case_id)
    user = by.user_id if by else None
    values = {"handover": handover.id, "now": case.now, "by": user, "result": result, "note": note.strip()}
    case.writing.add("answered", ANSWERED, **values)
    facts = {"item": item_case_id, "handover": handover.id, "result": result, "outside": by is None}
    case.record(Event.SUPERVISION_ANSWERED, by, **facts)
