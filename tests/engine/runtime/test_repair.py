"""A case is repaired by hand: tokens moved, elements passed over, variables set, another version taken."""

import pytest

from engine.errors import CannotSkip, ChangeRefused, MigrationRefused
from engine.runtime import Add, Closing, JobFailed, Move, Remove, TaskClosed, variables_seen
from tests.engine.runtime.diagrams import Case, calls, diagram, ext, io, job

STEPS = """
    start s
    user a
    user b
    sub body {
    start i
    user c
    user d
    i -> c -> d
    }
    user e
    s -> a -> b -> body -> e
"""


def test_a_token_is_moved_back() -> None:
    case = Case(diagram(STEPS))
    case.complete("a")
    case.modify(Move(case.token("b"), "a"))
    assert case.tasks == ["a"]


def test_a_token_is_moved_out_of_a_subprocess_which_is_cancelled_then() -> None:
    case = Case(diagram(STEPS))
    case.complete("a")
    case.complete("b")
    case.modify(Move(case.token("c"), "e"))
    assert case.tasks == ["e"]
    assert [each.element for each in case.view.active] == ["e"]


def test_of_two_calls_of_one_process_a_token_moves_in_its_own() -> None:
    files = {
        "p.bpmn": diagram("start s\ncall c\ncall d\nand x\ns -> x -> c\nx -> d", dict.fromkeys("cd", ext(calls("q")))),
        "q.bpmn": diagram("start s\nuser a\nsub body {\nstart i\nuser b\ni -> b\n}\ns -> a -> body", process="q"),
    }
    case = Case(files)
    case.complete("a")
    second = max(each.home for each in case.view.active if each.element == "body")
    case.complete("a")
    assert case.tasks == ["b", "b"]
    moved = next(
        each for each in case.view.active if each.element == "b" and case.view.scopes[each.home].parent == second
    )
    case.modify(Move(moved.token, "a"))
    assert case.tasks == ["a", "b"]
    assert next(each for each in case.view.active if each.element == "a").home == second


def test_tokens_are_added_and_removed() -> None:
    case = Case(diagram(STEPS))
    case.modify(Add("e"))
    assert case.tasks == ["a", "e"]
    case.modify(Remove(case.token("a")))
    assert case.tasks == ["e"]
    case.modify(Remove(case.token("e")))
    assert case.ended


def test_every_change_that_cannot_be_done_is_named_and_nothing_is_changed() -> None:
    case = Case(diagram(STEPS))
    before = case.state
    with pytest.raises(ChangeRefused) as refused:
        case.modify(Move(999, "b"), Add("c"), Move(case.token("a"), "s"), Add("b"))
    assert [element for element, _ in refused.value.refusals] == ["999", "c", "s"]
    assert case.state == before


def failing() -> Case:
    case = Case(diagram("start s\nservice w\nuser a\ns -> w -> a", {"w": ext(job("w"))}))
    case.resolve("w", JobFailed("down", "no answer"))
    return case


def test_what_the_failed_element_sees_is_shown_its_own_inputs_first() -> None:
    work = {"w": ext(job("w"), io({"number": "n + 1"}))}
    case = Case(diagram("start s\nservice w\nuser a\ns -> w -> a", work), {"n": 1, "number": 7})
    case.resolve("w", JobFailed("down", "no answer"))
    token = case.view.incidents[0].token
    assert variables_seen(case.state, token) == {"n": 1, "number": 2}


def test_a_failed_element_is_passed_over() -> None:
    case = failing()
    case.skip(number="by hand")
    assert case.tasks == ["a"]
    assert case.variables == {"number": "by hand"}
    assert case.view.incidents == ()


def test_failed_output_mappings_are_passed_over_with_what_is_given() -> None:
    case = Case(diagram("start s\nuser w\nuser a\ns -> w -> a", {"w": ext(io(outputs={"x": "1 / n"}))}), {"n": 0})
    case.complete("w")
    if case.view.incidents:
        case.skip(x=5)
    assert case.tasks == ["a"]


