"""The pages of running processes: counts on the elements and in the table, instances, incidents, many at once."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import diagram
from tests.journeys.test_bulk_repairs import failed
from tests.journeys.test_repair import CHOICE
from tests.support import machines, office
from tests.support.pages import Browser, Page
from tests.webapp.test_translations import chinese_on, typed
from webapp import clock
from webapp.catalogue import current_releases, published
from webapp.languages import COOKIE
from webapp.queries import running
from webapp.queries.running_instances import Wanted, instances
from webapp.services import heat_aside, heat_counting, suspension, waiting_counts
from webapp.services.advance import begin
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql

LEAD, DESIGNER, SUPERVISOR, REVIEWER = "weixiaohong", "taoran", "xieguang", "zhaolin"
BUNDLE = f"/studio/running/bundles/{office.BUNDLE}"
FORK = "start s\nand x\nuser a\nuser b\ncatch late timer PT1H\ns -> x -> a\nx -> b\nx -> late"


@pytest.fixture
def screen(db: SQLAlchemy, client: FlaskClient) -> Browser:
    return Browser(client, LEAD)


def marks(page: Page) -> dict[str, tuple[int, int]]:
    """What the picture shows: element -> (waiting, incidents)."""
    [told] = page.tree.xpath("//script[@data-state]/text()")
    return {one["element"]: (one["count"], one["incidents"]) for one in json.loads(told)["badges"]}


def counts(page: Page) -> dict[str, tuple[int, int]]:
    """The same facts in the table: element -> (waiting, incidents)."""
    rows = table(page, "各元素的等待数和异常数")
    return {row[1]: (number_in(row[4]), number_in(row[5])) for row in rows}


def number_in(text: str) -> int:
    return int(re.sub(r"\D", "", text) or 0)


def table(page: Page, caption: str) -> list[list[str]]:
    rows = page.tree.xpath(f"//table[caption[normalize-space()='{caption}']]/tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./td|./th")] for row in rows]


def test_a_real_case_is_counted_where_it_waits(screen: Browser) -> None:
    first, _ = office.received("ordinary", ways={}), office.received("ordinary", ways={})
    office.act(first.id, "backfill", "P1")
    office.act(first.id, "accept", "P6")
    page = screen.open(BUNDLE)
    assert page.heading.startswith("运行情况")
    of_items = marks(page)
    item = published(current_releases()[office.BUNDLE]).bundle.item("P6")
    assert of_items[item.call_activity] == (1, 0)
    assert of_items["pre-review-P6"] == (1, 0)  # the other case is still made ready for it
    assert counts(page)[item.call_activity] == of_items[item.call_activity]  # the same facts beside the picture
    inner = screen.open(f"{BUNDLE}?process={running.called_of(published(current_releases()[office.BUNDLE]), 'P6')}")
    assert marks(inner)["review"] == (1, 0)
    one = screen.open(f"{BUNDLE}?process={inner_process()}&item=P6&at={inner_process()}:review")
    [row] = table(one, "在办流程")
    assert number_of(first.id) in row[1]
    everything = table(page, "在办流程")
    assert len(everything) == 2


def test_what_waits_for_one_message_at_several_elements_is_one_row_that_leads_to_its_cases(screen: Browser) -> None:
    case = office.received("refused-item")
    page = screen.open(BUNDLE)
    [row] = [row for row in table(page, "各元素的等待数和异常数") if row[0].startswith("等其中之一的消息")]
    assert row[0] == "等其中之一的消息：药品核查需求、器械核查需求"  # what throws the message waits for nothing
    assert row[1:4] == ["visit-declared-P2visit-declared-P3", "等待事件", "消息"]
    [address] = page.tree.xpath("//a[starts-with(normalize-space(), '等其中之一的消息')]/@href")
    asked = screen.open(address)
    assert "在办流程：等其中之一的消息：药品核查需求、器械核查需求" in asked.words("//h2[@id='instances']")
    assert [number_of(case.id) in " ".join(one) for one in table(asked, "在办流程")] == [True]
    screen.client.set_cookie(COOKIE, "en")
    assert "Waits for a message of one of: " in screen.open(BUNDLE).words("//table")


def test_the_heading_of_what_waits_in_a_process_that_is_not_the_bundles_own_says_what_its_row_says(
    screen: Browser,
) -> None:
    hear = "catch one message paid number\ncatch other message paid number"
    waits = f"start s message begun\nand x\n{hear}\ns -> x -> one\nx -> other"
    release = machines.publish(FORK, more={"second.bpmn": diagram(waits, process="second")})
    case_id = machines.case_on(release)
    with on_case(case_id) as case:
        begin(case, "second", {"number": "n"}, event="s")
    page = screen.open(f"{BUNDLE}?release={release}&process=second")
    [row] = [row for row in table(page, "各元素的等待数和异常数") if row[0].startswith("等其中之一的消息")]
    assert row[0] == "等其中之一的消息：one、other"
    [address] = page.tree.xpath("//a[starts-with(normalize-space(), '等其中之一的消息')]/@href")
    assert f"在办流程：{row[0]}" in screen.open(address).words("//h2[@id='instances']")


def inner_process() -> str:
    return running.called_of(published(current_releases()[office.BUNDLE]), "P6")


def number_of(case_id: int) -> str:
    row = sql().execute("select number from cases where id = %s", (case_id,)).fetchone()
    assert row is not None
    return str(row[0])


def test_a_release_on_which_nothing_runs_any_more_is_shown_as_empty(screen: Browser) -> None:
    """Whoever has just moved its last case to another release may come back to it."""
    former = machines.publish(FORK)
    machines.publish(FORK)
    page = screen.open(f"{BUNDLE}?release={former}")
    assert page.status == 200
    assert counts(page) == {}


def test_counts_instances_and_filters(screen: Browser) -> None:
    release = machines.publish(FORK)
    cases = [machines.run(release)[0] for _ in range(3)]
    machines.done(cases[0], "a")
    suspension.suspend(cases[1], by=office.person(LEAD), reason="核查", key="s")
    page = screen.open(f"{BUNDLE}?release={release}")
    assert counts(page) == {"a": (2, 0), "b": (3, 0), "late": (3, 0)}
    assert len(table(page, "在办流程")) == 3
    for query, count in (
        ("at=open-pharmacy:a", 2),
        ("at=open-pharmacy:late", 3),
        ("state=suspended", 1),
        ("state=incident", 0),
        ("days=7", 0),
    ):
        assert len(table(screen.open(f"{BUNDLE}?release={release}&{query}"), "在办流程")) == count, query
    with clock.frozen_at(clock.now() + timedelta(days=8)):
        found, after = instances(published(release), Wanted(release, days=7))
    assert (len(found), after) == (3, 0)
    for query in ("release=999999", "at=open-pharmacy:nothing", f"release={'9' * 30}"):
        assert screen.open(f"{BUNDLE}?{query}").status in (200, 404)
    assert screen.open("/studio/running/bundles/nothing").status == 404
    assert f"{BUNDLE}?release={release}" in screen.open("/studio/running").links()


def test_a_page_of_instances_goes_on_behind_the_last(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.queries.running_instances.SHOWN", 2)
    release = machines.publish(FORK)
    ids = [machines.run(release)[1] for _ in range(5)]
    seen: list[int] = []
    after = 0
    while True:
        rows, after = instances(published(release), Wanted(release), after)
        seen += [row.id for row in rows]
        if not after:
            break
    assert seen == ids


def test_a_large_office_is_counted_by_the_worker(screen: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    release = machines.publish(FORK)
    for _ in range(2):
        machines.run(release)
    assert not waiting_counts.refresh()  # a page counts for itself
    monkeypatch.setattr(waiting_counts, "MANY", waiting_counts.MANY.replace("3000", "1").replace("3001", "2"))
    assert waiting_counts.refresh()
    machines.run(release)
    page = screen.open(f"{BUNDLE}?release={release}")
    assert counts(page)["a"] == (2, 0)  # as it was counted, and the page says when
    assert "每分钟统计一次" in page.words()
    assert len(table(page, "在办流程")) == 3
    assert waiting_counts.refresh()
    assert counts(screen.open(f"{BUNDLE}?release={release}"))["a"] == (3, 0)


def test_incidents_are_found_by_cause_and_tried_again(screen: Browser) -> None:
    failed(2)
    other = machines.run(machines.publish(CHOICE), size="many")[0]
    page = screen.open("/studio/running/incidents")
    assert len(table(page, "按原因")) == 2
    assert len(table(page, "逐个异常")) == 3
    cause = next(url for url in page.links() if "cause=" in url).partition("#")[0]
    group = screen.open(cause)
    assert len(table(group, "逐个异常")) == 2
    action = f"/studio/running/incidents/retry?{cause.partition('?')[2]}"
    form = {"key": "k", "all": "1"}
    response = screen.client.post(action, data={"csrf_token": office.csrf_token(screen.client), **form})
    assert response.status_code == 302
    result = screen.open(response.location)
    assert "0 / 2" in result.words()
    assert "正在批量重试" in screen.open(cause).words()
    address = f"{response.location}/progress"
    first = screen.client.get(address)
    assert screen.client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with pytest.raises(LookupError):  # nobody does such jobs: they will fail again
        machines.work()
    assert "已处理 2" in screen.open(response.location).words()
    assert machines.ledger(other).count("incident-retried") == 0
    empty = screen.post("/studio/running/incidents/retry", key="k2")
    assert empty.status_code == 422
    assert "请至少勾选一件" in empty.get_data(as_text=True)


def test_all_cases_of_a_release_are_suspended_and_resumed_from_the_page(screen: Browser) -> None:
    release = machines.publish(FORK)
    cases = [machines.run(release)[0] for _ in range(2)]
    url = next(one for one in screen.open(f"{BUNDLE}?release={release}").links() if "stand-still" in one)
    page = screen.open(url)
    assert "挂起全部办件：开办药店" in page.words()
    assert "法定时限不因挂起而停止计算" in page.words()
    token = {"csrf_token": office.csrf_token(screen.client), "key": "k"}
    refused = Page(screen.client.post(url, data={**token, "reason": ""}))
    assert refused.status == 422
    assert "请填写原因" in " ".join(refused.errors().values())
    response = screen.client.post(url, data={**token, "reason": "系统切换"})
    machines.work()
    assert "已处理 2" in screen.open(response.location).words()
    assert all("suspended" in machines.ledger(case) for case in cases)
    assert "没有可以挂起的办件" in screen.open(url).words()
    ticked = f"{BUNDLE}/stand-still?release={release}&case={cases[0]}&do=resume"
    page = screen.open(ticked)
    assert "恢复选中的办件：开办药店" in page.words()
    assert "1 件" in page.words()
    response = screen.client.post(ticked, data={**token, "key": "k2", "reason": "切换完成"})
    machines.work()
    assert "已处理 1" in screen.open(response.location).words()
    assert "resumed" not in machines.ledger(cases[1])
    assert screen.post(f"{response.location}/stop").status_code == 409
    assert "批量恢复" in screen.open("/studio/running/bulk").words()


@pytest.mark.parametrize(("act", "ticks"), [("suspend", ""), ("resume", ""), ("suspend", "&all=1&case=x")])
def test_nothing_ticked_is_not_every_case(screen: Browser, act: str, ticks: str) -> None:
    release = machines.publish(FORK)
    cases = [machines.run(release)[0] for _ in range(2)]
    url, shown = f"{BUNDLE}/stand-still?release={release}&do={act}{ticks}", f"{BUNDLE}?release={release}&days=0"
    answer = screen.client.get(url, headers={"Referer": f"http://localhost{shown}"})
    assert (answer.status_code, answer.location) == (302, f"{shown}#instances")
    assert "请至少勾选一件" in screen.open(shown).words()
    assert screen.post(url, key="k", reason="系统切换").status_code == 422
    machines.work()
    assert not [case for case in cases if "suspended" in machines.ledger(case)]
    assert "还没有批量维护" in screen.open("/studio/running/bulk").words()


def test_what_the_heat_map_leaves_out_is_shown_with_its_reason_and_tried_again(screen: Browser) -> None:
    release = machines.publish(FORK)
    (case, bad), _ = machines.run(release), machines.run(release)
    sql().execute("update activity set lines = '!' || lines where instance_id = %s", (bad,))
    while heat_counting.refresh():
        pass
    [row] = table(screen.open("/studio/running"), "热力图未计入的流程")
    assert number_of(case) in row[4]
    assert "办理历史读不出来" in " ".join(row)
    heat = f"/studio/bundles/{office.BUNDLE}/heat"
    assert "1 个流程后台没能统计" in screen.open(heat).words()
    assert "/studio/running#uncounted" in screen.open(heat).links()
    screen.sign_in(DESIGNER)
    assert (
        "重试" not in screen.open("/studio/running").words().partition("热力图未计入的流程")[2].partition("程序版本")[2]
    )
    assert screen.post("/studio/running/uncounted").status_code == 403
    screen.sign_in(LEAD)
    sql().execute("update activity set lines = substr(lines, 2) where instance_id = %s", (bad,))
    assert screen.post("/studio/running/uncounted", instance=str(bad)).status_code == 302
    assert "等待重试" in screen.open("/studio/running").words()
    while heat_counting.refresh():
        pass
    assert "热力图未计入的流程" not in screen.open("/studio/running").words()
    assert "没能统计" not in screen.open(heat).words()
    assert screen.post("/studio/running/uncounted").status_code == 404


def test_what_is_counted_again_one_by_one_is_told_by_its_number(screen: Browser) -> None:
    release = machines.publish(FORK)
    ids = [machines.run(release)[1] for _ in range(2)]
    told = "热力图的统计曾经中断，有 2 个流程正在逐个重新统计，暂未计入。"
    assert told not in screen.open("/studio/running").words()
    heat_aside.broken_off(ids)
    assert told in screen.open("/studio/running").words()
    assert "热力图未计入的流程" not in screen.open("/studio/running").words()
    while heat_counting.refresh():
        pass
    assert "正在逐个重新统计" not in screen.open("/studio/running").words()


def test_who_sees_what(screen: Browser, client: FlaskClient) -> None:
    failed(1)
    sees = {
        LEAD: {"/studio/running": 200, "/studio/running/incidents": 200, f"{BUNDLE}/stand-still?all=1": 200},
        DESIGNER: {"/studio/running": 200, "/studio/running/incidents": 403, f"{BUNDLE}/stand-still?all=1": 403},
        SUPERVISOR: {BUNDLE: 200, "/studio/running/incidents": 200, f"{BUNDLE}/stand-still?all=1": 403},
        REVIEWER: {BUNDLE: 403, "/studio/running/incidents": 403, "/studio/running/bulk": 403},
    }
    for login, pages in sees.items():
        screen.sign_in(login)
        assert {url: screen.open(url).status for url in pages} == pages, login
    screen.sign_in(SUPERVISOR)
    assert "重试选中的" not in screen.open("/studio/running/incidents").words()
    screen.sign_in(DESIGNER)
    page = screen.open(BUNDLE)
    assert "济民" not in page.words()
    assert not [url for url in page.links() if url.startswith("/cases/")]


def test_the_pages_are_english_in_english(screen: Browser) -> None:
    failed(1)
    sql().execute("update activity set lines = '!' || lines")
    while heat_counting.refresh():
        pass
    case = office.received("ordinary", ways={}).id
    screen.client.set_cookie(COOKIE, "en")
    suspend = f"{BUNDLE}/stand-still?case={case}&do=suspend"
    token = {"csrf_token": office.csrf_token(screen.client), "key": "k", "reason": "change of systems"}
    done = screen.client.post(suspend, data=token).location
    addresses = (
        "/studio/running", BUNDLE, f"{BUNDLE}?process={inner_process()}", "/studio/running/incidents", suspend,
        f"{BUNDLE}/stand-still?do=resume&all=1", done, "/studio/running/bulk", f"/studio/bundles/{office.BUNDLE}/heat",
    )  # fmt: skip
    pages = {url: screen.open(url) for url in addresses}
    machines.taken()
    words = typed()
    said = {one.text: one.url for url, page in pages.items() for one in chinese_on(page.tree, url, words)}
    assert said == {}
