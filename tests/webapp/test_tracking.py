"""Following a case by number and code."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from engine.law import Fault
from tests.support import office
from tests.webapp.screen import Screen
from webapp import clock
from webapp.queries.masking import masked_applicant, masked_person
from webapp.services import tracking
from webapp.unit_of_work import sql


@pytest.fixture
def client(client) -> Screen:
    return Screen(client)


def follow(client: Screen, number: str, code: str):
    return client.post("/track", {"number": number, "code": code})


def wrong_code(code: str) -> str:
    return ("1" if code[0] != "1" else "2") + code[1:]


def test_number_and_code_open_the_page_and_nothing_personal_is_on_it(db, client):
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    answer = follow(client, case.number, case.code)
    assert answer.headers["Location"].endswith("/track/progress")
    html = client.text("/track/progress")
    assert case.number in html
    assert "药品经营许可（零售）" in html
    assert "0000-8600" in html
    answers = office.example("commitment")["answers"]
    for key in (
        "applicant_name",
        "legal_representative",
        "legal_representative_id",
        "legal_representative_mobile",
    ):
        assert answers[key] not in html
    names = [row[0] for row in sql().execute("select name from app_user")]
    assert [name for name in names if name in html] == []


def test_number_and_code_are_taken_as_people_type_them(db, client):
    case = office.received("commitment")
    typed = f"{case.code[:5].lower()}-{case.code[5:].lower()}"
    assert follow(client, f" {case.number.lower()} ", typed).status_code == 302


def test_an_unknown_number_and_a_wrong_code_get_the_same_answer(db, client, monkeypatch):
    case = office.received("commitment")
    compared = []
    same = tracking.same_code
    monkeypatch.setattr(tracking, "same_code", lambda kept, code: compared.append(kept) or same(kept, code))
    unknown = follow(client, "YD-2026-9999999-9", case.code)
    wrong = follow(client, case.number, wrong_code(case.code))
    assert unknown.status_code == wrong.status_code == 404
    texts = [answer.get_data(as_text=True) for answer in (unknown, wrong)]
    assert texts[0].replace("YD-2026-9999999-9", case.number).split("</head>")[1] == texts[1].split("</head>")[1]
    assert len(compared) == 2


def test_after_ten_wrong_tries_even_the_right_code_waits_an_hour(db, client):
    case = office.received("commitment")
    for _ in range(10):
        assert follow(client, case.number, wrong_code(case.code)).status_code == 404
    refused = follow(client, case.number, case.code)
    assert refused.status_code == 429
    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        assert follow(client, case.number, case.code).status_code == 302


def test_wrong_tries_on_many_numbers_stop_the_address(db, client):
    case = office.received("commitment")
    for serial in range(10):
        follow(client, f"YD-2026-777777{serial}-0", "0000000000")
    assert follow(client, case.number, case.code).status_code == 429


def test_right_tries_are_not_counted(db, client):
    case = office.received("commitment")
    for _ in range(12):
        assert follow(client, case.number, case.code).status_code == 302


def test_the_page_of_a_correction_shows_no_more_of_the_names_than_that_of_progress(db, client):
    signatory = office.example("ordinary")["answers"]["legal_representative"]
    case = corrected_online([Fault("material", "floor-plan", f"请补充{signatory}签字的平面图。")])
    row = sql().execute("select applicant_name, subject_name from cases where id = %s", (case.id,)).fetchone()
    applicant, subject = row
    sql().execute("update stored_file set name = %s where name like %s", (f"{subject}平面图.pdf", "%pdf"))
    follow(client, case.number, case.code)
    for page in (client.text("/track/corrections/P2"), client.text("/track/corrections/P2?lang=en")):
        assert applicant not in page
        assert subject not in page
        assert signatory not in page
    page = client.text("/track/corrections/P2")
    assert f"{masked_applicant(applicant)}：" in page  # the notice is addressed to them
    assert f"请补充{masked_person(signatory)}签字的平面图。" in page


def test_without_number_and_code_nothing_is_to_be_seen(db, client):
    office.received("commitment")
    assert client.get("/track/progress").status_code == 302
    assert client.get("/track/position.json").status_code == 404
    assert client.get("/track/diagram.bpmn").status_code == 404


def test_the_page_closes_by_itself_and_by_button(db, client):
    case = office.received("commitment")
    follow(client, case.number, case.code)
    with clock.frozen_at(clock.now() + timedelta(minutes=31)):
        assert client.get("/track/progress").status_code == 302
    follow(client, case.number, case.code)
    client.post("/track/close")
    assert client.get("/track/progress").status_code == 302


def test_the_diagram_and_its_position_say_only_elements(db, client):
    case = office.received("commitment")
    follow(client, case.number, case.code)
    position = json.loads(client.text("/track/position.json"))
    assert set(position) == {"done", "current", "counts", "flows"}
    assert "call-P2" in position["current"]
    diagram = client.text("/track/diagram.bpmn")
    assert position["flows"]
    assert [one for one in position["flows"] if f'id="{one}"' not in diagram] == []
    assert 'id="call-P2"' in diagram
    assert office.example("commitment")["answers"]["applicant_name"] not in diagram


def test_it_says_since_when_what_next_and_where_to_collect(db, client):
    case = office.received("commitment")
    follow(client, case.number, case.code)
    assert "当场作出决定并制发办理结果" in client.text("/track/progress")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2")
    html = client.text("/track/progress")
    assert "可以领取（1 项）" in html
    assert "政务路1号" in html
    assert "药品经营许可证" in html


def test_a_correction_tells_the_applicant_what_to_do(db, client):
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2", intake_outcome="correction")
    follow(client, case.number, case.code)
    assert "请按补正材料一次性告知书补齐" in client.text("/track/progress")


def test_the_qr_code_brings_the_number_along(db, client):
    assert 'value="YD-2026-0000001-8"' in client.text("/track?number=YD-2026-0000001-8")


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("林秀英", "林**"),
        ("林秀", "林*"),
        ("", ""),
        ("江城仁心药店", "江城**药店"),
        ("江城市仁心大药房有限公司", "江城市*****有限公司"),
    ],
)
def test_names_are_masked(name, masked):
    assert masked_applicant(name) == masked


def test_a_person_is_masked_as_a_person_however_long_the_name(db, client):
    name = "阿卜杜拉木"
    assert masked_person(name) == masked_applicant(name, {name}) == "阿****"
    case = office.received("ordinary", ways={})
    sql().execute("update cases set applicant_name = %s where id = %s", (name, case.id))
    sql().execute(
        "update answer set value = %s where case_id = %s and key = 'legal_representative'",
        (f'{{"v":"{name}"}}', case.id),
    )
    follow(client, case.number, case.code)
    html = client.text("/track/progress")
    assert "阿****" in html
    assert "拉木" not in html


def test_a_refused_applicant_reads_why_and_what_can_be_done(client: FlaskClient) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    for step, choice in (("accept", {}), ("review", {"proposal": "refuse"}), ("decide", {"ruling": "refuse"})):
        office.act(case.id, step, "P6", **choice)
    token = office.csrf_token(client)
    client.post("/track", data={"number": case.number, "code": case.code, "csrf_token": token})
    page = client.get("/track/progress").get_data(as_text=True)
    assert "设置位置遮挡消防登高面" in page
    assert "申请行政复议" in page


def corrected_online(faults: list[Fault]) -> office.Handle:
    """A case of which the drug item waits for the applicant."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2", intake_outcome="correction", faults=faults)
    return case


