"""信用记录: found by exact number, shown with history, entered from outside; requests taken in and decided."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.law import check_id_number, check_uscc
from webapp import clock, file_store, moments
from webapp.catalogue import rules_in_force
from webapp.errors import ActRefused, FileRefused, Incomplete, NotFound, NotYours
from webapp.identity import Identity, signed_in
from webapp.pages.application.uploads import uploads_named
from webapp.pages.cases import FILE_POLICY, SHOWN_IN_PLACE
from webapp.pages.support import needs
from webapp.permissions import CreditFacts, Permission, may
from webapp.queries import credit as found
from webapp.queries.case_access import ensure_case
from webapp.queries.case_view import case_head, release_of
from webapp.services import access, credit, credit_requests, outside_credit
from webapp.services.credit_bars import normalised
from webapp.services.credit_requests import APPEAL, OUTCOME_WORDS, OUTCOMES, REPAIR, REQUEST_WORDS, Asked
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.settings import current_settings

blueprint = Blueprint("credit", __name__)

Errors = Mapping[str, Sequence[Words]]
LABELS = {
    "number": Words("统一社会信用代码或者身份证号码", "Credit code or identity number"),
    "name": Words("名称或者姓名", "Name"),
    "kind": Words("记录种类", "Kind of record"),
    "source": Words("作出认定的机关", "Who found it"),
    "source_number": Words("文号", "Number of the document"),
    "since": Words("认定日期", "Day of the finding"),
    "term": Words("期限", "Term"),
    "until": Words("届满日期", "Last day"),
    "item_code": Words("所涉事项", "Item"),
    "facts": Words("认定的事实", "Facts found"),
    "person": Words("申请人姓名", "Name of who applies"),
    "capacity": Words("申请人身份", "Who applies"),
    "statement": Words("事实和理由", "Facts and reasons"),
    "files": Words("证明材料", "Evidence"),
    "proposal": Words("审查意见", "Proposal"),
    "opinion": Words("理由", "Opinion"),
    "outcome": Words("决定", "Decision"),
    "reasons": Words("理由", "Reasons"),
}


@blueprint.get("/credit")
@needs(Permission.CREDIT_SEE)
def search() -> ResponseReturnValue:
    """The search by exact number, and what waits for this person's unit."""
    return _search({})


@blueprint.post("/credit")
@needs(Permission.CREDIT_SEE)
def look_up() -> ResponseReturnValue:
    """Look a number up. That is noted whether there are records or not; the number stays out of every address."""
    by, number = signed_in(), normalised(request.form.get("number", ""))
    if check_uscc(number) is not None and check_id_number(number) is not None:
        wrong = Words("请填写完整的统一社会信用代码或者身份证号码。", "Give a whole credit code or identity number.")
        return _search({"number": [wrong]}, status=422)
    record = found.newest_record(number)
    access.note(by, None, f"credit-search:{_mark(number)}")
    if record is None:
        return _search({}, none_of=found.shown_number(number))
    return redirect(url_for("credit.record", record_id=record), 303)


@blueprint.get("/credit/records/<int:record_id>")
@needs(Permission.CREDIT_SEE)
def record(record_id: int) -> ResponseReturnValue:
    """Everything recorded of the subject of this record. The look is noted."""
    by = signed_in()
    subject = found.subject_of_record(record_id)
    access.note(by, None, f"credit:{record_id}")
    return render_template(
        "credit/subject.html",
        subject=subject,
        back_url=url_for("credit.search"),
        back_label=gettext("返回信用记录"),
        **_of_records(by, subject.records),
    )


@blueprint.get("/cases/<int:case_id>/credit")
@needs(Permission.CASE_SEE)
def of_case(case_id: int) -> ResponseReturnValue:
    """The credit of whoever applies in this case, for those who handle it. The look is noted."""
    by = signed_in()
    ensure_case(by, case_id, Permission.PERSONAL_SEE)
    head = case_head(case_id)
    numbers = found.numbers_of_case(case_id, release_of(case_id).bundle.identity_fields)
    access.note(by, case_id, "credit")
    subjects = [found.subject(number) for number in numbers]
    return render_template(
        "credit/case.html",
        case=head,
        subjects=subjects,
        **_of_records(by, [one for subject in subjects for one in subject.records]),
    )


@blueprint.get("/credit/records/new")
@needs(Permission.CREDIT_RECORD)
def enter() -> ResponseReturnValue:
    """The form of a record that another body made."""
    return _entry({})


