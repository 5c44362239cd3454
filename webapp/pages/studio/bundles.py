"""The start page: what is in force, what waits for publishing, which release open cases run on."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine import Words
from engine.bundles import savings
from webapp.catalogue import published
from webapp.identity import signed_in
from webapp.pages.studio.commitment_sheet import figures_sheet
from webapp.pages.studio.shared import blueprint, chosen
from webapp.pages.supervision.sheets import as_csv
from webapp.pages.support import needs
from webapp.permissions import Permission, may
from webapp.queries import commitment_figures
from webapp.queries import releases as queries
from webapp.queries.change_lists import own_lists
from webapp.queries.copy_endings import ended_copies_of, own_ended_copies
from webapp.queries.migration_runs import to_confirm
from webapp.queries.release_sign_offs import waiting_for
from webapp.queries.working_copies import copies_of, own_copies
from webapp.services.release_rows import DISCARDED

KINDS: Mapping[str, Words] = {
    "waiting": Words("有待发布的版本", "with a release to be published"),
    "overtaken": Words("有须退回的版本", "with a release to be returned"),
    "draft": Words("有草稿", "with a draft"),
    "published": Words("现行", "in force"),
    "unpublished": Words("没有现行版本", "none in force"),
    "discarded": Words("已放弃", "discarded"),
}
LONGEST_SEARCH = 80


@blueprint.get("")
@needs(Permission.RELEASE_SEE)
def bundles() -> ResponseReturnValue:
    """What waits for the person, and the bundles; of each the releases that matter now. The URL narrows the list."""
    by = signed_in()
    text, kind = request.args.get("q", "").strip()[:LONGEST_SEARCH], chosen(request.args.get("kind", ""), KINDS, "")
    found = queries.bundles(text, kind, request.args.get("page", 1, type=int))
    return render_template(
        "studio/bundles.html",
        found=found,
        bundles=[(one, _that_matter(one)) for one in found.bundles],
        errors=queries.errors_waiting(found.bundles),
        searched={"q": text, "kind": kind},
        kinds=KINDS,
        own_copies=own_copies(by.user_id),
        ended=own_ended_copies(by.user_id),
        own_lists=own_lists(by.user_id),
        to_confirm=to_confirm(by.user_id) if may(by, Permission.MIGRATION_RUN) else [],
        to_sign=[(one, queries.name_of(one), asked) for one, asked in waiting_for(by)],
        may_draft=may(by, Permission.RELEASE_DRAFT),
    )


@blueprint.get("/bundles/<key>")
@needs(Permission.RELEASE_SEE)
def bundle(key: str) -> ResponseReturnValue:
    """All releases of one bundle and who did what with them."""
    found = queries.bundle(key)
    shows_all = request.args.get("show") == "all"
    kept = [one for one in found.releases if one.state != DISCARDED]
    counted = commitment_figures.months(key)
    return render_template(
        "studio/bundle.html",
        bundle=found,
        releases=found.releases if shows_all else kept,
        discarded=len(found.releases) - len(kept),
        shows_all=shows_all,
        figures=figures_sheet(key, counted),
        counted_at=max((one.counted_at for one in counted), default=None),
        savings=savings(published(found.published.id).bundle) if found.published else None,
        history=queries.history(key),
        copies=copies_of(key),
        ended=ended_copies_of(key),
        may_draft=may(signed_in(), Permission.RELEASE_DRAFT),
    )


@blueprint.get("/bundles/<key>/commitments.csv")
@needs(Permission.RELEASE_SEE)
def commitment_file(key: str) -> ResponseReturnValue:
    """The figures of its commitments as on the page."""
    queries.bundle(key)
    return as_csv(figures_sheet(key, commitment_figures.months(key)))


def _that_matter(bundle: queries.BundleRow) -> list[queries.ReleaseRow]:
    """What waits, what is in force, and what open cases still run on."""
    rows = [
        one for one in bundle.releases if one.waits or one is bundle.published or one.open_cases or one is bundle.newest
    ]
    kept = rows[: queries.SHOWN_RELEASES]
    if bundle.published is not None and bundle.published not in kept:
        kept = [*kept[:-1], bundle.published]
    return kept
