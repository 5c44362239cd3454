"""Calling a decision service or a business knowledge model of a model: a decision is added that does it."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from tests.conformance.running import CaseBroken

#: Id of the decision that is added.
CALL = "call-of-the-test"


def with_call(content: bytes, called: str, given: Collection[str]) -> bytes:
    """The model with a decision that calls `called` with the inputs of the test as named parameters."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    namespace = etree.QName(root).namespace
    targets = [node for node in root if isinstance(node.tag, str) and node.get("name") == called]
    if not targets:
        raise CaseBroken(f"the model has nothing called {called!r}")

    def add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
        return etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)

    target = targets[0].get("id") or called
    decision = etree.Element(f"{{{namespace}}}decision", {"id": CALL, "name": CALL})
    add(decision, "variable", name=CALL)
    add(add(decision, "knowledgeRequirement"), "requiredKnowledge", href=f"#{target}")
    invocation = add(decision, "invocation")
    add(add(invocation, "literalExpression"), "text").text = called
    for name in given:
        binding = add(invocation, "binding")
        add(binding, "parameter", name=name)
        add(add(binding, "literalExpression"), "text").text = name
    root.append(decision)
    return etree.tostring(root)
