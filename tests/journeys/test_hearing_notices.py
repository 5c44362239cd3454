"""听证通知: told in time, to whoever asked for the hearing and to the applicant, who reads it with number and code."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_procedures import answered, day, do, order, under_review
from tests.support import office
from webapp.clock import frozen_at
from webapp.models import Case, Document
from webapp.services import hearings
from webapp.services.hearing_applications import Application
from webapp.services.hearings import HearingTooSoon

NEIGHBOUR = "相邻住户程立"


def applied_for(applicant: str = NEIGHBOUR) -> int:
    """A case whose signboard is to be heard: applied for on the eighth day after the right was told."""
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(9)):
        answered(case_id, Application(applicant, date(2026, 9, 9)))
    return case_id


def notified(case_id: int, *, at: datetime) -> None:
    host = office.member_of("sign.decide")
    do(case_id, "hearing-notice", hearings.notify_hearing, held_at=at, place="政务服务中心 302", host_id=host.user_id)


def test_the_days_ahead_are_counted_as_every_limit_of_that_day_is(db: SQLAlchemy) -> None:
    """Told on Saturday 12 September it is told on Monday 14, which is not counted: 15 to 18, 20 (made up), 21, 22."""
    case_id = applied_for()
    with frozen_at(datetime(2026, 9, 12, 2, tzinfo=UTC)):
        with pytest.raises(HearingTooSoon) as soon:
            notified(case_id, at=day(21))
        assert "2026-09-22" in soon.value.words.zh
        notified(case_id, at=day(22))


def notices(db: SQLAlchemy, case_id: int, kind: str = "hearing-notice") -> dict[str, str]:
    """Kind -> words of the notices of the hearing, or of other papers of it."""
    rows = db.session.query(Document).filter(Document.case_id == case_id, Document.kind.startswith(kind))
    return {one.kind: one.content_zh for one in rows}


def test_who_applied_is_told_in_their_own_name_and_the_applicant_as_a_party(db: SQLAlchemy) -> None:
    case_id = applied_for()
    with frozen_at(day(10)):
        notified(case_id, at=day(22))
    told = notices(db, case_id)
    company = str(db.session.get_one(Case, case_id).applicant_name)
    assert set(told) == {"hearing-notice", "hearing-notice-applied"}
    assert f"{NEIGHBOUR}：" in told["hearing-notice-applied"]
    assert "2026年9月9日" in told["hearing-notice-applied"]
    assert company in told["hearing-notice-applied"]  # whose application is heard
    assert f"{company}：" in told["hearing-notice"]
    assert NEIGHBOUR not in told["hearing-notice"]


def test_every_paper_says_the_office_s_time_of_the_hearing(db: SQLAlchemy) -> None:
    """Set for 22 September, ten in the morning, two o'clock of universal time."""
    case_id = applied_for()
    with frozen_at(day(10)):
        notified(case_id, at=day(22))
    with frozen_at(day(22, hour=6)):
        held = {"attended": "申请人", "record": "双方质证，无异议。"}
        do(case_id, "hearing", hearings.record_hearing, by=office.member_of("sign.decide"), **held)
    papers = {**notices(db, case_id), **notices(db, case_id, "hearing-record")}
    assert set(papers) == {"hearing-notice", "hearing-notice-applied", "hearing-record"}
    for kind, words in papers.items():
        assert "2026年9月22日10时" in words, kind


def test_an_applicant_who_applied_has_one_notice(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(9)):
        company = office.legal_representative(case_id).name
        answered(case_id, Application(company, date(2026, 9, 9)))
    with frozen_at(day(10)):
        notified(case_id, at=day(22))
    assert set(notices(db, case_id)) == {"hearing-notice"}
