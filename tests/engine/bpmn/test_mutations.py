"""Valid diagrams with parts removed, doubled, renamed and moved at random: findings, never an exception; and what
has no error among its findings compiles and runs without a surprise."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn import Program, check, compile_program
from engine.bpmn.xmlread import BPMN
from engine.errors import BudgetExceeded, ExpressionFailed, NothingWaits, TaskNotOpen, ValueInvalid
from engine.findings import errors_in
from engine.runtime import Context, complete, fire, snapshot, start
from tests.engine.runtime.diagrams import calls, diagram, ext, io, script

PROCESSES = Path(__file__).parents[3] / "processes"
CONTEXT = Context(now=datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
#: What commands may say of an instance: their docstrings name these.
REFUSALS = (BudgetExceeded, ExpressionFailed, NothingWaits, TaskNotOpen, ValueInvalid)

LOOPED = {
    "a": "<multiInstanceLoopCharacteristics><loopCardinality>=2</loopCardinality></multiInstanceLoopCharacteristics>",
    "b": "<standardLoopCharacteristics loopMaximum='2'/><script>x = 1</script>",
}
DRAWN = [
    diagram("start s\nxor x\nuser a\nservice b\nend e\ns -> x\nx -> a if n > 1\nx -> b default\na -> e\nb -> e"),
    diagram("start s\nand f\nuser a\nscript b\nand j\nend e\ns -> f -> a -> j -> e\nf -> b -> j",
            {"b": ext(script("1", "x"))}),
    diagram("start s\nor x\nuser a\nuser b\nor j\nend e\ns -> x\nx -> a if n > 1\nx -> b default\na -> j -> e\nb -> j"),
    diagram("start s\nsub d {\nstart i\nuser a\nend z error E\ni -> a -> z\n}\nerror c on d E\nalso timer t on d PT1H\n"
            "end e\nend g\ns -> d -> e\nc -> g\nt -> g"),
    diagram("start s\ntx d {\nstart i\nuser a\nundo user h of a\nend z cancel\ni -> a -> z\n}\ncancel c on d\nend e\n"
            "throw t compensate\ns -> d -> t -> e\nc -> e"),
    diagram("start s\nadhoc d {\nuser a\nuser b\n}\nend e terminate\nevent v {\nalso start i signal q\nend z\ni -> z\n"
            "}\ns -> d -> e"),
    diagram("start s\nrace r\ncatch a message m\ncatch b timer PT1H\nthrow t link L\ncatch l link L\nend e\n"
            "s -> r -> a -> t\nr -> b -> e\nl -> e"),
    diagram("start s\ncall c\ncomplex j\nreceive w m\nsend q m\nend e escalation X\ns -> c -> j -> w -> q -> e",
            {"c": ext(calls("p"), io({"x": "1"}, {"y": "x"}))}),
    diagram("start s\nuser a\nscript b\nend e\ns -> a -> b -> e", LOOPED, attributes={"b": 'scriptFormat="python"'}),
    *(path.read_bytes() for path in sorted(PROCESSES.rglob("*.bpmn"))),
]  # fmt: skip
TAGS = [
    "userTask", "serviceTask", "scriptTask", "receiveTask", "sendTask", "callActivity", "subProcess", "transaction",
    "adHocSubProcess", "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway",
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "sequenceFlow",
    "association", "messageEventDefinition", "timerEventDefinition", "errorEventDefinition", "signalEventDefinition",
    "compensateEventDefinition", "cancelEventDefinition", "linkEventDefinition", "terminateEventDefinition",
    "conditionalEventDefinition", "escalationEventDefinition", "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics", "loopCardinality", "condition", "conditionExpression", "script", "dataObject",
]  # fmt: skip
ATTRIBUTES = [
    "id", "sourceRef", "targetRef", "attachedToRef", "default", "triggeredByEvent", "isForCompensation", "instantiate",
    "eventGatewayType", "parallelMultiple", "cancelActivity", "isInterrupting", "startQuantity", "completionQuantity",
    "calledElement", "messageRef", "errorRef", "activityRef", "isSequential", "behavior", "loopMaximum", "testBefore",
    "name", "scriptFormat", "isExecutable",
]  # fmt: skip
VALUES = [
    "", "true", "false", "p", "s", "e", "a", "2", "-1", "Parallel", "None", "python", "=x", "${x}", "../x", "很\u202e",
]  # fmt: skip


class File(bytes):
    """The bytes of a file, shown in short where a test fails."""

    def __repr__(self) -> str:
        return repr(bytes(self[:4000]))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    root = etree.fromstring(draw(st.sampled_from(DRAWN)))
    for _ in range(draw(st.integers(1, 6))):
        elements = [each for each in root.iter() if each is not root and isinstance(each.tag, str)]
        if not elements:
            break
        _mutate(draw, draw(st.sampled_from(elements)), elements)
    return File(etree.tostring(root))


def _mutate(draw: st.DrawFn, element: etree._Element, elements: list[etree._Element]) -> None:
    parent = element.getparent()
    assert parent is not None
    known = [value for each in elements for value in each.attrib.values()]
    match draw(st.sampled_from(["remove", "double", "retag", "move", "unset", "set", "refer", "text"])):
        case "remove":
            parent.remove(element)
        case "double":
            parent.append(deepcopy(element))
        case "retag":
            element.tag = f"{{{BPMN}}}{draw(st.sampled_from(TAGS))}"
        case "move":
            target = draw(st.sampled_from(elements))
            if element not in [target, *target.iterancestors()]:
                target.append(element)
        case "unset" if element.attrib:
            del element.attrib[draw(st.sampled_from(sorted(element.attrib)))]
        case "refer" if element.attrib and known:
            element.set(draw(st.sampled_from(sorted(element.attrib))), draw(st.sampled_from(known)))
        case "text":
            element.text = draw(st.sampled_from(VALUES))
        case _:
            element.set(draw(st.sampled_from(ATTRIBUTES)), draw(st.sampled_from(VALUES)))


@settings(max_examples=300, deadline=None)
@given(mutated(), st.sampled_from(["engine", "office"]))
def test_no_mutation_makes_the_check_raise(content: bytes, level: str) -> None:
    for finding in check({"p.bpmn": content}, level=level, known_groups=()):  # type: ignore[arg-type]
        assert finding.message.zh
        assert finding.message.en
        assert "{" not in finding.remedy.zh + finding.remedy.en


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_what_has_no_error_compiles_and_runs(content: bytes) -> None:
    files = {"p.bpmn": content}
    if errors_in(check(files)):
        return
    tree = etree.fromstring(content)
    for process in tree.findall(f"{{{BPMN}}}process"):
        program = compile_program(files, (process.get("id") or "process-without-id-1").strip())
        with suppress(*REFUSALS):
            _walk(program)


def _walk(program: Program) -> None:
    """Starts an instance and does what is open, some steps long."""
    state = start(program, {"n": 1}, CONTEXT).state
    for _ in range(8):
        view = snapshot(state)
        tasks, timers = view.open("task"), view.open("timer")
        if tasks:
            state = complete(program, state, tasks[0].id, {}, CONTEXT).state
        elif timers:
            state = fire(program, state, timers[0].id, CONTEXT).state
        else:
            return
