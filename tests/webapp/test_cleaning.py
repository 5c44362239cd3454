"""What has served its time goes, and nothing else."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office, visiting
from webapp import clock, file_store, moments
from webapp.clock import frozen_at
from webapp.errors import TooManyTries
from webapp.services import cleaning, materials, task_marks, visit_days
from webapp.services.rates import count_within
from webapp.services.visit_days import Day
from webapp.settings import LONGEST_SMS_WINDOW_MINUTES
from webapp.unit_of_work import sql


def test_a_file_that_was_taken_off_goes_after_a_month_and_the_others_stay(db: SQLAlchemy) -> None:
    case_id = office.draft("commitment")
    rows = (
        sql()
        .execute(
            "select f.id, f.digest from stored_file f join material_file mf on mf.file_id = f.id"
            " join submitted_material m on m.id = mf.submitted_material_id"
            " where m.case_id = %s and m.material_key = %s",
            (case_id, "floor-plan"),
        )
        .fetchall()
    )
    loose = office.picture("别的.png", (33, 44))
    materials.attach(
        case_id,
        "floor-plan",
        [loose],
        by=office.person(office.CLERK),
        form="original-returned",
        copies=1,
        provided_by="",
    )
    row = sql().execute("select id, digest from stored_file where name = '别的.png'").fetchone()
    assert row is not None
    materials.detach(case_id, "floor-plan", row[0], by=office.person(office.CLERK))
    assert cleaning.sweep_files() == 0
    old = clock.now().timestamp() - 1
    os.utime(file_store._place(row[1]), (old, old))
    with frozen_at(clock.now() + timedelta(days=31)):
        assert cleaning.sweep_files() == 1
        assert not file_store._place(row[1]).exists()
        assert all(file_store.get(digest) for _, digest in rows)


def test_whatever_names_a_file_keeps_it(db: SQLAlchemy) -> None:
    """A file of a table that the sweep forgets would stop it every night: nothing loose would go any more."""
    naming = """
    select c.conrelid::regclass::text, a.attname from pg_constraint c join pg_attribute a
        on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
    where c.contype = 'f' and c.confrelid = 'stored_file'::regclass order by 1, 2
    """
    found = sql().execute(naming).fetchall()
    asked = " ".join(cleaning.LOOSE_FILES.split())
    assert ("visit_photo", "file_id") in found
    assert [(table, column) for table, column in found if not named_in(asked, table, column)] == []


def named_in(asked: str, table: str, column: str) -> bool:
    in_two = re.search(rf"from {table} where f\.id in \(([^)]*)\)", asked)
    return f"from {table} where {column} = f.id" in asked or (in_two is not None and column in in_two[1].split(", "))


def test_days_of_a_visit_that_is_over_are_asked_of_nobody(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    for item in ("P2", "P3"):
        office.act(case.id, "accept", item)
        office.act(case.id, "examine", item, visit_needed=True)
    task, days = visiting.open_visit(case.id), [Day(clock.today(moments.OFFICE_ZONE) + timedelta(days=3), "morning")]
    visit_days.ask_days(task.id, days, by=office.member_of(task.groups[0]), note="", key="days")
    cleaning.clean()
    waiting = "select count(*) from visit_asked where settled_at is null"
    assert sql().execute(waiting).fetchone() == (2,)
    office.act(case.id, "visit")
    cleaning.clean()
    assert sql().execute(waiting).fetchone() == (0,)


def test_keys_and_sessions_go_in_time(db: SQLAlchemy) -> None:
    office.received("commitment")
    assert cleaning.clean() == 0
    with frozen_at(clock.now() + timedelta(days=8)):
        assert cleaning.clean() >= 1
    assert sql().execute("select count(*) from idempotency_key").fetchone() == (0,)


def test_what_a_number_got_is_kept_as_long_as_the_longest_window_looks_back(db: SQLAlchemy) -> None:
    longest = timedelta(minutes=LONGEST_SMS_WINDOW_MINUTES)
    start = clock.now()
    count_within("sms:somebody", limit=1, window=longest)
    with frozen_at(start + longest):
        cleaning.clean()
        with pytest.raises(TooManyTries):
            count_within("sms:somebody", limit=1, window=longest)
    with frozen_at(start + longest + timedelta(hours=2)):
        cleaning.clean()
        assert sql().execute("select count(*) from rate_count where bucket = 'sms:somebody'").fetchone() == (0,)


def test_a_day_to_come_back_goes_when_the_task_is_done(db: SQLAlchemy) -> None:
    done, open_ = office.received("refused-item"), office.received("refused-item")
    by, today = office.person("qianwei"), clock.today(moments.OFFICE_ZONE)
    tasks = [office.open_task(case.id, "accept", "P2").id for case in (done, open_)]
    for task in tasks:
        task_marks.follow_up(task, today, by=by)
    office.act(done.id, "accept", "P2", by=by)
    assert cleaning.clean() > 0
    assert sql().execute("select task_id from follow_up").fetchall() == [(tasks[1],)]
