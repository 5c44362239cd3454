"""Words in templates are those of the reader's language, also in files of macros.

A file imported without the page's context is evaluated once and kept: words that it sets outside its macros would
stay in the language of whoever came first.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from jinja2 import Environment, nodes

TRANSLATED = {"_", "gettext", "ngettext", "words"}


def imported_once(environment: Environment, name: str) -> Iterator[str]:
    """The files that this one imports without context."""
    tree = environment.parse(_source(environment, name))
    for found in tree.find_all((nodes.FromImport, nodes.Import)):
        if not found.with_context and isinstance(found.template, nodes.Const):
            yield str(found.template.value)


def words_outside_macros(environment: Environment, name: str) -> list[int]:
    """The lines of a file that translate where it is imported, not where its macros are called."""
    tree = environment.parse(_source(environment, name))
    said = [
        each
        for part in tree.body
        if not isinstance(part, nodes.Macro)
        for each in [*part.find_all(nodes.Call), *part.find_all(nodes.Filter)]
    ]
    return [each.lineno for each in said if _called(each) in TRANSLATED]


def _called(each: nodes.Node) -> str:
    if isinstance(each, nodes.Filter):
        return each.name
    inner = each.node if isinstance(each, nodes.Call) else None
    return inner.name if isinstance(inner, nodes.Name) else ""


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def test_no_file_of_macros_keeps_the_words_of_its_first_reader(app: Flask) -> None:
    environment = app.jinja_env
    names = [name for name in environment.list_templates() if name.endswith(".html")]
    kept = {each for name in names for each in imported_once(environment, name)}
    assert kept
    assert {name: lines for name in sorted(kept) if (lines := words_outside_macros(environment, name))} == {}
