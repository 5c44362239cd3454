"""Patterns without groups and alternatives, for which Python's `re` means the same and does bounded work.

It tries one way after another, but there are few: each quantifier without a fixed count, and a start that is not
fixed either, multiplies the ways by the length of the text. Where that product is small it is paid for and done;
everything else is left to the machine that follows all ways side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = r"[^\\|.?*+(){}\[\]^$]"
_MEMBER = r"[^\\\[\]^&~|-]"
#: One character of the pattern with its quantifier: the character, its least count, a comma, the most.
_PART = re.compile(
    rf"(\\[ds]|\\[\\|.?*+(){{}}\[\]^$-]|\.|\[\^?(?:{_MEMBER}(?:-{_MEMBER})?|\\d)+\]|{_PLAIN})"
    r"((?:[?*+]|\{([0-9]{1,3})(,?)([0-9]{0,3})\})\??)?",
    re.DOTALL,
)
#: What is written otherwise in `re`: XPath's white space, and a point, which is no end of a line.
_WRITTEN = {r"\s": r"[ \t\n\r]", ".": r"[^\n\r]"}
#: Most comparisons of characters that a search may come to, and how many of them cost one step.
WORK_LIMIT, WORK_OF_A_STEP = 16_384, 64
#: A pattern of more characters may be larger than any pattern may be.
_WIDTH_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class SimplePattern:
    """`width` comparisons at most for each of (length + 1) ** `ways`."""

    compiled: re.Pattern[str]
    width: int
    ways: int

    def work(self, length: int) -> int:
        """Most comparisons of a search in so many characters."""
        return self.width * (length + 1) ** self.ways if self.ways else self.width


def simple_pattern(pattern: str) -> SimplePattern | None:
    """A pattern without flags, where it is as simple as that, and valid; else None."""
    anchored = pattern.startswith("^")
    position, end = int(anchored), len(pattern)
    written, width, ways = r"\A" if anchored else "", 1, int(not anchored)
    while position < end and pattern[position:] != "$":
        part = _PART.match(pattern, position)
        if part is None:
            return None
        character, quantifier, least, comma, most = part.groups()
        literal = len(character) == 1 and character != "."
        written += (re.escape(character) if literal else _WRITTEN.get(character, character)) + (quantifier or "")
        width += int(most or least or 1)
        ways += bool(quantifier) and (not least or bool(comma))
        position = part.end()
    if width > _WIDTH_LIMIT:
        return None
    if position < end:
        written += r"\Z"
    try:
        return SimplePattern(re.compile(written), width, ways)
    except re.error:  # a range or a count from more to less
        return None
