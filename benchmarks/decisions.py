"""Expressions and decision tables: against bare Python, SpiffWorkflow's DMN engine and pySFeel.

Each side is used as its own documentation does. All run in one process, on the same values, and must give the same
results before anything is measured.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.BpmnDmnParser import BpmnDmnParser

from benchmarks.figures import Figure
from benchmarks.measure import best_seconds
from engine.dmn import read_decisions
from engine.expressions import compile_expression

CONDITION = 'age > 18 and type in ("chain", "single")'
FACTS: dict[str, Any] = {"age": 20, "type": "chain", "kind": "chain", "area": 120, "due": date(2026, 3, 20)}
#: What pySFeel accepts and gives the value for that the specification has, of each kind what it has: `if`, `for` and
#: `every` it does not read, or not rightly, and it calculates in binary fractions.
SHARED = (
    # arithmetic
    "(area * 3 + age) / 2 - 1",
    "area * 0.05",
    "-area",
    "age ** 2",
    "floor(area / 7)",
    "modulo(area, 7)",
    "abs(-age)",
    "even(age)",
    # comparison and logic
    "age = 20",
    'kind != "single"',
    "age between 18 and 65",
    'kind in ("chain", "single")',
    "age in (< 18, > 65)",
    "(age > 18) and (area < 200)",
    "not(age > 18)",
    "age instance of number",
    # texts
    'kind + "-" + "1"',
    "upper case(kind)",
    "string length(kind) = 5",
    "substring(kind, 1, 2)",
    'substring before(kind, "a")',
    'contains(kind, "cha")',
    'starts with(kind, "ch")',
    "string(age)",
    'matches(kind, "^ch[a-z]+$")',
    'replace(kind, "ch", "k")',
    'split(kind, "a")',
    # lists, filters and quantifiers
    "sum([1, 2, 3, age])",
    "max([age, area])",
    "mean([1, 2, 3])",
    "count([1, 2, 3])",
    "list contains([1, 2, 3], age)",
    "distinct values([1, 2, 2])",
    "union([1, 2], [2, 3])",
    "[1,2,3,4][item > 2]",
    "some x in [1,2,3] satisfies x > 2",
    # contexts
    "{a: age}",
    "{a: age, b: area}.b",
    "[{a: 1}, {a: 2}].a",
    'get value({a: 1}, "a")',
    # dates and durations
    "due.year",
    'date("2026-03-01") < due',
    'date("2026-03-01") + duration("P19D")',
    'due - date("2026-03-01")',
    "day of week(due)",
    'date and time("2026-03-01T08:30:00") < date and time("2026-03-02T08:30:00")',
    # ranges
    "age in [18..65]",
    'due in [date("2026-01-01")..date("2026-12-31")]',
    "before(age, 65)",
    "overlaps([1..5], [3..8])",
)
NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
INPUTS = ("age", "kind", "area", "listed", "district", "credit")
RULES = 50


def run(*, full: bool) -> Iterator[Figure]:
    """Times of one evaluation; every source is compiled, every table read, before."""
    logging.getLogger("spiff").setLevel(logging.ERROR)
    repeat = 20_000 if full else 500
    yield _condition(repeat)
    yield _table(max(1, repeat // 200))
    if find_spec("pySFeel") is None:
        print("pySFeel is not installed: the expressions are not measured against it.")
    else:
        yield from _expressions(repeat // 2)


def _condition(repeat: int) -> Figure:
    expression = compile_expression(CONDITION)
    _same(expression.evaluate(FACTS), _bare(20, "chain"), CONDITION)
    ours = best_seconds(partial(expression.evaluate, FACTS), repeat=repeat)
    peer = best_seconds(partial(_bare, 20, "chain"), repeat=repeat)
    return Figure(
        "decisions.condition",
        f"one evaluation of {CONDITION}, beside the bare Python expression in a function",
        "us CPU",
        ours * 1e6,
        peer * 1e6,
        "Python",
        ours / peer,
        20.0,
    )


def _bare(age: Any, type: Any) -> bool:
    """CONDITION, as Python has it."""
    return age > 18 and type in ("chain", "single")


# --- the table


def _table(repeat: int) -> Figure:
    decisions, findings = read_decisions(_model(python=False), "fees.dmn")
    assert not findings, findings
    engine = _peer_engine(_model(python=True))
    cases = [_facts(rule) for rule in range(0, RULES, 7)]
    for case in cases:
        _same(decisions.evaluate("fee", case).value, engine.result(_task(case))["fee"], str(case))
    tasks = [_task(case) for case in cases]
    ours = best_seconds(lambda: [decisions.evaluate("fee", case) for case in cases], repeat=repeat) / len(cases)
    peer = best_seconds(lambda: [engine.result(task) for task in tasks], repeat=1, rounds=3) / len(cases)
    return Figure(
        "decisions.table",
        f"one decision by a table of {RULES} rules and {len(INPUTS)} inputs, the rule told",
        "ms CPU",
        ours * 1000,
        peer * 1000,
        "SpiffWorkflow 3.2.0",
        peer / ours,
        20.0,
        at_least=True,
    )


def _facts(rule: int) -> dict[str, Any]:
    """The facts of an applicant whom this rule, and no other, is about."""
    return {
        "age": 18 + rule,
        "kind": ("chain", "single", "stall")[rule % 3],
        "area": 10 * rule + 5,
        "listed": rule % 2 == 0,
        "district": ("east", "west")[rule % 2],
        "credit": 60 + rule % 40,
    }


def _rule(rule: int, *, python: bool) -> Sequence[str]:
    """Its six input cells and its output cell, in FEEL or in the Python that SpiffWorkflow reads."""
    facts = _facts(rule)
    low, high = 10 * rule, 10 * rule + 10
    listed = repr(facts["listed"])
    return (
        ">= 18",
        f'"{facts["kind"]}"',
        f"{low} <= ? < {high}" if python else f"[{low}..{high})",
        listed if python else listed.lower(),
        '? in ("east", "west")' if python else '"east", "west"',
        ">= 60",
        str(100 + rule),
    )


def _model(*, python: bool) -> bytes:
    facts = {"id": "d", "name": "d", "namespace": "urn:fees"}
    namespaces: Any = {None: NAMESPACE}  # the stubs know no default namespace
    definitions = etree.Element(f"{{{NAMESPACE}}}definitions", facts, namespaces)
    decision = _under(definitions, "decision", id="fee", name="fee")
    table = _under(decision, "decisionTable", id="table", hitPolicy="UNIQUE")
    for name in INPUTS:
        _text(_under(_under(table, "input", id=f"in_{name}", label=name), "inputExpression", id=f"e_{name}"), name)
    _under(table, "output", id="out", name="fee", label="fee")
    for number in range(RULES):
        rule = _under(table, "rule", id=f"r{number}")
        for column, cell in enumerate(_rule(number, python=python)):
            tag = "inputEntry" if column < len(INPUTS) else "outputEntry"
            _text(_under(rule, tag, id=f"c{number}_{column}"), cell)
    return etree.tostring(definitions)


def _under(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)


def _text(parent: etree._Element, text: str) -> None:
    _under(parent, "text").text = text


def _peer_engine(model: bytes) -> DMNEngine:
    parser = BpmnDmnParser()
    parser.add_dmn_str(model)
    (found,) = parser.dmn_parsers.values()
    found.parse()
    return DMNEngine(found.decision.decisionTables[0])


def _task(facts: dict[str, Any]) -> Any:
    """What the engine asks of a task: its data, and the workflow's own script engine."""
    return SimpleNamespace(data=facts, workflow=SimpleNamespace(script_engine=PythonScriptEngine()))


