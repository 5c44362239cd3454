"""The outcome of a decision tells how it came about, for a page and for the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.dmn import NamedValue, read_record
from engine.dmn.trace import TABLES_LIMIT
from engine.errors import BudgetExceeded
from engine.runtime import Budgets, Context
from engine.runtime.codec import decode, encode

RULES = [["< 60", "-", '"weak"', "信用不足"], [">= 60", "-", '"sound"', "信用良好"]]


@pytest.fixture
def graph(dmn):
    """A decision over a table, and one that asks it and a business knowledge model with a table of its own."""
    table = dmn.table(["credit", "kind"], ["standing"], RULES)
    table = table.replace('<input id="in1">', '<input id="in1" label="信用分">')
    fees = dmn.table(["s"], ["fee"], [['"weak"', "200"], ['"sound"', "100"]], 'hitPolicy="FIRST"')
    model = (
        '<businessKnowledgeModel id="fee" name="fee"><encapsulatedLogic>'
        f'<formalParameter name="s"/>{fees}</encapsulatedLogic></businessKnowledgeModel>'
    )
    total = (
        '<decision id="total" name="total"><informationRequirement><requiredDecision href="#standing"/>'
        '</informationRequirement><knowledgeRequirement><requiredKnowledge href="#fee"/></knowledgeRequirement>'
        "<literalExpression><text>fee(standing) * copies</text></literalExpression></decision>"
    )
    return dmn.sound(dmn.decision(table, "standing") + model + total)


def test_every_decision_of_the_graph_tells_what_it_read_and_which_rules_gave_its_value(graph):
    first, last = graph.evaluate("total", {"credit": 75, "kind": "a", "copies": 2}).steps
    assert (first.id, first.logic, first.value) == ("standing", "decisionTable", "sound")
    assert first.reads == (NamedValue("credit", 75), NamedValue("kind", "a"))
    (table,) = first.tables
    assert [(column.label, column.expression) for column in table.table.inputs] == [
        ("信用分", "credit"),
        ("kind", "kind"),
    ]
    assert table.inputs == (75, "a")
    (rule,) = table.matched
    assert (rule.index, rule.id, rule.annotations) == (2, "r2", ("信用良好",))
    assert (rule.conditions, rule.results) == ((">= 60", "-"), ('"sound"',))
    assert (last.id, last.logic, last.value) == ("total", "literalExpression", 200)
    assert last.reads == (NamedValue("copies", 2), NamedValue("standing", "sound"))


def test_a_table_called_as_a_function_is_told_with_the_decision_that_called_it(graph):
    outcome = graph.evaluate("total", {"credit": 10, "copies": 1})
    (called,) = outcome.steps[-1].tables
    assert (called.inputs, [rule.index for rule in called.matched]) == (("weak",), [1])
    assert outcome.matched == ()


def test_of_each_rule_that_did_not_match_the_first_column_that_failed_is_told(dmn):
    rules = [["1", "-", "1"], ["-", "2", "2"], ["5", "5", "3"], ["1", "5", "4"]]
    decisions = dmn.sound(dmn.decision(dmn.table(["a", "b"], ["c"], rules)))
    trace = decisions.evaluate("x", {"a": 5, "b": 5}).steps[0].tables[0]
    assert trace.stopped == (1, 2, 0, 1)
    assert len(trace.table.rules) == 4
    first = dmn.sound(dmn.decision(dmn.table(["a", "b"], ["c"], rules, 'hitPolicy="FIRST"')))
    assert first.evaluate("x", {"a": 5, "b": 5}).steps[0].tables[0].stopped == (1, 2, 0)


def test_no_rule_that_matches_is_told_too(graph, dmn):
    decisions = dmn.sound(dmn.decision(dmn.table(["a"], ["b"], [["1", "1"]])))
    trace = decisions.evaluate("x", {"a": 2}).steps[0].tables[0]
    assert (trace.matched, trace.stopped) == ((), (1,))


def test_the_record_is_made_of_values_that_can_be_stored(graph, dmn):
    record = graph.evaluate("total", {"credit": 75, "copies": 2}).record()
    assert decode(encode(record)) == record
    table = record[0]["tables"][0]
    assert table["inputs"][0] == {"id": "in1", "label": "信用分", "expression": "credit", "value": 75}
    assert table["rules"] == [
        {"index": 2, "id": "r2", "conditions": [">= 60", "-"], "results": ['"sound"'], "annotations": ["信用良好"]},
    ]
    assert [(each["name"], each["label"]) for each in table["outputs"]] == [("standing", "standing")]
    assert table["stopped"] == [1, 0]


def test_the_record_is_the_trace_again_with_the_tables_of_its_file(graph):
    outcome = graph.evaluate("total", {"credit": 75, "kind": "a", "copies": 2})
    kept = decode(encode(outcome.record()))
    assert read_record(kept, graph.shapes) == outcome.steps


def test_without_the_tables_of_its_file_the_record_tells_of_the_rules_that_matched(graph):
    outcome = graph.evaluate("total", {"credit": 75, "kind": "a", "copies": 2})
    (trace,) = read_record(outcome.record())[0].tables
    assert (trace.matched, trace.inputs) == (outcome.steps[0].tables[0].matched, (75, "a"))
    assert (trace.table.rules, trace.stopped) == (trace.matched, (0,))
    other = replace(outcome.steps[0].tables[0].table, rules=outcome.steps[0].tables[0].table.rules[:1])
    assert read_record(outcome.record(), lambda _: {other.id: other})[0].tables[0] == trace


def test_the_record_has_the_budget_of_the_evaluation_once_more(dmn):
    decisions = dmn.sound(dmn.decision("<literalExpression><text>count(x)</text></literalExpression>"))
    ample, scarce = (Context(datetime(2026, 9, 1, tzinfo=UTC), budgets=Budgets(expression_steps=n)) for n in (900, 100))
    outcome = decisions.evaluate("x", {"x": list(range(400))}, ample)
    assert outcome.record(ample)[0]["reads"]["x"][-1] == 399
    with pytest.raises(BudgetExceeded):
        outcome.record(scarce)
    (bare,) = outcome.bare_record()
    assert (bare["decision"], bare["reads"], bare["value"]) == ("x", {}, None)


def test_the_bare_record_says_which_rules_matched(graph):
    standing, total = read_record(graph.evaluate("total", {"credit": 75, "copies": 2}).bare_record(), graph.shapes)
    (trace,) = standing.tables
    assert ([rule.index for rule in trace.matched], trace.inputs, trace.stopped) == ([2], (None, None), ())
    assert (total.value, [rule.index for rule in total.tables[0].matched]) == (None, [2])


def test_what_cannot_be_stored_stands_in_the_record_as_its_text(dmn):
    logic = '<context><contextEntry><variable name="r"/><literalExpression><text>[1..3]</text></literalExpression>'
    decisions = dmn.sound(dmn.decision(f"{logic}</contextEntry></context>"))
    assert decisions.evaluate("x", {}).record()[0]["value"] == {"r": "[1..3]"}


def test_a_table_called_in_a_loop_is_told_a_limited_number_of_times(dmn):
    model = (
        '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="s"/>'
        f"{dmn.table(['s'], ['b'], [['1', '1']])}</encapsulatedLogic></businessKnowledgeModel>"
    )
    called = (
        '<decision id="x" name="x"><knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>'
        "<literalExpression><text>for i in 1..2000 return f(i)</text></literalExpression></decision>"
    )
    outcome = dmn.sound(model + called).evaluate("x", {})
    assert len(outcome.value) == 2000
    assert len(outcome.steps[0].tables) == TABLES_LIMIT
