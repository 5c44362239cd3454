"""下一件: from a task to the next of the list that one came from."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.pages import Browser
from webapp.services import suspension, tasks

REVIEWER, COLLEAGUE, LEAD = "zhaolin", "qianwei", "weixiaohong"


@pytest.fixture
def screen(db: SQLAlchemy, client: FlaskClient) -> Browser:
    return Browser(client, REVIEWER)


@pytest.fixture
def waiting(db: SQLAlchemy) -> list[int]:
    """The acceptance reviews of three pharmacies, in the order of the list."""
    return [office.open_task(office.received("refused-item", ways={}).id, "accept", "P2").id for _ in range(3)]


def following(screen: Browser, task: int | str) -> str:
    return screen.client.get(f"/inbox/next?task={task}").headers["Location"]


def test_the_list_goes_on_behind_the_task_and_begins_again_at_its_end(waiting: list[int], screen: Browser) -> None:
    first, second, third = waiting
    screen.open("/inbox?tab=groups&item=P2&bundle=open-pharmacy")
    assert following(screen, first) == f"/tasks/{second}"
    assert following(screen, second) == f"/tasks/{third}"
    assert following(screen, third) == f"/tasks/{first}"


def test_what_others_have_or_what_stands_still_is_passed_over(waiting: list[int], screen: Browser) -> None:
    first, second, third = waiting
    tasks.claim(second, by=office.person(COLLEAGUE))
    screen.open("/inbox?tab=groups&item=P2&bundle=open-pharmacy")
    assert following(screen, first) == f"/tasks/{third}"
    case = office.db.session.get(office.UserTask, third).case_id
    suspension.suspend(case, by=office.person(LEAD), reason="等待上级答复", key="k")
    page = screen.open(following(screen, first))
    assert "没有可以接着办理的任务" in page.words()
    assert page.heading == "待办"


def test_an_act_leads_on_where_that_is_asked_for(waiting: list[int], screen: Browser) -> None:
    first, second, _ = waiting
    screen.open("/inbox?tab=groups&item=P2&bundle=open-pharmacy")
    screen.post(f"/tasks/{first}/claim")
    done = screen.act(first, outcome="accepted", then="next")
    assert done.headers["Location"] == f"/inbox/next?task={first}"
    page = screen.open(following(screen, first))
    assert f"/tasks/{second}/claim" in {str(form.get("action")) for form in page.tree.forms}
    assert "已予以受理" in page.words("//*[@data-said]")


@pytest.mark.parametrize("task", ["", "x", "9" * 40, "0"])
def test_whatever_the_address_says_it_leads_somewhere(waiting: list[int], screen: Browser, task: str) -> None:
    assert following(screen, task).startswith("/tasks/")


def test_a_browser_that_was_in_no_list_begins_with_its_posts(waiting: list[int], screen: Browser) -> None:
    assert following(screen, waiting[0]).startswith("/tasks/")
    screen.open("/inbox?tab=done")
    assert following(screen, waiting[0]).startswith("/tasks/")
