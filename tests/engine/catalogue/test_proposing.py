"""Rows against a catalogue: what they would change, what is wrong with which cell, and what a higher level forbids."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from engine.bundles import check_bundle, read_bundle
from engine.catalogue import (
    BUNDLE_FILE,
    ENGLISH_FILE,
    Catalogue,
    Fault,
    Proposal,
    Record,
    apply_edits,
    coverage_findings,
    limits_at_most,
    lock_faults,
    locked_columns,
    propose,
)
from engine.errors import DefinitionInvalid
from engine.law import Profile, read_profile
from engine.words import Words

Files = dict[str, bytes]
SHIPPED = Path("processes/open-pharmacy")
PLACE = Path("processes/_shared/profiles/fictional-city.toml")
UNIFIED = b"""
[unified]
level = { zh = "\xe7\x9c\x81\xe7\xba\xa7\xe7\x9b\xae\xe5\xbd\x95", en = "the provincial catalogue" }
basis = { zh = "\xe7\xa4\xba\xe4\xbe\x8b", en = "example" }
locked = ["code", "name", "kind", "basis", "limits.statutory"]
shorter = ["limits.promised"]
[unified.items.P2]
code = "JC-000172033000"
kind = "licence"
[unified.items.P2.limits]
statutory = { value = 20, unit = "working_days" }
promised = { value = 15, unit = "working_days" }
"""


@pytest.fixture
def files() -> Files:
    return {path.relative_to(SHIPPED).as_posix(): path.read_bytes() for path in SHIPPED.rglob("*.toml")}


@pytest.fixture
def place() -> Profile:
    """The place's rules, with a catalogue of the higher level for one item and no other."""
    own = PLACE.read_bytes().partition(b"\n[unified]")[0]
    return read_profile(own + UNIFIED)


def row(sheet: str, number: int = 2, **cells: str) -> Record:
    return Record(sheet, number, cells)


def faulty(proposal: Proposal) -> list[tuple[str, int, str]]:
    return [(one.sheet, one.number, one.column) for one in proposal.faults]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_out_changes_nothing_when_it_comes_back(files: Files, language: str) -> None:
    proposal = propose(files, list(Catalogue(files).records(language)))
    assert (proposal.edits, proposal.changes, proposal.faults) == ([], [], [])


def test_a_changed_cell_is_one_difference_and_one_line(files: Files) -> None:
    proposal = propose(files, [row("items", item="P2", promised_value="10")])
    (change,) = proposal.changes
    assert (change.keys, change.column, change.before.zh, change.after.zh) == (("P2",), "promised_value", "12", "10")
    (path, content), *rest = apply_edits(files, proposal.edits).items()
    assert rest == []
    assert content == files[path].replace(b"promised = { value = 12", b"promised = { value = 10")


def test_a_column_that_is_not_given_leaves_what_stands_and_an_empty_cell_takes_it_away(files: Files) -> None:
    proposal = propose(files, [row("questions", question="class_ii_exempt", hint="", when="")])
    after = apply_edits(files, proposal.edits)[BUNDLE_FILE].decode()
    assert 'when = "class_ii = true"' not in after
    assert after.count("[questions.class_ii_exempt]") == 1
    assert "第二类医疗器械是否全部在免于经营备案的产品目录内？" in after


def test_a_new_situation_with_its_english_is_in_both_files(files: Files) -> None:
    cells = {"item": "P6", "situation": "roof", "name": "楼顶招牌", "name_en": "On the roof", "when": "food = true"}
    after = apply_edits(files, propose(files, [Record("situations", 2, cells)]).edits)
    assert '[situations.roof]\nname = "楼顶招牌"' in after["items/P6.toml"].decode()
    assert '"situations.roof.name" = "On the roof"' in after[ENGLISH_FILE].decode()
    assert [one.code for one in coverage_findings(read_bundle({**files, **after}))] == ["situations-overlap"]


def test_a_new_item_begins_with_what_a_table_can_say(files: Files) -> None:
    cells = {
        "item": "P7", "code": "JC-1", "name": "公章刻制备案", "kind": "备案", "department": "public-security",
        "basis": "licensing-34；《医疗器械监督管理条例》第四十二条", "promised_value": "1", "promised_unit": "工作日",
        "promised_basis": "demo-promise",
    }  # fmt: skip
    leaf = {"item": "P7", "situation": "all", "name": "首次刻制", "when": "existing_licence = false"}
    proposal = propose(files, [Record("situations", 2, leaf), Record("items", 2, cells)])
    assert proposal.faults == []
    after = {**files, **apply_edits(files, proposal.edits)}
    assert b'items = ["P1", "P2", "P3", "P4", "P5", "P6", "P7"]' in after[BUNDLE_FILE]
    assert b'basis = ["licensing-34", "device-42"]' in after["items/P7.toml"]
    missing = {one.element for one in check_bundle(after) if one.file == "items/P7.toml" and one.code == "missing-key"}
    assert missing == {"groups"}
    assert b'supervised_by = "public-security"' in after["items/P7.toml"]  # until somebody says otherwise


