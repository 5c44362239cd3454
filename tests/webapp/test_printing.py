"""Documents as PDF: the words inside, tagged for the archive, the same bytes each time, nothing left out."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from tests.support import office
from tests.webapp.test_documents import issued
from webapp import file_store
from webapp.models import DocumentFile
from webapp.printing import NotPrintable, Sheet, pdf_of
from webapp.services import paper_files
from webapp.services.paper_files import PdfNotPossible
from webapp.unit_of_work import sql


def paragraph(text: str) -> list[Any]:
    return ["paragraph", 0, [[[text, False]]], []]


SHEET = Sheet(
    language="zh",
    title="不予行政许可决定书",
    office="江城市行政审批服务管理局",
    body=[
        paragraph("江审不许〔2026〕1183号"),
        paragraph("经审查，决定不予行政许可。申请人可以自知道本决定之日起六十日内申请行政复议。"),
        ["table", 0, [], [[[["事项", False]], [["结论", False]]], [[["药品经营许可", False]], []]]],
        ["numbers", 0, [[["平面图未标注面积；", False]]], []],
    ],
    signed=[paragraph("江城市行政审批服务管理局（行政许可专用章）"), paragraph("2026-11-27")],
    rest=[],
    centred=["江审不许〔2026〕1183号"],
    seal="江城市行政审批服务管理局行政许可专用章",
    seal_words="演示样章",
    check_address="http://127.0.0.1:8000/documents/ABCDEF1234",
    notes=["内容摘要（SHA-256）：0123"],
    issued_at=datetime(2026, 11, 27, 9, tzinfo=UTC),
)


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_pdf_holds_its_words_its_font_and_its_structure():
    pdf = pdf_of(SHEET)
    reader = PdfReader(io.BytesIO(pdf))
    text = text_of(pdf)
    for words in (
        "不予行政许可决定书",
        "江审不许〔2026〕1183号",
        "决定不予行政许可。",
        "平面图未标注面积",
        "2026-11-27",
    ):
        assert words in text
    assert reader.metadata is not None
    assert reader.metadata.title == SHEET.title
    root = reader.trailer["/Root"]
    assert root["/Lang"].lower().startswith("zh")
    assert "/StructTreeRoot" in root
    described = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in described
    assert "<pdfuaid:part>1</pdfuaid:part>" in described
    fonts = reader.pages[0]["/Resources"]["/Font"]
    assert all("NotoSerifSC" in font.get_object()["/BaseFont"] for font in fonts.values())


def test_the_same_document_gives_the_same_bytes():
    assert pdf_of(SHEET) == pdf_of(replace(SHEET))


def test_what_people_wrote_is_text_and_never_markup():
    wild = '#pagebreak() $x^2$ *a* _b_ @c <d> \\ "e" {{ f }} = 甲'
    assert "".join(wild.split()) in text_of(pdf_of(replace(SHEET, body=[paragraph(wild)])))


def test_a_rare_name_of_the_basic_planes_is_printed():
    assert "龑㛃䶮" in text_of(pdf_of(replace(SHEET, body=[paragraph("龑㛃䶮")])))


def test_a_character_without_a_glyph_is_refused_and_never_left_out():
    with pytest.raises(NotPrintable) as refused:
        pdf_of(replace(SHEET, body=[paragraph("姓名：𠮷")]))
    assert "𠮷" in refused.value.reason


def test_a_long_document_goes_over_several_pages():
    pdf = pdf_of(replace(SHEET, body=[paragraph(f"第{n}项：" + "内容" * 60) for n in range(60)]))
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 2


# ---------------------------------------------------------------- as the office keeps them


@pytest.fixture
def notice(db) -> int:
    case = office.received("ordinary", ways={})
    return issued(case, "P2", "correction-notice", reasons="平面图未标注面积。\n缺少负责人签字。").id


def test_the_background_job_prints_a_document_once_and_keeps_it(db, client, notice):
    queued = (
        sql()
        .execute(
            "select count(*) from procrastinate_jobs where task_name = 'make_paper' and args ->> 'document_id' = %s",
            (str(notice),),
        )
        .fetchone()
    )
    assert queued == (1,)
    paper_files.make(notice)
    paper_files.make(notice)
    (kept,) = DocumentFile.query.filter_by(document_id=notice).all()
    office.sign_in(client, office.CLERK)
    answer = client.get(f"/papers/documents/{notice}.pdf")
    assert answer.mimetype == "application/pdf"
    assert hashlib.sha256(answer.data).hexdigest() == kept.digest
    assert len(answer.data) == kept.size
    text = text_of(answer.data)
    assert "1.平面图未标注面积。" in text
    assert "演示样章" in text


def test_a_reader_of_english_gets_the_translation_which_says_that_it_is_one(db, client, notice):
    office.sign_in(client, office.CLERK)
    client.set_cookie("language", "en")
    text = text_of(client.get(f"/papers/documents/{notice}.pdf").data)
    assert "timenoticeofcorrection" in text
    assert "thisisatranslation" in text


def test_a_file_that_is_no_longer_what_was_kept_is_not_handed_out(db, client, notice):
    paper_files.make(notice)
    digest = DocumentFile.query.filter_by(document_id=notice).one().digest
    place = file_store._place(digest)
    place.write_bytes(place.read_bytes() + b"\n")
    office.sign_in(client, office.CLERK)
    answer = client.get(f"/papers/documents/{notice}.pdf")
    assert answer.status_code == 500
    assert "摘要不一致" in answer.get_data(as_text=True)


def test_a_name_that_cannot_be_printed_is_said_and_the_print_view_still_shows_it(db, client, notice):
    case = office.received("ordinary", ways={})
    rare = issued(case, "P2", "not-required", reasons="申请人𠮷某不需要许可。").id
    with pytest.raises(PdfNotPossible):
        paper_files.pdf(rare, "zh")
    paper_files.make(rare)
    assert DocumentFile.query.filter_by(document_id=rare).count() == 0
    office.sign_in(client, office.CLERK)
    assert client.get(f"/papers/documents/{rare}.pdf").status_code == 422
    assert "𠮷" in client.get(f"/papers/documents/{rare}").get_data(as_text=True)
