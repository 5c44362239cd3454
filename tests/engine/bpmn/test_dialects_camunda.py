"""Files of Camunda 7, Activiti and Flowable, walked as their engines walk them."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import DefinitionInvalid
from engine.findings import Severity
from engine.runtime import JobError
from tests.engine.bpmn.foreign import codes, ext, file, line, told
from tests.engine.runtime.diagrams import MONDAY, Case

USER = '<userTask id="a"/>'


def test_who_may_take_a_task_and_until_when() -> None:
    task = (
        '<userTask id="a" camunda:assignee="${clerk}" camunda:candidateUsers="li, ${others}" '
        'camunda:candidateGroups="drug.review, fire.review" camunda:dueDate="P3D" '
        'camunda:followUpDate="2026-12-01T09:00:00" camunda:priority="${40 + 5}" camunda:formRef="review"/>'
    )
    case = Case(file("camunda", line(task)), {"clerk": "wang", "others": ["zhao", "qian"]})
    (opened,) = case.last.opened
    assert (opened.assignee, opened.priority, opened.form_key) == ("wang", 45, "review")
    assert opened.candidate_users == ("li", "zhao", "qian")
    assert opened.candidate_groups == ("drug.review", "fire.review")
    assert opened.due == MONDAY + timedelta(days=3)
    assert opened.follow_up == datetime(2026, 12, 1, 1, tzinfo=UTC)  # nine o'clock in the office


def test_a_due_date_that_an_expression_gives() -> None:
    task = '<userTask id="a" flowable:dueDate="${until}"/>'
    assert Case(file("flowable", line(task)), {"until": "P1M"}).last.opened[0].due == datetime(
        2026, 12, 23, 1, tzinfo=UTC
    )
    by_day = Case(file("flowable", line(task)), {"until": "2026-12-24"}).last.opened[0].due
    assert by_day == datetime(2026, 12, 23, 16, tzinfo=UTC)


CHILD = file("camunda", line('<userTask id="b"/>'), process="q")


@pytest.mark.parametrize("name", ["order-${number}", "#{which}"])
@pytest.mark.parametrize("kind", ["message", "signal"])
def test_the_name_of_a_message_or_signal_is_computed_where_it_is_awaited(kind: str, name: str) -> None:
    root, definition = f'<{kind} id="r" name="{name}"/>', f'<{kind}EventDefinition {kind}Ref="r"/>'
    caught = f'<intermediateCatchEvent id="c">{definition}</intermediateCatchEvent>'
    case = Case(file("camunda", line(caught), root), {"number": 7, "which": "order-7"})
    assert [each.name for each in case.last.subscriptions_opened] == ["order-7"]
    start = line().replace('<startEvent id="start"/>', f'<startEvent id="start">{definition}</startEvent>')
    assert ("start-name-computed", "start") in [each[:2] for each in told(file("camunda", start, root), Severity.ERROR)]


@pytest.mark.parametrize("name", ["${which}", "#{which}"])
def test_an_expression_says_which_process_is_called(name: str) -> None:
    caller = file("camunda", line(f'<callActivity id="c" calledElement="{name}"/>', USER))
    assert not any(code == "xsd-violation" for code, _, _ in told({"p.bpmn": caller, "q.bpmn": CHILD}))
    assert Case({"p.bpmn": caller, "q.bpmn": CHILD}, {"which": "q"}).tasks == ["b"]


def call(dialect: str, *passed: str, says: str = "") -> bytes:
    return file(dialect, line(f'<callActivity id="c" calledElement="q" {says}>{ext(*passed)}</callActivity>', USER))


def walk_call(caller: bytes, **inner: object) -> tuple[dict[str, object], dict[str, object]]:
    """What the called process begins with, and what the caller has when it has ended with `inner`."""
    case = Case({"p.bpmn": caller, "q.bpmn": CHILD}, {"x": 1, "secret": 2})
    (opened,) = case.last.scopes_opened
    case.complete("b", **inner)
    return dict(opened.inputs), case.variables


@pytest.mark.parametrize(
    ("passed", "given", "kept"),
    [
        ([], {}, {}),
        (['<camunda:in source="x" target="y"/>'], {"y": 1}, {}),
        (['<camunda:in sourceExpression="${x + 1}" target="y"/>'], {"y": 2}, {}),
        (['<camunda:in variables="all"/>'], {"x": 1, "secret": 2}, {}),
        (['<camunda:in variables="all"/>', '<camunda:in source="x" target="y"/>'], {"x": 1, "secret": 2, "y": 1}, {}),
        (['<camunda:in businessKey="#{x}"/>'], {}, {}),
        (['<camunda:out source="r" target="result"/>'], {}, {"result": 7}),
        (['<camunda:out sourceExpression="${r + 1}" target="result"/>'], {}, {"result": 8}),
        (['<camunda:out variables="all"/>'], {}, {"r": 7}),
        (['<camunda:out source="secret" target="leaked"/>'], {}, {"leaked": None}),
    ],
)
def test_a_called_process_sees_what_is_passed_to_it_and_nothing_else(
    passed: list[str], given: dict[str, object], kept: dict[str, object]
) -> None:
    assert walk_call(call("camunda", *passed), r=7) == (given, {"x": 1, "secret": 2, **kept})


def test_local_variables_pass_alone_and_stay_with_the_call() -> None:
    parameters = (
        '<camunda:inputOutput><camunda:inputParameter name="mine">${x + 10}</camunda:inputParameter>'
        '<camunda:outputParameter name="sum">${r + 1}</camunda:outputParameter></camunda:inputOutput>'
    )
    both = '<camunda:in variables="all" local="true"/>', '<camunda:out variables="all" local="true"/>'
    assert walk_call(call("camunda", parameters, *both), r=7) == ({"mine": 11}, {"x": 1, "secret": 2, "sum": 8})
    mixed = '<camunda:in variables="all" local="true"/>', '<camunda:in source="x" target="y"/>'
    assert "extension-not-run" in codes({"p.bpmn": call("camunda", *mixed), "q.bpmn": CHILD})


def test_what_a_call_passes_out_comes_with_an_error_too() -> None:
    thrown = '<startEvent id="s"/><userTask id="b"/><endEvent id="x"><errorEventDefinition errorRef="e"/></endEvent>'
    flows = '<sequenceFlow id="f" sourceRef="s" targetRef="b"/><sequenceFlow id="g" sourceRef="b" targetRef="x"/>'
    called = file("camunda", thrown + flows, '<error id="e" errorCode="E1"/>', process="q")
    boundary = (
        '<boundaryEvent id="at" attachedToRef="c"><errorEventDefinition/></boundaryEvent>'
        '<sequenceFlow id="h" sourceRef="at" targetRef="a"/>'
    )
    passed = ext('<camunda:out source="why" target="reason"/>')
    activity = f'<callActivity id="c" calledElement="q">{passed}'
    case = Case({"p.bpmn": file("camunda", line(activity + "</callActivity>", USER) + boundary), "q.bpmn": called})
    case.complete("b", why="late")
    assert (case.tasks, case.variables) == (["a"], {"reason": "late"})


def test_flowable_passes_all_where_it_is_said() -> None:
    inherits = call("flowable", '<flowable:in source="x" target="y"/>', says='flowable:inheritVariables="true"')
    assert walk_call(inherits, r=7) == ({"x": 1, "secret": 2, "y": 1}, {"x": 1, "secret": 2})


def test_plain_bpmn_passes_everything() -> None:
    plain = file("", line('<callActivity id="c" calledElement="q"/>', USER))
    assert walk_call(plain, r=7) == ({"x": 1, "secret": 2}, {"x": 1, "secret": 2, "r": 7})


def test_a_called_version_is_the_one_of_its_tag() -> None:
    def version(tag: str, task: str) -> bytes:
        return file("camunda", line(f'<userTask id="{task}"/>'), process="q", says=f'camunda:versionTag="{tag}"')

    by_tag = call(
        "camunda", says='camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="1.9"'
    )  # fmt: skip
    files = {"p.bpmn": by_tag, "one.bpmn": version("1.9", "old"), "two.bpmn": version("1.10", "new")}
    assert Case(files).tasks == ["old"]
    assert Case(files | {"p.bpmn": call("camunda")}).tasks == ["new"]
    numbered = call("camunda", says='camunda:calledElementBinding="version" camunda:calledElementVersion="3"')
    with pytest.raises(DefinitionInvalid) as refused:
        Case(files | {"p.bpmn": numbered})
    assert "extension-not-run" in [each.code for each in refused.value.findings]


def parameters(*inputs: str, outputs: str = "") -> str:
    return ext(f"<camunda:inputOutput>{''.join(inputs)}{outputs}</camunda:inputOutput>")


def given(name: str, value: str) -> str:
    return f'<camunda:inputParameter name="{name}">{value}</camunda:inputParameter>'


def value(text: str) -> str:
    return f"<camunda:value>{text}</camunda:value>"


def test_parameters_are_texts_expressions_lists_maps_and_scripts() -> None:
    task = '<serviceTask id="a" camunda:type="external" camunda:topic="${kind}-mail">' + parameters(
        given("text", " 7 "),
        given("mixed", "Case ${n}"),
        given("nothing", ""),
        given("list", f"<camunda:list>{value('${n}')}{value('b')}</camunda:list>"),
        given("empty", "<camunda:list/>"),
        given(
            "map",
            '<camunda:map><camunda:entry key="k">${n + 1}</camunda:entry><camunda:entry key="deep">'
            "<camunda:list><camunda:value>x</camunda:value><camunda:map/></camunda:list></camunda:entry></camunda:map>",
        ),
        given("scripted", '<camunda:script scriptFormat="feel">n * 2</camunda:script>'),
        given("python", '<camunda:script scriptFormat="python">n + 3</camunda:script>'),
    )  # fmt: skip
    case = Case(file("camunda", line(task + "</serviceTask>")), {"n": 5, "kind": "post"})
    (job,) = case.last.jobs
    assert job.type == "post-mail"
    assert dict(job.inputs) == {
        "text": "7", "mixed": "Case 5", "nothing": None, "list": [5, "b"], "empty": [],
        "map": {"k": 6, "deep": ["x", {}]}, "scripted": 10, "python": 8,
    }  # fmt: skip


def test_outputs_are_written_besides_what_a_task_completes_with() -> None:
    outputs = '<camunda:outputParameter name="total">${a + b}</camunda:outputParameter>'
    task = f'<userTask id="t">{parameters(given("b", "${2}"), outputs=outputs)}</userTask>'
    case = Case(file("camunda", line(task, USER)))
    case.complete("t", a=1)
    assert case.variables == {"a": 1, "total": 3}


def test_expressions_and_scripts_write_their_result_variable() -> None:
    body = line(
        '<serviceTask id="s" camunda:expression="${n + 1}" camunda:resultVariable="one"/>',
        '<scriptTask id="j" scriptFormat="juel" camunda:resultVariable="two"><script>${one + 1}</script></scriptTask>',
        '<scriptTask id="y" scriptFormat="python" camunda:resultVariable="three"><script>two + 1</script></scriptTask>',
        USER,
    )
    assert Case(file("camunda", body), {"n": 0}).variables == {"n": 0, "one": 1, "two": 2, "three": 3}
    groovy = '<scriptTask id="g" scriptFormat="groovy"><script>println 1</script></scriptTask>'
    assert "language-not-run" in codes(file("camunda", line(groovy)))


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ('camunda:class="gov.city.SendLetter"', "gov.city.SendLetter"),
        ('camunda:delegateExpression="${sendLetter}"', "sendLetter"),
    ],
)
def test_java_that_does_the_work_becomes_a_job_of_its_name(says: str, kind: str) -> None:
    retries = "<camunda:failedJobRetryTimeCycle>R5/PT1M</camunda:failedJobRetryTimeCycle>"
    fields = '<camunda:field name="to" stringValue="wang"/>'
    by_expression = '<camunda:field name="n"><camunda:expression>${n}</camunda:expression></camunda:field>'
    content = file("camunda", line(f'<serviceTask id="s" {says}>{ext(fields, by_expression, retries)}</serviceTask>'))
    assert codes(content) == {"work-by-name"}
    (job,) = Case(content, {"n": 4}).last.jobs
    assert (job.type, job.retries, dict(job.inputs)) == (kind, 5, {"to": "wang", "n": 4})


def test_the_message_of_a_throwing_event_may_be_the_work_of_a_machine() -> None:
    thrown = (
        '<intermediateThrowEvent id="m"><messageEventDefinition camunda:type="external" camunda:topic="mail"/>'
        "</intermediateThrowEvent>"
    )
    case = Case(file("camunda", line(thrown, USER)))
    assert [job.type for job in case.last.jobs] == ["mail"]
    case.job("m")
    assert case.tasks == ["a"]
    computed = thrown.replace(
        'type="external" camunda:topic="mail"', 'expression="${1 + 1}" camunda:resultVariable="n"'
    )
    case = Case(file("camunda", line(computed, USER)))
    assert (case.tasks, case.variables) == (["a"], {"n": 2})


def test_loops_count_from_nothing_over_a_variable_or_an_expression() -> None:
    def task(collection: str) -> bytes:
        loop = f'<multiInstanceLoopCharacteristics camunda:collection="{collection}" camunda:elementVariable="who"/>'
        user = f'<userTask id="t" camunda:assignee="${{who}}" camunda:priority="${{loopCounter}}">{loop}</userTask>'
        return file("camunda", line(user))

    people = {"people": ["li", "wang"]}
    for collection in ("people", "${people}"):
        opened = Case(task(collection), people).last.opened
        assert [(each.assignee, each.priority) for each in opened] == [("li", 0), ("wang", 1)]


def test_flowable_gathers_what_each_instance_says() -> None:
    gathered = ext(
        '<flowable:variableAggregation target="reviews"><variable source="who" target="user"/>'
        '<variable source="approved"/></flowable:variableAggregation>'
    )
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="true" flowable:collection="people" '
        f'flowable:elementVariable="who" flowable:elementIndexVariable="turn">{gathered}'
        "</multiInstanceLoopCharacteristics>"
    )
    user = f'<userTask id="t" flowable:priority="${{turn}}">{loop}</userTask>'
    case = Case(file("flowable", line(user, USER)), {"people": ["li", "wang"]})
    case.complete("t", approved=True)
    assert case.last.opened[0].priority == 1
    case.complete("t", approved=False)
    assert case.variables["reviews"] == [{"user": "li", "approved": True}, {"user": "wang", "approved": False}]


ERROR = '<error id="e" errorCode="E1" camunda:errorMessage="No ${what}"/>'


def test_a_caught_error_writes_its_code_and_message() -> None:
    boundary = (
        '<boundaryEvent id="b" attachedToRef="s"><errorEventDefinition errorRef="e" '
        'camunda:errorCodeVariable="code" camunda:errorMessageVariable="message"/></boundaryEvent>'
        '<sequenceFlow id="f" sourceRef="b" targetRef="a"/>'
    )
    inner = (
        '<startEvent id="i"/><endEvent id="x"><errorEventDefinition errorRef="e"/></endEvent>'
        '<sequenceFlow id="g" sourceRef="i" targetRef="x"/>'
    )
    thrown = file("camunda", line(f'<subProcess id="s">{inner}</subProcess>', USER) + boundary, ERROR)
    case = Case(thrown, {"what": "paper"})
    assert (case.tasks, case.variables["code"], case.variables["message"]) == (["a"], "E1", "No paper")
    worked = file(
        "camunda", line('<serviceTask id="s" camunda:type="external" camunda:topic="t"/>', USER) + boundary, ERROR
    )
    case = Case(worked)
    case.resolve("s", JobError("E1"))
    assert (case.tasks, case.variables) == (["a"], {"code": "E1", "message": None})


def test_a_signal_takes_along_what_is_passed() -> None:
    def thrown(*passed: str) -> dict[str, object]:
        event = f'<intermediateThrowEvent id="t"><signalEventDefinition signalRef="s">{ext(*passed)}'
        content = file(
            "camunda", line(event + "</signalEventDefinition></intermediateThrowEvent>"), '<signal id="s" name="go"/>'
        )
        (signal,) = Case(content, {"x": 1, "y": 2}).last.thrown
        return dict(signal.payload)

    assert thrown() == {}
    assert thrown('<camunda:in source="x" target="z"/>') == {"z": 1}
    assert thrown('<camunda:in variables="all"/>', '<camunda:in sourceExpression="${y * 2}" target="x"/>') == {
        "x": 4, "y": 2,
    }  # fmt: skip


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="u">
<decision id="fee" name="fee"><decisionTable hitPolicy="{policy}"><input id="i"><inputExpression><text>n</text>
</inputExpression></input>{outputs}
<rule id="r1"><inputEntry><text>&gt; 0</text></inputEntry>{first}</rule>
<rule id="r2"><inputEntry><text>&gt; 10</text></inputEntry>{second}</rule>
</decisionTable></decision></definitions>"""


