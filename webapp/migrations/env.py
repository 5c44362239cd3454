"""Run by Alembic for every command."""

from alembic import context

from webapp.migrations import support
from webapp.migrations.metadata import AUTOGENERATE, target_metadata


def run() -> None:
    """Migrate on the connection that `webapp.migrations.commands` opened as the owner."""
    connection = context.config.attributes["connection"]
    connection.exec_driver_sql(f"set lock_timeout = '{support.LOCK_TIMEOUT}'")
    connection.commit()  # for the session: each revision has a transaction of its own
    context.configure(
        connection=connection,
        target_metadata=target_metadata(),
        transaction_per_migration=True,
        **AUTOGENERATE,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
