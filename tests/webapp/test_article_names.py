"""变更影响 in English: an article of law is called as the bundles' own texts call its law."""

from __future__ import annotations

from tests.webapp.browsing import Browser
from webapp.queries import change_index
from webapp.queries.change_impact import LAW, asked_for


def test_articles_to_pick_have_the_english_name_of_their_law_where_a_text_gives_it(client, db):
    designer = Browser.of(client, "taoran")
    client.set_cookie("language", "en")
    designer.open("/studio/changes?kind=law")
    assert "Administrative Licensing Law, art. 34" in designer.text
    client.set_cookie("language", "zh")
    designer.open("/studio/changes?kind=law")
    assert "《行政许可法》第三十四条" in designer.text
    assert "Administrative Licensing Law" not in designer.text


def test_a_law_without_an_english_name_keeps_its_own(db):
    wanted = asked_for(LAW, "个体工商户条例 第九条", change_index.holders()).wanted
    assert wanted is not None
    assert (wanted.title.zh, wanted.title.en) == ("《个体工商户条例》第九条", "《个体工商户条例》第九条")
