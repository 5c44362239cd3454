"""Scripts beside an element's own work, and what is made of all that it completes with, where a dialect says so.

A script before runs when the element is entered; one after it runs over what it completes with, and what it
assigns is part of that. With a loop both run once, around all instances, or with each where that is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.bpmn.program import Node
from engine.errors import BpmnErrorThrown
from engine.expressions import SLEPT
from engine.runtime import faults, loops
from engine.runtime.codec import checked
from engine.runtime.layers import Layers
from engine.runtime.run import Run
from engine.runtime.state import Token
from engine.runtime.stuck import needs
from engine.runtime.variables import context_of, merge
from engine.values import Value

if TYPE_CHECKING:
    from engine.expressions import Script


def has_script_before(run: Run, token: Token, node: Node) -> bool:
    """Whether a script runs now, before the element begins."""
    return node.before is not None and _runs_here(run, token, node)


def run_before(run: Run, token: Token, node: Node) -> None:
    """Runs it and goes on to the element's beginning; a BPMN error that it throws is one of the element."""
    assert node.before is not None
    written = _run(run, token, node.before, run.variables(token))
    if written is not None:
        merge(run.layers(token), written)
        run.wrote(written)
        run.schedule(token, "begin")


def is_reshaped(node: Node) -> bool:
    """Whether something is made of what the element completes with, before that is written."""
    return bool(node.after or node.result_variable or (node.call and node.call.taken))


def reshape(run: Run, token: Token, node: Node) -> None:
    """Makes it, all or nothing, and goes on to its writing. Raises Stuck."""
    result = token.result
    if node.loop is None or loops.is_instance(run, token, node):
        if node.call is not None and node.call.taken is not None:
            token.locals |= context_of(run, node.call.seen, result)
            result = context_of(run, node.call.taken, result)
        result = {node.result_variable: dict(result)} if node.result_variable else result
    if node.after is not None and _runs_here(run, token, node):
        written = _run(run, token, node.after, Layers(dict(result), *run.layers(token)))
        if written is None:
            return
        result = result | written
    token.result = result
    run.schedule(token, "write", at_once=True)


def _runs_here(run: Run, token: Token, node: Node) -> bool:
    return node.loop is None or loops.is_instance(run, token, node) == node.on_instances


def _run(run: Run, token: Token, script: Script, variables: Mapping[str, Value]) -> dict[str, Value] | None:
    """What the script assigns; None if an error that it threw was caught."""
    try:
        written = script.run(variables, run.context)
    except BpmnErrorThrown as error:
        error.variables.pop(SLEPT, None)
        faults.throw_error(run, token, error.code, error.variables, error.message)
        return None
    if written.pop(SLEPT, 0):
        raise needs("不等待的脚本", "a script that does not sleep", script.source, SLEPT)
    return {name: checked(value) for name, value in written.items()}
