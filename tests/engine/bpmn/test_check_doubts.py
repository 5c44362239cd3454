"""What upload tells of the expressions and decisions of diagrams: types, functions, misspelt names, tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.bpmn import check
from engine.bundles import form_variables
from engine.dmn.analysis import DOUBTS
from engine.findings import Finding
from engine.forms import inspect_form
from engine.words import Words
from tests.engine.dmn.conftest import Dmn

ROOT = Path(__file__).parents[3]
DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
<process id="p" isExecutable="true">
 <startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="work"/>
 <scriptTask id="work"><extensionElements>
   <zeebe:script expression="={script}" resultVariable="score"/></extensionElements></scriptTask>
 <sequenceFlow id="f2" sourceRef="work" targetRef="g"/>
 <exclusiveGateway id="g" default="no"/>
 <sequenceFlow id="yes" sourceRef="g" targetRef="e">
  <conditionExpression>={condition}</conditionExpression></sequenceFlow>
 <sequenceFlow id="no" sourceRef="g" targetRef="e"/>
 <endEvent id="e"/>
</process></definitions>"""


def doubts(condition: str, script: str = "1", variables: Mapping[str, str] | None = None) -> list[Finding]:
    text = DIAGRAM.replace("{script}", escaped(script)).replace("{condition}", escaped(condition))
    found = check({"p.bpmn": text.encode()}, variables=variables)
    return [one for one in found if one.code in DOUBTS]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def test_a_sound_condition_is_left_alone() -> None:
    assert doubts("score > 3 and other = null") == []


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ('"a" + 1 = score', "type-mismatch"),
        ("string length(score", None),
        ('string lenght("x") > score', "unknown-function"),
        ('"yes"', "result-type"),
        ("not(score > 1) and 5", "condition-type"),
        ("scroe > 3", "misspelt-name"),
    ],
)
def test_what_never_holds_is_told_at_its_flow(condition: str, code: str | None) -> None:
    found = doubts(condition)
    assert [(one.code, one.element) for one in found] == ([] if code is None else [(code, "yes")])


def test_the_nearest_written_name_is_suggested() -> None:
    (found,) = doubts("scroe > 3")
    assert found.message.zh == "没有任何元素给变量“scroe”赋值，是不是“score”？"


def test_a_name_that_is_read_twice_is_meant() -> None:
    assert doubts("scroe > 3", script="scroe") == []


def test_variables_from_outside_are_known_with_their_types() -> None:
    assert doubts("scroe > 3", variables={"scroe": ""}) == []
    assert [one.code for one in doubts('granted = "yes"', variables={"granted": "boolean"})] == ["type-mismatch"]
    assert doubts('score = "yes"', variables={"score": "boolean"}) == []  # the diagram writes it too


def test_tables_are_looked_at_with_the_diagrams(dmn: Dmn) -> None:
    table = dmn.definitions(dmn.decision(dmn.table(["age"], ["o"], [["< 18", "1"], ["> 18", "2"]])))
    found = [one for one in check({"rules.dmn": table}) if one.code in DOUBTS]
    assert [(one.code, one.file, one.element) for one in found] == [("rule-missing", "rules.dmn", "t")]
    broken = table.replace(b"&gt; 18", b"&gt; ")
    assert [one.code for one in check({"rules.dmn": broken})] == ["expression-invalid"]


DECIDING = DIAGRAM.replace("scriptTask", "businessRuleTask").replace(
    '<zeebe:script expression="={script}" resultVariable="score"/>',
    '<zeebe:calledDecision decisionId="risk" resultVariable="等级"/>',
)


def deciding(dmn: Dmn, condition: str, outputs: Mapping[str, str], policy: str = "UNIQUE") -> list[str]:
    """What is doubtful where a condition reads the result of a decision with these outputs (name -> entry)."""
    rows = [["true", *outputs.values()], ["false", *outputs.values()]]
    table = dmn.decision(dmn.table(["flag"], list(outputs), rows, f'hitPolicy="{policy}"'), "risk", "risk")
    files = {
        "p.bpmn": DECIDING.replace("{condition}", escaped(condition)).encode(),
        "risk.dmn": dmn.definitions(table),
    }
    return [one.code for one in check(files) if one.code in DOUBTS and one.file == "p.bpmn"]


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ('等级 = "高"', []),
        ("等级 != null", []),
        ('等及 = "高"', ["misspelt-name"]),
        ("等级 > 3", ["type-mismatch"]),
        ("等级 = 3", ["type-mismatch"]),
        ('年级 = "高" and 等级 = "高"', []),  # beside the known name it is one of its own
        ('年龄 = "高"', []),
        ('名单[等级 > 3] = "高"', []),  # a part of the items
    ],
)
def test_the_result_of_a_decision_is_known_with_its_type(dmn: Dmn, condition: str, codes: list[str]) -> None:
    assert deciding(dmn, condition, {"level": '"高"'}) == codes


def test_the_type_of_a_result_is_that_of_all_that_the_table_gives(dmn: Dmn) -> None:
    assert deciding(dmn, "等级 > 3", {"level": "3"}) == []
    assert deciding(dmn, "等级 > 3", {"level": "flag"}) == []
    assert deciding(dmn, "等级.level > 3", {"level": '"高"', "days": "3"}) == ["type-mismatch"]
    assert deciding(dmn, "等级.days > 3", {"level": '"高"', "days": "3"}) == []
    assert deciding(dmn, "等级[1] > 3", {"level": '"高"'}, "RULE ORDER") == ["type-mismatch"]


def test_what_the_form_of_a_task_gives_is_known_with_its_type() -> None:
    fields = [{"type": "textfield", "key": "地段", "id": "a"}, {"type": "checkbox", "key": "grant.now", "id": "b"}]
    content = json.dumps({"type": "default", "schemaVersion": 16, "components": fields}).encode()
    form, _ = inspect_form(content, "visit.form", lambda *place: Words(place[-1], ""))
    assert form is not None
    given = form_variables([form])
    assert given == {"地段": "string", "grant": ""}
    assert [one.code for one in doubts("地段 > 3", variables=given)] == ["type-mismatch"]
    assert [one.code for one in doubts('地断 = "A"', variables=given)] == ["misspelt-name"]
    assert doubts("grant.now = true", variables=given) == []


def test_the_shipped_bundles_give_no_alarm() -> None:
    """One column of the commitment's table is there for rules by district, of which there are none yet."""
    folder = ROOT / "processes"
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.bpmn")}
    files |= {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.dmn")}
    found = [(one.code, one.element) for one in check(files, level="office") if one.code in DOUBTS]
    assert found == [("input-unused", "input-district")]


@pytest.fixture
def dmn() -> Dmn:
    return Dmn()
