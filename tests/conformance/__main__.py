"""`python -m tests.conformance [FOLDER] [--out FILE] [--record] [--only WORD]`; see docs/conformance.md.

Exit codes: 0 nothing got worse, 1 a recorded case fails, 2 there is no such folder or nothing in it.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.conformance.cases import Case, Result
from tests.conformance.finding import find_cases
from tests.conformance.hostile import judge_hostile
from tests.conformance.record import read_record, regressions, write_record
from tests.conformance.report import table, write_results
from tests.conformance.workers import judge_all

PROJECT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    said = _read(arguments)
    folder = Path(said.folder).resolve()
    if not folder.is_dir():
        print(f"There is no folder {folder}: name one with SUITES=<folder>.")
        return 2
    cases = [case for case in find_cases(folder) if said.only in f"{case.suite} {case.name}"]
    if not cases:
        print(f"There is no suite in {folder}: no cases.json, hostile.json or TCK tests.")
        return 2
    print(f"{len(cases)} cases in {len({case.suite for case in cases})} suites of {folder}", flush=True)
    results = run(cases)
    write_results(results, Path(said.out))
    recorded = read_record()
    if said.record:
        write_record(results)
    for line in table(results, recorded):
        print(line)
    return 1 if regressions(results, recorded) and not said.record else 0


def run(cases: list[Case]) -> list[Result]:
    """Every case, in order; hostile files after the rest, since they need an installation."""
    plain = [case for case in cases if case.kind != "hostile"]
    hostile = [case for case in cases if case.kind == "hostile"]
    processes = max(1, min(4, os.cpu_count() or 1))
    verdicts = [*judge_all(plain, processes), *judge_hostile(hostile)]
    return [Result(case.suite, case.name, verdict.passed, verdict.detail) for case, verdict in verdicts]


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make conformance", description=__doc__)
    default = os.environ.get("ONEWINDOW_CONFORMANCE") or str(PROJECT.parent / "shared" / "conformance")
    parser.add_argument("folder", nargs="?", default=default)
    parser.add_argument("--out", default="conformance.json")
    parser.add_argument("--record", action="store_true", help="record what passes now")
    parser.add_argument("--only", default="", metavar="WORD", help="cases with this in their suite or name")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
