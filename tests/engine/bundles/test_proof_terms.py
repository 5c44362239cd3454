"""A commitment in place of one proof in the catalogue, and a ruling without a person: what publishing says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.bundles import check_bundle, eligibility, read_bundle, start_variables
from engine.bundles.guide import guide_for
from engine.dmn import read_decisions
from engine.law import read_profile

Files = dict[str, bytes]
CITY = Path(__file__).parents[3] / "processes" / "_shared" / "profiles" / "fictional-city.toml"
REQUIRED = """B = { basis = "act", when = 'list contains(kinds, "hot")' }"""
TERMS = """
[materials.health.required.B]
basis = "act"
[materials.health.required.B.commitment]
letter = "commitment-B"
verification_parameter = "verification-limit"
channels = ["phone"]
[materials.health.required.B.commitment.conditions]
certified = "每一名从业人员均有健康证明"
[materials.health.required.B.commitment.told]
check = "决定后核查"
"""


def codes(files: Files) -> set[tuple[str, str]]:
    findings = check_bundle(files, "open-stall")
    return {(one.code, one.element) for one in findings if one.code != "missing-translation"}


@pytest.fixture
def with_terms(change: Callable[[str, str, str], Files]) -> Files:
    return change("bundle.toml", REQUIRED, TERMS)


def test_a_proof_has_its_own_terms_and_starts_its_item_as_committed(with_terms: Files) -> None:
    bundle = read_bundle(with_terms)
    terms = bundle.commitment_terms("B", "health")
    assert terms is not None
    assert (terms.channels, terms.typed_name, terms.representative_may_sign) == (("phone",), False, False)
    assert bundle.commitment_terms("C", "photo") is None
    answers = {"kinds": ["hot"], "fire": False, "sign": False}
    started = start_variables(bundle, guide_for(bundle, answers), answers, {"B/health": "commitment"})
    assert started["items"]["B"]["committed"] is True
    assert started["items"]["B"]["way"] == "ordinary"
    assert started["items"]["A"]["committed"] is False


def test_the_table_is_told_which_proof_and_the_place_has_to_list_it(with_terms: Files) -> None:
    content = with_terms["commitment.dmn"].replace(b"<text>fire</text>", b"<text>requirement = null</text>")
    bundle = read_bundle({**with_terms, "commitment.dmn": content})
    decisions, _ = read_decisions(content, "commitment.dmn", None)
    listed = replace(read_profile(CITY.read_bytes()), commitment_list=("B", "B/health"))

    def asked(proof: str, place: object = listed) -> tuple[bool, str]:
        verdict = eligibility(bundle, decisions, place, "B", {}, credit="good", requirement=proof)
        return verdict.eligible, verdict.rule

    assert asked("health")[0] is True
    assert asked("")[0] is False  # the table says so of the whole item: requirement is null
    assert asked("health", replace(listed, commitment_list=("B",))) == (False, "not-listed")
    assert asked("photo") == (False, "no-commitment-terms")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('check = "决定后核查"', "", "commitment-tells-nothing"),
        ("每一名从业人员均有健康证明", "符合其他有关条件", "catch-all-condition"),
        ('check = "决定后核查"', 'check = "虚假承诺的，直接取消备案"', "told-consequence"),
        ('letter = "commitment-B"', 'letter = "commitment-Z"', "missing-reference"),
        ('channels = ["phone"]', 'channels = ["code"]', "code-without-mobile"),
        ('channels = ["phone"]', 'channels = ["pigeon"]', "wrong-value"),
        ('channels = ["phone"]', 'replaces = ["photo"]', "wrong-value"),
    ],
)
def test_terms_that_do_not_hold_together_are_named(with_terms: Files, old: str, new: str, code: str) -> None:
    changed = with_terms["bundle.toml"].decode().replace(old, new)
    assert code in {found for found, _ in codes({**with_terms, "bundle.toml": changed.encode()})}


@pytest.mark.parametrize(
    "told",
    ["未履行承诺的，责令限期整改", "逾期不改的撤销许可", "依法记入信用档案", "一年内不得再次申请"],
)
def test_a_consequence_told_beside_the_places_rules_is_warned_of(change: Callable[[str, str, str], Files], told: str):
    files = change("items/B.toml", 'check = "事后核查"', f'check = "{told}"')
    (found,) = [one for one in check_bundle(files, "open-stall") if one.code == "told-consequence"]
    assert (found.severity, found.file, found.element) == ("warning", "items/B.toml", "commitment.told")
    assert told in found.message.zh


def test_what_is_told_of_other_things_is_no_consequence(change: Callable[[str, str, str], Files]) -> None:
    told = "决定作出前可以撤回；公开期限至备案取消或者变更；未履行承诺的，按下列本地规则处理"
    assert "told-consequence" not in {code for code, _ in codes(change("items/B.toml", "事后核查", told))}


def test_a_commitment_for_what_nobody_brings_is_named(change: Callable[[str, str, str], Files]) -> None:
    terms = TERMS.replace("health", "identity")
    changed = change(
        "bundle.toml", '[materials.identity.required]\nA = { basis = "act" }\nB = { basis = "act" }\n', terms
    )
    assert "commitment-for-nothing" in {found for found, _ in codes(changed)}


# ---------------------------------------------------------------- a ruling has a person behind it


def test_a_licence_that_nobody_ruled_on_is_not_published(change: Callable[[str, str, str], Files]) -> None:
    change("stall.bpmn", 'sourceRef="begin" targetRef="rule"', 'sourceRef="begin" targetRef="write"')
    files = change("stall.bpmn", 'sourceRef="rule" targetRef="write"', 'sourceRef="write" targetRef="rule"')
    files = change("stall.bpmn", 'sourceRef="write" targetRef="done"', 'sourceRef="rule" targetRef="done"')
    assert ("ruling-without-person", "write") in codes(files)


def test_a_ruling_on_every_way_is_enough(files: Files) -> None:
    assert "ruling-without-person" not in {code for code, _ in codes(files)}


def test_a_way_around_the_ruling_is_found_inside_a_subprocess_too(change: Callable[[str, str, str], Files]) -> None:
    change("stall.bpmn", '<userTask id="rule"', '<subProcess id="review"><startEvent id="in"/><userTask id="rule"')
    change(
        "stall.bpmn",
        '<serviceTask id="write"',
        '<endEvent id="out"/><sequenceFlow id="in-out" sourceRef="in" targetRef="out"/></subProcess>'
        '<serviceTask id="write"',
    )
    change("stall.bpmn", 'sourceRef="begin" targetRef="rule"', 'sourceRef="begin" targetRef="review"')
    files = change("stall.bpmn", 'sourceRef="rule" targetRef="write"', 'sourceRef="review" targetRef="write"')
    assert ("ruling-without-person", "write") in codes(files)
