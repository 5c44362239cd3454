"""Checks across the files of a bundle."""

import json
import tomllib
from pathlib import Path

import pytest

from engine.bundles import bundle_files, bundle_keys, check_bundle
from engine.findings import Severity, errors_in
from engine.law import read_profile
from tests.support.shipped import TREE

GROUPS = {"stall.review", "stall.decide", "stall.verify"}


def found(files, **more) -> set[tuple[str, str, str]]:
    return {
        (finding.code, finding.file, finding.element)
        for finding in check_bundle(files, "open-stall", known_groups=GROUPS, **more)
        if finding.code not in ("missing-translation",)
    }


def test_a_sound_bundle_has_no_errors(files):
    findings = check_bundle(files, "open-stall", known_groups=GROUPS)
    assert [finding for finding in findings if finding.code != "missing-translation"] == []
    assert {finding.severity for finding in findings} == {Severity.WARNING}


def test_an_item_that_gives_what_has_no_type_is_told(files):
    files["items/C.toml"] = files["items/C.toml"].partition(b"\n[licence]")[0]
    (told,) = [one for one in check_bundle(files, "open-stall") if one.code == "result-of-no-type"]
    assert (told.severity, told.file, told.element) == (Severity.WARNING, "items/C.toml", "licence")
    assert "制证" in told.message.zh


@pytest.mark.parametrize(
    ("path", "old", "new", "finding"),
    [
        ("items/B.toml", '"stall.decide"', '"nobody"', ("unknown-group", "items/B.toml", "groups.decide")),
        (
            "items/B.toml",
            'call_activity = "call-B"',
            'call_activity = "call-X"',
            ("missing-reference", "items/B.toml", "call_activity"),
        ),
        (
            "items/B.toml",
            'call_activity = "call-B"',
            'call_activity = "call-A"',
            ("call-for-other-item", "stall.bpmn", "call-A"),
        ),
        ("items/B.toml", '["A"]', '["C"]', ("result-needed-too-late", "stall.bpmn", "call-B")),
        ("items/B.toml", '["A"]', '["Z"]', ("missing-reference", "items/B.toml", "needs_result_of")),
        (
            "items/B.toml",
            '["health"]',
            '["helth"]',
            ("missing-reference", "items/B.toml", "commitment.replaces"),
        ),
        (
            "items/B.toml",
            '["health"]',
            '["photo"]',
            ("replaces-unrequired", "items/B.toml", "commitment.replaces"),
        ),
        (
            "items/B.toml",
            '"commitment-B"',
            '"letter"',
            ("missing-reference", "items/B.toml", "commitment.letter"),
        ),
        (
            "items/B.toml",
            'template = "food-licence"',
            'template = "x"',
            ("missing-reference", "items/B.toml", "licence.template"),
        ),
        (
            "items/B.toml",
            "applicant = ",
            "owner = ",
            ("missing-reference", "items/B.toml", "licence.fields.owner"),
        ),
        (
            "items/B.toml",
            'template = "food-licence"',
            'template = "food-licence"\nnumber_field = "nobody"',
            ("missing-reference", "items/B.toml", "licence.number_field"),
        ),
        (
            "items/B.toml",
            'clean = "每日清洗"',
            'clean = "符合其他有关要求"',
            ("catch-all-condition", "items/B.toml", "commitment.conditions"),
        ),
        (
            "items/B.toml",
            "value = 5,",
            "value = 25,",
            ("promise-exceeds-statutory", "items/B.toml", "limits.promised"),
        ),
        (
            "items/B.toml",
            'when = "fire = true"',
            'when = "count(kinds) = 2"',
            ("situations-overlap", "items/B.toml", "situations.cold"),
        ),
        (
            "items/B.toml",
            'when = "fire = true"',
            'when = "count(kinds) = 3"',
            ("situation-never-reached", "items/B.toml", "situations.fire"),
        ),
        (
            "items/B.toml",
            'when = "fire = true"',
            'when = "smoke = true"',
            ("missing-reference", "items/B.toml", "situations.fire.when"),
        ),
        (
            "bundle.toml",
            'contains(kinds, "hot")\'\n[questions.sign]',
            'contains(sorts, "hot")\'\n[questions.sign]',
            ("missing-reference", "bundle.toml", "questions.fire.when"),
        ),
        (
            "bundle.toml",
            'subject_field = "stall_name"',
            'subject_field = "shop"',
            ("missing-reference", "bundle.toml", "form.subject_field"),
        ),
        (
            "bundle.toml",
            'key = "application"',
            'key = "request"',
            ("missing-reference", "bundle.toml", "form.key"),
        ),
        (
            "bundle.toml",
            '["kinds", "sign"]',
            '["kinds", "signs"]',
            ("missing-reference", "bundle.toml", "case_variables[1]"),
        ),
        (
            "bundle.toml",
            'decision = "may-commit"',
            'decision = "may"',
            ("missing-reference", "bundle.toml", "eligibility.decision"),
        ),
        (
            "bundle.toml",
            'file = "stall.bpmn"',
            'file = "shop.bpmn"',
            ("missing-reference", "bundle.toml", "process.file"),
        ),
        (
            "bundle.toml",
            'file = "stall.bpmn"',
            'file = "stall.bpmn"\nshared = ["x"]',
            ("missing-reference", "bundle.toml", "process.shared"),
        ),
        (
            "bundle.toml",
            'case_prefix = "XT"',
            'case_prefix = "摊"',
            ("wrong-value", "bundle.toml", "case_prefix"),
        ),
        (
            "bundle.toml",
            'result_of = "A"',
            'result_of = "Q"',
            ("missing-reference", "bundle.toml", "materials.registration.result_of"),
        ),
        ("bundle.toml", "[basis]", '[basis]\nold = "旧法"', ("unused-basis", "bundle.toml", "basis.old")),
        ("texts/en.toml", '"item.name"', '"item.nome"', ("unknown-text", "texts/en.toml", "items/B.toml#item.nome")),
        (
            "documents/refusal.md",
            "{{ demo_note }}",
            "{{ nobody }}",
            ("bad-template", "documents/refusal.md", "nobody"),
        ),
        ("documents/refusal.md", "{{ demo_note }}", "{{ demo", ("bad-template", "documents/refusal.md", "")),
        (
            "forms/application.form",
            '"A,B"',
            '"A,Z"',
            ("missing-reference", "forms/application.form", "stall_name"),
        ),
        (
            "forms/application.form",
            "=fire",
            "=smoke",
            ("missing-reference", "forms/application.form", "fuel"),
        ),
        (
            "forms/application.form",
            '"fuel"',
            '"sign"',
            ("answer-asked-twice", "forms/application.form", "sign"),
        ),
        ("examples/hot.json", '"acts"', '"deeds"', ("bad-example", "examples/hot.json", "")),
    ],
)
def test_each_fault_is_named(change, path, old, new, finding):
    assert finding in found(change(path, old, new))


