"""One record of a working copy's catalogue on a page of its own: an item, a question, a material, with its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Finding, Words
from engine.catalogue import ITEMS, MATERIALS, Fault, Mention, Record, Sheet, coverage_findings
from webapp.errors import NotFound
from webapp.pages.studio import catalogue_fields as fields
from webapp.pages.studio import catalogue_forms as forms
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import catalogue_editor as queries
from webapp.queries import working_copies as copies
from webapp.services import catalogue_edits
from webapp.services.catalogue_edits import Meanwhile, Prepared

_TAKEN = Words("已经有这个键，请换一个。", "This key is there already; choose another.")
_NEW = {
    "items": Words("新增事项", "New item"),
    "questions": Words("新增问题", "New question"),
    "materials": Words("新增材料", "New material"),
}


@blueprint.get("/copies/<int:copy_id>/catalogue/<table>/<key>")
@needs(Permission.RELEASE_DRAFT)
def catalogue_record(copy_id: int, table: str, key: str) -> ResponseReturnValue:
    """One item with its situations, one question with its options, one material with what requires it."""
    one, sheet = copies.working_copy(copy_id), forms.sheet_of(table)
    if not forms.is_there(queries.opened(copy_id), sheet, key):
        raise NotFound()
    return _record_page(one, sheet, key)


@blueprint.get("/copies/<int:copy_id>/catalogue/new/<table>")
@needs(Permission.RELEASE_DRAFT)
def new_record(copy_id: int, table: str) -> ResponseReturnValue:
    """A new item, question or material."""
    return _record_page(copies.working_copy(copy_id), forms.sheet_of(table), "")


@blueprint.post("/copies/<int:copy_id>/catalogue/new/<table>")
@needs(Permission.RELEASE_DRAFT)
def save_new_record(copy_id: int, table: str) -> ResponseReturnValue:
    """Save a new one."""
    return _save_record(copies.working_copy(copy_id), forms.sheet_of(table), "")


@blueprint.post("/copies/<int:copy_id>/catalogue/<table>/<key>")
@needs(Permission.RELEASE_DRAFT)
def save_record(copy_id: int, table: str, key: str) -> ResponseReturnValue:
    """Save what was typed, or only check it; what a colleague saved meanwhile is shown beside it."""
    return _save_record(copies.working_copy(copy_id), forms.sheet_of(table), key)


@blueprint.post("/copies/<int:copy_id>/catalogue/check/<table>")
@needs(Permission.RELEASE_DRAFT)
def check_record(copy_id: int, table: str) -> ResponseReturnValue:
    """What the check says of what is typed so far, for the part of the page that shows it."""
    one, sheet, key = copies.working_copy(copy_id), forms.sheet_of(table), request.args.get("key", "")
    records = _posted(sheet, key)
    prepared = catalogue_edits.prepare(copy_id, records)
    blocks = forms.typed_page(records, queries.opened(copy_id), sheet, key)
    return render_template(
        "studio/_catalogue_found.html",
        errors=fields.errors_of(prepared.faults, blocks),
        labels=forms.labels_of(blocks),
        **_found(one, sheet, key or _key_typed(records, sheet), prepared, blocks),
    )


def _key_typed(records: Sequence[Record], sheet: Sheet) -> str:
    """The key of a record that is not there yet, as it was typed."""
    return records[0].cells.get(sheet.columns[0].key, "").strip() if records else ""


def _posted(sheet: Sheet, key: str) -> list[Record]:
    return fields.posted(request.form, sheet, (key,) if key else (), forms.locked(key) if sheet is ITEMS else {})


def _save_record(one: copies.CopyRow, sheet: Sheet, key: str) -> ResponseReturnValue:
    records = _posted(sheet, key)
    prepared = catalogue_edits.prepare(one.id, records)
    new_key = _key_typed(records, sheet)
    faults = [*prepared.faults]
    if not key and forms.is_there(queries.opened(one.id), sheet, new_key):
        faults.append(Fault(sheet.key, 0, sheet.columns[0].key, _TAKEN))
    typed: dict[str, Any] = {"typed": records, "prepared": prepared, "faults": faults}
    if request.form.get("then") == "check":
        return _record_page(one, sheet, key, **typed)
    meanwhile = forms.changed_meanwhile(one.id, records) if key else []
    if faults or meanwhile:
        return _record_page(one, sheet, key, **typed, meanwhile=meanwhile), 409 if meanwhile else 422
    named = forms.still_named(one.id, records, prepared)
    if named:
        return _record_page(one, sheet, key, **typed, mentions=named)
    refused = forms.save(one.id, prepared)
    if refused:
        return _record_page(one, sheet, key, **typed, refused=refused), 409
    if request.form.get("then") == "leave":
        return redirect(url_for("studio.catalogue", copy_id=one.id, view=sheet.key))
    return redirect(url_for("studio.catalogue_record", copy_id=one.id, table=sheet.key, key=key or new_key))


def _record_page(
    one: copies.CopyRow,
    sheet: Sheet,
    key: str,
    *,
    typed: Sequence[Record] = (),
    prepared: Prepared | None = None,
    faults: Sequence[Fault] = (),
    meanwhile: Sequence[Meanwhile] = (),
    mentions: Sequence[Mention] = (),
    refused: str = "",
) -> str:
    """The page of a record as it stands, or as it was `typed`, even where somebody took it out meanwhile."""
    opened = queries.opened(one.id)
    blocks = forms.typed_page(typed, opened, sheet, key) if typed else forms.standing_page(opened, sheet, key)
    return render_template(
        "studio/copy_catalogue_record.html",
        copy=one,
        sheet=sheet,
        key=key,
        is_there=bool(key) and forms.is_there(opened, sheet, key),
        is_readable=opened.bundle is not None,
        title=_title(opened, sheet, key),
        blocks=blocks,
        errors=fields.errors_of(faults, blocks),
        labels=forms.labels_of(blocks),
        noted=[] if typed else _noted(forms.findings_of(one), blocks),
        level=forms.offered(opened).level,
        meanwhile=meanwhile,
        mentions=mentions,
        knows=forms.known_to_go(typed) if mentions else [],
        refused=refused,
        opened=opened.digests(key if sheet is ITEMS else ""),
        note=request.form.get("note", ""),
        columns={column.key: column for each in (sheet, fields.ROWS[sheet.key]) for column in each.columns},
        **_found(one, sheet, key or _key_typed(typed, sheet), prepared, blocks),
    )


def _found(
    one: copies.CopyRow, sheet: Sheet, key: str, prepared: Prepared | None, blocks: Sequence[fields.Block]
) -> dict[str, Any]:
    """What the coverage check says, and the trees that it is about, of what is typed or stands; and what else the check
    would say of the record once what is typed is saved."""
    if sheet is MATERIALS:
        return {"trees": [], "coverage": [], "besides": [], "checked": prepared is not None}
    opened = queries.opened(one.id, prepared.contents if prepared else None)
    about = [key] if sheet is ITEMS else queries.items_asking(opened.bundle, key)
    stands = coverage_findings(opened.bundle) if opened.bundle is not None and prepared is None else ()
    found = (prepared.coverage or ()) if prepared else stands
    files = {"bundle.toml", *(f"items/{item}.toml" for item in about)}
    return {
        "trees": queries.trees(opened.bundle, about) if key else [],
        "coverage": [each for each in found if each.file in files],
        "besides": _besides(one, prepared, opened.files, blocks) if prepared and not prepared.faults else [],
        "checked": prepared is not None,
    }


def _besides(
    one: copies.CopyRow, prepared: Prepared, files: Mapping[str, bytes], blocks: Sequence[fields.Block]
) -> list[tuple[Finding, str]]:
    """What saving would report of these records, but for the coverage: a promise that is too long, a name that nobody
    asks for, a post of another department."""
    told = set(prepared.coverage or ())
    found = copies.findings_as_typed(one.bundle_key, prepared.applied(files))
    return _noted([each for each in found if each not in told], blocks)


def _title(opened: queries.Opened, sheet: Sheet, key: str) -> Words:
    return queries.name_of(opened, sheet, key) if key else _NEW[sheet.key]


def _noted(findings: Sequence[Finding], blocks: Sequence[fields.Block]) -> list[tuple[Finding, str]]:
    """The findings about these records, each once, with the field that it leads to; rows before what they stand in."""
    noted: dict[Finding, str] = {}
    for block in [*(one for one in blocks if one.number), *(one for one in blocks if not one.number)]:
        for finding, name in fields.findings_at(findings, block):
            noted.setdefault(finding, name)
    return list(noted.items())
