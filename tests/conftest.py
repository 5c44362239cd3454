"""Fixtures for every test that needs the application. One server per run; each worker has its own database.

`app`            the application of this worker, over its own database (one for the whole run)
`db`             inside the application's context, in a transaction that is rolled back after the test
`client`         a browser without script, in that same transaction
`committed_app`  an application over a fresh database of this test alone: real commits, threads, workers
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support.database import OFFICE, database_copy, settings_for, throwaway_server
from tests.support.web import SeparateRequests, rolled_back
from webapp import catalogue, create_app

SOCKETS = "onewindow_sockets"
KEPT_OPEN = pytest.StashKey[ExitStack]()

# The same examples each time: a change is judged by what it changed. What nobody has tried yet is looked for
# by `pytest --hypothesis-profile=explore` and `make fuzz`.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: starts whole installations or a browser")


def pytest_itemcollected(item: pytest.Item) -> None:
    """A module that drives a browser runs as one piece, so that its browser ends before other tests begin.

    Marked as soon as the test is found: when all are collected, the scheduler has already read the marks.
    """
    module = getattr(item, "module", None)
    if module is not None and ("tests.browser." in module.__name__ or hasattr(module, "sync_playwright")):
        item.add_marker(pytest.mark.xdist_group(module.__name__))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """With several workers the controller starts the one server, before the first of them."""
    stash = node.config.stash
    if KEPT_OPEN not in stash:
        stash[KEPT_OPEN] = ExitStack()
        node.config.onewindow_sockets = stash[KEPT_OPEN].enter_context(throwaway_server())
    node.workerinput[SOCKETS] = node.config.onewindow_sockets


def pytest_unconfigure(config: pytest.Config) -> None:
    if KEPT_OPEN in config.stash:
        config.stash[KEPT_OPEN].close()


@pytest.fixture(scope="session")
def database_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The folder in which the run's PostgreSQL server listens."""
    handed_down = getattr(request.config, "workerinput", {}).get(SOCKETS)
    if handed_down:
        yield handed_down
        return
    with throwaway_server() as sockets:
        yield sockets


@pytest.fixture(scope="session")
def app(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over this worker's own database. Use it through `db` or `client`."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with database_copy(database_server, f"test_{worker}", OFFICE) as name:
        yield from _application(database_server, name, tmp_path_factory.mktemp("home"))


@pytest.fixture
def db(app: Flask) -> Iterator[SQLAlchemy]:
    """The database inside a transaction of this test: commands commit as ever, and nothing stays."""
    with app.app_context(), rolled_back() as database:
        yield database


@pytest.fixture
def client(app: Flask, db: SQLAlchemy) -> FlaskClient:
    """Requests in the test's transaction, each in an application context of its own."""
    return app.test_client()


@pytest.fixture
def committed_app(database_server: str, tmp_path: Path) -> Iterator[Flask]:
    """An application over a fresh database that is dropped afterwards; its transactions are real."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with database_copy(database_server, f"committed_{worker}", OFFICE) as name:
        yield from _application(database_server, name, tmp_path)


def _application(sockets: str, database: str, home: Path) -> Iterator[Flask]:
    application = create_app(settings_for(sockets, database, home))
    application.test_client_class = SeparateRequests
    # Releases are kept by their id for the life of a process, and another database has others under the same ids.
    catalogue.forget()
    yield application
    catalogue.forget()
    with application.app_context():
        application.extensions["sqlalchemy"].engine.dispose()
