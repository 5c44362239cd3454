"""Camunda 8 (zeebe): FEEL behind "=", texts elsewhere. The dialect of the shipped bundles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from engine.bpmn.dialects.camunda_names import NODES
from engine.bpmn.dialects.reading import CALL, LOOP, USER, Dialect, Fate, Name, Said, names
from engine.bpmn.language import FEEL, marked
from engine.bpmn.model import (
    AdHocSource,
    CallSource,
    Extensions,
    JobSource,
    LoopSource,
    MappingSource,
    ResultSource,
    Source,
)
from engine.bpmn.xmlread import local_name

#: What a job worker may do. That of an ad-hoc subprocess would choose what begins inside: it is not run.
_WORK = "serviceTask sendTask businessRuleTask scriptTask intermediateThrowEvent endEvent"
_THROWING = "sendTask intermediateThrowEvent endEvent"

NAMES: dict[str, Name] = {
    **names(Fate.READ, "ioMapping", NODES),
    **names(Fate.READ, "input output", "ioMapping"),
    **names(Fate.READ, "input@source input@target output@source output@target"),
    **names(Fate.READ, "properties", NODES),
    **names(Fate.READ, "property", "properties"),
    **names(Fate.READ, "property@name property@value"),
    **names(Fate.READ, "assignmentDefinition taskSchedule priorityDefinition", USER),
    **names(Fate.READ, "assignmentDefinition@assignee assignmentDefinition@candidateGroups"),
    **names(Fate.READ, "assignmentDefinition@candidateUsers taskSchedule@dueDate taskSchedule@followUpDate"),
    **names(Fate.READ, "priorityDefinition@priority"),
    **names(Fate.READ, "formDefinition", USER),
    **names(Fate.READ, "formDefinition@formKey formDefinition@formId formDefinition@externalReference"),
    **names(Fate.READ, "taskDefinition", f"{_WORK} adHocSubProcess"),
    **names(Fate.READ, "taskHeaders", _WORK),
    **names(Fate.READ, "taskDefinition@type taskDefinition@retries header@key header@value"),
    **names(Fate.READ, "header", "taskHeaders"),
    **names(Fate.TOOLS, "header@id"),
    **names(Fate.READ, "calledElement", CALL),
    **names(Fate.READ, "calledElement@processId calledElement@processIdExpression"),
    **names(Fate.READ, "calledElement@propagateAllChildVariables calledElement@propagateAllParentVariables"),
    **names(Fate.READ, "calledElement@bindingType calledElement@versionTag"),
    **names(Fate.NOTED, "calledElement@businessId"),
    **names(Fate.READ, "calledDecision", "businessRuleTask"),
    **names(Fate.READ, "calledDecision@decisionId calledDecision@resultVariable"),
    **names(Fate.VERSION, "calledDecision@versionTag formDefinition@versionTag linkedResource@versionTag"),
    **names(Fate.VERSION, "calledDecision@bindingType formDefinition@bindingType", harmless="latest deployment"),
    **names(Fate.READ, "script", "scriptTask"),
    **names(Fate.READ, "script@expression script@resultVariable"),
    **names(Fate.READ, "subscription", "message"),
    **names(Fate.READ, "subscription@correlationKey"),
    **names(Fate.READ, "publishMessage", _THROWING),
    **names(Fate.READ, "publishMessage@correlationKey"),
    **names(Fate.NOTED, "publishMessage@messageId publishMessage@timeToLive"),
    **names(Fate.READ, "loopCharacteristics", LOOP),
    **names(Fate.READ, "loopCharacteristics@inputCollection loopCharacteristics@inputElement"),
    **names(Fate.READ, "loopCharacteristics@outputCollection loopCharacteristics@outputElement"),
    **names(Fate.READ, "adHoc", "adHocSubProcess"),
    **names(Fate.READ, "adHoc@activeElementsCollection"),
    **names(Fate.REFUSED, "adHoc@outputCollection adHoc@outputElement", harmless=""),
    **names(Fate.READ, "versionTag", "process"),
    **names(Fate.READ, "versionTag@value"),
    **names(Fate.LISTENER, "executionListeners executionListener taskListeners taskListener"),
    **names(Fate.NOTED, "conditionalFilter jobPriorityDefinition userTaskForm linkedResources @retryCounter"),
    **names(Fate.TOOLS, "userTask", USER),
    **names(Fate.TOOLS, "agentDefinition @modelerTemplate @modelerTemplateVersion @modelerTemplateIcon"),
    **names(Fate.TOOLS, "input@modelerConfigurationTemplate input@modelerConfigurationName"),
    **names(Fate.TOOLS, "property@modelerConfigurationTemplate property@modelerConfigurationName"),
}  # fmt: skip


def read(said: Said, so_far: Extensions) -> Extensions:
    """`so_far` with what the extension elements say."""
    result = so_far
    for each in said.extensions:
        reader = _READERS.get(local_name(each))
        if reader is not None and _stands_rightly(local_name(each), said.kind):
            result = reader(each, result)
    return result


def _stands_rightly(name: str, kind: str) -> bool:
    places = NAMES[name].places
    return not places or kind in places


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
    if _holder(element) == "adHocSubProcess":
        return replace(so_far, not_run=(*so_far.not_run, "zeebe:taskDefinition"))
    headers = so_far.job.headers if so_far.job else ()
    job = JobSource(marked(element.get("type")) or Source(""), marked(element.get("retries")), headers)
    return replace(so_far, job=job)


def _holder(element: etree._Element) -> str:
    """The BPMN element around an extension element."""
    around = element.getparent()
    holder = None if around is None else around.getparent()
    return "" if holder is None else local_name(holder)


def _headers(element: etree._Element, so_far: Extensions) -> Extensions:
    pairs = tuple((each.get("key", ""), each.get("value", "")) for each in element)
    job = so_far.job or JobSource(Source(""))  # the task definition may stand after its headers
    return replace(so_far, job=replace(job, headers=pairs))


def _called_element(element: etree._Element, so_far: Extensions) -> Extensions:
    expression = element.get("processIdExpression")
    process = Source(expression.lstrip("= "), FEEL) if expression else marked(element.get("processId"))
    call = CallSource(
        process or Source(""),
        passes_all_in=element.get("propagateAllParentVariables", "true") != "false",
        passes_all_out=element.get("propagateAllChildVariables", "true") != "false",
    )
    binding, tag = element.get("bindingType", "latest"), element.get("versionTag", "")
    if binding == "versionTag":
        call = replace(call, binding="version", version=tag)
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
        sequential=False,  # the loop element around it says which; see the reader of nodes
        collection=marked(element.get("inputCollection")),
        element=element.get("inputElement"),
        output_collection=element.get("outputCollection"),
        output_element=marked(element.get("outputElement")),
    )
    return replace(so_far, loop=loop)


def _ad_hoc(element: etree._Element, so_far: Extensions) -> Extensions:
    return replace(so_far, ad_hoc=AdHocSource(elements=marked(element.get("activeElementsCollection"))))


def _version(element: etree._Element, so_far: Extensions) -> Extensions:
    return replace(so_far, version_tag=element.get("value", ""))


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
    "publishMessage": _subscription,
    "loopCharacteristics": _loop,
    "adHoc": _ad_hoc,
    "versionTag": _version,
}

ZEEBE = Dialect("zeebe", ("http://camunda.org/schema/zeebe/1.0",), NAMES, read)
