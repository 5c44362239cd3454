"""Chinese first, English beside it: which language and zone a request is shown in."""

import re

from babel import Locale
from flask import Flask, request

from webapp.extensions import babel

LANGUAGES = ("zh", "en")
COOKIE = "language"


def language() -> str:
    """The language of the request: the cookie's if we have it, else Chinese."""
    chosen = request.cookies.get(COOKIE, "") if request else ""
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


HAN, LATIN = re.compile(r"[\u3400-\u9fff]"), re.compile(r"[A-Za-z]")
TONGUES = {"zh": "zh-CN", "en": "en"}


def other_tongue(text: str) -> str | None:
    """The language of typed words where it is not that of the page; None where it is, or is not known."""
    found = "zh" if HAN.search(text) else "en" if LATIN.search(text) else language()
    return None if found == language() else TONGUES[found]


#: Read once: to read one costs as much as looking a dozen words up.
_LOCALES = {code: Locale.parse(code) for code in LANGUAGES}


def bind_languages(app: Flask) -> None:
    babel.init_app(app, locale_selector=lambda: _LOCALES[language()])
    app.jinja_env.globals["language"] = language
    app.jinja_env.filters["other_tongue"] = other_tongue
