"""变更影响: what a change of an article, a material or a limit touches, and the list of work that is kept from it."""

from __future__ import annotations

import csv
import io
import re
from secrets import token_urlsafe

import pytest

from engine.bundles import places_of_bundle
from tests.support import office
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, release_files
from webapp.errors import Incomplete, NotFound, NotYours
from webapp.pages.studio.changes import new_rows
from webapp.queries import change_index
from webapp.queries.change_impact import CASES, COMMITMENTS, LAW, LIMIT, MATERIAL, SHEETS, ImpactRow, asked_for, impact
from webapp.queries.change_lists import kept_list, own_lists
from webapp.services import change_lists, content_codec, content_places, copy_ending, releases, working_copies
from webapp.unit_of_work import sql

DESIGNER, SECOND, LAWYER, SUPERVISOR, CLERK = "taoran", "shenyue", "qixin", "xieguang", "lixiaoyun"
ARTICLE = "行政许可法 第三十四条"


def touched(kind: str, typed: str) -> list[ImpactRow]:
    found = change_index.holders()
    wanted = asked_for(kind, typed, found).wanted
    assert wanted is not None, typed
    return impact(wanted, found)


def elements(rows: list[ImpactRow], bundle: str = office.BUNDLE) -> set[str]:
    return {row.element for row in rows if row.bundle == bundle}


def copy_with(path: str, old: str, new: str, title: str = "改条文") -> int:
    designer = office.person(DESIGNER)
    copy = working_copies.begin(current_releases()[office.BUNDLE], title, by=designer)
    content, digest = working_copies.files_of(copy)[path], None
    row = sql().execute("select digest from working_file where copy_id = %s and path = %s", (copy, path)).fetchone()
    assert row is not None
    digest = row[0]
    assert old.encode() in content
    working_copies.save(copy, path, content.replace(old.encode(), new.encode(), 1), digest, by=designer)
    return copy


def keep(typed: str = ARTICLE, login: str = LAWYER) -> int:
    found = change_index.holders()
    wanted = asked_for(LAW, typed, found).wanted
    assert wanted is not None
    rows = new_rows(impact(wanted, found))
    by, key = office.person(login), token_urlsafe(12)
    return change_lists.keep(wanted.kind, wanted.key, wanted.title, rows, "2027年起修订", by=by, key=key)


def row_ids(list_id: int) -> list[int]:
    return [row.id for row in kept_list(list_id, 0).rows]


# ---------------------------------------------------------------- what is found


@pytest.mark.parametrize(
    "typed",
    [ARTICLE, "行政许可法第34条", "《中华人民共和国行政许可法》第三十四条", "Administrative Licensing Law, art. 34"],
)
def test_an_article_is_found_however_it_is_asked_for(db, typed):
    rows = touched(LAW, typed)
    assert {"P2.basis", "basis.licensing-34"} <= elements(rows)


def test_what_a_working_copy_says_otherwise_is_found_with_what_it_stands_in(db):
    copy = copy_with("forms/application.form", "与营业执照或者名称申报结果一致", "见行政许可法第34条")
    (row,) = [one for one in touched(LAW, ARTICLE) if one.kind == "form"]
    assert row.element == "applicant_name"
    assert [(one.kind, one.id) for one in row.holders] == [("copy", copy)]
    copy_ending.end(copy, by=office.person(DESIGNER))
    assert not [one for one in touched(LAW, ARTICLE) if one.kind == "form"]


def test_a_place_of_several_holders_is_one_row(db):
    copy_with("guide/zh.md", "# 开办药店办事指南", "# 开办药店办事指南（新）")
    (row,) = [one for one in touched(LAW, ARTICLE) if one.element == "P2.basis"]
    assert [one.kind for one in row.holders] == ["release", "copy"]


def test_local_rules_are_found_too(db):
    rows = touched(LAW, "行政许可法第四十五条")
    assert "pauses.hearing" in elements(rows, "")


