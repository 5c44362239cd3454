"""A test's transaction around the application, and a client whose requests do not see each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from webapp.extensions import db


class SeparateRequests(FlaskClient):
    """Give each request its own application context.

    A request inside the test's context would otherwise share its `g`, and with it the signed-in account.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if has_app_context():
            db.session.expire_all()
        return response


@contextmanager
def rolled_back() -> Iterator[SQLAlchemy]:
    """Run everything on one connection whose transaction is rolled back; commits become savepoints."""
    engine = db.engines[None]
    with engine.connect() as connection:
        outer = connection.begin()
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        db.engines[None] = connection  # type: ignore[index]  # where Flask-SQLAlchemy looks the bind up
        try:
            yield db
        finally:
            db.session.remove()
            db.engines[None] = engine  # type: ignore[index]
            db.session.configure(join_transaction_mode="conditional_savepoint")
            outer.rollback()
