"""Materials at the window: files in, refused by name, opened, removed; pages of the camera."""

from __future__ import annotations

import io

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.support import office
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from webapp.pages.support import file_size
from webapp.services.files import LARGEST_FILE, Upload
from webapp.unit_of_work import sql

KEY = "premises-proof"


def at_materials(client: FlaskClient) -> tuple[Browser, int]:
    """A browser at the materials of a draft that has handed in nothing."""
    given, by = office.example("commitment"), office.person(CLERK)
    case_id = office.drafts.start_draft(by=by, visit_id=office.visit(), bundle_key=office.BUNDLE)
    office.drafts.answer_guided(case_id, given["guided"], by=by)
    office.drafts.save_answers(case_id, office.raw_answers(given["answers"]), by=by)
    return Browser.of(client, CLERK).open(f"/application/{case_id}/materials"), case_id


def row(browser: Browser, key: str = KEY) -> str:
    return " ".join(browser.page.get_element_by_id(f"material-{key}").text_content().split())


def test_each_material_is_asked_for_once_and_says_who_uses_it(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    assert "药品经营许可（零售）" in row(browser)
    assert "第三类医疗器械经营许可" in row(browser)
    assert "未收" in row(browser)
    assert "营业执照" in browser.text
    assert not browser.page.xpath("//*[@id='material-business-licence']")


def test_the_saving_is_the_guides(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    assert "逐项办理要交 27 份材料，一窗办理只交 10 份，少交 17 份" in browser.text


def test_a_refused_file_is_named_and_the_others_are_kept(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    files = [
        Upload("程序.pdf", b"MZ\x90\x00" + b"0" * 64),
        office.pdf("租赁合同.pdf"),
        Upload("空.pdf", b""),
        Upload("很大.pdf", b"%PDF-" + b"0" * LARGEST_FILE),
    ]
    browser.submit(f"/materials/{KEY}", {"copies": "2"}, files={"files": files})
    assert browser.status == 422
    errors = " ".join(browser.errors())
    assert all(name in errors for name in ("程序.pdf", "空.pdf", "很大.pdf"))
    assert "租赁合同.pdf" not in errors
    assert "租赁合同.pdf" in row(browser)
    assert "2 份" in row(browser)


def test_more_than_the_server_reads_is_refused_in_words(client: FlaskClient) -> None:
    browser, case_id = at_materials(client)
    client.application.config["MAX_CONTENT_LENGTH"] = 2000
    try:
        browser.submit(f"/materials/{KEY}", files={"files": [Upload("a.pdf", b"%PDF-" + b"0" * 4000)]})
    finally:
        client.application.config["MAX_CONTENT_LENGTH"] = 40 * 1024 * 1024
    assert browser.status == 413
    assert "请分次上传" in browser.errors()[0]
    assert browser.open(f"/application/{case_id}/materials").status == 200


def test_a_form_that_is_not_accepted_is_refused(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    browser.send(f"/application/{_}/materials/{KEY}", {"csrf_token": browser.token(), "form": "exempt", "copies": "1"})
    assert browser.status == 422
    assert "不接受这种形式" in browser.errors()[0]


def test_a_paper_without_a_file_is_not_taken_as_handed_in(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    browser.submit(f"/materials/{KEY}", {"form": "copy"})
    assert browser.status == 422
    assert "请选择文件" in browser.errors()[0]
    assert "未收" in row(browser)


def test_an_electronic_licence_needs_no_file(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    browser.submit("/materials/quality-staff", {"form": "e-licence"})
    assert browser.status == 200
    assert "未收" not in row(browser, "quality-staff")


def test_copies_that_are_no_number_are_refused(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    browser.submit(f"/materials/{KEY}", {"copies": "两份"}, files={"files": [office.pdf()]})
    assert browser.status == 422
    assert "份数" in browser.errors()[0]


def test_a_material_that_is_not_asked_for_has_no_address(client: FlaskClient) -> None:
    browser, case_id = at_materials(client)
    for key in ("business-licence", "signboard-rendering", "nothing"):
        browser.send(f"/application/{case_id}/materials/{key}", {"csrf_token": browser.token()})
        assert browser.status == 404


def test_a_file_is_opened_in_the_browser_and_that_is_noted(client: FlaskClient) -> None:
    browser, case_id = at_materials(client)
    browser.submit(f"/materials/{KEY}", files={"files": [office.pdf("租赁合同.pdf")]})
    address = browser.links(containing="/files/")[0]
    response = client.get(address)
    assert response.data.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''%E7%A7%9F")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    statement = "select count(*) from access_log where case_id = %s and what like 'file:%%'"
    noted = sql().execute(statement, (case_id,)).fetchone()
    assert noted == (1,)


def test_a_file_of_another_case_is_not_found(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    browser.submit(f"/materials/{KEY}", files={"files": [office.pdf()]})
    file_id = browser.links(containing="/files/")[0].rsplit("/", 1)[1]
    other = office.draft("ordinary")
    assert client.get(f"/application/{other}/files/{file_id}").status_code == 404


def test_a_file_can_be_taken_off_again(client: FlaskClient) -> None:
    browser, _ = at_materials(client)
    browser.submit(f"/materials/{KEY}", files={"files": [office.pdf("一.pdf")]})
    browser.submit("/remove")
    assert "一.pdf" not in row(browser)
    assert "未收" in row(browser)


def test_pages_of_the_camera_become_one_pdf_in_their_order(client: FlaskClient) -> None:
    browser, case_id = at_materials(client)
    browser.open(f"/application/{case_id}/materials/{KEY}/camera")
    assert "拍摄" in browser.heading
    address = browser.page.xpath("string(//*[@data-camera]/@data-url)")
    pages = [(io.BytesIO(photo()), f"page-0{number}.jpg") for number in (1, 2, 3)]
    browser.send(address, {"csrf_token": browser.token(), "pages": pages})
    assert browser.response.get_json()["next"].endswith(f"#material-{KEY}")
    browser.open(f"/application/{case_id}/materials")
    assert "3 页" in row(browser)


def test_a_page_that_is_no_picture_is_refused_by_name(client: FlaskClient) -> None:
    browser, case_id = at_materials(client)
    pages = [(io.BytesIO(b"not a picture"), "page-01.jpg")]
    browser.send(f"/application/{case_id}/materials/{KEY}/pages", {"csrf_token": browser.token(), "pages": pages})
    assert browser.status == 422
    assert "page-01.jpg" in browser.response.get_json()["message"]


def test_the_mandate_shown_at_the_visit_is_not_asked_for_again(client: FlaskClient) -> None:
    case_id = office.draft("ordinary", present="representative")
    by = office.person(CLERK)
    answers = {**office.example("ordinary")["answers"], "handled_by": "representative"}
    office.drafts.save_answers(case_id, office.raw_answers(answers), by=by)
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/materials")
    assert "到场时已查验" in row(browser, "mandate") or "已收" in row(browser, "mandate")
    browser.open(f"/application/{case_id}/check")
    assert not any("授权委托书" in error for error in browser.errors())


def test_whoever_names_a_representative_brings_the_mandate(client: FlaskClient) -> None:
    case_id = office.draft("ordinary", present="legal-representative")
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/check")
    assert browser.submit("/check").status == 422
    assert any("授权委托书" in error for error in browser.errors())
    browser.open(f"/application/{case_id}/materials")
    browser.submit("/materials/mandate", files={"files": [office.pdf("授权委托书.pdf")]})
    browser.open(f"/application/{case_id}/check")
    assert browser.errors() == []


def photo() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(target, "JPEG")
    return target.getvalue()


def test_sizes_are_said_in_the_language_of_the_page(app: Flask) -> None:
    with app.test_request_context():
        assert [file_size(one) for one in (431, 1_024, 1_229, 1_048_575, 3_565_158)] == [
            "431 字节",
            "1.0 KB",
            "1.2 KB",
            "1.0 MB",
            "3.4 MB",
        ]
