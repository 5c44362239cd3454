"""The way back from the decider to the review: where the item's diagram draws one."""

from __future__ import annotations

from engine.bpmn import Program
from engine.bundles.levels import ABOVE, called_process
from engine.bundles.model import Item

#: The steps at which an item is reviewed before its decider.
REVIEWS = ("review", ABOVE)


def goes_back(item: Item, program: Program, entry: str, element: str) -> bool:
    """Whether the decider's task `element` of the item can lead back to the review before it."""
    called = called_process(item, program, entry)
    if called is None:
        return False
    reviews = {
        node.id
        for node in called.nodes.values()
        if any(name == "step" and slot.text in REVIEWS for name, slot in node.properties)
    }
    return any(reviews.intersection(called.after.get(gateway, ())) for gateway in called.after.get(element, ()))
