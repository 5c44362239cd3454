"""A licence type's terms as data, and what follows from them: end, renewal in time, identifier."""

from __future__ import annotations

from datetime import date

import pytest

from engine import DefinitionInvalid, Words
from engine.bundles import (
    IdentifierRule,
    Limit,
    RenewalTerms,
    RenewalTime,
    Unit,
    bundle_files,
    check_character,
    end_of_validity,
    last_day_to_apply,
    licence_identifier,
    read_bundle,
    renewal_time,
)
from webapp.services.bundle_folders import read_tree
from webapp.settings import Settings

BASIS = Words("《行政许可法》第五十条", "Licensing Law, art. 50")
THIRTY_DAYS = RenewalTerms(Limit(30, Unit.CALENDAR_DAYS, BASIS), "refused", BASIS)
SIX_MONTHS = RenewalTerms(Limit(6, Unit.MONTHS, BASIS), "refused", None)
END = date(2026, 12, 31)


@pytest.mark.parametrize(("terms", "last_day"), [(THIRTY_DAYS, date(2026, 12, 1)), (SIX_MONTHS, date(2026, 6, 30))])
def test_a_renewal_is_in_time_until_its_last_day_late_after_it_and_nothing_past_the_end(terms, last_day):
    assert last_day_to_apply(terms, END) == last_day
    assert renewal_time(terms, END, last_day) is RenewalTime.IN_TIME
    assert renewal_time(terms, END, date.fromordinal(last_day.toordinal() + 1)) is RenewalTime.LATE
    assert renewal_time(terms, END, END) is RenewalTime.LATE
    assert renewal_time(terms, END, date(2027, 1, 1)) is RenewalTime.EXPIRED


def test_a_validity_ends_the_day_before_its_anniversary():
    months = Limit(60, Unit.MONTHS, BASIS)
    assert end_of_validity(months, date(2026, 3, 2)) == date(2031, 3, 1)
    assert end_of_validity(Limit(30, Unit.CALENDAR_DAYS, BASIS), date(2026, 3, 2)) == date(2026, 3, 31)
    assert end_of_validity(None, date(2026, 3, 2)) is None


#: Identifiers as public systems show them: type, issuer, serial, version, check character.
PUBLISHED = (
    ("11100000000013338W011", "11430000006122244L", "20230000403", 1, "U"),
    ("11100000MB03271699022", "340100", "000000016", 1, "9"),
    ("11100000000013338W009", "11330105002500287C", "2025052201", 2, "0"),
)


@pytest.mark.parametrize(("type_code", "issuer", "serial", "version", "check"), PUBLISHED)
def test_an_identifier_ends_in_the_check_character_that_published_ones_have(type_code, issuer, serial, version, check):
    rule = IdentifierRule("1.2.156.3005.2.{type}.{issuer}.{serial}.{version}.{check}", type_code)
    made = licence_identifier(rule, issuer=issuer, serial=serial, version=version)
    assert made == f"1.2.156.3005.2.{type_code}.{issuer}.{serial}.{version:03}.{check}"


def test_a_check_character_finds_every_single_wrong_character():
    text = "11100000000013338W01111430000006122244L"
    right = check_character(text)
    for place, character in enumerate(text):
        wrong = text[:place] + ("A" if character != "A" else "B") + text[place + 1 :]
        assert check_character(wrong) != right


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("remind_days = [240, 200]", "remind_days = [0]", "remind_days"),
        ('late = "refused"', 'late = "perhaps"', "late"),
        (
            'unit = "months", basis = "drug-rules-17" }\nlate',
            'unit = "working_days", basis = "drug-rules-17" }\nlate',
            "before",
        ),
        ("{serial}.{version}", "{serial}", "pattern"),
        ('scope_field = "drug_scope_text"', 'scope_field = "colour"', "scope_field"),
    ],
)
def test_a_faulty_term_is_named(before, after, named):
    files = dict(bundle_files(read_tree(Settings.from_environment({"ONEWINDOW_ENV": "test"})), "open-pharmacy"))
    text = files["items/P2.toml"].decode()
    assert before in text
    files["items/P2.toml"] = text.replace(before, after, 1).encode()
    with pytest.raises(DefinitionInvalid) as found:
        read_bundle(files)
    assert any(named in finding.element for finding in found.value.findings)
