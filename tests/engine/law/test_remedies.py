"""The remedy that a ruling names: the body by rule, the court, the days, and which comes first."""

from engine.law import ClockTerms, DecidingUnit, RemedyTerms, reconsideration_body, remedy_paragraph
from engine.words import Words

GOVERNMENT = Words("某市人民政府", "the Government of Somewhere")
SUPERIOR = Words("某省税务局", "the Tax Bureau of the Province")
COURT = Words("某市人民法院", "the People's Court of Somewhere")
LAW = Words("《某法》第九条", "Some Law, art. 9")
RECONSIDERATION = ClockTerms("reconsideration-limit", 60, "calendar_days", Words("复议法", "Reconsideration Law"))
EITHER = RemedyTerms(RECONSIDERATION, ClockTerms("suit-limit", 6, "months", Words("诉讼法", "Litigation Law")))
AFTER = RemedyTerms(RECONSIDERATION, ClockTerms("after", 15, "calendar_days", Words("诉讼法", "Litigation Law")))


def test_a_local_department_answers_to_its_own_government():
    body, rule = reconsideration_body(GOVERNMENT)
    assert body == GOVERNMENT
    assert "第二十四条" in rule.zh


def test_an_organ_led_from_above_answers_to_its_superior_alone():
    body, rule = reconsideration_body(GOVERNMENT, SUPERIOR)
    assert body == SUPERIOR
    assert "第二十七条" in rule.zh


def test_either_way_is_open_unless_the_law_puts_reconsideration_first():
    unit = DecidingUnit(Words("某局", "the Bureau"), GOVERNMENT, COURT)
    either, first = remedy_paragraph(unit, EITHER), remedy_paragraph(unit, AFTER, reconsideration_first=LAW)
    assert "也可以自知道本决定之日起6个月内" in either.zh
    assert "应当先申请行政复议" not in either.zh
    assert "依据《某法》第九条，应当先申请行政复议" in first.zh
    assert "自收到复议决定书之日起15日内" in first.zh
    assert "6个月" not in first.zh
    assert "Reconsideration comes first (Some Law, art. 9)" in first.en
    for paragraph in (either, first):
        assert "某市人民政府" in paragraph.zh
        assert "某市人民法院" in paragraph.zh
        assert "60日内" in paragraph.zh
