"""证照库: found, opened, acted on; and what anyone may check of a licence or its file."""

from __future__ import annotations

import io
import re
from datetime import datetime, timedelta

import pytest

from tests.support import office
from tests.webapp.browsing import Browser
from webapp import clock, moments
from webapp.extensions import db as database
from webapp.models import Licence, LicenceEvent
from webapp.pages import licence_check
from webapp.queries import licence_registry
from webapp.services import licence_acts, licence_files, licence_watch, renewals
from webapp.settings import current_settings
from webapp.signing.demo_authority import demo_credential
from webapp.signing.signing import sign
from webapp.unit_of_work import sql

DECIDER = "wujianhua"
GROUNDS = {"reason": "现场检查发现未按许可内容经营。", "basis": "《药品管理法》第一百二十六条"}


@pytest.fixture
def licence(db) -> Licence:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    return Licence.query.filter_by(type_key="drug-retail").one()


@pytest.fixture
def clerk(client) -> Browser:
    return Browser.of(client, office.CLERK)


# ---------------------------------------------------------------- the list


def test_a_licence_is_found_by_number_holder_and_whole_number_of_the_holder(licence, clerk):
    for text in (licence.number, licence.holder[2:6], licence.holder_number, licence.identifier):
        clerk.open(f"/licence-registry/?q={text}")
        assert licence.number in clerk.text, text
    clerk.open("/licence-registry/?q=没有这样的证照")
    assert "没有符合条件的证照" in clerk.text


def test_states_stand_in_the_address_and_narrow_the_list(licence, clerk):
    clerk.open("/licence-registry/?state=suspended")
    assert licence.number not in clerk.text
    licence_acts.suspend(licence.id, by=office.person(DECIDER), key="s", **GROUNDS)
    clerk.open("/licence-registry/?state=suspended")
    assert licence.number in clerk.text
    with clock.frozen_at(datetime.combine(licence.valid_to, datetime.min.time(), moments.OFFICE_ZONE)):
        ending = licence_registry.licences(office.person(office.CLERK), licence_registry.Wanted(state="ending"))
    assert ending.lines == ()


def test_pages_go_forth_and_back_by_key(licence, clerk, monkeypatch):
    monkeypatch.setattr(licence_registry, "PAGE_SIZE", 1)
    for number in (2, 3):
        case = office.received("commitment")
        office.act(case.id, "immediate", "P2")
        assert number == Licence.query.filter_by(type_key="drug-retail").count()
    first, second, third = (one.number for one in Licence.query.order_by(Licence.id))
    clerk.open("/licence-registry/")
    seen = [third]
    assert third in clerk.text
    while onward := clerk.page.xpath("string(//a[@rel='next']/@href)"):
        clerk.open(onward)
        seen.append(next(one for one in (first, second, third) if one in clerk.text))
    assert seen == [third, second, first]
    clerk.open(clerk.page.xpath("string(//a[@rel='prev']/@href)"))
    assert second in clerk.text
    clerk.open("/licence-registry/?at=<nonsense")
    assert clerk.status == 200


def test_a_department_sees_its_own_and_nobody_elses(app, licence, client):
    own = Browser.of(app.test_client(), DECIDER)
    assert licence.number in own.open("/licence-registry/").text
    other = Browser.of(client, "hanlei")
    assert licence.number not in other.open("/licence-registry/").text
    assert other.open(f"/licence-registry/{licence.id}").status == 404
    assert client.get(f"/licence-registry/{licence.id}/file.pdf").status_code == 404
    assert client.get(f"/licence-registry/{licence.id}/acts/suspend").status_code in (403, 404)


# ---------------------------------------------------------------- one licence


def test_its_page_shows_what_it_states_its_signature_and_its_history(licence, clerk):
    licence_files.make(licence.id)
    clerk.open(f"/licence-registry/{licence.id}")
    for words in (
        licence.number,
        licence.identifier,
        licence.holder,
        "已签名（PAdES-B-B）",
        "演示样章",
        "签发",
        "吴建华",
    ):
        assert words in clerk.text, words
    seen = sql().execute("select what from access_log order by id desc limit 1").fetchone()
    assert seen == (f"licence-record:{licence.id}",)


