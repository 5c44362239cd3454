"""A commitment taken back on the page of progress and at the window; and who sees a letter in place of a proof."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.journeys.test_proof_commitments import PROOF, draft_without
from tests.support import office
from tests.support.office import CLERK
from tests.webapp.browsing import Browser
from webapp.extensions import db as database
from webapp.models import ItemCase
from webapp.services import receipt

ANSWERS = office.example("commitment")["answers"]
MIXED = office.example("mixed-ways")["answers"]
WHO_MIXED = {"name": MIXED["legal_representative"], "id_number": MIXED["legal_representative_id"]}
WHO = {"name": ANSWERS["legal_representative"], "id_number": ANSWERS["legal_representative_id"]}


def way(case_id: int, item: str) -> str:
    database.session.expire_all()
    return database.session.query(ItemCase).filter_by(case_id=case_id, item_key=item).one().way


def tracking(client: FlaskClient, case: office.Handle) -> Browser:
    applicant = Browser(client).open("/track")
    return applicant.submit("/track", {"number": case.number, "code": case.code})


def test_on_the_page_of_progress_the_applicant_takes_it_back_alone(client: FlaskClient) -> None:
    case = office.received("commitment")
    applicant = tracking(client, case)
    assert applicant.links(containing="/track/commitment")
    applicant.open("/track/commitment")
    assert "药品经营许可（零售）" in applicant.text
    applicant.submit("/track/commitment", WHO)
    assert applicant.status == 422
    assert "请选择要撤回的承诺" in applicant.text
    applicant.submit("/track/commitment", {**WHO, "item": "P2", "name": "李四"})
    assert applicant.status == 422
    assert way(case.id, "P2") == "commitment"
    applicant.submit("/track/commitment", {**WHO, "item": "P2"})
    assert "已撤回承诺" in applicant.text
    assert way(case.id, "P2") == "ordinary"


def test_the_proof_comes_with_the_letter_that_is_taken_back_online_and_at_the_window(client: FlaskClient) -> None:
    case_id = draft_without("health-certificates")
    office.sign_letters(case_id, ["P2", PROOF], office.person(CLERK))
    got = receipt.receive(case_id, by=office.person(CLERK), key="r")
    applicant = tracking(client, office.Handle(got.case_id, got.number, got.code)).open("/track/commitment")
    assert "须随撤回一并提交" in applicant.text
    applicant.submit("/track/commitment", {**WHO_MIXED, "item": PROOF})
    assert applicant.status == 422
    assert "受理后不再要求补正" in applicant.errors()[0]
    clerk = Browser.of(client.application.test_client(), CLERK).open(f"/window/cases/{case_id}/commitment")
    assert "提交形式" in clerk.text
    applicant.submit(
        "/track/commitment",
        {**WHO_MIXED, "item": PROOF},
        files={"files-health-certificates": [office.pdf("健康证明.pdf")]},
    )
    assert "已撤回承诺" in applicant.text
    assert "改为提交证明材料告知书" in applicant.text
    assert "从业人员健康证明" not in clerk.open(f"/window/cases/{case_id}/commitment").text


def test_a_page_that_has_grown_old_is_told_that_the_ruling_was_made(client: FlaskClient) -> None:
    case = office.received("commitment")
    applicant = tracking(client, case).open("/track/commitment")
    office.act(case.id, "immediate", "P2")
    applicant.submit("/track/commitment", {**WHO, "item": "P2"})
    assert applicant.status == 409
    assert "已经作出办理决定" in applicant.text
    assert way(case.id, "P2") == "commitment"


def test_without_number_and_code_there_is_no_such_page(client: FlaskClient) -> None:
    case = office.received("commitment")
    stranger = Browser(client).open("/track/commitment")
    assert stranger.url == "/track"
    stranger.send("/track/commitment", {"csrf_token": stranger.token(), **WHO, "item": "P2"})
    assert way(case.id, "P2") == "commitment"


def test_at_the_window_it_needs_the_applicants_signature(client: FlaskClient) -> None:
    case = office.received("commitment")
    clerk = Browser.of(client, CLERK).open(f"/window/cases/{case.id}/commitment")
    clerk.submit("/commitment", {**WHO, "item": "P2"})
    assert clerk.status == 422
    assert way(case.id, "P2") == "commitment"


def test_who_reviews_sees_the_letter_that_stands_for_the_proof(client: FlaskClient) -> None:
    case_id, clerk = office.draft("mixed-ways"), office.person(CLERK)
    office.attach_all(case_id, clerk)
    office.sign_letters(case_id, ["P2", "P5/health-certificates"], clerk)
    browser = Browser.of(client, CLERK).open(f"/application/{case_id}/check")
    assert "以承诺替代材料" in browser.text
    browser.submit("/check")
    task = office.open_task(case_id, "immediate", "P5")
    reviewer = office.member_of(task.groups[0])
    browser.open("/window")
    client.post("/sign-out", data={"csrf_token": browser.token()})
    page = Browser.of(client, reviewer.login).open(f"/tasks/{task.id}")
    assert "以承诺替代的材料" in page.text
    assert "证明事项告知承诺书" in page.text
    assert "健康证明" in page.open(f"/cases/{case_id}").text
    paper = page.open(f"/papers/cases/{case_id}/letters/P5/health-certificates")
    assert paper.status in (200, 403)
