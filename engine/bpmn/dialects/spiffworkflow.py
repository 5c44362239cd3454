"""SpiffArena and SpiffWorkflow: everything is Python; scripts run before and after an element."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from engine.bpmn.dialects.camunda_names import ACTIVITIES, NODES
from engine.bpmn.dialects.reading import LOOP, USER, Dialect, Fate, Name, Said, names
from engine.bpmn.language import PYTHON
from engine.bpmn.model import Extensions, JobSource, MappingSource, ResultSource, Source
from engine.bpmn.xmlread import local_name, text_of

_MESSAGING = "message messageEventDefinition sendTask receiveTask"
_ROOTS = "signal error escalation"
_LOOPS = f"{LOOP} standardLoopCharacteristics"

NAMES: dict[str, Name] = {
    **names(Fate.READ, "preScript postScript", ACTIVITIES),
    **names(Fate.READ, "@scriptsOnInstances", _LOOPS),
    **names(Fate.READ, "serviceTaskOperator", "serviceTask"),
    **names(Fate.READ, "serviceTaskOperator@id serviceTaskOperator@resultVariable"),
    **names(Fate.READ, "parameters", "serviceTaskOperator"),
    **names(Fate.READ, "parameter", "parameters"),
    **names(Fate.READ, "parameter@id parameter@value"),
    **names(Fate.NOTED, "parameter@type retry@backoff_base"),
    **names(Fate.READ, "retry", "serviceTaskOperator"),
    **names(Fate.READ, "retry@retries"),
    **names(Fate.READ, "calledDecisionId", "businessRuleTask"),
    **names(Fate.READ, "properties", NODES),
    **names(Fate.READ, "property", "properties"),
    **names(Fate.READ, "property@name property@value"),
    **names(Fate.READ, "instructionsForEndUser", USER),
    **names(Fate.READ, "messagePayload messageVariable", _MESSAGING),
    **names(Fate.READ, "payloadExpression", _ROOTS),
    **names(Fate.READ, "variableName", f"{_ROOTS} {USER}"),
    **names(Fate.READ, "processVariableCorrelation", "messageEventDefinition receiveTask"),
    **names(Fate.READ, "propertyId expression", "processVariableCorrelation"),
    **names(Fate.REFUSED, "processModelToStartOnTaskAvailable"),
    **names(Fate.NOTED, "taskMetadataValues allowGuest guestConfirmation signalButtonLabel category"),
    **names(Fate.NOTED, "@isMatchingCorrelation @isOutputSynced @jsonSchemaId"),
    **names(Fate.TOOLS, "unitTests"),
}


def read(said: Said, so_far: Extensions) -> Extensions:
    """`so_far` with what is said on one element."""
    result = so_far
    for each in said.extensions:
        name = local_name(each)
        reader = _READERS.get(name)
        if reader is not None and (said.kind in NAMES[name].places):
            result = reader(each, result)
    if said.attributes.get("scriptsOnInstances") == "true":
        result = replace(result, on_instances=True)
    return _with_result(said, result)


def _before(element: etree._Element, so_far: Extensions) -> Extensions:
    return replace(so_far, before=_script(element))


def _after(element: etree._Element, so_far: Extensions) -> Extensions:
    return replace(so_far, after=_script(element))


def _script(element: etree._Element) -> ResultSource | None:
    text = text_of(element)
    return ResultSource(Source(text, PYTHON), None) if text else None


def _operator(element: etree._Element, so_far: Extensions) -> Extensions:
    """A connector: a job of its name, its parameters as inputs."""
    inputs, retries = list(so_far.inputs), None
    for each in element.iter():
        if local_name(each) == "parameter" and each.get("value"):
            inputs.append(MappingSource(Source(each.get("value", "").strip(), PYTHON), each.get("id", "")))
        elif local_name(each) == "retry" and each.get("retries"):
            retries = Source(each.get("retries", ""))
    job = JobSource(Source(element.get("id", "")), retries)
    variable = element.get("resultVariable") or so_far.result_variable
    return replace(so_far, job=job, inputs=tuple(inputs), result_variable=variable)


def _with_result(said: Said, so_far: Extensions) -> Extensions:
    """The variable of a connector's result has a name of its own where none is given."""
    if said.first("serviceTaskOperator") is None or so_far.result_variable:
        return so_far
    name = re.sub("-", "_", said.element.get("id", ""))
    return replace(so_far, result_variable=f"spiff__{name}_result")


def _decision(element: etree._Element, so_far: Extensions) -> Extensions:
    """Each output of the decision becomes a variable."""
    return replace(so_far, decision=ResultSource(Source(text_of(element)), None, "outputs"))


def _properties(element: etree._Element, so_far: Extensions) -> Extensions:
    pairs = tuple((each.get("name", ""), Source(each.get("value", ""))) for each in element)
    form = next((value for name, value in pairs if name == "formJsonSchemaFilename" and value.text), None)
    assignment = replace(so_far.assignment, form_key=form) if form else so_far.assignment
    return replace(so_far, properties=so_far.properties + pairs, assignment=assignment)


def _instructions(element: etree._Element, so_far: Extensions) -> Extensions:
    pair = ("instructionsForEndUser", Source(text_of(element)))
    return replace(so_far, properties=(*so_far.properties, pair))


def _payload(element: etree._Element, so_far: Extensions) -> Extensions:
    text = text_of(element)
    return replace(so_far, payload=Source(text, PYTHON)) if text else so_far


def _variable(element: etree._Element, so_far: Extensions) -> Extensions:
    return replace(so_far, result_variable=text_of(element))


def _correlation(element: etree._Element, so_far: Extensions) -> Extensions:
    """What a correlation property must be in the message that is awaited."""
    said = {local_name(each): text_of(each) for each in element}
    if not said.get("propertyId") or not said.get("expression"):
        return so_far
    return replace(so_far, bound=(*so_far.bound, (said["propertyId"], Source(said["expression"], PYTHON))))


_READERS: dict[str, Callable[[etree._Element, Extensions], Extensions]] = {
    "preScript": _before,
    "postScript": _after,
    "serviceTaskOperator": _operator,
    "calledDecisionId": _decision,
    "properties": _properties,
    "instructionsForEndUser": _instructions,
    "messagePayload": _payload,
    "payloadExpression": _payload,
    "messageVariable": _variable,
    "variableName": _variable,
    "processVariableCorrelation": _correlation,
}

SPIFFWORKFLOW = Dialect("spiffworkflow", ("http://spiffworkflow.org/bpmn/schema/1.0/core",), NAMES, read)
