"""The document of a bundle for the legal office: a page to print and a PDF, in both languages."""

from __future__ import annotations

import re

import pytest

from engine.bpmn import draw
from engine.bundles import inspect_bundle
from tests.support import office
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, release_files
from webapp.queries.release_diagrams import diagrams_of
from webapp.services.releases import draft_from_files

DESIGNER, LEGAL = "taoran", "qixin"


def published() -> int:
    return current_releases()[office.BUNDLE]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh",
            [
                "法定时限",
                "“是否经营第三类医疗器械？”答“是”",
                "情形引导",
                "材料",
                "决策表",
                "人工环节",
                "文书和信函",
                "联办时限",
            ],
        ),
        (
            "en",
            [
                "Statutory limit",
                "is answered “yes”",
                "Guided questions",
                "Materials",
                "Decision tables",
                "task of a person",
            ],
        ),
    ],
)
def test_the_page_says_what_the_release_says(client, language: str, said: list[str]) -> None:
    reader = Browser.of(client, LEGAL)
    client.set_cookie("language", language)
    reader.open(f"/studio/releases/{published()}/document?lang={language}")
    assert reader.status == 200
    for words in said:
        assert words in reader.text
    pictures = reader.page.xpath("//img[contains(@src, 'document/picture')]/@src")
    assert len(pictures) > 3
    assert client.get(pictures[0]).mimetype == "image/svg+xml"


def test_elements_posts_and_letters_are_told_as_one_reads_them(client) -> None:
    reader = Browser.of(client, LEGAL)
    reader.open(f"/studio/releases/{published()}/document")
    contents = reader.page.xpath("//nav//a[starts-with(@href, '#part-')]")
    assert [one.text_content() for one in contents][:3] == ["概况", "情形引导", "事项"]
    assert all(reader.page.xpath(f"//h2[@id='{one.get('href')[1:]}']") for one in contents)
    assert "“适用哪些事项？”之前的网关" in reader.text  # a merging gateway that nobody named
    assert "该事项的受理岗位" in reader.text
    assert "=groups" not in reader.text
    assert "## " not in reader.text
    assert "第一条适用的规则算数" in reader.text
    assert "选了“乙类非处方药”" in reader.text
    assert "list contains" not in reader.text
    headings = [one.text_content() for one in reader.page.xpath("//h3")]
    assert {"申请表", "表单：联合核查记录"} <= set(headings)


def test_the_pdf_is_the_same_bytes_each_time(client) -> None:
    Browser.of(client, LEGAL)
    first, second = (client.get(f"/studio/releases/{published()}/document.pdf") for _ in range(2))
    assert first.mimetype == "application/pdf"
    assert first.data.startswith(b"%PDF-")
    assert first.data == second.data


def test_a_draft_whose_rule_lacks_a_cell_is_told_as_far_as_it_goes(client) -> None:
    files = dict(release_files(published()))
    table = files["commitment.dmn"].decode()
    short = re.sub(r"<inputEntry .*?</inputEntry>", "", table, count=1, flags=re.DOTALL)
    assert short != table
    draft = draft_from_files(
        office.BUNDLE, files | {"commitment.dmn": short.encode()}, by=office.person(DESIGNER), note=""
    )
    reader = Browser.of(client, DESIGNER)
    reader.open(f"/studio/releases/{draft}/document")
    assert reader.status == 200
    assert "选了“乙类非处方药”" in reader.text
    assert client.get(f"/studio/releases/{draft}/document.pdf").data.startswith(b"%PDF-")


def test_every_diagram_of_the_bundle_is_drawn_with_its_names(db) -> None:
    for path, content in release_files(published()).items():
        if path.endswith(".bpmn"):
            picture = draw(content, "Noto Serif SC")
            assert picture is not None, path
            assert picture.width > 100
            assert picture.height > 100
            assert "<text" in picture.svg


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_name_beside_an_element_stands_on_a_line_or_on_another(db, language: str) -> None:
    """One that had to would have its letters kept free of what is behind them."""
    files = release_files(published())
    for diagram in diagrams_of(files, language, inspect_bundle(files).bundle):
        picture = draw(diagram.text.encode(), "x", chinese=language == "zh")
        assert picture is not None, diagram.path
        assert "paint-order" not in picture.svg, diagram.path


def test_what_is_no_diagram_has_no_picture() -> None:
    assert draw(b"<a/>", "x") is None
    assert draw(b"no xml", "x") is None
    assert draw(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "x") is None


def test_names_are_text_in_the_picture_and_never_markup() -> None:
    content = (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        b' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">'
        b'<process id="p"><task id="t" name="&lt;script&gt;"/></process>'
        b'<di:BPMNDiagram><di:BPMNPlane bpmnElement="p"><di:BPMNShape bpmnElement="t">'
        b'<dc:Bounds x="0" y="0" width="100" height="80"/></di:BPMNShape></di:BPMNPlane></di:BPMNDiagram>'
        b"</definitions>"
    )
    picture = draw(content, "x")
    assert picture is not None
    assert "&lt;script&gt;" in picture.svg
    assert "<script" not in picture.svg
