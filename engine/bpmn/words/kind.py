"""A kind of finding: how grave it is, what is said, what to do.

Severities come in two sets: at "engine" only what cannot be run as the specification says is an error; at
"office" also what a bundle may not have.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.findings import Severity
from engine.words import Words


@dataclass(frozen=True, slots=True)
class Kind:
    """`message` and `remedy` may hold places like `{value}` (the remedy none)."""

    engine: Severity
    office: Severity
    message: Words
    remedy: Words


def error(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    """Cannot be run as the specification says."""
    return Kind(Severity.ERROR, Severity.ERROR, Words(zh, en), Words(remedy_zh, remedy_en))


def office_error(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    """Runs, but a bundle may not have it; elsewhere it is doubtful."""
    return Kind(Severity.WARNING, Severity.ERROR, Words(zh, en), Words(remedy_zh, remedy_en))


def office_duty(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    """Nothing wrong elsewhere, but a bundle may not have it."""
    return Kind(Severity.NOTE, Severity.ERROR, Words(zh, en), Words(remedy_zh, remedy_en))


def warning(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    """Probably not what is meant."""
    return Kind(Severity.WARNING, Severity.WARNING, Words(zh, en), Words(remedy_zh, remedy_en))


def doubt(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    """May be meant; in a bundle it should be looked at."""
    return Kind(Severity.NOTE, Severity.WARNING, Words(zh, en), Words(remedy_zh, remedy_en))


def note(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    """Good to know."""
    return Kind(Severity.NOTE, Severity.NOTE, Words(zh, en), Words(remedy_zh, remedy_en))
