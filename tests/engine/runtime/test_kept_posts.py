"""A migration leaves open tasks with their posts; which the new version would give them is told beforehand."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn import Program, compile_program
from engine.runtime import Context, KeptPosts, OtherInputs, Step, kept_posts, other_inputs, start
from engine.values import Value
from tests.engine.runtime.diagrams import MONDAY, calls, diagram, ext, io

NOW = Context(MONDAY)
REVIEW = '<zeebe:assignmentDefinition candidateGroups="=groups.review"/>'
ITEMS: dict[str, Value] = {
    "items": {"A": {"groups": {"review": "food.review"}}, "S": {"groups": {"review": "seal.review"}}}
}
INNER = "start s\nuser review\ns -> review"


def release(groups: str, *, call: str = "call-S", way: str = '"ordinary"', task: str = REVIEW) -> Program:
    """An item whose call activity hands these groups to the process of the item."""
    outer = {call: ext(calls("item", all_in=False), io({"item": '"S"', "groups": groups, "way": way}))}
    files = {
        "p.bpmn": diagram(f"start s\ncall {call}\ns -> {call}", outer),
        "item.bpmn": diagram(INNER, {"review": ext(task)}, process="item"),
    }
    return compile_program(files, "p")


def begun(program: Program) -> Step:
    return start(program, ITEMS, NOW)


def as_they_are(_: Mapping[str, Value]) -> Mapping[str, Value]:
    return {}


def kept(old: Program, new: Program, mapping: Mapping[str, str] | None = None) -> list[KeptPosts]:
    return kept_posts(old, new, begun(old).state, mapping or {}, NOW, as_they_are)


def test_a_task_that_the_new_version_gives_to_others_is_told_with_whom() -> None:
    old, new = release("items.A.groups"), release("items.S.groups")
    assert kept(old, new) == [KeptPosts("item", "review", ("food.review",), ("seal.review",))]
    assert list(other_inputs(old, new, {})) == [OtherInputs("p", "call-S", ("groups",))]


def test_an_element_with_another_id_is_told_as_the_old_version_names_it() -> None:
    old, new = release("items.A.groups"), release("items.S.groups", call="seal")
    assert kept(old, new, {"p:call-S": "seal"}) == [KeptPosts("item", "review", ("food.review",), ("seal.review",))]
    assert list(other_inputs(old, new, {"p:call-S": "seal"})) == [OtherInputs("p", "call-S", ("groups",))]


def test_inputs_that_no_post_is_computed_from_are_passed_over() -> None:
    old, new = release("items.A.groups"), release("items.A.groups", way='"commitment"')
    assert kept(old, new) == []
    assert list(other_inputs(old, new, {})) == []


def test_another_way_to_write_the_same_posts_is_no_difference_of_the_case() -> None:
    old, new = release("items.A.groups"), release('{"review": "food.review"}')
    assert kept(old, new) == []
    assert len(list(other_inputs(old, new, {}))) == 1


def test_a_task_whose_own_element_names_other_posts_gets_them_and_is_not_told() -> None:
    other = '<zeebe:assignmentDefinition candidateGroups="window.clerk"/>'
    old, new = release("items.A.groups"), release("items.S.groups", task=other)
    assert kept(old, new) == []
    assert list(other_inputs(old, new, {})) == []  # its posts go by no input


def test_posts_that_cannot_be_computed_are_told_as_such() -> None:
    old, new = release("items.A.groups"), release("items.Z.groups")
    assert kept(old, new) == [KeptPosts("item", "review", ("food.review",), None)]


def test_what_a_new_case_would_begin_with_is_followed_to_the_tasks() -> None:
    program = release("items.S.groups")
    anew = {"items": {"S": {"groups": {"review": "window.review"}}}}
    found = kept_posts(program, program, begun(program).state, {}, NOW, lambda _: anew)
    assert found == [KeptPosts("item", "review", ("seal.review",), ("window.review",))]


def test_nothing_of_the_case_is_changed_by_asking() -> None:
    old, new = release("items.A.groups"), release("items.S.groups")
    state = begun(old).state
    assert kept_posts(old, new, state, {}, NOW, as_they_are) == kept_posts(old, new, state, {}, NOW, as_they_are)
