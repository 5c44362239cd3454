"""What a case's process instance is told at its start."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bundles.guide import Answers
from engine.bundles.model import Bundle, Guide, Item
from engine.values import Value

ORDINARY, COMMITMENT, NONE = "ordinary", "commitment", "none"
#: What the entry of an item in `items` says; an input of the same name carries it on to the item's process.
OF_ITEM = frozenset({"applies", "way", "committed", "proofs", "accepts", "immediate", "groups", "hand_up"})


def start_variables(bundle: Bundle, guide: Guide, answers: Answers, ways: Mapping[str, str]) -> dict[str, Value]:
    """The engine variables of a new case: the bundle's `case_variables` and one context per item.

    `ways` says "ordinary" or "commitment" per applicable item (ordinary where it says nothing), and "commitment" for
    each "<item>/<material>" that a commitment replaces: such an item is `committed`, by the materials of `proofs`, and
    verified afterwards. The context `items` holds every item of the bundle: a diagram never reads a missing one.
    """
    applicable = {one.item.key for one in guide.items}
    proofs = {item.key: _proofs(item.key, ways) for item in bundle.items}
    variables: dict[str, Value] = {key: answers.get(key) for key in bundle.case_variables}
    variables["items"] = {
        item.key: {
            "applies": item.key in applicable,
            "way": ways.get(item.key, ORDINARY) if item.key in applicable else NONE,
            "committed": bool(proofs[item.key]),
            "proofs": proofs[item.key],
            "accepts": item.accepts,
            "immediate": item.immediate,
            "groups": _posts(item),
            "hand_up": item.hand_up is not None,
        }
        for item in bundle.items
    }
    return variables


def with_posts_of(bundle: Bundle, variables: Mapping[str, Value]) -> dict[str, Value]:
    """The variables that would be others, did the items of a case begin with the posts of this bundle."""
    known = variables.get("items")
    if not isinstance(known, dict):
        return {}
    entries = ((item, known.get(item.key)) for item in bundle.items)
    anew = {item.key: {**entry, "groups": _posts(item)} for item, entry in entries if isinstance(entry, dict)}
    return {"items": {**known, **anew}}


def _posts(item: Item) -> dict[str, Value]:
    return {**item.groups, **(item.hand_up.groups if item.hand_up else {})}


def _proofs(item: str, ways: Mapping[str, str]) -> list[Value]:
    """The keys of the item's materials that a commitment replaces."""
    found = (
        key.removeprefix(f"{item}/") for key, way in ways.items() if way == COMMITMENT and key.startswith(f"{item}/")
    )
    return sorted(found)
