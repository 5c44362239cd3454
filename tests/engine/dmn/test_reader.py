"""DMN files: requirements between decisions, boxed expressions, types, and everything that is wrong."""

from __future__ import annotations

import pytest

from engine.dmn import read_decisions
from engine.errors import ExpressionFailed
from engine.findings import Severity, errors_in


def codes(findings):
    return [finding.code for finding in findings]


def literal(dmn, text, key="x", requires=(), name=""):
    return dmn.decision(dmn.cell("literalExpression", text), key, name, requires)


def test_required_decisions_come_first_whatever_the_order_of_the_file(dmn):
    body = literal(dmn, "b + 1", "a", ["b"]) + literal(dmn, "c * 2", "b", ["c"]) + literal(dmn, "n + 1", "c")
    decisions = dmn.sound(body)
    assert decisions.ids == ("a", "b", "c")
    assert decisions.evaluate("a", {"n": 4}).value == 11
    assert decisions.evaluate("c", {"n": 4}).value == 5
    assert decisions.decision("a").names == {"b"}


def test_a_decision_is_read_by_the_name_of_its_variable_even_with_spaces(dmn):
    inner = '<decision id="risk" name="风险等级"><variable name="risk level"/>'
    inner += dmn.cell("literalExpression", "if score > 3 then 1 else 0") + "</decision>"
    decisions = dmn.sound(inner + literal(dmn, "risk level + 10", "x", ["risk"]))
    assert decisions.evaluate("x", {"score": 5}).value == 11
    assert decisions.decision("risk").name == "风险等级"


def test_a_chain_of_a_thousand_decisions(dmn):
    body = literal(dmn, "1", "d0")
    body += "".join(literal(dmn, f"d{n - 1} + 1", f"d{n}", [f"d{n - 1}"]) for n in range(1, 1000))
    assert dmn.sound(body).evaluate("d999", {}).value == 1000


def test_a_cycle_is_named(dmn):
    body = literal(dmn, "b", "a", ["b"]) + literal(dmn, "c", "b", ["c"]) + literal(dmn, "a", "c", ["a"])
    _, findings = dmn.read(body)
    assert codes(findings) == ["decision-cycle"]
    assert "a → b → c → a" in findings[0].message.zh


def test_an_unknown_decision_is_a_key_error(dmn):
    decisions = dmn.sound('<inputData id="i" name="i"/>' + literal(dmn, "1"))
    for key in ("missing", "i"):
        with pytest.raises(KeyError):
            decisions.evaluate(key, {})


