"""`[hand_up]` of an item: the lower level that accepts and reviews it, and sends it up (行政许可法 art. 35)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from engine.bpmn import Process, Program
from engine.bundles.model import Bundle, Item, Limit, Unit
from engine.bundles.reading import Reading
from engine.law.hand_up import HAND_UP, POSTS, HandUp
from engine.law.tables import Table
from engine.law.terms import ClockTerms
from engine.words import Words

#: The step of the task that sends it up, and the input by which an item's process learns of it.
STEP, INPUT = "hand-up", "hand_up"
#: The step at which the upper level reviews.
ABOVE = "upper-review"


def is_drawn(item: Item, program: Program, entry: str) -> bool:
    """Whether the item's call in the process `entry` says that it is handed up, and what it calls can do it."""
    node = program.processes[entry].nodes.get(item.call_activity)
    called = called_process(item, program, entry)
    if node is None or called is None or all(mapped.path != (INPUT,) for mapped in node.inputs):
        return False
    return any(slot.text == STEP for one in called.nodes.values() for name, slot in one.properties if name == "step")


def called_process(item: Item, program: Program, entry: str) -> Process | None:
    """The process by which the item is handled; None where `entry` does not call any."""
    node = program.processes[entry].nodes.get(item.call_activity)
    return program.processes.get(node.call.process.text) if node is not None and node.call is not None else None


def as_drawn(bundle: Bundle, program: Program) -> Bundle:
    """The bundle without the hand-ups that its diagrams cannot do: a release may be older than the rules of its place.

    Such an item is reviewed and decided by the posts that the place names, and no clock waits for what never comes.
    """
    undrawn = {item.key for item in bundle.items if item.hand_up and not is_drawn(item, program, bundle.entry_process)}
    if not undrawn:
        return bundle
    items = tuple(replace(item, hand_up=None) if item.key in undrawn else item for item in bundle.items)
    return replace(bundle, items=items)


def at_level(item: Item, groups: Collection[str]) -> Item:
    """The item as the level handles it that a task of these candidate groups belongs to.

    At a task of the upper level it is an item that this level reviews and decides itself; everywhere else it is `item`.
    """
    if item.hand_up is None or item.hand_up.groups["receive"] not in groups:
        return item
    return replace(item, groups={**item.groups, "review": item.hand_up.groups["receive"]}, hand_up=None)


def orders_above(item: Item, program: Program, entry: str) -> bool:
    """Whether the item's call in the process `entry` leads from the upper review to a procedure and back to it."""
    called = called_process(item, program, entry)
    if called is None:
        return False
    reviews = [
        node.id
        for node in called.nodes.values()
        if any(key == "step" and slot.text == ABOVE for key, slot in node.properties)
    ]
    return any(
        called.nodes[procedure].call is not None and review in called.after.get(procedure, ())
        for review in reviews
        for gateway in called.after.get(review, ())
        for procedure in called.after.get(gateway, ())
    )


def handled_by(item: Item, departments: Mapping[str, Words]) -> Words:
    """Who handles the item, in words: the deciding department, and the one that reviews it below where there is one.

    `departments` gives their names by key; the key itself stands where one is missing.
    """
    decides = departments.get(item.department, Words(item.department, item.department))
    if item.hand_up is None:
        return decides
    below = departments.get(item.reviewing_department, Words(item.reviewing_department, item.reviewing_department))
    return Words(f"{below.zh}初审，{decides.zh}决定", f"{below.en} reviews, {decides.en} decides")


def read_hand_up(reading: Reading, root: Table) -> HandUp | None:
    """None where the deciding department does all of it. "intake" and "review" of `[groups]` are posts below."""
    table = root.table("hand_up", required=False)
    if table is None:
        return None
    posts, given = table.table("groups"), table.table("limit")
    groups = {name: posts.text(name) for name in POSTS} if posts is not None else {}
    if posts is not None:
        posts.finish()
    limit = reading.limit_of(given) if given is not None else Limit(0, Unit.WORKING_DAYS, Words("", ""))
    hand_up = HandUp(
        reviewed_by=table.text("reviewed_by"),
        groups=groups,
        limit=ClockTerms(HAND_UP, limit.value, limit.unit, limit.basis),
        basis=reading.basis_of(table, "hand-up-without-basis"),
        may_return=table.boolean("may_return", default=False),
    )
    table.finish()
    return hand_up
