"""Files of Camunda 8, beyond what the shipped bundles use."""

import pytest

from engine.errors import DefinitionInvalid
from engine.findings import Severity
from tests.engine.bpmn.foreign import codes, ext, file, line, told
from tests.engine.runtime.diagrams import Case

USER = '<userTask id="a"/>'


def zeebe(body: str, roots: str = "", *, process: str = "p") -> bytes:
    return file("zeebe", body, roots, process=process)


def test_a_called_version_is_the_one_of_its_tag() -> None:
    def version(tag: str, task: str) -> bytes:
        said = ext(f'<zeebe:versionTag value="{tag}"/>')
        return zeebe(said + line(f'<userTask id="{task}"/>'), process="q")

    def call(says: str) -> bytes:
        said = ext(f"<zeebe:calledElement {says}/>")
        return zeebe(line(f'<callActivity id="c">{said}</callActivity>'))

    files = {"one.bpmn": version("v1", "old"), "two.bpmn": version("v2", "new")}
    tagged = call('processId="q" bindingType="versionTag" versionTag="v1"')
    assert Case({"p.bpmn": tagged, **files}).tasks == ["old"]
    assert Case({"p.bpmn": call('processId="q"'), **files}).tasks == ["new"]
    assert Case({"p.bpmn": call('processIdExpression="name"'), **files}, {"name": "q"}).tasks == ["new"]
    missing = call('processId="q" bindingType="versionTag" versionTag="v3"')
    with pytest.raises(DefinitionInvalid):
        Case({"p.bpmn": missing, **files})


def test_an_ad_hoc_subprocess_begins_what_is_named() -> None:
    inside = '<userTask id="one"/><userTask id="two"/><userTask id="three"/>'
    said = ext('<zeebe:adHoc activeElementsCollection="=chosen"/>')
    body = line(f'<adHocSubProcess id="h">{said}{inside}</adHocSubProcess>')
    assert Case(zeebe(body), {"chosen": ["three", "one"]}).tasks == ["one", "three"]
    chooses = body.replace("</extensionElements>", '<zeebe:taskDefinition type="agent"/></extensionElements>', 1)
    assert ("extension-not-run", "h") in {(code, at) for code, at, _ in told(zeebe(chooses), Severity.ERROR)}
    gathers = body.replace('activeElementsCollection="=chosen"', 'outputCollection="r" outputElement="=x"')
    assert ("extension-not-run", "h") in {(code, at) for code, at, _ in told(zeebe(gathers), Severity.ERROR)}


def test_a_throwing_event_may_name_the_key_of_its_message() -> None:
    said = ext('<zeebe:publishMessage correlationKey="=order"/>')
    event = f'<endEvent id="m">{said}<messageEventDefinition messageRef="msg"/></endEvent>'
    body = f'<startEvent id="s"/>{event}<sequenceFlow id="f" sourceRef="s" targetRef="m"/>'
    (thrown,) = Case(zeebe(body, '<message id="msg" name="paid"/>'), {"order": 12}).last.thrown
    assert (thrown.name, thrown.key) == ("paid", "12")


def test_a_job_stands_in_place_of_a_thrown_message_and_needs_none() -> None:
    said = ext('<zeebe:taskDefinition type="mail" retries="2"/>')
    for reference in ("", 'messageRef="msg"'):
        event = f'<intermediateThrowEvent id="m">{said}<messageEventDefinition {reference}/></intermediateThrowEvent>'
        case = Case(zeebe(line(event, USER), '<message id="msg" name="paid"/>'))
        assert [(job.type, job.retries) for job in case.last.jobs] == [("mail", 2)]
        case.job("m")
        assert (case.tasks, case.last.thrown) == (["a"], ())


@pytest.mark.parametrize(
    ("element", "code"),
    [
        (
            '<zeebe:executionListeners><zeebe:executionListener type="log"/></zeebe:executionListeners>',
            "listener-not-run",
        ),
        (
            '<zeebe:taskListeners><zeebe:taskListener type="log" eventType="creating"/></zeebe:taskListeners>',
            "listener-not-run",
        ),
        ('<zeebe:taskHeaders><zeebe:header key="k" value="v"/></zeebe:taskHeaders>', "extension-says-nothing"),
        ('<zeebe:formDefinition formId="f" bindingType="versionTag" versionTag="v1"/>', "version-not-kept"),
        ('<zeebe:exampleData/>', "extension-not-read"),
    ],
)  # fmt: skip
def test_what_is_not_run_is_told(element: str, code: str) -> None:
    assert codes(zeebe(line(f'<userTask id="t">{ext(element)}</userTask>'))) == {code}


def test_marks_of_the_modeller_are_no_finding() -> None:
    said = ext("<zeebe:userTask/>", '<zeebe:formDefinition formId="f" bindingType="deployment"/>')
    task = f'<userTask id="t" zeebe:modelerTemplate="x" zeebe:modelerTemplateVersion="1">{said}</userTask>'
    assert codes(zeebe(line(task))) == set()
