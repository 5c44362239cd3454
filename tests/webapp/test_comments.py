"""留言: among colleagues and to the applicant; mentions, files, changes with their trace, and what people type."""

from __future__ import annotations

import csv
import io
import secrets

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.office import Handle
from tests.support.pages import Browser, Page
from webapp import file_store
from webapp.errors import Incomplete, NotFound, NotYours
from webapp.queries.comments import comments_of
from webapp.queries.history import history_of
from webapp.queries.notices import notices_of
from webapp.services import cleaning, comments
from webapp.services.comment_mentions import MayNotSee, TooManyMentions
from webapp.services.comments import APPLICANT, INTERNAL, CommentGone
from webapp.unit_of_work import sql

REVIEWER, CLERK, LEAD = "zhaolin", "lixiaoyun", "weixiaohong"
STRANGER = "taoran"  # draws diagrams: sees no case
SUPERVISOR = "xieguang"


@pytest.fixture
def case(db: object) -> Handle:
    return office.received("commitment", ways={})


def said(case: Handle, body: str, *, by: str = REVIEWER, audience: str = INTERNAL) -> comments.Mentions:
    return comments.comment(case.id, body, audience=audience, by=office.person(by), key=secrets.token_hex(8))


def name_of(login: str) -> str:
    return office.person(login).name


def tracking(client: FlaskClient, case: Handle) -> Page:
    screen = Browser(client)
    screen.open("/track")
    screen.post("/track", number=case.number, code=case.code)
    return screen.open("/track/progress")


# Who reads what


def test_a_comment_among_colleagues_is_read_by_who_works_on_the_case(case: Handle, client: FlaskClient) -> None:
    said(case, "平面图上看不出仓库的位置，请窗口核对原件。")
    page = Browser(client, CLERK).open(f"/cases/{case.id}/comments")
    assert "平面图上看不出仓库的位置" in page.words()
    assert name_of(REVIEWER) in page.words()
    assert Browser(client, STRANGER).open(f"/cases/{case.id}/comments").status in (403, 404)
    assert Browser(client, SUPERVISOR).open(f"/cases/{case.id}/comments").status == 404
    assert "仓库" not in tracking(client, case).text


def test_the_case_page_and_the_task_page_fetch_the_comments_after_themselves(case: Handle, client: FlaskClient) -> None:
    said(case, "请看第三页。")
    screen = Browser(client, REVIEWER)
    task = office.open_task(case.id, "accept", "P2").id
    for page in (f"/cases/{case.id}", f"/tasks/{task}"):
        part = screen.open(page).tree.xpath("//section[@id='comments']//@hx-get")
        assert len(part) == 1
        fetched = client.get(str(part[0]), headers={"HX-Request": "true"}).get_data(as_text=True)
        assert "请看第三页。" in fetched
        assert "<html" not in fetched


def test_a_comment_to_the_applicant_stands_on_the_tracking_page_from_the_department_with_names_masked(
    case: Handle, client: FlaskClient
) -> None:
    applicant = sql().execute("select applicant_name from cases where id = %s", (case.id,)).fetchone()
    assert applicant is not None
    said(case, f"{applicant[0]}的材料已转有关部门，预计下周核查。", by=CLERK, audience=APPLICANT)
    page = tracking(client, case)
    assert "的材料已转有关部门，预计下周核查。" in page.words()
    assert applicant[0] not in page.text
    assert name_of(CLERK) not in page.text
    assert "江城市政务服务中心" in page.words("//section[@aria-labelledby='told-title']")


def test_only_the_window_and_the_leading_department_speak_to_the_applicant(case: Handle) -> None:
    said(case, "已收到您的材料。", by=CLERK, audience=APPLICANT)
    said(case, "已收到您的材料。", by=REVIEWER, audience=APPLICANT)  # of the department that leads the bundle
    whole = office.received("ordinary")
    said(whole, "内部可以。", by="hanlei")
    with pytest.raises(NotYours):
        said(whole, "请再交一份。", by="hanlei", audience=APPLICANT)


def test_a_draft_has_no_comments(db: object) -> None:
    with pytest.raises(NotFound):
        comments.comment(office.draft("ordinary"), "草稿", audience=INTERNAL, by=office.person(CLERK), key="k")


# Mentions


def test_who_is_named_is_told_once_and_led_to_the_comments(case: Handle, client: FlaskClient) -> None:
    mentions = said(case, f"@{name_of(REVIEWER)}请看一下，@{REVIEWER} 谢谢", by=CLERK)
    assert (mentions.people, mentions.nobody) == ((office.person(REVIEWER).user_id,), ())
    (line,) = notices_of(office.person(REVIEWER), unread=True).lines
    assert line.text.zh.startswith(f"{name_of(CLERK)}在“")
    answer = Browser(client, REVIEWER).post(f"/notices/{line.id}/open")
    assert answer.location == f"/cases/{case.id}#comments"
    (comment,) = comments_of(case.id)
    by = office.person(CLERK)
    comments.change_comment(case.id, comment.id, f"@{name_of(REVIEWER)}请今天看一下", by=by)
    assert notices_of(office.person(REVIEWER), unread=True).unread == 0


