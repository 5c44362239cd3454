"""Hostile files: each is uploaded to a real installation and run on the bare engine; both are held against the
words that say what is expected."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tests.conformance.cases import Case, Verdict, one_line
from tests.conformance.hostile_run import RunFacts, examine, flows_in
from tests.conformance.hostile_site import ZIP, Site, SiteFacts, running_site
from tests.conformance.hostile_words import (
    CRASHED,
    ENDED,
    HUNG,
    INCIDENT,
    LIMIT,
    REFUSED,
    STUCK,
    WAITS,
    Expectation,
    names_to_send,
    read_expectation,
)

#: Run after every file to see that all still works; the one of the suite itself where it has one.
CONTROL = Path(__file__).parent / "own" / "hostile" / "harmless.bpmn"
#: What no file may cost, whatever its words say: memory, seconds to the answer of its upload and of its trial.
MOST_MEGABYTES, MOST_SECONDS, MOST_RUN_SECONDS = 300, 5.0, 30.0


def judge_hostile(cases: list[Case]) -> Iterator[tuple[Case, Verdict]]:
    """The verdicts in order. One installation serves them all, while the engine runs them one after the other;
    neither is started where there is no case."""
    waiting = deque(cases)
    if not waiting:
        return
    try:
        with ThreadPoolExecutor(1) as beside, running_site() as site:
            runs = [beside.submit(_run, case) for case in cases]
            for run in runs:
                yield waiting[0], _judged(waiting[0], site, run)
                waiting.popleft()
    except (AssertionError, OSError) as fault:
        yield from ((case, Verdict(False, one_line(f"no installation to upload to: {fault}"))) for case in waiting)


def _judged(case: Case, site: Site, run: Future[RunFacts | None]) -> Verdict:
    try:
        return _judge(case, site, run.result())
    except Exception as fault:  # noqa: BLE001 - a case that crashes must not stop the others
        return Verdict(False, one_line(f"crashed: {type(fault).__name__}: {fault}"))


def _run(case: Case) -> RunFacts | None:
    """What the engine does with it; None for what is no single diagram."""
    path = _path(case)
    return examine(path, _control(case)) if path.is_file() and not path.name.lower().endswith(ZIP) else None


def _judge(case: Case, site: Site, run: RunFacts | None) -> Verdict:
    path = _path(case)
    if not path.is_file():
        return Verdict(False, f"the file {path.name} is missing")
    expected = read_expectation(str(case.data["expected"]), str(case.data.get("expected_above", "")))
    if expected is None:
        return Verdict(False, one_line(f"not understood: {case.data['expected']}"))
    control = _control(case).read_bytes()
    names = names_to_send(str(case.data.get("what", ""))) or [path.name]
    visits = [site.take(name, path.read_bytes(), control, expected.seconds or MOST_SECONDS) for name in names]
    wrong = [*_site_faults(visits, expected, run), *(_run_faults(run, expected, path) if run else ())]
    found = run.outcome if run else REFUSED if visits[0].refused else "kept"
    notes = [f"not checked: {clause}" for clause in expected.unread]
    words = f"{found}: {run.words}" if run and run.words else found
    return Verdict(not wrong, one_line("; ".join([*wrong, words, *notes])))


def _path(case: Case) -> Path:
    return case.folder / str(case.data["file"])


def _control(case: Case) -> Path:
    beside = sorted(case.folder.glob("control*.bpmn"))
    return beside[0] if beside else CONTROL


def _site_faults(visits: list[SiteFacts], expected: Expectation, run: RunFacts | None) -> Iterator[str]:
    refused = run.outcome == REFUSED if run else REFUSED in expected.outcomes
    for facts in visits:
        yield from facts.faults
        most = expected.megabytes or MOST_MEGABYTES
        if facts.megabytes > most:
            yield f"a web process grew by {facts.megabytes} MB"
        if facts.seconds >= (expected.seconds or MOST_SECONDS):
            yield f"the upload was answered after {facts.seconds:.1f} s"
        if facts.run_seconds >= (expected.run_seconds or MOST_RUN_SECONDS):
            yield f"a trial of it was answered after {facts.run_seconds:.0f} s"
        if run and run.at_once and not facts.run_failed:
            yield "the application does not say that it failed"
        if refused and not facts.refused:
            yield f"the studio does not refuse it (it answered {facts.answered})"
        if refused and not facts.refusal:
            yield "the refusal has no words"
        if not refused and REFUSED not in expected.outcomes and 400 <= facts.answered < 500:
            yield f"the studio refuses it: {facts.refusal}"


def _run_faults(facts: RunFacts, expected: Expectation, path: Path) -> Iterator[str]:
    if not _is_allowed(facts, expected):
        yield f"it must be one of {sorted(expected.outcomes)} and is {facts.outcome}"
    yield from (f"it touched {what}" for what in facts.touched)
    if facts.leaked:
        yield "it shows a file of the machine"
    if facts.megabytes > (expected.megabytes or MOST_MEGABYTES):
        yield f"the run took {facts.megabytes} MB"
    if expected.run_seconds is not None and facts.seconds >= expected.run_seconds:
        yield f"the run took {facts.seconds:.0f} s"
    if facts.control:
        yield f"a harmless process does not run afterwards: {facts.control}"
    if facts.outcome in (REFUSED, INCIDENT, LIMIT):
        yield from _wrongly_named(facts, expected, path)
    elif expected.waits_at and expected.waits_at not in facts.tasks:
        yield f"it does not wait at {expected.waits_at!r} but at {list(facts.tasks)}"
    elif expected.keeps_name and not facts.names_kept:
        yield f"the name is not intact: {list(facts.tasks)}"


def _is_allowed(facts: RunFacts, expected: Expectation) -> bool:
    if facts.outcome in (STUCK, CRASHED, HUNG):
        return False
    waited = facts.waited and facts.outcome in (WAITS, ENDED)
    return facts.outcome in expected.outcomes or (waited and WAITS in expected.outcomes)


def _wrongly_named(facts: RunFacts, expected: Expectation, path: Path) -> Iterator[str]:
    """A refusal or incident names the element that the words ask for."""
    if expected.fails_at and expected.fails_at not in facts.failed_at:
        yield f"it names {list(facts.failed_at)} and not {expected.fails_at}"
    if expected.names_flow and facts.outcome == REFUSED and not flows_in(path.read_bytes()) & set(facts.failed_at):
        yield f"it names {list(facts.failed_at)} and no flow"
