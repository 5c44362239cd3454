"""What happened to a licence, line by line: no act changes its status or what it states without writing one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words
from webapp.identity import Identity
from webapp.services.locked_case import LockedCase

#: The line of a licence that the same statement makes, changes or ends: `licence` is the part that returns it.
HAPPENED = """
insert into licence_event (licence_id, kind, version, status, at, by_id, reason, basis, document_id, printed, source,
    source_number, happened_on)
select l.id, %(licence_kind)s, l.version, l.status, %(now)s, %(licence_by)s, %(licence_reason)s, %(licence_basis)s,
    %(licence_document)s::bigint, jsonb_build_object('number', l.number, 'holder', l.holder, 'scope', l.scope_zh,
    'valid_to', l.valid_to, 'identifier', l.identifier, 'facts', l.facts), %(licence_source)s,
    %(licence_source_number)s, %(licence_happened_on)s::date
from licence l
"""
#: A result that lies at the issuing desk and is no longer in force, or is again: the desk is told.
DESK_TOLD = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)
select t.case_id, t.item_case_id, c.group_key,
    concat(%(desk_zh)s::text, '：', own.name_zh, '（', l.number, '）'),
    concat(%(desk_en)s::text, ': ', own.name_en, ' (', l.number, ')'), %(now)s
from licence l join public.licence own on own.id = l.id
join public.user_task t on t.item_case_id = own.item_case_id and t.state = 'open' and t.step in ('issue', 'deliver')
join public.task_candidate c on c.task_id = t.id
"""
#: What every part named `licence` gives to HAPPENED.
GIVES = " returning id, version, status, number, holder, scope_zh, valid_to, identifier, facts"
REVOKED = "update licence set status = 'revoked' where item_case_id = %(licence_item)s" + GIVES


DESK_WORDS: Mapping[str, Words] = {
    "suspended": Words("证照已暂停，暂不能交付", "Suspended, not to be handed over for now"),
    "resumed": Words("证照已恢复，可以交付", "In force again, can be handed over"),
    "revoked": Words("证照已撤销，不再交付", "Revoked, not to be handed over"),
    "cancelled": Words("证照已注销，不再交付", "Cancelled, not to be handed over"),
    "expired": Words("证照有效期已届满，请核对后再交付", "Past its end, look before it is handed over"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact about a licence of another system comes from: whose notice, its number, since which day it holds."""

    body: str
    number: str
    since: date


def write(
    case: LockedCase,
    part: str,
    kind: str,
    by: Identity | None,
    *,
    reason: str = "",
    basis: str = "",
    document: int | None = None,
    source: Source | None = None,
    values: Mapping[str, Any],
) -> None:
    """Make or change a licence with the query `part`, which ends in GIVES, and write what happened with it.

    Where it lies at the issuing desk and is no longer in force by that, or is again, the desk has a word of it.
    """
    case.writing.add("licence", part, **values)
    case.writing.add(
        "licence_happened",
        HAPPENED,
        licence_kind=kind,
        licence_by=by.user_id if by else None,
        licence_reason=reason,
        licence_basis=basis,
        licence_document=document,
        licence_source=source.body if source else "",
        licence_source_number=source.number if source else "",
        licence_happened_on=source.since if source else None,
        now=case.now,
    )
    if kind in DESK_WORDS:
        told = DESK_WORDS[kind]
        case.writing.add("licence_desk", DESK_TOLD, desk_zh=told.zh, desk_en=told.en, now=case.now)


def revoke(case: LockedCase, item_case_id: int, by: Identity, *, reason: str, document: int | None) -> None:
    """The licence of a revoked item ends at once, for everyone who checks it; an item without one has none to end."""
    values = {"licence_item": item_case_id}
    write(case, REVOKED, "revoked", by, reason=reason, document=document, values=values)
