"""A lower level reviews and hands up, the upper one decides (行政许可法 art. 35, 43); city and county in one case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine.law import Fault
from tests.journeys.test_pauses import notice
from tests.journeys.test_places import at
from tests.support import machines, office
from tests.webapp.screen import Screen
from tests.webapp.test_portability_page import PORTABLE
from webapp.catalogue import current_releases, release_files
from webapp.clock import frozen_at
from webapp.errors import ActRefused, Incomplete
from webapp.models import (
    Case,
    Document,
    HandUp,
    ItemCase,
    LegalClock,
    Licence,
    NotificationSheet,
    Review,
    SupervisionSignal,
    UserTask,
)
from webapp.queries.workspace import workspace
from webapp.services import correcting, extensions, hand_up, intake, pauses, signal_watch, tasks
from webapp.services.correcting import ByApplicant
from webapp.services.handed_up import MaterialsLocked
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql

COUNTY = "fictional-county"
#: Wednesday; the county counts the day of the event, so its five working days of review end on Tuesday the 8th.
DAY = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
REVIEW_ENDS = date(2026, 9, 8)
BELOW, ABOVE = "county-market", "approval-bureau"


def day(number: int) -> datetime:
    return DAY + timedelta(days=number)


@pytest.fixture
def case_id(db: SQLAlchemy) -> int:
    """A pharmacy in the county, handed in at a window of the city; its class III licence is accepted by the county."""
    with frozen_at(DAY):
        case = office.received("ordinary", ways={}, place=COUNTY)
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P3")
    return case.id


def devices(db: SQLAlchemy, case_id: int) -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P3").one()


def clock(db: SQLAlchemy, case_id: int, name: str) -> LegalClock:
    return db.session.query(LegalClock).filter_by(item_case_id=devices(db, case_id).id, name=name).one()


def reviewed(case_id: int) -> None:
    """Everything below but the hand-up."""
    office.act(case_id, "examine", "P3", visit_needed=False)
    office.act(case_id, "review", "P3")


def handed_up(case_id: int) -> None:
    reviewed(case_id)
    office.act(case_id, "hand-up", "P3")


def sent(db: SQLAlchemy, case_id: int) -> list[HandUp]:
    return db.session.query(HandUp).filter_by(item_case_id=devices(db, case_id).id).order_by(HandUp.round).all()


def late_signals(db: SQLAlchemy, case_id: int) -> list[SupervisionSignal]:
    return db.session.query(SupervisionSignal).filter_by(case_id=case_id, kind="late-hand-up").all()


def ledger(case_id: int, kind: str) -> list[dict[str, object]]:
    rows = sql().execute("select body from case_event where case_id = %s and kind = %s order by seq", (case_id, kind))
    return [orjson.loads(body) for (body,) in rows]


# In time, late, and what stands on the page


def test_the_county_reviews_in_time_and_the_city_decides(db: SQLAlchemy, case_id: int) -> None:
    assert (clock(db, case_id, "hand-up").due_on, clock(db, case_id, "hand-up").value) == (REVIEW_ENDS, 5)
    assert "第四十三条" in clock(db, case_id, "hand-up").basis_zh
    with frozen_at(day(2)):
        task = office.open_task(case_id, "examine", "P3")
        assert (task.groups, task.clock, task.due_on) == (["county-market.review"], "hand-up", REVIEW_ENDS)
        handed_up(case_id)
    assert clock(db, case_id, "hand-up").stopped_on == date(2026, 9, 4)
    assert clock(db, case_id, "statutory").stopped_on is None  # the whole runs on from acceptance
    above = office.open_task(case_id, "upper-review", "P3")
    assert (above.groups, above.clock) == (["device.review"], "promised")
    (line,) = sent(db, case_id)
    assert (line.from_unit, line.to_unit, line.conclusion, line.due_on) == (BELOW, ABOVE, "grant", REVIEW_ENDS)
    assert {"quality-rules", "computer-system"} <= {key for key, *_ in line.materials}
    assert "signboard-rendering" not in {key for key, *_ in line.materials}  # another item's
    opinion = db.session.query(Document).filter_by(case_id=case_id, kind="review-opinion").one()
    assert (opinion.unit_key, opinion.number) == (BELOW, "澜市监初〔2026〕1号")
    for words in (
        "江城市行政审批服务管理局：",
        "经初审：建议准予许可。",
        "计算机信息管理系统说明",
        line.digest,
        "第三十五条",
    ):
        assert words in opinion.content_zh
    with frozen_at(day(5)):
        office.act(case_id, "upper-review", "P3")
        decider = office.act(case_id, "decide", "P3")
    assert decider.department_key == ABOVE
    assert devices(db, case_id).outcome == "granted"
    granted = db.session.query(Licence).filter_by(item_case_id=devices(db, case_id).id).one()
    assert granted.issuer_zh == "江城市行政审批服务管理局"
    with frozen_at(day(30)):
        signal_watch.sweep()
    assert late_signals(db, case_id) == []


def test_late_it_is_a_signal_to_the_county_once_and_the_city_has_none(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(6)):  # the last day
        reviewed(case_id)
        signal_watch.sweep()
        assert late_signals(db, case_id) == []
    with frozen_at(day(7)):
        _, holder = office.claimed(case_id, "hand-up", "P3")
        signal_watch.sweep()
        signal_watch.sweep()
        office.act(case_id, "hand-up", "P3", by=holder)
        signal_watch.sweep()
    (signal,) = late_signals(db, case_id)
    assert (signal.unit, signal.person_id, signal.colour) == (BELOW, holder.user_id, "yellow")
    assert "第四十三条" in signal.basis_zh
    assert sent(db, case_id)[0].at.date() > REVIEW_ENDS


def test_late_before_anybody_has_swept_it_is_the_same_signal(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(7)):
        handed_up(case_id)
        assert [one.unit for one in late_signals(db, case_id)] == [BELOW]
        signal_watch.sweep()
    assert len(late_signals(db, case_id)) == 1


def test_while_it_waits_for_the_joint_visit_the_county_answers_for_the_delay(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(1)):
        office.act(case_id, "examine", "P3", visit_needed=True)
    with frozen_at(day(7)):
        signal_watch.sweep()
    assert [one.unit for one in late_signals(db, case_id)] == [BELOW]


def test_a_hearing_stands_the_review_below_still_too(db: SQLAlchemy, case_id: int) -> None:
    """What art. 45 takes out of the limits of its section, it takes out of that of art. 43."""
    with frozen_at(day(1)):
        told = notice(db, case_id, "P3")
        with on_case(case_id) as case:
            by = office.member_of("county-market.review")
            item = devices(db, case_id).id
            pauses.pause_clocks(case, item, "testing", document_id=told, by=by, expected_days=5)
    with frozen_at(day(12)):
        signal_watch.sweep()
        assert late_signals(db, case_id) == []
        with on_case(case_id) as case:
            pauses.end_pause(case, devices(db, case_id).id, "testing", by=by)
    assert clock(db, case_id, "hand-up").due_on > REVIEW_ENDS
    assert office.open_task(case_id, "examine", "P3").due_on == clock(db, case_id, "hand-up").due_on


def test_once_it_is_up_a_step_that_takes_too_long_is_the_citys(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(1)):
        handed_up(case_id)
    with frozen_at(day(6)):
        signal_watch.sweep()
    late = db.session.query(SupervisionSignal).filter_by(item_case_id=devices(db, case_id).id, kind="step-overdue")
    above = office.open_task(case_id, "upper-review", "P3")
    assert [(one.unit, one.ref["task"]) for one in late] == [(ABOVE, above.id)]


# Locked


def asks_again(case_id: int) -> None:
    """The city's reviewer asks for a correction at its own task."""
    task, by = office.claimed(case_id, "upper-review", "P3")
    faults = [Fault("material", "floor-plan", "请补充平面图。")]
    common = {"by": by, "revision": task.revision, "key": f"ask-{task.id}"}
    intake.decide_intake(task.id, outcome="correction", note="", faults=faults, **common)