def table(policy: str, columns: int) -> bytes:
    outputs = "".join(f'<output id="o{i}" name="c{i}"/>' for i in range(columns))
    entries = [
        "".join(f"<outputEntry><text>{base + i}</text></outputEntry>" for i in range(columns)) for base in (1, 5)
    ]
    return TABLE.format(policy=policy, outputs=outputs, first=entries[0], second=entries[1]).encode()


@pytest.mark.parametrize(
    ("shape", "policy", "columns", "n", "result"),
    [
        ("", "UNIQUE", 1, 1, [{"c0": 1}]),
        ("resultList", "COLLECT", 2, 11, [{"c0": 1, "c1": 2}, {"c0": 5, "c1": 6}]),
        ("resultList", "UNIQUE", 1, 0, []),
        ("singleResult", "UNIQUE", 1, 1, {"c0": 1}),
        ("singleResult", "UNIQUE", 2, 0, None),
        ("singleEntry", "UNIQUE", 1, 1, 1),
        ("singleEntry", "UNIQUE", 1, 0, None),
        ("collectEntries", "COLLECT", 1, 11, [1, 5]),
        ("collectEntries", "UNIQUE", 1, 1, [1]),
    ],
)
def test_a_decisions_result_is_laid_out_as_the_file_says(
    shape: str, policy: str, columns: int, n: int, result: object
) -> None:
    says = f'camunda:mapDecisionResult="{shape}"' if shape else ""
    rule = f'<businessRuleTask id="r" camunda:decisionRef="fee" camunda:resultVariable="v" {says}/>'
    files = {"p.bpmn": file("camunda", line(rule, USER)), "d.dmn": table(policy, columns)}
    assert Case(files, {"n": n}).variables["v"] == result


