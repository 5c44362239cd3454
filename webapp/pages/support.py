"""What every page shares: who may open it, the words around it, how refusals are shown."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from engine import EngineError, Words
from webapp import clock, moments
from webapp.errors import ActRefused, NotSignedIn, NotYours
from webapp.extensions import login_manager
from webapp.identity import Identity, by_session, signed_in
from webapp.languages import language
from webapp.pages.addresses import came_from, safe_next, this_page
from webapp.pages.failures import bind as bind_failures
from webapp.pages.failures import shown
from webapp.pages.sent_to import bind as bind_sent_to
from webapp.permissions import LicenceFacts, Permission, SignalFacts, may, may_at_all
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.settings import current_settings

P = ParamSpec("P")
R = TypeVar("R")
SESSION_KEY = "token"
KIBIBYTE = 1024
#: Subject -> the entry of the top bar that it belongs to, where that is another subject's.
WITHIN = {
    "application": "window",
    "task": "inbox",
    "calendars": "studio",
    "migration": "studio",
    "operation": "studio",
    "substitutes": "inbox",
    "conflicts": "inbox",
}


def needs(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The view needs a signed-in person with this permission (the object is checked by the view itself)."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not may_at_all(signed_in(), permission):
                raise NotYours(permission)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """The view is open to everyone."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def words(text: Words | str | None) -> str:
    """Words in the language of the request."""
    if text is None:
        return ""
    return text.in_language(language()) if isinstance(text, Words) else text


def day(value: date | None) -> str:
    return value.isoformat() if value else ""


def when(value: datetime | None) -> str:
    """A moment in the office's zone; the year only where it is not this year."""
    if value is None:
        return ""
    local = moments.local(value)
    return f"{local:%m-%d %H:%M}" if local.year == moments.local(clock.now()).year else f"{local:%Y-%m-%d %H:%M}"


def file_size(size: int) -> str:
    """The size of a file of `size` bytes as people read it: 431 字节, 1.2 KB, 3.4 MB."""
    if size < KIBIBYTE:
        return gettext("%(count)s 字节", count=size)
    if round(size / KIBIBYTE, 1) < KIBIBYTE:
        return f"{size / KIBIBYTE:.1f} KB"
    return f"{size / KIBIBYTE**2:.1f} MB"


def act_key() -> str:
    """A fresh idempotency key for a form on the page."""
    return secrets.token_urlsafe(12)


def bind(app: Flask) -> None:
    """Filters, context, sign-in and refusals."""
    app.jinja_env.filters.update(words=words, day=day, when=when, file_size=file_size)
    app.jinja_env.globals.update(act_key=act_key)
    app.context_processor(_context)
    login_manager.request_loader(_load)
    app.register_error_handler(AlreadyCarriedOut, _already)
    app.register_error_handler(ActRefused, _refused)
    bind_failures(app)
    bind_sent_to(app)


def _load(_request: object) -> Identity | None:
    token = session.get(SESSION_KEY)
    return by_session(token) if token else None


def navigation(by: Identity) -> list[tuple[str, str, bool, int | None]]:
    """The top bar's entries that this person may use."""
    entries = [
        (gettext("综合窗口"), "window.desk", Permission.WINDOW_SEE),
        (gettext("待办"), "inbox.inbox", Permission.INBOX_SEE),
        (gettext("科室看板"), "board.show", Permission.TASK_ASSIGN),
        (gettext("证照库"), "registry.licences", Permission.LICENCE_SEE),
        (gettext("监督"), "supervision.board", Permission.SUPERVISION_SEE),
        (gettext("流程工作室"), "studio.bundles", Permission.RELEASE_SEE),
        (gettext("信用"), "credit.search", Permission.CREDIT_SEE),
    ]
    own = {Permission.LICENCE_SEE: LicenceFacts(by.department_key)}
    shown = [(label, endpoint) for label, endpoint, permission in entries if may(by, permission, own.get(permission))]
    if not may(by, Permission.SUPERVISION_SEE) and may(by, Permission.SIGNAL_SEE, SignalFacts(by.department_key)):
        shown.append((gettext("监察信号"), "supervision.signals"))
    blueprint = WITHIN.get(request.blueprint or "", request.blueprint)
    return [(label, url_for(endpoint), endpoint.split(".")[0] == blueprint, None) for label, endpoint in shown]


def _context() -> dict[str, Any]:
    user = current_user._get_current_object() if request else None
    known = user if isinstance(user, Identity) else None
    person = {"id": known.user_id, "name": known.name, "department_name": words(known.department)} if known else None
    return {
        "language": language(),
        "user": person,
        "identity": known,
        "may": lambda permission, subject=None: known is not None and may(known, Permission(permission), subject),
        "navigation": navigation(known) if known else [],
        "demo": current_settings().environment == "demo",
        "profile_url": "/notices/settings",
    }


def _already(_error: AlreadyCarriedOut) -> ResponseReturnValue:
    flash(gettext("已办理。"), "success")
    asked = request.form.get("next")
    return redirect(safe_next(asked) if asked else came_from())


def _refused(refusal: EngineError) -> ResponseReturnValue:
    """A refusal in words, with what was typed shown so that it can be copied; 401 leads to the sign-in page."""
    if isinstance(refusal, NotSignedIn) and request.method == "GET":
        return redirect(url_for("account.sign_in", next=this_page()))
    assert isinstance(refusal, ActRefused)
    return shown(refusal)
