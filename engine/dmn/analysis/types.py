"""Types that are known before anything runs: of item definitions, declared inputs, and forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.dmn.analysis.constants import UNKNOWN, constant
from engine.dmn.analysis.source import InputSource, SourceReader
from engine.dmn.xml import Element, child, children, text_under
from engine.expressions.feel import nodes as n
from engine.expressions.feel.types import OTHER_SPELLINGS, SIMPLE_TYPES

#: Names that other modellers write for FEEL's types.
_SPELLINGS = {
    **OTHER_SPELLINGS,
    **dict.fromkeys(("integer", "long", "short", "double", "float", "decimal"), "number"),
    "date time": "date and time",
}
_SCALARS = SIMPLE_TYPES - {"list", "context", "range", "function"}
_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Type:
    """What is known of a value. `kind`: the FEEL type, "" where nothing is known; null is of every type.

    `parts`: the types of a context's entries, where all of them are known; `item`: the type of a list's items;
    `texts`: the only texts that it may be; `limits`: tests that its values pass; `gives`: the result of a function.
    """

    kind: str = ""
    parts: Mapping[str, Type] = field(default_factory=dict)
    item: Type | None = None
    texts: tuple[str, ...] | None = None
    limits: tuple[n.Tests, ...] = ()
    gives: Type | None = None

    @property
    def scalar(self) -> str:
        """The kind of a single value, "" for what is composed or not known."""
        return self.kind if self.kind in _SCALARS else ""

    @property
    def composed(self) -> bool:
        """A list, context, range or function."""
        return bool(self.kind) and self.kind not in _SCALARS


UNKNOWN_TYPE = Type()


def named_type(name: str) -> Type:
    """The type that a form, a modeller or `instance of` names; unknown where it is none of FEEL's."""
    bare = name.removeprefix("feel:").strip()
    bare = _SPELLINGS.get(bare, bare)
    return Type(bare) if bare in SIMPLE_TYPES else UNKNOWN_TYPE


def common(types: Iterable[Type]) -> Type:
    """The type of a value that is of one of these."""
    found = list(types)
    kinds = {each.kind for each in found}
    if len(kinds) != 1:
        return UNKNOWN_TYPE
    return found[0] if all(each == found[0] for each in found) else Type(found[0].kind)


class DeclaredTypes:
    """The item definitions of a file, and the names that they type."""

    def __init__(self, reader: SourceReader) -> None:
        self.reader = reader
        self._elements = {each.get("name", ""): each for each in children(reader.root, "itemDefinition")}
        self._known: dict[str, Type] = {}

    def named(self, name: str, depth: int = 0) -> Type:
        """The type of this name. Raises GaveUp."""
        bare = name.removeprefix("feel:").strip()
        if bare not in self._known:
            element = self._elements.get(bare)
            self._known[bare] = UNKNOWN_TYPE  # while it is read: a type that holds itself
            self._known[bare] = named_type(bare) if element is None else self._defined(element, depth)
        return self._known[bare]

    def _defined(self, element: Element, depth: int) -> Type:
        self.reader.effort.take(5)
        if depth > _DEPTH or child(element, "functionItem") is not None:
            return UNKNOWN_TYPE
        parts = children(element, "itemComponent")
        if parts:
            made = Type("context", {part.get("name", ""): self._defined(part, depth + 1) for part in parts})
        else:
            made = self.named(text_under(element, "typeRef"), depth + 1)
        allowed = text_under(child(element, "allowedValues"))
        tests = self.reader.tests(allowed) if allowed else None
        if tests is not None and not made.composed:
            texts = texts_of(tests)
            made = replace(made, limits=(*made.limits, tests), texts=made.texts if texts is None else texts)
        return Type("list", item=made) if element.get("isCollection") == "true" else made

    def of_input(self, column: InputSource, names: Mapping[str, Type]) -> Type:
        """The type of an input column: as declared, else that of the variable that it names."""
        declared = self.named(column.type)
        variable = path_type(column.expression.tree, names)
        if not declared.kind:
            return variable
        return variable if variable.kind == declared.kind and not declared.limits else declared

    def of_variable(self, element: Element) -> Type:
        """The declared type of input data, a decision or a parameter."""
        variable = child(element, "variable")
        holder = element if variable is None else variable
        return self.named(holder.get("typeRef", ""))


def texts_of(tests: n.Tests) -> tuple[str, ...] | None:
    """The texts that tests list; None where they are something else."""
    if tests.negated or not tests.tests:
        return None
    values = [UNKNOWN if test.operator or test.uses_input else constant(test.operand) for test in tests.tests]
    return tuple(values) if all(type(each) is str for each in values) else None


def path_type(tree: n.Node | None, names: Mapping[str, Type]) -> Type:
    """The type of a variable or a part of one; unknown for other expressions."""
    path: list[str] = []
    while isinstance(tree, n.Path):
        path.append(tree.name)
        tree = tree.value
    if not isinstance(tree, n.Name):
        return UNKNOWN_TYPE
    found = names.get(tree.name, UNKNOWN_TYPE)
    for part in reversed(path):
        found = found.parts.get(part, UNKNOWN_TYPE)
    return found
