"""The rules of a licence type as its item declares them: identifier, reminders, renewal; and where one is reused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from engine.bundles.model import ExpiryTerms, IdentifierRule, LicenceUse, Limit, RenewalTerms, Unit
from engine.bundles.reading import Reading
from engine.law.tables import Table
from engine.words import Words

LATE = ("refused", "without-silence")
PLACES = frozenset({"type", "issuer", "serial", "version", "check"})
_PLACE = re.compile(r"\{([^{}]*)\}")


def read_identifier(table: Table) -> IdentifierRule | None:
    """`[licence.identifier]`: the pattern of the electronic licence's identifier, and the type's code in it."""
    rule = table.table("identifier", required=False)
    if rule is None:
        return None
    read = IdentifierRule(pattern=rule.text("pattern"), type_code=rule.text("type_code"))
    used = set(_PLACE.findall(read.pattern))
    if not used <= PLACES or not {"serial", "version"} <= used:
        rule.wrong(
            "pattern",
            Words(
                "可用{type}、{issuer}、{serial}、{version}、{check}，其中{serial}和{version}不可少。",
                "Its places are {type}, {issuer}, {serial}, {version}, {check}; {serial} and {version} are needed.",
            ),
        )
    rule.finish()
    return read


def read_expiry(reading: Reading, table: Table) -> ExpiryTerms | None:
    """`[licence.expiry]`: how many days before the last day the holder and the unit are reminded."""
    terms = table.table("expiry", required=False)
    if terms is None:
        return None
    days = terms.take("remind_days", list, [])
    if not days or not all(isinstance(one, int) and one > 0 for one in days):
        terms.wrong("remind_days", Words("应为天数的列表，如[90, 30]。", "It is a list of days, such as [90, 30]."))
        days = []
    read = ExpiryTerms(tuple(sorted(days, reverse=True)), reading.basis_of(terms, "expiry-without-basis"))
    terms.finish()
    return read


def read_renewal(reading: Reading, table: Table, validity: Limit | None) -> RenewalTerms | None:
    """`[licence.renewal]`: by when it is applied for, what a late application is, whether silence renews (art. 50)."""
    terms = table.table("renewal", required=False)
    if terms is None:
        return None
    if validity is None:
        terms.wrong("apply_before", Words("没有有效期的证照不能延续。", "What has no end cannot be renewed."))
    before = terms.table("apply_before")
    limit = Limit(0, Unit.CALENDAR_DAYS, Words("", "")) if before is None else reading.limit_of(before)
    if limit.unit not in (Unit.CALENDAR_DAYS, Unit.MONTHS):
        terms.wrong("apply_before", Words("以日或者月计。", "It is counted in calendar days or months."))
    silence = terms.table("silence", required=False)
    read = RenewalTerms(
        apply_before=limit,
        late=terms.choice("late", LATE, LATE[0]),
        silence=None if silence is None else reading.basis_of(silence, "silence-without-basis"),
    )
    if silence is not None:
        silence.finish()
    terms.finish()
    return read


def read_uses(reading: Reading, material: Table) -> Iterator[LicenceUse]:
    """`[materials.<key>.satisfied_by.<licence type>]`: a valid licence of the same holder that stands for it."""
    for licence, table in material.tables("satisfied_by"):
        use = LicenceUse(licence, reading.condition(table), reading.basis_of(table, "reuse-without-basis"))
        table.finish()
        yield use


def licences_taken(content: bytes) -> frozenset[str]:
    """The licence types that stand for a material of a bundle, from its `bundle.toml` alone: what `read_uses` reads of
    a sound one. Empty where it cannot be read."""
    try:
        root = tomllib.loads(content.decode())
    except ValueError:  # TOMLDecodeError and UnicodeDecodeError are among them
        return frozenset()
    materials = root.get("materials")
    tables = materials.values() if isinstance(materials, dict) else ()
    uses = [table.get("satisfied_by") for table in tables if isinstance(table, dict)]
    return frozenset(licence for use in uses if isinstance(use, dict) for licence in use)
