"""Signing in, signing out, choosing the language."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import office
from tests.support.office import CLERK, PASSWORD
from tests.webapp.browsing import Browser
from webapp.pages.addresses import came_from, safe_next, this_page


def test_a_page_that_needs_a_person_leads_to_sign_in_and_back(client: FlaskClient) -> None:
    browser = Browser(client).open("/application/?who=all")
    assert browser.heading == "工作人员登录"
    browser.submit("/sign-in", {"login": CLERK, "password": PASSWORD})
    assert browser.response.request.url.endswith("/application/?who=all")
    assert "李晓云" in browser.text


def test_a_wrong_password_says_no_more_than_that_and_keeps_the_account_name(client: FlaskClient) -> None:
    wrong = Browser(client).open("/sign-in").submit("/sign-in", {"login": CLERK, "password": "wrong"})
    unknown = Browser(client).open("/sign-in").submit("/sign-in", {"login": "nobody", "password": "wrong"})
    assert (wrong.status, unknown.status) == (401, 401)
    assert "账号或密码不正确" in wrong.text
    assert wrong.text == unknown.text
    assert wrong.form("/sign-in").fields["login"] == CLERK


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient) -> None:
    browser = Browser.of(client, CLERK)
    kept = client.get_cookie("onewindow")
    assert kept is not None
    browser.open("/application/").submit("/sign-out")
    assert browser.heading == "工作人员登录"
    client.set_cookie("onewindow", kept.value)
    assert Browser(client).open("/application/").heading == "工作人员登录"


def test_a_post_without_its_token_is_refused(client: FlaskClient) -> None:
    response = client.post("/sign-in", data={"login": CLERK, "password": PASSWORD})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil",
        "",
        None,
        "javascript:x",
    ],
)
def test_nobody_is_led_to_another_host(client: FlaskClient, target: str | None) -> None:
    with client.application.test_request_context():
        assert safe_next(target) == "/"


def test_a_path_of_our_own_is_kept(client: FlaskClient) -> None:
    with client.application.test_request_context():
        assert safe_next("/application/?who=all") == "/application/?who=all"


def test_the_language_is_kept_for_a_year(client: FlaskClient) -> None:
    browser = Browser(client).open("/")
    assert browser.page.get("lang") == "zh-CN"
    browser.submit("/language", press=("language", "en"))
    assert browser.page.get("lang") == "en"
    cookie = client.get_cookie("language")
    assert cookie is not None
    assert (cookie.value, cookie.max_age, cookie.same_site) == ("en", 365 * 24 * 60 * 60, "Lax")


def test_an_unknown_language_changes_nothing(client: FlaskClient) -> None:
    Browser(client).open("/").submit("/language", press=("language", "fr"))
    assert client.get_cookie("language") is None


def test_the_public_sees_the_bundles_and_can_follow_a_case(client: FlaskClient) -> None:
    browser = Browser(client).open("/")
    assert "开办药店" in browser.text
    assert set(browser.form("/track").fields) >= {"number", "code"}


def test_staff_are_led_to_their_first_page(client: FlaskClient) -> None:
    browser = Browser.of(client, CLERK)
    response = browser.client.get("/")
    assert response.status_code == 302
    assert response.headers["Location"] != "/"


def test_a_retry_leads_to_pages_of_this_installation_alone(app: Flask) -> None:
    with app.test_request_context(environ_overrides={"PATH_INFO": "//elsewhere.example/x"}):
        assert not this_page().startswith("//")
    for referrer, leads_to in (
        ("http://localhost/inbox?tab=mine", "/inbox?tab=mine"),
        ("https://elsewhere.example/inbox", "/"),
        ("http://localhost//elsewhere.example", "/"),
        ("http://[", "/"),
        ("", "/"),
    ):
        with app.test_request_context("/inbox", headers={"Referer": referrer}, base_url="http://localhost"):
            assert came_from() == leads_to, referrer


def test_a_refusal_does_not_repeat_codes_and_signatures(client: FlaskClient) -> None:
    office.sign_in(client, office.CLERK)
    values = {
        "csrf_token": office.csrf_token(client),
        "code": "7K2M9-QX4TD",
        "signature": "data:image/png;base64,AAAA",
        "note": "看过原件",
        "long": "长" * 5_001,
    }
    response = client.post("/cases/999999/incidents/1/retry", data=values)
    text = response.get_data(as_text=True)
    assert "看过原件" in text
    assert not any(one in text for one in ("7K2M9", "data:image/png;base64,AAAA", "长长"))
