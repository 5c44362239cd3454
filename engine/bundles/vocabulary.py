"""The variables that expressions of a bundle can read, for whoever writes one: with a type and a label where known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bundles.reader import inspect_bundle
from engine.errors import ExpressionInvalid
from engine.expressions import compile_expression
from engine.forms import Form
from engine.forms.model import Field
from engine.words import Words

#: Different expressions that are looked through; further ones add names that few will miss.
MOST_EXPRESSIONS = 2_000
_OF_QUESTIONS = {"yes-no": "boolean", "one": "string", "many": "list"}
_OF_FIELDS = {
    "textfield": "string", "textarea": "string", "number": "number", "checkbox": "boolean", "checklist": "list",
    "taglist": "list", "filepicker": "list", "dynamiclist": "list", "radio": "string", "select": "string",
}  # fmt: skip
_OF_MOMENTS = {"date": "date", "time": "time", "datetime": "date and time"}
#: Attributes of a diagram that name a variable, the first part of a path.
_NAMING = frozenset({"target", "resultVariable", "outputCollection", "inputElement"})
_OF_DIAGRAMS = Words("流程里的变量", "Variable of a diagram")
_OF_TABLES = Words("决策表读取的变量", "Read by a decision table")


@dataclass(frozen=True, slots=True)
class KnownName:
    """A variable. `type` is its FEEL type, "" where it may be anything; `label` what a person calls it."""

    name: str
    type: str
    label: Words


def known_names(files: Mapping[str, bytes]) -> tuple[KnownName, ...]:
    """Guided answers first, then fields of the forms, then what diagrams and decision tables name.

    Raises nothing for bad files: they add fewer names.
    """
    inspected = inspect_bundle(files)
    found: dict[str, KnownName] = {}
    for question in inspected.bundle.questions if inspected.bundle is not None else ():
        found.setdefault(question.key, KnownName(question.key, _OF_QUESTIONS[question.kind], question.text))
    for form in inspected.forms.values():
        for one in _of_form(form):
            found.setdefault(one.name, one)
    for path, content in files.items():
        label = _OF_DIAGRAMS if path.endswith(".bpmn") else _OF_TABLES
        for name in _named_in(content) if path.endswith((".bpmn", ".dmn")) else ():
            found.setdefault(name, KnownName(name, "", label))
    return tuple(found.values())


def _of_form(form: Form) -> Iterator[KnownName]:
    for field in form.inputs:
        kind = _of_field(field) if field.key == field.root else "context"
        yield KnownName(field.root, kind, field.label)


def _of_field(field: Field) -> str:
    return _OF_MOMENTS.get(field.subtype, "") if field.type == "datetime" else _OF_FIELDS.get(field.type, "")


def _named_in(content: bytes) -> Iterator[str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return  # the file's own check names it
    sources: dict[str, None] = {}
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if etree.QName(name).localname in _NAMING and not str(value).startswith("="):
                yield str(value).partition(".")[0]
            sources[str(value)] = None
        is_input = etree.QName(element).localname == "inputExpression"
        text = "".join(str(part) for part in element.itertext()) if is_input else element.text or ""
        sources["=" + text.strip() if is_input else text.strip()] = None
    for source in [one for one in sources if one.startswith("=")][:MOST_EXPRESSIONS]:
        try:
            yield from sorted(compile_expression(source.removeprefix("=").strip()).names)
        except ExpressionInvalid:
            continue  # a finding of its own
