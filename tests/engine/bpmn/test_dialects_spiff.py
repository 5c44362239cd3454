"""Files of SpiffArena: Python everywhere, scripts around elements, payloads in one variable."""

import pytest

from engine.runtime import JobDone, JobError
from tests.engine.bpmn.foreign import codes, ext, file, line
from tests.engine.runtime.diagrams import Case

USER = '<userTask id="a"/>'
DIALECT = "spiffworkflow"


def spiff(body: str, roots: str = "") -> bytes:
    return file(DIALECT, body, roots)


def scripts(before: str = "", after: str = "") -> str:
    return (
        f"<spiffworkflow:preScript>{before}</spiffworkflow:preScript>"
        f"<spiffworkflow:postScript>{after}</spiffworkflow:postScript>"
    )


def test_every_expression_of_the_file_is_python() -> None:
    choice = (
        '<startEvent id="s"/><exclusiveGateway id="x" default="d"/><userTask id="yes"/><userTask id="no"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="x"/><sequenceFlow id="d" sourceRef="x" targetRef="no"/>'
        '<sequenceFlow id="c" sourceRef="x" targetRef="yes">'
        '<conditionExpression>kind in ["a", "b"] and not done</conditionExpression></sequenceFlow>'
    )
    content = spiff(choice)
    assert codes(content) == set()
    assert Case(content, {"kind": "a", "done": False}).tasks == ["yes"]
    assert Case(content, {"kind": "c", "done": False}).tasks == ["no"]


def test_a_time_may_be_a_text_in_quotes_or_computed() -> None:
    def waits(text: str) -> bytes:
        return spiff(
            line(
                '<intermediateCatchEvent id="t"><timerEventDefinition>'
                f"<timeDuration>{text}</timeDuration></timerEventDefinition></intermediateCatchEvent>"
            )
        )

    dues = [Case(waits(text), {"hours": 2}).last.timers_set[0].due for text in ('"PT2H"', "PT2H", "f'PT{hours}H'")]
    assert len(set(dues)) == 1


def test_scripts_run_before_and_after_an_element() -> None:
    task = f'<userTask id="t">{ext(scripts("n = n + 1", "total = n + given"))}</userTask>'
    case = Case(spiff(line(task, USER)), {"n": 1})
    assert case.variables == {"n": 2}
    case.complete("t", given=5)
    assert case.variables == {"n": 2, "given": 5, "total": 7}


@pytest.mark.parametrize(("on_instances", "counted", "done"), [("false", 1, 1), ("true", 3, 3)])
def test_with_a_loop_scripts_run_once_or_with_each_instance(on_instances: str, counted: int, done: int) -> None:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="true" spiffworkflow:scriptsOnInstances="{on_instances}">'
        "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    task = f'<userTask id="t">{ext(scripts("started = started + 1", "done = done + 1"))}{loop}</userTask>'
    case = Case(spiff(line(task, USER)), {"started": 0, "done": 0})
    for _ in range(3):
        case.complete("t")
    assert (case.tasks, case.variables) == (["a"], {"started": counted, "done": done})


def test_a_script_that_fails_is_tried_again_once_and_not_twice() -> None:
    task = f'<userTask id="t">{ext(scripts("n = n + 1"))}</userTask>'
    case = Case(spiff(line(task)), {})
    assert [each.element for each in case.view.incidents] == ["t"]
    case.retry(n=1)
    assert (case.tasks, case.variables) == (["t"], {"n": 2})
    after = f'<userTask id="t">{ext(scripts(after="n = n + 1"))}</userTask>'
    case = Case(spiff(line(after, USER)), {})
    case.complete("t", given=1)
    assert [each.element for each in case.view.incidents] == ["t"]
    case.retry(n=1)
    assert (case.tasks, case.variables) == (["a"], {"n": 2, "given": 1})


def test_an_error_that_a_script_throws_goes_to_the_boundary() -> None:
    boundary = (
        '<boundaryEvent id="b" attachedToRef="t"><errorEventDefinition errorRef="e"/></boundaryEvent>'
        '<sequenceFlow id="f" sourceRef="b" targetRef="a"/>'
    )
    for around in (scripts("raise BpmnError('E1')"), scripts(after="raise BpmnError('E1')")):
        task = f'<userTask id="t">{ext(around)}</userTask>'
        case = Case(spiff(line(task, USER) + boundary, '<error id="e" errorCode="E1"/>'))
        if "t" in case.tasks:
            case.complete("t")
        assert case.tasks == ["a"]


