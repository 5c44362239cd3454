"""What records of credit bar, for how long, and what lifts it: figures of the place, each with its basis."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine import DefinitionInvalid
from engine.law import (
    APPLICATION,
    COMMITMENT,
    FALSE_COMMITMENT,
    FALSE_MATERIALS,
    LICENCE_BY_FRAUD,
    UNFULFILLED_COMMITMENT,
    CreditRules,
    bars_of,
    read_profile,
    term_end,
)

PROFILES = Path("processes/_shared/profiles")


def content(place: str) -> bytes:
    return (PROFILES / f"fictional-{place}.toml").read_bytes()


def rules(place: str) -> CreditRules:
    found = read_profile(content(place)).credit
    assert found is not None
    return found


@pytest.mark.parametrize(("kind", "last"), [(FALSE_MATERIALS, date(2027, 3, 5)), (LICENCE_BY_FRAUD, date(2029, 3, 5))])
def test_the_law_bars_the_application_for_one_and_for_three_years_whatever_is_repaired(kind: str, last: date) -> None:
    place = rules("city")
    bars = {bar.effect: bar for bar in bars_of(place, place.kinds[kind], "P2", date(2026, 3, 5))}
    assert (bars[APPLICATION].until, bars[APPLICATION].everything) == (last, False)
    assert not bars[APPLICATION].lifted_by_repair
    assert bars[APPLICATION].everywhere
    assert "行政许可法" in bars[APPLICATION].basis.zh
    assert bars[COMMITMENT].until is None


def test_an_item_that_concerns_no_safety_is_applied_for_again_at_once() -> None:
    place = rules("city")
    bars = bars_of(place, place.kinds[FALSE_MATERIALS], "P6", date(2026, 3, 5))
    assert [bar.effect for bar in bars] == [COMMITMENT]


def test_a_false_commitment_bars_the_shortcut_alone_until_it_is_repaired() -> None:
    place = rules("city")
    kind = place.kinds[FALSE_COMMITMENT]
    (bar,) = bars_of(place, kind, "P4", date(2026, 3, 5))
    assert (bar.effect, bar.everything, bar.until, bar.lifted_by_repair) == (COMMITMENT, True, None, True)
    assert kind.lasts is None
    assert term_end(kind.repair, date(2026, 3, 5)) == date(2026, 6, 5)


def test_two_places_differ_in_what_an_unkept_commitment_costs() -> None:
    city, county = rules("city"), rules("county")
    in_city, in_county = city.kinds[UNFULFILLED_COMMITMENT], county.kinds[UNFULFILLED_COMMITMENT]
    (narrow,) = bars_of(city, in_city, "P4", date(2026, 3, 5))
    (wide,) = bars_of(county, in_county, "P4", date(2026, 3, 5))
    assert (narrow.everything, wide.everything) == (False, True)
    assert in_city.lasts is None
    assert term_end(in_county.lasts, date(2026, 3, 5)) == date(2027, 3, 5)
    assert in_county.repair is None
    assert term_end(county.kinds[FALSE_COMMITMENT].repair, date(2026, 3, 5)) == date(2027, 3, 5)


def test_a_bar_of_the_item_it_came_from_needs_that_item() -> None:
    city = rules("city")
    assert bars_of(city, city.kinds[UNFULFILLED_COMMITMENT], "", date(2026, 3, 5)) == ()


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('lasts = "until-repaired"\n', "", "missing-key"),
        ('lasts = "until-repaired"', 'lasts = "for-ever"', "wrong-value"),
        ('value = 12\nunit = "months"\nlifted', "value = 12\nlifted", "limit-without-unit"),
        ('value = 12\nunit = "months"\nlifted', 'value = 12\nunit = "working_days"\nlifted', "wrong-value"),
        ("[credit.kinds.false-commitment.bars.commitment]", "[credit.kinds.false-commitment.bars.all]", "wrong-value"),
        ('items = "all"\nlifted_by_repair = true\n', 'items = "some"\nlifted_by_repair = true\n', "wrong-value"),
        ('items = "all"\nlifted_by_repair = true\n', 'items = "all"\n', "missing-key"),
        (
            "[credit.kinds.serious-dishonesty.repair]",
            "[parameters.serious]\nname.zh = 'x'\nname.en = 'x'",
            "wrong-value",
        ),
    ],
)
def test_a_rule_without_term_unit_or_effect_is_not_read(before: str, after: str, code: str) -> None:
    text = content("city").decode()
    assert before in text
    with pytest.raises(DefinitionInvalid) as refused:
        read_profile(text.replace(before, after, 1).encode())
    assert code in {finding.code for finding in refused.value.findings}


def test_a_rule_without_basis_is_not_read() -> None:
    text = content("city").decode()
    start = text.index("[credit.kinds.false-commitment.bars.commitment]")
    lines = text[start:].split("\n")
    told = "\n".join(line for number, line in enumerate(lines) if number > 4 or not line.startswith("basis"))
    with pytest.raises(DefinitionInvalid) as refused:
        read_profile((text[:start] + told).encode())
    assert "limit-without-basis" in {finding.code for finding in refused.value.findings}