def test_the_city_may_not_ask_the_applicant_again_and_the_ledger_keeps_the_try(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(2)):
        handed_up(case_id)
        with pytest.raises(MaterialsLocked) as refused:
            asks_again(case_id)
        assert "第三十五条" in refused.value.words.zh
        assert "江城市行政审批服务管理局" in refused.value.words.zh
        db.session.expire_all()
        task = office.open_task(case_id, "upper-review", "P3")
        by = office.person(sql().execute("select login from app_user where id = %s", (task.assignee_id,)).fetchone()[0])
        with pytest.raises(MaterialsLocked):
            hand_up.upper_review(
                task.id, by=by, conclusion="correction", opinion="请补充", checklist={}, revision=task.revision, key="k"
            )
    tries = [one["refusal"] for one in ledger(case_id, "refused-act")]
    assert tries == ["MaterialsLocked", "MaterialsLocked"]
    signals = db.session.query(SupervisionSignal).filter_by(case_id=case_id, kind="refused-try").all()
    assert [one.unit for one in signals] == [ABOVE]
    assert not db.session.query(Document).filter_by(case_id=case_id, kind="correction-notice").all()


def test_the_applicant_cannot_change_it_either(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(2)):
        handed_up(case_id)
        with pytest.raises(MaterialsLocked):
            correcting.answer(ByApplicant(case_id, "P3"), "更换平面图")
    assert ledger(case_id, "refused-act")[-1]["refusal"] == "MaterialsLocked"


