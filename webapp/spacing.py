"""The space between Chinese and Latin letters or digits, where texts are joined that may begin or end with either."""

from __future__ import annotations

import re

from engine import Words

_MISSING = re.compile(r"(?<=[\u3400-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u3400-\u9fff])")


def spaced(text: str) -> str:
    """ "12个工作日" -> "12 个工作日": as every text on a page is written. Documents print figures without it."""
    return _MISSING.sub(" ", text)


def spaced_words(words: Words) -> Words:
    """The same of a text in both languages."""
    return Words(spaced(words.zh), words.en)
