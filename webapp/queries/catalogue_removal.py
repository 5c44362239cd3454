"""What taking a record out of a working copy's catalogue would do, before anybody does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine import Finding, Words
from engine.catalogue import ITEMS, MATERIALS, OPTIONS, REQUIREMENTS, SHEETS, Catalogue, Mention, Record, Sheet
from webapp.queries import catalogue_editor
from webapp.queries.catalogue_editor import Opened
from webapp.queries.working_copies import CopyRow, digests_of, findings_of_contents, findings_of_files
from webapp.services.catalogue_edits import Prepared, prepare
from webapp.services.working_copies import files_of


@dataclass(frozen=True, slots=True)
class Removal:
    """`rows`: table -> key and name of the rows that go with it; `texts`: how many lines in other languages; `worse`:
    what the check finds afterwards and did not before. Files that go are `prepared.removed`."""

    name: Words
    prepared: Prepared
    rows: Mapping[str, Sequence[tuple[str, Words]]]
    texts: int
    worse: Sequence[Finding]

    @property
    def going_by_it(self) -> list[Mention]:
        """What names it by its key: it will not hold without it."""
        return [one for one in self.prepared.mentions if one.by_key]

    @property
    def speaking_of_it(self) -> list[Mention]:
        """Texts for people that have its name."""
        return [one for one in self.prepared.mentions if not one.by_key]


def removal(copy: CopyRow, sheet: Sheet, key: str) -> Removal:
    """What goes, what still speaks of it, and what the check will find."""
    prepared = prepare(copy.id, [Record(sheet.key, 0, {sheet.columns[0].key: key}, remove=True)])
    files = files_of(copy.id)
    left = prepared.applied(files)
    stood = set(findings_of_files(copy.bundle_key, digests_of(copy.id)))
    worse = [one for one in findings_of_contents(copy.bundle_key, left) if one not in stood]
    opened = catalogue_editor.opened(copy.id)
    return Removal(
        catalogue_editor.name_of(opened, sheet, key),
        prepared,
        _rows(opened, prepared, sheet),
        _lines(files) - _lines(left),
        worse,
    )


def _rows(opened: Opened, prepared: Prepared, sheet: Sheet) -> dict[str, list[tuple[str, Words]]]:
    """The rows below the record; a requirement is called as the other record that it is about."""
    rows: dict[str, list[tuple[str, Words]]] = {}
    for change in prepared.changes:
        below = SHEETS[change.sheet]
        if below is sheet:
            continue
        if below is REQUIREMENTS:
            other, key = (ITEMS, change.keys[1]) if sheet is MATERIALS else (MATERIALS, change.keys[0])
            named = catalogue_editor.name_of(opened, other, key)
        else:
            key, named = change.keys[-1], _name_of_row(opened, below, change.keys)
        rows.setdefault(change.sheet, []).append((key, named))
    return rows


def _name_of_row(opened: Opened, below: Sheet, keys: tuple[str, ...]) -> Words:
    column = below.column("label" if below is OPTIONS else "name")
    named = str(opened.catalogue.value(below, column, keys) or keys[-1])
    return Words(named, str(opened.catalogue.value(below, below.column(f"{column.key}_en"), keys) or named))


def _lines(files: Mapping[str, bytes]) -> int:
    """How many lines the bundle's own texts in other languages have."""
    return Catalogue(files).count_of_translations()
