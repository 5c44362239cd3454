"""What happened to a licence, line by line: no act changes its status or what it states without writing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.identity import Identity
from webapp.services.locked_case import LockedCase

#: The line of a licence that the same statement makes, changes or ends: `licence` is the part that returns it.
HAPPENED = """
insert into licence_event (licence_id, kind, version, status, at, by_id, reason, basis, document_id, printed)
select l.id, %(licence_kind)s, l.version, l.status, %(now)s, %(licence_by)s, %(licence_reason)s, %(licence_basis)s,
    %(licence_document)s::bigint, jsonb_build_object('number', l.number, 'holder', l.holder, 'scope', l.scope_zh,
    'valid_to', l.valid_to, 'identifier', l.identifier, 'facts', l.facts)
from licence l
"""
#: What every part named `licence` gives to HAPPENED.
GIVES = " returning id, version, status, number, holder, scope_zh, valid_to, identifier, facts"
REVOKED = "update licence set status = 'revoked' where item_case_id = %(licence_item)s" + GIVES


def write(
    case: LockedCase,
    part: str,
    kind: str,
    by: Identity | None,
    *,
    reason: str = "",
    basis: str = "",
    document: int | None = None,
    values: Mapping[str, Any],
) -> None:
    """Make or change a licence with the query `part`, which ends in GIVES, and write what happened with it."""
    case.writing.add("licence", part, **values)
    case.writing.add(
        "licence_happened",
        HAPPENED,
        licence_kind=kind,
        licence_by=by.user_id if by else None,
        licence_reason=reason,
        licence_basis=basis,
        licence_document=document,
        now=case.now,
    )


def revoke(case: LockedCase, item_case_id: int, by: Identity, *, reason: str, document: int | None) -> None:
    """The licence of a revoked item ends at once, for everyone who checks it; an item without one has none to end."""
    values = {"licence_item": item_case_id}
    write(case, REVOKED, "revoked", by, reason=reason, document=document, values=values)
