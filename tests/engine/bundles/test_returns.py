"""To which earlier step a task may be sent back: what the property says, and what is wrong with it."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import pytest

from engine.bpmn import compile_program
from engine.bundles import steps_back
from engine.bundles.checks.checking import Checking
from engine.bundles.checks.returns import check_returns

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="start"/>"""
TAIL = '<bpmn:endEvent id="end"/></bpmn:process></bpmn:definitions>'


def task(id_: str, step: str, returns: str = "", kind: str = "userTask") -> str:
    said = f'<zeebe:property name="returns" value="{returns}"/>' if returns else ""
    return (
        f'<bpmn:{kind} id="{id_}"><bpmn:extensionElements><zeebe:userTask/><zeebe:properties>'
        f'<zeebe:property name="step" value="{step}"/>{said}</zeebe:properties></bpmn:extensionElements></bpmn:{kind}>'
    )


def flows(*ids: str) -> str:
    return "".join(
        f'<bpmn:sequenceFlow id="f-{one}-{other}" sourceRef="{one}" targetRef="{other}"/>'
        for one, other in pairwise(ids)
    )


class Noted:
    """Keeps the codes of what is found."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def error(self, code: str, *rest: object) -> None:
        self.codes.append(code)


def found(body: str) -> list[str]:
    program = compile_program({"p.bpmn": f"{HEAD}{body}{TAIL}".encode()}, "p")
    noted = Noted()
    check_returns(cast("Checking", noted), program)
    return noted.codes


def drawn(returns: str, *, between: str = "", first: str = "review") -> str:
    middle = ["between"] if between else []
    return task("a", first) + between + task("b", "hand-up", returns) + flows("start", "a", *middle, "b", "end")


def test_an_earlier_step_of_officers_and_the_window_are_where_it_goes_back_to() -> None:
    body = drawn("a window")
    assert found(body) == []
    program = compile_program({"p.bpmn": f"{HEAD}{body}{TAIL}".encode()}, "p")
    assert steps_back(program, "p", "b") == ("a", "window")
    assert steps_back(program, "p", "a") == ()
    assert steps_back(program, "elsewhere", "b") == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (drawn("nowhere"), "return-to-no-task"),
        (drawn("b"), "return-to-no-task"),
        (drawn("end"), "return-to-no-task"),
        (task("a", "review", "b") + task("b", "record") + flows("start", "a", "b", "end"), "return-forward"),
        (drawn("a", first="accept"), "return-outside"),
        (drawn("a", first="decide"), "return-outside"),
        (
            drawn("a", between='<bpmn:scriptTask id="between"><bpmn:extensionElements><zeebe:script'
                  ' expression="=1" resultVariable="x"/></bpmn:extensionElements></bpmn:scriptTask>'),
            "return-does-again",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_gone_back_to_is_an_error(body: str, code: str) -> None:
    assert found(body) == [code]
