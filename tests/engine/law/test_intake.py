"""The outcomes of intake, and which fault could have been told the first time."""

from engine.law import INTAKE_OUTCOMES, Fault, told_late

PLAN, RULES = Fault("material", "floor-plan", "no area"), Fault("material", "quality-rules", "a page is missing")
AREA = Fault("answer", "area", "not that of the plan")


def test_the_five_outcomes_follow_the_clauses_of_the_law():
    assert list(INTAKE_OUTCOMES) == ["not-required", "wrong-authority", "fixed-on-spot", "correction", "accepted"]
    assert [one.clause.zh[-6:] for one in INTAKE_OUTCOMES.values()] == [f"第一款第{n}项" for n in "一二三四五"]
    assert {key for key, one in INTAKE_OUTCOMES.items() if one.accepts} == {"fixed-on-spot", "accepted"}
    assert {key for key, one in INTAKE_OUTCOMES.items() if one.closes} == {"not-required", "wrong-authority"}


def test_what_has_not_changed_since_the_first_request_could_be_seen_then():
    changed = {("material", "floor-plan")}
    assert told_late([PLAN], changed) == []
    assert told_late([PLAN, RULES, AREA], changed) == [RULES, AREA]
    assert told_late([AREA], {("material", "area")}) == [AREA]  # a material of the same name is another thing
