"""One command, one transaction: opened here, committed here, nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import psycopg
from psycopg import Cursor, RawCursor
from psycopg.errors import ProgramLimitExceeded
from sqlalchemy.orm import Session, SessionTransaction

from webapp.extensions import db

#: What a session's `info` holds: its transaction's connection, and what is still to be sent.
KNOWN, UNSENT = "psycopg", "unsent"
#: What the `info` of a connection in the pool holds as long as that lasts: its cursors by their query; so many at most.
CURSORS, MOST_CURSORS = "cursors", 100


class Known(NamedTuple):
    """The psycopg connection of a transaction, and the cursors that it keeps."""

    transaction: SessionTransaction | None
    connection: psycopg.Connection
    cursors: dict[str | bytes, Cursor[Any]]


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
    return _known(db.session()).connection


def is_of_the_database(error: Exception) -> bool:
    """It went away, or something waited too long: nothing that was read is to blame, unless it is too large to be."""
    lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return lost and not isinstance(error, ProgramLimitExceeded)


def kept_cursor(query: str | bytes) -> Cursor[Any]:
    """As `sql`: the cursor that the connection keeps for this very query, which most acts ask; in bytes, with $1.

    A new one finds out how to read each column and write each value, a third of the cost of a short statement. What
    it read is gone when the query is asked again, so the rows are taken at once.
    """
    session = db.session()
    _send(session)
    known = _known(session)
    cursor = known.cursors.get(query)
    if cursor is None:
        if len(known.cursors) >= MOST_CURSORS:
            known.cursors.clear()
        kind = RawCursor if isinstance(query, bytes) else Cursor
        cursor = known.cursors[query] = kind(known.connection)
    return cursor


def _known(session: Session) -> Known:
    """Asking the session for its connection costs a tenth of a statement, so it is asked once per transaction."""
    known: Known | None = session.info.get(KNOWN)
    if known is not None and known.transaction is session.get_transaction():
        return known
    pooled = session.connection().connection
    connection = cast("psycopg.Connection", pooled.driver_connection)
    known = Known(session.get_transaction(), connection, pooled.info.setdefault(CURSORS, {}))
    session.info[KNOWN] = known
    return known


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