def test_a_draft_that_nobody_submitted_counts_only_when_it_is(db):
    files = release_files(current_releases()[office.BUNDLE])
    changed = files["guide/zh.md"] + "\n\n依据《行政许可法》第三十四条。\n".encode()
    release_id = releases.draft_from_files(office.BUNDLE, {**files, "guide/zh.md": changed}, by=office.person(DESIGNER))
    assert not [one for one in touched(LAW, ARTICLE) if one.kind == "guide"]
    releases.submit_release(release_id, by=office.person(DESIGNER))
    (row,) = [one for one in touched(LAW, ARTICLE) if one.kind == "guide"]
    assert row.holders[0].state == "submitted"


def test_nothing_given_out_is_nothing_to_do(db):
    assert [row for row in touched(MATERIAL, "health-certificates") if row.count is not None] == []
    rows = kept_list(keep(), 0).rows
    assert rows
    assert all(row.count != 0 for row in rows)


def test_open_cases_sheets_and_commitments_are_counted_by_release(db):
    case_id = office.received("commitment").id
    counted = {row.kind: row.count for row in touched(MATERIAL, "health-certificates") if row.count is not None}
    assert counted[CASES] == 1
    assert counted[COMMITMENTS] >= 1
    assert counted[SHEETS] >= 1
    sql().execute("update cases set closed_at = received_at where id = %s", (case_id,))
    left = {row.kind for row in touched(MATERIAL, "health-certificates") if row.count is not None}
    assert CASES not in left


def test_begun_applications_are_told_apart(db):
    office.draft()
    (row,) = [one for one in touched(LAW, ARTICLE) if one.kind == CASES]
    assert (row.count, row.said) == (1, "1")


def test_a_case_without_the_item_is_not_counted(db):
    office.received("commitment")
    kinds = {row.kind for row in touched(LIMIT, "open-pharmacy/P6.promised")}
    items = {row[0] for row in sql().execute("select item_key from item_case")}
    assert (CASES in kinds) == ("P6" in items)


def test_a_limit_is_found_by_what_goes_by_it_and_by_its_figure(db):
    rows = touched(LIMIT, "open-pharmacy/P2.promised")
    assert "P2.limits.promised" in elements(rows)
    assert {row.why for row in rows if row.kind == "element"} == {"clock"}
    assert "parameters.correction-reply" in elements(touched(LIMIT, "correction-reply"), "")


def test_a_figure_of_the_place_that_is_no_limit_is_not_among_the_limits(db):
    keys = {one.key for one in change_index.limits(change_index.holders())}
    assert "correction-reply" in keys
    assert "statutory-holidays" not in keys  # how many days of a year the law makes holidays
    assert asked_for(LIMIT, "statutory-holidays", change_index.holders()).wanted is None


@pytest.mark.parametrize(
    ("parameter", "clock"),
    [("refused-item-answer", "refused-answer"), ("hearing-hold-limit", "hearing"), ("correction-reply", "correction"),
     ("hearing-application-limit", "hearing-application"), ("verification-limit", "verification")],
)  # fmt: skip
def test_a_parameter_is_found_in_the_diagrams_that_wait_for_its_clock(db, parameter, clock):
    rows = [row for row in touched(LIMIT, parameter) if row.kind == "element"]
    assert {row.why for row in rows} == {"clock"}
    assert any(row.said == clock or f'clock("{clock}")' in row.said for row in rows)


def test_what_a_release_says_is_read_from_its_files_once_for_all_processes(db, monkeypatch):
    content_places.forget()
    found = change_index.holders()
    said, rows = change_index.known(found), touched(LAW, ARTICLE)
    content_places.forget()
    monkeypatch.setattr(content_places, "release_files", None)
    assert change_index.known(found) == said
    assert touched(LAW, ARTICLE) == rows
    assert change_index.articles(found)
    assert change_index.materials(found)
    assert change_index.limits(found)


