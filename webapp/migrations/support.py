"""What revisions share."""

from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

FOLDER = Path(__file__).parent
#: How long a revision waits for a table that something else holds. While it waits, everyone else waits behind it.
LOCK_TIMEOUT = "5s"


class HasBind(Protocol):
    """`alembic.op`, inside a revision."""

    def get_bind(self) -> Connection: ...


def run_sql_file(op: HasBind, name: str) -> None:
    """Run the SQL file `name` of this folder: many statements, in the revision's transaction."""
    run_sql(op, (FOLDER / name).read_text("utf-8"))


def run_sql(op: HasBind, text: str) -> None:
    """Run SQL text as it stands; SQLAlchemy's own ways would take `%` and `:` for parameters."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(text)
