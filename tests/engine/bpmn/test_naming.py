"""What people call elements of a diagram, those too that nobody named."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from lxml import etree

from engine.bpmn import ElementNames, Placed, compile_program, placed_in_file, placed_in_process
from engine.words import Words
from tests.engine.runtime.diagrams import diagram

TEXT = """
    start s
    user review
    xor decided
    user opinion
    user refusal
    xor together
    and split
    user one
    user two
    timer late on review PT1H
    end lapsed
    end e
    s -> review -> decided
    decided -> opinion if good
    decided -> refusal default
    opinion -> together
    refusal -> together
    together -> split
    split -> one -> e
    split -> two -> e
    late -> lapsed
"""
NAMED = {"review": "受理审查", "opinion": "审查意见", "refusal": "不予受理", "one": "甲", "two": "乙"}


def names(**named: str) -> ElementNames:
    content = diagram(TEXT, attributes={element: f'name="{name}"' for element, name in {**NAMED, **named}.items()})
    return ElementNames(placed_in_file(etree.fromstring(content)), english)


def english(one: Placed) -> Words:
    return Words(one.name, {"受理审查": "Acceptance", "审查意见": "Opinion"}.get(one.name, one.name))


def flow(found: ElementNames, source: str, target: str) -> str:
    return next(one.id for one in found.elements.values() if (one.source, one.target) == (source, target))


@pytest.mark.parametrize(
    ("element", "zh", "en"),
    [
        ("decided", "“受理审查”之后的网关", "the gateway after “Acceptance”"),
        ("late", "“受理审查”上的边界事件", "the boundary event on “Acceptance”"),
        ("s", "“受理审查”之前的开始事件", "the start event before “Acceptance”"),
        ("together", "“审查意见”之后的网关（together）", "the gateway after “Opinion” (together)"),
        ("split", "“审查意见”之后的网关（split）", "the gateway after “Opinion” (split)"),
        ("nowhere", "nowhere", "nowhere"),
    ],
)
def test_an_element_without_a_name_is_told_by_its_kind_and_what_stands_beside_it(
    element: str, zh: str, en: str
) -> None:
    assert names().quoted(element) == names().name(element) == Words(zh, en)


def test_a_name_stands_in_quotation_marks_within_a_sentence_alone() -> None:
    assert names().name("review") == Words("受理审查", "Acceptance")
    assert names().quoted("review") == Words("“受理审查”", "“Acceptance”")


def test_a_flow_is_told_by_its_ends() -> None:
    found = names()
    between = flow(found, "decided", "opinion")
    assert found.name(between).zh == "从“受理审查”之后的网关到“审查意见”的连线"
    named = names(decided="通过？")
    assert named.name(flow(named, "decided", "opinion")) == Words(
        "从“通过？”到“审查意见”的连线", "the flow from “通过？” to “Opinion”"
    )


def test_of_two_that_are_called_alike_designers_are_told_the_id() -> None:
    found = names(one="审查意见", two="Opinion")  # alike in both languages, and in English alone
    assert found.apart("one") == Words("审查意见（one）", "Opinion (one)")
    assert found.apart("two") == Words("Opinion（two）", "Opinion (two)")
    assert found.quoted("opinion") == Words("“审查意见”（opinion）", "“Opinion” (opinion)")
    assert found.apart("review") == found.name("review")
    assert found.name("one") == Words("审查意见", "Opinion")  # as offices read it


def test_what_stands_behind_a_boundary_event_is_told_by_its_activity() -> None:
    assert names().name("lapsed").zh == "“受理审查”之后的结束事件"


def test_a_compiled_process_calls_its_elements_the_same() -> None:
    content = diagram(TEXT, attributes={element: f'name="{name}"' for element, name in NAMED.items()})
    process = compile_program({"p.bpmn": content}, "p").processes["p"]
    compiled, written = ElementNames(placed_in_process(process), english), names()
    for element in process.nodes:
        assert compiled.name(element) == written.name(element)


def test_where_nothing_has_a_name_the_id_tells_more() -> None:
    found = ElementNames(placed_in_file(etree.fromstring(diagram("start s\nuser a\nend e\ns -> a -> e"))))
    assert found.name("a").zh == "a"
    assert found.name("s").zh == "流程的开始事件"
    assert found.name("p").zh == "p"


class _Counted(dict[str, Placed]):
    """Elements that count how often one of them is looked at."""

    looks = 0

    def __getitem__(self, element: str) -> Placed:
        self.looks += 1
        return super().__getitem__(element)


@pytest.mark.parametrize("width", [2, 8])
def test_what_a_name_costs_does_not_grow_with_the_ways_that_lead_there(width: int) -> None:
    layers = [[f"g{layer}-{number}" for number in range(width)] for layer in range(8)]
    elements = _Counted({one: Placed(one, "parallelGateway", "") for layer in layers for one in layer})
    for layer, following in pairwise(layers):
        for source, target in product(layer, following):
            id_ = f"{source}-{target}"
            elements[id_] = Placed(id_, "sequenceFlow", "", source=source, target=target)
    said = ElementNames(elements)
    assert said.name("g7-0").zh == "g7-0"
    elements["g0-1"] = Placed("g0-1", "userTask", "受理")
    assert ElementNames(elements).name("g7-0").zh == "g7-0"  # too far away
    assert ElementNames(elements).name("g6-0").zh == "“受理”之后的网关（g6-0）"
    assert elements.looks <= 40 * len(elements)
