"""A case is brought back on its way by hand: variables corrected, steps passed over, tokens moved, releases changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.runtime import Add, Move, Remove
from tests.engine.runtime.diagrams import ext, io, job
from tests.support import machines, office
from webapp import clock
from webapp.errors import Incomplete, NotFound, NotYours
from webapp.queries.audit import verify_all
from webapp.services import engine_jobs, incidents, migration, repair, suspension, timers
from webapp.services.failures import RepairFailed
from webapp.services.incidents import AlreadyRetried, NothingToSkip
from webapp.services.migration import MigrationImpossible
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.repair import ChangesRefused, ProcessMoved
from webapp.unit_of_work import sql

LEAD = "weixiaohong"
#: A choice that nobody can make while `size` is missing.
CHOICE = "start s\nxor x\nuser big\nuser small\ns -> x\nx -> big if size > 10\nx -> small if size <= 10"
ASKS = "start s\nservice ask\nuser after\ns -> ask -> after"
WORK = {"ask": ext(job("ask-register"), io({"number": "n"}))}


def lead() -> Any:
    return office.person(LEAD)


def only_incident(case_id: int) -> int:
    [(incident, _, _)] = machines.incidents(case_id)
    return incident


def state_mark(instance: int) -> str:
    row = sql().execute("select state from process_instance where id = %s", (instance,)).fetchone()
    assert row is not None
    return repair.state_mark(bytes(row[0]))


def token_on(instance: int, element: str) -> int:
    return next(one.token for one in machines.seen(instance).active if one.element == element)


def gives_up(case_id: int) -> int:
    """The case's job fails until its tries are used up; the id of the incident."""
    row = sql().execute("select id from engine_job where case_id = %s and state = 'open'", (case_id,)).fetchone()
    assert row is not None
    for _ in range(2):
        with pytest.raises(LookupError):
            engine_jobs.run(row[0])
    engine_jobs.run(row[0])
    return only_incident(case_id)


# Variables


def test_variables_are_corrected_and_the_step_goes_on(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish(CHOICE), size="many")
    incident = only_incident(case)
    incidents.correct_and_retry(incident, {"size": 12}, by=lead(), reason="面积录错", key="k")
    assert machines.tasks(case) == ["big"]
    assert machines.seen(instance).variables["size"] == 12
    assert machines.incidents(case) == []
    assert {"variables-changed", "incident-retried"} <= set(machines.ledger(case))
    bodies = " ".join(row[0] for row in sql().execute("select body from case_event where case_id = %s", (case,)))
    assert '"size"' in bodies
    assert "面积录错" not in bodies
    row = sql().execute("select kind, reason, by_id from repair where case_id = %s", (case,)).fetchone()
    assert row == ("variables-changed", "面积录错", lead().user_id)
    assert list(verify_all()) == []


def test_a_correction_that_does_not_help_opens_the_next_incident(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish(CHOICE), size="many")
    first = only_incident(case)
    again = incidents.correct_and_retry(first, {"size": "few"}, by=lead(), reason="试一次", key="k")
    assert again is not None
    assert '"few"' in again.zh or "few" not in again.zh
    assert only_incident(case) > first
    assert machines.tasks(case) == []


