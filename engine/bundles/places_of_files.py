"""The places of a bundle's diagrams, decision tables and forms, and all places of a bundle together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import BPMN, is_bpmn, local_name, read_xml
from engine.bundles.called_processes import DIAGRAM_ENDINGS, call_targets
from engine.bundles.model import Bundle
from engine.bundles.places import Place, PlaceKind, kinds_of_documents, paragraphs, sources, translations
from engine.bundles.places_of_catalogue import places_of_catalogue
from engine.bundles.reader import form_files, inspect_bundle
from engine.bundles.reading import BUNDLE_FILE
from engine.dmn.xml import Findings, local, parse
from engine.words import Words

#: Elements of a decision file that are places; what else has an id is told with the nearest of them.
_OF_DMN = frozenset({
    "definitions", "decision", "rule", "input", "output", "inputData", "knowledgeSource", "businessKnowledgeModel",
    "decisionService", "itemDefinition", "textAnnotation",
})  # fmt: skip
#: What stands in a diagram for a machine alone.
_UNSAID = frozenset({"incoming", "outgoing", "flowNodeRef"})
#: Attributes that point at other elements, or say how it is drawn.
_POINTERS = frozenset({"id", "sourceRef", "targetRef", "attachedToRef", "default", "processRef"})
_GUIDES, _LETTERS = "guide/", ("documents/", "_shared/documents/")


def places_of_bundle(files: Mapping[str, bytes]) -> list[Place]:
    """Every place of a bundle, as far as its files can be read."""
    bundle = inspect_bundle(files).bundle
    found: list[Place] = list(places_of_catalogue(bundle)) if bundle else []
    users = _users(files, bundle)
    letters = _items_of_letters(bundle) if bundle else {}
    for path, content in sorted(files.items()):
        found += _places_of_file(path, content, bundle, users.get(path, frozenset()), letters)
    for path in form_files(files):
        found += _form(path, files[path], bundle)
    return found


def _places_of_file(
    path: str, content: bytes, bundle: Bundle | None, items: frozenset[str], letters: Mapping[str, frozenset[str]]
) -> Iterator[Place]:
    lower = path.lower()
    if lower.endswith(DIAGRAM_ENDINGS):
        yield from _diagram(path, content, bundle, items)
    elif lower.endswith(".dmn"):
        yield from _decisions(path, content, bundle)
    elif lower.endswith(".md") and path.startswith(_GUIDES):
        yield from paragraphs(path, content, PlaceKind.GUIDE)
    elif lower.endswith(".md") and path.startswith(_LETTERS):
        key = path.rpartition("/")[2].partition(".")[0]
        yield from paragraphs(path, content, PlaceKind.LETTER, letters.get(key, frozenset()))
    elif path == BUNDLE_FILE:
        yield from sources(path, content, bundle)
    elif lower.endswith("kinds.toml"):
        yield from kinds_of_documents(path, content)
    elif "texts/" in path and lower.endswith(".toml"):
        shared = path.startswith("_shared/")  # it translates no items
        keys = frozenset(item.key for item in bundle.items) if bundle and not shared else frozenset[str]()
        yield from translations(path, content, keys)


def _users(files: Mapping[str, bytes], bundle: Bundle | None) -> dict[str, frozenset[str]]:
    """Which items run each diagram; the bundle's own is of none in particular."""
    if bundle is None:
        return {}
    targets = call_targets(files, bundle.entry_file)
    found: dict[str, set[str]] = {}
    for item in bundle.items:
        for path in targets.get(item.call_activity, ()):
            found.setdefault(path, set()).add(item.key)
    return {path: frozenset(keys) for path, keys in found.items()}


def _items_of_letters(bundle: Bundle) -> dict[str, frozenset[str]]:
    """The letters and licence templates that are of certain items alone."""
    found: dict[str, set[str]] = {}
    for item in bundle.items:
        if item.commitment is not None:
            found.setdefault(item.commitment.letter, set()).add(item.key)
        if item.licence is not None:
            found.setdefault(item.licence.template, set()).add(item.key)
    for material in bundle.materials:
        for one in material.requirements:
            if one.commitment is not None:
                found.setdefault(one.commitment.letter, set()).add(one.item)
    return {key: frozenset(items) for key, items in found.items()}


def _diagram(path: str, content: bytes, bundle: Bundle | None, items: frozenset[str]) -> Iterator[Place]:
    root = read_xml(content, Reporter(path))
    if root is None:
        return
    calls = {item.call_activity: frozenset({item.key}) for item in bundle.items} if bundle else {}
    for element in root.iter(f"{{{BPMN}}}*"):
        key = element.get("id")
        if not key or local_name(element).endswith("EventDefinition"):
            continue
        said = tuple(Words(text, "") for text in _texts_of(element))
        if said:
            shown = " ".join((element.get("name") or key).split())
            name = bundle.words(path, key, "name", shown) if bundle else Words(shown, "")
            refs = frozenset(f"clock:{one}" for one in _clocks_of(element))
            yield Place(PlaceKind.ELEMENT, path, key, name, said, calls.get(key, items), refs)


