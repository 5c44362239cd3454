"""联合会审: called by the lead, announced ahead, answered in time, recorded once; and each department rules alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_places import CITY, COUNTY, at
from tests.journeys.test_withdrawal import at_window
from tests.support import office
from webapp import clock
from webapp.catalogue import forget
from webapp.clock import frozen_at
from webapp.errors import Incomplete, NotYours
from webapp.identity import Identity
from webapp.models import (
    CaseEvent,
    ClockPause,
    Document,
    ItemCase,
    JointMeeting,
    LegalClock,
    MeetingAnswer,
    MeetingTime,
    Reminder,
    Ruling,
    SupervisionSignal,
)
from webapp.queries.audit import verify_all
from webapp.services import meeting_minutes, meetings, procedures, signal_watch, suspension
from webapp.services.meeting_answers import Given, answer_meeting
from webapp.services.meeting_refusals import (
    AnswerTooLate,
    MeetingMoot,
    MeetingNotYet,
    MeetingOver,
    MeetingPutOff,
    MeetingTooSoon,
    NoMeetingRules,
    NoMinutesTemplate,
    NoMoreTime,
    NotInvited,
    NotLeadDepartment,
    NotUnderReview,
)
from webapp.services.meetings import Set
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.releases import load_rules
from webapp.services.suspended import Suspended
from webapp.services.terminated import ItemTerminated
from webapp.settings import PROJECT_FOLDER
from webapp.unit_of_work import sql

#: Monday 7 September 2026, ten in the morning in the office. No holiday lies before the 25th.
MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
QUESTIONS = ("门店面积能否同时满足药品、器械分区陈列？", "招牌位置是否影响消防登高面？")
OFFICES = {CITY: "drug.review", COUNTY: "county-market.review"}
DECIDERS = {CITY: "drug.decide", COUNTY: "county-market.decide"}


def day(number: int, hour: int = 2) -> datetime:
    """So many days after the Monday, at ten in the morning."""
    return MONDAY + timedelta(days=number, hours=hour - 2)


@dataclass
class Story:
    """A pharmacy whose drug, device and signboard items are under review in a place."""

    db: SQLAlchemy
    place: str
    id: int
    keys: int = 0

    @property
    def lead(self) -> Identity:
        return office.member_of(OFFICES[self.place])

    @property
    def sign(self) -> Identity:
        return office.member_of("sign.review")

    def key(self) -> str:
        self.keys += 1
        return f"meeting-{self.id}-{self.keys}"

    def call(self, when: datetime, *items: str, by: Identity | None = None, on: datetime = MONDAY) -> int:
        with frozen_at(on):
            return meetings.call_meeting(
                self.id,
                items=items or ("P2", "P3", "P6"),
                questions=QUESTIONS,
                at=Set(when, "政务服务中心 302", "0000-8600100"),
                by=by or self.lead,
                key=self.key(),
            )

    def answer(
        self,
        meeting: int,
        answer: str,
        *items: str,
        by: Identity,
        on: datetime,
        opinion: str = "",
        shorter: bool = False,
    ) -> None:
        with frozen_at(on):
            answer_meeting(self.id, meeting, Given(items, answer, opinion, shorter), by=by, key=self.key())

    def move(
        self, meeting: int, when: datetime, *, on: datetime, place: str = "302", by: Identity | None = None
    ) -> None:
        with frozen_at(on):
            meetings.move_meeting(
                self.id,
                meeting,
                at=Set(when, place, "0000-8600100"),
                reason="主持人出差。",
                by=by or self.lead,
                key=self.key(),
            )

    def record(self, meeting: int, *, on: datetime, by: Identity | None = None, **said: str) -> int:
        words = {"attended": "赵琳\n韩磊", "record": "现场比对图纸。", "conclusion": "面积满足，招牌下移。"} | said
        with frozen_at(on):
            return meeting_minutes.record_minutes(self.id, meeting, by=by or self.lead, key=self.key(), **words)

    def refused(self) -> list[str]:
        """The refusals that the ledger keeps, in order."""
        self.db.session.expire_all()
        lines = self.db.session.query(CaseEvent).filter_by(case_id=self.id, kind="refused-act").order_by(CaseEvent.seq)
        return [json.loads(line.body)["refusal"] for line in lines]

    def kinds(self) -> list[str]:
        self.db.session.expire_all()
        lines = self.db.session.query(CaseEvent).filter_by(case_id=self.id).order_by(CaseEvent.seq)
        return [line.kind for line in lines]

    def clock(self, item: str, name: str = "meeting-answer") -> LegalClock:
        self.db.session.expire_all()
        row = self.db.session.query(ItemCase).filter_by(case_id=self.id, item_key=item).one()
        return self.db.session.query(LegalClock).filter_by(item_case_id=row.id, name=name).one()

    def signals(self) -> list[tuple[str, str, str]]:
        rows = self.db.session.query(SupervisionSignal).filter_by(case_id=self.id, kind="late-meeting-answer")
        return [(one.colour, one.unit, one.ref["due"]) for one in rows.order_by(SupervisionSignal.id)]


def begun(db: SQLAlchemy, place: str) -> Story:
    at(db, place)
    with frozen_at(MONDAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for item in ("P2", "P3", "P6"):
            office.act(case.id, "accept", item)
    return Story(db, place, case.id)


@pytest.fixture
def city(db: SQLAlchemy) -> Story:
    return begun(db, CITY)


@pytest.fixture
def county(db: SQLAlchemy) -> Story:
    return begun(db, COUNTY)


def test_a_meeting_is_called_answered_held_and_recorded_once_for_all(city: Story, db: SQLAlchemy) -> None:
    promised = city.clock("P6", "promised").due_on
    meeting = city.call(day(3, 6))
    limit = city.clock("P6")
    assert (limit.due_on, limit.value, limit.unit) == (date(2026, 9, 9), 2, "working_days")
    assert "第十三条" in limit.basis_zh
    city.answer(meeting, "conditions", "P2", by=city.lead, on=day(1), opinion="阴凉区另设温湿度监测。")
    city.answer(meeting, "attend", "P6", by=city.sign, on=day(1))
    assert city.clock("P6").stopped_on == date(2026, 9, 8)
    device = office.member_of("device.review")
    city.answer(meeting, "more-time", "P3", by=device, on=day(2), opinion="向省局核对目录。")
    more = city.clock("P3")
    assert (more.due_on, more.stopped_on) == (date(2026, 9, 10), None)  # one working day more, of its own basis
    assert "江城市联合会审规定" in more.basis_zh
    city.answer(meeting, "object", "P3", by=device, on=day(3), opinion="器械区不足十平方米。")
    paper = db.session.get(Document, city.record(meeting, on=day(3, 8)))
    assert paper is not None
    assert (paper.kind, paper.item_case_id, paper.unit_key) == ("meeting-minutes", None, "approval-bureau")
    assert paper.number.startswith("江审会〔2026〕")
    assert paper.seal_zh == "江城市行政审批服务管理局行政许可专用章"
    for words in (*QUESTIONS, "阴凉区另设温湿度监测。", "器械区不足十平方米。", "面积满足，招牌下移。", "韩磊"):
        assert words in paper.content_zh
    assert "滨州市工程建设项目并联审批管理规定" in paper.content_zh  # on what the place's own rule of meetings rests
    assert "Binzhou rules on parallel approval" in paper.content_en
    assert db.session.query(Document).filter_by(case_id=city.id, kind="meeting-minutes").count() == 1
    assert db.session.query(ClockPause).count() == 0  # a meeting stops nothing
    assert city.clock("P6", "promised").due_on == promised
    with frozen_at(day(4)):  # and every department makes its own ruling
        office.act(city.id, "review", "P6", proposal="grant")
        office.act(city.id, "decide", "P6")
    assert db.session.query(Ruling).join(ItemCase).filter(ItemCase.case_id == city.id, ItemCase.item_key == "P6").one()
    assert city.signals() == []
    assert city.kinds().count("meeting-answered") == 4
    assert {"meeting-called", "meeting-held"} <= set(city.kinds())
    assert list(verify_all()) == []


@pytest.mark.parametrize(
    ("place", "earliest", "answered_by", "basis"),
    [(CITY, date(2026, 9, 10), date(2026, 9, 9), "第十三条"), (COUNTY, date(2026, 9, 11), date(2026, 9, 9), "澜溪县")],
)
def test_how_far_ahead_a_meeting_is_announced_is_the_places(
    db: SQLAlchemy, place: str, earliest: date, answered_by: date, basis: str
) -> None:
    story = begun(db, place)
    noon = datetime(earliest.year, earliest.month, earliest.day, 4, 0, tzinfo=UTC)
    with pytest.raises(MeetingTooSoon) as refused:
        story.call(noon - timedelta(days=1))
    assert basis in refused.value.words.zh
    assert f"9月{earliest.day}日" in refused.value.words.zh
    assert ("同意缩短" in refused.value.words.zh) == (place == COUNTY)
    assert story.refused() == ["MeetingTooSoon"]
    story.call(noon)
    assert story.clock("P6").due_on == answered_by


def test_silence_is_no_consent_the_city_goes_on_without_and_marks_the_unit(city: Story, db: SQLAlchemy) -> None:
    with frozen_at(MONDAY):
        _, holder = office.claimed(city.id, "review", "P6")
    assert holder.department_key == "urban-management"
    meeting = city.call(day(3), "P2", "P6")
    city.answer(meeting, "agree", "P2", by=city.lead, on=day(1))
    with frozen_at(day(2, 10)):
        signal_watch.sweep()
    assert city.signals() == []  # the last day is not over
    with frozen_at(day(3, 1)):
        signal_watch.sweep()
    assert city.signals() == [("yellow", "urban-management", "2026-09-09")]
    with pytest.raises(AnswerTooLate) as late:
        city.answer(meeting, "agree", "P6", by=city.sign, on=day(3, 1))
    assert "第十三条" in late.value.words.zh
    assert city.refused() == ["AnswerTooLate"]
    paper = db.session.get(Document, city.record(meeting, on=day(3, 4)))
    assert paper is not None
    assert "未在期限内答复，会审不待其意见" in paper.content_zh
    assert "视为同意" not in paper.content_zh
    assert db.session.query(MeetingAnswer).count() == 1


def test_in_the_county_a_silent_unit_puts_the_meeting_off_once(county: Story, db: SQLAlchemy) -> None:
    meeting = county.call(day(4, 4), "P2", "P6")
    county.answer(meeting, "agree", "P2", by=county.lead, on=day(1))
    with frozen_at(day(4)):
        signal_watch.sweep()
    assert county.signals() == [("red", "urban-management", "2026-09-09")]
    county.move(meeting, day(4, 4), on=day(4, 3), place="403")  # another room puts nothing off
    with pytest.raises(MeetingPutOff) as refused:
        county.record(meeting, on=day(4, 5))
    assert "澜溪县联合会审规定" in refused.value.words.zh
    county.move(meeting, day(11, 4), on=day(4, 6))
    assert county.clock("P6").due_on == date(2026, 9, 15)  # asked anew: the day of the event counts here
    assert county.clock("P2").stopped_on is not None  # what was said in writing stands
    with frozen_at(day(10)):
        signal_watch.sweep()
    assert [due for _, _, due in county.signals()] == ["2026-09-09", "2026-09-15"]
    paper = db.session.get(Document, county.record(meeting, on=day(11, 5)))
    assert paper is not None
    assert paper.unit_key == "county-market"
    assert "会审不待其意见" in paper.content_zh


def test_the_invited_may_agree_to_less_notice_where_the_place_lets_them(county: Story, db: SQLAlchemy) -> None:
    meeting = county.call(day(7), "P2", "P6")
    county.answer(meeting, "attend", "P6", by=county.sign, on=day(0, 3), shorter=True)
    county.answer(meeting, "attend", "P2", by=county.lead, on=day(0, 3))
    with pytest.raises(MeetingTooSoon):
        county.move(meeting, day(1, 6), on=day(0, 4))
    county.answer(meeting, "attend", "P2", by=county.lead, on=day(0, 5), shorter=True)
    county.move(meeting, day(1, 6), on=day(0, 6))
    standing = db.session.query(MeetingAnswer).filter_by(holds=True).all()
    assert [one.answer for one in standing] == ["attend", "attend"]  # agreed, so nobody is asked again
    county.record(meeting, on=day(1, 8))


def test_an_item_that_a_lower_level_reviews_is_answered_for_by_who_has_it(county: Story, db: SQLAlchemy) -> None:
    """Class III devices: the county reviews, the city decides (art. 35). Each answers while the item lies with it."""
    below, above = county.lead, office.member_of("device.review")
    meeting = county.call(day(7), "P3")
    with pytest.raises(NotInvited):
        county.answer(meeting, "agree", "P3", by=above, on=day(1))
    with frozen_at(day(3)):
        signal_watch.sweep()
    assert [unit for _, unit, _ in county.signals()] == ["county-market"]
    with frozen_at(day(3)):
        meetings.cancel_meeting(county.id, meeting, reason="先行上报。", by=below, key=county.key())
        office.act(county.id, "examine", "P3", visit_needed=False)
        office.act(county.id, "review", "P3")
        office.act(county.id, "hand-up", "P3")
    meeting = county.call(day(14), "P3", on=day(3))
    with pytest.raises(NotInvited):
        county.answer(meeting, "agree", "P3", by=below, on=day(4))
    county.answer(meeting, "agree", "P3", by=above, on=day(4))
    county.record(meeting, on=day(14, 4))


def test_the_city_knows_no_shorter_notice(city: Story) -> None:
    meeting = city.call(day(7), "P6")
    city.answer(meeting, "attend", "P6", by=city.sign, on=day(0, 3), shorter=True)
    with pytest.raises(MeetingTooSoon) as refused:
        city.move(meeting, day(1), on=day(0, 4))
    assert "同意缩短" not in refused.value.words.zh


def test_the_county_gives_no_more_time_and_the_city_once(county: Story) -> None:
    meeting = county.call(day(7), "P6")
    with pytest.raises(NoMoreTime) as refused:
        county.answer(meeting, "more-time", "P6", by=county.sign, on=day(1), opinion="需现场复核。")
    assert "没有可以延长的答复时间" in refused.value.words.zh
    assert county.refused() == ["NoMoreTime"]


def test_more_time_is_given_once(city: Story) -> None:
    meeting = city.call(day(7), "P6")
    city.answer(meeting, "more-time", "P6", by=city.sign, on=day(1), opinion="需现场复核。")
    with pytest.raises(NoMoreTime):
        city.answer(meeting, "more-time", "P6", by=city.sign, on=day(2), opinion="还需复核。")
    assert city.clock("P6").due_on == date(2026, 9, 9)


def test_a_meeting_is_moved_with_notice_and_attendance_is_asked_anew(city: Story, db: SQLAlchemy) -> None:
    meeting = city.call(day(3), "P2", "P6")
    city.answer(meeting, "agree", "P2", by=city.lead, on=day(1))
    city.answer(meeting, "attend", "P6", by=city.sign, on=day(1))
    with pytest.raises(Incomplete) as missing, frozen_at(day(1)):
        meetings.move_meeting(city.id, meeting, at=Set(day(8), "302", "0000"), reason=" ", by=city.lead, key=city.key())
    assert missing.value.field == "reason"
    city.move(meeting, day(8), on=day(2))
    assert db.session.query(MeetingTime).filter_by(meeting_id=meeting).count() == 2  # what was read before stays
    told = [one.text_zh for one in db.session.query(Reminder).filter_by(case_id=city.id, group_key="sign.review")]
    assert any("联合会审改到2026-09-15 10:00" in text and "主持人出差" in text for text in told)
    limit = city.clock("P6")
    assert (limit.due_on, limit.stopped_on) == (date(2026, 9, 11), None)
    standing = {one.answer for one in db.session.query(MeetingAnswer).filter_by(holds=True)}
    assert standing == {"agree"}
    assert db.session.query(MeetingAnswer).count() == 2
    city.move(meeting, day(8), on=day(2, 3), place="403")  # another room is no other day: nobody answers again
    assert city.clock("P6").due_on == date(2026, 9, 11)


def test_a_meeting_is_cancelled_with_reasons_and_nothing_is_owed_any_more(city: Story, db: SQLAlchemy) -> None:
    meeting = city.call(day(3), "P6")
    with frozen_at(day(1)):
        with pytest.raises(Incomplete):
            meetings.cancel_meeting(city.id, meeting, reason="", by=city.lead, key=city.key())
        meetings.cancel_meeting(city.id, meeting, reason="图纸已补齐。", by=city.lead, key=city.key())
    assert city.clock("P6").stopped_on == date(2026, 9, 8)
    told = [one.text_zh for one in db.session.query(Reminder).filter_by(case_id=city.id, group_key="sign.review")]
    assert any("取消" in text and "图纸已补齐" in text for text in told)
    for act in (
        lambda: city.answer(meeting, "agree", "P6", by=city.sign, on=day(1)),
        lambda: city.move(meeting, day(7), on=day(1)),
        lambda: city.record(meeting, on=day(4)),
    ):
        with pytest.raises(MeetingOver):
            act()
    assert "meeting-cancelled" in city.kinds()
    city.call(day(7), "P6", on=day(1))  # a new one may be called


def test_who_may_call_and_who_may_answer(city: Story) -> None:
    with pytest.raises(NotLeadDepartment) as refused:
        city.call(day(3), by=city.sign)
    assert "牵头部门（江城市行政审批服务管理局）" in refused.value.words.zh
    with pytest.raises(NotYours):
        city.call(day(3), by=office.person(office.CLERK))
    meeting = city.call(day(3))
    for act in (
        lambda: city.move(meeting, day(7), on=day(1), by=city.sign),
        lambda: city.record(meeting, on=day(4), by=city.sign),
    ):
        with pytest.raises(NotLeadDepartment):
            act()
    for item, by in (("P6", city.lead), ("P2", city.sign), ("P3", city.lead)):
        with pytest.raises(NotInvited) as other:
            city.answer(meeting, "agree", item, by=by, on=day(1))
        assert "第十三条" in other.value.words.zh
    assert city.refused() == [
        "NotLeadDepartment",
        "NotYours",
        "NotLeadDepartment",
        "NotLeadDepartment",
        "NotInvited",
        "NotInvited",
        "NotInvited",
    ]


def test_what_a_call_an_answer_and_the_minutes_have_to_say(city: Story) -> None:
    good = {"items": ("P6",), "questions": QUESTIONS, "at": Set(day(3), "302", "0000-86")}
    for field, wrong in (
        ("items", {"items": ()}),
        ("questions", {"questions": (" ",)}),
        ("meeting_at", {"at": Set(None, "302", "0000-86")}),
        ("meeting_at", {"at": Set(day(-1), "302", "0000-86")}),
        ("meeting_place", {"at": Set(day(3), "", "0000-86")}),
        ("meeting_contact", {"at": Set(day(3), "302", " ")}),
    ):
        with pytest.raises(Incomplete) as missing, frozen_at(MONDAY):
            meetings.call_meeting(city.id, **{**good, **wrong}, by=city.lead, key=city.key())
        assert missing.value.field == field
    meeting = city.call(day(3), "P6")
    for field, answer in (("answer", "perhaps"), ("opinion", "object"), ("opinion", "conditions")):
        with pytest.raises(Incomplete) as missing:
            city.answer(meeting, answer, "P6", by=city.sign, on=day(1))
        assert missing.value.field == field
    with pytest.raises(MeetingNotYet) as early:
        city.record(meeting, on=day(3, 1))
    assert "2026-09-10 10:00" in early.value.words.zh
    for field in ("attended", "record", "conclusion"):
        with pytest.raises(Incomplete) as missing:
            city.record(meeting, on=day(3, 3), **{field: " "})
        assert missing.value.field == field
    city.record(meeting, on=day(3, 3))
    with pytest.raises(MeetingOver):
        city.record(meeting, on=day(3, 4))


def test_only_what_is_under_review_is_a_matter_for_a_meeting(city: Story) -> None:
    with pytest.raises(NotUnderReview) as refused:
        city.call(day(3), "P1")
    assert "已有办理结果" in refused.value.words.zh
    with frozen_at(MONDAY):
        other = office.received("ordinary", ways={})
    for item, words in (("P1", "外部系统"), ("P2", "尚未受理")):
        with pytest.raises(NotUnderReview) as refused:
            Story(city.db, CITY, other.id).call(day(3), item)
        assert words in refused.value.words.zh
    with frozen_at(MONDAY):
        task, by = office.claimed(city.id, "review", "P6")
        procedures.order_procedure(
            task.id,
            by=by,
            kind="expert-review",
            reason="结构安全。",
            expected_days=5,
            on_application=False,
            revision=task.revision,
            key="experts",
        )
    with pytest.raises(NotUnderReview) as refused:
        city.call(day(3), "P6")
    assert "专家评审" in refused.value.words.zh
    city.call(day(3), "P2")
    with pytest.raises(NotUnderReview) as refused:
        city.call(day(3), "P2")
    assert "另一次" in refused.value.words.zh


def test_an_item_that_is_taken_back_leaves_the_meeting_and_the_others_go_on(city: Story, db: SQLAlchemy) -> None:
    meeting = city.call(day(3), "P2", "P6")
    with frozen_at(day(1)):
        at_window(city.id, "P6")
    assert city.clock("P6").stopped_on == date(2026, 9, 8)
    for act in (
        lambda: city.answer(meeting, "agree", "P6", by=city.sign, on=day(1)),
        lambda: city.call(day(4), "P6", on=day(1)),
    ):
        with pytest.raises(ItemTerminated) as refused:
            act()
        assert "申请人撤回申请" in refused.value.words.zh
    city.answer(meeting, "agree", "P2", by=city.lead, on=day(1))
    with frozen_at(day(4)):
        signal_watch.sweep()
    assert city.signals() == []
    paper = db.session.get(Document, city.record(meeting, on=day(4)))
    assert paper is not None
    assert "该事项已办结或者终止" in paper.content_zh


def test_a_meeting_on_a_case_that_was_taken_back_can_only_be_cancelled(city: Story, db: SQLAlchemy) -> None:
    meeting = city.call(day(3), "P2", "P6")
    with frozen_at(day(1)):
        at_window(city.id)
    with pytest.raises(MeetingMoot):
        city.record(meeting, on=day(3, 5))
    with pytest.raises(MeetingMoot):
        city.move(meeting, day(8), on=day(1))
    with pytest.raises(ItemTerminated):
        city.call(day(8), "P3", on=day(1))
    with frozen_at(day(1)):
        meetings.cancel_meeting(city.id, meeting, reason="申请已撤回。", by=city.lead, key=city.key())
    assert city.refused() == ["MeetingMoot", "MeetingMoot", "ItemTerminated"]
    assert db.session.get(JointMeeting, meeting).outcome == "cancelled"


def test_a_ruling_before_the_meeting_ends_what_the_item_owes(city: Story) -> None:
    meeting = city.call(day(3), "P2", "P6")
    with frozen_at(day(1)):
        office.act(city.id, "review", "P6", proposal="grant")
        office.act(city.id, "decide", "P6")
    assert city.clock("P6").stopped_on == date(2026, 9, 8)
    with pytest.raises(NotUnderReview):
        city.answer(meeting, "agree", "P6", by=city.sign, on=day(1))
    with frozen_at(day(3)):
        signal_watch.sweep()
    assert [unit for _, unit, _ in city.signals()] == ["approval-bureau"]  # P2 alone is silent


def test_minutes_are_made_although_a_department_ruled_right_after_the_meeting(city: Story) -> None:
    meeting = city.call(day(3), "P6")
    city.answer(meeting, "attend", "P6", by=city.sign, on=day(1))
    with frozen_at(day(3, 4)):
        office.act(city.id, "review", "P6", proposal="grant")
        office.act(city.id, "decide", "P6")
    city.record(meeting, on=day(3, 6))


def test_a_suspended_case_takes_answers_and_nothing_else(city: Story, db: SQLAlchemy) -> None:
    meeting = city.call(day(3), "P2", "P6")
    with frozen_at(day(1)):
        suspension.suspend(city.id, by=office.member_of("centre.lead"), reason="核对", key="suspend")
    city.answer(meeting, "agree", "P6", by=city.sign, on=day(1))
    for act in (
        lambda: city.move(meeting, day(8), on=day(1)),
        lambda: city.record(meeting, on=day(3, 5)),
        lambda: city.call(day(8), "P3", on=day(1)),
    ):
        with pytest.raises(Suspended):
            act()
    with frozen_at(day(3)):
        signal_watch.sweep()
    assert [unit for _, unit, _ in city.signals()] == ["approval-bureau"]  # who is silent, not who suspended
    with frozen_at(day(3)):
        suspension.resume(city.id, by=office.member_of("centre.lead"), reason="核对完毕", key="resume")
    city.record(meeting, on=day(3, 5))


def test_a_page_sent_twice_counts_once(city: Story, db: SQLAlchemy) -> None:
    for _ in range(2):
        try:
            with frozen_at(MONDAY):
                meetings.call_meeting(
                    city.id,
                    items=("P6",),
                    questions=QUESTIONS,
                    at=Set(day(3), "302", "0000-86"),
                    by=city.lead,
                    key="same",
                )
        except AlreadyCarriedOut:
            continue
    assert db.session.query(JointMeeting).count() == 1


def test_a_place_without_rules_on_meetings_holds_none(city: Story) -> None:
    path = PROJECT_FOLDER / "processes" / "_shared" / "profiles" / "fictional-city.toml"
    text = path.read_text("utf-8")
    head, _, rest = text.partition("[parameters.meeting-answer-limit]\n")
    load_rules({("profile", CITY): (head + rest[rest.index("\n[") + 1 :]).encode()})
    with pytest.raises(NoMeetingRules):
        city.call(day(3), on=clock.now())
    assert city.refused() == ["NoMeetingRules"]


def test_a_case_on_a_release_without_the_template_calls_none_that_it_could_not_record(city: Story) -> None:
    sql().execute("delete from release_file where path like '%/meeting-minutes%'")
    forget()
    try:
        with pytest.raises(NoMinutesTemplate) as refused:
            city.call(day(3))
    finally:
        forget()
    assert "没有联合会审纪要的文书模板" in refused.value.words.zh
    assert city.refused() == ["NoMinutesTemplate"]
