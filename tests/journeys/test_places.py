"""Two places side by side, as data: the same act has the consequence that each place's rules state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine import DefinitionInvalid
from engine.law import Fault, read_profile
from tests.journeys.test_intake import ask
from tests.journeys.test_pauses import notice
from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.models import Case, Counter, Document, ItemCase, LegalClock, SupervisionSignal
from webapp.queries import application, application_steps
from webapp.services import correction_sending, extensions, pauses, signal_watch, tasks, timers
from webapp.services.locked_case import on_case
from webapp.settings import PROJECT_FOLDER

CITY, COUNTY = "fictional-city", "fictional-county"
MORNING = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)  # Wednesday, ten in the morning in the office
EVENING = datetime(2026, 9, 2, 11, 30, tzinfo=UTC)  # half past seven: closed in both places
BUREAU, COUNTY_BUREAU = "approval-bureau", "county-market"
POSTS = {CITY: "drug.review", COUNTY: "county-market.review"}
HEADS = {CITY: "gaozhiyuan", COUNTY: "luozheng"}


def at(db: SQLAlchemy, place: str) -> None:
    """What is handed in from now on is handed in at a counter of this place."""
    counter = db.session.query(Counter).order_by(Counter.id).first()
    assert counter is not None
    counter.profile_key = place
    db.session.commit()


def received(db: SQLAlchemy, place: str, moment: datetime = MORNING) -> int:
    """A pharmacy whose registration is there, so that drugs wait for acceptance."""
    at(db, place)
    with frozen_at(moment):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
    return case.id


def not_merged() -> None:
    """The county merges what several departments ask for; what nobody merged in time goes out on its own."""
    with frozen_at(MORNING + timedelta(days=5)):
        correction_sending.sweep()


def drugs(db: SQLAlchemy, case_id: int, key: str = "P2") -> ItemCase:
    db.session.expire_all()
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=key).one()


def clock(db: SQLAlchemy, case_id: int, name: str) -> LegalClock:
    return db.session.query(LegalClock).filter_by(item_case_id=drugs(db, case_id).id, name=name).one()


def paper(db: SQLAlchemy, case_id: int, kind: str, key: str = "P2") -> str:
    item = drugs(db, case_id, key)
    return db.session.query(Document).filter_by(item_case_id=item.id, kind=kind).one().content_zh


@pytest.mark.parametrize(
    ("place", "name", "started", "due"),
    [
        (CITY, "intake", date(2026, 9, 3), date(2026, 9, 10)),
        (COUNTY, "intake", date(2026, 9, 2), date(2026, 9, 8)),
        (COUNTY, "intake-promise", date(2026, 9, 2), date(2026, 9, 3)),
    ],
)
def test_an_application_in_the_evening(db: SQLAlchemy, place: str, name: str, started: date, due: date) -> None:
    """City: from the next working day, the day of the event not counted, the five days of the law. County: that day
    counts, and two are promised within the five."""
    case_id = received(db, place, EVENING)
    intake = clock(db, case_id, name)
    assert (intake.started_on, intake.due_on) == (started, due)
    assert db.session.get(Case, case_id).profile_key == place


def test_a_broken_promise_to_answer_is_a_matter_of_supervision_and_accepts_nothing(db: SQLAlchemy) -> None:
    """The county promises two days; the law lets silence accept after five, and then from the day of receipt."""
    case_id = received(db, COUNTY)
    task = office.open_task(case_id, "accept", "P2")
    assert task.due_on == date(2026, 9, 3)  # what is promised comes first in the inbox
    with frozen_at(datetime(2026, 9, 4, 2, tzinfo=UTC)):
        timers.fire_due()
        signal_watch.sweep()
        office.run_jobs(case_id)
    assert not drugs(db, case_id).deemed_accepted
    signals = db.session.query(SupervisionSignal).filter_by(item_case_id=drugs(db, case_id).id)
    assert [(one.kind, one.unit) for one in signals] == [("intake-overdue", COUNTY_BUREAU)]
    with frozen_at(datetime(2026, 9, 9, 2, tzinfo=UTC)):
        timers.fire_due()
        office.run_jobs(case_id)
        signal_watch.sweep()
    mine = drugs(db, case_id)
    assert (mine.deemed_accepted, mine.accepted_at) == (True, MORNING)
    assert "第三十二条第一款第四项" in mine.intake_note
    assert clock(db, case_id, "intake-promise").stopped_on is not None
    assert {one.kind for one in signals} == {"intake-overdue", "deemed-accepted"}


def test_after_a_broken_promise_the_office_still_decides_as_it_finds(db: SQLAlchemy) -> None:
    case_id = received(db, COUNTY)
    with frozen_at(datetime(2026, 9, 7, 2, tzinfo=UTC)):
        timers.fire_due()
        office.act(case_id, "accept", "P2", intake_outcome="wrong-authority")
    assert drugs(db, case_id).intake_outcome == "wrong-authority"


@pytest.mark.parametrize(("place", "rules"), [(CITY, "江城市"), (COUNTY, "澜溪县")])
def test_a_filing_is_put_right_on_the_place_s_own_text_and_a_licence_on_the_licensing_law(
    db: SQLAlchemy, place: str, rules: str
) -> None:
    at(db, place)
    with frozen_at(MORNING):
        case_id = office.received("commitment", ways={}).id
        for key in ("P2", "P4"):
            ask(case_id, Fault("answer", "shop_name", "与招牌不一致。"), key=key)
    not_merged()
    licence, filing = paper(db, case_id, "correction-notice"), paper(db, case_id, "correction-notice", "P4")
    assert "《中华人民共和国行政许可法》第三十二条第一款第四项" in licence
    assert f"{rules}政务服务事项受理办法" in filing
    assert "行政许可法" not in filing
    limits = db.session.query(LegalClock).filter_by(item_case_id=drugs(db, case_id, "P4").id, name="intake").one()
    assert "行政许可法" not in limits.basis_zh


@pytest.mark.parametrize(
    ("place", "department", "named", "body", "court"),
    [
        (CITY, BUREAU, "江城市行政审批服务管理局", "江城市人民政府", "江城市东城区人民法院"),
        (COUNTY, COUNTY_BUREAU, "澜溪县市场监督管理局", "澜溪县人民政府", "澜溪县人民法院"),
    ],
)
def test_who_decides_and_where_one_may_object(
    db: SQLAlchemy, place: str, department: str, named: str, body: str, court: str
) -> None:
    case_id = received(db, place)
    with frozen_at(MORNING):
        assert drugs(db, case_id).department_key == department
        office.act(case_id, "accept", "P2", intake_outcome="wrong-authority")
    told = paper(db, case_id, "not-accepted")
    for words in (named, body, court):
        assert words in told
    with on_case(case_id) as case:
        item = case.release.bundle.item("P2")
        assert item.department == department
        assert (item.supervised_by == item.department) == (place == COUNTY)  # who supervises itself
        assert case.release.bundle.item("P6").department == "urban-management"  # nothing arranged otherwise


def pause(db: SQLAlchemy, case_id: int, kind: str, place: str) -> None:
    told = notice(db, case_id)
    with on_case(case_id) as case:
        by = office.member_of(POSTS[place])
        pauses.pause_clocks(case, drugs(db, case_id).id, kind, document_id=told, by=by, expected_days=5)


@pytest.mark.parametrize(
    ("place", "lawful", "unlawful"), [(CITY, "public-notice", "site-visit"), (COUNTY, "site-visit", "public-notice")]
)
def test_what_stops_the_clock(db: SQLAlchemy, place: str, lawful: str, unlawful: str) -> None:
    case_id = received(db, place)
    with frozen_at(MORNING):
        office.act(case_id, "accept", "P2")
        with pytest.raises(pauses.PauseNotLegal) as refused:
            pause(db, case_id, unlawful, place)
        assert rules_in_force(place).profile.jurisdiction.zh in refused.value.words.zh
        pause(db, case_id, lawful, place)
    db.session.expire_all()
    assert clock(db, case_id, "promised").provisional
    assert not clock(db, case_id, "statutory").provisional  # in both places only the promise stands still


@pytest.mark.parametrize(("place", "outcome"), [(CITY, "deemed-withdrawn"), (COUNTY, "correction-lapsed")])
def test_a_correction_that_does_not_come(db: SQLAlchemy, place: str, outcome: str) -> None:
    case_id = received(db, place)
    with frozen_at(MORNING):
        office.act(case_id, "accept", "P2", intake_outcome="correction")
    not_merged()
    limit = clock(db, case_id, "correction")
    assert limit.unit == ("working_days" if place == CITY else "calendar_days")
    with frozen_at(MORNING + timedelta(days=(limit.due_on - MORNING.date()).days + 2)):
        timers.fire_due()
        office.run_jobs(case_id)
    assert drugs(db, case_id).intake_outcome == outcome


@pytest.mark.parametrize(("place", "unit"), [(CITY, BUREAU), (COUNTY, COUNTY_BUREAU)])
def test_silence_accepts_and_shows_who_kept_silent(db: SQLAlchemy, place: str, unit: str) -> None:
    case_id = received(db, place)
    due = clock(db, case_id, "intake").due_on
    with frozen_at(datetime(due.year, due.month, due.day, 17, tzinfo=UTC)):
        timers.fire_due()
        office.run_jobs(case_id)
    assert drugs(db, case_id).deemed_accepted
    signal = db.session.query(SupervisionSignal).filter_by(item_case_id=drugs(db, case_id).id).first()
    assert signal is not None
    assert signal.unit == unit


@pytest.mark.parametrize(("place", "level"), [(CITY, "本行政机关负责人"), (COUNTY, "县政府部门主要负责人")])
def test_who_may_extend(db: SQLAlchemy, place: str, level: str) -> None:
    case_id = received(db, place)
    with frozen_at(MORNING):
        by = office.act(case_id, "accept", "P2")
        task = office.open_task(case_id, "examine", "P2")
        tasks.claim(task.id, by=by)
        extensions.request_extension(task.id, by=by, reason="需要核对外省档案", key=f"ask-{case_id}")
        task = office.open_task(case_id, "extend", "P2")
        head = office.person(HEADS[place])
        tasks.claim(task.id, by=head)
        revision = office.open_task(case_id, "extend", "P2").revision
        extensions.decide_extension(task.id, by=head, grant=True, opinion="", revision=revision, key=f"do-{case_id}")
    assert level in paper(db, case_id, "extension-notice")


@pytest.mark.parametrize(("place", "open_to"), [(CITY, True), (COUNTY, False)])
def test_whether_a_commitment_is_open(db: SQLAlchemy, place: str, open_to: bool) -> None:
    at(db, place)
    with frozen_at(MORNING):
        draft = application.draft_of(office.person(office.CLERK), office.draft("commitment"))
        choices = {one.item.key: one.eligibility.eligible for one in application_steps.commitments_of(draft)}
    assert choices["P2"] is open_to


def test_no_rule_of_either_place_is_without_unit_or_basis() -> None:
    for key in (CITY, COUNTY):
        text = (PROJECT_FOLDER / "processes" / "_shared" / "profiles" / f"{key}.toml").read_text("utf-8")
        profile = read_profile(text.encode())
        assert all(parameter.unit and parameter.basis.zh for parameter in profile.parameters.values())
        assert all(kind.basis.zh and kind.notices for kind in profile.pauses.values())
        for lame in (text.replace('unit = "working_days"\n', "", 1), text.replace("basis = {", "grounds = {", 1)):
            with pytest.raises(DefinitionInvalid):
                read_profile(lame.encode())
