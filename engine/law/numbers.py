"""Numbers that carry their own check: case numbers, identity numbers, credit codes, tracking codes."""

from __future__ import annotations

import re
from datetime import date

from engine.words import Words

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


# ---------------------------------------------------------------- identity numbers (GB 11643-1999)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"


def check_id_number(text: str) -> Words | None:
    """What is wrong with a citizen identity number, or None. 18 places, date of birth and check digit."""
    number = text.strip().upper()
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number, re.ASCII):
        return Words(
            "身份证号应为18位，最后一位可为X。", "An identity number has 18 places; the last may be X."
        )
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Words(
            "身份证号中的出生日期不存在。", "The date of birth in the identity number does not exist."
        )
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    if _ID_CHECK[total % 11] != number[17]:
        return Words("身份证号校验位不符，请核对。", "The identity number's check digit does not match.")
    return None


# ---------------------------------------------------------------- unified social credit codes (GB 32100-2015)

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def check_uscc(text: str) -> Words | None:
    """What is wrong with a unified social credit code, or None."""
    code = text.strip().upper()
    if len(code) != 18 or any(character not in _USCC_ALPHABET for character in code):
        return Words(
            "统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）。",
            "A unified social credit code has 18 digits or letters, without I, O, S, V and Z.",
        )
    weighed = zip(code[:17], _USCC_WEIGHTS, strict=True)
    total = sum(_USCC_ALPHABET.index(character) * weight for character, weight in weighed)
    if _USCC_ALPHABET[(31 - total % 31) % 31] != code[17]:
        return Words(
            "统一社会信用代码校验位不符，请核对。", "The credit code's check character does not match."
        )
    return None


# ---------------------------------------------------------------- telephone


def check_mobile(text: str) -> Words | None:
    """What is wrong with a mobile number of the mainland, or None. Spaces, dashes and +86 are forgiven."""
    number = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if not re.fullmatch(r"1[3-9][0-9]{9}", number, re.ASCII):
        return Words("手机号应为11位数字，以1开头。", "A mobile number has 11 digits and begins with 1.")
    return None


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
