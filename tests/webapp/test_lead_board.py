"""科室看板: load, work that nobody has, who is away, assigning from it; 督办 from order to answer or signal."""

from __future__ import annotations

import csv
import tomllib
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
from webapp.services import order_watch, orders, substitution, tasks
from webapp.services.orders import NoPostThere, OrderClosed, OrderLifted
from webapp.services.organisation import leading_posts
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


def test_a_department_of_deciders_is_led_by_them_and_one_with_a_head_is_not(
    db: SQLAlchemy, client: FlaskClient
) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    task = office.open_task(case.id, "accept", "P6")
    decider, officer = office.person("zhudefu"), office.person(ELSEWHERE)
    screen = Browser(client, decider.login)
    assert any(case.number in " ".join(row) for row in screen.open("/board").rows())
    assert "本部门全部" in screen.open("/inbox").words()
    typed = {"to": str(officer.user_id), "reason": "", "revision": task.revision}
    answer = screen.post(f"/tasks/{task.id}/more/assign", key="k", **typed)
    assert answer.status_code == 302
    db.session.expire_all()
    assert db.session.get(UserTask, task.id).assignee_id == officer.user_id
    assert Browser(client, "sunguoqiang").client.get("/board").status_code == 403


def test_who_leads_is_said_by_the_organisation_and_where_it_says_nothing_by_its_usual_roles() -> None:
    data = tomllib.loads(
        """
        leading_roles = ["decider"]
        [sections.one]
        department = "first"
        [sections.two]
        department = "second"
        [groups."a.decide"]
        section = "one"
        role = "decider"
        [groups."a.review"]
        section = "one"
        role = "reviewer"
        leads = true
        [groups."b.decide"]
        section = "two"
        role = "decider"
        [groups."b.review"]
        section = "two"
        role = "reviewer"
        """
    )
    assert leading_posts(data) == {"a.review", "b.decide"}
    assert leading_posts({**data, "leading_roles": []}) == {"a.review"}


def test_who_stands_in_for_a_lead_gives_work_out_too(db: SQLAlchemy, client: FlaskClient) -> None:
    today = clock.today(moments.OFFICE_ZONE)
    absent, stand_in = office.person("zhudefu"), office.person(ELSEWHERE)
    assert Browser(client, ELSEWHERE).client.get("/board").status_code == 403
    naming = Naming(absent.user_id, stand_in.user_id, today, today + timedelta(1), reason="开会")
    substitution.name_stand_in(naming, by=absent)
    assert Browser(client, ELSEWHERE).client.get("/board").status_code == 200


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


def test_a_formula_in_a_name_is_disarmed_in_both_files(two: list[office.Handle], client: FlaskClient) -> None:
    evil = '=cmd|"/c calc"!A1'
    sql().execute("update cases set subject_name = %s where id = %s", (evil, two[0].id))
    sql().execute("update app_user set name = %s where login = %s", ("@SUM(1)", REVIEWER))
    Browser(client, HEAD)
    for path, disarmed in (("work", f"'{evil}"), ("people", "'@SUM(1)")):
        text = client.get(f"/board/{path}.csv?show=all").get_data(as_text=True)
        cells = {cell for line in csv.reader(text.lstrip("\ufeff").splitlines()) for cell in line}
        assert disarmed in cells
        assert not any(cell.startswith(("=", "@")) for cell in cells)


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
        assert order_watch.sweep() == 0
    with frozen_at(NOW + timedelta(days=3)):
        assert order_watch.sweep() == 1
        assert order_watch.sweep() == 0
    db.session.expire_all()
    marked = db.session.get(SupervisoryOrder, order.id)
    assert marked is not None
    assert marked.overdue_at is not None
    (signal,) = SupervisionSignal.query.filter_by(kind="order-unanswered")
    assert signal.unit == "approval-bureau"
    assert list(verify_all()) == []


def kinds_of(case_id: int) -> list[str]:
    rows = sql().execute("select kind from case_event where case_id = %s order by seq", (case_id,))
    return [kind for (kind,) in rows]