def test_a_result_that_does_not_fit_its_layout_is_an_incident() -> None:
    rule = '<businessRuleTask id="r" camunda:decisionRef="fee" camunda:mapDecisionResult="singleEntry" ' \
        'camunda:resultVariable="v"/>'  # fmt: skip
    files = {"p.bpmn": file("camunda", line(rule, USER)), "d.dmn": table("UNIQUE", 2)}
    (incident,) = Case(files, {"n": 1}).last.incidents
    assert incident.element == "r"


@pytest.mark.parametrize(
    ("element", "code", "words"),
    [
        ('<userTask id="t">{}</userTask>', "java-not-run",
         '<camunda:executionListener class="gov.city.Log" event="start"/>'),
        ('<userTask id="t">{}</userTask>', "java-not-run",
         '<camunda:taskListener delegateExpression="${log}" event="create"/>'),
        ('<userTask id="t">{}</userTask>', "listener-not-run",
         '<camunda:executionListener expression="${n + 1}" event="start"/>'),
        ('<userTask id="t">{}</userTask>', "listener-not-run",
         '<camunda:taskListener event="create"><camunda:script scriptFormat="groovy">1</camunda:script>'
         "</camunda:taskListener>"),
        ('<userTask id="t">{}</userTask>', "fields-not-shown",
         '<camunda:formData><camunda:formField id="n" type="long"/></camunda:formData>'),
        ('<serviceTask id="t">{}</serviceTask>', "extension-not-run",
         "<camunda:connector><camunda:connectorId>http-connector</camunda:connectorId></camunda:connector>"),
        ('<serviceTask id="t" camunda:type="mail">{}</serviceTask>', "extension-not-run", ""),
        ('<serviceTask id="t" camunda:delegateExpression="${beans.find(n)}">{}</serviceTask>', "java-not-run", ""),
        ('<userTask id="t" camunda:formHandlerClass="gov.city.Form">{}</userTask>', "java-not-run", ""),
        ('<userTask id="t" camunda:asyncBefore="true">{}</userTask>', "extension-says-nothing", ""),
        ('<userTask id="t" camunda:colour="red">{}</userTask>', "extension-not-read", ""),
        ('<userTask id="t">{}</userTask>', "extension-not-read", "<camunda:colour/>"),
    ],
)  # fmt: skip
def test_what_is_not_run_is_told_at_its_element(element: str, code: str, words: str) -> None:
    content = file("camunda", line(element.replace("{}", ext(words) if words else "")))
    assert (code, "t") in {(each, at) for each, at, _ in told(content)}
    if code == "extension-says-nothing":
        assert Case(content).tasks == ["t"]


