"""Three ways of sealing: by hand with a clerk's word, by a certified provider over HTTP, and the demo's drawn seal."""

from __future__ import annotations

import base64
from contextlib import nullcontext

import pytest

from engine import Words
from tests.support import office
from tests.support.seal_service import CERTIFICATE, SealService, seal_service, sealed
from tests.webapp.test_documents import issued
from webapp.cli import main
from webapp.cli import seals as seals_cli
from webapp.errors import Incomplete, NotYours
from webapp.queries.audit import verify_all
from webapp.services import document_acts, paper_files
from webapp.services.document_acts import NoSealByHand, NoSealToAskFor, NotSealed
from webapp.services.e_seals import SealUnreachable
from webapp.services.kept_documents import kept_document
from webapp.services.page_keys import KeyReused
from webapp.services.seals import set_seal
from webapp.unit_of_work import sql

UNIT, SEAL_NAME = "approval-bureau", Words("江城市行政审批服务管理局受理专用章", "Acceptance seal")


@pytest.fixture
def case(db) -> office.Handle:
    return office.received("ordinary", ways={})


@pytest.fixture
def service() -> SealService:
    with seal_service() as running:
        yield running


def correction(case: office.Handle) -> int:
    return issued(case, "P2", "correction-notice", reasons="平面图未标注面积。").id


def deliver(document_id: int, key: str = "d") -> None:
    document_acts.record_delivery(
        document_id, by=office.person(office.CLERK), means="counter", recipient="林秀英", reference="", key=key
    )


# ---------------------------------------------------------------- the demo's


def test_the_document_names_its_seal_and_a_demos_seal_says_that_it_is_one(case):
    kept = kept_document(correction(case))
    assert kept.seal.name == Words(
        "江城市行政审批服务管理局受理专用章", "Acceptance seal of the Jiangcheng Administrative Approval Bureau"
    )
    assert "受理专用章 · 演示样章" in str(kept.zh)
    assert not kept.seal.waits


def test_each_use_has_its_own_seal(case):
    receipt = sql().execute("select seal_zh from document where kind = 'receipt'").fetchone()
    assert receipt == ("江城市政务服务中心收件专用章",)
    ruling = issued(case, "P2", "refusal", reasons="不符合条件。")
    assert ruling.seal_zh == "江城市行政审批服务管理局行政许可专用章"
    slip = issued(case, "P2", "hearing-record", hearing_host="沈平", record="双方到场。")
    assert slip.seal_way == ""


# ---------------------------------------------------------------- by hand


@pytest.fixture
def by_hand(case) -> int:
    set_seal(UNIT, "acceptance", SEAL_NAME, way="hand")
    return correction(case)


def test_a_seal_by_hand_leaves_its_place_free_until_the_clerk_confirms(db, client, case, by_hand):
    kept = kept_document(by_hand)
    assert kept.seal.waits
    assert "演示样章" not in str(kept.zh)
    assert paper_files.sheet_of(kept, "zh").seal == ""
    office.sign_in(client, office.CLERK)
    page = client.get(f"/papers/documents/{by_hand}").get_data(as_text=True)
    assert "（待用印）" in page
    assert 'class="seal"' not in page
    told = client.get(f"/cases/{case.id}/told").get_data(as_text=True)
    assert "待用印（手工用印）" in told
    values = {"csrf_token": office.csrf_token(client), "key": "k1"}
    answer = client.post(f"/cases/{case.id}/documents/{by_hand}/sealed", data=values)
    assert answer.status_code == 302
    seal = kept_document(by_hand).seal
    assert seal.by == office.person(office.CLERK).name
    assert seal.at is not None
    line = sql().execute("select body from case_event where kind = 'document-sealed'").fetchone()
    assert f'"document":{by_hand}' in line[0]
    assert list(verify_all()) == []


def test_it_is_confirmed_once_and_only_where_there_is_such_a_seal(case, by_hand):
    document_acts.confirm_sealed(by_hand, by=office.person(office.CLERK), key="first")
    with pytest.raises(NoSealByHand):
        document_acts.confirm_sealed(by_hand, by=office.person("duanfang"), key="second")
    drawn = issued(case, "P6", "correction-notice", by="hanlei", reasons="缺件。").id
    with pytest.raises(NoSealByHand):
        document_acts.confirm_sealed(drawn, by=office.person(office.CLERK), key="third")


