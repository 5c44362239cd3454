"""The syntax tree of FEEL. Frozen; every node knows where it stands (1-based line and column)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from engine.values import Value


@dataclass(frozen=True, slots=True)
class Node:
    line: int
    column: int

    def children(self) -> Iterator[Node]:
        """The nodes directly under this one."""
        for field in fields(self):
            yield from _nodes_in(getattr(self, field.name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes_in(part)


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as written after `instance of`: list<number> is TypeName("list", (TypeName("number"),))."""

    name: str
    arguments: tuple[TypeName, ...] = ()
    keys: tuple[str, ...] = ()  # of context<key: type>, one per argument


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Value


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """A chain of one precedence, left to right: first, then (operator, operand) each."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    operator: str  # "and" | "or"
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class UnaryTest(Node):
    """One test of a value: an operator with its operand, or ("") a value, list, range or condition."""

    operator: str
    operand: Node
    uses_input: bool  # the operand mentions `?`


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """`value in tests`."""

    value: Node
    tests: tuple[UnaryTest, ...]


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """The content of a decision table's input cell; no tests means `-` (anything)."""

    tests: tuple[UnaryTest, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Binding(Node):
    """`name in source`, or `name in source..end`."""

    name: str
    source: Node
    end: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`strict` of a boxed one: a condition that gives no boolean makes the whole null, where it is met."""

    quantifier: str  # "some" | "every"
    bindings: tuple[Binding, ...]
    condition: Node
    strict: bool = False


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """`[start..end]` and its open forms; a missing end is None (`(< 5)`). `operator`: "=" or "!=" of `(= 5)`."""

    start: Node | None
    end: Node | None
    start_included: bool
    end_included: bool
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Path(Node):
    value: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    value: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Node
    positional: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    parameters: tuple[str, ...]
    types: tuple[TypeName | None, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Computed(Node):
    """What FEEL has no syntax for (a decision table): `build` gets the compiler and gives the closure."""

    parts: tuple[Node, ...]
    build: Callable[[Any], Callable[[Any], Value]]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: TypeName
