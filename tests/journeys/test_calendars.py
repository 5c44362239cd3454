"""Tables of working days come in: checked against those in force, and every limit they touch is computed anew."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_pauses import ledger, notice, pause
from tests.support import office
from webapp import cli
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.errors import NotYours
from webapp.models import CaseEvent, ItemCase, LegalClock, ReleaseEvent, Timer
from webapp.queries.audit import verify_all
from webapp.services import calendars
from webapp.services.releases import load_rules
from webapp.settings import PROJECT_FOLDER
from webapp.unit_of_work import sql

FOLDER = PROJECT_FOLDER / "processes" / "_shared" / "calendars"
YEAR_2027 = (FOLDER / "2027.toml").read_text("utf-8")
#: What a notice may bring: New Year's Day with the Saturday off, and that Sunday worked instead.
ARRANGED = """
[[days]]
date = 2027-01-04
kind = "holiday"
name = { zh = "元旦", en = "New Year's Day" }
[[days]]
date = 2027-01-03
kind = "make-up"
name = { zh = "元旦调休上班", en = "New Year's Day, make-up working day" }
[[days]]
date = 2027-01-05
kind = "holiday"
name = { zh = "元旦", en = "New Year's Day" }
"""
PUBLISHED = YEAR_2027.replace('status = "provisional"', 'status = "announced"') + ARRANGED
LATE_IN_THE_YEAR = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)
PUBLISHER = "jiangwen"


def closures(*days: str, place: str = "fictional-city") -> bytes:
    head = (
        f'format = 1\nyear = 2026\nstatus = "published"\nplace = "{place}"\n'
        'source = { zh = "江城市人民政府关于防汛停止办公的通告（示例）", en = "Notice on the flood (example)" }\n'
    )
    row = '[[days]]\ndate = {day}\nkind = "closed"\nname = {{ zh = "防汛停止办公", en = "Closed for the flood" }}\n'
    return (head + "".join(row.format(day=day) for day in days)).encode()


def accepted_late(db: SQLAlchemy) -> int:
    """A drug licence accepted so late in the year that its limits end in the next."""
    with frozen_at(LATE_IN_THE_YEAR):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
    return case.id


def clock_of(db: SQLAlchemy, case_id: int, name: str = "promised", item: str = "P2") -> LegalClock:
    db.session.expire_all()
    item_case = db.session.query(ItemCase).filter_by(case_id=case_id, item_key=item).one()
    return db.session.query(LegalClock).filter_by(item_case_id=item_case.id, name=name).one()


def moved(db: SQLAlchemy, case_id: int) -> list[CaseEvent]:
    return db.session.query(CaseEvent).filter_by(case_id=case_id, kind="clock-moved").order_by(CaseEvent.seq).all()


def run_jobs() -> int:
    """What the worker would do with the batches in the queue."""
    rows = sql().execute(
        "select args from procrastinate_jobs where task_name = 'recompute_clocks' and status = 'todo' order by id"
    )
    batches = [row[0] for row in rows]
    for batch in batches:
        calendars.run(**batch)
    return len(batches)


def test_a_published_year_settles_every_provisional_day_with_a_line_each(db: SQLAlchemy) -> None:
    case_id = accepted_late(db)
    before = clock_of(db, case_id)
    assert before.provisional
    assert before.due_on == date(2027, 1, 7)  # 22-25, 28-31 December; 4-7 January; 1 January is off
    timer = db.session.query(Timer).filter_by(case_id=case_id, clock="promised", mark="80%").all()[-1]
    old_moment = timer.due_at
    with frozen_at(LATE_IN_THE_YEAR):
        imported = calendars.import_calendar(PUBLISHED.encode(), "2027.toml", by=office.person(PUBLISHER))
        assert case_id in imported.cases
        assert run_jobs() >= 1
    after = clock_of(db, case_id)
    # Sunday 3 January is worked, Monday and Tuesday are off: one day later than without the notice.
    assert (after.due_on, after.provisional) == (date(2027, 1, 8), False)
    assert office.open_task(case_id, "examine", "P2").due_on == date(2027, 1, 8)
    db.session.refresh(timer)
    assert timer.due_at is not None
    assert old_moment is not None
    lines = moved(db, case_id)
    running = db.session.query(LegalClock).filter(LegalClock.stopped_on.is_(None), LegalClock.unit == "working_days")
    assert len(lines) >= 3
    assert {f'"table":"{imported.table.version}"' in line.body for line in lines} == {True}
    assert not any(one.provisional for one in running if one.due_on.year == 2027)
    assert list(verify_all()) == []


def test_counting_twice_changes_nothing_and_writes_nothing(db: SQLAlchemy) -> None:
    case_id = accepted_late(db)
    imported = calendars.import_calendar(PUBLISHED.encode(), "2027.toml", by=office.person(PUBLISHER))
    run_jobs()
    lines = len(moved(db, case_id))
    again = calendars.recompute(imported.table.version, [case_id])
    assert again.limits == 0
    assert len(moved(db, case_id)) == lines


def test_an_act_that_meets_the_new_table_before_the_worker_says_so(db: SQLAlchemy) -> None:
    case_id = accepted_late(db)
    with frozen_at(LATE_IN_THE_YEAR):
        calendars.import_calendar(PUBLISHED.encode(), "2027.toml", by=office.person(PUBLISHER))
        pause(db, case_id, document=notice(db, case_id))
    before = {facts["clock"]: facts for kind, facts in ledger(db, case_id) if kind == "clock-moved"}
    assert [before["promised"][key] for key in ("before", "due", "why", "other_rules")] == [
        "2027-01-07",
        "2027-01-08",
        "paused",
        True,
    ]
    with frozen_at(LATE_IN_THE_YEAR):
        run_jobs()
    after = [facts for kind, facts in ledger(db, case_id) if kind == "clock-moved" and facts["clock"] == "promised"]
    assert len([one for one in after if one["item"] == before["promised"]["item"]]) == 1
    assert list(verify_all()) == []


def test_a_case_whose_act_came_between_is_not_left_behind(db: SQLAlchemy) -> None:
    case_id = accepted_late(db)
    calendars.import_calendar(PUBLISHED.encode(), "2027.toml", by=office.person(PUBLISHER))
    sql().execute(  # as an act leaves it that read the rules before, and is written after the batches were made
        "update procrastinate_jobs set args = jsonb_set(args, '{cases}', '\"\"') where task_name = 'recompute_clocks'"
    )
    assert clock_of(db, case_id).provisional
    run_jobs()
    assert not clock_of(db, case_id).provisional


def test_a_refused_table_changes_nothing_and_the_try_is_kept(db: SQLAlchemy) -> None:
    for content in (
        (FOLDER / "2026.toml").read_bytes(),  # twice
        (FOLDER / "2026.toml").read_bytes().replace(b"2026-05-01", b"2026-05-08"),  # contradicts
        "\n".join(PUBLISHED.split("[[days]]")[:3]).encode(),  # no table
        "[[days]]".join(part for part in PUBLISHED.split("[[days]]") if "2027-10" not in part).encode(),  # a month
        closures("2026-10-01"),  # nobody works on that day
        closures("2026-07-08", place="nowhere"),
        b"\xff\xfe",
    ):
        with pytest.raises(calendars.CalendarRefused) as refused:
            calendars.import_calendar(content, "table.toml", by=office.person(PUBLISHER))
        assert refused.value.words.zh.startswith("没有导入：")
    assert len(rules_in_force().calendar.years) == 2
    kept = db.session.query(ReleaseEvent).filter_by(bundle_key="calendars").order_by(ReleaseEvent.seq).all()
    assert [line.kind for line in kept] == ["calendar-refused"] * 7
    assert '"calendar-imported-twice"' in kept[0].body
    assert '"calendar-contradicts"' in kept[1].body
    assert '"calendar-month-missing"' in kept[3].body
    assert list(verify_all()) == []


def test_only_who_publishes_may_import(db: SQLAlchemy) -> None:
    with pytest.raises(NotYours):
        calendars.import_calendar(PUBLISHED.encode(), "2027.toml", by=office.person("lixiaoyun"))


def test_a_local_closure_moves_the_limits_of_that_place(db: SQLAlchemy) -> None:
    with frozen_at(datetime(2026, 7, 6, 2, 0, tzinfo=UTC)):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
        before = clock_of(db, case.id).due_on
        list(calendars.import_now(closures("2026-07-08", "2026-07-09"), "flood.toml"))
    after = clock_of(db, case.id)
    assert rules_in_force().calendar.working_days_between(before, after.due_on) == 2
    assert len(moved(db, case.id)) >= 2
    day = rules_in_force().calendar.add_working_days(date(2026, 7, 7), 1)
    assert (day.day, day.skipped[0][1].zh) == (date(2026, 7, 10), "防汛停止办公")


def test_the_operator_imports_a_table_once(committed_app: Flask) -> None:
    with committed_app.app_context():
        list(calendars.import_now(PUBLISHED.encode(), "2027.toml"))
        assert rules_in_force().calendar.is_published(2027)
        with pytest.raises(calendars.CalendarRefused):
            list(calendars.import_now(PUBLISHED.encode(), "2027.toml"))


def test_loading_the_folders_never_replaces_a_table(db: SQLAlchemy) -> None:
    assert load_rules({("calendar", "2026"): (FOLDER / "2026.toml").read_bytes() + b"\n# changed\n"}) == 0
    assert load_rules({("calendar", "2027"): PUBLISHED.encode()}) == 0
    assert not rules_in_force().calendar.is_published(2027)


def test_the_command_tells_what_it_did_and_why_not(
    committed_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("webapp.cli.calendars.application", committed_app.app_context)
    file = tmp_path / "2027.toml"
    file.write_text(PUBLISHED, "utf-8")
    assert cli.main(["calendars", "import", str(file)]) == 0
    assert "in force" in capsys.readouterr().out
    assert cli.main(["calendars", "list"]) == 0
    assert "2027" in capsys.readouterr().out
    assert cli.main(["calendars", "import", str(file)]) == 2
    assert "已经导入" in capsys.readouterr().err
    assert cli.main(["calendars", "import", str(tmp_path / "nothing.toml")]) == 2
