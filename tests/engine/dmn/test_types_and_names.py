"""Static types and names of FEEL: what is told is so for every value, and of what is not known nothing is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn.analysis import Comparing, Inference, Type, doubts_in, nearest
from engine.dmn.analysis.signatures import SIGNATURES
from engine.expressions import compile_expression
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.operations import kind
from engine.expressions.feel.parser import parse_expression
from tests.engine.dmn.conftest import Dmn

NAMES = {
    "n": Type("number"),
    "s": Type("string"),
    "b": Type("boolean"),
    "d": Type("date"),
    "list of numbers": Type("list", item=Type("number")),
    "p": Type("context", {"age": Type("number"), "name": Type("string")}),
}


def mistakes(source: str) -> list[str]:
    here = Inference(NAMES)
    here.of(parse_expression(source, NAMES))
    return [each.code for each in here.mistakes]


def type_of(source: str) -> str:
    return Inference(NAMES).of(parse_expression(source, NAMES)).kind


@pytest.mark.parametrize(
    "source",
    [
        "n + s",
        "s - s",
        "b * 2",
        "d + 1",
        "n = s",
        "s < 5",
        "b < true",
        'n between "a" and 5',
        'n in ("a", "b")',
        "s in [1..5]",
        "string length(n)",
        "string length(s, s)",
        "p.agee",
        "p.age + p.name",
        "for i in list of numbers return i + s",
        "some i in list of numbers satisfies i = s",
        'd < "2026-01-01"',
        "floor(s)",
        "[n + s]",
        "{a: n, b: a + s}.b",
        "(function(x: number) x + s)(1)",
    ],
)
def test_what_is_always_null_is_told(source: str) -> None:
    assert set(mistakes(source)) == {"type-mismatch"}


@pytest.mark.parametrize(
    "source", ["if n then 1 else 2", "n and b", "not(b) or s", "every i in list of numbers satisfies i"]
)
def test_conditions_are_booleans(source: str) -> None:
    assert mistakes(source) == ["condition-type"]


@pytest.mark.parametrize(
    "source",
    [
        "unknown + s",
        "n + unknown * s2",
        "unknown.path < 5",
        "n = null",
        "s + string(n)",
        'd + duration("P1D")',
        'd - d > @"P1D"',
        "list of numbers = 5",
        "list of numbers[item > 5] = 5",
        "count(n)",
        "sum(n, 1, 2)",
        's in ("a", not("b"))',
        's in ["a", 5]',
        "if unknown then n else s",
        'p.age > 18 and p.name = "x"',
        'clock("promised").mark("80%")',
        "[{s: 1}][s = 1]",
        "for s in [1, 2] return s + 1",
        "n instance of number and n > 0",
        'date(s) < d and time("08:00:00") < time(s)',
        'get or else(n, "none")',
        "n in (< 5, > 10) or n in [1..3]",
        "(function(s) s + 1)(1)",
    ],
)
def test_of_what_may_be_right_nothing_is_told(source: str) -> None:
    assert mistakes(source) == []


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("n + 1", "number"),
        ('d + @"P1D"', "date"),
        ('d - @"P1M"', "date"),
        ('@"P1D" * n', "days and time duration"),
        ("s + s", "string"),
        ("n > 1 and b", "boolean"),
        ("if b then 1 else n", "number"),
        ("if b then 1 else s", ""),
        ("list of numbers[1]", "number"),
        ("[1, 2]", "list"),
        ("{a: 1}.a", "number"),
        ("unknown", ""),
        ("string length(s)", "number"),
    ],
)
def test_types_of_results(source: str, result: str) -> None:
    assert type_of(source) == result


def test_a_function_that_is_not_there_is_told_with_the_nearest() -> None:
    here = Inference({})
    here.of(parse_expression('string lenght("x") + cout([1])'))
    assert [str(each.said["like"].en) for each in here.mistakes] == [", perhaps “string length”", ", perhaps “count”"]


def test_the_signatures_are_those_of_the_functions() -> None:
    assert SIGNATURES.keys() == BUILTINS.keys()
    for name, signature in SIGNATURES.items():
        most = max(len(names) for names in BUILTINS[name].signatures)
        assert signature.any_number or len(signature.accepts) == most, name


ATOMS = st.sampled_from(["1", '"x"', "true", '@"2026-01-01"', '@"P1D"', "[1]", "{a: 1}", "null"])
TREES = st.recursive(
    ATOMS,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["+", "-", "*", "<", "=", "<="]), part).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        st.tuples(part, part).map(lambda t: f"[{t[0]}, {t[1]}][1]"),
        part.map(lambda one: f"string length({one})"),
        part.map(lambda one: f"floor({one})"),
        part.map(lambda one: f"not({one})"),
    ),
    max_leaves=4,
)


@settings(deadline=None)
@given(TREES)
def test_an_expression_of_constants_that_has_a_type_gives_a_value_of_it_or_null(source: str) -> None:
    here = Inference({})
    found = here.of(parse_expression(source))
    value = compile_expression(source).evaluate({})
    if found.scalar and value is not None:
        assert kind(value) == found.kind, source


LEFT = ["1", '"x"', "true", '@"2026-01-01"', '@"P1D"', '@"P1M"', '@"08:00:00"']
RIGHT = ["2", '"y"', "false", '@"2026-01-02"', '@"P2D"', '@"P2M"', '@"09:00:00"']


@settings(deadline=None)
@given(st.sampled_from(LEFT), st.data())
def test_a_mismatch_of_two_constants_is_null_indeed(left: str, data: st.DataObject) -> None:
    right = data.draw(st.sampled_from(RIGHT))
    operator = data.draw(st.sampled_from(["+", "-", "*", "/", "<", "<=", ">", ">=", "=", "!="]))
    source = f"{left} {operator} {right}"
    value = compile_expression(source).evaluate({})
    assert (value is None) == (mistakes(source) == ["type-mismatch"]), source


# Names of a decision file


INPUTS = (
    '<inputData id="i1" name="age"><variable name="age" typeRef="tAge"/></inputData>'
    '<inputData id="i2" name="kind"><variable name="kind" typeRef="string"/></inputData>'
    '<itemDefinition name="tAge"><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues>'
    "</itemDefinition>"
)


def needs(*ids: str) -> str:
    return "".join(
        f'<informationRequirement><required{"Input" if each.startswith("i") else "Decision"} href="#{each}"/>'
        "</informationRequirement>"
        for each in ids
    )


def literal(source: str, result: str = "") -> str:
    escaped = source.replace("<", "&lt;")
    logic = f'<literalExpression id="e"><text>{escaped}</text></literalExpression>'
    return f'<variable name="made" typeRef="{result}"/>{logic}'


def told(dmn: Dmn, body: str) -> list[tuple[str, str]]:
    return [(one.code, one.message.en) for one in doubts_in(dmn.definitions(body), "rules.dmn")]


def test_names_that_nothing_stands_for_are_told_with_the_nearest(dmn: Dmn) -> None:
    body = f'{INPUTS}<decision id="x" name="made">{needs("i1", "i2")}{literal("agee + count(kind)")}</decision>'
    assert told(dmn, body) == [
        ("requirement-unused", "The decision “made” requires “age”, but does not use it"),
        ("unknown-name", "There is no input or decision named “agee”, perhaps “age”"),
    ]


def test_a_decision_that_is_read_has_to_be_required(dmn: Dmn) -> None:
    first = f'<decision id="a" name="first">{literal("1")}</decision>'.replace("made", "first")
    body = f'{first}<decision id="x" name="made">{literal("first + 1")}</decision>'
    assert [code for code, _ in told(dmn, body)] == ["requirement-missing"]
    body = f'{first}<decision id="x" name="made">{needs("a")}{literal("first + 1")}</decision>'
    assert told(dmn, body) == []


def test_files_without_inputs_read_what_the_process_gives(dmn: Dmn) -> None:
    assert told(dmn, f'<decision id="x" name="made">{literal("agee + 1")}</decision>') == []


def test_declared_types_are_asked(dmn: Dmn) -> None:
    body = f'{INPUTS}<decision id="x" name="made">{needs("i1", "i2")}{literal("age = kind", "number")}</decision>'
    assert [code for code, _ in told(dmn, body)] == ["type-mismatch", "result-type"]


def test_a_declared_type_bounds_the_values_of_a_column(dmn: Dmn) -> None:
    rows = [["< 18", "1"], ["[18..150]", "2"], ["> 150", "3"]]
    table = dmn.table(["age"], ["o"], rows)
    body = f'{INPUTS}<decision id="x" name="made">{needs("i1")}{table}</decision>'
    assert [code for code, _ in told(dmn, body)] == ["rule-never-applies"]


def test_names_of_boxed_expressions_are_known(dmn: Dmn) -> None:
    context = (
        '<context><contextEntry><variable name="part"/><literalExpression><text>age + 1</text></literalExpression>'
        "</contextEntry><contextEntry><literalExpression><text>part * 2</text></literalExpression></contextEntry>"
        "</context>"
    )
    knowledge = (
        '<businessKnowledgeModel id="k" name="twice"><encapsulatedLogic><formalParameter name="value"/>'
        "<literalExpression><text>value * 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    called = '<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>' + literal("twice(3)")
    body = f'{INPUTS}{knowledge}<decision id="x" name="made">{needs("i1")}{context}</decision>'
    body += f'<decision id="y" name="other">{called.replace("made", "other")}</decision>'
    assert told(dmn, body) == []


@pytest.mark.parametrize(
    ("name", "known", "like"),
    [
        ("agee", ["age", "page"], "age"),
        ("applicant_name", ["applicantName"], "applicantName"),
        ("item1", ["item2"], ""),
        ("x", ["y"], "y"),
        ("amount", ["total"], ""),
        ("经营范为", ["经营范围", "经营方式"], "经营范围"),
        ("recieved", ["received"], "received"),
    ],
)
def test_the_nearest_name(name: str, known: list[str], like: str) -> None:
    assert nearest(name, known, Comparing()) == like


def test_what_names_may_be_meant_is_looked_for_within_a_bound() -> None:
    """One declared type with thousands of parts, and an expression that misspells each of them."""
    letters = "abcdefgh" * 4
    parts = {f"{letters}{chr(97 + i % 26)}{chr(97 + i // 26)}x": Type("number") for i in range(600)}
    source = " + ".join(f"c.{name}y" for name in parts)
    here = Inference({"c": Type("context", parts)})
    assert here.read(parse_expression(source)).kind == ""
    assert len(here.mistakes) == len(parts)
    assert "perhaps" in str(here.mistakes[0].said["reason"])
    assert -1_000 < here.comparing.left < 0
    assert nearest("agee", ["age"], here.comparing) == ""
