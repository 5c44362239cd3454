"""The variables that expressions of a bundle can read, for whoever writes one: with a type and a label where known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from engine.bundles.model import Bundle
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
#: What is known of each item at the start (`start_variables`), with its type.
_OF_ITEMS = {
    "applies": ("boolean", Words("是否申办", "Whether it is applied for")),
    "way": ("string", Words("办理方式", "Way")),
    "committed": ("boolean", Words("是否告知承诺", "Whether it is committed to")),
    "proofs": ("list", Words("以承诺代替的材料", "Materials that a commitment replaces")),
    "accepts": ("string", Words("由谁受理", "Who accepts")),
    "immediate": ("boolean", Words("是否即办件", "Whether it is ruled on at once")),
    "groups": ("context", Words("岗位", "Posts")),
    "hand_up": ("boolean", Words("是否上报", "Whether it is handed up")),
}
_ITEMS, _GROUPS = "items", "groups"


@dataclass(frozen=True, slots=True)
class KnownName:
    """A variable. `type` is its FEEL type, "" where it may be anything; `label` what a person calls it; `entries`
    those of a context, as far as they are known."""

    name: str
    type: str
    label: Words
    entries: tuple[KnownName, ...] = ()


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
    for name, entries in _contexts(inspected.bundle).items():
        if name in found and entries:
            found[name] = replace(found[name], type="context", entries=entries)
    return tuple(found.values())


def _contexts(bundle: Bundle | None) -> dict[str, tuple[KnownName, ...]]:
    """The contexts that cases begin with and what is in them: `items`, and `groups` of a process that an item runs."""
    if bundle is None:
        return {}
    posts = {item.key: [*item.groups, *(item.hand_up.groups if item.hand_up else ())] for item in bundle.items}
    items = tuple(KnownName(one.key, "context", one.name, _of_item(posts[one.key])) for one in bundle.items)
    return {_ITEMS: items, _GROUPS: _posts(use for uses in posts.values() for use in uses)}


def _of_item(posts: Iterable[str]) -> tuple[KnownName, ...]:
    return tuple(
        KnownName(name, kind, label, _posts(posts) if name == _GROUPS else ())
        for name, (kind, label) in _OF_ITEMS.items()
    )


def _posts(uses: Iterable[str]) -> tuple[KnownName, ...]:
    return tuple(KnownName(use, "string", Words("", "")) for use in dict.fromkeys(uses))


def _of_form(form: Form) -> Iterator[KnownName]:
    """The roots of its fields, a context with the paths of those that have one."""
    roots: dict[str, list[Field]] = {}
    for field in form.inputs:
        roots.setdefault(field.root, []).append(field)
    for root, fields in roots.items():
        is_one = fields[0].key == root
        kind = _of_field(fields[0]) if is_one else "context"
        paths = [] if is_one else [(one.key.split(".")[1:], one) for one in fields]
        yield KnownName(root, kind, fields[0].label, _entries(paths))


def _entries(paths: Iterable[tuple[list[str], Field]]) -> tuple[KnownName, ...]:
    """The fields below a name, by the rest of their paths."""
    below: dict[str, list[tuple[list[str], Field]]] = {}
    for path, field in paths:
        if path:
            below.setdefault(path[0], []).append((path[1:], field))
    return tuple(
        KnownName(name, "context" if rest[0][0] else _of_field(rest[0][1]), rest[0][1].label, _entries(rest))
        for name, rest in below.items()
    )


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
