"""Words for people, in both languages of the product."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Chinese (the office's language) and English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `language` ("zh" or "en"); Chinese where the English is missing."""
        return self.en if language.startswith("en") and self.en else self.zh

    def fill(self, **values: object) -> Words:
        """Both texts with `{name}` places filled; with words, in each language theirs."""
        zh, en = (
            {name: one.in_language(said) if isinstance(one, Words) else one for name, one in values.items()}
            for said in ("zh", "en")
        )
        return Words(self.zh.format(**zh), self.en.format(**en))


def numbered(count: int, one: str, several: str = "") -> str:
    """So many things in English: "1 case", "2 cases"; `several` where the plural is no mere "s"."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"


def as_written(text: str) -> Words:
    """What a person typed, as documents print it: never translated, and the English text says so where it is needed."""
    stripped = text.rstrip()
    return Words(text, f"{stripped} [original in Chinese]" if _CHINESE.search(stripped) else text)
