"""What a file says: languages, references, identities, what pages are told."""

import pytest

from engine.bpmn import check, compile_program
from engine.errors import DefinitionInvalid
from engine.findings import Finding, Severity
from tests.engine.runtime.diagrams import Case, calls, diagram, ext, io


def codes(findings: list[Finding], severity: Severity | None = None) -> list[str]:
    return [each.code for each in findings if severity in (None, each.severity)]


def raw(process: str, roots: str = "", attributes: str = "") -> bytes:
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
        f'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="defs" targetNamespace="u" {attributes}>'
        f'{roots}<process id="p" isExecutable="true">{process}</process></definitions>'
    ).encode()


CHOICE = (
    '<startEvent id="s"/><exclusiveGateway id="x" default="d"/><userTask id="a"/><userTask id="b"/>'
    '<sequenceFlow id="f" sourceRef="s" targetRef="x"/><sequenceFlow id="d" sourceRef="x" targetRef="b"/>'
    '<sequenceFlow id="c" sourceRef="x" targetRef="a">'
    '<conditionExpression xsi:type="tFormalExpression" {}>{}</conditionExpression></sequenceFlow>'
)


@pytest.mark.parametrize(
    ("attribute", "text", "file_language", "found"),
    [
        ("", "=n = 1", "", []),
        ("", "n = 1", "", ["language-assumed"]),
        ('language="feel"', "n = 1", "", []),
        ("", "n = 1", 'expressionLanguage="http://www.omg.org/spec/FEEL/20140401"', []),
        ("", "n = 1", 'expressionLanguage="http://www.w3.org/1999/XPath"', ["language-assumed"]),
        ("", "${n == 1}", "", []),
        ('language="groovy"', "n = 1", "", ["language-not-run"]),
        ("", "=n = = 1", "", ["expression-invalid"]),
    ],
)
def test_the_language_of_a_condition_is_never_guessed_in_silence(
    attribute: str, text: str, file_language: str, found: list[str]
) -> None:
    file = raw(CHOICE.format(attribute, text), attributes=file_language)
    told = [each for each in check({"p.bpmn": file}) if each.code not in ("dead-end", "no-candidate-group")]
    assert codes(told) == found
    assert all(each.element == "c" for each in told)
    if found in ([], ["language-assumed"]):
        assert Case(file, {"n": 1}).tasks == ["a"]


def test_flows_without_id_run_all_the_same() -> None:
    file = raw(
        '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>'
        '<sequenceFlow sourceRef="s" targetRef="a"/><sequenceFlow sourceRef="a" targetRef="e"/>'
    )
    case = Case(file)
    case.complete("a")
    assert case.ended


def test_pages_are_told_the_elements_of_a_process() -> None:
    inside = {
        "a": ext('<zeebe:properties><zeebe:property name="step" value="accept"/></zeebe:properties>'),
        "c": ext(calls("q"), io({"item": '"P2"'})),
    }
    files = {
        "one.bpmn": diagram("start s\nuser a\ncall c\ns -> a -> c", inside),
        "two.bpmn": diagram("task t", process="q"),
    }
    program = compile_program(files, "p")
    facts = {fact.id: fact for fact in program.elements("p")}
    assert list(facts) == ["s", "a", "c"]
    assert (facts["a"].type, facts["a"].properties, facts["a"].file) == (
        "userTask",
        {"step": "accept"},
        "one.bpmn",
    )
    assert facts["c"].called == "q"
    assert sorted(program.processes) == ["p", "q"]
    assert program.file_of("q") == "two.bpmn"
    with pytest.raises(KeyError):
        program.elements("nothing")


def test_message_started_processes_come_along_and_unrelated_ones_do_not() -> None:
    files = {
        "p.bpmn": diagram("start s\nuser a\ns -> a"),
        "q.bpmn": diagram("start s message due\nuser a\ns -> a", process="q"),
        "r.bpmn": diagram("start s\nuser a\ns -> a", process="r"),
    }
    program = compile_program(files, "p")
    assert sorted(program.processes) == ["p", "q"]
    assert program.message_starts() == {"due": "q"}


def test_a_broken_file_that_is_not_needed_does_not_stand_in_the_way() -> None:
    files = {"p.bpmn": diagram("start s\nuser a\ns -> a"), "broken.bpmn": b"<x"}
    assert compile_program(files, "p").entry == "p"


NO_TABLE = ext('<zeebe:calledDecision decisionId="d" resultVariable="v"/>')


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "missing-process"),
        ({"p.bpmn": b"no xml"}, "malformed-xml"),
        ({"p.bpmn": diagram("start s\ncall c\ns -> c", {"c": ext(calls("q"))})}, "missing-process"),
        ({"p.bpmn": diagram("start s\ncatch c timer soon\ns -> c")}, "timer-invalid"),
        ({"p.bpmn": diagram('start s\nuser u\ns -> u', {"u": ext(io({"x": "1 +"}))})}, "expression-invalid"),
        ({"p.bpmn": diagram("start s\nrule r\ns -> r", {"r": NO_TABLE})}, "missing-decision"),
    ],
)  # fmt: skip
def test_what_cannot_run_does_not_compile_and_says_why(files: dict[str, bytes], code: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        compile_program(files, "p")
    assert code in [each.code for each in refused.value.findings]


def test_extensions_that_are_not_read_are_named() -> None:
    file = raw(
        '<startEvent id="s"/><userTask id="a" camunda:colour="x"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>'
    )
    (told,) = [each for each in check({"p.bpmn": file}) if each.code == "extension-not-read"]
    assert (told.element, "camunda:colour" in told.message.en) == ("a", True)


def test_an_element_of_a_known_dialect_that_is_not_run_is_refused_by_name() -> None:
    inside = {"a": ext("<zeebe:executionListeners/>")}
    (told,) = [
        each
        for each in check({"p.bpmn": diagram("start s\nuser a\ns -> a", inside)})
        if each.code == "listener-not-run"
    ]
    assert "zeebe:executionListeners" in told.message.en


def test_a_condition_with_a_comment_inside_is_read_whole() -> None:
    file = raw(CHOICE.format("", "=n <!-- the number --> = 1"))
    assert Case(file, {"n": 1}).tasks == ["a"]


def test_a_finding_about_a_condition_tells_the_line_of_its_flow() -> None:
    file = (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="u">\n'
        b'<process id="p" isExecutable="true">\n<startEvent id="s"/>\n<userTask id="a"/>\n'
        b'<sequenceFlow id="f" sourceRef="s" targetRef="a">'
        b"<conditionExpression>=1 +</conditionExpression></sequenceFlow>\n"
        b"</process></definitions>"
    )
    [finding] = [each for each in check({"p.bpmn": file}) if each.code == "expression-invalid"]
    assert (finding.element, finding.line) == ("f", 5)
