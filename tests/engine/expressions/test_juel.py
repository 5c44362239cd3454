"""Unified EL, as files of Camunda 7, Activiti and Flowable write it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine.errors import BudgetExceeded, ExpressionFailed, ExpressionInvalid
from engine.expressions import compile_expression
from engine.values import Value

ORDER = {"customer": {"name": "林秀英", "age": 41}, "items": ["药品", "器械"], "total": Decimal("99.50"), "note": ""}


def juel(source: str, **variables: Value) -> Value:
    return compile_expression(source, language="juel", element="Flow_1").evaluate(variables)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("${input == 1}", True),
        ("${input == 3 || input == 1}", True),
        ("${input <= 0}", False),
        ("#{input + 1}", 2),
        ("${input > 0 ? 'yes' : 'no'}", "yes"),
        ("${input gt 0 and not (input ge 2)}", True),
        ("${input eq 1 or input ne 1 and input lt 0}", True),
        ("${7 div 2}", Decimal("3.5")),
        ("${-7 mod 3}", -1),
        ("${7.5 % 2}", Decimal("1.5")),
        ("${1 - 2 - 3 * 4}", -13),
        ("${!true == false}", True),
        ("${'it\\'s'}", "it's"),
        ('${"say \\"hi\\""}', 'say "hi"'),
        ("${null}", None),
        ("${.5 + 1.}", Decimal("1.5")),
        ("${1e3}", Decimal(1000)),
        ("${0.1 + 0.2}", Decimal("0.3")),
        ("${9007199254740993 + 0}", 9007199254740993),
        ("${true ? false ? 1 : 2 : 3}", 2),
    ],
)
def test_values_and_operators(source, value):
    assert juel(source, input=1) == value


def test_text_around_expressions_makes_one_text():
    assert juel("Dear ${name}, ${count + 1} items", name="林秀英", count=2) == "Dear 林秀英, 3 items"
    assert juel("${a}${b}", a=1, b=None) == "1"
    assert juel("${ready} ${total} ${day} ${list} ${entry}", ready=True, total=Decimal("2.50"), day=date(2026, 3, 1),
                list=[1, "a", None], entry={"k": "v"}) == "true 2.5 2026-03-01 [1, a, null] {k=v}"  # fmt: skip
    assert juel("no expression here, $5 or #1") == "no expression here, $5 or #1"
    assert juel("") == ""
    assert juel("\\${kept} ${1}") == "${kept} 1"
    assert juel("${'}'} and ${'${'}") == "} and ${"


def test_properties_and_places_of_contexts_and_lists():
    assert juel("${order.customer.name}", order=ORDER) == "林秀英"
    assert juel("${order['customer']['age'] + 1}", order=ORDER) == 42
    assert juel("${order.items[1]}", order=ORDER) == "器械"
    assert juel("${order.items['0']}", order=ORDER) == "药品"
    assert juel("${order.items[key]}", order=ORDER, key=0) == "药品"


def test_what_is_not_there_is_null_but_an_unknown_variable_is_an_error():
    assert juel("${order.address.street}", order=ORDER) is None
    assert juel("${order.items[9]}", order=ORDER) is None
    assert juel("${order[key]}", order=ORDER, key=None) is None
    with pytest.raises(ExpressionFailed, match="amount") as failed:
        juel("${amount < 500}")
    assert failed.value.element == "Flow_1"
    assert failed.value.words.zh == "没有变量“amount”"


def test_empty_sees_a_missing_variable_as_null():
    assert juel("${empty amount}") is True
    assert juel("${empty (amount)}") is True
    assert juel("${not empty order.address}") is False
    assert juel("${empty note && empty items && empty entries}", note="", items=[], entries={}) is True
    assert juel("${empty count}", count=0) is False


def test_the_execution_gives_variables_by_name():
    assert juel("${execution.getVariable('x') == null}") is True
    assert juel('${execution.getVariable("x") + 1}', x=1) == 2
    assert juel("${execution.getVariable(name)}", name="x", x=5) == 5
    assert juel("${execution.hasVariable('x')}") is False
    assert juel("${execution.variables.x}", x=5) == 5
    assert juel("${execution.variables['x']}${execution.getVariables().x}", x=5) == "55"
    assert juel("${execution.variables}", x=5) == {"x": 5}


def test_names_tell_which_variables_are_read():
    def names(source: str) -> set[str]:
        return set(compile_expression(source, language="juel").names)

    assert names("Dear ${name}: ${order.total > limit}") == {"name", "order", "limit"}
    assert names("${execution.getVariable('a') + execution.variables.b + execution.variables['c']}") == {"a", "b", "c"}
    assert names("${'text'.length() > 3}") == set()


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("${name.length()}", 6),
        ("${name.contains('arm')}", True),
        ("${name.startsWith('Ph')}", True),
        ("${name.endsWith('y')}", False),
        ("${name.equals('Pharma')}", True),
        ("${name.equals(null)}", False),
        ("${name.isEmpty()}", False),
        ("${name.toLowerCase()}", "pharma"),
        ("${name.toUpperCase()}", "PHARMA"),
        ("${' a '.trim()}", "a"),
        ("${name.substring(1, 3)}", "ha"),
        ("${name.substring(4).length()}", 2),
        ("${list.size()}", 2),
        ("${list.contains('b')}", True),
        ("${list.contains(1)}", False),
        ("${list.isEmpty()}", False),
        ("${list.get(1)}", "b"),
        ("${map.get('k')}", 1),
        ("${map.get('q')}", None),
        ("${map.containsKey('k')}", True),
        ("${map.size()}", 1),
        ("${map.isEmpty()}", False),
    ],
)
def test_methods_that_only_read(source, value):
    assert juel(source, name="Pharma", list=["a", "b"], map={"k": 1}) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("${null + null}", 0),
        ("${null + 1}", 1),
        ("${'' + 1}", 1),
        ("${'3' * '4'}", 12),
        ("${'1.5' + 1}", Decimal("2.5")),
        ("${-null}", 0),
        ("${null / null}", 0),
        ("${null % null}", 0),
        ("${null == ''}", False),
        ("${null == null}", True),
        ("${null < 1}", False),
        ("${null <= null}", True),
        ("${null < null}", False),
        ("${'1' == 1}", True),
        ("${'10' > 9}", True),
        ("${'10' > '9'}", False),
        ("${'true' == true}", True),
        ("${null ? 1 : 2}", 2),
        ("${'TRUE' && true}", True),
        ("${'no' || ''}", False),
        ("${1 == 1.0}", True),
    ],
)
def test_coercions_of_the_specification(source, value):
    assert juel(source) == value


@pytest.mark.parametrize(
    "source",
    [
        "${1 / 0}", "${1 % 0}", "${1.5 % 0}", "${1 + 'x'}", "${1 + true}", "${not 5}", "${5 && true}",
        "${'a'.size()}", "${null.length()}", "${'abc'.substring(2, 1)}", "${'abc'.substring(0, 9)}", "${list.get(2)}",
        "${list['x']}", "${'abc'.length}", "${5.5.x}", "${true < false}", "${list < 1}", "${day > list}",
        "${1e6000 * 1e6000}", "${list[1e300]}", "${1e6000 % 3}",
    ],
)  # fmt: skip
def test_what_has_no_value_is_a_failure(source):
    with pytest.raises(ExpressionFailed) as failed:
        juel(source, list=[1], day=date(2026, 3, 1))
    assert failed.value.words.zh
    assert failed.value.words.en


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("${", 3),
        ("${}", 3),
        ("${a", 4),
        ("${a b}", 5),
        ("${(a}", 5),
        ("${a.}", 5),
        ("${a.1}", 4),
        ("${'open}", 3),
        ("${'\\n'}", 3),
        ("${a ? b}", 8),
        ("${a = 1}", 5),
        ("${a += 'b'}", 5),
        ("${x -> x}", 5),
        ("${a; b}", 4),
        ("${[1, 2]}", 3),
        ("${a instanceof b}", 5),
        ("${a}#{b}", 5),
        ("${f(1)}", 3),
        ("${variables:get(x)}", 3),
        ("${a.getClass()}", 5),
        ("${''.getClass().forName('java.lang.Runtime')}", 6),
        ("${a['getClass']()}", 16),
        ("${'a'.substring()}", 7),
        ("${'a'.length(1,)}", 16),
        ("${execution}", 3),
        ("${execution.id}", 3),
        ("${execution.setVariable('a', 1)}", 3),
        ("${1e9999}", 3),
        ("${a § b}", 5),
        ("line one\n${a b}", 5),
    ],
)
def test_what_is_not_run_is_refused_with_its_place(source, column):
    with pytest.raises(ExpressionInvalid) as refused:
        juel(source)
    assert (refused.value.line, refused.value.column) == (1 + source.count("\n"), column)
    assert refused.value.expected.zh
    assert refused.value.expected.en


def test_no_nesting_is_too_deep_and_no_chain_too_long():
    assert juel("${" + " + ".join(["1"] * 5_000) + "}") == 5_000
    assert juel("${a" + ".a" * 5_000 + "}", a=None) is None
    for deep in ("(" * 5_000, "!" * 5_000, "a[" * 5_000, "true ? " * 5_000, "empty " * 5_000):
        with pytest.raises(ExpressionInvalid):
            juel(f"${{{deep}}}")
    with pytest.raises(ExpressionInvalid):
        juel("a" * 70_000)


def test_work_is_paid_for(few_steps):
    text = "x" * 900_000
    for source in ("${a}${a}", "${list}", "${list.contains(1)}", "${a == list}"):
        with pytest.raises(BudgetExceeded) as stopped:
            compile_expression(source, language="juel", element="Flow_1").evaluate(
                {"a": text, "list": [text] * 2_000}, few_steps
            )
        assert stopped.value.element == "Flow_1"
