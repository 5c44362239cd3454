"""批量迁移: many running cases go on with the release in force. Chosen, tried, confirmed, watched, undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Words
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.batch_progress import tagged, unless_unchanged
from webapp.pages.studio.migration_choice import HOW, Asked, moved, other_posts, pictures_of, rows_of, steps_of
from webapp.pages.studio.shared import chosen as one_of
from webapp.pages.support import needs, words
from webapp.permissions import Permission, may
from webapp.queries import migration_runs as queries
from webapp.queries import releases as release_queries
from webapp.queries.migration_matching import OPEN
from webapp.queries.migration_standing import standing_of
from webapp.services import migration_runs as runs
from webapp.services.migration_runs import FIRST_CASES, MOST_CASES, MOST_FIRST_CASES, is_past_undoing
from webapp.services.page_keys import AlreadyCarriedOut

blueprint = Blueprint("migration", __name__, url_prefix="/studio")

LABELS = {
    "reason": Words("迁移原因", "Reason"),
    "releases": Words("原发布版", "From releases"),
    "since": Words("收件日期从", "Received from"),
    "until": Words("收件日期到", "Received until"),
    "first": Words("先迁移的件数", "Cases of the first batch"),
}
#: state of a migration -> (words, kind of badge, icon)
STATES = {
    "checking": (Words("核对中", "being checked"), "info", "clock"),
    "checked": (Words("已核对", "checked"), "muted", "list-check"),
    "proposed": (Words("待确认", "to be confirmed"), "warn", "clock"),
    "first": (Words("首批迁移中", "first batch under way"), "info", "player-play"),
    "looked": (Words("首批已迁移，待查看", "first batch done, to be looked at"), "warn", "eye"),
    "rest": (Words("迁移中", "under way"), "info", "player-play"),
    "paused": (Words("已暂停", "paused"), "warn", "player-pause"),
    "done": (Words("已完成", "done"), "ok", "circle-check"),
    "stopped": (Words("已终止", "stopped"), "muted", "circle-x"),
    "withdrawn": (Words("已撤回", "withdrawn"), "muted", "arrow-back-up"),
    "undoing": (Words("撤销中", "being taken back"), "info", "arrow-back-up"),
    "undone": (Words("已撤销", "taken back"), "muted", "arrow-back-up"),
}
#: state of a case in it -> (words, kind of badge, icon)
CASE_STATES = {
    "chosen": (Words("待核对", "to be checked"), "muted", "clock"),
    "fits": (Words("可以迁移", "can be moved"), "info", "circle-check"),
    "unfit": (Words("不能迁移", "cannot be moved"), "bad", "circle-x"),
    "moved": (Words("已迁移", "moved"), "ok", "circle-check"),
    "refused": (Words("未迁移", "not moved"), "bad", "circle-x"),
    "undone": (Words("已撤销", "taken back"), "muted", "arrow-back-up"),
    "kept": (Words("未撤销", "not taken back"), "warn", "alert-triangle"),
}
#: The states of a case of which the page says where it stands and stood.
LOOKED_AT = ("moved", "refused", "undone", "kept")
#: A case that could have been moved, where the migration moves no more of them.
STAYED = (Words("留在原发布版", "stays with its release"), "muted", "minus")
OVER = ("done", "stopped", "withdrawn", "undoing", "undone")
#: Said in place of "it goes on", where the first batch was all that there was.
LOOKED_AT_ALL = Words("已查看，迁移随即结束。", "Looked at; the migration ends with it.")
WORKER_STATES = ("checking", "first", "rest", "undoing")


@blueprint.get("/migrations")
@needs(Permission.MIGRATION_SEE)
def all_runs() -> ResponseReturnValue:
    """Every migration, or those of one bundle (`bundle`), the last first."""
    key = request.args.get("bundle", "")
    found = queries.runs(key)
    known = {one.bundle for one in found} | ({key} if key and queries.older_releases(key) else set())
    names = {each: release_queries.name_of(release_queries.bundle(each).newest) for each in known}
    return render_template(
        "studio/migrations.html",
        runs=[(one, names[one.bundle]) for one in found],
        states=STATES,
        key=key,
        name=names.get(key),
        bundle=key if queries.older_releases(key) and release_queries.bundle(key).published else "",
    )


@blueprint.get("/bundles/<key>/migrate")
@needs(Permission.MIGRATION_PROPOSE)
def choose(key: str) -> ResponseReturnValue:
    """Choose cases (`releases`, `step`, `since`, `until`) and what becomes of each element (`migration_choice`)."""
    return _choosing(key, request.args, {})


@blueprint.post("/bundles/<key>/migrate")
@needs(Permission.MIGRATION_PROPOSE)
def begin(key: str) -> ResponseReturnValue:
    """Have it tried on every chosen case; the same page sent twice leads to the same migration."""
    target, by = _target(key), signed_in()
    asked = Asked.of(request.form, queries.older_releases(key))
    if asked.wrong:
        return _choosing(key, request.form, {})
    mappings, reason = asked.mappings(target.id), request.form.get("reason", "")
    try:
        run = runs.begin(key, asked.chosen, mappings, by=by, reason=reason, key=request.form.get("key", ""))
    except AlreadyCarriedOut:
        there = queries.newest_own(key, by.user_id)
        if there is None:
            raise
        run = there
    except Incomplete as refusal:
        return _choosing(key, request.form, {refusal.field: [refusal.words]}, refusal.status)
    return redirect(url_for("migration.run", run_id=run))


@blueprint.get("/migrations/<int:run_id>")
@needs(Permission.MIGRATION_SEE)
def run(run_id: int) -> ResponseReturnValue:
    """Where it stands, and its cases (`state`, `after`)."""
    return render_template("studio/migration.html", **_shown(run_id), errors={}, labels=LABELS)


@blueprint.get("/migrations/<int:run_id>/progress")
@needs(Permission.MIGRATION_SEE)
def progress(run_id: int) -> ResponseReturnValue:
    """The same part of the page, asked for while the worker is at it: 304 where nothing has moved."""
    return unless_unchanged("studio/_migration.html", {**_shown(run_id), "errors": {}})


Act = Callable[[int, Identity], None]
ACTS: Mapping[str, tuple[Act, Words]] = {
    "propose": (lambda run, by: runs.propose(run, by=by), Words("已提请确认。", "Asked for confirmation.")),
    "confirm": (
        lambda run, by: runs.confirm(run, by=by, first_cases=request.form.get("first", type=int) or 0),
        Words("已确认，首批开始迁移。", "Confirmed; the first batch goes."),
    ),
    "go-on": (lambda run, by: runs.go_on(run, by=by), Words("迁移继续进行。", "The migration goes on.")),
    "pause": (lambda run, by: runs.pause(run, by=by), Words("迁移已暂停。", "Paused.")),
    "stop": (
        lambda run, by: runs.stop(run, by=by),
        Words("迁移已终止，其余办件不迁移。", "Stopped; the other cases stay where they are."),
    ),
    "withdraw": (lambda run, by: runs.withdraw(run, by=by), Words("迁移已撤回。", "Withdrawn.")),
    "undo": (
        lambda run, by: runs.undo(run, by=by, reason=request.form.get("reason", "")),
        Words("开始撤销迁移。", "It is being taken back."),
    ),
}


@blueprint.post("/migrations/<int:run_id>/<migration_act>")
@needs(Permission.MIGRATION_SEE)
def act(run_id: int, migration_act: str) -> ResponseReturnValue:
    """Propose, confirm, go on, pause, stop, withdraw, undo."""
    before = queries.run_of(run_id)
    if migration_act not in ACTS:
        raise NotFound()
    do, said = ACTS[migration_act]
    if migration_act == "go-on" and before.state == runs.LOOKED and not before.counts["fits"]:
        said = LOOKED_AT_ALL
    try:
        do(run_id, signed_in())
    except Incomplete as refusal:
        errors = {refusal.field: [refusal.words]}
        shown = render_template("studio/migration.html", **_shown(run_id), errors=errors, labels=LABELS)
        return shown, refusal.status
    flash(words(said), "success")
    return redirect(url_for("migration.run", run_id=run_id))


def _target(key: str) -> release_queries.ReleaseRow:
    found = release_queries.bundle(key).published
    if found is None:
        raise NotFound()
    return found


def _choosing(key: str, given: Any, errors: Mapping[str, Any], status: int = 200) -> ResponseReturnValue:
    target, offered = _target(key), queries.older_releases(key)
    asked = Asked.of(given, offered)
    rows = rows_of(asked, target.id)
    to_match = moved(rows)
    rendered = render_template(
        "studio/migrate.html",
        key=key,
        name=release_queries.name_of(target),
        target=target,
        offered=offered,
        asked=asked.chosen,
        under_way=queries.under_way(key),
        count=queries.how_many(key, target.id, asked.chosen, MOST_CASES + 1) if asked.chosen.releases else 0,
        most=MOST_CASES,
        same=len({one.match.field for one in rows} - {one.match.field for one in to_match}),
        moved=to_match,
        posts=list(other_posts(asked.chosen.releases, target.id)),
        open=sum(one.match.how == OPEN for one in to_match),
        how=HOW,
        steps=steps_of(asked.chosen.releases),
        pictures=list(pictures_of(to_match, target.id)),
        typed=request.form,
        errors={**asked.wrong, **errors},
        labels=LABELS,
    )
    return rendered, 422 if asked.wrong else status


def _shown(run_id: int) -> dict[str, Any]:
    found, by = queries.run_of(run_id), signed_in()
    state = one_of(request.args.get("state", ""), queries.STATES, "")
    rows, after = queries.cases_of(run_id, state, request.args.get("after", 0, type=int))
    return {
        "run": found,
        **tagged(found.tag),
        "running": found.state in WORKER_STATES,
        "name": release_queries.name_of(release_queries.release(found.target)),
        "states": STATES,
        "case_states": CASE_STATES | ({"fits": STAYED} if found.state in OVER else {}),
        "reasons": queries.reasons_of(run_id),
        "remarks": queries.remarks_of(run_id),
        "past_undoing": is_past_undoing(found.ended_at),
        "rows": rows,
        "standing": standing_of(run_id, [one.case_id for one in rows if one.state in LOOKED_AT]),
        "state": state,
        "after": after,
        "first_cases": FIRST_CASES,
        "most_first": MOST_FIRST_CASES,
        "may_run": may(by, Permission.MIGRATION_RUN),
        "may_propose": may(by, Permission.MIGRATION_PROPOSE),
        "may_cases": may(by, Permission.CASE_REPAIR),
        "is_author": found.author_id == by.user_id,
    }
