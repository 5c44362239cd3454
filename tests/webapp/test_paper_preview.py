"""预览 of letters and documents: as they would be printed, filled with samples, and nothing of it counts."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.support import office
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, release_files
from webapp.queries.paper_bounds import LONGEST_TEMPLATE
from webapp.queries.paper_preview import Asked, preview
from webapp.queries.paper_samples import Origin
from webapp.queries.working_copies import digests_of
from webapp.services import working_copies
from webapp.services.trials import Source
from webapp.unit_of_work import sql

DESIGNER, PUBLISHER, REVIEWER = "taoran", "jiangwen", "zhaolin"
REFUSAL = "_shared/documents/refusal.md"
LETTER = "documents/commitment-P2.md"
LICENCE = "documents/drug-licence.md"
ORDINARY = "examples/ordinary.json"


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()[office.BUNDLE], "改文书", by=office.person(DESIGNER))


@pytest.fixture
def designer(client: FlaskClient, copy_id: int) -> Browser:
    return Browser.of(client, DESIGNER)


def put(copy_id: int, path: str, content: bytes) -> None:
    working_copies.save(copy_id, path, content, digests_of(copy_id).get(path), by=office.person(DESIGNER))


def beside(browser: Browser) -> dict[str, str]:
    """Name of a place -> what the list beside the paper says of it."""
    rows = browser.page.xpath("//ul[@class='place-list']/li")
    return {row.findtext("code") or "": " ".join(row.text_content().split()) for row in rows}


def paper(browser: Browser) -> str:
    return " ".join(browser.page.xpath("//article")[0].text_content().split())


def counted() -> tuple[object, ...]:
    """What real documents leave behind: papers, numbers, files, lines of the ledger."""
    tables = ("document", "number_series", "document_file", "stored_file", "working_change", "case_event")
    return tuple(sql().execute(f"select count(*) from {table}").fetchone() for table in tables)


def printed(response_data: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(response_data)).pages)


# ---------------------------------------------------------------- as it would be printed


def test_a_refusal_is_shown_as_it_would_be_printed_and_says_that_it_is_none(designer: Browser, copy_id: int) -> None:
    before = counted()
    designer.open(f"/studio/copies/{copy_id}/paper?path={REFUSAL}&example={ORDINARY}&item=P2")
    assert designer.status == 200
    assert designer.heading == "不予行政许可决定书"
    shown = paper(designer)
    for words in (
        "预览，无效力",
        "Preview, no effect",
        "江城安济堂药店有限公司",  # the example's applicant
        "药品经营许可",  # the item
        "〔示例：理由〕",
        "示例号",
        "演示样章",
        "行政复议",  # the remedy, generated
    ):
        assert words in shown
    assert "取自示例" in beside(designer)["applicant_name"]
    assert "目录、机构和地方规则" in beside(designer)["item_name"]
    assert "示例值" in beside(designer)["reasons"]
    assert "决定人" in beside(designer)["decider_name"]  # not in the template: among those that it may use
    assert counted() == before


def test_what_is_typed_is_shown_and_not_kept(designer: Browser, copy_id: int) -> None:
    kept = digests_of(copy_id)
    designer.open(f"/studio/copies/{copy_id}/edit?path={LETTER}")
    (button,) = designer.page.xpath("//button[@formaction]")
    assert button.get("formtarget") == "_blank"
    typed = {"csrf_token": designer.token(), "text": "# 承诺书\n\n{{ applicant_name }} 承诺 {{ shop_nane }}。"}
    designer.send(button.get("formaction"), typed)
    assert designer.status == 200
    assert "江城" in paper(designer)
    assert "〔没有占位项：shop_nane〕" in paper(designer)
    assert "没有这个占位项" in beside(designer)["shop_nane"]
    assert "没有占位项“shop_nane”" in designer.text
    assert "还没有保存" in designer.text
    assert digests_of(copy_id) == kept


def test_the_translation_is_shown_in_its_language(designer: Browser, copy_id: int) -> None:
    path = REFUSAL.replace(".md", ".en.md")
    designer.open(f"/studio/copies/{copy_id}/paper?path={path}&example={ORDINARY}&item=P2")
    shown = paper(designer)
    assert "[sample: reasons]" in shown
    assert "示例：理由" not in shown
    assert designer.links(containing=f"path={REFUSAL}")  # the Chinese text beside it


@pytest.mark.parametrize("path", [REFUSAL, LETTER, LICENCE, "guide/zh.md", "_shared/documents/acceptance-notice.en.md"])
def test_the_pdf_is_printed_as_real_ones_are_and_bears_the_words_across_it(
    designer: Browser, copy_id: int, path: str
) -> None:
    answer = designer.client.get(f"/studio/copies/{copy_id}/paper.pdf?path={path}")
    assert answer.mimetype == "application/pdf"
    words = printed(answer.data)
    assert "预览，无效力" in words
    assert "Preview,noeffect" in words
    assert "SHA-256" not in words


@pytest.mark.parametrize("text", ["|事项|结论|\n" * 200, "{{ told_list }}\n\n" * 40], ids=["table", "lists"])
def test_words_across_many_pages_leave_tables_and_lists_whole(designer: Browser, copy_id: int, text: str) -> None:
    answer = post(designer, copy_id, "paper.pdf", text)
    assert answer.status_code == 200
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages]
    assert len(pages) > 1
    assert all("预览" in page for page in pages)


def test_a_licence_states_what_the_example_answered(db: SQLAlchemy) -> None:
    source = Source(current_releases()[office.BUNDLE])
    shown = preview(source, Asked(LICENCE, example=ORDINARY))
    assert shown.item == "P2"
    assert "江城市东城区和顺路88号一层" in str(shown.text.body)
    assert {one.name: one.origin for one in shown.lines}["fields_table"] is Origin.EXAMPLE
    assert shown.kept.seal.drawn
    assert not preview(source, Asked("documents/business-licence.md")).kept.seal.way  # another system issues it


def test_a_template_is_shown_for_the_items_that_it_is_printed_for(db: SQLAlchemy) -> None:
    source = Source(current_releases()[office.BUNDLE])
    assert set(preview(source, Asked(REFUSAL)).items) == {"P2", "P3", "P6"}  # licences: the others have their own
    assert set(preview(source, Asked("_shared/documents/refusal-filing.md")).items) == {"P4", "P5"}
    assert set(preview(source, Asked("_shared/documents/grant.md")).items) == {"P2", "P3", "P6"}
    assert set(preview(source, Asked("_shared/documents/receipt.md")).items) == set()


def test_without_an_example_every_answer_is_a_sample(designer: Browser, copy_id: int) -> None:
    designer.open(f"/studio/copies/{copy_id}/paper?path={LETTER}&example=none")
    assert "〔示例：" in paper(designer)
    assert "示例值" in beside(designer)["premises_address"]


def test_a_place_that_stays_empty_is_told(designer: Browser, copy_id: int) -> None:
    text = "# 通知\n\n{{ document_number }} {{ representative_name }} {{ signatory_name }} {{ situation_name }}"
    designer.open(f"/studio/copies/{copy_id}/paper?path={REFUSAL}")
    put(copy_id, REFUSAL, text.encode())
    designer.open(f"/studio/copies/{copy_id}/paper?path={REFUSAL}&example=examples/commitment.json")
    assert "这里为空，不打印" in beside(designer)["representative_name"]
    assert "应当载明“remedy”" in designer.text


def test_the_situation_that_the_example_leads_to_is_shown(designer: Browser, copy_id: int) -> None:
    designer.open(f"/studio/copies/{copy_id}/paper?path={REFUSAL}")
    put(copy_id, REFUSAL, "# 通知\n\n适用情形：{{ situation_name }}".encode())
    designer.open(f"/studio/copies/{copy_id}/paper?path={REFUSAL}&item=P6&example=examples/ordinary.json")
    assert "适用情形：沿街店铺招牌设置" in paper(designer)


def test_a_release_leads_from_its_list_of_papers_to_each_of_them(designer: Browser) -> None:
    release = current_releases()[office.BUNDLE]
    designer.open(f"/studio/releases/{release}?view=content&part=papers")
    links = designer.links(containing="/paper?")
    assert len(links) == sum(path.startswith(("documents/", "guide/")) for path in release_files(release))
    designer.open(links[0])
    assert designer.status == 200
    assert "预览，无效力" in designer.text


def test_every_template_of_the_bundle_is_shown_without_an_unknown_place(db: SQLAlchemy) -> None:
    release = current_releases()[office.BUNDLE]
    for path in (one for one in release_files(release) if one.startswith("documents/") and one.endswith(".md")):
        shown = preview(Source(release), Asked(path))
        assert shown.faults == (), path
        assert Origin.UNKNOWN not in {one.origin for one in shown.lines}
        assert all(one.meaning.zh and one.meaning.en for one in shown.lines), path


def test_the_guide_is_shown_as_a_page(designer: Browser, copy_id: int) -> None:
    designer.open(f"/studio/copies/{copy_id}/paper?path=guide/en.md")
    assert designer.status == 200
    assert not beside(designer)


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ applicant_name", "第 1 行的花括号没有配对"),
        ("好\n\n{{ a b }}", "第 3 行的花括号没有配对"),
        ("{{ " * 2000, "花括号没有配对"),
        ("字" * (LONGEST_TEMPLATE + 1), "文书太长"),
        ("{{ told_list }}\n\n" * 900, "文书太长"),
        ("有\x07字", "U+0007"),
        ("半个\ufffd字", "U+FFFD"),
        ("|" + "a|" * 30 + "\n", "最多 24 栏"),
        ("|a|b|\n" * 1600, "格"),
        ("段\n\n" * 1100, "段"),
    ],
    ids=["open", "two", "many", "huge", "grows", "control", "half", "wide", "cells", "paragraphs"],
)
def test_what_cannot_be_shown_is_told_and_breaks_nothing(designer: Browser, copy_id: int, text: str, told: str) -> None:
    for form in ("paper", "paper.pdf"):
        answer = post(designer, copy_id, form, text)
        assert answer.status_code == 422
        assert told in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "# <img src=x onerror=alert(1)>",
        "{% if x %}",
        '#import "secret": x\n\n#read("/etc/passwd") $x$ ] ) \\u{41} <label> @ref // /* `raw` #let d = 1',
        "[](javascript:alert(1))",
    ],
)
def test_markup_and_scripts_are_words(designer: Browser, copy_id: int, text: str) -> None:
    answer = post(designer, copy_id, "paper", text)
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "".join(text.replace("# <", "<").split()) in printed(post(designer, copy_id, "paper.pdf", text).data)


@pytest.mark.parametrize("text", ["", " ", "#", "|---|", "1、", "- ", "# \n\n****\n", "|", "{{ faults_list }} 在句中"])
def test_odd_templates_break_nothing(designer: Browser, copy_id: int, text: str) -> None:
    for form in ("paper", "paper.pdf"):
        assert post(designer, copy_id, form, text).status_code in (200, 422)


def test_bytes_that_are_no_text_are_told(designer: Browser, copy_id: int) -> None:
    put(copy_id, LETTER, "承诺".encode()[:-1])
    assert designer.open(f"/studio/copies/{copy_id}/paper?path={LETTER}").status == 422
    assert "不是UTF-8文字" in designer.text


def test_half_characters_of_an_example_are_not_shown(designer: Browser, copy_id: int) -> None:
    example = release_files(current_releases()[office.BUNDLE])[ORDINARY].decode()
    put(copy_id, ORDINARY, example.replace("江城安济堂药店有限公司", "半个\\ud83d").encode())
    address = f"/studio/copies/{copy_id}/paper?path={LETTER}&example={ORDINARY}"
    assert designer.open(address).status == 200
    assert "半个?" in paper(designer)


def test_a_bundle_that_cannot_be_read_still_shows_its_papers(designer: Browser, copy_id: int) -> None:
    put(copy_id, "bundle.toml", b"key = ")
    put(copy_id, "documents/kinds.toml", b"format = 2\n[kinds.x]\n")
    assert designer.open(f"/studio/copies/{copy_id}/paper?path={REFUSAL}").status == 200
    assert "〔示例：理由〕" in paper(designer)


@pytest.mark.parametrize("path", ["bundle.toml", "documents/none.md", "documents/../guide/zh.md", "guide/fr.md", ""])
def test_what_is_no_paper_is_not_found(designer: Browser, copy_id: int, path: str) -> None:
    assert designer.open(f"/studio/copies/{copy_id}/paper?path={path}").status == 404


@pytest.mark.parametrize(("login", "status"), [(PUBLISHER, 200), (REVIEWER, 403)])
def test_whoever_sees_the_studio_sees_previews(client: FlaskClient, copy_id: int, login: str, status: int) -> None:
    browser = Browser.of(client, login)
    for address in (f"/studio/copies/{copy_id}", f"/studio/releases/{current_releases()[office.BUNDLE]}"):
        for form in ("paper", "paper.pdf"):
            assert browser.client.get(f"{address}/{form}?path={REFUSAL}").status_code == status


def post(browser: Browser, copy_id: int, form: str, text: str) -> TestResponse:
    browser.open(f"/studio/copies/{copy_id}/edit?path={LETTER}")
    data = {"csrf_token": browser.token(), "text": text, "path": LETTER}
    return browser.client.post(f"/studio/copies/{copy_id}/{form}", data=data)
