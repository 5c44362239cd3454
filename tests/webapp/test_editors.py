"""The pages of the editors of diagrams, decision files and forms, and the preview of a form, without their scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine.forms.schema import FORMATS as JUDGED
from tests.support import office
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases
from webapp.languages import COOKIE
from webapp.pages.studio import editors
from webapp.queries.working_copies import digests_of
from webapp.services import working_copies
from webapp.unit_of_work import sql

DESIGNER, PUBLISHER, REVIEWER = "taoran", "jiangwen", "zhaolin"
TABLE, FORM = "commitment.dmn", "forms/application.form"
LIST = {
    "type": "default", "id": "application", "schemaVersion": 19,
    "components": [
        {"type": "number", "id": "size", "key": "size", "label": "人数", "validate": {"required": True}},
        {"type": "textfield", "id": "note", "key": "note", "label": "备注", "conditional": {"hide": "=food != true"}},
        {"type": "dynamiclist", "id": "staff", "path": "staff", "label": "人员", "isRepeating": True,
         "allowAddRemove": True, "components": [{"type": "textfield", "id": "name", "key": "name", "label": "姓名"}]},
    ],
}  # fmt: skip


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()[office.BUNDLE], "改表单", by=office.person(DESIGNER))


@pytest.fixture
def designer(client: FlaskClient, copy_id: int) -> Browser:
    return Browser.of(client, DESIGNER)


def put(copy_id: int, path: str, content: bytes) -> None:
    working_copies.save(copy_id, path, content, digests_of(copy_id).get(path), by=office.person(DESIGNER))


def given(browser: Browser, id_: str) -> Any:
    """What a page gives to its script."""
    return json.loads(browser.page.xpath(f"string(//script[@id='{id_}'])"))


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("open-pharmacy.bpmn", "studio.design"),
        (TABLE, "studio.edit_decisions"),
        (FORM, "studio.edit_form"),
        ("_shared/fields.form", "studio.edit_form"),
        ("bundle.toml", ""),
        ("documents/licence.md", ""),
    ],
)
def test_each_kind_of_file_has_its_editor(path: str, endpoint: str) -> None:
    assert editors.editor_of(path) == endpoint


def test_the_list_of_files_leads_to_each_files_editor_and_to_its_text(designer: Browser, copy_id: int) -> None:
    designer.open(f"/studio/copies/{copy_id}?view=files")
    address = f"/studio/copies/{copy_id}"
    assert designer.links(containing=f"{address}/decisions?path={TABLE}")
    assert designer.links(containing=f"{address}/form?path={FORM}")
    assert designer.links(containing=f"{address}/edit?path={TABLE}")
    designer.open(f"{address}/edit?path={TABLE}")
    assert designer.links(containing=f"{address}/decisions?path={TABLE}")


def test_an_editor_opens_its_own_kind_alone(designer: Browser, copy_id: int) -> None:
    for endpoint, path in (("decisions", FORM), ("form", TABLE), ("design", TABLE), ("form", "forms/none.form")):
        assert designer.open(f"/studio/copies/{copy_id}/{endpoint}?path={path}").status == 404
    assert designer.open(f"/studio/copies/{copy_id}/form/preview?path={TABLE}").status == 404


@pytest.mark.parametrize(("login", "edits", "sees"), [(PUBLISHER, 403, 200), (REVIEWER, 403, 403)])
def test_only_designers_open_editors_and_the_studio_sees_the_preview(
    client: FlaskClient, copy_id: int, login: str, edits: int, sees: int
) -> None:
    browser = Browser.of(client, login)
    for endpoint, path in (("decisions", TABLE), ("form", FORM)):
        assert browser.open(f"/studio/copies/{copy_id}/{endpoint}?path={path}").status == edits
    assert browser.open(f"/studio/copies/{copy_id}/form/preview?path={FORM}").status == sees


def test_an_editor_is_given_the_findings_and_the_names_that_expressions_may_read(
    designer: Browser, copy_id: int
) -> None:
    designer.open(f"/studio/copies/{copy_id}/decisions?path={TABLE}")
    names = {one["name"]: one for one in given(designer, "designer-names")}
    assert names["drug_scope"]["type"] == "list"
    [drugs] = [one for one in names["items"]["entries"] if one["name"] == "P2"]
    assert {one["name"]: one["type"] for one in drugs["entries"]}["applies"] == "boolean"
    assert names["existing_licence"]["label"] == "是否已经取得营业执照？"
    assert {one["element"] for one in given(designer, "designer-first")["findings"]} == {"input-district"}


@pytest.mark.parametrize(
    ("language", "name", "department"),
    [("zh", "综合受理岗", "江城市政务服务中心"), ("en", "Window clerks", "Jiangcheng Service Centre")],
)
def test_the_diagram_editor_is_given_every_post_that_a_check_knows(
    designer: Browser, client: FlaskClient, copy_id: int, language: str, name: str, department: str
) -> None:
    client.set_cookie(COOKIE, language)
    designer.open(f"/studio/copies/{copy_id}/design?path=open-pharmacy.bpmn")
    posts = {one["key"]: one for one in given(designer, "designer-posts")}
    known = [key for (key,) in sql().execute("select key from candidate_group")]
    assert sorted(posts) == sorted(known)
    assert posts["window.clerk"] == {
        "key": "window.clerk",
        "name": name,
        "department": department,
        "pinyin": ["zong he shou li gang", "jiang cheng shi zheng wu fu wu zhong xin"],
    }


def test_the_form_editor_is_given_the_dictionary_and_the_items(designer: Browser, copy_id: int) -> None:
    designer.open(f"/studio/copies/{copy_id}/form?path={FORM}")
    fields = {one["key"]: one["content"] for one in given(designer, "form-dictionary")}
    assert fields["legal_representative_mobile"]["properties"] == {"format": "mobile"}
    assert fields["registered_capital"]["validate"] == {"required": True, "min": 1, "max": 100000}
    assert "法定代表人（负责人）手机号码 单行文本 · legal_representative_mobile" in designer.text.replace(
        "码单", "码 单"
    )
    assert designer.page.xpath("//input[@name='items']/@value") == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert set(editors.FORMATS) == set(JUDGED)


def test_the_dictionary_is_offered_in_the_readers_language(designer: Browser, copy_id: int) -> None:
    designer.client.set_cookie("language", "en")
    designer.open(f"/studio/copies/{copy_id}/form?path={FORM}")
    fields = {one["key"]: one for one in given(designer, "form-dictionary")}
    assert fields["shop_name"]["label"] == "Name of the pharmacy (trade name)"
    assert fields["shop_name"]["content"]["label"] == "药店名称（字号）"  # what is put in is the office's language


def test_a_copy_without_a_dictionary_says_so(designer: Browser, copy_id: int) -> None:
    path = "_shared/fields.form"
    working_copies.remove(copy_id, path, digests_of(copy_id)[path], by=office.person(DESIGNER))
    designer.open(f"/studio/copies/{copy_id}/form?path={FORM}")
    assert designer.status == 200
    assert "此工作稿没有字段字典" in designer.text


def test_a_form_is_previewed_hidden_by_guided_answers_and_judged(designer: Browser, copy_id: int) -> None:
    put(copy_id, FORM, json.dumps(LIST).encode())
    address = f"/studio/copies/{copy_id}/form/preview?path={FORM}"
    designer.open(address)
    assert designer.heading == f"预览：{FORM}"
    assert not designer.page.xpath("//label[contains(., '备注')]")
    assert "此表单读取：food。" in designer.text
    designer.submit("/form/preview", {"_guided": '{"food": true}'}, press=("act", "show"))
    assert designer.page.xpath("//label[contains(., '备注')]")
    designer.submit("/form/preview", {"size": ""}, press=("act", "check"))
    assert designer.status == 422
    assert designer.errors()
    designer.submit("/form/preview", {"size": "3"}, press=("act", "check"))
    assert designer.status == 200
    rows = len(designer.page.xpath("//*[contains(@class, 'form-row-head')]"))
    designer.submit("/form/preview", press=("_add", "staff"))
    assert len(designer.page.xpath("//*[contains(@class, 'form-row-head')]")) == rows + 1
    designer.submit("/form/preview", press=("_remove", "staff[0]"))
    assert len(designer.page.xpath("//*[contains(@class, 'form-row-head')]")) == rows


def test_guided_answers_that_cannot_be_read_are_told_in_the_preview(designer: Browser, copy_id: int) -> None:
    designer.open(f"/studio/copies/{copy_id}/form/preview?path={FORM}")
    designer.submit("/form/preview", {"_guided": "{food: "}, press=("act", "show"))
    assert designer.status == 422
    assert designer.errors()
    assert "{food: " in designer.page.xpath("string(//textarea[@name='_guided'])")


def test_a_form_with_errors_has_none_but_its_findings_in_the_preview(designer: Browser, copy_id: int) -> None:
    put(copy_id, FORM, b'{"components": [{"type": "iframe", "id": "x", "url": "https://example.org"}]}')
    address = f"/studio/copies/{copy_id}/form/preview?path={FORM}"
    designer.open(address)
    assert designer.status == 200
    assert "有错误，不能预览" in designer.text
    assert "不支持组件类型“iframe”。" in designer.text
    token = office.csrf_token(designer.client)
    assert designer.client.post(address, data={"csrf_token": token, "_guided": "{}"}).status_code == 200


def test_saving_a_form_tells_what_the_dictionary_says_of_it(designer: Browser, copy_id: int) -> None:
    content = working_copies.files_of(copy_id)[FORM].decode()
    changed = content.replace('"label": "药店名称（字号）"', '"label": "店名"', 1)
    values = {
        "csrf_token": office.csrf_token(designer.client),
        "text": changed,
        "base": digests_of(copy_id)[FORM],
    }
    said = designer.client.post(f"/studio/copies/{copy_id}/file?path={FORM}", data=values).get_json()
    told = [one for one in said["findings"] if one["element"] == "shop_name"]
    assert told[0]["text"] == "与共用字段“药店名称（字号）”（shop_name）不一致：名称。"
    assert told[0]["severity"] == "warning"
