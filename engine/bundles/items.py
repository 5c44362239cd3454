"""Reads items/<item>.toml: one service of one department."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from engine.bundles.commitment_terms import read_commitment
from engine.bundles.levels import read_hand_up
from engine.bundles.licence_terms import read_expiry, read_identifier, read_renewal
from engine.bundles.model import (
    ChecklistPoint,
    Delegation,
    ExtensionTerms,
    Item,
    ItemKind,
    LicenceType,
    Limit,
    Situation,
)
from engine.bundles.reading import Reading, never
from engine.law.tables import Table
from engine.words import Words

GROUPS = ("intake", "review", "decide", "verify")
SEVERITIES = ("critical", "major", "minor")
LIMITS = ("statutory", "promised")
_PLACE = re.compile(r"\{(\w*)(:[^{}]*)?\}")


def read_item(reading: Reading, key: str) -> Item | None:
    """The item of items/<key>.toml, or None where there is no such file or no TOML in it."""
    root = reading.open(f"items/{key}.toml")
    if root is None:
        return None
    if root.text("key") != key:
        root.wrong("key", Words(f"应与文件名一致（{key}）。", f"It must be the file's name ({key})."))
    item = Item(
        key=key,
        code=root.text("code"),
        name=reading.text_of(root, "name"),
        kind=ItemKind(root.choice("kind", [kind.value for kind in ItemKind])),
        department=root.text("department"),
        supervised_by=root.text("supervised_by"),
        groups=_groups(root),
        decided_in=root.choice("decided_in", ("here", "external")),
        accepts=root.choice("accepts", ("department", "window")),
        delegation=_delegation(reading, root),
        immediate=root.boolean("immediate"),
        limits=_limits(reading, root),
        basis=tuple(reading.source(root, name) for name in root.texts("basis")),
        conditions=tuple(reading.texts_of(root.table("conditions", required=False)).values()),
        situations=tuple(_situations(reading, root)),
        needs_result_of=root.texts("needs_result_of", required=False),
        call_activity=root.text("call_activity"),
        checklist=tuple(_points(reading, root, "checklist")),
        visit_checklist=tuple(_points(reading, root, "visit_checklist")),
        licence=_licence(reading, root),
        commitment=read_commitment(reading, root),
        refusal_basis=_refusal_basis(reading, root),
        reconsideration_first=_source_named(reading, root, "reconsideration_first"),
        extension=_extension(reading, root),
        intake_basis=_source_named(reading, root, "intake_basis"),
        hand_up=read_hand_up(reading, root),
        applies=reading.condition(root, "applies"),
    )
    _check_whole(root, item)
    root.finish()
    return item


def _check_whole(root: Table, item: Item) -> None:
    if not item.situations:
        root.wrong("situations", Words("至少要有一种情形。", "There must be at least one situation."))
    if item.accepts == "window" and item.delegation is None:
        root.report.error(
            "acceptance-without-delegation",
            "delegation",
            Words("窗口受理没有委托文号。", "The window accepts without a delegation."),
            Words("写明委托的文号、日期和依据。", "Give number, date and basis of the delegation."),
        )
    if not item.basis:
        root.report.error(
            "item-without-basis",
            "basis",
            Words("事项没有设定依据。", "The item has no legal basis."),
            Words("写明设定该事项的法律条款。", "Name the articles that establish it."),
        )


def _groups(root: Table) -> dict[str, str]:
    table = root.table("groups", required=False)
    if table is None:
        _without_posts(root)
        return {}
    groups = {name: table.text(name) for name in GROUPS}
    table.finish()
    return groups


def _without_posts(root: Table) -> None:
    if "groups" in root:
        return  # of the wrong type, a finding of its own
    root.report.error(
        "missing-key",
        "groups",
        Words("没有写明由哪些岗位办理（缺少“groups”）。", "It names no posts that do the work: “groups” is missing."),
        Words(
            f"在目录的事项页选择受理、审查、决定、核查的岗位；或者在文件里写[groups]，各项是{'、'.join(GROUPS)}。",
            f"Choose the posts on the item's page of the catalogue, or write [groups] with {', '.join(GROUPS)}.",
        ),
    )


def _delegation(reading: Reading, root: Table) -> Delegation | None:
    table = root.table("delegation", required=False)
    if table is None:
        return None
    number = table.text("number")
    given = table.take("date", (str, date), "")
    basis = reading.basis_of(table, "acceptance-without-basis")
    table.finish()
    return Delegation(number, str(given), basis)


def _limits(reading: Reading, root: Table) -> dict[str, Limit]:
    limits = {name: reading.limit_of(table) for name, table in root.tables("limits", required=True)}
    for name in limits:
        if name not in LIMITS:
            root.wrong(f"limits.{name}", Words("只能是 statutory 或 promised。", "It must be statutory or promised."))
    if "promised" not in limits:
        root.wrong("limits", Words("缺少承诺办结时限（promised）。", "The promised limit is missing."))
    return limits


def _extension(reading: Reading, root: Table) -> ExtensionTerms | None:
    """`[extension]`: of both decision clocks, or of those that `clocks` names."""
    table = root.table("extension", required=False)
    if table is None:
        return None
    clocks = table.texts("clocks", required=False) or tuple(LIMITS)
    for name in clocks:
        if name not in LIMITS:
            table.wrong("clocks", Words("只能是 statutory 或 promised。", "They are statutory or promised."))
    return reading.extension_of(table, clocks)


def _situations(reading: Reading, root: Table) -> Iterator[Situation]:
    for key, table in root.tables("situations"):
        name = reading.text_of(table, "name")
        when = reading.condition(table, required=True)
        table.finish()
        yield Situation(key, name, when or never())


def _points(reading: Reading, root: Table, part: str) -> Iterator[ChecklistPoint]:
    for key, table in root.tables(part):
        severity = table.choice("severity", SEVERITIES) if part == "visit_checklist" else ""
        basis = reading.basis_of(table, "checklist-without-basis")
        point = ChecklistPoint(key, reading.text_of(table, "text"), basis, severity)
        table.finish()
        yield point


def _licence(reading: Reading, root: Table) -> LicenceType | None:
    table = root.table("licence", required=False)
    if table is None:
        return None
    number = table.text("number", required=False) or None
    if number is not None:
        _check_number(table, number)
    stated = table.table("validity", required=False)
    validity = None if stated is None else reading.limit_of(stated)
    licence = LicenceType(
        key=table.text("key"),
        name=reading.text_of(table, "name"),
        number=number,
        validity=validity,
        fields=tuple(reading.texts_of(table.table("fields", required=False)).items()),
        template=table.text("template"),
        number_format=_number_format(table),
        number_field=table.text("number_field", required=False) or None,
        scope_field=table.text("scope_field", required=False) or None,
        identifier=read_identifier(table),
        expiry=read_expiry(reading, table),
        renewal=read_renewal(reading, table, validity),
    )
    if licence.scope_field is not None and licence.scope_field not in dict(licence.fields):
        table.wrong("scope_field", Words("应为[licence.fields]之一。", "It is one of [licence.fields]."))
    table.finish()
    return licence


def _number_format(table: Table) -> str | None:
    if "number_format" not in table:
        return None
    return table.choice("number_format", ("uscc",))


def licence_number(pattern: str, *, year: int, region: str, serial: int) -> str:
    """A licence's number by its type's pattern, such as "江CB{region}{serial:05}"."""
    return pattern.format(year=year, region=region, serial=serial)


def _check_number(table: Table, pattern: str) -> None:
    places = [name for name, _ in _PLACE.findall(pattern)]
    if not set(places) <= {"year", "region", "serial"} or "serial" not in places:
        table.wrong(
            "number",
            Words("只能用{year}、{region}和{serial}。", "Its places are {year}, {region}, {serial}."),
        )
        return
    try:
        licence_number(pattern, year=2026, region="0001", serial=1)
    except (ValueError, IndexError, KeyError) as fault:
        table.wrong("number", Words(f"编号规则有误：{fault}", f"The pattern is faulty: {fault}"))


def _source_named(reading: Reading, root: Table, name: str) -> Words | None:
    """The legal source that an optional entry names."""
    key = root.text(name, required=False)
    return reading.source(root, key) if key else None


def _refusal_basis(reading: Reading, root: Table) -> Words:
    name = root.text("refusal_basis", required=False)
    if name.strip():
        return reading.source(root, name)
    root.report.error(
        "no-refusal-path",
        "refusal_basis",
        Words("事项没有不予办理的依据。", "The item cannot be refused: it names no basis for it."),
        Words("写明不予办理决定的法律依据。", "Name the basis of a refusal."),
    )
    return Words("", "")
