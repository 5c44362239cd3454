"""docs/languages.md says what may be called: everything on the lists, word by word."""

from __future__ import annotations

import re
from pathlib import Path

from engine.expressions import LANGUAGES
from engine.expressions.feel.builtins import BUILTINS
from engine.expressions.juel.methods import ARGUMENTS
from engine.expressions.python_subset.functions import FUNCTIONS
from engine.expressions.python_subset.methods import NAMES

PAGE = Path(__file__).parents[3] / "docs" / "languages.md"


def chapter(title: str) -> str:
    return PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]


def words_of(title: str) -> set[str]:
    """The words in code style of one chapter."""
    return {word for code in re.findall(r"`([^`]*)`", chapter(title)) for word in code.split()}


def test_the_parameters_on_the_page_are_those_of_the_functions():
    _, *tables = chapter("FEEL").split("|---|")
    for code in re.findall(r"`([^`]*)`", "".join(tables)):
        name, _, parameters = code.removesuffix(")").partition("(")
        named = tuple(each.strip().rstrip("?") for each in parameters.split(",") if each.strip())
        if "." not in code and "--" not in code:
            assert named in {signature[: len(named)] for signature in BUILTINS[name].signatures}


def test_every_function_and_method_is_on_the_page():
    codes = re.findall(r"`([^`]*)`", chapter("FEEL"))
    assert {code.partition("(")[0] for code in codes if "(" in code} == set(BUILTINS)
    assert set(ARGUMENTS) <= words_of("JUEL")
    assert set(FUNCTIONS) | NAMES <= words_of("Python")


def test_every_language_is_on_the_page():
    heading = PAGE.read_text(encoding="utf-8").split("\n| | ")[1].split("\n")[0]
    assert {name.strip().lower() for name in heading.split("|") if name.strip()} == set(LANGUAGES)
