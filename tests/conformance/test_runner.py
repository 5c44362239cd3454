"""The runner itself: what it finds, what it writes, when it fails; nothing in a case stops the others."""

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import __main__ as runner
from tests.conformance import record, workers
from tests.conformance.cases import Case, Result, Verdict
from tests.conformance.finding import find_cases

OWN = Path(__file__).parent / "own"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of its own for the test."""
    path = tmp_path / "recorded.json"
    monkeypatch.setattr(record, "RECORD", path)
    monkeypatch.setattr(runner, "read_record", lambda: record.read_record(path))
    monkeypatch.setattr(runner, "write_record", lambda results: record.write_record(results, path))
    return path


def run(folder: Path, out: Path, *options: str) -> int:
    return runner.main([str(folder), "--out", str(out), *options])


def results_in(out: Path) -> list[Mapping[str, Any]]:
    return list(json.loads(out.read_text()))


def test_a_missing_folder_is_one_line_and_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nowhere", tmp_path / "out.json") == 2
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert not (tmp_path / "out.json").exists()


def test_a_folder_without_a_suite_is_one_line_and_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, tmp_path / "out.json") == 2
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_run_writes_every_case_and_prints_the_figures(
    tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert run(OWN / "processes", out) == 0
    assert {(one["suite"], one["pass"]) for one in results_in(out)} == {("processes", True)}
    assert set(results_in(out)[0]) == {"suite", "case", "pass", "detail"}
    printed = capsys.readouterr().out
    assert "processes: 7/7" in printed
    assert "not in the record (7)" in printed


def test_what_passed_when_it_was_recorded_must_go_on_passing(
    tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite, out = tmp_path / "processes", tmp_path / "out.json"
    suite.mkdir()
    for file in (OWN / "processes").iterdir():
        (suite / file.name).write_bytes(file.read_bytes())
    assert run(suite, out, "--record") == 0
    said = json.loads((suite / "cases.json").read_text())
    said["cases"][0]["runs"][0]["expected"] = ["FEE_forgotten"]
    said["cases"].append({**said["cases"][0], "name": "Never passed"})
    (suite / "cases.json").write_text(json.dumps(said))
    assert run(suite, out) == 1
    printed = capsys.readouterr().out
    assert "Regressions (1)" in printed
    assert "processes: 6/8" in printed
    assert run(suite, out, "--record") == 0
    assert run(suite, out) == 0


def test_the_record_keeps_the_cases_that_were_not_run(kept: Path) -> None:
    record.write_record(
        [Result("one", "a 1", True, ""), Result("two", "b", True, ""), Result("two", "c", True, "")], kept
    )
    record.write_record([Result("two", "b", False, ""), Result("two", "d", True, "")], kept)
    assert record.read_record(kept) == {"one": {"a 1"}, "two": {"c", "d"}}


def test_suites_are_recognised_by_what_they_hold_under_any_name(tmp_path: Path) -> None:
    cases = json.loads((OWN / "processes" / "cases.json").read_text())["cases"]
    cases += json.loads((OWN / "behaviour" / "cases.json").read_text())["cases"] + ["neither"]
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "cases.json").write_text(json.dumps(cases))
    (tmp_path / "level" / "broken").mkdir(parents=True)
    (tmp_path / "level" / "broken" / "cases.json").write_text("{")
    kinds = [case.kind for case in find_cases(tmp_path)]
    assert sorted(set(kinds)) == ["betsy", "camunda", "unreadable"]
    assert kinds.count("unreadable") == 2
    assert all(not workers.judge(case).passed for case in find_cases(tmp_path) if case.kind == "unreadable")


def test_a_suite_is_called_the_same_from_wherever_it_is_run() -> None:
    assert {case.suite for case in find_cases(OWN)} >= {case.suite for case in find_cases(OWN / "processes")}


def case(kind: str = "betsy") -> Case:
    return Case("suite", "case", kind, OWN)


def test_a_case_that_crashes_fails_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: Case) -> Verdict:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(workers, "RUNNERS", {"betsy": crash})
    assert workers.judge(case()).detail.startswith("crashed: ZeroDivisionError: oh (test_runner.py:")


def test_a_case_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def spin(_: Case) -> Verdict:
        while True:
            pass

    monkeypatch.setattr(workers, "RUNNERS", {"betsy": spin})
    monkeypatch.setattr(workers, "CPU_SECONDS", 0.2)
    assert workers.judge(case()).detail == "stopped after 0.2 s of CPU"


def test_a_case_that_ends_its_process_fails_and_the_next_is_judged() -> None:
    fees = next(one for one in find_cases(OWN / "processes") if one.name == "Fees")
    worker = workers.Worker()
    assert worker.judge(fees).passed
    os.kill(worker.pid, signal.SIGKILL)
    assert "ended the process" in worker.judge(fees).detail
    assert not worker.usable
    worker.end()
    assert [verdict.passed for _, verdict in workers.judge_all([fees, fees], 1)] == [True, True]