def test_the_applicant_corrects_on_the_tracking_page_what_was_asked(db, client):
    case = corrected_online(
        [Fault("material", "floor-plan", "未标注面积。"), Fault("answer", "premises_area", "与平面图不一致。")]
    )
    follow(client, case.number, case.code)
    assert "在线补正" in client.text("/track/progress")
    page = client.text("/track/corrections/P2")
    assert "未标注面积。" in page
    assert "与平面图不一致。" in page
    assert "legal_representative_id" not in page  # what was not asked for is not shown
    wrong = client.post("/track/corrections/P2/answers", {"_shown": "premises_area", "premises_area": "很大"})
    assert wrong.status_code == 422
    right = client.post("/track/corrections/P2/answers", {"_shown": "premises_area", "premises_area": "123"})
    assert right.status_code == 302
    early = client.post("/track/corrections/P2", {"reply": ""})
    assert early.status_code == 422
    assert "尚未补正" in early.get_data(as_text=True)
    plan = office.pdf("平面图（新）.pdf")
    sent = client.post("/track/corrections/P2/materials/floor-plan", {"files": [(io.BytesIO(plan.content), plan.name)]})
    assert sent.status_code == 302
    assert "平面图（新）.pdf" in client.text("/track/corrections/P2")
    assert client.post("/track/corrections/P2", {"reply": ""}).status_code == 302
    assert ("P2", "accept") in office.open_steps(case.id)
    late = client.post("/track/corrections/P2", {"reply": "再补"})
    assert late.status_code == 409


def test_without_number_and_code_nothing_is_corrected(db, client):
    corrected_online([Fault("material", "floor-plan", "未标注面积。")])
    assert client.get("/track/corrections/P2").status_code == 302
    assert client.post("/track/corrections/P2", {"reply": "x"}).headers["Location"].endswith("/track")


def test_another_item_or_material_is_not_there(db, client):
    case = corrected_online([Fault("material", "floor-plan", "未标注面积。")])
    follow(client, case.number, case.code)
    assert client.get("/track/corrections/P6").status_code == 404
    data = {"files": [(io.BytesIO(office.pdf().content), "x.pdf")]}
    assert client.post("/track/corrections/P2/materials/quality-rules", data).status_code == 404
