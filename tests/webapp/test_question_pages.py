"""The question after a refusal, at the window and on the tracking page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.policies import refused_signboard, under
from tests.webapp.screen import Screen
from webapp.models import ItemCase, RefusedItemQuestion

ANSWERS = office.example("ordinary")["answers"]
WHO = {"name": ANSWERS["legal_representative"], "id_number": ANSWERS["legal_representative_id"]}


@pytest.fixture
def client(client: FlaskClient) -> Screen:
    return Screen(client)


def outcome(db: SQLAlchemy, case_id: int, item: str) -> str | None:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=item).one().outcome


def test_the_clerk_records_what_the_applicant_says(db: SQLAlchemy, client: Screen) -> None:
    under("ask")
    case = refused_signboard()
    office.sign_in(client, office.CLERK)
    page = f"/window/cases/{case.id}/question"
    assert page in client.text(f"/window/cases/{case.id}")
    assert page in client.text(f"/tasks/{office.open_task(case.id, 'ask-applicant').id}")
    html = client.text(page)
    assert "户外招牌设置许可" in html
    assert "药品经营许可（零售）" in html
    assert "设置位置遮挡消防登高面" in html
    task = office.open_task(case.id, "ask-applicant")
    missing = client.post(page, {**WHO, "revision": task.revision, "key": "said-nothing"})
    assert missing.status_code == 422
    assert "请选择是否继续办理其余事项" in missing.get_data(as_text=True)
    db.session.expire_all()
    task = office.open_task(case.id, "ask-applicant")
    said = client.post(page, {**WHO, "answer": "stop", "revision": task.revision, "key": "said"})
    assert said.status_code == 302
    office.run_jobs(case.id)
    assert outcome(db, case.id, "P2") == "terminated"
    assert "终止办理的事项（3 项）" in client.text(f"/window/cases/{case.id}")
    assert client.get(page).status_code == 404


def test_the_applicant_answers_on_the_tracking_page(db: SQLAlchemy, client: Screen) -> None:
    under("ask")
    case = refused_signboard()
    client.post("/track", {"number": case.number, "code": case.code})
    assert "/track/question" in client.text("/track/progress")
    html = client.text("/track/question")
    assert "一项未获准，其余事项怎么办" in html
    assert WHO["name"] not in html
    stranger = {"name": "路人甲", "id_number": "110105199502144463", "answer": "stop", "item": "P6"}
    assert client.post("/track/question", stranger).status_code == 422
    assert client.post("/track/question", {**WHO, "answer": "continue", "item": "P6"}).status_code == 302
    assert db.session.query(RefusedItemQuestion).one().channel == "tracking"
    assert "/track/question" not in client.text("/track/progress")
    assert client.get("/track/question").headers["Location"].endswith("/track/progress")
    late = client.post("/track/question", {**WHO, "answer": "stop", "item": "P6"})
    assert late.headers["Location"].endswith("/track/progress")
    assert outcome(db, case.id, "P2") is None


def test_without_number_and_code_nothing_is_asked(client: Screen) -> None:
    assert client.get("/track/question").headers["Location"].endswith("/track")
    assert client.post("/track/question", {}).headers["Location"].endswith("/track")
