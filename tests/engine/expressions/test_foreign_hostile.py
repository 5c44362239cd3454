"""Whatever a file brings as JUEL or Python: it compiles or is refused, and running it ends in the engine's errors."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import (
    BpmnErrorThrown,
    BudgetExceeded,
    EngineError,
    ExpressionFailed,
    ExpressionInvalid,
    ValueInvalid,
)
from engine.expressions import compile_expression, compile_script
from engine.expressions.juel.methods import ARGUMENTS
from engine.expressions.python_subset.functions import FUNCTIONS
from engine.expressions.python_subset.methods import NAMES
from engine.runtime import encode_variables
from engine.values import YearsMonths

#: How an evaluation may end but with a value.
ENDS = (ExpressionFailed, ValueInvalid, BudgetExceeded, BpmnErrorThrown)
VALUES = (
    None, True, 0, -7, 2**70, Decimal("1.50"), "text", "", "药", [1, "a", [None]], {"k": [1], "a": "b"}, [], (1, 2),
    date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), timedelta(1), YearsMonths(5), 1.5, object(), Decimal("NaN"),
)  # fmt: skip

# --- Python

ATOMS = """1 -2 0.5 10**9 1e300 True None "a" "" "{0}" [] {} a b x [1,2,3] {"k":1} ("a",) "a"*9 range(5) 2**64
a[0] a["k"]"""
OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">=", "in", "not in", "and", "or")


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(inner, max_size=3).map(", ".join)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), arguments),
        st.builds("({}).{}({})".format, inner, st.sampled_from(sorted(NAMES)), arguments),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[{}:{}]".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds('{{"k": {}}}'.format, inner),
        st.builds("[{} for x in {} if {}]".format, inner, inner, inner),
        st.builds("sum({} for x in {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
        st.builds("f'{{{}}}'".format, inner.filter(lambda text: "'" not in text and "{" not in text)),
    )


EXPRESSIONS = st.recursive(st.sampled_from(ATOMS.split()), joined, max_leaves=8)
SIMPLE = st.one_of(
    st.builds("x = {}".format, EXPRESSIONS),
    st.builds("a, b = {}".format, EXPRESSIONS),
    st.builds("{} {}= {}".format, st.sampled_from(("x", "a", "a[0]", 'b["k"]')), st.sampled_from("+-*/"), EXPRESSIONS),
    st.builds("a[{}] = {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("del a[{}]".format, EXPRESSIONS),
    st.builds("a.append({})".format, EXPRESSIONS),
    st.builds("b.update({})".format, EXPRESSIONS),
    st.builds("BpmnError({})".format, EXPRESSIONS),
    EXPRESSIONS,
)


def indented(lines: str) -> str:
    return "\n".join(f"    {line}" for line in lines.split("\n"))


SCRIPTS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds("{}\n{}".format, inner, inner),
        st.builds("if {}:\n{}\nelse:\n{}".format, EXPRESSIONS, inner.map(indented), inner.map(indented)),
        st.builds("for x in {}:\n{}".format, EXPRESSIONS, inner.map(indented)),
        st.builds("while {}:\n{}\n    break".format, EXPRESSIONS, inner.map(indented)),
        st.builds("while {}:\n{}".format, EXPRESSIONS, inner.map(indented)),
    ),
    max_leaves=5,
)


@given(EXPRESSIONS, st.sampled_from(VALUES), st.sampled_from(VALUES))
def test_any_python_expression_gives_a_value_or_a_typed_error(few_steps, source, a, b):
    with suppress(ExpressionInvalid, *ENDS):
        value = compile_expression(source, language="python").evaluate({"a": a, "b": b}, few_steps)
        with suppress(ValueInvalid):  # nested deeper than the state keeps
            encode_variables({"value": value})


@given(SCRIPTS, st.sampled_from(VALUES), st.sampled_from(VALUES))
def test_any_script_gives_variables_or_a_typed_error_and_changes_nothing_outside(few_steps, source, a, b):
    variables = {"a": a, "b": b}
    before = deepcopy({name: value for name, value in variables.items() if type(value) in (list, dict)})
    with suppress(ExpressionInvalid, *ENDS):
        given_back = compile_script(source).run(variables, few_steps)
        with suppress(ValueInvalid):
            encode_variables(given_back)
    assert {name: variables[name] for name in before} == before


SOUP = [*ATOMS.split(), *OPERATORS, "(", ")", "[", ":", "\n", "for", "in", "="]


@given(st.text(max_size=60) | st.lists(st.sampled_from(SOUP)).map(" ".join))
def test_any_text_compiles_or_is_refused(source):
    for compile_source in (
        lambda: compile_expression(source, language="python"),
        lambda: compile_expression(source, language="juel"),
        lambda: compile_expression(f"${{{source}}}", language="juel"),
        lambda: compile_script(source),
    ):
        with suppress(ExpressionInvalid):
            compile_source()


# --- JUEL

JUEL_ATOMS = """1 -2 0.5 1e300 true null 'a' "" a b a.k a['k'] a[0] 'true' '3.5' execution.variables"""
JUEL_OPERATORS = ("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "and", "or", "mod", "gt")


def juel_joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(JUEL_OPERATORS), inner),
        st.builds("({}).{}({})".format, inner, st.sampled_from(sorted(ARGUMENTS)), st.just("")),
        st.builds("({}).{}({})".format, inner, st.sampled_from(sorted(ARGUMENTS)), inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("(empty {})".format, inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
        st.builds("execution.getVariable({})".format, inner),
    )


JUEL = st.recursive(st.sampled_from(JUEL_ATOMS.split()), juel_joined, max_leaves=8)


@given(JUEL, st.sampled_from(VALUES), st.sampled_from(VALUES))
def test_any_juel_expression_gives_a_value_or_a_typed_error(few_steps, source, a, b):
    for text in (f"${{{source}}}", f"text ${{{source}}}"):
        with suppress(ExpressionInvalid, ExpressionFailed, BudgetExceeded):
            compile_expression(text, language="juel").evaluate({"a": a, "b": b}, few_steps)


# --- attacks, as uploads bring them

ATTACKS = [
    'import os\nos.system("touch pwned")',
    'data = open("/etc/passwd").read()',
    'data = "{0.__class__.__mro__}".format(())',
    "try:\n    1/0\nexcept Exception as e:\n    data = str(e.__traceback__.tb_frame.f_back.f_globals)",
    "@exec\n@input\nclass X: pass",
    "import pickle\npickle.loads(b\"cos\\nsystem\\n(S'true'\\ntR.\")",
    "import threading\nthreading.Thread(target=lambda: 1).start()",
    "raise SystemExit(3)",
    "raise KeyboardInterrupt()",
    "class X(BaseException): pass\nraise X()",
    "import os\nos._exit(9)",
    "x = input()",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "import time\ntime.sleep(10**6)",
    "for i in range(10**12): pass",
    "x = sum(range(10**11))",
    "x = [0] * (10**10)",
    'import re\nre.match(r"(a+)+$", "a"*40+"b")',
    "def f(n): return f(n+1)\nf(0)",
    'x = "".join(str(i) for i in range(3*10**7))',
    'd = {i: "x"*1000 for i in range(2*10**6)}',
    "x = [].__class__.__base__.__subclasses__()",
    "x = (lambda: 1).__globals__",
    "x = f'{().__class__}'",
    "x = {}.get.__self__",
    "x = str.__mro__",
    "x = [c for c in ().__class__.__bases__[0].__subclasses__()]",
    "x = type('X', (), {})",
    "x = vars()\ny = globals()\nz = locals()",
    "x = breakpoint()",
    "x = compile('1', '', 'eval')",
    'x = float("inf")',
    "x = []\nx.append(x)",
    "x = lambda: 1",
    "class A: pass\nx = A()",
    'x = "\\ud800"',
]


@pytest.mark.parametrize("source", ATTACKS, ids=lambda source: source[:40])
def test_an_attack_is_refused_or_stopped(source):
    with pytest.raises(EngineError):
        compile_script(source, element="Task_1").run({})


@pytest.mark.parametrize(
    "source",
    [
        "().__class__.__mro__[1].__subclasses__() != []",
        '__import__("os").system("touch pwned") == 0',
        'open("pwned","w") and True',
        "sum(1 for _ in iter(int, 1)) > 0",
        '__import__("os").system("touch pwned")+2',
        "10**10**10",
    ],
)
def test_an_attack_in_a_condition_is_refused_or_stopped(source):
    with pytest.raises(EngineError):
        compile_expression(source, language="python").evaluate({})


@pytest.mark.parametrize(
    "source",
    [
        "${''.getClass().forName('java.lang.Runtime').getMethods()[6].invoke(null).exec('id')}",
        "${T(java.lang.Runtime).getRuntime().exec('id')}",
        "${execution.getEngineServices()}",
        "${request.getSession()}",
        "${a.__class__}",
        "${a['class']['classLoader']}",
        "#{pageContext}",
    ],
)
def test_an_attack_in_juel_is_refused(source):
    with pytest.raises((ExpressionInvalid, ExpressionFailed)):
        compile_expression(source, language="juel").evaluate({"a": "text"})
