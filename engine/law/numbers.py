"""Numbers that the office gives out and people type back: case numbers and tracking codes."""

from __future__ import annotations

import re

# ---------------------------------------------------------------- ISO 7064 MOD 11-2


def check_character(text: str) -> str:
    """The ISO 7064 MOD 11-2 check character ("0".."9" or "X"); only the digits of `text` count."""
    remainder = 0
    for character in text:
        if character.isascii() and character.isdigit():
            remainder = (remainder + int(character)) * 2 % 11
    return "0123456789X"[(12 - remainder) % 11]


def with_check_digit(number: str) -> str:
    """A case number with its check character: "YD-2026-0001234" -> "YD-2026-0001234-3"."""
    return f"{number}-{check_character(number)}"


def is_valid(number: str) -> bool:
    """Whether a case number ends in the check character that belongs to it. Case and spaces are forgiven."""
    head, dash, tail = number.strip().upper().rpartition("-")
    return bool(dash) and len(tail) == 1 and bool(head) and check_character(head) == tail


# ---------------------------------------------------------------- tracking codes (Crockford base 32)

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TRACKING_CODE_LENGTH = 10
TRACKING_CODE_BITS = 5 * TRACKING_CODE_LENGTH


def tracking_code(bits: int) -> str:
    """Ten Crockford base 32 characters for 50 random bits that the caller drew. Raises ValueError."""
    if not 0 <= bits < 1 << TRACKING_CODE_BITS:
        raise ValueError(f"a tracking code is made of {TRACKING_CODE_BITS} bits")
    places = range(TRACKING_CODE_BITS - 5, -5, -5)
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in places)


def grouped_tracking_code(code: str) -> str:
    """As printed: "7K3M9-QX2RT"."""
    half = TRACKING_CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def normalise_tracking_code(text: str) -> str:
    """What a person typed, in the one spelling that is compared: O is 0, I and L are 1, no dashes or spaces.

    Never fails: a text that cannot be a code simply matches none.
    """
    squeezed = re.sub(r"[\s\-–—_.]", "", text).upper()
    return squeezed.translate(str.maketrans("OIL", "011"))
