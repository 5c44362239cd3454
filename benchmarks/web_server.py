"""gunicorn over the benchmark's database, and a browser that keeps its connection and its session."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.measure import children_of, process_cpu
from benchmarks.server import Bench
from tests.support.database import PASSWORD
from tests.support.installation import free_port

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class WebServer:
    """One worker process with threads, as in production."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """CPU seconds of the worker so far."""
        return sum(process_cpu(pid) for pid in children_of(self.process.pid))


@contextmanager
def web_server(place: Bench) -> Iterator[WebServer]:
    """The application served by gunicorn; its log goes nowhere."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ONEWINDOW_")}
    variables = inherited | {
        "ONEWINDOW_ENV": "test",
        "ONEWINDOW_HOME": str(place.settings.home),
        "ONEWINDOW_PORT": str(port),
        "ONEWINDOW_WEB_PROCESSES": "1",
        "ONEWINDOW_SECRET_KEY": place.settings.secret_key,
        "ONEWINDOW_PEPPER": place.settings.pepper,
        "DATABASE_URL": place.settings.database_url,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:webapp.gunicorn_conf"]
    process = subprocess.Popen(
        [*command, "benchmarks.http_app:application()"],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield WebServer(port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


class Browser:
    """A signed-in person. Cookies stay as they were after signing in, so that no message piles up in them."""

    def __init__(self, port: int, login: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self._cookies: dict[str, str] = {}
        token = self._token("/sign-in")
        self.post("/sign-in", {"login": login, "password": PASSWORD, "csrf_token": token}, keep=True)
        self.token = self._token("/inbox")

    def get(
        self, path: str, *, keep: bool = False, headers: Mapping[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        return self._send("GET", path, b"", keep=keep, more=headers)

    def post(
        self, path: str, values: Mapping[str, str] | Sequence[tuple[str, str]], *, keep: bool = False
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        return self._send("POST", path, urlencode(values).encode(), keep=keep)

    def _token(self, path: str) -> str:
        page = self.get(path, keep=True)[2].decode()
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None, page[:300]
        return found[1]

    def _send(
        self, method: str, path: str, body: bytes, *, keep: bool, more: Mapping[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()), **(more or {})}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, path, body or None, headers)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._connection.close()  # it rested longer than the server keeps connections
            self._connection.request(method, path, body or None, headers)
            answer = self._connection.getresponse()
        content = answer.read()
        if keep:
            for line in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = line.partition(";")[0].partition("=")
                self._cookies[name] = value
        return answer.status, answer.headers, content


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/sign-in")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("gunicorn did not start")
