"""Whoever looks at the first batch of a migration sees where its cases stood and where they stand now."""

from __future__ import annotations

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_migration_runs import DESIGNER, PUBLISHER, outcomes, state
from tests.support import machines, office
from tests.webapp.browsing import Browser
from tests.webapp.test_migration_pages import drawn
from webapp.queries.migration_standing import standing_of
from webapp.services import migration_runs as runs
from webapp.services.migration_runs import Chosen
from webapp.unit_of_work import sql

STEPS = "start s\nuser a\nuser b\nend e\ns -> a -> b -> e"


def looked_at(old: int, mapping: dict[str, str], first: int) -> int:
    """A migration whose first batch is done."""
    run = runs.begin(office.BUNDLE, Chosen((old,)), {old: mapping}, by=office.person(DESIGNER), reason="环节改名")
    machines.work()
    runs.propose(run, by=office.person(DESIGNER))
    runs.confirm(run, by=office.person(PUBLISHER), first_cases=first)
    machines.work()
    assert state(run) == "looked"
    return run


def rows_of(screen: Browser) -> dict[str, list[str]]:
    """Result -> steps before and now, of the table of cases."""
    rows = screen.page.xpath("//section[@aria-labelledby='rows-title']//tbody/tr")
    cells = [[" ".join(one.text_content().split()) for one in row.xpath("td")] for row in rows]
    return {row[1]: row[2:4] for row in cells}


def test_a_publisher_reads_the_steps_before_and_now_without_the_case(db: SQLAlchemy, client: FlaskClient) -> None:
    old = drawn(STEPS, a="审查", b="决定")
    moved, _ = machines.run(old)
    machines.run(old)
    drawn(STEPS.replace("user a", "user z").replace("s -> a", "s -> z"), z="会审", b="决定")
    run = looked_at(old, {f"{machines.PROCESS}:a": "z"}, first=1)
    screen = Browser.of(client, PUBLISHER)
    screen.open(f"/studio/migrations/{run}")
    assert rows_of(screen) == {"已迁移": ["审查", "会审"], "可以迁移": ["—", "—"]}
    assert screen.links(containing="/cases/") == []
    machines.done(moved, "z")
    screen.open(f"/studio/migrations/{run}")
    assert rows_of(screen)["已迁移"] == ["审查", "决定"]


def test_what_is_no_longer_kept_is_not_made_up(db: SQLAlchemy) -> None:
    old = drawn(STEPS, a="审查", b="决定")
    case, _ = machines.run(old)
    drawn(STEPS.replace("user a", "user z").replace("s -> a", "s -> z"), z="会审", b="决定")
    run = looked_at(old, {f"{machines.PROCESS}:a": "z"}, first=1)
    assert outcomes(run) == ["moved"]
    sql().execute("update migration_case set before = null where run_id = %s", (run,))
    [standing] = standing_of(run, [case]).values()
    assert standing.before is None
    assert [one.step.zh for one in standing.now] == ["会审"]


def test_a_case_that_cannot_be_taken_back_still_tells_where_it_stood(db: SQLAlchemy) -> None:
    old = drawn(STEPS, a="审查", b="决定")
    case, _ = machines.run(old)
    drawn(STEPS + "\nalso condition now on a 1 = 1\nuser told\nnow -> told", a="审查", b="决定", told="告知")
    run = looked_at(old, {}, first=1)
    assert sql().execute("select state, seq from migration_case where run_id = %s", (run,)).fetchall() == [
        ("moved", None)
    ]
    [standing] = standing_of(run, [case]).values()
    assert standing.before is not None
    assert [one.step.zh for one in standing.before] == ["审查"]
    assert [one.step.zh for one in standing.now] == ["审查", "告知"]
