"""The pages of substitutes and conflicts: what is offered, what is refused and where it says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.pages import Browser, Page
from webapp import clock, moments
from webapp.models import DeclaredConflict
from webapp.models.substitution import Substitution
from webapp.services import substitution, tasks

REVIEWER, COLLEAGUE, DECIDER = "hanlei", "yangmei", "zhudefu"
PAGE = "/substitutes"


def today() -> date:
    return clock.today(moments.OFFICE_ZONE)


def form(absent: str, stand_in: str, **other: object) -> dict[str, object]:
    return {
        "absent": office.person(absent).user_id,
        "stand_in": office.person(stand_in).user_id,
        "from_on": today().isoformat(),
        "until_on": (today() + timedelta(days=3)).isoformat(),
        "reason": "年休假",
        "which_posts": "all",
        "which_bundles": "all",
        **other,
    }


def named(absent: str, stand_in: str) -> None:
    naming = substitution.Naming(
        office.person(absent).user_id,
        office.person(stand_in).user_id,
        today(),
        today() + timedelta(days=3),
        "年休假",
    )
    substitution.name_stand_in(naming, by=office.person(absent))


@pytest.fixture
def case_id(db: SQLAlchemy) -> int:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P6", by=office.person(REVIEWER))
    return case.id


def test_one_names_who_stands_in_and_ends_it_early(db: SQLAlchemy, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    page = screen.open(PAGE)
    assert page.heading == "代办（AB岗）"
    assert "谁不在岗" not in page.text  # for oneself alone
    answer = screen.post(PAGE, **form(REVIEWER, COLLEAGUE, which_posts="some", posts="sign.review"))
    assert answer.status_code == 302
    kept = db.session.query(Substitution).one()
    assert kept.groups == ["sign.review"]
    (row,) = screen.open(PAGE).rows()
    assert row[:2] == [office.person(REVIEWER).name, office.person(COLLEAGUE).name]
    assert "代办中" in row[6]
    screen.post(f"{PAGE}/{kept.id}/end", reason="提前返岗")
    (over,) = screen.open(PAGE).rows()
    assert "提前结束" in over[6]
    assert "提前返岗" in over[6]


@pytest.mark.parametrize(
    ("change", "anchor"),
    [
        ({"until_on": ""}, "#f-until_on"),
        ({"from_on": "2020-02-30"}, "#f-from_on"),
        ({"stand_in": "x" * 40}, "#f-stand_in"),
        ({"reason": ""}, "#f-reason"),
        ({"which_posts": "some"}, "#f-posts"),
        ({"which_bundles": "some", "bundles": "<script>"}, "#f-bundles"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_form_stays(
    db: SQLAlchemy, client: FlaskClient, change: dict[str, object], anchor: str
) -> None:
    screen = Browser(client, REVIEWER)
    screen.open(PAGE)
    page = Page(screen.post(PAGE, **{**form(REVIEWER, COLLEAGUE), **change}))
    assert page.status == 422
    assert anchor in page.errors()
    assert db.session.query(Substitution).count() == 0


def test_a_circle_is_told_beside_the_stand_in(db: SQLAlchemy, client: FlaskClient) -> None:
    named(REVIEWER, COLLEAGUE)
    screen = Browser(client, COLLEAGUE)
    screen.open(PAGE)
    page = Page(screen.post(PAGE, **form(COLLEAGUE, REVIEWER)))
    assert page.status == 409
    assert "互相代办" in page.errors()["#f-stand_in"]


def test_who_leads_names_for_a_colleague_and_a_colleague_does_not(db: SQLAlchemy, client: FlaskClient) -> None:
    absent = office.person(REVIEWER).user_id
    screen = Browser(client, DECIDER)
    page = screen.open(f"{PAGE}?absent={absent}")
    assert "谁不在岗" in page.text
    assert screen.post(PAGE, **form(REVIEWER, COLLEAGUE)).status_code == 302
    other = Browser(client, COLLEAGUE)
    assert other.open(f"{PAGE}?absent={absent}").status == 403
    assert other.open(f"{PAGE}?absent=999999").status == 404


def test_the_inbox_and_the_task_say_for_whom_and_what_is_held_is_taken_over(
    db: SQLAlchemy, client: FlaskClient, case_id: int
) -> None:
    task = office.open_task(case_id, "review", "P6")
    tasks.claim(task.id, by=office.person(REVIEWER))
    named(REVIEWER, COLLEAGUE)
    screen = Browser(client, COLLEAGUE)
    page = screen.open("/inbox?tab=groups")
    name = office.person(REVIEWER).name
    assert f"代{name}办理" in page.words()
    (row,) = [row for row in page.rows() if name in row[7]]
    assert f"代{name}" in row[3]
    assert "接手" in row[7]
    assert "认领接手" in screen.open(f"/tasks/{task.id}").text
    screen.post(f"/tasks/{task.id}/claim")
    page = screen.open(f"/tasks/{task.id}")
    assert f"您代{name}办理此任务" in page.words()
    assert f"{office.person(COLLEAGUE).name}（代{name}）" in page.words()


def test_what_is_kept_apart_is_greyed_with_its_reason(db: SQLAlchemy, client: FlaskClient, case_id: int) -> None:
    office.act(case_id, "review", "P6", by=office.person(REVIEWER), proposal="grant")
    named(DECIDER, COLLEAGUE)
    task = office.open_task(case_id, "decide", "P6")
    screen = Browser(client, COLLEAGUE)
    page = screen.open(f"/tasks/{task.id}")
    assert "不能借用所代之人的授权" in page.words()
    assert page.tree.xpath("//fieldset[contains(@class, 'act-fields')]/@disabled")
    assert not page.tree.xpath(f"//form[@action='/tasks/{task.id}/claim']")


def test_a_conflict_is_declared_at_the_task_and_lifted_by_the_lead(
    db: SQLAlchemy, client: FlaskClient, case_id: int
) -> None:
    task = office.open_task(case_id, "review", "P6")
    screen = Browser(client, REVIEWER)
    assert f"/tasks/{task.id}/conflict" in screen.open(f"/tasks/{task.id}").links()
    page = screen.open(f"/tasks/{task.id}/conflict")
    (key,) = page.tree.xpath("//main//input[@name='key']/@value")
    wrong = Page(screen.post(f"/tasks/{task.id}/conflict", key=key, kind="", reason="表兄", scope="item"))
    assert wrong.status == 422
    assert list(wrong.errors()) == ["#f-kind"]
    said = {"key": "k2", "kind": "kinship", "reason": "<b>表兄</b> ‮", "scope": "item"}
    assert screen.post(f"/tasks/{task.id}/conflict", **said).status_code == 302
    refused = screen.open(f"/tasks/{task.id}")
    assert refused.status == 403
    assert "申请回避" in refused.words()
    conflict = db.session.query(DeclaredConflict).one()
    lead = Browser(client, DECIDER)
    page = lead.open("/conflicts")
    assert "&lt;b&gt;表兄&lt;/b&gt;" in page.text
    assert Page(lead.post(f"/conflicts/{conflict.id}/lift", reason="")).status == 422
    assert lead.post(f"/conflicts/{conflict.id}/lift", reason="核实后无亲属关系").status_code == 302
    assert "已撤回" in lead.open("/conflicts").words()
    assert Browser(client, REVIEWER).open(f"/tasks/{task.id}").status == 200
