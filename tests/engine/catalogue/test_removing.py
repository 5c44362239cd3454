"""A record is taken out: what goes with it, what stays untouched, what still speaks of it, and what the check says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.bundles import check_bundle, read_bundle
from engine.catalogue import ENGLISH_FILE, EXAMPLE, Mention, Record, apply_edits, gone_with, mentions_of, propose

Files = dict[str, bytes]
PROCESSES, FORMS = Path("processes"), Path("forms")
BUNDLE = "open-pharmacy"


@pytest.fixture(scope="module")
def whole() -> Files:
    """The shipped bundle with what it shares with others, as a release has it."""
    own = PROCESSES / BUNDLE
    found = {path.relative_to(own).as_posix(): path.read_bytes() for path in own.rglob("*") if path.is_file()}
    shared = [*(PROCESSES / "_shared").glob("*.bpmn"), *(PROCESSES / "_shared" / "texts").glob("*.toml")]
    shared += [*(PROCESSES / "_shared" / "documents").glob("*"), PROCESSES / "_shared" / "fields.form"]
    found |= {path.relative_to(PROCESSES).as_posix(): path.read_bytes() for path in shared if path.is_file()}
    found |= {f"forms/{path.name}": path.read_bytes() for path in (FORMS / BUNDLE).glob("*.form")}
    return found | {f"forms/_shared/{path.name}": path.read_bytes() for path in (FORMS / "_shared").glob("*.form")}


def taken_out(files: Files, sheet: str, **keys: str) -> tuple[Files, Sequence[Mention]]:
    """The files without the record, and what then still speaks of it."""
    return all_taken_out(files, Record(sheet, 1, keys, remove=True))


def all_taken_out(files: Files, *records: Record) -> tuple[Files, Sequence[Mention]]:
    """The files without the records that are taken out at once, and what then still speaks of them."""
    proposal = propose(files, records)
    assert proposal.faults == []
    edits = [edit for edit in proposal.edits if edit.file not in proposal.removed]
    left = {**files, **apply_edits(files, edits)}
    left = {path: content for path, content in left.items() if path not in proposal.removed}
    return left, mentions_of(left, gone_with(files, records))


def codes(files: Files) -> set[tuple[str, str, str]]:
    return {(one.code, one.file, one.element) for one in check_bundle(files)}


@pytest.mark.parametrize("item", ["P1", "P2", "P3", "P4", "P5", "P6"])
def test_an_item_goes_with_its_file_its_requirements_and_its_texts(whole: Files, item: str) -> None:
    left, _ = taken_out(whole, "items", item=item)
    assert f"items/{item}.toml" not in left
    bundle = read_bundle(left)
    assert [one.key for one in bundle.items] == [one for one in ("P1", "P2", "P3", "P4", "P5", "P6") if one != item]
    assert not [one for material in bundle.materials for one in material.requirements if one.item == item]
    assert f"items/{item}.toml".encode() not in left[ENGLISH_FILE]
    assert "unknown-text" not in {code for code, _, _ in codes(left)}


def test_everything_else_stays_as_it_is_written(whole: Files) -> None:
    left, _ = taken_out(whole, "items", item="P6")
    before, after = whole["bundle.toml"].decode().splitlines(), left["bundle.toml"].decode().splitlines()
    gone = [line for line in before if line not in after]
    assert [line for line in gone if not line.startswith(("P6 = ", "items = "))] == []
    assert [line for line in after if line not in before] == ['items = ["P1", "P2", "P3", "P4", "P5"]']
    untouched = set(whole) - {"bundle.toml", ENGLISH_FILE, "items/P6.toml"}
    own = {path for path in untouched if path not in left}
    assert own == {"documents/signboard-permit.md", "documents/signboard-permit.en.md"}
    assert all(left[path] == whole[path] for path in untouched - own)


def test_a_paper_that_another_still_names_stays(whole: Files) -> None:
    left, _ = taken_out(whole, "items", item="P3")
    assert "documents/commitment-P3.md" not in left
    assert "documents/device-licence.en.md" not in left
    assert "documents/commitment-proof.md" in left  # P5 has it too
    again, _ = taken_out(left, "items", item="P5")
    assert "documents/commitment-proof.md" not in again


@pytest.mark.parametrize(
    "other", [("items", {"item": "P5"}), ("requirements", {"material": "health-certificates", "item": "P5"})]
)
def test_a_paper_that_only_those_name_that_go_at_once_goes_with_them(
    whole: Files, other: tuple[str, dict[str, str]]
) -> None:
    """P3 and P5 share the letter by which a commitment replaces a proof."""
    sheet, keys = other
    left, _ = all_taken_out(whole, Record("items", 1, {"item": "P3"}, remove=True), Record(sheet, 2, keys, remove=True))
    assert "documents/commitment-proof.md" not in left
    assert "documents/commitment-P2.md" in left


@pytest.mark.parametrize("kind", ["refusal", "refusal-filing", "receipt"])
def test_the_text_of_a_national_kind_stays_though_only_an_item_that_goes_names_it(whole: Files, kind: str) -> None:
    """Every item's refusal is printed by it, though no list of kinds in the release has it."""
    files = {path: content for path, content in whole.items() if not path.endswith("kinds.toml")}
    item = whole["items/P6.toml"].replace(b'template = "signboard-permit"', f'template = "{kind}"'.encode())
    files |= {"items/P6.toml": item, f"documents/{kind}.md": b"# X", f"documents/{kind}.en.md": b"# X"}
    left, _ = taken_out(files, "items", item="P6")
    assert f"documents/{kind}.md" in left
    assert f"documents/{kind}.en.md" in left


