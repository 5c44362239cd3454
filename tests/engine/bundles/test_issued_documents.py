"""The tables behind documents: every place has words, and every line of what is issued names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from engine.bundles import PLACES, On, kinds_issued, place_words, read_kinds
from engine.bundles.issued_documents import _table
from engine.law import read_profile
from engine.values import Value

SHARED = Path(__file__).parents[3] / "processes" / "_shared"
KINDS = read_kinds({"_shared/documents/kinds.toml": (SHARED / "documents" / "kinds.toml").read_bytes()})
DIAGRAMS = "".join(path.read_text("utf-8") for path in SHARED.glob("*.bpmn"))


def test_every_place_of_every_kind_has_words_in_both_languages() -> None:
    places = {name for kind in KINDS.values() for name in kind.places} | PLACES
    assert places == set(place_words())
    assert all(one.zh and one.en for one in place_words().values())


def test_every_line_names_a_kind_and_a_step_or_job_of_the_shared_diagrams() -> None:
    steps = set(re.findall(r'name="step" value="([\w-]+)"', DIAGRAMS)) | {"visit"}  # a bundle's own diagram has it
    jobs = set(re.findall(r'taskDefinition type="([\w-]+)"', DIAGRAMS))
    for (on, name), lines in _table().items():
        assert on is On.TURN or name in (steps if on is On.STEP else jobs), name
        assert all(line.kind in KINDS or line.is_licence or line.ends_item for line in lines), name


def test_the_outcome_of_intake_says_which_notice_is_written() -> None:
    told = {
        outcome: kinds_issued(On.STEP, "accept", {"intake_outcome": outcome})
        for outcome in ("accepted", "fixed-on-spot", "correction", "wrong-authority", "not-required")
    }
    assert told == {
        "accepted": (),
        "fixed-on-spot": (),
        "correction": ("correction-notice",),
        "wrong-authority": ("not-accepted",),
        "not-required": ("not-required",),
    }


def test_a_decision_to_grant_is_written_for_licences_alone() -> None:
    assert kinds_issued(On.JOB, "issue-licence", item_kind="licence") == ("grant",)
    assert kinds_issued(On.JOB, "issue-licence", item_kind="filing") == ()


def test_a_procedure_is_told_once_by_the_review_that_orders_it() -> None:
    """A later review may still hold what was said of a procedure before; only a hearing is applied for."""
    place = read_profile((SHARED / "profiles" / "fictional-city.toml").read_bytes())
    told = {"proposal": "procedure", "procedure": "testing", "on_application": True}

    def issued(step: str = "review", **given: Value) -> tuple[str, ...]:
        return kinds_issued(On.STEP, step, {**told, **given}, item_kind="licence", item="P6", place=place)

    assert issued() == ("special-procedure-notice",)
    assert issued(procedure="hearing") == ("special-procedure-notice", "hearing-right-notice")
    assert issued(procedure="hearing", on_application=False) == ("special-procedure-notice",)
    assert issued(procedure="public-notice") == ("special-procedure-notice", "public-notice")
    assert issued(procedure="hearing", proposal="grant") == ()
    assert issued("upper-review", procedure="hearing") == ()
    assert issued("upper-review", upper_review="procedure") == ("special-procedure-notice",)


def test_a_notice_stops_a_limit_only_where_the_place_says_so() -> None:
    told: dict[str, Value] = {"proposal": "procedure", "procedure": "testing"}
    assert kinds_issued(On.STEP, "review", told, item_kind="licence", item="P6") == ()
