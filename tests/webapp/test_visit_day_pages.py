"""The pages of asking the units for a day of a joint visit, and of answering."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office, visiting
from tests.support.pages import Browser
from webapp.clock import frozen_at
from webapp.models import VisitRound

TUESDAY = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
DAYS = ["2026-09-03", "2026-09-04", "", "", ""]
PARTS = ["morning", "afternoon", "morning", "morning", "morning"]


@pytest.fixture
def case(db: SQLAlchemy) -> Iterator[office.Handle]:
    with frozen_at(TUESDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for item in ("P2", "P3"):
            office.act(case.id, "accept", item)
            office.act(case.id, "examine", item, visit_needed=True)
        yield case


def ask(person: Browser, page: str, days: list[str] = DAYS, key: str = "ask") -> int:
    person.open(page)
    sent = {"csrf_token": person.token, "key": key, "day": days, "part": PARTS, "days_note": "需要半天"}
    return person.client.post(f"{page}/visit-days", data=sent).status_code


def test_days_are_asked_answered_and_fixed_on_the_pages(
    db: SQLAlchemy, case: office.Handle, client: FlaskClient
) -> None:
    officer, drug = office.member_of("market.visit").login, office.member_of("drug.review").login
    page = f"/tasks/{visiting.open_visit(case.id).id}"
    person = Browser(client, officer)
    assert "向各单位征询日期" in person.open(page).words("//aside")
    assert ask(person, page, ["", "", "", "", ""], "none") == 422
    assert ask(person, page, ["tomorrow", "", "", "", ""], "no day") == 422
    assert ask(person, page) == 302
    seen = person.open(page).words("//aside")
    for words in ("第 1 次征询日期", "2026-09-03 周四 上午", "药品审查岗、医疗器械审查岗", "0 个单位能参加，共 2 个"):
        assert words in seen

    round_id = VisitRound.query.one().id
    address = f"/inbox/asked/visit-days/{round_id}"
    other = Browser(client, drug)
    listed = other.open("/inbox/asked")
    assert address in listed.links()
    assert "征询核查日期" in listed.words()
    first, second = sorted(name for name in other.open(address).fields(address) if name.startswith("note."))
    first, second = first.removeprefix("note."), second.removeprefix("note.")
    half = other.post(address, key="half", **{f"day.{first}": "can"})
    assert half.status_code == 422
    assert "请选择能否参加" in half.get_data(as_text=True)
    said = {f"day.{first}": "can", f"day.{second}": "cannot", f"note.{second}": "<b>有会</b>"}
    assert other.post(address, key="said", **said).status_code == 302
    again = other.open(address)
    assert "已答复，可以修改" in again.text
    assert "<b>有会</b>" not in again.text  # shown as it was typed, and no more
    assert "&lt;b&gt;有会&lt;/b&gt;" in again.text

    person = Browser(client, officer)
    fields = person.open(page).fields(f"{page}/visit-days/{round_id}/fix")
    chosen = {**fields, "visit_day": first, "visit_time": "09:30", "visit_place": "店内", "visit_contact": "0000-8611"}
    fix = f"{page}/visit-days/{round_id}/fix"
    without = person.post(fix, **chosen)
    assert without.status_code == 422
    assert "请写明仍定在这一天的理由" in without.get_data(as_text=True)
    assert person.post(fix, **{**chosen, "key": "fix", "fix_reason": "器械科无人答复。"}).status_code == 302
    seen = person.open(page).words("//aside")
    assert "已确定日期" in seen
    assert "09-03 09:30" in seen
    person.post("/track", number=case.number, code=case.code)
    assert "09-03 09:30" in person.client.get("/track/progress").get_data(as_text=True)
    assert "已确定日期" in Browser(client, drug).open(address).text


def test_a_round_is_called_off_on_the_page_and_another_post_finds_nothing(
    db: SQLAlchemy, case: office.Handle, client: FlaskClient
) -> None:
    page = f"/tasks/{visiting.open_visit(case.id).id}"
    person = Browser(client, office.member_of("market.visit").login)
    assert ask(person, page) == 302
    round_id = VisitRound.query.one().id
    appointed = {"visit_at": "2026-09-03T09:30", "visit_place": "店内", "visit_contact": "0000"}
    meanwhile = person.post(f"{page}/appointment", key="direct", **appointed)
    assert meanwhile.status_code == 409
    assert "正在征询各单位可以参加的日期" in meanwhile.get_data(as_text=True)
    assert person.client.get(f"/inbox/asked/visit-days/{round_id}").status_code == 404
    assert person.client.get("/inbox/asked/visit-days/999999999999").status_code == 404
    off = f"{page}/visit-days/{round_id}/off"
    assert person.post(off, key="silent", off_reason="").status_code == 422
    assert person.post(off, key="off", off_reason="改由一科核查。").status_code == 302
    assert person.post(off, key="again", off_reason="再来。").status_code == 409
    assert "已结束，未定日期" in person.open(page).words("//aside")
