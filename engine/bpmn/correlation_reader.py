"""Which instance a message is for, as BPMN says it (2.0.2, 8.4.2): properties that stand in the message, and what
they must be by the data of the process that waits.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from engine.bpmn import language
from engine.bpmn.model import Source
from engine.bpmn.xmlread import child, children, reference

#: Message id -> its correlation properties, and where each is in the message.
Properties = Mapping[str, tuple[tuple[str, Source], ...]]


def read_properties(root: etree._Element, file_language: str | None) -> Properties:
    """The correlation properties of the file, by the message from which they are retrieved."""
    found: dict[str, tuple[tuple[str, Source], ...]] = {}
    for each in children(root, "correlationProperty"):
        for retrieval in children(each, "correlationPropertyRetrievalExpression"):
            written = child(retrieval, "messagePath")
            if written is None:  # as SpiffArena writes it
                written = child(retrieval, "formalExpression")
            path = language.of_element(written, file_language)
            message = reference(retrieval, "messageRef") or ""
            if path is not None:
                found[message] = (*found.get(message, ()), (reference(each, "id") or "", path))
    return found


def read_subscriptions(process: etree._Element, file_language: str | None) -> tuple[tuple[str, Source], ...]:
    """What correlation properties must be, by the data of the process."""
    found: list[tuple[str, Source]] = []
    for each in children(process, "correlationSubscription"):
        for binding in children(each, "correlationPropertyBinding"):
            path = language.of_element(child(binding, "dataPath"), file_language)
            if path is not None:
                found.append((reference(binding, "correlationPropertyRef") or "", path))
    return tuple(found)
