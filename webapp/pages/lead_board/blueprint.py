"""The blueprint of the lead's board, and what its address narrows it to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for

from webapp.pages.supervision.blueprint import asked_number
from webapp.queries.worklist import Cursor, read_cursor
from webapp.queries.worklist_wanted import NOBODY, UNIT, Wanted

blueprint = Blueprint("board", __name__, url_prefix="/board")
#: What the list can show: what nobody has, all, or what is so near.
FREE, ALL = "free", "all"
SHOWN = (FREE, ALL, "overdue", "today", "near", "paused")


@dataclass(frozen=True, slots=True)
class Asked:
    """`person`: whose work alone, 0 everybody's. `after`, `before`: the place in the list."""

    show: str
    person: int
    after: str
    before: str

    @property
    def wanted(self) -> Wanted:
        holder = str(self.person) if self.person else NOBODY if self.show == FREE else ""
        return Wanted(tab=UNIT, holder=holder, due="" if self.show in (FREE, ALL) else self.show)

    @property
    def cursors(self) -> dict[str, Cursor | None]:
        return {"after": read_cursor(self.after), "before": read_cursor(self.before)}

    def url(self, endpoint: str = "show", **changed: object) -> str:
        """The same at its first page, with what is changed."""
        given = {"show": self.show if self.show != usual(self.person) else "", "person": self.person, **changed}
        values: dict[str, Any] = {key: str(value) for key, value in given.items() if value}
        return url_for(f"board.{endpoint}", **values)

    @property
    def here(self) -> str:
        return self.url(after=self.after, before=self.before)


def usual(person: int) -> str:
    """What is shown where the address does not say."""
    return ALL if person else FREE


def asked() -> Asked:
    """Of this request; what is unknown is left out."""
    person, show = asked_number("person"), request.args.get("show", "")
    if show not in SHOWN or (person and show == FREE):
        show = usual(person)
    return Asked(show, person, request.args.get("after", ""), request.args.get("before", ""))
