"""One command, one transaction: opened here, committed here, nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
from sqlalchemy.orm import Session

from webapp.extensions import db

#: What a session's `info` holds: (its transaction, that one's psycopg connection), and what is still to be sent.
KNOWN, UNSENT = "psycopg", "unsent"


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Yield the session; commit once when the block ends, roll back when it raises."""
    session = db.session()
    done = False
    try:
        yield session
        _send(session)
        session.commit()
        done = True
    finally:
        if not done:
            let_go()


def let_go() -> None:
    """Give back at once what the transaction holds, where a command did not come to its end: a page follows."""
    session = db.session()
    session.info.pop(UNSENT, None)
    session.rollback()


def sql() -> psycopg.Connection:
    """The psycopg connection of the session's own transaction: raw SQL, ORM and jobs see the same rows.

    What was put off with `send_later` is sent first, so whoever asks sees the rows of every line before.
    """
    _send(db.session())
    return sql_beside()


def sql_beside() -> psycopg.Connection:
    """As `sql`, for what no row that waits has to do with: those wait on."""
    session = db.session()
    # Asking the session for its connection costs a tenth of a statement, so it is asked once per transaction.
    known = session.info.get(KNOWN)
    if known is not None and known[0] is session.get_transaction():
        return cast("psycopg.Connection", known[1])
    connection = cast("psycopg.Connection", session.connection().connection.driver_connection)
    session.info[KNOWN] = (session.get_transaction(), connection)
    return connection


def send_later(send: Callable[[], None]) -> None:
    """Put off a statement until the transaction's next one, or its end, so that more can be written with it.

    There is one at a time: another that waits is sent now.
    """
    session = db.session()
    if session.info.get(UNSENT) != send:
        _send(session)
        session.info[UNSENT] = send


def _send(session: Session) -> None:
    send = session.info.pop(UNSENT, None)
    if send is not None:
        send()
