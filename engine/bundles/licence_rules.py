"""What follows from a licence type's terms: its end, when a renewal is in time, its identifier."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum

from engine.bundles.model import IdentifierRule, Limit, RenewalTerms, Unit
from engine.law import add_months

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODULUS = 36


class RenewalTime(StrEnum):
    """When an application for renewal comes: before its last day, after it, or when there is nothing to renew."""

    IN_TIME = "in-time"
    LATE = "late"
    EXPIRED = "expired"


def end_of_validity(validity: Limit | None, first_day: date) -> date | None:
    """The last day of a validity that begins on `first_day`; None: without end."""
    if validity is None:
        return None
    if validity.unit == Unit.MONTHS:
        return add_months(first_day, validity.value) - timedelta(1)
    return first_day + timedelta(validity.value - 1)


def last_day_to_apply(terms: RenewalTerms, valid_to: date) -> date:
    """The last day on which a renewal is applied for in time (Licensing Law art. 50: 届满三十日前)."""
    before = terms.apply_before
    if before.unit == Unit.MONTHS:
        return add_months(valid_to, -before.value)
    return valid_to - timedelta(before.value)


def renewal_time(terms: RenewalTerms, valid_to: date, applied_on: date) -> RenewalTime:
    """In time, late, or past the licence's end."""
    if applied_on > valid_to:
        return RenewalTime.EXPIRED
    return RenewalTime.LATE if applied_on > last_day_to_apply(terms, valid_to) else RenewalTime.IN_TIME


def licence_identifier(rule: IdentifierRule, *, issuer: str, serial: str, version: int) -> str:
    """The identifier of one version of an electronic licence (电子证照标识), such as
    "1.2.156.3005.2.<type>.<issuer>.<serial>.001.<check>".

    The check character is ISO/IEC 7064 MOD 37,36 (GB/T 17710) over type, issuer, serial and version as they stand in
    the identifier. Raises ValueError for a part with other characters than digits and capital letters.
    """
    parts = {"type": rule.type_code, "issuer": issuer, "serial": serial, "version": f"{version:03}"}
    places = [name for name in re.findall(r"\{(\w+)\}", rule.pattern) if name in parts]
    return rule.pattern.format(**parts, check=check_character("".join(parts[name] for name in places)))


def check_character(text: str) -> str:
    """ISO/IEC 7064 MOD 37,36 of digits and capital letters. Raises ValueError."""
    kept = _MODULUS
    for character in text:
        kept = (kept + _ALPHABET.index(character)) % _MODULUS or _MODULUS
        kept = kept * 2 % (_MODULUS + 1)
    return _ALPHABET[(_MODULUS + 1 - kept) % _MODULUS]
