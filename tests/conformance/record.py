"""The recorded result: which cases passed when it was last recorded. What passed must go on passing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.conformance.cases import Result

RECORD = Path(__file__).with_name("recorded.json")


def read_record(path: Path = RECORD) -> dict[str, frozenset[str]]:
    """Suite -> the names of its passing cases; nothing where there is no record yet."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text("utf-8"))
    return {suite: frozenset(_names(groups)) for suite, groups in kept.items()}


def write_record(results: Iterable[Result], path: Path = RECORD) -> None:
    """Records which of these cases pass; cases that were not run stay as they were recorded."""
    kept = {suite: set(names) for suite, names in read_record(path).items()}
    for one in results:
        names = kept.setdefault(one.suite, set())
        (names.add if one.passed else names.discard)(one.case)
    lines = ",\n".join(f" {json.dumps(suite)}: {_grouped(kept[suite])}" for suite in sorted(kept))
    path.write_text(f"{{\n{lines}\n}}\n", "utf-8")


def regressions(results: Iterable[Result], recorded: Mapping[str, frozenset[str]]) -> list[Result]:
    """The cases that passed when they were recorded and fail now."""
    return [one for one in results if not one.passed and one.case in recorded.get(one.suite, ())]


def unrecorded(results: Iterable[Result], recorded: Mapping[str, frozenset[str]]) -> list[Result]:
    """The cases that pass and are not in the record."""
    return [one for one in results if one.passed and one.case not in recorded.get(one.suite, ())]


def _grouped(names: Iterable[str]) -> str:
    """One line for each file of tests: its name and the last words of its cases; "" for cases of one word."""
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        head, _, last = name.rpartition(" ")
        groups.setdefault(head, []).append(last)
    lines = ",\n".join(
        f"  {json.dumps(head, ensure_ascii=False)}: {json.dumps(lasts, ensure_ascii=False)}"
        for head, lasts in sorted(groups.items())
    )
    return f"{{\n{lines}\n }}"


def _names(groups: Mapping[str, list[str]]) -> Iterable[str]:
    for head, lasts in groups.items():
        yield from (f"{head} {last}" if head else last for last in lasts)
