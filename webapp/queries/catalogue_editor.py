"""Reads of the catalogue's editor: the catalogue of a working copy, its trees, and what binds it from above."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine import Words
from engine.bundles import Bundle, Item
from engine.catalogue import (
    BUNDLE_FILE,
    ENGLISH_FILE,
    LEGAL_SOURCES,
    QUESTIONS,
    Budget,
    Catalogue,
    Sheet,
    Tree,
    item_coverage,
    otherwise_columns,
)
from webapp.services.catalogue_edits import bundle_of, place_rules
from webapp.services.working_copies import files_of


@dataclass(frozen=True, slots=True)
class ItemTree:
    """The question tree of one item; `tree` None where its conditions are too many. `names` of its situations."""

    item: Item
    names: tuple[Words, ...]
    tree: Tree | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A working copy's catalogue as it stands. `bundle` is None where its files cannot be read."""

    files: Mapping[str, bytes]
    catalogue: Catalogue
    bundle: Bundle | None

    @property
    def sources(self) -> dict[str, Words]:
        """The legal sources by key, in both languages."""
        english = LEGAL_SOURCES.column("text_en")
        return {
            key: Words(text, str(self.catalogue.value(LEGAL_SOURCES, english, (key,)) or text))
            for key, text in self.catalogue.sources.items()
        }

    def digests(self, item: str = "") -> dict[str, str]:
        """Path -> digest of the files that a form edits; "" of one that is not there."""
        paths = [BUNDLE_FILE, ENGLISH_FILE, *([f"items/{item}.toml"] if item else [])]
        return {path: hashlib.sha256(self.files[path]).hexdigest() if path in self.files else "" for path in paths}


def opened(copy_id: int, contents: Mapping[str, bytes] | None = None) -> Opened:
    """The catalogue of a copy, with `contents` in the place of some of its files."""
    files = {**files_of(copy_id), **(contents or {})}
    return Opened(files, Catalogue(files), bundle_of(files))


def name_of(opened: Opened, sheet: Sheet, key: str) -> Words:
    """What people call a record; its key where it has no name, or is not there."""
    column = sheet.column("text" if sheet is QUESTIONS else "name")
    named = str(opened.catalogue.value(sheet, column, (key,)) or key)
    english = str(opened.catalogue.value(sheet, sheet.column(f"{column.key}_en"), (key,)) or named)
    return Words(named, english)


def trees(bundle: Bundle | None, items: Sequence[str] | None = None) -> list[ItemTree]:
    """The trees of these items, of all where none are named."""
    if bundle is None:
        return []
    budget = Budget()
    return [
        ItemTree(item, tuple(one.name for one in item.situations), item_coverage(bundle, item, budget).tree)
        for item in bundle.items
        if items is None or item.key in items
    ]


def items_asking(bundle: Bundle | None, question: str) -> list[str]:
    """The items whose situations read the answer to a question."""
    if bundle is None:
        return []
    return [item.key for item in bundle.items if any(question in one.when.names for one in item.situations)]


def open_columns(bundle: Bundle | None, item: str) -> frozenset[str]:
    """Columns of an item that a higher level binds and that are otherwise now: they can be put right."""
    profile = place_rules()
    return otherwise_columns(profile.unified if profile else None, bundle, item)
