"""批量导入: a zip with many bundles, how far the worker has come, and what became of each."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from engine import Words
from webapp.pages.batch_progress import tagged, unless_unchanged
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import bundle_imports as queries

#: state of a bundle in it -> (words, kind of badge, icon)
PART_STATES = {
    "waiting": (Words("等待", "waiting"), "muted", "clock"),
    "drafted": (Words("已存为草稿", "kept as a draft"), "ok", "circle-check"),
    "same": (Words("与最新版相同", "same as the newest release"), "muted", "minus"),
    "refused": (Words("没有导入", "left out"), "bad", "circle-x"),
}


@blueprint.get("/imports")
@needs(Permission.RELEASE_DRAFT)
def all_imports() -> ResponseReturnValue:
    """The latest imports of zips with many bundles."""
    return render_template("studio/imports.html", imports=queries.imports())


@blueprint.get("/imports/<int:import_id>")
@needs(Permission.RELEASE_DRAFT)
def bundle_import(import_id: int) -> ResponseReturnValue:
    """How far it is, and what became of each bundle."""
    return render_template("studio/import.html", **_shown(import_id))


@blueprint.get("/imports/<int:import_id>/progress")
@needs(Permission.RELEASE_DRAFT)
def import_progress(import_id: int) -> ResponseReturnValue:
    """The same part of the page, asked for while the worker is at it: 304 where nothing has moved."""
    return unless_unchanged("studio/_import.html", _shown(import_id))


def _shown(import_id: int) -> dict[str, Any]:
    one = queries.import_of(import_id)
    parts = queries.parts_of(import_id)
    return {
        "one": one,
        "parts": parts,
        "counts": queries.counts_of(parts),
        "part_states": PART_STATES,
        **tagged(queries.tag_of(one)),
    }
