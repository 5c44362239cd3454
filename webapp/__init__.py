"""One Window (一窗): the web application around the engine."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import headers, logs, pages, sessions, static_files
from webapp.database import bind_database
from webapp.extensions import csrf, db, login_manager, migrate
from webapp.languages import bind_languages
from webapp.settings import Settings
from webapp.templating import Templates


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application for `settings` (default: from the environment); nothing is kept globally."""
    settings = settings or Settings.from_environment()
    settings.require_secrets()
    app = Flask(__name__)
    app.jinja_environment = Templates
    app.extensions["onewindow_settings"] = settings
    app.config.from_mapping(_flask_config(settings))
    if settings.trusted_proxies:
        _trust_proxies(app, settings.trusted_proxies)
    logs.configure(settings)
    logs.bind(app)
    sessions.bind(app)
    bind_database(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    login_manager.init_app(app)
    bind_languages(app)
    static_files.bind(app)
    headers.bind(app)
    pages.register(app)
    return app


@contextmanager
def application_for(settings: Settings) -> Iterator[Flask]:
    """An application for one command: its context is pushed, its connections are closed at the end."""
    app = create_app(settings)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _trust_proxies(app: Flask, count: int) -> None:
    """Take the applicant's address and the scheme from the last `count` proxies in front of us."""
    proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
    app.wsgi_app = proxied  # type: ignore[method-assign]


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.environment == "test",
        "MAX_CONTENT_LENGTH": settings.max_request_bytes,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 5000,
        "SESSION_COOKIE_NAME": "onewindow",
        "SESSION_COOKIE_SECURE": settings.production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PREFERRED_URL_SCHEME": "https" if settings.production else "http",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": settings.production,
        "BABEL_DEFAULT_LOCALE": settings.language,
        "BABEL_DEFAULT_TIMEZONE": settings.timezone,
    }
