"""Decision services (DMN 1.5, 6.3.10): some decisions of a graph as one function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dmn.graph import in_order
from engine.dmn.model import Frames, Knowledge, Node, requirements_of
from engine.dmn.types import Conform, of_declared_type
from engine.expressions.feel.objects import Function
from engine.expressions.feel.run import Run
from engine.values import Value

#: What a call of a decision service counts for in the stack of calls.
_LEVELS = 20


@dataclass(frozen=True, slots=True)
class DecisionService:
    """`inputs` are the ids of its input data and input decisions, in the order of the parameters."""

    id: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    conform: Conform
    nodes: Mapping[str, Node]  # of all files

    def build(self, around: Frames) -> Value:
        """The function, within the frames of who requires it."""
        nodes = tuple(self.nodes[key] for key in self.inputs)

        def apply(run: Run, *arguments: Value) -> Value:
            if len(arguments) != len(nodes):
                return None
            inner = Frames(
                {node.variable: argument for node, argument in zip(nodes, arguments, strict=True)}, run, around
            )
            for node, argument in zip(nodes, arguments, strict=True):
                value = argument if isinstance(node, Knowledge) else node.conform(argument, run)
                if value is None and argument is not None:
                    return None
                inner.tell(node, value)
            run.enter(_LEVELS)
            result = of_declared_type(self._decide(inner), self.conform, run, self.id, self.name)
            run.depth -= _LEVELS
            return result

        return Function(self.name, apply, (tuple(node.variable for node in nodes),))

    def _decide(self, frames: Frames) -> Value:
        """The output decision's value, or the context of several."""
        results: dict[str, Value] = {}
        for key in self.outputs:
            node = self.nodes[key]
            for required in in_order([key], lambda each: self._requires(each, frames)):
                if not frames.knows(self.nodes[required]):
                    frames.bind(self.nodes[required])
            results[node.variable] = frames.value_of(node)
        return next(iter(results.values()), None) if len(results) == 1 else results

    def _requires(self, key: str, frames: Frames) -> tuple[str, ...]:
        """What is to be found before this node; nothing where the caller gave its value."""
        node = self.nodes[key]
        return () if frames.knows(node) else requirements_of(node)
