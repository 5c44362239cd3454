"""The base templates and macros, as a person with a browser or a screen reader meets them."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from lxml.html import HtmlElement

from engine import Words
from engine.findings import Finding, Severity
from engine.forms import Option
from tests.frontend.kit import WEBAPP, form_field, page

FORMS = '{% from "_macros/forms.html" import field, error_summary, file_drop, camera, signature, button %}'
PARTS = (
    '{% from "_macros/parts.html" import due_badge, progress_list, stepper, kv_table, findings_list, tabs,'
    " pager, case_header, card, dialog, empty_state, status_badge %}"
)
YES_NO = (Option("yes", Words("是", "Yes")), Option("no", Words("否", "No")))


def text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def is_sound(document: HtmlElement) -> None:
    """No duplicate ids, every control labelled, every reference resolved, nothing the policy forbids."""
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    for control in document.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        labelled = control.get("aria-label") or document.xpath(f"//label[@for='{control.get('id')}']")
        assert labelled or control.xpath("ancestor::label"), control.attrib
    for references in document.xpath("//@aria-describedby | //@aria-labelledby"):
        assert set(references.split()) <= set(ids)
    assert document.xpath("//@style") == []
    assert [name for element in document.iter() for name in element.attrib if name.startswith("on")] == []
    inline = document.xpath("//script[not(@src) and not(@type='application/json')]")
    assert inline == []


def test_a_page_has_one_heading_which_its_title_repeats() -> None:
    document = page('{% extends "base.html" %}{% block heading %}部门待办{% endblock %}')
    assert [text(heading) for heading in document.xpath("//h1")] == ["部门待办"]
    assert document.findtext(".//title") == "部门待办 · 一窗"
    is_sound(document)


def test_the_top_bar_says_where_one_is_and_who_one_is() -> None:
    document = page(
        '{% extends "base.html" %}{% block heading %}待办{% endblock %}',
        navigation=[("待办", "/inbox", True, 12), ("办件", "/cases", False, None)],
        user=SimpleNamespace(name="审查员甲", department_name="行政审批服务管理局"),
        demo=True,
    )
    assert text(document.xpath("//nav//a[@aria-current='page']")[0]) == "待办 12"
    assert text(document.xpath("//summary")[0]) == "行政审批服务管理局 · 审查员甲"
    assert "演示环境" in text(document)
    is_sound(document)


def test_the_page_says_its_language_and_offers_the_other() -> None:
    source = '{% extends "base.html" %}{% block heading %}x{% endblock %}'
    chinese, english = page(source), page(source, language="en")
    assert (chinese.get("lang"), english.get("lang")) == ("zh-CN", "en")
    assert chinese.xpath("//button[@name='language']/@value") == ["en"]
    assert english.xpath("//button[@name='language']/@value") == ["zh"]


def test_messages_are_announced_and_never_by_colour_alone() -> None:
    document = page(
        '{% extends "base.html" %}{% block heading %}x{% endblock %}', flashes=[("error", "没有认领成功。")]
    )
    message = document.xpath("//*[contains(@class, 'flash-error')]")[0]
    assert message.get("role") == "alert"
    assert message.xpath(".//*[local-name()='svg']")


@pytest.mark.parametrize(
    "facts",
    [
        {"type": "textfield"},
        {"type": "textfield", "format": "id-number"},
        {"type": "textarea"},
        {"type": "number", "suffix": "平方米"},
        {"type": "checkbox"},
        {"type": "radio", "options": YES_NO},
        {"type": "checklist", "options": YES_NO},
        {"type": "select", "options": YES_NO},
        {"type": "datetime", "subtype": "date"},
        {"type": "datetime", "subtype": "datetime"},
    ],
)
def test_a_field_with_errors_says_so_beside_itself_and_in_the_list(facts: dict[str, object]) -> None:
    field = form_field(**facts, description=Words("与证件一致", "As on the document"))
    document = page(
        f"{FORMS}{{{{ error_summary(errors, labels) }}}}<form>{{{{ field(f, none, errors) }}}}</form>",
        f=field,
        errors={"name": (Words("请填写名称。", "Enter the name."),)},
        labels={"name": field.label},
    )
    is_sound(document)
    link = document.xpath("//*[contains(@class, 'error-summary')]//a")[0]
    assert text(link) == "名称：请填写名称。"
    control = document.get_element_by_id(link.get("href").removeprefix("#"))
    described = control.get("aria-describedby") or control.xpath("ancestor::fieldset/@aria-describedby")[0]
    words = " ".join(text(document.get_element_by_id(part)) for part in described.split())
    assert "与证件一致" in words
    assert "请填写名称。" in words


@pytest.mark.parametrize(
    ("facts", "value", "kept"),
    [
        ({"type": "textfield"}, "<凤兴>", "//input[@value='<凤兴>']"),
        ({"type": "number"}, "12,5", "//input[@value='12,5' and @type='text']"),
        ({"type": "textarea"}, "一\n二", "//textarea[contains(., '二')]"),
        ({"type": "radio", "options": YES_NO}, "no", "//input[@value='no' and @checked]"),
        ({"type": "checklist", "options": YES_NO}, ["yes"], "//input[@value='yes' and @checked]"),
        ({"type": "select", "options": YES_NO}, "yes", "//option[@value='yes' and @selected]"),
        ({"type": "checkbox"}, True, "//input[@checked]"),
        ({"type": "datetime", "subtype": "date"}, date(2026, 11, 24), "//input[@value='2026-11-24']"),
    ],
)
def test_what_was_answered_stands_in_the_field_again(facts: dict[str, object], value: object, kept: str) -> None:
    document = page(f"{FORMS}{{{{ field(f, value) }}}}", f=form_field(**facts), value=value)
    assert len(document.xpath(kept)) == 1


def test_an_optional_field_says_so_and_readers_are_named() -> None:
    document = page(f"{FORMS}{{{{ field(f, readers=['药品审批科']) }}}}", f=form_field(required=False))
    assert "（选填）" in text(document.xpath("//label")[0])
    assert "药品审批科" in text(document)


@pytest.mark.parametrize(
    ("state", "remaining", "said"),
    [
        ("overdue", -2, "逾期 2 个工作日"),
        ("today", 0, "今日到期"),
        ("soon", 1, "剩 1 个工作日"),
        ("ok", 9, "剩 9 个工作日"),
        ("paused", None, "暂停计时"),
        ("none", None, "无期限"),
    ],
)
def test_a_due_date_is_said_in_words_with_its_unit(state: str, remaining: int | None, said: str) -> None:
    document = page(
        f"{PARTS}{{{{ due_badge(day, state, remaining) }}}}",
        day=date(2026, 11, 24),
        state=state,
        remaining=remaining,
    )
    assert text(document) == said


def test_progress_is_told_without_colour() -> None:
    steps = [
        {"state": "done", "name": "窗口收件", "detail": "材料齐全", "when": "11-12 09:41"},
        {"state": "current", "name": "审查意见", "detail": "审查员甲"},
        {"state": "waiting", "name": "作出决定", "detail": ""},
    ]
    document = page(f"{PARTS}{{{{ progress_list(steps) }}}}", steps=steps)
    assert document.xpath("//li/*[1]/@aria-label") == ["已完成", "办理中", "尚未开始"]
    assert "审查意见" in text(document.xpath("//li[@aria-current='step']")[0])


def test_the_stepper_ticks_nothing_in_which_something_is_still_to_be_done() -> None:
    steps = "[('告知单', '/1'), ('填表', '/2'), ('材料', '/3')]"
    document = page(f"{PARTS}{{{{ stepper({steps}, 2, [1]) }}}}")
    assert document.xpath("//ol[@class='stepper']/li/@class") == ["is-done", "is-open", "is-current"]
    assert [one.text_content() for one in document.xpath("//li//a")] == ["告知单（已完成）", "填表（还有要办的）"]


def test_the_stepper_leads_back_but_not_on() -> None:
    document = page(f"{PARTS}{{{{ stepper([('情形引导', '/1'), ('告知单', none), ('表单', none)], 1) }}}}")
    assert document.xpath("//a/@href") == ["/1"]
    assert text(document.xpath("//li[@aria-current='step']")[0]) == "告知单"


def test_a_missing_value_shows_as_a_dash_and_no_as_no() -> None:
    document = page(f"{PARTS}{{{{ kv_table([('药师', none), ('件数', 0)]) }}}}")
    assert [text(value) for value in document.xpath("//dd")] == ["—", "0"]


def test_findings_can_be_reached_from_the_diagram() -> None:
    finding = Finding(
        Severity.ERROR,
        "missing-reference",
        "a.bpmn",
        "call-P2",
        Words("流程不存在。", ""),
        Words("改正标识。", ""),
    )
    document = page(f"{PARTS}{{{{ findings_list([finding]) }}}}", finding=finding)
    entry = document.get_element_by_id("finding-1")
    assert entry.get("data-element") == "call-P2"
    assert "错误" in text(entry)


def test_tables_files_camera_signature_and_dialogs_are_sound() -> None:
    document = page(
        FORMS
        + PARTS
        + """{% from "_macros/tables.html" import data_table, row_select, filters, sort_head %}
        {% call data_table("待办", ["项目", ("期限", "nowrap")], keys=true, selectable=true) %}
        <tr>{{ row_select("task", 1, "凤兴") }}<th scope="row"><a href="/1">凤兴</a></th><td>x</td></tr>
        {% endcall %}
        {{ filters([("期限", "due", [("today", "今日到期", 2, true)])]) }}
        <form>{{ file_drop("plan", "平面图", messages=["是空文件。"]) }}{{ camera("cam", "/pages") }}
        {{ signature("sign", "签名") }}</form>
        {% call dialog("d", "说明") %}{{ empty_state("没有待办") }}{% endcall %}
        {{ pager("共 1 条", none, "/2") }}{{ tabs([("待出件", "/a", true, 3)], "出件") }}
        {% call case_header("审查意见", back_url="/") %}{{ status_badge("已核", "ok") }}{% endcall %}"""
    )
    is_sound(document)
    assert text(document.xpath("//table/caption")[0]) == "待办"


def test_a_paper_carries_its_mark_in_the_demo() -> None:
    source = """{% extends "print_base.html" %}
    {% from "_macros/papers.html" import signed_by, qr, licence_facts %}
    {% block heading %}受理通知书{% endblock %}
    {% block content %}{{ licence_facts([("名称", none)]) }}{% endblock %}
    {% block end %}{{ qr("", "扫码") }}{{ signed_by("市场监督管理局", "2026年") }}{% endblock %}"""
    document = page(source, demo=True)
    assert [text(heading) for heading in document.xpath("//h1")] == ["受理通知书"]
    assert document.findtext(".//title") == "受理通知书 · 一窗"
    assert "不具法律效力" in text(document)
    assert "演示样章" in text(document.xpath("//*[local-name()='svg' and @class='seal']")[0])
    is_sound(document)


def test_a_diagram_carries_its_state_as_data() -> None:
    document = page(
        '{% from "_macros/diagram.html" import case_diagram %}{{ case_diagram("d", "/x.bpmn", {"done": ["a<b"]}) }}'
    )
    assert document.xpath("//div[@data-diagram]/@data-src") == ["/x.bpmn"]
    assert document.xpath("//script[@data-state]/@type") == ["application/json"]
    assert "a<b" not in document.xpath("//script[@data-state]")[0].text
    is_sound(document)


def test_no_visible_chinese_escapes_translation() -> None:
    """Every Chinese text of the kit goes through gettext; comments and the language's own name aside."""
    for path in sorted((WEBAPP / "templates").glob("_*/*.html")):
        source = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        source = re.sub(r"_\((?:\"[^\"]*\"|'[^']*')", "", source)
        source = re.sub(r"ngettext\(\"[^\"]*\", \"[^\"]*\"", "", source)
        left = set(re.findall(r"[一-鿿]+", source)) - {"中文", "演示样章"}
        assert left == set(), path.name
