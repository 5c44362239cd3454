"""What the two suites of processes share: files, the trial, words for what went wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine import DefinitionInvalid, EngineError, Finding, errors_in
from engine.bpmn import check
from engine.trial import Trial

#: A Monday, in a zone without surprises.
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
#: Incident of an error event that nothing catches.
UNCAUGHT = "uncaught-error"


class CaseBroken(Exception):
    """The case itself cannot be run: a file is missing, a step is not understood."""


def files_of(folder: Path, names: Collection[str]) -> dict[str, bytes]:
    """The files of a case by their plain names; searched below the folder where they do not stand in it."""
    return {Path(name).name: _find(folder, name).read_bytes() for name in names}


def _find(folder: Path, name: str) -> Path:
    direct = folder / name
    if direct.is_file():
        return direct
    for path in sorted(folder.rglob(Path(name).name)):
        return path
    raise CaseBroken(f"the file {name} is missing")


def deploy(files: Mapping[str, bytes], language: str | None = None, **options: Any) -> Trial:
    """The files checked and compiled, as an office would before it lets them run. Raises DefinitionInvalid."""
    findings = check(files, language=language)
    if errors_in(findings):
        raise DefinitionInvalid(findings)
    return Trial(files, now=NOW, zone=ZONE, language=language, **options)


def told(fault: EngineError) -> str:
    """Why the engine refused, in one line."""
    if isinstance(fault, DefinitionInvalid):
        return "refused: " + "; ".join(said(one) for one in errors_in(list(fault.findings))[:5])
    return f"{type(fault).__name__}: {fault}"


def said(finding: Finding) -> str:
    """A finding in English."""
    return f"{finding.code} at {finding.element or finding.file}: {finding.message.en}"


def incidents(trial: Trial) -> Iterator[str]:
    """The open incidents in words."""
    for held in trial.incidents:
        yield f"incident {held.what.code} at {held.what.element}: {held.what.message.en}"