def test_another_departments_people_do_not_confirm_it(by_hand):
    with pytest.raises(NotYours):
        document_acts.confirm_sealed(by_hand, by=office.person("hanlei"), key="k")
    document_acts.confirm_sealed(by_hand, by=office.person("zhaolin"), key="k")


def test_without_its_seal_a_document_is_not_delivered(by_hand):
    with pytest.raises(NotSealed):
        deliver(by_hand)
    document_acts.confirm_sealed(by_hand, by=office.person(office.CLERK), key="seal")
    deliver(by_hand, "again")
    told = sql().execute("select means, recipient from document_delivery where document_id = %s", (by_hand,)).fetchall()
    assert told == [("counter", "林秀英")]


def test_a_result_does_not_leave_before_its_decision_is_sealed(db):
    set_seal(UNIT, "licence", SEAL_NAME, way="hand")
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2")
    with pytest.raises(NotSealed):
        office.act(case.id, "deliver", "P2")
    decision = sql().execute("select id from document where kind = 'grant'").fetchone()[0]
    document_acts.confirm_sealed(decision, by=office.person(office.ISSUER), key="sealed")
    office.act(case.id, "deliver", "P2")
    assert sql().execute("select means from document_delivery where document_id = %s", (decision,)).fetchall() == [
        ("counter",)
    ]


# ---------------------------------------------------------------- by a provider


@pytest.fixture
def certified(case, service) -> int:
    set_seal(UNIT, "acceptance", SEAL_NAME, way="certified", provider=service.address, provider_seal="江审/受理")
    return correction(case)


def test_a_provider_seals_the_pdf_and_its_file_is_kept(db, client, certified, service):
    paper_files.make(certified)
    plain = paper_files.pdf(certified, "zh", sealed=False).content
    path, headers, body = service.asked[0]
    assert path == "/v1/seals/%E6%B1%9F%E5%AE%A1%2F%E5%8F%97%E7%90%86/documents"
    assert headers["Idempotency-Key"] == body["digest"]
    assert base64.b64decode(body["pdf"]) == plain
    seal = kept_document(certified).seal
    assert (seal.certificate, seal.serial) == (CERTIFICATE, "QZ-2026-000001")
    office.sign_in(client, office.CLERK)
    answer = client.get(f"/papers/documents/{certified}.pdf")
    assert answer.data.startswith(plain)
    assert CERTIFICATE.encode() in answer.data
    paper_files.make(certified)
    assert len(service.asked) == 1


def test_a_refusal_is_shown_and_tried_again_only_when_a_person_asks(db, client, case, certified, service):
    service.answering = lambda body: (422, {"reason": "印章已停用"})
    paper_files.make(certified)
    paper_files.make(certified)
    assert len(service.asked) == 1
    office.sign_in(client, office.CLERK)
    told = client.get(f"/cases/{case.id}/told").get_data(as_text=True)
    assert "印章已停用" in told
    assert "待用印（电子印章）" in told
    values = {"csrf_token": office.csrf_token(client), "key": "once more"}
    assert client.post(f"/cases/{case.id}/documents/{certified}/seal-again", data=values).status_code == 302
    client.post(f"/cases/{case.id}/documents/{certified}/seal-again", data=values)
    asked = sql().execute("select actor_id, body from case_event where kind = 'seal-asked-again'").fetchall()
    assert [actor for actor, _ in asked] == [office.person(office.CLERK).user_id]
    assert f'"document":{certified}' in asked[0][1]
    assert list(verify_all()) == []
    service.answering = sealed
    paper_files.make(certified)
    assert not kept_document(certified).seal.waits
    assert sql().execute("select count(*) from seal_try").fetchone() == (0,)


def test_a_page_without_its_key_asks_for_no_seal_and_neither_does_one_that_is_sealed(certified, service):
    with pytest.raises(KeyReused):
        document_acts.seal_again(certified, by=office.person(office.CLERK), key="")
    paper_files.make(certified)
    with pytest.raises(NoSealToAskFor):
        document_acts.seal_again(certified, by=office.person(office.CLERK), key="again")
    assert sql().execute("select count(*) from case_event where kind = 'seal-asked-again'").fetchone() == (0,)


