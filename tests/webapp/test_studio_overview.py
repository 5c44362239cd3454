"""The studio's first page in an office of many bundles: found by name, narrowed by state, in pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.office import person
from tests.webapp.browsing import Browser
from tests.webapp.test_new_bundles import STALL
from webapp.queries import releases
from webapp.services.new_bundles import begin_bundle, files_of_pattern
from webapp.services.releases import discard_draft, draft_from_files
from webapp.unit_of_work import sql

DESIGNER = "taoran"
MANY, A_PAGE = 13, 10


def titles(browser: Browser) -> list[str]:
    """The names of the bundles on the page."""
    found = browser.page.xpath("//h2[starts-with(@id, 'bundle-')]/a/text()")
    return [str(name) for name in found]


def follow(browser: Browser, words: str) -> None:
    """The link that says so."""
    (address, *_) = browser.page.xpath(f"//a[normalize-space() = '{words}']/@href")
    browser.open(address)


@pytest.fixture
def designer(client: FlaskClient, db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A designer of an office with `MANY` bundles besides those it works with, `A_PAGE` of which fill a page."""
    monkeypatch.setattr(releases, "SHOWN_BUNDLES", A_PAGE)
    for number in range(MANY):
        said = dataclasses.replace(
            STALL, key=f"stall-{number:02}", name=f"摊位{number:02}", name_en=f"Stall {number:02}"
        )
        draft_from_files(said.key, files_of_pattern(said), by=person(DESIGNER), note="")
    return Browser.of(client, DESIGNER)


def test_a_page_shows_so_many_and_leads_to_the_next(designer: Browser) -> None:
    designer.open("/studio")
    first = titles(designer)
    assert len(first) == A_PAGE
    follow(designer, "下一页")
    assert len(titles(designer)) == MANY + 2 - A_PAGE
    assert not set(first) & set(titles(designer))
    follow(designer, "上一页")
    assert titles(designer) == first


@pytest.mark.parametrize("typed", ["摊位07", "stall-07", "Stall 07", " STALL-07 "])
def test_a_bundle_is_found_by_its_name_in_either_language_and_by_its_key(designer: Browser, typed: str) -> None:
    designer.open(f"/studio?q={quote(typed)}")
    assert titles(designer) == ["摊位07"]
    assert f"1 件，共 {MANY + 2} 件" in designer.text


def test_what_is_not_there_is_said_and_what_was_typed_stays(designer: Browser) -> None:
    designer.open("/studio?q=没有的&kind=nonsense&page=99")
    assert titles(designer) == []
    assert "没有这样的一件事" in designer.text
    assert designer.page.xpath("//input[@name='q']/@value") == ["没有的"]


def test_the_list_is_narrowed_by_state(designer: Browser) -> None:
    designer.open("/studio?kind=published")
    assert set(titles(designer)) == {"开办药店", "药店开业后续"}
    designer.open("/studio?kind=unpublished&page=2")
    assert len(titles(designer)) == MANY - A_PAGE


def test_a_bundle_whose_every_draft_was_discarded_leaves_the_list(designer: Browser) -> None:
    for number in (3, 4):
        key = f"stall-{number:02}"
        discard_draft(releases.bundle(key).newest.id, by=person(DESIGNER))
    kept = files_of_pattern(dataclasses.replace(STALL, key="stall-04", name="新摊位04", name_en="New stall 04"))
    draft_from_files("stall-04", kept, by=person(DESIGNER), note="")
    designer.open("/studio?q=摊位0")
    assert "摊位03" not in titles(designer)
    assert "新摊位04" in titles(designer)
    assert f"共 {MANY + 1} 件" in designer.text
    follow(designer, "已放弃的一件事（1 件）")
    assert titles(designer) == ["摊位03"]
    assert "草稿都已放弃" in designer.text
    designer.open("/studio/bundles/stall-03")
    assert not designer.page.xpath("//table[caption[contains(., '全部版本')]]")
    follow(designer, "也显示已放弃的草稿（1 个）")
    assert designer.page.xpath("//table[caption[contains(., '全部版本')]]//tbody/tr")


def test_only_what_is_shown_is_checked(designer: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    found = releases.errors_waiting

    def noted(bundles: Iterable[releases.BundleRow]) -> dict[str, int]:
        checked.extend(one.key for one in bundles)
        return found(bundles)

    monkeypatch.setattr(releases, "errors_waiting", noted)
    designer.open("/studio?q=stall-1")
    assert set(checked) == {f"stall-1{digit}" for digit in range(3)}


def test_ones_own_working_copies_stand_on_the_first_page(client: FlaskClient, db: SQLAlchemy) -> None:
    copy = begin_bundle(STALL, by=person(DESIGNER))
    designer = Browser.of(client, DESIGNER)
    designer.open("/studio")
    follow(designer, "新建：摆摊备案")
    assert designer.url.endswith(f"/studio/copies/{copy}")
    sql().execute("update working_copy set ended_at = now() where id = %s", (copy,))
    designer.open("/studio")
    assert "我的工作稿" not in designer.text


def test_cases_of_a_release_are_counted_open_and_received(client: FlaskClient, db: SQLAlchemy) -> None:
    office.received()
    designer = Browser.of(client, DESIGNER)
    designer.open("/studio")
    follow(designer, "第 1 版")
    assert "1 件（连同办结的，现有 1 件在此版上）" in designer.text
