"""The outcomes of intake, and which fault could have been told the first time."""

from engine.law import INTAKE_OUTCOMES, Fault, told_late

PLAN, RULES = Fault("material", "floor-plan", "no area"), Fault("material", "quality-rules", "a page is missing")
AREA = Fault("answer", "area", "not that of the plan")


def test_the_five_outcomes_are_those_of_the_law_in_its_order():
    assert list(INTAKE_OUTCOMES) == ["not-required", "wrong-authority", "fixed-on-spot", "correction", "accepted"]
    assert {key for key, one in INTAKE_OUTCOMES.items() if one.accepts} == {"fixed-on-spot", "accepted"}
    assert {key for key, one in INTAKE_OUTCOMES.items() if one.closes} == {"not-required", "wrong-authority"}


def test_what_has_not_changed_since_the_first_request_could_be_seen_then():
    changed = {("material", "floor-plan")}
    assert told_late([PLAN], changed) == []
    assert told_late([PLAN, RULES, AREA], changed) == [RULES, AREA]
    assert told_late([AREA], {("material", "area")}) == [AREA]  # a material of the same name is another thing
