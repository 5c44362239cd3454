"""A limit that is the applicant's or holder's own is nobody's lateness; one that waits for a delivery has no day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask.testing import FlaskClient

from tests.journeys import test_revocation as revoking
from tests.journeys.test_limits_from_delivery import deliver, paper, sealed_by_hand
from tests.journeys.test_procedures import answered, day, order, under_review
from tests.support import office
from tests.support.pages import Browser
from webapp.clock import frozen_at
from webapp.services.hearing_applications import Application

LONG_AFTER = datetime(2026, 10, 30, 2, 0, tzinfo=UTC)


def test_the_officer_who_hears_the_holder_is_not_late_when_the_holders_days_are_over(
    db: object, client: FlaskClient
) -> None:
    case_id = revoking.not_rectified()
    revoking.told(case_id)
    task = office.open_task(case_id, "statement", "P2")
    who = office.member_of(task.groups[0])
    with frozen_at(LONG_AFTER):
        office.tasks.claim(task.id, by=who)
        screen = Browser(client, who.login)
        for address in (f"/tasks/{task.id}", "/inbox?list=mine", f"/cases/{case_id}/clocks"):
            shown = screen.open(address).text
            assert "当事人期限已满" in shown, address
        assert "逾期" not in screen.open(f"/tasks/{task.id}").words("//*[contains(@class, 'due')]")
        office.act(case_id, "statement", "P2", statement="", nothing_said=True)
        ended = screen.open(f"/cases/{case_id}/clocks").text
    assert "已结束" in ended


def test_a_limit_that_waits_for_its_notice_shows_no_last_day(db: object, client: FlaskClient) -> None:
    case_id = under_review()
    sealed_by_hand("urban-management")
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    task = office.open_task(case_id, "hearing-application", "P6")
    who = office.member_of(task.groups[0])
    with frozen_at(day(20)):
        screen = Browser(client, who.login)
        assert "待送达" in screen.open("/inbox").text
        page = screen.open(f"/cases/{case_id}/clocks").text
        assert "送达后起算" in page
        assert "登记送达之前没有起算" in page
        deliver(paper(db, case_id, "hearing-right-notice"))  # type: ignore[arg-type]
        page = screen.open(f"/cases/{case_id}/clocks").text
        assert "（告知文书送达）" in page
        assert "送达后起算" not in page


def test_whoever_sets_the_hearing_reads_between_which_days(db: object, client: FlaskClient) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
        answered(case_id, Application("相邻住户程立", date(2026, 9, 2)))
        task = office.open_task(case_id, "hearing-notice", "P6")
        who = office.member_of(task.groups[0])
        if task.assignee_id is None:
            office.tasks.claim(task.id, by=who)
        panel = Browser(client, who.login).open(f"/tasks/{task.id}").words("//aside")
    # Seven working days ahead from the 2nd; twenty from the application (the 20th, a Sunday, is worked).
    assert "最早 2026-09-11，最迟 2026-09-30" in panel
