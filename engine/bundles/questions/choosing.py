"""Which sets of options lead to one place, said in as few words as it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.bundles.model import Option
from engine.words import Words

#: Up to so many options the shortest wording is looked for.
MOST_OPTIONS = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """Every set of options with those `taken` and without those `left_out`, as bits by the option's place."""

    taken: int
    left_out: int


@lru_cache(maxsize=MOST_OPTIONS + 1)
def _choices(options: int) -> tuple[tuple[Choice, int], ...]:
    """Every choice among so many options, the least said first, with the sets that it means (as bits by the set)."""
    found = [Choice(0, 0)]
    for place in range(options):
        bit = 1 << place
        found += [Choice(one.taken | bit, one.left_out) for one in found] + [
            Choice(one.taken, one.left_out | bit) for one in found
        ]
    found.sort(key=lambda one: ((one.taken | one.left_out).bit_count(), one.left_out.bit_count(), one.left_out))
    return tuple((one, _meant(one, options)) for one in found)


def _meant(choice: Choice, options: int) -> int:
    return sum(
        1 << each for each in range(1 << options) if each & choice.taken == choice.taken and not each & choice.left_out
    )


def shortest(choices: Iterable[Choice], options: int) -> list[Choice]:
    """Few choices that mean what these mean; the empty set, which is no answer, may be among it or not."""
    wanted = 0
    for one in choices:
        wanted |= _meant(one, options)
    left, found = wanted & ~1, []
    for choice, meant in _choices(options):
        if not meant & ~(wanted | 1) and meant & left:
            found.append(choice)
            left &= ~meant
        if not left:
            break
    return found


def choice_words(options: Sequence[Option], choice: Choice) -> Words:
    """A choice among these options, as people say it."""
    taken = [one.label for place, one in enumerate(options) if choice.taken >> place & 1]
    left_out = [one.label for place, one in enumerate(options) if choice.left_out >> place & 1]
    free = [one.label for place, one in enumerate(options) if not (choice.taken | choice.left_out) >> place & 1]
    if (taken and not free) or (not taken and len(free) == 1):
        only = listed(taken or free)
        return Words(f"只选{only.zh}", f"only {only.en}")
    parts = []
    if taken:
        with_ = listed(taken)
        parts.append(Words(f"选了{with_.zh}", f"with {with_.en}"))
    if left_out:
        without = listed(left_out, en=" or ", zh="或")
        parts.append(Words(f"没选{without.zh}", f"without {without.en}"))
    if not parts:
        return Words("任意选择", "whatever is chosen")
    return Words("，".join(one.zh for one in parts), ", ".join(one.en for one in parts))


def listed(labels: Iterable[Words], *, en: str = ", ", zh: str = "、") -> Words:
    """Labels in a row, in quotation marks where there are several."""
    given = list(labels)
    if len(given) == 1:
        return Words(given[0].zh, given[0].en or given[0].zh)
    return Words(zh.join(f"“{one.zh}”" for one in given), en.join(f"“{one.en or one.zh}”" for one in given))
