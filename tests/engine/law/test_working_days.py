"""Counting working days, held against counting them day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DefinitionInvalid, ValueInvalid
from engine.law import Calendar, CalendarYear, read_calendar
from engine.words import Words

FIRST_YEAR, LAST_YEAR = 2016, 2035
FESTIVAL = Words("节日", "festival")


def year_table(
    year: int, off: set[date] = frozenset(), worked: set[date] = frozenset(), status: str = "published"
) -> CalendarYear:
    return CalendarYear(
        year,
        dict.fromkeys(off, FESTIVAL),
        dict.fromkeys(worked, FESTIVAL),
        status,
        Words("通知", "notice"),
        f"version-{year}",
    )


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Twenty years of any holidays on any day and any worked weekend days."""
    tables = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        days = draw(st.sets(st.dates(date(year, 1, 1), date(year, 12, 31)), max_size=40))
        weekend = {day for day in days if day.weekday() >= 5}
        worked = set(draw(st.lists(st.sampled_from(sorted(weekend)), unique=True))) if weekend else set()
        tables.append(year_table(year, days - worked, worked))
    return Calendar.from_tables(tables)


def is_worked(calendar: Calendar, day: date) -> bool:
    if day in calendar.make_up_days:
        return True
    return day.weekday() < 5 and day not in calendar.holidays


def add_day_by_day(calendar: Calendar, day: date, n: int) -> date:
    step = timedelta(1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= is_worked(calendar, day)
    return day


DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


@settings(max_examples=60, deadline=None)
@given(calendars(), st.lists(st.tuples(DAYS, st.integers(-400, 400)), min_size=1, max_size=15))
def test_adding_reaches_the_day_that_counting_day_by_day_reaches(calendar, sums):
    for day, n in sums:
        assert calendar.add_working_days(day, n).day == add_day_by_day(calendar, day, n)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.lists(st.tuples(DAYS, st.integers(0, 700)), min_size=1, max_size=15))
def test_between_counts_the_working_days_after_the_first_up_to_the_second(calendar, spans):
    for a, length in spans:
        b = a + timedelta(length)
        counted = sum(is_worked(calendar, a + timedelta(i)) for i in range(1, length + 1))
        assert calendar.working_days_between(a, b) == counted
        assert calendar.working_days_between(b, a) == -counted


@settings(max_examples=40, deadline=None)
@given(calendars(), DAYS, st.integers(1, 500))
def test_what_was_added_lies_between(calendar, day, n):
    assert calendar.working_days_between(day, calendar.add_working_days(day, n).day) == n


def test_the_day_itself_is_not_counted_and_zero_days_stay():
    calendar = Calendar.from_tables([year_table(2026)])
    friday = date(2026, 3, 6)
    assert calendar.add_working_days(friday, 1).day == date(2026, 3, 9)
    assert calendar.add_working_days(friday, 0).day == friday
    assert calendar.add_working_days(date(2026, 3, 7), -1).day == friday


def test_holidays_that_were_skipped_and_make_up_days_that_were_worked_are_named():
    off, worked = {date(2026, 10, 1), date(2026, 10, 2)}, {date(2026, 9, 27)}
    due = Calendar.from_tables([year_table(2026, off, worked)]).add_working_days(date(2026, 9, 25), 5)
    assert due.day == date(2026, 10, 5)
    assert [day for day, _ in due.skipped] == [date(2026, 10, 1), date(2026, 10, 2)]
    assert due.worked == ((date(2026, 9, 27), FESTIVAL),)
    assert not due.provisional


@pytest.mark.parametrize("status", ["provisional", None])
def test_a_day_in_a_year_without_a_published_table_is_provisional(status):
    tables = [year_table(2026)] + ([year_table(2027, status=status)] if status else [])
    calendar = Calendar.from_tables(tables)
    assert not calendar.add_working_days(date(2026, 12, 28), 3).provisional
    assert calendar.add_working_days(date(2026, 12, 28), 4).provisional
    assert not calendar.add_working_days(date(2025, 12, 31), 1).provisional


def test_a_later_notice_may_name_days_of_the_december_before():
    early = year_table(2027, off={date(2026, 12, 31)})
    calendar = Calendar.from_tables([early, year_table(2026)])
    assert calendar.add_working_days(date(2026, 12, 30), 1).day == date(2027, 1, 1)


def test_counting_past_the_last_year_is_refused():
    with pytest.raises(ValueInvalid):
        Calendar.from_tables([]).add_working_days(date(9999, 12, 1), 100)


def test_the_version_names_every_table():
    assert Calendar.from_tables([year_table(2026), year_table(2027)]).version == "2026:version-2026+2027:version-2027"


# ---------------------------------------------------------------- the file

HEAD = """
format = 1
year = 2026
status = "announced"
source = { zh = "通知", en = "Notice" }
"""


def day_row(day: str, kind: str) -> str:
    return f'[[days]]\ndate = {day}\nkind = "{kind}"\nname = {{ zh = "元旦", en = "New Year" }}\n'


def codes(text: str) -> set[tuple[str, str]]:
    with pytest.raises(DefinitionInvalid) as refused:
        read_calendar(text.encode(), "calendars/2026.toml")
    return {(finding.code, finding.element) for finding in refused.value.findings}


def test_a_calendar_file_is_read():
    table = read_calendar((HEAD + day_row("2026-01-01", "holiday") + day_row("2026-01-04", "make-up")).encode())
    assert table.status == "published"
    assert table.holidays == {date(2026, 1, 1): Words("元旦", "New Year")}
    assert set(table.make_up_days) == {date(2026, 1, 4)}
    assert len(table.version) == 64


def test_contradictions_doubles_and_strays_are_all_named_at_once():
    rows = [
        ("2026-01-01", "holiday"),
        ("2026-01-01", "holiday"),
        ("2026-01-03", "holiday"),
        ("2026-01-03", "make-up"),
        ("2026-01-05", "make-up"),
        ("2028-01-05", "holiday"),
        ("2026-01-05", "feast"),
    ]
    assert codes(HEAD + "".join(day_row(*row) for row in rows)) == {
        ("day-named-twice", "days[2]"),
        ("day-contradicts", "days[4]"),
        ("wrong-value", "days[5].date"),
        ("wrong-value", "days[6].date"),
        ("wrong-value", "days[7].kind"),
        ("day-contradicts", "days[7]"),
    }


def test_missing_and_unknown_keys_are_named():
    assert codes('format = 1\nyear = 2026\nstate = "announced"\n[[days]]\nkind = "holiday"\n') == {
        ("missing-key", "status"),
        ("missing-key", "source"),
        ("unknown-key", "state"),
        ("missing-key", "days[1].date"),
        ("missing-key", "days[1].name"),
    }


def test_what_is_no_toml_is_refused():
    assert codes("year = ") == {("not-toml", "")}
    assert codes("year = 2026\n[[days]]\ndate = 2026-02-30\n") == {("not-toml", "")}