def test_business_knowledge_is_a_function_for_those_who_require_it(dmn):
    knowledge = (
        '<businessKnowledgeModel id="k" name="fee for"><variable name="fee for"/><encapsulatedLogic>'
        '<formalParameter name="days" typeRef="number"/>'
        f"{dmn.cell('literalExpression', 'days * 10')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    needs = '<knowledgeRequirement id="q"><requiredKnowledge href="#k"/></knowledgeRequirement>'
    decisions = dmn.sound(knowledge + dmn.decision(needs + dmn.cell("literalExpression", "fee for(n)")))
    assert decisions.evaluate("x", {"n": 3}).value == 30
    assert decisions.evaluate("x", {"n": "three"}).value is None


def test_a_decision_service_is_a_function_of_its_inputs(dmn):
    service = (
        '<decisionService id="s" name="total of"><outputDecision href="#t"/><inputData href="#i"/>'
        "</decisionService>"
        '<inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>'
    )
    inner = '<decision id="t" name="t"><informationRequirement><requiredInput href="#i"/>'
    inner += "</informationRequirement>" + dmn.cell("literalExpression", "n + 1") + "</decision>"
    needs = '<knowledgeRequirement id="q"><requiredKnowledge href="#s"/></knowledgeRequirement>'
    outer = dmn.decision(needs + dmn.cell("literalExpression", "[total of(1), total of(n: 5), total of(a)]"))
    decisions = dmn.sound(service + inner + outer)
    assert decisions.evaluate("x", {"a": "no number"}).value == [2, 6, None]


def test_boxed_expressions(dmn):
    value = dmn.cell
    entry = '<contextEntry><variable name="{}"/>{}</contextEntry>'.format
    context = "<context>" + entry("first part", value("literalExpression", "n + 1"))
    context += entry("b", value("literalExpression", "first part * 2"))
    assert dmn.decided(context + "</context>", n=1) == {"first part": 2, "b": 4}
    result = f"<contextEntry>{value('literalExpression', 'b + 1')}</contextEntry>"
    assert dmn.decided(context + result + "</context>", n=1) == 5
    items = value("literalExpression", "1") + value("literalExpression", "n")
    assert dmn.decided(f"<list>{items}</list>", n=2) == [1, 2]
    relation = '<relation><column name="a"/><column name="b"/><row>' + items + "</row></relation>"
    assert dmn.decided(relation, n=2) == [{"a": 1, "b": 2}]
    conditional = "<conditional><if>{}</if><then>{}</then><else>{}</else></conditional>".format(
        value("literalExpression", "n > 1"),
        value("literalExpression", '"yes"'),
        value("literalExpression", '"no"'),
    )
    assert dmn.decided(conditional, n=2) == "yes"
    loop = '<for iteratorVariable="i"><in>{}</in><return>{}</return></for>'.format(
        value("literalExpression", "[1, 2]"), value("literalExpression", "i * n")
    )
    assert dmn.decided(loop, n=3) == [3, 6]
    kept = "<filter><in>{}</in><match>{}</match></filter>".format(
        value("literalExpression", "[1, 2, 3]"), value("literalExpression", "item >= n")
    )
    assert dmn.decided(kept, n=2) == [2, 3]


def test_a_value_that_is_not_of_the_declared_type_fails_loudly(dmn):
    types = (
        '<itemDefinition name="grade"><typeRef>string</typeRef>'
        '<allowedValues><text>"A","B"</text></allowedValues>'
        "</itemDefinition>"
        '<itemDefinition name="grades" isCollection="true"><typeRef>grade</typeRef></itemDefinition>'
    )
    body = types + '<inputData id="i" name="g"><variable name="g" typeRef="grade"/></inputData>'
    body += '<decision id="x" name="x"><variable name="x" typeRef="grades"/>'
    body += '<informationRequirement><requiredInput href="#i"/></informationRequirement>'
    decisions = dmn.sound(body + dmn.cell("literalExpression", "[g]") + "</decision>")
    assert decisions.evaluate("x", {"g": "A"}).value == ["A"]
    with pytest.raises(ExpressionFailed) as failed:
        decisions.evaluate("x", {"g": "C"})
    assert failed.value.element == "i"


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_dmn_is_read(dmn, namespace):
    content = dmn.definitions(dmn.decision(dmn.table(["a"], ["b"], [["1", "2"]])), namespace)
    decisions, findings = read_decisions(content, "rules.dmn")
    assert findings == []
    assert decisions.evaluate("x", {"a": 1}).value == 2


def test_all_findings_come_at_once_with_their_place(dmn):
    rules = [["1 +", "2"], ["1", "then"], ["1"]]
    _, findings = dmn.read(dmn.decision(dmn.table(["a"], ["b"], rules)) + literal(dmn, "1", "y", ["nowhere"]))
    assert [(each.code, each.element) for each in findings] == [
        ("missing-reference", "y_nowhere"),
        ("expression-invalid", "c1_0"),
        ("expression-invalid", "c2_1"),
        ("boxed-expression-invalid", "r3"),
    ]
    assert all(each.file == "rules.dmn" and each.line == 1 and each.remedy.zh for each in findings)
    assert errors_in(findings) == findings


def test_what_is_not_run_is_said(dmn):
    java = dmn.decision('<functionDefinition kind="Java"/>')
    assert codes(dmn.read(java)[1]) == ["unsupported-function"]
    juel = dmn.decision('<literalExpression expressionLanguage="juel"><text>1</text></literalExpression>')
    assert codes(dmn.read(juel)[1]) == ["unsupported-expression-language"]
    policy = dmn.decision(dmn.table(["a"], ["b"], [], 'hitPolicy="BEST"'))
    assert codes(dmn.read(policy)[1]) == ["unsupported-hit-policy"]
    assert codes(dmn.read('<import name="other" namespace="n" importType="t"/>')[1]) == ["unsupported-import"]
    twice = dmn.read(literal(dmn, "1") + literal(dmn, "2"))[1]
    assert codes(twice) == ["duplicate-id"]
    nothing = dmn.read('<decision id="x" name="x"/>')[1]
    assert [(each.code, each.severity) for each in nothing] == [("no-decision-logic", Severity.WARNING)]
    assert codes(dmn.read(dmn.decision(dmn.table([""], ["b"], [])))[1]) == ["boxed-expression-invalid"]


BOMB = '<!DOCTYPE d [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE d [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "malformed-xml"),
        (b"not xml", "malformed-xml"),
        (b"<definitions>", "malformed-xml"),
        (b"\xff\xfe\x00", "malformed-xml"),
        (b"<definitions/>", "not-dmn"),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "not-dmn"),
        (f"{BOMB}<d>&b;</d>".encode(), "doctype"),
        (f"{OUTSIDE}<d>&secret;</d>".encode(), "doctype"),
        (f"{OUTSIDE}<d>&secret;</d>".encode("utf-16"), "doctype"),
        (b"<a>" * 5000 + b"</a>" * 5000, "malformed-xml"),
        (b" " * 5_000_000, "file-too-large"),
    ],
    ids=["empty", "text", "open", "bytes", "bare", "html", "bomb", "file", "utf-16", "deep", "large"],
)
def test_hostile_or_broken_files_give_one_finding(content, code):
    decisions, findings = read_decisions(content, "rules.dmn")
    assert codes(findings) == [code]
    assert decisions.ids == ()


def test_deeply_boxed_expressions_are_refused(dmn):
    _, findings = dmn.read(dmn.decision("<list>" * 100 + "</list>" * 100))
    assert codes(findings) == ["boxed-expression-invalid"]