def test_more_releases_than_a_process_keeps_are_not_read_from_their_files_again(db, monkeypatch):
    """Every one of them is looked in twice by a process that keeps one."""
    designer = office.person(DESIGNER)
    files = release_files(current_releases()[office.BUNDLE])
    for number in range(3):
        release = releases.draft_from_files(
            office.BUNDLE,
            {**files, "guide/zh.md": f"# 指南\n\n依据《行政许可法》第三十四条，共{number}处。\n".encode()},
            by=designer,
        )
        sql().execute("update release set state = 'submitted' where id = %s", (release,))
    monkeypatch.setattr(content_places._of_releases, "_most", 1)
    read = []
    reading = content_places.release_files

    def noted(release_id):
        read.append(release_id)
        return reading(release_id)

    monkeypatch.setattr(content_places, "release_files", noted)
    content_places.forget()
    sql().execute("delete from content_said")
    first = touched(LAW, ARTICLE)
    assert sorted(read) == sorted(set(read))
    again = touched(LAW, ARTICLE)
    assert again == first
    assert sorted(read) == sorted(set(read))
    assert len(next(row for row in first if row.kind == "guide").holders) == 3


def test_the_worker_reads_what_is_to_be_looked_in(db, monkeypatch):
    sql().execute("delete from content_said")
    while content_places.fill():
        pass
    content_places.forget()
    monkeypatch.setattr(content_places, "release_files", None)
    assert touched(LAW, ARTICLE)


@pytest.fixture
def unreadable(monkeypatch):
    """What a release in force says, and a draft that was submitted, whose files nobody can read: the draft's id."""
    designer, files = office.person(DESIGNER), release_files(current_releases()[office.BUNDLE])
    release = releases.draft_from_files(office.BUNDLE, {**files, "guide/zh.md": b"# \xe7\xbc\xba"}, by=designer)
    sql().execute("update release set state = 'submitted' where id = %s", (release,))
    reading = content_places.release_files

    def broken(release_id):
        return {None: b""} if release_id == release else reading(release_id)

    monkeypatch.setattr(content_places, "release_files", broken)
    content_places.forget()
    sql().execute("delete from content_said")
    yield release
    content_places.forget()


def test_a_release_that_cannot_be_read_keeps_no_other_from_being_read(db, unreadable, monkeypatch):
    monkeypatch.setattr(content_places, "FILLED_AT_ONCE", 1)
    for _ in range(3):
        while content_places.fill():
            pass
    digests = {digest for (digest,) in sql().execute("select digest from content_said")}
    (bad,) = sql().execute("select digest from release where id = %s", (unreadable,)).fetchone()
    (good,) = sql().execute("select digest from release where id = %s", (current_releases()[office.BUNDLE],)).fetchone()
    assert good in digests
    assert bad not in digests


def test_what_cannot_be_read_is_told_on_the_page_and_nothing_is_taken_for_gone(client, unreadable):
    list_id = keep()
    browser = Browser.of(client, LAWYER)
    browser.open(f"/studio/changes?kind=law&q={ARTICLE}")
    assert browser.status == 200
    (number,) = sql().execute("select number from release where id = %s", (unreadable,)).fetchone()
    assert f"以下内容读不出来，没有在其中查找：开办药店 第 {number} 版（" in browser.text
    assert {"P2.basis", "basis.licensing-34"} <= elements(touched(LAW, ARTICLE))
    browser.open(f"/studio/changes/{list_id}")
    browser.submit("/again")
    assert browser.status == 409
    assert "没有重新查找" in browser.text
    assert not [row for row in kept_list(list_id, 0).rows if row.gone_at]


def test_what_was_read_is_kept_in_one_order_for_all(db, monkeypatch):
    kept = []
    monkeypatch.setattr(content_places, "packed_known", lambda known: kept.append(known) or b"")
    read = [(digest, content_places.Said(digest, b"")) for digest in ("c", "a", "b")]
    content_places._keep(read)
    assert kept == ["a", "b", "c"]