def test_posts_are_chosen_by_key_or_by_name_and_make_a_new_item_whole(files: Files) -> None:
    posts = {key: Words(name, key) for key, name in (("seal.review", "治安审查岗"), ("seal.decide", "治安决定岗"))}
    cells = {
        "item": "P7", "code": "JC-1", "name": "公章刻制备案", "kind": "备案", "department": "public-security",
        "supervised_by": "market-supervision", "basis": "licensing-34", "refusal_basis": "licensing-34",
        "intake_post": "治安审查岗", "review_post": "seal.review", "decide_post": "治安决定岗",
        "verify_post": "seal.review",
        "promised_value": "1", "promised_unit": "工作日", "promised_basis": "demo-promise",
    }  # fmt: skip
    leaf = {"item": "P7", "situation": "all", "name": "首次刻制", "when": "existing_licence = false"}
    proposal = propose(files, [Record("situations", 2, leaf), Record("items", 2, cells)], posts=posts)
    assert proposal.faults == []
    after = {**files, **apply_edits(files, proposal.edits)}
    item = tomllib.loads(after["items/P7.toml"].decode())
    assert item["groups"] == {
        "intake": "seal.review", "review": "seal.review", "decide": "seal.decide", "verify": "seal.review",
    }  # fmt: skip
    found = {(one.code, one.element) for one in check_bundle(after) if one.file == "items/P7.toml"}
    assert {code for code, _ in found} <= {"missing-reference", "missing-translation", "situations-overlap"}, found

    faults = propose(files, [Record("items", 2, {**cells, "decide_post": "nobody"})], posts=posts).faults
    assert [(one.column, "治安决定岗（seal.decide）" in one.words.zh) for one in faults] == [("decide_post", True)]


def test_sources_that_come_along_may_be_named_by_key_and_by_text(files: Files) -> None:
    proposal = propose(
        files,
        [
            row("items", item="P2", basis="《药品零售新规》第三条、第四条"),
            row("basis", source="new-rules", text="《药品零售新规》第三条、第四条"),
        ],
    )
    assert proposal.faults == []
    after = apply_edits(files, proposal.edits)
    assert b'basis = ["new-rules"]' in after["items/P2.toml"]


@pytest.mark.parametrize(
    ("sheet", "cells", "column"),
    [
        ("items", {"item": "P2", "code": " "}, "code"),
        ("items", {"item": "P2", "kind": "执照"}, "kind"),
        ("items", {"item": "P2", "basis": "《没有的法》"}, "basis"),
        ("items", {"item": "P2", "promised_value": "十"}, "promised_value"),
        ("items", {"item": "P2", "promised_value": "-1"}, "promised_value"),
        ("items", {"item": "P2", "promised_value": "99999999999999999999"}, "promised_value"),
        ("items", {"item": "P2", "promised_value": "00001" + "0" * 30}, "promised_value"),
        ("items", {"item": "P2", "promised_unit": "周"}, "promised_unit"),
        ("items", {"item": "P2", "statutory_basis": ""}, "statutory_basis"),
        ("items", {"item": "2 P"}, "item"),
        ("items", {"item": "../../etc"}, "item"),
        ("items", {"item": "P9"}, "code"),
        ("situations", {"item": "P9", "situation": "a"}, "item"),
        ("situations", {"item": "P2", "situation": "otc-b-only", "when": "count(drug_scope"}, "when"),
        ("options", {"question": "none", "option": "a"}, "question"),
        ("materials", {"material": "mandate", "result_of": "P9"}, "result_of"),
        ("materials", {"material": "mandate", "forms": "传真"}, "forms"),
        ("requirements", {"material": "mandate", "item": "P1", "main": "大概"}, "main"),
        ("requirements", {"material": "mandate", "item": "P1", "tolerance_value": "3"}, "tolerance_unit"),
        ("basis", {"source": "act", "text": "字" * 2001}, "text"),
        ("basis", {"source": "act", "text": "a\x07"}, "text"),
        ("basis", {"source": "act", "text": "a\ud800"}, "text"),
    ],
)
def test_a_fault_names_row_and_column(files: Files, sheet: str, cells: dict[str, str], column: str) -> None:
    assert (sheet, 7, column) in faulty(propose(files, [Record(sheet, 7, cells)]))


