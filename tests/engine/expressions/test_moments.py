"""Years beyond four digits and before year 1, and fractions to the nanosecond."""

# ruff: noqa: DTZ001 - local dates and times without a zone are values of the language

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expressions import compile_expression
from engine.expressions.feel import moments
from engine.values import FarDate, FarDateTime, FineDuration, FineTime, YearsMonths

day_numbers = st.integers(-360_000_000_000, 360_000_000_000)
zones = st.sampled_from([None, UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")])
near_moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=zones)
near_durations = st.timedeltas(timedelta(days=-4_000_000), timedelta(days=4_000_000))


def from_civil(year: int, month: int, day: int) -> int:
    """The day number by another way: months counted from March (H. Hinnant's algorithm)."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 305


@given(day_numbers)
def test_a_day_number_and_its_date_are_the_same_day(number):
    day = moments.date_of(number)
    assert moments.day_number(day) == number == from_civil(day.year, day.month, day.day)
    assert (type(day) is date) is (1 <= day.year <= 9999)


@given(near_moments, near_durations)
def test_moving_a_moment_is_what_the_standard_library_does_where_it_can(moment, length):
    moved = compile_expression("m + d").evaluate({"m": moment, "d": length})
    try:
        if moment.tzinfo is None:
            expected = moment + length
        else:
            expected = (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)
    except OverflowError:
        assert type(moved) is FarDateTime
    else:
        assert (moved, moved.utcoffset()) == (expected, expected.utcoffset())


@given(near_moments, near_moments)
def test_the_difference_of_two_moments_is_that_of_the_standard_library(one, other):
    found = compile_expression("a - b").evaluate({"a": one, "b": other})
    if (one.tzinfo is None) != (other.tzinfo is None):
        assert found is None
    elif one.tzinfo is None:
        assert found == one - other
    else:
        assert found == one.astimezone(UTC) - other.astimezone(UTC)


@given(st.dates(), near_durations)
def test_a_date_moved_is_the_date_that_the_standard_library_gives(day, length):
    moved = compile_expression("d + l").evaluate({"d": day, "l": length})
    try:
        expected = (datetime.combine(day, datetime.min.time()) + length).date()
    except OverflowError:
        assert type(moved) is FarDate
    else:
        assert moved == expected


@given(near_moments, st.integers(-30_000_000, 30_000_000), zones)
def test_a_far_moment_moved_there_and_back_is_the_same(moment, days, zone):
    source = "m + d - d = m and (m + d) - m = d and string(date and time(string(m + d))) = string(m + d)"
    variables = {"m": moment.replace(tzinfo=UTC), "d": FineDuration(days * moments.DAY + 1)}
    assert compile_expression(source).evaluate(variables) is True


@given(near_durations, st.integers(-999, 999), st.integers(2, 9))
def test_durations_of_nanoseconds_are_added_and_scaled_exactly(length, fraction, factor):
    exact = moments.duration_of(moments.span(length) + fraction)
    run = compile_expression("[d + d, d * n, duration(string(d)), -(-d), (d * n) / d]")
    doubled, scaled, read, kept, ratio = run.evaluate({"d": exact, "n": factor})
    assert moments.span(doubled) == 2 * moments.span(exact)
    assert moments.span(scaled) == factor * moments.span(exact)
    assert read == kept == exact
    assert ratio == (factor if moments.span(exact) else None)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('date("-0044-03-15")', FarDate(-44, 3, 15)),
        ('date("0000-02-29")', FarDate(0, 2, 29)),
        ('date("-0001-02-29")', None),
        ('date("-0000-01-01")', None),
        ('date("02026-01-01")', None),
        ('date("1000000000-01-01")', None),
        ("date(12026, 2, 28)", FarDate(12026, 2, 28)),
        ("date(12026, 2, 29)", None),
        ('string(@"12026-03-01")', "12026-03-01"),
        ('@"12026-03-01".year', 12026),
        ('@"12026-03-01".weekday', date(2026, 3, 1).isoweekday()),
        ('day of week(@"-0044-03-15")', "Thursday"),
        ('week of year(@"12026-01-01")', date(2026, 1, 1).isocalendar().week),
        ('last day of month(@"12024-02-10")', FarDate(12024, 2, 29)),
        ('@"12026-01-31" + @"P1M"', FarDate(12026, 2, 28)),
        ('@"12026-01-31" - @"P10000Y"', date(2026, 1, 31)),
        ('@"0001-01-01" - @"P1D"', FarDate(0, 12, 31)),
        ('@"10000-01-01" - @"9999-12-31"', timedelta(days=1)),
        ('@"9999-12-31" < @"10000-01-01"', True),
        ('@"-0002-01-01" < @"-0001-01-01"', True),
        ('@"10000-01-01" in [@"9999-12-31"..@"10000-01-02"]', True),
        ('sort([@"10000-01-01", @"2026-01-01", @"-0001-01-01"])[1].year', -1),
        ('max(@"10000-01-01", @"2026-01-01").year', 10000),
        ('count(for d in @"9999-12-30"..@"10000-01-02" return d)', 4),
        ('years and months duration(@"-0001-12-31", @"12026-01-01")', YearsMonths(12026 * 12)),
        ('@"10:00:00.000000001" = @"10:00:00.000000002"', False),
        ('@"10:00:00.000000001" < @"10:00:00.000000002"', True),
        ('@"10:00:00.000000001" + @"PT0.000000999S"', datetime(1, 1, 1, 10, 0, 0, 1).time()),
        ('@"10:00:00.000000002" - @"10:00:00"', FineDuration(2)),
        ('string(@"PT0.000000001S")', "PT0.000000001S"),
        ('string(-@"PT0.000000001S")', "-PT0.000000001S"),
        ('abs(@"-PT0.000000001S")', FineDuration(1)),
        ('@"PT0.000000001S" * 1000', timedelta(microseconds=1)),
        ('@"2026-03-01T10:00:00.000000001Z" > @"2026-03-01T10:00:00Z"', True),
        ('@"2026-03-01T10:00:00.000000001Z" > @"2026-03-01T10:00:00"', True),
        ('date(@"12026-03-01T10:00:00Z")', FarDate(12026, 3, 1)),
        ('date and time(@"12026-03-01T10:00:00Z", "Asia/Shanghai").hour', 18),
        ('string(@"12026-07-01T10:00:00@Europe/Paris" + @"PT1H")', "12026-07-01T11:00:00@Europe/Paris"),
        ('@"12026-07-01T10:00:00@Europe/Paris".time offset', timedelta(hours=2)),
        ('@"12026-01-01T10:00:00@Europe/Paris".time offset', timedelta(hours=1)),
        ('time(@"12026-03-01T10:00:00.5Z")', datetime(1, 1, 1, 10, 0, 0, 500_000, UTC).timetz()),
        ('@"10:00:00.000000001" instance of time', True),
        ('@"12026-03-01T10:00:00" instance of date and time', True),
        ('@"PT0.000000001S" instance of days and time duration', True),
        ("time(10, 0, 0.000000001)", FineTime(10, 0, 0, 1)),
        ('is(@"12026-03-01", @"12026-03-01")', True),
        ('is(@"10:00:00.000000001", @"10:00:00.000000001")', True),
        ('is(@"12026-03-01T10:00:00Z", @"12026-03-01T18:00:00+08:00")', False),
        ('is(@"2026-03-01T10:00:00Z", @"12026-03-01T10:00:00Z")', False),
        ('{d: @"12026-03-01"} = {d: @"12026-03-01"}', True),
        ('date and time(@"0001-01-01T00:00:00Z", "America/New_York").year', 0),
        ('(@"0000-12-31T23:00:00@America/New_York" + @"PT1H").year', 1),
    ],
)
def test_values_beyond_the_types_of_python(feel, source, expected):
    found = feel(source)
    assert found == expected
    assert type(found) is type(expected)


def test_an_hour_that_clocks_show_twice_is_kept_apart_to_the_nanosecond(feel):
    second = feel('@"2026-10-25T00:30:00.000000001Z" + @"PT1H"')
    moved = feel('date and time(m, "Europe/Paris")', {"m": second})
    assert feel("string(m)", {"m": moved}) == "2026-10-25T02:30:00.000000001@Europe/Paris"
    assert feel("m.time offset", {"m": moved}) == timedelta(hours=1)
    assert feel('(m - @"PT1H").time offset', {"m": moved}) == timedelta(hours=2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (FarDate(-44, 3, 15), "-0044-03-15"),
        (FineTime(8, 30, 0, 1), "08:30:00.000000001"),
        (FineTime(8, 30, 0, 1, UTC), "08:30:00.000000001+00:00"),
        (FarDateTime(FarDate(12026, 3, 1), FineTime(8, 30, 0, 1)), "12026-03-01T08:30:00.000000001"),
        (FarDateTime(FarDate(12026, 3, 1), datetime(2026, 3, 1, 8, 30).time()), "12026-03-01T08:30:00"),
        (FineDuration(-1_500_000_000), "-PT1.500000000S"),
    ],
)
def test_where_a_value_is_shown_as_it_is_it_can_be_read(value, text):
    assert str(value) == text
