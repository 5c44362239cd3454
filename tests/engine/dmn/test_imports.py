"""Several files given together: a model sees what it imports under the name of the import."""

from __future__ import annotations

import pytest

from engine.dmn import read_decisions
from engine.errors import ExpressionFailed

KIND = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def model(dmn, namespace: str, body: str, **imports: str) -> bytes:
    """A file; each import is name=namespace, `own` stands for the empty name."""
    lines = "".join(
        f'<import namespace="{target}" name="{"" if name == "own" else name}" importType="{KIND}"/>'
        for name, target in imports.items()
    )
    return dmn.definitions(lines + body, attributes=f'namespace="{namespace}"')


def requires(kind: str, href: str) -> str:
    group = "knowledgeRequirement" if kind == "requiredKnowledge" else "informationRequirement"
    return f'<{group}><{kind} href="{href}"/></{group}>'


def literal(text: str, key: str = "x", needed: str = "", typed: str = "") -> str:
    variable = f'<variable name="{key}" typeRef="{typed}"/>' if typed else ""
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    return f'<decision id="{key}" name="{key}">{variable}{needed}{logic}</decision>'


FEES = (
    '<itemDefinition name="tKind"><typeRef>string</typeRef><allowedValues><text>"a","b"</text></allowedValues>'
    '</itemDefinition><businessKnowledgeModel id="f" name="fee of"><encapsulatedLogic><formalParameter name="k"/>'
    '<literalExpression><text>if k = "a" then 100 else 200</text></literalExpression></encapsulatedLogic>'
    '</businessKnowledgeModel><inputData id="i" name="copies"/>'
    + literal("copies * 10", "postage", requires("requiredInput", "#i"))
)


@pytest.fixture
def files(dmn):
    fees = model(dmn, "urn:fees", FEES)
    middle = literal("fees.postage + 1", "middle", requires("requiredDecision", "urn:fees#postage"))
    return {"fees.dmn": fees, "middle.dmn": model(dmn, "urn:middle", middle, fees="urn:fees")}


def test_functions_and_decisions_of_an_imported_model_are_read_under_its_name(dmn, files):
    needed = requires("requiredKnowledge", "urn:fees#f") + requires("requiredDecision", "urn:fees#postage")
    main = model(dmn, "urn:main", literal('fees.fee of("a") + fees.postage', "x", needed), fees="urn:fees")
    decisions, findings = read_decisions(main, "main.dmn", files)
    assert findings == []
    assert decisions.ids == ("x",)
    outcome = decisions.evaluate("x", {"copies": 3})
    assert outcome.value == 130
    assert [(step.id, step.name) for step in outcome.steps] == [("urn:fees#postage", "postage"), ("x", "x")]


def test_an_imported_model_sees_its_own_imports_and_nobody_elses(dmn, files):
    needed = requires("requiredDecision", "urn:middle#middle")
    body = literal("m.middle", "x", needed) + literal("m.fees.postage", "y", needed)
    decisions, findings = read_decisions(model(dmn, "urn:main", body, m="urn:middle"), "main.dmn", files)
    assert findings == []
    assert decisions.evaluate("x", {"copies": 3}).value == 31
    assert decisions.evaluate("y", {"copies": 3}).value is None


def test_a_model_imported_without_a_name_is_read_as_ones_own(dmn, files):
    main = model(
        dmn, "urn:main", literal("postage", "x", requires("requiredDecision", "urn:fees#postage")), own="urn:fees"
    )
    decisions, findings = read_decisions(main, "main.dmn", files)
    assert findings == []
    assert decisions.evaluate("x", {"copies": 3}).value == 30


def test_types_of_an_imported_model_hold(dmn, files):
    main = model(dmn, "urn:main", literal("kind", "x", typed="fees.tKind"), fees="urn:fees")
    decisions, findings = read_decisions(main, "main.dmn", files)
    assert findings == []
    assert decisions.evaluate("x", {"kind": "a"}).value == "a"
    with pytest.raises(ExpressionFailed, match="not of the declared type"):
        decisions.evaluate("x", {"kind": "c"})
    assert decisions.evaluate("x", {"kind": "c"}, unfit_is_null=True).value is None


def test_a_model_that_is_not_given_is_named(dmn):
    main = model(
        dmn, "urn:main", literal("fees.postage", "x", requires("requiredDecision", "urn:fees#postage")), fees="urn:fees"
    )
    _, findings = read_decisions(main, "main.dmn", {})
    assert [each.code for each in findings] == ["missing-import", "missing-reference"]
    assert "urn:fees" in findings[0].message.zh


def test_types_of_xml_schema_and_pmml_are_no_models(dmn, files):
    pmml = '<import namespace="urn:p" name="p" importType="http://www.dmg.org/PMML-4_2"/>'
    _, findings = read_decisions(model(dmn, "urn:main", pmml + literal("1")), "main.dmn", files)
    assert [each.code for each in findings] == ["unsupported-import"]


def test_what_is_wrong_in_an_imported_model_is_told_with_its_file(dmn):
    other = model(dmn, "urn:other", literal("1 +", "bad"))
    _, findings = read_decisions(model(dmn, "urn:main", literal("1"), o="urn:other"), "main.dmn", {"other.dmn": other})
    assert [(each.file, each.code) for each in findings] == [("other.dmn", "expression-invalid")]


def test_models_that_import_each_other_are_read_and_a_cycle_of_decisions_is_refused(dmn):
    one = model(dmn, "urn:one", literal("b.y", "x", requires("requiredDecision", "urn:two#y")), b="urn:two")
    two = model(dmn, "urn:two", literal("a.x", "y", requires("requiredDecision", "urn:one#x")), a="urn:one")
    _, findings = read_decisions(one, "one.dmn", {"two.dmn": two})
    assert [each.code for each in findings] == ["decision-cycle"]
    sound = model(dmn, "urn:two", literal("2", "y"), a="urn:one")
    decisions, findings = read_decisions(one, "one.dmn", {"two.dmn": sound})
    assert (findings, decisions.evaluate("x", {}).value) == ([], 2)


def test_a_file_that_is_no_model_is_left_alone_where_nobody_imports_it(dmn, files):
    main = model(dmn, "urn:main", literal("1"))
    decisions, findings = read_decisions(main, "main.dmn", {**files, "broken.dmn": b"<a>"})
    assert (findings, decisions.evaluate("x", {}).value) == ([], 1)
