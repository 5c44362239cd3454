"""A provider of certified e-seals on this machine: it speaks the protocol of docs/documents.md over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support import local_service
from tests.support.local_service import Asked, served

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

    def answering(asked: Asked) -> local_service.Answer:
        body = json.loads(asked.body)
        service.asked.append((asked.path, dict(asked.headers), body))
        status, told = service.answering(body)
        headers = {"Content-Type": "application/json"}
        if status in (301, 302, 307):
            headers["Location"] = told["to"]
        return local_service.Answer(status, json.dumps(told).encode(), headers)

    with served(answering) as address:
        service.address = address
        yield service
