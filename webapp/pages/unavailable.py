"""The database does not answer, or is too busy: one plain page that needs neither database nor account."""

import psycopg
from flask import Flask, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from webapp.extensions import db
from webapp.pages.addresses import came_from, this_page

RETRY_AFTER_SECONDS = "5"
CONNECTION_LOST = ("08", "57P")
"""SQLSTATE classes of a connection that is gone; an error without any state means the same."""


def bind(app: Flask) -> None:
    """Answer every way in which SQLAlchemy and psycopg say that the database is away."""
    for error in (OperationalError, PoolTimeout, psycopg.OperationalError):
        app.register_error_handler(error, database_unavailable)


def database_unavailable(error: Exception) -> ResponseReturnValue:
    """503 with a page in both languages; the transaction was rolled back, so the retry is safe."""
    if _is_lost(error):
        # The pool has not noticed when raw SQL met the loss; rolling back at the request's end would raise.
        db.session().invalidate()
    # Not `render_template`: that would load the signed-in account, from the database that is away.
    page = current_app.jinja_env.get_template("unavailable.html").render(again=_again())
    response = make_response(page, 503)
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _is_lost(error: Exception) -> bool:
    cause = error.orig if isinstance(error, OperationalError) else error
    if not isinstance(cause, psycopg.OperationalError):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(CONNECTION_LOST)


def _again() -> str:
    """Where the retry link leads: the same page for a GET, else the page the person came from."""
    if request.method == "GET":
        return this_page()
    return came_from()