def test_a_provider_that_is_down_is_asked_again_by_the_queue(certified, service):
    service.answering = lambda body: (503, {"reason": "维护中"})
    for _ in range(2):
        with pytest.raises(SealUnreachable):
            paper_files.make(certified)
    assert sql().execute("select tries, reason, final from seal_try").fetchall() == [(2, "维护中", False)]
    service.answering = sealed
    paper_files.make(certified)
    assert not kept_document(certified).seal.waits


def test_nobody_answering_at_all_is_the_same(case):
    set_seal(UNIT, "acceptance", SEAL_NAME, way="certified", provider="http://127.0.0.1:9", provider_seal="x")
    with pytest.raises(SealUnreachable):
        paper_files.make(correction(case))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"digest": "0" * 64}, "another document"),
        ({"pdf": base64.b64encode(b"%PDF-1.7 somebody else's").decode()}, "not our file"),
        ({"serial": ""}, "no certificate"),
    ],
)
def test_an_answer_about_another_file_is_not_taken(certified, service, change, reason):
    service.answering = lambda body: (200, {**sealed(body)[1], **change})
    paper_files.make(certified)
    assert kept_document(certified).seal.waits
    row = sql().execute("select reason, final from seal_try").fetchone()
    assert reason in row[0]
    assert row[1]


@pytest.mark.parametrize("answer", [(200, {"pdf": "no base64!"}), (200, []), (307, {"to": "http://127.0.0.1:9/"})])
def test_an_answer_that_is_none_is_not_taken_either(certified, service, answer):
    service.answering = lambda body: answer
    with pytest.raises(SealUnreachable):
        paper_files.make(certified)
    assert kept_document(certified).seal.waits


@pytest.mark.parametrize("address", ["", "http://seals.example.cn", "ftp://127.0.0.1/", "seals"])
def test_a_provider_is_reached_over_https_or_on_this_machine(db, address):
    with pytest.raises(Incomplete):
        set_seal(UNIT, "acceptance", SEAL_NAME, way="certified", provider=address, provider_seal="x")


@pytest.mark.parametrize(("role", "way"), [("ruling", "hand"), ("licence", "wax")])
def test_a_use_or_a_way_that_there_is_not_is_refused(db, role, way):
    with pytest.raises(Incomplete):
        set_seal(UNIT, role, SEAL_NAME, way=way)


# ---------------------------------------------------------------- set by the operator


@pytest.fixture
def onewindow(app, db, monkeypatch):
    """The command line over the test's database."""
    monkeypatch.setattr(seals_cli, "application", lambda: nullcontext(app))
    return lambda *arguments: main(["seals", *arguments])


def test_the_operator_says_how_a_unit_seals_and_sees_it(onewindow, case, capsys):
    assert onewindow("set", UNIT, "acceptance", "hand", SEAL_NAME.zh, SEAL_NAME.en) == 0
    assert onewindow("list") == 0
    assert f"{UNIT}  acceptance  hand  {SEAL_NAME.zh}" in capsys.readouterr().out
    assert kept_document(correction(case)).seal.waits


def test_what_the_operator_mistakes_is_said(onewindow, capsys):
    assert onewindow("set", "nowhere", "acceptance", "hand", "章", "Seal") == 2
    assert "没有“nowhere”这个单位" in capsys.readouterr().err
    assert onewindow("set", UNIT, "acceptance", "certified", "章", "Seal", "--provider", "http://seals.example.cn") == 2
    assert "https" in capsys.readouterr().err


# ---------------------------------------------------------------- licences


def test_a_licence_of_a_unit_that_seals_by_hand_leaves_the_place_free(db, client):
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.sign_in(client, office.ISSUER)
    licence = sql().execute("select id from licence").fetchone()[0]
    assert 'class="seal"' in client.get(f"/papers/licences/{licence}").get_data(as_text=True)
    set_seal(UNIT, "licence", Words("江城市行政审批服务管理局行政许可专用章", "Licensing seal"), way="hand")
    page = client.get(f"/papers/licences/{licence}").get_data(as_text=True)
    assert 'class="seal"' not in page
    assert "行政许可专用章" in page
    assert "演示样章" not in page.split("</p>", 1)[1]
