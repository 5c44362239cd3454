"""The types of what the decisions of a file give, for those who read the results (DMN 1.5, 8.2.10 and 8.3.4)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dmn.analysis.constants import UNKNOWN, constant
from engine.dmn.analysis.effort import Effort, GaveUp
from engine.dmn.analysis.inference import Inference
from engine.dmn.analysis.source import SourceReader, TableSource
from engine.dmn.analysis.types import UNKNOWN_TYPE, DeclaredTypes, Type, common
from engine.dmn.xml import Element, Findings, child, children, parse
from engine.expressions.feel.operations import kind

#: Kinds that are told. A date may be what some modellers call a date and time.
_TOLD = frozenset({"number", "string", "boolean"})
_LISTS = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")


def result_types(content: bytes, effort: Effort) -> dict[str, Type]:
    """Decision id -> the type of its result, as far as it is known; a file that cannot be read tells of none."""
    root = parse(content, Findings(""))
    if root is None:
        return {}
    reader = SourceReader(root, effort)
    types = DeclaredTypes(reader)
    found: dict[str, Type] = {}
    try:
        for decision in children(root, "decision"):
            effort.take(10)
            found[str(decision.get("id") or decision.get("name", ""))] = _result(decision, reader, types)
    except GaveUp:
        return found
    return found


def _result(decision: Element, reader: SourceReader, types: DeclaredTypes) -> Type:
    declared = _told(types.of_variable(decision))
    if declared.kind:
        return declared
    literal = child(decision, "literalExpression")
    if literal is not None:
        tree = reader.entry(literal).tree
        named = _told(types.named(literal.get("typeRef", "")))
        return named if named.kind or tree is None else _told(Inference({}).read(tree))
    table = child(decision, "decisionTable")
    return UNKNOWN_TYPE if table is None else _given_by(reader.table(table), table, types)


def _given_by(table: TableSource, element: Element, types: DeclaredTypes) -> Type:
    if not table.outputs:
        return UNKNOWN_TYPE
    if table.policy == "COLLECT" and table.aggregation:
        only = _column(table, 0, types)
        return Type("number") if table.aggregation == "COUNT" or only.kind == "number" else UNKNOWN_TYPE
    if len(table.outputs) == 1:
        one = _column(table, 0, types)
    else:
        names = [output.get("name", "") for output in children(element, "output")]
        one = Type("context", _parts(names, table, types))
    return Type("list", item=one) if table.policy in _LISTS else one


def _parts(names: list[str], table: TableSource, types: DeclaredTypes) -> Mapping[str, Type]:
    """The type of each output by its name; nothing is known of the parts where one has none."""
    return {} if "" in names else {name: _column(table, at, types) for at, name in enumerate(names)}


def _column(table: TableSource, number: int, types: DeclaredTypes) -> Type:
    """The type that an output declares, else that of its entries where all of them are constants of one kind."""
    declared = types.named(table.outputs[number].type)
    if declared.kind:
        return _told(declared)
    kinds: list[Type] = []
    for rule in table.rules:
        entry = rule.outputs[number] if number < len(rule.outputs) else None
        value = UNKNOWN if entry is None or entry.tree is None else constant(entry.tree)
        if value is UNKNOWN:
            return UNKNOWN_TYPE
        if value is not None:
            kinds.append(Type(kind(value)))
    return _told(common(kinds))


def _told(known: Type) -> Type:
    return known if known.kind in _TOLD or known.composed else UNKNOWN_TYPE