@blueprint.post("/credit/records")
@needs(Permission.CREDIT_RECORD)
def keep() -> ResponseReturnValue:
    """Keep it: from now on it counts."""
    form = request.form
    given = outside_credit.OutsideRecord(
        number=form.get("number", ""),
        name=form.get("name", ""),
        kind=form.get("kind", ""),
        source=form.get("source", ""),
        source_number=form.get("source_number", ""),
        since=_day("since"),
        term=form.get("term", ""),
        until=_day("until"),
        item_code=form.get("item_code", ""),
        facts=form.get("facts", ""),
    )
    try:
        record_id = outside_credit.enter_record(given, by=signed_in(), key=form.get("key", ""))
    except Incomplete as refusal:
        return _entry({name: [words] for name, words in refusal.faults.items()}, refusal.status)
    flash(gettext("已记录，即时生效。"), "success")
    return redirect(url_for("credit.record", record_id=record_id))


@blueprint.get("/credit/records/<int:record_id>/<any(repair, appeal):kind>")
@needs(Permission.CREDIT_TAKE)
def ask(record_id: int, kind: str) -> ResponseReturnValue:
    """The window's form of an application to repair, or of an objection."""
    return _request_form(record_id, kind, {})


@blueprint.post("/credit/records/<int:record_id>/<any(repair, appeal):kind>")
@needs(Permission.CREDIT_TAKE)
def take(record_id: int, kind: str) -> ResponseReturnValue:
    """Take it in; what cannot be asked for is refused with its rule."""
    form = request.form
    asked = Asked(kind, form.get("person", ""), form.get("capacity", ""), form.get("statement", ""))
    try:
        request_id = credit_requests.take_request(
            record_id, asked, uploads_named("files"), by=signed_in(), key=form.get("key", "")
        )
    except Incomplete as refusal:
        return _request_form(
            record_id, kind, {name: [words] for name, words in refusal.faults.items()}, status=refusal.status
        )
    except FileRefused as refusal:
        return _request_form(record_id, kind, {"files": [refusal.words]}, status=refusal.status)
    except (AlreadyCarriedOut, NotFound, NotYours):
        raise
    except ActRefused as refusal:
        return _request_form(record_id, kind, {}, refusal, refusal.status)
    flash(gettext("已收下，由记录单位在期限内作出决定。"), "success")
    return redirect(url_for("credit.shown_request", request_id=request_id))


@blueprint.get("/credit/requests/<int:request_id>")
@needs(Permission.CREDIT_SEE)
def shown_request(request_id: int) -> ResponseReturnValue:
    """One request: what was asked, its last day and why, what was proposed and decided. The look is noted."""
    page = _request(request_id, {})
    access.note(signed_in(), None, f"credit-request:{request_id}")
    return page


@blueprint.get("/credit/requests/<int:request_id>/files/<int:file_id>")
@needs(Permission.CREDIT_SEE)
def evidence(request_id: int, file_id: int) -> ResponseReturnValue:
    """A file handed in with the request, for the window and the unit that decides. That it was opened is noted."""
    by, view = signed_in(), found.request_view(request_id)
    if not _sees_request(by, found.subject_of_record(view.record_id), view.record_id):
        raise NotFound()
    stored = found.request_file(request_id, file_id)
    access.note(by, None, f"credit-file:{file_id}")
    inline = stored.media_type in SHOWN_IN_PLACE
    response = make_response(file_store.get(stored.digest))
    response.headers["Content-Type"] = stored.media_type if inline else "application/octet-stream"
    way = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(stored.name, safe='')}"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@blueprint.post("/credit/requests/<int:request_id>/examined")
@needs(Permission.CREDIT_EXAMINE)
def examine(request_id: int) -> ResponseReturnValue:
    """An opinion of somebody of the unit."""
    form = request.form
    try:
        credit_requests.examine(
            request_id,
            by=signed_in(),
            proposal=form.get("proposal", ""),
            opinion=form.get("opinion", ""),
            until=_day("until"),
            key=form.get("key", ""),
        )
    except (AlreadyCarriedOut, NotFound, NotYours):
        raise
    except ActRefused as refusal:
        return _refused(request_id, refusal)
    flash(gettext("审查意见已提交，由另一名工作人员决定。"), "success")
    return redirect(url_for("credit.shown_request", request_id=request_id))


@blueprint.post("/credit/requests/<int:request_id>/decided")
@needs(Permission.CREDIT_DECIDE)
def decide(request_id: int) -> ResponseReturnValue:
    """The decision, with effect at once."""
    form = request.form
    try:
        credit_requests.decide(
            request_id,
            by=signed_in(),
            outcome=form.get("outcome", ""),
            reasons=form.get("reasons", ""),
            until=_day("until"),
            source_number=form.get("source_number", ""),
            key=form.get("key", ""),
        )
    except (AlreadyCarriedOut, NotFound, NotYours):
        raise
    except ActRefused as refusal:
        return _refused(request_id, refusal)
    flash(gettext("已作出决定，即时生效。"), "success")
    return redirect(url_for("credit.shown_request", request_id=request_id))


