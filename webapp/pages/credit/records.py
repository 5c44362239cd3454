"""信用记录 looked up: by whole number, by the address of a record, from a case. Each look is noted."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import Words
from engine.law import check_id_number, check_uscc
from webapp.identity import signed_in
from webapp.pages.credit.blueprint import LABELS, Errors, blueprint, of_records, subject_page
from webapp.pages.support import needs
from webapp.permissions import CreditFacts, Permission, may
from webapp.queries import credit as found
from webapp.queries.case_access import ensure_case
from webapp.queries.case_view import case_head, release_of
from webapp.queries.credit_requests import unconfirmed, waiting_requests
from webapp.services import access
from webapp.services.credit_bars import normalised
from webapp.settings import current_settings


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
    return redirect(url_for("credit.record", record_key=record), 303)


@blueprint.get("/credit/records/<uuid:record_key>")
@needs(Permission.CREDIT_SEE)
def record(record_key: UUID) -> ResponseReturnValue:
    """Everything recorded of the subject of this record. The look is noted."""
    return subject_page(found.record_at(record_key))


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
        **of_records(by, [one for subject in subjects for one in subject.records]),
    )


def _search(errors: Errors, *, none_of: str = "", status: int = 200) -> ResponseReturnValue:
    by = signed_in()
    decides = may(by, Permission.CREDIT_EXAMINE, CreditFacts(by.department_key)) or may(
        by, Permission.CREDIT_DECIDE, CreditFacts(by.department_key)
    )
    may_enter = may(by, Permission.CREDIT_RECORD)
    page = render_template(
        "credit/search.html",
        errors=errors,
        labels=LABELS,
        none_of=none_of,
        typed=request.form,
        waiting=waiting_requests(by.department_key) if decides else None,
        unconfirmed=unconfirmed(by) if may_enter else (),
        may_enter=may_enter,
    )
    return page, status


def _mark(number: str) -> str:
    """Whom a search was about, for who has the number and the installation's key; nobody else reads it from this."""
    key = current_settings().pepper.encode()
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:16]
