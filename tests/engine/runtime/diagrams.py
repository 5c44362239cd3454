"""Small diagrams as text, and a case that walks them: what a test would draw on a whiteboard.

start s                      an element: kind and id (see KINDS)
sub body {  …  }             a subprocess with what stands in it; `event handler { … }` an event subprocess,
                             `tx` a transaction, `adhoc` an ad-hoc subprocess
undo user cancel of book     a handler: it undoes the activity `book`
catch c condition n > 1      a conditional event (FEEL)
timer late on a PT1H         a boundary event; `also timer …` does not interrupt
s -> a -> e                  flows
x -> b if n > 3              a condition (FEEL); `x -> c default` the default
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from engine.bpmn import Program, compile_program
from engine.runtime import (
    Context,
    JobDone,
    JobError,
    JobFailed,
    Snapshot,
    Step,
    complete,
    correlate,
    fire,
    migrate,
    modify,
    resolve,
    retry,
    set_variables,
    skip,
    snapshot,
    start,
)
from engine.runtime.modification import Change
from engine.runtime.stored import dump, load

KINDS = {
    "start": "startEvent", "end": "endEvent", "user": "userTask", "service": "serviceTask",
    "script": "scriptTask",
    "rule": "businessRuleTask", "send": "sendTask", "receive": "receiveTask", "manual": "manualTask",
    "task": "task",
    "xor": "exclusiveGateway", "or": "inclusiveGateway", "and": "parallelGateway",
    "race": "eventBasedGateway",
    "complex": "complexGateway", "call": "callActivity",
    "catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent",
}  # fmt: skip
EVENTS = (
    "timer", "message", "error", "signal", "escalation", "link", "terminate", "condition", "compensate", "cancel",
)  # fmt: skip
CONTAINERS = {"sub": "subProcess", "event": "subProcess", "tx": "transaction", "adhoc": "adHocSubProcess"}
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="defs" targetNamespace="urn:test">'
)
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def diagram(
    text: str,
    inside: Mapping[str, str] | None = None,
    *,
    process: str = "p",
    attributes: Mapping[str, str] | None = None,
) -> bytes:
    """The BPMN file of `text`; `inside` gives more XML for an element (see `io`, `ext`), `attributes` more
    attributes."""
    return _Writer(dict(inside or {}), dict(attributes or {})).write(text, process)


def ext(*parts: str) -> str:
    """Extension elements."""
    return f"<extensionElements>{''.join(parts)}</extensionElements>"


def io(inputs: Mapping[str, str] | None = None, outputs: Mapping[str, str] | None = None) -> str:
    """zeebe:ioMapping: target -> FEEL source."""
    rows = [("input", k, v) for k, v in (inputs or {}).items()] + [("output", k, v) for k, v in (outputs or {}).items()]
    body = "".join(f"<zeebe:{way} source={quoteattr('=' + source)} target={quoteattr(t)}/>" for way, t, source in rows)
    return f"<zeebe:ioMapping>{body}</zeebe:ioMapping>"


def job(kind: str) -> str:
    return f"<zeebe:taskDefinition type={quoteattr(kind)}/>"


def calls(process: str, *, out: bool = False, all_in: bool = True) -> str:
    """zeebe:calledElement; `out`: all its variables come back."""
    ways = f'propagateAllChildVariables="{str(out).lower()}" propagateAllParentVariables="{str(all_in).lower()}"'
    return f"<zeebe:calledElement processId={quoteattr(process)} {ways}/>"


def script(expression: str, variable: str) -> str:
    return f"<zeebe:script expression={quoteattr('=' + expression)} resultVariable={quoteattr(variable)}/>"


class _Writer:
    def __init__(self, inside: dict[str, str], attributes: dict[str, str]) -> None:
        self.inside = inside
        self.attributes = attributes
        self.open: list[str] = []
        self.roots: dict[str, str] = {}
        self.defaults: set[str] = set()
        self.flows = 0

    def write(self, text: str, process: str) -> bytes:
        self.defaults = set(re.findall(r"(\S+) -> \S+ default", text))
        declared = self.inside.get(process, "")
        body = declared + "".join(self._line(line.strip()) for line in text.splitlines() if line.strip())
        roots = "".join(self.roots.values())
        xml = f'{HEAD}{roots}<process id="{process}" isExecutable="true">{body}</process></definitions>'
        return xml.encode()

    def _line(self, line: str) -> str:
        if line == "}":
            return f"</{self.open.pop()}>"
        if "->" in line:
            return self._flows(line)
        if line.endswith("{"):
            kind, name, *_ = line.split()
            self.open.append(CONTAINERS[kind])
            by_event = ' triggeredByEvent="true"' if kind == "event" else ""
            more = self._more(name)
            return f'<{CONTAINERS[kind]} id="{name}"{by_event}{more}>{self.inside.get(name, "")}'
        return self._element(line.split())

    def _flows(self, line: str) -> str:
        path, _, condition = line.partition(" if ")
        default = path.endswith(" default")
        names = [each.strip() for each in path.removesuffix(" default").split("->")]
        written = ""
        for source, target in pairwise(names):
            self.flows += 1
            when = f"<conditionExpression>={escape(condition)}</conditionExpression>" if condition else ""
            flow = f"default-of-{source}" if default else f"f{self.flows}"
            written += f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">{when}</sequenceFlow>'
        return written

    def _more(self, name: str) -> str:
        return f" {self.attributes[name]}" if name in self.attributes else ""

    def _undo(self, kind: str, name: str, activity: str) -> str:
        """A compensation boundary event and the handler that it is joined to."""
        event = self._tag(
            "boundaryEvent", f"undo-{name}", "<compensateEventDefinition/>", f'attachedToRef="{activity}"'
        )
        joined = f'<association id="a-{name}" sourceRef="undo-{name}" targetRef="{name}"/>'
        return event + joined + self._tag(KINDS[kind], name, "", 'isForCompensation="true"')

    def _element(self, words: list[str]) -> str:
        if words[0] == "undo":
            return self._undo(words[1], words[2], words[4])
        keeps = words[0] == "also"
        kind, name, *rest = words[1:] if keeps else words
        if kind in EVENTS and rest and rest[0] == "on":
            attributes = f'attachedToRef="{rest[1]}" cancelActivity="{str(not keeps).lower()}"'
            return self._tag("boundaryEvent", name, self._event(kind, rest[2:]), attributes)
        inner = self._event(rest[0], rest[1:]) if rest and rest[0] in EVENTS else ""
        attributes = 'isInterrupting="false"' if keeps else ""
        if kind in ("send", "receive") and rest:
            attributes = f'messageRef="{self._message(rest[0])}"'
        return self._tag(KINDS[kind], name, inner, attributes)

    def _tag(self, tag: str, name: str, inner: str, attributes: str) -> str:
        default = f' default="default-of-{name}"' if name in self.defaults else ""
        return f'<{tag} id="{name}" {attributes}{default}{self._more(name)}>{self.inside.get(name, "")}{inner}</{tag}>'

    def _event(self, kind: str, rest: list[str]) -> str:
        if kind == "timer":
            text = " ".join(rest)
            which = "timeCycle" if re.match(r"R\d*/", text) else "timeDate" if text[:1].isdigit() else "timeDuration"
            return f"<timerEventDefinition><{which}>{escape(text)}</{which}></timerEventDefinition>"
        if kind == "message":
            return f'<messageEventDefinition messageRef="{self._message(*rest)}"/>'
        if kind in ("terminate", "cancel"):
            return f"<{kind}EventDefinition/>"
        if kind == "condition":
            text = escape("=" + " ".join(rest))
            return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"
        if kind == "compensate":
            activity = f' activityRef="{rest[0]}"' if rest else ""
            return f"<compensateEventDefinition{activity}/>"
        if not rest:
            return f"<{kind}EventDefinition/>"
        if kind == "link":
            return f'<linkEventDefinition name="{rest[0]}"/>'
        code = "name" if kind == "signal" else f"{kind}Code"
        self.roots[f"{kind}-{rest[0]}"] = f'<{kind} id="{kind}-{rest[0]}" {code}="{rest[0]}"/>'
        return f'<{kind}EventDefinition {kind}Ref="{kind}-{rest[0]}"/>'

    def _message(self, name: str, *key: str) -> str:
        """`key` is FEEL; the same name with another key is another message definition."""
        source = " ".join(key)
        identity = re.sub(r"\W", "_", f"message-{name}-{source}").strip("_")
        subscription = ext(f"<zeebe:subscription correlationKey={quoteattr('=' + source)}/>") if source else ""
        self.roots[identity] = f'<message id="{identity}" name="{name}">{subscription}</message>'
        return identity


class Case:
    """A running instance; after every step the state is checked to survive storage unchanged."""

    def __init__(
        self,
        files: bytes | Mapping[str, bytes],
        variables: Mapping[str, object] | None = None,
        *,
        entry: str = "p",
        context: Context | None = None,
        process: str | None = None,
        event: str | None = None,
    ) -> None:
        named = {"p.bpmn": files} if isinstance(files, bytes) else files
        self.program: Program = compile_program(named, entry)
        self.context = context or Context(now=MONDAY)
        self.state = b""
        self.history: list[tuple[str, str]] = []
        self.last = self._take(start(self.program, dict(variables or {}), self.context, process=process, event=event))

    def _take(self, step: Step) -> Step:
        assert dump(load(step.state)) == step.state
        self.state, self.last = step.state, step
        self.history += [(line.what, line.element) for line in step.log]
        return step

    @property
    def view(self) -> Snapshot:
        return snapshot(self.state)

    @property
    def tasks(self) -> list[str]:
        """Elements with an open user task, sorted; one entry per task."""
        return sorted(each.element for each in self.view.open("task"))

    @property
    def variables(self) -> dict[str, object]:
        return dict(self.view.variables)

    @property
    def ended(self) -> bool:
        return self.view.ended

    def completed(self, element: str) -> int:
        """How often the element was completed so far."""
        return self.history.count(("completed", element))

    def later(self, **delta: float) -> None:
        now = self.context.now + timedelta(**delta)
        self.context = Context(now=now, zone=self.context.zone, budgets=self.context.budgets)

    def waiting(self, kind: str, element: str) -> int:
        return next(each.id for each in self.view.open(kind) if each.element == element)

    def complete(self, element: str, **variables: object) -> Step:
        task = self.waiting("task", element)
        return self._take(complete(self.program, self.state, task, variables, self.context))

    def fire(self, element: str) -> Step:
        timer = self.waiting("timer", element)
        return self._take(fire(self.program, self.state, timer, self.context))

    def message(self, name: str, key: str | None = None, **payload: object) -> Step:
        return self._take(correlate(self.program, self.state, name, key, payload, self.context))

    def job(self, element: str, **variables: object) -> Step:
        return self.resolve(element, JobDone(variables))

    def resolve(self, element: str, outcome: JobDone | JobFailed | JobError) -> Step:
        waiting = self.waiting("job", element)
        return self._take(resolve(self.program, self.state, waiting, outcome, self.context))

    def set(self, **variables: object) -> Step:
        return self._take(set_variables(self.program, self.state, variables, self.context))

    def modify(self, *changes: Change) -> Step:
        return self._take(modify(self.program, self.state, changes, self.context))

    def migrate(self, files: bytes | Mapping[str, bytes], mapping: Mapping[str, str] | None = None) -> Step:
        named = {"p.bpmn": files} if isinstance(files, bytes) else files
        new = compile_program(named, self.program.entry)
        step = self._take(migrate(self.program, new, self.state, mapping or {}, self.context))
        self.program = new
        return step

    def token(self, element: str) -> int:
        return next(each.token for each in self.view.active if each.element == element)

    def skip(self, **variables: object) -> Step:
        return self._take(skip(self.program, self.state, self.view.incidents[0].id, self.context, variables))

    def retry(self, **variables: object) -> Step:
        incident = self.view.incidents[0].id
        return self._take(retry(self.program, self.state, incident, self.context, variables))
