"""The clerk's way through the window, without script: from the visit to the receipt."""

from __future__ import annotations

import base64
import re
from typing import Any

from flask.testing import FlaskClient

from tests.support import office
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from webapp.extensions import db as database
from webapp.models import Case, CaseEvent, NotificationSheet, Visit
from webapp.unit_of_work import sql

PERSON = {
    "ticket": "A023",
    "present": "legal-representative",
    "identity_checked": "reader",
    "person_name": "林秀英",
    "person_id_number": "110105198003121123",
    "person_mobile": "13900001234",
}


def counter_id() -> str:
    row = sql().execute("select id from counter order by id limit 1").fetchone()
    assert row is not None
    return str(row[0])


def guided_values(guided: dict[str, Any]) -> dict[str, Any]:
    words = {True: "yes", False: "no"}
    return {key: words[value] if isinstance(value, bool) else value for key, value in guided.items()}


def begun(client: FlaskClient) -> Browser:
    """A browser at the questions of a fresh draft."""
    browser = Browser.of(client, CLERK).open("/application/visit")
    browser.submit("/application/visit", {"counter_id": counter_id(), **PERSON})
    return browser.submit("/bundle", {"bundle": "open-pharmacy"})


def case_id_of(browser: Browser) -> int:
    found = re.search(r"/application/(\d+)/", browser.url)
    assert found is not None, browser.url
    return int(found[1])


def signature() -> str:
    return "data:image/png;base64," + base64.b64encode(office.picture().content).decode()


def test_from_the_ticket_to_the_receipt(client: FlaskClient) -> None:
    given = office.example("commitment")
    browser = begun(client)
    case_id = case_id_of(browser)
    assert "1. 开办哪种药店？" in browser.text

    browser.submit("/questions", guided_values(given["guided"]), press=("act", "next"))
    assert browser.heading == "一次性告知单"
    browser.submit("/sheet")
    assert "一次性告知单 开办药店" in browser.text
    browser.open(f"/application/{case_id}/form")
    browser.submit("/form", office.raw_answers(given["answers"]))
    browser.submit("/form", office.raw_answers(given["answers"]), press=("act", "next"))
    assert browser.heading == "提交材料", browser.errors()

    for path in [form.get("action") for form in browser.page.forms if "/materials/" in (form.get("action") or "")]:
        browser.submit(path, files={"files": [office.pdf()]})
    browser.open(f"/application/{case_id}/commitment")
    chosen = {f"way-{item}": way for item, way in given["ways"].items()}
    browser.submit("/commitment", {**chosen, "signature": signature()})
    assert browser.heading == "核对并收件"
    assert browser.errors() == []
    browser.submit("/check")

    assert browser.heading == "已收件", browser.text
    number = browser.page.xpath("string(//*[@data-case-number])")
    code = browser.page.xpath("string(//*[@data-tracking-code])")
    assert re.fullmatch(r"YD-\d{4}-\d{7}-.", number)
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", code)
    assert f"number={number}" in browser.text
    assert browser.page.xpath("//svg")


def test_the_tracking_code_is_shown_once(client: FlaskClient) -> None:
    case_id = office.draft("ordinary", present="representative")
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/check")
    browser.submit("/check")
    assert browser.page.xpath("//*[@data-tracking-code]"), browser.text
    browser.open(f"/application/{case_id}/receipt")
    assert not browser.page.xpath("//*[@data-tracking-code]")
    assert "不能再次显示" in browser.text


def test_pressing_submit_twice_receives_once(client: FlaskClient) -> None:
    case_id = office.draft("ordinary", present="representative")
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/check")
    page = browser.page
    browser.submit("/check", follow=False)
    assert browser.page.xpath("//*[@data-tracking-code]")
    browser.page = page
    browser.submit("/check")
    assert browser.heading == "已收件"
    assert not browser.page.xpath("//*[@data-tracking-code]")
    assert browser.links(containing=f"/window/cases/{case_id}")
    assert database.session.query(CaseEvent).filter_by(case_id=case_id, kind="received").count() == 1


