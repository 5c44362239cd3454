"""表达式与决策试算: an expression or a decision over an input, with its value and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Finding, errors_in
from engine.dmn import Decisions
from engine.playground import (
    DecisionTried,
    ExpressionTried,
    InputInvalid,
    decision_chosen,
    expected_input,
    noting,
    read_input,
    read_model,
    try_decision,
    try_expression,
)
from engine.runtime import Context
from webapp import feel_text
from webapp.errors import NotFound
from webapp.pages.decision_steps import steps_shown
from webapp.pages.studio.playground_shown import marked_source
from webapp.pages.studio.shared import MEBIBYTE, blueprint, chosen, finding_lines
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import playground as queries
from webapp.queries.release_names import names_of
from webapp.services.release_uploads import plain_name

EXPRESSION, DECISION = "expression", "decision"
LONGEST_XML = 2 * MEBIBYTE


@dataclass(slots=True)
class Asked:
    """What was typed. `file` names one of the office's decision files, `xml` is a file's text pasted or uploaded,
    `named` the name of the uploaded one."""

    what: str
    expression: str = ""
    given: str = ""
    file: str = ""
    xml: str = ""
    decision: str = ""
    named: str = ""


@dataclass(slots=True)
class Model:
    """The decisions of the chosen file, with all findings; `name` is the file's."""

    name: str
    decisions: Decisions
    findings: list[Finding]

    @property
    def broken(self) -> bool:
        return bool(errors_in(self.findings))


@blueprint.get("/playground")
@needs(Permission.TRIAL_RUN)
def playground() -> ResponseReturnValue:
    """The form; a decision file of the address is read at once."""
    asked = Asked(chosen(request.args.get("what", ""), (EXPRESSION, DECISION), EXPRESSION))
    errors: dict[str, str] = {}
    if asked.what == DECISION:
        asked.file, asked.decision = request.args.get("file", ""), request.args.get("decision", "")
    model = _model(asked, errors) if asked.file else None
    if model is not None and not model.broken:
        asked.given = _skeleton(model, asked)
    return _page(asked, errors, model), 422 if errors else 200


@blueprint.post("/playground")
@needs(Permission.TRIAL_RUN)
def try_out() -> ResponseReturnValue:
    """What comes out. Nothing is kept."""
    form = request.form
    asked = Asked(
        chosen(form.get("what", ""), (EXPRESSION, DECISION), EXPRESSION),
        *(
            form.get(name, "").replace("\r\n", "\n")
            for name in ("expression", "given", "file", "xml", "decision", "named")
        ),
    )
    errors: dict[str, str] = {}
    return _try_expression(asked, errors) if asked.what == EXPRESSION else _try_decision(asked, errors)


def _try_expression(asked: Asked, errors: dict[str, str]) -> ResponseReturnValue:
    if not asked.expression.strip():
        errors["expression"] = gettext("请填写表达式。")
    context = noting(queries.context_now())
    given = _given(asked, errors, context)
    if given is None or errors:
        return _page(asked, errors), 422
    tried = try_expression(asked.expression, given, context)
    return _page(asked, errors, tried=tried)


def _try_decision(asked: Asked, errors: dict[str, str]) -> ResponseReturnValue:
    upload = request.files.get("upload")
    if upload is not None and upload.filename:
        _take_upload(asked, upload.filename, upload.read(), errors)
    model = None if errors else _model(asked, errors)
    if model is None or model.broken:
        return _page(asked, errors, model), 422 if errors else 200
    if "load" in request.form:
        asked.given = _skeleton(model, asked) if not asked.given.strip() else asked.given
        return _page(asked, errors, model)
    context = noting(queries.context_now())
    given = _given(asked, errors, context)
    key = _chosen_in(model, asked)
    if not key:
        errors["file"] = gettext("文件里没有可以试算的决策。")
    if given is None or errors:
        return _page(asked, errors, model), 422
    return _page(asked, errors, model, decided=try_decision(model.decisions, key, given, context))


def _take_upload(asked: Asked, name: str, content: bytes, errors: dict[str, str]) -> None:
    """The file's text goes along in the page's form, so that it can be tried again."""
    if len(content) > LONGEST_XML:
        errors["upload"] = gettext("文件不得超过 %(size)s MB。", size=LONGEST_XML // MEBIBYTE)
        return
    try:
        asked.xml = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        errors["upload"] = gettext("“%(name)s”不是 UTF-8 文本。", name=name)
    asked.file, asked.decision, asked.named = "", "", plain_name(name)


def _model(asked: Asked, errors: dict[str, str]) -> Model | None:
    """The decisions that are to be tried: of the pasted text, else of the chosen file."""
    others: Mapping[str, bytes] = {}
    if asked.xml.strip():
        name = plain_name(asked.named) if asked.named else gettext("粘贴的内容")
        content = asked.xml.strip().encode("utf-8", "replace")
    elif asked.file:
        try:
            name, content, others = queries.content_of(asked.file)
        except NotFound:
            errors["file"] = gettext("没有这个文件，请重新选择。")
            return None
    else:
        errors["file"] = gettext("请选择决策文件，或粘贴 DMN。")
        return None
    return Model(name, *read_model(content, name, others))


def _given(asked: Asked, errors: dict[str, str], context: Context) -> dict[str, object] | None:
    try:
        return read_input(asked.given, context)
    except InputInvalid as invalid:
        errors["given"] = words(invalid.fault.words)
        return None


def _chosen_in(model: Model, asked: Asked) -> str:
    """The decision that is asked for, where the file has it; another file may have been chosen since."""
    asked.decision = decision_chosen(model.decisions, asked.decision) or decision_chosen(model.decisions, "")
    return asked.decision


def _skeleton(model: Model, asked: Asked) -> str:
    """The names that the decision reads, to be filled in."""
    key = _chosen_in(model, asked)
    return feel_text.written(dict.fromkeys(expected_input(model.decisions, key))) if key else ""


def _page(
    asked: Asked,
    errors: dict[str, str],
    model: Model | None = None,
    tried: ExpressionTried | None = None,
    decided: DecisionTried | None = None,
) -> str:
    files = queries.decision_files() if asked.what == DECISION else []
    names = names_of(one.release_id for one in files)
    if model is not None:
        _chosen_in(model, asked)
    decisions = [] if model is None or model.broken else [model.decisions.decision(key) for key in model.decisions.ids]
    outcome = decided.outcome if decided is not None else None
    return render_template(
        "studio/playground.html",
        asked=asked,
        errors=errors,
        files=files,
        names=names,
        model=model,
        decisions=decisions,
        lines=[] if model is None else finding_lines(model.findings, []),
        tried=tried,
        source=marked_source(asked.expression, tried.fault) if tried is not None else None,
        decided=decided,
        value=_written(tried.text, tried.value) if tried else _written("", outcome.value) if outcome else "",
        steps=steps_shown(outcome.steps) if outcome is not None else [],
    )


def _written(text: str, value: object) -> str:
    return text or feel_text.written(value)
