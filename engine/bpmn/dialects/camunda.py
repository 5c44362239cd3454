"""Camunda 7, Activiti 5 and 6, and Flowable: one family, one reader; each knows its own names.

What they share: attributes on the BPMN elements, JUEL in `${…}`, texts elsewhere; a called process sees what is
passed to it and nothing else; loops count from 0; a signal takes along what is passed and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from lxml import etree

from engine.bpmn.dialects import camunda_values as values
from engine.bpmn.dialects.camunda_names import CAMUNDA, COMMON, FLOWABLE
from engine.bpmn.dialects.reading import CALL, LOOP, USER, Dialect, Said
from engine.bpmn.language import EVERYTHING, VARIABLE
from engine.bpmn.model import (
    CallSource,
    Extensions,
    JobSource,
    LoopSource,
    MappingSource,
    Remark,
    ResultSource,
    Source,
)
from engine.bpmn.xmlread import local_name, text_of

_EXTERNAL = ("external", "external-worker")
#: `${bean}` and nothing else: the name of what does the work.
_BEAN = re.compile(r"[$#]\{\s*([^\W\d][\w.\-]*)\s*\}\Z")
_RETRIES = re.compile(r"R(\d{1,4})/")
_RESULT_SHAPES = ("singleEntry", "singleResult", "collectEntries", "resultList")


def read(said: Said, so_far: Extensions) -> Extensions:
    """`so_far` with what is said on one element; attributes first, for extension elements build on them."""
    result = so_far
    for reader in _READERS.get(said.kind, ()):
        result = reader(said, result)
    if said.extensions:
        result = _retries(said, _values(said, _properties(said, result)))
    return result


# -- people ------------------------------------------------------------------------------------------


def _assignment(said: Said, so_far: Extensions) -> Extensions:
    given = {_ASSIGNMENT[name]: _READ_AS.get(name, values.text)(value)
             for name, value in said.attributes.items() if name in _ASSIGNMENT}  # fmt: skip
    return replace(so_far, assignment=replace(so_far.assignment, **given)) if given else so_far


_ASSIGNMENT = {
    "assignee": "assignee", "candidateUsers": "candidate_users", "candidateGroups": "candidate_groups",
    "dueDate": "due", "followUpDate": "follow_up", "priority": "priority", "formKey": "form_key",
    "formRef": "form_key",
}  # fmt: skip
_READ_AS = {"candidateUsers": values.names, "candidateGroups": values.names}


# -- machines ----------------------------------------------------------------------------------------


def _work(said: Said, so_far: Extensions) -> Extensions:
    """The implementation of a task or thrown message: a job, an expression, or what is not run."""
    given = said.attributes
    if "type" in given:
        return _typed(said, so_far)
    if "class" in given:
        return _named_work(said, so_far, given["class"].strip(), "class")
    if "delegateExpression" in given:
        bean = _BEAN.match(given["delegateExpression"].strip())
        if bean is None:
            what = f"{said.prefix}:delegateExpression={given['delegateExpression'][:80]}"
            return replace(so_far, told=(*so_far.told, Remark("java-not-run", what)))
        return _named_work(said, so_far, bean[1], "delegateExpression")
    if "expression" in given:
        result = given.get("resultVariable") or given.get("resultVariableName")
        return replace(so_far, script=ResultSource(values.text(given["expression"]), result))
    return so_far


def _typed(said: Said, so_far: Extensions) -> Extensions:
    kind = said.attributes["type"].strip()
    if kind not in _EXTERNAL:
        return replace(so_far, not_run=(*so_far.not_run, f"{said.prefix}:type={kind[:80]}"))
    return replace(so_far, job=JobSource(values.text(said.attributes.get("topic", ""))))


def _named_work(said: Said, so_far: Extensions, name: str, attribute: str) -> Extensions:
    """Work of a Java class or bean: a job of that name, with its injected fields as inputs."""
    fields = tuple(MappingSource(_field(each), each.get("name", "")) for each in said.all("field"))
    remark = Remark("work-by-name", f"{said.prefix}:{attribute}={name[:80]}")
    told, inputs = (*so_far.told, remark), (*so_far.inputs, *fields)
    return replace(so_far, told=told, inputs=inputs, job=JobSource(Source(name)))


def _retries(said: Said, so_far: Extensions) -> Extensions:
    """How often a job is tried; the times between are the worker's own."""
    cycle = said.first("failedJobRetryTimeCycle")
    if cycle is None:
        return so_far
    times = _RETRIES.match(text_of(cycle))
    if so_far.job is None or times is None:
        return replace(so_far, noted=(*so_far.noted, f"{said.prefix}:failedJobRetryTimeCycle"))
    return replace(so_far, job=replace(so_far.job, retries=Source(times[1])))


