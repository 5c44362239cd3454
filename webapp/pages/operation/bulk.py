"""Repairs of many cases at once: what they will do, how far they are, what became of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import Incomplete, NotFound
from webapp.identity import signed_in
from webapp.pages.addresses import came_from
from webapp.pages.batch_progress import tagged, unless_unchanged
from webapp.pages.operation.blueprint import blueprint, number
from webapp.pages.studio.shared import chosen as one_of
from webapp.pages.support import needs, words
from webapp.permissions import Permission, may
from webapp.queries import bulk_repairs as queries
from webapp.queries import running
from webapp.queries.running import BundleLine
from webapp.services import bulk_repairs
from webapp.services.bulk_repairs import MOST_CASES, NEEDED, NoneChosen, Repairs

LABELS = {"reason": Words("原因", "Reason")}
NAMES = {
    Repairs.RETRY: Words("批量重试异常", "Bulk retry of incidents"),
    Repairs.SUSPEND: Words("批量挂起", "Bulk suspension"),
    Repairs.RESUME: Words("批量恢复", "Bulk resumption"),
}
#: (act, whether of ticked cases) -> what is about to be done
ASKED = {
    (Repairs.SUSPEND, True): Words("挂起选中的办件", "Suspend the ticked cases"),
    (Repairs.RESUME, True): Words("恢复选中的办件", "Resume the ticked cases"),
    (Repairs.SUSPEND, False): Words("挂起全部办件", "Suspend all cases"),
    (Repairs.RESUME, False): Words("恢复全部已挂起办件", "Resume all suspended cases"),
}
#: state of a bulk repair -> (words, kind of badge, icon)
STATES = {
    "under-way": (Words("处理中", "under way"), "info", "player-play"),
    "done": (Words("已完成", "done"), "ok", "circle-check"),
    "stopped": (Words("已终止", "stopped"), "muted", "circle-x"),
}
#: state of a row -> (words, kind of badge, icon)
ROW_STATES = {
    "waiting": (Words("等待处理", "waits"), "muted", "clock"),
    "done": (Words("已处理", "done"), "ok", "circle-check"),
    "refused": (Words("未处理", "not done"), "bad", "circle-x"),
}


@blueprint.get("/bundles/<key>/stand-still")
@needs(Permission.CASE_SUSPEND)
def stand_still(key: str) -> ResponseReturnValue:
    """Suspend (or, with `do=resume`, resume) those ticked (`case`), or, with `all`, every case of a `release`.

    Release 0: of all of them. With neither, back to the list: nothing ticked is not everything.
    """
    try:
        return _asking(key, {})
    except NoneChosen as refusal:
        flash(words(refusal.words), "warning")
        return redirect(_list(key))


@blueprint.post("/bundles/<key>/stand-still")
@needs(Permission.CASE_SUSPEND)
def let_stand_still(key: str) -> ResponseReturnValue:
    """Have it done to each case. Raises NoneChosen."""
    act, found = _act(), running.bundle(key)
    releases, cases = _releases(found), _cases()
    rows = [(case, None) for case in queries.cases_for(act, key, releases, cases, MOST_CASES + 1)]
    reason, page_key = request.form.get("reason", ""), request.form.get("key", "")
    told: dict[str, Any] = {"release": number("release"), "cases": len(cases or ())}
    try:
        bulk_id = bulk_repairs.begin(act, rows, by=signed_in(), key=page_key, reason=reason, bundle=key, chosen=told)
    except Incomplete as refusal:
        return _asking(key, {refusal.field: [refusal.words]}, refusal.status)
    return redirect(url_for("operation.bulk", bulk_id=bulk_id))


@blueprint.get("/bulk")
@needs(Permission.OPERATION_SEE)
def bulks() -> ResponseReturnValue:
    """The bulk repairs, the last first."""
    return render_template("operation/bulks.html", bulks=queries.bulk_repairs(), names=NAMES, states=STATES)


@blueprint.get("/bulk/<int:bulk_id>")
@needs(Permission.OPERATION_SEE)
def bulk(bulk_id: int) -> ResponseReturnValue:
    """How far one is, and its rows (`state`, `after`)."""
    return render_template("operation/bulk.html", **_shown(bulk_id))


@blueprint.get("/bulk/<int:bulk_id>/progress")
@needs(Permission.OPERATION_SEE)
def progress(bulk_id: int) -> ResponseReturnValue:
    """The same part of the page, asked for while the worker is at it: 304 where nothing has moved."""
    return unless_unchanged("operation/_bulk.html", _shown(bulk_id))


@blueprint.post("/bulk/<int:bulk_id>/stop")
@needs(Permission.CASE_SUSPEND)
def stop(bulk_id: int) -> ResponseReturnValue:
    """Leave the rest alone."""
    bulk_repairs.stop(bulk_id, by=signed_in())
    flash(gettext("已终止，其余没有处理。"), "success")
    return redirect(url_for("operation.bulk", bulk_id=bulk_id))


def _act() -> Repairs:
    return Repairs.RESUME if request.args.get("do") == "resume" else Repairs.SUSPEND


def _releases(found: BundleLine) -> list[int]:
    """The release of the address, or all of the bundle's. Raises NotFound."""
    wanted = number("release")
    chosen = [one.id for one in found.releases if wanted in (0, one.id)]
    if not chosen:
        raise NotFound()
    return chosen


def _cases() -> list[int] | None:
    """The cases that were ticked; None: all, where the address says so. Raises NoneChosen."""
    texts = request.args.getlist("case")
    ticked = [int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) <= 18]
    if ticked:
        return ticked
    if not texts and request.args.get("all") == "1":
        return None
    raise NoneChosen()


def _list(key: str) -> str:
    """The list in which something is to be ticked, as the person narrowed it."""
    here, before = url_for("operation.bundle", key=key), came_from()
    if before.partition("?")[0] != here:
        before = url_for("operation.bundle", key=key, release=number("release") or None)
    return f"{before}#instances"


def _asking(key: str, errors: Mapping[str, Sequence[Words]], status: int = 200) -> ResponseReturnValue:
    act, found = _act(), running.bundle(key)
    releases, cases = _releases(found), _cases()
    rendered = render_template(
        "operation/stand_still.html",
        bundle=found,
        act=act,
        name=ASKED[act, cases is not None],
        release=next((one for one in found.releases if [one.id] == releases), None),
        ticked=cases is not None,
        count=len(queries.cases_for(act, key, releases, cases, MOST_CASES + 1)),
        most=MOST_CASES,
        address=request.full_path.rstrip("?"),
        typed=request.form,
        errors=errors,
        labels=LABELS,
    )
    return rendered, status


def _shown(bulk_id: int) -> dict[str, Any]:
    found, by = queries.bulk_repair(bulk_id), signed_in()
    state = one_of(request.args.get("state", ""), queries.STATES, "")
    rows, after = queries.rows_of(bulk_id, state, number("after"))
    return {
        "bulk": found,
        **tagged(found.tag),
        "names": NAMES,
        "states": STATES,
        "row_states": ROW_STATES,
        "state": state,
        "rows": rows,
        "after": after,
        "may_stop": may(by, NEEDED[found.act]),
        "may_case": may(by, Permission.CASE_REPAIR),
    }
