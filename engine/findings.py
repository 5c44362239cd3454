"""Findings: what is wrong, or doubtful, in an uploaded file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