def test_the_signed_file_is_opened_from_its_page(licence, client):
    licence_files.make(licence.id)
    office.sign_in(client, office.CLERK)
    answer = client.get(f"/licence-registry/{licence.id}/file.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data == licence_files.pdf(licence.id).content


def test_a_decider_suspends_through_the_page_and_the_public_page_says_so(licence, client):
    decider = Browser.of(client, DECIDER)
    decider.open(f"/licence-registry/{licence.id}/acts/suspend")
    decider.submit("/acts/suspend", {"reason": "", "basis": "某法"})
    assert decider.status == 422
    assert any("理由" in one for one in decider.errors())
    decider.submit("/acts/suspend", GROUNDS)
    assert "已办理：暂停证照" in decider.text
    assert "已暂停" in decider.text
    assert "已暂停" in client.get(f"/licences/{licence.public_code}").get_data(as_text=True)
    assert decider.open(f"/licence-registry/{licence.id}/acts/suspend").status == 404


def test_a_change_keeps_what_was_typed_and_makes_a_version(licence, client):
    decider = Browser.of(client, DECIDER)
    decider.open(f"/licence-registry/{licence.id}/acts/change")
    wrong = office.credit_code(9)[:-1] + "I"
    decider.submit("/acts/change", {**GROUNDS, "printed.quality_manager": "周明", "printed.credit_code": wrong})
    assert decider.status == 422
    assert any("校验位" in one for one in decider.errors())
    assert decider.page.xpath("string(//input[@name='printed.quality_manager']/@value)") == "周明"
    decider.submit("/acts/change", {"printed.credit_code": office.credit_code(9)})
    assert "第 2 版" in decider.text
    database.session.expire_all()
    assert licence.holder_number == office.credit_code(9)
    assert ["质量负责人", "周明"] in [[fact[0], fact[2]] for fact in licence.facts]


def test_a_renewal_is_taken_at_the_window_and_decided_by_the_unit(app, licence, client):
    with clock.frozen_at(datetime.combine(licence.valid_to - timedelta(200), datetime.min.time(), moments.OFFICE_ZONE)):
        clerk = Browser.of(client, office.CLERK)
        clerk.open(f"/licence-registry/{licence.id}/renew")
        clerk.submit("/renew", {"note": "按期申请"})
        assert "已收下延续申请" in clerk.text
        assert licence.number in clerk.open("/licence-registry/?state=renewal").text
        decider = Browser.of(app.test_client(), DECIDER)
        decider.open(f"/licence-registry/{licence.id}/acts/decide")
        decider.submit("/acts/decide", {**GROUNDS, "outcome": "renewed"})
        assert "准予延续" in decider.text
    database.session.expire_all()
    assert [row.kind for row in LicenceEvent.query.order_by(LicenceEvent.id)] == ["issued", "renewed"]


def test_a_renewal_the_day_after_the_end_says_by_which_rule_not(licence, client):
    late = datetime.combine(licence.valid_to + timedelta(1), datetime.min.time(), moments.OFFICE_ZONE)
    with clock.frozen_at(late):
        office.sign_in(client, office.CLERK)
        values = {"csrf_token": office.csrf_token(client), "key": "k", "note": ""}
        answer = client.post(f"/licence-registry/{licence.id}/renew", data=values)
        assert answer.status_code == 409
        assert "第十七条" in answer.get_data(as_text=True)
        licence_watch.sweep()
    with pytest.raises(renewals.RenewalAfterEnd), clock.frozen_at(late):
        renewals.apply(licence.id, by=office.person(office.CLERK), note="", key="k2")


def test_a_type_without_a_rule_on_renewal_says_so_on_its_page(db, client):
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    outside = Licence.query.filter_by(type_key="business-licence").one()
    clerk = Browser.of(client, office.CLERK)
    assert "登记延续申请" not in clerk.open(f"/licence-registry/{outside.id}").text
    assert clerk.open(f"/licence-registry/{outside.id}/renew").status == 409
    assert "没有关于延续的规定" in clerk.text


# ---------------------------------------------------------------- for everyone


def checked(client, content: bytes, address: str = "203.0.113.7"):
    values = {"file": (io.BytesIO(content), "证照.pdf"), "csrf_token": office.csrf_token(client)}
    return client.post("/licence-check", data=values, environ_overrides={"REMOTE_ADDR": address})


def test_the_file_as_it_was_issued_is_known_and_its_present_state_told(licence, client):
    licence_files.make(licence.id)
    content = licence_files.pdf(licence.id).content
    html = checked(client, content).get_data(as_text=True)
    assert "文件真实" in html
    assert licence.number in html
    assert licence.holder_number not in html
    licence_acts.change(
        licence.id,
        by=office.person(DECIDER),
        printed={"quality_manager": "周明"},
        holder_number="",
        key="c",
        **GROUNDS,
    )
    assert "已有新的版本" in checked(client, content).get_data(as_text=True)


def test_one_altered_byte_anywhere_makes_it_no_licence(licence, client):
    licence_files.make(licence.id)
    content = licence_files.pdf(licence.id).content
    hole = content.rindex(b"0000000000") + 3  # even where no signature covers it
    for place in (30, len(content) // 2, hole, len(content) - 8):
        altered = bytearray(content)
        altered[place] ^= 0x01
        answer = checked(client, bytes(altered))
        assert answer.status_code == 422, place
        assert "不能作为证照使用" in answer.get_data(as_text=True), place


def test_a_file_that_someone_else_signed_is_none_of_ours(licence, client, tmp_path):
    plain = licence_files.pdf(licence.id).content
    forged = sign(plain, demo_credential(tmp_path, "forger", "伪造专用章", clock.now()), reason="证照").pdf
    html = checked(client, forged).get_data(as_text=True)
    assert "不是本系统签发的证照文件" in html
    assert "伪造专用章" in html


def test_what_is_no_pdf_is_refused_in_words(db, client):
    answer = checked(client, b"<script>alert(1)</script>")
    assert answer.status_code == 422
    assert "没有签名，或者文件已经损坏" in answer.get_data(as_text=True)
    assert checked(client, b"").status_code == 422


def test_checks_of_files_are_limited_per_address(db, client, monkeypatch):
    monkeypatch.setattr(licence_check, "FILES_PER_HOUR", 2)
    codes = [checked(client, b"x", "203.0.113.9").status_code for _ in range(3)]
    assert codes == [422, 422, 429]


def test_a_forged_code_gets_a_plain_refusal(licence, client):
    code = licence.public_code
    forged = code[:-1] + ("0" if code[-1] != "0" else "1")
    answer = client.get(f"/licences/{forged}")
    assert answer.status_code == 404
    html = answer.get_data(as_text=True)
    assert "没有找到这份证照" in html
    assert licence.number not in html


def test_the_public_page_says_since_when_it_is_no_longer_in_force(licence, client):
    licence_acts.cancel(licence.id, by=office.person(DECIDER), key="c", **GROUNDS)
    html = client.get(f"/licences/{licence.public_code}").get_data(as_text=True)
    assert "已注销" in html
    today = moments.local(clock.now()).date().isoformat()
    assert re.search(rf"状态自.*{today}", html, re.DOTALL)
    assert GROUNDS["reason"] not in html
    assert current_settings().public_url not in licence.holder