def test_what_another_version_read_is_read_anew(db):
    content_places.forget()
    assert touched(LAW, ARTICLE)
    sql().execute("update content_said set reader = 'earlier', places = '', known = ''")
    content_places.forget()
    assert touched(LAW, ARTICLE)
    assert sql().execute("select count(*) from content_said where reader = 'earlier'").fetchone() == (0,)


def test_what_is_kept_comes_back_as_it_was(db):
    places = places_of_bundle(release_files(current_releases()[office.BUNDLE]))
    assert list(content_codec.unpacked_places(content_codec.packed_places(places))) == places
    assert list(content_codec.unpacked_places(content_codec.packed_places([]))) == []
    for _, said in change_index.known(change_index.holders()):
        assert content_codec.unpacked_known(content_codec.packed_known(said)) == said


def test_rules_of_a_place_are_told_in_words(db):
    rows = [row for law in ("行政许可法", "安阳市政务服务条例") for row in touched(LAW, law) if row.kind == "profile"]
    assert {"容缺受理 · 逾期的后果", "信用规则 · 虚假承诺 · 限制 · 告知承诺"} <= {row.name.zh for row in rows}
    named = " ".join(f"{row.name.zh} {row.name.en}" for row in rows)
    assert not re.search(r"[a-z]+[_-][a-z]+ ·|\.(?:items|kinds)|force_majeure", named)
    assert all(row.element for row in rows)


def test_the_page_shows_the_words_of_a_rule_and_its_key_beside_it(app, db):
    lawyer = Browser.of(app.test_client(), LAWYER)
    lawyer.open("/studio/changes?kind=law&q=安阳市政务服务条例第二十九条")
    assert "信用规则 · 虚假承诺 · 限制 · 告知承诺" in lawyer.text
    assert "credit.kinds.false-commitment.bars.commitment" in [
        one.split()[-1] for one in lawyer.page.xpath("//th//code/text()")
    ]


def test_a_name_that_means_several_is_asked_back(db):
    found = change_index.holders()
    asked = asked_for(MATERIAL, "药", found)
    assert asked.wanted is None
    assert len(asked.choices) > 1
    assert asked_for(LAW, "没有这部法 第一条", found).wanted is not None
    assert asked_for(MATERIAL, "没有这种材料", found) == asked_for(LIMIT, " ", found)
    assert asked_for(LAW, "法" * 200 + "第一条", found) == asked_for(LAW, " ", found)


def test_each_bundles_own_form_of_one_key_is_picked_by_itself(app, db):
    found = change_index.holders()
    forms = {one.bundles: one for one in change_index.materials(found) if one.own_key == "application-form"}
    assert len(forms) > 1
    assert all(len(bundles) == 1 for bundles in forms)
    own = forms[(office.BUNDLE,)]
    rows = touched(MATERIAL, own.key)
    assert {row.bundle for row in rows} <= {office.BUNDLE, ""}
    assert any(row.kind == "material" for row in rows)
    assert {row.bundle for row in touched(MATERIAL, "application-form")} > {office.BUNDLE}
    lawyer = Browser.of(app.test_client(), LAWYER).open("/studio/changes?kind=material")
    assert f"{own.key}" in " ".join(lawyer.page.xpath("//a/@href | //option/@value"))


# ---------------------------------------------------------------- the kept list


def test_a_list_closes_when_every_row_is_decided_and_opens_with_one(db):
    list_id = keep()
    ids = row_ids(list_id)
    designer = office.person(DESIGNER)
    change_lists.decide(list_id, ids[:1], "not-needed", "只是引用旧案例。", by=designer)
    assert kept_list(list_id, 0).line.closed_at is None
    change_lists.decide(list_id, ids[1:], "done", "", by=designer)
    kept = kept_list(list_id, 0)
    assert kept.line.closed_at is not None
    assert kept.rows[0].decided_by == designer.name
    change_lists.decide(list_id, ids[:1], "open", "", by=designer)
    again = kept_list(list_id, 0)
    assert again.line.closed_at is None
    assert (again.rows[0].decided_by, again.rows[0].decided_at) == ("", None)


