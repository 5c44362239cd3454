"""制证: the licence of a granted item, numbered by its type's own rule or by the outside system."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from engine import Words
from engine.bundles import LicenceType, end_of_validity, licence_identifier, licence_number
from engine.forms import value_at
from engine.law import tracking_code
from webapp import moments, outbox
from webapp.catalogue import Published
from webapp.errors import Incomplete
from webapp.form_values import shown_value
from webapp.identity import Identity
from webapp.search import tokens
from webapp.services import licence_history
from webapp.services.document_places import known_answers, unit_of
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.numbers import next_number
from webapp.unit_of_work import sql

PUBLIC_CODE_BITS = 50
SERIAL_ALPHABET, SERIAL_LENGTH = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 20


class NumberTaken(Incomplete):
    """Two licences of one type cannot have one number: one of the two entries is wrong."""

    def __init__(self, number: str) -> None:
        super().__init__(
            "number",
            Words(
                f"编号 {number} 已登记在另一份证照上，请核对。",
                f"The number {number} stands on another licence already.",
            ),
        )


def issue_licence(case: LockedCase, item_case_id: int, item_key: str) -> None:
    """Make the licence of a granted item. Doing it again changes nothing: one licence per item case."""
    there = sql().execute("select 1 from licence where item_case_id = %s", (item_case_id,)).fetchone()
    licence = case.release.bundle.item(item_key).licence
    if there or licence is None:
        return
    today = moments.local(case.now).date()
    number = _number(case, licence, today)
    row = licence_row(case, item_case_id, item_key, number=number, issued_on=today, external=False)
    if row:
        keep_licence(case, row, by=None)


#: The issuer is named as its department is at that moment.
LICENCE = """
insert into licence (item_case_id, type_key, name_zh, name_en, number, holder, holder_number, scope_zh, scope_en,
    issuer_zh, issuer_en, department_key, issued_on, valid_to, status, facts, public_code, external, identifier,
    search_tokens)
values (%(item_case)s, %(licence_type)s, %(licence_zh)s, %(licence_en)s, %(licence_number)s, %(holder)s,
    %(holder_number)s, %(scope_zh)s, %(scope_en)s,
    (select name_zh from department where key = %(issuer_key)s),
    (select name_en from department where key = %(issuer_key)s), %(issuer_key)s, %(issued_on)s,
    %(valid_to)s, 'valid', %(licence_facts)s::jsonb, %(public_code)s, %(external)s, %(identifier)s, %(found_by)s)
"""
NUMBER_IS_UNIQUE = "uq_licence_type_key_number"


def licence_row(
    case: LockedCase, item_case_id: int, item_key: str, *, number: str, issued_on: date, external: bool
) -> Mapping[str, Any]:
    """The licence's row, with everything that is printed on it: what LICENCE names. Empty for an item without one."""
    item = case.release.bundle.item(item_key)
    licence = item.licence
    if licence is None:
        return {}
    bundle = case.release.bundle
    # "owner.name" is printed of the answer "owner".
    printed_keys = (bundle.applicant_name_field, *(key for key, _ in licence.fields))
    named = {re.split(r"[.\[]", key)[0] for key in printed_keys} | set(bundle.identity_fields)
    answers = known_answers(case.id, bundle, only=named, item_case_id=item_case_id)
    printed = _printed(case.release, answers, licence)
    facts = [[label.zh, label.en, *printed.get(key, ("", ""))] for key, label in licence.fields]
    holder = str(answers.get(bundle.applicant_name_field) or "")
    scope = printed.get(licence.scope_field or "", ("", ""))
    return {
        "item_case": item_case_id,
        "licence_type": licence.key,
        "licence_zh": licence.name.zh,
        "licence_en": licence.name.en,
        "licence_number": number,
        "holder": holder,
        "holder_number": _holder_number(bundle.identity_fields, answers, licence, number),
        "scope_zh": scope[0],
        "scope_en": scope[1],
        "issuer_key": item.department,
        "issued_on": issued_on,
        "valid_to": end_of_validity(licence.validity, issued_on),
        "licence_facts": orjson.dumps(facts).decode(),
        "public_code": tracking_code(secrets.randbits(PUBLIC_CODE_BITS)),
        "external": external,
        "identifier": "" if external else first_identifier(licence, item.department),
        "found_by": tokens(f"{number} {holder} {licence.name.zh}"),
    }


def _holder_number(keys: Sequence[str], answers: Mapping[str, Any], licence: LicenceType, number: str) -> str:
    """The credit code or identity number of the holder; a business licence's own number is its holder's."""
    known = dict(answers)
    if licence.number_field and not known.get(licence.number_field):
        known[licence.number_field] = number
    return next((str(known[key]).strip().upper() for key in keys if known.get(key)), "")


def first_identifier(licence: LicenceType, department: str) -> str:
    """The identifier of a new licence; empty where the type declares none or its unit has no code."""
    issuer = unit_of(department).code if licence.identifier is not None else ""
    if licence.identifier is None or not issuer:
        return ""
    serial = "".join(secrets.choice(SERIAL_ALPHABET) for _ in range(SERIAL_LENGTH))
    return licence_identifier(licence.identifier, issuer=issuer, serial=serial, version=1)


def _printed(release: Published, answers: Mapping[str, Any], licence: LicenceType) -> dict[str, tuple[str, str]]:
    """Answer key -> what a licence prints of it, in Chinese and English; only of those that it prints."""
    keys = {key for key, _ in licence.fields}
    fields = [field for section in release.form.sections for field in section.fields if field.key in keys]
    values = [(field, value_at(answers, field.key)) for field in fields]
    return {field.key: (shown_value(field, value, "zh"), shown_value(field, value, "en")) for field, value in values}


def keep_licence(case: LockedCase, row: Mapping[str, Any], by: Identity | None) -> None:
    """Write the licence with the command's other rows, which raise NumberTaken where its number is taken."""
    licence_history.write(case, LICENCE + licence_history.GIVES, "issued", by, values=row)
    case.writing.refuse_twice(NUMBER_IS_UNIQUE, NumberTaken(row["licence_number"]))
    if not row["external"]:  # what another system issued is that system's to sign
        case.writing.ask(outbox.deferring(outbox.MAKE_LICENCE, "licence_id", "select id from licence"))
    facts = {"licence_type": row["licence_type"], "external": row["external"]}
    case.record(Event.LICENCE_ISSUED, by, item=row["item_case"], **facts)


def _number(case: LockedCase, licence: LicenceType, today: date) -> str:
    """By the type's pattern; the series starts anew each year only where the pattern names the year."""
    assert licence.number is not None  # a licence numbered elsewhere is entered, never made here
    series = f"licence:{licence.key}" + (f":{today.year}" if "{year" in licence.number else "")
    return licence_number(licence.number, year=today.year, region=case.rules.profile.region, serial=next_number(series))
