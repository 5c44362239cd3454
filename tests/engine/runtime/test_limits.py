"""Long diagrams, budgets, damaged and newer states, determinism."""

import pytest

from engine.errors import BudgetExceeded, StateFromNewerVersion, StateInvalid, ValueInvalid
from engine.runtime import Budgets, Context, cancel, complete, start
from engine.runtime.stored import load
from tests.engine.runtime.diagrams import MONDAY, Case, calls, diagram, ext, script

FORK = "start s\nand f\nuser a\nuser b\nand j\nend e\ns -> f -> a -> j -> e\nf -> b -> j"


def test_a_chain_of_ten_thousand_tasks_compiles_and_runs() -> None:
    names = [f"t{number}" for number in range(10_000)]
    text = "start s\nend e\n" + "\n".join(f"task {name}" for name in names) + "\n" + " -> ".join(["s", *names, "e"])
    case = Case(diagram(text))
    assert case.ended
    assert case.completed("t9999") == 1


def test_an_endless_loop_is_stopped_by_the_budget_and_names_the_element() -> None:
    file = diagram("start s\nxor a\ntask t\ns -> a -> t -> a")
    with pytest.raises(BudgetExceeded) as stopped:
        Case(file)
    assert stopped.value.element in ("a", "t")


def test_processes_that_call_each_other_for_ever_are_stopped() -> None:
    files = {
        "p.bpmn": diagram("start s\ncall c\ns -> c", {"c": ext(calls("q"))}),
        "q.bpmn": diagram("start s\ncall c\ns -> c", {"c": ext(calls("p"))}, process="q"),
    }
    with pytest.raises(BudgetExceeded):
        Case(files)


def test_too_many_tokens_are_refused() -> None:
    file = diagram("start s\nand f\nxor m\nuser t\ns -> m -> f -> m\nf -> t")
    with pytest.raises(BudgetExceeded) as stopped:
        Case(file, context=Context(now=MONDAY, budgets=Budgets(tokens=50)))
    assert stopped.value.what == "tokens"


def test_looking_for_what_can_still_come_to_an_inclusive_join_is_paid_for() -> None:
    many = "start s\nand f\nor j\nmanual w\nuser t\nend e\ns -> j -> w -> f\nf -> j\nf -> t -> e"
    with pytest.raises(BudgetExceeded) as stopped:
        Case(diagram(many), context=Context(now=MONDAY, budgets=Budgets(activations=8_000, tokens=5_000)))
    assert (stopped.value.element, stopped.value.what) == ("j", "activations")


def test_too_large_and_foreign_values_are_refused_at_the_edge() -> None:
    case = Case(diagram("start s\nuser t\ns -> t"))
    task = case.waiting("task", "t")
    small = Context(now=MONDAY, budgets=Budgets(payload_bytes=100))
    with pytest.raises(BudgetExceeded):
        complete(case.program, case.state, task, {"text": "x" * 200}, small)
    for foreign in (1.5, float("nan"), object(), "\ud800", {1: 2}, {"a": {"b": {3}}}):
        with pytest.raises(ValueInvalid):
            complete(case.program, case.state, task, {"v": foreign}, case.context)
    with pytest.raises(ValueInvalid):  # under such names the engine keeps what conversations are about
        complete(case.program, case.state, task, {"@order": 7}, case.context)
    assert case.tasks == ["t"]


def test_the_same_inputs_give_the_same_step() -> None:
    first, second = Case(diagram(FORK)), Case(diagram(FORK))
    assert first.last == second.last
    assert first.complete("a") == second.complete("a")


def test_a_command_leaves_the_state_it_was_given_alone() -> None:
    case = Case(diagram(FORK))
    before, task = case.state, case.waiting("task", "a")
    complete(case.program, before, task, {"x": 1}, case.context)
    assert complete(case.program, before, task, {"x": 1}, case.context).opened == ()


@pytest.mark.parametrize("damage", [b"", b"{}", b"null", b"[1]", b"\x00\xff", b'{"v":1,"c":"00000000","b":{}}'])
def test_what_is_no_state_is_refused(damage: bytes) -> None:
    with pytest.raises(StateInvalid):
        load(damage)


def test_every_damaged_byte_is_noticed() -> None:
    state = Case(diagram(FORK), {"n": 1}).state
    for place in range(len(state)):
        damaged = state[:place] + bytes([state[place] ^ 1]) + state[place + 1 :]
        with pytest.raises(StateInvalid):
            load(damaged)
    for length in range(len(state)):
        with pytest.raises(StateInvalid):
            load(state[:length])


def test_a_state_of_a_newer_release_is_left_alone() -> None:
    state = Case(diagram(FORK)).state
    with pytest.raises(StateFromNewerVersion) as newer:
        load(state.replace(b'{"v":3,', b'{"v":4,', 1))
    assert newer.value.version == 4


def test_a_state_of_another_program_is_refused() -> None:
    case = Case(diagram(FORK))
    other = Case(diagram("start s\nuser z\ns -> z"))
    with pytest.raises(StateInvalid):
        complete(other.program, case.state, case.waiting("task", "a"), {}, case.context)


def test_the_state_does_not_grow_with_history() -> None:
    case = Case(diagram("start s\nxor m\nuser t\nxor x\nend e\ns -> m -> t -> x\nx -> m if again\nx -> e default"))
    sizes = []
    for _ in range(30):
        case.complete("t", again=True)
        sizes.append(len(case.state))
    assert max(sizes) - min(sizes) <= 10  # only the counters have more digits


def test_cancelling_closes_everything() -> None:
    case = Case(
        diagram(
            "start s\nand f\nuser a\ntimer late on a PT1H\ncatch m message x\nend e\ns -> f -> a\nf -> m\nlate -> e"
        )
    )
    step = cancel(case.program, case.state, case.context)
    assert step.ended
    assert [each.how for each in step.closed] == ["cancelled"]
    assert (len(step.timers_cancelled), len(step.subscriptions_closed)) == (1, 1)
    assert cancel(case.program, step.state, case.context).closed == ()


def test_what_opens_and_closes_in_one_step_is_not_told() -> None:
    step = Case(diagram("start s\ntask t\ntimer late on t PT1H\nend e\ns -> t -> e\nlate -> e")).last
    assert (step.timers_set, step.timers_cancelled, step.ended) == ((), (), True)


def test_an_unknown_process_cannot_start() -> None:
    case = Case(diagram(FORK))
    with pytest.raises(KeyError):
        start(case.program, {}, case.context, process="nothing")


def test_what_elements_write_is_bounded_by_the_size_of_the_state() -> None:
    file = diagram("start s\nscript grow\nuser a\ns -> grow -> a", {"grow": ext(script("[word, word]", "all"))})
    context = Context(MONDAY, budgets=Budgets(state_bytes=20_000))
    with pytest.raises(BudgetExceeded) as stopped:
        Case(file, {"word": "x" * 15_000}, context=context)
    assert (stopped.value.element, stopped.value.what) == ("a", "bytes of state")
