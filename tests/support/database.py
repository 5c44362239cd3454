"""One throw-away PostgreSQL server per test run, and databases copied from a migrated template."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from argon2 import PasswordHasher

from webapp import create_app
from webapp.embedded.postgres import EmbeddedPostgres
from webapp.extensions import db
from webapp.migrations.commands import upgrade
from webapp.services.demo import load_demo
from webapp.settings import APP_ROLE, OWNER_ROLE, Environment, Settings, current_settings, database_url
from webapp.unit_of_work import sql, unit_of_work

TEMPLATE = "onewindow_template"
OFFICE = "onewindow_office"
PASSWORD = "correct-horse-2026"
NEEDED_BYTES = 600 * 1024 * 1024
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
}


def server_home() -> Path:
    """A new folder in memory where there is room for it, else among the temporary files."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > NEEDED_BYTES
    home = Path(tempfile.mkdtemp(prefix="onewindow-tests-", dir=memory if roomy else None))
    home.chmod(0o711)
    return home


@contextmanager
def throwaway_server() -> Iterator[str]:
    """A running server with the migrated template database; yields the folder of its socket."""
    home = server_home()
    server = EmbeddedPostgres(home, FAST)
    try:
        server.start()
        server.prepare_database()
        with server.connect() as connection:
            connection.execute(f"create database {TEMPLATE} owner {OWNER_ROLE}")
        upgrade(settings_for(str(server.folders.sockets), TEMPLATE, home))
        _load_office(server, home)
        with server.connect() as connection:
            connection.execute(f"alter database {TEMPLATE} allow_connections false")
            connection.execute(f"alter database {OFFICE} allow_connections false")
        yield str(server.folders.sockets)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(server.folders.root, ignore_errors=True)
        shutil.rmtree(server.folders.sockets, ignore_errors=True)


#: As strong as it goes in a moment: people sign in thousands of times. What a hash costs stands in the hash itself.
QUICK = PasswordHasher(parallelism=1, memory_cost=8, time_cost=1)


def _load_office(server: EmbeddedPostgres, home: Path) -> None:
    """The second template: the same tables with the demo organisation and its bundles."""
    with server.connect() as connection:
        connection.execute(f"create database {OFFICE} template {TEMPLATE} strategy file_copy owner {OWNER_ROLE}")
    application = create_app(settings_for(str(server.folders.sockets), OFFICE, home))
    with application.app_context():
        load_demo(current_settings(), password=PASSWORD)
        with unit_of_work():
            sql().execute("update app_user set password_hash = %s", (QUICK.hash(PASSWORD),))
        db.session.remove()
        db.engine.dispose()


@contextmanager
def database_copy(sockets: str, name: str, template: str = TEMPLATE) -> Iterator[str]:
    """A database copied from a template in some 10 ms, dropped at the end; yields its name."""
    name = re.sub(r"\W", "_", name)
    with superuser(sockets) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy owner {OWNER_ROLE}")
    try:
        yield name
    finally:
        with superuser(sockets) as connection:
            connection.execute(f"drop database {name} with (force)")


def superuser(sockets: str, database: str = "postgres") -> psycopg.Connection:
    """For arranging and looking behind the application's back."""
    return psycopg.connect(host=sockets, dbname=database, user="postgres", autocommit=True)


def settings_for(sockets: str, database: str, home: Path) -> Settings:
    """Settings of a test installation: the plain role for the application, the owner for migrations."""
    return Settings(
        environment=Environment.TEST,
        home=home,
        host="127.0.0.1",
        port=8000,
        database_url=database_url(APP_ROLE, sockets, database),
        database_owner_url=database_url(OWNER_ROLE, sockets, database),
        embedded_database=True,
        secret_key="secret key of the tests",
        pepper="pepper of the tests",
        public_url="http://localhost",
    )
