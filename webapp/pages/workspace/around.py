"""Who else has a task open, as its page says it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from webapp import clock, moments
from webapp.languages import language
from webapp.pages.support import when
from webapp.services.presence import Around, Present


def tag_of(found: Around, revision: int) -> str:
    """What the answer about the task says, as one mark: the same mark, the same words."""
    return found.tag(language(), revision, clock.today(moments.OFFICE_ZONE))


def present_lines(others: Iterable[Present]) -> list[tuple[str, str]]:
    """Name, and since when: the time alone where it is of today."""
    return [(one.name, _since(one.since)) for one in others]


def _since(at: datetime) -> str:
    local = moments.local(at)
    return f"{local:%H:%M}" if local.date() == clock.today(moments.OFFICE_ZONE) else when(at)
