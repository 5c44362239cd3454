"""A licence of the registry stands for a material elsewhere while it is in force, and not a day longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import office
from tests.support.releases import publish
from webapp import clock, moments
from webapp.catalogue import current_releases, published
from webapp.extensions import db as database
from webapp.models import Licence, ReusedLicence
from webapp.queries.audit import verify_all
from webapp.queries.submission import materials_of
from webapp.services import drafts, licence_acts, receipt
from webapp.services.bundle_folders import bundles_of, read_tree
from webapp.services.licence_reuse import LicenceNotReusable
from webapp.services.releases import draft_from_files, submit_release
from webapp.settings import current_settings
from webapp.unit_of_work import sql

PREMISES = "[materials.premises-proof.required]"
#: A drug licence says where its holder trades: this bundle takes it for the proof of the premises.
TAKES_THE_DRUG_LICENCE = f"""[materials.premises-proof.satisfied_by.drug-retail]
basis = "licence-sharing"
{PREMISES}"""


@pytest.fixture
def takes_it(db) -> None:
    """The next release of the bundle, in which a drug licence stands for the proof of the premises."""
    files = dict(bundles_of(read_tree(current_settings()))[office.BUNDLE])
    name = next(path for path in files if path.endswith("bundle.toml"))
    files[name] = files[name].decode().replace(PREMISES, TAKES_THE_DRUG_LICENCE, 1).encode()
    release = draft_from_files(office.BUNDLE, files, by=office.person("taoran"), note="证照代替场所证明")
    submit_release(release, by=office.person("taoran"))
    publish(release)


@pytest.fixture
def licence(takes_it) -> Licence:
    """A drug licence of the holder, from an earlier case."""
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    return Licence.query.filter_by(type_key="drug-retail").one()


def second_draft() -> int:
    """The same holder applies again; whatever the clerk has attached for the premises is taken off."""
    case_id = office.draft("commitment")
    office.sign_letters(case_id, [key for key, way in office.example("commitment")["ways"].items() if way], clerk())
    sql().execute(
        "with gone as (delete from material_file f using submitted_material m where m.id = f.submitted_material_id"
        " and m.case_id = %(case)s and m.material_key = 'premises-proof')"
        " delete from submitted_material where case_id = %(case)s and material_key = 'premises-proof'"
        " and not exists(select from material_file f where f.submitted_material_id = id)",
        {"case": case_id},
    )
    sql().execute("delete from submitted_material where case_id = %s and material_key = 'premises-proof'", (case_id,))
    return case_id


def clerk():
    return office.person(office.CLERK)


def receive(case_id: int, key: str = "r") -> None:
    receipt.receive(case_id, by=clerk(), key=f"{key}-{case_id}")


def suspend(licence: Licence) -> None:
    licence_acts.suspend(
        licence.id, by=office.member_of("drug.decide"), reason="检查不合格。", basis="《药品管理法》", key="s"
    )
    database.session.expire_all()


def test_a_valid_licence_stands_for_the_material_and_nothing_is_asked(client, licence):
    case_id = second_draft()
    office.sign_in(client, office.CLERK)
    page = client.get(f"/application/{case_id}/materials").get_data(as_text=True)
    assert f"证照库中已有药品经营许可证（{licence.number}" in page
    assert 'id="material-premises-proof"' not in page
    receive(case_id)
    used = ReusedLicence.query.filter_by(case_id=case_id).one()
    assert (used.material_key, used.licence_id, used.number) == ("premises-proof", licence.id, licence.number)
    case_page = client.get(f"/cases/{case_id}").get_data(as_text=True)
    assert f"免提交：药品经营许可证 {licence.number}（有效）" in case_page
    lines = sql().execute("select count(*) from case_event where kind = 'licence-reused'").fetchall()
    assert lines == [(1,)]
    assert list(verify_all()) == []


def test_the_department_sees_when_it_has_ended_since(client, licence):
    case_id = second_draft()
    receive(case_id)
    suspend(licence)
    office.sign_in(client, office.CLERK)
    assert f"{licence.number}（已暂停）" in client.get(f"/cases/{case_id}").get_data(as_text=True)


def test_it_has_ended_when_the_offices_day_after_its_last_begins(licence):
    case_id = second_draft()
    receive(case_id)
    bundle = published(current_releases()[office.BUNDLE]).bundle
    ends = moments.midnight(licence.valid_to + timedelta(days=1))
    for moment, state in ((ends - timedelta(hours=1), "有效"), (ends + timedelta(hours=1), "已过有效期")):
        with clock.frozen_at(moment):
            (line,) = (one for one in materials_of(case_id, bundle, ["P2"]) if one.key == "premises-proof")
            assert f"{licence.number}（{state}）" in line.form.zh


def test_one_that_is_not_in_force_is_not_taken_and_the_window_is_told_why(client, licence):
    suspend(licence)
    case_id = second_draft()
    with pytest.raises(LicenceNotReusable):
        receive(case_id)
    office.sign_in(client, office.CLERK)
    page = client.get(f"/application/{case_id}/materials").get_data(as_text=True)
    row = page.partition('id="material-premises-proof"')[2].partition("</li>")[0]
    assert f"（{licence.number}）已暂停，不能代替" in row


@pytest.mark.parametrize("status", ["revoked", "cancelled", "suspended"])
def test_nor_is_a_copy_of_one_that_was_ended_and_the_rule_is_named(licence, status):
    sql().execute("update licence set status = %s where id = %s", (status, licence.id))
    case_id = second_draft()
    office.materials.attach(
        case_id,
        "premises-proof",
        [office.pdf()],
        by=clerk(),
        form="original-returned",
        copies=1,
        provided_by="申请人",
    )
    with pytest.raises(LicenceNotReusable) as refused:
        receive(case_id)
    assert licence.number in refused.value.words.zh
    assert "在线政务服务" in refused.value.words.zh
    assert sql().execute("select number from cases where id = %s", (case_id,)).fetchall() == [(None,)]
    assert ReusedLicence.query.count() == 0


def test_an_ended_one_is_refused_too_unless_the_holder_brings_the_paper_of_another(licence):
    with clock.frozen_at(clock.now() + timedelta(days=365 * 6)):
        case_id = second_draft()
        with pytest.raises(LicenceNotReusable) as refused:
            receive(case_id)
        assert "已过有效期" in refused.value.words.zh
        assert "已经换发的，请提交新证" in refused.value.words.zh
        newer = {"form": "original-returned", "copies": 1, "provided_by": "申请人"}
        office.materials.attach(case_id, "premises-proof", [office.pdf()], by=clerk(), **newer)
        receive(case_id, "newer")


def test_another_holders_licence_stands_for_nothing(licence):
    sql().execute("update licence set holder_number = %s where id = %s", (office.credit_code(5), licence.id))
    case_id = second_draft()
    with pytest.raises(receipt.MaterialsMissing):
        receive(case_id)


# ---------------------------------------------------------------- the shipped bundle: the business licence


@pytest.fixture
def business(db) -> Licence:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    return Licence.query.filter_by(type_key="business-licence").one()


def holder_applies_again(business: Licence) -> int:
    """The holder of the business licence applies for the rest: it has its licence, and gives its number."""
    case_id = office.draft("ordinary")
    guided = {**office.example("ordinary")["guided"], "existing_licence": True}
    answers = {**office.example("ordinary")["answers"], "credit_code": business.number}
    drafts.answer_guided(case_id, guided, by=clerk())
    drafts.save_answers(case_id, office.raw_answers(answers), by=clerk())
    return case_id


def test_the_business_licence_of_the_registry_is_named_where_it_is_not_asked_for(client, business):
    case_id = holder_applies_again(business)
    office.sign_in(client, office.CLERK)
    page = client.get(f"/application/{case_id}/materials").get_data(as_text=True)
    assert f"证照库中已有营业执照（{business.number}" in page
    receive(case_id)
    assert ReusedLicence.query.filter_by(case_id=case_id).one().material_key == "business-licence"


def test_a_revoked_business_licence_is_not_passed_over_as_not_asked_for(client, business):
    sql().execute("update licence set status = 'revoked' where id = %s", (business.id,))
    case_id = holder_applies_again(business)
    office.sign_in(client, office.CLERK)
    page = client.get(f"/application/{case_id}/check").get_data(as_text=True)
    assert f"营业执照（{business.number}）已撤销，不能代替“营业执照”" in page
    with pytest.raises(LicenceNotReusable):
        receive(case_id)
