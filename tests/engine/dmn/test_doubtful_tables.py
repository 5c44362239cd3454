"""What a designer is told of a table: missing, overlapping, masked and vain rules, and when nothing is told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.dmn.analysis import DOUBTS, doubts_in
from engine.dmn.analysis.effort import Effort
from engine.findings import Severity
from tests.engine.dmn.conftest import Dmn


def told(dmn: Dmn, body: str) -> list[tuple[str, str, str]]:
    """(code, element, English) of every finding."""
    findings = doubts_in(dmn.definitions(dmn.decision(body)), "rules.dmn")
    return [(one.code, one.element, one.message.en) for one in findings]


def codes(dmn: Dmn, body: str) -> list[str]:
    return [code for code, _, _ in told(dmn, body)]


def typed(body: str, *types: str) -> str:
    """The table with the types of its columns declared."""
    for type_ in types:
        body = body.replace("<inputExpression >", f'<inputExpression typeRef="{type_}">', 1)
    return body


def allowing(body: str, column: int, values: str) -> str:
    """The table with allowed values for an input column."""
    at = f'<input id="in{column}">'
    escaped = values.replace("<", "&lt;").replace(">", "&gt;")
    before, _, rest = body.partition(at)
    inner, end, after = rest.partition("</input>")
    return f"{before}{at}{inner}<inputValues><text>{escaped}</text></inputValues>{end}{after}"


def one_column(dmn: Dmn, cells: Sequence[str], policy: str = "UNIQUE", column: str = "x") -> str:
    rows = [[cell, str(number)] for number, cell in enumerate(cells, 1)]
    return dmn.table([column], ["o"], rows, f'hitPolicy="{policy}"')


def test_the_value_that_no_rule_takes_is_shown(dmn: Dmn) -> None:
    body = dmn.table(["age", "type"], ["o"], [["< 18", "-", "1"], ["> 18", '"chain"', "2"], ["> 18", '"single"', "3"]])
    assert told(dmn, body)[0] == ("rule-missing", "t", "No rule applies, so the result is null: age = 18")
    body = allowing(body, 2, '"chain", "single", "franchise"')
    assert [text for code, _, text in told(dmn, body) if code == "rule-missing"] == [
        "No rule applies, so the result is null: age = 18",
        'No rule applies, so the result is null: age >= 18, type = "franchise"',
    ]


def test_one_hole_is_one_finding_with_its_range(dmn: Dmn) -> None:
    assert told(dmn, one_column(dmn, ["< 18", "> 60"]))[0][2].endswith("null: x in [18..60]")
    cells = [["< 18", '"chain"'], ["> 60", '"chain"'], ["[30..40]", '"single"'], ["< 30, > 40", '"single"']]
    rows = [[*each, str(number)] for number, each in enumerate(cells, 1)]
    body = allowing(dmn.table(["age", "type"], ["o"], rows), 2, '"chain", "single"')
    assert [text for code, _, text in told(dmn, body) if code == "rule-missing"] == [
        'No rule applies, so the result is null: age in [18..60], type = "chain"'
    ]


def test_two_rules_at_once_are_shown_in_the_words_of_the_hit_policy(dmn: Dmn) -> None:
    cells = ["<= 18", ">= 18"]
    assert told(dmn, one_column(dmn, cells))[0][0:2] == ("rules-overlap", "r2")
    assert "x = 18; the hit policy UNIQUE" in told(dmn, one_column(dmn, cells))[0][2]
    assert codes(dmn, one_column(dmn, cells, "ANY")) == ["rules-contradict"]
    same = dmn.table(["x"], ["o"], [["<= 18", "1"], [">= 18", "1.0"]], 'hitPolicy="ANY"')
    assert codes(dmn, same) == []
    for policy in ("FIRST", "RULE ORDER", "COLLECT"):
        assert codes(dmn, one_column(dmn, cells, policy)) == []


@pytest.mark.parametrize(
    "cells",
    [
        ["< 18", ">= 18"],
        ["[0..18)", "< 0", ">= 18"],
        ["true", "false"],
        ['< date("2026-01-01")', '>= date("2026-01-01")'],
        ['<= date("2026-01-01")', '>= date("2026-01-02")'],
        ['< time("08:00:00")', '[time("08:00:00")..time("18:00:00")]', '> time("18:00:00")'],
        ['< @"P1M"', '>= @"P1M"'],
        ['<= @"P1M"', '>= @"P2M"'],
        ['< @"PT8H"', '>= @"PT8H"'],
        ['"a"', 'not("a")'],
        ["? < 3", "? >= 3 and ? <= 9", "not(? < 9.5) or (? > 9 and ? < 9.5)"],
        ["1, 2, 3", "not(1, 2, 3)"],
    ],
)
def test_a_complete_table_without_overlap_is_left_alone(dmn: Dmn, cells: list[str]) -> None:
    assert codes(dmn, one_column(dmn, cells)) == []


@pytest.mark.parametrize(
    ("cells", "example"),
    [
        (["[0..17]", ">= 18"], "x in < 0 / (17..18)"),
        (['"chain"', '"single"'], "x = any other text"),
        (["[0..100]", "> 100"], "x < 0"),
        (['>= date("2026-01-01")'], "x < 2026-01-01"),
    ],
)
def test_values_that_may_never_come_are_a_note(dmn: Dmn, cells: list[str], example: str) -> None:
    (only,) = told(dmn, one_column(dmn, cells))
    assert only[0] == "rule-missing-perhaps"
    assert only[2].endswith(example)
    assert DOUBTS["rule-missing-perhaps"].severity is Severity.NOTE


def test_allowed_values_settle_what_can_come(dmn: Dmn) -> None:
    assert codes(dmn, allowing(one_column(dmn, ["[0..100]", "> 100"]), 1, ">= 0")) == []
    assert codes(dmn, allowing(one_column(dmn, ['"chain"', '"single"']), 1, '"chain", "single"')) == []
    assert codes(dmn, allowing(one_column(dmn, ['"chain"', '"franchise"']), 1, '"chain", "single"')) == [
        "rule-never-applies",
        "rule-missing",
    ]


def test_counts_are_whole_numbers_from_zero(dmn: Dmn) -> None:
    assert codes(dmn, one_column(dmn, ["0", "[1..5]", "> 5"], column="count(staff)")) == []
    assert codes(dmn, one_column(dmn, ["0", "[2..5]", "> 5"], column="count(staff)")) == ["rule-missing"]


def test_inputs_that_depend_on_each_other_warn_of_nothing(dmn: Dmn) -> None:
    """Not every pair of values can come: age 10 is never above 18."""
    rows = [["< 18", "false", "1"], [">= 18", "true", "2"]]
    assert codes(dmn, dmn.table(["age", "age > 17"], ["o"], rows)) == ["rule-missing-perhaps"] * 2
    assert codes(dmn, dmn.table(["age", "age"], ["o"], [["< 18", "-", "1"], ["-", ">= 18", "2"]])) == []


def test_default_outputs_and_lists_need_no_rule(dmn: Dmn) -> None:
    default = "<defaultOutputEntry><text>0</text></defaultOutputEntry>"
    assert codes(dmn, dmn.table(["x"], ["o"], [["< 18", "1"]], extras=[default])) == []
    assert codes(dmn, one_column(dmn, ["< 18"], "COLLECT")) == []


def test_rules_behind_others_are_told(dmn: Dmn) -> None:
    body = one_column(dmn, ["< 18", ">= 10", "[12..15]", "5", "-", "null"], "FIRST")
    assert [(element, text) for code, element, text in told(dmn, body) if code == "rule-masked"] == [
        ("r3", "Rule 3 never counts: whenever it applies, rule 1 comes first (hit policy FIRST)"),
        ("r4", "Rule 4 never counts: whenever it applies, rule 1 comes first (hit policy FIRST)"),
        ("r6", "Rule 6 never counts: whenever it applies, rule 5 comes first (hit policy FIRST)"),
    ]


def test_several_rules_together_hide_one(dmn: Dmn) -> None:
    body = one_column(dmn, ["< 18", ">= 15", "[10..20]"], "FIRST")
    assert "rule 1, 2 comes first" in told(dmn, body)[0][2]


def test_a_priority_hides_what_stands_before_it(dmn: Dmn) -> None:
    rows = [["> 5", '"low"'], ["-", '"high"']]
    values = '<outputValues><text>"high","low"</text></outputValues>'
    assert codes(dmn, dmn.table(["x"], ["o"], rows, 'hitPolicy="PRIORITY"', [values])) == ["rule-masked"]
    turned = values.replace('"high","low"', '"low","high"')
    assert codes(dmn, dmn.table(["x"], ["o"], rows, 'hitPolicy="PRIORITY"', [turned])) == []


def test_a_cell_that_asks_for_more_hides_and_covers_only_what_is_sure(dmn: Dmn) -> None:
    rows = [["list contains(?, x)", '"a"', "1"], ["list contains(?, x)", '"a"', "2"], ["-", 'not("a")', "3"]]
    body = dmn.table(["list", "kind"], ["o"], rows, 'hitPolicy="FIRST"')
    assert codes(dmn, body) == ["rule-masked"]
    assert codes(dmn, body.replace("FIRST", "UNIQUE")) == []


def test_columns_that_tell_nothing_apart(dmn: Dmn) -> None:
    body = dmn.table(["x", "y", "z"], ["o"], [["< 1", "-", '"a"', "1"], [">= 1", "-", '"a"', "2"]])
    assert [element for code, element, _ in told(dmn, body) if code == "input-unused"] == ["in2", "in3"]


def test_outputs_and_cells_of_the_wrong_type(dmn: Dmn) -> None:
    values = '<outputValues><text>"a","b"</text></outputValues>'
    body = typed(dmn.table(["x"], ["o"], [['"18"', '"a"'], ["-", '"c"']], 'hitPolicy="FIRST"', [values]), "number")
    assert codes(dmn, body) == ["cell-type", "output-not-allowed", "rule-never-applies"]


def test_a_table_without_rules(dmn: Dmn) -> None:
    assert codes(dmn, dmn.table(["x"], ["o"], [])) == ["no-rules"]


def test_both_languages_and_a_remedy_stand_in_every_finding(dmn: Dmn) -> None:
    for kind in DOUBTS.values():
        assert kind.message.zh
        assert kind.message.en
        assert kind.remedy.zh
        assert kind.remedy.en
        assert kind.severity is not Severity.ERROR


# Bounds: counted, so these hold on every machine.


def test_large_tables_are_checked_to_the_end(dmn: Dmn) -> None:
    bands = one_column(dmn, [*(f"[{n}..{n + 1})" for n in range(2000)), "< 0", ">= 2000"])
    assert codes(dmn, bands) == []
    names = one_column(dmn, [*(f'"k{n}"' for n in range(2000)), '"k7"'])
    assert set(codes(dmn, names)) == {"rules-overlap", "rule-missing-perhaps"}


def test_a_table_past_the_bounds_says_so(dmn: Dmn) -> None:
    rows = [[*(f"[{(n * k) % 997}..{(n * k) % 997 + 200}]" for k in range(1, 7)), str(n)] for n in range(1, 2500)]
    found = codes(dmn, dmn.table(list("abcdef"), ["o"], rows))
    assert found[-1] == "table-not-fully-checked"
    assert len(found) < 20


def test_files_read_together_share_the_effort(dmn: Dmn) -> None:
    effort = Effort(30_000)
    body = dmn.definitions(dmn.decision(one_column(dmn, [f"[{n}..{n + 1})" for n in range(200)])))
    first, second = (doubts_in(body, name, effort) for name in ("a.dmn", "b.dmn"))
    assert "table-not-fully-checked" not in [one.code for one in first]
    assert "table-not-fully-checked" in [one.code for one in second]


def test_many_findings_of_a_kind_are_counted(dmn: Dmn) -> None:
    rows = [[f'"{n}"', str(n)] for n in range(500)]
    found = doubts_in(dmn.definitions(dmn.decision(typed(dmn.table(["x"], ["o"], rows), "number"))), "rules.dmn")
    assert [one.code for one in found].count("cell-type") == 200
    assert "300 more findings of this kind (cell-type)" in "".join(one.message.en for one in found)
