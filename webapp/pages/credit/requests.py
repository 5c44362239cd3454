"""信用修复 and 异议: taken in at the window, shown, examined, decided."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import file_store
from webapp.errors import ActRefused, FileRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity, signed_in
from webapp.pages.application.uploads import uploads_named
from webapp.pages.cases import FILE_POLICY, SHOWN_IN_PLACE
from webapp.pages.credit.blueprint import LABELS, Errors, blueprint, may_open, record_of, typed_day
from webapp.pages.support import needs
from webapp.permissions import CreditFacts, Permission, may
from webapp.queries import credit as found
from webapp.queries.credit_requests import request_at, request_file, request_view
from webapp.services import access, credit_requests, credit_settling
from webapp.services.credit_requests import OUTCOME_WORDS, OUTCOMES, REQUEST_WORDS, Asked
from webapp.services.credit_settling import RecordedIt
from webapp.services.page_keys import AlreadyCarriedOut


@blueprint.get("/credit/records/<uuid:record_key>/<any(repair, appeal):kind>")
@needs(Permission.CREDIT_TAKE)
def ask(record_key: UUID, kind: str) -> ResponseReturnValue:
    """The window's form of an application to repair, or of an objection."""
    return _request_form(found.record_at(record_key), kind, {})


@blueprint.post("/credit/records/<uuid:record_key>/<any(repair, appeal):kind>")
@needs(Permission.CREDIT_TAKE)
def take(record_key: UUID, kind: str) -> ResponseReturnValue:
    """Take it in; what cannot be asked for is refused with its rule."""
    form, record_id = request.form, found.record_at(record_key)
    asked = Asked(kind, form.get("person", ""), form.get("capacity", ""), form.get("statement", ""))
    try:
        request_id = credit_requests.take_request(
            record_id, asked, uploads_named("files"), by=signed_in(), key=form.get("key", "")
        )
    except (AlreadyCarriedOut, NotFound, NotYours):
        raise
    except ActRefused as refusal:
        return _request_form(record_id, kind, *_told(refusal))
    flash(gettext("已收下，由记录单位在期限内作出决定。"), "success")
    return redirect(url_for("credit.shown_request", request_key=request_view(request_id).key))


@blueprint.get("/credit/requests/<uuid:request_key>")
@needs(Permission.CREDIT_SEE)
def shown_request(request_key: UUID) -> ResponseReturnValue:
    """One request: what was asked, its last day and why, what was proposed and decided. The look is noted."""
    request_id = request_at(request_key)
    page = _request(request_id, {})
    access.note(signed_in(), None, f"credit-request:{request_id}")
    return page


@blueprint.get("/credit/requests/<uuid:request_key>/files/<int:file_id>")
@needs(Permission.CREDIT_SEE)
def evidence(request_key: UUID, file_id: int) -> ResponseReturnValue:
    """A file handed in with the request, for the window and the unit that decides. That it was opened is noted."""
    by, view = signed_in(), request_view(request_at(request_key))
    if not _sees_request(by, found.subject_of_record(view.record_id), view.record_id):
        raise NotFound()
    stored = request_file(view.id, file_id)
    access.note(by, None, f"credit-file:{file_id}")
    inline = stored.media_type in SHOWN_IN_PLACE
    response = make_response(file_store.get(stored.digest))
    response.headers["Content-Type"] = stored.media_type if inline else "application/octet-stream"
    way = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(stored.name, safe='')}"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@blueprint.post("/credit/requests/<uuid:request_key>/examined")
@needs(Permission.CREDIT_EXAMINE)
def examine(request_key: UUID) -> ResponseReturnValue:
    """An opinion of somebody of the unit."""
    form = request.form

    def act(request_id: int) -> None:
        credit_settling.examine(
            request_id,
            by=signed_in(),
            proposal=form.get("proposal", ""),
            opinion=form.get("opinion", ""),
            until=typed_day("until"),
            key=form.get("key", ""),
        )

    return _settled(request_key, act, gettext("审查意见已提交，由另一名工作人员决定。"))


