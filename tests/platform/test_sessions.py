"""The session's cookie is signed as Flask signs it, and cookies from before are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature

from webapp.sessions import Sessions

FLASHED = ("success", '民安大药房：资料{" t": 1}审查已完成。')
CONTENTS: list[Mapping[str, Any]] = [
    {"token": "t" * 43, "csrf_token": "a" * 40},
    {"tracking": [17, 1795790000]},
    {"_flashes": [FLASHED, ("error", "")]},
    {},
]


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "s" * 40
    return app


@pytest.mark.parametrize("content", CONTENTS)
def test_what_a_cookie_keeps_comes_back_and_flask_reads_it(app: Flask, content: Mapping[str, Any]) -> None:
    ours, flasks = Sessions(app), SecureCookieSessionInterface()
    written = ours.get_signing_serializer(app).dumps(content)
    for reader in (ours, flasks):
        serializer = reader.get_signing_serializer(app)
        assert serializer is not None
        assert _told(serializer.loads(written)) == _told(content)


@pytest.mark.parametrize("content", CONTENTS)
def test_a_cookie_that_flask_wrote_is_read(app: Flask, content: Mapping[str, Any]) -> None:
    flasks = SecureCookieSessionInterface().get_signing_serializer(app)
    assert flasks is not None
    assert _told(Sessions(app).get_signing_serializer(app).loads(flasks.dumps(content))) == _told(content)


def test_a_cookie_of_another_key_is_refused(app: Flask) -> None:
    other = Flask(__name__)
    other.config["SECRET_KEY"] = "o" * 40
    written = Sessions(other).get_signing_serializer(other).dumps({"token": "t"})
    with pytest.raises(BadSignature):
        Sessions(app).get_signing_serializer(app).loads(written)


@pytest.mark.parametrize("secure", [True, False])
def test_the_header_is_the_one_that_flask_sends(app: Flask, secure: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config.update(SESSION_COOKIE_SECURE=secure, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_NAME="office")
    headers = []
    for sessions in (Sessions(app), SecureCookieSessionInterface()):
        monkeypatch.setattr(sessions, "get_signing_serializer", lambda app: Sessions(app)._serializer)
        monkeypatch.setattr("time.time", lambda: 1795790000.0)
        session, answer = sessions.session_class({"token": "t"}), Response()
        session.modified = session.accessed = True
        sessions.save_session(app, session, answer)
        headers.append([answer.headers.getlist(name) for name in ("Set-Cookie", "Vary")])
    assert headers[0] == headers[1]
    assert headers[0][1] == ["Cookie"]


def test_an_emptied_session_takes_its_cookie_away(app: Flask) -> None:
    session, answer = SecureCookieSession({"token": "t"}), Response()
    session.clear()
    Sessions(app).save_session(app, session, answer)
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def _told(content: Mapping[str, Any]) -> dict[str, Any]:
    """Messages come back as lists where tuples went in: a page takes both apart alike."""
    return {key: [list(one) for one in value] if key == "_flashes" else value for key, value in content.items()}
