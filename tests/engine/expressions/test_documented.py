"""docs/languages.md says what may be called: everything on the lists, word by word."""

from __future__ import annotations

import re
from pathlib import Path

from engine.expressions import LANGUAGES
from engine.expressions.juel.methods import ARGUMENTS
from engine.expressions.python_subset.functions import FUNCTIONS
from engine.expressions.python_subset.methods import NAMES

PAGE = Path(__file__).parents[3] / "docs" / "languages.md"


def words_of(chapter: str) -> set[str]:
    """The words in code style of one chapter."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {chapter}\n")[1].split("\n## ")[0]
    return {word for code in re.findall(r"`([^`]*)`", text) for word in code.split()}


def test_every_function_and_method_is_on_the_page():
    assert set(ARGUMENTS) <= words_of("JUEL")
    assert set(FUNCTIONS) | NAMES <= words_of("Python")


def test_every_language_is_on_the_page():
    heading = PAGE.read_text(encoding="utf-8").split("\n| | ")[1].split("\n")[0]
    assert {name.strip().lower() for name in heading.split("|") if name.strip()} == set(LANGUAGES)
