"""The processes that `onewindow up` keeps alive."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.embedded.processes import before_exec
from webapp.logs import LOG

STEADY_SECONDS = 60.0
"""A child that lived this long starts again at once the next time it ends."""
LONGEST_WAIT_SECONDS = 30.0


@dataclass
class Child:
    """A command that is started again whenever it ends, later each time when it ends soon.

    `parent_death_signal`: what it gets when we are killed.
    """

    name: str
    command: Sequence[str]
    parent_death_signal: signal.Signals
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _started_at: float = field(default=0.0, init=False)
    _not_before: float = field(default=0.0, init=False)
    _failures: int = field(default=0, init=False)

    def look_after(self) -> None:
        """Start it if it does not run and its rest is over. Call again and again."""
        if self._process is not None and self._process.poll() is not None:
            self._note_end(self._process.returncode)
        if self._process is None and time.monotonic() >= self._not_before:
            self._start()

    def end(self) -> None:
        """Ask it to end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, until: float) -> None:
        """Wait for its end until the monotonic moment `until`, then kill it."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _start(self) -> None:
        self._started_at = time.monotonic()
        # A session of its own: Ctrl-C in the terminal must reach the supervisor alone.
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=before_exec(self.parent_death_signal),
        )

    def _note_end(self, code: int) -> None:
        lived = time.monotonic() - self._started_at
        self._failures = 0 if lived > STEADY_SECONDS else self._failures + 1
        wait = min(LONGEST_WAIT_SECONDS, 0.25 * 2.0 ** min(self._failures, 10))
        self._not_before = time.monotonic() + wait
        self._process = None
        LOG.warning("process ended, starting it again", process=self.name, code=code, wait_seconds=wait)


def web() -> Child:
    """The web server."""
    command = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.gunicorn_conf", "webapp:create_app()"]
    return Child("web", command, signal.SIGTERM)


def worker() -> Child:
    """The worker. Its jobs may run twice by design, so when we are killed it need not say goodbye."""
    return Child("worker", [sys.executable, "-m", "webapp.cli", "worker"], signal.SIGKILL)
