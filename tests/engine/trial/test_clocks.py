"""The legal clocks of a trial: the shipped pharmacy, by the rules and working days of the fictional city."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.bpmn import Program, compile_program
from engine.bundles import bundle_files, guide_for, limit_of, read_bundle, read_example, start_variables
from engine.law import Calendar, read_calendar, read_profile
from engine.trial import Law, Trial, TrialClock, item_at
from engine.trial.examples import Story
from engine.values import Value
from tests.support.shipped import TREE

ROOT = Path(__file__).parents[3]
SHARED = ROOT / "processes" / "_shared"
FILES = bundle_files(TREE, "open-pharmacy")
BUNDLE = read_bundle(FILES)
PROGRAM = compile_program(FILES, BUNDLE.entry_process)
CITY = read_profile((SHARED / "profiles" / "fictional-city.toml").read_bytes())
CALENDAR = Calendar.from_tables([read_calendar(path.read_bytes()) for path in (SHARED / "calendars").iterdir()])
OFFICE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=OFFICE)


LICENCE = TREE["processes/_shared/item-licence.bpmn"]


def drawn_otherwise(licence: bytes) -> Program:
    """The pharmacy with another diagram for its licences."""
    return compile_program({**FILES, "_shared/item-licence.bpmn": licence}, BUNDLE.entry_process)


class Office(Story):
    """The ordinary example of the pharmacy, up to where a test goes on."""

    def does(self, step: str, item: str, variables: Mapping[str, Value] | None = None) -> None:
        task = self.open_task(step, item)
        assert task is not None, sorted(self.open_steps(), key=str)
        self.trial.complete(task, variables or {})

    def clock(self, item: str, name: str) -> TrialClock:
        (found,) = [one for one in self.trial.clocks if (one.item and one.item.key, one.terms.name) == (item, name)]
        return found

    def names(self, item: str) -> list[str]:
        return [one.terms.name for one in self.trial.clocks if one.item and one.item.key == item]

    def due(self, element: str, item: str) -> datetime | None:
        instances = self.trial.instances
        of_element = [one for one in self.trial.timers if one.what.element == element]
        (timer,) = [one for one in of_element if item_at(instances[one.instance - 1], one.what.scope) == item]
        return self.trial.due(timer)


def begun(
    law: Law | None,
    name: str = "ordinary",
    program: Program = PROGRAM,
    ways: Mapping[str, str] | None = None,
) -> Office:
    example = read_example(FILES[f"examples/{name}.json"], name)
    trial = Trial(program, now=MONDAY, calendar=CALENDAR, law=law)
    guide = guide_for(BUNDLE, example.guided)
    answers = {**example.answers, **example.guided}
    trial.start(BUNDLE.entry_process, start_variables(BUNDLE, guide, answers, example.ways if ways is None else ways))
    office = Office(trial)
    for act in example.acts:
        if act.step == "backfill":
            office.does("backfill", "P1", act.variables)
    return office


@pytest.fixture
def office() -> Office:
    return begun(Law(BUNDLE, CITY, CALENDAR))


def test_a_limit_begins_with_what_waits_for_it_and_says_why_it_ends_on_its_day(office):
    intake = office.clock("P2", "intake")
    assert (intake.terms.value, intake.terms.unit) == (5, "working_days")
    assert (intake.started_on, intake.reading.due_on, intake.reading.state) == (
        date(2026, 3, 2),
        date(2026, 3, 9),
        "running",
    )
    assert "三十二" in intake.terms.basis.zh
    assert len(intake.reading.explanation) > 1


def test_the_limits_of_an_item_begin_together_with_acceptance_and_end_with_the_ruling(office):
    assert "promised" not in office.names("P2")
    office.trial.advance(timedelta(days=1))
    office.does("accept", "P2", {"intake_outcome": "accepted"})
    assert office.clock("P2", "intake").stopped_on == date(2026, 3, 3)
    for name in ("promised", "statutory"):
        assert office.clock("P2", name).started_on == date(2026, 3, 3)
    assert office.clock("P2", "promised").reading.due_on == date(2026, 3, 19)


def test_the_next_timer_is_a_mark_and_at_the_end_of_intake_the_law_accepts(office):
    """行政许可法 art. 32: who is told nothing within five working days is accepted."""
    assert office.due("intake-limit", "P6") == datetime(2026, 3, 10, tzinfo=OFFICE)
    assert office.trial.next_due == office.due("promise-mark", "P5") == datetime(2026, 3, 3, tzinfo=OFFICE)
    office.trial.advance(timedelta(days=7, hours=14, minutes=59))
    assert office.open_task("accept", "P6")
    office.trial.advance(timedelta(minutes=1))
    assert office.open_task("accept", "P6") is None
    promised = office.clock("P6", "promised")
    assert (promised.started_on, promised.reading.due_on) == (date(2026, 3, 2), date(2026, 3, 9))


def test_a_commitment_that_is_taken_back_lets_the_limits_begin_anew_with_acceptance():
    """docs/commitment.md: what ran since receipt stops, and the ordinary way has its own time."""
    office = begun(Law(BUNDLE, CITY, CALENDAR), "commitment")
    assert office.clock("P4", "promised").started_on == date(2026, 3, 2)
    office.trial.advance(timedelta(days=2))
    case = office.trial.instances[0]
    [call] = [one for one in case.scopes.values() if one.inputs.get("item") == "P4"]
    office.trial.set_variables({"way": "withdrawn"}, instance=1, scope=call.scope)
    assert office.clock("P4", "promised").stopped_on == date(2026, 3, 4)
    assert office.clock("P4", "intake").started_on == date(2026, 3, 4)
    office.trial.advance(timedelta(days=1))
    office.does("accept", "P4", {"intake_outcome": "accepted"})
    promised = office.clock("P4", "promised")
    assert (promised.started_on, promised.stopped_on) == (date(2026, 3, 5), None)


def test_a_ruling_ends_the_items_own_limits_and_one_sent_back_does_not(office):
    office.does("accept", "P6", {"intake_outcome": "accepted"})
    office.does("review", "P6", {"proposal": "grant"})
    office.does("decide", "P6", {"ruling": "return"})
    assert office.clock("P6", "promised").stopped_on is None
    office.does("review", "P6", {"proposal": "grant"})
    office.trial.advance(timedelta(days=1))
    office.does("decide", "P6", {"ruling": "grant"})
    assert office.clock("P6", "promised").stopped_on == date(2026, 3, 3)
    assert office.clock("P6", "statutory").stopped_on == date(2026, 3, 3)


def test_a_mark_that_no_clock_has_is_an_incident_and_breaks_nothing():
    text = LICENCE.replace(b'clock("promised").mark("80%")', b'clock("promised").mark("50%")')
    office = begun(Law(BUNDLE, CITY, CALENDAR), program=drawn_otherwise(text))
    office.does("accept", "P6", {"intake_outcome": "accepted"})
    assert [one.what.element for one in office.trial.incidents] == ["review-and-decide"]
    assert office.trial.next_due is not None


def test_a_clock_of_several_parallel_tasks_ends_with_the_last():
    many = (
        b"<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        b'<zeebe:loopCharacteristics inputCollection="=[1, 2]" inputElement="one" />'
        b"</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )
    before, task, after = LICENCE.partition(b'<bpmn:userTask id="accept"')
    text = before + task + after.replace(b"</bpmn:userTask>", many, 1)
    office = begun(Law(BUNDLE, CITY, CALENDAR), program=drawn_otherwise(text))
    office.does("accept", "P6", {"intake_outcome": "accepted"})
    assert office.clock("P6", "intake").stopped_on is None
    office.trial.advance(timedelta(days=1))
    office.does("accept", "P6", {"intake_outcome": "accepted"})
    assert office.clock("P6", "intake").stopped_on == date(2026, 3, 3)


def test_the_rules_of_a_place_say_who_reviews_below():
    """行政许可法 art. 43: the county accepts and reviews, and hands up within its own limit."""
    county = read_profile((SHARED / "profiles" / "fictional-county.toml").read_bytes())
    law = Law.of(BUNDLE, county, CALENDAR, PROGRAM)
    handed_up = [item.key for item in law.bundle.items if item.hand_up is not None]
    assert handed_up
    assert all(limit_of("hand-up", law.bundle.item(key), law.bundle, county) for key in handed_up)


def test_after_a_correction_intake_begins_anew(office):
    office.does("accept", "P3", {"intake_outcome": "correction"})
    assert office.clock("P3", "correction").reading.due_on == date(2026, 3, 23)
    office.trial.advance(timedelta(days=2))
    office.does("correct", "P3")
    assert office.clock("P3", "correction").stopped_on == date(2026, 3, 4)
    assert office.clock("P3", "intake").started_on == date(2026, 3, 4)


def test_a_clock_goes_on_from_one_element_to_the_next(office):
    began = office.clock("P1", "delivery").started_on
    office.trial.advance(timedelta(days=1))
    office.does("issue", "P1")
    office.trial.advance(timedelta(days=1))
    delivery = office.clock("P1", "delivery")
    assert (delivery.started_on, delivery.stopped_on) == (began, None)


def test_a_special_procedure_stops_the_clock_and_moves_its_marks(office):
    """行政许可法 art. 45: the time of testing is not counted."""
    office.does("accept", "P6", {"intake_outcome": "accepted"})
    before = office.due("promise-mark", "P6")
    office.does("review", "P6", {"proposal": "procedure", "procedure": "testing", "on_application": False})
    assert office.clock("P6", "promised").reading.state == "paused"
    assert office.due("promise-mark", "P6") is None
    office.trial.advance(timedelta(days=7))
    office.does("testing", "P6", {})
    clock = office.clock("P6", "promised")
    assert clock.reading.state == "running"
    after = office.due("promise-mark", "P6")
    assert before is not None
    assert after is not None
    assert CALENDAR.working_days_between(before.date(), after.date()) == 5


def test_without_the_law_of_a_bundle_marks_are_fired_by_hand():
    office = begun(None)
    assert office.trial.clocks == ()
    assert office.due("intake-limit", "P6") is None
    assert office.trial.next_due is None
