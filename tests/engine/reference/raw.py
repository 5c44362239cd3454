"""SpiffWorkflow by itself, without our expressions and our translation: what its users see."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState


def spiff(file: bytes, **data: object) -> Any:
    """A started workflow of process `p`; our mark of a FEEL expression is taken off its conditions."""
    parser = BpmnParser()
    parser.add_bpmn_str(file.replace(b"<conditionExpression>=", b"<conditionExpression>"))
    specs = parser.find_all_specs()
    workflow = BpmnWorkflow(specs["p"], specs)
    workflow.task_tree.data.update(data)
    workflow.do_engine_steps()
    return workflow


def finish(workflow: Any, element: str, **data: object) -> None:
    """Completes the first open user task of this element."""
    task = workflow.get_tasks(state=TaskState.READY, spec_name=element)[0]
    task.data.update(data)
    task.run()
    workflow.do_engine_steps()


def tasks(workflow: Any) -> list[str]:
    """The elements with an open user task, sorted."""
    ready = workflow.get_tasks(state=TaskState.READY)
    return sorted(each.task_spec.name.removesuffix(" [child]") for each in ready if each.task_spec.manual)


def reloaded(workflow: Any) -> Any:
    """The workflow out of its stored text."""
    serializer = BpmnWorkflowSerializer()
    return serializer.deserialize_json(serializer.serialize_json(workflow))


def stored(workflow: Any) -> str:
    """What its users keep of it."""
    return BpmnWorkflowSerializer().serialize_json(workflow)
