"""What of one item belongs to another: entries that a copied call kept, posts of another department, the guide."""

import tomllib

import pytest

from engine.bundles import bundle_files, check_bundle, start_variables
from engine.bundles.case import OF_ITEM
from engine.bundles.model import Guide
from engine.bundles.reader import read_bundle
from engine.findings import Severity
from engine.law import read_profile
from tests.support.shipped import TREE

GROUPS = '<zeebe:input source="=items.B.groups" target="groups"/>'


def taken(files, code="entry-of-other-item"):
    return [one for one in check_bundle(files, "open-stall") if one.code == code]


# ---------------------------------------------------------------- entries


def test_a_call_that_kept_the_posts_of_the_item_it_was_copied_from_is_an_error_that_names_all_of_it(change):
    (told,) = taken(change("stall.bpmn", "items.B.groups", "items.A.groups"))
    assert (told.severity, told.file, told.element) == (Severity.ERROR, "stall.bpmn", "call-B")
    for said in ("办理B", "B", "groups", "A", "items.A.groups"):
        assert said in told.message.zh
    assert "for B" in told.message.en
    assert "another item, A" in told.message.en
    assert "=items.B.groups" in told.remedy.zh


@pytest.mark.parametrize(
    "mapped",
    [
        'source="=items.A.way" target="way"',
        'source="=items.A.applies" target="applies"',
        'source="=items.A.immediate or ready = true" target="immediate"',
        'source="=if ready = true then &quot;decider&quot; else items.A.accepts" target="accepts"',
        'source="=get or else(items.A.way, &quot;ordinary&quot;)" target="way"',
        'source="={intake: items.A.groups.intake, decide: items.B.groups.decide}" target="groups"',
    ],
)
def test_whatever_of_its_own_an_item_takes_from_another_is_an_error(change, mapped):
    told = taken(change("stall.bpmn", GROUPS, f"{GROUPS}<zeebe:input {mapped}/>"))
    assert [(one.severity, one.element) for one in told] == [(Severity.ERROR, "call-B")]


@pytest.mark.parametrize(
    "mapped",
    [
        'source="=result_A" target="registered"',
        'source="=if items.A.applies then &quot;always&quot; else &quot;never&quot;" target="visit"',
        'source="=if items.A.way = way then &quot;decider&quot; else items.B.accepts" target="accepts"',
        'source="=items.A.applies" target="together_with_A"',
        'source="=items.B.way" target="way"',
    ],
)
def test_whether_another_item_goes_along_and_how_it_went_may_be_asked(change, mapped):
    assert taken(change("stall.bpmn", GROUPS, f"{GROUPS}<zeebe:input {mapped}/>")) == []


def test_posts_of_another_item_under_another_name_are_doubtful(change):
    more = '<zeebe:input source="=items.A.groups.review" target="asked"/>'
    (told,) = taken(change("stall.bpmn", GROUPS, GROUPS + more))
    assert told.severity is Severity.WARNING


def test_an_outcome_kept_under_the_name_of_another_item_is_an_error(change):
    files = change("stall.bpmn", 'source="=outcome" target="result_C"', 'source="=outcome" target="result_B"')
    (told,) = taken(files, "result-of-other-item")
    assert (told.severity, told.element) == (Severity.ERROR, "call-C")
    assert "result_C" in told.remedy.en


def test_the_check_knows_all_that_an_entry_says(files):
    bundle = read_bundle(files)
    entries = start_variables(bundle, Guide((), (), 0, 0), {}, {})["items"]
    assert all(frozenset(entry) == OF_ITEM for entry in entries.values())


# ---------------------------------------------------------------- posts

STALL_POSTS = {"stall.review": "bureau", "stall.decide": "bureau", "stall.verify": "market"}


def decided(files, key="open-stall", **more):
    found = check_bundle(files, key, **more)
    return [one for one in found if one.code == "decided-by-another-department"]


def test_the_post_that_rules_is_of_the_department_that_decides(change):
    (told,) = decided(change("items/B.toml", 'department = "bureau"', 'department = "market"'), posts=STALL_POSTS)
    assert (told.severity, told.file, told.element) == (Severity.ERROR, "items/B.toml", "groups.decide")
    assert "stall.decide" in told.message.zh
    assert "stall.verify" in told.remedy.zh  # what would do


def test_acceptance_review_and_verification_may_lie_with_others(change):
    posts = {"stall.review": "service-centre", "stall.decide": "bureau", "stall.verify": "market"}
    assert decided(change("items/B.toml", "5", "5"), posts=posts) == []


def test_what_another_system_decides_is_nobodys_ruling(change):
    change("items/B.toml", 'department = "bureau"', 'department = "market"')
    files = change("items/B.toml", 'decided_in = "here"', 'decided_in = "external"')
    assert decided(files, posts=STALL_POSTS) == []


def test_an_office_that_is_not_known_says_nothing(change):
    assert decided(change("items/B.toml", 'department = "bureau"', 'department = "market"')) == []


def test_the_rules_of_a_place_are_held_to_the_same(files):
    organisation = tomllib.loads(TREE["processes/_shared/organisation/demo.toml"].decode())
    sections = organisation["sections"]
    posts = {key: sections[one["section"]]["department"] for key, one in organisation["groups"].items()}
    rules = TREE["processes/_shared/profiles/fictional-county.toml"]
    pharmacy = bundle_files(TREE, "open-pharmacy")
    assert decided(pharmacy, "open-pharmacy", posts=posts, profile=read_profile(rules)) == []

    strange = rules.replace(b'decide = "device.decide"', b'decide = "county-market.decide"')
    (told,) = decided(pharmacy, "open-pharmacy", posts=posts, profile=read_profile(strange))
    assert (told.file, told.element) == ("profile", "arrangement.items.P3.groups.decide")


# ---------------------------------------------------------------- guide


def test_a_guide_that_leaves_an_item_out_is_told(change):
    files = change("guide/zh.md", "招牌备案", "其他")
    files["guide/en.md"] = b"# A stall: FOOD\xc2\xa0licence"
    told = [one for one in check_bundle(files, "open-stall") if one.code == "guide-without-item"]
    assert [(one.severity, one.file, one.element) for one in told] == [(Severity.WARNING, "guide/zh.md", "C")]
    assert "招牌备案" in told[0].message.zh
