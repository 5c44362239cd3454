"""What begins by itself at a time: armed by publishing, begun once for each time, taken away with its release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import diagram, ext
from tests.support import machines, office
from tests.support import releases as releases_support
from tests.support.pages import Browser
from webapp.catalogue import current_releases, published, release_files
from webapp.clock import frozen_at
from webapp.errors import ReleaseRefused
from webapp.models import Case
from webapp.queries.audit import verify_all
from webapp.services import releases, start_timers, tasks
from webapp.services.release_examples import differing_examples
from webapp.unit_of_work import sql, unit_of_work

#: Tuesday, ten in the morning in the office.
PUBLISHED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
GROUP = ext(
    '<zeebe:userTask/><zeebe:assignmentDefinition candidateGroups="drug.review"/>',
    '<zeebe:properties><zeebe:property name="step" value="record"/></zeebe:properties>',
)


def drawn(time: str) -> bytes:
    """A process of the bundle that a time begins: somebody looks, and it is over."""
    text = diagram(f"start s timer {time}\nuser look\nend e\ns -> look -> e", {"look": GROUP}, process="monthly-look")
    text = text.replace(b'id="look"', 'id="look" name="抽查"'.encode())
    return text.replace(b'id="monthly-look"', 'id="monthly-look" name="每月抽查"'.encode())


def publish(time: str | None) -> int:
    """The bundle with that process, made and published by two people; None: without it."""
    files = release_files(current_releases()[office.BUNDLE])
    files.pop("monthly-look.bpmn", None)
    if time is not None:
        files["monthly-look.bpmn"] = drawn(time)
    designer = office.person("taoran")
    release_id = releases.draft_from_files(office.BUNDLE, files, by=designer)
    releases.submit_release(release_id, by=designer)
    releases_support.publish(release_id, reason="按时开始的流程改回")
    return release_id


def armed() -> list[tuple[int, datetime | None]]:
    return sql().execute("select release_id, due_at from start_timer order by id").fetchall()


def begun(db: SQLAlchemy) -> list[Case]:
    db.session.expire_all()
    return db.session.query(Case).filter(Case.visit_id.is_(None)).order_by(Case.id).all()


def test_a_cycle_begins_a_case_of_the_offices_own_each_time(db: SQLAlchemy, client: FlaskClient) -> None:
    with frozen_at(PUBLISHED):
        release_id = publish("R/2026-09-07T09:00:00+08:00/P1M")
        assert armed() == [(release_id, datetime(2026, 9, 7, 1, 0, tzinfo=UTC))]
        assert start_timers.fire_due() == 0
    with frozen_at(datetime(2026, 9, 7, 1, 0, 5, tzinfo=UTC)):
        assert start_timers.fire_due() == 1
        assert start_timers.fire_due() == 0
        (case,) = begun(db)
        assert case.release_id == release_id
        assert case.number
        task = office.open_task(case.id, "record")
        reviewer = office.member_of("drug.review")
        screen = Browser(client, reviewer.login)
        assert case.number in screen.open("/inbox").words()
        assert screen.open(f"/tasks/{task.id}").status == 200
        page = screen.open(f"/cases/{case.id}")
        assert page.heading == "每月抽查"
        assert "到时自动开始" in page.words()
        assert "申请材料" not in page.words()
        assert armed() == [(release_id, datetime(2026, 10, 7, 1, 0, tzinfo=UTC))]
    assert list(verify_all()) == []


def test_the_case_is_done_with_its_process_and_no_other_is(db: SQLAlchemy, client: FlaskClient) -> None:
    with frozen_at(PUBLISHED):
        publish("R/PT1H")
    with frozen_at(PUBLISHED + timedelta(hours=1)):
        start_timers.fire_due()
        (case,) = begun(db)
        task = office.open_task(case.id, "record")
        reviewer = office.member_of("drug.review")
        tasks.claim(task.id, by=reviewer)
        screen = Browser(client, reviewer.login)
        assert screen.act(task.id, record=" ").status_code == 422
        assert screen.act(task.id, record="抽查三家，均在营业。").status_code == 302
        page = screen.open(f"/cases/{case.id}").words()
        assert "抽查三家，均在营业。" in page
        assert "已办结" in page
    (case,) = begun(db)
    assert case.closed_at == PUBLISHED + timedelta(hours=1)
    assert list(verify_all()) == []


def test_times_that_passed_while_nobody_worked_are_not_caught_up(db: SQLAlchemy) -> None:
    with frozen_at(PUBLISHED):
        release_id = publish("R5/PT1H")
    with frozen_at(PUBLISHED + timedelta(hours=3, minutes=30)):
        assert start_timers.fire_due() == 1
        assert len(begun(db)) == 1
        left = sql().execute("select due_at, starts_left from start_timer").fetchall()
        assert left == [(PUBLISHED + timedelta(hours=4), 2)]  # three of five lie behind, begun or not
    with frozen_at(PUBLISHED + timedelta(days=1)):
        assert start_timers.fire_due() == 1
        assert armed() == [(release_id, None)]
        assert start_timers.fire_due() == 0


def test_a_date_begins_once_and_never_when_it_has_passed(db: SQLAlchemy) -> None:
    with frozen_at(PUBLISHED):
        publish("2026-09-02T10:00:00+08:00")
    with frozen_at(PUBLISHED + timedelta(days=2)):
        assert start_timers.fire_due() == 1
        assert start_timers.fire_due() == 0
        publish(None)
        publish("2026-09-02T10:00:00+08:00")
        assert start_timers.fire_due() == 0
    assert len(begun(db)) == 1


def test_the_next_release_takes_the_timers_away_and_brings_its_own(db: SQLAlchemy) -> None:
    with frozen_at(PUBLISHED):
        publish("R/PT1H")
        later = publish("R/PT2H")
        assert armed() == [(later, PUBLISHED + timedelta(hours=2))]
        publish(None)
        assert armed() == []
    with frozen_at(PUBLISHED + timedelta(days=1)):
        assert start_timers.fire_due() == 0
    assert begun(db) == []


def test_what_cannot_begin_says_so_on_the_page_of_its_release_and_waits_for_its_next_time(
    db: SQLAlchemy, client: FlaskClient
) -> None:
    endless = "start s timer R/PT1H\ntask a\ntask b\nxor x\ns -> x -> a -> b -> x"
    with frozen_at(PUBLISHED):
        release_id = machines.publish(
            "start s\nuser w\nend e\ns -> w -> e", more={"monthly-look.bpmn": diagram(endless, process="monthly-look")}
        )
        with unit_of_work():
            start_timers.arm(release_id, office.BUNDLE, published(release_id))
    with frozen_at(PUBLISHED + timedelta(hours=1)):
        assert start_timers.fire_due() == 1
        assert armed() == [(release_id, PUBLISHED + timedelta(hours=2))]
        assert begun(db) == []
        words = Browser(client, "jiangwen").open(f"/studio/releases/{release_id}").words()
        assert "下次 09-01 12:00" in words
        assert "未能开始" in words


def test_a_number_series_that_another_command_holds_swallows_no_beginning(db: SQLAlchemy) -> None:
    """A date begins once: what had to wait too long for it is begun when the claim has lapsed."""
    with frozen_at(PUBLISHED):
        release_id = publish("2026-09-02T09:00:00+08:00")
    prefix = published(release_id).bundle.case_prefix
    due = PUBLISHED.replace(day=2, hour=1)
    with unit_of_work():
        sql().execute("set local lock_timeout = '50ms'")
    with frozen_at(due), psycopg.connect(sql().info.dsn) as another:
        another.execute("insert into number_series (key, last) values (%s, 1)", (f"case:{prefix}:2026",))
        assert start_timers.fire_due() == 1
        another.rollback()
        assert armed() == [(release_id, due)]
    assert begun(db) == []
    assert sql().execute("select failure_zh from start_timer").fetchone() == ("",)  # waiting is no failure
    with frozen_at(due + start_timers.CLAIM_FOR + timedelta(seconds=1)):
        assert start_timers.fire_due() == 1
    assert len(begun(db)) == 1


def test_a_fault_of_ours_is_seen_where_the_start_stands_and_tried_again(
    db: SQLAlchemy, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with frozen_at(PUBLISHED):
        release_id = publish("2026-09-02T09:00:00+08:00")
    due = PUBLISHED.replace(day=2, hour=1)
    with frozen_at(due):
        with monkeypatch.context() as faulty:
            faulty.setattr(start_timers, "case_number", None)
            assert start_timers.fire_due() == 1
        assert armed() == [(release_id, due)]
        assert "系统故障" in Browser(client, "jiangwen").open(f"/studio/releases/{release_id}").words()
    with frozen_at(due + start_timers.CLAIM_FOR + timedelta(seconds=1)):
        assert start_timers.fire_due() == 1
    assert len(begun(db)) == 1


@pytest.mark.parametrize(
    ("time", "said"),
    [("=clock(&quot;promised&quot;).mark(&quot;80%&quot;)", "没有计时"), ("=when", "无法确定")],
)
def test_a_time_that_never_comes_is_not_published(db: SQLAlchemy, time: str, said: str) -> None:
    files = release_files(current_releases()[office.BUNDLE])
    files["monthly-look.bpmn"] = drawn("2027-01-01").replace(b">2027-01-01<", f">{time}<".encode())
    designer = office.person("taoran")
    release_id = releases.draft_from_files(office.BUNDLE, files, by=designer)
    # What cannot be computed stops the examples too: somebody has to have waved them through.
    waved_through = {one.file: "示例待重录。" for one in differing_examples(release_id)}
    releases.submit_release(release_id, by=designer, accepted=waved_through)
    with pytest.raises(ReleaseRefused) as refused:
        releases_support.publish(release_id)
    assert said in refused.value.words.zh


def test_a_condition_that_would_begin_a_process_is_a_finding_that_blocks(db: SQLAlchemy) -> None:
    files = release_files(current_releases()[office.BUNDLE])
    text = diagram("start s condition n > 1\nuser look\nend e\ns -> look -> e", {"look": GROUP}, process="watch")
    errors = [one.code for one in releases.check_files(office.BUNDLE, {**files, "watch.bpmn": text})]
    assert errors[0] == "started-by-condition"
