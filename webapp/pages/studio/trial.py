"""流程模拟: a draft, a release or a diagram runs on the real engine, with a clock that is moved by hand."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.bundles import Example
from engine.trial import OURS
from webapp.errors import Incomplete, NotFound
from webapp.feel_text import written
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.studio.example_answers import say_what_differs
from webapp.pages.studio.shared import blueprint, chosen
from webapp.pages.studio.trial_forms import read_act
from webapp.pages.studio.trial_words import CORES, act_words, clock_words, mark_words, moment_words, property_words
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import releases
from webapp.queries import trials as queries
from webapp.queries.release_diagrams import Diagram, read_named
from webapp.queries.trial_clocks import clock_name
from webapp.queries.trial_comparison import compare_cores
from webapp.queries.trial_hints import TaskHint, hint_for
from webapp.queries.trial_papers import papers_of
from webapp.queries.trial_view import Run, TrialView, Waits, done_acts, view_of
from webapp.queries.working_copies import CopyRow, copies_of, working_copy
from webapp.services import trial_recording, trials
from webapp.services.trial_refusals import TrialMoved, TrialRefused, TrialTooLong, words_of
from webapp.services.trial_replay import Replayed
from webapp.services.trials import TrialRow, own_trial

#: Fields of a form that a refusal shows again.
TYPED = (
    "variables", "group", "key", "name", "code", "text", "amount", "unit", "scope", "name_en", "file", "copy", "over",
)  # fmt: skip


@blueprint.get("/trials")
@needs(Permission.TRIAL_RUN)
def own_trials() -> ResponseReturnValue:
    """The person's own trials."""
    return render_template("studio/trials.html", trials=queries.own_trials(signed_in()), cores=CORES)


@blueprint.get("/trials/<int:trial_id>")
@needs(Permission.TRIAL_RUN)
def trial(trial_id: int) -> ResponseReturnValue:
    """Where the trial stands, and what can be done next. The run whose diagram is shown stands in the URL."""
    return _page(own_trial(trial_id, by=signed_in()))


@blueprint.post("/trials/<int:trial_id>/act")
@needs(Permission.TRIAL_RUN)
def do_act(trial_id: int) -> ResponseReturnValue:
    """Do one act. What was typed into a refused form stays there, with the reason beside it."""
    by = signed_in()
    if "fill" in request.form:  # what an example enters here is taken over into the field, and nothing is done
        return _page(own_trial(trial_id, by=by), fill=request.form["fill"])
    try:
        one = read_act(request.form)
        trials.act(trial_id, one, seen=_seen(), by=by)
    except (Incomplete, TrialRefused, TrialMoved, TrialTooLong) as refused:
        return _page(own_trial(trial_id, by=by), refused), refused.status
    done = own_trial(trial_id, by=by)
    with done.standing() as replayed:
        last = done_acts(replayed, done.acts, queries.names_for(done))[-1]
    flash(gettext("已执行：%(act)s", act=act_words(last.act, last.name, last.item)), "success")
    return redirect(url_for("studio.trial", trial_id=trial_id))


@blueprint.post("/trials/<int:trial_id>/take-back")
@needs(Permission.TRIAL_RUN)
def take_back(trial_id: int) -> ResponseReturnValue:
    """Drop the last act."""
    taken = trials.take_back(trial_id, seen=_seen(), by=signed_in())
    if taken is not None:
        flash(gettext("已撤回最后一步。"), "success")
    return redirect(url_for("studio.trial", trial_id=trial_id))


@blueprint.post("/trials/<int:trial_id>/start-over")
@needs(Permission.TRIAL_RUN)
def start_over(trial_id: int) -> ResponseReturnValue:
    """Drop every act."""
    trials.start_over(trial_id, seen=_seen(), by=signed_in())
    flash(gettext("已回到起点。"), "success")
    return redirect(url_for("studio.trial", trial_id=trial_id))


@blueprint.post("/trials/<int:trial_id>/core")
@needs(Permission.TRIAL_RUN)
def change_core(trial_id: int) -> ResponseReturnValue:
    """The same acts on the other core."""
    by, core = signed_in(), chosen(request.form.get("core", ""), CORES, OURS)
    try:
        trials.change_core(trial_id, core, by=by)
    except TrialRefused as refused:
        return _page(own_trial(trial_id, by=by), refused), refused.status
    flash(gettext("已换成%(core)s，操作不变。", core=words(CORES[core])), "success")
    return redirect(url_for("studio.trial", trial_id=trial_id))


