"""`onewindow up`: the whole installation under one process."""

import http.client
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from webapp.embedded.children import Child, web, worker
from webapp.embedded.demo import forget_unfinished_demo, load_demo_once, show_accounts
from webapp.embedded.folders import make_home, only_one
from webapp.embedded.keys import make_secrets
from webapp.embedded.postgres import EmbeddedPostgres, running_postgres
from webapp.logs import LOG
from webapp.migrations.commands import upgrade
from webapp.settings import Settings

LOOK_SECONDS = 0.2
STOP_SECONDS = 12.0
PORT_SECONDS = 9.0
"""A web server left by a killed run needs a moment to leave its port."""


class PortTaken(Exception):
    """Something else listens where this installation should."""


def up(settings: Settings) -> None:
    """Set up what is missing, serve until SIGTERM or Ctrl-C, stop everything.

    Raises HomeInUse, PortTaken, PostgresUnavailable, SettingsInvalid before anything is served.
    """
    stopping = threading.Event()
    with ExitStack() as stack:
        prepare_home(settings.home)
        stack.enter_context(only_one(settings.home))
        stack.enter_context(_stop_on_signals(stopping))
        _wait_for_port(settings.host, settings.port)
        make_secrets(settings.home)
        server = stack.enter_context(running_postgres(settings.home)) if settings.embedded_database else None
        if server is not None:
            forget_unfinished_demo(settings.home, server)
        settings = Settings.from_environment()
        if settings.database_owner_url:
            upgrade(settings)
        load_demo_once(settings)
        _serve(settings, server, stopping)


def prepare_home(home: Path) -> None:
    """Make the data folder and the folder of the stored files."""
    make_home(home)
    (home / "files").mkdir(mode=0o700, exist_ok=True)


def _serve(settings: Settings, server: EmbeddedPostgres | None, stopping: threading.Event) -> None:
    children = [web(), worker()]
    announce = _announcement(settings)
    try:
        while not stopping.is_set():
            if server is not None and not server.is_running():
                _bring_back(server)
            for child in children:
                child.look_after()
            announce()
            stopping.wait(LOOK_SECONDS)
    finally:
        _end(children)


def _bring_back(server: EmbeddedPostgres) -> None:
    LOG.warning("PostgreSQL ended, starting it again")
    server.start()
    LOG.warning("PostgreSQL is back")


def _end(children: list[Child]) -> None:
    print("正在停止 / stopping …", flush=True)
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        child.end()
    for child in children:
        child.wait(until)


def _announcement(settings: Settings) -> Callable[[], None]:
    """Say where to look, once, as soon as everything answers."""
    told = threading.Event()

    def announce() -> None:
        if not told.is_set() and is_healthy(settings.host, settings.port):
            told.set()
            print(f"\n一窗已启动 / One Window is ready: {settings.public_url}", flush=True)
            print(f"数据目录 / data folder: {settings.home}", flush=True)
            show_accounts(settings)
            print("按 Ctrl-C 停止 / press Ctrl-C to stop", flush=True)

    return announce


def is_healthy(host: str, port: int) -> bool:
    """Whether the health page there answers 200."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _stop_on_signals(stopping: threading.Event) -> Iterator[None]:
    def note(number: int, frame: object) -> None:
        stopping.set()

    former = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _wait_for_port(host: str, port: int) -> None:
    if not _is_free(host, port):
        print(f"端口被占用，稍候 / {host}:{port} is taken, waiting a moment …", flush=True)
    deadline = time.monotonic() + PORT_SECONDS
    while not _is_free(host, port):
        if time.monotonic() > deadline:
            raise PortTaken(f"something else listens on {host}:{port}; set ONEWINDOW_PORT to another number")
        time.sleep(LOOK_SECONDS)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
