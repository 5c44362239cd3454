"""Where the English of a text goes that has none: the file of texts with a line for it, to be filled in."""

from __future__ import annotations

import re

from webapp.queries.file_order import is_shared

OWN, SHARED = "texts/en.toml", "_shared/texts/en.toml"
_HEAD = re.compile(r"\[[^\n]*\]")


def texts_file(path: str) -> str:
    """The file that holds the English of what a file of the bundle says."""
    return SHARED if is_shared(path) else OWN


def with_line(text: str, file: str, element: str) -> tuple[str, int]:
    """The texts with an empty line for `element` of `file`, and its number (from 1); one that is there stays."""
    wanted, head = f'"{element}" = ""', f'["{file}"]'
    lines = text.splitlines()
    if head not in (one.strip() for one in lines):
        lines += ["", head, wanted]
        return "\n".join(lines) + "\n", len(lines)
    begin = next(at for at, one in enumerate(lines) if one.strip() == head) + 1
    end = next((at for at in range(begin, len(lines)) if _HEAD.fullmatch(lines[at].strip())), len(lines))
    for at in range(begin, end):
        if lines[at].startswith(f'"{element}"'):
            return text, at + 1
    while end > begin and not lines[end - 1].strip():
        end -= 1
    lines.insert(end, wanted)
    return "\n".join(lines) + "\n", end + 1
