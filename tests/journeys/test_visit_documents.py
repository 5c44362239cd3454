"""What officers write on the spot reaches paper: the record of a visit, the order to rectify."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy

from tests.support import office, visiting
from webapp.models import Document
from webapp.queries import told
from webapp.queries.case_view import release_of
from webapp.services.kept_documents import kept_document

UNTIL_VISIT = [
    {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
    {"step": "accept", "item": "P2", "variables": {"intake_outcome": "accepted"}},
    {"step": "accept", "item": "P3", "variables": {"intake_outcome": "accepted"}},
    {"step": "examine", "item": "P2", "variables": {"visit_needed": True}},
    {"step": "examine", "item": "P3", "variables": {"visit_needed": False}},
]


def document(case_id: int, kind: str) -> Document:
    return Document.query.filter_by(case_id=case_id, kind=kind).one()


def test_a_visit_that_two_officers_signed_is_on_record(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.play(case.id, UNTIL_VISIT)
    task = office.open_task(case.id, "visit")
    first = office.member_of(task.groups[0])
    second = office.member_of(task.groups[0], but=[first.user_id])
    point = release_of(case.id).bundle.item("P2").visit_checklist[-1]  # a minor one
    marks = visiting.marks(case.id, **{f"P2__{point.key}": ""})
    for officer in (first, second):
        db.session.expire_all()
        assert Document.query.filter_by(case_id=case.id, kind="visit-record").count() == 0
        found = {} if officer is second else {"checklist": marks, "record": "药品陈列区标识不清，当场提出。"}
        visiting.sign(case.id, officer, "minor", **found)
    record = document(case.id, "visit-record")
    text = str(kept_document(record.id).zh)
    assert record.number.startswith("江市监核〔")
    for words in (first.name, second.name, "药品陈列区标识不清", point.text.zh, "不符合", "存在一般缺陷"):
        assert words in text
    release = release_of(case.id)
    names = told.item_names(case.id, release)
    assert "现场核查记录" not in {line.title.zh for line in told.told(case.id, release, names)}


def test_what_is_collected_is_in_the_register_of_the_office(db: SQLAlchemy) -> None:
    """领取登记: what left, how, to whom, when, by whom; beside the receipt that the collector signs."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "issue", "P1")
    assert Document.query.filter_by(case_id=case.id, kind="collection-register").count() == 0
    clerk = office.act(case.id, "deliver", "P1")
    register = document(case.id, "collection-register")
    text = str(kept_document(register.id).zh)
    who = office.legal_representative(case.id)
    for words in ("市场主体设立登记", "营业执照", "窗口领取", who.name, clerk.name):
        assert words in text
    assert who.id_number not in text  # the number stands on the receipt, which is signed
    assert document(case.id, "delivery-receipt").number != register.number
    release = release_of(case.id)
    assert "办理结果领取登记表" not in {
        line.title.zh for line in told.told(case.id, release, told.item_names(case.id, release))
    }


def test_who_must_rectify_is_told_what_and_until_when_in_writing(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "verify", "P2", verification_result="rectify")
    order = document(case.id, "rectification-order")
    text = str(kept_document(order.id).zh)
    assert order.number.startswith("江市监改〔")
    assert "1. 到场核查，与承诺一致。" in text
    assert "前改正" in text
    assert "依法撤销药品经营许可（零售）的决定" in text
