"""What goes with records that are taken out: their tables, files, texts in every language, and papers of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bundles.called_processes import DIAGRAM_ENDINGS
from engine.bundles.document_kinds import national_kinds
from engine.bundles.model import ItemKind
from engine.catalogue.records import Catalogue
from engine.catalogue.sheets import BUNDLE_FILE, Sheet, place_of
from engine.catalogue.toml_edit import Edit, Path, value_at

#: Keys under which a catalogue names a paper: a commitment's letter, a licence's template.
_PAPERS = frozenset({"letter", "template"})
#: Tables of which a record is one value, not a table of its own.
_VALUES = frozenset({"options", "basis"})


@dataclass(frozen=True, slots=True)
class Removal:
    """The edits that take records out of files that stay, and the files that go as a whole."""

    edits: tuple[Edit, ...]
    files: tuple[str, ...] = ()


def removal_of(catalogue: Catalogue, going: Iterable[tuple[Sheet, tuple[str, ...]]]) -> Removal:
    """What goes with these records, each by its table and keys, and with nothing else. The list of the items is the
    caller's. A paper that they alone name goes with them."""
    edits: list[Edit] = []
    files: list[str] = []
    gone: dict[str, list[Path]] = {}
    for sheet, keys in going:
        if sheet.key == "items":
            edits += _item(catalogue, keys[0], gone)
            files += [file for file in (f"items/{keys[0]}.toml",) if file in catalogue.files]
        else:
            edits += _record(catalogue, sheet, keys, gone)
    return Removal(tuple(edits), (*files, *_papers(catalogue, gone)))


def _record(catalogue: Catalogue, sheet: Sheet, keys: tuple[str, ...], gone: dict[str, list[Path]]) -> Iterator[Edit]:
    place = place_of(sheet, keys)
    if sheet.key in _VALUES:
        yield Edit(place.file, (*place.path, keys[-1]), None)
        yield from _untold(place.file, catalogue.translations(place.file, f"{place.element}.{keys[-1]}", inside=False))
        return
    gone.setdefault(place.file, []).append(place.path)
    yield Edit(place.file, place.path, None)
    yield from _untold(place.file, catalogue.translations(place.file, place.element))


def _item(catalogue: Catalogue, item: str, gone: dict[str, list[Path]]) -> Iterator[Edit]:
    """An item is a file; what materials ask for it stands with them."""
    file = f"items/{item}.toml"
    gone.setdefault(file, []).append(())
    yield from (Edit(texts, (file,), None) for texts in catalogue.translating(file))
    materials = catalogue.tables(BUNDLE_FILE).get("materials")
    for material, table in materials.items() if isinstance(materials, dict) else ():
        if value_at({"at": table}, ("at", "required", item)) is None:
            continue
        path = ("materials", material, "required", item)
        gone.setdefault(BUNDLE_FILE, []).append(path)
        yield Edit(BUNDLE_FILE, path, None)
        yield from _untold(BUNDLE_FILE, catalogue.translations(BUNDLE_FILE, ".".join(path)))


def _untold(file: str, lines: Iterator[tuple[str, str]]) -> Iterator[Edit]:
    return (Edit(texts, (file, line), None) for texts, line in lines)


def _papers(catalogue: Catalogue, gone: Mapping[str, list[Path]]) -> tuple[str, ...]:
    """The bundle's own papers that only the tables at these paths name, in every language."""
    named = {
        paper
        for file, paths in gone.items()
        for path in paths
        for paper in _named_in(value_at({"at": catalogue.tables(file)}, ("at", *path)))
    }
    own = [path for path in sorted(catalogue.files) if path.startswith("documents/") and path.endswith(".md")]
    found = []
    for paper in sorted(named):
        if not _is_named_elsewhere(catalogue, paper, gone):
            found += [path for path in own if path.removeprefix("documents/").partition(".")[0] == paper]
    return tuple(found)


def _is_named_elsewhere(catalogue: Catalogue, paper: str, gone: Mapping[str, list[Path]]) -> bool:
    """Whether another table of the catalogue or a diagram names it, or it is the text of a kind of document, national
    or of a list of kinds; also of a kind for one kind of item (`refusal-filing`)."""
    kinds = {paper, *(paper.removesuffix(f"-{one}") for one in ItemKind)}
    if not kinds.isdisjoint(national_kinds()):
        return True
    for file, content in catalogue.files.items():
        if file == BUNDLE_FILE or file.startswith("items/"):
            if paper in set(_named_in(_without(catalogue.tables(file), gone.get(file, [])))):
                return True
        elif file.lower().endswith("kinds.toml"):
            if any(_word(one).search(content) for one in kinds):
                return True
        elif file.lower().endswith(DIAGRAM_ENDINGS) and _word(paper).search(content):
            return True
    return False


def _word(text: str) -> re.Pattern[bytes]:
    return re.compile(rf"(?<![\w-]){re.escape(text)}(?![\w-])".encode())


def _without(table: Mapping[str, Any], paths: list[Path]) -> dict[str, Any]:
    """The table as it is left without what stands at these paths."""
    if () in paths:
        return {}
    left: dict[str, Any] = {}
    for key, value in table.items():
        below = [path[1:] for path in paths if path and path[0] == key]
        if () in below:
            continue
        left[key] = _without(value, below) if below and isinstance(value, dict) else value
    return left


def _named_in(value: object) -> Iterator[str]:
    """The papers that a table and what stands in it name."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            yield from (text for key, text in one.items() if key in _PAPERS and isinstance(text, str))
            pending += one.values()
