"""承诺: commitment or the ordinary way, per item; all chosen letters are signed in one sitting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.law import APPLICATION
from engine.law import COMMITMENT as BY_COMMITMENT
from webapp import papers
from webapp.errors import FileRefused, Incomplete, LetterChanged, NotEligible
from webapp.identity import signed_in
from webapp.pages.application.signing import keep_token
from webapp.pages.application.steps import blueprint, following, open_draft, show, step_url
from webapp.pages.application.uploads import drawn_signature, upload_named
from webapp.pages.decision_steps import StepShown, steps_shown
from webapp.pages.decision_words import reading_of
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries.application import Draft
from webapp.queries.application_steps import CommitmentChoice, bars_of_draft, commitments_of, form_faults
from webapp.services import sms
from webapp.services.commitments import (
    CHANNEL_WORDS,
    CODE,
    COMMITMENT,
    ORDINARY,
    PHONE,
    ChannelNotOpen,
    sign,
    take_ordinary_way,
)
from webapp.services.credit_bars import ApplicantBarred
from webapp.services.files import Upload
from webapp.services.signing_codes import send_code
from webapp.services.signing_requests import ask_to_sign
from webapp.services.sms import NumberSentTooOften, SmsUnavailable
from webapp.services.visits import LEGAL_REPRESENTATIVE

DRAWN, SCANNED = "tablet", "scan"


@blueprint.get("/<int:case_id>/commitment")
@needs(Permission.DRAFT_EDIT)
def commitment(case_id: int) -> ResponseReturnValue:
    """The items that know commitment: whether each is open to this applicant, and its letter in full."""
    draft = open_draft(case_id)
    return _page(draft, commitments_of(draft), {})


@blueprint.post("/<int:case_id>/commitment")
@needs(Permission.DRAFT_EDIT)
def choose_ways(case_id: int) -> ResponseReturnValue:
    """Keep the way of every item and proof; the letters chosen now are signed together, and nothing is half done.

    Signed here, or (`act`) let be signed on the signer's phone or by a code: then the next page waits for that.
    """
    draft = open_draft(case_id)
    choices = commitments_of(draft)
    chosen = _chosen_ways(choices)
    letters = {
        choice.key: request.form.get(f"digest-{choice.key}", "")
        for choice in choices
        if chosen[choice.key] == COMMITMENT and not choice.signed_as_shown
    }
    act = request.form.get("act", "")
    if letters or act in (PHONE, CODE):
        refused = _sign(case_id, letters, act)
        if refused is not None:
            field, fault = refused
            return _page(draft, choices, {field: [fault]}, chosen, 422)
    for choice in choices:
        if chosen[choice.key] == ORDINARY and (choice.way == COMMITMENT or choice.signed is not None):
            take_ordinary_way(case_id, choice.key, by=signed_in())
    if act in (PHONE, CODE):
        return redirect(step_url(case_id, "signing"))
    if letters:
        flash(gettext("已签署 %(count)s 份承诺书。", count=len(letters)), "success")
    return redirect(step_url(case_id, following("commitment")))


@blueprint.get("/<int:case_id>/letters")
@needs(Permission.DRAFT_EDIT)
def letters(case_id: int) -> ResponseReturnValue:
    """The letters on paper, for signing by hand and scanning."""
    draft = open_draft(case_id)
    return render_template(
        "application/letters.html",
        draft=draft,
        choices=[choice for choice in commitments_of(draft) if choice.letter is not None],
        read_paper=papers.read,
        back_url=step_url(case_id, "commitment"),
    )


def _chosen_ways(choices: Sequence[CommitmentChoice]) -> dict[str, str]:
    """Key -> way. An item that goes by commitment as a whole leaves no proof to be replaced by itself."""
    chosen = {choice.key: _chosen_way(choice) for choice in choices}
    for choice in choices:
        if choice.is_proof and chosen.get(choice.item.key) == COMMITMENT:
            chosen[choice.key] = ORDINARY
    return chosen


def _chosen_way(choice: CommitmentChoice) -> str:
    """The way posted for an item or proof, else the one kept; only the ordinary one where commitment is not open.

    A page on which it was still open may post it: signing then refuses with the rule, and the try is kept.
    """
    kept = choice.way if choice.letter else ORDINARY
    return request.form.get(f"way-{choice.key}", kept)


def _sign(case_id: int, letters: Mapping[str, str], act: str) -> tuple[str, Words] | None:
    """Sign, or ask for the signature elsewhere; or say which control is at fault and why."""
    signer = request.form.get("signer_name", "")
    try:
        if not letters:
            raise Incomplete(
                "letters", Words("没有待签署的承诺书。", "There is no letter to be signed: choose commitment first.")
            )
        if act == PHONE:
            keep_token(case_id, ask_to_sign(case_id, letters, by=signed_in(), signer_name=signer))
        elif act == CODE:
            send_code(case_id, letters, by=signed_in(), signer_name=signer)
        else:
            signature, channel = _signature()
            sign(case_id, letters, by=signed_in(), signature=signature, signer_name=signer, channel=channel)
    except ChannelNotOpen as fault:
        return "letters", fault.words
    except Incomplete as fault:
        return fault.field, fault.words
    except FileRefused as refusal:
        return (SCANNED if upload_named(SCANNED) else "signature"), refusal.words
    except (LetterChanged, NotEligible, SmsUnavailable, NumberSentTooOften) as refusal:
        return "letters", refusal.words
    return None


def _signature() -> tuple[Upload, str]:
    """The drawn signature, or the scan of the letters signed on paper. Raises Incomplete."""
    scan = upload_named(SCANNED)
    if scan is not None:
        return scan, SCANNED
    drawn = drawn_signature("signature")
    if drawn is None:
        raise Incomplete(
            "signature", Words("请签名，或上传纸质承诺书的扫描件。", "Sign, or upload the scanned letters.")
        )
    return drawn, DRAWN


def _page(
    draft: Draft,
    choices: Sequence[CommitmentChoice],
    errors: Mapping[str, Sequence[Words]],
    chosen: Mapping[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    signers = draft.visit.present == LEGAL_REPRESENTATIVE
    return show(
        "commitment",
        draft,
        status,
        choices=choices,
        chosen=chosen or {choice.key: choice.way for choice in choices},
        errors=errors,
        form_incomplete=bool(form_faults(draft)),
        read_paper=papers.read,
        bars=list(dict.fromkeys(bar.words for _, bar in bars_of_draft(draft, BY_COMMITMENT))),
        not_applied_for=[ApplicantBarred(item.name, bar).words for item, bar in bars_of_draft(draft, APPLICATION)],
        why={choice.key: _why(draft, choice) for choice in choices},
        may_sign={choice.key: signers or choice.proxy_allowed for choice in choices},
        channels={name for choice in choices if choice.letter for name in choice.subject.terms.channels},
        codes_sent=sms.is_set_up(),
        phones_sign=sms.is_set_up() or draft.rules.profile.qr_alone is not None,
        channel_words=CHANNEL_WORDS,
        signer_name=request.form.get("signer_name") or (draft.visit.name if signers else ""),
    )


def _why(draft: Draft, choice: CommitmentChoice) -> list[StepShown]:
    """How the table decided on this item just now."""
    asked = choice.eligibility
    return steps_shown(asked.outcome.steps, reading_of(draft.release, asked.file)) if asked.outcome else []
