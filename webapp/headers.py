"""What every answer carries: security headers, and https in production."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, Response, abort, g, request

from webapp.settings import current_settings

P = ParamSpec("P")
R = TypeVar("R")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
STYLE_ATTRIBUTES = "; style-src-attr 'unsafe-inline'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OVER_PLAIN_HTTP = frozenset({"health.health", "health.ready"})


def with_style_attributes(view: Callable[P, R]) -> Callable[P, R]:
    """For the pages of the diagram editors alone: their libraries write `style` attributes."""

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> R:
        g.style_attributes = True
        return view(*args, **kwargs)

    return shown


def bind(app: Flask) -> None:
    app.before_request(_refuse_plain_http)
    app.after_request(_add_headers)


def _refuse_plain_http() -> None:
    """Production speaks https only; probes of the health pages come from inside the machine."""
    if current_settings().production and not request.is_secure and request.endpoint not in OVER_PLAIN_HTTP:
        abort(403, "This service answers over https only.")


def _add_headers(response: Response) -> Response:
    policy = CONTENT_SECURITY_POLICY + (STYLE_ATTRIBUTES if g.get("style_attributes") else "")
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_settings().production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