def _field(element: etree._Element) -> Source:
    inner = next(iter(element), None)
    written = element.get("stringValue") or element.get("expression") or text_of(inner)
    return values.text(written)


def _decision(said: Said, so_far: Extensions) -> Extensions:
    name = said.attributes.get("decisionRef")
    if name is None:
        return so_far
    shape = said.attributes.get("mapDecisionResult", "resultList")
    if shape not in _RESULT_SHAPES:
        return replace(so_far, not_run=(*so_far.not_run, f"{said.prefix}:mapDecisionResult={shape[:80]}"))
    result = said.attributes.get("resultVariable")
    return replace(so_far, decision=ResultSource(values.text(name), result, shape))


def _script_result(said: Said, so_far: Extensions) -> Extensions:
    """Where the value of a script task goes; the script itself stands in BPMN."""
    result = said.attributes.get("resultVariable")
    return replace(so_far, script=ResultSource(Source(""), result)) if result else so_far


# -- calls, loops, events ----------------------------------------------------------------------------


def _call(said: Said, so_far: Extensions) -> Extensions:
    if so_far.call is not None:
        return so_far  # another dialect says which process
    given = _pairs(said.all("in"))
    outs = {local: [each for each in said.all("out") if (each.get("local") == "true") is local] for local in _EITHER}
    local = any(each.get("variables") and each.get("local") == "true" for each in said.all("in"))
    inherits = said.attributes.get("inheritVariables") == "true"
    call = CallSource(
        Source(""),
        passes_all_in=inherits,
        passes_all_out=False,
        given=None if local else values.context(given, "in"),
        taken=values.context(_pairs(outs[False]), "out"),
        seen=values.context(_pairs(outs[True]), "out") if outs[True] else None,
    )
    if inherits and not local:
        call = replace(call, given=values.context([_ALL, *given], "in"))
    result = _bound(said, replace(so_far, call=call))
    if local and len(given) > 1:  # the local variables and others besides
        return replace(result, not_run=(*result.not_run, f"{said.prefix}:in local=true"))
    return result


def _pairs(bindings: Iterable[etree._Element]) -> list[tuple[str | None, Source]]:
    return [pair for pair in map(values.passed, bindings) if pair is not None]


_ALL = (None, Source("", EVERYTHING))
_EITHER = (False, True)


def _bound(said: Said, so_far: Extensions) -> Extensions:
    """Which version is called. Numbers count the deployments of another engine: they cannot be kept."""
    call, binding = so_far.call, said.attributes.get("calledElementBinding", "latest")
    tag = said.attributes.get("calledElementVersionTag", "")
    if binding == "versionTag" and tag and call is not None and not values.text(tag).language:
        return replace(so_far, call=replace(call, binding="version", version=tag))
    if binding in ("latest", "deployment"):
        return so_far
    wanted = tag or said.attributes.get("calledElementVersion", "")
    return replace(so_far, not_run=(*so_far.not_run, f"{said.prefix}:calledElementBinding={binding} {wanted[:80]}"))


def _loop(said: Said, so_far: Extensions) -> Extensions:
    if so_far.loop is not None:
        return so_far
    collection = said.attributes.get("collection") or text_of(said.first("collection"))
    loop = LoopSource(
        sequential=False,  # the loop element around it says which; see the reader of nodes
        collection=values.variable_or_text(collection) if collection else None,
        element=said.attributes.get("elementVariable"),
        first_count=0,
    )
    for each in said.all("variableAggregation"):
        loop = replace(loop, output_collection=each.get("target"), output_element=_aggregated(each))
    index = said.attributes.get("elementIndexVariable")
    inputs = (MappingSource(Source("loopCounter", VARIABLE), index),) if index else ()
    return replace(so_far, loop=loop, inputs=(*so_far.inputs, *inputs))


