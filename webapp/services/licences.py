"""制证: the licence of a granted item, numbered by its type's own rule or by the outside system."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import orjson

from engine import Words
from engine.bundles import LicenceType, Unit, licence_number
from engine.forms import value_at
from engine.law import add_months, tracking_code
from webapp import moments
from webapp.catalogue import Published
from webapp.errors import Incomplete
from webapp.form_values import shown_value
from webapp.identity import Identity
from webapp.services.document_places import known_answers, unit_of
from webapp.services.events import Event
from webapp.services.locked_case import LockedCase
from webapp.services.numbers import next_number
from webapp.unit_of_work import sql

PUBLIC_CODE_BITS = 50


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


LICENCE = """
insert into licence (item_case_id, type_key, name_zh, name_en, number, holder, issuer_zh, issuer_en, issued_on,
    valid_to, status, facts, public_code, external)
values (%(item_case)s, %(licence_type)s, %(licence_zh)s, %(licence_en)s, %(licence_number)s, %(holder)s, %(issuer_zh)s,
    %(issuer_en)s, %(issued_on)s, %(valid_to)s, 'valid', %(licence_facts)s::jsonb, %(public_code)s, %(external)s)
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
    applicant = case.release.bundle.applicant_name_field
    # "owner.name" is printed of the answer "owner".
    named = {re.split(r"[.\[]", key)[0] for key in (applicant, *(key for key, _ in licence.fields))}
    answers = known_answers(case.id, case.release.bundle, only=named)
    printed = _printed(case.release, answers, licence)
    facts = [[label.zh, label.en, *printed.get(key, ("", ""))] for key, label in licence.fields]
    holder = str(answers.get(applicant) or "")
    issuer = unit_of(item.department).name
    return {
        "item_case": item_case_id,
        "licence_type": licence.key,
        "licence_zh": licence.name.zh,
        "licence_en": licence.name.en,
        "licence_number": number,
        "holder": holder,
        "issuer_zh": issuer.zh,
        "issuer_en": issuer.en,
        "issued_on": issued_on,
        "valid_to": _valid_to(licence, issued_on),
        "licence_facts": orjson.dumps(facts).decode(),
        "public_code": tracking_code(secrets.randbits(PUBLIC_CODE_BITS)),
        "external": external,
    }


def _printed(release: Published, answers: Mapping[str, Any], licence: LicenceType) -> dict[str, tuple[str, str]]:
    """Answer key -> what a licence prints of it, in Chinese and English; only of those that it prints."""
    keys = {key for key, _ in licence.fields}
    fields = [field for section in release.form.sections for field in section.fields if field.key in keys]
    values = [(field, value_at(answers, field.key)) for field in fields]
    return {field.key: (shown_value(field, value, "zh"), shown_value(field, value, "en")) for field, value in values}


def keep_licence(case: LockedCase, row: Mapping[str, Any], by: Identity | None) -> None:
    """Write the licence with the command's other rows, which raise NumberTaken where its number is taken."""
    case.writing.add("licence", LICENCE, **row)
    case.writing.refuse_twice(NUMBER_IS_UNIQUE, NumberTaken(row["licence_number"]))
    facts = {"licence_type": row["licence_type"], "external": row["external"]}
    case.record(Event.LICENCE_ISSUED, by, item=row["item_case"], **facts)


def _number(case: LockedCase, licence: LicenceType, today: date) -> str:
    """By the type's pattern; the series starts anew each year only where the pattern names the year."""
    assert licence.number is not None  # a licence numbered elsewhere is entered, never made here
    series = f"licence:{licence.key}" + (f":{today.year}" if "{year" in licence.number else "")
    return licence_number(licence.number, year=today.year, region=case.rules.profile.region, serial=next_number(series))


def _valid_to(licence: LicenceType, issued_on: date) -> date | None:
    """The last day of validity: the day before the anniversary, or before the last of so many days is over."""
    if licence.validity is None:
        return None
    if licence.validity.unit == Unit.MONTHS:
        end = add_months(issued_on, licence.validity.value)
    else:
        end = issued_on + timedelta(licence.validity.value)
    return end - timedelta(1)
