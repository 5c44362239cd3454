"""A new version of the local rules changes no limit that has begun: it keeps the terms in force at its start."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_pauses import clocks, notice, pause, resume
from tests.support import office
from webapp import moments
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.models import ItemCase, LegalClock, Timer
from webapp.queries.clock_page import clock_page
from webapp.services.releases import load_rules
from webapp.settings import PROJECT_FOLDER

ACCEPTED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
CITY = PROJECT_FOLDER / "processes" / "_shared" / "profiles" / "fictional-city.toml"


def day(number: int) -> datetime:
    return datetime(2026, 9, number, 2, 0, tzinfo=UTC)


def accepted() -> int:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    return case.id


def new_rules() -> None:
    """The city counts the day of the event from now on, and takes ten days for what took five."""
    text = CITY.read_text("utf-8").replace("valid_from = 2026-01-01", "valid_from = 2026-09-02")
    counts = text.index("[parameters.day-of-event-counts]")
    text = text[:counts] + text[counts:].replace("value = false", "value = true", 1)
    limit = text.index("[parameters.intake-limit]")
    text = text[:limit] + text[limit:].replace("value = 5", "value = 10", 1)
    assert load_rules({("profile", "fictional-city"): text.encode()}) == 1
    assert rules_in_force().profile.rule("day-of-event-counts", False) is True


def lines(case_id: int, name: str = "promised") -> list[str]:
    page = clock_page(case_id, "")
    item = next(one.item for one in page.items if one.item.key == "P2")
    return [line.zh for clock in item.clocks if clock.key == name for line in clock.lines]


def test_what_has_begun_keeps_its_terms_through_pauses_and_what_begins_later_has_the_new(db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        before = accepted()
    assert clocks(db, before)["promised"].due_on == date(2026, 9, 17)
    version = rules_in_force().profile.version
    new_rules()
    with frozen_at(day(7)):
        pause(db, before, document=notice(db, before))
    with frozen_at(day(11)):
        resume(db, before)
        after = clocks(db, before)
        # The same day as without new rules: the pause took four working days, and the day of acceptance none.
        assert after["promised"].due_on == date(2026, 9, 22)
        timer = db.session.query(Timer).filter_by(case_id=before, clock="promised", mark="80%").all()[-1]
        assert timer.due_at is not None
        # Nine of the twelve days: 2-4, 7, then 14-18 September.
        assert moments.local(timer.due_at).date() == date(2026, 9, 18)
        told = lines(before)
        assert any("当日不计入" in line for line in told)
        assert f"2026年1月1日起施行的版本（{version[:12]}），起算时有效；其后的版本不改变已经起算的期限" in told[-1]
    with frozen_at(day(8)):
        later = accepted()
    item = db.session.query(ItemCase).filter_by(case_id=later, item_key="P2").one()
    promised = db.session.query(LegalClock).filter_by(item_case_id=item.id, name="promised").one()
    calendar = rules_in_force().calendar
    assert calendar.working_days_between(date(2026, 9, 7), promised.due_on) == 12  # Tuesday 8 is the first of twelve
    with frozen_at(day(9)):
        assert "2026年9月2日起施行的版本" in lines(later)[-1]
        assert "其后的版本" not in lines(later)[-1]


def test_a_limit_of_the_place_itself_is_kept_too(db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
    new_rules()
    item = db.session.query(ItemCase).filter_by(case_id=case.id, item_key="P2").one()
    intake = db.session.query(LegalClock).filter_by(item_case_id=item.id, name="intake").one()
    assert (intake.value, intake.due_on) == (5, date(2026, 9, 8))
    with frozen_at(day(2)):
        assert any("5个工作日" in line for line in lines(case.id, "intake"))


def test_a_clock_from_before_this_was_kept_is_counted_by_the_rules_of_today(db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        case_id = accepted()
        db.session.query(LegalClock).update({"profile_id": None, "first_day_counts": None})
        db.session.commit()
        assert not any("地方规则" in line for line in lines(case_id))
        assert clocks(db, case_id)["promised"].due_on == date(2026, 9, 17)
