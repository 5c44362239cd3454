"""The analysis of a table against the table itself: what it tells is so, and what is so it tells."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn.analysis import doubts_in
from engine.errors import ExpressionFailed
from engine.expressions import compile_expression
from engine.findings import Finding
from tests.engine.dmn.conftest import Dmn

AGES = ["-", "< 18", "<= 17", ">= 18", "> 18", "18", "[0..18)", "]0..18]", "[18..60]", "> 60", "not(18)", "17, 18, 19"]
AGES += ["? > 0 and ? < 18", "not(< 18)", "[18..18]", "(18..18)", "< 18, > 60"]
TYPES = ["-", '"chain"', '"single"', '"chain", "single"', 'not("chain")', '? != "chain"']
FLAGS = ["-", "true", "false", "not(true)"]
#: Values that the cells can tell apart, all of them.
GRID = {
    "age": [-5, 0, Decimal("0.5"), 10, 17, Decimal("17.5"), 18, Decimal("18.5"), 19, 30, 60, 61],
    "type": ["chain", "single", "franchise"],
    "flag": [True, False],
}
rows = st.lists(
    st.tuples(st.sampled_from(AGES), st.sampled_from(TYPES), st.sampled_from(FLAGS), st.sampled_from("12")),
    min_size=1,
    max_size=6,
)


def doubts(dmn: Dmn, body: str) -> list[Finding]:
    return doubts_in(dmn.definitions(dmn.decision(body)), "rules.dmn")


def table_of(dmn: Dmn, rules: list[tuple[str, ...]], policy: str) -> str:
    return dmn.table(["age", "type", "flag"], ["o"], rules, f'hitPolicy="{policy}"')


def codes(findings: list[Finding]) -> set[str]:
    return {one.code for one in findings}


def read_example(text: str) -> dict[str, list[object]]:
    """The values that a finding names: of each input one or more."""
    found: dict[str, list[object]] = {}
    for name in GRID:
        said = re.search(rf"\b{name} (?:= |in |(?=[<>]))(.*?)(?:, (?:age|type|flag) [=i<>]|; the hit|$)", text)
        if said:
            found[name] = [value for each in said.group(1).rstrip("…").split(" / ") for value in _values(each, name)]
    return found


def _values(text: str, name: str) -> list[object]:
    """One value, or all of the grid in a range."""
    if text[0] not in "[(<>":
        return [_value(text)]
    inside = compile_expression(f"value in ({text})" if text[0] in "<>" else f"value in {text}")
    found = [value for value in GRID[name] if inside.evaluate({"value": value})]
    assert found, text
    return found


def _value(text: str) -> object:
    if text.startswith('"'):
        return text.strip('"')
    names = {"true": True, "false": False, "null": None, "any other text": "franchise"}
    return names[text] if text in names else Decimal(text)


def all_with(example: dict[str, list[object]]) -> list[dict[str, object]]:
    """Every set of inputs that the example speaks of; inputs that it leaves out may be anything."""
    choices = [example.get(name, values) for name, values in GRID.items()]
    return [dict(zip(GRID, each, strict=True)) for each in itertools.product(*choices)]


def everything() -> list[dict[str, object]]:
    return all_with({})


@settings(deadline=None)
@given(rows)
def test_a_gap_that_is_told_has_no_rule_and_every_gap_is_told(dmn: Dmn, rules: list[tuple[str, ...]]) -> None:
    body = table_of(dmn, rules, "COLLECT")  # tells of every rule that matches
    decisions = dmn.sound(dmn.decision(body))
    findings = doubts(dmn, table_of(dmn, rules, "FIRST"))
    gaps = [one for one in findings if one.code.startswith("rule-missing")]
    for gap in gaps:
        for given_ in all_with(read_example(gap.message.en)):
            assert decisions.evaluate("x", given_).matched == (), gap.message.en
    is_complete = all(decisions.evaluate("x", given_).matched for given_ in everything())
    assert is_complete == (not gaps)


@settings(deadline=None)
@given(rows)
def test_an_overlap_that_is_told_fails_and_every_failure_is_told(dmn: Dmn, rules: list[tuple[str, ...]]) -> None:
    body = table_of(dmn, rules, "UNIQUE")
    decisions = dmn.sound(dmn.decision(body))
    findings = doubts(dmn, body)
    overlaps = [one for one in findings if one.code.startswith("rules-overlap")]
    for overlap in overlaps:
        pair = {int(each) for each in re.findall(r"Rules (\d+) and (\d+)", overlap.message.en)[0]}
        for given_ in all_with(read_example(overlap.message.en)):
            assert _fails(decisions, given_), overlap.message.en
        assert len(pair) == 2
    fails = any(_fails(decisions, given_) for given_ in everything())
    assert fails <= bool(overlaps)  # null may overlap too, and is not in the grid


@settings(deadline=None)
@given(rows)
def test_a_masked_rule_never_decides(dmn: Dmn, rules: list[tuple[str, ...]]) -> None:
    body = table_of(dmn, rules, "FIRST")
    decisions = dmn.sound(dmn.decision(body))
    masked = {
        int(re.findall(r"Rule (\d+)", one.message.en)[0])
        for one in doubts(dmn, body)
        if one.code in ("rule-masked", "rule-never-applies")
    }
    values = [[*each, None] for each in GRID.values()]
    given_ = [dict(zip(GRID, each, strict=True)) for each in itertools.product(*values)]
    deciding = {rule.index for each in given_ for rule in decisions.evaluate("x", each).matched}
    assert masked == set(range(1, len(rules) + 1)) - deciding


def _fails(decisions, given_) -> bool:  # type: ignore[no-untyped-def]
    try:
        decisions.evaluate("x", given_)
    except ExpressionFailed:
        return True
    return False


# Dates, times and durations: literals, and probes at, between and beyond them that are found without the analysis.

KINDS = {
    "date": ['@"2026-01-01"', '@"2026-01-02"', '@"2026-03-01"'],
    "moment": ['@"2026-01-01T08:00:00Z"', '@"2026-01-01T16:00:00+08:00"', '@"2026-01-02T00:00:00Z"'],
    "time": ['@"08:00:00"', '@"12:00:00"', '@"18:00:00"'],
    "days": ['@"P1D"', '@"PT36H"', '@"P3D"'],
    "months": ['@"P1M"', '@"P2M"', '@"P1Y"'],
}
PROBES = {
    "date": [
        f'@"{day}"' for day in ("2025-01-01", "2026-01-01", "2026-01-02", "2026-02-01", "2026-03-01", "2027-01-01")
    ],
    "moment": [
        f'@"{each}"'
        for each in (
            *("2025-01-01T00:00:00Z", "2026-01-01T08:00:00Z", "2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z"),
            "2027-01-01T00:00:00Z",
        )
    ],
    "time": [f'@"{each}:00"' for each in ("00:00", "08:00", "10:00", "12:00", "15:00", "18:00", "23:00")],
    "days": [f'@"{each}"' for each in ("-P1D", "PT0S", "P1D", "PT30H", "PT36H", "P2D", "P3D", "P9D")],
    "months": [f'@"{each}"' for each in ("-P1M", "P0M", "P1M", "P2M", "P5M", "P1Y", "P2Y")],
}
SHAPES = ["< {0}", "<= {0}", "> {0}", ">= {0}", "{0}", "not({0})", "[{0}..{1}]", "({0}..{1})", "{0}, > {1}", "? > {0}"]


@st.composite
def columns(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A kind of values, and the cells of a column of it."""
    name = draw(st.sampled_from(sorted(KINDS)))
    literal = st.sampled_from(KINDS[name])
    cell = st.tuples(st.sampled_from(SHAPES), literal, literal).map(lambda t: t[0].format(*sorted(t[1:])))
    return name, draw(st.lists(cell, min_size=1, max_size=4))


@settings(deadline=None)
@given(columns())
def test_gaps_of_times_are_told_where_there_are_some(dmn: Dmn, column: tuple[str, list[str]]) -> None:
    name, cells = column
    rows = [[cell, "1"] for cell in cells]
    findings = doubts(dmn, dmn.table(["x"], ["o"], rows, 'hitPolicy="FIRST"'))
    decisions = dmn.sound(dmn.decision(dmn.table(["x"], ["o"], rows, 'hitPolicy="COLLECT"')))
    probes = [compile_expression(probe).evaluate({}) for probe in PROBES[name]]
    missed = [probe for probe in probes if not decisions.evaluate("x", {"x": probe}).matched]
    assert bool(missed) == any(one.code.startswith("rule-missing") for one in findings)
