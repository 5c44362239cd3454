"""One command, one transaction: opened here, committed here, nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
from sqlalchemy.orm import Session

from webapp.extensions import db


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Yield the session; commit once when the block ends, roll back when it raises."""
    session = db.session()
    done = False
    try:
        yield session
        session.commit()
        done = True
    finally:
        if not done:
            session.rollback()


def sql() -> psycopg.Connection:
    """The psycopg connection of the session's own transaction: raw SQL, ORM and jobs see the same rows."""
    return cast("psycopg.Connection", db.session.connection().connection.driver_connection)
