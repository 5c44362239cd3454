"""The only clock of the web application. Tests set it; nothing else reads the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The calendar day in `zone` at this moment."""
    return now().astimezone(zone).date()


@contextmanager
def frozen_at(moment: datetime) -> Iterator[datetime]:
    """For tests: inside the block `now()` answers `moment` (aware). Blocks nest; threads are not affected."""
    if moment.tzinfo is None:
        raise ValueError("a frozen clock needs an aware moment")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.reset(token)
