"""A gateway for text messages and the office's messenger on this machine: it takes them over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """What came in (path, headers, body), and how it answers. `breaks`: it takes the message and says nothing."""

    address: str = ""
    status: int = 200
    answer: dict[str, Any] | None = None
    breaks: bool = False
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.taken]


@contextmanager
def message_gateway() -> Iterator[Gateway]:
    """Serve on a free port of this machine."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            gateway.taken.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            if gateway.breaks:
                self.close_connection = True
                return
            number = f"M{len(gateway.taken)}"
            usual = {"accepted": True, "id": number} if self.path == "/sms" else {"errcode": 0, "msgid": number}
            content = json.dumps(gateway.answer or usual).encode()
            self.send_response(gateway.status)
            if gateway.status in (302, 307):
                self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
