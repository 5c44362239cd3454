"""Behaviors of multi-instance activities, global tasks, versions of called processes, scripts, several starts."""

import pytest

from engine.bpmn import check, compile_program
from engine.errors import DefinitionInvalid, NothingWaits
from engine.runtime import start
from tests.engine.runtime.diagrams import HEAD, MONDAY, Case, Context, calls, diagram, ext

MANY = """
    start s
    user each
    also signal seen on each one
    user told
    user after
    s -> each -> after
    seen -> told
"""


def many(behavior: str) -> str:
    loop = f"<multiInstanceLoopCharacteristics {behavior}><loopCardinality>=3</loopCardinality>"
    return loop + "</multiInstanceLoopCharacteristics>"


def behaving(behavior: str) -> Case:
    file = diagram(MANY, {"each": many(behavior)})
    definition = '<signalEventDefinition id="one" signalRef="signal-one"/>'
    return Case(file.replace(b"<process", definition.encode() + b"<process", 1))


@pytest.mark.parametrize(
    ("behavior", "told"),
    [
        ('behavior="None" noneBehaviorEventRef="one"', [1, 2, 3]),
        ('behavior="One" oneBehaviorEventRef="one"', [1, 1, 1]),
        ('behavior="All"', [0, 0, 0]),
    ],
)
def test_instances_that_complete_throw_what_the_behavior_says(behavior: str, told: list[int]) -> None:
    case = behaving(behavior)
    seen = []
    for _ in range(3):
        case.complete("each")
        seen.append(case.tasks.count("told"))
    assert seen == told
    assert "after" in case.tasks


def test_a_complex_behavior_throws_where_its_condition_holds() -> None:
    thrown = '<event id="i"><eventDefinitionRef>one</eventDefinitionRef></event>'
    condition = "<condition>=numberOfCompletedInstances = 2</condition>"
    complex_ = f"<complexBehaviorDefinition>{condition}{thrown}</complexBehaviorDefinition>"
    loop = many('behavior="Complex"').replace("</multi", complex_ + "</multi")
    file = diagram(MANY, {"each": loop})
    definition = '<signalEventDefinition id="one" signalRef="signal-one"/>'
    case = Case(file.replace(b"<process", definition.encode() + b"<process", 1))
    case.complete("each")
    assert "told" not in case.tasks
    case.complete("each")
    assert case.tasks == ["each", "told"]


def test_a_completion_condition_ends_the_other_instances() -> None:
    loop = many("").replace("</multi", "<completionCondition>=enough</completionCondition></multi")
    case = Case(diagram(MANY, {"each": loop}), {"enough": False})
    case.complete("each")
    case.complete("each", enough=True)
    assert case.tasks == ["after"]


def test_a_call_does_a_global_task() -> None:
    text = "start s\ncall c\nuser after\ns -> c -> after"
    file = diagram(text, {"c": ""}, attributes={"c": 'calledElement="review"'})
    file = file.replace(b"</definitions>", b'<globalUserTask id="review" name="Review"/></definitions>')
    case = Case(file)
    assert [each.process for each in case.view.open("task")] == ["review"]
    case.complete("review-task", ok=True)
    assert case.tasks == ["after"]
    assert case.variables == {"ok": True}


def version(tag: str, task: str) -> bytes:
    return diagram(f"start s\nuser {task}\ns -> {task}", {"q": ext(f'<zeebe:versionTag value="{tag}"/>')}, process="q")


def test_a_call_bound_to_a_version_takes_that_one_and_any_other_the_highest() -> None:
    text = "start s\nand f\ncall old\ncall new\ns -> f -> old\nf -> new"
    bound = '<zeebe:calledElement processId="q" bindingType="versionTag" versionTag="1.9"/>'
    file = diagram(text, {"old": ext(bound), "new": ext(calls("q"))})
    case = Case({"p.bpmn": file, "a.bpmn": version("1.9", "nine"), "b.bpmn": version("1.10", "ten")})
    assert case.tasks == ["nine", "ten"]
    with pytest.raises(DefinitionInvalid) as refused:
        compile_program({"p.bpmn": file, "b.bpmn": version("1.10", "ten")}, "p")
    assert refused.value.findings[0].code == "missing-process"


SCRIPT = "start s\nscript w\nuser after\nerror bad on w late\nuser sorry\ns -> w -> after\nbad -> sorry"


def test_a_script_writes_what_it_assigns_and_its_errors_are_caught() -> None:
    inside = {
        "w": "<script>total = 0\nfor n in numbers:\n    total += n\nif total > 5:\n    raise BpmnError('late')</script>"
    }
    file = diagram(SCRIPT, inside, attributes={"w": 'scriptFormat="python"'})
    case = Case(file, {"numbers": [1, 2]})
    assert case.tasks == ["after"]
    assert case.variables == {"numbers": [1, 2], "total": 3, "n": 2}
    assert Case(file, {"numbers": [3, 4]}).tasks == ["sorry"]


def test_several_events_can_start_a_process_each_at_its_place() -> None:
    file = diagram("start s\nstart m message told\nstart g signal go\nuser a\nuser b\nuser c\ns -> a\nm -> b\ng -> c")
    program = compile_program({"p.bpmn": file}, "p")
    assert program.message_beginnings() == {"told": ("p", "m")}
    assert program.signal_starts() == {"go": (("p", "g"),)}
    assert Case(file).tasks == ["a"]
    assert Case(file, event="m").tasks == ["b"]
    with pytest.raises(NothingWaits):
        start(program, {}, Context(MONDAY), event="nowhere")


def test_an_expression_without_language_is_told_and_doubtful_where_python_differs() -> None:
    conditions = ("n &lt; 3", '"a" in test')
    codes = []
    for condition in conditions:
        when = f"<conditionExpression>{condition}</conditionExpression>"
        flow = f'<sequenceFlow id="f" sourceRef="s" targetRef="a">{when}</sequenceFlow>'
        body = (
            f'<process id="p" isExecutable="true"><startEvent id="s"/><userTask id="a"/>{flow}</process></definitions>'
        )
        findings = check({"p.bpmn": (HEAD + body).encode()})
        codes.append({each.code for each in findings if each.code.startswith("language")})
    assert codes == [{"language-assumed"}, {"language-doubtful"}]


def test_a_script_that_sleeps_is_done_later_and_can_be_interrupted_meanwhile() -> None:
    text = "start s\nscript w\nuser after\ntimer late on w PT1S\nuser sorry\ns -> w -> after\nlate -> sorry"
    inside = {"w": "<script>done = True\nsleep(5)</script>"}
    file = diagram(text, inside, attributes={"w": 'scriptFormat="python"'})
    case = Case(file)
    assert case.tasks == []
    case.later(seconds=5)
    case.fire("w")
    assert case.tasks == ["after"]
    assert case.variables == {"done": True}
    interrupted = Case(file)
    interrupted.fire("late")
    assert interrupted.tasks == ["sorry"]
    assert interrupted.variables == {}
