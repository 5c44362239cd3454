"""Cases in the form of the betsy benchmark: processes are started, time passes, the trace is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine import DefinitionInvalid, EngineError
from engine.trial import Instance, Trial
from tests.conformance.cases import Case, Verdict, one_line
from tests.conformance.running import UNCAUGHT, CaseBroken, deploy, files_of, incidents, told

LANGUAGE = "python"
DEPLOYMENT, RUNTIME, THROWN, ANY_ERROR = "ERROR_deployment", "ERROR_runtime", "ERROR_thrownErrorEvent", "ERROR"
#: A marker says that something exists: once however often it is logged, and only where a run asks for it.
MARKER = "MARKER_exists"
#: A script that sleeps again and again is left to `wait_ms` after so many times.
MOST_SLEEPS = 100
#: `LogLine.type` of a multi-instance activity or loop as a whole.
WHOLE_LOOP = "multiInstance"


def run(case: Case) -> Verdict:
    """A process passes when all its runs pass."""
    wrong = []
    for number, each in enumerate(case.data["runs"], start=1):
        fault = _run_once(case, each)
        if fault:
            wrong.append(f"run {each.get('case', number)}: {fault}")
    return Verdict(not wrong, one_line("; ".join(wrong)))


def _run_once(case: Case, said: Mapping[str, Any]) -> str:
    """What differs, "" where nothing does."""
    found, story = _trace(case, said)
    expected = _once(said["expected"])
    if MARKER not in expected:
        found = [token for token in found if token != MARKER]
    if ANY_ERROR in expected:
        found = [ANY_ERROR if token in (DEPLOYMENT, RUNTIME) else token for token in found]
    if said.get("compare", "multiset") == "multiset":
        found, expected = sorted(found), sorted(expected)
    elif said["compare"] != "sequence":
        raise CaseBroken(f"an unknown comparison {said['compare']!r}")
    return "" if found == expected else f"expected {expected}, found {found}{story}"


def _trace(case: Case, said: Mapping[str, Any]) -> tuple[list[str], str]:
    """The tokens of a run, and what else is worth telling about it."""
    names = case.data.get("files") or [case.data["bpmn"]]
    try:
        trial = deploy(files_of(case.folder, names), LANGUAGE, given={"trace": []})
    except DefinitionInvalid as refused:
        return [DEPLOYMENT], f" ({told(refused)})"
    raised = _walk(trial, said)
    tokens = [*_logged(trial, case.data.get("token_by_element", {})), *_errors(trial, raised)]
    words = [*incidents(trial), *([told(raised)] if raised else [])]
    return _once(tokens), f" ({'; '.join(words)})" if words else ""


def _walk(trial: Trial, said: Mapping[str, Any]) -> EngineError | None:
    """Starts the processes in order and lets the time pass; gives what stopped it."""
    variables = said.get("variables", {})
    try:
        for process in said.get("start") or trial.processes[:1]:
            kinds = _begun_by(trial, process)
            if kinds == {"conditional"}:
                trial.offer(variables)
            elif kinds != {"timer"}:  # what the clock begins is begun by deploying it
                trial.start(process, variables)
            _let_scripts_sleep(trial)
        trial.advance(timedelta(milliseconds=int(said.get("wait_ms", 0))))
    except EngineError as fault:
        return fault
    return None


def _let_scripts_sleep(trial: Trial) -> None:
    """A start returns when its scripts are done: the time that they sleep passes before `wait_ms` begins."""
    for _ in range(MOST_SLEEPS):
        scripts = {line.element for one in trial.instances for _, line in one.history if line.type == "scriptTask"}
        sleeping = [held.what.due for held in trial.timers if held.what.element in scripts]
        moments = [due for due in sleeping if isinstance(due, datetime)]
        if not moments:
            return
        trial.advance(min(moments) - trial.now)


def _begun_by(trial: Trial, process: str) -> set[str]:
    """The kinds of its start events."""
    starts = trial.program(process).processes[process].start_events()
    return {node.event.kind if node.event else "none" for node in starts}


def _logged(trial: Trial, token_by_element: Mapping[str, str]) -> Iterable[str]:
    """Tokens from the history; and those that only the scripts' own list has, where a script wrote another
    token than its element stands for."""
    from_history = Counter(
        token_by_element[line.element]
        for one in trial.instances
        for _, line in one.history
        if line.what == "completed" and line.type != WHOLE_LOOP and line.element in token_by_element
    )
    from_scripts = Counter(token for one in trial.instances for token in _own_list(one))
    return (from_history | from_scripts).elements()


def _own_list(instance: Instance) -> list[str]:
    trace = instance.variables.get("trace")
    return [token for token in trace if isinstance(token, str)] if isinstance(trace, list) else []


def _errors(trial: Trial, raised: EngineError | None) -> set[str]:
    codes = {held.what.code for held in trial.incidents}
    found = {THROWN if code == UNCAUGHT else RUNTIME for code in codes}
    return found | ({RUNTIME} if raised else set())


def _once(tokens: Iterable[str]) -> list[str]:
    """The tokens, a marker at most once."""
    given = list(tokens)
    return [token for number, token in enumerate(given) if token != MARKER or token not in given[:number]]
