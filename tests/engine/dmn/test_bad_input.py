"""Files made to be slow, deep or endless: an answer or a clear refusal, within the budget."""

from __future__ import annotations

from contextlib import suppress

import pytest

from engine.dmn import read_decisions
from engine.dmn.analysis import doubts_in
from engine.dmn.xml import SIZE_LIMIT
from engine.errors import BudgetExceeded, ExpressionFailed


def needs(kind: str, key: str) -> str:
    group = "knowledgeRequirement" if kind == "requiredKnowledge" else "informationRequirement"
    return f'<{group}><{kind} href="#{key}"/></{group}>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def codes(findings) -> set[str]:
    return {each.code for each in findings}


def test_a_table_of_a_hundred_thousand_rules_is_refused_by_its_size(dmn):
    content = dmn.definitions(dmn.decision(dmn.table(["a"], ["b"], [[str(n), str(n)] for n in range(100_000)])))
    assert len(content) > SIZE_LIMIT
    decisions, findings = read_decisions(content, "large.dmn")
    assert codes(findings) == {"file-too-large"}
    assert findings[0].message.zh == "文件超过 4 MB"
    assert decisions.ids == ()


def test_the_longest_table_that_is_read_is_decided(dmn):
    rule = "<rule><inputEntry><text>{0}</text></inputEntry><outputEntry><text>{0}</text></outputEntry></rule>"
    rows = "".join(rule.format(number) for number in range(20_000))
    table = dmn.table(["a"], ["b"], []).replace("</decisionTable>", f"{rows}</decisionTable>")
    decisions = dmn.sound(dmn.decision(table))
    assert decisions.evaluate("x", {"a": 19_999}).value == 19_999
    trace = decisions.evaluate("x", {"a": -1}).steps[0].tables[0]
    assert (trace.matched, len(trace.stopped)) == ((), 20_000)


def test_rules_that_all_match_at_once_are_not_all_named(dmn):
    table = dmn.table(["a"], ["b"], [["-", "1"]] * 500)
    with pytest.raises(ExpressionFailed) as failed:
        dmn.decided(table, a=1)
    assert "等 500 条" in failed.value.words.zh
    assert len(failed.value.words.en) < 500


def test_decisions_that_need_each_other_are_refused_and_named(dmn):
    _, findings = dmn.read(
        dmn.decision(literal("b"), "a", requires=["b"]) + dmn.decision(literal("a"), "b", requires=["a"])
    )
    assert codes(findings) == {"decision-cycle"}
    assert findings[0].message.zh == "决策相互依赖：a → b → a"


def test_thousands_of_decisions_in_a_row_are_decided(dmn):
    count = 3_000
    body = dmn.decision(literal("1"), "d0")
    body += "".join(dmn.decision(literal(f"d{n - 1} + 1"), f"d{n}", requires=[f"d{n - 1}"]) for n in range(1, count))
    assert dmn.sound(body).evaluate(f"d{count - 1}", {}).value == count


def test_a_decision_service_that_calls_itself_through_its_decision_ends(dmn):
    service = '<decisionService id="s" name="s"><outputDecision href="#d"/></decisionService>'
    decision = f'<decision id="d" name="d">{needs("requiredKnowledge", "s")}{literal("s() + 1")}</decision>'
    decisions = dmn.sound(service + decision)
    with pytest.raises(BudgetExceeded):
        decisions.evaluate("d", {})


def test_a_knowledge_model_that_needs_itself_is_refused(dmn):
    model = (
        '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="n"/>'
        f"{literal('f(n + 1)')}</encapsulatedLogic>{needs('requiredKnowledge', 'f')}</businessKnowledgeModel>"
    )
    _, findings = dmn.read(model)
    assert codes(findings) == {"decision-cycle"}


@pytest.mark.parametrize("levels", [60, 5_000])
def test_boxed_expressions_within_each_other_are_refused_by_their_depth(dmn, levels):
    logic = "<list>" * levels + literal("1") + "</list>" * levels
    _, findings = dmn.read(dmn.decision(logic))
    assert codes(findings) <= {"boxed-expression-invalid", "malformed-xml"}
    assert findings


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 5_000 + "1" + ")" * 5_000, "expression-invalid"),
        ("1" * 70_000, "expression-invalid"),
        ("1e99999", "expression-invalid"),
        ("a" + ".b" * 5_000, "expression-invalid"),
    ],
    ids=["brackets", "digits", "exponent", "path"],
)
def test_an_expression_made_to_be_slow_is_a_finding_with_its_place(dmn, text, code):
    _, findings = dmn.read(dmn.decision(literal(text)))
    assert [each.code for each in findings] == [code]
    assert findings[0].message.zh
    assert findings[0].line == 1


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10000000000 return i",
        "some i in 1..10000000000 satisfies i &lt; 0",
        'matches(string join(for i in 1..2000 return "a"), "^(a|aa)+(b)\\2$")',
        'replace(string join(for i in 1..500 return "ab"), "(a*)*(b)\\2?", "$1$1$1$1")',
        "{f: function(n) f(n) + f(n), r: f(1)}.r",
        "9 ** 9 ** 9 ** 9 ** 9 ** 9",
    ],
)
def test_work_without_end_is_stopped_or_gives_null(dmn, text):
    decisions = dmn.sound(dmn.decision(literal(text)))
    with suppress(BudgetExceeded):
        value = decisions.evaluate("x", {}).value
        assert value is None or type(value) is str


def test_a_type_made_of_itself_without_a_component_is_no_loop(dmn):
    types = (
        '<itemDefinition name="a"><typeRef>b</typeRef></itemDefinition>'
        '<itemDefinition name="b"><typeRef>a</typeRef></itemDefinition>'
    )
    logic = f'<decision id="x" name="x"><variable name="x" typeRef="a"/>{literal("1")}</decision>'
    with pytest.raises(ExpressionFailed):
        dmn.sound(types + logic).evaluate("x", {})


@pytest.mark.parametrize(
    "cells",
    [
        ('< @"12026-01-01"', '>= @"12026-01-01"'),
        ('< @"-999999999-01-01"', '> @"999999999-12-31"'),
        ('< @"10:00:00.000000001"', '> @"23:59:59.999999999"'),
        ('< @"PT0.000000001S"', '> @"-P999999999999D"'),
        ('< @"2026-01-01T00:00:00.000000001Z"', '> @"2026-01-01T00:00:00"'),
        ("(!= 5)", "(= 5)"),
    ],
)
def test_cells_at_the_ends_of_all_dates_are_checked_and_decided(dmn, cells):
    table = dmn.table(["a"], ["b"], [[cell, str(number)] for number, cell in enumerate(cells)])
    content = dmn.definitions(dmn.decision(table))
    assert all(each.message.zh for each in doubts_in(content, "f.dmn"))
    decisions, findings = read_decisions(content, "f.dmn")
    assert findings == []
    assert decisions.evaluate("x", {"a": "no date"}).value is None
