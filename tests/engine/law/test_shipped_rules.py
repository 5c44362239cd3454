"""The calendars and profiles that come with the product can be read."""

from pathlib import Path

import pytest

from engine.law import Calendar, read_calendar, read_profile

SHARED = Path(__file__).parents[3] / "processes" / "_shared"


@pytest.mark.parametrize("path", sorted((SHARED / "profiles").glob("*.toml")), ids=lambda path: path.stem)
def test_a_profile_is_whole(path):
    profile = read_profile(path.read_bytes(), path.name)
    assert profile.key == path.stem
    assert profile.terms("intake-limit").value > 0


def test_the_calendars_make_one_calendar():
    tables = [read_calendar(path.read_bytes(), path.name) for path in sorted((SHARED / "calendars").glob("*.toml"))]
    assert {table.year for table in tables} == set(Calendar.from_tables(tables).years)