@blueprint.post("/credit/requests/<uuid:request_key>/decided")
@needs(Permission.CREDIT_DECIDE)
def decide(request_key: UUID) -> ResponseReturnValue:
    """The decision, with effect at once."""
    form = request.form

    def act(request_id: int) -> None:
        credit_settling.decide(
            request_id,
            by=signed_in(),
            outcome=form.get("outcome", ""),
            reasons=form.get("reasons", ""),
            until=typed_day("until"),
            source_number=form.get("source_number", ""),
            key=form.get("key", ""),
        )

    return _settled(request_key, act, gettext("已作出决定，即时生效。"))


def _settled(request_key: UUID, act: Callable[[int], None], said: str) -> ResponseReturnValue:
    """The request after an act on it; where that was refused, with why, and what was typed stays."""
    request_id = request_at(request_key)
    try:
        act(request_id)
    except (AlreadyCarriedOut, NotFound, NotYours):
        raise
    except ActRefused as refusal:
        return _request(request_id, *_told(refusal))
    flash(said, "success")
    return redirect(url_for("credit.shown_request", request_key=request_key))


def _told(refusal: ActRefused) -> tuple[Errors, ActRefused | None, int]:
    """What is refused beside its field; above the form where it is about none of them."""
    match refusal:
        case Incomplete():
            return {name: [words] for name, words in refusal.faults.items()}, None, refusal.status
        case FileRefused():
            return {"files": [refusal.words]}, None, refusal.status
    return {}, refusal, refusal.status


def _request_form(
    record_id: int, kind: str, errors: Errors, refusal: ActRefused | None = None, status: int = 200
) -> ResponseReturnValue:
    subject = found.subject_of_record(record_id)
    access.note(signed_in(), None, f"credit:{record_id}")
    page = render_template(
        "credit/ask.html",
        subject=subject,
        record=record_of(subject, record_id),
        kind=kind,
        title=REQUEST_WORDS[kind],
        errors=errors,
        labels=LABELS,
        refusal=refusal,
        typed=request.form,
    )
    return page, status


def _request(
    request_id: int, errors: Errors, refusal: ActRefused | None = None, status: int = 200
) -> ResponseReturnValue:
    by, view = signed_in(), request_view(request_id)
    subject = found.subject_of_record(view.record_id)
    kept = record_of(subject, view.record_id)
    facts = CreditFacts(kept.unit_key)
    examiner, decider = (may(by, one, facts) for one in (Permission.CREDIT_EXAMINE, Permission.CREDIT_DECIDE))
    for_others = not view.outcome and view.is_for_others(by.user_id) and (examiner or decider)
    is_open = not view.outcome and not for_others
    decides = is_open and bool(view.proposal) and view.examined_by_id != by.user_id and decider
    page = render_template(
        "credit/request.html",
        subject=subject,
        record=kept,
        asked=view,
        sees_all=_sees_request(by, subject, view.record_id),
        outcomes=[(key, OUTCOME_WORDS[key]) for key in OUTCOMES[view.kind]],
        proposed=OUTCOME_WORDS.get(view.proposal),
        decided=OUTCOME_WORDS.get(view.outcome),
        for_others=RecordedIt().words if for_others else None,
        sees_case=kept.case_id is not None and may_open(by, kept.case_id),
        may_examine=is_open and not decides and examiner,
        may_decide=decides,
        errors=errors,
        labels=LABELS,
        refusal=refusal,
        typed=request.form,
    )
    return page, status


def _sees_request(by: Identity, subject: found.Subject, record_id: int) -> bool:
    """The statement and the evidence are for the window and for the unit that decides."""
    facts = CreditFacts(record_of(subject, record_id).unit_key)
    asked = (Permission.CREDIT_TAKE, Permission.CREDIT_EXAMINE, Permission.CREDIT_DECIDE)
    return any(may(by, permission, facts) for permission in asked)