def _aggregated(element: etree._Element) -> Source:
    return values.context(_aggregated_variables(element), "variableAggregation")


def _aggregated_variables(element: etree._Element) -> Iterator[tuple[str, Source]]:
    for each in element:
        name, expression = each.get("source", ""), each.get("sourceExpression")
        source = values.text(expression) if expression else Source(name, VARIABLE)
        yield each.get("target") or name, source


def _brought(said: Said, so_far: Extensions) -> Extensions:
    pairs = tuple(
        MappingSource(Source(fact), said.attributes[name]) for name, fact in _FACTS.items() if said.attributes.get(name)
    )
    return replace(so_far, outputs=(*so_far.outputs, *pairs)) if pairs else so_far


#: Which fact of a caught error or escalation goes into the variable that the attribute names.
_FACTS = {
    "errorCodeVariable": "code", "errorVariableName": "code", "errorMessageVariable": "message",
    "escalationCodeVariable": "code",
}  # fmt: skip


def _signal(said: Said, so_far: Extensions) -> Extensions:
    given = _pairs(said.all("in"))
    return replace(so_far, payload=values.context(given, "in"))


def _worker_mappings(said: Said, so_far: Extensions) -> Extensions:
    """What an external worker is given and what is kept of its result (Flowable)."""
    inputs, outputs = values.mappings(said.all("in")), values.mappings(said.all("out"))
    return replace(so_far, inputs=(*so_far.inputs, *inputs), outputs=(*so_far.outputs, *outputs))


def _error(said: Said, so_far: Extensions) -> Extensions:
    message = said.attributes.get("errorMessage")
    return replace(so_far, message=values.text(message)) if message else so_far


def _version(said: Said, so_far: Extensions) -> Extensions:
    return replace(so_far, version_tag=so_far.version_tag or said.attributes.get("versionTag", ""))


# -- extension elements of any node ------------------------------------------------------------------


def _properties(said: Said, so_far: Extensions) -> Extensions:
    pairs = tuple(
        (each.get("name", ""), Source(each.get("value", "")))
        for holder in said.all("properties")
        for each in holder
        if local_name(each) == "property"
    )
    return replace(so_far, properties=so_far.properties + pairs) if pairs else so_far


def _values(said: Said, so_far: Extensions) -> Extensions:
    """Input and output parameters. Outputs are written besides what the element completes with."""
    holder = said.first("inputOutput")
    if holder is None:
        return so_far
    inputs = _parameters(holder, "inputParameter")
    outputs = _parameters(holder, "outputParameter")
    return replace(
        so_far,
        inputs=(*so_far.inputs, *inputs),
        outputs=(*so_far.outputs, *outputs),
        outputs_add=bool(outputs) or so_far.outputs_add,
    )


def _parameters(holder: etree._Element, name: str) -> tuple[MappingSource, ...]:
    return tuple(
        MappingSource(values.parameter(each), each.get("name", "")) for each in holder if local_name(each) == name
    )


_Reader = Callable[[Said, Extensions], Extensions]
_READERS: dict[str, tuple[_Reader, ...]] = {
    USER: (_assignment,),
    "serviceTask": (_work, _worker_mappings),
    "sendTask": (_work,),
    "businessRuleTask": (_work, _decision),
    "messageEventDefinition": (_work,),
    "scriptTask": (_script_result,),
    CALL: (_call,),
    LOOP: (_loop,),
    "errorEventDefinition": (_brought,),
    "escalationEventDefinition": (_brought,),
    "signalEventDefinition": (_signal,),
    "error": (_error,),
    "process": (_version,),
}

#: Read even where nothing of the dialect stands on them: the family does otherwise than plain BPMN.
_ALWAYS = frozenset({CALL, LOOP, "signalEventDefinition"})
CAMUNDA_7 = Dialect("camunda", ("http://camunda.org/schema/1.0/bpmn",), COMMON | CAMUNDA, read, _ALWAYS)
FLOWABLE_6 = Dialect("flowable", ("http://flowable.org/bpmn",), COMMON | FLOWABLE, read, _ALWAYS)
ACTIVITI = Dialect("activiti", ("http://activiti.org/bpmn",), COMMON | CAMUNDA | FLOWABLE, read, _ALWAYS)
