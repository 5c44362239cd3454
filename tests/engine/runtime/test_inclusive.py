"""The inclusive join: waits for exactly what can still arrive (BPMN 2.0.2, 13.4.3)."""

from itertools import permutations

import pytest

from tests.engine.runtime.diagrams import Case, diagram

BUNDLE = diagram("""
    start s
    or split
    user a
    user b
    user c
    or join
    user after
    end e
    s -> split
    split -> a if "a" in items
    split -> b if "b" in items
    split -> c if "c" in items
    split -> join default
    a -> join
    b -> join
    c -> join
    join -> after -> e
""")


@pytest.mark.parametrize("items", ["a", "b", "ab", "ac", "bc", "abc"])
def test_waits_for_all_chosen_branches_in_any_order(items: str) -> None:
    for order in permutations(items):
        case = Case(BUNDLE, {"items": list(items)})
        for task in order:
            assert "after" not in case.tasks
            case.complete(task)
        assert case.tasks == ["after"]
        case.complete("after")
        assert case.ended
        assert case.completed("after") == 1


def test_no_branch_at_all_goes_straight_on() -> None:
    assert Case(BUNDLE, {"items": []}).tasks == ["after"]


def test_a_branch_that_ends_elsewhere_lets_the_join_go_on() -> None:
    case = Case(
        diagram("""
        start s
        or split
        user a
        user b
        xor x
        end gone
        or join
        user after
        s -> split
        split -> a if true
        split -> b if true
        a -> x
        x -> join if stay
        x -> gone default
        b -> join -> after
    """)
    )
    case.complete("b")
    assert case.tasks == ["a"]
    case.complete("a", stay=False)
    assert case.tasks == ["after"]


def test_a_boundary_event_that_leads_to_the_join_is_waited_for() -> None:
    text = """
        start s
        and split
        user a
        user b
        timer late on a PT1H
        end done
        or join
        user after
        s -> split -> a -> done
        split -> b -> join -> after
        late -> join
    """
    in_time = Case(diagram(text))
    in_time.complete("b")
    assert in_time.tasks == ["a"]
    in_time.complete("a")
    assert in_time.tasks == ["after"]
    late = Case(diagram(text))
    late.complete("b")
    late.fire("late")
    assert late.tasks == ["after"]


def test_a_loop_back_to_the_join_does_not_block_it() -> None:
    case = Case(
        diagram("""
        start s
        or join
        user a
        xor again
        end e
        s -> join -> a -> again
        again -> join if more
        again -> e default
    """)
    )
    case.complete("a", more=True)
    case.complete("a", more=True)
    assert case.tasks == ["a"]
    case.complete("a", more=False)
    assert case.ended


def test_two_tokens_before_the_join_of_one_scope_are_both_waited_for() -> None:
    case = Case(
        diagram("""
        start s
        and f
        xor m
        user a
        user b
        or join
        user after
        s -> f -> m -> a -> join -> after
        f -> m
        f -> b -> join
    """)
    )
    case.complete("b")
    case.complete("a")
    assert case.tasks == ["a", "after"]
    case.complete("a")
    assert case.tasks == ["after", "after"]
    case.complete("after")
    case.complete("after")
    assert case.ended


def test_tokens_of_another_subprocess_instance_do_not_hold_a_join() -> None:
    case = Case(
        diagram("""
        start s
        and f
        xor m
        sub body {
        start i
        and g
        user a
        user b
        or j
        user c
        i -> g -> a -> j -> c
        g -> b -> j
        }
        s -> f -> m -> body
        f -> m
    """)
    )
    assert case.tasks == ["a", "a", "b", "b"]
    case.complete("a")
    case.complete("b")
    assert case.tasks == ["a", "b", "c"]


LATE = """
    start s
    receive r m
    also timer late on r {TIME}
    user u
    or split
    user a
    user b
    or join
    user after
    s -> r
    late -> u -> split
    split -> a if c
    split -> b default
    a -> join
    b -> join
    join -> after
"""


@pytest.mark.parametrize(("time", "waits"), [("PT1H", False), ("R/PT1H", True)])
def test_a_boundary_event_that_cannot_happen_again_is_no_way_to_the_join(time: str, waits: bool) -> None:
    case = Case(diagram(LATE.replace("{TIME}", time)), {"c": False})
    case.fire("late")
    case.complete("u")
    case.complete("b")
    assert case.tasks == ([] if waits else ["after"])
