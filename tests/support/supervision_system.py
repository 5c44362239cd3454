"""A system of supervision on this machine: it takes handovers over real HTTP and keeps what it was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.local_service import Answer, Asked, served


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

    def answering(asked: Asked) -> Answer:
        system.taken.append((dict(asked.headers), asked.body))
        system.meanwhile()
        moved = {"Location": "http://127.0.0.1:9/"} if system.status in (302, 307) else {}
        return Answer(system.status, headers=moved)

    with served(answering) as address:
        system.address = f"{address}/handovers"
        yield system
