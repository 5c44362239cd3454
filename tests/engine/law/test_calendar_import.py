"""A table of working days comes into force beside the others only where it is whole, new and agrees with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.errors import DefinitionInvalid
from engine.law import Calendar, check_calendar, read_calendar, read_profile

SHARED = Path(__file__).parents[3] / "processes" / "_shared"
PROFILE = read_profile((SHARED / "profiles" / "fictional-city.toml").read_bytes())
YEAR_2026 = (SHARED / "calendars" / "2026.toml").read_text("utf-8")
YEAR_2027 = (SHARED / "calendars" / "2027.toml").read_text("utf-8")
IN_FORCE = [read_calendar(YEAR_2026.encode()), read_calendar(YEAR_2027.encode())]
DAY = '[[days]]\ndate = {day}\nkind = "{kind}"\nname = {{ zh = "{name}", en = "{name}" }}\n'


def announced(text: str = YEAR_2027) -> str:
    """The table of 2027 as it will be published."""
    return text.replace('status = "provisional"', 'status = "announced"')


def without_month(text: str, month: str) -> str:
    """The table without the days of one month."""
    head, *days = text.split("[[days]]")
    return "[[days]]".join([head, *(day for day in days if f"2027-{month}-" not in day)])


def closures(*days: str, place: str = "fictional-city", more: str = "") -> str:
    head = (
        'format = 1\nyear = 2026\nstatus = "published"\n'
        f'place = "{place}"\n{more}'
        'source = { zh = "江城市人民政府关于防汛停止办公的通告", en = "Notice on the flood" }\n'
    )
    return head + "".join(DAY.format(day=day, kind="closed", name="防汛停止办公") for day in days)


def refused(text: str, in_force=IN_FORCE) -> list[tuple[str, str]]:
    return [(one.code, one.message.zh) for one in check_calendar(read_calendar(text.encode()), in_force, PROFILE)]


def test_the_announced_table_follows_the_provisional_one():
    assert refused(announced()) == []


def test_the_same_table_twice_is_refused_however_it_is_written():
    for text in (YEAR_2026, YEAR_2026 + "\n# another comment\n"):
        ((code, words),) = refused(text)
        assert code == "calendar-imported-twice"
        assert "国办发明电〔2025〕7号" in words


@pytest.mark.parametrize(("month", "named"), [("02", "2月"), ("10", "10月")])
def test_a_missing_month_is_named(month, named):
    codes = refused(without_month(announced(), month))
    assert [code for code, _ in codes] == ["calendar-month-missing"]
    assert named in codes[0][1]


def test_a_missing_month_is_named_where_nothing_is_known_of_the_year_yet():
    ((code, words),) = refused(without_month(announced(), "10"), IN_FORCE[:1])
    assert code == "calendar-incomplete"
    assert "应为13天" in words
    assert "10月没有安排" in words
    assert "《全国年节及纪念日放假办法》" in words


def test_a_table_that_contradicts_the_published_one_is_refused_and_its_days_are_named():
    other = YEAR_2026.replace("date = 2026-01-02", "date = 2026-01-05")
    ((code, words),) = refused(other)
    assert code == "calendar-contradicts"
    assert "2026年1月2日、2026年1月5日" in words
    corrected = other.replace("year = 2026", f'year = 2026\nreplaces = "{IN_FORCE[0].version[:12]}"')
    assert refused(corrected) == []


def test_december_of_the_year_before_may_not_contradict_that_year():
    wrong = announced() + DAY.format(day="2026-12-26", kind="make-up", name="元旦调休上班")
    assert refused(wrong) == []  # the notice of 2026 says nothing of that Saturday
    holiday = YEAR_2026 + DAY.format(day="2026-12-26", kind="holiday", name="补休")
    ((code, _),) = refused(wrong, [read_calendar(holiday.encode()), IN_FORCE[1]])
    assert code == "calendar-contradicts"


def test_a_published_year_is_not_taken_back():
    published = [IN_FORCE[0], read_calendar(announced().encode())]
    assert "calendar-taken-back" in [code for code, _ in refused(YEAR_2027 + "# again\n", published)]


def test_a_day_both_off_and_worked_is_refused_as_it_is_read():
    with pytest.raises(DefinitionInvalid) as fault:
        read_calendar((YEAR_2026 + DAY.format(day="2026-01-01", kind="make-up", name="上班")).encode())
    assert {finding.code for finding in fault.value.findings} >= {"day-contradicts"}


# ---------------------------------------------------------------- local closures


def test_a_local_closure_takes_a_day_out_of_that_calendar():
    closed = read_calendar(closures("2026-07-08").encode())
    assert check_calendar(closed, IN_FORCE, PROFILE) == []
    here, elsewhere = Calendar.from_tables([*IN_FORCE, closed]), Calendar.from_tables(IN_FORCE)
    assert not here.is_working_day(date(2026, 7, 8))
    assert elsewhere.is_working_day(date(2026, 7, 8))
    assert here.add_working_days(date(2026, 7, 7), 1).skipped[0][1].zh == "防汛停止办公"
    assert here.version != elsewhere.version


def test_a_make_up_day_can_be_closed_too():
    closed = read_calendar(closures("2026-01-04").encode())  # a worked Sunday
    assert check_calendar(closed, IN_FORCE, PROFILE) == []
    assert not Calendar.from_tables([closed, *IN_FORCE]).is_working_day(date(2026, 1, 4))


def test_a_closure_on_a_day_off_twice_or_otherwise_is_refused():
    ((code, words),) = refused(closures("2026-10-01", "2026-07-08"))
    assert code == "closure-on-day-off"
    assert "2026年10月1日" in words
    known = [*IN_FORCE, read_calendar(closures("2026-07-08").encode())]
    assert [code for code, _ in refused(closures("2026-07-08") + "# again\n", known)] == ["calendar-imported-twice"]
    assert [code for code, _ in refused(closures("2026-07-09"), known)] == ["calendar-contradicts"]
    assert refused(closures("2026-07-09", place="elsewhere"), known) == []
    corrected = closures("2026-07-08", "2026-07-09", more=f'replaces = "{known[-1].version}"\n')
    assert refused(corrected, known) == []


def test_a_closure_table_has_no_holidays():
    text = closures("2026-07-08").replace('"closed"', '"holiday"')
    with pytest.raises(DefinitionInvalid):
        read_calendar(text.encode())
