"""Conditional events: they happen when their condition becomes true (BPMN 2.0.2, 10.5.5)."""

import pytest

from engine.errors import BudgetExceeded
from engine.runtime import Budgets, Context, conditions
from tests.engine.runtime.diagrams import MONDAY, Case, diagram, ext, io, script


def test_an_intermediate_event_waits_until_its_condition_is_true() -> None:
    case = Case(diagram("start s\ncatch c condition n > 2\nuser after\ns -> c -> after"), {"n": 1})
    assert case.tasks == []
    case.set(n=2)
    assert case.tasks == []
    case.set(n=3)
    assert case.tasks == ["after"]


def test_a_condition_that_is_true_already_happens_at_once() -> None:
    assert Case(diagram("start s\ncatch c condition n > 2\nuser a\ns -> c -> a"), {"n": 3}).tasks == ["a"]


def test_a_missing_variable_makes_no_condition_true() -> None:
    case = Case(diagram("start s\ncatch c condition late\nuser a\ns -> c -> a"))
    assert case.tasks == []
    case.set(late=True)
    assert case.tasks == ["a"]


BOUNDARY = """
    start s
    user work
    condition hot on work heat > 30
    user cool
    user after
    s -> work -> after
    hot -> cool
"""


def test_an_interrupting_boundary_stops_the_work() -> None:
    case = Case(diagram(BOUNDARY), {"heat": 20})
    case.set(heat=31)
    assert case.tasks == ["cool"]


def test_a_boundary_that_does_not_interrupt_happens_each_time_anew() -> None:
    case = Case(diagram(BOUNDARY.replace("condition hot", "also condition hot")), {"heat": 20})
    for heat in (31, 35):
        case.set(heat=heat)
    assert case.tasks == ["cool", "work"], "it stays true: that is one event"
    case.set(heat=10)
    case.set(heat=32)
    assert case.tasks == ["cool", "cool", "work"]


def test_what_another_branch_writes_is_seen_at_once() -> None:
    text = """
        start s
        and f
        user a
        catch c condition done
        user after
        s -> f -> a
        f -> c -> after
    """
    case = Case(diagram(text))
    case.complete("a", done=True)
    assert case.tasks == ["after"]


def test_an_event_subprocess_starts_when_its_condition_becomes_true() -> None:
    text = """
        start s
        user work
        s -> work
        event watch {
        {KIND} w condition n > 1
        user look
        w -> look
        }
    """
    for kind, left in (("start", ["look"]), ("also start", ["look", "work"])):
        case = Case(diagram(text.replace("{KIND}", kind)), {"n": 1})
        assert case.tasks == ["work"]
        case.set(n=2)
        assert case.tasks == left


def test_an_event_based_gateway_takes_a_condition() -> None:
    text = """
        start s
        race g
        catch c condition n > 1
        catch m message told
        user a
        user b
        s -> g -> c -> a
        g -> m -> b
    """
    case = Case(diagram(text), {"n": 0})
    case.set(n=5)
    assert case.tasks == ["a"]


def test_a_condition_that_makes_itself_true_again_and_again_is_stopped_by_the_budget() -> None:
    text = """
        start s
        user work
        also condition up on work odd
        script flip
        script flop
        s -> work
        up -> flip -> flop
    """
    inside = {"flip": ext(script("false", "odd")), "flop": ext(script("true", "odd"))}
    case = Case(diagram(text, inside), {"odd": False}, context=Context(MONDAY, budgets=Budgets(activations=200)))
    with pytest.raises(BudgetExceeded):
        case.set(odd=True)


def _waiting_beside_work(condition: str, inside: dict[str, str] | None = None) -> Case:
    text = f"""
        start s
        and f
        user a
        user b
        catch c condition {condition}
        user after
        s -> f -> a -> b
        f -> c -> after
    """
    return Case(diagram(text, inside or {}), {"day": "2026-11-24"})


@pytest.mark.parametrize("mapped", ["done", "report.done"])
def test_what_a_mapping_writes_is_seen_whatever_the_task_gave(mapped: str) -> None:
    case = _waiting_beside_work(mapped, {"a": ext(io(outputs={mapped: "given > 1"}))})
    case.complete("a", given=2)
    assert "after" in case.tasks


def test_a_condition_over_the_time_is_asked_at_every_step() -> None:
    case = _waiting_beside_work("today() > date(day)")
    case.complete("a", unrelated=1)
    assert "after" not in case.tasks
    case.later(days=9)
    case.complete("b")
    assert case.tasks == ["after"]


def test_what_no_condition_reads_asks_none(monkeypatch: pytest.MonkeyPatch) -> None:
    case = _waiting_beside_work("done = true and not(day = null)")
    asked: list[object] = []
    whole = conditions._holds
    monkeypatch.setattr(conditions, "_holds", lambda run, wait: asked.append(wait) or whole(run, wait))
    case.complete("a", unrelated=1)
    assert asked == []
    case.complete("b", done=True)
    assert case.tasks == ["after"]
