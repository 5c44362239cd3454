"""The guided questions, what they lead to, and the sheet that is handed over."""

from datetime import date

import pytest

from engine.bundles import (
    answer_faults,
    answers_valid,
    eligibility,
    guide_for,
    next_question,
    notification_sheet,
    questions_asked,
    read_answer,
    read_bundle,
    settled,
    start_variables,
)
from engine.dmn import read_decisions
from engine.law import read_profile
from engine.words import Words

PROFILE = """
format = 1
key = "somewhere"
valid_from = 2026-01-01
demo = false
name = { zh = "某市", en = "Somewhere" }
region_code = "0001"
document_prefix = "某"
time_zone = "Asia/Shanghai"
government = { zh = "某市人民政府", en = "Government of Somewhere" }
[office_hours]
morning = ["09:00", "12:00"]
basis = { zh = "公告", en = "Notice" }
[commitment]
items = ["B"]
basis = { zh = "告知承诺清单", en = "List of commitment items" }
"""


@pytest.fixture
def bundle(files):
    return read_bundle(files)


@pytest.fixture
def profile():
    return read_profile(PROFILE.encode())


@pytest.fixture
def decisions(files):
    return read_decisions(files["commitment.dmn"], "commitment.dmn")[0]


HOT = {"kinds": ["hot"], "fire": False, "sign": True}


def test_questions_follow_the_answers(bundle):
    assert next_question(bundle, {}).key == "kinds"
    assert next_question(bundle, {"kinds": ["fruit"]}).key == "sign"
    assert next_question(bundle, {"kinds": ["hot"]}).key == "fire"
    assert next_question(bundle, HOT) is None
    assert [question.key for question in questions_asked(bundle, {"kinds": ["fruit"]})] == ["kinds", "sign"]


def test_a_changed_answer_drops_what_it_made_pointless(bundle):
    assert settled(bundle, {"kinds": ["fruit"], "fire": True, "sign": False}) == {
        "kinds": ["fruit"],
        "sign": False,
    }


def test_posted_answers_become_values(bundle):
    kinds, fire, _ = bundle.questions
    assert read_answer(kinds, ["hot", "fruit", "gold"]) == ["fruit", "hot"]
    assert read_answer(fire, ["true"]) is True
    assert read_answer(fire, ["no"]) is False
    assert read_answer(fire, ["maybe"]) is None
    assert read_answer(fire, []) is None


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"kinds", "sign"}),
        ({"kinds": [], "sign": True}, {"kinds"}),
        ({"kinds": ["gold"], "sign": True}, {"kinds"}),
        ({"kinds": "fruit", "sign": "true"}, {"kinds", "sign"}),
        ({"kinds": ["fruit"], "sign": True, "fire": True}, {"fire"}),
        ({"kinds": ["fruit"], "sign": True, "other": 1}, {"other"}),
        (HOT, set()),
    ],
)
def test_faults_of_guided_answers(bundle, answers, wrong):
    assert set(answer_faults(bundle, answers)) == wrong
    assert answers_valid(bundle, answers) is not bool(wrong)


def test_each_material_is_asked_for_once_and_what_exists_is_exempt(bundle):
    guide = guide_for(bundle, HOT)
    assert [(one.item.key, one.situation.key) for one in guide.items] == [
        ("A", "new"),
        ("B", "cold"),
        ("C", "sign"),
    ]
    asked = {one.material.key: (one.used_by, one.main, one.exempt, one.replaced_for) for one in guide.materials}
    assert asked == {
        "identity": (("A", "B"), True, True, ()),
        "registration": (("B", "C"), True, True, ()),
        "health": (("B",), True, False, ("B",)),
        "photo": (("C",), False, False, ()),
    }
    assert (guide.separate_submissions, guide.bundled_submissions, guide.saved_submissions) == (6, 2, 4)


def test_an_item_without_situation_does_not_apply(bundle):
    guide = guide_for(bundle, {"kinds": ["fruit"], "sign": False})
    assert [one.item.key for one in guide.items] == ["A", "B"]
    assert {one.material.key for one in guide.materials} == {"identity", "registration"}


# ---------------------------------------------------------------- commitment


def test_the_decision_table_says_whether_and_why(bundle, decisions, profile):
    found = eligibility(bundle, decisions, profile, "B", HOT, credit="good")
    assert (found.eligible, found.rule) == (True, "no-fire")
    assert found.basis == Words("不用明火", "No open fire")
    assert found.matched.id == "fine"
    barred = eligibility(bundle, decisions, profile, "B", HOT, credit="barred")
    assert (barred.eligible, barred.rule) == (False, "credit")


def test_no_rule_no_terms_no_listing_no_commitment(bundle, decisions, profile):
    none = eligibility(bundle, decisions, profile, "B", {**HOT, "fire": True}, credit="good")
    assert (none.eligible, none.rule, none.matched) == (False, "no-rule", None)
    terms = eligibility(bundle, decisions, profile, "A", HOT, credit="good")
    assert (terms.eligible, terms.rule) == (False, "no-commitment-terms")
    elsewhere = read_profile(PROFILE.replace('["B"]', "[]").encode())
    unlisted = eligibility(bundle, decisions, elsewhere, "B", HOT, credit="good")
    assert (unlisted.eligible, unlisted.rule, unlisted.basis.zh) == (False, "not-listed", "未列入：告知承诺清单")


# ---------------------------------------------------------------- sheet and case


def sheet_of(bundle, profile, answers=HOT, **more):
    return notification_sheet(bundle, guide_for(bundle, answers), profile, answers, made_on=date(2026, 3, 2), **more)


def test_the_sheet_tells_everything_and_keeps_it_word_for_word(bundle, profile, decisions):
    may = {"B": eligibility(bundle, decisions, profile, "B", HOT, credit="good")}
    sheet = sheet_of(bundle, profile, departments={"bureau": Words("审批局", "Approval bureau")}, eligible=may)
    assert [item.key for item in sheet.items] == ["A", "B", "C"]
    assert [material.key for material in sheet.asked] == ["health", "photo"]
    assert [material.exempt_reason.zh for material in sheet.exempt] == [
        "数据共享核验",
        "由本次办理产生，免提交",
    ]
    text = sheet.text("zh")
    for told in (
        "开办小摊",
        "卖什么？ 热食",
        "审批局",
        "承诺办结时限：5个工作日（依据：《摊贩法》第三条）",
        "健康证明",
        "2份，原件",
    ):
        assert told in text
    assert "可以告知承诺：不用明火" in text
    assert "commitment possible: No open fire" in sheet.text("en")


def test_the_same_sheet_has_the_same_digest_and_another_has_another(bundle, profile):
    assert sheet_of(bundle, profile).digest == sheet_of(bundle, profile).digest
    assert sheet_of(bundle, profile).digest != sheet_of(bundle, profile, {**HOT, "sign": False}).digest


def test_a_case_starts_with_a_context_for_every_item(bundle):
    answers = {"kinds": ["fruit"], "sign": False}
    variables = start_variables(bundle, guide_for(bundle, answers), answers, {"B": "commitment"})
    assert variables["kinds"] == ["fruit"]
    assert {key: item["way"] for key, item in variables["items"].items()} == {
        "A": "ordinary",
        "B": "commitment",
        "C": "none",
    }
    assert variables["items"]["C"]["applies"] is False
    assert variables["items"]["B"]["groups"]["decide"] == "stall.decide"
