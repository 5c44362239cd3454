"""An item, a question, a material is taken out of the catalogue: shown first, meant, found, and brought back."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from tests.support.designers import SECOND
from tests.support.office import person
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases
from webapp.errors import NotFound, NotYours
from webapp.queries.working_copies import changes_of, digests_of, file_of, findings_of_files, savings_of
from webapp.services import copy_ending, working_copies
from webapp.services.copy_savings import AlreadyUndone, ChangedSince, undo_saving
from webapp.services.working_copies import CopyEnded

DESIGNER, PUBLISHER = "taoran", "jiangwen"


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()["open-pharmacy"], "不再办招牌", by=person(DESIGNER))


@pytest.fixture
def designer(app: Flask, copy_id: int) -> Browser:
    return Browser.of(app.test_client(), DESIGNER)


def saved_by(login: str, copy_id: int, path: str, old: str, new: str) -> None:
    text = file_of(copy_id, path)[0].decode()
    assert old in text
    working_copies.save(copy_id, path, text.replace(old, new).encode(), digests_of(copy_id)[path], by=person(login))


def codes(copy_id: int) -> set[tuple[str, str]]:
    return {(one.code, one.element) for one in findings_of_files("open-pharmacy", digests_of(copy_id))}


def test_an_item_is_shown_with_what_it_takes_along_and_then_removed(designer: Browser, copy_id: int) -> None:
    address = f"/studio/copies/{copy_id}/catalogue/items/P6"
    designer.open(address)
    assert designer.links(containing="/remove") == [f"{address}/remove"]
    designer.open(f"{address}/remove")
    assert designer.heading == "删去“户外招牌设置许可”"
    for told in ("items/P6.toml", "documents/signboard-permit.md", "signboard-rendering", "call-P6", "没有事项“P6”。"):
        assert told in designer.text, told
    assert changes_of(copy_id) == []
    designer.submit("/remove", {"note": "本市不再审批"})
    assert designer.heading == "目录"
    assert "已从目录中删去“户外招牌设置许可”" in designer.text
    assert "items/P6.toml" not in digests_of(copy_id)
    assert {(one.path, one.kind) for one in changes_of(copy_id)} == {
        ("bundle.toml", "changed"), ("texts/en.toml", "changed"), ("items/P6.toml", "removed"),
        ("documents/signboard-permit.md", "removed"), ("documents/signboard-permit.en.md", "removed"),
    }  # fmt: skip
    assert {one.note for one in changes_of(copy_id)} == {"本市不再审批"}
    found = codes(copy_id)
    assert ("missing-reference", "call-P6") in found
    assert "unknown-text" not in {code for code, _ in found}


def test_what_still_names_an_item_and_what_the_check_finds_are_the_same_places_of_the_form(
    designer: Browser, copy_id: int
) -> None:
    """A group names the item for its fields; the fields do not."""
    designer.open(f"/studio/copies/{copy_id}/catalogue/items/P3/remove")
    form = "forms/application.form"
    told = [" ".join(row.text_content().split()) for row in designer.page.xpath("//tbody/tr/*[1]")]
    named = {text.rpartition(" · ")[2] for text in told if f"{form} · " in text}
    found = [one.getnext().text for one in designer.page.xpath(f"//li//code[.='{form}']") if one.getnext() is not None]
    assert "group-devices" in named
    assert sorted(found) == sorted(named)


def test_decisions_are_called_by_their_english_names_on_english_pages(designer: Browser, copy_id: int) -> None:
    designer.client.set_cookie("language", "en")
    designer.open(f"/studio/copies/{copy_id}/catalogue/items/P3/remove")
    assert "rule of a decision table Is commitment possible?: rule" in " ".join(designer.text.split())
    assert "是否可以告知承诺" not in designer.text


def test_a_removed_item_comes_back_file_by_file(designer: Browser, copy_id: int) -> None:
    before = working_copies.files_of(copy_id)
    designer.open(f"/studio/copies/{copy_id}/catalogue/items/P6/remove")
    designer.submit("/remove")
    for change in changes_of(copy_id):
        designer.open(f"/studio/copies/{copy_id}?view=history")
        working_copies.set_back(
            copy_id, change.id, digests_of(copy_id).get(change.path), by=person(DESIGNER), before=True
        )
    assert working_copies.files_of(copy_id) == before


def test_what_was_saved_a_moment_before_is_a_version_of_its_own(designer: Browser, copy_id: int) -> None:
    saved_by(DESIGNER, copy_id, "bundle.toml", 'name = "开办药店申请表"', 'name = "药店申请表"')
    mine = file_of(copy_id, "bundle.toml")[0]
    designer.open(f"/studio/copies/{copy_id}/catalogue/items/P6/remove")
    designer.submit("/remove")
    latest = next(one for one in changes_of(copy_id) if one.path == "bundle.toml")
    working_copies.set_back(copy_id, latest.id, digests_of(copy_id)[latest.path], by=person(DESIGNER), before=True)
    assert file_of(copy_id, "bundle.toml")[0] == mine


def test_the_history_offers_what_stood_there_before(designer: Browser, copy_id: int) -> None:
    designer.open(f"/studio/copies/{copy_id}/catalogue/items/P6/remove")
    designer.submit("/remove")
    designer.open(f"/studio/copies/{copy_id}?view=history")
    assert "恢复此文件" in designer.text
    assert "恢复为修改前" in designer.text
    designer.submit("/back", press=("to", "before"))
    assert "已恢复为所选的内容" in designer.text


def test_a_copy_that_changed_since_it_was_shown_is_shown_again(designer: Browser, copy_id: int) -> None:
    designer.open(f"/studio/copies/{copy_id}/catalogue/items/P6/remove")
    saved_by(SECOND, copy_id, "bundle.toml", 'name = "开办药店申请表"', 'name = "药店申请表"')
    designer.submit("/remove", {"note": "不办了"})
    assert designer.status == 409
    assert "看过之后工作稿又有改动" in designer.text
    assert "items/P6.toml" in digests_of(copy_id)
    assert designer.page.xpath("//input[@name='note']/@value") == ["不办了"]
    designer.submit("/remove")
    assert "items/P6.toml" not in digests_of(copy_id)


def test_what_a_colleague_took_out_already_is_said_so(designer: Browser, copy_id: int) -> None:
    address = f"/studio/copies/{copy_id}/catalogue/materials/floor-plan/remove"
    designer.open(address)
    form = dict(designer.form("/remove").form_values())
    designer.submit("/remove")
    assert "已从目录中删去" in designer.text
    designer.send(address, form)
    assert "“floor-plan”已经不在目录中。" in designer.text


@pytest.mark.parametrize(
    ("table", "key", "left"),
    [("questions", "signboard", "questions.signboard"), ("materials", "mandate", "materials.mandate")],
)
def test_questions_and_materials_are_asked_about_too(
    designer: Browser, copy_id: int, table: str, key: str, left: str
) -> None:
    designer.open(f"/studio/copies/{copy_id}/catalogue/{table}/{key}/remove")
    assert designer.status == 200
    designer.submit("/remove")
    assert f"[{left}]" not in file_of(copy_id, "bundle.toml")[0].decode()
    assert f'"{left}.' not in file_of(copy_id, "texts/en.toml")[0].decode()


def test_what_was_typed_of_an_item_that_was_removed_meanwhile_stays_on_the_page(
    designer: Browser, app: Flask, copy_id: int
) -> None:
    address = f"/studio/copies/{copy_id}/catalogue/questions/signboard"
    designer.open(address)
    second = Browser.of(app.test_client(), SECOND)
    second.open(f"{address}/remove")
    second.submit("/remove")
    designer.submit("/questions/signboard", {"questions.0.text": "要挂招牌吗？", "note": "说清楚"})
    assert designer.status == 409
    assert "它已被删去。您写的内容在下面，没有丢" in designer.text
    assert designer.page.xpath("//input[@name='questions.0.text']/@value") == ["要挂招牌吗？"]
    assert designer.page.xpath("//input[@name='note']/@value") == ["说清楚"]
    designer.submit("/questions/signboard")
    assert 'text = "要挂招牌吗？"' in file_of(copy_id, "bundle.toml")[0].decode()


def test_who_may_not_draft_removes_nothing(app: Flask, copy_id: int) -> None:
    publisher = Browser.of(app.test_client(), PUBLISHER)
    publisher.open(f"/studio/copies/{copy_id}/catalogue/items/P6/remove")
    assert publisher.status in (403, 404)


def test_what_is_no_record_has_no_such_page(designer: Browser, copy_id: int) -> None:
    for address in ("items/P9", "papers/x", "basis/licensing-34"):
        designer.open(f"/studio/copies/{copy_id}/catalogue/{address}/remove")
        assert designer.status == 404
    ended = f"/studio/copies/{copy_id}/catalogue/items/P6/remove"
    designer.open(ended)
    copy_ending.end(copy_id, by=person(DESIGNER))
    designer.submit("/remove")
    assert designer.status == 409
    assert "此工作稿已结束" in designer.text


def removed(designer: Browser, copy_id: int, what: str = "items/P6", note: str = "本市不再审批") -> None:
    designer.open(f"/studio/copies/{copy_id}/catalogue/{what}/remove")
    designer.submit("/remove", {"note": note})


def test_a_removal_is_undone_in_one_go_and_so_is_that(designer: Browser, copy_id: int) -> None:
    before = working_copies.files_of(copy_id)
    removed(designer, copy_id)
    after = working_copies.files_of(copy_id)
    designer.open(f"/studio/copies/{copy_id}?view=history")
    assert "一次改了 5 个文件：本市不再审批" in designer.text
    designer.submit("/undo")
    assert "已整次撤销，5 个文件恢复为修改前的内容。" in designer.text
    assert working_copies.files_of(copy_id) == before
    assert [one.note for one in changes_of(copy_id)] == ["撤销：本市不再审批"] * 5 + ["本市不再审批"] * 5
    assert designer.page.xpath("//tr[@class='saving']//span[text()='修改已撤销']")
    designer.submit("/undo")  # the undoing alone has a button
    assert working_copies.files_of(copy_id) == after


def test_a_removal_whose_files_changed_since_is_not_undone(designer: Browser, copy_id: int) -> None:
    removed(designer, copy_id)
    designer.open(f"/studio/copies/{copy_id}?view=history")
    form = dict(designer.form("/undo").form_values())
    saved_by(SECOND, copy_id, "bundle.toml", 'name = "开办药店申请表"', 'name = "药店申请表"')
    stood = working_copies.files_of(copy_id)
    designer.send(f"/studio/copies/{copy_id}/undo", form)
    assert "bundle.toml在此之后又改过（最近由" in designer.text
    assert "不能整次撤销，没有改动任何文件" in designer.text
    assert working_copies.files_of(copy_id) == stood
    assert "之后又改过 bundle.toml，不能整次撤销；可以逐个文件恢复。" in designer.text
    assert not designer.page.xpath("//form[contains(@action, '/undo')]")


def test_ones_own_later_change_is_not_taken_for_part_of_the_removal(designer: Browser, copy_id: int) -> None:
    """Saved within the same sitting, which would else be one line with it."""
    removed(designer, copy_id)
    saved_by(DESIGNER, copy_id, "bundle.toml", 'name = "开办药店申请表"', 'name = "药店申请表"')
    saving = next(iter(savings_of(copy_id).values()))
    assert saving.changed == ("bundle.toml",)
    with pytest.raises(ChangedSince) as refused:
        undo_saving(copy_id, saving.id, by=person(DESIGNER))
    assert refused.value.files == ["bundle.toml"]


def test_what_was_set_back_already_is_let_be(designer: Browser, copy_id: int) -> None:
    before = working_copies.files_of(copy_id)
    removed(designer, copy_id)
    first = next(one for one in changes_of(copy_id) if one.path == "items/P6.toml")
    saving = first.saving_id
    assert saving is not None
    working_copies.set_back(copy_id, first.id, digests_of(copy_id).get(first.path), by=person(DESIGNER), before=True)
    assert "items/P6.toml" not in undo_saving(copy_id, saving, by=person(DESIGNER))
    assert working_copies.files_of(copy_id) == before
    with pytest.raises(AlreadyUndone):
        undo_saving(copy_id, saving, by=person(DESIGNER))


def test_a_question_that_goes_is_a_saving_of_its_own(designer: Browser, copy_id: int) -> None:
    """No file goes as a whole; what was saved a moment before stays when it is undone."""
    saved_by(DESIGNER, copy_id, "bundle.toml", 'name = "开办药店申请表"', 'name = "药店申请表"')
    mine = working_copies.files_of(copy_id)
    removed(designer, copy_id, "questions/signboard", "")
    designer.open(f"/studio/copies/{copy_id}?view=history")
    designer.submit("/undo")
    assert working_copies.files_of(copy_id) == mine


def test_only_a_designer_undoes_and_only_what_is_there(app: Flask, designer: Browser, copy_id: int) -> None:
    removed(designer, copy_id)
    (saving,) = savings_of(copy_id)
    publisher = Browser.of(app.test_client(), PUBLISHER)
    publisher.open(f"/studio/copies/{copy_id}?view=history")
    assert not publisher.page.xpath("//form[contains(@action, '/undo')]")
    with pytest.raises(NotYours):
        undo_saving(copy_id, saving, by=person(PUBLISHER))
    with pytest.raises(NotFound):
        undo_saving(copy_id, saving + 1, by=person(DESIGNER))
    copy_ending.end(copy_id, by=person(DESIGNER))
    with pytest.raises(CopyEnded):
        undo_saving(copy_id, saving, by=person(DESIGNER))
