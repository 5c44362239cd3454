"""Numbers of persons and businesses that carry their own check: each check says what is wrong, or None."""

from __future__ import annotations

import re
from datetime import date

from engine.words import Words

# ---------------------------------------------------------------- identity numbers (GB 11643-1999)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"


def check_id_number(text: str) -> Words | None:
    """What is wrong with a citizen identity number, or None. 18 places, date of birth and check digit."""
    number = text.strip().upper()
    if re.fullmatch(r"[1-9][0-9]{14}", number, re.ASCII):
        return Words(
            "15位身份证号（第一代身份证）已停止使用，请填写18位号码。",
            "Identity numbers of 15 places (first generation) are no longer valid; enter the one of 18 places.",
        )
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number, re.ASCII):
        return Words("身份证号应为18位，最后一位可为X。", "An identity number has 18 places; the last may be X.")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Words("身份证号中的出生日期不存在。", "The date of birth in the identity number does not exist.")
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
        return Words("统一社会信用代码校验位不符，请核对。", "The credit code's check character does not match.")
    return None


# ---------------------------------------------------------------- telephone


def check_mobile(text: str) -> Words | None:
    """What is wrong with a mobile number of the mainland, or None. Spaces, dashes and +86 are forgiven."""
    number = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if not re.fullmatch(r"1[3-9][0-9]{9}", number, re.ASCII):
        return Words("手机号应为11位数字，以1开头。", "A mobile number has 11 digits and begins with 1.")
    return None
