"""Whether an item takes part in joint visits, as the parent diagram calls it."""

from __future__ import annotations

from engine.bundles import Item
from webapp.catalogue import Published


def visit_mode(release: Published, item: Item) -> str:
    """What the call of the item's process passes as `visit`; "never" where it passes nothing constant."""
    process = release.program.processes[release.bundle.entry_process]
    node = process.nodes.get(item.call_activity)
    for mapped in node.inputs if node else ():
        if mapped.path == ("visit",):
            expression = mapped.slot.expression
            if expression is None:
                return mapped.slot.text
            return str(expression.evaluate({})) if not expression.names else "never"
    return "never"
