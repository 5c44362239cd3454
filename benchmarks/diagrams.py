"""Small diagrams as text, for the engine alone and for its peer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:benchmark">'
    '<process id="p" name="p" isExecutable="true">'
)
TAIL = "</process></definitions>"


def element(kind: str, id_: str, more: str = "", *, inside: str = "") -> str:
    return f'<{kind} id="{id_}" name="{id_}"{" " + more if more else ""}>{inside}</{kind}>'


def flow(source: str, target: str, condition: str = "") -> str:
    inside = f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if condition else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{source}-{target}" name="" {ends}>{inside}</sequenceFlow>'


def whole(parts: Iterable[str]) -> bytes:
    return (HEAD + "".join(parts) + TAIL).encode()


def review(branches: int, *, python: bool = False) -> bytes:
    """An office at work: `branches` departments examine at once, each may be asked again, then all join.

    A branch is a user task, a decision on what it found, and a second user task where that is "doubtful".
    Conditions are FEEL, or Python for the peer.
    """
    parts = [element("startEvent", "start"), element("parallelGateway", "split"), flow("start", "split")]
    for number in range(1, branches + 1):
        task, choice, again, merge = (f"{name}{number}" for name in ("examine", "choice", "again", "merge"))
        said = f"found{number} == 'doubtful'" if python else f'=found{number} = "doubtful"'
        default = f'default="{choice}-{merge}"'
        parts += [
            element("userTask", task),
            element("exclusiveGateway", choice, default),
            element("userTask", again),
            element("exclusiveGateway", merge),
            flow("split", task),
            flow(task, choice),
            flow(choice, again, said),
            flow(choice, merge),
            flow(again, merge),
            flow(merge, "join"),
        ]
    parts += [element("parallelGateway", "join"), element("endEvent", "end"), flow("join", "end")]
    return whole(parts)


def items(branches: int, *, python: bool = False) -> bytes:
    """A bundle with `branches` items at once, drawn as the shipped licence process is and like it called twice per
    item: intake with corrections, a subprocess of examination, visit, review and ruling with a reminder at a time
    of its own, the licence or the refusal; then issue and delivery.

    Conditions, scripts and times are FEEL, or Python for the peer.
    """
    words = PYTHON if python else FEEL
    parts = [element("startEvent", "start"), element("parallelGateway", "split"), flow("start", "split")]
    for number in range(1, branches + 1):
        item, delivery = f"item{number}", f"delivery{number}"
        parts += [
            words.call(item, "item"),
            words.call(delivery, "delivery"),
            flow("split", item),
            flow(item, delivery),
            flow(delivery, "join"),
        ]
    parts += [element("parallelGateway", "join"), element("endEvent", "end"), flow("join", "end")]
    called = ("item", _item(words)), ("delivery", _chain_of("receive", "issue", "deliver"))
    for name, inside in called:
        parts += [f'</process><process id="{name}" name="{name}" isExecutable="true">', *inside]
    return whole(parts)


@dataclass(frozen=True)
class Words:
    """How a language says what a diagram leaves to expressions."""

    equals: str  # of a name and a text
    script: str  # of a name and a text
    duration: str
    called: str  # the attributes of a call
    inside: str  # its extension elements

    def call(self, id_: str, process: str) -> str:
        attributes = self.called.format(process=process)
        return f'<callActivity id="{id_}" name="{id_}"{attributes}>{self.inside.format(process=process)}</callActivity>'

    def sets(self, id_: str, name: str, value: str) -> str:
        return element("scriptTask", id_, inside=self.script.format(name=name, value=value))


FEEL = Words(
    equals='={name} = "{value}"',
    script=(
        '<extensionElements><zeebe:script expression="=&quot;{value}&quot;" resultVariable="{name}"/>'
        "</extensionElements>"
    ),
    duration="P5D",
    called="",
    inside=(
        '<extensionElements><zeebe:calledElement processId="{process}" propagateAllParentVariables="false"'
        ' propagateAllChildVariables="false"/><zeebe:ioMapping><zeebe:input source="=shop_name" target="shop_name"/>'
        '<zeebe:input source="=credit_code" target="credit_code"/></zeebe:ioMapping></extensionElements>'
    ),
)
PYTHON = Words(
    equals="{name} == '{value}'",
    script="<script>{name} = '{value}'</script>",
    duration="'P5D'",
    called=' calledElement="{process}"',
    inside="",
)


def _item(words: Words) -> list[str]:
    def when(source: str, target: str, name: str, value: str) -> str:
        return flow(source, target, words.equals.format(name=name, value=value))

    judged = [
        element("startEvent", "accepted"),
        element("exclusiveGateway", "manner", 'default="manner-examine"'),
        element("userTask", "immediate"),
        element("userTask", "examine"),
        element("exclusiveGateway", "visit-needed", 'default="visit-needed-review"'),
        element("userTask", "visit"),
        element("userTask", "review"),
        element("userTask", "decide"),
        element("endEvent", "decided-at-once"),
        element("endEvent", "decided"),
        flow("accepted", "manner"),
        when("manner", "immediate", "way", "immediate"),
        flow("manner", "examine"),
        flow("immediate", "decided-at-once"),
        flow("examine", "visit-needed"),
        when("visit-needed", "visit", "visit_needed", "yes"),
        flow("visit-needed", "review"),
        flow("visit", "review"),
        flow("review", "decide"),
        flow("decide", "decided"),
    ]
    mark = f'<timerEventDefinition id="t"><timeDuration>{words.duration}</timeDuration></timerEventDefinition>'
    return [
        element("startEvent", "received"),
        element("userTask", "accept"),
        element("exclusiveGateway", "intake", 'default="intake-judged"'),
        element("userTask", "correct"),
        words.sets("record", "result", "not accepted"),
        element("endEvent", "not-accepted"),
        element("subProcess", "judged", inside="".join(judged)),
        element("boundaryEvent", "mark", 'attachedToRef="judged" cancelActivity="false"', inside=mark),
        words.sets("remind", "reminded", "yes"),
        element("endEvent", "reminded-end"),
        element("exclusiveGateway", "ruling", 'default="ruling-refusal"'),
        words.sets("licence", "result", "granted"),
        words.sets("refusal", "result", "refused"),
        element("endEvent", "granted"),
        element("endEvent", "refused"),
        flow("received", "accept"),
        flow("accept", "intake"),
        when("intake", "correct", "outcome", "correction"),
        flow("correct", "accept"),
        when("intake", "record", "outcome", "refused"),
        flow("record", "not-accepted"),
        flow("intake", "judged"),
        flow("mark", "remind"),
        flow("remind", "reminded-end"),
        flow("judged", "ruling"),
        when("ruling", "licence", "decision", "grant"),
        flow("ruling", "refusal"),
        flow("licence", "granted"),
        flow("refusal", "refused"),
    ]


def _chain_of(start: str, *tasks: str) -> list[str]:
    places = [start, *tasks, f"{start}-end"]
    nodes = [element("startEvent", start), *(element("userTask", name) for name in tasks)]
    return [*nodes, element("endEvent", places[-1]), *(flow(one, other) for one, other in pairwise(places))]


def loop() -> bytes:
    """One user task, again and again until told to stop."""
    return whole(
        [
            element("startEvent", "start"),
            element("exclusiveGateway", "merge"),
            element("userTask", "work"),
            element("exclusiveGateway", "choice", 'default="choice-merge"'),
            element("endEvent", "end"),
            flow("start", "merge"),
            flow("merge", "work"),
            flow("work", "choice"),
            flow("choice", "merge"),
            flow("choice", "end", "=enough = true"),
        ]
    )


def stages(count: int) -> bytes:
    """`count` AND blocks of two user tasks, one after the other."""
    parts, before = [element("startEvent", "start")], "start"
    for number in range(1, count + 1):
        split, left, right, join = (f"{name}{number}" for name in ("split", "left", "right", "join"))
        parts += [
            element("parallelGateway", split),
            element("userTask", left),
            element("userTask", right),
            element("parallelGateway", join),
            flow(before, split),
            flow(split, left),
            flow(split, right),
            flow(left, join),
            flow(right, join),
        ]
        before = join
    return whole([*parts, element("endEvent", "end"), flow(before, "end")])


def chain(count: int) -> bytes:
    """`count` tasks without work, in a row."""
    names = [f"t{number}" for number in range(1, count + 1)]
    parts = [element("startEvent", "start"), *(element("task", name) for name in names), element("endEvent", "end")]
    places = ["start", *names, "end"]
    return whole([*parts, *(flow(one, other) for one, other in pairwise(places))])
