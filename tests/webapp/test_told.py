"""The page of what an applicant was told; deliveries; paper that moves between units."""

from __future__ import annotations

import pytest

from tests.support import office
from tests.webapp.screen import Screen
from tests.webapp.test_documents import issued
from webapp.errors import NotYours
from webapp.extensions import db as database
from webapp.models import DocumentDelivery, MaterialHandover, SubmittedMaterial
from webapp.queries import told as queries
from webapp.queries.audit import verify_all
from webapp.queries.case_view import release_of
from webapp.services import document_acts, handovers
from webapp.services.handovers import NotHere, TakenAlready
from webapp.services.kept_documents import kept_document
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.unit_of_work import sql


@pytest.fixture
def client(client) -> Screen:
    return Screen(client)


@pytest.fixture
def case(db) -> office.Handle:
    return office.received("ordinary", ways={})


def lines(case: office.Handle) -> list[queries.ToldLine]:
    release = release_of(case.id)
    return queries.told(case.id, release, queries.item_names(case.id, release))


def test_everything_the_applicant_was_told_stands_there_in_order(db, client):
    case = office.received("commitment")
    for step in ("immediate", "issue", "deliver"):
        office.act(case.id, step, "P2")
    told = lines(case)
    assert [line.title.zh for line in told if line.kind != "letter"] == [
        "一次性告知单",
        "材料接收凭证",
        "准予行政许可决定书",
        "药品经营许可证",
        "送达回证",
    ]
    assert sum(line.kind == "letter" for line in told) == 3
    assert all(line.by for line in told if line.kind != "document")
    assert all(line.intact for line in told)
    collector = office.legal_representative(case.id).name
    reached = {line.title.zh: [(one.way.zh, one.recipient) for one in line.deliveries] for line in told}
    assert reached["材料接收凭证"] == reached["准予行政许可决定书"] == [("当面交付", collector)]
    office.sign_in(client.client, office.CLERK)
    page = client.text(f"/cases/{case.id}/told")
    for title in ("一次性告知单", "材料接收凭证", "告知承诺书", "药品经营许可证", "送达回证"):
        assert title in page
    assert f"/cases/{case.id}/told" in client.text(f"/cases/{case.id}")


def test_a_correction_that_told_everything_once_is_proved(db, client, case):
    office.act(case.id, "backfill", "P1")
    reviewer = office.act(case.id, "accept", "P6", intake_outcome="correction")
    release = release_of(case.id)
    (notice,) = queries.one_time_notices(case.id, queries.item_names(case.id, release))
    assert notice.at_once
    assert notice.rounds[0].asked_by == reviewer.name
    office.sign_in(client.client, office.CLERK)
    page = client.text(f"/cases/{case.id}/told")
    assert "一次告知全部内容" in page
    assert notice.rounds[0].document_number in page


def test_a_delivery_says_how_to_whom_and_by_whom(db, client, case):
    notice = issued(case, "P2", "not-required", reasons="不需要许可。")
    office.sign_in(client.client, office.CLERK)
    address = f"/cases/{case.id}/documents/{notice.id}/delivered"
    refused = client.post(address, {"key": "k", "means": "post", "recipient": "林秀英", "reference": ""})
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "请填写运单号" in page
    assert 'value="林秀英"' in page
    done = {"key": "k", "means": "post", "recipient": "林秀英", "reference": "SF1"}
    assert client.post(address, done).status_code == 302
    (kept,) = DocumentDelivery.query.filter_by(document_id=notice.id).all()
    assert (kept.means, kept.recipient, kept.reference) == ("post", "林秀英", "SF1")
    assert "邮寄送达 · 林秀英 · SF1" in client.text(f"/cases/{case.id}/told")
    client.post(address, done)
    assert DocumentDelivery.query.filter_by(document_id=notice.id).count() == 1
    assert list(verify_all()) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"means": "pigeon", "recipient": "林秀英"}, "请选择送达方式"),
        ({"means": "counter", "recipient": " "}, "受送达人"),
    ],
)
def test_a_delivery_without_what_it_needs_is_refused(db, client, case, values, words):
    notice = issued(case, "P2", "not-required", reasons="不需要许可。")
    office.sign_in(client.client, office.CLERK)
    answer = client.post(f"/cases/{case.id}/documents/{notice.id}/delivered", {"key": "k", **values})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_documents_of_another_case_or_another_department_are_out_of_reach(db, client, case):
    other = office.received("ordinary", ways={})
    theirs = issued(other, "P2", "not-required", reasons="一")
    office.sign_in(client.client, office.CLERK)
    values = {"key": "k", "means": "counter", "recipient": "林秀英"}
    assert client.post(f"/cases/{case.id}/documents/{theirs.id}/delivered", values).status_code == 404
    with pytest.raises(NotYours):
        document_acts.record_delivery(
            theirs.id, by=office.person("hanlei"), means="counter", recipient="林秀英", reference="", key="k"
        )


