"""Hostile files: what the words of an expectation ask for, and our own files on the engine and on a real site."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.hostile_run import examine
from tests.conformance.hostile_site import dangers
from tests.conformance.hostile_words import names_to_send, read_expectation
from tests.conformance.visitor import Answer

OWN = Path(__file__).parent / "own"
HOSTILE = OWN / "hostile"
CONTROL = HOSTILE / "harmless.bpmn"


@pytest.mark.parametrize(
    ("file", "outcome", "at"),
    [
        ("harmless.bpmn", "ended", None),
        ("entity.bpmn", "refused", ""),
        ("twice.bpmn", "refused", "act"),
        ("cut.bpmn", "refused", ""),
        ("round-and-round.bpmn", "limit", None),
        ("endless-letters.bpmn", "limit", None),
        ("reads-a-file.bpmn", "refused", "act"),
        ("touches-a-file.bpmn", "incident", "which"),
        ("markup.bpmn", "ended", None),
    ],
)
def test_what_the_engine_does_with_a_file(file: str, outcome: str, at: str | None) -> None:
    facts = examine(HOSTILE / file, CONTROL)
    assert (facts.outcome, facts.touched, facts.leaked, facts.control) == (outcome, (), False, ""), facts
    assert at is None or at in facts.failed_at


def allowed(words: str, above: str = "") -> set[str]:
    expectation = read_expectation(words, above)
    return set() if expectation is None else set(expectation.outcomes)


RUNS, FAILS = {"waits", "ended"}, {"refused", "limit", "incident"}


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [
        ("rejected with a 4xx and a clear message in < 2 s; no 5xx", {"refused"}),
        ("accepted; parses in < 5 s", RUNS),
        ("accepted or rejected, never 5xx", RUNS | {"refused"}),
        ("runs to the user task, or rejected with a stated limit", RUNS | FAILS),
        ("must be stopped by a limit within 30 s", FAILS),
        ("visible incident; no 5xx", FAILS),
        ("deploy may succeed or be refused; when run, the instance gets a visible error/incident", FAILS),
        ("waits; no error", {"waits"}),
        ("after completing the task the instance is completed", {"ended"}),
        ("worker survives; instance gets an error", FAILS),
        ("the server does not exit", RUNS | FAILS),
        ("it sings", set()),
    ],
)
def test_the_words_say_which_outcomes_are_allowed(words: str, outcomes: set[str]) -> None:
    assert allowed(words) == outcomes


def test_as_above_is_what_stands_above() -> None:
    assert allowed("as above; no 5xx", "waits; no error") == {"waits"}


def test_the_words_say_what_else_must_hold() -> None:
    said = read_expectation(
        'rejected with a 4xx in < 2.5 s, or saved and reloadable at task "after", or a visible incident at task m'
        " naming the flow; within 30 s; RSS grows < 40 MB; name intact; the moon is full"
    )
    assert said is not None
    assert (said.seconds, said.run_seconds, said.megabytes) == (2.5, 30, 40)
    assert (said.waits_at, said.fails_at, said.names_flow, said.keeps_name) == ("after", "m", True, True)
    assert said.unread == ("the moon is full",)


def test_the_names_to_send_a_file_under_are_read_from_the_words() -> None:
    assert names_to_send("a harmless file") == []
    names = names_to_send('send with filename "../up.bpmn", "a\\0.bpmn", 1,000-character name')
    assert names[:2] == ["../up.bpmn", "a\0.bpmn"]
    assert len(names[2]) == 1000


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p><a href='/javascript:'>x</a>", 0),
        ("<script type='application/json'>{}</script><script src='/a.js'></script>", 0),
        ("<script>alert(1)</script>", 1),
        ("<img src=x onerror=alert(1)>", 1),
        ("<a href=' JavaScript:alert(1)'>x</a>", 1),
        ("<form action='javascript:a()'><button formaction='javascript:b()'>x</button></form>", 2),
    ],
)
def test_a_page_that_carries_the_files_code_is_noticed(body: str, found: int) -> None:
    page = Answer("/", 200, 0, "text/html; charset=utf-8", f"<html><body>{body}</body></html>".encode())
    assert len(list(dangers(page))) == found
    plain = Answer("/", 200, 0, "text/plain", body.encode())
    assert not list(dangers(plain))


@pytest.mark.slow
@pytest.mark.xdist_group("installations")
def test_our_own_files_pass_on_a_real_installation(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    command = [sys.executable, "-m", "tests.conformance", str(HOSTILE), "--out", str(out)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=OWN.parents[2], check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    results = json.loads(out.read_text())
    assert len(results) == len(json.loads((HOSTILE / "hostile.json").read_text())["files"])
    assert [one for one in results if not one["pass"]] == []
