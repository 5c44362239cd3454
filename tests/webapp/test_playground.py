"""The studio's playground: an expression, a decision of a release, a pasted file; errors; English; hostile input."""

from __future__ import annotations

import pytest

from tests.support import office
from tests.webapp.browsing import Browser
from tests.webapp.test_translations import CHINESE
from webapp.catalogue import current_releases
from webapp.services.files import Upload

DESIGNER, SUPERVISOR, CLERK = "taoran", "xieguang", "lixiaoyun"
PAGE = "/studio/playground"
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d">
<decision id="risk" name="风险"><decisionTable id="t" hitPolicy="UNIQUE">
<input id="i" label="年龄"><inputExpression id="e" typeRef="number"><text>age</text></inputExpression></input>
<output id="o" name="level" typeRef="string"/>
<rule id="young"><inputEntry id="c1"><text>&lt; 18</text></inputEntry>
<outputEntry id="r1"><text>"高"</text></outputEntry></rule>
<rule id="old"><inputEntry id="c2"><text>&gt; 18</text></inputEntry>
<outputEntry id="r2"><text>"低"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.fixture
def designer(client) -> Browser:
    return Browser.of(client, DESIGNER)


def result(browser: Browser) -> str:
    return str(browser.page.xpath("string(//pre[contains(@class, 'result')])"))


def rules(browser: Browser) -> list[list[str]]:
    """The rows of the tables, without the row of the values."""
    rows = browser.page.xpath("//tr[td and not(contains(@class, 'given-row'))]")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th|td")] for row in rows]


def test_an_expression_over_an_input(designer):
    designer.open("/studio")
    designer.open(designer.links(containing="/playground")[0])
    assert designer.heading == "表达式与决策试算"
    assert "还没有试算" in designer.text
    source = 'if age > 18 and type in ("chain", "single") then from + @"P30D" else null'
    designer.submit(PAGE, {"expression": source, "given": '{age: 20, type: "chain", from: @"2026-12-01"}'})
    assert designer.status == 200
    assert result(designer) == '@"2026-12-31"'
    assert designer.page.xpath("string(//*[@id='result']//*[contains(@class, 'state')])").strip() == "日期"


def test_a_name_that_the_input_does_not_have_is_told_with_the_nearest(designer):
    designer.open(PAGE)
    designer.submit(PAGE, {"expression": 'agee + 1 + "x"', "given": '{"age": 20}'})
    assert result(designer) == "null"
    assert "输入里没有“agee”，按空值计算，是不是“age”？" in designer.text


def test_what_does_not_parse_is_marked_where_it_stops(designer):
    designer.open(PAGE)
    designer.submit(PAGE, {"expression": "1 +\n2 ) 3"})
    assert "无法解析：第 2 行第 3 列" in designer.text
    assert designer.page.xpath("string(//pre/mark)") == ")"


@pytest.mark.parametrize("given", ["{", "[1]", "x", '{"a": }', "{a: nothing("])
def test_an_input_that_is_none_is_refused_at_its_field_and_stays(designer, given):
    designer.open(PAGE)
    designer.submit(PAGE, {"expression": "1", "given": given})
    assert designer.status == 422
    assert designer.errors()[0].startswith("输入")
    assert designer.page.xpath("string(//textarea[@name='given'])").strip() == given


def test_nothing_typed_is_refused(designer):
    designer.open(PAGE)
    designer.submit(PAGE, {"expression": " "})
    assert (designer.status, designer.errors()) == (422, ["表达式：请填写表达式。"])


def test_a_decision_in_force_with_the_rules_that_matched_and_why(designer):
    release = current_releases()[office.BUNDLE]
    designer.open(f"/studio/releases/{release}?view=content&part=decisions")
    designer.open(designer.links(containing="/playground")[0])
    assert '"item": null' in designer.page.xpath("string(//textarea[@name='given'])")
    given = '{"item": "P2", "drug_scope": ["otc-b"], "credit": "good", "listed": true, "district": "east"}'
    designer.submit(PAGE, {"given": given})
    assert '"rule": "otc-b-only"' in result(designer)
    shown = rules(designer)
    assert shown[0][:2] == ["1", "不适用"]
    assert '"barred" 不符合' in shown[0]
    assert shown[5][:2] == ["6", "得出结果"]
    assert shown[6][:2] == ["7", "未查看"]
    assert "没有规则用“区县”一列区分情形" in designer.text


def test_a_pasted_file_and_its_gap(designer):
    designer.open(f"{PAGE}?what=decision")
    designer.submit(PAGE, {"xml": TABLE}, press=("load", "1"))
    assert designer.page.xpath("string(//textarea[@name='given'])").strip() == '{"age": null}'
    assert "没有适用的规则：年龄 = 18，结果为空" in designer.text
    designer.submit(PAGE, {"given": '{"age": 18}'})
    assert result(designer) == "null"
    assert "没有适用的规则。" in designer.text
    designer.submit(PAGE, {"given": '{"age": 12}'})
    assert result(designer) == '"高"'