# ---------------------------------------------------------------- the public page


def test_anyone_checks_a_document_and_reads_no_name(db, client, case):
    notice = issued(case, "P2", "correction-notice", reasons="平面图未标注面积。")
    page = client.text(f"/documents/{notice.public_code.lower()}")
    assert notice.number in page
    assert notice.digest in page
    assert "江城市行政审批服务管理局受理专用章" in page
    answers = office.example("ordinary")["answers"]
    for personal in (answers["applicant_name"], answers["legal_representative"], "平面图"):
        assert personal not in page
    office.sign_in(client.client, office.CLERK)
    assert "扫码核验" in client.text(f"/papers/documents/{notice.id}")


def test_a_code_that_nobody_gave_is_not_found(db, client):
    answer = client.get("/documents/0000000000")
    assert answer.status_code == 404
    assert "没有找到这份文书" in answer.get_data(as_text=True)


# ---------------------------------------------------------------- paper that moves


def paper(case: office.Handle) -> int:
    """A material that stays with the office on paper."""
    material = SubmittedMaterial.query.filter_by(case_id=case.id).order_by(SubmittedMaterial.id).first()
    material.form, material.copies = "copy", 2
    database.session.commit()
    return material.id


def hand_on(case: office.Handle, material: int, by: str = office.CLERK, to: str = "approval-bureau", key: str = "h"):
    return handovers.hand_on(case.id, [material], to_unit=to, note="随卷", by=office.person(by), key=key)


def test_paper_moves_under_a_slip_that_the_receiver_confirms(db, client, case):
    material = paper(case)
    office.sign_in(client.client, office.CLERK)
    values = {"key": "h", "materials": [material], "to_unit": "approval-bureau", "note": "随卷"}
    answer = client.post(f"/cases/{case.id}/handovers", values)
    assert answer.status_code == 302
    slip = kept_document(int(answer.headers["Location"].rpartition("/")[2]))
    text = str(slip.zh)
    assert slip.number.startswith("江政服接〔")
    assert "移交单位：江城市政务服务中心" in text
    assert "接收单位：江城市行政审批服务管理局" in text
    assert "复印件" in text
    release = release_of(case.id)
    assert queries.papers_of(case.id, release)[0].on_the_way
    office.sign_in(client.client, "zhaolin")
    page = client.text(f"/cases/{case.id}/handovers")
    assert "接收材料" in page
    handover = MaterialHandover.query.one().id
    assert client.post(f"/cases/{case.id}/handovers/{handover}/taken", {"key": "t"}).status_code == 302
    (there,) = (line for line in queries.papers_of(case.id, release) if line.id == material)
    assert (there.unit_key, there.on_the_way) == ("approval-bureau", False)
    kinds = [
        kind for (kind,) in sql().execute("select kind from case_event where kind like 'materials-%' order by seq")
    ]
    assert kinds == ["materials-handed", "materials-taken"]


def test_nobody_hands_on_what_lies_elsewhere(case):
    material = paper(case)
    with pytest.raises(NotHere):
        hand_on(case, material, by="zhaolin", to="urban-management")
    hand_on(case, material)
    with pytest.raises(NotHere):
        hand_on(case, material, key="again")


def test_only_the_receiver_takes_over_and_only_once(case):
    hand_on(case, paper(case))
    handover = MaterialHandover.query.one().id
    with pytest.raises(NotYours):
        handovers.take_over(case.id, handover, by=office.person("hanlei"), key="a")
    handovers.take_over(case.id, handover, by=office.person("zhaolin"), key="b")
    with pytest.raises(TakenAlready):
        handovers.take_over(case.id, handover, by=office.person("wujianhua"), key="c")
    with pytest.raises(AlreadyCarriedOut):
        handovers.take_over(case.id, handover, by=office.person("zhaolin"), key="b")


@pytest.mark.parametrize("values", [{"materials": [], "to_unit": "approval-bureau"}, {"to_unit": "nowhere"}])
def test_a_handover_without_paper_or_receiver_is_refused(db, client, case, values):
    material = paper(case)
    office.sign_in(client.client, office.CLERK)
    answer = client.post(f"/cases/{case.id}/handovers", {"key": "h", "materials": [material], **values})
    assert answer.status_code == 422
    assert MaterialHandover.query.count() == 0
