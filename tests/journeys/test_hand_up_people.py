"""Two people, two acts, also over two levels: who signed below does not rule above, and who hosts does not review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_procedures import join
from tests.support import office
from tests.support.pages import Browser
from tests.webapp.screen import Screen
from webapp.clock import frozen_at
from webapp.errors import SamePerson
from webapp.identity import Identity
from webapp.queries.workspace import workspace
from webapp.services import hearings, procedures, tasks
from webapp.services.separation import HostReviewed
from webapp.unit_of_work import sql

COUNTY = "fictional-county"
DAY = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)


def day(number: int, hour: int = 2) -> datetime:
    return DAY + timedelta(days=number, hours=hour - 2)


@pytest.fixture
def case_id(db: SQLAlchemy) -> int:
    """The class III licence of a shop in the county, before the county's reviewer."""
    with frozen_at(DAY):
        case = office.received("ordinary", ways={}, place=COUNTY)
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P3")
        office.act(case.id, "examine", "P3", visit_needed=False)
    return case.id


def in_post(who: Identity, group: str) -> Identity:
    """The same person with one more post, authorised to sign."""
    sql().execute("update app_user set authorisation_number = '试授〔2026〕1号' where id = %s", (who.user_id,))
    join(who, group)
    return office.person(who.login)


def test_who_signed_the_opinion_below_does_not_rule_above(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(1)):
        office.act(case_id, "review", "P3")
        signer = office.act(case_id, "hand-up", "P3")
        office.act(case_id, "upper-review", "P3")
        task = office.open_task(case_id, "decide", "P3")
        with pytest.raises(SamePerson):
            tasks.claim(task.id, by=in_post(signer, "device.decide"))


def heard(case_id: int) -> Identity:
    """A hearing of the county's own motion, held and recorded; who hosted it."""
    with frozen_at(day(1)):
        task, reviewer = office.claimed(case_id, "review", "P3")
        procedures.order_procedure(
            task.id,
            by=reviewer,
            kind="hearing",
            reason="涉及公共利益。",
            expected_days=20,
            on_application=False,
            revision=task.revision,
            key="order",
        )
        office.run_jobs(case_id)
        task, by = office.claimed(case_id, "hearing-notice", "P3")
        host = office.member_of("county-market.decide")
        told = {"held_at": day(20), "place": "302", "host_id": host.user_id}
        hearings.notify_hearing(task.id, by=by, revision=task.revision, key="told", **told)
        office.run_jobs(case_id)
    with frozen_at(day(20, hour=6)):
        task = office.open_task(case_id, "hearing", "P3")
        if task.assignee_id is None:
            tasks.claim(task.id, by=host)
        task = office.open_task(case_id, "hearing", "P3")
        hearings.record_hearing(
            task.id, by=host, attended="申请人", record="如录", revision=task.revision, key="record"
        )
        office.run_jobs(case_id)
        office.act(case_id, "review", "P3")
    return host


def test_who_hosted_the_hearing_neither_signs_the_opinion_below_nor_reviews_above(db: SQLAlchemy, case_id: int) -> None:
    host = heard(case_id)
    with frozen_at(day(20, hour=7)):
        with pytest.raises(HostReviewed) as refused:
            office.act(case_id, "hand-up", "P3", by=host)
        assert "第四十八条" in refused.value.words.zh
        other = in_post(office.member_of("county-market.review"), "county-market.decide")
        task = office.open_task(case_id, "hand-up", "P3")
        sql().execute("update user_task set assignee_id = %s where id = %s", (other.user_id, task.id))
        db.session.expire_all()
        office.act(case_id, "hand-up", "P3", by=other)
        above = office.open_task(case_id, "upper-review", "P3")
        with pytest.raises(HostReviewed):
            tasks.claim(above.id, by=in_post(host, "device.review"))
    tries = sql().execute(
        "select body::jsonb ->> 'refusal' from case_event where case_id = %s and kind = 'refused-act'", (case_id,)
    )
    assert tries.fetchall() == [("HostReviewed",), ("HostReviewed",)]


def test_the_record_of_the_hearing_is_before_who_signs_below_and_who_reviews_above(
    db: SQLAlchemy, client: FlaskClient, case_id: int
) -> None:
    """The decision rests on it (art. 48); and above, too, every point is gone through."""
    heard(case_id)
    with frozen_at(day(20, hour=7)):
        other = in_post(office.member_of("county-market.review"), "county-market.decide")
        task = office.open_task(case_id, "hand-up", "P3")
        assert "如录" in Browser(client, other.login).open(f"/tasks/{task.id}").words()
        sql().execute("update user_task set assignee_id = %s where id = %s", (other.user_id, task.id))
        db.session.expire_all()
        office.act(case_id, "hand-up", "P3", by=other)
        above, by = office.claimed(case_id, "upper-review", "P3")
        office.sign_in(client, by.login)
        screen = Screen(client)
        assert "如录" in screen.text(f"/tasks/{above.id}")
        posted = {"conclusion": "grant", "opinion": "", "revision": above.revision, "key": "above"}
        unmarked = screen.post(f"/tasks/{above.id}/act", posted)
        assert unmarked.status_code == 422
        assert "请标明符合、不符合或者不适用" in unmarked.get_data(as_text=True)
        points = {f"check.{one.key}": "pass" for one in workspace(above.id, by).catalogue_item.checklist}
        assert screen.post(f"/tasks/{above.id}/act", posted | points).status_code == 302
