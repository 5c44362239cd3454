"""What the pages about credit share: labels, what a person may do with a record, a typed day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity, signed_in
from webapp.permissions import Permission, may
from webapp.queries import credit as found
from webapp.queries.case_access import ensure_case
from webapp.queries.credit import PENDING, RecordView
from webapp.services import access
from webapp.services.credit_confirmation import may_confirm
from webapp.services.credit_requests import APPEAL, REPAIR, REQUEST_WORDS

blueprint = Blueprint("credit", __name__)

Errors = Mapping[str, Sequence[Words]]
NOTHING: Errors = {}
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
    "turned_down": Words("不予确认的理由", "Why not"),
}


def may_open(by: Identity, case_id: int) -> bool:
    try:
        ensure_case(by, case_id)
    except NotFound:
        return False
    return True


def record_of(subject: found.Subject, record_id: int) -> found.RecordView:
    return next(one for one in subject.records if one.id == record_id)


def of_records(by: Identity, records: Sequence[found.RecordView]) -> dict[str, object]:
    """What this person may do with each record, and which cases they may open."""
    takes = may(by, Permission.CREDIT_TAKE)
    return {
        "may_ask": {
            one.id: [(kind, REQUEST_WORDS[kind]) for kind in (REPAIR, APPEAL) if takes and one.is_open_to(kind)]
            for one in records
        },
        "may_confirm": {one.id for one in records if _may_confirm(by, one)},
        "sees_case": {one.id: one.case_id is not None and may_open(by, one.case_id) for one in records},
    }


def typed_day(name: str) -> date | None:
    """A day as a control sends it; None for what is none."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _may_confirm(by: Identity, one: RecordView) -> bool:
    """A second officer, while it waits for one."""
    return (
        one.state == PENDING
        and one.recorded_by_id != by.user_id
        and may(by, Permission.CREDIT_CONFIRM)
        and may_confirm(by, one.unit_key, one.place)
    )


def subject_page(record_id: int, errors: Errors = NOTHING, refusal: ActRefused | None = None) -> ResponseReturnValue:
    """Everything recorded of the subject of a record, with an act on it that was refused. The look is noted."""
    by = signed_in()
    subject = found.subject_of_record(record_id)
    access.note(by, None, f"credit:{record_id}")
    page = render_template(
        "credit/subject.html",
        subject=subject,
        back_url=url_for("credit.search"),
        back_label=gettext("返回信用记录"),
        errors=errors,
        labels=LABELS,
        refusal=refusal,
        typed=request.form,
        **of_records(by, subject.records),
    )
    return page, refusal.status if refusal else 200
