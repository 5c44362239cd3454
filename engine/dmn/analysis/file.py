"""All doubts about one DMN file: each decision with the names that it knows, then the rules of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from engine.dmn.analysis.effort import Effort, GaveUp
from engine.dmn.analysis.expressions import check_cells, check_expression, check_outputs, column_type
from engine.dmn.analysis.inference import Inference
from engine.dmn.analysis.nearest import like_words, nearest
from engine.dmn.analysis.source import SourceReader
from engine.dmn.analysis.tables import check_table
from engine.dmn.analysis.telling import Telling, clipped
from engine.dmn.analysis.types import UNKNOWN_TYPE, DeclaredTypes, Type
from engine.dmn.xml import Element, Findings, child, children, line_of, local, nearest_id, parse
from engine.expressions.feel import nodes as n
from engine.findings import Finding

_NODES = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
_REQUIRED = ("requiredDecision", "requiredInput", "requiredKnowledge")
#: Elements inside a decision that give a name to its parts.
_BINDING = {"contextEntry": "variable", "binding": "parameter"}


def doubts_in(content: bytes, file: str, effort: Effort | None = None) -> list[Finding]:
    """What is doubtful in a file that can be read: warnings and notes, in the order of its decisions.

    A file with errors of the reader is better not asked. `effort`: what files read together have left.
    """
    root = parse(content, Findings(file))
    if root is None:
        return []
    telling = Telling(file)
    check = _FileCheck(root, telling, effort or Effort())
    try:
        check.run()
    except GaveUp:
        telling("table-not-fully-checked", "", 0, table=file)
    return telling.findings


@dataclass(slots=True)
class _FileCheck:
    root: Element
    telling: Telling
    effort: Effort
    reader: SourceReader = field(init=False)
    types: DeclaredTypes = field(init=False)
    nodes: dict[str, Element] = field(init=False)
    #: By the name under which others read it, what a node is; the functions of the file; the files that it imports.
    declared: dict[str, str] = field(init=False)
    functions: frozenset[str] = field(init=False)
    imported: frozenset[str] = field(init=False)
    declares_inputs: bool = field(init=False)

    def __post_init__(self) -> None:
        self.reader = SourceReader(self.root, self.effort)
        self.types = DeclaredTypes(self.reader)
        self.nodes = {str(each.get("id") or each.get("name", "")): each for each in children(self.root, *_NODES)}
        self.declared = {_variable(node): local(node) for node in self.nodes.values()}
        kinds = ("businessKnowledgeModel", "decisionService")
        self.functions = frozenset(name for name, kind in self.declared.items() if kind in kinds)
        self.imported = frozenset(each.get("name", "") for each in children(self.root, "import"))
        # What is imported without a name is read like what stands here.
        self.declares_inputs = "inputData" in self.declared.values() and "" not in self.imported

    def run(self) -> None:
        """Raises GaveUp."""
        for element in children(self.root, "decision", "businessKnowledgeModel"):
            self._check_node(element)

    def _check_node(self, element: Element) -> None:
        self.effort.take(10)
        names = self._known(element)
        here = Inference(
            {**names, **dict.fromkeys(_bound_in(element), UNKNOWN_TYPE)},
            self.functions,
            comparing=self.effort.comparing,
        )
        mentioned: set[str] = set()
        for part in _expressions_in(element):
            mentioned |= self._check_part(part, here, element)
        if not any(local(each) == "filter" for each in element.iter() if isinstance(each.tag, str)):
            self._check_names(element, names, here, mentioned)  # in a boxed filter any name may be one of the items'

    def _check_part(self, part: Element, here: Inference, holder: Element) -> set[str]:
        """One expression or table of a decision; gives the names in it."""
        if local(part) != "decisionTable":
            entry = self.reader.entry(part)
            wanted = self.types.of_variable(holder) if part.getparent() is holder else UNKNOWN_TYPE
            check_expression(entry, here, wanted, self.telling, nearest_id(part))
            return _names_of([entry.tree])
        table = self.reader.table(part)
        types = {column.index: column_type(column, table, self.types, here) for column in table.inputs}
        for column in table.inputs:
            check_expression(column.expression, here, UNKNOWN_TYPE, self.telling, column.id)
        check_cells(table, types, here, self.telling, self.effort)
        check_outputs(table, self.types, here, self.telling, self.effort)
        check_table(table, lambda column: types[column.index], self.telling, self.effort)
        cells = [cell.tests for rule in table.rules for cell in rule.cells]
        outputs = [entry.tree for rule in table.rules for entry in rule.outputs]
        return _names_of([*cells, *outputs, *(column.expression.tree for column in table.inputs)])

    def _known(self, element: Element) -> dict[str, Type]:
        """The names that a decision knows: of what it requires and imports."""
        names: dict[str, Type] = {}
        for key in _required_by(element):
            node = self.nodes.get(key)
            if node is not None and local(node) in ("inputData", "decision"):
                names[_variable(node)] = self.types.of_variable(node)
        return {**names, **dict.fromkeys(self.imported, UNKNOWN_TYPE)}

    def _check_names(self, element: Element, names: dict[str, Type], here: Inference, mentioned: set[str]) -> None:
        """Names that nothing stands for, and requirements that are not used."""
        decision = clipped(element.get("name", ""))
        for name in sorted(names.keys() - self.imported):
            if name and name not in mentioned and name.split(".")[0] not in mentioned:
                self.telling("requirement-unused", nearest_id(element), line_of(element), decision=decision, name=name)
        for name in here.free:
            self.effort.take(len(self.declared))
            if name == "?" or "." in name or name == _variable(element):
                continue
            if self.declared.get(name) == "decision":  # its value is there only for those who require it
                said: dict[str, object] = {"decision": decision, "name": clipped(name)}
                self.telling("requirement-missing", nearest_id(element), line_of(element), **said)
            elif name not in self.declared and self.declares_inputs:
                like = nearest(name, [*here.names, *self.declared], self.effort.comparing)
                said = {"name": clipped(name), "like": like_words(like)}
                self.telling("unknown-name", nearest_id(element), line_of(element), **said)


def _expressions_in(element: Element) -> Iterator[Element]:
    """The literal expressions and tables of a decision, those inside a table not by themselves."""
    waiting = list(reversed(children(element, *_PARTS)))
    while waiting:
        part = waiting.pop()
        if local(part) in ("literalExpression", "decisionTable"):
            yield part
        else:
            waiting.extend(reversed([each for each in part if isinstance(each.tag, str) and local(each)]))


_PARTS = (
    *("literalExpression", "decisionTable", "context", "list", "relation", "invocation", "functionDefinition"),
    *("conditional", "for", "some", "every", "filter", "encapsulatedLogic"),
)


def _bound_in(element: Element) -> Iterator[str]:
    """The names that a decision gives to its own parts."""
    for each in element.iter():
        if not isinstance(each.tag, str):
            continue
        kind = local(each)
        if kind in _BINDING and (named := child(each, _BINDING[kind])) is not None:
            yield named.get("name", "")
        elif kind == "formalParameter":
            yield each.get("name", "")
        elif kind in ("for", "some", "every"):
            yield each.get("iteratorVariable", "item")
            yield "partial"


def _required_by(element: Element) -> Iterator[str]:
    for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
        for part in children(requirement, *_REQUIRED):
            yield part.get("href", "").rpartition("#")[2]


def _variable(node: Element) -> str:
    variable = child(node, "variable")
    name = node.get("name", "")
    return str(name if variable is None or local(node) != "decision" else variable.get("name", name))


def _names_of(trees: Iterable[n.Node | None]) -> set[str]:
    """All names written in the trees, dotted ones also by their first part. Equal cells share their tree."""
    found: set[str] = set()
    once = {id(tree): tree for tree in trees if tree is not None}
    waiting = list(once.values())
    while waiting:
        node = waiting.pop()
        if isinstance(node, n.Name):
            found |= {node.name, node.name.split(".")[0].strip()}
        waiting.extend(node.children())
    return found
