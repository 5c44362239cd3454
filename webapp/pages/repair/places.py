"""Where a process stands, and putting it somewhere else."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.runtime import Add, Move, Remove
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.repair.blueprint import Errors, blueprint, opened
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.case_access import ensure_case
from webapp.queries.repairs import repairs_of
from webapp.queries.standing import standing
from webapp.services.repair import Change, ChangesRefused, change_tokens

LABELS = {"reason": Words("调整原因", "Reason"), "changes": Words("调整", "Changes")}
REMOVE = "remove"
MOST_DIGITS = 18


@blueprint.get("/repair")
@needs(Permission.CASE_REPAIR)
def tokens(case_id: int) -> ResponseReturnValue:
    """The tokens of one instance of the case (`instance`, else the oldest that runs)."""
    return _page(case_id, request.args.get("instance", type=int), {})


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
        messages = [Words(f"“{where}”：{said.zh}", f"“{where}”: {said.en}") for where, said in refused.refusals]
        return _page(case_id, instance, {"changes": messages}, refused.status)
    except Incomplete as refusal:
        return _page(case_id, instance, {refusal.field: [refusal.words]}, refusal.status)
    flash(gettext("流程位置已调整。"), "success")
    return redirect(url_for("case.show", case_id=case_id))


def chosen(form: Mapping[str, str]) -> list[Change]:
    """The changes that the form names: `token-<id>` is an element or `remove`, `add` is `<scope>:<element>`."""
    changes: list[Change] = []
    for name, value in form.items():
        token = name.removeprefix("token-")
        if not value or token == name or not _is_id(token):
            continue
        changes.append(Remove(int(token)) if value == REMOVE else Move(int(token), value.partition(":")[2]))
    scope, _, element = form.get("add", "").partition(":")
    if _is_id(scope) and element:
        changes.append(Add(element, int(scope)))
    return changes


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _page(case_id: int, instance: int | None, errors: Errors, status: int = 200) -> ResponseReturnValue:
    by = signed_in()
    ensure_case(by, case_id)
    page = standing(case_id, instance)
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
        repairs=repairs_of(case_id),
        typed=request.form,
        errors=errors,
        labels=LABELS,
    )
    return rendered, status
