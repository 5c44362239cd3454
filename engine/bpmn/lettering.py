"""How wide words of a picture are, and where they break: no font is at hand where a picture is drawn."""

from __future__ import annotations

from collections.abc import Iterator

#: Of letters, in pixels.
SIZE = 12


def lines_of(text: str, width: float) -> Iterator[str]:
    """Broken between words; Chinese anywhere."""
    for paragraph in text.splitlines():
        line = ""
        for piece in _pieces(paragraph):
            if line and width_of(line + piece.rstrip()) > width:
                yield line.rstrip()
                line = piece.lstrip()
            else:
                line += piece
        if line.strip():
            yield line.rstrip()


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


def width_of(text: str) -> float:
    return sum(SIZE if _is_wide(letter) else SIZE * 0.56 for letter in text)
