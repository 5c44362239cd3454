"""退回: to which earlier step a task may be sent back, as its diagram says.

The property `returns` of a user task names user tasks of the same process that come before it, with spaces between;
`window` among them lets the window that received be asked to check. Nothing is drawn for it: the token is moved, and
the limits of the item run on. What may be named is checked when the file is (`checks/returns`).
"""

from __future__ import annotations

from engine.bpmn import Node, Program

PROPERTY, WINDOW = "returns", "window"


def declared_returns(node: Node) -> tuple[str, ...]:
    """What the property of a user task names, each once, in its order."""
    said = next((slot.text for key, slot in node.properties if key == PROPERTY), "")
    return tuple(dict.fromkeys(said.split()))


def steps_back(program: Program, process: str, element: str) -> tuple[str, ...]:
    """Where the task `element` of this process may go back to: ids of user tasks, and `window`."""
    known = program.processes.get(process)
    node = known.nodes.get(element) if known else None
    return declared_returns(node) if node is not None else ()
