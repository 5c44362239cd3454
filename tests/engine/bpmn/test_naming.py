"""What people call elements of a diagram, those too that nobody named."""

from __future__ import annotations

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
