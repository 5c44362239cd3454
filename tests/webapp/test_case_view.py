"""The case page, its diagram with the position, and the supervisor's board."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser
from webapp.catalogue import published
from webapp.queries import history
from webapp.queries.case_view import case_page, case_status
from webapp.queries.diagram import Line, case_position, item_position, lines_of, position
from webapp.services.events import Event
from webapp.unit_of_work import sql


def release_of(case: office.Handle):  # type: ignore[no-untyped-def]
    row = sql().execute("select release_id from cases where id = %s", (case.id,)).fetchone()
    assert row is not None
    return published(row[0])


def break_a_step(case: office.Handle) -> int:
    """An incident as a handler's failure leaves it; returns its id."""
    row = (
        sql()
        .execute(
            "insert into incident (instance_id, case_id, engine_job_id, element, code, message_zh,"
            " message_en, detail, opened_at) select i.id, i.case_id, j.id, 'issue-licence', 'handler-failed',"
            " '制作证照时出错。', 'The licence could not be made.', 'KeyError: number', now()"
            " from process_instance i"
            " join engine_job j on j.instance_id = i.id where i.case_id = %s"
            " order by j.id limit 1 returning id",
            (case.id,),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("item", "proposed", "english"),
    [("P4", "建议予以备案", "proposed: filing accepted"), ("P6", "建议准予许可", "proposed: licence granted")],
)
def test_a_proposal_is_told_in_the_words_of_the_kind_of_its_item(
    db: object, client: FlaskClient, item: str, proposed: str, english: str
) -> None:
    """A filing is not granted: the act offers it, process, findings and history of the case tell it alike."""
    case = office.received("commitment" if item == "P4" else "refused-item", ways={})
    office.act(case.id, "accept", item)
    task, who = office.claimed(case.id, "review", item)
    assert proposed in Browser(client, who.login).open(f"/tasks/{task.id}").words("//*[@id='act']")
    office.act(case.id, "review", item, by=who)
    told = Browser(client, who.login).open(f"/cases/{case.id}").words().split("提出审查意见：")[1:]
    assert len(told) >= 3
    assert all(one.startswith(proposed) for one in told)
    words = history.reviewed_words("review", "grant", release_of(case).bundle.item(item).kind)
    assert words is not None
    assert words.en == english


def test_tells_a_case_in_one_look(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    office.act(case.id, "review", "P6", proposal="refuse")
    office.act(case.id, "decide", "P6", ruling="refuse")
    page = Browser(client, "qianwei").open(f"/cases/{case.id}")
    assert page.heading == "济民药房"
    assert "办理中 · 1/4 项已有结果" in page.words("//header[contains(@class, 'case-head')]")
    signboard = next(row for row in page.rows() if row[0].startswith("户外招牌"))
    assert "不予许可" in signboard[2]
    assert "不予许可" in signboard[6]
    drug = next(row for row in page.rows() if row[0].startswith("药品经营许可"))
    assert drug[2] == "受理审查"
    assert drug[3] == "待认领"
    assert "个工作日" in drug[5]


def test_a_department_without_a_part_does_not_find_the_case(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    screen = Browser(client, "hanlei")
    for path in ("", "/diagram.bpmn", "/position.json"):
        assert client.get(f"/cases/{case.id}{path}").status_code == 404
    assert screen.post(f"/cases/{case.id}/incidents/1/retry").status_code == 403


def test_the_supervisor_sees_the_course_but_nothing_personal(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    page = Browser(client, "xieguang").open(f"/cases/{case.id}")
    assert page.status == 200
    assert "申请材料" not in page.words()
    assert "法定代表人" not in page.words()
    file_id = sql().execute("select min(file_id) from material_file").fetchone()
    assert file_id is not None
    assert client.get(f"/cases/{case.id}/files/{file_id[0]}").status_code == 404
    assert not sql().execute("select 1 from access_log where case_id = %s", (case.id,)).fetchall()


def test_identity_numbers_are_masked_on_the_case_page(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    number = office.example("refused-item")["answers"]["legal_representative_id"]
    page = Browser(client, "qianwei").open(f"/cases/{case.id}")
    assert number not in page.text
    assert f"{number[:3]}***********{number[-4:]}" in page.text


def test_materials_open_in_place_and_their_opening_is_noted(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    screen = Browser(client, "qianwei")
    frame = screen.open(f"/cases/{case.id}").tree.xpath("//iframe/@src")[0]
    answer = client.get(frame)
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in client.get(f"/cases/{case.id}").headers["Content-Security-Policy"]
    noted = sql().execute("select what from access_log where case_id = %s order by id", (case.id,)).fetchall()
    assert ("file:" + frame.rsplit("/", 1)[1],) in noted


def test_files_of_another_case_are_not_there(db: object, client: FlaskClient) -> None:
    case, other = office.received("refused-item"), office.received("refused-item")
    Browser(client, "qianwei")
    row = (
        sql()
        .execute(
            "select min(mf.file_id) from material_file mf"
            " join submitted_material m on m.id = mf.submitted_material_id where m.case_id = %s",
            (other.id,),
        )
        .fetchone()
    )
    assert row is not None
    assert client.get(f"/cases/{case.id}/files/{row[0]}").status_code == 404


def test_the_diagram_marks_where_each_item_stands(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    release, lines = release_of(case), lines_of(case.id)
    whole = case_position(release, lines)
    assert {"call-P2", "call-P3", "call-P4", "call-P6"} <= set(whole.current)
    assert "applicable" in whole.done
    assert {f"flow-applicable-call-P{item}" for item in (2, 3, 4, 6)} <= set(whole.flows)
    assert "flow-applicable-call-P7" not in whole.flows
    signboard = item_position(release, lines, "call-P6")
    assert "accept" in signboard.done
    assert "review" in signboard.current
    drug = item_position(release, lines, "call-P2")
    assert "accept" in drug.current
    assert "review" not in drug.current
    Browser(client, "qianwei")
    assert client.get(f"/cases/{case.id}/position.json?item=P6").get_json() == signboard.as_json()


def test_an_item_keeps_its_course_after_its_process_has_ended(db: object) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    office.act(case.id, "review", "P6", proposal="refuse")
    office.act(case.id, "decide", "P6", ruling="refuse")
    ended = item_position(release_of(case), lines_of(case.id), "call-P6")
    assert {"accept", "review", "decide", "write-refusal"} <= set(ended.done)
    assert ended.current == ()


def test_an_element_passed_twice_and_open_again_is_current() -> None:
    lines = [Line(1, "p", 1, "a", what) for what in ("entered", "completed", "entered", "entered")]
    found = position([*lines, Line(1, "p", 1, "b", "entered"), Line(1, "p", 1, "b", "cancelled")])
    assert (found.done, found.current, found.counts) == ((), ("a",), {"a": 2})


def test_of_the_flows_behind_a_gateway_those_that_were_taken_are_told() -> None:
    lines = [Line(1, "p", 1, "fork", "entered"), Line(1, "p", 1, "fork", "completed"), Line(1, "p", 1, "to-a", "taken")]
    found = position([*lines, Line(1, "p", 1, "a", "entered")])
    assert (found.done, found.current, found.flows) == (("fork",), ("a",), ("to-a",))


def test_diagrams_are_shown_in_the_readers_language(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    Browser(client, "qianwei")
    chinese = client.get(f"/cases/{case.id}/diagram.bpmn?item=P2").get_data(as_text=True)
    client.set_cookie("language", "en")
    english = client.get(f"/cases/{case.id}/diagram.bpmn?item=P2").get_data(as_text=True)
    assert 'name="受理审查"' in chinese
    assert 'name="受理审查"' not in english
    assert client.get(f"/cases/{case.id}/diagram.bpmn?item=P99").status_code == 404


def item(**facts: object) -> SimpleNamespace:
    nothing = {
        "outcome": None,
        "delivered_at": None,
        "intake_outcome": None,
        "accepted_at": None,
        "is_to_be_issued": False,
    }
    return SimpleNamespace(**{**nothing, **facts})


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([item()], "已收件 · 待受理"),
        ([item(accepted_at=1), item()], "办理中"),
        ([item(intake_outcome="correction"), item(accepted_at=1)], "待补正"),
        ([item(outcome="granted"), item(accepted_at=1)], "办理中 · 1/2 项已有结果"),
        ([item(outcome="granted"), item(outcome="refused", delivered_at=1)], "待领取"),
        ([item(outcome="granted", is_to_be_issued=True)], "待出件"),
        ([item(outcome="granted", delivered_at=1), item(outcome="not-accepted")], "已办结"),
    ],
)
def test_the_status_of_a_case_is_derived_from_its_items(items: list[SimpleNamespace], words: str) -> None:
    assert case_status(items, None).words.zh == words  # type: ignore[arg-type]


def test_a_failed_step_is_seen_on_the_case_and_a_lead_tries_again(db: object, client: FlaskClient) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    incident = break_a_step(case)
    reviewer = Browser(client, "qianwei").open(f"/cases/{case.id}")
    assert "制作证照时出错。" in reviewer.words()
    assert "KeyError" not in reviewer.words()
    lead = Browser(client, "weixiaohong")
    page = lead.open(f"/cases/{case.id}")
    assert "KeyError: number" in page.words()
    assert "制作证照时出错。" in lead.open("/supervision").words()
    answer = lead.post(f"/cases/{case.id}/incidents/{incident}/retry", next="/supervision")
    assert answer.headers["Location"] == "/supervision"
    assert case_page(case.id, personal=False).incidents == ()


def test_every_kind_of_ledger_line_has_words() -> None:
    shown = [kind.value for kind in Event if kind.value not in history.LEFT_OUT]
    assert [kind for kind in shown if history._what(kind, {}, None).zh == kind] == []