@pytest.mark.parametrize(
    ("path", "finding"),
    [
        ("documents/receipt.md", ("missing-reference", "bundle.toml", "documents")),
        ("guide/zh.md", ("no-guide", "guide/zh.md", "")),
        ("examples/hot.json", ("no-example", "examples/", "")),
        ("items/C.toml", ("missing-file", "items/C.toml", "")),
    ],
)
def test_missing_files_are_named(files, path, finding):
    del files[path]
    assert finding in found(files)


def test_a_question_that_nothing_reads_should_not_be_asked(change):
    files = change(
        "bundle.toml",
        "[materials.identity]",
        '[questions.moon]\ntext = "？"\nkind = "yes-no"\n[materials.identity]',
    )
    assert ("unused-question", "bundle.toml", "questions.moon") in found(files)


def test_the_place_must_know_the_parameter_and_list_the_item(files):
    text = (Path(__file__).parents[3] / "processes/_shared/profiles/fictional-city.toml").read_text()
    profile = read_profile(text.replace("parameters.verification-limit", "parameters.check-limit").encode())
    faults = found(files, profile=profile)
    assert ("missing-reference", "items/B.toml", "commitment.verification_parameter") in faults
    assert ("commitment-not-listed", "items/B.toml", "commitment") in faults


def test_untranslated_texts_are_warnings_one_by_one(files):
    missing = [one for one in check_bundle(files) if one.code == "missing-translation"]
    places = {(one.file, one.element) for one in missing}
    assert ("items/C.toml", "item.name") in places
    assert ("stall.bpmn", "rule.name") in places
    assert ("forms/application.form", "fuel.label") in places
    assert ("commitment.dmn", "barred-basis.text") in places
    assert ("items/B.toml", "item.name") not in places


def test_what_only_feel_reads_is_not_to_be_translated(files):
    table = files["commitment.dmn"].decode().replace('<text>"barred"</text>', '<text>"失信"</text>', 1)
    assert "失信" in table
    missing = [one for one in check_bundle({**files, "commitment.dmn": table.encode()}) if _untranslated(one)]
    assert missing
    assert not [one for one in missing if "失信" in one.message.zh]


def test_untranslated_texts_stand_after_what_else_is_doubtful(files):
    doubtful = [_untranslated(one) for one in check_bundle(files) if one.severity is Severity.WARNING]
    assert doubtful == sorted(doubtful)


def _untranslated(finding):
    return finding.code == "missing-translation"


def test_another_bundles_files_are_named(files):
    assert "other-bundle" in {finding.code for finding in check_bundle(files, "open-pharmacy")}


def test_nonsense_is_reported_not_raised():
    codes = {finding.code for finding in check_bundle({"bundle.toml": b"\xff", "stall.bpmn": b"<", "x.form": b""})}
    assert "not-toml" in codes


def test_many_options_are_walked_within_bounds(change):
    options = "".join(f'o{number} = "选项{number}"\n' for number in range(40))
    files = change("bundle.toml", 'hot = "热食"\n', 'hot = "热食"\n' + options)
    assert errors_in(check_bundle(files)) == []


# ---------------------------------------------------------------- shipped bundles


def shared(folder: str) -> bytes:
    return next(content for path, content in TREE.items() if f"/_shared/{folder}/" in path)


@pytest.mark.parametrize("key", bundle_keys(TREE))
def test_every_shipped_bundle_can_be_published(key):
    groups = set(tomllib.loads(shared("organisation").decode())["groups"])
    files, profile = bundle_files(TREE, key), read_profile(shared("profiles"))
    errors = errors_in(check_bundle(files, key, known_groups=groups, profile=profile))
    assert [(one.code, one.file, one.element, one.message.en) for one in errors] == []


def test_the_example_of_the_small_bundle_is_json(files):
    assert json.loads(files["examples/hot.json"])["name"]["en"] == "A hot-food stall"


def test_a_department_that_the_office_does_not_have_is_an_error_with_those_that_it_has(files):
    found = check_bundle(files, "open-stall", known_departments=("stalls", "others"))
    told = {(one.file, one.element) for one in found if one.code == "unknown-department"}
    assert told <= {(f"items/{key}.toml", name) for key in "ABC" for name in ("department", "supervised_by")}
    assert told
    assert all("stalls、others" in one.remedy.zh for one in found if one.code == "unknown-department")
    assert {one.severity for one in found if one.code == "unknown-department"} == {Severity.ERROR}
