"""Why our own token machine runs the cases: where SpiffWorkflow 3.2.0 leads tokens astray, reproduced.

Each test asserts what the reference does (so that a release that mends it is noticed) and what ours does.
See docs/decisions/0001-own-token-machine.md; what it does to data and at what cost is in
test_costs_of_the_reference.py.
"""

from typing import Any

import pytest
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.exceptions import TaskNotFoundException, WorkflowException

from tests.engine.reference.raw import finish, spiff, tasks
from tests.engine.runtime.diagrams import Case, diagram, ext, script

MANY = (
    '<multiInstanceLoopCharacteristics isSequential="false"><loopCardinality>{}</loopCardinality>'
    "</multiInstanceLoopCharacteristics>"
)


def message(workflow: Any, name: str) -> None:
    workflow.send_event(BpmnEvent(MessageEventDefinition(name), {}))
    workflow.do_engine_steps()


def both(file: bytes, *acts: tuple[str, dict[str, object]]) -> tuple[Any, Case]:
    """The same acts on the reference and on ours."""
    reference, ours = spiff(file), Case(file)
    for element, data in acts:
        finish(reference, element, **data)
        ours.complete(element, **data)
    return reference, ours


# ---------------------------------------------------------------- gateways

JOIN_IN_LOOP = """
    start s
    xor m
    {gate} f
    user a
    user b
    {gate} j
    user check
    xor x
    end e
    s -> m -> f
    f -> a{always}
    f -> b{always}
    a -> j
    b -> j
    j -> check -> x
    x -> m if again
    x -> e default
"""


@pytest.mark.parametrize(("gate", "always"), [("and", ""), ("or", " if 1 = 1")])
def test_a_join_in_a_loop_counts_the_branches_of_the_round_before(gate: str, always: str) -> None:
    file = diagram(JOIN_IN_LOOP.format(gate=gate, always=always))
    first = [("a", {}), ("b", {}), ("check", {"again": True}), ("b", {})]
    reference = spiff(file.replace(b"1 = 1", b"1 == 1"))
    ours = Case(file)
    for element, data in first:
        finish(reference, element, **data)
        ours.complete(element, **data)
    assert tasks(reference) == ["a", "check"]  # the join went on with one branch
    assert ours.tasks == ["a"]


def test_a_second_token_through_a_gateway_erases_finished_work() -> None:
    file = diagram("""
        start s
        and f
        xor m
        user a
        and g
        user b
        user c
        end e
        s -> f -> m
        f -> a -> m
        m -> g -> b -> e
        g -> c -> e
    """)
    reference, ours = both(file, ("b", {}), ("a", {}))
    assert tasks(reference) == ["b", "c"]  # of two tokens through g one is left, and b is asked again
    assert ours.tasks == ["b", "c", "c"]


def test_an_inclusive_join_looks_back_along_the_first_flow_alone() -> None:
    file = diagram("""
        start s
        or f
        user first
        xor x
        user a
        user b
        xor m
        manual on
        user other
        or j
        user after
        end e
        s -> f
        f -> first if 1 < 2
        f -> other if 1 < 2
        first -> x
        x -> a if way < 1
        x -> b default
        a -> m
        b -> m
        m -> on -> j
        other -> j
        j -> after -> e
    """)
    reference, ours = both(file, ("first", {"way": 1}), ("other", {}))
    assert tasks(reference) == ["after", "b"]  # b can still come to the join
    assert ours.tasks == ["b"]


def test_two_flows_to_the_same_join_count_as_one() -> None:
    file = diagram("""
        start s
        user a
        xor x
        and j
        user b
        end e
        s -> a -> x
        x -> j if way < 1
        x -> j default
        j -> b -> e
    """)
    reference, ours = both(file, ("a", {"way": 0}))
    assert tasks(reference) == ["b"]  # the join waits for one of its two flows
    assert ours.tasks == []
    assert [(each.element, each.phase) for each in ours.view.active] == [("j", "joining")]


# ---------------------------------------------------------------- what the diagram means


def test_an_element_named_end_changes_what_the_diagram_means() -> None:
    file = diagram("start s\nuser End\nuser after\nend e\ns -> End -> after -> e")
    reference = spiff(file)
    assert reference.completed  # without any work having been done
    assert Case(file).tasks == ["End"]


def test_an_element_named_start_cannot_be_read() -> None:
    file = diagram("start s\nuser Start\nend e\ns -> Start -> e")
    with pytest.raises(ValidationException):
        spiff(file)
    assert Case(file).tasks == ["Start"]


def test_a_process_without_end_event_never_completes() -> None:
    reference, ours = both(diagram("start s\nuser a\ns -> a"), ("a", {}))
    assert not reference.completed
    assert ours.ended


def test_a_loop_deeper_than_a_thousand_levels_of_its_tree_reports_completion() -> None:
    text = """
        start s
        and f
        user a
        end done
        xor m
        script work
        xor x
        user after
        end e
        s -> f -> a -> done
        f -> m -> work -> x
        x -> m if n < 340
        x -> after default
        after -> e
    """
    reference = spiff(diagram(text, {"work": "<script>n = n + 1</script>"}), n=0)
    assert tasks(reference) == ["a"]  # "after" is open and out of sight
    finish(reference, "a")
    assert reference.completed

    ours = Case(diagram(text, {"work": ext(script("n + 1", "n"))}), {"n": 0})
    ours.complete("a")
    assert (ours.tasks, ours.ended) == (["after"], False)


# ---------------------------------------------------------------- events

HANDLER = """
    start s
    user a
    end e
    event h {{
    {start}
    user handle
    end done
    i -> handle -> done
    }}
    s -> a -> e
"""


