"""Chinese first, English beside it: which language and zone a request is shown in."""

from babel import Locale
from flask import Flask, request

from webapp.extensions import babel

LANGUAGES = ("zh", "en")
COOKIE = "language"


def language() -> str:
    """The language of the request: the cookie's if we have it, else Chinese."""
    chosen = request.cookies.get(COOKIE, "") if request else ""
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


#: Read once: to read one costs as much as looking a dozen words up.
_LOCALES = {code: Locale.parse(code) for code in LANGUAGES}


def bind_languages(app: Flask) -> None:
    babel.init_app(app, locale_selector=lambda: _LOCALES[language()])
    app.jinja_env.globals["language"] = language
