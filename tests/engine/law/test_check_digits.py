"""Numbers that find their own typing errors."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.law import (
    check_id_number,
    check_mobile,
    check_uscc,
    grouped_tracking_code,
    is_valid,
    normalise_tracking_code,
    tracking_code,
    with_check_digit,
)

DIGITS = st.text("0123456789", min_size=7, max_size=7)


def test_a_case_number_carries_its_check_digit():
    assert with_check_digit("YD-2026-0001234") == "YD-2026-0001234-3"
    assert is_valid(" yd-2026-0001234-3 ")
    assert not is_valid("YD-2026-0001234")
    assert not is_valid("YD-2026-0001234-4")
    assert not is_valid("")


@given(DIGITS, st.integers(0, 6), st.sampled_from("0123456789"))
def test_every_single_wrong_digit_of_a_case_number_is_found(serial, place, other):
    assume(serial[place] != other)
    right = with_check_digit(f"YD-2026-{serial}")
    wrong = f"YD-2026-{serial[:place]}{other}{serial[place + 1 :]}{right[-2:]}"
    assert not is_valid(wrong)


@given(DIGITS, st.integers(0, 5))
def test_two_neighbours_swapped_are_found(serial, place):
    assume(serial[place] != serial[place + 1])
    swapped = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
    assert not is_valid(f"YD-2026-{swapped}{with_check_digit(f'YD-2026-{serial}')[-2:]}")


@pytest.mark.parametrize("number", ["11010519491231002X", "11010519491231002x ", "440524188001010014"])
def test_right_identity_numbers_pass(number):
    assert check_id_number(number) is None


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("110105194912310021", "校验位"),
        ("11010519490231002X", "出生日期"),
        ("1101051949123100", "18位"),
        ("１１0105194912310021", "18位"),
    ],
)
def test_wrong_identity_numbers_say_why(number, told):
    fault = check_id_number(number)
    assert fault is not None
    assert told in fault.zh
    assert fault.en


def test_credit_codes():
    assert check_uscc("91350100M000100Y43") is None
    assert check_uscc("91350100m000100y43") is None
    assert "校验位" in check_uscc("91350100M000100Y44").zh
    assert "18位" in check_uscc("91350100M000100O43").zh


def test_mobile_numbers():
    assert check_mobile("138 0013-8000") is None
    assert check_mobile("+8613800138000") is None
    assert check_mobile("12800138000") is not None
    assert check_mobile("1380013800") is not None


@given(st.integers(0, 2**50 - 1))
def test_a_tracking_code_keeps_its_fifty_bits_and_survives_how_people_write(bits):
    code = tracking_code(bits)
    assert len(code) == 10
    value = 0
    for character in code:
        value = value * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(character)
    assert value == bits
    typed = grouped_tracking_code(code).lower().replace("0", "o").replace("1", "l")
    assert normalise_tracking_code(f" {typed} ") == code


def test_a_tracking_code_takes_fifty_bits_only():
    with pytest.raises(ValueError, match="50 bits"):
        tracking_code(2**50)


def test_what_is_no_code_is_only_squeezed():
    assert normalise_tracking_code("你好 u") == "你好U"
