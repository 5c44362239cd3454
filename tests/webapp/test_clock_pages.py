"""Every due day leads to the page that explains it: start, unit, days left out by name, pauses with notices, basis."""

from __future__ import annotations

from datetime import UTC, datetime

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from lxml import html

from tests.journeys.test_pauses import notice, pause, resume
from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.queries.clock_page import clock_page

ACCEPTED = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)


def accepted() -> int:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
    return case.id


def page(client: FlaskClient, address: str) -> html.HtmlElement:
    response = client.get(address)
    assert response.status_code == 200
    return html.fromstring(response.get_data(as_text=True))


def section(tree: html.HtmlElement, key: str) -> str:
    return " ".join(tree.get_element_by_id(key).text_content().split())


def test_the_page_tells_why_each_day_is_due(client: FlaskClient, db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(datetime(2026, 9, 22, 2, 0, tzinfo=UTC)):
        pause(db, case_id, document=notice(db, case_id), expected_days=3)
    with frozen_at(datetime(2026, 9, 24, 2, 0, tzinfo=UTC)):
        resume(db, case_id)
    with frozen_at(LATER):
        office.sign_in(client, "zhaolin")
        tree = page(client, f"/cases/{case_id}/clocks")
    drugs = section(tree, "item-P2")
    for told in (
        "起算：2026年9月18日（受理），当日不计入",
        "期限：12个工作日（依据：",
        "不计入：国庆节 10月1日至10月7日",
        "计入：国庆节调休上班",
        "暂停计时：检验、检测、检疫、鉴定，2026年9月22日至2026年9月24日，告知书江特〔2026〕1号",
        "本环节：资料审查",
        "在本部门5 个工作日",
        "暂停计时2 个工作日",
        "全程7 个工作日",
    ):
        assert told in drugs, told
    assert "联办时限：45个工作日" in section(tree, "joint")
    assert "国办发明电〔2025〕7号" in tree.text_content()


def test_the_limit_of_a_step_leaves_out_the_days_of_a_pause_as_supervision_does(db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(ACCEPTED):
        pause(db, case_id, document=notice(db, case_id), expected_days=3)
    with frozen_at(datetime(2026, 9, 22, 2, 0, tzinfo=UTC)):
        resume(db, case_id)
    with frozen_at(LATER):
        shown = clock_page(case_id, "")
    step = next(one for item in shown.items if item.item.key == "P2" for one in item.steps)
    rules = rules_in_force()
    assert rules.signals is not None
    # The pause took Sunday 20 (worked), Monday 21 and Tuesday 22.
    counted = rules.calendar.working_days_between(ACCEPTED.date(), step.due_on)
    assert counted == rules.signals.steps["examine"].value + 3


def test_lists_and_pages_lead_to_it(client: FlaskClient, db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(LATER):
        office.sign_in(client, "zhaolin")
        task = office.open_task(case_id, "examine", "P2").id
        for address in ("/inbox", f"/tasks/{task}", f"/cases/{case_id}"):
            links = page(client, address).xpath("//a[contains(@class, 'due')]/@href")
            assert any(link.startswith(f"/cases/{case_id}/clocks") for link in links), address
        office.sign_in(client, office.CLERK)
        assert page(client, "/window?tab=all").xpath(f"//a[@href='/cases/{case_id}/clocks']")


def test_who_has_no_part_in_the_case_does_not_see_it(client: FlaskClient, db: SQLAlchemy) -> None:
    case_id = accepted()
    office.sign_in(client, "qinyong")
    assert client.get(f"/cases/{case_id}/clocks").status_code == 404


def test_the_limit_of_a_joint_visit_stands_with_those_of_the_whole(client: FlaskClient, db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for item in ("P2", "P3"):
            office.act(case.id, "accept", item)
            office.act(case.id, "examine", item, visit_needed=True)
    with frozen_at(LATER):
        office.sign_in(client, "zhaolin")
        whole = section(page(client, f"/cases/{case.id}/clocks"), "joint")
    rules = rules_in_force()
    assert rules.signals is not None
    assert ("本环节：联合核查" in whole) == ("visit" in rules.signals.steps)


def test_the_applicant_reads_why_a_correction_is_due_on_that_day(client: FlaskClient, db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2", intake_outcome="correction")
    with frozen_at(LATER):
        office.sign_in(client, office.CLERK)
        task = office.open_task(case.id, "correct", "P2").id
        window = page(client, f"/window/corrections/{task}").text_content()
        token = office.csrf_token(client)
        client.post("/sign-out", data={"csrf_token": token})
        client.get("/track")
        values = {"number": case.number, "code": case.code, "csrf_token": office.csrf_token(client)}
        assert client.post("/track", data=values).status_code == 302
        public = page(client, "/track/corrections/P2").text_content()
    for told in (window, public):
        assert "起算：2026年9月18日（补正告知），当日不计入" in told
        assert "不计入：国庆节 10月1日至10月7日" in told


def test_what_came_outside_office_hours_says_why_it_starts_later(client: FlaskClient, db: SQLAlchemy) -> None:
    """Received on a Saturday, near the end of the year: the next working day begins it, and two years are used."""
    saturday = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
    with frozen_at(saturday):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
        office.sign_in(client, "zhaolin")
        tree = page(client, f"/cases/{case.id}/clocks")
    drugs = section(tree, "item-P2")
    assert "收件：2026年11月28日（周六）10:00，不在办公时间内，按下一工作日起算" in drugs
    assert "受理：2026年11月28日（周六）10:00，不在办公时间内，按下一工作日起算" in drugs
    assert "起算：2026年11月30日（受理），当日不计入" in drugs
    years = [row.text_content().split()[0] for row in tree.xpath("//section[@aria-labelledby='tables-title']//th")]
    assert {"2026", "2027"} <= set(years)


def test_what_came_within_office_hours_says_nothing_of_them(client: FlaskClient, db: SQLAlchemy) -> None:
    case_id = accepted()
    with frozen_at(LATER):
        office.sign_in(client, "zhaolin")
        assert "不在办公时间内" not in section(page(client, f"/cases/{case_id}/clocks"), "item-P2")
