"""How a trial begins: which process, on which core, when, with which variables; as an example begins."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import DefinitionInvalid, Words
from engine.trial import REFERENCE, readable_examples
from engine.values import Value
from webapp import moments
from webapp.errors import Incomplete, NotFound
from webapp.feel_text import written
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.studio.shared import blueprint
from webapp.pages.studio.trial_forms import fingerprint, read_beginning
from webapp.pages.studio.trial_words import CORES, JOBS
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import releases
from webapp.queries import trials as queries
from webapp.queries.working_copies import working_copy
from webapp.services import trials
from webapp.services.trial_refusals import TrialRefused
from webapp.services.trial_replay import Beginning
from webapp.services.trials import Source, TrialRow, own_trial

#: Fields of the form of a beginning. `filled`: the example whose variables were taken over.
BEGINNING = ("process", "core", "jobs", "at", "variables", "example", "filled")


@blueprint.get("/releases/<int:release_id>/trial")
@needs(Permission.TRIAL_RUN)
def new_trial(release_id: int) -> ResponseReturnValue:
    """How a trial of this release is to begin."""
    return _new(Source(release_id))


@blueprint.post("/releases/<int:release_id>/trial")
@needs(Permission.TRIAL_RUN)
def begin_trial(release_id: int) -> ResponseReturnValue:
    """Begin a trial of this release."""
    if "fill" in request.form:
        return _filled(Source(release_id), None)
    try:
        made = trials.try_release(release_id, _beginning_of(Source(release_id)), by=signed_in())
    except (Incomplete, TrialRefused) as refused:
        return _refused_beginning(Source(release_id), None, refused)
    return redirect(url_for("studio.trial", trial_id=made))


@blueprint.get("/copies/<int:copy_id>/trial")
@needs(Permission.TRIAL_RUN)
def new_copy_trial(copy_id: int) -> ResponseReturnValue:
    """How a trial of this working copy, as it stands, is to begin; the URL may name an `example` to begin as."""
    source, example = trials.source_of_copy(copy_id), request.args.get("example", "")
    if example:
        return _begun_as(source, example)
    return _new(source)


@blueprint.post("/copies/<int:copy_id>/trial")
@needs(Permission.TRIAL_RUN)
def begin_copy_trial(copy_id: int) -> ResponseReturnValue:
    """Begin a trial of this working copy."""
    source = trials.source_of_copy(copy_id)
    if "fill" in request.form:
        return _filled(source, None)
    try:
        made = trials.try_copy(copy_id, _beginning_of(source), by=signed_in())
    except (Incomplete, TrialRefused) as refused:
        return _refused_beginning(source, None, refused)
    return redirect(url_for("studio.trial", trial_id=made))


@blueprint.get("/trials/<int:trial_id>/beginning")
@needs(Permission.TRIAL_RUN)
def beginning(trial_id: int) -> ResponseReturnValue:
    """Another beginning for this trial; the URL may propose a process."""
    one = own_trial(trial_id, by=signed_in())
    typed = _as_typed(one.beginning)
    typed["process"] = request.args.get("process", typed["process"])
    return _beginning_form(one.source, one, typed)


@blueprint.post("/trials/<int:trial_id>/beginning")
@needs(Permission.TRIAL_RUN)
def begin_anew(trial_id: int) -> ResponseReturnValue:
    """Begin again, otherwise; the acts so far are gone."""
    one = own_trial(trial_id, by=signed_in())
    if "fill" in request.form:
        return _filled(one.source, one)
    try:
        trials.begin_anew(trial_id, _beginning_of(one.source), by=signed_in())
    except (Incomplete, TrialRefused) as refused:
        return _refused_beginning(one.source, one, refused)
    return redirect(url_for("studio.trial", trial_id=trial_id))


def _new(source: Source) -> str:
    """The form of a trial that is not begun yet."""
    return _beginning_form(source, None, _as_typed(trials.beginning_now(queries.entry_process(source))))


def _begun_as(source: Source, path: str) -> str:
    """The same, as an example of the bundle begins. Raises NotFound where none has this path or its answers fit."""
    example = next((one for one in readable_examples(source.content()) if one.file == path), None)
    if example is not None and (start := example.start) is not None:
        begun = Beginning(start.process, start.at, jobs=start.jobs, variables=start.variables)
        return _beginning_form(source, None, _as_typed(begun))
    told = queries.example_variables(source, path)
    if told is None:
        raise NotFound()
    typed = _as_typed(trials.beginning_now(queries.entry_process(source)))
    return _beginning_form(source, None, typed | {"variables": written(told), "example": path, "filled": path})


def _as_typed(one: Beginning) -> dict[str, str]:
    """A beginning as its form shows it."""
    return {
        "process": one.process,
        "core": one.core,
        "jobs": one.jobs,
        "at": moments.local(one.at).strftime("%Y-%m-%dT%H:%M:%S"),
        "variables": written(dict(one.variables)) if one.variables else "",
        "example": "",
        "filled": "",
    }


def _beginning_of(source: Source) -> Beginning:
    """How the form says that the trial is to begin. Where an example is chosen whose variables nobody took over or
    replaced, with those, and that is said. Raises Incomplete."""
    form = request.form
    example, given = form.get("example", ""), form.get("variables", "")
    if not example or (given.strip() and (example == form.get("filled") or fingerprint(given) != form.get("shown"))):
        return read_beginning(form)
    told = _variables_of(source, form.get("process", ""), example)
    begun = replace(read_beginning({**form, "variables": ""}), variables=told)
    name = queries.examples(source)[example]
    flash(gettext("已用示例“%(name)s”的变量开始。", name=words(name)), "success")
    return begun


def _variables_of(source: Source, process: str, example: str) -> dict[str, Value]:
    """What an example tells the main process at the start. Raises Incomplete."""
    if source == Source() or process != queries.entry_process(source):
        raise Incomplete(
            "example",
            Words(
                "示例只有主流程的变量；请先选主流程，或自己填写变量。",
                "Examples have variables of the main process only; choose it, or enter the variables yourself.",
            ),
        )
    told = queries.example_variables(source, example)
    if told is None:
        raise Incomplete("example", Words("请选择示例。", "Choose an example."))
    return told


def _filled(source: Source, one: TrialRow | None) -> ResponseReturnValue:
    """The form again, with the variables of the chosen example."""
    typed = {name: request.form.get(name, "") for name in BEGINNING}
    try:
        told = _variables_of(source, typed["process"], typed["example"])
    except Incomplete as refused:
        return _beginning_form(source, one, typed, {refused.field: words(refused.words)}), 422
    return _beginning_form(source, one, typed | {"variables": written(told), "filled": typed["example"]})


def _refused_beginning(source: Source, one: TrialRow | None, refused: Incomplete | TrialRefused) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in BEGINNING}
    field = refused.field if isinstance(refused, Incomplete) else _field_of(refused, typed)
    return _beginning_form(source, one, typed, {field: words(refused.words)}), refused.status


def _field_of(refused: TrialRefused, typed: dict[str, str]) -> str:
    if isinstance(refused.why, DefinitionInvalid):
        return "process"
    return "core" if typed["core"] == REFERENCE else "variables"


def _beginning_form(
    source: Source, one: TrialRow | None, typed: dict[str, str], errors: dict[str, str] | None = None
) -> str:
    release = releases.release(source.release_id) if source.release_id is not None else None
    files = one.files() if one is not None else trials.files_of(source)
    processes = queries.startable(files, language(), queries.bundle_of(source))
    main = queries.entry_process(source)
    return render_template(
        "studio/trial_beginning.html",
        trial=one,
        release=release,
        copy=working_copy(source.copy_id) if source.copy_id is not None else None,
        name=releases.name_of(release) if release else (one.file_path if one else ""),
        processes=processes,
        entry=next((each.name or each.id for each in processes if each.id == main), main),
        examples=queries.examples(source),
        cores=CORES,
        jobs=JOBS,
        typed=typed,
        shown=fingerprint(typed["variables"]),
        errors=errors or {},
    )
