"""Patterns of text fields: written for JavaScript, run in linear time by FEEL's machine.

What that machine does not know (looking ahead or behind, references backwards) is refused when the form is
read; so no answer, however made, keeps the server busy.
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.expressions.feel.regex import Pattern, PlainText, compile_pattern

_CODE_POINT = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?|\\x([0-9A-Fa-f]{2})")
#: Characters that JavaScript lets one escape and XPath does not, outside of unicode mode.
_NEEDLESS = re.compile(r"\\([/\"'@#%&,:;<=>~`! _])")
_ASCII = {r"\d": "0-9", r"\w": "A-Za-z0-9_"}
_SPECIAL = frozenset("\\|.?*+(){}[]^$-")


@lru_cache(maxsize=512)
def machine_of(pattern: str) -> Pattern | PlainText | None:
    """The machine of a JavaScript pattern; None where it cannot be run."""
    translated = _NEEDLESS.sub(r"\1", _CODE_POINT.sub(_character, pattern))
    machine = compile_pattern(_ascii_classes(translated), "").machine
    # Other machines go back and forth, in more than linear time.
    return machine if isinstance(machine, (Pattern, PlainText)) else None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found anywhere in the text, as `RegExp.test` finds it."""
    machine = machine_of(pattern)
    return machine is not None and machine.search(text, 0, lambda _: None) is not None


def _ascii_classes(pattern: str) -> str:
    r"""JavaScript's \d and \w know only ASCII, XPath's know every script."""
    written: list[str] = []
    in_class = False
    place = 0
    while place < len(pattern):
        one = pattern[place]
        pair = pattern[place : place + 2]
        if one == "\\":
            ranges = _ASCII.get(pair)
            written.append(pair if ranges is None else ranges if in_class else f"[{ranges}]")
            place += 2
            continue
        if one == "[":
            in_class = True
        elif one == "]":
            in_class = False
        written.append(one)
        place += 1
    return "".join(written)


def _character(code: re.Match[str]) -> str:
    number = int(code[1] or code[2], 16)
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return code[0]
    character = chr(number)
    return f"\\{character}" if character in _SPECIAL else character