def test_who_gave_an_order_lifts_it_with_a_reason_and_whom_it_was_for_is_told(
    db: SQLAlchemy, two: list[office.Handle], client: FlaskClient
) -> None:
    task = waiting(two[0])
    tasks.claim(task.id, by=office.person(REVIEWER))
    order = ordered(task)
    other = ordered(task, by=SUPERVISOR, key="s")
    task_id, case_id, first_id, other_id = task.id, task.case_id, order.id, other.id
    db.session.commit()
    place = f"/tasks/{task_id}/more/lift-order"
    assert place not in Browser(client, REVIEWER).open(f"/tasks/{task_id}").links()
    screen = Browser(client, HEAD)
    assert "请尽快办结。" in screen.open(place).words()
    refused = Page(screen.post(place, key="l", lifted=str(first_id), lift_reason=" "))
    assert refused.status == 422
    assert "请填写解除理由" in refused.words()
    assert screen.post(place, key="m", lifted=str(first_id), lift_reason="材料须另行补送。").status_code == 302
    told = Notice.query.filter_by(user_id=office.person(REVIEWER).user_id, kind="order-lifted").one()
    assert told.facts["reason"] == "材料须另行补送。"
    shown = Browser(client, REVIEWER).open(f"/tasks/{task_id}")
    assert "督办已解除" in shown.words()
    assert "材料须另行补送。" in shown.words()
    assert kinds_of(case_id)[-1] == "order-lifted"
    with pytest.raises(OrderLifted):
        orders.answer_order(task_id, first_id, by=office.person(REVIEWER), answer="好。", key="x")
    with pytest.raises(OrderLifted):
        orders.lift_order(task_id, first_id, by=office.person(HEAD), reason="再次。", key="n")
    with pytest.raises(NotYours):
        orders.lift_order(task_id, other_id, by=office.person(HEAD), reason="不是我下的。", key="o2")
    with pytest.raises(NotYours):
        orders.lift_order(task_id, other_id, by=office.person(REVIEWER), reason="办不完。", key="p2")
    assert "督办，限期" in Browser(client, REVIEWER).open("/inbox?tab=mine").words()
    orders.lift_order(task_id, other_id, by=office.person(SUPERVISOR), reason="情况已核实。", key="q2")
    assert "督办，限期" not in Browser(client, REVIEWER).open("/inbox?tab=mine").words()
    assert list(verify_all()) == []


def test_a_lifted_order_raises_no_signal_and_of_several_one_is_chosen(db: SQLAlchemy, client: FlaskClient) -> None:
    with frozen_at(NOW):
        task = waiting(office.received("refused-item", ways={}))
        first, second = ordered(task), ordered(task, key="two")
        page = Browser(client, HEAD).open(f"/tasks/{task.id}/more/lift-order")
        assert "解除哪一项督办" in page.words()
        for order in (first, second):
            orders.lift_order(task.id, order.id, by=office.person(HEAD), reason="重复。", key=f"l{order.id}")
    with frozen_at(NOW + timedelta(days=3)):
        assert order_watch.sweep() == 0
    assert SupervisionSignal.query.filter_by(kind="order-unanswered").count() == 0


def test_an_order_whose_giver_has_left_is_lifted_by_who_may_order(two: list[office.Handle]) -> None:
    task = waiting(two[0])
    order = ordered(task, by=SUPERVISOR)
    with pytest.raises(NotYours):
        orders.lift_order(task.id, order.id, by=office.person(HEAD), reason="已离任。", key="a")
    sql().execute("update app_user set active = false where login = %s", (SUPERVISOR,))
    orders.lift_order(task.id, order.id, by=office.person(HEAD), reason="已离任。", key="b")


def test_an_order_ends_with_its_task_and_who_gave_it_is_told(db: SQLAlchemy, client: FlaskClient) -> None:
    with frozen_at(NOW):
        case = office.received("refused-item", ways={})
        task = waiting(case)
        order = ordered(task, to=None)
        assert order_watch.sweep() == 0
        office.act(case.id, "accept", "P2")
        page = Browser(client, REVIEWER).open(f"/tasks/{task.id}")
        assert "督办已结束" in page.words()
        assert order_watch.sweep() == 1
        assert order_watch.sweep() == 0
    with frozen_at(NOW + timedelta(days=3)):
        assert order_watch.sweep() == 0
    db.session.expire_all()
    ended = db.session.get(SupervisoryOrder, order.id)
    assert ended is not None
    assert ended.ended_at is not None
    assert Notice.query.filter_by(user_id=office.person(HEAD).user_id, kind="order-ended").count() == 1
    assert "order-ended" in kinds_of(case.id)
    assert list(verify_all()) == []
