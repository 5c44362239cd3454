"""Expressions and cells of a decision against the types that are declared."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dmn.analysis.constants import UNKNOWN, constant, points_of
from engine.dmn.analysis.effort import Effort
from engine.dmn.analysis.inference import Inference, test_type
from engine.dmn.analysis.source import Cell, Entry, InputSource, RuleSource, TableSource
from engine.dmn.analysis.telling import Telling, clipped, value_words
from engine.dmn.analysis.types import UNKNOWN_TYPE, DeclaredTypes, Type
from engine.expressions.feel import nodes as n
from engine.expressions.feel.compiler import Compiler
from engine.expressions.feel.operations import kind
from engine.expressions.feel.run import Run, Scope
from engine.expressions.feel.unary import compile_tests


def check_expression(entry: Entry, here: Inference, wanted: Type, telling: Telling, element: str) -> None:
    """One expression, and whether it gives what is wanted where that is known."""
    if entry.tree is not None:
        check_tree(entry.tree, entry.text, here, wanted, telling, entry.id or element, entry.line)


def check_tree(
    tree: n.Node, text: str, here: Inference, wanted: Type, telling: Telling, element: str, line: int
) -> None:
    """The same of an expression that was read already."""
    given = here.read(tree)
    if wanted.scalar and given.scalar and given.kind != wanted.kind:
        here.wrong_result(tree, given.kind, wanted.kind)
    tell_mistakes(here, text, element, line, telling)


def tell_mistakes(here: Inference, text: str, element: str, line: int, telling: Telling, code: str = "") -> None:
    """Tell what was found in one text, once each; `code` in place of that of a mismatch."""
    if not here.mistakes:
        return
    told = {(each.code, str(each.said)): each for each in here.mistakes}
    shown = clipped(text)
    for each in told.values():
        named = code if code and each.code == "type-mismatch" else each.code
        telling(named, element, line + each.line - 1, **{"text": shown, **each.said})
    here.mistakes.clear()


def column_type(column: InputSource, table: TableSource, types: DeclaredTypes, here: Inference) -> Type:
    """The type of an input column. Some modellers call a date what is a date and time: then nothing is known."""
    found = types.of_input(column, here.names)
    if found.kind != "date":
        return found
    cells = {rule.cells[column.index].text: rule.cells[column.index].tests for rule in _whole(table)}
    kinds = {kind(point) for tests in cells.values() if tests is not None for point in points_of(tests) or []}
    return UNKNOWN_TYPE if "date and time" in kinds else found


def check_cells(
    table: TableSource, types: Mapping[int, Type], here: Inference, telling: Telling, effort: Effort
) -> None:
    """The input cells, each text of a column once. Raises GaveUp."""
    for column in table.inputs:
        seen: dict[str, Cell] = {}
        for rule in _whole(table):
            cell = rule.cells[column.index]
            effort.take()
            if cell.text not in seen and cell.tests is not None:
                seen[cell.text] = cell
        for cell in seen.values():
            effort.take(10)
            assert cell.tests is not None
            for test in cell.tests.tests:
                test_type(here, test, types[column.index])
            tell_mistakes(here, cell.text, cell.id or column.id, cell.line, telling, "cell-type")


def check_outputs(table: TableSource, types: DeclaredTypes, here: Inference, telling: Telling, effort: Effort) -> None:
    """The output cells, each text of a column once. Raises GaveUp."""
    for number, column in enumerate(table.outputs):
        wanted = types.named(column.type)
        seen: set[str] = set()
        for rule in table.rules:
            effort.take()
            if number >= len(rule.outputs) or rule.outputs[number].text in seen:
                continue
            entry = rule.outputs[number]
            seen.add(entry.text)
            effort.take(10)
            check_expression(entry, here, wanted, telling, rule.id or column.id)
            value = UNKNOWN if entry.tree is None else constant(entry.tree)
            limits = wanted.limits if column.allowed is None else (column.allowed,)
            if value is not UNKNOWN and value is not None and any(_outside(value, limit) for limit in limits):
                said = {"column": clipped(column.label), "cell": value_words(value)}
                telling("output-not-allowed", entry.id or rule.id, entry.line or rule.line, **said)


def _outside(value: object, allowed: n.Tests) -> bool:
    """Whether allowed values that are constants leave the value out."""
    if points_of(allowed) is None or not allowed.tests:
        return False
    passes = compile_tests(Compiler(), allowed)
    return passes(value, Scope({"?": value}, None, Run(None, ""))) is not True


def _whole(table: TableSource) -> list[RuleSource]:
    """The rules that have a cell for each column; the others are errors of the reader."""
    return [rule for rule in table.rules if len(rule.cells) == len(table.inputs)]