@blueprint.post("/trials/<int:trial_id>/record")
@needs(Permission.RELEASE_DRAFT)
def record_example(trial_id: int) -> ResponseReturnValue:
    """Save the acts as a worked example of a working copy: a new one, or one that begins alike (`over`)."""
    by, typed = signed_in(), {name: request.form.get(name, "").strip() for name in ("name", "name_en", "file", "over")}
    copy_id = request.form.get("copy", 0, type=int)
    try:
        if "over" in request.form:
            _ensure_finished(own_trial(trial_id, by=by))
            path = trial_recording.record_example_anew(trial_id, copy_id, typed["over"], by=by)
            said = gettext("已更新示例 %(path)s。", path=path)
        else:
            name = Words(typed["name"], typed["name_en"])
            path = trial_recording.record_example(trial_id, copy_id, typed["file"], name, by=by)
            said = gettext("已录为示例 %(path)s。", path=path)
    except (Incomplete, TrialRefused) as refused:
        return _page(own_trial(trial_id, by=by), refused), refused.status
    flash(said, "success")
    say_what_differs(copy_id, path)
    return redirect(url_for("studio.examples", copy_id=copy_id))


@blueprint.post("/trials/<int:trial_id>/discard")
@needs(Permission.TRIAL_RUN)
def discard(trial_id: int) -> ResponseReturnValue:
    """Delete the trial."""
    trials.discard(trial_id, by=signed_in())
    flash(gettext("已删除。"), "success")
    return redirect(url_for("studio.own_trials"))


@blueprint.get("/trials/<int:trial_id>/compare")
@needs(Permission.TRIAL_RUN)
def compare(trial_id: int) -> ResponseReturnValue:
    """The same acts on both cores, side by side."""
    one = own_trial(trial_id, by=signed_in())
    names = queries.names_for(one)
    with one.standing() as replayed:
        lines = done_acts(replayed, one.acts, names)
    said = [gettext("开始"), *(act_words(line.act, line.name, line.item) for line in lines)]
    return render_template("studio/trial_compare.html", **_common(one), compared=compare_cores(one, names), said=said)


@blueprint.get("/trials/<int:trial_id>/diagram")
@needs(Permission.TRIAL_RUN)
def trial_diagram(trial_id: int) -> ResponseReturnValue:
    """A diagram for the picture on the page: plain text in UTF-8, in the person's language where the bundle has it."""
    one, path = own_trial(trial_id, by=signed_in()), request.args.get("path", "")
    found = _diagram(one, path)
    if found is None:
        raise NotFound()
    return Response(found.text, mimetype="text/plain")


# ---------------------------------------------------------------- the page of a trial


def _page(
    one: TrialRow, refused: Incomplete | TrialRefused | TrialMoved | TrialTooLong | None = None, fill: str = ""
) -> str:
    """The page of a trial. `refused`: why what was sent was not done; `fill`: variables for the field of its form."""
    names = queries.names_for(one)
    given: dict[str, Any] = {**_common(one), **_refusal(refused), "view": None}
    if fill:
        given |= {"refused_form": request.form.get("form", ""), "typed": _typed() | {"variables": fill}}
    try:
        with one.standing() as replayed:
            return render_template("studio/trial.html", **given | _standing(one, replayed, names))
    except TrialRefused as blocked:
        return render_template("studio/trial.html", **given, blocked=blocked.words)


