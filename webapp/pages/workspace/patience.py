"""An act on a case that somebody else is saving at this moment: tried again for a short time before anybody is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psycopg.errors import LockNotAvailable

from webapp.errors import Busy
from webapp.unit_of_work import let_go

T = TypeVar("T")
#: Each try waits for the database's lock timeout (5 seconds): an act that saves takes a hundredth of that.
TRIES = 2


def patiently(act: Callable[[], T]) -> T:
    """What the act returns. Raises what it raises, and Busy where the case stayed locked all the time.

    The act has to be one command: a try that met a lock is rolled back as a whole.
    """
    for _ in range(TRIES):
        try:
            return act()
        except (Busy, LockNotAvailable):
            let_go()
    raise Busy()