def test_what_stands_beside_the_elements_is_told_too() -> None:
    on_flow = ext('<camunda:executionListener class="x.Y" event="take"/>')
    bare = '<sequenceFlow id="to-a" sourceRef="start" targetRef="a"/>'
    body = line(USER).replace(bare, f"{bare.removesuffix('/>')}>{on_flow}</sequenceFlow>")
    listener = ext('<camunda:executionListener class="x.Z" event="start"/>')
    content = file(
        "camunda", listener + body, '<error id="e" camunda:strange="1"/>', says='camunda:historyTimeToLive="5"'
    )
    places = {(code, at) for code, at, _ in told(content) if code.startswith(("java", "extension"))}
    assert places == {
        ("java-not-run", "to-a"), ("java-not-run", "p"), ("extension-says-nothing", "p"), ("extension-not-read", "e"),
    }  # fmt: skip


def test_extensions_of_engines_that_nobody_reads_are_told_once() -> None:
    body = '<userTask id="a" x:packageName="p" xmlns:x="http://www.jboss.org/drools"/>'
    (words,) = [words for code, _, words in told(file("", line(body))) if code == "extension-not-read"]
    assert "http://www.jboss.org/drools" in words


@pytest.mark.parametrize(
    "element",
    [
        '<serviceTask id="t" flowable:type="http"/>',
        '<sendTask id="t" flowable:type="mail"/>',
        '<serviceTask id="t" flowable:expression="${n}" flowable:triggerable="true"/>',
        '<userTask id="t" flowable:businessCalendarName="holidays"/>',
        f'<serviceTask id="t">{ext("<flowable:eventType>order</flowable:eventType>")}</serviceTask>',
        '<userTask id="t"><multiInstanceLoopCharacteristics flowable:collection="x">'
        + ext('<flowable:collection class="gov.city.All"/>')
        + "</multiInstanceLoopCharacteristics></userTask>",
    ],
)
def test_flowables_own_machines_are_refused(element: str) -> None:
    errors = {code for code, at, _ in told(file("flowable", line(element)), Severity.ERROR) if at == "t"}
    assert errors & {"extension-not-run", "java-not-run"}


def test_flowables_workers_get_what_is_passed_and_give_what_is_named() -> None:
    mapped = ext('<flowable:in source="x" target="y"/>', '<flowable:out source="r" target="result"/>')
    task = f'<serviceTask id="s" flowable:type="external-worker" flowable:topic="t">{mapped}</serviceTask>'
    case = Case(file("flowable", line(task, USER)), {"x": 1})
    assert dict(case.last.jobs[0].inputs) == {"y": 1}
    case.job("s", r=7, other=8)
    assert case.variables == {"x": 1, "result": 7}


def test_files_under_the_activiti_namespace_come_from_all_three() -> None:
    task = '<userTask id="a" activiti:assignee="li" activiti:asyncBefore="true" activiti:skipExpression="${x}"/>'
    content = file("activiti", line(task))
    assert codes(content) == {"extension-says-nothing"}
    assert Case(content).last.opened[0].assignee == "li"
