"""Texts in other languages: nothing untranslated (a warning), nothing for what is not there (an error)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bundles.checks.checking import Checking
from engine.bundles.texts import read_texts
from engine.words import Words

_CHINESE = re.compile("[\u3400-\u9fff]")
_SHOWN = ("name", "label")
#: What FEEL alone reads: conditions and allowed values, which nobody translates.
_OF_FEEL = ("inputExpression", "inputEntry", "inputValues", "outputValues", "allowedValues", "typeConstraint")
_LANGUAGE = "en"


def check_translations(checking: Checking, asked: Mapping[str, str]) -> None:
    """`asked` are the keys that the TOML files and forms asked for, with their Chinese text."""
    wanted = dict(asked)
    known = set(asked)
    for path, content in checking.files.items():
        if path.endswith((".bpmn", ".dmn")):
            for key, text in _texts_of(path, content):
                known.add(key)
                if _CHINESE.search(text):
                    wanted[key] = text
    have = checking.bundle.texts.get(_LANGUAGE, {})
    for key, chinese in wanted.items():
        if chinese and not have.get(key):
            _missing(checking, key, chinese)
    for path, keys in _own_keys(checking).items():
        for key in keys:
            if key not in known:
                _unknown(checking, path, key)


def _own_keys(checking: Checking) -> dict[str, list[str]]:
    """File -> its keys, of the bundle's own texts; the shared ones serve other bundles too."""
    own = {path: content for path, content in sorted(checking.files.items()) if path.startswith("texts/")}
    read = {path: read_texts({path: content})[0] for path, content in own.items()}
    return {path: sorted({key for lines in texts.values() for key in lines}) for path, texts in read.items()}


def _missing(checking: Checking, key: str, chinese: str) -> None:
    file, _, element = key.partition("#")
    checking.warning(
        "missing-translation",
        file,
        element,
        Words(f"没有英文：{chinese}", f"No English for: {chinese}"),
        Words("在 texts/en.toml 里补上。", "Add it to texts/en.toml."),
    )


def _unknown(checking: Checking, path: str, key: str) -> None:
    checking.error(
        "unknown-text",
        path,
        key,
        Words(f"没有这一处文字：{key}", f"There is no such text: {key}"),
        Words("改正键，或者删去这一行。", "Correct the key, or remove the line."),
    )


def _texts_of(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Key and Chinese text of everything readable in a diagram or a decision table; "" where only FEEL reads it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return  # the check of the diagram names it
    for element in root.iter(etree.Element):
        key = element.get("id")
        if key is None:
            if _local(element) in ("annotation", "annotationEntry", "documentation"):
                yield from _of_parent(path, element)
            continue
        for attribute in _SHOWN:
            if element.get(attribute) is not None and _is_for_people(element, attribute):
                yield f"{path}#{key}.{attribute}", element.get(attribute, "")
        text = next((child for child in element if _local(child) == "text"), None)
        if text is not None:
            yield f"{path}#{key}.text", "" if _local(element) in _OF_FEEL else text.text or ""


def _of_parent(path: str, element: etree._Element) -> Iterator[tuple[str, str]]:
    parent = element.getparent()
    key = None if parent is None else parent.get("id")
    if key is None:
        return
    attribute = "documentation" if _local(element) == "documentation" else "annotation"
    yield (
        f"{path}#{key}.{attribute}",
        element.get("name") or "".join(str(part) for part in element.itertext()),
    )


def _is_for_people(element: etree._Element, attribute: str) -> bool:
    """A variable's or output's name is a name of FEEL, not a text."""
    return not (attribute == "name" and _local(element) in ("variable", "output", "informationItem"))


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
