"""Why our own token machine runs the cases: what SpiffWorkflow 3.2.0 does in silence, reproduced.

Each test asserts what the reference core does (so that a release that mends it is noticed) and what ours
does.
See docs/decisions/0001-own-token-machine.md.
"""

import json
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from tests.engine.runtime.diagrams import Case, diagram


def spiff(file: bytes, **data: object) -> Any:
    parser = BpmnParser()
    parser.add_bpmn_str(file)
    workflow = BpmnWorkflow(parser.get_spec("p"))
    workflow.task_tree.data.update(data)
    workflow.do_engine_steps()
    return workflow


def finish(workflow: Any, element: str, **data: object) -> None:
    (task,) = workflow.get_tasks(state=TaskState.READY, spec_name=element)
    task.data.update(data)
    task.run()
    workflow.do_engine_steps()


FORK = diagram("""
    start s
    and f
    user a
    user b
    and j
    user after
    end e
    s -> f -> a -> j -> after -> e
    f -> b -> j
""")


def test_a_parallel_join_keeps_the_stale_copy_of_the_other_branch() -> None:
    reference = spiff(FORK, ruling="none")
    finish(reference, "a", ruling="granted")
    finish(reference, "b")
    (after,) = reference.get_tasks(state=TaskState.READY, spec_name="after")
    assert after.data["ruling"] == "none"  # what branch a wrote is lost

    ours = Case(FORK, {"ruling": "none"})
    ours.complete("a", ruling="granted")
    ours.complete("b")
    assert ours.variables["ruling"] == "granted"


def test_an_element_named_end_changes_what_the_diagram_means() -> None:
    file = diagram("start s\nuser End\nuser after\nend e\ns -> End -> after -> e")
    reference = spiff(file)
    assert reference.completed  # without any work having been done

    ours = Case(file)
    assert ours.tasks == ["End"]


def test_a_process_without_end_event_never_completes() -> None:
    file = diagram("start s\nuser a\ns -> a")
    reference = spiff(file)
    finish(reference, "a")
    assert not reference.completed

    ours = Case(file)
    ours.complete("a")
    assert ours.ended


def test_a_change_from_zero_to_false_is_lost_in_storage() -> None:
    file = diagram("start s\nuser a\nuser b\nend e\ns -> a -> b -> e")
    reference = spiff(file, v=0)
    finish(reference, "a", v=False)
    serializer = BpmnWorkflowSerializer()
    restored = serializer.deserialize_json(serializer.serialize_json(reference))
    (task,) = restored.get_tasks(state=TaskState.READY, spec_name="b")
    assert json.dumps(task.data["v"]) == "0"

    ours = Case(file, {"v": 0})
    ours.complete("a", v=False)
    assert ours.variables["v"] is False
