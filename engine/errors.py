"""All errors of the engine, in one tree. The edge turns each into plain words and a status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.words import Words

if TYPE_CHECKING:
    from engine.findings import Finding
    from engine.values import Value


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
    """An expression that parsed but gives no usable value where one is needed: `words` say why."""

    def __init__(self, element: str, source: str, words: Words) -> None:
        self.element, self.source, self.words = element, source, words
        super().__init__(f"{element}: {source!r}: {words.en}")


class BpmnErrorThrown(EngineError):
    """A script threw a BPMN error on purpose: `code` finds the event that catches it (BPMN 2.0.2, 10.5.6).

    `message` may be empty; `variables` are what the script had changed before.
    """

    def __init__(
        self, code: str, message: str = "", *, element: str = "", variables: Mapping[str, Value] | None = None
    ) -> None:
        self.code, self.message, self.element, self.variables = code, message, element, dict(variables or {})
        super().__init__(f"{element}: BPMN error {code!r} {message}".rstrip())


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


class CommandRefused(EngineError):
    """A command that cannot be carried out as a whole: an expression fails where no token could carry an incident."""

    def __init__(self, element: str, words: Words) -> None:
        self.element, self.words = element, words
        super().__init__(f"{element}: {words.en}")


class CannotSkip(EngineError):
    """The failed element cannot be passed over: what failed is the choice of the way on."""

    def __init__(self, element: str) -> None:
        self.element = element
        super().__init__(f"the way on from {element} is not decided")


class ChangeRefused(EngineError):
    """Changes by hand that cannot be done; `refusals` are (element or token, words)."""

    def __init__(self, refusals: Sequence[tuple[str, Words]]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(f"{element}: {words.en}" for element, words in self.refusals))


class MigrationRefused(ChangeRefused):
    """An instance that does not fit the new version of its diagrams.

    `processes` are the (old) processes of the refusals, in the same order.
    """

    def __init__(self, refusals: Sequence[tuple[str, str, Words]]) -> None:
        """`refusals` are (process, element, words)."""
        self.processes = tuple(process for process, _, _ in refusals)
        super().__init__([(element, words) for _, element, words in refusals])


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
    """The reference core has no such operation, or does not run `element` (of `process`) rightly.

    `words` say why in both languages; `element` and `process` are "" where no element is meant.
    """

    def __init__(self, what: str, *, process: str = "", element: str = "", words: Words | None = None) -> None:
        self.process, self.element = process, element
        self.words = words or Words(what, what)
        super().__init__(f"{process}: {element}: {what}" if element else what)
