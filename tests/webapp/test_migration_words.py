"""What the pages of a migration say: of its end, of who began it, of cases that stay, of posts that are kept."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_migration_remarks import ITEMS, release
from tests.journeys.test_migration_runs import DESIGNER, NEW, OLD, PUBLISHER, begun, cases, confirmed, state
from tests.support import machines, office
from tests.webapp.browsing import Browser
from tests.webapp.test_migration_pages import post
from webapp.services import migration_runs as runs


@pytest.fixture
def tried(db: SQLAlchemy) -> int:
    """A migration of two cases that was tried."""
    old = machines.publish(OLD)
    cases(old, of=2)
    machines.publish(NEW)
    return begun(old)


def test_who_began_it_does_not_stand_there_as_if_it_were_proposed(client: FlaskClient, tried: int) -> None:
    designer = Browser.of(client, DESIGNER)
    assert "发起陶然" in designer.open(f"/studio/migrations/{tried}").text
    assert "提出" not in designer.text
    client.set_cookie("language", "en")
    assert "Begun陶然" in designer.open(f"/studio/migrations/{tried}").text
    assert "Proposed" not in designer.text


def test_the_end_after_the_only_batch_is_called_the_end(client: FlaskClient, tried: int) -> None:
    confirmed(tried, first=2)
    office.sign_in(client, PUBLISHER)
    assert post(client, f"/studio/migrations/{tried}/go-on") == 302
    assert "已查看，迁移随即结束" in client.get(f"/studio/migrations/{tried}").get_data(as_text=True)
    machines.work()
    assert state(tried) == "done"


def test_cases_that_no_migration_moves_any_more_stay_with_their_release(client: FlaskClient, tried: int) -> None:
    confirmed(tried, first=1)
    publisher = Browser.of(client, PUBLISHER)
    assert "可以迁移" in publisher.open(f"/studio/migrations/{tried}").text
    runs.undo(tried, by=office.person(PUBLISHER), reason="先改")
    machines.work()
    publisher.open(f"/studio/migrations/{tried}")
    assert "可以迁移" not in publisher.text
    assert "留在原发布版" in publisher.text


def test_the_list_of_one_bundle_names_it_and_leads_back_to_it(client: FlaskClient, tried: int) -> None:
    designer = Browser.of(client, DESIGNER)
    assert designer.open(f"/studio/migrations?bundle={office.BUNDLE}").heading == "批量迁移：开办药店"
    assert designer.links(containing=f"/studio/bundles/{office.BUNDLE}")
    assert designer.open("/studio/migrations").heading == "批量迁移"
    assert designer.open("/studio/migrations?bundle=open-bakery").heading == "批量迁移"


def test_who_may_confirm_it_finds_it_in_the_studio(client: FlaskClient, tried: int) -> None:
    publisher = Browser.of(client, PUBLISHER)
    assert "待我确认的批量迁移" not in publisher.open("/studio").text
    runs.propose(tried, by=office.person(DESIGNER))
    assert "开办药店：迁移到第" in publisher.open("/studio").text
    assert f"/studio/migrations/{tried}" in publisher.links(containing="/studio/migrations/")
    client.post("/sign-out", data={"csrf_token": office.csrf_token(client)})
    assert "待我确认的批量迁移" not in Browser.of(client, DESIGNER).open("/studio").text


@pytest.mark.parametrize(
    ("language", "chosen", "tried_out"),
    [
        ("zh", "已进入的办件，任务仍按原版的岗位", "未办的任务仍归“食品审查岗”；新版由“招牌审查岗”办理"),
        ("en", "the tasks of cases that have entered it stay with the posts of their former release",
         "its open task stays with “Food: review”; the new release gives it to “Signboards: review”"),
    ],
)  # fmt: skip
def test_posts_that_differ_are_told_where_elements_are_matched_and_with_the_cases(
    client: FlaskClient, db: SQLAlchemy, language: str, chosen: str, tried_out: str
) -> None:
    old = release("items.A.groups")
    machines.run(old, items=ITEMS)
    release("items.S.groups")
    designer = Browser.of(client, DESIGNER)
    client.set_cookie("language", language)
    designer.open(f"/studio/bundles/{office.BUNDLE}/migrate")
    assert chosen in designer.text
    assert "seal" in designer.text
    run = begun(old, {"nothing": "nothing"})
    assert designer.open(f"/studio/migrations/{run}").text.count(tried_out) == 2
