"""Migrate and check a database, as its owner."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from webapp.migrations.support import FOLDER
from webapp.settings import Settings, SettingsInvalid

WORKERS_SEEN = "select name from worker_heartbeat where seen_at > clock_timestamp() - interval '1 minute' order by name"


class StillAtWork(Exception):
    """Workers that were seen a moment ago: they would go on with tables that they do not know."""

    def __init__(self, workers: list[str]) -> None:
        self.workers = workers
        super().__init__(
            f"stop web and workers first; seen within the last minute: {', '.join(workers)}."
            " `--while-running` migrates all the same"
        )


class TableHeld(Exception):
    """Something else holds a table that a revision changes; nothing of that revision is kept."""

    def __init__(self) -> None:
        super().__init__("something else holds a table that the migration changes: stop web and workers, then again")


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Bring the database to `revision`; each revision is one transaction. Raises TableHeld."""
    with _owner(settings) as connection:
        try:
            command.upgrade(_config(connection), revision)
        except LockNotAvailable as held:
            raise TableHeld() from held
        except OperationalError as failed:
            if isinstance(failed.orig, LockNotAvailable):
                raise TableHeld() from failed
            raise
        connection.commit()


def ensure_nobody_works(settings: Settings) -> None:
    """Raises StillAtWork while a worker lives, or has been dead for less than a minute."""
    with _owner(settings) as connection:
        if connection.exec_driver_sql("select to_regclass('worker_heartbeat')").scalar() is None:
            return  # an empty database
        workers = list(connection.exec_driver_sql(WORKERS_SEEN).scalars())
    if workers:
        raise StillAtWork(workers)


def is_current(settings: Settings) -> bool:
    """Whether the database stands at the newest revision."""
    with _owner(settings) as connection:
        heads = ScriptDirectory.from_config(_config(connection)).get_heads()
        return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def differences(settings: Settings) -> list[str]:
    """How the database differs from the models, in words; empty when it does not."""
    from webapp.migrations.metadata import AUTOGENERATE, target_metadata

    with _owner(settings) as connection:
        context = MigrationContext.configure(connection, opts={**AUTOGENERATE, "target_metadata": target_metadata()})
        return [str(difference) for difference in compare_metadata(context, target_metadata())]


def _owner(settings: Settings) -> Connection:
    if not settings.database_owner_url:
        raise SettingsInvalid("DATABASE_OWNER_URL", "must name the owner's role to migrate the database")
    return create_engine(settings.database_owner_url, poolclass=NullPool).connect()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
