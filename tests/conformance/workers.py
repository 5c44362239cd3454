"""Runs each case in a process of its own kind: bounded in time and memory, replaced when it dies."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import FrameType

from tests.conformance import betsy, camunda, tck
from tests.conformance.cases import Case, Verdict, one_line
from tests.conformance.running import CaseBroken

#: CPU seconds of one case; beyond the wall seconds its process is ended.
CPU_SECONDS, WALL_SECONDS = 20, 60
MEMORY_BYTES = 2 * 1024**3
#: A worker is new after so many cases, so that none lives on what an earlier one left.
MOST_CASES = 500

RUNNERS: Mapping[str, Callable[[Case], Verdict]] = {"betsy": betsy.run, "camunda": camunda.run, "tck": tck.run}


class TooLong(BaseException):
    """The case has used up its CPU time. No EngineError, so that nothing on the way takes it for one."""


def judge(case: Case) -> Verdict:
    """Runs one case. Whatever it raises is the case's failure, and said."""
    runner = RUNNERS.get(case.kind)
    if runner is None:
        return Verdict(False, one_line(f"not understood: {case.data.get('unreadable', 'an unknown form')}"))
    try:
        with _limited(CPU_SECONDS):
            return runner(case)
    except TooLong:
        return Verdict(False, f"stopped after {CPU_SECONDS} s of CPU")
    except CaseBroken as fault:
        return Verdict(False, one_line(str(fault)))
    except Exception as fault:  # noqa: BLE001 - a case that crashes must not stop the others
        last = traceback.extract_tb(fault.__traceback__)[-1]
        place = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
        return Verdict(False, one_line(f"crashed: {type(fault).__name__}: {fault} ({place})"))


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def serve(pipe: Connection) -> None:
    """The worker: cases in, verdicts out, until the pipe closes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            case = pipe.recv()
        except EOFError:
            return
        pipe.send(judge(case))


class Worker:
    """A process that judges cases, one at a time."""

    def __init__(self) -> None:
        self.cases = 0
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def judge(self, case: Case) -> Verdict:
        """The verdict; one about the worker's own end if the case ended it, and then it must not be used again."""
        self.cases += 1
        try:
            self._pipe.send(case)
            if self._pipe.poll(WALL_SECONDS):
                verdict: Verdict = self._pipe.recv()
                return verdict
        except (EOFError, BrokenPipeError, ConnectionResetError):
            self._process.join(5)
            return Verdict(False, f"ended the process that ran it (exit code {self._process.exitcode})")
        return Verdict(False, f"gave no answer within {WALL_SECONDS} s")

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def usable(self) -> bool:
        return self.cases < MOST_CASES and self._process.is_alive()

    def end(self) -> None:
        self._pipe.close()
        self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def judge_all(cases: list[Case], processes: int) -> Iterator[tuple[Case, Verdict]]:
    """The verdicts in the order of the cases."""
    idle: SimpleQueue[Worker | None] = SimpleQueue()
    for _ in range(processes):
        idle.put(None)

    def one(case: Case) -> Verdict:
        worker = idle.get() or Worker()
        try:
            verdict = worker.judge(case)
        finally:
            if not worker.usable or verdict.detail.startswith("gave no answer"):
                worker.end()
                idle.put(None)
            else:
                idle.put(worker)
        return verdict

    with ThreadPoolExecutor(processes) as pool:
        yield from zip(cases, pool.map(one, cases), strict=True)
    while not idle.empty():
        worker = idle.get()
        if worker is not None:
            worker.end()
