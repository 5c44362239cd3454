"""科室看板: load, work that nobody has, who is away, assigning from it; 督办 from order to answer or signal."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.pages import Browser, Page
from webapp import clock, moments
from webapp.clock import frozen_at
from webapp.errors import Incomplete, NotYours
from webapp.models import BulkAct, Notice, SupervisionSignal, SupervisoryOrder, UserTask
from webapp.queries.audit import verify_all
from webapp.services import orders, substitution, tasks
from webapp.services.orders import NoPostThere, OrderClosed
from webapp.services.substitution import Naming
from webapp.unit_of_work import sql

NOW = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
HEAD, REVIEWER, COLLEAGUE, ELSEWHERE, SUPERVISOR = "gaozhiyuan", "qianwei", "zhaolin", "hanlei", "xieguang"


@pytest.fixture
def two(db: SQLAlchemy) -> list[office.Handle]:
    return [office.received(name, ways={}) for name in ("refused-item", "mixed-ways")]


def waiting(case: office.Handle) -> UserTask:
    return office.open_task(case.id, "accept", "P2")


def line_of(page: Page, name: str) -> list[str]:
    return next(row for row in page.rows() if row[0] == name)


def test_a_head_sees_load_and_free_work_and_gives_it_out(two: list[office.Handle], client: FlaskClient) -> None:
    first, second = map(waiting, two)
    tasks.claim(first.id, by=office.person(REVIEWER))
    screen = Browser(client, HEAD)
    page = screen.open("/board")
    reviewer = office.person(REVIEWER)
    assert line_of(page, reviewer.name)[1] == "1"
    assert any(two[1].number in row for row in page.rows())
    free = [row for row in page.rows() if "受理审查" in " ".join(row) and "药品经营许可" in " ".join(row)]
    assert two[0].number not in " ".join(" ".join(row) for row in free)
    to = office.person(COLLEAGUE)
    row = f"{second.id}.{second.revision}"
    confirm = Page(screen.post("/inbox/bulk", act="assign", task=row, to=str(to.user_id), next="/board"))
    assert "将办理 1 件" in confirm.words()
    answer = screen.post("/inbox/bulk/carry-out", act="assign", task=row, to=str(to.user_id), key="k", next="/board")
    assert answer.status_code == 302
    assert BulkAct.query.count() == 1
    assert line_of(screen.open("/board"), to.name)[1] == "1"
    mine = screen.open(f"/board?person={to.user_id}")
    assert to.name in mine.heading
    assert any(two[1].number in line for line in mine.rows())


def test_the_board_is_for_who_leads_and_shows_their_own_department(
    two: list[office.Handle], client: FlaskClient
) -> None:
    assert Browser(client, REVIEWER).client.get("/board").status_code == 403
    screen = Browser(client, HEAD)
    names = {row[0] for row in screen.open("/board").rows()}
    assert office.person(ELSEWHERE).name not in names
    foreign = office.person(ELSEWHERE).user_id
    assert screen.client.get(f"/board?person={foreign}").status_code == 404
    assert screen.client.get("/board?show=nonsense&after=x&before=y").status_code == 200


def test_who_is_away_and_who_stands_in_is_told(two: list[office.Handle], client: FlaskClient) -> None:
    today = clock.today(moments.OFFICE_ZONE)
    absent, stand_in = office.person(REVIEWER), office.person(COLLEAGUE)
    naming = Naming(absent.user_id, stand_in.user_id, today, today + timedelta(3), reason="培训")
    substitution.name_stand_in(naming, by=absent)
    page = Browser(client, HEAD).open("/board")
    assert f"由{stand_in.name}代办" in line_of(page, absent.name)[7]
    assert f"代{absent.name}" in line_of(page, stand_in.name)[8]


def test_the_files_are_what_is_on_the_screen(two: list[office.Handle], client: FlaskClient) -> None:
    screen = Browser(client, HEAD)
    page = screen.open("/board?show=all")
    for path in ("people", "work"):
        text = screen.client.get(f"/board/{path}.csv?show=all").get_data(as_text=True)
        heads, *lines = list(csv.reader(text.lstrip("\ufeff").splitlines()))
        on_screen = [row[: len(heads)] for row in page.rows()]
        assert all(line in on_screen for line in lines), (path, lines)


def test_the_board_asks_as_much_of_few_tasks_as_of_many(
    two: list[office.Handle], client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    asked: list[str] = []
    execute = psycopg.Connection.execute

    def counting(self: object, query: object, *more: object, **options: object) -> object:
        asked.append(str(query)[:60])
        return execute(self, query, *more, **options)  # type: ignore[arg-type]

    screen = Browser(client, HEAD)
    screen.open("/board?show=all")
    monkeypatch.setattr(psycopg.Connection, "execute", counting)
    screen.open("/board?show=all")
    few = len(asked)
    for _ in range(3):
        office.received("refused-item", ways={})
    screen.open("/board?show=all")
    asked.clear()
    screen.open("/board?show=all")
    assert len(asked) == few
    assert few <= 16, asked


# 督办


def ordered(
    task: UserTask, *, by: str = HEAD, to: str | None = REVIEWER, days: int = 2, key: str = "o"
) -> SupervisoryOrder:
    finish_by = clock.today(moments.OFFICE_ZONE) + timedelta(days)
    to_id = office.person(to).user_id if to else None
    orders.order(task.id, by=office.person(by), to_id=to_id, words="请尽快办结。", finish_by=finish_by, key=key)
    found = SupervisoryOrder.query.order_by(SupervisoryOrder.id.desc()).first()
    assert found is not None
    return found


def test_an_order_is_told_shown_and_answered_by_who_is_named(two: list[office.Handle], client: FlaskClient) -> None:
    task = waiting(two[0])
    tasks.claim(task.id, by=office.person(REVIEWER))
    screen = Browser(client, HEAD)
    page = screen.open(f"/tasks/{task.id}/more/order")
    assert "督办要求" in page.words()
    day = (clock.today(moments.OFFICE_ZONE) + timedelta(2)).isoformat()
    me = office.person(REVIEWER)
    form = {"order_to": str(me.user_id), "order_words": "请于限期内办结。", "finish_by": day}
    answer = screen.post(f"/tasks/{task.id}/more/order", key="o", **form)
    assert answer.status_code == 302
    assert Notice.query.filter_by(user_id=me.user_id, kind="ordered").count() == 1
    reviewer = Browser(client, REVIEWER)
    assert f"督办，限期 {day}" in reviewer.open("/inbox?tab=mine").words()
    workspace = reviewer.open(f"/tasks/{task.id}")
    assert "请于限期内办结。" in workspace.words()
    (order,) = SupervisoryOrder.query.all()
    form_page = reviewer.open(f"/tasks/{task.id}/more/answer-order")
    assert "请于限期内办结。" in form_page.words()
    done = reviewer.post(
        f"/tasks/{task.id}/more/answer-order", order=str(order.id), order_answer="材料已核对，明日办结。", key="a"
    )
    assert done.status_code == 302
    assert "材料已核对，明日办结。" in reviewer.open(f"/tasks/{task.id}").words()
    assert "督办，限期" not in reviewer.open("/inbox?tab=mine").words()
    assert Notice.query.filter_by(kind="order-answered").count() == 1
    kinds = [
        kind
        for (kind,) in sql().execute("select kind from case_event where case_id = %s order by seq", (task.case_id,))
    ]
    assert kinds[-2:] == ["ordered", "order-answered"]
    assert list(verify_all()) == []


def test_only_who_leads_or_supervises_orders_and_only_who_is_meant_answers(two: list[office.Handle]) -> None:
    task = waiting(two[0])
    with pytest.raises(NotYours):
        ordered(task, by=COLLEAGUE)
    with pytest.raises(NoPostThere):
        ordered(task, to=ELSEWHERE)
    with pytest.raises(Incomplete):
        ordered(task, days=-1)
    with pytest.raises(Incomplete):
        orders.order(task.id, by=office.person(HEAD), to_id=None, words=" ", finish_by=date(2099, 1, 1), key="w")
    order = ordered(task, by=SUPERVISOR, key="s")
    with pytest.raises(NotYours):
        orders.answer_order(task.id, order.id, by=office.person(COLLEAGUE), answer="好。", key="x")
    orders.answer_order(task.id, order.id, by=office.person(REVIEWER), answer="好。", key="y")
    with pytest.raises(OrderClosed):
        orders.answer_order(task.id, order.id, by=office.person(REVIEWER), answer="好。", key="z")
    of_unit = ordered(task, to=None, key="u")
    orders.answer_order(task.id, of_unit.id, by=office.person(HEAD), answer="已安排。", key="v")


def test_a_supervisor_orders_from_the_case(two: list[office.Handle], client: FlaskClient) -> None:
    task = waiting(two[0])
    screen = Browser(client, SUPERVISOR)
    place = f"/tasks/{task.id}/more/order"
    assert place in screen.open(f"/cases/{task.case_id}").links()
    assert "督办要求" in screen.open(place).words()
    day = clock.today(moments.OFFICE_ZONE).isoformat()
    refused = Page(screen.post(place, key="o", order_to="", order_words="", finish_by=day))
    assert refused.status == 422
    assert "请写明督办的要求" in refused.words()
    assert (
        screen.post(place, key="p", order_to="", order_words="=HYPERLINK(1)<b>限期</b>", finish_by=day).status_code
        == 302
    )
    told = Browser(client, REVIEWER).open(f"/tasks/{task.id}")
    assert "=HYPERLINK(1)<b>限期</b>" in told.words()
    assert "<b>限期</b>" not in told.text


def test_an_order_that_nobody_answers_raises_a_signal_once(db: SQLAlchemy) -> None:
    with frozen_at(NOW):
        case = office.received("refused-item", ways={})
        order = ordered(waiting(case))
        assert orders.sweep() == 0
    with frozen_at(NOW + timedelta(days=3)):
        assert orders.sweep() == 1
        assert orders.sweep() == 0
    db.session.expire_all()
    marked = db.session.get(SupervisoryOrder, order.id)
    assert marked is not None
    assert marked.overdue_at is not None
    (signal,) = SupervisionSignal.query.filter_by(kind="order-unanswered")
    assert signal.unit == "approval-bureau"
    assert list(verify_all()) == []
