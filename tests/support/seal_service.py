"""A provider of certified e-seals on this machine: it speaks the protocol of docs/documents.md over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CERTIFICATE = "CN=江城市行政审批服务管理局受理专用章, O=示例电子印章服务"
Answer = tuple[int, dict[str, Any]]


@dataclass
class SealService:
    """What was asked, and how it answers; `answering` may be replaced for one that behaves otherwise."""

    address: str = ""
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)  # path, headers, body
    answering: Callable[[dict[str, Any]], Answer] = field(default=lambda body: sealed(body))


def sealed(body: dict[str, Any], *, serial: str = "QZ-2026-000001") -> Answer:
    """The file with a seal added at its end, as an incremental update of a PDF is."""
    original = base64.b64decode(body["pdf"])
    added = original + f"\n% sealed by {CERTIFICATE}\n%%EOF\n".encode()
    return 200, {
        "pdf": base64.b64encode(added).decode(),
        "digest": hashlib.sha256(original).hexdigest(),
        "certificate": CERTIFICATE,
        "serial": serial,
    }


@contextmanager
def seal_service() -> Iterator[SealService]:
    """Serve on a free port of this machine."""
    service = SealService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.asked.append((self.path, dict(self.headers), body))
            status, told = service.answering(body)
            content = json.dumps(told).encode()
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", told["to"])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
