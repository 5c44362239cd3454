"""Long lists of people can be narrowed, without script too: the form is sent for that alone and keeps what it holds."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from pypinyin import lazy_pinyin

from tests.support import office
from tests.support.pages import Browser, Page
from webapp.models import OpinionRequest
from webapp.services import tasks
from webapp.unit_of_work import sql

REVIEWER = "zhaolin"
FAMILY = ["安康", "安大勇", "康安娜", "柳青", "柳如是"]
JOINED = [*FAMILY, "欧阳修", "司马略", "诸葛亮", "上官婉", "夏侯惇", "公孙胜", "东方朔"]
JOIN = """
with person as (
    insert into app_user (login, name, name_pinyin, title_zh, title_en, password_hash, department_id)
    select 'joined' || n.place, n.name, n.pinyin, u.title_zh, u.title_en, '', u.department_id
    from app_user u cross join unnest(%s::text[], %s::text[]) with ordinality n(name, pinyin, place)
    where u.login = %s returning id
)
insert into membership (user_id, group_id) select person.id, m.group_id from person
cross join membership m join app_user u on u.id = m.user_id where u.login = %s
"""


def join(login: str) -> None:
    """Twelve more people with the posts of this one."""
    sql().execute(JOIN, (JOINED, [" ".join(lazy_pinyin(one)) for one in JOINED], login, login))


@pytest.fixture
def task(db: SQLAlchemy) -> int:
    """A drug licence to be examined, claimed by a reviewer."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    opened = office.open_task(case.id, "examine", "P2").id
    tasks.claim(opened, by=office.person(REVIEWER))
    db.session.commit()
    return int(opened)


@pytest.fixture
def many(db: SQLAlchemy) -> None:
    """Twelve more people with the reviewer's post."""
    join(REVIEWER)
    db.session.commit()


def offered(page: Page, name: str) -> list[str]:
    """The people of a list, by what stands before their title."""
    boxes = page.tree.xpath(f"//label[input[@name='{name}']]/span/text()")
    options = page.tree.xpath(f"//select[@name='{name}']/option[@value != '']/text()")
    return [re.split("[ ·（]", str(one).strip())[0] for one in (*boxes, *options)]


def narrowed(screen: Browser, url: str, **typed: str) -> Page:
    screen.open(url)
    return Page(screen.post(url, narrow="find", **typed))


def test_a_short_list_is_shown_as_it_is(client: FlaskClient, task: int) -> None:
    page = Browser(client, REVIEWER).open(f"/tasks/{task}/more/hand-over")
    assert offered(page, "to")
    assert not page.tree.xpath("//*[@data-finder]")


FOUND = [
    ("安", "安大勇 安康 康安娜"),
    ("liu", "柳青 柳如是"),
    ("zgl", "诸葛亮"),
    ("and", "安大勇"),
    ("ang", ""),
    ("lue", "司马略"),
]


@pytest.mark.parametrize(("find", "found"), FOUND)
def test_a_long_list_leaves_whom_is_found(client: FlaskClient, task: int, many: None, find: str, found: str) -> None:
    screen, url = Browser(client, REVIEWER), f"/tasks/{task}/more/hand-over"
    page = screen.open(url)
    assert page.tree.xpath("//*[@data-finder='f-to']")
    assert set(JOINED) <= set(offered(page, "to"))
    page = narrowed(screen, url, find=find, reason="请继续办理。")
    assert sorted(offered(page, "to")) == sorted(found.split())
    assert page.fields(url)["find"] == find
    assert "请继续办理。" in page.text  # what was typed stays
    assert page.errors() == {}


def test_who_is_chosen_already_stays_and_nothing_is_done(client: FlaskClient, task: int, many: None) -> None:
    screen, url = Browser(client, REVIEWER), f"/tasks/{task}/more/ask"
    row = sql().execute("select id from app_user where name = '欧阳修'").fetchone()
    assert row is not None
    page = narrowed(screen, url, find="liuqing", people=str(row[0]), question="面积是否合规？")
    assert offered(page, "people") == ["柳青", "欧阳修"]
    assert page.tree.xpath(f"//input[@name='people'][@value='{row[0]}'][@checked]")
    assert OpinionRequest.query.count() == 0
    page = narrowed(screen, url, find_post="招牌", question="面积是否合规？")
    assert page.tree.xpath("//input[@name='posts']/@value") == ["sign.decide", "sign.review"]
    assert set(JOINED) <= set(offered(page, "people"))


def test_who_stands_in_is_found_in_a_long_list(client: FlaskClient, task: int, many: None) -> None:
    screen = Browser(client, REVIEWER)
    assert set(JOINED) <= set(offered(screen.open("/substitutes"), "stand_in"))
    page = narrowed(screen, "/substitutes", find="kangan", reason="年休假")
    assert offered(page, "stand_in") == ["康安娜"]
    assert page.fields("/substitutes")["reason"] == "年休假"
    assert page.errors() == {}
    row = sql().execute("select count(*) from substitution").fetchone()
    assert row == (0,)
