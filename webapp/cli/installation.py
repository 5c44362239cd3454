"""Reach the installation that a command is about, whether `onewindow up` runs on it or not."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask

from webapp import application_for
from webapp.embedded.folders import HomeInUse, only_one
from webapp.embedded.postgres import running_postgres
from webapp.settings import SOCKET_RECORD, Settings


class NoInstallation(Exception):
    """The data folder has no installation yet."""


@contextmanager
def reachable_database() -> Iterator[Settings]:
    """Settings of an installation whose database answers inside the block.

    The embedded server is started for the block unless `onewindow up` runs it. Raises NoInstallation.
    """
    settings = Settings.from_environment()
    if settings.embedded_database and not (settings.home / SOCKET_RECORD).exists():
        raise NoInstallation(f"{settings.home} has no installation; `onewindow up` makes one")
    with ExitStack() as stack:
        if settings.embedded_database:
            try:
                stack.enter_context(only_one(settings.home))
                stack.enter_context(running_postgres(settings.home))
            except HomeInUse:
                pass  # `onewindow up` runs there, and its server answers us too
        yield Settings.from_environment()


@contextmanager
def application() -> Iterator[Flask]:
    """The application of that installation, with its context pushed."""
    with reachable_database() as settings, application_for(settings) as app:
        yield app
