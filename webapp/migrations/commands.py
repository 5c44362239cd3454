"""Migrate and check a database, as its owner."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from webapp.migrations.support import FOLDER
from webapp.settings import Settings, SettingsInvalid


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Bring the database to `revision`; each revision is one transaction."""
    with _owner(settings) as connection:
        command.upgrade(_config(connection), revision)
        connection.commit()


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
