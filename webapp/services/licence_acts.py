"""暂停、恢复、变更、注销: acts of the issuing unit on a licence, each with reason, basis, document and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from engine import Words
from engine.bundles import LicenceType, licence_identifier
from engine.law import check_id_number, check_uscc
from webapp import outbox
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.search import tokens
from webapp.services import licence_history
from webapp.services.document_places import table, unit_of
from webapp.services.events import Event
from webapp.services.held_licence import (
    CANCELLED,
    EXPIRED,
    SUSPENDED,
    VALID,
    HeldLicence,
    NotInThatState,
    ensure_grounds,
    on_licence,
)
from webapp.services.licence_history import GIVES
from webapp.unit_of_work import sql

CHANGES = (Words("项目", "Field"), Words("变更前", "Before"), Words("变更后", "After"))
STATUS = "update licence set status = %(licence_status)s where id = %(licence)s" + GIVES


def suspend(licence_id: int, *, by: Identity, reason: str, basis: str, key: str) -> None:
    """暂停: from today what the licence permits may not be done. Raises NotInThatState, Incomplete, NotAuthorised."""
    with on_licence(licence_id, by, Permission.LICENCE_ACT, key=key) as licence:
        _ensure_in_force(licence, Words("暂停", "suspended"))
        grounds = ensure_grounds(by, reason, basis)
        _turn(licence, SUSPENDED, "suspended", "licence-suspension", by, grounds)
        licence.case.record(Event.LICENCE_SUSPENDED, by, item=licence.item_case_id, licence=licence.id)


def resume(licence_id: int, *, by: Identity, reason: str, basis: str, key: str) -> None:
    """恢复: a suspended licence that has not ended is in force again. Raises as `suspend` does."""
    with on_licence(licence_id, by, Permission.LICENCE_ACT, key=key) as licence:
        if licence.status != SUSPENDED or licence.ends_before_today:
            raise NotInThatState(Words("恢复", "resumed"), _state(licence))
        grounds = ensure_grounds(by, reason, basis)
        _turn(licence, VALID, "resumed", "licence-resumption", by, grounds)
        licence.case.record(Event.LICENCE_RESUMED, by, item=licence.item_case_id, licence=licence.id)


def cancel(licence_id: int, *, by: Identity, reason: str, basis: str, key: str) -> None:
    """注销 (art. 70): the licence ends for good. Raises as `suspend` does."""
    with on_licence(licence_id, by, Permission.LICENCE_ACT, key=key) as licence:
        if licence.status not in (VALID, SUSPENDED, EXPIRED):
            raise NotInThatState(Words("注销", "cancelled"), licence.status)
        grounds = ensure_grounds(by, reason, basis)
        paper = licence.paper("cancellation", by, reasons=grounds[0], decider_name=by.name)
        _write_status(licence, CANCELLED, "cancelled", by, grounds, paper)
        licence.case.record(Event.LICENCE_CANCELLED, by, item=licence.item_case_id, licence=licence.id)


CHANGED = (
    """
update licence set holder = %(new_holder)s, holder_number = %(new_number)s, scope_zh = %(new_scope_zh)s,
    scope_en = %(new_scope_en)s, facts = %(new_facts)s::jsonb, identifier = %(new_identifier)s,
    version = version + 1, version_on = %(licence_today)s, search_tokens = %(found_by)s
