"""One file that two people changed: put together by element where its kind has elements, else by lines."""

from __future__ import annotations

from collections.abc import Mapping

from engine.merging.documents import Unmergeable, merge_documents
from engine.merging.form_documents import (
    FormLanguage,
    NoForm,
    indent_of,
    read_form_document,
    write_form_document,
)
from engine.merging.lines import merge_lines
from engine.merging.model import Choices, Conflict, Kind, Merged, Side
from engine.merging.toml_documents import NoTable, TomlLanguage, read_toml_document, write_toml_document
from engine.merging.xml_documents import document_of, read_file, repeated, write_file
from engine.merging.xml_language import XmlLanguage
from engine.merging.xml_repairs import repaired

NO_CHOICES: Mapping[str, Side] = {}


def merge_file(
    path: str, base: bytes | None, mine: bytes | None, theirs: bytes | None, choices: Choices = NO_CHOICES
) -> Merged:
    """What both did to the file `path` (None: there is none), with what was chosen for conflicts, by their marks.

    `merge_file(p, base, a, base)` is `a`, `merge_file(p, base, base, a)` too; who is mine and who is theirs changes
    neither the outcome nor the keys of the conflicts.
    """
    if mine == theirs or theirs == base:
        return Merged(mine, (), ())
    if mine == base:
        return Merged(theirs, (), ())
    merged: Merged | None = None
    if mine is not None and theirs is not None:
        ending = path.rpartition(".")[2].lower()
        if ending in ("bpmn", "dmn") and base is not None:
            merged = _xml(base, mine, theirs, choices)
        elif ending in ("form", "json"):
            merged = _form(base if base is not None else b"{}", mine, theirs, choices)
        elif ending == "toml":
            merged = _toml(base or b"", mine, theirs, choices)
        if merged is None and ending not in ("bpmn", "dmn", "form", "json"):
            merged = merge_lines(base or b"", mine, theirs, choices)
    return merged if merged is not None else _whole(base, mine, theirs, choices)


def _xml(base: bytes, mine: bytes, theirs: bytes, choices: Choices) -> Merged | None:
    files = [file for content in (base, mine, theirs) if (file := read_file(content)) is not None]
    if len(files) < 3:
        return None
    grouped = frozenset().union(*map(repeated, files))
    was, one, other = (document_of(file, grouped) for file in files)
    try:
        merged, found, undecided = merge_documents(was, one, other, XmlLanguage(was, one, other), choices)
    except Unmergeable:
        return None
    whole = repaired(merged, (was, one, other))
    return Merged(write_file(whole, files), found, undecided)


def _form(base: bytes, mine: bytes, theirs: bytes, choices: Choices) -> Merged | None:
    try:
        was, one, other = (read_form_document(content) for content in (base, mine, theirs))
        merged, found, undecided = merge_documents(was, one, other, FormLanguage(one, other), choices)
        return Merged(write_form_document(merged, indent_of(base) or indent_of(theirs)), found, undecided)
    except (NoForm, Unmergeable):
        return None


def _toml(base: bytes, mine: bytes, theirs: bytes, choices: Choices) -> Merged | None:
    try:
        was, one, other = (read_toml_document(content) for content in (base, mine, theirs))
        merged, found, undecided = merge_documents(was, one, other, TomlLanguage(), choices)
        return Merged(write_toml_document(merged), found, undecided)
    except (NoTable, Unmergeable):
        return None


def _whole(base: bytes | None, mine: bytes | None, theirs: bytes | None, choices: Choices) -> Merged:
    """The one or the other, where one took the file out or it cannot be taken apart."""
    texts = [content if content is None else content.decode("utf-8", "replace") for content in (base, mine, theirs)]
    conflict = Conflict("file", Kind.FILE, base=texts[0], mine=texts[1], theirs=texts[2])
    side = choices.get(conflict.mark)
    content = mine if side is Side.MINE else theirs
    return Merged(content, (conflict,), () if side else (conflict,))
