"""How the playground shows what came out: the place of a fault in its source."""

from __future__ import annotations

from dataclasses import dataclass

from engine.playground import Fault


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of the source; the marked part is where the fault is, none in lines without one."""

    number: int
    before: str
    marked: str
    after: str


def marked_source(source: str, fault: Fault | None) -> list[SourceLine] | None:
    """The lines of the source with the place of the fault; None where it has no place."""
    if fault is None or fault.line is None or fault.column is None:
        return None
    lines = source.split("\n")
    shown = []
    for number, line in enumerate(lines, 1):
        at = fault.column - 1 if number == fault.line else len(line)
        end = at + 1 if number == fault.line else at
        mark = (line[at:end] or "␣") if number == fault.line else ""
        shown.append(SourceLine(number, line[:at], mark, line[end:]))
    near = max(0, fault.line - 6)
    return shown[near : fault.line + 5]
