"""The place's rules on verification, and the draw of officers."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import DefinitionInvalid
from engine.law import Profile, drawn, read_profile

PROFILES = Path(__file__).parents[3] / "processes" / "_shared" / "profiles"


def place(name: str, change: tuple[str, str] = ("", "")) -> Profile:
    return read_profile((PROFILES / f"{name}.toml").read_text("utf-8").replace(*change).encode())


def test_two_places_differ_in_method_consequence_and_hearing() -> None:
    city, county = (place(name).verification for name in ("fictional-city", "fictional-county"))
    assert [city.method(item).method for item in ("P2", "P3", "P4")] == ["random-draw", "on-site", "data-comparison"]
    assert county.method("P2").method == "on-site"
    assert (city.findings["false"].follows, county.findings["false"].follows) == ("revoke", "rectify")
    assert (city.findings["unfulfilled"].rectifications, county.findings["unfulfilled"].rectifications) == (1, 2)
    assert city.findings["false"].hearing is not None
    assert all(finding.hearing is None for finding in county.findings.values())
    assert all(rule.basis.zh for rules in (city, county) for rule in (*rules.items.values(), *rules.findings.values()))


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (('method = "random-draw"', 'method = "by-telephone"'), "wrong-value", "verification.items.P2.method"),
        (('follows = "revoke"', 'follows = "forgive"'), "wrong-value", "verification.findings.false.follows"),
        (("rectifications = 2", "rectifications = 0"), "wrong-value", "verification.findings.rectify.rectifications"),
        (("rectifications = 2\n", ""), "missing-key", "verification.findings.rectify.rectifications"),
        (("photos = 1", "photo = 1"), "unknown-key", "verification.items.P3.photo"),
        (
            ("[verification.findings.rectify]", "[verification.findings.pass]"),
            "wrong-value",
            "verification.findings.pass",
        ),
    ],
)
def test_a_rule_that_cannot_be_applied_is_named(change: tuple[str, str], code: str, path: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        place("fictional-city", change)
    assert (code, path) in {(one.code, one.element.removesuffix(".name")) for one in refused.value.findings}


def test_a_finding_without_basis_is_refused() -> None:
    text = (PROFILES / "fictional-city.toml").read_text("utf-8")
    head, rest = text.split("[verification.findings.unfulfilled]", 1)
    lines = rest.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith("basis"))
    with pytest.raises(DefinitionInvalid) as refused:
        read_profile((head + "[verification.findings.unfulfilled]" + "".join(lines[:at] + lines[at + 1 :])).encode())
    assert ("limit-without-basis", "verification.findings.unfulfilled") in {
        (one.code, one.element) for one in refused.value.findings
    }


def test_a_draw_is_its_seed_and_its_list_whatever_their_order() -> None:
    assert drawn("c0ffee", [11, 7, 23, 5], 2) == drawn("c0ffee", [5, 23, 7, 11, 5], 2)
    assert len(set(drawn("c0ffee", range(50), 2))) == 2
    assert drawn("c0ffee", [4], 2) == (4,)
    # By the rule as the handbook has it: the smallest SHA-256 of "<seed>:<id>".
    assert drawn("c0ffee", [1, 2, 3], 3) == (1, 3, 2)


def test_everybody_is_drawn_about_as_often() -> None:
    counts = dict.fromkeys(range(5), 0)
    for number in range(2000):
        for one in drawn(f"seed-{number}", range(5), 2):
            counts[one] += 1
    assert all(700 < count < 900 for count in counts.values())


def test_acceptance_under_a_delegation_counts_as_taking_part_unless_the_place_says_otherwise() -> None:
    said = "delegated_acceptance = true"
    assert place("fictional-city").verification.separation.delegated_acceptance
    assert not place(
        "fictional-city", (said, "delegated_acceptance = false")
    ).verification.separation.delegated_acceptance
    assert place("fictional-city", (said, "#")).verification.separation.delegated_acceptance  # the wider rule