def _refused(request_id: int, refusal: ActRefused) -> ResponseReturnValue:
    """The request with what is missing beside its field, or why the act was refused; what was typed stays."""
    if isinstance(refusal, Incomplete):
        return _request(request_id, {name: [words] for name, words in refusal.faults.items()}, status=refusal.status)
    return _request(request_id, {}, refusal, refusal.status)


def _search(errors: Errors, *, none_of: str = "", status: int = 200) -> ResponseReturnValue:
    by = signed_in()
    decides = may(by, Permission.CREDIT_EXAMINE, CreditFacts(by.department_key)) or may(
        by, Permission.CREDIT_DECIDE, CreditFacts(by.department_key)
    )
    page = render_template(
        "credit/search.html",
        errors=errors,
        labels=LABELS,
        none_of=none_of,
        typed=request.form,
        waiting=found.waiting_requests(by.department_key) if decides else None,
        may_enter=may(by, Permission.CREDIT_RECORD),
    )
    return page, status


def _entry(errors: Errors, status: int = 200) -> ResponseReturnValue:
    rules = rules_in_force(credit.place_of_unit(signed_in().department_key))
    kinds = rules.profile.credit.kinds.values() if rules.profile.credit else ()
    page = render_template(
        "credit/enter.html",
        errors=errors,
        labels=LABELS,
        typed=request.form,
        kinds=kinds,
        items=credit.known_items(rules).values(),
        today=clock.today(moments.OFFICE_ZONE),
    )
    return page, status


def _request_form(
    record_id: int, kind: str, errors: Errors, refusal: ActRefused | None = None, status: int = 200
) -> ResponseReturnValue:
    subject = found.subject_of_record(record_id)
    access.note(signed_in(), None, f"credit:{record_id}")
    page = render_template(
        "credit/ask.html",
        subject=subject,
        record=_record(subject, record_id),
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
    by, view = signed_in(), found.request_view(request_id)
    subject = found.subject_of_record(view.record_id)
    kept = _record(subject, view.record_id)
    facts = CreditFacts(kept.unit_key)
    decides = (
        not view.outcome
        and bool(view.proposal)
        and view.examined_by_id != by.user_id
        and may(by, Permission.CREDIT_DECIDE, facts)
    )
    page = render_template(
        "credit/request.html",
        subject=subject,
        record=kept,
        asked=view,
        sees_all=_sees_request(by, subject, view.record_id),
        outcomes=[(key, OUTCOME_WORDS[key]) for key in OUTCOMES[view.kind]],
        proposed=OUTCOME_WORDS.get(view.proposal),
        decided=OUTCOME_WORDS.get(view.outcome),
        may_examine=not view.outcome and not decides and may(by, Permission.CREDIT_EXAMINE, facts),
        may_decide=decides,
        errors=errors,
        labels=LABELS,
        refusal=refusal,
        typed=request.form,
    )
    return page, status


def _of_records(by: Identity, records: Sequence[found.RecordView]) -> dict[str, object]:
    """What this person may do with each record, and which cases they may open."""
    takes = may(by, Permission.CREDIT_TAKE)
    return {
        "may_ask": {
            one.id: [(kind, REQUEST_WORDS[kind]) for kind in (REPAIR, APPEAL) if takes and one.is_open_to(kind)]
            for one in records
        },
        "sees_case": {one.id: one.case_id is not None and _may_open(by, one.case_id) for one in records},
    }


def _may_open(by: Identity, case_id: int) -> bool:
    try:
        ensure_case(by, case_id)
    except NotFound:
        return False
    return True


def _record(subject: found.Subject, record_id: int) -> found.RecordView:
    return next(one for one in subject.records if one.id == record_id)


def _sees_request(by: Identity, subject: found.Subject, record_id: int) -> bool:
    """The statement and the evidence are for the window and for the unit that decides."""
    facts = CreditFacts(_record(subject, record_id).unit_key)
    asked = (Permission.CREDIT_TAKE, Permission.CREDIT_EXAMINE, Permission.CREDIT_DECIDE)
    return any(may(by, permission, facts) for permission in asked)


def _day(name: str) -> date | None:
    """A day as a control sends it; None for what is none."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _mark(number: str) -> str:
    """Whom a search was about, for who has the number and the installation's key; nobody else reads it from this."""
    key = current_settings().pepper.encode()
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:16]
