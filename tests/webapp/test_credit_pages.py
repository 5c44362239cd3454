"""信用记录 on pages: found by exact number, every look noted; entered, asked about, decided; the window told why."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from engine.law import FALSE_MATERIALS
from tests.journeys.test_credit import DECIDER, FOUND, MONTHS_LATER, OTHER_DECIDER, REVIEWER, found, take
from tests.support import credit, office
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from webapp.clock import frozen_at
from webapp.models import Case, CreditRecord, CreditRequest, Document
from webapp.services.credit_requests import APPEAL
from webapp.unit_of_work import sql

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NUMBER = {"number": credit.applicant()}


def opened(app: Flask, login: str) -> Browser:
    """A browser of their own."""
    return Browser.of(app.test_client(), login)


def looks(login: str) -> list[str]:
    """What the access log has of this person."""
    rows = sql().execute("select what from access_log where user_id = %s order by id", (office.person(login).user_id,))
    return [what for (what,) in rows]


def test_credit_is_found_by_the_whole_number_and_every_look_is_noted(app: Flask, db: SQLAlchemy) -> None:
    record = credit.bar()
    browser = opened(app, REVIEWER).open("/credit")
    browser.submit("/credit", {"number": credit.applicant()[:10]})
    assert browser.status == 422
    assert "完整" in browser.errors()[0]
    browser.submit("/credit", {"number": "91440300708461136T"})
    assert "没有信用记录" in browser.text
    browser.submit("/credit", {"number": f" {credit.applicant().lower()} "})
    assert browser.url == credit.address(record)
    for said in ("较严重不良信用记录", "信用江城", "江信〔2026〕17号", "不适用告知承诺", "全部事项", "限制中"):
        assert said in browser.text
    *_, unknown, searched, shown = looks(REVIEWER)
    assert unknown.startswith("credit-search:")
    assert searched.startswith("credit-search:")
    assert unknown != searched
    assert shown == f"credit:{record}"
    assert credit.applicant() not in " ".join(looks(REVIEWER))


def test_a_person_is_shown_by_a_masked_number(app: Flask, db: SQLAlchemy) -> None:
    number = office.example("commitment")["answers"]["legal_representative_id"]
    credit.bar(number, name="周国富")
    browser = opened(app, REVIEWER).open("/credit").submit("/credit", {"number": number})
    assert number not in browser.response.get_data(as_text=True)
    assert f"{number[:3]}***" in browser.text


def test_who_handles_the_case_sees_the_credit_of_its_applicant_and_nobody_else(app: Flask, db: SQLAlchemy) -> None:
    credit.bar()
    case = office.received("commitment", ways={})
    browser = opened(app, REVIEWER).open(f"/cases/{case.id}")
    assert f"/cases/{case.id}/credit" in browser.links(containing="credit")
    browser.open(f"/cases/{case.id}/credit")
    assert "较严重不良信用记录" in browser.text
    assert looks(REVIEWER)[-1] == "credit"
    assert opened(app, "hanlei").open(f"/cases/{case.id}/credit").status == 404
    assert opened(app, "taoran").open("/credit").status == 403


def test_a_record_is_entered_with_source_and_term_or_every_fault_is_told(app: Flask, db: SQLAlchemy) -> None:
    browser = opened(app, "huaqiang").open("/credit/records/new")
    browser.submit("/credit/records", {"name": "某企业"})
    assert browser.status == 422
    assert len(browser.errors()) == 6
    assert CreditRecord.query.count() == 0
    given = {
        **NUMBER,
        "name": "江城市安康大药房有限公司",
        "kind": "serious-dishonesty",
        "source": "江城市中级人民法院",
        "source_number": "（2026）江01执17号",
        "since": "2026-01-05",
        "term": "until-repaired",
    }
    browser.submit("/credit/records", given)
    assert "江城市中级人民法院" in browser.text
    assert "待复核，尚未生效" in browser.text
    kept = CreditRecord.query.one()
    assert (kept.source_kind, kept.until_repaired, kept.unit_key) == ("outside", True, "market-supervision")


def test_a_second_officer_confirms_or_turns_down_on_the_page(app: Flask, db: SQLAlchemy) -> None:
    record = credit.enter()
    own = opened(app, DECIDER).open("/credit")
    assert "等待另一名决定人" in own.text
    assert "与认定文书一致，确认" not in own.open(credit.address(record)).text
    second = opened(app, credit.SECOND).open("/credit")
    assert "待您复核" in second.text
    second.open(credit.address(record)).submit("/confirmation", {"agrees": "no"})
    assert second.status == 422
    assert "请写明不予确认的理由" in second.errors()[0]
    second.submit("/confirmation", {"agrees": "yes"})
    assert "已复核确认，记录即时生效" in second.text
    assert "限制中" in second.text


def test_who_confirms_reads_the_whole_number_and_nobody_else_does(app: Flask, db: SQLAlchemy) -> None:
    number = office.example("commitment")["answers"]["legal_representative_id"]
    record = credit.enter(number, name="周国富")
    assert number in opened(app, credit.SECOND).open(credit.address(record)).text
    assert number not in opened(app, REVIEWER).open(credit.address(record)).text


def test_nobody_comes_to_records_by_counting(app: Flask, db: SQLAlchemy) -> None:
    record = credit.bar()
    request = credit.request(record)
    browser = opened(app, REVIEWER)
    for path in (f"/credit/records/{record}", f"/credit/requests/{request}", f"/credit/records/{UNKNOWN}"):
        assert browser.open(path).status == 404
    assert browser.open(credit.address(record)).status == 200
    assert looks(REVIEWER) == [f"credit:{record}"]


def test_from_the_window_to_the_repaired_record(app: Flask, db: SQLAlchemy) -> None:
    _, record = found()
    with frozen_at(FOUND):
        early = opened(app, CLERK).open(f"{credit.address(record)}/repair")
        early.submit("/repair", {"person": "周国富", "capacity": "self", "statement": "已经整改。"}, files=evidence())
        assert early.status == 409
        assert "自2026-06-02起方可申请信用修复" in early.text
    with frozen_at(MONTHS_LATER):
        window = opened(app, CLERK).open(credit.address(record))
        window.open(f"{credit.address(record)}/repair").submit("/repair", {"person": "周国富"})
        assert len(window.errors()) == 3
        answers = {"person": "周国富", "capacity": "self", "statement": "已经整改。"}
        window.submit("/repair", answers, files=evidence())
        request = CreditRequest.query.one().id
        assert window.url == credit.request_address(request)
        assert "期限是怎么算的" in window.text
        examiner = opened(app, REVIEWER).open("/credit")
        assert "信用修复申请" in examiner.text
        examiner.open(credit.request_address(request))
        examiner.submit("/examined", {"opinion": "材料属实。"})
        assert "请选择处理结果" in examiner.errors()[0]
        examiner.submit("/examined", {"proposal": "repaired", "opinion": "材料属实。"})
        assert "等待记录单位的另一名工作人员作出决定" in examiner.text
        (path,) = examiner.links(containing="/files/")
        assert examiner.client.get(path).data.startswith(b"%PDF")
        decider = opened(app, DECIDER).open(credit.request_address(request))
        decider.submit("/decided", {"outcome": "repaired", "reasons": "已经纠正。"})
        assert "准予信用修复" in decider.text
        decider.open(credit.address(record))
        assert "已修复" in decider.text
        assert "已解除" in decider.text
        assert office.received("commitment").number


def test_who_made_the_record_reads_that_others_decide_and_the_decision_leads_to_its_document(
    app: Flask, db: SQLAlchemy
) -> None:
    case_id, record = found(FALSE_MATERIALS, "P2")
    with frozen_at(FOUND):
        request = credit.request_address(take(record, APPEAL))
        opened(app, REVIEWER).open(request).submit("/examined", {"proposal": "annulled", "opinion": "同名企业。"})
        made = opened(app, DECIDER).open(request)
        assert "由记录单位的其他工作人员审查、决定" in made.text
        assert made.response.get_data(as_text=True).count('action="/credit/requests/') == 0
        other = opened(app, OTHER_DECIDER).open(request)
        assert "由记录单位的其他工作人员审查、决定" not in other.text
        other.submit("/decided", {"outcome": "annulled", "reasons": "照片系同名企业。"})
        (paper,) = Document.query.filter_by(case_id=case_id, kind="credit-appeal")
        assert other.links(containing="/papers/documents/") == [f"/papers/documents/{paper.id}"]
        assert paper.number in other.text
        assert other.open(f"/papers/documents/{paper.id}").status == 200
        assert "由记录单位的其他工作人员审查、决定" not in opened(app, DECIDER).open(request).text


def evidence() -> dict[str, list[office.Upload]]:
    return {"files": [office.pdf("整改报告.pdf")]}


def test_somebody_without_right_repairs_nothing_by_a_post_of_their_own(app: Flask, db: SQLAlchemy) -> None:
    _, record = found()
    with frozen_at(MONTHS_LATER):
        request = take(record)
        for stranger in (CLERK, "hanlei", "xieguang", office.member_of("county-market.decide").login):
            browser = opened(app, stranger).open("/credit")
            posted = {"csrf_token": browser.token(), "key": "k", "outcome": "repaired", "reasons": "好。"}
            assert browser.send(f"{credit.request_address(request)}/decided", posted).status == 403, stranger
            body = browser.open(credit.request_address(request)).text
            if stranger != CLERK:
                shown = "已经整改并完成培训" in body
                assert shown == (office.person(stranger).department_key == "approval-bureau"), stranger
    assert CreditRecord.query.one().repaired_at is None


def test_the_window_reads_rule_and_basis_on_a_page_that_has_grown_old_and_by_a_direct_post(
    app: Flask, db: SQLAlchemy
) -> None:
    with frozen_at(FOUND):
        case_id = office.draft("commitment")
        browser = opened(app, CLERK).open(f"/application/{case_id}/check")
        token = browser.token()
    found(FALSE_MATERIALS, "P2")
    with frozen_at(FOUND):
        browser.submit("/check")
        assert browser.status == 422
        assert "不得申请“药品经营许可（零售）”（规则 credit-false-materials）" in browser.errors()[0]
        assert "《中华人民共和国行政许可法》第七十八条" in browser.errors()[0]
        assert "2027-03-02" in browser.errors()[0]
        browser.send(f"/application/{case_id}/check", {"csrf_token": token, "key": "direct"})
        assert browser.status == 422
        db.session.expire_all()
        case = db.session.get(Case, case_id)
        assert case is not None
        assert case.received_at is None
        tries = sql().execute("select count(*) from case_event where case_id = %s and kind = 'refused-act'", (case_id,))
        assert tries.fetchone() == (2,)
        browser.open(f"/application/{case_id}/commitment")
        assert "信用记录的限制" in browser.text
        assert "隐瞒有关情况或者提供虚假材料" in browser.text
    with frozen_at(datetime(2027, 3, 3, 2, tzinfo=UTC)):
        assert "不得申请" not in opened(app, CLERK).open(f"/application/{case_id}/check").text


def test_a_list_masks_a_person_and_an_endless_text_is_refused(app: Flask, db: SQLAlchemy) -> None:
    number = office.example("commitment")["answers"]["legal_representative_id"]
    record = credit.bar(number, name="周国富")
    browser = opened(app, CLERK).open(f"{credit.address(record)}/appeal")
    browser.submit("/appeal", {"person": "周国富", "capacity": "self", "statement": "长" * 2001})
    assert "最多2000字" in browser.errors()[0]
    credit.request(record)
    text = opened(app, REVIEWER).open("/credit").text
    assert "周**" in text
    assert "周国富" not in text
