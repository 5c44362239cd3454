"""Open incidents of all cases: filtered, grouped by cause, tried again many at once."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.identity import signed_in
from webapp.pages.operation.blueprint import AGES, age, blueprint, number
from webapp.pages.support import needs
from webapp.permissions import Permission, may
from webapp.queries import open_incidents as queries
from webapp.queries.open_incidents import WantedIncidents
from webapp.services import bulk_repairs
from webapp.services.bulk_repairs import MOST_RETRIED, NoneChosen, Repairs

LONGEST_FILTER = 200
FILTERS = ("bundle", "release", "element", "code", "days", "cause")


@blueprint.get("/incidents")
@needs(Permission.INCIDENT_SEE)
def incidents() -> ResponseReturnValue:
    """By `bundle`, `release`, `element`, `code`, `days`, `cause`; the list goes on behind `after`."""
    wanted = _wanted()
    rows, after = queries.incidents(wanted, number("after"))
    bundles, codes = queries.offered()
    kept = {name: value for name in FILTERS if (value := request.args.get(name))}
    return render_template(
        "operation/incidents.html",
        causes=queries.causes(wanted),
        rows=rows,
        after=after,
        wanted=wanted,
        bundles=bundles,
        codes=codes,
        ages=AGES,
        kept=kept,
        most=MOST_RETRIED,
        may_retry=may(signed_in(), Permission.INCIDENT_RETRY),
    )


@blueprint.post("/incidents/retry")
@needs(Permission.INCIDENT_RETRY)
def retry() -> ResponseReturnValue:
    """Try again those that are ticked (`incident`), or, with `all`, every one that the address asks for."""
    wanted, form = _wanted(), request.form
    ids = None if form.get("all") else [number for one in form.getlist("incident") if (number := _id(one))]
    if ids is not None and not ids:
        raise NoneChosen()
    rows = queries.chosen(wanted, ids, MOST_RETRIED + 1)
    told: dict[str, Any] = {name: value for name in FILTERS if (value := request.args.get(name))}
    bulk = bulk_repairs.begin(
        Repairs.RETRY, rows, by=signed_in(), key=form.get("key", ""), bundle=wanted.bundle, chosen=told
    )
    return redirect(url_for("operation.bulk", bulk_id=bulk))


def _wanted() -> WantedIncidents:
    def text(name: str) -> str:
        return request.args.get(name, "")[:LONGEST_FILTER]

    return WantedIncidents(text("bundle"), number("release"), text("element"), text("code"), age(), text("cause"))


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
