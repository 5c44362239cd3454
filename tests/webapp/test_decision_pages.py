"""The page that explains decisions by their tables: from the ledger, in words, with every rule that did not hold."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from lxml import html

from tests.journeys.test_decisions import ASKS, CHARGES, FEES
from tests.support import machines, office
from tests.support.credit import bar
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from tests.webapp.test_application_commitment import ALL, drawn, signed
from webapp.languages import COOKIE
from webapp.queries.decisions import decisions_of
from webapp.unit_of_work import sql


def opened(client: FlaskClient, login: str, case_id: int) -> Browser:
    return Browser.of(client, login).open(f"/cases/{case_id}/decisions")


def rows(browser: Browser, heading: str) -> dict[str, html.HtmlElement]:
    """The rows of the first table of the section with this heading, by the number of the rule."""
    section = browser.page.xpath(f"//section[.//h2[contains(., '{heading}')]]")[0]
    found = section.xpath(".//tbody/tr[not(contains(@class, 'given-row'))]")
    return {row.xpath("string(./th)").strip(): row for row in found}


def said(row: html.HtmlElement) -> str:
    return " ".join(row.text_content().split())


def test_the_case_leads_to_the_page_that_tells_why(client: FlaskClient, db: SQLAlchemy) -> None:
    case = office.received("commitment")
    browser = Browser.of(client, "zhaolin").open(f"/cases/{case.id}")
    addresses = browser.links(containing="/decisions")
    assert [address.partition("#")[2] for address in addresses] == ["", "item-P2", "item-P3", "item-P4"]
    assert "判断是否可以告知承诺 · 药品经营许可" in browser.text
    browser.open(addresses[0])
    assert browser.page.get_element_by_id("item-P2") is not None
    assert browser.heading.startswith("判断依据：")
    for told in ("药品经营许可", "是否可以告知承诺", "可以告知承诺", "签署承诺书时", "收件时", "仅经营乙类非处方药"):
        assert told in browser.text, told
    assert "commitment.dmn（发布版第 1 号）" in browser.text


def test_the_table_marks_the_rule_that_held_and_where_the_others_failed(client: FlaskClient, db: SQLAlchemy) -> None:
    case = office.received("commitment")
    found = rows(opened(client, "zhaolin", case.id), "药品经营许可")
    assert "得出结果" in said(found["6"])
    assert "is-matched" in found["6"].get("class")
    assert [mark.text for mark in found["1"].iter("mark")] == ["有未修复的不良信用记录"]
    assert [mark.text for mark in found["3"].iter("mark")] == ["包含处方药、甲类非处方药"]
    assert "未查看" in said(found["7"])


def test_values_stand_in_words(client: FlaskClient, db: SQLAlchemy) -> None:
    browser = opened(client, "zhaolin", office.received("commitment").id)
    given = said(browser.page.xpath("//tr[contains(@class, 'given-row')]")[-1])
    assert "没有不良信用记录" in given
    for told in (
        "仅乙类非处方药",
        "药品经营许可",
        "按顺序判断，取第一条适用的规则",
        "标红的是该条规则第一个不符合的条件",
    ):
        assert told in browser.text, told
    assert '"' not in browser.page.xpath("string(//main)")


def test_a_business_rule_task_is_explained_with_the_step_that_asked_it(client: FlaskClient, db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish(ASKS, CHARGES, more={"fees.dmn": FEES}))
    machines.done(case, "measure", area=120)
    browser = opened(client, "weixiaohong", case)
    for told in ("收费", "流程办理中", "环节", "charge", "fees.dmn", "面积", "第 2 条规则得出结果", "按次收取"):
        assert told in browser.text, told
    assert said(rows(browser, "收费")["1"]).startswith("1 不适用 < 100")


def test_a_decision_without_a_table_shows_what_it_read_and_gave(client: FlaskClient, db: SQLAlchemy) -> None:
    literal = FEES[: FEES.index(b"<decisionTable")] + b"<literalExpression><text>area * 2</text></literalExpression>"
    case, _ = machines.run(machines.publish(ASKS, CHARGES, more={"fees.dmn": literal + b"</decision></definitions>"}))
    machines.done(case, "measure", area=120)
    shown = opened(client, "weixiaohong", case).page.xpath("//dl[contains(@class, 'value-lines')]")[0]
    assert [" ".join(line.text_content().split()) for line in shown] == ["area120", "结果240"]


def test_in_english_nothing_of_the_table_stays_chinese(client: FlaskClient, db: SQLAlchemy) -> None:
    case = office.received("commitment")
    browser = Browser.of(client, "zhaolin")
    client.set_cookie(COOKIE, "en")
    browser.open(f"/cases/{case.id}/decisions")
    for told in ("Is commitment possible?", "Drug scope", "Credit record", "Class B only: may be decided on the spot"):
        assert told in browser.text, told
    table = browser.page.xpath("//tbody")[0].text_content()
    assert not [sign for sign in table if "\u4e00" <= sign <= "\u9fff"]


def test_who_may_not_see_personal_data_sees_the_rules_and_no_values(client: FlaskClient, db: SQLAlchemy) -> None:
    case = office.received("commitment")
    browser = opened(client, "xieguang", case.id)
    assert browser.status == 200
    assert "得出结果" in browser.text
    assert not browser.page.xpath("//tr[contains(@class, 'given-row')]")
    assert "您的岗位不能查看" in browser.text


def test_reading_the_values_leaves_a_line(client: FlaskClient, db: SQLAlchemy) -> None:
    case = office.received("commitment")
    opened(client, "zhaolin", case.id)
    noted = "select count(*) from access_log where case_id = %s and what = 'decisions'"
    assert sql().execute(noted, (case.id,)).fetchone() == (1,)


def test_where_the_record_has_gone_the_page_says_so(client: FlaskClient, db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    sql().execute("delete from decision_record where case_id = %s", (case.id,))
    browser = opened(client, "zhaolin", case.id)
    assert "办理记录只留摘要" in browser.text


def test_the_window_tells_in_place_why_an_item_may_or_may_not(client: FlaskClient, db: SQLAlchemy) -> None:
    draft = office.draft("commitment")
    browser = Browser.of(client, CLERK).open(f"/application/{draft}/commitment")
    assert "为什么可以告知承诺" in browser.text
    bar(office.example("commitment")["answers"]["credit_code"])
    browser.open(f"/application/{draft}/commitment")
    assert "为什么不适用告知承诺" in browser.text
    assert "有未修复的不良信用记录" in browser.text


def test_a_page_that_has_grown_old_is_refused_with_the_rule_and_the_try_is_kept(
    client: FlaskClient, db: SQLAlchemy
) -> None:
    draft = office.draft("commitment")
    browser = Browser.of(client, CLERK).open(f"/application/{draft}/commitment")
    bar(office.example("commitment")["answers"]["credit_code"])
    browser.submit("/commitment", {**ALL, "signature": drawn()})
    assert browser.status == 422
    assert "不适用告知承诺（规则 credit-barred）" in browser.errors()[0]
    assert signed(draft) == []
    assert [line.verdict.rule for line in decisions_of(draft) if line.verdict] == ["credit-barred"]


def test_receiving_with_a_commitment_that_is_no_longer_open_is_kept_as_a_try(
    client: FlaskClient, db: SQLAlchemy
) -> None:
    draft = office.draft("commitment")
    browser = Browser.of(client, CLERK).open(f"/application/{draft}/commitment")
    browser.submit("/commitment", {**ALL, "signature": drawn()})
    bar(office.example("commitment")["answers"]["credit_code"])
    browser.open(f"/application/{draft}/check").submit("/check")
    assert browser.status == 422
    refused: list[Any] = [line for line in decisions_of(draft) if line.verdict and not line.verdict.eligible]
    assert sorted(line.item_key for line in refused) == ["P2", "P3", "P4"]
