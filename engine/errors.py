"""All errors of the engine, in one tree. The edge turns each into plain words and a status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.findings import Finding
    from engine.words import Words


class EngineError(Exception):
    """The root. Every message of it is for logs; people read the words made at the edge."""


class DefinitionInvalid(EngineError):
    """Files that cannot be run; `findings` names every reason."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{f.file}#{f.element} {f.code}" for f in self.findings) or "invalid definition")


class ExpressionInvalid(EngineError):
    """Source text that does not parse: where (1-based line and column) and what was expected."""

    def __init__(self, source: str, line: int, column: int, expected: Words) -> None:
        self.source, self.line, self.column, self.expected = source, line, column, expected
        super().__init__(f"{line}:{column}: {expected.en}: {source!r}")


class ExpressionFailed(EngineError):
    """An expression that parsed but gives no usable value where one is needed."""

    def __init__(self, element: str, source: str, reason: str) -> None:
        self.element, self.source, self.reason = element, source, reason
        super().__init__(f"{element}: {source!r}: {reason}")


class BudgetExceeded(EngineError):
    """A command ran past its budget; nothing of it is kept."""

    def __init__(self, element: str, what: str, limit: int) -> None:
        self.element, self.what, self.limit = element, what, limit
        super().__init__(f"{element}: more than {limit} {what}")


class AnswersInvalid(EngineError):
    """Answers to a form that do not pass; `errors` maps a field's key to its messages."""

    def __init__(self, errors: Mapping[str, Sequence[Words]]) -> None:
        self.errors = {key: tuple(words) for key, words in errors.items()}
        super().__init__(", ".join(sorted(self.errors)))


class TaskNotOpen(EngineError):
    """The user task is not open in this state (completed, cancelled or never there)."""

    def __init__(self, task: int) -> None:
        self.task = task
        super().__init__(f"user task {task} is not open")


class NothingWaits(EngineError):
    """No subscription, timer or job of this id or name waits in the state."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"nothing waits for {what}")


class StateInvalid(EngineError):
    """Stored state that is damaged; the instance must not go on."""


class StateFromNewerVersion(StateInvalid):
    """State written by a newer release; left alone."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(f"state version {version} is newer than this release")


class ValueInvalid(EngineError):
    """A value that is no FEEL value, or out of range (NaN, lone surrogate, float)."""


class NotInReferenceCore(EngineError):
    """The reference core has no such operation."""
