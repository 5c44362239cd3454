"""The shipped item processes walk the same paths on our core and on the reference core."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.runtime import Context, Step
from tests.engine.reference.walks import _Ours, walk

SHARED = Path(__file__).parents[2] / "processes" / "_shared"
FILES = {path.name: path.read_bytes() for path in SHARED.glob("*.bpmn")}
CONTEXT = Context(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
GROUPS = {"intake": "a.review", "review": "a.review", "decide": "a.decide", "verify": "market.verify"}
ORDINARY = {
    "item": "P9", "way": "ordinary", "accepts": "department", "immediate": False, "visit": "never", "groups": GROUPS,
}  # fmt: skip
STILL_OPEN = {**ORDINARY, "lapse_outcome": "correct-late"}  # what the job answers where the place lets it
COMMITMENT = {**ORDINARY, "way": "commitment"}
AT_WINDOW = {**ORDINARY, "accepts": "window", "immediate": True}
VISITED = {**ORDINARY, "visit": "declared"}
PREPARED = {**ORDINARY, "accepts": "decider", "immediate": True}
HANDED_UP = {**ORDINARY, "hand_up": True, "groups": {**GROUPS, "send": "a.decide", "receive": "b.review"}}

ACCEPT = ("accept", {"intake_outcome": "accepted"})
CORRECTED = [("accept", {"intake_outcome": "correction"}), ("correct",)]
GRANT = [("review", {"proposal": "grant"}), ("decide", {"ruling": "grant"})]
REFUSE = [("review", {"proposal": "refuse"}), ("decide", {"ruling": "refuse"})]
EXAMINED = ("examine", {"visit_needed": True})
VISIT_DONE = ("message", "visit-done", "P9", {})
SILENCE = ("timer", "intake-limit")
LAPSED = ("timer", "correction-limit")
FIXED = ("accept", {"intake_outcome": "fixed-on-spot"})


def ordered(procedure: str, *, on_application: bool = False) -> tuple[str, dict[str, Any]]:
    """A reviewer orders a special procedure."""
    return ("review", {"proposal": "procedure", "procedure": procedure, "on_application": on_application})


REVIEWED = [("review", {"proposal": "grant"}), ("hand-up", {"handed_up": True})]
ABOVE, BACK = ("upper-review", {"upper_review": "grant"}), ("upper-review", {"upper_review": "return"})
ORDERED_ABOVE = ("upper-review", {"upper_review": "procedure", "procedure": "hearing", "on_application": True})
TESTED_ABOVE = [("upper-review", {"upper_review": "procedure", "procedure": "testing"}), ("test",)]
DECIDED = ("decide-above", {"ruling": "grant"})
RETURNED, RETURNED_ABOVE = ("decide", {"ruling": "return"}), ("decide-above", {"ruling": "return"})
HEARD = [("announce-hearing", {}), ("hold-hearing", {})]
APPLIED = ("hearing-application", {"hearing_applied": True})
ON_APPLICATION = ordered("hearing", on_application=True)
FORGONE = ("timer", "application-limit")
TESTED = [ordered("testing"), ("test",)]
WAIVED = ("hearing-application", {"hearing_applied": False})

TOLD_OF, FALSE = ("verify", {"verification_result": "rectify"}), ("verify", {"verification_result": "revoke"})
RECTIFIED = [("recheck", {"verification_result": "pass"})]
ONCE_MORE = ("recheck", {"verification_result": "rectify"})
TOLD_WITH_HEARING = ("revocation-notice", {"hearing": True})
REVOKED = [("statement",), ("revoke", {"revocation": "revoke"})]
KEPT = [("statement",), ("revoke", {"revocation": "keep"})]
UNHEARD = [("revocation-notice", {"hearing": False}), *REVOKED]

WALKS: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("item-licence", ORDINARY, [ACCEPT, *GRANT]),
    ("item-licence", ORDINARY, [*CORRECTED, ACCEPT, *REFUSE]),
    ("item-licence", ORDINARY, [("accept", {"intake_outcome": "not-required"})]),
    ("item-licence", VISITED, [("accept", {"intake_outcome": "wrong-authority"})]),
    ("item-licence", VISITED, [ACCEPT, EXAMINED, VISIT_DONE, *GRANT]),
    ("item-licence", VISITED, [ACCEPT, ("examine", {"visit_needed": False}), *REFUSE]),
    ("item-licence", ORDINARY, [ACCEPT, ("timer", "promise-mark"), *GRANT]),
    ("item-licence", COMMITMENT, [("immediate", {"ruling": "grant"})]),
    ("item-licence", COMMITMENT, [("immediate", {"ruling": "refuse"})]),
    ("item-licence", ORDINARY, [FIXED, *GRANT]),
    ("item-licence", VISITED, [SILENCE, EXAMINED, VISIT_DONE, *GRANT]),
    ("item-licence", STILL_OPEN, [CORRECTED[0], LAPSED, ("correct-late",), FIXED, *GRANT]),
    ("item-licence", ORDINARY, [ACCEPT, ON_APPLICATION, APPLIED, *HEARD, *REFUSE]),
    ("item-licence", ORDINARY, [ACCEPT, ON_APPLICATION, WAIVED, *GRANT]),
    ("item-licence", ORDINARY, [ACCEPT, ON_APPLICATION, FORGONE, *GRANT]),
    ("item-licence", ORDINARY, [ACCEPT, ordered("hearing"), *HEARD, *GRANT]),
    ("item-licence", ORDINARY, [ACCEPT, *TESTED, *GRANT]),
    ("item-licence", ORDINARY, [ACCEPT, ordered("expert-review"), ("review-by-experts",), *GRANT]),
    ("item-licence", ORDINARY, [ACCEPT, *TESTED, ordered("public-notice"), ("publish",), *REFUSE]),
    ("item-licence", HANDED_UP, [ACCEPT, *REVIEWED, ABOVE, DECIDED]),
    ("item-licence", HANDED_UP, [ACCEPT, *REVIEWED, BACK, *REVIEWED, ABOVE, DECIDED]),
    ("item-licence", HANDED_UP, [ACCEPT, *TESTED, *REVIEWED, *TESTED_ABOVE, ABOVE, DECIDED]),
    ("item-licence", HANDED_UP, [ACCEPT, *REVIEWED, ORDERED_ABOVE, APPLIED, *HEARD, ABOVE, DECIDED]),
    ("item-licence", HANDED_UP, [ACCEPT, *REVIEWED, ABOVE, RETURNED_ABOVE, *TESTED_ABOVE, ABOVE, DECIDED]),
    ("item-licence", ORDINARY, [ACCEPT, GRANT[0], RETURNED, ordered("hearing"), *HEARD, *REFUSE]),
    ("item-filing", ORDINARY, [ACCEPT, GRANT[0], RETURNED, *GRANT]),
    ("item-filing", ORDINARY, [ACCEPT, *GRANT]),
    ("item-filing", PREPARED, [("immediate", {"ruling": "grant"})]),
    ("item-filing", ORDINARY, [ACCEPT, ordered("public-notice"), ("publish",), *GRANT]),
    ("item-filing", ORDINARY, [*CORRECTED, *CORRECTED, ACCEPT, *REFUSE]),
    ("item-filing", AT_WINDOW, [("immediate", {"ruling": "grant"})]),
    ("item-filing", COMMITMENT, [("immediate", {"ruling": "grant"})]),
    ("item-external", ORDINARY, [("backfill", {"ruling": "grant"})]),
    ("item-external", ORDINARY, [("backfill", {"ruling": "refuse"})]),
    ("delivery", ORDINARY, [("issue",), ("deliver",)]),
    ("supervision-handover", ORDINARY, [("take-over",), ("report-back",)]),
    ("verification", COMMITMENT, [("verify", {"verification_result": "pass"})]),
    ("verification", COMMITMENT, [TOLD_OF, *RECTIFIED]),
    ("verification", COMMITMENT, [("timer", "verification-mark"), TOLD_OF, ONCE_MORE, *RECTIFIED]),
    ("verification", COMMITMENT, [TOLD_OF, ("recheck", {"verification_result": "fail"}), *UNHEARD]),
    ("verification", COMMITMENT, [FALSE, TOLD_WITH_HEARING, APPLIED, *HEARD, *KEPT]),
    ("verification", HANDED_UP, [FALSE, TOLD_WITH_HEARING, APPLIED, *HEARD, *KEPT]),
    ("verification", COMMITMENT, [FALSE, TOLD_WITH_HEARING, WAIVED, *REVOKED]),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "variables", "acts"), WALKS)
def test_both_cores_open_the_same_tasks_and_leave_the_same_data(
    entry: str, variables: dict[str, Any], acts: list[Any]
) -> None:
    ours = walk("ours", FILES, entry, dict(variables), acts, CONTEXT)
    reference = walk("reference", FILES, entry, dict(variables), acts, CONTEXT)
    assert ours.ended
    assert reference.ended
    assert ours.seen == reference.seen
    assert sorted(ours.thrown, key=str) == sorted(reference.thrown, key=str)
    # Ours are the variables as the last act but the ending one left them: the ended state keeps none.
    assert ours.variables
    last = acts[-1][1] if len(acts[-1]) == 2 else {}  # what it wrote anew is in the reference core's alone
    before = {key: value for key, value in ours.variables.items() if key not in last}
    assert {key: reference.variables.get(key) for key in before} == before


def test_what_a_lower_level_reviewed_is_revoked_by_the_posts_of_the_unit_that_decided() -> None:
    """From the notice on, the hearing in between: nobody below tells, hosts or hears."""
    session = _Ours(FILES, "verification", CONTEXT)
    posts: dict[str, set[str]] = {}
    take = session.take

    def noting(step: Step) -> None:
        posts.update({task.element: set(task.candidate_groups) for task in step.opened})
        take(step)

    session.take = noting  # type: ignore[method-assign]
    session.begin({**HANDED_UP, "groups": {**HANDED_UP["groups"], "decide": "b.decide"}})
    for act in (FALSE, TOLD_WITH_HEARING, APPLIED, *HEARD, *REVOKED):
        session.do(act)
    assert posts.pop("verify") == {"market.verify"}
    assert posts.pop("revoke") == {"b.decide"}
    assert posts.pop("hold-hearing") == {"b.review", "b.decide"}
    reviewing = ("revocation-notice", "hearing-application", "announce-hearing", "statement")
    assert posts == {element: {"b.review"} for element in reviewing}
