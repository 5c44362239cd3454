"""Ending a working copy: what is not kept is said before, whose work it is hears of it, and it is found again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.designers import SECOND
from tests.support.office import person
from tests.webapp.browsing import Browser
from webapp import clock
from webapp.catalogue import current_releases
from webapp.errors import NotFound, NotYours
from webapp.queries.copy_endings import ended_copies_of, own_ended_copies, unkept_of
from webapp.queries.working_copies import copies_of, digests_of, working_copy
from webapp.services import copy_ending, working_copies
from webapp.services.copy_ending import SavedMeanwhile
from webapp.services.working_copies import CopyEnded
from webapp.unit_of_work import sql

FIRST, REVIEWER = "taoran", "zhaolin"
TITLE = "改目录"


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()[office.BUNDLE], TITLE, by=person(FIRST))


@pytest.fixture
def colleague(client: FlaskClient) -> Browser:
    return Browser.of(client, SECOND)


def saved(copy_id: int, path: str, text: bytes, login: str = FIRST) -> None:
    working_copies.save(copy_id, path, text, digests_of(copy_id).get(path), by=person(login))


def told(login: str) -> list[dict[str, str]]:
    rows = sql().execute(
        "select facts from notice where kind = 'copy-ended' and user_id = %s order by id", (person(login).user_id,)
    )
    return [row[0] for row in rows]


def test_the_page_says_what_is_not_kept_before_a_copy_is_ended(copy_id: int, colleague: Browser) -> None:
    saved(copy_id, "guide/zh.md", "# 指南\n".encode())
    saved(copy_id, "guide/more.md", "# 更多\n".encode())
    address = f"/studio/copies/{copy_id}"
    colleague.open(address)
    assert "有 2 个文件的修改没有存为版本" in colleague.text
    assert "结束后告知：陶然。" in colleague.text
    assert {one.path for one in unkept_of(copy_id)} == {"guide/more.md", "guide/zh.md"}
    with clock.frozen_at(clock.now() + timedelta(minutes=1)):
        saved(copy_id, "guide/zh.md", "# 又改\n".encode())
    colleague.submit("/end")
    assert "工作稿又有新的修改，没有结束" in colleague.text
    assert working_copy(copy_id).is_open
    colleague.submit("/end")
    assert "工作稿已结束" in colleague.text
    assert (working_copy(copy_id).is_open, working_copy(copy_id).ender) == (False, person(SECOND).name)
    [facts] = told(FIRST)
    assert (facts["title"], facts["left"]) == (TITLE, "有 2 个文件的修改没有存为版本")
    assert told(SECOND) == []


def test_an_ended_copy_is_found_and_opened_again(copy_id: int, colleague: Browser) -> None:
    saved(copy_id, "guide/more.md", "# 更多\n".encode())
    copy_ending.end(copy_id, by=person(SECOND))
    designer = Browser.of(colleague.client.application.test_client(), FIRST)
    for browser, address in ((colleague, f"/studio/bundles/{office.BUNDLE}"), (designer, "/studio")):
        browser.open(address)
        assert "已结束的工作稿（1 份）" in browser.text
        assert browser.links(containing=f"/studio/copies/{copy_id}")
    designer.open(f"/studio/copies/{copy_id}")
    assert f"{person(SECOND).name}于" in designer.text
    designer.submit("/reopen")
    assert [one.id for one in copies_of(office.BUNDLE)] == [copy_id]
    assert (ended_copies_of(office.BUNDLE), own_ended_copies(person(FIRST).user_id)) == ([], [])


def test_whoever_saved_in_it_is_told_and_who_ends_it_is_not(copy_id: int) -> None:
    saved(copy_id, "guide/more.md", "# 更多\n".encode(), SECOND)
    working_copies.keep(copy_id, "更多", by=person(FIRST))
    copy_ending.end(copy_id, by=person(FIRST))
    assert [one["left"] for one in told(SECOND)] == ["修改都已存为版本"]
    assert told(FIRST) == []
    [ended] = own_ended_copies(person(SECOND).user_id)
    assert (ended.id, ended.unkept) == (copy_id, 0)


def test_a_copy_is_ended_once_and_by_a_designer(copy_id: int, colleague: Browser) -> None:
    with pytest.raises(NotYours):
        copy_ending.end(copy_id, by=person(REVIEWER))
    with pytest.raises(SavedMeanwhile):
        copy_ending.end(copy_id, by=person(FIRST), seen=working_copy(copy_id).changed_at - timedelta(seconds=1))
    colleague.open(f"/studio/copies/{copy_id}")
    assert "没有未存为版本的修改" in colleague.text
    token = {"csrf_token": office.csrf_token(colleague.client)}
    for seen in ("", "yesterday", "2026-01-01"):
        answer = colleague.client.post(f"/studio/copies/{copy_id}/end", data={**token, "seen": seen})
        assert answer.status_code == 422
    copy_ending.end(copy_id, by=person(FIRST))
    with pytest.raises(CopyEnded):
        copy_ending.end(copy_id, by=person(FIRST))
    with pytest.raises(NotFound):
        copy_ending.reopen(999_999, by=person(FIRST))
