"""A PostgreSQL server of the benchmark's own, and applications over databases in it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg
from flask import Flask

from benchmarks.measure import Server
from tests.support.database import OFFICE, database_copy, server_home, settings_for, superuser, throwaway_server
from webapp import create_app
from webapp.extensions import db
from webapp.settings import Settings


@dataclass(frozen=True)
class Bench:
    """One database with the demo office, an application over it, and a connection that looks on."""

    sockets: str
    database: str
    settings: Settings
    app: Flask
    watching: psycopg.Connection
    server: Server

    def vacuum(self) -> None:
        """Statistics and visibility as a server has them that has been up for a while."""
        self.watching.execute("vacuum (analyze)")
        self.watching.execute("checkpoint")


@contextmanager
def bench(name: str) -> Iterator[Bench]:
    """A server in memory with the demo office; the application's context is pushed."""
    with benches(name) as (place,), place.app.app_context():
        try:
            yield place
        finally:
            db.session.remove()


@contextmanager
def benches(*names: str) -> Iterator[tuple[Bench, ...]]:
    """Several databases on one server.

    Autovacuum is off so that its bursts fall into nobody's figures; every benchmark vacuums for itself.
    """
    with throwaway_server() as sockets, ExitStack() as stack:
        yield tuple(stack.enter_context(_database(sockets, name)) for name in names)


@contextmanager
def _database(sockets: str, name: str) -> Iterator[Bench]:
    home = server_home()
    try:
        with database_copy(sockets, f"bench_{name}", OFFICE) as database, superuser(sockets, database) as watching:
            _quiet(watching)
            settings = settings_for(sockets, database, home)
            app = create_app(settings)
            logging.getLogger().setLevel(logging.WARNING)
            try:
                yield Bench(sockets, database, settings, app, watching, Server(watching))
            finally:
                with app.app_context():
                    db.engine.dispose()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _quiet(watching: psycopg.Connection) -> None:
    for setting in ("autovacuum = off", "checkpoint_timeout = '1h'", "max_wal_size = '4GB'"):
        watching.execute(f"alter system set {setting}")
    watching.execute("select pg_reload_conf()")
