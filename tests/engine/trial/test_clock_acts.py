"""The limits of a case as a whole, and what people do to a limit of a trial beside its diagram."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from engine.bundles import COMMITMENT, Bundle, verification_limit
from engine.errors import NothingWaits
from engine.law import ClockTerms, Parameter, Profile, begins_at_delivery, read_profile
from engine.trial import Act, Kind, Law, LimitRefused, Trial, TrialClock, act_from_json, perform
from engine.trial.applying import committed
from engine.words import Words
from tests.engine.trial.test_clocks import BUNDLE, CALENDAR, CITY, MONDAY, OFFICE, SHARED, Office, begun

COUNTY = read_profile((SHARED / "profiles" / "fictional-county.toml").read_bytes())
ACCEPTED = {"intake_outcome": "accepted"}


def law(bundle: Bundle = BUNDLE, place: Profile = CITY) -> Law:
    return Law.of(bundle, place, CALENDAR)


@pytest.fixture
def office() -> Office:
    return begun(law())


def joint(office: Office) -> TrialClock:
    [found] = [one for one in office.trial.clocks if one.item is None]
    return found


def refused(trial: Trial, act: Act) -> Words:
    with pytest.raises(LimitRefused) as why:
        perform(trial, act, waits_for_jobs=False)
    return why.value.words


# ---------------------------------------------------------------- the case as a whole


def test_the_joint_limit_runs_from_the_first_item_to_the_last_outcome(office):
    """行政许可法 art. 42, para. 2."""
    assert (joint(office).terms.value, joint(office).started_on) == (45, date(2026, 3, 2))
    office.trial.advance(timedelta(days=1))
    for item in ("P2", "P3"):
        office.does("accept", item, {"intake_outcome": "not-required"})
    office.does("accept", "P6", ACCEPTED)
    office.does("review", "P6", {"proposal": "grant"})
    office.does("decide", "P6", {"ruling": "grant"})
    assert joint(office).stopped_on is None
    office.trial.advance(timedelta(days=1))
    office.does("immediate", "P5", {"ruling": "refuse"})
    assert joint(office).stopped_on == date(2026, 3, 4)


def test_what_needs_a_result_that_is_refused_has_its_outcome_with_it():
    office = begun(law(), "registration-refused")  # every other item waits for the registration, and none has begun
    assert joint(office).stopped_on == date(2026, 3, 2)


def test_a_procedure_of_one_item_stops_the_joint_limit_where_the_place_says_so(office):
    before = joint(office).reading.due_on
    office.does("accept", "P6", ACCEPTED)
    office.does("review", "P6", {"proposal": "procedure", "procedure": "testing", "on_application": False})
    assert joint(office).reading.state == "paused"
    office.trial.advance(timedelta(days=7))
    office.does("testing", "P6")
    assert CALENDAR.working_days_between(before, joint(office).reading.due_on) == 5


def test_a_process_of_the_bundle_alone_has_no_joint_limit():
    trial = Trial(begun(None).trial.program(BUNDLE.entry_process), now=MONDAY, calendar=CALENDAR, law=law())
    trial.start("item-filing", {"item": "P5", "groups": {"decide": "food.decide"}, "way": "ordinary"})
    assert [one.item for one in trial.clocks if one.item is None] == []


# ---------------------------------------------------------------- what a place promises, and what was committed to


def test_a_place_that_promises_less_than_the_law_has_both_limits_and_they_end_together():
    office = begun(law(place=COUNTY))
    law_limit, promise = office.clock("P6", "intake"), office.clock("P6", "intake-promise")
    assert (law_limit.terms.value, promise.terms.value) == (5, 2)
    assert promise.reading.due_on < law_limit.reading.due_on
    office.trial.advance(timedelta(days=1))
    office.does("accept", "P6", ACCEPTED)
    assert office.clock("P6", "intake-promise").stopped_on == office.clock("P6", "intake").stopped_on
    assert office.clock("P6", "intake").stopped_on == date(2026, 3, 3)


def test_of_several_committed_proofs_the_earliest_verification_counts():
    """Two proofs of one item that a commitment may replace, with limits of their own."""
    [one] = [material for material in BUNDLE.materials if BUNDLE.commitment_terms("P5", material.key)]
    terms = BUNDLE.commitment_terms("P5", one.key)
    assert terms is not None
    soon = replace(terms, verification_parameter="verification-soon")
    other = replace(
        one, key="other-proof", requirements=tuple(replace(each, commitment=soon) for each in one.requirements)
    )
    bundle = replace(BUNDLE, materials=(*BUNDLE.materials, other))
    words = Words("示例", "example")
    parameter = Parameter("verification-soon", words, 20, "working_days", words)
    place = replace(CITY, parameters={**CITY.parameters, parameter.key: parameter})

    def limit(*materials: str) -> ClockTerms | None:
        return verification_limit(bundle, "P5", materials, place, lambda each: date(2026, 1, 1) + timedelta(each.value))

    assert [each.value if each else None for each in (limit(one.key), limit("other-proof"), limit())] == [60, 20, None]
    assert limit(one.key, "other-proof") == limit("other-proof")

    office = begun(law(bundle, place), "mixed-ways", ways={f"P5/{one.key}": COMMITMENT, "P5/other-proof": COMMITMENT})
    office.does("immediate", "P5", {"ruling": "grant"})
    assert office.clock("P5", "verification").terms.value == 20


def test_what_is_committed_to_is_told_by_the_variables_of_the_case():
    office = begun(law(), "mixed-ways", ways={"P2": COMMITMENT, "P5/health-certificates": COMMITMENT})
    case = office.trial.instances[0]
    told = [committed(case, BUNDLE, BUNDLE.item(key)) for key in ("P2", "P5", "P6")]
    assert told == [("",), ("health-certificates",), ()]
    items = dict(case.variables["items"])
    unnamed = {**items, "P5": {key: value for key, value in items["P5"].items() if key != "proofs"}}
    office.trial.set_variables({"items": unnamed})  # as cases were told before the proofs were named
    assert committed(office.trial.instances[0], BUNDLE, BUNDLE.item("P5")) == ("health-certificates",)


# ---------------------------------------------------------------- extensions


def test_an_extension_lengthens_the_limits_of_the_item_and_moves_its_marks(office):
    office.does("accept", "P2", ACCEPTED)
    mark, due = office.due("promise-mark", "P2"), office.clock("P2", "promised").reading.due_on
    offered = {one.terms.name: one.extension for one in office.trial.clocks if one.item and one.item.key == "P2"}
    assert offered["promised"] is not None
    assert offered["statutory"] is None  # it is offered once, at the first of the limits that it lengthens
    perform(office.trial, Act(Kind.EXTEND, 1, key="P2", text="需会商"), waits_for_jobs=False)
    promised = office.clock("P2", "promised")
    assert CALENDAR.working_days_between(due, promised.reading.due_on) == 10
    assert any("本行政机关负责人批准" in line.zh for line in promised.reading.explanation)
    assert office.clock("P2", "statutory").reading.due_on > promised.reading.due_on
    after = office.due("promise-mark", "P2")
    assert mark is not None
    assert after is not None
    assert after > mark
    assert joint(office).reading.due_on == date(2026, 5, 8)


def test_it_is_granted_once_in_time_and_only_where_it_is_laid_down(office):
    trial = office.trial
    with pytest.raises(NothingWaits):  # nothing of it runs before acceptance
        perform(trial, Act(Kind.EXTEND, 1, key="P4"), waits_for_jobs=False)
    office.does("accept", "P2", ACCEPTED)
    office.does("accept", "P6", ACCEPTED)
    assert "没有规定" in refused(trial, Act(Kind.EXTEND, 1, key="P6")).zh
    trial.extend("P2")
    assert "只能延长一次" in refused(trial, Act(Kind.EXTEND, 1, key="P2")).zh
    office.does("accept", "P3", ACCEPTED)
    trial.advance(timedelta(days=60))
    assert "届满" in refused(trial, Act(Kind.EXTEND, 1, key="P3")).zh
    assert all(one.extension is None for one in trial.clocks if one.item and one.item.key == "P3")


def test_the_joint_limit_is_extended_by_its_own_terms(office):
    before = joint(office).reading.due_on
    act = act_from_json(Act(Kind.EXTEND, 1, text="需会商").as_json())
    perform(office.trial, act, waits_for_jobs=False)
    assert CALENDAR.working_days_between(before, joint(office).reading.due_on) == 15
    assert "只能延长一次" in refused(office.trial, act).zh


def test_a_place_without_the_level_offers_no_extension():
    office = begun(law(place=replace(CITY, levels={})))
    assert joint(office).extension is None
    assert "没有规定" in refused(office.trial, Act(Kind.EXTEND, 1)).zh


def test_without_the_law_of_a_bundle_there_is_no_limit_to_change():
    with pytest.raises(NothingWaits):
        begun(None).trial.extend("P2")


# ---------------------------------------------------------------- deliveries

WAITS, DELIVERED = (Act(kind, 1, key="P6", name="correction") for kind in (Kind.AWAIT_DELIVERY, Kind.DELIVER))


def corrected(office: Office) -> None:
    office.does("accept", "P6", {"intake_outcome": "correction"})


def test_a_limit_whose_paper_is_sealed_later_waits_and_nothing_lapses(office):
    corrected(office)
    assert office.clock("P6", "correction").may_wait
    perform(office.trial, WAITS, waits_for_jobs=False)
    waiting = office.clock("P6", "correction")
    assert (waiting.waits, waiting.may_wait, waiting.may_be_delivered) == (True, False, True)
    assert office.due("correction-limit", "P6") is None
    office.trial.advance(timedelta(days=40))
    assert office.open_task("correct", "P6")
    perform(office.trial, DELIVERED, waits_for_jobs=False)
    running = office.clock("P6", "correction")
    assert (running.started_on, running.waits, running.from_delivery) == (date(2026, 4, 13), False, True)
    assert office.due("correction-limit", "P6") is not None
    assert "以第一次为准" in refused(office.trial, DELIVERED).zh


def test_a_paper_handed_over_later_gives_the_days_anew(office):
    corrected(office)
    assert not office.clock("P6", "correction").may_be_delivered  # on the day of its issue it would change nothing
    office.trial.advance(timedelta(days=2))
    assert "另行盖章" in refused(office.trial, WAITS).zh
    perform(office.trial, DELIVERED, waits_for_jobs=False)
    assert office.clock("P6", "correction").started_on == date(2026, 3, 4)
    assert not office.clock("P6", "correction").may_be_delivered


def test_only_a_limit_that_a_paper_tells_of_waits(office):
    assert "不自文书送达起算" in refused(office.trial, replace(WAITS, name="intake")).zh
    with pytest.raises(NothingWaits):
        perform(office.trial, DELIVERED, waits_for_jobs=False)


def test_who_corrects_before_the_paper_came_has_corrected_in_time(office):
    corrected(office)
    perform(office.trial, WAITS, waits_for_jobs=False)
    office.trial.advance(timedelta(days=3))
    office.does("correct", "P6")
    ended = office.clock("P6", "correction")
    assert (ended.stopped_on, ended.waits, ended.reading.state) == (date(2026, 3, 5), False, "stopped")


@pytest.mark.parametrize(
    ("waits", "electronic", "later", "begins"),
    [
        (True, False, 0, True),
        (True, True, 0, True),
        (False, False, 1, True),
        (False, True, 1, False),
        (False, False, 0, False),
    ],
)
def test_when_a_limit_begins_with_a_delivery(waits, electronic, later, begins):
    issued = date(2026, 3, 2)
    delivered = issued + timedelta(later)
    assert begins_at_delivery(issued, delivered, waits=waits, electronic=electronic) is begins


# ---------------------------------------------------------------- verification


def test_an_order_to_rectify_begins_its_limits_anew_and_looking_again_begins_with_their_end():
    office = begun(law(), "commitment")
    office.does("immediate", "P2", {"ruling": "grant"})
    office.does("verify", "P2", {"verification_result": "rectify"})
    first = office.clock("P2", "rectification")
    recheck = office.clock("P2", "recheck")
    assert recheck.started_on == first.reading.due_on
    office.trial.advance(timedelta(days=10))
    office.does("recheck", "P2", {"verification_result": "rectify"})
    again = office.clock("P2", "rectification")
    assert (again.started_on, again.stopped_on) == (date(2026, 3, 12), None)
    office.does("recheck", "P2", {"verification_result": "pass"})
    assert office.clock("P2", "rectification").stopped_on == office.clock("P2", "recheck").stopped_on
    assert office.trial.now == datetime(2026, 3, 12, 9, tzinfo=OFFICE)
