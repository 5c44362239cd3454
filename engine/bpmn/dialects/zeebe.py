"""Camunda 8 (zeebe) extension elements: the dialect of the shipped bundles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from engine.bpmn.language import FEEL, marked
from engine.bpmn.model import (
    CallSource,
    Extensions,
    JobSource,
    LoopSource,
    MappingSource,
    ResultSource,
    Source,
)
from engine.bpmn.xmlread import local_name

NAMESPACES = ("http://camunda.org/schema/zeebe/1.0",)

#: Elements that say nothing about how the process runs.
_SILENT = {"userTaskForm", "userTask", "versionTag", "exampleData", "linkedResources"}


def read(element: etree._Element, so_far: Extensions) -> Extensions:
    """`so_far` with what one zeebe extension element says; an unknown one is named in `not_run`."""
    name = local_name(element)
    reader = _READERS.get(name)
    if reader is not None:
        return reader(element, so_far)
    return so_far if name in _SILENT else replace(so_far, not_run=(*so_far.not_run, f"zeebe:{name}"))


def _io_mapping(element: etree._Element, so_far: Extensions) -> Extensions:
    return replace(so_far, inputs=_mappings(element, "input"), outputs=_mappings(element, "output"))


def _mappings(element: etree._Element, name: str) -> tuple[MappingSource, ...]:
    return tuple(
        MappingSource(marked(each.get("source", "")) or Source(""), each.get("target", ""))
        for each in element
        if local_name(each) == name
    )


def _properties(element: etree._Element, so_far: Extensions) -> Extensions:
    pairs = tuple((each.get("name", ""), marked(each.get("value")) or Source("")) for each in element)
    return replace(so_far, properties=so_far.properties + pairs)


def _assignment(element: etree._Element, so_far: Extensions) -> Extensions:
    return _assign(
        so_far,
        candidate_groups=marked(element.get("candidateGroups")),
        candidate_users=marked(element.get("candidateUsers")),
        assignee=marked(element.get("assignee")),
    )


def _form(element: etree._Element, so_far: Extensions) -> Extensions:
    key = element.get("formId") or element.get("externalReference") or element.get("formKey")
    return _assign(so_far, form_key=marked(key))


def _schedule(element: etree._Element, so_far: Extensions) -> Extensions:
    return _assign(so_far, due=marked(element.get("dueDate")), follow_up=marked(element.get("followUpDate")))


def _priority(element: etree._Element, so_far: Extensions) -> Extensions:
    return _assign(so_far, priority=marked(element.get("priority")))


def _assign(so_far: Extensions, **values: Source | None) -> Extensions:
    return replace(so_far, assignment=replace(so_far.assignment, **values))


def _task_definition(element: etree._Element, so_far: Extensions) -> Extensions:
    headers = so_far.job.headers if so_far.job else ()
    job = JobSource(marked(element.get("type")) or Source(""), marked(element.get("retries")), headers)
    return replace(so_far, job=job)


def _headers(element: etree._Element, so_far: Extensions) -> Extensions:
    pairs = tuple((each.get("key", ""), each.get("value", "")) for each in element)
    job = so_far.job or JobSource(Source(""))  # the task definition may stand after its headers
    return replace(so_far, job=replace(job, headers=pairs))


def _called_element(element: etree._Element, so_far: Extensions) -> Extensions:
    call = CallSource(
        marked(element.get("processId")) or Source(""),
        passes_all_in=element.get("propagateAllParentVariables", "true") != "false",
        passes_all_out=element.get("propagateAllChildVariables", "true") != "false",
    )
    return replace(so_far, call=call)


def _called_decision(element: etree._Element, so_far: Extensions) -> Extensions:
    decision = marked(element.get("decisionId")) or Source("")
    return replace(so_far, decision=ResultSource(decision, element.get("resultVariable")))


def _script(element: etree._Element, so_far: Extensions) -> Extensions:
    text = element.get("expression", "")
    source = Source(text[1:].strip() if text.startswith("=") else text, FEEL)
    return replace(so_far, script=ResultSource(source, element.get("resultVariable")))


def _subscription(element: etree._Element, so_far: Extensions) -> Extensions:
    return replace(so_far, correlation_key=marked(element.get("correlationKey")))


def _loop(element: etree._Element, so_far: Extensions) -> Extensions:
    loop = LoopSource(
        sequential=False,  # the loop element around it says which; see reader
        collection=marked(element.get("inputCollection")),
        element=element.get("inputElement"),
        output_collection=element.get("outputCollection"),
        output_element=marked(element.get("outputElement")),
    )
    return replace(so_far, loop=loop)


_READERS: dict[str, Callable[[etree._Element, Extensions], Extensions]] = {
    "ioMapping": _io_mapping,
    "properties": _properties,
    "assignmentDefinition": _assignment,
    "formDefinition": _form,
    "taskSchedule": _schedule,
    "priorityDefinition": _priority,
    "taskDefinition": _task_definition,
    "taskHeaders": _headers,
    "calledElement": _called_element,
    "calledDecision": _called_decision,
    "script": _script,
    "subscription": _subscription,
    "loopCharacteristics": _loop,
}
