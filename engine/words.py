"""Words for people, in both languages of the product."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Chinese (the office's language) and English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `language` ("zh" or "en"); Chinese where the English is missing."""
        return self.en if language.startswith("en") and self.en else self.zh

    def fill(self, **values: object) -> Words:
        """Both texts with `{name}` places filled."""
        return Words(self.zh.format(**values), self.en.format(**values))
