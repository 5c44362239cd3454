"""外部认定: entered by one officer from a document, confirmed or turned down by a second one."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import clock, moments
from webapp.catalogue import rules_in_force
from webapp.errors import ActRefused, Incomplete, NotFound, NotYours
from webapp.identity import signed_in
from webapp.pages.credit.blueprint import LABELS, Errors, blueprint, subject_page, typed_day
from webapp.pages.support import needs
from webapp.permissions import Permission
from webapp.queries import credit as found
from webapp.services import credit, credit_confirmation, outside_credit
from webapp.services.page_keys import AlreadyCarriedOut


@blueprint.get("/credit/records/new")
@needs(Permission.CREDIT_RECORD)
def enter() -> ResponseReturnValue:
    """The form of a record that another body made."""
    return _entry({})


@blueprint.post("/credit/records")
@needs(Permission.CREDIT_RECORD)
def keep() -> ResponseReturnValue:
    """Keep it: it counts once a second officer has confirmed it."""
    form = request.form
    given = outside_credit.OutsideRecord(
        number=form.get("number", ""),
        name=form.get("name", ""),
        kind=form.get("kind", ""),
        source=form.get("source", ""),
        source_number=form.get("source_number", ""),
        since=typed_day("since"),
        term=form.get("term", ""),
        until=typed_day("until"),
        item_code=form.get("item_code", ""),
        facts=form.get("facts", ""),
    )
    try:
        record_id = outside_credit.enter_record(given, by=signed_in(), key=form.get("key", ""))
    except Incomplete as refusal:
        return _entry({name: [words] for name, words in refusal.faults.items()}, refusal.status)
    flash(gettext("已录入，由另一名决定人复核后生效。"), "success")
    return redirect(url_for("credit.record", record_key=found.key_of(record_id)))


@blueprint.post("/credit/records/<uuid:record_key>/confirmation")
@needs(Permission.CREDIT_CONFIRM)
def confirm(record_key: UUID) -> ResponseReturnValue:
    """A second officer has compared the record with its document: it counts, or it never does."""
    record_id, by, form = found.record_at(record_key), signed_in(), request.form
    agrees = form.get("agrees") == "yes"
    try:
        if agrees:
            credit_confirmation.confirm(record_id, by=by, key=form.get("key", ""))
        else:
            reasons = form.get("turned_down", "")
            credit_confirmation.turn_down(record_id, by=by, reasons=reasons, key=form.get("key", ""))
    except (AlreadyCarriedOut, NotFound, NotYours):
        raise
    except ActRefused as refusal:
        faults = refusal.faults.items() if isinstance(refusal, Incomplete) else ()
        return subject_page(record_id, {name: [words] for name, words in faults}, refusal)
    flash(gettext("已复核确认，记录即时生效。") if agrees else gettext("已复核，不予确认，记录不生效。"), "success")
    return redirect(url_for("credit.record", record_key=record_key))


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
