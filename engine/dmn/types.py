"""Item definitions (DMN 1.5, 7.3.3): whether a value is of a declared type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from engine.dmn.trace import Tracing
from engine.errors import ExpressionFailed
from engine.expressions.feel.nodes import TypeName
from engine.expressions.feel.run import Run, Scope
from engine.expressions.feel.types import SIMPLE_TYPES, as_moment, instance_test
from engine.expressions.feel.unary import Test
from engine.values import Value
from engine.words import Words

#: What gives a value of a type back, made to fit where it can be, else null; the run pays for the work.
Conform = Callable[[Value, Run], Value]
_DEPTH = 40


@dataclass(slots=True)
class ItemDefinition:
    """A declared type: of a base type, or of components; a list of it where `collection`."""

    name: str
    base: str
    collection: bool
    components: tuple[tuple[str, ItemDefinition], ...]
    allowed: Test | None  # of each item of a collection (allowedValues)
    function: bool = False
    constraint: Test | None = None  # of the whole value (typeConstraint)


class Types:
    """The types of one file by name."""

    def __init__(self) -> None:
        self.definitions: dict[str, ItemDefinition] = {}
        self.imports: dict[str, Types] = {}  # those of imported files, by the name of the import

    def find(self, name: str) -> tuple[ItemDefinition, Types] | None:
        """The declared type of this name, `tPerson` or `model.tPerson`, and the types it was declared among."""
        if name in self.definitions:
            return self.definitions[name], self
        for prefix, types in self.imports.items():
            inner = name.removeprefix(f"{prefix}.") if prefix else name
            if inner in types.definitions and (inner != name or not prefix):
                return types.definitions[inner], types
        return None

    def declared(self, name: str) -> Conform | None:
        """`conform` of a type that says something; None of Any, and of a type that nobody declares."""
        known = self.find(_bare(name)) is not None or _bare(name) in SIMPLE_TYPES
        return self.conform(name) if known else None

    def conform(self, name: str) -> Conform:
        """What gives a value of the type back, a list of one and its item converted, else null."""
        name = _bare(name)
        found = self.find(name)
        if found is None and name not in SIMPLE_TYPES:
            return lambda value, run: value
        wants_list = found[0].collection if found else name == "list"

        def conform(value: Value, run: Run) -> Value:
            if value is None or self._is(value, name, 0, run):
                return value
            if type(value) is list and len(value) == 1 and not wants_list and self._is(value[0], name, 0, run):
                return value[0]
            if wants_list and type(value) is not list and self._is([value], name, 0, run):
                return [value]
            moment = as_moment(value)
            return moment if moment is not None and self._is(moment, name, 0, run) else None

        return conform

    def tests(self) -> dict[str, Callable[[Value], bool | None]]:
        """What `instance of` and typed parameters ask: allowed values are no part of the type itself."""
        return {
            name: partial(types.fits, definition=replace(each, allowed=None, constraint=None))
            for name, each, types in self._seen()
        }

    def lists(self) -> frozenset[str]:
        return frozenset(name for name, each, _ in self._seen() if each.collection)

    def _seen(self) -> Iterator[tuple[str, ItemDefinition, Types]]:
        """All declared types that the file may name."""
        for prefix, types in self.imports.items():
            for name, each in types.definitions.items():
                yield f"{prefix}.{name}" if prefix else name, each, types
        for name, each in self.definitions.items():
            yield name, each, self

    def _is(self, value: Value, name: str, depth: int, run: Run | None) -> bool:
        name = _bare(name)
        found = self.find(name)
        if found is not None:
            definition, types = found
            return types.fits(value, definition, depth, run)
        return name not in SIMPLE_TYPES or instance_test(TypeName(name))(value) is True

    def fits(self, value: Value, definition: ItemDefinition, depth: int = 0, run: Run | None = None) -> bool:
        """Whether the value is of the type; null is of every type. Raises BudgetExceeded."""
        if value is None or depth > _DEPTH:
            return value is None
        if not definition.collection:
            fits = self._item_fits(value, definition, depth, run)
        elif type(value) is list:
            fits = all(self._item_fits(item, definition, depth + 1, run) for item in value)
        else:
            fits = False
        return fits and _passes(definition.constraint, value, definition.name, run)

    def _item_fits(self, value: Value, definition: ItemDefinition, depth: int, run: Run | None) -> bool:
        if definition.components:
            if type(value) is not dict:
                return False
            return all(
                key in value and self.fits(value[key], part, depth + 1, run) for key, part in definition.components
            )
        if definition.base and value is not None and not self._is(value, definition.base, depth + 1, run):
            return False
        if definition.function:
            return instance_test(TypeName("function"))(value) is True
        return _passes(definition.allowed, value, definition.name, run)


def of_declared_type(value: Value, conform: Conform, run: Run, element: str, name: str) -> Value:
    """The value, of its declared type. Raises ExpressionFailed where it is not.

    DMN has null for it (10.3.2.9.4), and so have evaluations that ask for that; a ruling on a value that silently
    vanished would be worse than no ruling.
    """
    result = conform(value, run)
    if result is None and value is not None and not (isinstance(run.tracing, Tracing) and run.tracing.unfit_is_null):
        words = Words(f"“{name}”的值不符合声明的类型", f"the value of {name!r} is not of the declared type")
        raise ExpressionFailed(element, name, words)
    return result


def _passes(test: Test | None, value: Value, name: str, run: Run | None) -> bool:
    if test is None:
        return True
    run = run or Run(None, name)  # `instance of` asks without one
    return test(value, Scope({"?": value}, None, run)) is True


def _bare(name: str) -> str:
    """A type name without the `feel:` prefix that older files write."""
    return name.removeprefix("feel:").strip()