def test_not_needed_wants_a_reason_and_a_state_must_be_one(db):
    list_id = keep()
    with pytest.raises(Incomplete):
        change_lists.decide(list_id, row_ids(list_id), "not-needed", " ", by=office.person(DESIGNER))
    with pytest.raises(Incomplete):
        change_lists.decide(list_id, row_ids(list_id), "gone", "", by=office.person(DESIGNER))
    with pytest.raises(Incomplete):
        change_lists.decide(list_id, [], "done", "", by=office.person(DESIGNER))


def test_rows_of_another_list_stay_as_they_are(db):
    first, second = keep(), keep("药品管理法第五十一条")
    assert change_lists.decide(first, row_ids(second), "done", "", by=office.person(DESIGNER)) == 0
    assert change_lists.decide(second, row_ids(second)[:2], "open", "", by=office.person(DESIGNER)) == 2
    assert kept_list(second, 0).counts["done"] == 0


def test_rows_are_given_to_a_designer_who_is_told(db):
    list_id = keep()
    designer = office.person(DESIGNER)
    change_lists.assign(list_id, row_ids(list_id)[:2], designer.user_id, by=office.person(LAWYER))
    (line,) = own_lists(designer.user_id)
    assert (line.id, line.own) == (list_id, 2)
    told = (
        sql()
        .execute("select count(*) from notice where user_id = %s and kind = 'change-assigned'", (designer.user_id,))
        .fetchone()
    )
    assert told == (1,)
    change_lists.decide(list_id, row_ids(list_id)[:2], "done", "", by=designer)
    assert own_lists(designer.user_id) == []
    with pytest.raises(Incomplete):
        change_lists.assign(list_id, row_ids(list_id), office.person(SUPERVISOR).user_id, by=office.person(LAWYER))


def test_looking_again_adds_what_is_new_marks_what_is_gone_and_decides_nothing(db):
    copy = copy_with("forms/application.form", "与营业执照或者名称申报结果一致", "见行政许可法第34条")
    list_id = keep()
    kept = kept_list(list_id, 0)
    field = next(row for row in kept.rows if row.kind == "form")
    change_lists.decide(list_id, [row.id for row in kept.rows], "done", "", by=office.person(DESIGNER))
    copy_ending.end(copy, by=office.person(DESIGNER))
    copy_with("guide/zh.md", "# 开办药店办事指南", "# 依据行政许可法第三十四条")
    found = change_index.holders()
    wanted = asked_for(LAW, kept.line.subject, found).wanted
    assert wanted is not None
    change_lists.look_again(list_id, new_rows(impact(wanted, found)), by=office.person(LAWYER))
    again = {row.id: row for row in kept_list(list_id, 0).rows}
    assert again[field.id].gone_at is not None
    assert again[field.id].state == "done"
    assert [row.state for row in again.values() if row.kind == "guide"] == ["open"]
    assert kept_list(list_id, 0).line.closed_at is None


def test_who_may_not_is_refused(db):
    list_id = keep()
    with pytest.raises((NotYours, NotFound)):
        change_lists.decide(list_id, row_ids(list_id), "done", "", by=office.person(SUPERVISOR))
    with pytest.raises(NotFound):
        change_lists.decide(list_id + 1000, [1], "done", "", by=office.person(DESIGNER))


# ---------------------------------------------------------------- the pages


