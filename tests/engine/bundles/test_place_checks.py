"""What a bundle needs of its place before it is published: texts for intake, a text for silence, limits of remedies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundles import bundle_files, check_bundle, intake_basis, paper_basis, read_bundle, read_kinds
from engine.findings import Severity
from engine.law import Profile, read_profile
from engine.law.item_kinds import Officers
from engine.words import Words
from tests.support.shipped import TREE

ROOT = Path(__file__).parents[3]
CITY = read_profile((ROOT / "processes" / "_shared" / "profiles" / "fictional-city.toml").read_bytes())


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return bundle_files(TREE, "open-pharmacy")


def errors(files: dict[str, bytes], profile: Profile | None) -> set[tuple[str, str, str]]:
    found = check_bundle(files, "open-pharmacy", profile=profile)
    return {(one.code, one.file, one.element) for one in found if one.severity is Severity.ERROR}


def without(profile: Profile, kind: str) -> Profile:
    return replace(profile, kinds={key: rules for key, rules in profile.kinds.items() if key != kind})


def test_a_kind_of_which_the_place_says_nothing_is_a_finding_and_not_another_kind_s_citation(files):
    lame = without(CITY, "filing")
    assert errors(files, CITY) == set()
    assert errors(files, lame) == {
        ("intake-without-basis", "items/P4.toml", "intake_basis"),
        ("intake-without-basis", "items/P5.toml", "intake_basis"),
    }
    assert errors(files, None) == set()  # no place, nothing to hold it against
    own = {
        f"items/{key}.toml": b'intake_basis = "%s"\n' % basis + files[f"items/{key}.toml"]
        for key, basis in (("P4", b"order-54-21"), ("P5", b"food-filing"))
    }
    assert errors(files | own, lame) == set()  # the item names a text of its own


def test_what_a_filing_stands_on(files):
    bundle, kinds = read_bundle(files, "open-pharmacy"), read_kinds(files)
    licence, filing = bundle.item("P2"), bundle.item("P4")
    assert "第三十二条第一款第四项" in intake_basis(licence, CITY, "correction").zh
    assert "行政许可法" not in intake_basis(filing, CITY, "correction").zh
    assert intake_basis(filing, without(CITY, "filing")) == filing.basis[0]  # rules from before there were kinds
    for kind in ("correction-notice", "not-accepted", "not-required", "hearing-notice", "revocation-notice"):
        assert "行政许可法" in paper_basis(kinds[kind], licence, CITY).zh
        assert "行政许可法" not in paper_basis(kinds[kind], filing, CITY).zh


def test_silence_accepts_only_where_the_place_has_a_text_for_it(files):
    licence = replace(CITY.kinds["licence"], silence=None)
    lame = replace(CITY, kinds={**CITY.kinds, "licence": licence})
    assert errors(files, lame) == {("silence-without-basis", "_shared/item-licence.bpmn", "deem-accepted")}


@pytest.mark.parametrize("key", ["reconsideration-limit", "suit-limit"])
def test_a_place_that_does_not_say_how_long_a_remedy_is_open_is_a_finding(files, key):
    lame = replace(CITY, parameters={name: one for name, one in CITY.parameters.items() if name != key})
    assert errors(files, lame) == {("missing-reference", "profile", "parameters")}


def test_a_place_that_calls_the_number_of_holidays_a_limit_is_told(files):
    def told(profile):
        found = check_bundle(files, "open-pharmacy", profile=profile)
        return [(one.severity, one.element) for one in found if one.code == "holidays-not-counted"]

    stated = CITY.parameters["statutory-holidays"]
    former = replace(CITY, parameters={**CITY.parameters, stated.key: replace(stated, unit="calendar_days")})
    assert told(former) == [(Severity.WARNING, "parameters.statutory-holidays")]
    assert told(CITY) == told(None) == []


def test_what_is_looked_at_on_the_spot_is_signed_by_two(files):
    path = "_shared/verification.bpmn"
    alone = files[path].replace(b'<zeebe:property name="participants" value="2" />', b"", 1)
    alone = alone.replace(b'value="two-persons no-relatives"', b'value="no-relatives"', 1)
    assert errors(files | {path: alone}, CITY) == {("one-officer-on-the-spot", path, "verify")}
    licence = replace(CITY.kinds["licence"], officers=None)
    silent = replace(CITY, kinds={**CITY.kinds, "licence": licence})
    assert errors(files | {path: alone}, silent) == set()  # no text of the place asks for two
    three = replace(licence, officers=Officers(3, Words("示例", "example")))
    found = errors(files, replace(CITY, kinds={**CITY.kinds, "licence": three}))
    assert {code for code, _, _ in found} == {"one-officer-on-the-spot"}
