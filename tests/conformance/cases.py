"""What is run: one case with its suite, and the verdict on it. Both travel between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """`kind` is the form it is written in: "betsy", "camunda", "hostile" or "tck". `data` is what its own file
    says of it, `folder` where its other files are found."""

    suite: str
    name: str
    kind: str
    folder: Path
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Verdict:
    """`detail` says in one line why a case failed, or how it passed."""

    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Result:
    """One line of `conformance.json`."""

    suite: str
    case: str
    passed: bool
    detail: str


def one_line(text: str, longest: int = 400) -> str:
    """The text on one line, not too long for a table."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"
