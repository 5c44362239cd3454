"""A bundle from nothing: what the studio begins with has no errors, and is told apart from all others."""

from __future__ import annotations

import dataclasses
import json

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine import errors_in
from engine.bundles import read_bundle
from tests.support import office
from tests.support.office import person
from tests.webapp.browsing import Browser
from webapp.errors import Incomplete, NotFound, NotYours
from webapp.queries.example_runs import findings_with_examples
from webapp.queries.working_copies import digests_of
from webapp.services import new_bundles, working_copies
from webapp.services.new_bundles import KINDS, OPTIONAL, Begun, begin_bundle, files_of_pattern
from webapp.services.releases import draft_from_files
from webapp.unit_of_work import sql

DESIGNER, LEGAL = "taoran", "qixin"
STALL = Begun(
    key="open-stall",
    name="摆摊备案",
    name_en="Stalls",
    summary="流动摊位一次备案。",
    summary_en="Stalls are filed at once.",
    prefix="BT",
    item_name="流动摊位备案",
    item_name_en="Filing of a stall",
    item_code="JC-000101001000",
    kind="filing",
    review="sign.review",
    decide="sign.decide",
    days="5",
    basis="市容管理规定（示例）",
    basis_en="Rules on the city's appearance (example)",
)


def drafts_of(key: str) -> int:
    row = sql().execute("select count(*) from release where bundle_key = %s", (key,)).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_begins_with_has_no_errors_and_its_examples_hold(db: SQLAlchemy, kind: str) -> None:
    copy = begin_bundle(dataclasses.replace(STALL, kind=kind), by=person(DESIGNER))
    files = working_copies.files_of(copy)
    findings = findings_with_examples(STALL.key, files)
    assert errors_in(findings) == []
    assert {one.code for one in findings} == {"no-item-applies"}
    bundle = read_bundle(files)
    assert (bundle.key, bundle.name.zh, bundle.name.en) == ("open-stall", "摆摊备案", "Stalls")
    assert bundle.item("A1").limits["promised"].value == 5
    assert bundle.item("A1").kind == kind


@pytest.mark.parametrize(("kind", "name"), [("filing", "流动摊位备案凭证"), ("licence", "流动摊位备案证书")])
def test_its_result_is_a_paper_that_can_be_printed(db: SQLAlchemy, kind: str, name: str) -> None:
    files = working_copies.files_of(begin_bundle(dataclasses.replace(STALL, kind=kind), by=person(DESIGNER)))
    licence = read_bundle(files).item("A1").licence
    assert licence is not None
    assert (licence.name.zh, licence.number) == (name, "BT{year}{serial:05}")
    assert files["documents/result.md"].decode().startswith(f"# {name}\n")
    assert "{{ fields_table }}" in files["documents/result.en.md"].decode()


def test_english_may_be_written_later_and_its_absence_is_a_warning(db: SQLAlchemy) -> None:
    said = dataclasses.replace(STALL, **dict.fromkeys(OPTIONAL, ""))
    files = working_copies.files_of(begin_bundle(said, by=person(DESIGNER)))
    findings = findings_with_examples(STALL.key, files)
    assert errors_in(findings) == []
    assert {one.code for one in findings} == {"no-item-applies", "missing-translation"}
    assert "guide/en.md" not in files
    assert read_bundle(files).name.en == ""


@pytest.mark.parametrize("days", ["１５", "015"])
def test_a_limit_as_it_is_typed_is_a_number_of_the_file(db: SQLAlchemy, days: str) -> None:
    files = working_copies.files_of(begin_bundle(dataclasses.replace(STALL, days=days), by=person(DESIGNER)))
    assert read_bundle(files).item("A1").limits["promised"].value == 15


def test_names_with_signs_of_every_kind_of_file_stand_as_they_are(db: SQLAlchemy) -> None:
    odd = dataclasses.replace(STALL, name='“摊”<一>&"二"\\三', item_name='甲"<乙>&')
    files = working_copies.files_of(begin_bundle(odd, by=person(DESIGNER)))
    assert errors_in(findings_with_examples(STALL.key, files)) == []
    bundle = read_bundle(files)
    assert bundle.name.zh == odd.name
    assert bundle.item("A1").name.zh == odd.item_name
    assert json.loads(files["forms/application.form"])["id"] == "application"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", ""),
        ("key", "Öpen"),
        ("key", "../open"),
        ("key", office.BUNDLE),
        ("name", " "),
        ("name", "长" * 61),
        ("name", "{{ key }}"),
        ("name", "一\n二"),
        ("prefix", "bt"),
        ("kind", "permit"),
        ("review", "window.clerk"),
        ("decide", "sign.review"),
        ("days", "0"),
        ("days", "many"),
        ("days", "4000"),
        ("basis", ""),
    ],
)
def test_what_is_missing_or_taken_is_told_at_its_field(db: SQLAlchemy, field: str, value: str) -> None:
    with pytest.raises(Incomplete) as refused:
        begin_bundle(dataclasses.replace(STALL, **{field: value}), by=person(DESIGNER))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "Fill this in."),
        ("name", "{{ key }}", "It cannot hold “{{”: it marks a place to fill."),
        ("name_en", "{{ key }}", "It cannot hold “{{”: it marks a place to fill."),
        ("name_en", "a" * 61, "At most 60 characters; it has 61."),
        ("summary", "长" * 301, "At most 300 characters; it has 301."),
        ("item_name", "一\t二", "It is one line, without line breaks, tabs or other control characters."),
        ("key", "", "Fill this in."),
        ("key", "a" * 61, "At most 60 characters; it has 61."),
        ("key", "9open", "The key has 2 to 60 small letters, digits and hyphens, and begins with a letter."),
        ("days", "9" * 5000, "At most 60 characters; it has 5000."),
    ],
)
def test_why_a_field_is_refused_is_said_as_it_is(db: SQLAlchemy, field: str, value: str, told: str) -> None:
    with pytest.raises(Incomplete) as refused:
        begin_bundle(dataclasses.replace(STALL, **{field: value}), by=person(DESIGNER))
    assert {name: words.en for name, words in refused.value.faults.items()} == {field: told}


