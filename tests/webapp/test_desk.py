"""The window: its worklist, corrections, the issuing desk."""

from __future__ import annotations

import base64
import io
import re

import pytest

from engine import Words
from tests.support import office
from tests.webapp.screen import Screen
from webapp.models import Document, Licence, SubmittedMaterial, UserTask
from webapp.queries import desk
from webapp.services import correcting, tasks
from webapp.services.correcting import AtWindow
from webapp.services.corrections import HandedIn
from webapp.services.seals import set_seal
from webapp.unit_of_work import sql


@pytest.fixture
def client(client) -> Screen:
    return Screen(client)


DRAWN = "data:image/png;base64," + base64.b64encode(office.picture().content).decode()


def row_titles(html: str) -> list[str]:
    return re.findall(r'class="card-title-cell"><a href="/window/cases/(\d+)"', html)


def tab(client, name: str, **query: str) -> str:
    response = client.get("/window", query_string={"tab": name, **query})
    assert response.status_code == 200
    return response.get_data(as_text=True)


def collector(case_id: int, **changed: str) -> dict[str, str]:
    who = office.legal_representative(case_id)
    given = {
        "collector_kind": who.kind,
        "collector_name": who.name,
        "collector_id_number": who.id_number,
        "signature": DRAWN,
        "key": f"hand-over-{case_id}",
    }
    return {**given, **changed}


def deliver_tasks(case_id: int) -> list[int]:
    rows = sql().execute(
        "select id from user_task where case_id = %s and step = 'deliver' and state = 'open' order by id",
        (case_id,),
    )
    return [row[0] for row in rows]


def ready_to_collect(*items: str) -> office.Handle:
    """A case by commitment whose P2 and P4 are printed, and whose other items go on."""
    case = office.received("commitment")
    for item in items:
        office.act(case.id, "immediate", item)
        office.act(case.id, "issue", item)
    return case


def test_a_received_case_waits_under_the_tab_of_its_next_step(db, client):
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.sign_in(client, office.CLERK)
    assert row_titles(tab(client, "received")) == [str(case.id)]
    office.act(case.id, "accept", "P2", intake_outcome="correction")
    assert row_titles(tab(client, "correction")) == [str(case.id)]
    assert row_titles(tab(client, "prepare")) == [str(case.id)]  # the business licence is there already
    office.act(case.id, "issue", "P1")
    assert row_titles(tab(client, "prepare")) == []
    assert row_titles(tab(client, "collect")) == [str(case.id)]
    office.act(case.id, "deliver", "P1")
    assert row_titles(tab(client, "delivered")) == [str(case.id)]


def test_counts_stand_on_the_tabs_and_search_finds_chinese_and_numbers(db, client):
    first, second = office.received("commitment"), office.received("ordinary", ways={})
    office.sign_in(client, office.CLERK)
    assert "2</span>" in tab(client, "all")
    assert row_titles(tab(client, "all", q=second.number)) == [str(second.id)]
    name = office.example("commitment")["answers"]["applicant_name"]
    assert str(first.id) in row_titles(tab(client, "all", q=name[2:6]))
    assert row_titles(tab(client, "all", q="没有这样的名字")) == []


def test_pages_of_the_worklist_go_on_and_back_by_key(db, client, monkeypatch):
    monkeypatch.setattr(desk, "PAGE_SIZE", 1)
    cases = [office.received("commitment").id for _ in range(3)]
    office.sign_in(client, office.CLERK)
    newest = tab(client, "all")
    assert row_titles(newest) == [str(cases[2])]
    following = tab(client, "all", after=str(cases[2]))
    assert row_titles(following) == [str(cases[1])]
    assert row_titles(tab(client, "all", before=str(cases[1]))) == [str(cases[2])]
    assert 'rel="prev"' in following
    assert 'rel="next"' in following
    assert 'rel="prev"' not in newest


def test_a_helper_sees_only_the_cases_that_the_helper_opened(db, client):
    office.received("commitment")
    helper = office.member_of("village.help")
    office.sign_in(client, helper.login)
    assert row_titles(tab(client, "all")) == []


def test_a_reviewer_has_no_window(db, client):
    office.sign_in(client, office.member_of("drug.review").login)
    assert client.get("/window").status_code == 403


