"""A record is taken out of a working copy's catalogue: first what goes with it and what still speaks of it, then so."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.catalogue import EXAMPLE, SHEETS, Sheet
from webapp.errors import NotFound
from webapp.pages.studio import catalogue_forms as forms
from webapp.pages.studio.change_words import ROW_KINDS
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import catalogue_editor, catalogue_removal
from webapp.queries import working_copies as copies

MENTION_KINDS: Mapping[str, Words] = {**ROW_KINDS, EXAMPLE: Words("示例", "worked example")}
#: Mentions and findings that the page lists; all are counted.
MOST_LISTED = 100


@blueprint.record
def _words_of_removal(setup: BlueprintSetupState) -> None:
    """A global, since macros are imported without a page's context."""
    setup.app.jinja_env.globals.update(mention_kinds=MENTION_KINDS)


@blueprint.get("/copies/<int:copy_id>/catalogue/<table>/<key>/remove")
@needs(Permission.RELEASE_DRAFT)
def removing(copy_id: int, table: str, key: str) -> ResponseReturnValue:
    """What would go, what would still speak of it, and what the check would find."""
    one, sheet = copies.working_copy(copy_id), forms.sheet_of(table)
    if not forms.is_there(catalogue_editor.opened(copy_id), sheet, key):
        raise NotFound()
    return _page(one, sheet, key, catalogue_removal.removal(one, sheet, key))


@blueprint.post("/copies/<int:copy_id>/catalogue/<table>/<key>/remove")
@needs(Permission.RELEASE_DRAFT)
def remove_record(copy_id: int, table: str, key: str) -> ResponseReturnValue:
    """Take it out as it was shown; where the copy is another by now, it is shown anew."""
    one, sheet = copies.working_copy(copy_id), forms.sheet_of(table)
    back = redirect(url_for("studio.catalogue", copy_id=copy_id, view=table))
    if not forms.is_there(catalogue_editor.opened(copy_id), sheet, key):
        flash(gettext("“%(key)s”已经不在目录中。", key=key), "info")
        return back
    shown = catalogue_removal.removal(one, sheet, key)
    if shown.prepared.faults:
        return _page(one, sheet, key, shown), 422
    if request.form.get("seen") != shown.prepared.digest:
        return _page(one, sheet, key, shown, gettext("看过之后工作稿又有改动，下面是现在的情况。请核对后再删。")), 409
    note = request.form.get("note", "").strip() or gettext("从目录中删去：%(what)s", what=f"{key} {words(shown.name)}")
    said = gettext("已从目录中删去“%(name)s”。要恢复，到“修改记录”里整次撤销。", name=words(shown.name))
    refused = forms.save(copy_id, shown.prepared, note, said)
    return (_page(one, sheet, key, shown, refused), 409) if refused else back


def _page(one: copies.CopyRow, sheet: Sheet, key: str, shown: catalogue_removal.Removal, refused: str = "") -> str:
    return render_template(
        "studio/copy_catalogue_remove.html",
        copy=one,
        sheet=sheet,
        key=key,
        shown=shown,
        rows=[(SHEETS[table], below) for table, below in shown.rows.items()],
        refused=refused or "".join(words(fault.words) for fault in shown.prepared.faults[:1]),
        note=request.form.get("note", ""),
        most=MOST_LISTED,
    )
