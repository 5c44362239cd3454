"""A whole installation, run as people run it: `onewindow up` in a process of its own."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from webapp.embedded.folders import remove_postgres

READY = "One Window is ready"
PATIENCE_SECONDS = 60


class Installation:
    """`onewindow up` on a data folder and a port; its output can be read line by line."""

    def __init__(self, home: Path, port: int | None = None, environment: str = "test") -> None:
        self.home = home
        self.port = port or free_port()
        self._environment = environment
        self.output: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment of every command on this installation."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ONEWINDOW_")}
        inherited.pop("DATABASE_URL", None)
        return inherited | {
            "ONEWINDOW_ENV": self._environment,
            "ONEWINDOW_HOME": str(self.home),
            "ONEWINDOW_PORT": str(self.port),
        }

    def start(self) -> None:
        """Answers when it says that it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "webapp.cli", "up"],
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.read_until(READY)

    def read_until(self, words: str) -> str:
        """Read the output up to a line with `words`; fails when the process ends first."""
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if words in line:
                return line
        raise AssertionError(f"ended without saying {words!r}:\n{''.join(self.output)}")

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command of `onewindow` on the same data folder."""
        return subprocess.run(
            [sys.executable, "-m", "webapp.cli", *arguments],
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, wait for the end of everything, answer the exit code."""
        assert self.process is not None
        family = self.processes()
        self.process.send_signal(by)
        rest, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.output += rest.splitlines(keepends=True)
        for pid in family:
            wait_for_end(pid)
        return self.process.returncode

    def processes(self, named: str = "") -> list[int]:
        """Every process of this installation, or those whose command line has `named` in it."""
        mine = f"ONEWINDOW_HOME={self.home}\0".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mine in (folder / "environ").read_bytes() and named.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return sorted(found)


@contextmanager
def installation(home: Path, **options: Any) -> Iterator[Installation]:
    """A started installation, killed and removed at the end if the test has not stopped it."""
    one = Installation(home, **options)
    try:
        one.start()
        yield one
    finally:
        if one.process is not None and one.process.poll() is None:
            one.stop(signal.SIGKILL)
        remove_postgres(home)


def wait_for_end(pid: int) -> None:
    """Block until the process is gone."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        assert poll.poll(PATIENCE_SECONDS * 1000), f"process {pid} did not end"
    finally:
        os.close(handle)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