def test_a_job_gets_corrected_inputs(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    case, instance = machines.run(machines.publish(ASKS, WORK), n=7)
    incident = gives_up(case)
    asked: list[dict[str, Any]] = []

    def ask(running: engine_jobs.RunningJob) -> dict[str, Any]:
        asked.append(running.inputs)
        return {}

    monkeypatch.setitem(engine_jobs.HANDLERS, "ask-register", ask)
    incidents.correct_and_retry(incident, {"number": 8}, by=lead(), reason="编号更正", key="k")
    machines.work()
    assert asked == [{"number": 8}]
    assert machines.tasks(case) == ["after"]
    assert machines.seen(instance).variables["n"] == 7
    assert machines.incidents(case) == []
    assert machines.ledger(case).count("incident-opened") == 1


def test_a_timer_that_failed_fires_after_the_correction(db: SQLAlchemy) -> None:
    drawn = "start s\nuser wait\ntimer late on wait PT1H\nscript fill\nuser after\ns -> wait\nlate -> fill -> after"
    grows = {"fill": ext('<zeebe:script expression="=for i in 1..n return i" resultVariable="rows"/>')}
    case, _ = machines.run(machines.publish(drawn, grows), n=5_000_000)
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        timers.fire_due()
        [(incident, element, _)] = machines.incidents(case)
        assert element == "late"  # past a budget: the timer itself could not fire
        assert machines.tasks(case) == ["wait"]
        incidents.correct_and_retry(incident, {"n": 3}, by=lead(), reason="数量录错", key="k")
        timers.fire_due()
    assert machines.tasks(case) == ["after"]


@pytest.mark.parametrize("changes", [{}, {"size": 1}])
def test_a_correction_needs_a_reason_and_a_change(db: SQLAlchemy, changes: dict[str, Any]) -> None:
    case, _ = machines.run(machines.publish(CHOICE), size="many")
    with pytest.raises(Incomplete):
        incidents.correct_and_retry(only_incident(case), changes, by=lead(), reason="" if changes else "理由", key="k")
    assert len(machines.incidents(case)) == 1


def test_two_leads_on_one_incident(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish(CHOICE), size="many")
    incident = only_incident(case)
    incidents.correct_and_retry(incident, {"size": 12}, by=lead(), reason="更正", key="k")
    with pytest.raises(AlreadyCarriedOut):
        incidents.correct_and_retry(incident, {"size": 12}, by=lead(), reason="更正", key="k")
    with pytest.raises(AlreadyRetried):
        incidents.skip_incident(incident, by=lead(), reason="跳过", key="k2")
    with pytest.raises(AlreadyRetried):
        incidents.retry_incident(incident, by=lead())


# Passing over


def test_a_failed_job_is_passed_over_with_the_result_that_a_person_gives(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish(ASKS, WORK), n=7)
    incident = gives_up(case)
    incidents.skip_incident(incident, by=lead(), reason="已电话核实", key="k", results={"found": True})
    assert machines.tasks(case) == ["after"]
    assert machines.seen(instance).variables["found"] is True
    assert machines.incidents(case) == []
    assert "step-skipped" in machines.ledger(case)
    assert sql().execute("select state from engine_job").fetchall() == [("cancelled",)]
    assert machines.work() == 0 or machines.tasks(case) == ["after"]
    assert list(verify_all()) == []


def test_a_choice_cannot_be_passed_over(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish(CHOICE), size="many")
    with pytest.raises(RepairFailed) as refused:
        incidents.skip_incident(only_incident(case), by=lead(), reason="跳过", key="k")
    assert "不能跳过" in refused.value.words.zh
    assert len(machines.incidents(case)) == 1
    assert "step-skipped" not in machines.ledger(case)
    assert "refused-act" in machines.ledger(case)


def test_a_timer_is_nothing_to_pass_over(db: SQLAlchemy) -> None:
    endless = "start s\nuser wait\ntimer late on wait PT1H\ntask a\nxor x\ns -> wait\nlate -> x -> a -> x"
    case, _ = machines.run(machines.publish(endless))
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        timers.fire_due()
    with pytest.raises(NothingToSkip):
        incidents.skip_incident(only_incident(case), by=lead(), reason="跳过", key="k")


# Tokens

STEPS = "start s\nuser a\nuser b\nservice c\nuser d\ns -> a -> b -> c -> d"
STEPS_WORK = {"c": ext(job("ask-register"))}


def test_tokens_are_moved_added_and_removed(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish(STEPS, STEPS_WORK))

    def change(*changes: repair.Change) -> None:
        mark = state_mark(instance)
        repair.change_tokens(case, instance, changes, by=lead(), reason="退回重办", seen=mark, key=mark)

    machines.done(case, "a")
    change(Move(token_on(instance, "b"), "a"))
    assert machines.tasks(case) == ["a"]
    change(Add("d"))
    assert machines.tasks(case) == ["a", "d"]
    change(Remove(token_on(instance, "a")))
    assert machines.tasks(case) == ["d"]
    assert machines.ledger(case).count("tokens-changed") == 3
    row = sql().execute("select facts from repair where case_id = %s order by id limit 1", (case,)).fetchone()
    assert row is not None
    assert row[0]["changes"][0]["from"] == "b"
    assert row[0]["changes"][0]["to"] == "a"
    assert list(verify_all()) == []


def test_every_change_that_cannot_be_done_is_named(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish(STEPS, STEPS_WORK))
    with pytest.raises(ChangesRefused) as refused:
        repair.change_tokens(
            case,
            instance,
            [Move(999, "b"), Add("s"), Add("nowhere")],
            by=lead(),
            reason="退回",
            seen=state_mark(instance),
            key="k",
        )
    assert [where for where, _ in refused.value.refusals] == ["999", "s", "nowhere"]
    assert machines.tasks(case) == ["a"]


def test_a_page_from_before_the_last_step_changes_nothing(db: SQLAlchemy) -> None:
    case, instance = machines.run(machines.publish(STEPS, STEPS_WORK))
    mark, token = state_mark(instance), token_on(instance, "a")
    machines.done(case, "a")
    with pytest.raises(ProcessMoved):
        repair.change_tokens(case, instance, [Remove(token)], by=lead(), reason="退回", seen=mark, key="k")
    assert machines.tasks(case) == ["b"]


def test_a_suspended_case_is_repaired_and_what_opens_waits_for_the_resumption(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_jobs.HANDLERS, "ask-register", lambda running: {})
    drawn = STEPS + "\ntimer late on c PT1H\nuser reminded\nlate -> reminded"
    case, instance = machines.run(machines.publish(drawn, STEPS_WORK))
    suspension.suspend(case, by=lead(), reason="核查", key="s")
    change = [Move(token_on(instance, "a"), "c")]
    repair.change_tokens(case, instance, change, by=lead(), reason="直接查询", seen=state_mark(instance), key="k")
    machines.work()
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert timers.fire_due() == 0
        assert machines.tasks(case) == []
        suspension.resume(case, by=lead(), reason="完毕", key="r")
        machines.work()
    assert machines.tasks(case) == ["d"]


def test_an_instance_of_another_case_is_not_found(db: SQLAlchemy) -> None:
    release = machines.publish(STEPS, STEPS_WORK)
    (case, _), (_, other) = machines.run(release), machines.run(release)
    with pytest.raises(NotFound):
        repair.change_tokens(case, other, [Add("d")], by=lead(), reason="退回", seen=state_mark(other), key="k")


# Another release


def test_a_case_goes_on_with_another_release(db: SQLAlchemy) -> None:
    old = machines.publish(STEPS, STEPS_WORK)
    case, instance = machines.run(old)
    new = machines.publish(STEPS.replace("-> b", "-> e").replace("user b", "user e"), STEPS_WORK)
    migration.move_to_release(case, new, by=lead(), reason="流程已更新", key="k")
    machines.done(case, "a")
    assert machines.tasks(case) == ["e"]
    row = sql().execute(
        "select c.release_id, i.release_id from cases c join process_instance i on i.case_id = c.id where i.id = %s",
        (instance,),
    )
    assert row.fetchone() == (new, new)
    assert "release-changed" in machines.ledger(case)
    assert list(verify_all()) == []


def test_a_case_that_went_on_with_another_release_is_closed_by_its_process(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish("start s\nuser a\nuser b\ns -> a -> b"))
    new = machines.publish("start s\nuser a\ns -> a")
    migration.move_to_release(case, new, by=lead(), reason="流程已更新", key="k")
    machines.done(case, "a")
    assert machines.ledger(case)[-1] == "closed"


def test_a_release_that_does_not_fit_is_refused_with_every_reason(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish("start s\nuser a\nuser b\nand x\ns -> x -> a\nx -> b"))
    new = machines.publish("start s\nuser a2\nmanual b\nuser c\nand x\ns -> x -> a2\nx -> b -> c")
    with pytest.raises(MigrationImpossible) as refused:
        migration.move_to_release(case, new, by=lead(), reason="流程已更新", key="k")
    assert {one.element for one in refused.value.refusals} == {"a", "b"}
    assert machines.tasks(case) == ["a", "b"]
    assert "release-changed" not in machines.ledger(case)


def test_an_item_that_the_other_release_lacks_is_a_reason(db: SQLAlchemy) -> None:
    case, _ = machines.run(machines.publish(STEPS, STEPS_WORK))
    sql().execute(
        "insert into item_case (case_id, item_key, department_key, way, received_at, intake_note, accepted_under)"
        " values (%s, 'P99', 'approval-bureau', 'ordinary', %s, '', '')",
        (case, clock.now()),
    )
    with pytest.raises(MigrationImpossible) as refused:
        migration.move_to_release(case, machines.publish(STEPS, STEPS_WORK), by=lead(), reason="更新", key="k")
    assert [one.element for one in refused.value.refusals] == ["P99"]


def test_a_mapped_element_takes_its_task_its_timer_and_its_place_in_the_diagram_along(db: SQLAlchemy) -> None:
    drawn = "start s\nuser a\ntimer late on a PT1H\nuser after\nuser reminded\ns -> a -> after\nlate -> reminded"
    case, instance = machines.run(machines.publish(drawn))
    groups = {"z": ext('<zeebe:assignmentDefinition candidateGroups="drug.review"/>')}
    renamed = drawn.replace("user a\n", "user z\n").replace("on a", "on z").replace("s -> a", "s -> z")
    new = machines.publish(renamed.replace("late", "overdue"), groups)
    migration.move_to_release(case, new, by=lead(), reason="更新", key="k", mapping={"a": "z", "late": "overdue"})
    assert machines.tasks(case) == ["z"]
    assert sql().execute("select group_key from task_candidate").fetchall() == [("drug.review",)]
    assert sql().execute("select element from timer where instance_id = %s", (instance,)).fetchall() == [("overdue",)]
    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert timers.fire_due() == 1
    assert machines.tasks(case) == ["reminded"]


@pytest.mark.parametrize("kind", ["draft", "other-bundle", "same", "unknown"])
def test_only_a_release_of_the_bundle_that_was_published_once_can_be_chosen(db: SQLAlchemy, kind: str) -> None:
    release = machines.publish(STEPS, STEPS_WORK)
    case, _ = machines.run(release)
    chosen = {"same": release, "unknown": 999}.get(kind) or machines.publish(
        STEPS, STEPS_WORK, key="renewal" if kind == "other-bundle" else office.BUNDLE
    )
    if kind == "draft":
        sql().execute("update release set state = 'draft', published_at = null where id = %s", (chosen,))
    with pytest.raises(NotFound):
        migration.move_to_release(case, chosen, by=lead(), reason="更新", key="k")


# Who may


@pytest.mark.parametrize("login", ["lixiaoyun", "wujianhua", "xieguang", "taoran", "jiangwen", "zousanbao"])
def test_only_a_lead_repairs(db: SQLAlchemy, login: str) -> None:
    release = machines.publish(CHOICE)
    case, instance = machines.run(release, size="many")
    by, incident, mark = office.person(login), only_incident(case), state_mark(instance)
    acts = [
        lambda: incidents.retry_incident(incident, by=by),
        lambda: incidents.correct_and_retry(incident, {"size": 1}, by=by, reason="更正", key="a"),
        lambda: incidents.skip_incident(incident, by=by, reason="跳过", key="b"),
        lambda: repair.change_tokens(case, instance, [Add("big")], by=by, reason="移动", seen=mark, key="c"),
        lambda: migration.move_to_release(case, release, by=by, reason="更新", key="d"),
    ]
    for act in acts:
        with pytest.raises(NotYours):
            act()
    assert machines.tasks(case) == []
