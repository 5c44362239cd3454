"""Places where families meet: compensation in loops and ad-hoc work, incidents in the middle, changes by hand."""

from __future__ import annotations

import pytest

from engine.errors import BudgetExceeded, ChangeRefused
from engine.runtime import Add, Budgets, Context, JobError, Move, Remove, reschedule, signal
from tests.engine.runtime.diagrams import MONDAY, Case, diagram, ext, io, job, script


def loop(body: str, sequential: bool = False) -> str:
    order = str(sequential).lower()
    return f'<multiInstanceLoopCharacteristics isSequential="{order}">{body}</multiInstanceLoopCharacteristics>'


MANY_BODIES = """
    start s
    sub body {
    start bs
    user book
    undo user cancel of book
    end be
    bs -> book -> be
    }
    throw back compensate
    user after
    s -> body -> back -> after
"""


@pytest.mark.parametrize("sequential", [True, False])
def test_each_of_equal_subprocesses_is_undone_once(sequential: bool) -> None:
    three = loop("<loopCardinality>=3</loopCardinality>", sequential)
    case = Case(diagram(MANY_BODIES, {"body": three}))
    for _ in range(3):
        case.complete("book")
    for _ in range(3):
        assert case.tasks.count("cancel") == (1 if sequential else case.tasks.count("cancel"))
        case.complete("cancel")
    assert case.tasks == ["after"]


def test_an_output_that_is_tried_again_is_undone_once() -> None:
    text = "start s\nuser book\nundo user cancel of book\nthrow back compensate\nuser after\ns -> book -> back -> after"
    case = Case(diagram(text, {"book": ext(io(outputs={"ref": "if m = null then date(1) + 1 else m"}))}), {"m": 5})
    case.complete("book")
    case.complete("cancel")
    assert case.tasks == ["after"]


AD_HOC = """
    start s
    adhoc body {
    user a
    user b
    undo user ua of a
    undo user ub of b
    }
    throw back compensate
    user last
    s -> body -> back -> last
"""
ENOUGH = "<completionCondition>=n >= 2</completionCondition>"


def test_handlers_are_no_activities_of_an_ad_hoc_subprocess() -> None:
    case = Case(diagram(AD_HOC, {"body": ENOUGH}), {"n": 0})
    case.complete("a")
    case.complete("b", n=2)
    assert case.tasks == ["ua", "ub"]
    case.complete("ub")
    assert case.tasks == ["ua"]
    case.complete("ua")
    assert case.tasks == ["last"]


def test_an_ad_hoc_subprocess_that_ends_by_its_condition_can_be_undone() -> None:
    text = AD_HOC.replace("user b\n", "").replace("undo user ub of b\n", "")
    case = Case(diagram(text, {"body": ENOUGH}), {"n": 0})
    case.complete("a")
    case.set(n=2)
    assert case.tasks == ["ua"]


def test_a_behavior_that_fails_leaves_the_instance_where_it_is() -> None:
    one = loop("<loopCardinality>=2</loopCardinality>").replace(
        "isSequential", 'behavior="One" oneBehaviorEventRef="told" isSequential'
    )
    file = diagram("start s\nuser a\nuser after\ncatch unused message m k.x\ns -> a -> after", {"a": one})
    definition = b'<messageEventDefinition id="told" messageRef="message_m_k_x"/>'
    case = Case(file.replace(b"<process", definition + b"<process", 1))
    case.complete("a")
    assert [each.element for each in case.view.incidents] == ["a"]
    case.retry(k={"x": "1"})
    case.complete("a")
    assert case.tasks == ["after"]


def test_a_throw_with_several_messages_is_all_or_nothing() -> None:
    text = "start s\nthrow t message m\nuser after\ncatch unused message n k.x\ns -> t -> after"
    more = '<messageEventDefinition messageRef="message_n_k_x"/>'
    case = Case(diagram(text, {"t": more}))
    assert case.last.thrown == ()
    step = case.retry(k={"x": "1"})
    assert sorted(each.name for each in step.thrown) == ["m", "n"]


def test_a_handler_sees_the_item_of_the_instance_that_it_undoes() -> None:
    inside = {
        "body": loop(ext('<zeebe:loopCharacteristics inputCollection="=[1, 2]" inputElement="item"/>')),
        "cancel": ext(script("append(undone, item)", "undone")),
    }
    case = Case(diagram(MANY_BODIES.replace("user cancel", "script cancel"), inside), {"undone": []})
    case.complete("book")
    case.complete("book")
    assert case.tasks == ["after"]
    assert sorted(case.variables["undone"]) == [1, 2]


def test_a_handler_that_fails_in_business_goes_its_own_way_before_the_thrower_goes_on() -> None:
    text = """
        start s
        user book
        undo service cancel of book
        error oops on cancel E
        user byhand
        throw back compensate
        user last
        oops -> byhand
        s -> book -> back -> last
    """
    case = Case(diagram(text, {"cancel": ext(job("cancel"))}))
    case.complete("book")
    case.resolve("cancel", JobError("E"))
    assert case.tasks == ["byhand"]
    case.complete("byhand")
    assert case.tasks == ["last"]


