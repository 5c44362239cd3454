"""Documents: numbers in series, typed fields, words kept as issued and checked when they are read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from engine import Words
from engine.bundles import KindUnknown
from tests.support import office
from tests.support.releases import publish
from webapp.catalogue import current_releases, release_files
from webapp.errors import ReleaseRefused
from webapp.models import Case, Document, ItemCase
from webapp.papers import DocumentDamaged, digest_of
from webapp.services import releases
from webapp.services.document_issue import DocumentNotPossible
from webapp.services.documents import issue_for_item
from webapp.services.kept_documents import kept_document
from webapp.services.locked_case import on_case
from webapp.services.numbers import next_numbers
from webapp.services.release_uploads import zip_of
from webapp.services.releases import check_files
from webapp.unit_of_work import sql


@pytest.fixture
def case(db) -> office.Handle:
    return office.received("ordinary", ways={})


def item_of(case: office.Handle, key: str) -> int:
    return ItemCase.query.filter_by(case_id=case.id, item_key=key).one().id


def issued(case: office.Handle, item: str, kind: str, by: str = "zhaolin", **fields) -> Document:
    """A document issued by an act that does nothing else."""
    with on_case(case.id) as locked:
        id_ = issue_for_item(
            locked, item_of(case, item), locked.release.bundle.item(item), kind, office.person(by), **fields
        )
    return Document.query.filter_by(id=id_).one()


def test_a_number_has_the_units_mark_the_kinds_and_the_year_without_zeros(case):
    first = issued(case, "P2", "correction-notice", reasons="平面图未标注面积。")
    second = issued(case, "P2", "correction-notice", reasons="平面图未标注面积。")
    year = first.issued_at.year
    assert first.number == f"江审补〔{year}〕{first.serial}号"
    assert second.serial == first.serial + 1
    assert first.number in str(kept_document(first.id).zh)


def test_each_unit_and_each_kind_has_a_series_of_its_own(case):
    ours = issued(case, "P2", "correction-notice", reasons="缺件。")
    theirs = issued(case, "P6", "correction-notice", by="hanlei", reasons="缺件。")
    other = issued(case, "P2", "not-required", reasons="不需要许可。")
    assert theirs.number.startswith("江城管补〔")
    assert other.number.startswith("江审不需〔")
    assert len({ours.series, theirs.series, other.series}) == 3


def test_documents_of_one_act_get_their_numbers_together_and_in_order(case):
    with on_case(case.id) as locked:
        item = locked.release.bundle.item("P2")
        ids = [
            issue_for_item(locked, item_of(case, "P2"), item, "not-required", office.person("zhaolin"), reasons=reason)
            for reason in ("一", "二", "三")
        ]
    serials = [Document.query.filter_by(id=id_).one().serial for id_ in ids]
    assert serials == [serials[0], serials[0] + 1, serials[0] + 2]


def test_an_act_that_is_refused_gives_its_number_back(case):
    before = issued(case, "P2", "not-required", reasons="一")
    with pytest.raises(RuntimeError):
        issue_and_break_off(case)
    assert issued(case, "P2", "not-required", reasons="三").serial == before.serial + 1


def issue_and_break_off(case: office.Handle) -> None:
    with on_case(case.id) as locked:
        item, by = locked.release.bundle.item("P2"), office.person("zhaolin")
        issue_for_item(locked, item_of(case, "P2"), item, "not-required", by, reasons="二")
        locked.write_ledger()
        raise RuntimeError("the act ends here")


def test_a_row_of_the_same_act_may_refer_to_the_document_before_it_has_its_number(case):
    with on_case(case.id) as locked:
        item = locked.release.bundle.item("P2")
        id_ = issue_for_item(
            locked, item_of(case, "P2"), item, "not-required", office.person("zhaolin"), reasons="不需要许可。"
        )
        there = sql().execute("select number from document where id = %s", (id_,)).fetchone()
        assert there == ("",)
    assert Document.query.filter_by(id=id_).one().number.startswith("江审不需〔")


def test_numbers_of_several_series_are_given_in_one_statement(db):
    assert next_numbers(["b", "a", "b"]) == [1, 1, 2]
    assert next_numbers(["b"]) == [3]


def test_a_document_prints_what_its_kind_takes_in_both_languages(case):
    notice = issued(
        case,
        "P2",
        "hearing-notice",
        hearing_at=datetime(2026, 12, 10, 9, 30, tzinfo=UTC),
        hearing_place="三层听证室",
        hearing_host="沈平",
        reasons="申请人要求听证。",
    )
    kept = kept_document(notice.id)
    assert "2026年12月10日9时30分" in str(kept.zh)
    assert "10 December 2026 09:30" in str(kept.en)
    assert "《中华人民共和国行政许可法》第四十八条" in str(kept.zh)


def test_a_revocation_says_its_remedy_by_itself(case):
    decision = issued(
        case,
        "P2",
        "revocation",
        licence_name=Words("药品经营许可证", "Drug licence"),
        licence_number="YP-1",
        facts="提交虚假材料。",
        reasons="以欺骗手段取得许可。",
        statement="未提出陈述。",
    )
    text = str(kept_document(decision.id).zh)
    assert "江城市人民政府申请行政复议" in text
    assert "江城市东城区人民法院" in text


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("hearing-notice", {"hearing_place": "三层"}, "应当载明“hearing_at”"),
        ("not-required", {"reasons": "一", "colour": "red"}, "没有“colour”这一项"),
        ("extension-notice", {"reasons": "一", "extended_by": "十日", "due_on": "明天"}, "应为day类型"),
    ],
)
def test_a_document_that_lacks_or_mistakes_a_field_is_not_issued(case, kind, fields, words):
    before = Document.query.count()
    with pytest.raises(DocumentNotPossible) as refused:
        issued(case, "P2", kind, **fields)
    assert words in refused.value.words.zh
    assert Document.query.count() == before


def test_a_kind_that_nobody_knows_is_an_error(case):
    with pytest.raises(KindUnknown):
        issued(case, "P2", "love-letter", reasons="一")


def test_the_row_says_by_which_template_it_was_written(case):
    notice = issued(case, "P2", "not-required", reasons="一")
    assert notice.template == "_shared/documents/not-required.md"
    kept = sql().execute("select 1 from blob where digest = %s", (notice.template_digest,)).fetchone()
    assert kept == (1,)


def test_nobody_changes_a_document_that_was_issued(case):
    notice = issued(case, "P2", "not-required", reasons="一")
    with pytest.raises(InsufficientPrivilege), sql().transaction():
        sql().execute("update document set content_zh = '[]' where id = %s", (notice.id,))


def test_a_document_without_a_number_is_never_committed(case):
    insert_document(case, number="")
    with pytest.raises(CheckViolation):
        sql().execute("set constraints all immediate")


def test_a_document_whose_words_are_not_those_of_its_digest_is_not_shown(db, client, case):
    id_ = insert_document(case, number="江审补〔2026〕999号")
    with pytest.raises(DocumentDamaged):
        kept_document(id_)
    office.sign_in(client, office.CLERK)
    for ending in ("", ".pdf"):
        answer = client.get(f"/papers/documents/{id_}{ending}")
        assert answer.status_code == 500
        assert "摘要不一致" in answer.get_data(as_text=True)
    told = client.get(f"/cases/{case.id}/told").get_data(as_text=True)
    assert "内容与出具时不一致" in told


def insert_document(case: office.Handle, *, number: str) -> int:
    """A row as no command writes it."""
    row = (
        sql()
        .execute(
            "insert into document (case_id, kind, number, title_zh, title_en, content_zh, content_en, digest,"
            " digest_en, issued_at, unit_key) values (%s, 'receipt', %s, '凭证', 'Receipt', '[]', '[]', %s, %s, now(),"
            " 'approval-bureau') returning id",
            (case.id, number, "0" * 64, digest_of("[]")),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def test_the_day_of_a_document_is_that_of_its_act(case):
    notice = issued(
        case,
        "P2",
        "extension-notice",
        reasons="案情复杂。",
        extended_by=Words("10个工作日", "10 working days"),
        due_before=date(2026, 12, 1),
        due_on=date(2026, 12, 15),
        approved_by="吴建华",
        extension_basis=Words("《行政许可法》第四十二条", "art. 42"),
    )
    assert "延长10个工作日，至2026年12月15日" in str(kept_document(notice.id).zh)


def test_a_licence_is_granted_in_writing_and_a_filing_is_its_own_receipt(db):
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "immediate", "P4")
    (decision,) = Document.query.filter_by(case_id=case.id, kind="grant").all()
    text = str(kept_document(decision.id).zh)
    assert decision.item_case_id == item_of(case, "P2")
    assert decision.number.startswith("江审许〔")
    assert "决定准予行政许可" in text
    assert "药品经营许可证" in text


def test_a_case_of_an_older_release_says_it_as_that_release_could(case, monkeypatch):
    from webapp.catalogue import Published

    known = Published.template_path
    older = {"not-required", "grant"}
    monkeypatch.setattr(
        Published, "template_path", lambda self, key, *rest: None if key in older else known(self, key, *rest)
    )
    notice = issued(case, "P2", "not-required", reasons="不需要许可。")
    assert notice.kind == "not-accepted"
    with pytest.raises(DocumentNotPossible):
        issued(case, "P2", "grant")


def test_a_place_with_a_template_of_its_own_prints_that_one_and_others_the_shared(db, case):
    here = issued(case, "P2", "correction-notice", reasons="缺件。")
    Case.query.filter_by(id=case.id).update({"profile_key": "fictional-county"})
    db.session.commit()
    there = issued(case, "P2", "correction-notice", reasons="缺件。")
    assert here.template == "_shared/documents/correction-notice.md"
    assert there.template == "_shared/documents/fictional-county/correction-notice.md"
    assert there.template_digest != here.template_digest
    assert "作出不予受理决定" in str(kept_document(there.id).zh)
    assert "refuses acceptance" in str(kept_document(there.id).en)
    assert "作出不予受理决定" not in str(kept_document(here.id).zh)
    other = issued(case, "P2", "not-required", reasons="一")
    assert other.template == "_shared/documents/not-required.md"


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("_shared/documents/acceptance-notice.md", "{{ colour }}", "bad-template"),
        (
            "documents/acceptance-notice.md",
            "# 受理通知书\n\n{{ document_number }}\n\n{{ tracking_number }}",
            "bad-template",
        ),
        ("documents/refusal.md", "# 不予许可\n\n{{ document_number }}\n\n{{ reasons }}", "template-without-field"),
    ],
)
def test_a_release_with_a_faulty_template_is_refused_where_it_would_be_published(db, path, text, code):
    release = current_releases()[office.BUNDLE]
    files = {**release_files(release), path: text.encode()}
    draft = releases.draft_from_upload(release, "bundle.zip", zip_of(files), by=office.person("taoran"))
    with pytest.raises(ReleaseRefused):
        releases.submit_release(draft, by=office.person("taoran"))
    found = {(one.code, one.file) for one in check_files(office.BUNDLE, files)}
    assert (code, path) in found


def test_a_document_says_the_situation_of_its_item_where_its_template_asks_for_it(db):
    files = dict(release_files(current_releases()[office.BUNDLE]))
    for path, told in (("", "适用情形"), (".en", "Situation")):
        file = f"_shared/documents/correction-notice{path}.md"
        files[file] += f"\n\n{told}: {{{{ situation_name }}}}\n".encode()
    release = releases.draft_from_files("open-pharmacy", files, by=office.person("taoran"), note="情形")
    releases.submit_release(release, by=office.person("taoran"))
    publish(release)
    paper = kept_document(issued(office.received("ordinary", ways={}), "P2", "correction-notice", reasons="缺件。").id)
    assert "经营范围含处方药、甲类非处方药或者中药饮片" in str(paper.zh)
    assert "Situation: " in str(paper.en)


def test_a_letter_and_a_licence_do_not_say_the_situation(db):
    files = dict(release_files(current_releases()[office.BUNDLE]))
    for path in ("documents/commitment-P2.md", "documents/drug-licence.md"):
        given = {**files, path: files[path] + b"\n\n{{ situation_name }}\n"}
        assert any(one.file == path and one.code == "bad-template" for one in check_files(office.BUNDLE, given)), path
