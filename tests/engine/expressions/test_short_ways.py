"""What is known while compiling only makes it faster: by position, by name, written out or given, all is the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BudgetExceeded
from engine.expressions import compile_expression
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.feel.regex import Pattern, compile_pattern
from engine.expressions.feel.regex_simple import simple_pattern
from engine.values import FarDate, YearsMonths

VALUES = [
    *(None, True, "", "abc", "Straße", "ß" * 90, "x" * 300, 0, 7, -7, 10**33, -(10**34), 10**40, 10**1300),
    *map(Decimal, ("2.5", "-0.5", "-0.0", "9" * 34 + ".5", "0." + "9" * 40, "1e40", "NaN", "sNaN", "Infinity")),
    *([], [1], ["abc"], [None], [1, "a", None, 1], {}, {"a": 1}),
    *(date(2026, 3, 1), FarDate(12026, 3, 1), datetime(2026, 3, 1, 8, 30, tzinfo=UTC), time(8, 30)),
    *(timedelta(days=1), timedelta(hours=-1), YearsMonths(14)),
]
#: What is written out behind the first argument, and as what it is given.
WRITTEN = {
    "1": 1,
    "2": 2,
    "0": 0,
    '"b"': "b",
    '"^[a-c]+$"': "^[a-c]+$",
    '"[b-z]"': "[b-z]",
    '"("': "(",
    "null": None,
    "0.05": Decimal("0.05"),
}


def outcome(source, variables):
    """The value with its type, as text: NaN is not equal to itself."""
    try:
        value = compile_expression(source).evaluate(variables)
    except BudgetExceeded as exceeded:
        return str(exceeded)
    return f"{type(value).__name__} {value!r}"


#: `is defined` is answered by the compiler for names.
ONE = sorted(name for name, each in BUILTINS.items() if 1 in each.types and name != "is defined")


@pytest.mark.parametrize("name", ONE)
def test_one_argument_by_position_and_by_name(name):
    parameter = BUILTINS[name].signatures[0][0]
    for value in VALUES:
        assert outcome(f"{name}(x)", {"x": value}) == outcome(f"{name}({parameter}: x)", {"x": value})


@pytest.mark.parametrize("name", sorted(name for name, each in BUILTINS.items() if max(each.types, default=0) > 1))
def test_arguments_written_out_and_given(name):
    function = BUILTINS[name]
    for count in sorted({2, 3} & function.types.keys()):
        for value, rest in product(VALUES, product(WRITTEN, repeat=count - 1)):
            given_rest = {f"a{number}": WRITTEN[each] for number, each in enumerate(rest)}
            by_name = ", ".join(
                f"{parameter}: {each}"
                for parameter, each in zip(function.signatures[0], ("x", *given_rest), strict=False)
            )
            written = outcome(f"{name}(x, {', '.join(rest)})", {"x": value})
            assert written == outcome(f"{name}(x, {', '.join(given_rest)})", {"x": value, **given_rest})
            if len(function.signatures) == 1:
                assert written == outcome(f"{name}({by_name})", {"x": value, **given_rest})


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">="])
def test_an_operand_written_out_and_given(operator):
    for value, written in product(VALUES, WRITTEN):
        variables = {"x": value, "y": WRITTEN[written]}
        assert outcome(f"x {operator} {written}", variables) == outcome(f"x {operator} y", variables)


@pytest.mark.parametrize("kind", ["number", "string", "list", "date", "time", "date and time", "boolean"])
def test_the_type_is_asked_of_a_value_and_of_an_item_alike(kind):
    for value in VALUES:
        assert outcome(f"x instance of {kind}", {"x": value}) == outcome(
            f"if x = null then false else [x] instance of list<{kind}>", {"x": value}
        )


atoms = st.sampled_from(["a", "b", ".", r"\d", r"\s", r"\.", "[ab]", "[^a]", "[a-c1]", r"[^\d]", "\n", "药", "-", "#"])
quantifiers = st.sampled_from(["", "", "?", "*", "+", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{1,}", "{0}"])
simple_patterns = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "^"]),
    st.lists(st.builds("{}{}".format, atoms, quantifiers), max_size=4).map("".join),
    st.sampled_from(["", "$"]),
)


@given(simple_patterns, st.text("ab1.\n\r 药-#", max_size=8), st.integers(0, 8))
def test_a_simple_pattern_finds_what_the_machine_finds(pattern, text, start):
    machine = compile_pattern(pattern, "").machine
    start = min(start, len(text))
    if not isinstance(machine, Pattern):
        assert set(pattern) <= set("ab药-#\n"), "only a pattern without marks needs no program"
        return
    assert simple_pattern(pattern) is not None
    found = machine.search(text, start, lambda steps: None)
    machine_alone = Pattern(machine._program, machine.groups)
    assert found == machine_alone.search(text, start, lambda steps: None)


@given(st.text(r"ab-[]{}^$*+?.,12\d()|&~", max_size=10))
def test_no_pattern_is_simple_that_is_not_valid(pattern):
    assert simple_pattern(pattern) is None or compile_pattern(pattern, "").machine is not None


def test_simple_patterns_that_try_many_ways_are_paid_for(feel):
    for pattern in ("a*a*a*a*b", "a*b", "a?a?a?a?aaaa", "^[ab]+[bc]+[cd]+$", "a{1,500}b"):
        assert feel(f'matches(s, "{pattern}")', {"s": "a" * 200}) is (pattern == "a?a?a?a?aaaa")
        with pytest.raises(BudgetExceeded):
            feel(f'count(for i in 1..100000 return matches(s, "{pattern}"))', {"s": "a" * 100})
