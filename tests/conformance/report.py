"""What a run says: the table, and conformance.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.conformance.cases import Result
from tests.conformance.record import regressions, unrecorded


def write_results(results: Sequence[Result], path: Path) -> None:
    """One object for each case: suite, case, pass, detail."""
    rows = [{"suite": one.suite, "case": one.case, "pass": one.passed, "detail": one.detail} for one in results]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{lines}\n]\n", "utf-8")


def table(results: Sequence[Result], recorded: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """The lines to print: suites and their folders with their figures, what fails, and what the record says."""
    suites = list(dict.fromkeys(one.suite for one in results))
    for suite in suites:
        of_suite = [one for one in results if one.suite == suite]
        passed = sum(one.passed for one in of_suite)
        yield f"{suite}: {passed}/{len(of_suite)}"
        yield from _folders(of_suite)
    failing = [one for one in results if not one.passed]
    if failing:
        yield ""
        yield "Failing:"
        yield from (f"  {one.suite}  {one.case}  {one.detail}" for one in failing)
    fresh = unrecorded(results, recorded)
    if fresh:
        yield ""
        yield f"Passing and not in the record ({len(fresh)}):"
        yield from (f"  {one.suite}  {one.case}" for one in fresh[:40])
        if len(fresh) > 40:
            yield f"  … and {len(fresh) - 40} more"
    worse = regressions(results, recorded)
    if worse:
        yield ""
        yield f"Regressions ({len(worse)}), they passed when the record was made:"
        yield from (f"  {one.suite}  {one.case}" for one in worse)


def _folders(results: Sequence[Result]) -> Iterator[str]:
    """A line for each folder of a suite whose cases lie in several, and not each in its own."""
    folders: dict[str, list[Result]] = {}
    for one in results:
        folder, found, _ = one.case.partition("/")
        folders.setdefault(folder if found else "", []).append(one)
    if len(folders) in (1, len(results)):
        return
    width = max(map(len, folders))
    for folder, of_folder in folders.items():
        passed = sum(one.passed for one in of_folder)
        failing = len(of_folder) - passed
        yield f"  {folder:{width}} {passed:4}/{len(of_folder):<4}{f' {failing} failing' if failing else ''}".rstrip()
