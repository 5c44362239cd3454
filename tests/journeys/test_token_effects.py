"""What a page says before tokens are moved is what then happens: to tasks and timers, and to the law's clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.runtime import Add, Move, Remove
from tests.engine.runtime.diagrams import ext, job
from tests.journeys.test_repair import lead, state_mark, token_on
from tests.support import machines, office
from webapp import clock
from webapp.catalogue import current_releases, published
from webapp.errors import NotFound
from webapp.queries.token_effects import Effects, token_effects
from webapp.services import repair
from webapp.services.failures import RepairFailed
from webapp.services.repair import Change, ChangesRefused, ProcessMoved
from webapp.unit_of_work import sql, unit_of_work


def said(effects: Iterable[object]) -> str:
    return "\n".join(one.words.zh for one in effects)  # type: ignore[attr-defined]


def graves(effects: Iterable[object]) -> str:
    return "\n".join(one.words.zh for one in effects if one.grave)  # type: ignore[attr-defined]


def instance_of(case_id: int) -> int:
    return machines.instances(case_id)[0][0]


def looked_over(case_id: int, changes: Sequence[Change]) -> Effects:
    instance = instance_of(case_id)
    return token_effects(case_id, instance, changes, state_mark(instance))


def done(case_id: int, changes: Sequence[Change], key: str = "k") -> None:
    instance = instance_of(case_id)
    repair.change_tokens(case_id, instance, changes, by=lead(), reason="调整", seen=state_mark(instance), key=key)


def token_in(case_id: int, element: str, item: str) -> int:
    """The token on this element in the process of the item."""
    instance = instance_of(case_id)
    scopes = scopes_of(instance, item)
    found = [one for one in machines.seen(instance).active if one.element == element]
    return next(one.token for one in found if one.scope in scopes or one.home in scopes)


def due(case_id: int, item: str, name: str) -> tuple[date, bool]:
    row = (
        sql()
        .execute(
            "select l.due_on, l.stopped_on is not null from legal_clock l join item_case i on i.id = l.item_case_id"
            " where i.case_id = %s and i.item_key = %s and l.name = %s",
            (case_id, item, name),
        )
        .fetchone()
    )
    assert row is not None
    return row


def timers_at(case_id: int) -> list[str]:
    rows = sql().execute("select element from timer where case_id = %s order by element", (case_id,))
    return [element for (element,) in rows]


def test_going_back_to_acceptance_starts_no_limit_anew(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={}).id
    office.act(case, "backfill", "P1")
    office.act(case, "accept", "P6")
    office.claimed(case, "review", "P6")
    promised, intake = due(case, "P6", "promised"), due(case, "P6", "intake")
    back = [Move(token_in(case, "review", "P6"), "accept")]
    told = looked_over(case, back)
    name = published(current_releases()[office.BUNDLE]).bundle.item("P6").name.zh
    assert f"取消任务“审查意见”（{name}）" in said(told.process)
    assert "正在办理" in graves(told.process)  # somebody has it
    assert f"新开任务“受理审查”（{name}）" in said(told.process)
    assert f"承诺办结时限（{name}）继续计算，到期日仍为 {promised[0]}" in said(told.law)
    assert f"受理时限（{name}）已经停止计算，不重新起算" in graves(told.law)
    assert f"承诺办结时限（{name}）过八成时，流程不再自动走" in graves(told.law)
    assert "其他事项正在计算的" in said(told.law)
    before = timers_at(case)
    done(case, back)
    assert (due(case, "P6", "promised"), due(case, "P6", "intake")) == (promised, intake)
    assert ("P6", "accept") in office.open_steps(case)
    assert ("P6", "review") not in office.open_steps(case)
    assert timers_at(case) != before


def test_entering_an_item_again_starts_its_limit_of_intake_anew(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={}).id
    office.act(case, "backfill", "P1")
    release = published(current_releases()[office.BUNDLE])
    item = release.bundle.item("P6")
    old = due(case, "P6", "intake")
    with clock.frozen_at(clock.now() + timedelta(days=10)):
        again = [Move(token_on(instance_of(case), item.call_activity), item.call_activity)]
        told = looked_over(case, again)
        assert f"事项“{item.name.zh}”从头开始：受理或者办结的时限从调整之时重新起算" in graves(told.law)
        assert f"受理时限（{item.name.zh}）继续计算" not in said(told.law)
        done(case, again)
    assert due(case, "P6", "intake")[0] > old[0]


def test_an_item_that_is_taken_out_and_put_back_is_told_once_with_who_gets_its_task(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={}).id
    office.act(case, "backfill", "P1")
    item = published(current_releases()[office.BUNDLE]).bundle.item("P6")
    instance = instance_of(case)
    again = [Remove(token_on(instance, item.call_activity)), Add(item.call_activity)]
    told = looked_over(case, again)
    assert f"新开任务“受理审查”（{item.name.zh}），岗位：招牌审查岗" in said(told.process)
    assert f"受理时限（{item.name.zh}）届满时，流程仍自动走" in said(told.law)
    assert f"受理时限（{item.name.zh}）届满时，流程不再" not in said(told.law)
    assert f"受理时限（{item.name.zh}）届满时，流程自动走" not in said(told.law)


def test_taking_an_item_out_leaves_it_without_a_ruling(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={}).id
    office.act(case, "backfill", "P1")
    item = published(current_releases()[office.BUNDLE]).bundle.item("P6")
    running = due(case, "P6", "intake")
    out = [Remove(token_on(instance_of(case), item.call_activity))]
    told = looked_over(case, out)
    assert f"事项“{item.name.zh}”的流程到此结束而没有办理决定，时限继续计算" in graves(told.law)
    assert f"受理时限（{item.name.zh}）届满时，流程不再自动走" in graves(told.law)  # nothing is deemed accepted then
    done(case, out)
    assert due(case, "P6", "intake") == running
    assert not [step for key, step in office.open_steps(case) if key == "P6"]


def test_a_ruling_that_was_made_stays(db: SQLAlchemy) -> None:
    case = office.received("commitment").id
    office.act(case, "immediate", "P2")
    item = published(current_releases()[office.BUNDLE]).bundle.item("P2")
    again = [Add(*task_of(case, "P2"))]
    told = looked_over(case, again)
    assert f"事项“{item.name.zh}”已有办理结果，退回办理不撤销已作出的决定" in graves(told.law)
    done(case, again)
    row = sql().execute("select outcome from item_case where case_id = %s and item_key = 'P2'", (case,)).fetchone()
    assert row == ("granted",)


def task_of(case_id: int, item: str) -> tuple[str, int]:
    """A user task in a process of the item that is open, and its scope."""
    instance = instance_of(case_id)
    release = published(current_releases()[office.BUNDLE])
    scopes = machines.seen(instance).scopes
    return next(
        (node.id, scope)
        for scope in scopes_of(instance, item)
        for node in release.program.processes[scopes[scope].process].nodes.values()
        if scopes[scope].kind == "call" and node.type == "userTask" and node.container is None
    )


def scopes_of(instance: int, item: str) -> list[int]:
    """The scopes of the instance that belong to the item."""
    statement = """
        select i.scopes, c.id from process_instance i
        join item_case c on c.case_id = i.case_id and c.item_key = %s where i.id = %s
    """
    row = sql().execute(statement, (item, instance)).fetchone()
    assert row is not None
    return [int(scope) for scope, item_case in row[0].items() if item_case == row[1]]


def test_jobs_messages_and_the_end_are_told(db: SQLAlchemy) -> None:
    drawn = "start s\nuser a\nservice work\ncatch heard message paid\nend e\ns -> a -> work -> heard -> e"
    case, instance = machines.run(machines.publish(drawn, {"work": ext(job("ask-register"))}))
    token = token_on(instance, "a")
    assert "执行后台作业“work”（ask-register），做过的会再做一次" in graves(
        looked_over(case, [Move(token, "work")]).process
    )
    told = looked_over(case, [Move(token, "heard")])
    assert "等待消息 paid" in said(told.process)
    assert [one.zh for one in told.changes] == [f"令牌 {token} 从“a”移到“heard”"]
    ended = looked_over(case, [Move(token, "e")])
    assert "结束" in graves(ended.process)
    assert machines.tasks(case) == ["a"]  # nothing of it was kept
    done(case, [Move(token, "heard")])
    back = looked_over(case, [Move(token_on(instance, "heard"), "a")])
    assert "不再等待消息 paid" in said(back.process)


def test_what_cannot_be_done_is_refused_before(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish("start s\nuser a\nuser b\ns -> a -> b"))
    mark = state_mark(instance)
    with pytest.raises(ChangesRefused):
        token_effects(case, instance, [Move(999, "b")], mark)
    with pytest.raises(ProcessMoved):
        token_effects(case, instance, [Move(token_on(instance, "a"), "b")], "another")
    with pytest.raises(NotFound):
        token_effects(case + 1, instance, [Add("b")], mark)
    with unit_of_work():
        sql().execute("update process_instance set state = '\\x00' where id = %s", (instance,))
    with pytest.raises(RepairFailed):
        token_effects(case, instance, [Add("b")], state_mark(instance))
