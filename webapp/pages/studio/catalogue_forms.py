"""What the catalogue's pages with fields share: the records as they stand and as they were typed, and saving them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, request
from flask_babel import gettext

from engine import Finding, Words
from engine.catalogue import (
    DEPARTMENTS,
    ITEMS,
    LEGAL_SOURCES,
    MATERIALS,
    POSTS,
    QUESTIONS,
    SHEETS,
    Mention,
    Record,
    Sheet,
    gone_with,
    limits_at_most,
    locked_columns,
)
from webapp.errors import FileRefused, NotFound
from webapp.identity import signed_in
from webapp.languages import language
from webapp.organisation_names import department_names
from webapp.pages.studio import catalogue_fields as fields
from webapp.pages.support import words
from webapp.queries import catalogue_editor as queries
from webapp.queries import working_copies as copies
from webapp.queries.posts import every_post
from webapp.services import catalogue_edits, working_copies
from webapp.services.catalogue_edits import Meanwhile, Prepared

#: Tables with a page for each record.
PAGES: Mapping[str, Sheet] = {sheet.key: sheet for sheet in (ITEMS, QUESTIONS, MATERIALS)}


def sheet_of(table: str) -> Sheet:
    """The table of an address. Raises NotFound."""
    if table not in PAGES:
        raise NotFound()
    return PAGES[table]


def locked(item: str) -> Mapping[str, Words]:
    """What a higher level binds of an item."""
    profile = catalogue_edits.place_rules()
    return locked_columns(profile.unified if profile else None, item)


def offered(opened: queries.Opened, item: str = "") -> fields.Offered:
    """What the fields offer to choose from."""
    profile = catalogue_edits.place_rules()
    unified = profile.unified if profile else None
    return fields.Offered(
        opened.sources,
        opened.catalogue.items,
        {DEPARTMENTS: department_names(), POSTS: {one.key: one.said for one in every_post()}},
        locked_columns(unified, item),
        limits_at_most(unified, item),
        queries.open_columns(opened.bundle, item) if item else frozenset(),
        unified.level if unified else Words("", ""),
    )


# ---------------------------------------------------------------- as it stands, as it was typed


def standing_page(opened: queries.Opened, sheet: Sheet, key: str) -> list[fields.Block]:
    """A record with its rows and the empty ones that are offered; `key` "" for a new one."""
    given = offered(opened, key if sheet is ITEMS else "")
    if not key:
        return [fields.blank(sheet, 0, "", given), *_blank_rows(sheet, 1, "", given)]
    below = fields.ROWS[sheet.key]
    rows = [keys for keys in opened.catalogue.keys_of(below) if keys[0] == key]
    return [
        fields.block(opened.catalogue, sheet, (key,), 0, given),
        *(fields.block(opened.catalogue, below, keys, number, given) for number, keys in enumerate(rows, start=1)),
        *_blank_rows(sheet, len(rows) + 1, key, given),
    ]


def typed_page(records: Sequence[Record], opened: queries.Opened, sheet: Sheet, key: str) -> list[fields.Block]:
    """A record as it was typed, over what stands; of one that is there no more, what was typed alone."""
    given = offered(opened, key if sheet is ITEMS else "")
    stand = standing_page(opened, sheet, key) if not key or is_there(opened, sheet, key) else []
    return typed(records, stand, sheet, key, given)


def source_blocks(opened: queries.Opened) -> list[fields.Block]:
    """The legal sources as they stand, and empty rows."""
    given = offered(opened)
    keys = opened.catalogue.keys_of(LEGAL_SOURCES)
    return [
        *(fields.block(opened.catalogue, LEGAL_SOURCES, one, number, given) for number, one in enumerate(keys, 1)),
        *(fields.blank(LEGAL_SOURCES, len(keys) + place, "", given) for place in range(1, fields.BLANK_ROWS + 1)),
    ]


def typed(
    records: Sequence[Record], stand: Sequence[fields.Block], sheet: Sheet, key: str, given: fields.Offered
) -> list[fields.Block]:
    """What was typed, over what stands; rows that were not posted and blank ones stay as they are."""
    there = {(one.sheet.key, one.number): one for one in stand}
    made: dict[tuple[str, int], fields.Block] = dict(there)
    sheets = {one.key: one for one in (sheet, *([fields.ROWS[sheet.key]] if sheet.key in fields.ROWS else []))}
    for record in records:
        was = there.get((record.sheet, record.number))
        is_new = was.is_new if was else True
        made[record.sheet, record.number] = fields.typed_block(record, key, is_new, given, sheets[record.sheet], was)
    return list(made.values())


def is_there(opened: queries.Opened, sheet: Sheet, key: str) -> bool:
    """Whether the catalogue has this record."""
    return (key,) in opened.catalogue.keys_of(sheet)


def _blank_rows(sheet: Sheet, first: int, above: str, given: fields.Offered) -> list[fields.Block]:
    below = fields.ROWS[sheet.key]
    return [fields.blank(below, first + place, above, given) for place in range(fields.BLANK_ROWS)]


def labels_of(blocks: Sequence[fields.Block]) -> dict[str, Words]:
    """What the list of errors calls each field: with its row, where it stands in one."""
    labels = {}
    for block in blocks:
        row = f"{block.keys[-1]} " if block.number and block.keys[-1] else ""
        for one in block.fields:
            labels[one.key] = Words(f"{row}{one.label.zh}", f"{row}{one.label.en}")
    return labels


# ---------------------------------------------------------------- saving


def changed_meanwhile(copy_id: int, records: Sequence[Record]) -> list[Meanwhile]:
    """What a colleague saved of these records since the page was opened."""
    posted = dict(one.split("=", 1) for one in request.form.getlist("opened") if "=" in one)
    keys = []
    for record in records:
        columns = SHEETS[record.sheet].key_columns
        keys.append((record.sheet, tuple(record.cells.get(column.key, "") for column in columns)))
    return catalogue_edits.changed_meanwhile(copy_id, posted, keys, language())


def still_named(copy_id: int, records: Sequence[Record], prepared: Prepared) -> Sequence[Mention]:
    """What would still speak of rows that are to go, unless the page that was sent told it already."""
    going = {_named(one.sheet, one.keys) for one in gone_with(working_copies.files_of(copy_id), records)}
    return () if going <= set(request.form.getlist("knows")) else prepared.mentions


def known_to_go(records: Sequence[Record]) -> list[str]:
    """What the page tells of, so that the next sending of it is meant: the rows that are to go."""
    keys = ((record, SHEETS[record.sheet].key_columns) for record in records if record.remove)
    return [_named(one.sheet, [one.cells.get(column.key, "").strip() for column in columns]) for one, columns in keys]


def _named(sheet: str, keys: Sequence[str]) -> str:
    return "/".join((sheet, *keys))


def save(copy_id: int, prepared: Prepared, note: str = "", said: str = "") -> str:
    """Save, and say so (`said`); the reason where it was refused, and the caller shows again what was typed."""
    if not prepared.contents and not prepared.removed:
        flash(gettext("没有改动，没有保存新的版本。"), "info")
        return ""
    try:
        catalogue_edits.save(copy_id, prepared, by=signed_in(), note=note or request.form.get("note", "").strip())
    except (working_copies.ChangedMeanwhile, working_copies.CopyEnded, FileRefused) as refused:
        return words(refused.words)
    flash(said or gettext("已保存 %(path)s。", path=gettext("、").join(prepared.contents)), "success")
    return ""


def findings_of(one: copies.CopyRow) -> tuple[Finding, ...]:
    """Every finding of a copy as it stands."""
    return copies.findings_of_files(one.bundle_key, copies.digests_of(one.id))
