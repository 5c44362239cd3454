"""Fields that a higher level binds: which they are in the editor, and what rows would change of them."""

from __future__ import annotations

from engine.bundles.checks.unified import unified_findings
from engine.bundles.model import Bundle
from engine.catalogue.proposing import Fault
from engine.catalogue.records import Record
from engine.catalogue.sheets import ITEMS, UNITS
from engine.findings import Finding
from engine.law.clock_words import amount
from engine.law.unified import LIMITS, UnifiedCatalogue
from engine.words import Words


def locked_columns(catalogue: UnifiedCatalogue | None, item: str) -> dict[str, Words]:
    """Columns of an item that a higher level binds -> what it says there."""
    if catalogue is None or item not in catalogue.items:
        return {}
    said = catalogue.items[item]
    locked: dict[str, Words] = {}
    for field in catalogue.locks(item):
        if field in LIMITS:
            name, limit = field.partition(".")[2], said.limits[field]
            words = amount(limit.value, limit.unit)
            locked |= {f"{name}_value": words, f"{name}_unit": UNITS[limit.unit]}
        elif field == "basis":
            listed = said.basis or ()
            locked[field] = Words("；".join(listed), "; ".join(listed))
        elif field == "kind":
            kinds = ITEMS.column("kind").choices
            locked[field] = kinds.get(said.kind or "", Words(said.kind or "", said.kind or ""))
        else:
            text = str(getattr(said, field))
            locked[field] = Words(text, text)
    return locked


def limits_at_most(catalogue: UnifiedCatalogue | None, item: str) -> dict[str, Words]:
    """Columns of limits that may be made shorter and not longer -> how long they may be."""
    if catalogue is None or item not in catalogue.items:
        return {}
    limits = catalogue.items[item].limits
    return {
        f"{field.partition('.')[2]}_value": amount(limits[field].value, limits[field].unit)
        for field in catalogue.shorter
        if field in limits and field not in catalogue.locked
    }


def lock_faults(
    catalogue: UnifiedCatalogue | None, before: Bundle | None, after: Bundle | None, records: list[Record]
) -> list[Fault]:
    """What the rows would do against the higher level; what was against it before is no fault of theirs.

    A fault is said at the item's own row, or at the first row where the change came from elsewhere.
    """
    if catalogue is None or after is None:
        return []
    stood = set(unified_findings(before, catalogue)) if before is not None else set()
    rows = {record.cells.get("item", "").strip(): record for record in records if record.sheet == ITEMS.key}
    found = []
    for finding in unified_findings(after, catalogue):
        if finding in stood:
            continue
        row = rows.get(finding.file.removeprefix("items/").removesuffix(".toml")) or records[0]
        column = _column_of(finding) if row.sheet == ITEMS.key else ""
        found.append(Fault(row.sheet, row.number, column, finding.message))
    return found


def otherwise_columns(catalogue: UnifiedCatalogue | None, bundle: Bundle | None, item: str) -> frozenset[str]:
    """Columns of an item that are otherwise than the higher level says: they are there to be put right."""
    if catalogue is None or bundle is None:
        return frozenset()
    found = {_column_of(one) for one in unified_findings(bundle, catalogue) if one.file == f"items/{item}.toml"}
    return frozenset(found | {one.replace("_value", "_unit") for one in found})


def _column_of(finding: Finding) -> str:
    field = finding.element
    return f"{field.partition('.')[2]}_value" if field in LIMITS else field
