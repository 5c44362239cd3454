"""What the first bundle gave is a material of the second: nothing is asked for, unless it is no longer in force."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.extensions import db as database
from webapp.models import ItemCase, Licence, ReusedLicence
from webapp.queries.audit import verify_all
from webapp.services import drafts, licence_acts, materials, receipt
from webapp.services.licence_reuse import LicenceNotReusable
from webapp.settings import PROJECT_FOLDER

FOLLOW_UP = "pharmacy-follow-up"
BROUGHT = ("insurance-system", "insurance-staff")
LICENCES = {"business-licence": "business-licence", "drug-licence": "drug-retail"}


@cache
def example(name: str = "both") -> dict[str, Any]:
    path = PROJECT_FOLDER / "processes" / FOLLOW_UP / "examples" / f"{name}.json"
    return dict(json.loads(path.read_text("utf-8")))


@pytest.fixture
def opened(db: SQLAlchemy) -> office.Handle:
    """A pharmacy opens by the first bundle: registered outside, its drug licence by commitment."""
    case = office.received("pre-review", ways={"P2": "commitment"})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "immediate", "P2")
    return case


def licence(type_key: str) -> Licence:
    return Licence.query.filter_by(type_key=type_key).one()


def clerk():  # type: ignore[no-untyped-def]
    return office.person(office.CLERK)


def draft(*, brought: tuple[str, ...] = BROUGHT) -> int:
    """The same holder comes back for what follows, with the papers of `brought` and no licence in hand."""
    before = office.example("pre-review")["answers"]
    same = {key: before[key] for key in ("applicant_name", "shop_name", "premises_address", "district")}
    person = {key: before[key] for key in before if key.startswith("legal_representative")}
    answers = {**example()["answers"], **same, **person, "credit_code": licence("business-licence").number}
    visit = office.visit(person_of=answers)
    case_id = drafts.start_draft(by=clerk(), visit_id=visit, bundle_key=FOLLOW_UP, place="")
    drafts.answer_guided(case_id, example()["guided"], by=clerk())
    drafts.hand_sheet(case_id, by=clerk(), language="zh")
    drafts.save_answers(case_id, office.raw_answers(answers), by=clerk())
    for key in brought:
        hand_in(case_id, key)
    return case_id


def hand_in(case_id: int, material: str) -> None:
    materials.attach(case_id, material, [office.pdf()], by=clerk(), form="copy", copies=1, provided_by="申请人")


def receive(case_id: int, key: str = "r") -> office.Handle:
    got = receipt.receive(case_id, by=clerk(), key=f"{key}-{case_id}")
    return office.Handle(got.case_id, got.number, got.code)


def end(type_key: str, act: str) -> None:
    by = office.member_of("drug.decide")
    getattr(licence_acts, act)(licence(type_key).id, by=by, key=act, reason="检查不合格。", basis="《药品管理法》")
    database.session.expire_all()


def test_both_licences_stand_for_materials_and_no_upload_is_asked(client: FlaskClient, opened: office.Handle) -> None:
    case_id = draft()
    office.sign_in(client, office.CLERK)
    page = client.get(f"/application/{case_id}/materials").get_data(as_text=True)
    for material, type_key in LICENCES.items():
        assert f'id="material-{material}"' not in page
        assert f"证照库中已有{licence(type_key).name.zh}（{licence(type_key).number}" in page
    case = receive(case_id)
    used = {row.material_key: row.licence_id for row in ReusedLicence.query.filter_by(case_id=case.id)}
    assert used == {material: licence(type_key).id for material, type_key in LICENCES.items()}
    assert case.number.startswith("YX-")


def test_both_items_are_handled_side_by_side_to_their_results(opened: office.Handle) -> None:
    case = receive(draft())
    for step in ("accept", "review", "decide"):
        for item in ("S1", "S2"):
            office.act(case.id, step, item)
    for item in ("S1", "S2"):
        office.act(case.id, "issue", item)
        office.act(case.id, "deliver", item)
    outcomes = {row.item_key: row.outcome for row in ItemCase.query.filter_by(case_id=case.id)}
    assert outcomes == {"S1": "granted", "S2": "granted"}
    assert {row.type_key for row in Licence.query} == {
        "business-licence",
        "drug-retail",
        "seal-filing",
        "insurance-designation",
    }
    assert licence("insurance-designation").holder_number == licence("business-licence").number
    assert list(verify_all()) == []


def test_the_department_sees_which_licence_stands_for_what(client: FlaskClient, opened: office.Handle) -> None:
    case = receive(draft())
    reviewer = office.member_of("medical-insurance.review")
    office.sign_in(client, reviewer.login)
    page = client.get(f"/cases/{case.id}").get_data(as_text=True)
    assert f"免提交：药品经营许可证 {licence('drug-retail').number}（有效）" in page


@pytest.mark.parametrize("act", ["suspend", "cancel"])
def test_one_that_is_no_longer_in_force_is_refused_and_no_copy_helps(
    client: FlaskClient, opened: office.Handle, act: str
) -> None:
    end("drug-retail", act)
    case_id = draft()
    office.sign_in(client, office.CLERK)
    number = licence("drug-retail").number
    for step in ("materials", "check"):  # told why at once, not asked first for a copy that would not do
        page = client.get(f"/application/{case_id}/{step}").get_data(as_text=True)
        assert re.search(f"药品经营许可证（{number}）已(暂停|注销)，不能代替“药品经营许可证”", page)
        assert "还缺材料：药品经营许可证" not in page
    with pytest.raises(LicenceNotReusable):
        receive(case_id)
    hand_in(case_id, "drug-licence")
    with pytest.raises(LicenceNotReusable) as refused:
        receive(case_id, "copy")
    assert licence("drug-retail").number in refused.value.words.zh
    assert "在线政务服务" in refused.value.words.zh
    assert ReusedLicence.query.count() == 0


def test_a_revoked_one_is_refused_with_the_rule_on_the_page_too(client: FlaskClient, opened: office.Handle) -> None:
    """Found false at its verification, told, heard and revoked."""
    office.act(opened.id, "verify", "P2", verification_result="unfulfilled")
    office.act(opened.id, "recheck", "P2", verification_result="fail")
    for step in ("revocation-notice", "statement", "revoke"):
        office.act(opened.id, step, "P2")
    database.session.expire_all()
    assert licence("drug-retail").status == "revoked"
    case_id = draft(brought=(*BROUGHT, "drug-licence"))
    office.sign_in(client, office.CLERK)
    page = client.get(f"/application/{case_id}/check").get_data(as_text=True)
    number = licence("drug-retail").number
    assert f"药品经营许可证（{number}）已撤销，不能代替“药品经营许可证”" in page
    with pytest.raises(LicenceNotReusable):
        receive(case_id)
    assert ReusedLicence.query.count() == 0


def test_who_has_not_been_open_for_three_months_is_offered_the_seals_alone(opened: office.Handle) -> None:
    case_id = draft()
    drafts.answer_guided(case_id, example("seals-only")["guided"], by=clerk())
    answers = {**example("seals-only")["answers"], "credit_code": licence("business-licence").number}
    before = office.example("pre-review")["answers"]
    answers |= {key: before[key] for key in before if key.startswith("legal_representative")}
    drafts.save_answers(case_id, office.raw_answers(answers), by=clerk())
    case = receive(case_id)
    assert [row.item_key for row in ItemCase.query.filter_by(case_id=case.id)] == ["S1"]
    assert [row.material_key for row in ReusedLicence.query] == ["business-licence"]
