"""What a list of the inbox can be narrowed to, its folders, its order, its file; and what a broken address does."""

from __future__ import annotations

import csv
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser
from webapp import clock, moments
from webapp.catalogue import rules_in_force
from webapp.pages.supervision.sheets import harmless
from webapp.queries import worklist, worklist_sql
from webapp.queries.worklist_wanted import Wanted, read_address
from webapp.services import task_marks
from webapp.services.suspension import suspend
from webapp.unit_of_work import sql

REVIEWER = "qianwei"


def numbers(page: object) -> list[str]:
    return [row[1] for row in page.rows()]  # type: ignore[attr-defined]


@pytest.fixture
def two(db: object) -> tuple[office.Handle, office.Handle]:
    """A case of last week and one of today, both with the drug licence waiting to be accepted."""
    with clock.frozen_at(clock.now() - timedelta(days=14)):
        late = office.received("refused-item")
    return late, office.received("mixed-ways", ways={})


def test_each_folder_shows_its_own(two: tuple[office.Handle, office.Handle], client: FlaskClient) -> None:
    late, fresh = two
    screen = Browser(client, REVIEWER)
    screen.post(f"/tasks/{office.open_task(late.id, 'accept', 'P2').id}/claim")
    assert set(numbers(screen.open("/inbox?tab=groups"))) == {late.number, fresh.number}
    assert numbers(screen.open("/inbox?tab=mine")) == [late.number]
    assert numbers(screen.open("/inbox?tab=free")) == [fresh.number]
    assert screen.open("/inbox?tab=waiting").rows() == []
    assert screen.open("/inbox?tab=done").rows() == []
    office.act(late.id, "accept", "P2", by=office.person(REVIEWER))
    (done,) = screen.open("/inbox?tab=done").rows()
    assert done[1] == late.number
    assert "受理" in done[6]


def test_what_stands_still_waits(two: tuple[office.Handle, office.Handle], client: FlaskClient) -> None:
    late, _ = two
    suspend(late.id, by=office.person("weixiaohong"), reason="等待上级答复", key="k")
    screen = Browser(client, REVIEWER)
    assert numbers(screen.open("/inbox?tab=waiting")) == [late.number]
    assert late.number not in numbers(screen.open("/inbox?tab=free"))


def test_the_whole_department_is_for_who_leads_it(
    two: tuple[office.Handle, office.Handle], client: FlaskClient
) -> None:
    late, fresh = two
    head = office.member_of("approval-bureau.head").login
    page = Browser(client, head).open("/inbox?tab=unit")
    assert {late.number, fresh.number} <= set(numbers(page))
    links = [link for link in page.links() if link.startswith(("/tasks/", "/cases/"))]
    assert f"/cases/{late.id}" in links  # another post's task: the case, not the task
    reviewer = Browser(client, REVIEWER)
    assert "本部门全部" not in reviewer.open("/inbox").words()
    sign = Browser(client, "hanlei")
    assert {row[2] for row in sign.open("/inbox?tab=unit").rows()} == {"户外招牌设置许可"}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("due=overdue", "late"),
        ("due=later", "fresh"),
        ("due=none", ""),
        ("due=paused", ""),
        ("bundle=open-pharmacy", "both"),
        ("bundle=open-pharmacy&item=P2", "both"),
        ("bundle=open-pharmacy&item=P3", ""),
        ("place=fictional-county", ""),
        ("place=fictional-city", "both"),
        ("holder=none", "both"),
        ("colour=red", ""),
        ("first=1", ""),
        ("follow=set", ""),
    ],
)
def test_filters(two: tuple[office.Handle, office.Handle], client: FlaskClient, query: str, shown: str) -> None:
    late, fresh = two
    page = Browser(client, REVIEWER).open(f"/inbox?tab=groups&{query}")
    wanted = {"late": {late.number}, "fresh": {fresh.number}, "both": {late.number, fresh.number}, "": set()}[shown]
    assert set(numbers(page)) == wanted


def test_the_situation_and_what_was_answered_narrow_the_list(
    two: tuple[office.Handle, office.Handle], client: FlaskClient
) -> None:
    late, fresh = two
    screen = Browser(client, REVIEWER)
    page = screen.open("/inbox?bundle=open-pharmacy&item=P2")
    found: dict[str, set[str]] = {}
    for key in page.tree.xpath("//select[@id='filter-situation']/option/@value")[1:]:
        found[key] = set(numbers(screen.open(f"/inbox?bundle=open-pharmacy&item=P2&situation={key}")))
    assert set.union(*found.values()) == {late.number, fresh.number}
    assert sum(len(one) for one in found.values()) == 2  # exactly one situation holds for each
    here = office.example("mixed-ways")["answers"]["district"]
    assert fresh.number in numbers(screen.open(f"/inbox?bundle=open-pharmacy&data=district:{here}"))
    other = next(
        value.partition(":")[2]
        for value in page.tree.xpath("//select[@id='filter-data']//option/@value")
        if value.startswith("district:") and not value.endswith(f":{here}")
    )
    assert fresh.number not in numbers(screen.open(f"/inbox?bundle=open-pharmacy&data=district:{other}"))


