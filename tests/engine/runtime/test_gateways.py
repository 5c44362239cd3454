"""Gateways, implicit splits and merges, conditional and default flows."""

import pytest

from tests.engine.runtime.diagrams import Case, diagram

CHOICE = diagram("""
    start s
    xor x
    user big
    user small
    end e
    s -> x
    x -> big if n > 3
    x -> small default
    big -> e
    small -> e
""")


@pytest.mark.parametrize(("n", "task"), [(5, "big"), (3, "small"), (0, "small")])
def test_exclusive_gateway_takes_the_first_flow_that_holds_else_the_default(n: int, task: str) -> None:
    assert Case(CHOICE, {"n": n}).tasks == [task]


def test_a_condition_over_a_missing_variable_is_an_incident_not_a_way() -> None:
    case = Case(CHOICE)
    assert case.tasks == []
    assert [each.code for each in case.view.incidents] == ["expression-failed"]
    case.retry(n=4)
    assert case.tasks == ["big"]
    assert case.view.incidents == ()


def test_no_flow_that_holds_is_an_incident_on_the_gateway() -> None:
    case = Case(diagram("start s\nxor x\nuser a\nuser b\ns -> x\nx -> a if n = 1\nx -> b if n = 2"), {"n": 3})
    (incident,) = case.last.incidents
    assert (incident.element, incident.code) == ("x", "no-flow")
    case.retry(n=2)
    assert case.tasks == ["b"]


def test_parallel_branches_wait_for_each_other_and_share_variables() -> None:
    case = Case(
        diagram("""
        start s
        and split
        user a
        user b
        and join
        user c
        end e
        s -> split -> a -> join -> c -> e
        split -> b -> join
    """)
    )
    case.complete("a", from_a=1)
    assert case.tasks == ["b"]
    case.complete("b", from_b=2)
    assert case.tasks == ["c"]
    assert case.variables == {"from_a": 1, "from_b": 2}
    case.complete("c")
    assert case.ended


def test_parallel_join_takes_one_token_of_each_flow() -> None:
    case = Case(
        diagram("""
        start s
        and split
        xor merge
        user a
        user b
        and join
        user c
        s -> split -> merge -> a -> join -> c
        split -> merge
        split -> b -> join
    """)
    )
    assert case.tasks == ["a", "a", "b"]
    case.complete("a")
    case.complete("a")
    assert case.tasks == ["b"]
    case.complete("b")
    assert case.tasks == ["c"]
    assert not case.ended


def test_several_flows_out_of_a_task_are_a_split_and_several_into_it_a_merge() -> None:
    case = Case(diagram("start s\nuser a\nuser b\nuser c\ns -> a -> b -> c\na -> c"))
    case.complete("a")
    assert case.tasks == ["b", "c"]
    case.complete("b")
    assert case.tasks == ["c", "c"]
    case.complete("c")
    assert not case.ended
    case.complete("c")
    assert case.ended


def test_conditional_flows_leave_a_task_and_its_default_goes_when_none_holds() -> None:
    text = "start s\nuser a\nuser b\nuser c\nuser d\ns -> a\na -> b if n > 1\na -> c if n > 2\na -> d default"
    for n, expected in ((3, ["b", "c"]), (2, ["b"]), (1, ["d"])):
        case = Case(diagram(text))
        case.complete("a", n=n)
        assert case.tasks == expected


def test_every_token_passes_an_exclusive_merge_by_itself() -> None:
    case = Case(diagram("start s\nand f\nxor m\nuser t\ns -> f -> m -> t\nf -> m"))
    assert case.tasks == ["t", "t"]


def test_first_event_behind_an_event_based_gateway_wins() -> None:
    text = """
        start s
        race r
        catch answer message reply id
        catch silence timer P3D
        user read
        user remind
        s -> r -> answer -> read
        r -> silence -> remind
    """
    answered = Case(diagram(text), {"id": "42"})
    step = answered.message("reply", "42", text="yes")
    assert answered.tasks == ["read"]
    assert answered.variables["text"] == "yes"
    assert len(step.timers_cancelled) == 1
    silent = Case(diagram(text), {"id": "42"})
    step = silent.fire("silence")
    assert silent.tasks == ["remind"]
    assert len(step.subscriptions_closed) == 1
