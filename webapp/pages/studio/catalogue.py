"""The catalogue of a working copy in an editor: items, questions and situations, materials, legal sources."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Finding, Words
from engine.catalogue import (
    ITEMS,
    LEGAL_SOURCES,
    MATERIALS,
    QUESTIONS,
    Fault,
    NotEditable,
    Record,
    Sheet,
    coverage_findings,
    limits_at_most,
    locked_columns,
    move_question,
)
from engine.law import amount
from webapp.errors import FileRefused, NotFound
from webapp.identity import signed_in
from webapp.languages import language
from webapp.organisation_names import department_names
from webapp.pages.studio import catalogue_fields as fields
from webapp.pages.studio.shared import blueprint, chosen, finding_lines
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import catalogue_editor as queries
from webapp.queries import working_copies as copies
from webapp.services import catalogue_edits, working_copies
from webapp.services.catalogue_edits import Meanwhile, Prepared

VIEWS = ("items", "questions", "materials", "basis")
#: Tables with a page for each record.
PAGES: Mapping[str, Sheet] = {sheet.key: sheet for sheet in (ITEMS, QUESTIONS, MATERIALS)}
CATALOGUE_FILES = ("bundle.toml", "items/")


@blueprint.get("/copies/<int:copy_id>/catalogue")
@needs(Permission.RELEASE_SEE)
def catalogue(copy_id: int) -> ResponseReturnValue:
    """The whole catalogue. The part that is shown stands in the URL."""
    one = copies.working_copy(copy_id)
    view = chosen(request.args.get("view", ""), VIEWS, VIEWS[0])
    return _overview(one, view)


def _overview(one: copies.CopyRow, view: str, **more: Any) -> str:
    opened = queries.opened(one.id)
    labels = {
        "items": (words(ITEMS.label), len(opened.catalogue.items)),
        "questions": (gettext("情形引导"), len(opened.catalogue.keys_of(QUESTIONS))),
        "materials": (words(MATERIALS.label), len(opened.catalogue.keys_of(MATERIALS))),
        "basis": (words(LEGAL_SOURCES.label), len(opened.catalogue.sources)),
    }
    found = [each for each in _findings(one) if _is_of(each, view)]
    profile = catalogue_edits.place_rules()
    return render_template(
        f"studio/copy_catalogue_{view}.html",
        copy=one,
        view=view,
        tabs=[
            (label, url_for("studio.catalogue", copy_id=one.id, view=key), key == view, count)
            for key, (label, count) in labels.items()
        ],
        bundle=opened.bundle,
        trees=queries.trees(opened.bundle) if view == "questions" else [],
        unified=profile.unified if profile else None,
        departments=department_names(),
        limit=lambda each: words(amount(each.value, each.unit)),
        item_kinds=ITEMS.column("kind").choices,
        question_kinds=QUESTIONS.column("kind").choices,
        material_sources=MATERIALS.column("source").choices,
        lines=finding_lines(found, ()),
        **({"blocks": _source_blocks(opened)} | {"errors": {}, "opened": opened.digests()} if view == "basis" else {})
        | more,
    )


@blueprint.post("/copies/<int:copy_id>/catalogue")
@needs(Permission.RELEASE_DRAFT)
def save_sources(copy_id: int) -> ResponseReturnValue:
    """Save the legal sources."""
    one = copies.working_copy(copy_id)
    records = fields.posted_rows(request.form, LEGAL_SOURCES)
    prepared = catalogue_edits.prepare(copy_id, records)
    meanwhile = _meanwhile(copy_id, records)
    if prepared.faults or meanwhile:
        opened = queries.opened(copy_id)
        stand = _source_blocks(opened)
        blocks = _typed(records, stand, LEGAL_SOURCES, "", _offered(opened))
        page = _overview(
            one,
            "basis",
            blocks=blocks,
            errors=fields.errors_of(prepared.faults, blocks),
            opened=opened.digests(),
            meanwhile=meanwhile,
        )
        return page, 409 if meanwhile else 422
    refused = _save(copy_id, prepared)
    if refused:
        flash(refused, "warning")
    return redirect(url_for("studio.catalogue", copy_id=copy_id, view="basis"))


# ---------------------------------------------------------------- one record


@blueprint.get("/copies/<int:copy_id>/catalogue/<table>/<key>")
@needs(Permission.RELEASE_DRAFT)
def catalogue_record(copy_id: int, table: str, key: str) -> ResponseReturnValue:
    """One item with its situations, one question with its options, one material with what requires it."""
    return _record_page(copies.working_copy(copy_id), _sheet(table), key)


@blueprint.get("/copies/<int:copy_id>/catalogue/new/<table>")
@needs(Permission.RELEASE_DRAFT)
def new_record(copy_id: int, table: str) -> ResponseReturnValue:
    """A new item, question or material."""
    return _record_page(copies.working_copy(copy_id), _sheet(table), "")


@blueprint.post("/copies/<int:copy_id>/catalogue/new/<table>")
@needs(Permission.RELEASE_DRAFT)
def save_new_record(copy_id: int, table: str) -> ResponseReturnValue:
    """Save a new one."""
    return _save_record(copies.working_copy(copy_id), _sheet(table), "")


@blueprint.post("/copies/<int:copy_id>/catalogue/<table>/<key>")
@needs(Permission.RELEASE_DRAFT)
def save_record(copy_id: int, table: str, key: str) -> ResponseReturnValue:
    """Save what was typed, or only check it; what a colleague saved meanwhile is shown beside it."""
    return _save_record(copies.working_copy(copy_id), _sheet(table), key)


@blueprint.post("/copies/<int:copy_id>/catalogue/check/<table>")
@needs(Permission.RELEASE_DRAFT)
def check_record(copy_id: int, table: str) -> ResponseReturnValue:
    """What the check says of what is typed so far, for the part of the page that shows it."""
    sheet, key = _sheet(table), request.args.get("key", "")
    records = fields.posted(request.form, sheet, (key,) if key else (), _locked(key) if sheet is ITEMS else {})
    prepared = catalogue_edits.prepare(copy_id, records)
    opened = queries.opened(copy_id)
    blocks = _typed_page(records, opened, sheet, key)
    return render_template(
        "studio/_catalogue_found.html",
        errors=fields.errors_of(prepared.faults, blocks),
        labels=_labels(blocks),
        **_found(copy_id, sheet, key, prepared),
    )


@blueprint.post("/copies/<int:copy_id>/catalogue/questions/<key>/move")
@needs(Permission.RELEASE_DRAFT)
def move_in_order(copy_id: int, key: str) -> ResponseReturnValue:
    """Ask a question earlier or later."""
    files = working_copies.files_of(copy_id)
    back = redirect(url_for("studio.catalogue", copy_id=copy_id, view="questions", _anchor=f"question-{key}"))
    try:
        contents = move_question(files, key, -1 if request.form.get("to") == "earlier" else 1)
    except NotEditable as refused:
        flash(words(refused.words), "warning")
        return back
    # Over what was read, not over what a colleague may have saved since.
    bases = {path: hashlib.sha256(files[path]).hexdigest() for path in contents}
    working_copies.save_together(copy_id, contents, bases, by=signed_in(), note=words(_MOVED))
    return back


_MOVED = Words("调整问题顺序", "the order of the questions")


@blueprint.post("/copies/<int:copy_id>/catalogue/<table>/<key>/remove")
@needs(Permission.RELEASE_DRAFT)
def remove_record(copy_id: int, table: str, key: str) -> ResponseReturnValue:
    """Take a question or a material out of the catalogue, with its rows and its English."""
    sheet = _sheet(table)
    if sheet is ITEMS:
        raise NotFound()
    record = Record(sheet.key, 0, {sheet.columns[0].key: key}, remove=True)
    prepared = catalogue_edits.prepare(copy_id, [record])
    back = redirect(url_for("studio.catalogue", copy_id=copy_id, view=table))
    if prepared.faults:
        flash(words(prepared.faults[0].words), "warning")
        return back
    refused = _save(copy_id, prepared)
    flash(refused or gettext("已从目录中删去“%(key)s”。", key=key), "warning" if refused else "success")
    return back


def _save_record(one: copies.CopyRow, sheet: Sheet, key: str) -> ResponseReturnValue:
    records = fields.posted(request.form, sheet, (key,) if key else (), _locked(key) if sheet is ITEMS else {})
    prepared = catalogue_edits.prepare(one.id, records)
    new_key = records[0].cells.get(sheet.columns[0].key, "").strip()
    faults = [*prepared.faults]
    if not key and (new_key,) in queries.opened(one.id).catalogue.keys_of(sheet):
        faults.append(Fault(sheet.key, 0, sheet.columns[0].key, _TAKEN))
    meanwhile = _meanwhile(one.id, records) if key else []
    if request.form.get("then") == "check":
        return _record_page(one, sheet, key, typed=records, prepared=prepared, faults=faults)
    if faults or meanwhile:
        page = _record_page(one, sheet, key, typed=records, prepared=prepared, faults=faults, meanwhile=meanwhile)
        return page, 409 if meanwhile else 422
    refused = _save(one.id, prepared)
    if refused:
        page = _record_page(one, sheet, key, typed=records, prepared=prepared, refused=refused)
        return page, 409
    if request.form.get("then") == "leave":
        return redirect(url_for("studio.catalogue", copy_id=one.id, view=sheet.key))
    return redirect(url_for("studio.catalogue_record", copy_id=one.id, table=sheet.key, key=key or new_key))


_TAKEN = Words("已经有这个键，请换一个。", "This key is there already; choose another.")


def _save(copy_id: int, prepared: Prepared) -> str:
    """Save, and say so; the reason where it was refused."""
    if not prepared.contents:
        flash(gettext("没有改动，没有保存新的版本。"), "info")
        return ""
    try:
        catalogue_edits.save(copy_id, prepared, by=signed_in(), note=request.form.get("note", "").strip())
    except (working_copies.ChangedMeanwhile, FileRefused) as refused:
        return words(refused.words)
    flash(gettext("已保存 %(path)s。", path=gettext("、").join(prepared.contents)), "success")
    return ""


def _record_page(
    one: copies.CopyRow,
    sheet: Sheet,
    key: str,
    *,
    typed: Sequence[Record] = (),
    prepared: Prepared | None = None,
    faults: Sequence[Fault] = (),
    meanwhile: Sequence[Meanwhile] = (),
    refused: str = "",
) -> str:
    opened = queries.opened(one.id)
    if key and (key,) not in opened.catalogue.keys_of(sheet):
        raise NotFound()
    blocks = _typed_page(typed, opened, sheet, key) if typed else _standing_page(opened, sheet, key)
    errors = fields.errors_of(faults, blocks)
    noted = [] if typed else _noted(_findings(one), blocks)
    return render_template(
        "studio/copy_catalogue_record.html",
        copy=one,
        sheet=sheet,
        key=key,
        title=_title(opened, sheet, key),
        blocks=blocks,
        errors=errors,
        labels=_labels(blocks),
        noted=noted,
        level=_offered(opened).level,
        meanwhile=meanwhile,
        refused=refused,
        opened=opened.digests(key if sheet is ITEMS else ""),
        note=request.form.get("note", ""),
        columns={column.key: column for each in (sheet, fields.ROWS[sheet.key]) for column in each.columns},
        **_found(one.id, sheet, key, prepared),
    )


def _found(copy_id: int, sheet: Sheet, key: str, prepared: Prepared | None) -> dict[str, Any]:
    """What the coverage check says, and the trees that it is about, of what is typed or stands."""
    if sheet is MATERIALS:
        return {"trees": [], "coverage": [], "checked": prepared is not None}
    opened = queries.opened(copy_id, prepared.contents if prepared else None)
    about = [key] if sheet is ITEMS else queries.items_asking(opened.bundle, key)
    stands = coverage_findings(opened.bundle) if opened.bundle is not None and prepared is None else ()
    found = (prepared.coverage or ()) if prepared else stands
    files = {"bundle.toml", *(f"items/{item}.toml" for item in about)}
    return {
        "trees": queries.trees(opened.bundle, about) if key else [],
        "coverage": [one for one in found if one.file in files],
        "checked": prepared is not None,
    }


# ---------------------------------------------------------------- parts


def _sheet(table: str) -> Sheet:
    if table not in PAGES:
        raise NotFound()
    return PAGES[table]


def _locked(item: str) -> Mapping[str, Words]:
    profile = catalogue_edits.place_rules()
    return locked_columns(profile.unified if profile else None, item)


def _offered(opened: queries.Opened, item: str = "") -> fields.Offered:
    profile = catalogue_edits.place_rules()
    unified = profile.unified if profile else None
    return fields.Offered(
        opened.sources,
        opened.catalogue.items,
        department_names(),
        locked_columns(unified, item),
        limits_at_most(unified, item),
        queries.open_columns(opened.bundle, item) if item else frozenset(),
        unified.level if unified else Words("", ""),
    )


def _standing_page(opened: queries.Opened, sheet: Sheet, key: str) -> list[fields.Block]:
    offered = _offered(opened, key if sheet is ITEMS else "")
    if not key:
        return [fields.blank(sheet, 0, "", offered), *_blank_rows(sheet, 1, "", offered)]
    below = fields.ROWS[sheet.key]
    rows = [keys for keys in opened.catalogue.keys_of(below) if keys[0] == key]
    return [
        fields.block(opened.catalogue, sheet, (key,), 0, offered),
        *(fields.block(opened.catalogue, below, keys, number, offered) for number, keys in enumerate(rows, start=1)),
        *_blank_rows(sheet, len(rows) + 1, key, offered),
    ]


def _blank_rows(sheet: Sheet, first: int, above: str, offered: fields.Offered) -> list[fields.Block]:
    below = fields.ROWS[sheet.key]
    return [fields.blank(below, first + place, above, offered) for place in range(fields.BLANK_ROWS)]


def _typed_page(records: Sequence[Record], opened: queries.Opened, sheet: Sheet, key: str) -> list[fields.Block]:
    offered = _offered(opened, key if sheet is ITEMS else "")
    stand = _standing_page(opened, sheet, key) if not key or (key,) in opened.catalogue.keys_of(sheet) else []
    return _typed(records, stand, sheet, key, offered)


def _typed(
    records: Sequence[Record], stand: Sequence[fields.Block], sheet: Sheet, key: str, offered: fields.Offered
) -> list[fields.Block]:
    """What was typed, over what stands; rows that were not posted and blank ones stay as they are."""
    there = {(one.sheet.key, one.number): one for one in stand}
    made: dict[tuple[str, int], fields.Block] = dict(there)
    sheets = {one.key: one for one in (sheet, *([fields.ROWS[sheet.key]] if sheet.key in fields.ROWS else []))}
    for record in records:
        was = there.get((record.sheet, record.number))
        is_new = was.is_new if was else True
        made[record.sheet, record.number] = fields.typed_block(record, key, is_new, offered, sheets[record.sheet], was)
    return list(made.values())


def _source_blocks(opened: queries.Opened) -> list[fields.Block]:
    offered = _offered(opened)
    keys = opened.catalogue.keys_of(LEGAL_SOURCES)
    return [
        *(fields.block(opened.catalogue, LEGAL_SOURCES, one, number, offered) for number, one in enumerate(keys, 1)),
        *(fields.blank(LEGAL_SOURCES, len(keys) + place, "", offered) for place in range(1, fields.BLANK_ROWS + 1)),
    ]


def _meanwhile(copy_id: int, records: Sequence[Record]) -> list[Meanwhile]:
    """What a colleague saved of these records since the page was opened."""
    posted = dict(one.split("=", 1) for one in request.form.getlist("opened") if "=" in one)
    keys = []
    for record in records:
        sheet = next(one for one in (*PAGES.values(), *fields.ROWS.values(), LEGAL_SOURCES) if one.key == record.sheet)
        keys.append((record.sheet, tuple(record.cells.get(column.key, "") for column in sheet.key_columns)))
    return catalogue_edits.changed_meanwhile(copy_id, posted, keys, language())


def _title(opened: queries.Opened, sheet: Sheet, key: str) -> Words:
    if not key:
        return {
            "items": Words("新增事项", "New item"),
            "questions": Words("新增问题", "New question"),
            "materials": Words("新增材料", "New material"),
        }[sheet.key]
    column = sheet.column("text" if sheet is QUESTIONS else "name")
    named = str(opened.catalogue.value(sheet, column, (key,)) or key)
    english = str(opened.catalogue.value(sheet, sheet.column(f"{column.key}_en"), (key,)) or named)
    return Words(named, english)


def _labels(blocks: Sequence[fields.Block]) -> dict[str, Words]:
    """What the list of errors calls each field: with its row, where it stands in one."""
    labels = {}
    for block in blocks:
        row = f"{block.keys[-1]} " if block.number and block.keys[-1] else ""
        for one in block.fields:
            labels[one.key] = Words(f"{row}{one.label.zh}", f"{row}{one.label.en}")
    return labels


def _findings(one: copies.CopyRow) -> tuple[Finding, ...]:
    return copies.findings_of_files(one.bundle_key, copies.digests_of(one.id))


def _noted(findings: Sequence[Finding], blocks: Sequence[fields.Block]) -> list[tuple[Finding, str]]:
    """The findings about these records, each once, with the field that it leads to; rows before what they stand in."""
    noted: dict[Finding, str] = {}
    for block in [*(one for one in blocks if one.number), *(one for one in blocks if not one.number)]:
        for finding, name in fields.findings_at(findings, block):
            noted.setdefault(finding, name)
    return list(noted.items())


def _is_of(finding: Finding, view: str) -> bool:
    """Whether a finding is about what a view of the catalogue shows."""
    if finding.file.startswith("items/"):
        return view == ("questions" if finding.element.startswith("situations") else "items")
    if finding.file != "bundle.toml":
        return False
    part = finding.element.partition(".")[0]
    return view == {"questions": "questions", "materials": "materials", "basis": "basis"}.get(part, "items")
