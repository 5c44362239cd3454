"""Search in Chinese: unigrams and bigrams, always rechecked against the text."""

from __future__ import annotations

import unicodedata


def tokens(text: str) -> list[str]:
    """Every single character and every pair of neighbours, normalised (NFKC, lower case, letters and digits)."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
    return sorted({plain[i : i + 2] for i in range(len(plain) - 1)} | set(plain))


def wanted(text: str) -> list[str]:
    """The tokens that a hit must have: the bigrams, or the one character."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
    return sorted({plain[i : i + 2] for i in range(len(plain) - 1)}) or list(plain)
