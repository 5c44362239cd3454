"""Who may rule on an item: the ruling and the check of a bundle hold to the same."""

from __future__ import annotations

from engine.bundles.model import Item

EXTERNAL = "external"


def may_rule(item: Item, department: str) -> bool:
    """Whether a decider of this department rules on the item: of the one that decides it, and of no other.

    What another system decides nobody rules on here: its result is entered by whoever has the task.
    """
    return department == item.department


def is_ruled_here(item: Item) -> bool:
    """Whether a decider of the office rules on the item at all."""
    return item.decided_in != EXTERNAL