where id = %(licence)s
"""
    + GIVES
)


def change(
    licence_id: int,
    *,
    by: Identity,
    printed: Mapping[str, str],
    holder_number: str,
    reason: str,
    basis: str,
    key: str,
) -> None:
    """变更: what the licence states becomes what `printed` says, by answer key; a new version with a file of its own.

    `holder_number` is the credit code or identity number of who holds it from now on; where the licence states that
    number, what is printed counts. Raises as `suspend` does.
    """
    with on_licence(licence_id, by, Permission.LICENCE_ACT, key=key) as licence:
        _ensure_in_force(licence, Words("变更", "changed"))
        values, changes = changed_values(licence, printed, holder_number)
        grounds = ensure_grounds(by, reason, basis)
        paper = licence.paper(
            "licence-change",
            by,
            changes_table=table(CHANGES, changes),
            reasons=grounds[0],
            act_basis=grounds[1],
            decider_name=by.name,
        )
        _write(licence, CHANGED, "changed", by, grounds, paper, values)
        print_anew(licence)
        licence.case.record(Event.LICENCE_CHANGED, by, item=licence.item_case_id, licence=licence.id)


def sign_again(licence_id: int, *, by: Identity, key: str) -> None:
    """Have the file of the present version signed once more, after a refusal."""
    with on_licence(licence_id, by, Permission.RENEWAL_TAKE, key=key) as licence:
        sql().execute("update licence_sign_try set final = false where licence_id = %s", (licence.id,))
        outbox.defer(sql(), outbox.MAKE_LICENCE, licence_id=licence.id)


def next_identifier(licence: HeldLicence) -> str:
    """The identifier of the version that comes now: the same serial, the next version. Empty where there was none."""
    rule, kept = licence.type.identifier, licence.identifier.split(".")
    if rule is None or not licence.identifier:
        return ""
    pattern = rule.pattern.split(".")
    if len(pattern) != len(kept) or "{serial}" not in pattern:
        return ""  # the type's rule has become another meanwhile
    serial = kept[pattern.index("{serial}")]
    issuer = unit_of(licence.unit).code
    return licence_identifier(rule, issuer=issuer, serial=serial, version=licence.version + 1) if issuer else ""


def print_anew(licence: HeldLicence) -> None:
    """Have the file of the new version made after the commit."""
    licence.case.writing.ask(outbox.deferring(outbox.MAKE_LICENCE, "licence_id", "select id from licence"))


def changed_values(
    licence: HeldLicence, printed: Mapping[str, str], holder_number: str
) -> tuple[Mapping[str, Any], list[tuple[Words, str, str]]]:
    """The values of CHANGED for what is printed from now on, and what became different (name, before, after).

    Raises Incomplete where a field is emptied, a number does not check, or nothing is changed.
    """
    stated = number_field(licence.type, licence.case.release.bundle.identity_fields)
    if stated is not None:
        holder_number = printed.get(stated, holder_number)
        printed = {**printed, **({stated: holder_number} if holder_number.strip() else {})}
    number = _checked_number(holder_number, stated or "holder_number") or licence.holder_number
    facts, changes = _changed(licence, printed)
    if number != licence.holder_number and stated is None:
        changes.append((Words("证件号码", "Number"), licence.holder_number, number))
    if not changes:
        raise Incomplete("printed", Words("没有需要变更的内容。", "Nothing is changed."))
    return _version(licence, facts, number), changes


def _changed(licence: HeldLicence, printed: Mapping[str, str]) -> tuple[list[list[str]], list[tuple[Words, str, str]]]:
    """The lines of the licence with what was typed for their fields, and what became different."""
    facts, changes = [], []
    for (key, _), fact in zip(licence.type.fields, licence.facts, strict=False):
        label_zh, label_en, before, before_en = fact
        after = printed.get(key, before).strip()
        if not after and before:
            raise Incomplete(key, Words(f"请填写“{label_zh}”。", f"Give “{label_en or label_zh}”."))
        if after == before:
            facts.append([label_zh, label_en, before, before_en])
            continue
        facts.append([label_zh, label_en, after, after])
        changes.append((Words(label_zh, label_en), before, after))
    return facts + [list(fact) for fact in licence.facts[len(facts) :]], changes


def number_field(licence: LicenceType, identity_fields: Sequence[str]) -> str | None:
    """The answer key by which the licence itself states its holder's number; None where it does not."""
    printed = {key for key, _ in licence.fields}
    return next((key for key in identity_fields if key in printed), None)


def _checked_number(text: str, field: str) -> str:
    """A credit code or an identity number that passes its check digit; empty where nothing was typed."""
    number = text.strip().upper()
    if not number or check_uscc(number) is None or check_id_number(number) is None:
        return number
    raise Incomplete(
        field,
        Words(
            "统一社会信用代码或者身份证号码的校验位不符，请核对。",
            "The check digit of the credit code or identity number does not match.",
        ),
    )


def _version(licence: HeldLicence, facts: list[list[str]], number: str) -> Mapping[str, Any]:
    stated = {key: fact for (key, _), fact in zip(licence.type.fields, facts, strict=False)}
    holder = stated.get(licence.case.release.bundle.applicant_name_field)
    scope = stated.get(licence.type.scope_field or "", ["", "", "", ""])
    return {
        "licence": licence.id,
        "new_holder": holder[2] if holder else licence.holder,
        "new_number": number,
        "new_scope_zh": scope[2],
        "new_scope_en": scope[3],
        "new_facts": orjson.dumps(facts).decode(),
        "new_identifier": next_identifier(licence),
        "licence_today": licence.today,
        "found_by": tokens(f"{licence.number} {holder[2] if holder else licence.holder} {licence.name.zh}"),
    }


def _turn(licence: HeldLicence, status: str, kind: str, document: str, by: Identity, grounds: tuple[str, str]) -> None:
    fields = {"reasons": grounds[0], "act_basis": grounds[1], "decider_name": by.name}
    paper = licence.paper(document, by, **fields)
    _write_status(licence, status, kind, by, grounds, paper)


def _write_status(
    licence: HeldLicence, status: str, kind: str, by: Identity, grounds: tuple[str, str], paper: int
) -> None:
    _write(licence, STATUS, kind, by, grounds, paper, {"licence": licence.id, "licence_status": status})


def _write(
    licence: HeldLicence,
    part: str,
    kind: str,
    by: Identity,
    grounds: tuple[str, str],
    paper: int,
    values: Mapping[str, Any],
) -> None:
    reason, basis = grounds
    licence_history.write(licence.case, part, kind, by, reason=reason, basis=basis, document=paper, values=values)


def _ensure_in_force(licence: HeldLicence, act: Words) -> None:
    if licence.status != VALID or licence.ends_before_today:
        raise NotInThatState(act, _state(licence))


def _state(licence: HeldLicence) -> str:
    return EXPIRED if licence.status in (VALID, SUSPENDED) and licence.ends_before_today else licence.status