def test_what_another_item_has_corrected_later_does_not_reach_it(db: SQLAlchemy, case_id: int) -> None:
    """The signboard's correction changes an answer that the licence reads too: the licence is decided without it."""
    with frozen_at(day(1)):
        handed_up(case_id)
        office.act(
            case_id,
            "accept",
            "P6",
            intake_outcome="correction",
            faults=[Fault("answer", "premises_address", "门牌号有误")],
        )
        answers = dict(office.example("ordinary")["answers"], premises_address="江城市东城区和顺路90号一层")
        guided = office.example("ordinary")["guided"]
        correcting.save_answers(
            ByApplicant(case_id, "P6"), {**office.raw_answers(answers), **office.raw_answers(guided)}
        )
        correcting.answer(ByApplicant(case_id, "P6"), "")
        above = office.open_task(case_id, "upper-review", "P3")
        sign = office.open_task(case_id, "accept", "P6")
        assert "88号" in workspace(above.id, office.member_of("device.review")).answers["premises_address"]
        assert "90号" in workspace(sign.id, office.member_of("sign.review")).answers["premises_address"]
        office.act(case_id, "upper-review", "P3")
        office.act(case_id, "decide", "P3")
    licence = db.session.query(Licence).filter_by(item_case_id=devices(db, case_id).id).one()
    assert "江城市东城区和顺路88号一层" in str(licence.facts)


# Back below


def test_sent_back_it_stops_no_clock_asks_nobody_and_comes_up_as_it_was(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(2)):
        handed_up(case_id)
        due = clock(db, case_id, "promised").due_on
        office.act(case_id, "upper-review", "P3", conclusion="return")
    back = office.open_task(case_id, "review", "P3")
    assert (back.groups, back.clock, back.due_on) == (["county-market.review"], "promised", due)
    assert clock(db, case_id, "promised").stopped_on is None
    assert clock(db, case_id, "hand-up").stopped_on == date(2026, 9, 4)  # it was handed up in time
    with frozen_at(day(8)):
        task, by = office.claimed(case_id, "review", "P3")
        with pytest.raises(MaterialsLocked):
            intake.decide_intake(
                task.id, by=by, outcome="correction", note="", faults=[], revision=task.revision, key="below"
            )
        office.act(case_id, "review", "P3", by=by)
        office.act(case_id, "hand-up", "P3")
        signal_watch.sweep()
    first, second = sent(db, case_id)
    assert first.returned_at == day(2)
    assert first.return_reason
    assert (second.round, second.digest, second.materials) == (2, first.digest, first.materials)
    assert late_signals(db, case_id) == []
    assert [one["round"] for one in ledger(case_id, "handed-up")] == [1, 2]
    assert len(ledger(case_id, "sent-back")) == 1
    office.act(case_id, "upper-review", "P3")
    assert ("P3", "decide") in office.open_steps(case_id)