def test_the_boundary_of_a_completed_subprocess_catches_nothing_from_its_undoing() -> None:
    text = """
        start s
        sub body {
        start bs
        user book
        undo service cancel of book
        bs -> book
        }
        error oops on body E
        user caught
        throw back compensate
        user last
        oops -> caught
        s -> body -> back -> last
    """
    case = Case(diagram(text, {"cancel": ext(job("cancel"))}))
    case.complete("book")
    case.resolve("cancel", JobError("E"))
    assert [each.code for each in case.view.incidents] == ["uncaught-error"]
    assert case.tasks == []


def test_an_event_subprocess_inside_an_event_subprocess_waits() -> None:
    text = """
        start s
        user a
        s -> a
        event outer {
        start os signal go
        user b
        os -> b
        event inner {
        start is signal stop
        user c
        is -> c
        }
        }
    """
    case = Case(diagram(text))
    for name, task in (("go", "b"), ("stop", "c")):
        case._take(signal(case.program, case.state, name, {}, case.context))
        assert case.tasks == [task]


def test_reschedule_keeps_a_timer_that_can_no_longer_be_worked_out_and_one_that_has_fired() -> None:
    case = Case(diagram("start s\ncatch t timer =limit\nuser a\ns -> t -> a"), {"limit": "2026-12-01T00:00:00Z"})
    case.set(limit=None)
    assert reschedule(case.program, case.state, case.context).timers_set == ()
    repeating = Case(diagram("start s\nuser a\nalso timer t on a R/PT1H\nend e\ns -> a\nt -> e"))
    repeating.later(hours=1)
    repeating.fire("t")
    assert reschedule(repeating.program, repeating.state, repeating.context).timers_set == ()


INNER = "start s\nsub body {\nstart bs\nuser a\nuser b\nbs -> a -> b\n}\nuser after\ns -> body -> after"


def test_changes_by_hand_that_another_made_impossible_are_refused() -> None:
    case = Case(diagram(INNER))
    for second in (Add("b"), Add("after", 1)):
        with pytest.raises(ChangeRefused):
            case.modify(Remove(case.token("a")), second)
    with pytest.raises(ChangeRefused):
        case.modify(Move(case.token("body"), "b"))
    assert case.tasks == ["a"]


def test_a_handler_taken_out_by_hand_lets_the_thrower_go_on() -> None:
    text = "start s\nuser book\nundo user cancel of book\nthrow back compensate\nuser last\ns -> book -> back -> last"
    case = Case(diagram(text))
    case.complete("book")
    case.modify(Remove(case.token("cancel")))
    assert case.tasks == ["last"]


def test_a_loop_goes_on_without_an_instance_that_was_taken_out_by_hand() -> None:
    text = "start s\nsub body {\nstart bs\nuser a\nbs -> a\n}\nuser after\ns -> body -> after"
    case = Case(diagram(text, {"body": loop("<loopCardinality>=2</loopCardinality>", sequential=True)}))
    case.modify(Remove(case.token("a")))
    assert case.tasks == ["a"]
    case.complete("a")
    assert case.tasks == ["after"]


def test_conditions_that_all_hold_happen_once_until_one_is_false() -> None:
    text = "start s\nuser work\nalso condition b on work m > 1\nuser seen\ns -> work\nb -> seen"
    more = "<conditionalEventDefinition><condition>=n > 1</condition></conditionalEventDefinition>"
    file = diagram(text, {"b": more.replace(">=n >", ">=n &gt;")}, attributes={"b": 'parallelMultiple="true"'})
    case = Case(file, {"m": 0, "n": 0})
    case.set(m=2, n=2)
    assert case.tasks == ["seen", "work"]


def test_an_element_that_is_cancelled_on_its_way_has_an_end_in_the_history() -> None:
    text = "start s\nand f\nscript a\nuser after\nend t terminate\ns -> f -> a -> after\nf -> t"
    case = Case(diagram(text, {"a": ext(script("1", "x"))}))
    assert case.ended
    begun = [element for what, element in case.history if what == "entered"]
    over = [element for what, element in case.history if what in ("completed", "cancelled")]
    assert sorted(begun) == sorted(over)


def test_asking_conditions_costs_the_budget() -> None:
    many = loop("<loopCardinality>=200</loopCardinality>")
    text = """
        start s
        and f
        sub each {
        start i
        catch w condition n > 9999
        i -> w
        }
        user go
        xor again
        script up
        xor more
        end e
        s -> f -> each
        f -> go -> again -> up -> more
        more -> again if n < 300
        more -> e default
    """
    case = Case(diagram(text, {"each": many, "up": ext(script("n + 1", "n"))}), {"n": 0})
    case.context = Context(MONDAY, budgets=Budgets(activations=2000))
    with pytest.raises(BudgetExceeded):
        case.complete("go")


def test_scripts_side_by_side_lose_no_update() -> None:
    text = "start s\nand f\nscript a\nscript b\nand j\nuser after\ns -> f -> a -> j -> after\nf -> b -> j"
    inside = {"a": ext(script("append(all, 1)", "all")), "b": ext(script("append(all, 2)", "all"))}
    assert sorted(Case(diagram(text, inside), {"all": []}).variables["all"]) == [1, 2]
