"""Where a process stands, and putting it somewhere else: chosen on the diagram or in the table, looked over, done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from engine import Words
from engine.runtime import Add, Move, Remove
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.repair.blueprint import Errors, blueprint, opened
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries import diagram
from webapp.queries.case_access import ensure_case
from webapp.queries.repairs import repairs_of
from webapp.queries.standing import Standing, standing
from webapp.queries.token_effects import token_effects
from webapp.services.repair import Change, ChangesRefused, change_tokens

LABELS = {"reason": Words("调整原因", "Reason"), "changes": Words("调整", "Changes")}
NO_CHANGE = Words("请选择要移动、移除或者新增的令牌。", "Choose what to change.")
REMOVE = "remove"
MOST_DIGITS = 18
#: Tokens that can be added in one go.
ADDED = 3

Form = MultiDict[str, str]


@blueprint.get("/repair")
@needs(Permission.CASE_REPAIR)
def tokens(case_id: int) -> ResponseReturnValue:
    """The tokens of one instance of the case (`instance`, else the oldest that runs); changes of the address are
    chosen already."""
    return _page(case_id, request.args.get("instance", type=int), {})


@blueprint.get("/repair/diagram.bpmn")
@needs(Permission.CASE_REPAIR)
def token_diagram(case_id: int) -> ResponseReturnValue:
    """The diagram of a `process` that an `instance` runs or calls."""
    ensure_case(signed_in(), case_id)
    release, process = diagram.instance_process(case_id, request.args.get("instance", 0, type=int))
    wanted = request.args.get("process", process)
    process = wanted if wanted in release.program.processes else process
    return Response(diagram.diagram_xml(release, process, language()), mimetype="application/xml")


@blueprint.post("/repair/check")
@needs(Permission.CASE_REPAIR)
def check(case_id: int) -> ResponseReturnValue:
    """What the chosen changes would do. Nothing is done yet."""
    ensure_case(signed_in(), case_id)
    return _summary(case_id, {})


@blueprint.post("/repair")
@needs(Permission.CASE_REPAIR)
def change(case_id: int) -> ResponseReturnValue:
    """Move, remove and add tokens as chosen."""
    by, form = signed_in(), request.form
    ensure_case(by, case_id)
    instance = form.get("instance", type=int) or 0
    try:
        change_tokens(
            case_id,
            instance,
            chosen(form),
            by=by,
            reason=form.get("reason", ""),
            seen=form.get("seen", ""),
            key=form.get("key", ""),
        )
    except ChangesRefused as refused:
        return _page(case_id, instance, _against(refused), refused.status)
    except Incomplete as refusal:
        if refusal.field == "changes":
            return _page(case_id, instance, {refusal.field: [refusal.words]}, refusal.status)
        return _summary(case_id, {refusal.field: [refusal.words]}, refusal.status)
    flash(gettext("流程位置已调整。"), "success")
    return redirect(url_for("case.show", case_id=case_id))


def chosen(form: Form) -> list[Change]:
    """The changes that the form names: `token-<id>` is `to:<element>` or `remove`, `add` is `<scope>:<element>`."""
    changes: list[Change] = []
    for name, value in form.items():
        token = name.removeprefix("token-")
        if not value or token == name or not _is_id(token):
            continue
        changes.append(Remove(int(token)) if value == REMOVE else Move(int(token), value.partition(":")[2]))
    for added in form.getlist("add"):
        scope, _, element = added.partition(":")
        if _is_id(scope) and element:
            changes.append(Add(element, int(scope)))
    return changes


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _against(refused: ChangesRefused) -> Errors:
    return {"changes": [Words(f"“{where}”：{said.zh}", f"“{where}”: {said.en}") for where, said in refused.refusals]}


def _picked(form: Form) -> list[tuple[str, str]]:
    """What of the form is a change, to be carried on."""
    return [(name, value) for name, value in form.items(multi=True) if value and (name == "add" or _token(name))]


def _token(name: str) -> bool:
    return name.startswith("token-") and _is_id(name.removeprefix("token-"))


def _summary(case_id: int, errors: Errors, status: int = 200) -> ResponseReturnValue:
    form = request.form
    instance, changes = form.get("instance", type=int) or 0, chosen(form)
    if not changes:
        return _page(case_id, instance, {"changes": [NO_CHANGE]}, 422)
    try:
        effects = token_effects(case_id, instance, changes, form.get("seen", ""))
    except ChangesRefused as refused:
        return _page(case_id, instance, _against(refused), refused.status)
    picked = _picked(form)
    again: dict[str, Any] = {name: [value for one, value in picked if one == name] for name, _ in picked}
    rendered = render_template(
        "repair/check.html",
        **opened(signed_in(), case_id, "repair"),
        effects=effects,
        picked=picked,
        again=url_for("repair.tokens", case_id=case_id, instance=instance, **again),
        typed=form,
        errors=errors,
        labels=LABELS,
    )
    return rendered, status


def _page(case_id: int, instance: int | None, errors: Errors, status: int = 200) -> ResponseReturnValue:
    by = signed_in()
    ensure_case(by, case_id)
    page, typed = standing(case_id, instance), request.values
    rendered = render_template(
        "repair/tokens.html",
        **opened(by, case_id, "repair"),
        page=page,
        tabs=[
            (words(one.name), url_for("repair.tokens", case_id=case_id, instance=one.id), one is page.instance, None)
            for one in page.instances
        ]
        if page
        else [],
        drawn=_drawn(page) if page else [],
        repairs=repairs_of(case_id),
        typed=typed,
        added=[*[one for one in typed.getlist("add") if one][:ADDED], *[""] * ADDED][:ADDED],
        errors=errors,
        labels=LABELS,
    )
    return rendered, status


def _drawn(page: Standing) -> list[dict[str, Any]]:
    """Each open process with its tokens, as the script of the diagrams takes them."""
    found: list[dict[str, Any]] = []
    for one in page.drawn:
        here = [
            {"token": token.token, "element": token.element, "name": words(token.name), "moves": bool(token.scopes)}
            for token in page.tokens
            if token.drawn_in == one.id
        ]
        told: Mapping[str, Any] = {"tokens": here, "scopes": dict(one.inner)}
        found.append({"id": one.id, "name": words(one.name), "process": one.process, "told": told, "count": len(here)})
    return found
