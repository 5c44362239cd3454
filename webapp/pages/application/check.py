"""核对提交: everything on one page; receiving the application, and what the applicant leaves with."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Words
from engine.bundles import answer_words, handled_by
from engine.forms import value_at
from engine.law import grouped_tracking_code
from webapp.errors import ActRefused, Incomplete, NotEligible
from webapp.form_values import shown_value
from webapp.identity import signed_in
from webapp.languages import language
from webapp.pages.application.qr import qr_svg, tracking_address
from webapp.pages.application.steps import blueprint, noted_draft, open_draft, show, step_url
from webapp.pages.support import needs
from webapp.permissions import Permission, may
from webapp.queries.application import Draft, draft_of
from webapp.queries.application_steps import (
    Missing,
    commitments_of,
    department_names,
    form_context,
    materials_of,
    missing_of,
    receipt_document,
    received_items,
)
from webapp.queries.tracking import next_of
from webapp.services.commitments import keep_ineligible
from webapp.services.credit_bars import ApplicantBarred
from webapp.services.licence_reuse import LicenceNotReusable
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.receipt import FormIncomplete, MaterialsMissing, receive


@dataclass(frozen=True, slots=True)
class CheckSection:
    """A section of the form as answered: label and shown value, in order."""

    name: Words
    rows: tuple[tuple[Words, str], ...]


@blueprint.get("/<int:case_id>/check")
@needs(Permission.DRAFT_EDIT)
def check(case_id: int) -> ResponseReturnValue:
    """All answers, materials and ways, with links back; what is missing stands on top."""
    return _page(open_draft(case_id), [])


@blueprint.post("/<int:case_id>/check")
@needs(Permission.CASE_RECEIVE)
def submit(case_id: int) -> ResponseReturnValue:
    """Receive the application: number, receipt, tracking code, shown in the answer and kept nowhere."""
    draft = open_draft(case_id)
    if missing_of(draft, materials_of(draft), commitments_of(draft)):
        keep_ineligible(case_id, by=signed_in())
        return _page(draft, [], 422)
    try:
        received = receive(case_id, by=signed_in(), key=request.form.get("key", ""))
    except (ApplicantBarred, Incomplete, FormIncomplete, LicenceNotReusable, MaterialsMissing, NotEligible) as refusal:
        return _page(draft, [refusal], 422)
    except AlreadyCarriedOut:
        return redirect(url_for("application.receipt", case_id=case_id))
    return _receipt(draft_of(signed_in(), case_id), grouped_tracking_code(received.code))


@blueprint.get("/<int:case_id>/receipt")
@needs(Permission.DRAFT_EDIT)
def receipt(case_id: int) -> ResponseReturnValue:
    """What the applicant leaves with, without the tracking code: only the answer to the receiving shows it."""
    draft = noted_draft(case_id)
    if draft.number is None:
        return redirect(step_url(case_id, "check"))
    return _receipt(draft, None)


def _receipt(draft: Draft, code: str | None) -> ResponseReturnValue:
    address = tracking_address(draft.number)
    return render_template(
        "application/receipt.html",
        draft=draft,
        code=code,
        address=address,
        qr_code=qr_svg(address),
        items=received_items(draft),
        next_of=next_of,
        document_url=_document_url(draft.id),
        case_url=url_for("case.show", case_id=draft.id),
        window_url=url_for("window.result", case_id=draft.id),
    )


def _page(draft: Draft, refusals: list[ActRefused], status: int = 200) -> ResponseReturnValue:
    rows, commitments = materials_of(draft), commitments_of(draft)
    missing = missing_of(draft, rows, commitments)
    # A refusal that our own list foresees is not said twice.
    if refusals and not missing:
        missing = [Missing("check", refusal.words) for refusal in refusals]
    return show(
        "check",
        draft,
        status,
        missing=missing,
        elsewhere=lies_elsewhere(draft),
        guided=_guided_rows(draft),
        sections=_sections(draft),
        rows=[row for row in rows if row.asked_for],
        commitments={choice.key: choice for choice in commitments},
        departments=department_names(),
        handled_by=handled_by,
        may_receive=may(signed_in(), Permission.CASE_RECEIVE),
    )


def lies_elsewhere(draft: Draft) -> Words | None:
    """A doubt, not a fault: the matter lies in a district that is not one of the place whose units handle the case."""
    profile, key = draft.rules.profile, draft.bundle.district_field
    value = value_at(draft.answers, key) if key else None
    if not value or not profile.districts or value in profile.districts:
        return None
    field = draft.release.form.field(key)
    zh, en = shown_value(field, value, "zh"), shown_value(field, value, "en")
    place = profile.jurisdiction
    return Words(
        f"“{field.label.zh}”填的是{zh}，不在本件办理地{place.zh}的辖区内：请核对地址；办理地选错的，应当按正确的办理地重新登记。",
        f"“{field.label.en}” says {en}, which does not lie in the place of this case, {place.en}: check the address,"
        " and begin again with the right place if that was chosen wrongly.",
    )


def _guided_rows(draft: Draft) -> list[tuple[Words, Words]]:
    labels = {q.key: {option.value: option.label for option in q.options} for q in draft.bundle.questions}
    return [
        (question.text, answer_words(draft.guided[question.key], labels[question.key]))
        for question in draft.bundle.questions
        if question.key in draft.guided
    ]


def _sections(draft: Draft) -> list[CheckSection]:
    form, shown = draft.release.form, language()
    sections = [
        CheckSection(
            section.label,
            tuple(
                (field.label, shown_value(field, value_at(draft.answers, field.key), shown))
                for field in section.fields
                if field.carries_answer and field.label.zh
            ),
        )
        for section in form.page(draft.answers, draft.guided, form_context())
    ]
    return [section for section in sections if section.rows]


def _document_url(case_id: int) -> str | None:
    """The printable receipt (材料接收凭证), by its document's id."""
    document_id = receipt_document(case_id)
    return url_for("paper.document", document_id=document_id) if document_id is not None else None
