"""The known name that an unknown one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.words import Words

#: Longest name that is compared, and most names.
_LONGEST, _MOST = 60, 2_000


@dataclass(slots=True)
class Comparing:
    """How many signs may still be compared, over all names of an upload or a trial; past it no name is suggested."""

    left: int = 1_000_000


def nearest(name: str, known: Iterable[str], comparing: Comparing, *, most: int = 3) -> str:
    """The known name that differs least: by one sign, or by a third of them in longer ones, never by more than `most`.

    "" where none does.
    Names that differ by digits alone (item1, item2) are different names, not mistakes.
    """
    if len(name) > _LONGEST:
        return ""
    most = max(1, min(most, len(name) // 3))
    best, least = "", most + 1
    plain, letters = _plain(name), _without_digits(name)
    for _, other in zip(range(_MOST), known, strict=False):
        comparing.left -= 1
        if comparing.left < 0:
            return best
        if other == name or abs(len(other) - len(name)) >= least:
            continue
        comparing.left -= len(other)
        if _without_digits(other) == letters:
            continue
        found = 0.5 if _plain(other) == plain else _distance(name, other, least, comparing)
        if found < least:
            best, least = other, int(found) if found >= 1 else 1
            if found == 0.5:
                break
    return best


def like_words(name: str) -> Words:
    """“…, perhaps `name`”; nothing where there is no such name."""
    return Words(f"，是不是“{name}”？", f", perhaps “{name}”") if name else Words("", "")


def _plain(name: str) -> str:
    """The name without what is easily written otherwise: capitals, blanks, hyphens, underscores."""
    return "".join(each for each in name.casefold() if each.isalnum())


def _without_digits(name: str) -> str:
    return "".join(each for each in name if not each.isdigit())


def _distance(one: str, other: str, limit: int, comparing: Comparing) -> int:
    """How many signs are to be put in, left out, changed or exchanged with the next; `limit` where not fewer."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, 1):
        comparing.left -= len(other)
        last, row, older = row, [at], before
        for place, wanted in enumerate(other, 1):
            cost = min(last[place] + 1, row[-1] + 1, last[place - 1] + (sign != wanted))
            if at > 1 and place > 1 and sign == other[place - 2] and one[at - 2] == wanted:
                cost = min(cost, older[place - 2] + 1)
            row.append(cost)
        before = last
        if min(row) >= limit:
            return limit
    return min(row[-1], limit)
