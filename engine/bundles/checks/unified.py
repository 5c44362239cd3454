"""四级四同: what a higher level's catalogue binds of an item, compared with what the bundle says."""

from __future__ import annotations

from engine.bpmn import Programs
from engine.bundles.checks.checking import Checking
from engine.bundles.model import Bundle, Item, Limit
from engine.findings import Finding
from engine.law.clock_words import amount
from engine.law.unified import FIELDS, LIMITS, UnifiedCatalogue, UnifiedItem, UnifiedLimit
from engine.words import Words


def check_unified(checking: Checking) -> None:
    """Nothing is checked where no higher level binds the place."""
    catalogue = checking.profile.unified if checking.profile is not None else None
    if catalogue is None:
        return
    _check_items(checking, catalogue)


def unified_findings(bundle: Bundle, catalogue: UnifiedCatalogue) -> list[Finding]:
    """What in a bundle is against a higher level's catalogue."""
    checking = Checking({}, bundle, {}, None, None, None, Programs({}))
    _check_items(checking, catalogue)
    return checking.findings


def _check_items(checking: Checking, catalogue: UnifiedCatalogue) -> None:
    for item in checking.bundle.items:
        said = catalogue.items.get(item.key)
        if said is not None:
            _check_locked(checking, catalogue, item, said)
            _check_shorter(checking, catalogue, item, said)


def _check_locked(checking: Checking, catalogue: UnifiedCatalogue, item: Item, said: UnifiedItem) -> None:
    for field in catalogue.locked:
        if not said.says(field):
            continue
        there, here = _said(said, field), _stands(item, field)
        if there != here:
            what = FIELDS[field]
            checking.error(
                "locked-by-higher-level",
                f"items/{item.key}.toml",
                field,
                Words(
                    f"“{what.zh}”由{catalogue.level.zh}统一为“{_shown(there).zh}”，本级不能改为“{_shown(here).zh}”。",
                    f"The {what.en} is “{_shown(there).en}” by {catalogue.level.en}; it cannot be"
                    f" “{_shown(here).en}” at this level.",
                ),
                Words(
                    "改回统一的内容；确需改变的，由上级修改目录。", "Put it back; the higher level alone can change it."
                ),
            )


def _check_shorter(checking: Checking, catalogue: UnifiedCatalogue, item: Item, said: UnifiedItem) -> None:
    for field in catalogue.shorter:
        most, limit = said.limits.get(field), _limit(item, field)
        if most is None or limit is None or (limit.unit == most.unit and limit.value <= most.value):
            continue
        what, there, here = FIELDS[field], _shown(most), _shown(UnifiedLimit(limit.value, limit.unit))
        checking.error(
            "longer-than-higher-level",
            f"items/{item.key}.toml",
            field,
            Words(
                f"“{what.zh}”不得长于{catalogue.level.zh}的{there.zh}，现为{here.zh}。",
                f"The {what.en} may not be longer than the {there.en} of {catalogue.level.en}; it is {here.en}.",
            ),
            Words("缩短时限，单位与上级相同。", "Shorten it, in the same unit."),
        )


def _said(said: UnifiedItem, field: str) -> object:
    if field in LIMITS:
        return said.limits[field]
    return frozenset(said.basis or ()) if field == "basis" else getattr(said, field)


def _stands(item: Item, field: str) -> object:
    if field in LIMITS:
        limit = _limit(item, field)
        return None if limit is None else UnifiedLimit(limit.value, str(limit.unit))
    if field == "basis":
        return frozenset(one.zh for one in item.basis)
    return item.name.zh if field == "name" else str(getattr(item, field))


def _limit(item: Item, field: str) -> Limit | None:
    return item.limits.get(field.partition(".")[2])


def _shown(value: object) -> Words:
    if isinstance(value, UnifiedLimit):
        return amount(value.value, value.unit)
    if isinstance(value, frozenset):
        listed = sorted(str(one) for one in value)
        return Words("、".join(listed) or "无", ", ".join(listed) or "none")
    return Words(str(value), str(value)) if value is not None else Words("无", "none")
