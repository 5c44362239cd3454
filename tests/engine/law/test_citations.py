"""However an article is written, it is the same article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.law import Article, chinese_number, citations_in, cites, names_in_pairs, read_article
from engine.law.citations import number_of

LICENSING_34 = Article("行政许可法", 34)
ENGLISH = {"administrative licensing law": "行政许可法"}


@pytest.mark.parametrize(
    "text",
    [
        "行政许可法第34条",
        "行政许可法第三十四条",
        "行政许可法第 ３４ 条",
        "《行政许可法》第三十四条第一款",
        "《中华人民共和国行政许可法》第三十四条",
        "《中华人民共和国行政许可法》（2019年修正）第三十四条第（二）项",
        "依据行政许可法第三十四条，当场作出决定",
        "依照《行政许可法》第三十二条、第三十四条",
        "《行政许可法》第三十二条至第三十五条",
        "《行政许可法》第三十二、三十四条",
        "《行政许可法》第三十二条规定了五种情形，同法第三十四条规定了审查",
        "违反行政处罚法第十条和行政许可法第三十四条",
        "Administrative Licensing Law, art. 34",
        "Administrative Licensing Law, art. 32, 34; an example",
        "Example; after the Administrative Licensing Law, art. 34 para. 1",
        "as Article 34 of the Administrative Licensing Law says",
    ],
)
def test_the_article_is_found(text: str) -> None:
    assert any(cites(one, LICENSING_34, ENGLISH) for one in citations_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "《行政许可法》第三十五条",
        "《行政许可法》第三百三十四条",
        "《行政处罚法》第三十四条",
        "《江城市行政许可法实施办法》第三十四条",
        "《行政许可法》（国务院令第34号）",
        "第三十四条",
        "《行政许可法》第四十二条，共三十四项材料",
        "Drug Administration Law, art. 34",
        "",
    ],
)
def test_another_article_is_not_taken_for_it(text: str) -> None:
    assert not any(cites(one, LICENSING_34, ENGLISH) for one in citations_in(text))


def test_a_paragraph_is_touched_by_its_article_and_the_other_way_round_but_not_by_another_paragraph() -> None:
    first = Article("行政许可法", 34, paragraph=1)
    assert LICENSING_34.covers(first)
    assert first.covers(LICENSING_34)
    assert not first.covers(Article("行政许可法", 34, paragraph=2))
    assert not Article("行政许可法", 133).covers(Article("行政许可法", 133, inserted=1))


def test_a_law_as_such_is_touched_in_all_its_articles() -> None:
    assert Article("行政许可法", 0).covers(LICENSING_34)
    assert not Article("行政处罚法", 0).covers(LICENSING_34)


def test_each_paragraph_of_a_list_is_a_citation() -> None:
    found = [one.article.zh for one in citations_in("《行政许可法》第四十二条第一款、第二款，《药品管理法》第五十一条")]
    assert found == ["《行政许可法》第四十二条第一款", "《行政许可法》第四十二条第二款", "《药品管理法》第五十一条"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("行政许可法 第三十四条", "《行政许可法》第三十四条"),
        ("行政许可法 34", "《行政许可法》第三十四条"),
        ("《中华人民共和国行政许可法》第34条第1款", "《行政许可法》第三十四条第一款"),
        ("药品管理法", "《药品管理法》"),
    ],
)
def test_what_a_person_types_is_read(typed: str, told: str) -> None:
    read = read_article(typed)
    assert read is not None
    assert read.zh == told


def test_a_longer_english_name_is_not_the_law_that_it_ends_with() -> None:
    english = {
        "drug administration law": "药品管理法",
        "implementing regulation of the drug administration law": "条例",
    }
    found = citations_in("Implementing Regulation of the Drug Administration Law, art. 15")
    assert not any(cites(one, Article("药品管理法", 0), english) for one in found)
    assert any(cites(one, Article("条例", 15), english) for one in found)


def test_english_names_are_learnt_from_what_stands_in_both_languages() -> None:
    pairs = [
        (
            "《中华人民共和国行政许可法》第三十八条、第七十二条；字数为示例",
            "Administrative Licensing Law, art. 38, 72; an example",
        ),
        ("《中华人民共和国药品管理法》第五十一条", "Drug Administration Law, art. 52"),
    ]
    assert names_in_pairs(pairs) == ENGLISH


@pytest.mark.parametrize(
    ("article", "said"),
    [
        (Article("行政许可法", 34), "Implementing Regulation of the Licensing Law, art. 34"),
        (Article("行政许可法", 34, 0, 2, 3), "Implementing Regulation of the Licensing Law, art. 34 para. 2 item 3"),
        (Article("行政许可法", 133, 1), "Implementing Regulation of the Licensing Law, art. 133-1"),
        (Article("行政许可法", 0), "Implementing Regulation of the Licensing Law"),
    ],
)
def test_an_article_is_cited_in_english_where_its_law_has_a_name_there(article: Article, said: str) -> None:
    assert article.in_english("implementing regulation of the licensing law") == said


@given(st.integers(min_value=1, max_value=9999))
def test_numbers_are_read_as_they_are_written(number: int) -> None:
    assert number_of(chinese_number(number)) == number
    assert number_of(str(number)) == number


@given(st.text(alphabet="行政许可法第三十四条款项之一至、和《》（）34 art.", max_size=80))
def test_no_text_stops_the_reading(text: str) -> None:
    for one in citations_in(text):
        assert one.names


@pytest.mark.parametrize(
    "filling", ["A" * 200_000, "Aa " * 60_000, "A" + " " * 200_000, "§1" + " " * 200_000, "《法" * 50_000]
)
def test_a_long_text_without_citations_is_read_once(filling: str) -> None:
    """Were each of its signs looked at from each other one, this would not come to its end."""
    found = citations_in(f"{filling}; Administrative Licensing Law, art. 34")
    assert [(one.article.number, one.names[0]) for one in found] == [(34, "administrative licensing law")]
