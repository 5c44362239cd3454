"""Items and options that are named as values: by calls of the diagram, rules of tables, conditions of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.bpmn import Process
from engine.bundles.checks.checking import Checking
from engine.bundles.checks.entries import item_of
from engine.dmn.xml import Element, Findings, local, parse
from engine.words import Words

_ITEM, _OPTION = Words("事项", "item"), Words("选项", "option")
_QUOTED = re.compile(r'"([^"]*)"')


def check_items_called(checking: Checking, process: Process) -> None:
    """No activity of the bundle's diagram is for an item that the bundle does not have."""
    for node in process.nodes.values():
        named = item_of(node)
        if named is not None and named not in checking.item_keys:
            checking.missing(_ITEM, process.file, node.id, named)


def check_named_values(checking: Checking) -> None:
    """Rules and conditions compare with items and options that there are: others never hold."""
    known = {question.key: {one.value for one in question.options} for question in checking.bundle.questions}
    options = {key: frozenset(values) for key, values in known.items() if values}
    for path, content in sorted(checking.files.items()):
        if path.lower().endswith(".dmn") and not path.startswith("_shared/"):
            _check_rules(checking, path, content, options)
    for file, element, source in _conditions(checking):
        for question, named in _compared(source):
            if question in options and named not in options[question]:
                _told(checking, _OPTION, file, element, named)


def _check_rules(checking: Checking, path: str, content: bytes, options: Mapping[str, frozenset[str]]) -> None:
    root = parse(content, Findings(path))
    for table in root.iter() if root is not None else ():
        if local(table) != "decisionTable":
            continue
        columns = [_text(one) for each in table if local(each) == "input" for one in each if _is_expression(one)]
        for rule in (each for each in table if local(each) == "rule"):
            cells = [_text(each) for each in rule if local(each) == "inputEntry"]
            for column, cell in zip(columns, cells, strict=False):
                known = checking.item_keys if column == "item" else options.get(column)
                what = _ITEM if column == "item" else _OPTION
                strange = [] if known is None else [one for one in _QUOTED.findall(cell) if one not in known]
                for named in strange:
                    _told(checking, what, path, str(rule.get("id", "")), named)


def _conditions(checking: Checking) -> Iterator[tuple[str, str, str]]:
    """(file, element, source) of every condition of the catalogue."""
    for question in checking.bundle.questions:
        if question.when:
            yield "bundle.toml", f"questions.{question.key}.when", question.when.source
    for item in checking.bundle.items:
        file = f"items/{item.key}.toml"
        if item.applies:
            yield file, "applies", item.applies.source
        yield from ((file, f"situations.{one.key}.when", one.when.source) for one in item.situations)
    for material in checking.bundle.materials:
        for asked in material.requirements:
            if asked.when:
                yield "bundle.toml", f"materials.{material.key}.required.{asked.item}.when", asked.when.source


def _compared(source: str) -> Iterator[tuple[str, str]]:
    """(question, value) where a condition plainly compares one with the other."""
    for question, named in _CONTAINS.findall(source):
        yield question, named
    for question, named in _EQUALS.findall(source):
        yield question, named


_CONTAINS = re.compile(r'list contains\(\s*([A-Za-z_][\w-]*)\s*,\s*"([^"]*)"\s*\)')
_EQUALS = re.compile(r'(?<![\w.-])([A-Za-z_][\w-]*)\s*!?=\s*"([^"]*)"')


def _told(checking: Checking, what: Words, file: str, element: str, named: str) -> None:
    checking.warning(
        "value-never-given",
        file,
        element,
        Words(
            f"没有{what.zh}“{named}”，这里却与它比较。",
            f"There is no {what.en} “{named}”, yet it is compared with here.",
        ),
        Words("删去这一条件，或者改正名称。", "Remove the condition, or correct the name."),
    )


def _is_expression(element: Element) -> bool:
    return local(element) == "inputExpression"


def _text(element: Element) -> str:
    return next((str(each.text or "").strip() for each in element if local(each) == "text"), "")
