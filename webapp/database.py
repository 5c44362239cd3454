"""The application's connection to PostgreSQL: pool, session limits, and the check of its role."""

import orjson
import psycopg
import structlog
from flask import Flask
from psycopg.types.json import set_json_loads
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from webapp.extensions import db
from webapp.settings import Settings, plain_url

log = structlog.get_logger(__name__)

ROLE_FACTS = """
select rolname, rolsuper,
       exists(select from pg_class where relowner = pg_roles.oid and relkind in ('r', 'p')) as owns_tables
from pg_roles where rolname = current_user
"""


class RoleTooPowerful(Exception):
    """The application's database role could change what the ledger's triggers protect."""


def bind_database(app: Flask) -> None:
    """Point the extension at the settings' database and watch every new connection."""
    settings: Settings = app.extensions["onewindow_settings"]
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_pre_ping": True,
        "hide_parameters": True,  # what people typed never stands in a log
        "pool_size": settings.web_threads,
        "max_overflow": settings.web_threads,
        "pool_timeout": 10,
        "connect_args": {
            "connect_timeout": 3,
            "application_name": "onewindow",
            "options": "-c timezone=UTC -c lock_timeout=5s -c idle_in_transaction_session_timeout=2min",
        },
    }
    set_json_loads(orjson.loads)
    db.init_app(app)
    app.teardown_appcontext(_end_reading)
    with app.app_context():
        event.listen(db.engine, "connect", _check_new_connection)


def _end_reading(failure: BaseException | None) -> None:
    """End with COMMIT what a request or a step of a loop has only read (every command has ended by itself).

    The session's own end would be ROLLBACK, and at each ROLLBACK psycopg gives up every statement that the
    connection has prepared: the next request would have PostgreSQL plan them all anew, at three times the cost.
    """
    if failure is None and db.session.registry.has() and db.session().in_transaction() and db.session.is_active:
        try:
            db.session.commit()
        except SQLAlchemyError as lost:  # the answer is made already, and nothing was to be kept
            log.warning("reading-not-ended", error=repr(lost))


def refuse_powerful_role(settings: Settings) -> None:
    """Raise RoleTooPowerful before anything is served. A database that is away is no reason not to start."""
    try:
        connection = psycopg.connect(plain_url(settings.database_url), connect_timeout=3)
    except psycopg.OperationalError:
        return
    with connection:
        _check_role(connection)


def _check_new_connection(connection: psycopg.Connection, _: ConnectionPoolEntry) -> None:
    _check_role(connection)
    connection.rollback()


def _check_role(connection: psycopg.Connection) -> None:
    """Raise RoleTooPowerful for a superuser or an owner of tables: it could switch triggers off."""
    row = connection.execute(ROLE_FACTS).fetchone()
    assert row is not None
    role, superuser, owner = row
    if superuser or owner:
        raise RoleTooPowerful(
            f"the database role {role!r} {'is a superuser' if superuser else 'owns tables'};"
            " DATABASE_URL must name a plain role (see docs/operating.md)"
        )