def test_the_pages_lead_from_an_article_to_a_finished_list(app, db):
    lawyer = Browser.of(app.test_client(), LAWYER)
    lawyer.open("/studio/changes")
    assert "引用最多的条文" in lawyer.text
    lawyer.open("/studio/changes?kind=law&q=行政许可法第34条")
    assert "“《行政许可法》第三十四条”变更，涉及" in lawyer.text
    assert "药品经营许可（零售）" in lawyer.text
    lawyer.submit("/studio/changes", {"note": "修订草案二审"})
    assert lawyer.heading == "变更清单：《行政许可法》第三十四条"
    list_id = int(lawyer.url.rsplit("/", 1)[1].partition("?")[0])
    designer = Browser.of(app.test_client(), DESIGNER)
    designer.open(f"/studio/changes/{list_id}")
    ids = [str(one) for one in row_ids(list_id)]
    designer.submit(f"/changes/{list_id}/rows", {"rows": ids, "state": "done", "note": "第2版已改"})
    assert "已办完" in designer.text
    assert "第2版已改" in designer.text
    lawyer.open("/studio/changes")
    assert "已办完" in lawyer.text


def test_a_refused_act_on_rows_keeps_the_page_with_what_was_ticked_and_typed(app, db):
    list_id = keep()
    first, second, *_ = row_ids(list_id)
    designer = Browser.of(app.test_client(), DESIGNER)
    page = designer.open(f"/studio/changes/{list_id}")
    page.submit(f"/changes/{list_id}/rows", {"rows": [str(first), str(second)], "state": "not-needed"})
    assert designer.status == 422
    assert "请说明为什么不需要修改。" in designer.text
    assert set(designer.page.xpath("//input[@name='rows'][@checked]/@value")) == {str(first), str(second)}
    assert designer.page.xpath("//select[@name='state']/option[@selected]/@value") == ["not-needed"]
    designer.submit(f"/changes/{list_id}/rows", {"note": "只是引用。"})
    assert [row.state for row in kept_list(list_id, 0).rows if row.id in (first, second)] == ["not-needed"] * 2
    designer.submit(f"/changes/{list_id}/rows", {"note": "没有勾选"})
    assert designer.status == 422
    assert designer.page.xpath("//input[@name='note']/@value") == ["没有勾选"]


def test_a_page_that_is_sent_twice_keeps_one_list(app, db):
    lawyer = Browser.of(app.test_client(), LAWYER)
    lawyer.open(f"/studio/changes?kind=law&q={ARTICLE}")
    form = dict(lawyer.form("/studio/changes").form_values())
    lawyer.send("/studio/changes", form)
    first = lawyer.url
    assert lawyer.heading == "变更清单：《行政许可法》第三十四条"
    lawyer.send("/studio/changes", form)
    assert (lawyer.heading, lawyer.url) == ("变更清单：《行政许可法》第三十四条", first)
    assert sql().execute("select count(*) from change_list").fetchone() == (1,)
    lawyer.open(f"/studio/changes?kind=law&q={ARTICLE}")
    lawyer.submit("/studio/changes")
    assert lawyer.url != first


def test_a_list_from_a_page_without_a_key_is_refused(app, db):
    lawyer = Browser.of(app.test_client(), LAWYER)
    lawyer.open(f"/studio/changes?kind=law&q={ARTICLE}")
    lawyer.submit("/studio/changes", {"key": ""})
    assert lawyer.status == 409
    assert "页面已失效" in lawyer.text
    assert sql().execute("select count(*) from change_list").fetchone() == (0,)


def test_both_lists_go_out_as_files(app, db):
    list_id = keep()
    client = app.test_client()
    office.sign_in(client, SUPERVISOR)
    for path in (f"/studio/changes.csv?kind=law&q={ARTICLE}", f"/studio/changes/{list_id}.csv"):
        answer = client.get(path)
        assert answer.mimetype == "text/csv"
        lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
        assert len({len(line) for line in lines}) == 1
        assert any("P2.basis" in line for line in lines)


def test_who_does_not_see_the_studio_sees_no_lists(app, db):
    list_id = keep()
    client = app.test_client()
    office.sign_in(client, CLERK)
    assert client.get("/studio/changes").status_code == 403
    assert client.get(f"/studio/changes/{list_id}").status_code == 403
    reading = app.test_client()
    office.sign_in(reading, SUPERVISOR)
    page = reading.get(f"/studio/changes/{list_id}").get_data(as_text=True)
    assert "记下处理情况" not in page