@pytest.mark.parametrize("texts", [b'"bundle.toml" = 4\n', b'["bundle.toml"]\n"questions.shop_type" = [1]\n'])
def test_texts_that_are_no_tables_do_not_stop_a_removal(files: Files, texts: bytes) -> None:
    row_ = Record("basis", 2, {"source": next(iter(Catalogue(files).sources))}, remove=True)
    proposal = propose({**files, "texts/en.toml": texts}, [row_])
    assert [edit.file for edit in proposal.edits] == ["bundle.toml"]


def test_a_row_twice_names_the_first(files: Files) -> None:
    proposal = propose(files, [row("items", 2, item="P2", code="A"), row("items", 5, item="P2", code="B")])
    assert proposal.faults == [Fault("items", 5, "item", proposal.faults[0].words)]
    assert "第 2 行" in proposal.faults[0].words.zh


def test_what_is_removed_goes_with_its_english(files: Files) -> None:
    records = [
        Record("options", 1, {"question": "drug_scope", "option": "cold-chain"}, remove=True),
        Record("situations", 1, {"item": "P2", "situation": "cold-chain"}, remove=True),
    ]
    after = {**files, **apply_edits(files, propose(files, records).edits)}
    assert b"cold-chain" not in after["items/P2.toml"].partition(b"[checklist")[0].partition(b"full-scope]")[0]
    assert b"questions.drug_scope.options.cold-chain" not in after[ENGLISH_FILE]
    assert b"situations.cold-chain" not in after[ENGLISH_FILE]


# ---------------------------------------------------------------- a higher level


def refused(files: Files, place: Profile, *records: Record) -> list[tuple[str, int, str]]:
    after = {**files, **apply_edits(files, propose(files, records).edits)}
    faults = lock_faults(place.unified, read_bundle(files), read_bundle(after), list(records))
    return [(one.sheet, one.number, one.column) for one in faults]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"code": "JC-2"}, "code"),
        ({"kind": "备案"}, "kind"),
        ({"statutory_value": "19"}, "statutory_value"),
        ({"promised_value": "16"}, "promised_value"),
        ({"promised_unit": "自然日"}, "promised_value"),
    ],
)
def test_what_the_higher_level_binds_is_refused(
    files: Files, place: Profile, cells: dict[str, str], column: str
) -> None:
    assert refused(files, place, Record("items", 4, {"item": "P2", **cells})) == [("items", 4, column)]


@pytest.mark.parametrize(
    "cells", [{"promised_value": "5"}, {"name": "别的名称"}, {"promised_value": "15"}, {"department": "market"}]
)
def test_what_it_does_not_say_and_shorter_promises_are_free(
    files: Files, place: Profile, cells: dict[str, str]
) -> None:
    assert refused(files, place, Record("items", 4, {"item": "P2", **cells})) == []
    assert refused(files, place, Record("items", 4, {"item": "P3", "code": "free", "kind": "备案"})) == []


def test_the_check_finds_it_too(files: Files, place: Profile) -> None:
    files["items/P2.toml"] = (
        files["items/P2.toml"].replace(b"value = 12", b"value = 18").replace(b"JC-000172033000", b"JC-1")
    )
    found = {(one.code, one.element) for one in check_bundle(files, profile=place)}
    assert {("locked-by-higher-level", "code"), ("longer-than-higher-level", "limits.promised")} <= found


def test_what_was_against_it_before_is_no_fault_of_the_rows(files: Files, place: Profile) -> None:
    files["items/P2.toml"] = files["items/P2.toml"].replace(b"JC-000172033000", b"JC-1")
    assert refused(files, place, Record("items", 4, {"item": "P2", "promised_value": "5"})) == []
    assert refused(files, place, Record("items", 4, {"item": "P2", "code": "JC-000172033000"})) == []


def test_the_editor_learns_which_fields_are_bound(place: Profile) -> None:
    assert {key: words.zh for key, words in locked_columns(place.unified, "P2").items()} == {
        "code": "JC-000172033000",
        "kind": "行政许可",
        "statutory_value": "20个工作日",
        "statutory_unit": "工作日",
    }
    assert {key: words.en for key, words in limits_at_most(place.unified, "P2").items()} == {
        "promised_value": "15 working days"
    }
    assert locked_columns(place.unified, "P3") == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'locked = ["code"', b'locked = ["colour", "code"'),
        (b'shorter = ["limits.promised"]', b'shorter = ["name"]'),
        (b"\nbasis = { zh", b"\nwhy = { zh"),
        (b"[unified.items.P2.limits]\nstatutory", b"[unified.items.P2.limits]\nusual"),
        (b'promised = { value = 15, unit = "working_days"', b'promised = { value = 15, unit = "weeks"'),
    ],
)
def test_what_a_place_cannot_say_of_it_is_refused(old: bytes, new: bytes) -> None:
    own = PLACE.read_bytes().partition(b"\n[unified]")[0]
    assert old in UNIFIED
    with pytest.raises(DefinitionInvalid):
        read_profile(own + UNIFIED.replace(old, new))
