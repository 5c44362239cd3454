"""What the case of a trial knows of its items: which apply, in which way, and which need the result of another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.bundles import COMMITMENT, Bundle, Item
from engine.trial.instance import Instance

ITEMS = "items"


def case_among(instances: Iterable[Instance], bundle: Bundle) -> Instance | None:
    """The instance that a case of the bundle would be: the first, where it is the bundle's own process."""
    first = next(iter(instances), None)
    return first if first is not None and first.process == bundle.entry_process else None


def facts_of(case: Instance | None, item: str) -> Mapping[str, Any]:
    """What the case's variables say of an item (`start_variables`); empty where they say nothing."""
    told = case.variables.get(ITEMS) if case is not None else None
    facts = told.get(item) if isinstance(told, Mapping) else None
    return facts if isinstance(facts, Mapping) else {}


def applying(case: Instance | None, bundle: Bundle) -> list[Item]:
    """The items that the applicant applies for."""
    return [item for item in bundle.items if facts_of(case, item.key).get("applies") is True]


def needing(bundle: Bundle, item: str) -> frozenset[str]:
    """The items that need the result of this one, directly or not."""
    ended = {item}
    for one in bundle.items * len(bundle.items):
        if not ended.isdisjoint(one.needs_result_of):
            ended.add(one.key)
    return frozenset(ended - {item})


def committed(case: Instance | None, bundle: Bundle, item: Item) -> tuple[str, ...]:
    """What is committed to for the item: "" for it as a whole, else the materials that a commitment replaces.

    Variables from before these were told name no materials: then it is every proof that may be committed to.
    """
    facts = facts_of(case, item.key)
    if facts.get("way") == COMMITMENT:
        return ("",)
    if facts.get("committed") is not True:
        return ()
    proofs = facts.get("proofs")
    if isinstance(proofs, list):
        return tuple(one for one in proofs if isinstance(one, str))
    return tuple(one.key for one in bundle.materials if bundle.commitment_terms(item.key, one.key) is not None)
