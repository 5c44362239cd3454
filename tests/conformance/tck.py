"""Cases of the DMN TCK: the value of each result node of a model, from the inputs of the test."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from lxml import etree

from engine import DefinitionInvalid, EngineError, Finding, errors_in
from engine.dmn import Decision, Decisions, read_decisions
from engine.runtime import Context
from engine.values import Value
from tests.conformance.cases import Case, Verdict, one_line
from tests.conformance.running import NOW, ZONE, CaseBroken, told
from tests.conformance.tck_calls import CALL, with_call
from tests.conformance.tck_values import NAMESPACE, Expected, given_value

Element = etree._Element
#: What a test calls when it names no decision.
INVOCABLES = ("decisionService", "bkm")


def run(case: Case) -> Verdict:
    """A test passes when every one of its result nodes has the expected value."""
    test, model = _test(case.folder / case.data["file"], case.data["position"])
    inputs = {node.get("name", ""): given_value(node) for node in _under(test, "inputNode")}
    wrong = [fault for node in _under(test, "resultNode") if (fault := _fault(case, test, model, node, inputs))]
    return Verdict(not wrong, one_line("; ".join(wrong)))


def _fault(case: Case, test: Element, model: str, node: Element, inputs: Mapping[str, Value]) -> str:
    """What is wrong with a result node; "" where nothing is."""
    expected = Expected.of(node)
    try:
        found = _evaluate(case.folder, test, model, node.get("name", ""), inputs)
    except EngineError as fault:
        return "" if expected.may_fail else f"{node.get('name')}: {told(fault)}"
    return "" if expected.fits(found) else f"{node.get('name')}: expected {expected.words}, found {found!r}"


def _evaluate(folder: Path, test: Element, model: str, name: str, inputs: Mapping[str, Value]) -> Value:
    """Raises EngineError, CaseBroken."""
    called = test.get("invocableName") if test.get("type") in INVOCABLES else None
    content = (folder / model).read_bytes()
    if called:
        content = with_call(content, called, tuple(inputs))
    others = {one.name: one.read_bytes() for one in sorted(folder.glob("*.dmn")) if one.name != model}
    decisions, refused = _model(model, content, tuple(others.items()))
    key = CALL if called else _id_of(decisions, name)
    wrong = [refused[each] for each in (*decisions.needed(key), key, "") if each in refused]
    if wrong:
        raise DefinitionInvalid(wrong)
    value = decisions.evaluate(key, inputs, Context(NOW, ZONE), unfit_is_null=True).value
    return value[name] if called and isinstance(value, dict) and set(value) > {name} else value


def _id_of(decisions: Decisions, name: str) -> str:
    for key in decisions.ids:
        decision: Decision = decisions.decision(key)
        if name in (decision.name, decision.variable, key):
            return key
    raise CaseBroken(f"the model has no decision {name!r}")


@lru_cache(maxsize=4)
def _model(
    model: str, content: bytes, others: tuple[tuple[str, bytes], ...]
) -> tuple[Decisions, Mapping[str, Finding]]:
    """The decisions, and what is wrong in which of them. "" holds what is wrong in the model as a whole.

    A model of the suite holds many decisions that have nothing to do with each other, some of them meant to be
    refused: each is asked alone, and counts as an error if it, or what it requires, is refused.
    """
    decisions, findings = read_decisions(content, model, dict(others))
    wrong = errors_in(findings)
    places = _places(content) if wrong else {}
    return decisions, {places.get(one.element, ""): one for one in reversed(wrong)}


def _places(content: bytes) -> Mapping[str, str]:
    """Id of an element -> id (else name) of the decision, input or function that it is a part of."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    return {
        str(each.get("id")): str(node.get("id") or node.get("name", ""))
        for node in root
        for each in node.iter()
        if each.get("id")
    }


@lru_cache(maxsize=2)
def _tree(path: Path) -> Element:
    return etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()


def _test(path: Path, position: int) -> tuple[Element, str]:
    """The test and the file name of its model: the one it names, else the only one there."""
    root = _tree(path)
    named = (root.findtext(f"{{{NAMESPACE}}}modelName") or "").strip()
    tests = list(root.iter(f"{{{NAMESPACE}}}testCase"))
    if named and (path.parent / named).is_file():
        return tests[position], named
    models = sorted(one.name for one in path.parent.glob("*.dmn"))
    if len(models) != 1:
        raise CaseBroken(f"the model {named!r} is missing")
    return tests[position], models[0]


def _under(element: Element, name: str) -> list[Element]:
    return element.findall(f"{{{NAMESPACE}}}{name}")
