"""Releases on the day from which they are in force: what has to wait, and what fails, loses nothing."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support import machines, office
from tests.support.releases import publish
from tests.webapp.browsing import Browser
from tests.webapp.test_four_eyes import DESIGNER, MONDAY, PUBLISHER, published, submitted, told
from webapp.clock import frozen_at
from webapp.queries import releases as queries
from webapp.queries.audit import verify_all
from webapp.queries.release_put_off import put_off
from webapp.services import publishing, start_timers
from webapp.services.publishing import put_due_in_force
from webapp.unit_of_work import sql, unit_of_work


def test_a_day_that_comes_during_a_migration_is_not_lost(client):
    """The release waits for the end, its people are told once, and it comes in force by itself."""
    with frozen_at(MONDAY):
        former, release_id = published(), submitted()
        publish(release_id, effective_on=date(2026, 12, 1))
        run = migration(former, state="looked")
    on_its_day = MONDAY + timedelta(days=1)
    with frozen_at(on_its_day):
        assert put_due_in_force() == 1
        assert put_due_in_force() == 0
        page = Browser.of(client, PUBLISHER).open(f"/studio/releases/{release_id}").text
        assert "生效日期已到，暂未生效：这件事的在办件正在迁移，迁移结束后自动生效。" in page
    with frozen_at(on_its_day + publishing.TRIED_AGAIN_AFTER):
        assert put_due_in_force() == 1
    assert (queries.release(release_id).state, published()) == ("approved", former)
    assert [told(login).count("release-kept-back") for login in (PUBLISHER, DESIGNER)] == [1, 1]
    assert [line.kind for line in queries.history(office.BUNDLE, 3)].count("put-off") == 1
    with unit_of_work():
        sql().execute("update migration_run set state = 'done' where id = %s", (run,))
    with frozen_at(on_its_day + 2 * publishing.TRIED_AGAIN_AFTER):
        assert put_due_in_force() == 1
        assert published() == release_id
        assert "暂未生效" not in Browser(client).open(f"/studio/releases/{release_id}").text
    assert list(verify_all()) == []


def migration(target: int, *, state: str) -> int:
    """A migration of the bundle that stands so."""
    values = (office.BUNDLE, target, state, office.person(DESIGNER).user_id, MONDAY)
    with unit_of_work():
        row = sql().execute(MIGRATION, values).fetchone()
    assert row is not None
    return int(row[0])


MIGRATION = """
insert into migration_run (bundle_key, to_release_id, reason, state, created_by, created_at)
values (%s, %s, '环节改名', %s, %s, %s) returning id
"""


def test_a_release_that_fails_for_a_reason_of_ours_holds_up_no_other(db, monkeypatch):
    with frozen_at(MONDAY):
        failing = submitted()
        publish(failing, effective_on=date(2026, 12, 1))
        others = [machines.publish("start s\nuser a\ns -> a", key=f"shop-{number}", instead=False) for number in "ab"]
        approve(*others)
    check = publishing.ensure_no_errors

    def checked(key, release_id):
        if release_id == failing:
            raise RuntimeError("the disk is full")
        check(key, release_id)

    monkeypatch.setattr(publishing, "ensure_no_errors", checked)
    with frozen_at(MONDAY + timedelta(days=1)):
        assert put_due_in_force() == 3
        assert put_due_in_force() == 0
    states = [queries.release(one).state for one in (failing, *others)]
    assert states[0] == "approved"
    assert "approved" not in states[1:]
    assert told(PUBLISHER)[-1] == "release-kept-back"
    assert put_off(failing) == start_timers.FAILED
    monkeypatch.undo()
    with frozen_at(MONDAY + timedelta(days=1) + publishing.TRIED_AGAIN_AFTER):
        assert put_due_in_force() == 1
    assert published() == failing


def approve(*releases):
    """They are to come in force on the first of December, as the failing one is."""
    with unit_of_work():
        sql().execute(
            "update release set state = 'approved', effective_on = '2026-12-01', approved_by = %s where id = any(%s)",
            (office.person(PUBLISHER).user_id, list(releases)),
        )
