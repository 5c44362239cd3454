"""What the names in a translated document stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from engine.bpmn.program import Node


class Role(StrEnum):
    """The part that an element of the document plays for an element of ours."""

    BODY = "body"  # the element itself: its work, its waiting, its gateway
    IN = "in"  # before a call or a subprocess with input mappings: what is inside gets its variables
    OUT = "out"  # after it: the outer variables come back
    LOOP = "loop"  # a multi-instance activity as a whole
    FIRST = "first"  # begins one instance of it
    LAST = "last"  # ends one instance of it
    COLLECT = "collect"  # after all instances
    THROW = "throw"  # before an end event that throws an error
    CAUGHT = "caught"  # after a boundary event


@dataclass(frozen=True, slots=True)
class Part:
    """One element of the document. `name` is that of the whole element of ours."""

    node: Node
    role: Role
    name: str


@dataclass(slots=True)
class Translation:
    """The document, and what its names stand for. `refused`: processes that cannot run, and why."""

    xml: bytes = b""
    parts: dict[str, Part] = field(default_factory=dict)
    processes: dict[str, str] = field(default_factory=dict)  # process id -> name in the document