def _clocks_of(element: etree._Element) -> Iterator[str]:
    """The clocks that a task runs by: its property lists them, with spaces between."""
    for one in element.iterfind(f"{{{BPMN}}}extensionElements/{{*}}properties/{{*}}property[@name='clock']"):
        yield from one.get("value", "").split()


def _texts_of(element: etree._Element) -> Iterator[str]:
    """What an element says itself and through what has no id of its own: name, documentation, conditions, extensions,
    the definition of its event."""
    pending = [element]
    while pending:
        one = pending.pop()
        for name, value in one.attrib.items():
            if str(name).rpartition("}")[2] not in _POINTERS and str(value).strip():
                yield str(value)
        if one.text and one.text.strip() and local_name(one) not in _UNSAID:
            yield one.text.strip()
        pending += [each for each in reversed(one) if isinstance(each.tag, str) and not _is_own(each)]


def _is_own(element: etree._Element) -> bool:
    """A part that is a place of its own."""
    return bool(is_bpmn(element) and element.get("id")) and not local_name(element).endswith("EventDefinition")


def _decisions(path: str, content: bytes, bundle: Bundle | None) -> Iterator[Place]:
    root = parse(content, Findings(path))
    if root is None:
        return
    numbers: dict[etree._Element | None, int] = {}
    for element in root.iter():
        kind = local(element) if isinstance(element.tag, str) else ""
        if kind not in _OF_DMN:
            continue
        said = tuple(Words(text, "") for text in _texts_of_decision(element))
        if kind == "rule":
            table = element.getparent()
            numbers[table] = numbers.get(table, 0) + 1
            shown = _decision_of(element, path, bundle)
            name = Words(f"{shown.zh}：第 {numbers[table]} 条规则", f"{shown.en or shown.zh}: rule {numbers[table]}")
        else:
            name = _called(element, path, bundle) or _decision_of(element, path, bundle)
        if said:
            key = element.get("id") or f"{kind}-{numbers.get(element.getparent(), 0)}"
            yield Place(PlaceKind.RULE if kind == "rule" else PlaceKind.TABLE, path, key, name, said)


def _texts_of_decision(element: etree._Element) -> Iterator[str]:
    pending = [element]
    while pending:
        one = pending.pop()
        for name in ("name", "label", "description", "locationURI", "expressionLanguage"):
            if one.get(name):
                yield str(one.get(name))
        if one.text and one.text.strip():
            yield one.text.strip()
        pending += [each for each in reversed(one) if isinstance(each.tag, str) and local(each) not in _OF_DMN]


def _called(element: etree._Element, path: str, bundle: Bundle | None) -> Words | None:
    """What an element of a decision file is called, in English as the bundle's texts have it; None: nothing."""
    attribute = "name" if element.get("name") else "label"
    shown = str(element.get(attribute) or "")
    if not shown:
        return None
    return bundle.words(path, str(element.get("id") or ""), attribute, shown) if bundle else Words(shown, "")


def _decision_of(element: etree._Element, path: str, bundle: Bundle | None) -> Words:
    above: etree._Element | None = element
    while above is not None:
        if local(above) in ("decision", "businessKnowledgeModel"):
            return _called(above, path, bundle) or Words(str(above.get("id") or ""), "")
        above = above.getparent()
    return Words("", "")


def _form(path: str, content: bytes, bundle: Bundle | None) -> Iterator[Place]:
    try:
        root = json.loads(content)
    except (ValueError, RecursionError):
        return
    pending = [root] if isinstance(root, dict) else []
    while pending:
        one = pending.pop()
        inside = one.get("components")
        pending += reversed([each for each in inside if isinstance(each, dict)]) if isinstance(inside, list) else []
        said = tuple(Words(text, "") for text in _texts_of_component(one))
        key = str(one.get("key") or one.get("id") or one.get("path") or "")
        if said and key:
            label = str(one.get("label") or one.get("text") or key)
            named = bundle.words(path, key, "label" if one.get("label") else "text", label) if bundle else None
            shown = Words(label[:80], named.en[:80] if named else "")
            yield Place(PlaceKind.FORM, path, key, shown, said)


def _texts_of_component(component: Mapping[str, Any]) -> Iterator[str]:
    pending: list[Any] = [value for name, value in component.items() if name not in ("components", "id", "type")]
    while pending:
        one = pending.pop()
        if isinstance(one, str) and one.strip():
            yield one
        elif isinstance(one, dict):
            pending += one.values()
        elif isinstance(one, list):
            pending += one
