"""Scripts in the Python subset: what they assign and change, and what they cannot do."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

import pytest

from engine.errors import BpmnErrorThrown, BudgetExceeded, ExpressionFailed, ExpressionInvalid, ValueInvalid
from engine.expressions import compile_script
from engine.values import Value


def run(source: str, **variables: Value) -> dict[str, Value]:
    """What the script gives back; what it was given must stay as it was."""
    before = deepcopy(variables)
    try:
        return compile_script(source, element="Task_1").run(variables)
    finally:
        assert variables == before


def test_a_changed_list_comes_back_and_the_callers_stays_as_it_was():
    trace = ["A"]
    assert run('trace.append("X")', trace=trace) == {"trace": ["A", "X"]}
    assert trace == ["A"]


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("pass", {}),
        ("", {}),
        ("# nothing but a comment", {}),
        ("n + 1", {}),
        ("n = n + 1", {"n": 8}),
        ("n += 1\nn *= 2", {"n": 16}),
        ("x = n", {"x": 7}),
        ("a = b = 1", {"a": 1, "b": 1}),
        ("a, (b, [c]) = 1, (2, [3])", {"a": 1, "b": 2, "c": 3}),
        ("x: int = 3", {"x": 3}),
        ("y = trace", {"y": ["A"]}),
        ("y = (1, 2)", {"y": [1, 2]}),
        ("trace = trace + ['B']", {"trace": ["A", "B"]}),
        ("trace += ('B',)", {"trace": ["A", "B"]}),
        ("trace[0] = 'Z'", {"trace": ["Z"]}),
        ("trace[0] += 'Z'", {"trace": ["AZ"]}),
        ("trace *= 2", {"trace": ["A", "A"]}),
        ("trace.append('B')\ntrace.pop()", {}),
        ("order['lines'][0]['n'] += 5", {"order": {"lines": [{"n": 6}]}}),
        ("del order['lines'][0]", {"order": {"lines": []}}),
        ("order.setdefault('tags', []).append('x')", {"order": {"lines": [{"n": 1}], "tags": ["x"]}}),
        ("order.update({'a': 1})\norder.pop('lines')", {"order": {"a": 1}}),
        ("for line in order['lines']: line['n'] = 9", {"order": {"lines": [{"n": 9}]}, "line": {"n": 9}}),
        ("t = trace\nt.append('B')", {"t": ["A", "B"], "trace": ["A", "B"]}),
        ("xs = [3, 1, 2]\nxs.sort()\nxs.reverse()\nxs.insert(0, 9)\nxs.remove(1)", {"xs": [9, 3, 2]}),
        ("xs = []\nxs.extend(x * x for x in range(3))\nn = len(xs)", {"xs": [0, 1, 4], "n": 3}),
        ("n /= 2", {"n": Decimal("3.5")}),
        ("x = 'a\\x00b'", {"x": "a\x00b"}),
        ("x = f'{n}'\n\n\n", {"x": "7"}),
        ("    x = 1\n    y = 2\n", {"x": 1, "y": 2}),
        ("x = 1\n        y = 2\n        if y:\n            z = 3", {"x": 1, "y": 2, "z": 3}),
        ("if n:\r\n    x = 1\r\nelse:\r\n    x = 2", {"x": 1}),
    ],
)
def test_the_result_is_what_was_assigned_or_changed(source, given):
    assert run(source, n=7, trace=["A"], order={"lines": [{"n": 1}]}) == given


def test_branches_and_loops():
    graded = """
    if n < 3: grade = "low"
    elif n < 6: grade = "middle"
    else: grade = "high"
    """
    assert [run(graded, n=n)["grade"] for n in (1, 4, 9)] == ["low", "middle", "high"]
    counted = """
    found, i = [], 0
    while True:
        i += 1
        if i == 2:
            continue
        if i > limit:
            break
        for x in range(i):
            if x == 1: break
            found.append(i)
        else:
            found.append("none")
    else:
        found.append("never")
    """
    assert run(counted, limit=3) == {"found": [1, "none", 3], "i": 4, "x": 1}
    assert run("for k, v in {'a': 1}.items(): x = k\nelse: y = v") == {"k": "a", "v": 1, "x": "a", "y": 1}
    assert run("while n > 5: n -= 1\nelse: done = True", n=7) == {"n": 5, "done": True}


def test_results_share_nothing_as_if_they_had_been_stored():
    result = run("a = [1]\nb = a\nc = {'in': a}")
    result["a"].append(2)
    assert result == {"a": [1, 2], "b": [1], "c": {"in": [1]}}
    shared = [1]
    assert run("x.append(2)", x=shared, y=shared) == {"x": [1, 2]}


def test_a_change_of_type_is_a_change():
    assert run("xs[0] = True", xs=[1]) == {"xs": [True]}
    assert run("xs[0] = 1", xs=[1]) == {}


@pytest.mark.parametrize("source", ["raise BpmnError('E1', f'{n} left')", "BpmnError('E1', f'{n} left')"])
def test_a_bpmn_error_is_thrown_with_its_code_and_what_was_done_before(source):
    with pytest.raises(BpmnErrorThrown) as thrown:
        run(f"trace.append('X')\n{source}\ntrace.append('Y')", trace=[], n=2)
    assert (thrown.value.code, thrown.value.message, thrown.value.element) == ("E1", "2 left", "Task_1")
    assert thrown.value.variables == {"trace": ["X"]}


def test_a_code_may_be_computed_but_must_be_a_text():
    with pytest.raises(BpmnErrorThrown) as thrown:
        run("raise BpmnError(code)", code=404)
    assert (thrown.value.code, thrown.value.message) == ("404", "")
    for code in (None, "", [1], True):
        with pytest.raises(ExpressionFailed):
            run("raise BpmnError(code)", code=code)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = missing + 1", "missing"),
        ("missing += 1", "missing"),
        ("missing.append(1)", "missing"),
        ("a, b = 1, 2, 3", "2 values"),
        ("n[0] = 1", "number"),
        ("t = (1, 2)\nt[0] = 1", "list"),
        ("s = 'ab'\ns[0] = 'c'", "text"),
        ("xs = []\nxs[0] = 1", "item"),
        ("xs = []\nxs.pop()", "item"),
        ("xs = []\ndel xs[0]", "item"),
        ("xs = []\nxs.remove(1)", "contain"),
        ("d = {}\nd[1] = 2", "text"),
        ("d = {}\ndel d['a']", "'a'"),
        ("d = {}\nd.pop('a')", "'a'"),
        ("x = 'ab'\ndel x[0]", "text"),
        ("x = 1 / 0", "zero"),
        ("for x in 5: pass", "items"),
    ],
)
def test_what_python_would_raise_is_a_failure(source, told):
    with pytest.raises(ExpressionFailed, match=told) as failed:
        run(source, n=1)
    assert failed.value.element == "Task_1"


@pytest.mark.parametrize(
    "source",
    [
        "def f(): pass", "class A: pass", "try:\n    1/0\nexcept BaseException: pass", "with x: pass", "import os",
        "from os import system", "global n", "nonlocal n", "x = lambda: 1", "@exec\nclass A: pass", "return 1",
        "async def f(): pass", "assert n", "del n", "raise", "raise SystemExit(3)", "raise KeyboardInterrupt",
        "raise BpmnError", "raise BpmnError()", "raise BpmnError('A') from None", "raise BpmnError(code='A')",
        "x = BpmnError('A')", "match n:\n    case 1: pass", "break", "continue", "if n: break", "n.x = 1", "n.x += 1",
        "xs[0:1] = [1]", "del xs[0:1]", "xs[0:1] += [1]", "*a, b = xs", "for n.x in xs: pass", "__class__ = 5",
        "x = __builtins__", "x = sleep(1)", "time.sleep(1)", "print(1)", "input()", "exec('1')", "open('/etc/passwd')",
        "(x := 1)", "x: int", "x &= 1", "for x in xs:\npass", "if n:", "x = 1\n y = 2\n  z = 3", "x = {1}",
        "data = '{0.__class__}'.format(())", "xs.__class__", "xs.append(*xs)", "yield 1",
        "if n:\n" + "".join(" " * i + "if n:\n" for i in range(1, 80)) + " " * 80 + "pass",
    ],
    ids=lambda source: source[:30],
)  # fmt: skip
def test_all_else_is_refused(source):
    with pytest.raises(ExpressionInvalid) as refused:
        compile_script(source)
    assert refused.value.expected.zh
    assert refused.value.expected.en


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("x = 1\nimport os", 2, 1),
        ("    x = 1\n    import os", 2, 5),
        ("x = 1\n    y = 2\n    import os", 3, 5),
        ("x = '药店' + open('a')", 1, 12),
        ("if n:\n    pass\nelif open('a'):\n    pass", 3, 6),
    ],
)
def test_the_place_is_that_of_the_given_text(source, line, column):
    with pytest.raises(ExpressionInvalid) as refused:
        compile_script(source)
    assert (refused.value.line, refused.value.column) == (line, column)


def test_other_script_languages_are_refused():
    for language in ("javascript", "groovy", "feel", ""):
        with pytest.raises(ExpressionInvalid, match="python"):
            compile_script("x = 1", language=language)


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "while True:\n    x = 1",
        "for i in range(10**12): pass",
        "for i in range(90000):\n    for j in range(90000): pass",
        "xs = [1]\nfor x in xs: xs.append(x)",
        "x = 'a'\nwhile True: x += x",
        "x = [1]\nwhile True: x += x",
        "x = 9\nwhile True: x *= x",
        "x = [1]\nwhile True: x = [x, x]",
        "x = [1]\nfor i in range(100): x = [x, x]",
        "x = [1]\nfor i in range(100): x = [x, x]\ny = str(x)",
        "x = y = [1]\nfor i in range(60):\n    x = [x, x]\n    y = [y, y]\nz = x == y",
        "s = 'a' * 10**6\nxs = []\nfor i in range(1000): xs.append(s)",
        "d = {}\ni = 0\nwhile True:\n    d[str(i)] = i\n    i += 1",
        "x = [0] * (10**10)",
        "x = sum(range(10**11))",
        "x = ''.join(str(i) for i in range(3*10**7))",
        "d = {str(i): 'x' * 1000 for i in range(2 * 10**6)}",
    ],
    ids=lambda source: source[:40],
)
def test_work_and_growth_without_end_are_stopped(source):
    with pytest.raises(BudgetExceeded) as stopped:
        run(source)
    assert stopped.value.element == "Task_1"


def test_the_budget_and_the_place_are_those_of_the_call(few_steps):
    script = compile_script("n = 0\nwhile n < 200: n += 1", element="Task_1")
    assert script.run({}) == {"n": 200}
    with pytest.raises(BudgetExceeded) as stopped:
        script.run({}, few_steps, "Task_2")
    assert (stopped.value.limit, stopped.value.element) == (1_000, "Task_2")


def test_honest_work_is_done():
    given = list(range(20_000))
    assert run("n = len(xs)\nxs.append(n)\nxs.pop()", xs=given) == {"n": 20_000}
    assert run("total = 0\nfor x in xs: total += x", xs=given) == {"total": 199_990_000, "x": 19_999}


@pytest.mark.parametrize("source", ["x = []\nx.append(x)", "x = {}\nx['x'] = x", "x = [1]\nx += [x, x]"])
def test_a_value_that_holds_itself_is_refused(source):
    with pytest.raises(ValueInvalid, match="itself"):
        run(source)
    with pytest.raises((ValueInvalid, BudgetExceeded)):
        run(f"{source}\ny = x == x\nz = str(x)")


def test_names_and_writes():
    script = compile_script("total = price * n\ntrace.append(total)\norder['a'].pop()\nfor i in xs: pass")
    assert script.names == {"price", "n", "total", "trace", "order", "xs"}
    assert script.writes == {"total", "trace", "order", "i"}
