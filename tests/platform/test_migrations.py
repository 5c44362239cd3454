"""From an empty database to the models, and what the plain role may do there."""

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import InsufficientPrivilege

from tests.support.database import superuser
from webapp.migrations.commands import differences, is_current, upgrade
from webapp.settings import Settings
from webapp.unit_of_work import sql


def test_the_migrated_database_is_what_the_models_say(app: Flask) -> None:
    settings: Settings = app.extensions["onewindow_settings"]
    assert is_current(settings)
    assert differences(settings) == []


def test_migrating_again_changes_nothing(app: Flask) -> None:
    settings: Settings = app.extensions["onewindow_settings"]
    upgrade(settings)
    assert is_current(settings)


def test_the_plain_role_owns_nothing(app: Flask, database_server: str) -> None:
    settings: Settings = app.extensions["onewindow_settings"]
    name = settings.database_url.rpartition("/onewindow")[0] and settings.database_url.split("/")[3].split("?")[0]
    with superuser(database_server, name) as connection:
        owners = connection.execute("select distinct tableowner from pg_tables where schemaname = 'public'").fetchall()
    assert owners == [("onewindow_owner",)]


def test_the_plain_role_may_not_truncate_or_drop(db: SQLAlchemy) -> None:
    with pytest.raises(InsufficientPrivilege):
        sql().execute("drop table worker_heartbeat")
