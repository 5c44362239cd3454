"""批量迁移: many running cases go on with the release in force. Chosen, tried, confirmed, watched, undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.catalogue import Published, published
from webapp.errors import Incomplete, NotFound
from webapp.identity import Identity, signed_in
from webapp.languages import language
from webapp.pages.batch_progress import tagged, unless_unchanged
from webapp.pages.studio.shared import chosen as one_of
from webapp.pages.support import needs, words
from webapp.permissions import Permission, may
from webapp.queries import migration_runs as queries
from webapp.queries import releases as release_queries
from webapp.queries.migration_matching import BY_HAND, OPEN, SAME, Match, mapping_of, proposed
from webapp.queries.release_diagrams import Diagram, read_named
from webapp.services import migration_runs as runs
from webapp.services.migration_runs import FIRST_CASES, MOST_CASES, MOST_FIRST_CASES, Chosen

blueprint = Blueprint("migration", __name__, url_prefix="/studio")

PREFIX = "map-"
LABELS = {
    "reason": Words("迁移原因", "Reason"),
    "releases": Words("原发布版", "From releases"),
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
#: how an element was matched -> (words, kind of badge, icon)
HOW = {
    "both": (Words("同名同位置", "same name and place"), "info", "check"),
    "name": (Words("同名", "same name"), "info", "check"),
    "place": (Words("同位置", "same place"), "warn", "alert-triangle"),
    BY_HAND: (Words("手工选择", "chosen by hand"), "ok", "check"),
    OPEN: (Words("需要手工选择", "needs a choice by hand"), "bad", "alert-circle"),
}
WORKER_STATES = ("checking", "first", "rest", "undoing")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address or the form chooses."""

    chosen: Chosen
    mapping: dict[str, str]

    @classmethod
    def of(cls, given: Any, offered: Sequence[queries.OlderRelease]) -> _Asked:
        wanted = {int(one) for one in given.getlist("releases") if one.isdecimal()}
        ids = [one.id for one in offered if one.id in wanted]
        if "releases" not in given and not ids:
            ids = [one.id for one in offered if one.cases]
        picked = Chosen(tuple(ids), given.get("step", ""), _day(given.get("since")), _day(given.get("until")))
        mapping = {
            name.removeprefix(PREFIX): value for name, value in given.items() if name.startswith(PREFIX) and value
        }
        return cls(picked, mapping)


@blueprint.get("/migrations")
@needs(Permission.MIGRATION_SEE)
def all_runs() -> ResponseReturnValue:
    """Every migration, or those of one bundle (`bundle`), the last first."""
    key = request.args.get("bundle", "")
    found = queries.runs(key)
    names = {
        each: release_queries.name_of(release_queries.bundle(each).newest) for each in {one.bundle for one in found}
    }
    return render_template(
        "studio/migrations.html",
        runs=[(one, names[one.bundle]) for one in found],
        states=STATES,
        bundle=key if queries.older_releases(key) and release_queries.bundle(key).published else "",
    )


@blueprint.get("/bundles/<key>/migrate")
@needs(Permission.MIGRATION_PROPOSE)
def choose(key: str) -> ResponseReturnValue:
    """Choose cases (`releases`, `step`, `since`, `until`) and what becomes of each element (`map-<process>:<id>`)."""
    return _choosing(key, request.args, {})


