"""Reading a bundle: what becomes of the files, and every fault by name."""

import pytest

from engine.bundles import bundle_files, bundle_keys, inspect_bundle, licence_number, read_bundle, read_forms
from engine.bundles.model import ItemKind, Unit
from engine.errors import DefinitionInvalid
from engine.words import Words


def faults(files) -> set[tuple[str, str, str]]:
    with pytest.raises(DefinitionInvalid) as refused:
        read_bundle(files)
    return {(finding.code, finding.file, finding.element) for finding in refused.value.findings}


def test_a_bundle_is_read_with_its_texts(files):
    bundle = read_bundle(files, "open-stall")
    assert bundle.name == Words("开办小摊", "Open a stall")
    assert [item.key for item in bundle.items] == ["A", "B", "C"]
    food = bundle.item("B")
    assert food.name == Words("食品许可", "Food licence")
    assert food.kind is ItemKind.LICENCE
    assert food.limits["promised"].unit is Unit.WORKING_DAYS
    assert food.limits["promised"].basis == Words("《摊贩法》第三条", "Hawkers Act, art. 3")
    assert food.licence.validity.value == 12
    assert food.commitment.replaces == ("health",)
    assert bundle.questions[0].options[1].label == Words("热食", "Hot food")
    assert bundle.questions[1].when is not None
    assert bundle.joint_limit is None


def test_forms_are_read_with_the_bundles_texts(files):
    form = read_forms(files, read_bundle(files))["forms/application.form"]
    assert form.field("applicant").label == Words("姓名", "Name")


def test_another_bundles_key_is_refused(files):
    with pytest.raises(KeyError):
        read_bundle(files, "open-pharmacy")


@pytest.mark.parametrize(
    ("path", "old", "new", "fault"),
    [
        ("bundle.toml", 'case_prefix = "XT"\n', "", ("missing-key", "bundle.toml", "case_prefix")),
        (
            "bundle.toml",
            "[form]\n",
            '[form]\ncolour = "red"\n',
            ("unknown-key", "bundle.toml", "form.colour"),
        ),
        (
            "bundle.toml",
            'C = { basis = "act", main',
            "C = { main",
            ("material-without-basis", "bundle.toml", "materials.registration.required.C"),
        ),
        (
            "bundle.toml",
            'kind = "many"',
            'kind = "several"',
            ("wrong-value", "bundle.toml", "questions.kinds.kind"),
        ),
        (
            "bundle.toml",
            'contains(kinds, "hot")\'\n[questions.sign]',
            "contains(kinds'\n[questions.sign]",
            ("bad-expression", "bundle.toml", "questions.fire.when"),
        ),
        ("bundle.toml", '"C"]', '"C", "D"]', ("missing-file", "items/D.toml", "")),
        (
            "bundle.toml",
            "working_days = 30",
            'working_days = "30"',
            ("wrong-value", "bundle.toml", "baseline.working_days"),
        ),
        (
            "items/B.toml",
            '"working_days", basis = "act" }\npromised',
            '"working_days" }\npromised',
            ("limit-without-basis", "items/B.toml", "limits.statutory"),
        ),
        (
            "items/B.toml",
            'value = 5, unit = "working_days",',
            "value = 5,",
            ("limit-without-unit", "items/B.toml", "limits.promised"),
        ),
        (
            "items/B.toml",
            'value = 5, unit = "working_days"',
            'value = 5, unit = "weeks"',
            ("wrong-value", "items/B.toml", "limits.promised.unit"),
        ),
        ("items/B.toml", 'refusal_basis = "act"\n', "", ("no-refusal-path", "items/B.toml", "refusal_basis")),
        (
            "items/B.toml",
            'refusal_basis = "act"',
            'refusal_basis = "decree"',
            ("unknown-basis", "items/B.toml", ""),
        ),
        ("items/B.toml", 'kind = "licence"', 'kind = "favour"', ("wrong-value", "items/B.toml", "kind")),
        (
            "items/B.toml",
            'accepts = "department"',
            'accepts = "window"',
            ("acceptance-without-delegation", "items/B.toml", "delegation"),
        ),
        (
            "items/B.toml",
            "{serial:04}",
            "{serial:04}{month}",
            ("wrong-value", "items/B.toml", "licence.number"),
        ),
        ("items/B.toml", 'key = "B"', 'key = "X"', ("wrong-value", "items/B.toml", "key")),
        ("items/B.toml", 'basis = ["act"]', "basis = []", ("item-without-basis", "items/B.toml", "basis")),
        (
            "texts/en.toml",
            '"bundle.name" =',
            "bundle.name =",
            ("wrong-value", "texts/en.toml", "bundle.toml#bundle"),
        ),
        ("texts/en.toml", '["items/B.toml"]', "[items", ("not-toml", "texts/en.toml", "")),
    ],
)
def test_faults_are_named_with_file_and_element(change, path, old, new, fault):
    assert fault in faults(change(path, old, new))


def test_all_faults_come_at_once(change):
    change("items/A.toml", 'refusal_basis = "act"\n', "")
    files = change("bundle.toml", 'case_prefix = "XT"\n', "")
    assert len(faults(files)) == 2


def test_a_folder_without_bundle_file_is_no_bundle():
    assert faults({}) == {("missing-file", "bundle.toml", "")}
    assert inspect_bundle({}).bundle is None


def test_numbers_follow_the_licence_types_pattern(files):
    pattern = read_bundle(files).item("B").licence.number
    assert licence_number(pattern, year=2026, region="0001", serial=7) == "T000120260007"


def test_a_bundles_files_are_collected_from_the_repository(files):
    tree = {f"processes/open-stall/{path}": content for path, content in files.items() if not path.startswith("forms/")}
    tree["forms/open-stall/application.form"] = files["forms/application.form"]
    tree["processes/open-stall/bundle.toml"] = files["bundle.toml"].replace(
        b'file = "stall.bpmn"', b'file = "stall.bpmn"\nshared = ["delivery"]'
    )
    tree["processes/_shared/delivery.bpmn"] = b"<x/>"
    tree["processes/_shared/other.bpmn"] = b"<x/>"
    tree["processes/_shared/texts/en.toml"] = b""
    tree["forms/_shared/record.form"] = b"{}"
    tree["forms/_shared/unused.form"] = b"{}"
    tree["processes/_shared/profiles/city.toml"] = b""
    assert bundle_keys(tree) == ["open-stall"]
    collected = bundle_files(tree, "open-stall")
    shared = {path for path in collected if "_shared" in path}
    assert shared == {"_shared/delivery.bpmn", "_shared/texts/en.toml", "forms/_shared/record.form"}
    assert set(files) <= set(collected)
