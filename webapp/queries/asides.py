"""Reads of what designers keep aside to be merged: one's own in a working copy, one with its conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.merging import Conflict, Side
from webapp.identity import Identity
from webapp.queries.release_difference import FileChange, compare
from webapp.services.asides import Aside
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class AsideRow:
    """One in a list."""

    id: int
    path: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A conflict with its place on the page and what has been chosen for it."""

    number: int
    conflict: Conflict
    chosen: Side | None


@dataclass(frozen=True, slots=True)
class AsideView:
    """Both together: what is asked, what comes of it, and who saved the file last.

    `changes`: what the merged file has that the present one has not; `preview`: as it would be saved, with the present
    file's side where nothing is chosen.
    """

    asked: tuple[Asked, ...]
    open: int
    preview: bytes | None
    changes: tuple[FileChange, ...]
    saver: str
    saved_at: datetime | None


MINE = """
select id, path, at, state from working_aside
where copy_id = %s and by_id = %s and state in ('open', 'dropped') order by state desc, id desc
"""
LAST = """
select u.name, c.at from working_change c join app_user u on u.id = c.by_id
where c.copy_id = %s and c.path = %s order by c.id desc limit 1
"""


def asides_of(copy_id: int, by: Identity) -> list[AsideRow]:
    """One's own in this copy: those to be merged, then those that were let be."""
    return [AsideRow(*row) for row in sql().execute(MINE, (copy_id, by.user_id))]


def view_of(aside: Aside) -> AsideView:
    """What its page shows."""
    merged = aside.merged()
    theirs = {aside.path: aside.theirs} if aside.theirs is not None else {}
    together = {aside.path: merged.content} if merged.content is not None else {}
    row = sql().execute(LAST, (aside.copy_id, aside.path)).fetchone()
    return AsideView(
        tuple(Asked(number, one, aside.choices.get(one.mark)) for number, one in enumerate(merged.conflicts, 1)),
        len(merged.open),
        merged.content,
        tuple(compare(theirs, together)),
        row[0] if row else "",
        row[1] if row else None,
    )
