"""What is said about loops, multi-instance and ad-hoc work, complex gateways and paths beside the flow."""

import pytest

from engine.bpmn import check
from engine.findings import Severity
from tests.engine.runtime.diagrams import diagram

LINE = "start s\nuser a\nend e\ns -> a -> e"
AD_HOC = "start s\nadhoc b {\nuser a\nuser c\n}\nend e\ns -> b -> e"


def told(text: str, inside: dict[str, str] | None = None, **attributes: str) -> set[tuple[str, str]]:
    """(code, element) of every finding that the engine itself makes about the diagram."""
    return {(each.code, each.element) for each in check({"p.bpmn": diagram(text, inside, attributes=attributes)})}


def many(inner: str, attributes: str = "") -> dict[str, str]:
    return {"a": f"<multiInstanceLoopCharacteristics {attributes}>{inner}</multiInstanceLoopCharacteristics>"}


def number(text: str) -> str:
    return f"<loopCardinality>{text}</loopCardinality>"


def loop(condition: str, attributes: str = "") -> dict[str, str]:
    inner = f"<loopCondition>{condition}</loopCondition>"
    return {"a": f"<standardLoopCharacteristics {attributes}>{inner}</standardLoopCharacteristics>"}


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (many(""), "empty-reference"),
        (many(number("=3"), 'behavior="None"'), "empty-reference"),
        (many(number("=-1")), "no-number"),
        (many(number('="many"')), "no-number"),
        (many(number("=1.5")), "no-number"),
        (many(number("=1000000000")), "too-many-instances"),
        (many(number("=3") + "<loopDataInputRef>x</loopDataInputRef>"), "two-numbers"),
        ({"a": "<standardLoopCharacteristics/>"}, "endless-loop"),
        (loop("=true"), "loop-goes-on"),
    ],
)
def test_loops_that_do_not_count_or_do_not_end_are_named(inside: dict[str, str], code: str) -> None:
    assert (code, "a") in told(LINE, inside)


@pytest.mark.parametrize(
    "inside",
    [many(number("=3")), many(number("=n")), many(number("=10000")), loop("=n > 3"), loop("=true", 'loopMaximum="3"')],
)
def test_loops_that_count_or_end_are_not(inside: dict[str, str]) -> None:
    assert told(LINE, inside) == {("no-candidate-group", "a")}


def test_ad_hoc_work_has_no_order_and_an_end() -> None:
    never = {"b": "<completionCondition>=false</completionCondition>"}
    ordered = "start s\nadhoc b {\nstart i\nuser a\nend z\ni -> a -> z\n}\nend e\ns -> b -> e"
    assert {("ad-hoc-event", "i"), ("ad-hoc-event", "z")} <= told(ordered)
    assert ("ad-hoc-empty", "b") in told("start s\nadhoc b {\n}\nend e\ns -> b -> e")
    assert ("ad-hoc-never-completes", "b") in told(AD_HOC, never)
    assert {code for code, _ in told(AD_HOC)} == {"no-candidate-group"}


def test_a_complex_join_without_its_condition_is_named() -> None:
    text = "start s\nand f\nuser a\nuser b\ncomplex j\nend e\ns -> f -> a -> j -> e\nf -> b -> j"
    condition = {"j": "<activationCondition>=activationCount > 1</activationCondition>"}
    assert ("no-activation", "j") in told(text)
    assert ("no-activation", "j") not in told(text, condition)
    assert ("constant-condition", "j") in told(text, {"j": "<activationCondition>=false</activationCondition>"})


@pytest.mark.parametrize("condition", ["true", "1 > 2", '"a" = "a"'])
def test_a_condition_that_reads_no_variable_is_named(condition: str) -> None:
    text = "start s\nxor x\nuser a\nend e\ns -> x\nx -> a if {}\nx -> e default\na -> e"
    assert ("constant-condition", "f2") in told(text.format(condition))
    assert ("constant-condition", "f2") not in told(text.format(f"n > 1 and {condition}"))
    assert ("constant-condition", "c") in told(f"start s\ncatch c condition {condition}\nend e\ns -> c -> e")


@pytest.mark.parametrize("condition", ["today() > date(2020, 1, 1)", "count(for i in 1..100000 return i) > 1", "null"])
def test_a_condition_of_the_time_or_of_much_work_is_not_worked_out_at_upload(condition: str) -> None:
    text = "start s\nxor x\nuser a\nend e\ns -> x\nx -> a if {}\nx -> e default\na -> e"
    assert {code for code, _ in told(text.format(condition))} == {"no-candidate-group"}


def test_compensation_stands_beside_the_flow_and_is_neither_out_of_reach_nor_a_dead_end() -> None:
    found = told("start s\nuser a\nundo user h of a\nend e compensate\ns -> a -> e")
    assert not {"unreachable", "dead-end"} & {code for code, _ in found}


def test_every_loop_without_a_way_out_is_named() -> None:
    text = "start s\nxor x\nxor m\nuser a\nxor n\nuser b\ns -> x\nx -> m if k\nx -> n default\nm -> a -> m\nn -> b -> n"
    assert {("never-ends", "m"), ("never-ends", "n")} <= told(text)


def test_findings_of_one_kind_beyond_a_bearable_number_are_counted() -> None:
    flows = "\n".join(f"lost{number} -> gone{number}" for number in range(500))
    found = check({"p.bpmn": diagram(f"start s\nend e\ns -> e\n{flows}")})
    assert sum(each.code == "missing-reference" for each in found) == 200
    (more,) = [each for each in found if each.code == "more-of-a-kind"]
    assert more.severity is Severity.ERROR
    assert "800" in more.message.zh
    assert "missing-reference" in more.message.en
