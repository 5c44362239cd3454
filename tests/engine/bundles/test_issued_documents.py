"""The tables behind documents: every place has words, and every line of what is issued names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from engine.bundles import PLACES, On, kinds_issued, place_words, read_kinds
from engine.bundles.issued_documents import _table

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