def test_a_refusal_from_above_names_the_city_and_one_of_acceptance_the_county(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(2)):
        handed_up(case_id)
        office.act(case_id, "upper-review", "P3", conclusion="refuse")
        office.act(case_id, "decide", "P3", ruling="refuse")
        refusal = db.session.query(Document).filter_by(case_id=case_id, kind="refusal").one()
        assert "江城市行政审批服务管理局" in refusal.content_zh
        assert "江城市人民政府" in refusal.content_zh
        other = office.received("ordinary", ways={}, place=COUNTY)
        office.act(other.id, "backfill", "P1")
        office.act(other.id, "accept", "P3", intake_outcome="wrong-authority")
    told = db.session.query(Document).filter_by(item_case_id=devices(db, other.id).id, kind="not-accepted").one()
    assert told.unit_key == BELOW
    assert "澜溪县人民政府" in told.content_zh


def test_the_opinion_is_not_empty(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(2)):
        reviewed(case_id)
        task, by = office.claimed(case_id, "hand-up", "P3")
        for conclusion, opinion, field in (("", "合格", "conclusion"), ("grant", " ", "opinion")):
            with pytest.raises(Incomplete) as refused:
                hand_up.hand_up(
                    task.id, by=by, conclusion=conclusion, opinion=opinion, revision=task.revision, key=field
                )
            assert refused.value.field == field


def test_the_county_cannot_rule_on_it(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(2)):
        handed_up(case_id)
        office.act(case_id, "upper-review", "P3")
        task = office.open_task(case_id, "decide", "P3")
        with pytest.raises(ActRefused):
            tasks.claim(task.id, by=office.member_of("county-market.decide"))
        above = db.session.query(Review).filter_by(item_case_id=task.item_case_id, step="upper-review").one()
        decider = office.member_of("device.decide")
        above.by_id = decider.user_id
        db.session.commit()
        with pytest.raises(ActRefused):  # who reviewed above does not rule
            tasks.claim(task.id, by=decider)


# City and county in one case


def test_whichever_window_receives_it_units_of_both_levels_have_it_at_once(db: SQLAlchemy, case_id: int) -> None:
    """Received at a window of the city for a shop in the county: pushed to both, with one lead and one visit."""
    at_city = db.session.get(Case, case_id)
    assert at_city is not None
    assert at_city.profile_key == COUNTY
    units = {one.item_key: one.department_key for one in db.session.query(ItemCase).filter_by(case_id=case_id)}
    assert (units["P2"], units["P3"], units["P6"]) == (BELOW, ABOVE, "urban-management")
    open_to = {
        (item, step): office.open_task(case_id, step, item).groups for item, step in office.open_steps(case_id) if item
    }
    assert open_to["P2", "accept"] == ["county-market.review"]
    assert open_to["P6", "accept"] == ["sign.review"]
    with frozen_at(day(1)):
        office.act(case_id, "accept", "P2")
        office.act(case_id, "examine", "P2")
        office.act(case_id, "examine", "P3", visit_needed=True)
        office.act(case_id, "visit")
        office.act(case_id, "review", "P2")
        office.act(case_id, "review", "P3")
        office.act(case_id, "hand-up", "P3")
        office.act(case_id, "decide", "P2")
        assert db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P2").one().outcome == "granted"
        assert ("P3", "upper-review") in office.open_steps(case_id)  # what is decided does not wait for it
        office.act(case_id, "upper-review", "P3")
        office.act(case_id, "decide", "P3")
    decided = {
        ic.item_key: by
        for ic, by in db.session.query(ItemCase, UserTask.closed_by)
        .join(UserTask, UserTask.item_case_id == ItemCase.id)
        .filter(ItemCase.case_id == case_id, UserTask.step == "decide")
    }
    county, city = office.member_of("county-market.decide"), office.member_of("device.decide")
    assert (decided["P2"], decided["P3"]) == (county.user_id, city.user_id)


def test_in_the_city_the_same_item_is_decided_without_a_hand_up(db: SQLAlchemy) -> None:
    with frozen_at(DAY):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P3")
        reviewed(case.id)
        assert ("P3", "decide") in office.open_steps(case.id)
    names = {one.name for one in db.session.query(LegalClock).filter_by(item_case_id=devices(db, case.id).id)}
    assert "hand-up" not in names


