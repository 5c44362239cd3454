"""Print views of what the office hands out."""

from __future__ import annotations

import pytest

from tests.support import office
from tests.webapp.screen import Screen
from webapp.models import AccessLine, Document, Licence, NotificationSheet
from webapp.unit_of_work import sql


@pytest.fixture
def client(client) -> Screen:
    return Screen(client)


def delivered() -> office.Handle:
    """A case by commitment whose drug licence was collected against a signature."""
    case = office.received("commitment")
    for step in ("immediate", "issue", "deliver"):
        office.act(case.id, step, "P2")
    return case


def document_of(case: office.Handle, kind: str) -> Document:
    return Document.query.filter_by(case_id=case.id, kind=kind).order_by(Document.id.desc()).first()


def test_every_document_of_a_case_prints_in_both_languages(db, client):
    case = delivered()
    office.sign_in(client, office.CLERK)
    documents = Document.query.filter_by(case_id=case.id).all()
    assert {one.kind for one in documents} == {"receipt", "grant", "delivery-receipt", "collection-register"}
    for one in documents:
        for language in ("zh", "en"):
            client.client.set_cookie("language", language)
            html = client.text(f"/papers/documents/{one.id}")
            assert one.title.in_language(language) in html
            assert one.number in html


def test_the_receipt_carries_seal_and_the_way_to_the_tracking_page(db, client):
    case = office.received("commitment")
    office.sign_in(client, office.CLERK)
    html = client.text(f"/papers/documents/{document_of(case, 'receipt').id}")
    assert "演示样章" in html
    assert "<svg" in html
    assert "style=" not in html
    assert case.number in html


def test_the_proof_of_delivery_names_results_collector_and_signature(db, client):
    case = delivered()
    office.sign_in(client, office.ISSUER)
    html = client.text(f"/papers/documents/{document_of(case, 'delivery-receipt').id}")
    licence = Licence.query.filter_by(type_key="drug-retail").one()
    assert licence.number in html
    assert office.legal_representative(case.id).name in html
    assert "data:image/png;base64," in html


def test_the_proof_can_be_printed_for_signing_while_results_wait(db, client):
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2")
    office.sign_in(client, office.ISSUER)
    assert "药品经营许可证" in client.text(f"/papers/cases/{case.id}/proof")
    office.act(case.id, "deliver", "P2")
    assert client.get(f"/papers/cases/{case.id}/proof").status_code == 404


def test_a_licence_prints_its_facts_and_the_code_of_its_public_page(db, client):
    delivered()
    licence = Licence.query.filter_by(type_key="drug-retail").one()
    office.sign_in(client, office.ISSUER)
    html = client.text(f"/papers/licences/{licence.id}")
    assert licence.number in html
    assert licence.holder in html
    for label, _, value, _ in licence.facts:
        assert label in html
        assert value in html
    assert 'class="paper licence"' in html


def test_the_sheet_and_the_letter_are_as_they_were(db, client):
    case = office.received("commitment")
    office.sign_in(client, office.CLERK)
    sheet = NotificationSheet.query.filter_by(case_id=case.id).one()
    html = client.text(f"/papers/sheets/{sheet.id}")
    assert sheet.digest[:16] in html
    letter = client.text(f"/papers/cases/{case.id}/letters/P2")
    assert "每一批次均可追溯到供货单位" in letter
    assert "data:image/png;base64," in letter
    assert client.get(f"/papers/cases/{case.id}/letters/P6").status_code == 404


def test_papers_of_others_do_not_exist_and_reading_is_noted(db, client):
    case = delivered()
    receipt = document_of(case, "receipt").id
    licence = Licence.query.filter_by(type_key="drug-retail").one().id
    office.sign_in(client, office.member_of("medical-insurance.review").login)
    assert client.get(f"/papers/documents/{receipt}").status_code == 404
    assert client.get(f"/papers/licences/{licence}").status_code == 404
    reviewer = office.member_of("drug.review")
    office.sign_in(client, reviewer.login)
    assert client.get(f"/papers/documents/{receipt}").status_code == 200
    assert AccessLine.query.filter_by(user_id=reviewer.user_id, what=f"document:{receipt}").count() == 1


def test_the_scan_of_a_signed_proof_can_be_opened(db, client):
    case = delivered()
    proof = (
        sql()
        .execute(
            "select c.signature_file_id from collection c join item_case i on i.id = c.item_case_id"
            " where i.case_id = %s",
            (case.id,),
        )
        .fetchone()[0]
    )
    office.sign_in(client, office.ISSUER)
    response = client.get(f"/papers/cases/{case.id}/signatures/{proof}")
    assert response.mimetype == "image/png"
    other = office.received("ordinary", ways={})
    assert client.get(f"/papers/cases/{other.id}/signatures/{proof}").status_code == 404