@blueprint.post("/bundles/<key>/migrate")
@needs(Permission.MIGRATION_PROPOSE)
def begin(key: str) -> ResponseReturnValue:
    """Have it tried on every chosen case."""
    target = _target(key)
    asked = _Asked.of(request.form, queries.older_releases(key))
    mapping: dict[str, str] = {}
    for release_id in asked.chosen.releases:
        mapping |= mapping_of(published(release_id), published(target.id), asked.mapping)
    try:
        run = runs.begin(key, asked.chosen, mapping, by=signed_in(), reason=request.form.get("reason", ""))
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
    "propose": (lambda run, by: runs.propose(run, by=by), Words("已提请确认。", "Proposed.")),
    "confirm": (
        lambda run, by: runs.confirm(run, by=by, first_cases=request.form.get("first", type=int) or 0),
        Words("已确认，首批开始迁移。", "Confirmed; the first batch goes."),
    ),
    "go-on": (lambda run, by: runs.go_on(run, by=by), Words("迁移继续进行。", "It goes on.")),
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
    queries.run_of(run_id)
    if migration_act not in ACTS:
        raise NotFound()
    do, said = ACTS[migration_act]
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
    asked = _Asked.of(given, offered)
    compared = next((one.id for one in offered if one.id in asked.chosen.releases), None)
    new = published(target.id)
    matches: dict[str, Match] = {}
    for release_id in asked.chosen.releases:
        for one in proposed(published(release_id), new, asked.mapping):
            matches.setdefault(one.field, one)
    moved = [one for one in matches.values() if one.how != SAME]
    rendered = render_template(
        "studio/migrate.html",
        key=key,
        name=release_queries.name_of(target),
        target=target,
        offered=offered,
        asked=asked.chosen,
        mapping=asked.mapping,
        count=queries.how_many(key, target.id, asked.chosen, MOST_CASES + 1) if asked.chosen.releases else 0,
        most=MOST_CASES,
        same=len(matches) - len(moved),
        moved=moved,
        open=sum(one.how == OPEN for one in moved),
        how=HOW,
        steps=_steps(published(compared)) if compared else [],
        pictures=list(_pictures(published(compared), new, moved)) if compared else [],
        typed=request.form,
        errors=errors,
        labels=LABELS,
    )
    return rendered, status


def _steps(release: Published) -> list[tuple[str, str]]:
    """The user tasks of a release: ("process:element", its name)."""
    return [
        (f"{process.id}:{node.id}", words(release.element_name(process.id, node.id)))
        for process in release.program.processes.values()
        for node in process.nodes.values()
        if node.type == "userTask"
    ]


def _pictures(old: Published, new: Published, moved: Sequence[Match]) -> Iterator[dict[str, Any]]:
    """The old and the new diagram of each file with an element that has another id, both marked."""
    processes = [one.process for one in moved if one.process in old.program.processes]
    for file in dict.fromkeys(old.program.file_of(process) for process in processes):
        there = [one for one in moved if one.process in processes and old.program.file_of(one.process) == file]
        for release, side in ((old, "old"), (new, "new")):
            path = file if file in release.files else ""
            drawn = _drawn(release, path) if path else None
            if drawn is not None and drawn.is_drawn:
                marks = [mark for one in there if (mark := _mark(one, side)) and mark["element"] in drawn.drawn]
                src = url_for("studio.diagram", release_id=release.id, path=path)
                shown = {"side": side, "title": drawn.title, "number": release.number}
                yield {**shown, "src": src, "marks": marks}


def _drawn(release: Published, path: str) -> Diagram | None:
    return read_named(path, release.files[path], language(), release.bundle if language() != "zh" else None)


def _mark(one: Match, side: str) -> dict[str, str] | None:
    element = one.element if side == "old" else one.new
    if not element:
        return None
    said = words(HOW[one.how][0])
    severity = "error" if one.how == OPEN else "warning" if one.how == "place" else "note"
    target = "match-" + one.field.replace(":", "-")
    return {
        "element": element,
        "severity": severity,
        "text": f"{words(one.name)}{gettext('：')}{said}",
        "target": target,
    }


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
        "case_states": CASE_STATES,
        "reasons": queries.reasons_of(run_id),
        "rows": rows,
        "state": state,
        "after": after,
        "first_cases": FIRST_CASES,
        "most_first": MOST_FIRST_CASES,
        "may_run": may(by, Permission.MIGRATION_RUN),
        "may_propose": may(by, Permission.MIGRATION_PROPOSE),
        "may_cases": may(by, Permission.CASE_REPAIR),
        "is_author": found.author_id == by.user_id,
    }


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
