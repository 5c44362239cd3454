"""The engine's public surface: pure Python, values in, values out."""

from engine.errors import (
    AnswersInvalid,
    BpmnErrorThrown,
    BudgetExceeded,
    CannotSkip,
    ChangeRefused,
    CommandRefused,
    DefinitionInvalid,
    EngineError,
    ExpressionFailed,
    ExpressionInvalid,
    MigrationRefused,
    NothingWaits,
    NotInReferenceCore,
    StateFromNewerVersion,
    StateInvalid,
    TaskNotOpen,
    ValueInvalid,
)
from engine.findings import Finding, Severity, errors_in
from engine.words import Words, as_written, numbered

__all__ = [
    "AnswersInvalid",
    "BpmnErrorThrown",
    "BudgetExceeded",
    "CannotSkip",
    "ChangeRefused",
    "CommandRefused",
    "DefinitionInvalid",
    "EngineError",
    "ExpressionFailed",
    "ExpressionInvalid",
    "Finding",
    "MigrationRefused",
    "NotInReferenceCore",
    "NothingWaits",
    "Severity",
    "StateFromNewerVersion",
    "StateInvalid",
    "TaskNotOpen",
    "ValueInvalid",
    "Words",
    "errors_in",
    "as_written",
    "numbered",
]
