"""Findings: what is wrong, or doubtful, in an uploaded file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from engine.errors import DefinitionInvalid
from engine.words import Words


class Severity(StrEnum):
    """An error blocks publishing; a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong or doubtful.

    `code` is stable and kebab-case ("missing-reference"); `element` is the BPMN id, the TOML path or
    the form component's key, empty where the whole file is meant; `remedy` says what to do.
    """

    severity: Severity
    code: str
    file: str
    element: str
    message: Words
    remedy: Words
    line: int | None = None


def errors_in(findings: list[Finding]) -> list[Finding]:
    """Only those that block publishing."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


@dataclass
class Report:
    """The findings of one file, gathered while it is read."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def error(self, code: str, element: str, message: Words, remedy: Words, line: int | None = None) -> None:
        self.findings.append(Finding(Severity.ERROR, code, self.file, element, message, remedy, line))

    def warning(self, code: str, element: str, message: Words, remedy: Words) -> None:
        self.findings.append(Finding(Severity.WARNING, code, self.file, element, message, remedy))

    def raise_errors(self) -> None:
        """Raises DefinitionInvalid with every finding if one of them is an error."""
        if errors_in(self.findings):
            raise DefinitionInvalid(self.findings)