def test_an_event_subprocess_ignores_that_it_interrupts() -> None:
    file = diagram(HANDLER.format(start="start i message m"))
    reference, ours = both(file)
    message(reference, "m")
    ours.message("m")
    assert tasks(reference) == ["a", "handle"]
    assert ours.tasks == ["handle"]


@pytest.mark.parametrize("kind", ["error E1", "escalation X1"])
def test_an_event_subprocess_of_an_error_or_escalation_runs_at_once(kind: str) -> None:
    reference, ours = both(diagram(HANDLER.format(start=f"start i {kind}")))
    assert tasks(reference) == ["a", "handle"]  # nothing has happened yet
    assert ours.tasks == ["a"]


def test_a_signal_end_event_does_nothing() -> None:
    file = diagram("""
        start s
        and f
        catch hear signal S
        user heard
        end e
        user a
        end x signal S
        s -> f -> hear -> heard -> e
        f -> a -> x
    """)
    reference, ours = both(file, ("a", {}))
    assert tasks(reference) == []
    assert ours.tasks == ["heard"]


UNDOING = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test">
  <process id="p" isExecutable="true">
    <startEvent id="s"/>
    <subProcess id="paid">
      <startEvent id="i"/> <userTask id="pay"/> <endEvent id="o"/>
      <sequenceFlow id="f1" sourceRef="i" targetRef="pay"/> <sequenceFlow id="f2" sourceRef="pay" targetRef="o"/>
    </subProcess>
    {boundary}
    <userTask id="refund" isForCompensation="true"/>
    <association id="undoes" sourceRef="undo" targetRef="refund"/>
    <intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>
    <endEvent id="e"/>
    <sequenceFlow id="f3" sourceRef="s" targetRef="paid"/> <sequenceFlow id="f4" sourceRef="paid" targetRef="t"/>
    <sequenceFlow id="f5" sourceRef="t" targetRef="e"/>
  </process>
</definitions>"""
UNDO = '<boundaryEvent id="undo" attachedToRef="paid"><compensateEventDefinition/></boundaryEvent>'


def test_compensation_does_nothing() -> None:
    with pytest.raises(ValidationException):  # the event that catches it cannot be read …
        spiff(UNDOING.format(boundary=UNDO).encode())
    reference = spiff(UNDOING.format(boundary="").replace('sourceRef="undo"', 'sourceRef="paid"').encode())
    finish(reference, "pay")
    assert reference.completed  # … and the one that throws it passes by

    ours = Case(UNDOING.format(boundary=UNDO).encode())
    ours.complete("pay")
    assert ours.tasks == ["refund"]


def test_link_events_do_nothing() -> None:
    file = diagram("start s\nuser a\nthrow t link L\ncatch c link L\nuser b\nend e\ns -> a -> t\nc -> b -> e")
    reference, ours = both(file, ("a", {}))
    assert tasks(reference) == []
    assert not reference.completed  # and it waits for ever
    assert ours.tasks == ["b"]


def test_a_boundary_event_that_does_not_interrupt_happens_once() -> None:
    file = diagram("start s\nuser a\nalso message b on a m\nuser z\nend e\nend g\ns -> a -> e\nb -> z -> g")
    reference, ours = both(file)
    for _ in range(2):
        ours.message("m")
    message(reference, "m")
    with pytest.raises(WorkflowException, match="not waiting"):
        message(reference, "m")
    assert tasks(reference) == ["a", "z"]
    assert ours.tasks == ["a", "z", "z"]


def test_an_error_goes_to_the_boundary_event_of_another_activity() -> None:
    file = diagram("""
        start s
        and f
        sub one {
        start i
        user a
        end ie
        i -> a -> ie
        }
        sub two {
        start k
        user b
        end ke error E1
        k -> b -> ke
        }
        error caught on one E1
        user handle
        end x
        end y
        end z
        s -> f -> one -> x
        f -> two -> y
        caught -> handle -> z
    """)
    reference, ours = both(file, ("b", {}))
    assert tasks(reference) == ["handle"]  # "one", which threw nothing, is gone
    assert ours.tasks == ["a"]
    assert [each.code for each in ours.view.incidents] == ["uncaught-error"]


def test_an_error_that_nothing_catches_is_passed_over() -> None:
    reference, ours = both(diagram("start s\nuser a\nend e error E1\ns -> a -> e"), ("a", {}))
    assert reference.completed
    assert [each.code for each in ours.view.incidents] == ["uncaught-error"]


# ---------------------------------------------------------------- many instances


def test_interrupting_many_instances_of_a_subprocess_fails() -> None:
    text = """
        start s
        sub many {
        start i
        user a
        end ie
        i -> a -> ie
        }
        message stop on many m
        user after
        end e
        end g
        s -> many -> e
        stop -> after -> g
    """
    reference = spiff(diagram(text, {"many": MANY.format("2")}))
    with pytest.raises(TaskNotFoundException):
        message(reference, "m")
    ours = Case(diagram(text, {"many": MANY.format("=2")}))
    ours.message("m")
    assert ours.tasks == ["after"]


def test_many_instances_behind_a_boundary_event_fail() -> None:
    text = "start s\nuser a\nmessage b on a m\nuser many\nend e\nend g\ns -> a -> e\nb -> many -> g"
    reference = spiff(diagram(text, {"many": MANY.format("2")}))
    with pytest.raises(WorkflowException, match="non-predicted child"):
        message(reference, "m")
    ours = Case(diagram(text, {"many": MANY.format("=2")}))
    ours.message("m")
    assert ours.tasks == ["many", "many"]
