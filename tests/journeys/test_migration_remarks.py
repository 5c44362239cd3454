"""Open tasks keep their posts in a migration: with whom, and whom the new release names, is told before and after."""

from __future__ import annotations

from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import calls, diagram, ext, io
from tests.journeys.test_migration_runs import begun, confirmed, outcomes
from tests.support import machines, office
from webapp.queries import migration_runs as queries
from webapp.queries.other_releases import preview
from webapp.services import migration_runs as runs
from webapp.unit_of_work import sql

DRAWN = "start s\ncall seal\ns -> seal"
ITEM = diagram(
    "start s\nuser check\ns -> check",
    {"check": ext('<zeebe:assignmentDefinition candidateGroups="=groups.review"/>')},
    process="of-item",
)
ITEMS: dict[str, Any] = {
    "A": {"groups": {"review": "food.review"}},
    "S": {"groups": {"review": "sign.review"}},
}


def release(groups: str) -> int:
    """One whose call activity hands these posts to the process of the item."""
    inside = {"seal": ext(calls("of-item", all_in=False), io({"groups": groups}))}
    return machines.publish(DRAWN, inside, more={"of-item.bpmn": ITEM})


@pytest.fixture
def moving(db: SQLAlchemy) -> tuple[int, list[int], int]:
    """A release whose item goes to the wrong posts with two cases on it, and the one that puts it right."""
    old = release("items.A.groups")
    cases = [machines.run(old, items=ITEMS)[0] for _ in range(2)]
    return old, cases, release("items.S.groups")


def groups_of(case: int) -> list[str]:
    row = sql().execute("select groups from user_task where case_id = %s and state = 'open'", (case,)).fetchone()
    assert row is not None
    return list(row[0])


def test_the_trial_and_the_result_say_that_open_tasks_keep_their_posts(moving: tuple[int, list[int], int]) -> None:
    old, cases, _ = moving
    run = begun(old, {"nothing": "nothing"})
    rows, _ = queries.cases_of(run)
    assert [(one.state, [(element, words.zh) for _, element, words in one.reasons]) for one in rows] == [
        ("fits", [("check", "未办的任务仍归“食品审查岗”；新版由“招牌审查岗”办理")])
    ] * 2
    assert [(one.element, one.cases) for one in queries.remarks_of(run)] == [("check", 2)]
    assert queries.reasons_of(run) == []
    confirmed(run)
    assert outcomes(run) == ["moved", "fits"]
    moved = queries.cases_of(run, "moved")[0][0]
    assert "the new release gives it to “Signboards: review”" in moved.reasons[0][2].en
    assert groups_of(cases[0]) == ["food.review"]
    runs.undo(run, by=office.person("jiangwen"), reason="先改")
    machines.work()
    assert [one.reasons for one in queries.cases_of(run, "undone")[0]] == [()]


def test_where_the_same_posts_come_out_nothing_is_said(db: SQLAlchemy) -> None:
    old = release("items.A.groups")
    machines.run(old, items=ITEMS)
    release('{"review": "food.review"}')
    run = begun(old, {"nothing": "nothing"})
    assert outcomes(run) == ["fits"]
    assert queries.remarks_of(run) == []


def test_one_case_alone_is_told_the_same(moving: tuple[int, list[int], int]) -> None:
    _, cases, new = moving
    seen = preview(cases[0], new, {})
    assert seen.fits
    assert [(element, words.en) for element, words in seen.remarks] == [
        ("check", "its open task stays with “Food: review”; the new release gives it to “Signboards: review”")
    ]