@pytest.fixture
def corrected(db):
    """A case whose drug item waits for correction: (case, task)."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2", intake_outcome="correction")
    return case, office.open_task(case.id, "correct", "P2")


def test_the_correction_page_says_word_for_word_what_was_asked(corrected, client):
    _, task = corrected
    office.sign_in(client, office.CLERK)
    html = client.get(f"/window/corrections/{task.id}").get_data(as_text=True)
    assert "未标注面积。" in html
    assert "补正材料一次性告知书" in html


def test_added_files_stand_behind_the_old_ones_and_the_department_goes_on(corrected, client):
    case, task = corrected
    office.sign_in(client, office.CLERK)
    before = (
        sql()
        .execute(
            "select count(*) from material_file f join submitted_material m on m.id = f.submitted_material_id"
            " where m.case_id = %s and m.material_key = 'floor-plan'",
            (case.id,),
        )
        .fetchone()[0]
    )
    plan = office.pdf("补正平面图.pdf")
    response = client.post(
        f"/window/corrections/{task.id}/materials/floor-plan",
        data={"files": [(io.BytesIO(plan.content), plan.name)], "provided_by": "周国富"},
    )
    assert response.status_code == 302
    material = SubmittedMaterial.query.filter_by(case_id=case.id, material_key="floor-plan").one()
    assert [file.name for file in material.files][before:] == ["补正平面图.pdf"]
    revision = office.open_task(case.id, "correct", "P2").revision
    response = client.post(f"/window/corrections/{task.id}", data={"revision": revision, "key": "answered"})
    assert response.status_code == 302
    assert ("P2", "accept") in office.open_steps(case.id)


def test_a_bad_file_is_refused_by_name_and_the_good_one_stays(corrected, client):
    case, task = corrected
    office.sign_in(client, office.CLERK)
    good = office.pdf("好的.pdf")
    response = client.post(
        f"/window/corrections/{task.id}/materials/floor-plan",
        data={"files": [(io.BytesIO(b"MZ\x90"), "病毒.pdf"), (io.BytesIO(good.content), good.name)]},
    )
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "病毒.pdf" in html
    material = SubmittedMaterial.query.filter_by(case_id=case.id, material_key="floor-plan").one()
    assert material.files[-1].name == "好的.pdf"


def test_only_materials_that_the_item_uses_can_be_added(corrected, client):
    _, task = corrected
    office.sign_in(client, office.CLERK)
    plan = office.pdf()
    data = {"files": [(io.BytesIO(plan.content), plan.name)]}
    assert client.post(f"/window/corrections/{task.id}/materials/sign-drawing", data=data).status_code == 404


def test_nothing_can_be_added_after_the_correction_went_back(corrected, client):
    case, task = corrected
    office.act(case.id, "correct", "P2")
    office.sign_in(client, office.CLERK)
    plan = office.pdf()
    data = {"files": [(io.BytesIO(plan.content), plan.name)]}
    response = client.post(f"/window/corrections/{task.id}/materials/floor-plan", data=data)
    assert response.status_code == 409


def test_the_issuing_desk_prints_and_preselects_what_the_applicant_chose(db, client):
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    task = office.open_task(case.id, "issue", "P2")
    office.sign_in(client, office.ISSUER)
    html = client.get(f"/window/cases/{case.id}").get_data(as_text=True)
    assert '<option value="counter" selected>' in html
    response = client.post(
        f"/window/tasks/{task.id}/prepare",
        data={"means": "counter", "preprinted_number": "YZ0098765", "revision": task.revision, "key": "p"},
    )
    assert response.status_code == 302
    assert ("P2", "deliver") in office.open_steps(case.id)
    assert "YZ0098765" in client.get(f"/window/cases/{case.id}").get_data(as_text=True)


def test_several_results_leave_in_one_act_with_one_proof_and_the_rest_goes_on(db, client):
    case = ready_to_collect("P2", "P4")
    office.sign_in(client, office.ISSUER)
    response = client.post(
        f"/window/cases/{case.id}/hand-over", data={**collector(case.id), "tasks": deliver_tasks(case.id)}
    )
    assert response.status_code == 302, response.get_data(as_text=True)[-3000:]
    assert deliver_tasks(case.id) == []
    assert Document.query.filter_by(case_id=case.id, kind="delivery-receipt").count() == 1
    html = client.get(f"/window/cases/{case.id}").get_data(as_text=True)
    assert "已送达（2 项）" in html


def test_a_stranger_gets_nothing_and_all_that_was_typed_stays(db, client):
    case = ready_to_collect("P2")
    office.sign_in(client, office.ISSUER)
    response = client.post(
        f"/window/cases/{case.id}/hand-over",
        data={
            **collector(case.id, collector_name="王陌生", collector_id_number="11010519491231002X"),
            "tasks": deliver_tasks(case.id),
        },
    )
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "都不一致" in html
    assert 'value="王陌生"' in html
    assert 'value="11010519491231002X"' in html
    assert DRAWN in html
    assert len(deliver_tasks(case.id)) == 1


def test_a_result_whose_decision_is_not_sealed_is_refused_on_its_page_and_what_was_typed_stays(db, client):
    set_seal("approval-bureau", "licence", Words("行政许可专用章", "Licensing seal"), way="hand")
    case = ready_to_collect("P2")
    office.sign_in(client, office.ISSUER)
    data = {**collector(case.id), "tasks": deliver_tasks(case.id)}
    response = client.post(f"/window/cases/{case.id}/hand-over", data=data)
    html = response.get_data(as_text=True)
    assert response.status_code == 409
    assert "尚未用印" in html
    assert f"/cases/{case.id}/told" in html  # where the seal is recorded
    assert DRAWN in html
    assert len(deliver_tasks(case.id)) == 1


def test_everything_missing_at_the_handing_over_is_said_at_once(db, client):
    case = ready_to_collect("P2")
    office.sign_in(client, office.ISSUER)
    response = client.post(f"/window/cases/{case.id}/hand-over", data={"key": "k"})
    html = response.get_data(as_text=True)
    assert response.status_code == 422
    for words in ("请选择要交付的结果", "请选择领取人身份", "请填写领取人姓名", "请领取人签名"):
        assert words in html


def test_the_representative_may_collect_with_the_mandate(db, client):
    case = office.received("ordinary", ways={}, present="representative")
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "issue", "P1", means="counter")
    who = (
        sql()
        .execute(
            "select person_name, person_id_number from visit v join cases c on c.visit_id = v.id where c.id = %s",
            (case.id,),
        )
        .fetchone()
    )
    office.sign_in(client, office.ISSUER)
    data = collector(case.id, collector_kind="representative", collector_name=who[0], collector_id_number=who[1])
    response = client.post(f"/window/cases/{case.id}/hand-over", data={**data, "tasks": deliver_tasks(case.id)})
    assert response.status_code == 302


def test_posting_needs_the_tracking_number(db, client):
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2", means="post")
    task = office.open_task(case.id, "deliver", "P2")
    office.sign_in(client, office.ISSUER)
    empty = client.post(f"/window/tasks/{task.id}/send", data={"revision": task.revision, "key": "a"})
    assert empty.status_code == 422
    assert "邮寄须填写运单号" in empty.get_data(as_text=True)
    task = office.open_task(case.id, "deliver", "P2")
    sent = client.post(
        f"/window/tasks/{task.id}/send",
        data={"revision": task.revision, "key": "b", "tracking_number": office.TRACKING_NUMBER},
    )
    assert sent.status_code == 302
    assert office.TRACKING_NUMBER in client.get(f"/window/cases/{case.id}").get_data(as_text=True)


def test_the_same_page_sent_twice_hands_over_once(db, client):
    case = ready_to_collect("P2")
    office.sign_in(client, office.ISSUER)
    data = {**collector(case.id), "tasks": deliver_tasks(case.id)}
    assert client.post(f"/window/cases/{case.id}/hand-over", data=data).status_code == 302
    again = client.post(f"/window/cases/{case.id}/hand-over", data=data)
    assert again.status_code == 302
    assert "已办理" in client.text(f"/window/cases/{case.id}")
    assert Document.query.filter_by(case_id=case.id, kind="delivery-receipt").count() == 1


def test_a_clerk_looks_but_does_not_issue(db, client):
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    task = office.open_task(case.id, "issue", "P2")
    office.sign_in(client, office.CLERK)
    assert "由统一出件窗口办理" in client.get(f"/window/cases/{case.id}").get_data(as_text=True)
    response = client.post(f"/window/tasks/{task.id}/prepare", data={"means": "counter", "key": "x"})
    assert response.status_code == 403


def test_the_notice_of_acceptance_waits_until_every_item_has_an_outcome(db, client):
    case = office.received("ordinary", ways={})
    office.sign_in(client, office.CLERK)
    early = client.post(f"/window/cases/{case.id}/acceptance")
    assert early.status_code == 409
    assert "还有事项未作出受理结果" in early.get_data(as_text=True)
    office.act(case.id, "backfill", "P1")
    for task in UserTask.query.filter_by(case_id=case.id, step="accept", state="open").all():
        item = sql().execute("select item_key from item_case where id = %s", (task.item_case_id,)).fetchone()[0]
        office.act(case.id, "accept", item)
    response = client.post(f"/window/cases/{case.id}/acceptance")
    assert response.status_code == 302
    assert "/papers/documents/" in response.headers["Location"]


def test_later_licences_print_the_credit_code_that_the_first_one_gave(db):
    case = office.received("ordinary", ways={})
    for act in office.example("ordinary")["acts"]:
        office.play(case.id, [act])
        if act["step"] == "decide" and act.get("item") == "P2":
            break
    code = Licence.query.filter_by(type_key="business-licence").one().number
    drug = Licence.query.filter_by(type_key="drug-retail").one()
    assert {fact[0]: fact[2] for fact in drug.facts}["统一社会信用代码"] == code


def test_a_correction_is_written_in_the_ledger(corrected, db):
    case, task = corrected
    by = office.person(office.CLERK)
    tasks.claim(task.id, by=by)
    correcting.add_files(AtWindow(task.id, by), "floor-plan", [office.pdf()], HandedIn("copy", 1, "周国富"))
    kinds = [
        row[0]
        for row in sql().execute("select kind from case_event where case_id = %s order by seq desc limit 1", (case.id,))
    ]
    assert kinds == ["material-attached"]


def test_what_was_never_opened_is_shown_as_not_accepted_with_its_paper(db, client):
    case = office.received("registration-refused")
    office.play(case.id, office.example("registration-refused")["acts"])
    office.sign_in(client, office.ISSUER)
    html = client.text(f"/window/cases/{case.id}")
    assert "不予受理的事项（2 项）" in html
    assert "还没有结果的事项" not in html
    proof = Document.query.filter_by(case_id=case.id, kind="delivery-receipt").one()
    assert "不予登记" in client.text(f"/papers/documents/{proof.id}")