def test_a_choice_that_failed_cannot_be_passed_over() -> None:
    case = Case(diagram("start s\nxor g\nuser a\nuser b\ns -> g\ng -> a if n = 1\ng -> b if n = 2"), {"n": 3})
    with pytest.raises(CannotSkip):
        case.skip()
    case.retry(n=2)
    assert case.tasks == ["b"]


def test_an_instance_goes_on_with_a_new_version() -> None:
    case = Case(diagram(STEPS))
    case.complete("a")
    new = STEPS.replace("user b", "user b\nmessage late on b told\nuser x\nlate -> x").replace("user e", "user f")
    step = case.migrate(diagram(new.replace("-> e", "-> f")))
    assert case.tasks == ["b"]
    assert step.closed == ()
    case.message("told")
    assert case.tasks == ["x"]


def test_elements_with_new_ids_are_named_and_tasks_that_differ_are_told() -> None:
    case = Case(diagram(STEPS))
    new = diagram(
        STEPS.replace("user a", "user z").replace("-> a ->", "-> z ->"),
        {"z": ext('<zeebe:assignmentDefinition candidateGroups="two"/>')},
    )
    step = case.migrate(new, {"a": "z"})
    assert [(task.element, task.candidate_groups) for task in step.changed] == [("z", ("two",))]
    case.complete("z")
    assert case.tasks == ["b"]


def test_one_process_maps_an_element_that_another_keeps() -> None:
    files = {
        "p.bpmn": diagram("start s\nuser a\ncall c\nand x\ns -> x -> a\nx -> c", {"c": ext(calls("q"))}),
        "q.bpmn": diagram("start s\nuser a\ns -> a", process="q"),
    }
    new = {**files, "q.bpmn": diagram("start s\nuser z\ns -> z", process="q")}
    case = Case(files)
    with pytest.raises(MigrationRefused) as refused:
        case.migrate(new)
    assert refused.value.processes == ("q",)
    with pytest.raises(MigrationRefused) as refused:
        case.migrate(new, {"a": "z"})
    assert refused.value.processes == ("p",)
    case.migrate(new, {"q:a": "z"})
    assert case.tasks == ["a", "z"]


def test_what_cannot_begin_in_the_new_version_is_a_reason() -> None:
    case = Case(diagram(STEPS))
    groups = {"a": ext('<zeebe:assignmentDefinition candidateGroups="=missing.groups"/>')}
    late = STEPS.replace("user a\n", "user a\n    message late on a told missing\n    end gone\n    late -> gone\n", 1)
    for new in (diagram(STEPS, groups), diagram(late)):
        with pytest.raises(MigrationRefused) as refused:
            case.migrate(new)
        assert len(refused.value.refusals) == 1


def test_a_boundary_that_is_gone_waits_no_longer() -> None:
    with_timer = STEPS.replace("user a\n", "user a\n    timer late on a PT1H\n    end gone\n    late -> gone\n", 1)
    case = Case(diagram(with_timer))
    step = case.migrate(diagram(STEPS))
    assert len(step.timers_cancelled) == 1
    assert case.view.open("timer") == ()


def test_each_reason_against_a_migration_is_explained() -> None:
    case = Case(diagram(STEPS))
    case.modify(Add("body"))
    case.complete("a")
    new = STEPS.replace("user b", "manual b").replace("user c", "user c2").replace("-> c ->", "-> c2 ->")
    before = case.state
    with pytest.raises(MigrationRefused) as refused:
        case.migrate(diagram(new))
    reasons = dict(refused.value.refusals)
    assert set(reasons) == {"b", "c"}
    assert "userTask → manualTask" in reasons["b"].en
    assert case.state == before


def test_a_cancelled_task_is_told_by_a_move() -> None:
    case = Case(diagram(STEPS))
    task = case.waiting("task", "a")
    step = case.modify(Move(case.token("a"), "b"))
    assert step.closed == (TaskClosed(task, Closing.CANCELLED),)
