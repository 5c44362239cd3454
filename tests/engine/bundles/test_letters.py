"""Documents from templates: values are data, and no place is left unfilled by accident."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.bundles import PlaceUnknown, TemplateInvalid, places_of, render
from engine.bundles.documents import Block, Run
from engine.words import Words

TEMPLATE = """# 准予许可决定书

{{ demo_note }}

{{ applicant }}：

经审查，**{{ item_name }}**符合条件。
编号：{{ number }}

{{ conditions }}

- 甲：{{ a }}
- 乙

| 事项 | 时限 |
|---|---|
| {{ item_name }} | 5日 |

{{ table }}
"""

VALUES = {
    "demo_note": "",
    "applicant": "张三",
    "item_name": Words("许可", "Licence"),
    "number": 7,
    "conditions": ["清洁", "安全"],
    "a": None,
    "table": [["甲", "乙"], ["1", date(2026, 3, 5)]],
}


def test_a_template_becomes_blocks():
    document = render(TEMPLATE, VALUES)
    assert [block.kind for block in document.blocks] == [
        "heading", "paragraph", "paragraph", "numbers", "bullets", "table", "table",
    ]  # fmt: skip
    assert document.title == "准予许可决定书"
    decided = document.blocks[2]
    assert decided.lines[0] == (Run("经审查，"), Run("许可", bold=True), Run("符合条件。"))
    assert decided.lines[1] == (Run("编号：7"),)
    assert document.blocks[5].rows == (((Run("事项"),), (Run("时限"),)), ((Run("许可"),), (Run("5日"),)))
    assert document.blocks[6].rows[1] == ((Run("1"),), (Run("2026年3月5日"),))


def test_plain_text_for_keeping():
    text = str(render(TEMPLATE, VALUES))
    assert text.startswith("准予许可决定书\n\n张三：\n\n")
    assert "1. 清洁\n2. 安全" in text
    assert "- 甲：\n- 乙" in text


def test_the_other_language():
    assert "Licence" in str(render("{{ item_name }}", VALUES, language="en"))


def test_values_are_never_markup():
    document = render("# {{ name }}\n\n{{ name }} **x**\n", {"name": "**王** | # {{ other }}\n- 李"})
    assert document.title == "**王** | # {{ other }}\n- 李"
    assert document.blocks[1].lines[0] == (Run("**王** | # {{ other }}\n- 李 "), Run("x", bold=True))


def test_a_long_value_that_stands_alone_keeps_its_lines():
    assert render("{{ remedy }}", {"remedy": "一\n二"}).blocks == (Block("paragraph", ((Run("一"),), (Run("二"),))),)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Decimal("20.50"), "20.50"),
        (True, "是"),
        (datetime(2026, 3, 5, 9, 5, tzinfo=UTC), "2026年3月5日9时05分"),
        (["甲", "乙"], "甲、乙"),
        (None, ""),
    ],
)
def test_values_in_running_text(value, printed):
    assert str(render("值：{{ v }}", {"v": value})) == f"值：{printed}\n"


def test_an_unknown_place_is_an_error_unless_it_may_be_missing():
    with pytest.raises(PlaceUnknown) as unknown:
        render("{{ applicant }} {{ nobody }}", {"applicant": "张三"})
    assert unknown.value.place == "nobody"
    assert str(render("{{ applicant }} {{ nobody }}", {"applicant": "张三"}, optional={"nobody"})) == "张三 \n"


@pytest.mark.parametrize("template", ["{{ a b }}", "{{ a", "a }}", "{{ a.b }}", "{{ a|safe }}"])
def test_braces_that_are_no_place_are_refused(template):
    with pytest.raises(TemplateInvalid):
        render(template, {"a": 1})


def test_places_are_listed_once():
    assert places_of("{{ b }} {{a}} {{ b }}") == ("b", "a")
