"""How wide words of a picture are, and where they break: no font is at hand where a picture is drawn."""

from __future__ import annotations

from collections.abc import Iterator

#: Of letters, in pixels.
SIZE = 12
#: From one line to the next, by the size of the letters.
LEADING = 1.25
#: How wide letters are, by their size: those of Noto Serif SC, rounded up, which are wider than most others.
_WIDTHS = {
    letter: width
    for width, letters in (
        (0.26, " '"),
        (0.35, "!j|,.:;il[]-/\\()"),
        (0.4, 't{}"fJ'),
        (0.5, "I?`r1s*z"),
        (0.57, "c$7evy02345689_ax#Sg"),
        (0.62, "+<=>^~ZokqL"),
        (0.67, "FdPbpEuThnB"),
        (0.74, "CYXRVAKG"),
        (0.86, "DOQ&NUwH"),
        (1.05, "@%MmW"),
    )
    for letter in letters
}
_OTHER = 0.65


def lines_of(text: str, width: float, size: float = SIZE) -> Iterator[str]:
    """Broken between words; Chinese anywhere. A word that is wider has a line of its own."""
    for paragraph in text.splitlines():
        line = ""
        for piece in _pieces(paragraph):
            if line and width_of(line + piece.rstrip(), size) > width:
                yield line.rstrip()
                line = piece.lstrip()
            else:
                line += piece
        if line.strip():
            yield line.rstrip()


def size_for(text: str, width: float, height: float, least: float) -> float:
    """The largest size, from the usual one down to `least`, at which the text stays within the box; else `least`."""
    size = float(SIZE)
    while size > least:
        lines = list(lines_of(text, width, size))
        if len(lines) * size * LEADING <= height and all(width_of(line, size) <= width for line in lines):
            return size
        size -= 0.5
    return least


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for letter in text:
        if _is_wide(letter) or letter == " ":
            if letter in "，。、；：）”！？」》" and word:
                word += letter
                continue
            if letter == " ":
                yield word + letter
                word = ""
                continue
            if word:
                yield word
            word = letter
            continue
        if word and _is_wide(word[-1]):
            yield word
            word = ""
        word += letter
    if word:
        yield word


def _is_wide(letter: str) -> bool:
    return ord(letter) >= 0x2E80


def width_of(text: str, size: float = SIZE) -> float:
    return sum(size * (1 if _is_wide(letter) else _WIDTHS.get(letter, _OTHER)) for letter in text)
