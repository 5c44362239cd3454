"""Where the template of a document stands: the bundle's own before the shared one, the place's before all places'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PATH = re.compile(
    r"(?P<shared>_shared/)?documents/(?:(?P<place>[\w-]+)/)?(?P<key>[\w-]+)(?:\.(?P<language>[a-z]{2}))?\.md"
)
CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class Template:
    """A template among a release's files. `place` is the jurisdiction that it is for, empty for every one."""

    path: str
    key: str
    language: str
    place: str
    shared: bool


def templates_of(files: Mapping[str, bytes]) -> Iterator[Template]:
    """Every template of a release, by path."""
    yield from (found for path in sorted(files) if (found := template_at(path)) is not None)


def template_at(path: str) -> Template | None:
    """The template that a file of this path is; None for any other file."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    return Template(path, found["key"], found["language"] or CHINESE, found["place"] or "", bool(found["shared"]))


def template_path(files: Mapping[str, bytes], key: str, language: str, place: str = "") -> str | None:
    """The file to print `key` from in `language` for the jurisdiction `place`; None where there is none.

    In this order: the bundle's for the place, the bundle's, the shared one for the place, the shared one. A
    translation belongs to the Chinese template beside it, which is the document and is read where it has none.
    """
    folders = [
        f"{root}documents/{part}" for root in ("", "_shared/") for part in ((f"{place}/", "") if place else ("",))
    ]
    chinese = next((path for folder in folders if (path := f"{folder}{key}.md") in files), None)
    if chinese is None or language == CHINESE:
        return chinese
    translated = chinese.removesuffix(".md") + f".{language}.md"
    return translated if translated in files else chinese
