"""All findings at once, in both languages, with a remedy."""

import pytest

from engine.bpmn import check
from engine.bpmn.wording import KINDS
from engine.findings import Severity
from engine.words import Words
from tests.engine.runtime.diagrams import diagram, ext

GROUP = ext('<zeebe:assignmentDefinition candidateGroups="drug.review"/>')


def office(text: str, inside: dict[str, str] | None = None, **options: object) -> dict[str, str]:
    """code -> element of the findings at the office's level."""
    given = {
        name: GROUP for line in text.splitlines() if line.strip().startswith("user ") for name in [line.split()[1]]
    }
    found = check({"p.bpmn": diagram(text, {**given, **(inside or {})})}, level="office", **options)  # type: ignore[arg-type]
    return {each.code: each.element for each in found}


def unknown_post(text: str, group: str, names: dict[str, Words]) -> list[str]:
    """What is said of the posts of task "a" that are not there."""
    found = check({"p.bpmn": diagram(text, {"a": group})}, level="office", known_groups=names)
    return [one.message.zh for one in found if one.code == "unknown-group"]


def test_a_sound_diagram_has_no_finding() -> None:
    text = "start s\nand f\nuser a\nuser b\nand j\nend e\ns -> f -> a -> j -> e\nf -> b -> j"
    assert office(text, known_groups={"drug.review"}) == {}


@pytest.mark.parametrize(
    ("text", "code", "element"),
    [
        ("user a\nend e\na -> e", "end-without-start", "p"),
        ("user a", "no-start", "p"),
        ("start s\nstart z\nuser a\nend e\ns -> a -> e\nz -> a", "several-starts", "p"),
        ("start s\nuser a\nuser b\nend e\ns -> a -> e\nb -> e", "unreachable", "b"),
        ("start s\nuser a\ns -> a", "dead-end", "a"),
        ("start s\nxor m\nuser a\ns -> m -> a -> m", "never-ends", "m"),
        ("start s\nxor x\nuser a\nuser b\nend e\ns -> x -> a -> e\nx -> b -> e", "no-condition", "f4"),
        ("start s\nxor x\nuser a\nuser b\nend e\ns -> x\nx -> a if n = 1\nx -> b if n = 2\na -> e\nb -> e",
         "no-default", "x"),
        ("start s\nxor x\nuser a\nuser b\nand j\nend e\n"
         "s -> x\nx -> a if n = 1\nx -> b default\na -> j -> e\nb -> j",
         "dead-join", "j"),
        ("start s\nrace r\ncatch a timer PT1H\ncatch b message m\nand j\nend e\n"
         "s -> r -> a -> j -> e\nr -> b -> j",
         "dead-join", "j"),
        ("start s\nsub b {\nstart i message m\nuser a\ni -> a\n}\nend e\ns -> b -> e", "wrong-start", "i"),
        ("start s\nuser a\nend e\nevent h {\nstart i\nuser b\ni -> b\n}\ns -> a -> e", "wrong-start", "i"),
        ("start s error E\nuser a\nend e\ns -> a -> e", "wrong-start", "s"),
        ("start s\nreceive w\nend e\ns -> w -> e", "message-by-id", "w"),
        ("start s\nrace r\nuser a\nend e\ns -> r -> a -> e", "wrong-flow-end", "f2"),
        ("start s\nand f\nuser a\nend e\ns -> f\nf -> a if n = 1\na -> e", "condition-without-effect", "f2"),
        ("start s\nservice w\nend e\ns -> w -> e", "no-implementation", "w"),
        ("start s\ncatch w timer PT30S\nend e\ns -> w -> e", "timer-too-short", "w"),
    ],
)  # fmt: skip
def test_each_doubt_is_named_with_its_element(text: str, code: str, element: str) -> None:
    found = office(text)
    assert found.get(code) == element


def test_groups_are_asked_for_and_looked_up() -> None:
    text = "start s\nuser a\nend e\ns -> a -> e"
    assert office(text, {"a": ""})["no-candidate-group"] == "a"
    assert office(text, known_groups={"other"})["unknown-group"] == "a"
    names = {"drug.look": Words("药品审查岗", "Drugs: review"), "other": Words("其他", "Other")}
    assert unknown_post(text, GROUP, names) == ["岗位“drug.review”不存在，相近的有 drug.look（药品审查岗）"]
    named = GROUP.replace("drug.review", "药品审查岗")
    assert unknown_post(text, named, names) == ["岗位“药品审查岗”不存在：“药品审查岗”的编号是 drug.look"]
    dynamic = ext('<zeebe:assignmentDefinition candidateGroups="=groups.review"/>')
    assert office(text, {"a": dynamic}, known_groups=set()) == {}


def test_the_level_decides_what_blocks() -> None:
    files = {"p.bpmn": diagram("user a")}
    assert {each.severity for each in check(files)} <= {Severity.WARNING, Severity.NOTE}
    assert Severity.ERROR in {each.severity for each in check(files, level="office")}


def test_all_findings_come_at_once_with_the_line() -> None:
    file = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="u">
      <process id="p" isExecutable="true">
        <startEvent id="s"/>
        <userTask id="a" default="nothing"/>
        <boundaryEvent id="b" attachedToRef="s"><timerEventDefinition/></boundaryEvent>
        <intermediateCatchEvent id="c"><linkEventDefinition id="l" name="x"/></intermediateCatchEvent>
        <sequenceFlow id="f" sourceRef="s" targetRef="gone"/>
        <sequenceFlow id="f" sourceRef="s" targetRef="a"/>
        <oops/>
      </process></definitions>"""
    found = check({"p.bpmn": file})
    expected = {
        "missing-reference", "attached-wrongly", "timer-missing", "not-run", "duplicate-id", "xsd-violation",
    }  # fmt: skip
    assert expected <= {each.code for each in found}
    lines = {each.code: each.line for each in found}
    assert lines["attached-wrongly"] == 5
    assert "oops" in " ".join(each.message.en for each in found if each.code == "xsd-violation")


def test_a_process_that_stands_in_two_files_is_named() -> None:
    files = {"one.bpmn": diagram("task t"), "two.bpmn": diagram("task t")}
    assert ("duplicate-id", "two.bpmn") in {(each.code, each.file) for each in check(files)}


def test_every_kind_of_finding_speaks_both_languages() -> None:
    for kind in KINDS.values():
        assert all((kind.message.zh, kind.message.en, kind.remedy.zh, kind.remedy.en))