def test_a_connector_is_a_job_with_its_result_in_one_variable() -> None:
    operator = (
        '<spiffworkflow:serviceTaskOperator id="http/PostRequest" {}><spiffworkflow:parameters>'
        '<spiffworkflow:parameter id="url" type="str" value="\'https://\' + host"/>'
        '<spiffworkflow:parameter id="nothing" type="str"/></spiffworkflow:parameters>'
        '<spiffworkflow:retry retries="7" backoff_base="2"/></spiffworkflow:serviceTaskOperator>'
    )

    def task(says: str) -> bytes:
        return spiff(line(f'<serviceTask id="call-it">{ext(operator.format(says))}</serviceTask>', USER))

    case = Case(task('resultVariable="answer"'), {"host": "city"})
    (job,) = case.last.jobs
    assert (job.type, job.retries, dict(job.inputs)) == ("http/PostRequest", 7, {"url": "https://city"})
    case.resolve("call-it", JobDone({"status": 200}))
    assert case.variables == {"host": "city", "answer": {"status": 200}}
    unnamed = Case(task(""), {"host": "city"})
    unnamed.job("call-it", status=1)
    assert unnamed.variables["spiff__call_it_result"] == {"status": 1}


def test_what_a_form_gives_may_go_into_one_variable() -> None:
    said = (
        '<spiffworkflow:variableName>form</spiffworkflow:variableName><spiffworkflow:properties>'
        '<spiffworkflow:property name="formJsonSchemaFilename" value="ask.json"/></spiffworkflow:properties>'
        "<spiffworkflow:instructionsForEndUser>Look **closely**.</spiffworkflow:instructionsForEndUser>"
    )  # fmt: skip
    case = Case(spiff(line(f'<userTask id="t">{ext(said)}</userTask>', USER)))
    (opened,) = case.last.opened
    assert opened.form_key == "ask.json"
    assert opened.properties["instructionsForEndUser"] == "Look **closely**."
    case.complete("t", name="li")
    assert case.variables == {"form": {"name": "li"}}


TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="u">
<decision id="fee" name="fee"><decisionTable><input id="i"><inputExpression><text>n</text></inputExpression></input>
<output id="o1" name="fee"/><output id="o2" name="who"/>
<rule id="r"><inputEntry><text>1</text></inputEntry><outputEntry><text>10</text></outputEntry>
<outputEntry><text>"all"</text></outputEntry></rule></decisionTable></decision></definitions>"""


def test_each_output_of_a_decision_is_a_variable() -> None:
    called = "<spiffworkflow:calledDecisionId>fee</spiffworkflow:calledDecisionId>"
    rule = f'<businessRuleTask id="r">{ext(called)}</businessRuleTask>'
    files = {"p.bpmn": spiff(line(rule, USER)), "d.dmn": TABLE}
    assert Case(files, {"n": 1}).variables == {"n": 1, "fee": 10, "who": "all"}
    assert Case(files, {"n": 2}).variables == {"n": 2}


def message(payload: str = "", variable: str = "", *, correlated: bool = False) -> str:
    said = ext(
        f"<spiffworkflow:messagePayload>{payload}</spiffworkflow:messagePayload>" if payload else "",
        f"<spiffworkflow:messageVariable>{variable}</spiffworkflow:messageVariable>" if variable else "",
    )
    path = (
        '<correlationProperty id="number"><correlationPropertyRetrievalExpression messageRef="m">'
        "<messagePath>number</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
    )
    return f'<message id="m" name="invoice">{said}</message>{path if correlated else ""}'


THROW = '<intermediateThrowEvent id="t"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'


@pytest.mark.parametrize(
    ("payload", "taken"), [("{'number': n, 'to': 'li'}", {"number": 5, "to": "li"}), ("n", 5), ("[n]", [5])]
)
def test_a_message_takes_its_payload_along_into_one_variable(payload: str, taken: object) -> None:
    (thrown,) = Case(spiff(line(THROW), message(payload)), {"n": 5}).last.thrown
    receiver = Case(spiff(line('<receiveTask id="w" messageRef="m"/>', USER), message(variable="bill")))
    receiver.message("invoice", thrown.key, **dict(thrown.payload))
    assert receiver.variables == {"bill": taken}
    start = '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent>'
    flow = '<sequenceFlow id="f" sourceRef="s" targetRef="a"/>'
    started = Case(spiff(start + USER + flow, message(variable="bill")), dict(thrown.payload))
    assert started.variables == {"bill": taken}


def wait(expression: str = "") -> str:
    said = (
        "<spiffworkflow:processVariableCorrelation><spiffworkflow:propertyId>number</spiffworkflow:propertyId>"
        f"<spiffworkflow:expression>{expression}</spiffworkflow:expression></spiffworkflow:processVariableCorrelation>"
    )
    definition = f'<messageEventDefinition messageRef="m">{ext(said) if expression else ""}</messageEventDefinition>'
    return f'<intermediateCatchEvent id="w">{definition}</intermediateCatchEvent>'


def test_a_message_finds_the_instance_that_its_properties_mean() -> None:
    (thrown,) = Case(spiff(line(THROW), message("{'number': n}", correlated=True)), {"n": 5}).last.thrown
    waiting = Case(spiff(line(wait("bill_number")), message(correlated=True)), {"bill_number": 5})
    (subscription,) = waiting.last.subscriptions_opened
    assert (thrown.key, subscription.key) == ("5", "5")


def test_the_answer_finds_the_instance_that_asked() -> None:
    asks = '<sendTask id="t" messageRef="q"/>'
    question = message("{'number': n}", correlated=True).replace("messagePath", "formalExpression")
    question = question.replace('messageRef="m"', 'messageRef="q"').replace(
        'id="m" name="invoice"', 'id="q" name="ask"'
    )
    answer = message(variable="bill", correlated=True)
    roots = (
        question.replace("</correlationProperty>", answer.partition('<correlationProperty id="number">')[2])
        + answer.partition("<correlationProperty")[0]
    )
    case = Case(spiff(line(asks, wait(), USER), roots), {"n": 5})
    assert (case.last.thrown[0].key, case.last.subscriptions_opened[0].key) == ("5", "5")
    case.message("invoice", "5", number=5, paid=True)
    assert (case.tasks, case.variables["bill"]) == (["a"], {"number": 5, "paid": True})


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_errors_and_escalations_carry_a_payload(kind: str) -> None:
    said = ext(
        "<spiffworkflow:payloadExpression>{'why': reason}</spiffworkflow:payloadExpression>",
        "<spiffworkflow:variableName>caught</spiffworkflow:variableName>",
    )
    root = f'<{kind} id="e" {kind}Code="E1">{said}</{kind}>'
    inner = (
        f'<startEvent id="i"/><endEvent id="x"><{kind}EventDefinition {kind}Ref="e"/></endEvent>'
        '<sequenceFlow id="g" sourceRef="i" targetRef="x"/>'
    )
    boundary = (
        f'<boundaryEvent id="b" attachedToRef="s"><{kind}EventDefinition {kind}Ref="e"/></boundaryEvent>'
        '<sequenceFlow id="f" sourceRef="b" targetRef="a"/>'
    )
    body = line(f'<subProcess id="s">{inner}</subProcess>', USER) + boundary
    case = Case(spiff(body, root), {"reason": "late"})
    assert (case.tasks, case.variables["caught"]) == (["a"], {"why": "late"})
    if kind == "error":
        operator = ext('<spiffworkflow:serviceTaskOperator id="x"/>')
        case = Case(spiff(line(f'<serviceTask id="s">{operator}</serviceTask>', USER) + boundary, root))
        case.resolve("s", JobError("E1", {"why": "lost"}))
        assert case.variables == {"caught": {"why": "lost"}}


def test_what_the_arena_keeps_for_itself_is_noted() -> None:
    said = ext("<spiffworkflow:allowGuest>true</spiffworkflow:allowGuest>", "<spiffworkflow:unitTests/>")
    assert codes(spiff(line(f'<userTask id="a">{said}</userTask>'))) == {"extension-says-nothing"}
