"""The pages on which people say how notices reach them, and leads see what did not arrive."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser, Page
from webapp.services import notice_settings
from webapp.unit_of_work import sql

REVIEWER, LEAD = "zhaolin", "weixiaohong"


def posted(screen: Browser, page: Page, action: str, **changed: str) -> Page | None:
    """Post the form of the page with something changed, ticks and all; None where it was taken."""
    form = next(form for form in page.tree.forms if form.get("action") == action)
    values: dict[str, list[str]] = {}
    for name, value in form.form_values():
        values.setdefault(name, []).append(value)
    answer = screen.client.post(action, data=values | {name: [value] for name, value in changed.items()})
    return None if answer.status_code == 302 else Page(answer)


def test_a_person_sets_ways_times_and_addresses(db: object, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    page = screen.open("/notices/settings")
    assert page.fields("/notices/settings")["quiet_from"] == "20:00"  # as the data has it
    changed = {
        "mail": "zhaolin@office.example.cn",
        "digest": "daily",
        "digest_hour": "17",
        "language": "en",
        "quiet_from": "21:00",
        "quiet_until": "07:00",
        "way.assigned": "",
    }
    assert posted(screen, page, "/notices/settings", **changed) is None
    kept = notice_settings.own_setting(office.person(REVIEWER))
    assert kept is not None
    assert (kept.digest, kept.digest_hour, kept.language) == ("daily", 17, "en")
    assert kept.choices == {"assigned": frozenset()}  # what is as the post or the data has it is not said twice
    assert kept.addresses == {"mail": "zhaolin@office.example.cn"}
    again = screen.open("/notices/settings")
    assert again.tree.xpath("//input[@name='mail']/@value") == ["zhaolin@office.example.cn"]


def test_wrong_addresses_are_told_beside_their_fields_and_stay_typed(db: object, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    screen.open("/notices/settings")
    page = Page(
        screen.post(
            "/notices/settings",
            mail="not an address",
            sms="123",
            digest="none",
            digest_hour="8",
            language="zh",
            office="<b>",
        )
    )
    assert page.status == 422
    assert {"#f-mail", "#f-sms", "#f-office"} <= page.errors().keys()
    assert page.tree.xpath("//input[@name='office']/@value") == ["<b>"]
    assert notice_settings.own_setting(office.person(REVIEWER)) is None


def test_a_beginning_without_an_end_is_told(db: object, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    page = Page(screen.post("/notices/settings", quiet_from="20:00", digest="none", digest_hour="8", language="zh"))
    assert (page.status, page.errors()) == (422, {"#f-quiet": "免打扰时段：请填写免打扰的起止时间。"})


def test_who_leads_sets_the_posts_of_the_department_and_no_others(db: object, client: FlaskClient) -> None:
    head = office.member_of("approval-bureau.head")
    screen = Browser(client, head.login)
    assert "/notices/posts/drug.review" in screen.open("/notices/settings").links()
    page = screen.open("/notices/posts/drug.review")
    assert page.heading == "岗位通知设置：药品审查岗"
    refused = posted(screen, page, "/notices/posts/drug.review", **{"way.urged": ""})
    assert refused is not None
    assert (refused.status, list(refused.errors())) == (422, ["#f-way-urged"])
    assert posted(screen, page, "/notices/posts/drug.review", mail="drug@office.example.cn") is None
    row = sql().execute("select mail from notice_setting where group_key = 'drug.review'").fetchone()
    assert row == ("drug@office.example.cn",)
    assert screen.open("/notices/posts/window.clerk").status == 404
    reviewer = Browser(client, REVIEWER)
    assert reviewer.open("/notices/posts/drug.review").status == 403


def test_only_leads_see_what_did_not_arrive(db: object, client: FlaskClient) -> None:
    assert Browser(client, REVIEWER).open("/notices/deliveries").status == 403
    screen = Browser(client, LEAD)
    assert "全部已送达" in screen.open("/notices/deliveries").words()
    assert screen.post("/notices/deliveries/1/again").status_code == 404
