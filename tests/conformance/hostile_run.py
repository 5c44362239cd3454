"""A hostile file on the bare engine, in a process of its own: compiled, started, acted on until it stands still.

The process watches itself: opening files, the network and starting programs are audit events of the
interpreter, and none may come from what the file says.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from lxml import etree

from engine import BudgetExceeded, DefinitionInvalid, EngineError, Finding, errors_in
from engine.trial import Trial
from tests.conformance.hostile_words import CRASHED, ENDED, HUNG, INCIDENT, LIMIT, REFUSED, STUCK, WAITS
from tests.conformance.running import deploy, said, told

CPU_SECONDS, WALL_SECONDS = 30, 60
MEMORY_BYTES = 2 * 1024**3
#: Jobs and deliveries that one act may set going; rounds of completing whatever is open; years to wait.
MOST, ROUNDS, YEARS = 2_000, 20, 2
#: Audit events that no diagram may cause. A written file is one whatever it is, a read one if it is not Python's.
WATCHED = (
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.remove", "os.rename",
    "os.mkdir", "os.rmdir", "os.kill", "os.putenv", "os.listdir", "subprocess.Popen", "shutil.", "socket.",
    "urllib.Request", "http.client", "ftplib.", "smtplib.", "ctypes.", "webbrowser.", "sqlite3.", "pty.spawn",
    "builtins.input", "code.__new__", "sys.settrace", "sys.setprofile", "signal.", "open", "_thread.",
)  # fmt: skip
#: Text of a file that no variable or message may show.
SECRET = "root:x:0"
_READABLE = tuple({sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]), "/usr/share/zoneinfo"})


@dataclass(frozen=True)
class RunFacts:
    """What became of the file. `failed_at` are the elements that findings and incidents name."""

    outcome: str
    words: str = ""
    failed_at: tuple[str, ...] = ()
    at_once: bool = False  # it failed as soon as it was started
    waited: bool = False  # something was open after the start
    tasks: tuple[str, ...] = ()  # names of the user tasks at which it waited first
    names_kept: bool = True
    touched: tuple[str, ...] = ()
    leaked: bool = False
    seconds: float = 0.0
    megabytes: int = 0
    control: str = ""  # why a harmless process did not run afterwards


def examine(path: Path, control: Path) -> RunFacts:
    """Runs the file in a new process with limits; its working directory is new and must stay empty."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        process = context.Process(target=_serve, args=(theirs, path, control, folder), daemon=True)
        process.start()
        theirs.close()
        try:
            facts = ours.recv() if ours.poll(WALL_SECONDS) else RunFacts(HUNG, f"no end within {WALL_SECONDS} s")
        except EOFError:
            process.join(5)
            facts = RunFacts(CRASHED, f"it ended the process (exit code {process.exitcode})")
        process.kill()
        process.join()
        left = sorted(os.listdir(folder))
        return replace(facts, touched=(*facts.touched, *(f"wrote {name}" for name in left)))