def test_a_mention_of_nobody_is_told_and_kept_as_text(case: Handle, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    key = screen.open(f"/cases/{case.id}/comments").fields(f"/cases/{case.id}/comments")["key"]
    screen.post(f"/cases/{case.id}/comments", body="@查无此人 请处理", audience="internal", key=key)
    page = screen.open(f"/cases/{case.id}/comments")
    assert "没有找到查无此人" in page.words()
    assert "@查无此人 请处理" in page.words("//ol")


def test_a_mention_of_somebody_who_may_not_see_the_case_is_refused_and_the_text_stays(
    case: Handle, client: FlaskClient
) -> None:
    screen, before = Browser(client, REVIEWER), notices_of(office.person(STRANGER), unread=True).unread
    key = screen.open(f"/cases/{case.id}/comments").fields(f"/cases/{case.id}/comments")["key"]
    body = f"@{name_of(STRANGER)} 帮忙看看"
    page = Page(screen.post(f"/cases/{case.id}/comments", body=body, audience="internal", key=key))
    assert page.status == 422
    assert f"{name_of(STRANGER)}不在本办件的办理范围内" in page.words()
    assert page.tree.xpath("string(//textarea[@name='body'])") == body
    assert comments_of(case.id) == ()
    assert notices_of(office.person(STRANGER), unread=True).unread == before


def test_an_address_of_mail_names_nobody(case: Handle) -> None:
    assert said(case, "请发到 office@zhaolin.example.cn") == comments.Mentions((), (), ())


def test_two_of_one_name_are_told_apart_by_their_accounts(case: Handle) -> None:
    sql().execute("update app_user set name = %s where login = 'qianwei'", (name_of(REVIEWER),))
    mentions = said(case, f"@{name_of(REVIEWER)} 请看", by=CLERK)
    assert (mentions.people, mentions.several) == ((), (name_of(REVIEWER),))
    assert len(said(case, "@qianwei 请看", by=CLERK).people) == 1


def test_hundreds_of_mentions_are_refused(case: Handle) -> None:
    with pytest.raises(TooManyMentions):
        said(case, " ".join(f"@人{number}" for number in range(300)))


def test_the_list_of_people_has_only_those_who_may_see_the_case(case: Handle, client: FlaskClient) -> None:
    Browser(client, CLERK)
    found = client.get(f"/cases/{case.id}/comments/people?q=zhao").get_json()["people"]
    assert name_of(REVIEWER) in [one["name"] for one in found]
    assert client.get(f"/cases/{case.id}/comments/people?q={name_of(STRANGER)}").get_json() == {"people": []}
    assert client.get(f"/cases/{case.id}/comments/people?q=%25").get_json() == {"people": []}


@pytest.mark.parametrize("typed", ["lve", "lue", "luech", "lv", "lu"])
def test_a_colleague_is_found_however_the_sound_of_u_with_dots_is_typed(
    case: Handle, client: FlaskClient, typed: str
) -> None:
    sql().execute("update app_user set name = '略超', name_pinyin = 'lve chao' where login = %s", (REVIEWER,))
    Browser(client, CLERK).open(f"/cases/{case.id}/comments")
    found = client.get(f"/cases/{case.id}/comments/people?q={typed}").get_json()["people"]
    assert [one["name"] for one in found] == ["略超"]


# Changing and taking away


def test_a_change_keeps_what_was_said_before_and_both_stand_in_the_ledger_as_digests(
    case: Handle, client: FlaskClient
) -> None:
    said(case, "请补一份图纸。")
    (line,) = comments_of(case.id)
    screen = Browser(client, REVIEWER)
    assert "请补一份图纸。" in screen.open(f"/cases/{case.id}/comments/{line.id}/edit").text
    screen.post(f"/cases/{case.id}/comments/{line.id}", body="图纸已收到。")
    (line,) = comments_of(case.id)
    assert (line.body, [one.body for one in line.before]) == ("图纸已收到。", ["请补一份图纸。"])
    bodies = sql().execute(
        "select body from case_event where case_id = %s and kind like 'comment%%' order by seq", (case.id,)
    )
    lines = [row[0] for row in bodies.fetchall()]
    assert len(lines) == 2
    assert all("图纸" not in body for body in lines)
    assert "修改留言" in [entry.what.zh for entry in history_of(case.id, [], [])]


def test_only_the_author_changes_and_only_author_or_lead_takes_away(case: Handle) -> None:
    said(case, "第一条")
    (line,) = comments_of(case.id)
    with pytest.raises(NotYours):
        comments.change_comment(case.id, line.id, "改", by=office.person(CLERK))
    with pytest.raises(NotYours):
        comments.delete_comment(case.id, line.id, by=office.person(CLERK))
    comments.delete_comment(case.id, line.id, by=office.person(LEAD))
    (gone,) = comments_of(case.id)
    assert (gone.body, gone.deleted_by) == ("", name_of(LEAD))
    kept = sql().execute("select body from comment_version where comment_id = %s", (line.id,)).fetchone()
    assert kept == ("第一条",)
    with pytest.raises(CommentGone):
        comments.change_comment(case.id, line.id, "又来", by=office.person(REVIEWER))


def test_what_was_taken_away_is_gone_from_the_tracking_page(case: Handle, client: FlaskClient) -> None:
    said(case, "预计下周核查。", by=CLERK, audience=APPLICANT)
    (line,) = comments_of(case.id)
    comments.delete_comment(case.id, line.id, by=office.person(CLERK))
    assert "预计下周核查" not in tracking(client, case).text


def test_a_comment_of_another_case_is_not_found(case: Handle) -> None:
    said(case, "第一条")
    (line,) = comments_of(case.id)
    other = office.received("commitment", ways={})
    with pytest.raises(NotFound):
        comments.delete_comment(other.id, line.id, by=office.person(LEAD))


# Files


def test_a_file_is_checked_kept_and_opened_by_who_works_on_the_case(case: Handle, client: FlaskClient) -> None:
    by = office.person(REVIEWER)
    comments.comment(case.id, "见附件", audience=INTERNAL, by=by, key="k", files=[office.pdf("意见.pdf")])
    ((file_id, name),) = comments_of(case.id)[0].files
    assert name == "意见.pdf"
    Browser(client, CLERK)
    answer = client.get(f"/cases/{case.id}/comments/files/{file_id}")
    assert answer.data.startswith(b"%PDF-")
    other = office.received("commitment", ways={})
    assert client.get(f"/cases/{other.id}/comments/files/{file_id}").status_code == 404
    sql().execute("update stored_file set at = at - interval '1 year' where id = %s", (file_id,))
    cleaning.clean()
    row = sql().execute("select digest from stored_file where id = %s", (file_id,)).fetchone()
    assert row is not None
    assert file_store.get(row[0]).startswith(b"%PDF-")


def test_a_file_of_another_kind_is_refused_and_the_text_stays(case: Handle, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    key = screen.open(f"/cases/{case.id}/comments").fields(f"/cases/{case.id}/comments")["key"]
    answer = client.post(
        f"/cases/{case.id}/comments",
        data={
            "csrf_token": screen.token,
            "key": key,
            "body": "见附件",
            "audience": "internal",
            "files": (io.BytesIO(b"MZ\x90"), "意见.pdf"),
        },
    )
    assert answer.status_code == 422
    page = Page(answer)
    assert "“意见.pdf”未接收" in page.words()
    assert page.tree.xpath("string(//textarea[@name='body'])") == "见附件"


def test_a_comment_to_the_applicant_has_no_files(case: Handle) -> None:
    with pytest.raises(Incomplete, match="no files"):
        comments.comment(case.id, "见附件", audience=APPLICANT, by=office.person(CLERK), key="k", files=[office.pdf()])


# What people type


def test_markup_and_turned_text_are_shown_as_harmless_text(case: Handle, client: FlaskClient) -> None:
    said(case, "<script>alert(1)</script> \u202egnp.exe\u202c 👨‍👩‍👧 好\x00\x07", by=CLERK, audience=APPLICANT)
    for page in (Browser(client, CLERK).open(f"/cases/{case.id}/comments"), tracking(client, case)):
        assert "<script>alert" not in page.text
        assert "<script>alert(1)</script> gnp.exe 👨‍👩‍👧 好" in page.words()
        assert "\u202e" not in page.text


@pytest.mark.parametrize("nothing", ["", "  \n ", "\u200b\u202e", "\x00"])
def test_a_comment_of_nothing_is_refused(case: Handle, nothing: str) -> None:
    with pytest.raises(Incomplete):
        said(case, nothing)


def test_a_comment_that_is_too_long_is_refused(case: Handle) -> None:
    with pytest.raises(Incomplete):
        said(case, "长" * 4001)


def test_a_page_that_is_sent_twice_counts_once(case: Handle, client: FlaskClient) -> None:
    screen = Browser(client, REVIEWER)
    key = screen.open(f"/cases/{case.id}/comments").fields(f"/cases/{case.id}/comments")["key"]
    for _ in range(2):
        assert screen.post(f"/cases/{case.id}/comments", body="一次", audience="internal", key=key).status_code == 302
    assert len(comments_of(case.id)) == 1


def test_a_cell_that_begins_like_a_formula_stays_text(case: Handle, client: FlaskClient) -> None:
    said(case, '=HYPERLINK("http://x")\n第二行')
    Browser(client, REVIEWER)
    content = client.get(f"/cases/{case.id}/comments.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert rows[-1][-1].lstrip("'").startswith("=HYPERLINK")
    assert not rows[-1][-1].startswith("=")


def test_a_person_named_who_lost_the_part_is_refused_when_the_comment_is_changed(case: Handle) -> None:
    said(case, "先写一条")
    (line,) = comments_of(case.id)
    with pytest.raises(MayNotSee):
        comments.change_comment(case.id, line.id, f"@{name_of(STRANGER)} 看", by=office.person(REVIEWER))
    assert comments_of(case.id)[0].body == "先写一条"
