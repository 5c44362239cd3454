"""Who may work on an application: object checks on every step."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.webapp.browsing import Browser
from webapp.unit_of_work import sql

STEPS = ("", "/questions", "/sheet", "/form", "/materials", "/commitment", "/letters", "/check", "/receipt")


def login_of(role: str) -> str:
    row = (
        sql()
        .execute(
            "select u.login from app_user u join membership m on m.user_id = u.id"
            " join candidate_group g on g.id = m.group_id where g.role = %s order by u.id limit 1",
            (role,),
        )
        .fetchone()
    )
    assert row is not None, role
    return str(row[0])


@pytest.mark.parametrize("role", ["reviewer", "decider", "officer", "designer", "publisher", "legal", "supervisor"])
def test_an_application_is_the_windows(client: FlaskClient, role: str) -> None:
    case_id = office.draft("ordinary")
    browser = Browser.of(client, login_of(role))
    for step in STEPS:
        assert browser.open(f"/application/{case_id}{step}").status in (403, 404), step
    assert browser.open("/application/visit").status == 403


def test_nobody_who_is_not_signed_in_sees_an_application(client: FlaskClient) -> None:
    case_id = office.draft("ordinary")
    for step in STEPS:
        assert Browser(client).open(f"/application/{case_id}{step}").heading == "工作人员登录"


def test_a_helper_prepares_and_a_clerk_receives(client: FlaskClient) -> None:
    helper = office.person(login_of("helper"))
    case_id = office.draft("ordinary", clerk=helper.login, present="representative")
    browser = Browser.of(client, helper.login).open(f"/application/{case_id}/check")
    assert browser.status == 200
    assert "请到综合窗口由窗口人员收件" in browser.text
    browser.send(f"/application/{case_id}/check", {"csrf_token": browser.token(), "key": "k"})
    assert browser.status == 403
    clerk = Browser.of(client.application.test_client(), office.CLERK).open(f"/application/{case_id}/check")
    assert clerk.submit("/check").heading == "已收件"


def test_a_helper_does_not_see_what_others_prepared(client: FlaskClient) -> None:
    case_id = office.draft("ordinary")
    browser = Browser.of(client, login_of("helper"))
    assert browser.open(f"/application/{case_id}/form").status == 404
    assert "未收件的申请" in browser.open("/application/?who=all").text
    assert not browser.links(containing=f"/application/{case_id}/")


def test_a_case_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    browser = Browser.of(client, office.CLERK)
    for step in STEPS:
        assert browser.open(f"/application/999999{step}").status == 404
