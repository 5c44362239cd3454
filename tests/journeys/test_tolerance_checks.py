"""What was promised and brought in time counts as in time, however late it is checked; a missed one leaves traces."""

from __future__ import annotations

from datetime import date

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine import DefinitionInvalid
from engine.law import read_profile
from tests.journeys.test_tolerance import COUNTY, accepted, clock_of, day, item, kept, over, papers, steps
from tests.support import office, places, tolerances
from tests.support.tolerances import CERTIFICATES
from webapp.clock import frozen_at
from webapp.models import CreditBar, CreditRecord, SupervisionSignal
from webapp.queries.case_clocks import clocks_of
from webapp.services import signal_watch
from webapp.services.bundle_folders import read_tree, rule_files
from webapp.services.locked_case import on_case
from webapp.settings import current_settings


def signals(db: SQLAlchemy, case_id: int) -> dict[str, SupervisionSignal]:
    db.session.expire_all()
    return {one.kind: one for one in db.session.query(SupervisionSignal).filter_by(case_id=case_id)}


def test_brought_on_the_last_day_and_found_wrong_after_it_does_not_lapse(db: SQLAlchemy) -> None:
    case = accepted()  # until Wednesday 16 September
    with frozen_at(day(16)):
        tolerances.bring(case.id, "P2")
    with frozen_at(day(18)):
        tolerances.checked(case.id, "P2", adequate=False, told="未写明质量管理部门。")
    over(case.id, day(18, hour=15))  # the evening of the day on which it was told
    assert item(db, case.id).outcome is None
    # three working days at least from the telling: Sunday the 20th is worked, then Monday and Tuesday
    assert clock_of(db, case.id).due_on == date(2026, 9, 22)
    with frozen_at(day(22)):
        tolerances.bring(case.id, "P2")
        tolerances.checked(case.id, "P2", adequate=True)
    assert kept(db, case.id).state == "complete"


def test_the_days_of_the_check_are_given_back_and_the_page_says_so(db: SQLAlchemy) -> None:
    case = accepted()
    with frozen_at(day(9)):  # five working days are left after it
        tolerances.bring(case.id, "P2")
        assert clock_of(db, case.id).stopped_on == date(2026, 9, 9)
    with frozen_at(day(15)):
        tolerances.checked(case.id, "P2", adequate=False, told="未写明质量管理部门。")
        clock = clock_of(db, case.id)
        assert (clock.due_on, clock.stopped_on, clock.extended_by) == (date(2026, 9, 21), None, 4)
        with on_case(case.id) as held:
            shown = next(one for one in clocks_of(case.id, held.rules) if one.key == "tolerance")
        assert any("核对所用时间不计入申请人的期限" in line.zh for line in shown.lines)
        assert shown.due.on == clock.due_on


def test_told_again_only_the_time_of_the_check_is_given_back(db: SQLAlchemy) -> None:
    case = accepted()
    with frozen_at(day(16)):
        tolerances.bring(case.id, "P2")
        tolerances.checked(case.id, "P2", adequate=False, told="未写明质量管理部门。")
    with frozen_at(day(20)):  # the last of the three days
        assert clock_of(db, case.id).due_on == date(2026, 9, 20)
        tolerances.bring(case.id, "P2")
    with frozen_at(day(22)):
        tolerances.checked(case.id, "P2", adequate=False, told="还是没有。")
        assert clock_of(db, case.id).due_on == date(2026, 9, 22)
    over(case.id, day(23))
    assert item(db, case.id).outcome == "tolerance-withdrawn"


def test_an_overdue_check_is_the_departments_and_never_the_applicants(db: SQLAlchemy) -> None:
    case = accepted()
    with frozen_at(day(15)):
        tolerances.bring(case.id, "P2")
        check = clock_of(db, case.id, "tolerance-check")
        assert (check.value, check.due_on) == (2, date(2026, 9, 17))
    with frozen_at(day(18)):
        signal_watch.sweep()
        over(case.id, day(18))
        found = signals(db, case.id)
        assert "tolerance-missed" not in found
        late = found["late-tolerance-check"]
        assert late.unit == "approval-bureau"
        assert item(db, case.id).outcome is None
        tolerances.checked(case.id, "P2", adequate=True)
    assert clock_of(db, case.id, "tolerance-check").stopped_on == date(2026, 9, 18)


def test_a_missed_promise_is_put_on_record_and_signals_where_the_place_says_so(db: SQLAlchemy) -> None:
    case = accepted()
    assert "记入信用记录（容缺承诺未履行）" in papers(db, case.id)["tolerance-notice"].content_zh
    assert "记入信用记录" in kept(db, case.id).letter
    over(case.id, day(17))
    record = db.session.query(CreditRecord).filter_by(item_case_id=item(db, case.id).id).one()
    assert (record.kind, record.recorded_by) == ("unkept-promise", None)
    assert record.document_id == papers(db, case.id)["termination-notice"].id
    assert "未补齐" in record.facts
    assert db.session.query(CreditBar).filter_by(record_id=record.id).one().effect == "commitment"
    assert "tolerance-missed" in signals(db, case.id)
    assert "credit-notice" in papers(db, case.id)


def test_where_it_is_refused_the_refusal_is_what_the_record_rests_on(db: SQLAlchemy) -> None:
    places.tolerance_late("refused")
    case = accepted()
    over(case.id, day(17))
    record = db.session.query(CreditRecord).filter_by(item_case_id=item(db, case.id).id).one()
    assert record.document_id == papers(db, case.id)["refusal"].id
    assert steps(case.id) == {"issue"}


def test_a_place_that_lays_down_none_makes_no_record(db: SQLAlchemy) -> None:
    case = accepted(date(2026, 9, 10), place=COUNTY, material=CERTIFICATES)
    over(case.id, day(12))
    assert item(db, case.id).outcome == "acceptance-revoked"
    assert db.session.query(CreditRecord).count() == 0
    assert "tolerance-missed" in signals(db, case.id)


def test_a_kind_of_record_that_the_place_does_not_know_is_not_read(db: SQLAlchemy) -> None:
    content = rule_files(read_tree(current_settings()))["profile", "fictional-city"].decode()
    with pytest.raises(DefinitionInvalid) as refused:
        read_profile(content.replace('credit = "unkept-promise"', 'credit = "no-such-kind"').encode())
    assert any(finding.element == "tolerance.late.credit" for finding in refused.value.findings)


def test_nothing_is_awaited_any_more_once_it_is_refused_while_being_checked(db: SQLAlchemy) -> None:
    case = accepted(key="P3")
    with frozen_at(day(9)):
        tolerances.bring(case.id, "P3")
        office.act(case.id, "examine", "P3")
        office.act(case.id, "review", "P3", proposal="refuse")
        office.act(case.id, "decide", "P3", ruling="refuse")
    assert clock_of(db, case.id, "tolerance-check", "P3").stopped_on == date(2026, 9, 9)