def test_the_browser_keeps_nothing_of_the_tracking_code(client: FlaskClient) -> None:
    case_id = office.draft("ordinary", present="representative")
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/check")
    browser.submit("/check", follow=False)
    assert browser.status == 200
    assert not browser.response.headers.getlist("Set-Cookie")
    first = browser.page.xpath("string(//*[@data-tracking-code])")
    browser.open(f"/window/cases/{case_id}").submit(f"/window/cases/{case_id}/code", follow=False)
    assert browser.status == 200
    second = browser.page.xpath("string(//*[@data-tracking-code])")
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", second)
    assert second != first
    with client.session_transaction() as kept:
        held = str(dict(kept))
    for code in (first, second):
        assert code not in held
        assert code.replace("-", "") not in held


def test_a_received_application_can_no_longer_be_changed(client: FlaskClient) -> None:
    case = office.received("ordinary")
    browser = Browser.of(client, CLERK)
    for step in ("questions", "sheet", "form", "materials", "commitment", "check"):
        assert browser.open(f"/application/{case.id}/{step}").heading == "已收件"


def test_a_visit_with_faults_keeps_what_was_typed(client: FlaskClient) -> None:
    browser = Browser.of(client, CLERK).open("/application/visit")
    browser.submit(
        "/application/visit", {"counter_id": counter_id(), **PERSON, "person_id_number": "110105198003121124"}
    )
    assert browser.status == 422
    assert len(browser.errors()) == 1
    form = browser.form("/application/visit")
    assert form.fields["person_name"] == "林秀英"
    assert form.fields["present"] == "legal-representative"
    assert database.session.query(Visit).count() == 0


def test_an_empty_visit_is_told_all_that_is_missing_at_once(client: FlaskClient) -> None:
    browser = Browser.of(client, CLERK).open("/application/visit")
    browser.submit("/application/visit", {"counter_id": "", "present": "representative"})
    assert browser.status == 422
    told = ["选择窗口", "排队号", "到场人姓名", "身份证号", "手机号", "授权委托书"]
    assert len(browser.errors()) == len(told)
    for words, error in zip(told, browser.errors(), strict=True):
        assert words in error


def test_a_representative_needs_the_mandate(client: FlaskClient) -> None:
    browser = Browser.of(client, CLERK).open("/application/visit")
    values = {"counter_id": counter_id(), **PERSON, "present": "representative"}
    browser.submit("/application/visit", values)
    assert browser.status == 422
    assert "授权委托书" in browser.errors()[0]
    browser.submit("/application/visit", values, files={"mandate": [office.pdf("授权委托书.pdf")]})
    assert browser.heading == "选一件事"


def test_the_bundle_is_found_in_chinese_in_english_and_by_group(client: FlaskClient) -> None:
    visit = office.visit()
    browser = Browser.of(client, CLERK)
    for query in ("q=药店", "q=pharmacy", "q=户外招牌", "group=enterprise"):
        browser.open(f"/application/visit/{visit}/bundle?{query}")
        assert "办理这件事" in browser.text, query
    browser.open(f"/application/visit/{visit}/bundle?q=养鱼")
    assert "没有找到" in browser.text


def test_questions_come_one_by_one_and_an_answer_can_be_changed(client: FlaskClient) -> None:
    browser = begun(client)
    asked = lambda: len(browser.page.xpath("//form//fieldset/legend"))  # noqa: E731
    assert asked() == 1
    browser.submit("/questions", {"shop_type": "single"})
    assert asked() == 2
    browser.submit("/questions", {"drug_scope": ["otc-b", "cold-chain"]})
    assert asked() == 3
    assert "药品经营许可（零售）" in browser.text
    assert "经营范围含冷藏、冷冻药品" in browser.text
    browser.submit("/questions", {"drug_scope": ["otc-b"]})
    assert "仅经营乙类非处方药" in browser.text
    assert database.session.get(Case, case_id_of(browser)).guided == {
        "shop_type": "single",
        "drug_scope": ["otc-b"],
    }


def test_an_answer_that_a_change_made_pointless_is_dropped(client: FlaskClient) -> None:
    given = guided_values(office.example("commitment")["guided"])
    browser = begun(client)
    browser.submit("/questions", given)
    browser.submit("/questions", {**given, "class_ii": "no"})
    assert "class_ii_exempt" not in database.session.get(Case, case_id_of(browser)).guided


def test_htmx_gets_the_questions_alone(client: FlaskClient) -> None:
    browser = begun(client)
    values = {"shop_type": "single", "csrf_token": browser.token()}
    browser.send(browser.url, values, headers={"HX-Request": "true"})
    assert browser.status == 200
    assert not browser.page.xpath("//h1")
    assert "经营哪些药品" in browser.text


