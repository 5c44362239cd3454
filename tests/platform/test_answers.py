"""What every answer of the web application carries, and what people read when the database is away."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url

from tests.support.database import settings_for, superuser
from webapp import create_app
from webapp.database import RoleTooPowerful, refuse_powerful_role
from webapp.headers import with_style_attributes
from webapp.settings import Environment, Settings
from webapp.unit_of_work import sql, unit_of_work

#: Every connection to one test's own database; other tests share the server.
CUT = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()"


def database_of(app: Flask) -> str:
    """The name of the application's database."""
    name = make_url(app.extensions["onewindow_settings"].database_url).database
    assert name is not None
    return name


@pytest.fixture
def nowhere(tmp_path: Path) -> Settings:
    """Settings of an installation whose database is away."""
    return settings_for(str(tmp_path), "onewindow", tmp_path)


@pytest.fixture
def stray(nowhere: Settings) -> Iterator[Flask]:
    """An application without database, with pages of this test."""
    application = create_app(nowhere)
    application.add_url_rule("/list", "list", lambda: str(sql().execute("select 1").fetchone()), methods=["GET"])
    application.add_url_rule("/plain", "plain", lambda: "plain")
    application.add_url_rule("/designer", "designer", with_style_attributes(lambda: "designer"))
    yield application
    with application.app_context():
        application.extensions["sqlalchemy"].engine.dispose()


def test_the_database_away_gives_a_plain_page_with_a_way_back(stray: Flask) -> None:
    answer = stray.test_client().get("/list?page=2")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "系统暂时无法使用" in answer.text
    assert "Service unavailable" in answer.text
    assert 'href="/list?page=2"' in answer.text


def test_health_says_that_the_database_is_away(stray: Flask) -> None:
    answer = stray.test_client().get("/health")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "down": ["database"]})


def test_the_retry_works_when_connections_were_cut(committed_app: Flask, database_server: str) -> None:
    committed_app.add_url_rule("/one", "one", lambda: str(sql().execute("select 1").fetchone()))
    client = committed_app.test_client()
    assert client.get("/one").status_code == 200
    with superuser(database_server) as connection:
        connection.execute(CUT, (database_of(committed_app),))
    assert client.get("/one").status_code == 200


@pytest.mark.parametrize("block", [unit_of_work, contextlib.nullcontext])
def test_a_connection_cut_in_the_middle_gives_the_page_and_the_retry_works(
    committed_app: Flask, database_server: str, block: Callable[[], AbstractContextManager[object]]
) -> None:
    cuts = iter([True, False])

    def page() -> str:
        with block():
            me = sql().execute("select pg_backend_pid()").fetchone()
            assert me is not None
            if next(cuts):
                with superuser(database_server) as connection:
                    connection.execute("select pg_terminate_backend(%s, 5000)", me)
            return str(sql().execute("select 1").fetchone())

    committed_app.add_url_rule("/cut", "cut", page)
    client = committed_app.test_client()
    assert client.get("/cut").status_code == 503
    assert client.get("/cut").status_code == 200


def test_every_answer_forbids_what_the_pages_do_not_need(stray: Flask) -> None:
    headers = stray.test_client().get("/plain").headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_only_a_page_that_asks_may_have_style_attributes(stray: Flask) -> None:
    client = stray.test_client()
    assert "style-src-attr 'unsafe-inline'" in client.get("/designer").headers["Content-Security-Policy"]
    assert "style-src-attr" not in client.get("/plain").headers["Content-Security-Policy"]


def test_production_refuses_plain_http_but_answers_probes(nowhere: Settings) -> None:
    production = dataclasses.replace(nowhere, environment=Environment.PRODUCTION, trusted_proxies=1)
    application = create_app(production)
    application.add_url_rule("/plain", "plain", lambda: "plain")
    client = application.test_client()
    assert client.get("/plain", base_url="http://localhost").status_code == 403
    assert client.get("/health", base_url="http://localhost").status_code == 503
    secure = client.get("/plain", base_url="http://localhost", headers={"X-Forwarded-Proto": "https"})
    assert secure.status_code == 200
    assert "max-age" in secure.headers["Strict-Transport-Security"]
    assert application.config["SESSION_COOKIE_SECURE"] is True


def test_posts_need_their_token(app: Flask) -> None:
    assert app.config.get("WTF_CSRF_ENABLED", True) is True
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True


@pytest.mark.parametrize("role", ["postgres", "onewindow_owner"])
def test_a_powerful_role_is_refused(role: str, app: Flask, database_server: str) -> None:
    settings: Settings = app.extensions["onewindow_settings"]
    powerful = dataclasses.replace(settings, database_url=settings.database_url.replace("onewindow_app", role))
    with pytest.raises(RoleTooPowerful, match=role):
        refuse_powerful_role(powerful)


def test_chinese_comes_first_and_the_cookie_chooses(app: Flask, client: FlaskClient) -> None:
    from webapp.languages import COOKIE, language

    with app.test_request_context():
        assert language() == "zh"
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=en"}):
        assert language() == "en"
    with app.test_request_context(headers={"Cookie": f"{COOKIE}=tlh"}):
        assert language() == "zh"