def test_a_name_may_have_a_space_as_wide_as_a_sign(db: SQLAlchemy) -> None:
    said = dataclasses.replace(STALL, name="摆摊\u3000备案")
    assert read_bundle(working_copies.files_of(begin_bundle(said, by=person(DESIGNER)))).name.zh == said.name


def test_what_is_refused_is_listed_as_the_form_asks_it(client: FlaskClient) -> None:
    browser = Browser.of(client, DESIGNER)
    browser.open("/studio/begin")
    browser.submit(
        "/begin", {**dict.fromkeys(dataclasses.asdict(STALL), ""), "review": "sign.review", "kind": "filing"}
    )
    asked = list(browser.form("/begin").fields)
    labels = [str(one).partition("：")[0] for one in browser.errors()]
    assert labels[:4] == ["名称", "编号", "办件编号的字头", "一句话说明"]
    assert asked.index("name") < asked.index("key") < asked.index("prefix")


def test_posts_of_two_departments_are_told_with_both_names(db: SQLAlchemy) -> None:
    with pytest.raises(Incomplete) as refused:
        begin_bundle(dataclasses.replace(STALL, review="food.review"), by=person(DESIGNER))
    told = refused.value.faults["review"]
    assert "江城市行政审批服务管理局" in told.zh
    assert "江城市城市管理局" in told.zh
    assert "Approval Bureau" in told.en
    assert "Urban Management" in told.en


def test_everything_that_is_missing_is_told_at_once(db: SQLAlchemy) -> None:
    with pytest.raises(Incomplete) as refused:
        begin_bundle(dataclasses.replace(STALL, basis="", name="", days="0", key=""), by=person(DESIGNER))
    assert sorted(refused.value.faults) == ["basis", "days", "key", "name"]


def test_who_takes_the_same_key_at_the_same_moment_is_told(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(said: Begun) -> dict[str, bytes]:
        files = files_of_pattern(said)
        draft_from_files(said.key, files, by=person(DESIGNER))
        return {**files, "guide/zh.md": "# 另一件事\n".encode()}

    monkeypatch.setattr(new_bundles, "files_of_pattern", late)
    with pytest.raises(Incomplete) as refused:
        begin_bundle(STALL, by=person(DESIGNER))
    assert refused.value.field == "key"
    assert drafts_of(STALL.key) == 1


def test_a_bundle_without_its_working_copy_is_not_begun(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise NotFound()

    monkeypatch.setattr(working_copies, "begin_on", broken)
    with pytest.raises(NotFound):
        begin_bundle(STALL, by=person(DESIGNER))
    assert drafts_of(STALL.key) == 0


def test_only_a_designer_begins(db: SQLAlchemy) -> None:
    with pytest.raises(NotYours):
        begin_bundle(STALL, by=person(LEGAL))


def test_the_page_keeps_what_was_typed_and_leads_to_the_working_copy(client: FlaskClient) -> None:
    browser = Browser.of(client, DESIGNER)
    browser.open("/studio/begin")
    typed = dataclasses.asdict(STALL)
    browser.submit("/begin", {**typed, "days": "x"})
    assert browser.status == 422
    assert "工作日为 1 到 400" in browser.errors()[0]
    assert browser.form("/begin").fields["name"] == "摆摊备案"
    assert browser.form("/begin").fields["decide"] == "sign.decide"
    browser.submit("/begin", {"days": "5"})
    assert browser.heading == "新建：摆摊备案"
    copy = int(browser.url.rpartition("/")[2])
    assert "open-stall.bpmn" in digests_of(copy)
    browser.open("/studio")
    assert "摆摊备案" in browser.text


def test_a_new_copy_is_called_in_the_designers_language_and_its_title_notes_the_first_release_alone(
    client: FlaskClient,
) -> None:
    browser = Browser.of(client, DESIGNER)
    client.set_cookie("language", "en")
    browser.open("/studio/begin")
    browser.submit("/begin", dataclasses.asdict(dataclasses.replace(STALL, name_en="Street stall")))
    assert browser.heading == "New: Street stall"
    copy = browser.url
    assert browser.form("/keep").fields["note"] == "New: Street stall"
    browser.submit("/keep", {})
    browser.open(copy)
    assert browser.form("/keep").fields["note"] == ""
