"""Small decision tables, written the way a modeller saves them."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

import pytest

from engine.dmn import Decisions, read_decisions
from engine.findings import Finding
from engine.values import Value

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(body: str, namespace: str = DMN, attributes: str = "") -> bytes:
    text = '<?xml version="1.0" encoding="UTF-8"?>'
    text += f'<definitions xmlns="{namespace}" id="d" name="d" {attributes}>'
    return f"{text}{body}</definitions>".encode()


def cell(tag: str, text: str, attributes: str = "") -> str:
    return f"<{tag} {attributes}><text>{escape(text)}</text></{tag}>"


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    policy: str = 'hitPolicy="UNIQUE"',
    extras: Sequence[str] = (),
) -> str:
    """A table: input expressions, output names, and per rule its cells; a longer row ends in its annotation.

    `extras` go into the outputs: output values or default entries.
    """
    text = f'<decisionTable id="t" {policy}>'
    for number, source in enumerate(inputs, 1):
        text += f'<input id="in{number}">{cell("inputExpression", source)}</input>'
    for name, extra in zip(outputs, [*extras, *[""] * len(outputs)], strict=False):
        text += f'<output id="out_{name}" name="{name}">{extra}</output>'
    for number, row in enumerate(rules, 1):
        text += f'<rule id="r{number}">'
        for column, source in enumerate(row):
            tag = "inputEntry" if column < len(inputs) else "outputEntry"
            tag = tag if column < len(inputs) + len(outputs) else "annotationEntry"
            text += cell(tag, source, f'id="c{number}_{column}"' if tag != "annotationEntry" else "")
        text += "</rule>"
    return text + "</decisionTable>"


def decision(logic: str, key: str = "x", name: str = "", requires: Sequence[str] = ()) -> str:
    needed = "".join(
        f'<informationRequirement id="{key}_{each}"><requiredDecision href="#{each}"/></informationRequirement>'
        for each in requires
    )
    return f'<decision id="{key}" name="{name or key}">{needed}{logic}</decision>'


class Dmn:
    """Writes and reads files."""

    definitions = staticmethod(definitions)
    table = staticmethod(table)
    decision = staticmethod(decision)
    cell = staticmethod(cell)

    def read(self, body: str) -> tuple[Decisions, list[Finding]]:
        return read_decisions(definitions(body), "rules.dmn")

    def sound(self, body: str) -> Decisions:
        """The decisions of a file without findings."""
        decisions, findings = self.read(body)
        assert findings == []
        return decisions

    def decided(self, logic: str, **variables: Value) -> Value:
        """The value of a single decision."""
        return self.sound(decision(logic)).evaluate("x", variables).value


@pytest.fixture(scope="session")
def dmn() -> Dmn:
    return Dmn()
