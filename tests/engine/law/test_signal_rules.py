"""The rules by which a place watches its own offices: read whole, or refused with every fault."""

from pathlib import Path

import pytest

from engine import DefinitionInvalid
from engine.law import read_signal_rules

SHARED = Path(__file__).parents[3] / "processes" / "_shared"
RULES = """
format = 1
key = "somewhere"
[answer]
value = 2
unit = "working_days"
basis = { zh = "办法", en = "Rules" }
[appeal]
value = 5
unit = "working_days"
basis = { zh = "办法", en = "Rules" }
[judge]
by = "unit"
basis = { zh = "办法", en = "Rules" }
[steps.examine]
value = 3
unit = "working_days"
basis = { zh = "办法", en = "Rules" }
[signals.due-tomorrow]
name = { zh = "明日到期", en = "Due tomorrow" }
told = { zh = "剩一日。", en = "A day is left." }
colour = "yellow"
watch = "clock"
clocks = ["promised"]
mark = "-1"
basis = { zh = "办法", en = "Rules" }
[signals.no-reasons]
name = { zh = "不说明理由", en = "No reasons" }
told = { zh = "没有理由。", en = "No reasons." }
colour = "red"
watch = "act"
basis = { zh = "办法", en = "Rules" }
"""


@pytest.mark.parametrize("path", sorted((SHARED / "supervision").glob("*.toml")), ids=lambda path: path.stem)
def test_the_shipped_rules_belong_to_a_profile_of_the_same_name(path: Path) -> None:
    rules = read_signal_rules(path.read_bytes(), path.name)
    assert rules.key == path.stem
    assert (SHARED / "profiles" / path.name).exists()
    assert all(rule.basis.zh and rule.basis.en for rule in rules.rules.values())


def test_a_rule_says_who_finds_it_in_which_colour_and_why() -> None:
    rules = read_signal_rules(RULES.encode())
    assert [rule.kind for rule in rules.watching("clock")] == ["due-tomorrow"]
    tomorrow = rules.rules["due-tomorrow"]
    assert (tomorrow.colour, tomorrow.clocks, tomorrow.mark, tomorrow.basis.en) == (
        "yellow",
        ("promised",),
        "-1",
        "Rules",
    )
    assert rules.rules["no-reasons"].clocks == ()
    assert (rules.answer.value, rules.steps["examine"].value, rules.judge) == (2, 3, "unit")
    assert rules.clocks == {"promised"}


def test_a_table_that_does_not_say_who_judges_is_read_as_before() -> None:
    silent = RULES.replace('[judge]\nby = "unit"\nbasis = { zh = "办法", en = "Rules" }\n', "")
    assert "judge" not in silent
    assert read_signal_rules(silent.encode()).judge == "supervision"


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ('mark = "-1"\nbasis = { zh = "办法", en = "Rules" }', 'mark = "-1"', "limit-without-basis"),
        ('value = 2\nunit = "working_days"', "value = 2", "limit-without-unit"),
        ('colour = "red"', 'colour = "green"', "wrong-value"),
        ('mark = "-1"', 'mark = "-7"', "wrong-value"),
        ('watch = "act"', 'watch = "act"\nclocks = ["promised"]', "unknown-key"),
        ("value = 3", "value = 0", "wrong-value"),
        ('by = "unit"', 'by = "nobody"', "wrong-value"),
        ('watch = "act"', 'watch = "reasons"', "missing-key"),
        ('watch = "act"', 'watch = "refusal"', "missing-key"),
    ],
)
def test_a_rule_that_is_not_whole_is_refused(was: str, becomes: str, code: str) -> None:
    assert was in RULES
    with pytest.raises(DefinitionInvalid) as refused:
        read_signal_rules(RULES.replace(was, becomes, 1).encode())
    assert code in {finding.code for finding in refused.value.findings}
