"""The work that the office's application knows how to do: what a diagram may ask of people and of machines.

The list is `known_work.toml` beside this file. Pages and handlers stand behind it one by one; a task whose step, or a
job whose type, is not in it has nobody who does it as its diagram means it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files as package_files

from engine.bpmn import Node
from engine.findings import Report
from engine.law.tables import Table, read_toml
from engine.words import Words

#: The property of a user task that says which work it is.
STEP = "step"
#: The step for work that rules on nothing: what was done is written down.
RECORD = "record"
_FILE = "known_work.toml"


@dataclass(frozen=True, slots=True)
class KnownWork:
    """A step or a job. `gives`: the variables that its completion sets."""

    key: str
    name: Words
    gives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """The list as it stands in the file."""

    steps: Mapping[str, KnownWork]
    jobs: Mapping[str, KnownWork]
    besides: tuple[str, ...]


def known_steps() -> Mapping[str, KnownWork]:
    """By the value of the property `step`."""
    return _known().steps


def known_jobs() -> Mapping[str, KnownWork]:
    """By the job type."""
    return _known().jobs


def given_besides() -> tuple[str, ...]:
    """The variables that the application sets where no step or job of a diagram is done."""
    return _known().besides


def done_as(step: str) -> str:
    """The step by whose act a task is done: its own, or the record of what was done where nobody knows its own."""
    return step if step in known_steps() else RECORD


def step_of(node: Node) -> str | None:
    """What a user task says of its step, "" where it says nothing; None of any other node, or one that is computed."""
    if node.type != "userTask":
        return None
    slot = next((slot for name, slot in node.properties if name == STEP), None)
    if slot is None:
        return ""
    return slot.text.strip() if slot.is_text else None


def called_by_step(node: Node) -> Words | None:
    """What a user task without a name is called in the office: the words of its step; None where it has none that is
    known."""
    known = known_steps().get(step_of(node) or "")
    return known.name if known is not None else None


@lru_cache(maxsize=1)
def _known() -> _Known:
    report = Report(_FILE)
    table = read_toml((package_files("engine.bundles") / _FILE).read_bytes(), report)
    table.integer("format", least=1)
    steps = {one.key: one for one in _read(table, "steps")}
    jobs = {one.key: one for one in _read(table, "jobs")}
    besides = table.table("besides")
    gives = besides.texts("gives") if besides is not None else ()
    table.finish()
    report.raise_errors()
    return _Known(steps, jobs, gives)


def _read(table: Table, key: str) -> Iterator[KnownWork]:
    for name, one in table.tables(key, required=True):
        yield KnownWork(name, one.words("name"), one.texts("gives"))
