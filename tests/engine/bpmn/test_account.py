"""How a file was read, told from the tables that the reading goes by."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import FileRead, NameRead, Reading, account
from engine.bpmn.dialects import DIALECTS, said_on
from engine.bpmn.dialects.meanings import meaning_of
from engine.bpmn.dialects.reading import Dialect, standing
from tests.engine.bpmn.foreign import ext, file, line
from tests.engine.bpmn.test_dialect_names import BY_PREFIX, Element, written

ROOT = Path(__file__).parents[3]


def told(content: bytes) -> FileRead:
    found = account(content, "p.bpmn")
    assert found is not None
    return found


def names(content: bytes) -> dict[str, NameRead]:
    return {one.shown: one for dialect in told(content).dialects for one in dialect.names}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.prefix)
def test_every_name_has_its_meaning_in_both_languages(dialect: Dialect) -> None:
    for key, name in dialect.names.items():
        meaning = meaning_of(dialect.prefix, key, name.fate)
        assert meaning.zh, key
        assert meaning.en, key


def test_camunda_7_is_told_name_by_name() -> None:
    listener = ext('<camunda:taskListener class="x.Y" event="create"/>')
    task = f'<userTask id="ask" camunda:assignee="${{boss}}" camunda:asyncBefore="true">{listener}</userTask>'
    service = '<serviceTask id="work" camunda:class="gov.Send"/>'
    found = names(file("camunda", line(task, service)))
    assert found["camunda:assignee"].reading is Reading.READ
    assert found["camunda:assignee"].places == ("userTask",)
    assert found["camunda:asyncBefore"].reading is Reading.WITHOUT_EFFECT
    assert found["camunda:taskListener"].reading is Reading.NOT_RUN
    assert found["camunda:class"].reading is Reading.OTHERWISE
    (dialect,) = [one for one in told(file("camunda", line(task))).dialects if one.prefix == "camunda"]
    assert any("只得到写明传入的变量" in one.zh for one in dialect.ways)


def test_what_a_name_says_where_it_means_nothing_and_what_nobody_knows() -> None:
    gateway = '<exclusiveGateway id="g" camunda:assignee="x" camunda:neverHeardOf="1"/>'
    found = names(file("camunda", line(gateway)))
    assert found["camunda:assignee"].reading is Reading.WITHOUT_EFFECT
    assert found["camunda:neverHeardOf"].reading is Reading.UNKNOWN


def test_the_gravest_stand_first() -> None:
    task = '<userTask id="ask" flowable:assignee="x" flowable:formFieldValidation="true" flowable:odd="1"/>'
    service = '<serviceTask id="work" flowable:type="mail" flowable:triggerable="true"/>'
    (dialect,) = [one for one in told(file("flowable", line(task, service))).dialects if one.prefix == "flowable"]
    readings = [one.reading for one in dialect.names]
    assert readings == sorted(readings, key=[*reversed(Reading)].index)
    assert {Reading.NOT_RUN, Reading.UNKNOWN, Reading.READ} <= set(readings)


def test_python_feel_and_what_names_no_language() -> None:
    assert "Python" in told(file("spiffworkflow", line())).language.zh
    plain = file("", line())
    assert "没有写明" in told(plain).language.zh
    named = plain.replace(b'id="defs"', b'id="defs" expressionLanguage="http://www.omg.org/spec/FEEL/20140401"')
    assert "FEEL" in told(named).language.en


def test_plain_bpmn_says_so_and_names_who_may_take_a_task() -> None:
    task = (
        '<userTask id="ask"><potentialOwner><resourceAssignmentExpression><formalExpression>clerks'
        "</formalExpression></resourceAssignmentExpression></potentialOwner></userTask>"
    )
    read = told(file("", line(task)))
    assert read.is_plain
    assert not read.has_picture
    assert names(file("", line(task)))["potentialOwner"].reading is Reading.READ


def test_extensions_of_nobody_here_are_named() -> None:
    content = file("", line()).replace(b'id="defs"', b'id="defs" xmlns:own="http://own.example" own:x="1"')
    assert told(content).unread == ("http://own.example",)


def test_who_drew_it_is_told() -> None:
    content = file("camunda", line()).replace(
        b'id="defs"', b'id="defs" exporter="Camunda Modeler" exporterVersion="5.2"'
    )
    assert told(content).made_with == "Camunda Modeler 5.2"


def test_our_own_diagrams_have_nothing_to_be_told() -> None:
    for path in sorted((ROOT / "processes").rglob("*.bpmn")):
        read = told(path.read_bytes())
        assert read.is_ours, path
        assert read.has_picture, path


def test_a_file_that_cannot_be_read_has_no_account() -> None:
    assert account(b"<definitions", "p.bpmn") is None


@pytest.mark.parametrize(("prefix", "owner", "name", "company"), written())
def test_no_published_name_is_missing_from_the_account(prefix: str, owner: str, name: str, company: str) -> None:
    """Whatever a modeller writes is told, with words."""
    element = Element(prefix, owner)
    if company:
        element.add(company)
    element.add(name)
    found = [one for dialect, said in said_on(element.root) for one in standing(dialect, said)]
    assert found, etree.tostring(element.root)
    for one in found:
        meaning = meaning_of(prefix, one.key, one.fate)
        assert meaning.zh
        assert meaning.en
    assert BY_PREFIX[prefix].names