def _standing(one: TrialRow, replayed: Replayed, names: queries.Names) -> dict[str, Any]:
    """What the page shows of a trial that could begin."""
    view = view_of(replayed.trial, one.beginning.core, names)
    run = _shown_run(view)

    def hint_of(waits: Waits) -> TaskHint:
        return hint_for(one.source, replayed.trial.instances[waits.at.instance - 1], waits.what)

    def property_of(waits: Waits, name: str, text: str) -> tuple[str, str]:
        instance, task = replayed.trial.instances[waits.at.instance - 1], waits.what
        program = replayed.trial.program(instance.process)
        return property_words(name, text, lambda element: names.element(program, task.process, element))

    return {
        "view": view,
        "run": run,
        "runs": [_run_tab(one.id, each, run) for each in view.runs],
        "marks": _marks(run),
        "drawn": run is not None and (found := _diagram(one, run.file)) is not None and found.is_drawn,
        "acts": done_acts(replayed, one.acts, names),
        "left_open": view.left_open,
        "stopped": replayed.stopped,
        "stopped_words": words_of(replayed.stopped.why) if replayed.stopped else None,
        "clock": clock_words(view.now),
        "mark_words": mark_words,
        "clock_name": clock_name,
        "group_name": names.group,
        "copies": _copies_for(one),
        "alike": _begun_alike(one),
        "hint_of": hint_of,
        "property_of": property_of,
        "papers": papers_of(one, replayed.trial, names),
    }


def _copies_for(one: TrialRow) -> list[CopyRow]:
    """The open working copies that can take the trial as an example: its own before the others of the bundle."""
    if one.release_id is None:
        return []
    found = copies_of(releases.release(one.release_id).bundle_key)
    return sorted(found, key=lambda copy: copy.id != one.source.copy_id)


def _begun_alike(one: TrialRow) -> list[Example]:
    """The examples of the open copy that it tries, as it is now, that begin as the trial does."""
    copy_id = one.source.copy_id
    if copy_id is None or not working_copy(copy_id).is_open:
        return []
    source = trials.source_of_copy(copy_id)
    bundle = queries.bundle_of(source)
    return trial_recording.begun_alike(one, source.content(), bundle) if bundle is not None else []


def _common(one: TrialRow) -> dict[str, Any]:
    """What every page of a trial knows."""
    release = releases.release(one.release_id) if one.release_id is not None else None
    return {
        "trial": one,
        "release": release,
        "copy": working_copy(one.source.copy_id) if one.source.copy_id is not None else None,
        "name": releases.name_of(release) if release else one.file_path,
        "cores": CORES,
        "act_words": act_words,
        "clock_words": clock_words,
        "moment": moment_words,
        "written": written,
    }


def _refusal(refused: Incomplete | TrialRefused | TrialMoved | TrialTooLong | None) -> dict[str, Any]:
    """Which form was refused, what stood in it, and the reason at its field."""
    form = request.form.get("form", "") if refused else ""
    return {
        "refused": None if refused is None or isinstance(refused, Incomplete) else refused.words,
        "refused_form": form,
        "errors": {f"{form}-{refused.field}": words(refused.words)} if isinstance(refused, Incomplete) else {},
        "typed": _typed() if form else {},
    }


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in TYPED}


def _ensure_finished(one: TrialRow) -> None:
    """An example told anew ends where the trial stands: that it waits there is said, and has to be meant.

    Raises Incomplete.
    """
    if "unfinished" in request.form:
        return
    with one.standing() as replayed:
        left = view_of(replayed.trial, one.beginning.core, queries.names_for(one)).left_open
    if left:
        raise Incomplete(
            "unfinished",
            Words(
                f"这次模拟还没有走完，停在{'、'.join(f'“{one.zh}”' for one in left)}。要让示例到此为止，请勾选。",
                f"The trial has not come to its end; it waits at {', '.join(f'“{one.en}”' for one in left)}. "
                "Tick the box if the example is to end here.",
            ),
        )


def _shown_run(view: TrialView) -> Run | None:
    by_key = {run.key: run for run in view.runs}
    return by_key.get(chosen(request.args.get("run", ""), by_key, view.newest))


def _run_tab(trial_id: int, run: Run, shown: Run | None) -> tuple[str, str, bool, int | None]:
    url = url_for("studio.trial", trial_id=trial_id, run=run.key)
    return words(run.label), url, run is shown, run.waiting or None


def _marks(run: Run | None) -> list[dict[str, str]]:
    """The incidents of a run, as badges on its diagram that lead to the list."""
    return [
        {"element": one.element, "severity": "error", "text": words(one.words), "target": one.target}
        for one in (run.marks if run else ())
    ]


def _diagram(one: TrialRow, path: str) -> Diagram | None:
    content = one.files().content.get(path)
    if content is None or not path.endswith(".bpmn"):
        return None
    return read_named(path, content, language(), queries.bundle_of(one.source))


def _seen() -> int:
    text = request.form.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1
