"""Lists, files, computed values, texts and tables: what a form does with them over given answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from engine.errors import AnswersInvalid
from engine.forms import Form, controls_on, gather, read_form, value_at, with_row, without_row
from engine.words import Words
from tests.engine.forms.test_form_answers import NOW, SHANGHAI, choices, component, faults, form_of, words

REQUIRED = {"required": True}
FILE = {"documentId": "7", "metadata": {"fileName": "图.pdf", "contentType": "application/pdf", "size": 9}}


def rows_of(*inside: dict, key: str = "staff", **more) -> dict:
    content = {"type": "dynamiclist", "id": f"list-{key}", "path": key, "label": f"【{key}】", "isRepeating": True}
    return {**content, "allowAddRemove": True, "components": list(inside), **more}


STAFF = form_of(
    rows_of(
        component("textfield", "name", rules=REQUIRED),
        component("checkbox", "licensed"),
        component("textfield", "number", rules=REQUIRED, hide="this.licensed != true"),
        component("number", "share", rules={"max": "=100 - count(parent.staff)"}),
    ),
    component("textarea", "why", rules=REQUIRED, hide="count(staff[licensed = true]) > 0"),
    {"type": "expression", "id": "heads", "key": "heads", "expression": "=count(staff)", "computeOn": "change"},
)


# ---------------------------------------------------------------- rows


def test_every_row_is_judged_and_named_by_its_number():
    found = faults(STAFF, {"staff": [{"name": "甲", "licensed": True}, {"share": "120"}]})
    assert found == {
        "staff[0].number": ["请填写“【number】”。"],
        "staff[1].name": ["请填写“【name】”。"],
        "staff[1].share": ["“【share】”不能大于98。"],
    }


def test_hidden_fields_of_a_row_are_neither_required_nor_kept():
    answers = STAFF.validate({"staff": [{"name": "甲", "number": "stale"}], "why": "没有药师"}, {})
    assert answers["staff"] == [{"name": "甲", "licensed": False, "share": None}]
    licensed = {"staff": [{"name": "甲", "licensed": "true", "number": "1"}], "why": "stale"}
    assert STAFF.validate(licensed, {}) == {
        "staff": [{"name": "甲", "licensed": True, "number": "1", "share": None}],
        "heads": 1,
    }


def test_a_hidden_list_takes_its_rows_with_it():
    form = form_of(
        component("checkbox", "many"),
        rows_of(component("textfield", "name", rules=REQUIRED), conditional={"hide": "=many != true"}),
        component("textfield", "none", rules=REQUIRED, hide="staff != null"),
    )
    assert form.validate({"staff": [{"name": ""}], "none": "x"}, {}) == {"many": False, "none": "x"}
    assert list(faults(form, {"many": "on", "staff": [{}]})) == ["staff[0].name"]


def test_rows_in_rows_see_the_rows_around_them():
    inner = rows_of(component("textfield", "kind", rules=REQUIRED, hide='parent.name = "甲" or i[2] = 2'), key="papers")
    form = form_of(rows_of(component("textfield", "name"), inner))
    raw = {"staff": [{"name": "甲", "papers": [{}]}, {"name": "乙", "papers": [{}, {}]}]}
    assert list(faults(form, raw)) == ["staff[1].papers[0].kind"]


def test_rows_are_added_with_their_defaults_and_removed_by_number():
    form = form_of(
        rows_of(component("textfield", "name"), component("number", "share", defaultValue=50), key="a.staff")
    )
    raw = with_row(form, {"a": {"staff": [{"name": "甲"}]}}, "a.staff", {})
    assert raw == {"a": {"staff": [{"name": "甲"}, {"share": 50}]}}
    assert with_row(form, raw, "b", {}) == raw
    sent = {"a.staff[]": ["0", "1"], "a.staff[0].name": ["甲"], "a.staff[1].name": ["乙"]}
    shown = {"a.staff", "a.staff[0].name", "a.staff[1].name"}
    gathered = gather(form, without_row(sent, "a.staff[0]"), shown=shown, before=raw)
    assert gathered == {"a": {"staff": [{"name": "乙", "share": 50}]}}


def test_a_list_that_may_not_be_changed_gains_no_row():
    form = form_of(rows_of(component("textfield", "name"), allowAddRemove=False))
    assert with_row(form, {"staff": []}, "staff", {}) == {"staff": []}


def test_more_rows_than_a_list_holds_are_refused():
    assert list(faults(STAFF, {"staff": [{"name": "x"}] * 201}))[-1:] == ["staff"]


def test_a_list_that_does_not_repeat_is_a_group_with_a_path():
    form = form_of(rows_of(component("textfield", "name", rules=REQUIRED), isRepeating=False))
    assert form.validate({"staff": {"name": "甲"}}, {}) == {"staff": {"name": "甲"}}


# ---------------------------------------------------------------- paths


def test_keys_and_groups_lead_into_contexts():
    group = {"type": "group", "id": "g", "label": "g", "path": "premises", "components": [component("number", "area")]}
    form = form_of(group, component("textfield", "owner.name", hide="premises.area = null"))
    assert form.validate({"premises": {"area": "20"}, "owner": {"name": "甲"}}, {}) == {
        "premises": {"area": 20},
        "owner": {"name": "甲"},
    }
    assert form.validate({"owner": {"name": "甲"}}, {}) == {"premises": {"area": None}}
    assert faults(form, {"premises": {"area": "x"}}) == {"premises.area": ["“【area】”应为数字。"]}


def test_unknown_keys_are_named_where_they_stand():
    with pytest.raises(AnswersInvalid) as refused:
        STAFF.validate_values({"staff": [{"name": "甲", "shoe": 3}], "why": "x", "colour": 1}, {})
    assert set(refused.value.errors) == {"staff[0].shoe", "colour"}


@pytest.mark.parametrize("second", ["owner", "owner.name.first"])
def test_one_key_leads_not_through_anothers_answer(second):
    content = {"type": "default", "components": [component("textfield", "owner.name"), component("textfield", second)]}
    with pytest.raises(Exception, match="duplicate-key"):
        read_form(json.dumps(content).encode(), "f.form", words)


# ---------------------------------------------------------------- worked out


def test_limits_are_worked_out_over_the_answers():
    form = form_of(
        component("number", "most"),
        component("number", "now", rules={"min": "=most / 2", "max": "=most"}),
        component("textfield", "code", rules={"minLength": "=most", "maxLength": 9}),
    )
    found = faults(form, {"most": "4", "now": "5", "code": "abc"})
    assert found == {"now": ["“【now】”不能大于4。"], "code": ["“【code】”至少填写4个字。"]}
    assert form.validate({"now": "5", "code": "abc"}, {})["now"] == 5  # no most, no limit


def test_options_come_from_the_guided_answers_and_from_other_answers():
    form = form_of(
        component("select", "city", valuesKey="cities", rules=REQUIRED),
        component("checklist", "towns", valuesExpression='=if city = 3 then ["a", "b"] else []'),
    )
    known = {"cities": [{"label": "甲市", "value": 3}, "b", None, {"label": "x"}, "b"]}
    page = controls_on(form.page({}, known))
    assert [(one.value, one.label.zh) for one in page["city"].options] == [("3", "甲市"), ("b", "b")]
    assert form.validate({"city": "3", "towns": ["b"]}, known) == {"city": 3, "towns": ["b"]}
    assert list(faults(form, {"city": "4", "towns": ["b"]}, known)) == ["city", "towns"]
    assert list(faults(form, {"city": "3"}, {})) == ["city"]


def test_options_may_be_numbers_and_booleans():
    form = form_of(component("radio", "level", values=[{"label": "一", "value": 1}, {"label": "真", "value": True}]))
    assert form.validate({"level": "1"}, {}) == {"level": 1}
    assert form.validate_values({"level": True}, {}) == {"level": True}


def test_labels_descriptions_defaults_and_readonly_are_worked_out():
    form = form_of(
        component("textfield", "name", label='="给" + subject', description='{{if name = null then "空" else name}}'),
        component("textfield", "note", readonly='=name = "甲"', defaultValue='="由" + subject'),
    )
    assert form.defaults({"subject": "乙"}) == {"note": "由乙"}
    page = controls_on(form.page({"name": "甲"}, {"subject": "乙"}))
    assert (page["name"].label.zh, page["name"].description.zh, page["note"].readonly) == ("给乙", "甲", True)


def test_computed_values_are_kept_and_read_by_others():
    form = form_of(
        component("number", "a"),
        {"type": "expression", "id": "e", "key": "sum.twice", "expression": "=a * 2", "computeOn": "presubmit"},
        component("textfield", "large", rules=REQUIRED, hide="sum.twice < 10"),
    )
    assert form.validate({"a": "3", "sum": {"twice": 99}}, {}) == {"a": 3, "sum": {"twice": 6}}
    assert list(faults(form, {"a": "5"})) == ["large"]


def test_rules_that_cannot_be_worked_out_are_an_error_and_never_pass():
    form = form_of(
        component("number", "n"),
        component("number", "m", rules={"max": "=count(for i in 1..n return for j in 1..n return i)"}),
    )
    assert "无法算完" in faults(form, {"n": "999999999", "m": "5"})["m"][0]
    assert form.page({"n": "999999999"}, {})


@pytest.mark.parametrize("source", ["[1..5]", "function(x) x", "{a: [function() 1]}"])
def test_what_only_an_expression_can_hold_is_no_answer(source):
    form = form_of({"type": "expression", "id": "e", "key": "e", "expression": f"={source}"})
    assert "无法算完" in faults(form, {})["e"][0]


def test_a_disabled_field_is_shown_and_nothing_more():
    form = form_of(component("textfield", "office", disabled=True, defaultValue="一窗", rules=REQUIRED))
    assert form.validate({"office": "x"}, {}) == {}
    assert [one.key for section in form.page({}, {}) for one in section.fields] == ["office"]


# ---------------------------------------------------------------- numbers and moments


@pytest.mark.parametrize(("typed", "told"), [("0.3", ["0.25", "0.50"]), ("-0.1", ["-0.25", "0.00"])])
def test_numbers_off_their_step_are_told_the_nearest(typed, told):
    form = form_of(component("number", "n", increment=0.25))
    message = faults(form, {"n": typed})["n"][0]
    assert "不能是这个数值，" in message
    said = message.partition("可用数值是")[2].removesuffix("。").split("和")
    assert [Decimal(one) for one in said] == [Decimal(one) for one in told]
    assert form.validate({"n": "0.75"}, {})["n"] == Decimal("0.75")


def test_a_number_may_be_kept_as_text_with_all_its_digits():
    form = form_of(component("number", "n", serializeToString=True))
    assert form.validate({"n": "12345678901234567890.10"}, {}) == {"n": "12345678901234567890.1"}


def test_moments_keep_their_zone_as_the_form_says():
    kinds = ("utc_offset", "utc_normalized", "no_timezone")
    form = form_of(
        *(component("datetime", f"at_{kind}", subtype="datetime", timeSerializingFormat=kind) for kind in kinds),
        *(component("datetime", f"clock_{kind}", subtype="time", timeSerializingFormat=kind) for kind in kinds),
    )
    raw = {f"at_{kind}": "2026-03-05T09:30" for kind in kinds} | {f"clock_{kind}": "09:30" for kind in kinds}
    answers = form.validate(raw, {}, NOW)
    assert answers == {
        "at_utc_offset": datetime(2026, 3, 5, 9, 30, tzinfo=SHANGHAI),
        "at_utc_normalized": datetime(2026, 3, 5, 1, 30, tzinfo=UTC),
        "at_no_timezone": datetime(2026, 3, 5, 9, 30),  # noqa: DTZ001
        "clock_utc_offset": time(9, 30, tzinfo=timezone(timedelta(hours=8))),
        "clock_utc_normalized": time(1, 30, tzinfo=UTC),
        "clock_no_timezone": time(9, 30),
    }
    assert form.validate_values(answers, {}, NOW) == answers


def test_times_lie_on_their_steps_and_past_dates_are_found_in_kept_answers_too():
    form = form_of(
        component("datetime", "clock", subtype="time", timeInterval=15),
        component("datetime", "day", subtype="date", disallowPassedDates=True),
    )
    assert faults(form, {"clock": "09:20"}) == {"clock": ["“【clock】”的时间应为15分钟的整数倍。"]}
    kept = form.draft({"day": "2026-03-04"}, NOW)
    with pytest.raises(AnswersInvalid):
        form.validate_values(kept, {}, NOW)


# ---------------------------------------------------------------- identity numbers


def test_numbers_of_people_and_businesses():
    form = form_of(component("textfield", "who", properties={"format": "id-number"}))
    assert "15位" in faults(form, {"who": "110105491231002"})["who"][0]
    assert "校验位" in faults(form, {"who": "110105194912310021"})["who"][0]
    assert "不存在" in faults(form, {"who": "11010519490231002X"})["who"][0]
    assert "晚于今天" in faults(form, {"who": "110105299901010014"}, context=NOW)["who"][0]


# ---------------------------------------------------------------- files


def test_files_are_references_and_pages_cannot_invent_them():
    form = form_of(component("filepicker", "plan", multiple=True, accept=".pdf", rules=REQUIRED))
    assert gather(form, {"plan": ["8"]}, shown={"plan"}, before={}) == {"plan": []}
    kept = gather(form, {}, shown={"plan"}, before={"plan": [FILE]}, files={"plan": [{**FILE, "documentId": "9"}]})
    assert [one["documentId"] for one in kept["plan"]] == ["7", "9"]
    assert form.validate(kept, {}) == kept
    gone = gather(form, {"plan~remove": ["7"]}, shown={"plan"}, before={"plan": [FILE]})
    assert faults(form, gone) == {"plan": ["请上传“【plan】”。"]}
    assert faults(form, {"plan": "x"}) == {"plan": ["“【plan】”的值类型不对。"]}
    picture = {"documentId": "8", "metadata": {"fileName": "图.png", "contentType": "image/png"}}
    assert "不接受" in faults(form, {"plan": [picture]})["plan"][0]


def test_one_file_where_one_is_asked():
    form = form_of(component("filepicker", "plan"))
    assert "最多1个" in faults(form, {"plan": [FILE, FILE]})["plan"][0]


# ---------------------------------------------------------------- what stands on the page


def content_of(form: Form, answers: dict, known: dict | None = None) -> str:
    return form.page(answers, known or {})[0].fields[0].content.zh


def test_a_text_is_markdown_with_values_that_stay_values():
    form = form_of(
        {
            "type": "text",
            "id": "t",
            "text": "# 你好 {{name}}\n\n{{#if count(items) > 0}}\n- 共{{count(items)}}项\n{{#loop items}}\n"
            "- **{{this.label}}** {{name}}\n{{/loop}}\n{{/if}}\n末尾",
        }
    )
    known = {"name": "<b>*甲*</b>", "items": [{"label": "a*b", "name": "x"}, {"label": "[c](http://d)"}]}
    assert content_of(form, {}, known) == (
        "<h3>你好 &lt;b&gt;*甲*&lt;/b&gt;</h3><ul><li>共2项</li><li><strong>a*b</strong> x</li>"
        "<li><strong>[c](http://d)</strong> &lt;b&gt;*甲*&lt;/b&gt;</li></ul><p>末尾</p>"
    )
    assert content_of(form, {}, {}) == "<h3>你好</h3><p>末尾</p>"


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ('"><img src=x onerror=alert(1)>', '<p>"&gt;&lt;img src=x onerror=alert(1)&gt;</p>'),
    ],
)
def test_values_in_html_are_text(name, seen):
    form = form_of({"type": "html", "id": "h", "content": "<p>{{name}}</p>"})
    assert content_of(form, {}, {"name": name}) == seen


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "//evil.example", " jAvAscript:x"])
def test_a_link_worked_out_leads_nowhere_dangerous(target):
    form = form_of({"type": "html", "id": "h", "content": '<a href="{{target}}">x</a>'})
    assert content_of(form, {}, {"target": target}) == "<a>x</a>"
    assert content_of(form, {}, {"target": "https://example.org/a"}) == '<a href="https://example.org/a">x</a>'


def test_a_table_shows_what_the_data_holds():
    form = form_of(
        rows_of(component("textfield", "name"), component("number", "share")),
        {
            "type": "table",
            "id": "t",
            "label": "表",
            "dataSource": "=staff",
            "columnsExpression": '=[{key: "share", label: "份额"}, {key: "name", label: "姓名"}]',
        },
    )
    table = form.page({"staff": [{"name": "甲", "share": "1.50"}, {}]}, {})[0].fields[1]
    assert [head.zh for head in table.cells.heads] == ["份额", "姓名"]
    assert table.cells.rows == (("1.5", "甲"), ("", ""))


def test_a_table_shows_what_was_chosen_in_its_words():
    posts = [{"value": "pharmacist", "label": "药师"}, {"value": "clerk", "label": "营业员"}]
    columns = [{"key": key, "label": key} for key in ("post", "days", "kind")]
    form = form_of(
        rows_of(
            component("select", "post", values=posts),
            component("taglist", "days", values=[{"value": "1", "label": "周一"}, {"value": "2", "label": "周二"}]),
            component("radio", "kind", valuesKey="kinds"),
        ),
        {"type": "table", "id": "t", "label": "表", "dataSource": "=staff[post != null]", "columns": columns},
        {"type": "table", "id": "u", "label": "别处的", "dataSource": "=others", "columns": columns},
    )
    rows = [{"post": "clerk", "days": ["1", "2"], "kind": "a"}, {"post": "pharmacist"}]
    data = {"others": [{"post": "clerk"}], "kinds": [{"value": "a", "label": "甲类"}]}
    _, table, others = form.page({"staff": rows}, data)[0].fields
    shown = [[cell.zh if isinstance(cell, Words) else cell for cell in row] for row in table.cells.rows]
    assert shown == [["营业员", "周一、周二", "甲类"], ["药师", "", ""]]
    assert others.cells.rows == (("clerk", "", ""),)


def test_an_image_worked_out_comes_from_nowhere_else():
    form = form_of({"type": "image", "id": "i", "alt": "图", "source": "=source"})
    sources = {"https://example.org/a.png": "", "/static/a.png": "/static/a.png", "/static/../x": ""}
    for source, shown in sources.items():
        assert form.page({}, {"source": source})[0].fields[0].source == shown


def test_places_of_answers():
    values = {"a": {"b": [{"c": 1}, 2]}}
    assert value_at(values, "a.b[0].c") == 1
    assert value_at(values, "a.b[5].c") is None
    assert value_at(values, "a.x.y") is None
    assert choices("a")[0]["value"] == "a"
