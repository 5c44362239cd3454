"""A joint meeting on the pages of those who call it, are invited to it, and read its minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.pages import Browser, Page
from webapp.clock import frozen_at
from webapp.models import AccessLine, CaseEvent, JointMeeting, UnitSeal

#: Monday 7 September 2026, ten in the morning in the office.
MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
LEAD, SIGN = "zhaolin", "hanlei"
CALLED = {
    "items": ["P2", "P6"],
    "questions": "门店面积能否分区陈列？\n\n招牌位置是否影响登高面？",
    "meeting_at": "2026-09-10T14:00",
    "meeting_place": "政务服务中心 302",
    "meeting_contact": "0000-8600100",
}


@pytest.fixture
def case(db: SQLAlchemy) -> office.Handle:
    """Drugs and signboard are under review; devices are not accepted yet."""
    with frozen_at(MONDAY):
        handle = office.received("ordinary", ways={})
        office.act(handle.id, "backfill", "P1")
        office.act(handle.id, "accept", "P2")
        office.act(handle.id, "accept", "P6")
    return handle


def call(client: FlaskClient, case_id: int, **changed: Any) -> Any:
    person = Browser(client, LEAD)
    person.open(f"/cases/{case_id}/meetings/new")
    return person.post(f"/cases/{case_id}/meetings", **{**CALLED, "key": "call", **changed})


def called(client: FlaskClient, case_id: int) -> str:
    answer = call(client, case_id)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def test_a_meeting_from_the_call_to_the_minutes(case: office.Handle, client: FlaskClient, db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        lead = Browser(client, LEAD)
        assert f"/cases/{case.id}/meetings/new" in lead.open(f"/cases/{case.id}").links()
        form = lead.open(f"/cases/{case.id}/meetings/new")
        assert "尚未受理" in form.words()  # devices
        assert "已有办理结果" in form.words()  # the registration
        assert "2026-09-10" in form.words("//aside")  # the first day, with the rule that it rests on
        assert "第十三条" in form.words("//aside")
        address = called(client, case.id)
        sign = Browser(client, SIGN)
        inbox = sign.open("/inbox")
        row = next(one for one in inbox.rows() if "政务服务中心 302" in " ".join(one))
        assert "09-10 14:00" in " ".join(row)
        assert "门店面积能否分区陈列？（共 2 个问题）" in row
        assert "待答复" in row
        assert any("2026-09-09" in cell for cell in row)
        assert address in inbox.links()
        page = sign.open(address)
        assert "招牌位置是否影响登高面？" in page.words()
        assert page.fields(f"{address}/answer")["items"] == "P6"  # its own, not the drugs'
        why = sign.open(f"/cases/{case.id}/clocks").words()  # the day is explained as every due day is
        assert "会审答复期限" in why
        assert "会审通知" in why
        done = sign.post(f"{address}/answer", items="P6", answer="conditions", opinion="下移半米。", key="a")
        assert done.status_code == 302
        assert "已答复" in " ".join(" ".join(row) for row in sign.open("/inbox").rows())
    with frozen_at(MONDAY + timedelta(days=3, hours=5)):  # Thursday afternoon
        lead = Browser(client, LEAD)
        assert "待形成纪要" in " ".join(" ".join(row) for row in lead.open("/inbox").rows())
        page = lead.open(address)
        assert "下移半米。" in page.words()
        assert "逾期未答复 不视为同意" in page.words()
        assert f"{address}/answer" not in [form.get("action") for form in page.tree.forms]  # too late for the drugs
        said = {"attended": "药品审批科 赵琳", "record": "比对图纸。", "conclusion": "可以分区。"}
        assert lead.post(f"{address}/minutes", **said, key="m").status_code == 302
        page = lead.open(address)
        assert "江审会〔2026〕1号" in page.words()
        assert "可以分区。" in page.words()
        task = office.open_task(case.id, "review", "P6")
        shown = Browser(client, SIGN).open(f"/tasks/{task.id}")
        assert "会审纪要 江审会〔2026〕1号" in shown.words()
        assert "本事项：书面意见：附条件同意" in shown.words()
        minutes = next(link for link in shown.links() if "/papers/" in link or "/documents/" in link)
        assert client.get(minutes).status_code == 200
        assert "召集联合会审" in shown.words()
    assert db.session.query(AccessLine).filter(AccessLine.what.like("meeting:%")).count() >= 3


def test_what_is_missing_or_refused_is_said_and_what_was_typed_stays(
    case: office.Handle, client: FlaskClient, db: SQLAlchemy
) -> None:
    with frozen_at(MONDAY):
        for field in ("questions", "meeting_at", "meeting_place", "meeting_contact"):
            page = Page(call(client, case.id, **{field: "", "key": field}))
            assert page.status == 422
            assert f"#f-{field}" in page.errors()
            assert "请选择参加会审的事项" not in page.text
        page = Page(call(client, case.id, items=[], key="none"))
        assert "#f-items" in page.errors()
        assert page.words("//fieldset").count("请选择参加会审的事项") == 1
        soon = Page(call(client, case.id, meeting_at="2026-09-08T09:00", key="soon"))
        assert soon.status == 422
        assert "应当提前3个工作日通知" in soon.text
        assert soon.fields(f"/cases/{case.id}/meetings")["meeting_place"] == "政务服务中心 302"
        device = Page(call(client, case.id, items=["P3"], key="device"))
        assert device.status == 409
        assert "尚未受理" in device.text
        address = called(client, case.id)
        person = Browser(client, SIGN)
        person.open(address)
        page = Page(person.post(f"{address}/answer", items="P6", answer="object", opinion=" ", key="why"))
        assert "#f-opinion" in page.errors()
        page = Page(person.post(f"{address}/answer", items="P2", answer="agree", key="other"))
        assert page.status == 403
        assert "您不在该岗位" in page.text
        page = Page(person.post(f"{address}/minutes", attended="a", record="b", conclusion="c", key="sign"))
        assert page.status == 403
        assert "由牵头部门" in page.text
        lead = Browser(client, LEAD)
        lead.open(address)
        page = Page(lead.post(f"{address}/minutes", attended="a", record="b", conclusion="c", key="early"))
        assert page.status == 409
        assert "尚未开始" in page.text
        page = Page(lead.post(f"{address}/cancelled", cancel_reason="", key="cancel"))
        assert "#f-cancel_reason" in page.errors()
        page = Page(lead.post(f"{address}/moved", **{**CALLED, "meeting_at": "2026-09-15T09:00"}, reason="", key="m"))
        assert "#f-reason" in page.errors()
        assert page.fields(f"{address}/moved")["meeting_at"] == "2026-09-15T09:00"
    assert db.session.query(JointMeeting).count() == 1
    assert db.session.query(CaseEvent).filter_by(case_id=case.id, kind="refused-act").count() == 13


def test_another_department_reads_that_it_does_not_call(case: office.Handle, client: FlaskClient) -> None:
    with frozen_at(MONDAY):
        sign = Browser(client, SIGN)
        assert "联合会审由牵头部门召集" in sign.open(f"/cases/{case.id}/meetings/new").text
        assert f"/cases/{case.id}/meetings/new" not in sign.open(f"/cases/{case.id}").links()
        page = Page(sign.post(f"/cases/{case.id}/meetings", **CALLED, key="sign"))
        assert page.status == 403
        assert "您不属于该部门" in page.text


def test_a_meeting_is_moved_and_cancelled_and_the_invited_are_told(case: office.Handle, client: FlaskClient) -> None:
    with frozen_at(MONDAY):
        address = called(client, case.id)
        lead = Browser(client, LEAD)
        lead.open(address)
        moved = {**CALLED, "meeting_at": "2026-09-14T09:30", "reason": "会议室停电。", "key": "move"}
        assert lead.post(f"{address}/moved", **moved).status_code == 302
        assert "改期 1 次" in lead.open(address).words()
        assert "联合会审改到2026-09-14 09:30" in Browser(client, SIGN).open("/inbox").words()
        lead = Browser(client, LEAD)
        lead.open(address)
        assert lead.post(f"{address}/cancelled", cancel_reason="图纸已补齐。", key="cancel").status_code == 302
        page = lead.open(address)
        assert "已取消" in page.words()
        assert not page.tree.xpath("//main//form")
        inbox = Browser(client, SIGN).open("/inbox")
        assert "的联合会审取消。原因：图纸已补齐。" in inbox.words()
        assert address not in inbox.links()


def test_minutes_of_a_unit_that_seals_by_hand_wait_for_their_seal(
    case: office.Handle, client: FlaskClient, db: SQLAlchemy
) -> None:
    seal = db.session.query(UnitSeal).filter_by(department_key="approval-bureau", role="licence").one()
    seal.way = "hand"
    db.session.commit()
    with frozen_at(MONDAY):
        address = called(client, case.id)
    with frozen_at(MONDAY + timedelta(days=4)):
        lead = Browser(client, LEAD)
        lead.open(address)
        said = {"attended": "赵琳", "record": "比对图纸。", "conclusion": "可以分区。", "key": "m"}
        assert lead.post(f"{address}/minutes", **said).status_code == 302
        page = lead.open(address)
        assert "待用印" in page.words()
        sealed = next(form.get("action") for form in page.tree.forms if str(form.get("action")).endswith("/sealed"))
        assert lead.post(str(sealed), key="sealed").status_code == 302
        assert "待用印" not in lead.open(address).words()


def test_who_has_no_part_in_the_case_does_not_learn_of_its_meetings(case: office.Handle, client: FlaskClient) -> None:
    with frozen_at(MONDAY):
        address = called(client, case.id)
        for login in ("qinyong", "xieguang"):  # another department's reviewer; a supervisor, who reads no contents
            assert Browser(client, login).open(address).status == 404
        assert Browser(client, LEAD).open(f"/cases/{case.id}/meetings/999999").status == 404


def test_an_officer_of_the_lead_who_is_merely_invited_does_not_move_the_meeting(
    case: office.Handle, client: FlaskClient, db: SQLAlchemy
) -> None:
    """Who called it moves, cancels and records it, or the head of the department in their stead."""
    with frozen_at(MONDAY):
        address = called(client, case.id)
        offered = f"//form[@action='{address}/moved']"
        department = office.person(LEAD).department_key
        invited = next(
            one
            for one in (office.member_of(group) for group in ("drug.decide", "device.review", "food.review"))
            if one.department_key == department and one.login != LEAD
        )
        officer = Browser(client, invited.login)
        assert not officer.open(address).tree.xpath(offered)
        place = {name: CALLED[name] for name in ("meeting_place", "meeting_contact")}
        moved = {**place, "meeting_at": "2026-09-14T14:00", "reason": "场地调整。"}
        refused = officer.post(f"{address}/moved", **moved, key="officer")
        assert refused.status_code == 403
        assert "本次会审由召集人赵琳" in refused.get_data(as_text=True)
        head = Browser(client, "gaozhiyuan")
        assert head.open(address).tree.xpath(offered)
        assert head.post(f"{address}/moved", **moved, key="head").status_code == 302
