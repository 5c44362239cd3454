"""Who does a user task, as plain BPMN says it (BPMN 2.0.2, 10.3.1 and table 10.12), and the operation of a service.

The specification leaves the language of an assignment open. It is read as most engines read it: `user(x)` and
`group(y)` between commas, a bare name is a group; a human performer is the one assignee.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from engine.bpmn.dialects import camunda_values as values
from engine.bpmn.dialects.reading import USER
from engine.bpmn.language import COMPOSED
from engine.bpmn.model import Extensions, Gather, JobSource, Remark, Source
from engine.bpmn.xmlread import child, children, is_bpmn, local_name, reference, text_of

_CALL = re.compile(r"(user|group)\((.*)\)\Z", re.DOTALL)
_RESOURCES = ("potentialOwner", "humanPerformer", "performer", "resourceRole")


def read(element: etree._Element, so_far: Extensions) -> Extensions:
    """`so_far`, with the people and the operation that BPMN itself names where no dialect has named them."""
    kind = local_name(element)
    if kind == "serviceTask" and so_far.job is None and so_far.script is None:
        return _operation(element, so_far)
    resources = [each for each in element if is_bpmn(each) and local_name(each) in _RESOURCES]
    if not resources:
        return so_far
    return _people(resources, so_far) if kind == USER else _noted(resources, so_far)


def _noted(resources: list[etree._Element], so_far: Extensions) -> Extensions:
    return replace(so_far, noted=(*so_far.noted, *dict.fromkeys(local_name(each) for each in resources)))


def _people(resources: list[etree._Element], so_far: Extensions) -> Extensions:
    users: list[Source] = []
    groups: list[Source] = []
    result = so_far
    for each in resources:
        kind = local_name(each)
        written = _expression(each)
        if kind == "humanPerformer" and written:
            assignee = result.assignment.assignee or values.text(_one_user(written))
            result = replace(result, assignment=replace(result.assignment, assignee=assignee))
        elif kind in ("potentialOwner", "humanPerformer"):
            for name, is_user in _candidates(each, written):
                (users if is_user else groups).append(values.text(name))
        else:
            result = _noted([each], result)
    said = result.assignment
    said = replace(
        said,
        candidate_users=said.candidate_users or _together(users),
        candidate_groups=said.candidate_groups or _together(groups),
    )
    return replace(result, assignment=said)


def _expression(resource: etree._Element) -> str:
    holder = child(resource, "resourceAssignmentExpression")
    return "" if holder is None else text_of(holder)


def _one_user(written: str) -> str:
    match = _CALL.match(written.strip())
    return match[2].strip() if match else written


def _candidates(resource: etree._Element, written: str) -> Iterator[tuple[str, bool]]:
    """Names, and whether each is a user. A resource that is referred to is a group of its name."""
    for part in values.split(written):
        match = _CALL.match(part)
        if part:
            yield (match[2].strip() if match else part), bool(match and match[1] == "user")
    name = text_of(child(resource, "resourceRef")).rpartition(":")[2]
    if name:
        yield _resource_name(resource, name), False


def _resource_name(element: etree._Element, identity: str) -> str:
    root = element.getroottree().getroot()
    named = (each.get("name") for each in children(root, "resource") if each.get("id") == identity)
    return next(named, None) or identity


def _together(names: list[Source]) -> Source | None:
    if len(names) < 2:
        return names[0] if names else None
    written = ",".join(each.text for each in names)
    if not any(each.language for each in names):
        return Source(written)
    return Source(written, COMPOSED, parts=(*names, Gather(len(names))))


def _operation(element: etree._Element, so_far: Extensions) -> Extensions:
    """A service that BPMN names by an operation: a job of the operation's name."""
    identity = reference(element, "operationRef")
    if not identity:
        return so_far
    root = element.getroottree().getroot()
    operations = (each for holder in children(root, "interface") for each in children(holder, "operation"))
    name = next((each.get("name") for each in operations if each.get("id") == identity), None) or identity
    told = (*so_far.told, Remark("work-by-name", f"operationRef={name[:80]}"))
    return replace(so_far, job=JobSource(Source(name)), told=told)