# --- expressions


def _expressions(repeat: int) -> Iterator[Figure]:
    """All together, and the one that gains least."""
    from pySFeel import SFeelParser  # a package that nothing else needs

    parser = SFeelParser()
    for name in ("age", "kind", "area", "due"):
        parser.sFeelParse(f"{name} <- {_written(FACTS[name])}")
    times: dict[str, tuple[float, float]] = {}
    for source in SHARED:
        expression = compile_expression(source)
        _same(expression.evaluate(FACTS), parser.sFeelParse(source)[1], source)
        ours = best_seconds(partial(expression.evaluate, FACTS), repeat=repeat)
        times[source] = ours, best_seconds(partial(parser.sFeelParse, source), repeat=max(1, repeat // 50))
    all_ours, all_peer = (sum(each) / len(times) for each in zip(*times.values(), strict=True))
    what = f"one evaluation of {len(times)} expressions that both accept, compiled before where that can be done"
    yield _against_feel("decisions.expressions", what, all_ours, all_peer)
    by_gain = sorted(times, key=lambda source: times[source][1] / times[source][0])
    for source in by_gain[:5]:
        print(f"gains little: {times[source][1] / times[source][0]:.4g} times faster, {source}")
    worst = by_gain[0]
    yield _against_feel("decisions.expressions_worst", f"{worst}, which of them gains least", *times[worst])


def _against_feel(name: str, what: str, ours: float, peer: float) -> Figure:
    ratio = peer / ours
    return Figure(name, what, "us CPU each", ours * 1e6, peer * 1e6, "pySFeel 1.4.2", ratio, bar=50.0, at_least=True)


def _written(value: Any) -> str:
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    return re.sub("'", '"', repr(value))


def _same(ours: Any, theirs: Any, what: str) -> None:
    assert ours == theirs, f"{what}: {ours!r} here, {theirs!r} there"
