"""Search in Chinese: unigrams and bigrams, always rechecked against the text; names by the letters of their pinyin."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Initial -> the finals that it is written with: every syllable that a character is read with, without its tone.
_FINALS = {
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "b": "a ai an ang ao ei en eng i ian iang iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ia ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng iao o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e ei eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng m ng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "y": "a ai an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o ong u",
    "": "a ai an ang ao e ei en eng er m n ng o ou",
}
#: As names are kept -> as it is typed as well: the sound of ü after n and l is written with v or with u.
_ALSO_TYPED = {"lve": "lue", "nve": "nue"}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
#: What letters may be cut apart into -> the syllable as names are kept.
_TYPED = {**{one: one for one in SYLLABLES}, **{typed: kept for kept, typed in _ALSO_TYPED.items()}}
LONGEST_SYLLABLE = max(map(len, SYLLABLES))
#: A name's pinyin as it is kept ("an kang da yao fang"); signs that are neither letter nor digit stand for nothing.
_RUNS = re.compile("[a-z0-9]+")


def plain(text: str) -> str:
    """Letters and digits alone, normalised (NFKC, lower case), as search compares them."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def tokens(text: str) -> list[str]:
    """Every single character and every pair of neighbours of what is `plain` in it."""
    kept = plain(text)
    return sorted({kept[i : i + 2] for i in range(len(kept) - 1)} | set(kept))


def wanted(text: str) -> list[str]:
    """The tokens that a hit must have: the bigrams, or the one character."""
    kept = plain(text)
    return sorted({kept[i : i + 2] for i in range(len(kept) - 1)}) or list(kept)


def letters_of(text: str) -> str:
    """What may be somebody's pinyin: letters alone, but for blanks; "" for everything else."""
    typed = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if not c.isspace())
    return typed if typed.isascii() and typed.isalpha() else ""


@dataclass(frozen=True, slots=True)
class Keys:
    """Which keys a name has (`pinyin_keys` in the database) that letters may stand for; the name itself is rechecked.

    By `initials`: all of these pairs. By `syllables`: of each of these sets one. Empty: so they cannot be read.
    """

    initials: tuple[str, ...]
    syllables: tuple[tuple[str, ...], ...]


def keys_of(letters: str) -> Keys:
    """The ways to read letters as a name's pinyin: the first letters of neighbouring syllables, or syllables in their
    order from any of them on; of neighbours the last may be only begun, and whole ones may leave others out."""
    pairs = sorted({letters[i : i + 2].upper() for i in range(len(letters) - 1)})
    return Keys(tuple(pairs), _syllables(letters))


def _syllables(letters: str) -> tuple[tuple[str, ...], ...]:
    """Per stretch of letters that can be cut apart in one place only: the syllables with which it may begin.

    Letters may be cut apart in many ways (xian: xi an), too many to try each; where every way has a cut is counted.
    """
    end = len(letters)
    ways_here, ways_on = [1] + [0] * end, [0] * end + [1]
    pieces = {start: _pieces(letters, start) for start in range(end)}
    for start in range(end):
        for piece in pieces[start]:
            ways_here[start + len(piece)] += ways_here[start]
    for start in reversed(range(end)):
        ways_on[start] = sum(ways_on[start + len(piece)] for piece in pieces[start])
    if not letters or not ways_on[0]:
        return ()
    always = [place for place in range(end) if ways_here[place] * ways_on[place] == ways_on[0]]
    found = []
    for start in always:
        begins = [piece for piece in pieces[start] if ways_on[start + len(piece)]]
        found.append(tuple(sorted({one for piece in begins for one in _meant(piece, start + len(piece) == end)})))
    return tuple(found)


def _pieces(letters: str, start: int) -> list[str]:
    """What of the letters may be a syllable here, or, at their end, the beginning of one."""
    rest = letters[start : start + LONGEST_SYLLABLE + 1]
    pieces = [rest[:length] for length in range(1, len(rest) + 1) if rest[:length] in _TYPED]
    if rest not in pieces and start + len(rest) == len(letters) and _meant(rest, True):
        pieces.append(rest)
    return pieces


def _meant(piece: str, is_last: bool) -> list[str]:
    """The syllables, as names are kept, that a piece stands for: its own, or at the end all that begin so.

    A word in a name's own letters may be written like a syllable that is kept otherwise; it is meant too.
    """
    typed = [one for one in _TYPED if one.startswith(piece)] if is_last else [piece]
    return [*typed, *(_TYPED[one] for one in typed if _TYPED[one] != one)]


def reads(letters: str, pinyin: str) -> bool:
    """Whether a name with this pinyin is found by these letters; never by what lies inside of a syllable."""
    syllables = _words(pinyin)
    if not letters:
        return False
    return letters in "".join(one[0] for one in syllables) or _by_syllables(letters, syllables)


def finds(typed: str, name: str, pinyin: str, *beside: str) -> bool:
    """Whether somebody of this name is meant: by a part of it or of what stands beside it (title, unit); by letters,
    where pinyin or a word begins so."""
    letters, told = letters_of(typed), (name, *beside)
    if letters:
        return reads(letters, pinyin) or any(one.startswith(letters) for text in told for one in _words(text))
    return any(plain(typed) in plain(text) for text in told)


def _words(text: str) -> list[str]:
    return _RUNS.findall(text.lower())


def _by_syllables(letters: str, syllables: list[str]) -> bool:
    read, just_before = {0}, {0}  # so many of the letters: by syllables so far, and by the one before (or none)
    for one in syllables:
        further = set()
        for place in read:
            rest = letters[place:]
            for written in (one, _ALSO_TYPED[one]) if one in _ALSO_TYPED else (one,):
                if written == rest or (place in just_before and written.startswith(rest)):
                    return True
                if rest.startswith(written):
                    further.add(place + len(written))
        read, just_before = read | further, further | {0}
    return False
