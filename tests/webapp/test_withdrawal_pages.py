"""Taking an application back, at the window and on the tracking page."""

from __future__ import annotations

import base64

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.webapp.screen import Screen
from webapp.models import ItemCase, Termination

ANSWERS = office.example("ordinary")["answers"]
WHO = {
    "name": ANSWERS["legal_representative"],
    "id_number": ANSWERS["legal_representative_id"],
    "reason": "店面租约未续签。",
    "understood": "yes",
}
SIGNED = {"signature": "data:image/png;base64," + base64.b64encode(office.picture().content).decode()}


@pytest.fixture
def client(client: FlaskClient) -> Screen:
    return Screen(client)


def outcome(db: SQLAlchemy, case_id: int, item: str) -> str | None:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=item).one().outcome


def test_a_clerk_takes_an_item_back_for_the_applicant_who_signs(db: SQLAlchemy, client: Screen) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.sign_in(client, office.CLERK)
    assert "申请人撤回申请" in client.text(f"/window/cases/{case.id}")
    html = client.text(f"/window/cases/{case.id}/withdrawal")
    assert "户外招牌设置许可" in html
    assert "撤回与终止办理规定" in html
    page = f"/window/cases/{case.id}/withdrawal"
    for missing, words in (
        ("items", "请选择要撤回的事项"),
        ("understood", "不能恢复"),
        ("signature", "请申请人在撤回申请书上签名"),
        ("name", "请填写申请人（经办人）的姓名"),
    ):
        sent = {"items": "P6", "key": f"take-back-{missing}", **WHO, **SIGNED}
        sent.pop(missing)
        answer = client.post(page, sent)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert outcome(db, case.id, "P6") is None
    answer = client.post(page, {"items": "P6", "key": "take-back", **WHO, **SIGNED})
    assert answer.status_code == 302
    assert outcome(db, case.id, "P6") == "withdrawn"
    html = client.text(f"/window/cases/{case.id}")
    assert "终止办理的事项（1 项）" in html
    assert "终止办理通知书" in html
    assert "已撤回申请" in client.text(f"/cases/{case.id}")
    kept = db.session.query(Termination).one()
    assert (kept.channel, kept.asked_by) == ("window", WHO["name"])
    assert kept.signature_file_id is not None


def test_the_applicant_takes_all_back_on_the_tracking_page(db: SQLAlchemy, client: Screen) -> None:
    case = office.received("ordinary", ways={})
    client.post("/track", {"number": case.number, "code": case.code})
    assert "/track/withdrawal" in client.text("/track/progress")
    html = client.text("/track/withdrawal")
    assert "一并终止" in html  # what needs the registration
    assert WHO["name"] not in html
    stranger = {**WHO, "name": "路人甲", "id_number": "110105199502144463", "items": "P1"}
    answer = client.post("/track/withdrawal", stranger)
    assert answer.status_code == 422
    assert "不能代为办理" in answer.get_data(as_text=True)
    assert outcome(db, case.id, "P1") is None
    answer = client.post("/track/withdrawal", {**WHO, "items": "P1"})
    assert answer.status_code == 302
    assert outcome(db, case.id, "P6") == "withdrawn"
    html = client.text("/track/progress")
    assert "已撤回申请" in html
    assert "重新提出申请" in html
    assert "/track/withdrawal" not in html
    assert "没有可以撤回的事项" in client.text("/track/withdrawal")


def test_without_number_and_code_there_is_nothing_to_take_back(client: Screen) -> None:
    assert client.get("/track/withdrawal").headers["Location"].endswith("/track")
    assert client.post("/track/withdrawal", {}).headers["Location"].endswith("/track")


def test_the_identity_number_is_not_found_by_trying(db: SQLAlchemy, client: Screen) -> None:
    case = office.received("ordinary", ways={})
    client.post("/track", {"number": case.number, "code": case.code})
    sent = {**WHO, "id_number": "110105199502144463", "items": "P1"}
    assert [client.post("/track/withdrawal", sent).status_code for _ in range(11)] == [422] * 10 + [429]
