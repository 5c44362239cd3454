"""Examples of a bundle: answers and acts with the path they must take. This is how their files are read.

An example is a story that a department tells of its own bundle; `engine.trial` runs it and records others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.errors import DefinitionInvalid, EngineError
from engine.findings import Report
from engine.runtime import decode_variables
from engine.values import Value
from engine.words import Words


@dataclass(frozen=True, slots=True)
class Act:
    """One completion: the open user task of this `step`, in a process of this item (None: the case's own).

    `other`: anything else that a trial can do (a timer, a message, a job, the clock), as the trial writes it; then
    `step` is empty.
    """

    step: str
    item: str | None
    variables: Mapping[str, Value]
    other: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a recorded example begins. `process` "": nothing is started. `jobs`: "open" (acts give their outcomes) or
    "done" (at once, with nothing)."""

    process: str
    at: datetime
    jobs: str
    variables: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Example:
    """An example file. `expect` holds `results`, `never_opened`, `path` and `guide`; each may be missing.

    With a `start` it begins there, and has no answers.
    """

    file: str
    name: Words
    guided: Mapping[str, Value]
    answers: Mapping[str, Value]
    ways: Mapping[str, str]
    credit: str
    acts: tuple[Act, ...]
    expect: Mapping[str, Any]
    start: Beginning | None = field(default=None)

    @property
    def is_told_by_steps(self) -> bool:
        """It begins with answers, and every act completes a step."""
        return self.start is None and all(act.other is None for act in self.acts)


def read_example(content: bytes, file: str) -> Example:
    """Reads `examples/<name>.json`. Raises DefinitionInvalid."""
    try:
        told = json.loads(content.decode("utf-8"), parse_float=Decimal)
        start = _beginning(told["start"]) if "start" in told else None
        return Example(
            file=file,
            name=Words(told["name"]["zh"], told["name"].get("en", "")),
            guided=told.get("guided", {}) if start else told["guided"],
            answers=told.get("answers", {}),
            ways=told.get("ways", {}),
            credit=told.get("credit", ""),
            acts=tuple(_act(act) for act in told["acts"]),
            expect=dict(told["expect"]),
            start=start,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, EngineError) as fault:
        report = Report(file)
        report.error(
            "bad-example",
            "",
            Words(f"示例无法读取：{fault!r}", f"The example cannot be read: {fault!r}"),
            Words("按说明写明 name、guided、acts 和 expect。", "Give name, guided, acts and expect as described."),
        )
        raise DefinitionInvalid(report.findings) from fault


def example_files(files: Mapping[str, bytes]) -> list[str]:
    """The paths of a bundle's examples."""
    return sorted(path for path in files if path.startswith("examples/") and path.endswith(".json"))


def _act(told: Mapping[str, Any]) -> Act:
    if "kind" in told:
        return Act("", None, {}, dict(told))
    return Act(told["step"], told.get("item"), decode_variables(told.get("variables", {})))


def _beginning(told: Mapping[str, Any]) -> Beginning:
    at = datetime.fromisoformat(told["at"])
    if at.tzinfo is None:
        raise ValueError("start.at has no time zone")
    jobs = told.get("jobs", "done")
    if jobs not in ("open", "done"):
        raise ValueError("start.jobs is neither open nor done")
    return Beginning(str(told.get("process", "")), at, jobs, decode_variables(told.get("variables", {})))
