"""Every FEEL value comes back from storage as it went in."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import StateInvalid, ValueInvalid
from engine.runtime.codec import MAX_DEPTH, decode, encode
from engine.values import ClockMark, FarDate, FarDateTime, FineDuration, FineTime, YearsMonths

ZONES = st.one_of(
    st.none(),
    st.sampled_from([ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), timezone(timedelta(hours=-3, minutes=-30))]),
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
SIMPLE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False), TEXTS,
    st.dates(), st.datetimes(timezones=ZONES), st.times(timezones=ZONES), st.timedeltas(),
    st.builds(YearsMonths, st.integers(-10_000, 10_000)), st.builds(ClockMark, TEXTS, TEXTS),
)  # fmt: skip
KEYS = st.one_of(TEXTS, st.sampled_from(["$", "$$", "c", ""]))
VALUES = st.recursive(SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


def stored(value: object) -> object:
    return decode(orjson.loads(orjson.dumps(encode(value))))


def exactly(value: object) -> object:
    """What equality alone does not tell: types, exponents and zones."""
    if isinstance(value, list):
        return [exactly(each) for each in value]
    if isinstance(value, dict):
        return {key: exactly(each) for key, each in value.items()}
    if isinstance(value, datetime | time):
        return type(value), value.replace(tzinfo=None), str(value.tzinfo), value.fold
    return type(value), str(value)


@given(VALUES)
@example({"$": ["n", "1"]})
@example({"$": {"$": 1}})
@example([0, False, "", None, {}, []])
@example(Decimal("1.50"))
@example(2**200)
@example(FarDate(-44, 3, 15))
@example(FineTime(1, 2, 3, 4))
@example(FineTime(1, 2, 3, 4, ZoneInfo("Europe/Berlin"), 1))
@example(FineTime(1, 2, 3, 4, timezone(timedelta(hours=-3, minutes=-30))))
@example(FarDateTime(FarDate(12026, 3, 1), time(1, tzinfo=UTC)))
@example(FarDateTime(date(2026, 3, 1), FineTime(1, 2, 3, 4, UTC)))
@example(FineDuration(-(10**26) - 1))
def test_a_value_survives_storage(value: object) -> None:
    assert exactly(stored(value)) == exactly(value)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        Decimal("NaN"),
        Decimal("Infinity"),
        "\udc00",
        {"\ud800": 1},
        {1: 1},
        {1},
        b"x",
        object(),
    ],
)
def test_what_is_no_feel_value_is_refused(value: object) -> None:
    with pytest.raises(ValueInvalid):
        encode(value)


def test_values_that_are_nested_too_deep_are_refused() -> None:
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = {"$": value}
    orjson.dumps(encode(value))
    with pytest.raises(ValueInvalid):
        encode([value])


@pytest.mark.parametrize(
    "damaged",
    [1.5, {"$": 1}, {"$": []}, {"$": ["z", 1]}, {"$": ["n", "x"]}, {"$": ["dt", "soon"]},
     {"$": ["c", 3]}, {"$": ["s"], "a": 1},
     {"$": ["dt", "2026-01-01T00:00:00", "Nowhere/City", 0]}],
)  # fmt: skip
def test_damaged_values_are_noticed(damaged: object) -> None:
    with pytest.raises(StateInvalid):
        decode(damaged)


def test_the_stored_form_is_compact() -> None:
    assert orjson.dumps(encode({"a": [1, True, "x"], "d": date(2026, 11, 23)})) == (
        b'{"a":[1,true,"x"],"d":{"$":["d","2026-11-23"]}}'
    )


def test_a_number_without_measure_is_refused() -> None:
    with pytest.raises(ValueInvalid):
        encode(10**5000)
    assert decode(encode(10**1000)) == 10**1000