def test_an_uploaded_file_goes_along_in_the_form(designer):
    designer.open(f"{PAGE}?what=decision")
    upload = Upload("risk.dmn", TABLE.replace("&gt; 18", "&lt; 20").encode())
    designer.submit(PAGE, {"given": '{"age": 12}'}, files={"upload": [upload]})
    assert "没有结果：规则 1 (young), 2 (old) 同时适用，而命中策略 UNIQUE 只许一条" in designer.text
    assert "decisionTable" in designer.page.xpath("string(//textarea[@name='xml'])")
    findings = " ".join(designer.page.xpath("string(//*[@id='findings'])").split())
    assert "risk.dmn" in findings
    assert "粘贴的内容" not in findings
    designer.submit(PAGE, {"given": '{"age": 30}'})
    assert "risk.dmn" in designer.page.xpath("string(//*[@id='findings'])")


def test_working_days_of_a_year_that_is_not_announced_are_told_as_provisional(designer):
    designer.open(PAGE)
    designer.submit(PAGE, {"expression": 'add working days(date("2031-09-28"), 10)'})
    assert result(designer) == '@"2031-10-10"'
    assert "暂定：2031年放假安排尚未公布" in designer.text


def test_a_legal_clock_is_shown_as_one(designer):
    designer.open(PAGE)
    designer.submit(PAGE, {"expression": 'clock("promised")'})
    assert result(designer) == 'clock("promised")'
    assert designer.page.xpath("string(//*[@id='result']//*[contains(@class, 'state')])").strip() == "办理时限"


@pytest.mark.parametrize(
    "xml",
    [
        "no xml",
        "<a/>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        TABLE.replace("&lt; 18", "&lt; "),
        TABLE.replace("<decision ", "<other ").replace("</decision>", "</other>"),
    ],
)
def test_a_file_that_cannot_be_tried_says_why(designer, xml):
    designer.open(f"{PAGE}?what=decision")
    designer.submit(PAGE, {"xml": xml, "given": ""})
    assert designer.status in (200, 422)
    assert "文件的问题" in designer.text
    assert not result(designer)


@pytest.mark.parametrize(
    "source",
    [
        "for i in 1..100000000000 return i",
        'matches("' + "a" * 5000 + '", "(a+)+b")',
        "9999999999 ** 9999999999",
        "(" * 5000,
        "[" * 190 + "]" * 190,
        "-" * 150 + "1",
        "function(x) x",
        "{f: function(n) f(n), r: f(1)}.r",
        "\u202e1\u2028",
        "a" * 70000,
        ' "\\ud800" ',
        'string join(for i in 1..900 return "<script>alert(1)</script>")',
    ],
)
def test_hostile_expressions_get_an_answer(designer, source):
    designer.open(PAGE)
    designer.submit(PAGE, {"expression": source, "given": '{"a": 1e400, "b": [[[[[]]]]], "f": {"f": 1}}'})
    assert designer.status == 200
    assert not designer.page.xpath("//script[contains(., 'alert')]")


@pytest.mark.parametrize("depth", [100, 149, 151, 400, 900, 50_000])
def test_deep_inputs_get_an_answer(designer, depth):
    given = '{"age": ' + "[" * depth + "]" * depth + "}"
    designer.open(PAGE)
    designer.submit(PAGE, {"expression": "[age]", "given": given})
    assert designer.status in (200, 422)
    designer.open(f"{PAGE}?what=decision")
    designer.submit(PAGE, {"xml": TABLE, "given": given})
    assert designer.status in (200, 422)


@pytest.mark.parametrize("file", ["0:x.dmn", "x", "1:../../etc/passwd", "9" * 30 + ":a.dmn", "1:bundle.toml"])
def test_a_file_that_is_not_there_is_refused(designer, file):
    designer.open(f"{PAGE}?what=decision&file={file}")
    assert designer.status == 422
    assert designer.errors() == ["决策文件：没有这个文件，请重新选择。"]


@pytest.mark.parametrize("login", [SUPERVISOR, CLERK])
def test_who_may_not_run_trials_may_not_try(client, login):
    browser = Browser.of(client, login)
    browser.open(PAGE)
    assert browser.status == 403
    browser.send(PAGE, {"csrf_token": browser.token(), "expression": "1"})
    assert browser.status == 403


def test_it_speaks_english_too(designer):
    designer.client.set_cookie("language", "en")
    designer.open(f"{PAGE}?what=decision")
    designer.submit(PAGE, {"xml": TABLE, "given": '{"agee": 18}'})
    page = designer.page.xpath("//main")[0]
    for typed in page.xpath(".//textarea | .//select"):
        typed.text = ""
    said = " ".join(page.text_content().split())
    for own in ("风险", "年龄", "开办药店", "高", "低"):  # the file's own words
        said = said.replace(own, "")
    assert CHINESE.findall(said) == []
    assert "The input has no “age”: it counts as null, perhaps “agee”" in designer.text
