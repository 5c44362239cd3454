"""Days with each and days in all."""

from datetime import date

from engine.law import Calendar, CalendarYear, Spell, days_held
from engine.words import Words

HOLIDAY = Words("国庆节", "National Day")
CALENDAR = Calendar.from_tables(
    [CalendarYear(2026, {date(2026, 10, n): HOLIDAY for n in range(1, 8)}, {}, "published", HOLIDAY, "v")]
)


def test_days_with_each_and_in_all_leave_out_holidays_and_pauses():
    held = days_held(
        CALENDAR,
        [
            Spell("bureau", date(2026, 9, 21), date(2026, 9, 24)),  # 22, 23, 24
            Spell("applicant", date(2026, 9, 24), date(2026, 9, 29)),  # 25, 28, 29
            Spell("bureau", date(2026, 9, 29), None),  # 30, and after the holidays 8, 9, 12
            Spell("city", date(2026, 10, 8), None),  # side by side: 9, 12
        ],
        [Spell("", date(2026, 10, 8), date(2026, 10, 9))],
        date(2026, 9, 21),
        date(2026, 10, 12),
    )
    assert held.in_all == 10
    assert held.paused == 1
    assert dict(held.with_each) == {"bureau": 3 + 1 + 2, "applicant": 3, "city": 1}


def test_the_day_of_the_beginning_is_not_counted():
    spells = [Spell("bureau", date(2026, 9, 21), date(2026, 9, 21))]
    held = days_held(CALENDAR, spells, [], date(2026, 9, 21), date(2026, 9, 21))
    assert (held.in_all, dict(held.with_each)) == (0, {})
