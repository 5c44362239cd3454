"""Addresses that only take what a form sends: whoever opens one is led to the page that the form stands on.

A page that answers a form has the form's address in the browser, where it is reloaded, kept and gone back to.
"""

from __future__ import annotations

from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from webapp.pages.addresses import safe_next
from webapp.pages.failures import WORDS, Failure, shown


def bind(app: Flask) -> None:
    app.register_error_handler(MethodNotAllowed, lambda error: _opened(app))


def _opened(app: Flask) -> ResponseReturnValue:
    """To the page above, for somebody who opens the address with a browser; else that it does not take this."""
    above = page_above(app, request.path) if request.method == "GET" and request.accept_mimetypes.accept_html else ""
    return redirect(above) if above else shown(Failure(405, WORDS[405]))


def page_above(app: Flask, path: str) -> str:
    """The nearest address above that can be opened: /studio/trials/5 for /studio/trials/5/act; "" where none is."""
    adapter = app.create_url_adapter(request)
    assert adapter is not None
    while path := path.rstrip("/").rpartition("/")[0]:
        try:
            adapter.match(path, method="GET")
        except RequestRedirect:
            return safe_next(path)
        except HTTPException:
            continue
        return safe_next(path)
    return ""
