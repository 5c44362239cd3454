"""Decision services (DMN 1.5, 6.3.10): some decisions of a graph as one function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dmn.model import Conform, Decision, Knowledge, Node, bind
from engine.expressions.feel.objects import Function
from engine.expressions.feel.run import Run, Scope
from engine.values import Value

#: What a call of a decision service counts for in the stack of calls.
_LEVELS = 20


@dataclass(frozen=True, slots=True)
class DecisionService:
    """`inputs` are the ids of its input data and input decisions, in the order of the parameters."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    conform: Conform
    nodes: Mapping[str, Node]  # of the whole file

    def build(self, scope: Scope) -> Value:
        """The function, over the scope of who requires it."""
        names = tuple(variable_of(self.nodes[key]) for key in self.inputs)

        def apply(run: Run, *arguments: Value) -> Value:
            if len(arguments) != len(names):
                return None
            given: dict[str, Value] = {}
            for key, name, argument in zip(self.inputs, names, arguments, strict=True):
                given[name] = _conformed(self.nodes[key], argument)
                if given[name] is None and argument is not None:
                    return None
            run.enter(_LEVELS)
            result = self.conform(self._decide(given, scope))
            run.depth -= _LEVELS
            return result

        return Function(self.name, apply, (names,))

    def _decide(self, given: Mapping[str, Value], around: Scope) -> Value:
        """The output decision's value, or the context of several."""
        known = dict(given)
        scope = Scope(known, around, around.run)
        results: dict[str, Value] = {}
        for key in self.outputs:
            node = self.nodes[key]
            for required in (*node.requires, key) if isinstance(node, Decision) else ():
                if required not in self.inputs and variable_of(self.nodes[required]) not in known:
                    bind(self.nodes[required], given, known, scope)
            results[variable_of(node)] = known.get(variable_of(node))
        return next(iter(results.values()), None) if len(results) == 1 else results


def variable_of(node: Node) -> str:
    """The name under which others read this node."""
    return node.variable if isinstance(node, Decision) else node.name


def _conformed(node: Node, value: Value) -> Value:
    return value if isinstance(node, Knowledge) else node.conform(value)
