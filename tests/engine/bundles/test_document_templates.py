"""Templates of documents: kinds with typed fields, one shared set, the place's own before it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.bundles import (
    FieldMissing,
    FieldUnknown,
    FieldWrong,
    bundle_files,
    check_bundle,
    kind_of_template,
    places_of,
    read_kinds,
    render,
    template_path,
)
from engine.errors import DefinitionInvalid
from engine.words import Words
from webapp.services.bundle_folders import read_tree
from webapp.settings import Settings

#: LAW 2.1: what the law wants in writing, by the key that it has here. Licences and letters are the bundle's own.
OF_THE_LAW = {
    "receipt": "材料接收凭证",
    "acceptance-notice": "受理通知书",
    "correction-notice": "补正材料一次性告知书",
    "not-accepted": "不予受理通知书",
    "not-required": "不受理告知书",
    "tolerance-notice": "容缺受理通知书",
    "special-procedure-notice": "特别程序告知书",
    "extension-notice": "延长办理期限告知书",
    "hearing-right-notice": "听证权利告知书",
    "hearing-notice": "听证通知书",
    "hearing-notice-applied": "听证通知书（听证申请人）",
    "hearing-announcement": "听证公告",
    "hearing-record": "听证笔录",
    "public-notice": "公示",
    "grant": "准予行政许可决定书",
    "refusal": "不予行政许可决定书",
    "visit-record": "现场核查记录",
    "rectification-order": "责令限期整改通知书",
    "revocation-notice": "撤销行政许可事先告知书",
    "revocation": "撤销行政许可决定书",
    "cancellation": "注销行政许可决定书",
    "termination-notice": "终止办理通知书",
    "delivery-receipt": "送达回证",
    "collection-register": "办理结果领取登记表",
    "material-handover": "材料交接单",
    "mandate": "授权委托书",
}


def findings(files: dict[str, bytes]) -> set[tuple[str, str, str]]:
    return {(one.code, one.file, one.element) for one in check_bundle(files)}


def with_template(files: dict[str, bytes], path: str, text: str) -> dict[str, bytes]:
    return {**files, path: text.encode(), path.replace(".md", ".en.md"): text.encode()}


@pytest.mark.parametrize("key", OF_THE_LAW)
def test_every_document_of_the_law_has_its_shared_template_in_both_languages(key: str) -> None:
    shipped = bundle_files(read_tree(Settings.from_environment({"ONEWINDOW_ENV": "test"})), "open-pharmacy")
    kind = read_kinds(shipped)[key]
    assert kind.title.zh == OF_THE_LAW[key]
    assert kind.title.en
    assert kind.basis.zh
    for language in ("zh", "en"):
        path = template_path(shipped, key, language)
        assert path is not None
        assert path.startswith("_shared/documents/")
        assert (".en.md" in path) == (language == "en")
        assert set(kind.must) <= set(places_of(shipped[path].decode()))
        assert shipped[path].decode().startswith("# ")


def test_what_refuses_or_takes_away_generates_its_remedy() -> None:
    kinds = read_kinds({})
    assert {key for key, kind in kinds.items() if kind.remedy} == {
        "not-accepted",
        "not-required",
        "refusal",
        "revocation",
        "acceptance-revocation",
        "cancellation",
    }


def test_a_template_with_a_field_that_its_kind_does_not_have_is_refused(files) -> None:
    text = "# 受理通知书\n\n{{ document_number }}\n\n{{ outcomes_table }}\n\n{{ faults_list }}\n"
    changed = with_template(files, "documents/acceptance-notice.md", text)
    assert ("bad-template", "documents/acceptance-notice.md", "faults_list") in findings(changed)


def test_a_list_inside_a_sentence_is_refused(files) -> None:
    text = "# 补正\n\n{{ document_number }}\n\n需要补正：{{ faults_list }}。\n"
    changed = with_template(files, "documents/correction-notice.md", text)
    assert ("bad-template", "documents/correction-notice.md", "faults_list") in findings(changed)


def test_a_refusal_without_its_remedy_is_refused(files) -> None:
    text = "# 不予许可\n\n{{ document_number }}\n\n{{ reasons }}\n\n{{ refusal_basis }}\n"
    changed = with_template(files, "documents/refusal.md", text)
    assert ("template-without-field", "documents/refusal.md", "remedy") in findings(changed)


def test_a_template_for_a_kind_of_item_is_held_to_the_kind(files) -> None:
    changed = with_template(files, "documents/refusal-filing.md", "# 不予备案\n\n{{ licence_number }}\n")
    assert ("bad-template", "documents/refusal-filing.md", "licence_number") in findings(changed)


def test_a_shared_template_serves_where_the_bundle_has_none(files) -> None:
    for ending in (".md", ".en.md"):
        files[f"_shared/documents/receipt{ending}"] = files.pop(f"documents/receipt{ending}")
    assert not {one for one in findings(files) if one[0] == "missing-reference"}


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (["_shared/documents/refusal.md"], "_shared/documents/refusal.md"),
        (["_shared/documents/refusal.md", "_shared/documents/city/refusal.md"], "_shared/documents/city/refusal.md"),
        (["_shared/documents/city/refusal.md", "documents/refusal.md"], "documents/refusal.md"),
        (["documents/refusal.md", "documents/city/refusal.md"], "documents/city/refusal.md"),
        (["documents/other/refusal.md"], None),
    ],
)
def test_the_bundles_template_comes_before_the_shared_one_and_the_places_before_both(there, found) -> None:
    assert template_path(dict.fromkeys(there, b""), "refusal", "zh", "city") == found


def test_a_translation_belongs_to_the_template_beside_it() -> None:
    files = dict.fromkeys(["documents/city/refusal.md", "documents/refusal.md", "documents/refusal.en.md"], b"")
    assert template_path(files, "refusal", "en", "city") == "documents/city/refusal.md"
    assert template_path(files, "refusal", "en") == "documents/refusal.en.md"


KIND = """
format = 1
[kinds.site-notice]
title = { zh = "现场公告", en = "Notice on site" }
mark = "场"
seal = "licence"
per = "item"
basis = { zh = "示例", en = "example" }
must = ["place"]
[kinds.site-notice.fields]
place = "text"
"""


def test_a_bundle_adds_a_kind_as_data(files) -> None:
    files["documents/kinds.toml"] = KIND.encode()
    kind = read_kinds(files)["site-notice"]
    assert kind.mark == "场"
    changed = with_template(files, "documents/site-notice.md", "# 现场公告\n\n{{ place }}\n\n{{ item_name }}\n")
    assert not {one for one in findings(changed) if "site-notice" in one[1]}
    assert kind_of_template("site-notice-filing", read_kinds(files), ["filing"]) == kind


@pytest.mark.parametrize(
    ("old", "new", "code", "element"),
    [
        ('place = "text"', 'place = "poem"', "wrong-value", "kinds.site-notice.fields.place"),
        ('must = ["place"]', 'must = ["nowhere"]', "wrong-value", "kinds.site-notice.must"),
        ('seal = "licence"', 'seal = "wax"', "wrong-value", "kinds.site-notice.seal"),
        ('mark = "场"', 'mark = "场"\ncolour = "red"', "unknown-key", "kinds.site-notice.colour"),
    ],
)
def test_a_faulty_kind_is_named(files, old, new, code, element) -> None:
    files["documents/kinds.toml"] = KIND.replace(old, new).encode()
    with pytest.raises(DefinitionInvalid):
        read_kinds(files)
    assert (code, "documents/kinds.toml", element) in findings(files)


def test_values_are_held_to_the_types_of_their_fields() -> None:
    hearing = read_kinds({})["hearing-notice"]
    good = {
        "hearing_at": datetime(2026, 12, 1, 9, tzinfo=UTC),
        "hearing_place": "三层听证室",
        "hearing_host": "沈平",
    }
    hearing.ensure_values(good)
    with pytest.raises(FieldWrong):
        hearing.ensure_values({**good, "hearing_at": date(2026, 12, 1)})
    with pytest.raises(FieldUnknown):
        hearing.ensure_values({**good, "judge": "沈平"})
    with pytest.raises(FieldMissing):
        hearing.ensure_values({**good, "hearing_place": ""})
    visit = read_kinds({})["visit-record"]
    with pytest.raises(FieldWrong):
        visit.ensure_values({"officers": "孔亮、曹军", "record": "一致"})
    with pytest.raises(FieldWrong):
        visit.ensure_values({"officers": ["孔亮", "曹军"], "record": "一致", "points_table": ["项目"]})
    visit.ensure_values({"officers": ["孔亮", Words("曹军", "Cao Jun")], "record": "一致"})


def test_places_leave_no_gaps_between_chinese_characters_and_moments_are_written_out():
    template = "你（单位）于 {{ received_at }} 提出的 {{ item_name }} 申请，可在 {{ tracking_url }} 查询。"
    values = {
        "received_at": datetime(2026, 11, 28, 8, 5, tzinfo=UTC),
        "item_name": "药品经营许可",
        "tracking_url": "https://a.cn",
    }
    told = str(render(template, values)).strip()
    assert told == "你（单位）于2026年11月28日8时05分提出的药品经营许可申请，可在 https://a.cn 查询。"
    named = str(render("登记人 {{ item_name }} 已到。", {"item_name": "Li 丽"})).strip()
    assert named == "登记人 Li 丽已到。"
