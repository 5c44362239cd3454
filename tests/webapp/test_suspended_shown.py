"""That a case is suspended stands wherever the case is listed, and nobody is offered what would be refused."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser
from webapp.services import suspension

BADGE = "已挂起"


def suspended() -> office.Handle:
    """A received case that its lead has suspended."""
    case = office.received("commitment")
    suspension.suspend(case.id, by=office.member_of("centre.lead"), reason="名称核查", key="s")
    return case


def test_the_inbox_says_so_and_offers_no_claim(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    screen = Browser(client, "wujianhua")
    before = screen.open("/inbox")
    assert BADGE not in before.words()
    assert before.tree.xpath("//form[contains(@action, '/claim')]")
    suspension.suspend(case.id, by=office.member_of("centre.lead"), reason="名称核查", key="s")
    page = screen.open("/inbox")
    (row,) = page.rows()
    assert BADGE in row[0]
    assert not page.tree.xpath("//form[contains(@action, '/claim')]")
    assert BADGE in screen.open(f"/inbox?q={case.number}").words("//table")
    suspension.resume(case.id, by=office.member_of("centre.lead"), reason="完毕", key="r")
    page = screen.open("/inbox")
    assert BADGE not in page.words()
    assert page.tree.xpath("//form[contains(@action, '/claim')]")


def test_the_task_says_so_and_offers_neither_claim_nor_release(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    free = office.open_task(case.id, "immediate", "P2")
    held, _ = office.claimed(case.id, "immediate", "P3", by=office.person("chuyan"))
    suspension.suspend(case.id, by=office.member_of("centre.lead"), reason="名称核查", key="s")
    screen = Browser(client, "wujianhua")
    page = screen.open(f"/tasks/{free.id}")
    assert BADGE in page.words("//header[@class='case-head']")
    assert not page.tree.xpath("//form[contains(@action, '/claim')]")
    assert page.tree.xpath("//fieldset[@disabled]")
    screen.sign_in("chuyan")
    page = screen.open(f"/tasks/{held.id}")
    assert not page.tree.xpath("//form[contains(@action, '/release')]")
    assert page.tree.xpath("//fieldset[@disabled]")


def test_the_window_the_board_and_the_case_say_so(db: object, client: FlaskClient) -> None:
    case = suspended()
    screen = Browser(client, office.CLERK)
    assert BADGE in screen.open("/window?tab=all").words("//table")
    assert BADGE in screen.open(f"/window/cases/{case.id}").words("//header[@class='case-head']")
    screen.sign_in("xieguang")
    assert BADGE in screen.open("/supervision").words("//section[last()]//table")
    assert BADGE in screen.open(f"/cases/{case.id}").words("//header[@class='case-head']")
