"""Chinese first, English beside it: which language and zone a request is shown in."""

import re
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, request
from markupsafe import Markup

from webapp.extensions import babel

LANGUAGES = ("zh", "en")
COOKIE = "language"


#: Worked out once for a request: a page asks for it hundreds of times.
_OF_REQUEST: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """The language of the request: the cookie's if we have it, else Chinese."""
    return _OF_REQUEST.get() or _chosen()


def _chosen() -> str:
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


TRANSLATIONS = Path(__file__).parent / "translations"


@cache
def _translations(code: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [_LOCALES[code]])


@lru_cache(maxsize=8192)  # more than there are
def _said(code: str, message: str) -> Markup:
    return Markup(_translations(code).ugettext(message))


def translated(message: str, **variables: object) -> Markup:
    """The words of a template in the language of the request; what is filled in is escaped.

    In place of Flask-Babel's, which asks for request, locale and catalogue anew for each of a page's hundreds of words.
    """
    said = _said(language(), message)
    return said % variables if "%" in said else said


@lru_cache(maxsize=2048)
def _said_of(code: str, one: str, many: str, count: int) -> Markup:
    return Markup(_translations(code).ungettext(one, many, count))


def counted(one: str, many: str, count: int, **variables: object) -> Markup:
    """The words of a template for a number of things: one or several. Chinese has one form, so both are the same text.

    The number is `%(count)s`, unless it is given by another name.
    """
    said = _said_of(language(), one, many, 1 if count == 1 else 2)
    return said % ({"count": count} | variables)


def _begin() -> None:
    _OF_REQUEST.set(_chosen())


def _end(_: BaseException | None) -> None:
    _OF_REQUEST.set(None)


def bind_languages(app: Flask) -> None:
    babel.init_app(app, locale_selector=lambda: _LOCALES[language()])
    app.before_request(_begin)
    app.teardown_request(_end)
    app.jinja_env.globals.update(language=language, gettext=translated, ngettext=counted, _=translated)
    app.jinja_env.filters["other_tongue"] = other_tongue