def _serve(pipe: Connection, path: Path, control: Path, folder: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(folder)
    _run(control.name, control.read_bytes())  # everything that is loaded on first use is loaded now
    content = path.read_bytes()
    touched: list[str] = []
    _watch(touched)
    before = resource.getrusage(resource.RUSAGE_SELF)
    facts = _run(path.name, content)
    after = resource.getrusage(resource.RUSAGE_SELF)
    pipe.send(
        replace(
            facts,
            touched=tuple(dict.fromkeys(touched)),
            names_kept=facts.outcome == REFUSED or _names_kept(content, facts),
            seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            megabytes=(after.ru_maxrss - before.ru_maxrss) // 1024,
            control=_control(control),
        )
    )


def _watch(touched: list[str]) -> None:
    def hook(event: str, given: tuple[object, ...]) -> None:
        if event.startswith(WATCHED) and not (event == "open" and _is_read_by_python(given)):
            touched.append(f"{event} {given[:1]!r}"[:200])

    sys.addaudithook(hook)


def _is_read_by_python(given: tuple[object, ...]) -> bool:
    """Whether an `open` only reads code or data of the interpreter, its packages or the project."""
    path, mode = given[0], given[1]
    writes = isinstance(mode, str) and set(mode) & set("wax+")
    return not writes and (isinstance(path, int) or str(path).startswith(_READABLE))


def _run(name: str, content: bytes) -> RunFacts:
    try:
        trial = deploy({name: content}, most=MOST)
    except DefinitionInvalid as refused:
        return _refused(refused.findings, told(refused))
    except EngineError as fault:  # a start that cannot be planned
        return RunFacts(INCIDENT, told(fault), failed_at=(str(getattr(fault, "element", "")),))
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is what the file did to the engine
        return _crashed(fault)
    started = False
    try:
        _start(trial)
        started = True
        return _lived(trial)
    except EngineError as fault:
        outcome = LIMIT if isinstance(fault, BudgetExceeded) else INCIDENT
        place = str(getattr(fault, "element", ""))
        return RunFacts(outcome, told(fault), failed_at=(place,), at_once=not started)
    except Exception as fault:  # noqa: BLE001 - see above
        return _crashed(fault)


def _refused(findings: Iterable[Finding], words: str) -> RunFacts:
    errors = errors_in(list(findings))
    places = tuple(one.element for one in errors)
    return RunFacts(REFUSED, words, places, leaked=any(SECRET in said(one) for one in errors))


def _crashed(fault: Exception) -> RunFacts:
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return RunFacts(CRASHED, f"{type(fault).__name__}: {str(fault)[:200]} ({Path(last.filename).name}:{last.lineno})")


def _lived(trial: Trial) -> RunFacts:
    """What is started is acted on until it stands still."""
    first, at_once = trial.tasks, bool(trial.incidents)
    waited = bool(first or trial.timers or trial.subscriptions or trial.jobs)
    for _ in range(ROUNDS):
        if not trial.tasks:
            break
        for held in trial.tasks:
            if held in trial.tasks:
                trial.complete(held)
    trial.advance(timedelta(days=366 * YEARS))
    names = tuple(held.what.name or held.what.element for held in first)
    shown = repr([(one.state, one.variables) for one in trial.instances])
    facts = RunFacts(ENDED, waited=waited, tasks=names, leaked=SECRET in shown)
    if trial.incidents:
        words = "; ".join(
            f"{held.what.code} at {held.what.element}: {held.what.message.en}" for held in trial.incidents
        )
        places = tuple(held.what.element for held in trial.incidents)
        facts = replace(facts, outcome=INCIDENT, words=words, failed_at=places, at_once=at_once)
        return replace(facts, leaked=facts.leaked or SECRET in words)
    if trial.ended:
        return replace(facts, outcome=ENDED, words=f"waited at {', '.join(names)}, then ended" if names else "ended")
    waits = waited and bool(trial.tasks or trial.timers or trial.subscriptions or trial.jobs)
    return replace(facts, outcome=WAITS if waits else STUCK, words="waits" if waits else "nothing moves, nothing waits")


def _start(trial: Trial) -> None:
    """Each process by its plain start; where it has none, by whatever else begins it."""
    for process in trial.processes:
        program = trial.program(process)
        messages = [name for name, started in program.message_starts().items() if started == process]
        if messages and not program.processes[process].starts.get(None):
            trial.message(messages[0])
        else:
            trial.start(process)


def _control(path: Path) -> str:
    facts = _run(path.name, path.read_bytes())
    return "" if facts.outcome == ENDED else f"{facts.outcome}: {facts.words}"


def _names_kept(content: bytes, facts: RunFacts) -> bool:
    """Whether the task that opened is called what the file, read as XML, calls it."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    given = {str(each.get("name")) for each in root.iter("{*}userTask") if each.get("name")}
    return not given or bool(given & set(facts.tasks))


def flows_in(content: bytes) -> frozenset[str]:
    """The ids of the sequence flows of a file, as far as it can be read."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return frozenset()
    return frozenset(str(each.get("id")) for each in root.iter("{*}sequenceFlow"))