def test_what_still_uses_an_item_is_told_and_found(whole: Files) -> None:
    left, told = taken_out(whole, "items", item="P1")
    places = {(one.file, one.element) for one in told if one.by_key}
    assert {
        ("items/P2.toml", "needs_result_of"),
        ("bundle.toml", "materials.business-licence.result_of"),
        ("open-pharmacy.bpmn", "call-P1"),
    } <= places
    assert any(file == "forms/application.form" for file, _ in places)
    assert EXAMPLE in {one.kind for one in told}
    assert not any(one.file.startswith("_shared/") for one in told)
    found = codes(left)
    assert {
        ("missing-reference", "items/P2.toml", "needs_result_of"),
        ("missing-reference", "bundle.toml", "materials.business-licence.result_of"),
        ("missing-reference", "open-pharmacy.bpmn", "call-P1"),
    } <= found


def test_a_text_for_people_that_has_the_name_is_told_apart(whole: Files) -> None:
    guide = whole["guide/zh.md"] + "\n\n户外招牌设置许可由城市管理局办理。\n".encode()
    _, told = taken_out({**whole, "guide/zh.md": guide}, "items", item="P6")
    assert any(one.kind == "guide" and not one.by_key for one in told)


def test_a_rule_for_an_item_that_is_gone_is_found(whole: Files) -> None:
    left, told = taken_out(whole, "items", item="P2")
    rules = {one.element for one in told if one.file == "commitment.dmn"}
    assert "rule-scope-prescription" in rules
    assert ("value-never-given", "commitment.dmn", "rule-scope-prescription") in codes(left)


def test_a_question_is_told_with_the_conditions_that_read_it(whole: Files) -> None:
    left, told = taken_out(whole, "questions", question="class_ii")
    places = {(one.file, one.element) for one in told}
    assert {
        ("bundle.toml", "case_variables"),
        ("bundle.toml", "questions.class_ii_exempt.when"),
    } <= places
    assert any(file == "items/P4.toml" for file, _ in places)
    assert b"questions.class_ii." not in left[ENGLISH_FILE]
    assert b"questions.class_ii_exempt.text" in left[ENGLISH_FILE]
    assert ("missing-reference", "bundle.toml", "questions.class_ii_exempt.when") in codes(left)


def test_a_word_in_a_text_is_no_question(whole: Files) -> None:
    """`food` is a word of English too."""
    _, told = taken_out(whole, "questions", question="food")
    assert not [one for one in told if one.file.startswith(("texts/", "documents/", "guide/"))]
    assert {one.file for one in told} >= {"bundle.toml", "items/P5.toml"}


def test_an_option_is_told_where_its_question_is_compared_with_it(whole: Files) -> None:
    left, told = taken_out(whole, "options", question="drug_scope", option="tcm-pieces")
    places = {(one.file, one.element) for one in told}
    assert ("bundle.toml", "materials.pharmacist-registration.required.P2.when") in places
    assert any(file == "commitment.dmn" for file, _ in places)
    found = {(file, element) for code, file, element in codes(left) if code == "value-never-given"}
    assert ("bundle.toml", "materials.pharmacist-registration.required.P2.when") in found


def test_a_material_goes_with_its_rows_and_what_replaces_it_is_told(whole: Files) -> None:
    left, told = taken_out(whole, "materials", material="quality-rules")
    assert ("items/P3.toml", "commitment.replaces") in {(one.file, one.element) for one in told}
    assert ("missing-reference", "items/P3.toml", "commitment.replaces") in codes(left)
    assert b"materials.quality-rules." not in left[ENGLISH_FILE]


def test_a_legal_source_is_told_with_everything_that_stands_on_it(whole: Files) -> None:
    _, told = taken_out(whole, "basis", source="order-54-13")
    elements = {one.element for one in told if one.file == "items/P3.toml"}
    assert {"basis", "limits.statutory.basis", "checklist.visit.basis"} <= elements


def test_texts_of_every_language_go(whole: Files) -> None:
    french = b'["items/P6.toml"]\n"item.name" = "Enseigne"\n\n["bundle.toml"]\n"bundle.name" = "Pharmacie"\n'
    left, _ = taken_out({**whole, "texts/fr.toml": french}, "items", item="P6")
    assert b"Enseigne" not in left["texts/fr.toml"]
    assert b"Pharmacie" in left["texts/fr.toml"]


@pytest.mark.parametrize("item", ["P9", "", "../x"])
def test_what_is_not_there_is_not_taken_out(whole: Files, item: str) -> None:
    proposal = propose(whole, [Record("items", 1, {"item": item}, remove=True)])
    assert (proposal.edits, proposal.removed) == ([], [])
