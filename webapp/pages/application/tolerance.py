"""容缺受理 in a draft: what is missing is promised, item by item, in letters that are read and signed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp import papers
from webapp.errors import ActRefused, NotFound
from webapp.identity import signed_in
from webapp.pages.application.steps import blueprint, open_draft, step_url, stepper
from webapp.pages.support import needs
from webapp.pages.tolerance_form import beside_its_field, digest, labels_of, promise_of, signature, typed_of
from webapp.permissions import Permission
from webapp.queries.application import Draft
from webapp.queries.application_steps import materials_of
from webapp.queries.tolerance_choices import Choice, bars_on_following, choices_of
from webapp.services.tolerance_letters import Signed
from webapp.services.tolerance_promises import promise_in_draft, take_back
from webapp.services.tolerance_terms import HOW


@blueprint.get("/<int:case_id>/tolerance")
@needs(Permission.DRAFT_EDIT)
def tolerance(case_id: int) -> ResponseReturnValue:
    """What may follow, until when; with days given, the letters as they would be signed."""
    draft = open_draft(case_id)
    return _page(draft, _choices(draft), {})


@blueprint.post("/<int:case_id>/tolerance")
@needs(Permission.DRAFT_EDIT)
def sign_promises(case_id: int) -> ResponseReturnValue:
    """Sign the promises that were read; nothing is half done."""
    draft = open_draft(case_id)
    choices = _choices(draft)
    chosen = [one for one in choices if one.typed.chosen]
    try:
        drawn, channel = signature()
        promise_in_draft(
            case_id,
            [promise_of(one) for one in chosen],
            {one.item.key: digest(one.item.key) for one in chosen},
            by=signed_in(),
            signed=Signed("", request.form.get("signer_name", ""), channel, drawn),
        )
    except NotFound:
        raise
    except ActRefused as refusal:
        return _page(draft, choices, beside_its_field(refusal), refusal.status)
    flash(gettext("已签署 %(count)s 份容缺受理承诺书。", count=len(chosen)), "success")
    return redirect(step_url(case_id, "materials"))


@blueprint.post("/<int:case_id>/tolerance/<item_key>/take-back")
@needs(Permission.DRAFT_EDIT)
def take_promise_back(case_id: int, item_key: str) -> ResponseReturnValue:
    """The applicant brings everything after all."""
    open_draft(case_id)
    take_back(case_id, item_key, by=signed_in())
    flash(gettext("已撤回容缺受理承诺。"), "success")
    return redirect(url_for("application.tolerance", case_id=case_id))


def _choices(draft: Draft) -> list[Choice]:
    sent = request.values
    typed = {key: typed_of(sent, key) for key in draft.item_keys if "shown" in sent}  # what is not sent is not chosen
    return choices_of(draft, materials_of(draft), typed)


def _page(
    draft: Draft, choices: Sequence[Choice], errors: Mapping[str, Sequence[Words]], status: int = 200
) -> ResponseReturnValue:
    faults = {one.fault[0]: [one.fault[1]] for one in choices if one.fault is not None and one.typed.chosen}
    page = render_template(
        "application/tolerance.html",
        draft=draft,
        choices=choices,
        bars=[] if choices else bars_on_following(draft, materials_of(draft)),
        errors={**faults, **errors},
        labels=labels_of(choices),
        hows=HOW,
        rules=draft.rules.profile.tolerance,
        read_paper=papers.read,
        signer_name=request.form.get("signer_name") or draft.visit.name,
        **stepper("materials", draft),
    )
    return page, status