def test_answers_stand_as_columns_and_in_the_file(
    two: tuple[office.Handle, office.Handle], client: FlaskClient
) -> None:
    screen = Browser(client, REVIEWER)
    query = "bundle=open-pharmacy&col=district&col=premises_area&col=legal_representative_id"
    page = screen.open(f"/inbox?{query}")
    heads = [" ".join(head.text_content().split()) for head in page.tree.xpath("//thead//th[not(@class='select')]")]
    assert heads[-2:] == ["所在区县", "经营场所使用面积（平方米）"]  # a number of identity is no column
    assert "区" in page.rows()[0][-2]
    assert "不适用" in page.words()
    answer = client.get(f"/inbox/list.csv?{query}")
    lines = list(csv.reader(answer.get_data(as_text=True).lstrip("\ufeff").splitlines()))
    assert lines[0] == heads
    on_screen = [[cell if cell != "认领" else "待认领" for cell in row] for row in page.rows()]
    for line, row in zip(lines[1:], on_screen, strict=True):
        assert line[:8] == row[:8]
        assert line[9:] == row[9:]


def test_a_formula_in_a_name_is_disarmed_in_the_file(
    two: tuple[office.Handle, office.Handle], client: FlaskClient
) -> None:
    late, _ = two
    evil = '=cmd|"/c calc"!A1'
    sql().execute("update cases set applicant_name = %s, subject_name = %s where id = %s", (evil, "@SUM(1)", late.id))
    office.sign_in(client, REVIEWER)
    lines = list(csv.reader(client.get("/inbox/list.csv").get_data(as_text=True).lstrip("\ufeff").splitlines()))
    (line,) = [line for line in lines if line[1] == late.number]
    assert line[0] == "'@SUM(1)"
    assert line[4] == harmless(evil) == f"'{evil}"