def test_the_sheet_is_kept_word_for_word(client: FlaskClient) -> None:
    case_id = office.draft("commitment")
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/sheet")
    assert "20个工作日" in browser.text
    assert "少交" in browser.text
    browser.submit("/sheet", {"sheet_language": "en"})
    kept = database.session.query(NotificationSheet).order_by(NotificationSheet.id.desc()).first()
    assert kept is not None
    assert kept.language == "en"
    for line in kept.content.splitlines():
        assert " ".join(line.lstrip("?#* -=").split()) in browser.text
    assert browser.page.xpath("//svg")


def test_the_sheet_waits_for_the_last_answer(client: FlaskClient) -> None:
    browser = begun(client)
    browser.open(browser.url.replace("/questions", "/sheet"))
    assert browser.heading == "情形引导"


def test_drafts_can_be_resumed(client: FlaskClient) -> None:
    case_id = office.draft("commitment")
    browser = Browser.of(client, CLERK).open("/application/")
    assert "江城康源大药房" in browser.text
    assert "林秀英" not in browser.text
    assert browser.links(containing=f"/application/{case_id}/")
    assert browser.open(f"/application/{case_id}").heading == "填写申请表"


def test_the_check_page_lists_what_is_missing_with_the_way_there(client: FlaskClient) -> None:
    browser = begun(client)
    case_id = case_id_of(browser)
    browser.submit("/questions", guided_values(office.example("commitment")["guided"]))
    browser.open(f"/application/{case_id}/check")
    assert any("申请表有" in error for error in browser.errors())
    assert any("缺少材料" in error for error in browser.errors())
    browser.submit("/check")
    assert browser.status == 422
    assert database.session.get(Case, case_id).received_at is None
    browser.open(f"/application/{case_id}/form?check=1")
    assert "请填写“药店名称（字号）”。" in browser.errors(), browser.errors()


def steps_ticked(browser: Browser) -> dict[str, str]:
    """The words of the steps before this one, with what is said of each."""
    links = browser.page.xpath("//ol[@class='stepper']//a")
    return {
        one.xpath("string(*[1])"): one.xpath("string(*[2])")
        for one in links
        if one.getparent().get("class") in ("is-done", "is-open")
    }


def test_the_steps_bar_ticks_what_the_check_page_finds_in_order_and_no_more(client: FlaskClient) -> None:
    by = office.person(CLERK)
    case_id = office.drafts.start_draft(by=by, visit_id=office.visit(), bundle_key=office.BUNDLE)
    office.drafts.answer_guided(case_id, office.example("commitment")["guided"], by=by)
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/check")
    done, left = "（已完成）", "（还有要办的）"
    assert steps_ticked(browser) == {"情形引导": done, "告知单": left, "填表": left, "材料": left, "承诺": done}
    case_id = office.draft("commitment")
    assert set(steps_ticked(browser.open(f"/application/{case_id}/check")).values()) == {done}


def test_every_step_opens_in_english_too(client: FlaskClient) -> None:
    case_id = office.draft("ordinary", present="representative")
    browser = Browser.of(client, CLERK)
    client.set_cookie("language", "en")
    for step in ("questions", "sheet", "form", "materials", "commitment", "letters", "check"):
        assert browser.open(f"/application/{case_id}/{step}").status == 200
        assert browser.page.get("lang") == "en"
    assert "Drug" in browser.open(f"/application/{case_id}/sheet").text


def test_the_receipt_says_of_each_item_what_it_waits_for(client: FlaskClient) -> None:
    case = office.received("ordinary")
    page = Browser.of(client, CLERK).open(f"/application/{case.id}/receipt")
    told = {
        " ".join(row.xpath("string(dd)").split()): " ".join(row.xpath("string(dt)").split())
        for row in page.page.xpath("//dl/div")
    }
    (waits,) = [state for item, state in told.items() if item.startswith("药品经营许可（零售）")]
    (registered,) = [item for item in told if item.startswith("企业设立登记") or "登记" in item.split(" · ")[0]]
    assert waits == "等待前置事项"
    assert "部门受理审查" not in page.text
    assert "结果回到窗口" in registered