def test_the_applicant_is_told_who_reviews_and_who_decides(db: SQLAlchemy, client: FlaskClient, case_id: int) -> None:
    both = "澜溪县市场监督管理局初审，江城市行政审批服务管理局决定"
    sheet = db.session.query(NotificationSheet).filter_by(case_id=case_id).one()
    receipt = db.session.query(Document).filter_by(case_id=case_id, kind="receipt").one()
    assert both in sheet.content
    assert both in receipt.content_zh
    screen = Screen(client)
    office.sign_in(client, office.CLERK)
    draft = office.draft("ordinary", place=COUNTY)
    for step in ("sheet", "check"):
        assert both in screen.text(f"/application/{draft}/{step}")
    office.sign_in(client, "weixiaohong")
    assert both in screen.text(f"/cases/{case_id}")


def test_who_extends_it_is_called_what_the_city_calls_it(db: SQLAlchemy, case_id: int) -> None:
    with frozen_at(day(2)):
        handed_up(case_id)
        task, by = office.claimed(case_id, "upper-review", "P3")
        extensions.request_extension(task.id, by=by, reason="需要核对外省档案", key="ask")
        asked = office.open_task(case_id, "extend", "P3")
        head = office.person("gaozhiyuan")
        tasks.claim(asked.id, by=head)
        revision = office.open_task(case_id, "extend", "P3").revision
        extensions.decide_extension(asked.id, by=head, grant=True, opinion="", revision=revision, key="grant")
    told = db.session.query(Document).filter_by(case_id=case_id, kind="extension-notice").one()
    assert "市行政审批服务管理局负责人" in told.content_zh
    assert clock(db, case_id, "hand-up").extended_by == 0  # the review below was done under its own limit


def test_a_release_from_before_knows_no_hand_up_and_waits_for_none(db: SQLAlchemy) -> None:
    """The rules of the place are newer than the diagrams: the county reviews, the city decides, no clock hangs."""
    files = release_files(current_releases()[office.BUNDLE])
    machines.publish_files(files | {"open-pharmacy.bpmn": PORTABLE.read_bytes()})
    with frozen_at(DAY):
        case = office.received("ordinary", ways={}, place=COUNTY)
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P3")
        reviewed(case.id)
    assert office.open_task(case.id, "decide", "P3").groups == ["device.decide"]
    names = {one.name for one in db.session.query(LegalClock).filter_by(item_case_id=devices(db, case.id).id)}
    assert "hand-up" not in names


@pytest.mark.parametrize("window", ["the city's", "the county's"])
def test_at_either_window_the_same_units_have_it(db: SQLAlchemy, window: str) -> None:
    if window == "the county's":
        at(db, COUNTY)
    case = office.received("ordinary", ways={}, place=COUNTY if window == "the city's" else "")
    with frozen_at(DAY):
        office.act(case.id, "backfill", "P1")
    units = {one.item_key: one.department_key for one in db.session.query(ItemCase).filter_by(case_id=case.id)}
    assert (units["P2"], units["P3"], units["P6"]) == (BELOW, ABOVE, "urban-management")
    assert office.open_task(case.id, "accept", "P3").groups == ["county-market.review"]


# On the screen


def test_the_pages_tell_what_went_up_and_that_it_is_locked(db: SQLAlchemy, client: FlaskClient, case_id: int) -> None:
    with frozen_at(day(2)):
        reviewed(case_id)
        task, by = office.claimed(case_id, "hand-up", "P3")
        office.sign_in(client, by.login)
        screen = Screen(client)
        html = screen.text(f"/tasks/{task.id}")
        assert "签署并上报" in html
        assert "初审上报时限" in html
        posted = {"conclusion": "grant", "opinion": "经初审，符合条件。", "revision": task.revision, "key": "page-1"}
        assert screen.post(f"/tasks/{task.id}/act", posted).status_code == 302
        above, reviewer = office.claimed(case_id, "upper-review", "P3")
        office.sign_in(client, reviewer.login)
        html = screen.text(f"/tasks/{above.id}")
        assert "澜溪县市场监督管理局已于" in html
        assert "退回下级机关补充审查" in html
        assert "要求补正" not in html
        refused = screen.post(
            f"/tasks/{above.id}/act",
            {"conclusion": "correction", "opinion": "请补充", "revision": above.revision, "key": "page-2"},
        )
        assert refused.status_code == 409
        assert "第三十五条" in refused.get_data(as_text=True)
