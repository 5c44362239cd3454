"""A system of supervision on this machine: it takes handovers over real HTTP and keeps what it was sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class SupervisionSystem:
    """What came in, and with which status it answers."""

    address: str = ""
    status: int = 200
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)  # headers, body
    meanwhile: Callable[[], None] = lambda: None  # what goes on here before it answers


@contextmanager
def supervision_system() -> Iterator[SupervisionSystem]:
    """Serve on a free port of this machine."""
    system = SupervisionSystem()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            system.taken.append((dict(self.headers), body))
            system.meanwhile()
            self.send_response(system.status)
            if system.status in (302, 307):
                self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    system.address = f"http://127.0.0.1:{server.server_port}/handovers"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