@pytest.mark.parametrize("sort", ["arrived", "newest", "number", "applicant", "holder"])
def test_pages_of_another_order_follow_each_other(db: object, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    for name in ("refused-item", "mixed-ways", "refused-item", "mixed-ways", "refused-item"):
        office.received(name, ways={})
    by, rules, wanted = office.person(REVIEWER), rules_in_force(), Wanted(sort=sort)
    everything = worklist.inbox_page(by, rules, wanted)
    monkeypatch.setattr(worklist, "PAGE_SIZE", 2)
    seen, after = [], None
    while True:
        page = worklist.inbox_page(by, rules, wanted, after=after)
        seen += [row.task_id for row in page.rows]
        if page.following is None:
            break
        after = page.following
    assert seen == [row.task_id for row in everything.rows]
    last = worklist.inbox_page(by, rules, wanted, after=after)
    back = worklist.inbox_page(by, rules, wanted, before=last.previous)
    assert [row.task_id for row in back.rows] == seen[-3:-1] if len(seen) % 2 else seen[-4:-2]
    if sort == "newest":
        arrived = [row.arrived_at for row in everything.rows]
        assert arrived == sorted(arrived, reverse=True)


def test_too_many_to_be_sorted_stay_in_their_order_and_the_page_says_so(
    two: tuple[office.Handle, office.Handle], client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist_sql, "SORTED", 1)
    page = Browser(client, REVIEWER).open("/inbox?sort=newest")
    assert "不能这样排序" in page.words()
    assert len(page.rows()) == 2


def test_a_filter_looks_so_far_and_goes_on_with_the_next_page(
    db: object, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [office.received("refused-item") for _ in range(5)]
    for name in ("IN_WINDOW", "WINDOW_END"):
        text = getattr(worklist_sql, name).replace("limit 5000", "limit 2").replace("offset 4999", "offset 1")
        monkeypatch.setattr(worklist_sql, name, text)
    last = office.open_task(cases[-1].id, "accept", "P2")
    sql().execute("update task_candidate set due_on = '2030-01-01' where task_id = %s", (last.id,))
    by, rules = office.person(REVIEWER), rules_in_force()
    wanted = Wanted(bundle="open-pharmacy", item="P2", holder="none")
    page, seen = worklist.inbox_page(by, rules, wanted), []
    assert page.partly
    for _ in range(10):
        seen += [row.task_id for row in page.rows]
        if page.following is None:
            break
        page = worklist.inbox_page(by, rules, wanted, after=page.following)
    assert len(seen) == len(set(seen)) == 5
    assert seen[-1] == last.id
    assert "本页只查找了其中一部分" in Browser(client, REVIEWER).open(f"/inbox?{wanted.address}").words()


@pytest.mark.parametrize("text", ["jiangchengjimin", "jcjm", "JCJM", "ｊｃｊｍ"])
def test_an_applicant_is_found_by_pinyin(two: object, client: FlaskClient, text: str) -> None:
    page = Browser(client, REVIEWER).open(f"/inbox?q={quote(text)}")
    assert "江城济民" in page.rows()[0][4]
    assert all("江城济民" in " ".join(row) for row in page.rows())  # the cases of the department below, too


@pytest.mark.parametrize("text", ["%", "_____", "' or 1=1 --", "😀", "\u202eabc", "*", "\\", "民济药房"])
def test_a_search_takes_signs_for_what_they_are(two: object, client: FlaskClient, text: str) -> None:
    page = Browser(client, REVIEWER).open(f"/inbox?q={quote(text)}")
    assert page.status == 200
    assert page.rows() == []
    assert "没有符合条件的任务" in page.words()
    assert "\u202e" not in page.text


@pytest.mark.parametrize(
    "place",
    [
        "nonsense",
        "0.2026-02-30.5",
        "9.9999-12-31.1",
        "-1.2026-01-01.999999999999999999999",
        "0.2026-01-01.1;drop",
        "٣.2026-01-01.1",
    ],
)
def test_a_cursor_that_somebody_has_written_breaks_nothing(two: object, client: FlaskClient, place: str) -> None:
    office.sign_in(client, REVIEWER)
    for folder in ("groups", "mine", "free", "waiting", "done", "unit"):
        for sort in ("due", "number"):
            for way in ("after", "before"):
                answer = client.get(f"/inbox?tab={folder}&sort={sort}&{way}={quote(place)}")
                assert answer.status_code == 200, (folder, sort, way)


def test_an_address_with_conditions_that_are_no_more_shows_the_list_without_them_and_says_so(
    two: tuple[office.Handle, office.Handle], client: FlaskClient
) -> None:
    screen = Browser(client, REVIEWER)
    page = screen.open("/inbox?tab=attic&due=soonish&holder=99999999&bundle=gone&item=P9&colour=green&frobnicate=1")
    assert len(page.rows()) == 2
    assert "已不适用" in page.words()
    wanted, ignored = read_address("tab=attic&due=soonish&item=P2&colour=%27%3B--&nothing=1")
    assert wanted == Wanted()
    assert set(ignored) == {"tab", "due", "colour", "nothing"}


def test_a_post_that_is_not_ones_own_shows_nothing_of_it(two: object, client: FlaskClient) -> None:
    page = Browser(client, "hanlei").open("/inbox?group=drug.review")
    assert {row[2] for row in page.rows()} == {"户外招牌设置许可"}
    assert "已不适用" in page.words()


def test_a_list_asked_again_is_answered_304_until_something_changes(
    two: tuple[office.Handle, office.Handle], client: FlaskClient
) -> None:
    late, _ = two
    screen = Browser(client, REVIEWER)
    screen.open("/inbox?tab=groups")
    address = "/inbox/list?tab=groups"

    def asked(tag: str) -> tuple[int, str]:
        answer = client.get(address, headers={"If-None-Match": tag, "HX-Request": "true"})
        return answer.status_code, answer.headers.get("ETag", "")

    first = client.get(address).headers["ETag"]
    assert asked(first) == (304, first)
    task = office.open_task(late.id, "accept", "P2")
    changes = [
        lambda: screen.post(f"/tasks/{task.id}/claim"),
        lambda: task_marks.follow_up(task.id, clock.today(moments.OFFICE_ZONE), by=office.person(REVIEWER)),
        lambda: office.received("mixed-ways", ways={}),
        lambda: suspend(late.id, by=office.person("weixiaohong"), reason="等待", key="k"),
    ]
    tag = first
    for change in changes:
        change()
        status, now = asked(tag)
        assert (status, now != tag) == (200, True)
        tag = now
        assert asked(tag)[0] == 304
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        office.sign_in(client, REVIEWER)
        assert asked(tag)[0] == 200  # another day: the words for the due days are others


def test_a_page_that_asks_after_its_session_has_ended_is_led_to_the_sign_in(client: FlaskClient, db: object) -> None:
    answer = client.get("/inbox/list", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Refresh"] == "true"
    assert client.get("/inbox/list").status_code == 302


def test_whoever_leaves_a_task_comes_back_to_the_same_place(
    two: tuple[office.Handle, office.Handle], client: FlaskClient
) -> None:
    screen = Browser(client, REVIEWER)
    screen.open("/inbox?tab=free&due=overdue")
    task = office.open_task(two[0].id, "accept", "P2")
    from_task = {"Referer": f"http://localhost/tasks/{task.id}"}
    answer = client.get("/inbox", headers=from_task)
    assert answer.headers["Location"] == "/inbox?tab=free&due=overdue"
    elsewhere = client.get("/inbox", headers={"Referer": f"http://elsewhere.example/tasks/{task.id}"})
    assert elsewhere.status_code == 200
