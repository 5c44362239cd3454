"""Values as a person reads and types them: what is shown is what is read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import FarDate, FarDateTime, FineDuration, FineTime, YearsMonths
from webapp.feel_text import NotAValue, read, written

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    WORDS,
    st.integers(-(10**30), 10**30),
    st.decimals(-(10**9), 10**9, allow_nan=False, places=4),
    st.dates(),
    st.builds(
        lambda days, seconds: timedelta(days=days, seconds=seconds), st.integers(-999, 999), st.integers(0, 86399)
    ),
    st.integers(-999, 999).map(YearsMonths),
    st.sampled_from([FarDate(-44, 3, 15), FineTime(8, 30, 0, 1, UTC), FineDuration(-1)]),
    st.just(FarDateTime(FarDate(12026, 3, 1), time(8, 30))),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS.filter(str.strip), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_shown_is_read_back(value: object) -> None:
    assert read(written(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        datetime(2026, 11, 23, 9, 30, tzinfo=SHANGHAI),
        datetime(2026, 11, 23, 9, 30),  # noqa: DTZ001 - FEEL knows local times
        time(8, 30, 15),
        time(8, 30, tzinfo=timezone(timedelta(hours=8))),
        date(1, 1, 1),
        Decimal("0.0000001"),
        {"$": 1, "__proto__": [], "中文 键": {'a"b\\': "\u2028\n\t😀"}},
    ],
)
def test_moments_and_odd_keys_too(value: object) -> None:
    assert read(written(value)) == value


def test_a_long_context_is_written_over_several_lines() -> None:
    value = {"items": [{"key": f"P{number}", "applies": True} for number in range(4)]}
    assert written(value).count("\n") > 4
    assert read(written(value)) == value


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "空值写 null"),
        ("  \n", "空值写 null"),
        ("granted", "引号"),
        ("{a: b}", "引号"),
        ("[1, 2", "第 1 行"),
        ('@"2026-13-45"', "不是日期"),
        ("1 +", "第 1 行"),
        ("1 / 0", "这不是一个值"),
        ("a" * 200_000, "不得超过"),
    ],
)
def test_what_is_no_value_is_refused_in_words(typed: str, said: str) -> None:
    with pytest.raises(NotAValue) as refused:
        read(typed)
    assert said in refused.value.words.zh
    assert refused.value.words.en


def test_json_is_read() -> None:
    assert read('{"way": "commitment", "applies": true, "days": 5, "none": null}') == {
        "way": "commitment",
        "applies": True,
        "days": 5,
        "none": None,
    }


def test_a_value_that_costs_without_end_is_refused() -> None:
    with pytest.raises(NotAValue):
        read("count(for a in 1..9999, b in 1..9999 return 1)")
