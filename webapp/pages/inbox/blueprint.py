"""The blueprint of the inbox, and what an address of it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from webapp.catalogue import Rules, rules_in_force
from webapp.errors import NotSignedIn
from webapp.identity import Identity, signed_in
from webapp.pages.addresses import this_page
from webapp.pages.failures import shown
from webapp.queries.worklist import Cursor, groups_for, read_cursor
from webapp.queries.worklist_wanted import Wanted, read_wanted

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")
#: Where in the inbox this browser was last; kept only while its cookie stays small.
LAST = "inbox"
LONGEST_PLACE = 800


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `view`: the saved view that was opened, 0 none. `rules`: read when they are needed."""

    by: Identity
    wanted: Wanted
    ignored: tuple[str, ...]
    view: int
    after: str
    before: str
    rules: Callable[[], Rules]

    @property
    def groups(self) -> list[str]:
        return groups_for(self.by, self.wanted)

    @property
    def cursors(self) -> dict[str, Cursor | None]:
        return {"after": read_cursor(self.after), "before": read_cursor(self.before)}

    def url(self, endpoint: str = "inbox.inbox", wanted: Wanted | None = None, **place: object) -> str:
        """The address of the same list (or of `wanted`), at the first page unless `place` says where."""
        said = (wanted or self.wanted).query
        if self.view:
            said = {"view": str(self.view), **said}
        if not said and endpoint == "inbox.inbox":
            said = {"tab": self.wanted.tab}  # a bare address opens the default view
        values: dict[str, Any] = {**said, **{key: str(value) for key, value in place.items() if value}}
        return url_for(endpoint, **values)

    @property
    def here(self) -> str:
        """The very page, to come back to."""
        return self.url(after=self.after, before=self.before)


def asked(wanted: Wanted | None = None, ignored: tuple[str, ...] = ()) -> Asked:
    """Of this request, or of `wanted` in its place."""
    return _asked(request.args, wanted, ignored)


def asked_last() -> Asked | None:
    """Of the place in the inbox where this browser was last; None where it was in none of its lists yet."""
    last = session.get(LAST)
    if not isinstance(last, str):
        return None
    return _asked(MultiDict(parse_qsl(urlsplit(last).query, max_num_fields=64)))


def _asked(args: MultiDict[str, str], wanted: Wanted | None = None, ignored: tuple[str, ...] = ()) -> Asked:
    if wanted is None:
        wanted, ignored = read_wanted(args)
    view = args.get("view", "")
    return Asked(
        signed_in(),
        wanted,
        ignored,
        int(view) if view.isdecimal() and len(view) <= 18 else 0,
        args.get("after", ""),
        args.get("before", ""),
        cache(rules_in_force),
    )


def remember(place: str) -> None:
    """Where this browser is in the inbox: whoever leaves a task comes back here."""
    if len(place) <= LONGEST_PLACE and session.get(LAST) != place:
        session[LAST] = place


def coming_back() -> str | None:
    """The place in the inbox to which somebody comes back from a task; None for who comes from elsewhere."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:  # a made-up header
        return None
    last = session.get(LAST)
    from_a_task = parts.netloc == request.host and parts.path.startswith("/tasks/")
    return last if from_a_task and isinstance(last, str) and last.startswith(url_for("inbox.inbox") + "?") else None


@blueprint.errorhandler(NotSignedIn)
def _signed_out(refusal: NotSignedIn) -> ResponseReturnValue:
    """A list that asks again by itself leads the whole page to the sign-in, not the list's place in it."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Refresh": "true"})
    if request.method == "GET":
        return redirect(url_for("account.sign_in", next=this_page()))
    return shown(refusal)
