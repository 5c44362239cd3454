"""Loops beside the job queue: they survive anything but the end of the worker."""

import threading
from collections.abc import Callable

from flask import Flask

from webapp.logs import LOG

LONGEST_REST_SECONDS = 10.0


class Loop:
    """Call `step` again and again in a thread of its own until stopped.

    `step` runs in an application context and answers whether there is more to do at once; otherwise the loop
    rests for `seconds`, after failures longer. This is the one place of the worker that catches every
    failure: a loop that died quietly would leave due timers unfired.
    """

    def __init__(self, app: Flask, name: str, seconds: float, step: Callable[[], bool]) -> None:
        self._app, self._name, self._seconds, self._step = app, name, seconds, step
        self._failures = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Ask for the end and wait at most `seconds` for the step that runs."""
        self._stopping.set()
        self._thread.join(seconds)

    def once(self) -> bool:
        """One step, guarded; a failure is logged and the step tried again after a rest."""
        try:
            with self._app.app_context():
                more = self._step()
        except Exception:  # noqa: BLE001  # see the class: the loop must outlive any failure of a step
            self._failures += 1
            LOG.exception("loop step failed", loop=self._name, failures=self._failures)
            return False
        self._failures = 0
        return more

    def rest_seconds(self) -> float:
        """How long the loop waits now: doubled by each failure in a row, up to ten seconds."""
        return min(max(self._seconds, LONGEST_REST_SECONDS), self._seconds * 2.0 ** min(self._failures, 10))

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self.once():
                self._stopping.wait(self.rest_seconds())
