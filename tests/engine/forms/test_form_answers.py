"""Answers: which fields are asked, what is read from a post, and every fault beside its field."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import AnswersInvalid
from engine.forms import Form, read_form
from engine.words import Words


def words(file: str, element: str, attribute: str, chinese: str) -> Words:
    return Words(chinese, f"the {element}" if attribute == "label" else "")


def form_of(*components: dict) -> Form:
    content = {"type": "default", "schemaVersion": 19, "components": components}
    return read_form(json.dumps(content).encode(), "forms/test.form", words)


def component(kind: str, key: str, *, hide: str = "", rules: dict | None = None, **more) -> dict:
    content = {"type": kind, "key": key, "id": key, "label": f"【{key}】", "validate": rules or {}, **more}
    if hide:
        content["conditional"] = {"hide": f"={hide}"}
    return content


def choices(*values: str) -> list[dict]:
    return [{"value": value, "label": value} for value in values]


REQUIRED = {"required": True}

SHOP = form_of(
    component("textfield", "name", rules={"required": True, "minLength": 2, "maxLength": 10}),
    component("textfield", "code", properties={"format": "uscc"}),
    component("number", "area", rules={"required": True, "min": 20, "max": 5000}, decimalDigits=2),
    component("number", "staff", decimalDigits=0),
    component("checkbox", "cold", rules={}),
    component("number", "boxes", hide="not(cold = true)", rules=REQUIRED, decimalDigits=0),
    component("radio", "by", rules=REQUIRED, values=choices("owner", "representative")),
    component("checklist", "scope", rules=REQUIRED, values=choices("otc", "rx", "tcm")),
    component("datetime", "opens", subtype="date"),
    component("textarea", "note", hide="food != true", rules=REQUIRED),
    {"type": "text", "id": "hint", "text": "说明"},
)

GOOD = {
    "name": " 城南药店 ",
    "area": "１,200.50",
    "by": "owner",
    "scope": ["tcm", "otc"],
    "opens": "2026-3-5",
}


def faults(form: Form, raw: dict, extra: dict | None = None, **more) -> dict[str, list[str]]:
    with pytest.raises(AnswersInvalid) as refused:
        form.validate(raw, extra or {}, **more)
    return {key: [message.zh for message in found] for key, found in refused.value.errors.items()}


def test_a_post_becomes_feel_values():
    answers = SHOP.validate({**GOOD, "csrf_token": "x"}, {})
    assert answers == {
        "name": "城南药店",
        "code": None,
        "area": Decimal("1200.50"),
        "staff": None,
        "cold": False,
        "by": "owner",
        "scope": ["otc", "tcm"],
        "opens": date(2026, 3, 5),
    }


def test_every_wrong_field_is_named_at_once_in_the_order_of_the_page():
    raw = {"name": "x", "code": "123", "area": "ten", "by": "nobody", "scope": [], "opens": "2026-02-30"}
    found = faults(SHOP, {**raw, "staff": "1.5"})
    assert list(found) == ["name", "code", "area", "staff", "by", "scope", "opens"]
    assert found["name"] == ["“【name】”至少填写2个字。"]
    assert found["area"] == ["“【area】”应为数字。"]
    assert found["staff"] == ["“【staff】”应为整数。"]
    assert found["by"] == ["“【by】”只能从列出的选项中选择。"]
    assert found["scope"] == ["请选择“【scope】”。"]
    assert found["opens"] == ["“【opens】”应写成 2026-03-05 这样。"]


def test_messages_come_in_both_languages():
    with pytest.raises(AnswersInvalid) as refused:
        SHOP.validate({}, {})
    assert refused.value.errors["name"] == (Words("请填写“【name】”。", "Enter “the name”."),)
    assert refused.value.errors["by"][0].en == "Choose “the by”."


@pytest.mark.parametrize(
    ("area", "told"),
    [
        ("19.99", "不能小于20"),
        ("5000.01", "不能大于5000"),
        ("20.001", "最多保留2位小数"),
        ("1e3", "数字"),
        ("NaN", "数字"),
    ],
)
def test_limits_of_a_number(area, told):
    assert told in faults(SHOP, {**GOOD, "area": area})["area"][0]


def test_a_hidden_field_is_neither_required_nor_kept():
    assert "boxes" not in SHOP.validate({**GOOD, "boxes": "3"}, {})
    assert list(faults(SHOP, {**GOOD, "cold": "on"})) == ["boxes"]
    assert SHOP.validate({**GOOD, "cold": "on", "boxes": "3"}, {})["boxes"] == 3


def test_guided_answers_show_and_hide_too():
    assert list(faults(SHOP, GOOD, {"food": True})) == ["note"]
    assert SHOP.validate({**GOOD, "note": "一\r\n二 "}, {"food": True})["note"] == "一\n二"


def test_hidden_runs_through_chains_whatever_their_order_on_the_page():
    form = form_of(
        component("textfield", "third", hide="second = null", rules=REQUIRED),
        component("textfield", "second", hide="first != true", rules=REQUIRED),
        component("checkbox", "first"),
    )
    answers = {"first": False, "second": "stale", "third": "stale"}
    assert form.visible(answers) == {"", "first"}
    assert form.validate({"second": "stale", "third": "stale"}, {}) == {"first": False}
    assert form.visible({**answers, "first": True}) == {"", "first", "second", "third"}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_visibility_is_the_fixed_point(data):
    """Against the definition: hide again and again until nothing changes."""
    keys = [f"k{place}" for place in range(6)]
    reads = {
        key: data.draw(st.sets(st.sampled_from(keys[:place]), max_size=2)) if place else set()
        for place, key in enumerate(keys)
    }
    page = data.draw(st.permutations(keys))
    hides = {key: " or ".join(f"{name} != true" for name in sorted(reads[key])) for key in keys}
    form = form_of(*(component("checkbox", key, hide=hides[key]) for key in page))
    answers = {key: data.draw(st.booleans()) for key in keys}

    hidden: set[str] = set()
    while True:
        now = {k for k in keys if any(name in hidden or not answers[name] for name in reads[k])}
        if now == hidden:
            break
        hidden = now
    assert form.visible(answers) == {"", *keys} - hidden


def test_a_required_tick_must_be_ticked():
    form = form_of(component("checkbox", "agree", rules=REQUIRED))
    assert faults(form, {}) == {"agree": ["请勾选“【agree】”。"]}
    assert form.validate({"agree": "true"}, {}) == {"agree": True}


@pytest.mark.parametrize("text", ["\x00", "a\x1bb", "\ud800"])
def test_characters_that_no_office_writes_are_refused(text):
    assert "不能使用的字符" in faults(SHOP, {**GOOD, "name": f"药店{text}"})["name"][0]


@pytest.mark.parametrize(
    ("rules", "properties", "good", "bad"),
    [
        ({"pattern": "^[A-Z]{2}$"}, {}, "AB", "abc"),
        ({"validationType": "email"}, {}, "a@b.cn", "a@b"),
        ({"validationType": "phone"}, {}, "0356-1234567", "ring me"),
        ({}, {"format": "id-number"}, "11010519491231002X", "110105194912310021"),
        ({}, {"format": "uscc"}, "91350100M000100Y43", "91350100M000100Y44"),
        ({}, {"format": "mobile"}, "13800138000", "12800138000"),
    ],
)
def test_formats(rules, properties, good, bad):
    form = form_of(component("textfield", "value", rules=rules, properties=properties))
    assert form.validate({"value": good}, {}) == {"value": good}
    assert list(faults(form, {"value": bad})) == ["value"]


def test_identity_numbers_are_kept_in_capitals():
    form = form_of(component("textfield", "value", properties={"format": "id-number"}))
    assert form.validate({"value": "11010519491231002x"}, {}) == {"value": "11010519491231002X"}


SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Office:
    """What the form is told of the outside."""

    now: datetime
    zone: ZoneInfo = SHANGHAI
    calendar: None = None
    budgets: None = None


NOW = Office(datetime(2026, 3, 4, 17, 0, tzinfo=UTC))  # 5 March in Shanghai


def test_moments_are_in_the_office_zone_and_may_have_to_lie_ahead():
    form = form_of(
        component("datetime", "day", subtype="date", disallowPassedDates=True),
        component("datetime", "clock", subtype="time"),
        component("datetime", "moment", subtype="datetime"),
    )
    answers = form.validate({"day": "2026-03-05", "clock": "9:30", "moment": "2026-03-05T09:30"}, {}, NOW)
    assert answers["clock"] == time(9, 30)
    assert answers["moment"] == datetime(2026, 3, 5, 9, 30, tzinfo=SHANGHAI)
    assert faults(form, {"day": "2026-03-04"}, context=NOW) == {"day": ["“【day】”不能是过去的日期。"]}


def test_several_values_for_one_text_are_refused():
    assert list(faults(SHOP, {**GOOD, "name": ["城南", "城北"]})) == ["name"]
    assert SHOP.validate({**GOOD, "name": ["城南"]}, {})["name"] == "城南"


def test_a_readonly_field_is_not_taken_from_the_post():
    form = form_of(component("textfield", "number", readonly=True))
    assert form.validate({"number": "forged"}, {"number": "real"}) == {"number": "real"}


def test_a_field_may_be_named_like_anything():
    form = form_of(*(component("textfield", key) for key in ("validate", "Meta", "fields", "load")))
    assert form.validate({"Meta": "x"}, {}) == {"validate": None, "Meta": "x", "fields": None, "load": None}


# ---------------------------------------------------------------- drafts and typed values


def test_a_draft_keeps_what_can_be_read_and_the_text_of_the_rest():
    draft = SHOP.draft({"name": "城", "area": "about 30", "staff": "3", "scope": "otc", "boxes": "2", "opens": "soon"})
    assert draft == {
        "name": "城",
        "code": None,
        "area": "about 30",
        "staff": 3,
        "cold": False,
        "boxes": 2,
        "by": None,
        "scope": ["otc"],
        "opens": "soon",
        "note": None,
    }


def test_typed_values_are_judged_by_the_same_rules():
    values = {
        "name": "城南药店",
        "area": 30,
        "by": "owner",
        "scope": ["otc"],
        "opens": "2026-03-05",
        "cold": True,
    }
    answers = SHOP.validate_values({**values, "boxes": 2}, {})
    assert (answers["area"], answers["cold"], answers["boxes"], answers["opens"]) == (
        30,
        True,
        2,
        date(2026, 3, 5),
    )
    with pytest.raises(AnswersInvalid) as refused:
        SHOP.validate_values({**values, "area": True, "collour": "red"}, {})
    assert set(refused.value.errors) == {"boxes", "area", "collour"}


def test_a_value_read_back_passes_again():
    answers = SHOP.validate({**GOOD}, {})
    assert SHOP.validate_values(answers, {}) == answers


def test_defaults_stand_in_the_fields_at_first():
    form = form_of(
        component("radio", "by", values=choices("owner"), defaultValue="owner"),
        component("textfield", "name", defaultValue=""),
        component("datetime", "day", subtype="date", defaultValue="2026-03-05"),
        component("checkbox", "agree", defaultValue=False),
    )
    assert form.defaults() == {"by": "owner", "day": date(2026, 3, 5), "agree": False}
