"""信用: a false commitment bars the shortcut the same second, and nothing else, until it is repaired or annulled."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import CheckViolation

from engine.law import FALSE_COMMITMENT, FALSE_MATERIALS, UNFULFILLED_COMMITMENT
from tests.journeys import test_verification as verifying
from tests.support import credit, office
from webapp.clock import frozen_at
from webapp.errors import Incomplete, NotEligible, NotYours, SamePerson
from webapp.models import CreditBar, CreditRecord, CreditRequest, Document, ItemCase, SupervisionSignal
from webapp.queries.application import draft_of
from webapp.queries.application_steps import commitments_of
from webapp.queries.audit import verify_all
from webapp.queries.credit_requests import request_view, waiting_requests
from webapp.services import credit as records
from webapp.services import credit_requests, credit_settling, credit_watch, outside_credit, receipt
from webapp.services.credit_bars import ApplicantBarred
from webapp.services.credit_requests import APPEAL, REPAIR, Asked, NotRepairable, RecordCountsNoMore, RepairTooEarly
from webapp.services.credit_settling import NotExamined, RecordedIt
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql

FOUND = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
MONTHS_LATER = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
DECIDER, OTHER_DECIDER, REVIEWER = "wujianhua", "chuyan", "zhaolin"


def found(
    kind: str = FALSE_COMMITMENT, item: str = "P4", *, by: str = DECIDER, at: datetime = FOUND
) -> tuple[int, int]:
    """A licence by commitment turns out to rest on something untrue: (case, record)."""
    with frozen_at(FOUND):
        case = office.received("commitment")
        office.act(case.id, "immediate", item)
        item_case = ItemCase.query.filter_by(case_id=case.id, item_key=item).one().id
        decision = Document.query.filter_by(case_id=case.id).order_by(Document.id.desc()).first()
        assert decision is not None
        with on_case(case.id) as locked:
            record = records.record_credit(
                locked,
                kind=kind,
                item_case_id=item_case,
                facts="库房为租赁前的照片，到场时并不存在。",
                document_id=decision.id,
                by=office.person(DECIDER),
            )
    return case.id, record


def asked(kind: str = REPAIR, **changed: Any) -> Asked:
    given = {"person": "周国富", "capacity": "self", "statement": "已经整改并完成培训。", **changed}
    return Asked(kind, **given)


def take(record: int, kind: str = REPAIR) -> int:
    files = [office.pdf("整改报告.pdf")]
    return credit_requests.take_request(
        record, asked(kind), files, by=office.person(office.CLERK), key=f"take-{kind}-{record}"
    )


def settle(request: int, outcome: str, *, by: str = DECIDER, **given: Any) -> None:
    """Examined by a reviewer, decided by a decider of the unit."""
    until = given.get("until")
    credit_settling.examine(
        request, by=office.person(REVIEWER), proposal=outcome, opinion="材料属实。", until=until, key=f"e-{request}"
    )
    credit_settling.decide(
        request, by=office.person(by), outcome=outcome, reasons="已经纠正。", key=f"d-{request}", **given
    )


def lines(record: int) -> list[str]:
    rows = sql().execute("select kind from credit_event where record_id = %s order by seq", (record,))
    return [kind for (kind,) in rows]


def test_a_false_commitment_bars_the_shortcut_the_same_second_and_lets_the_ordinary_way_open(db: SQLAlchemy) -> None:
    with frozen_at(FOUND):
        waiting = office.draft("commitment")
        office.sign_letters(waiting, ["P2", "P3", "P4"], office.person(office.CLERK))
    case_id, record = found()
    with frozen_at(FOUND):
        # What was signed a moment before is not received any more, nor is anything signed again.
        with pytest.raises(NotEligible):
            receipt.receive(waiting, by=office.person(office.CLERK), key="waiting")
        with pytest.raises(NotEligible) as again:
            office.received("commitment")
        assert "信用修复前" in again.value.basis.zh
        ordinary = office.received("commitment", ways={})
        assert {item.way for item in ItemCase.query.filter_by(case_id=ordinary.id)} == {"ordinary"}
    (notice,) = Document.query.filter_by(case_id=case_id, kind="credit-notice")
    for said in (
        "虚假承诺",
        "库房为租赁前的照片",
        "不适用告知承诺",
        "全部事项",
        "自2026-06-02起可以申请信用修复",
        "行政复议",
    ):
        assert said in notice.content_zh, said
    with frozen_at(MONTHS_LATER):
        settle(take(record), "repaired")
        assert office.received("commitment").number
    (paper,) = Document.query.filter_by(case_id=case_id, kind="credit-repair")
    assert "不再限制任何申请" in paper.content_zh
    assert lines(record) == ["recorded", "request-taken", "examined", "repaired"]
    assert list(verify_all()) == []


def test_who_is_in_the_middle_of_a_case_is_not_ruled_on_by_commitment_either(db: SQLAlchemy) -> None:
    with frozen_at(FOUND):
        running = office.received("commitment")
    found()
    with frozen_at(FOUND), pytest.raises(NotEligible) as refusal:
        office.act(running.id, "immediate", "P2")
    assert refusal.value.rule == "credit-false-commitment"
    assert "安阳" in refusal.value.basis.zh


def test_false_materials_bar_the_same_licence_for_a_year_and_a_repair_does_not_shorten_it(db: SQLAlchemy) -> None:
    _, record = found(FALSE_MATERIALS, "P2")
    with frozen_at(MONTHS_LATER), pytest.raises(RepairTooEarly) as early:
        take(record)
    assert early.value.first_day == date(2026, 9, 2)
    with frozen_at(datetime(2026, 10, 8, 2, 0, tzinfo=UTC)):
        with pytest.raises(ApplicantBarred) as barred:
            _ordinary()
        assert barred.value.rule == "credit-false-materials"
        assert "第七十八条" in barred.value.words.zh
        assert "2027-03-02" in barred.value.words.zh
        settle(take(record), "repaired")
        paper = Document.query.filter_by(kind="credit-repair").one()
        assert "2027-03-02" in paper.content_zh
        with pytest.raises(ApplicantBarred):
            _ordinary()
    with frozen_at(datetime(2027, 3, 3, 2, 0, tzinfo=UTC)):
        assert _ordinary()


def _ordinary() -> str:
    """The same applicant, the ordinary way."""
    return office.received("commitment", ways={}).number


def test_the_refused_application_stays_a_draft_and_the_try_in_the_ledger(db: SQLAlchemy) -> None:
    found(FALSE_MATERIALS, "P2")
    with frozen_at(FOUND):
        case_id = office.draft("commitment")
        with pytest.raises(ApplicantBarred):
            receipt.receive(case_id, by=office.person(office.CLERK), key="r")
    body = sql().execute(
        "select body from case_event where case_id = %s and kind = 'refused-act' order by seq desc limit 1", (case_id,)
    )
    told = orjson.loads(body.fetchone()[0])  # type: ignore[index]
    assert (told["refusal"], told["rule"]) == ("ApplicantBarred", "credit-false-materials")
    row = sql().execute("select received_at, number from cases where id = %s", (case_id,)).fetchone()
    assert row == (None, None)


def test_an_unkept_commitment_costs_another_thing_in_another_place(db: SQLAlchemy) -> None:
    found(UNFULFILLED_COMMITMENT, "P4")
    with frozen_at(FOUND):
        # In the city only the item itself is barred.
        with pytest.raises(NotEligible):
            office.received("commitment")
        assert office.received("commitment", ways={"P2": "commitment", "P3": "commitment"}).number
        # In the county a record of its own unit bars every item for a year, and is not repaired.
        county = credit.bar(
            "91440300708461136T",
            kind=UNFULFILLED_COMMITMENT,
            by=_county_decider(),
            term="until",
            until=date(2027, 3, 2),
        )
    bars = CreditBar.query.filter_by(record_id=county).all()
    assert [(bar.item_code, bar.place) for bar in bars] == [("", "fictional-county")]
    with frozen_at(MONTHS_LATER), pytest.raises(NotRepairable):
        take(county)


def _county_decider() -> str:
    return office.member_of("county-market.decide").login


def test_a_repair_takes_two_people_of_the_unit_that_recorded(db: SQLAlchemy) -> None:
    _, record = found()
    with frozen_at(MONTHS_LATER):
        request = take(record)
        decision = {"outcome": "repaired", "reasons": "已经纠正。"}
        with pytest.raises(NotExamined):
            credit_settling.decide(request, by=office.person(DECIDER), key="early", **decision)
        for stranger in ("hanlei", office.CLERK, "xieguang"):
            with pytest.raises(NotYours):
                credit_settling.examine(
                    request, by=office.person(stranger), proposal="repaired", opinion="好。", key=f"s-{stranger}"
                )
        credit_settling.examine(request, by=office.person(REVIEWER), proposal="repaired", opinion="材料属实。", key="e")
        for stranger in (REVIEWER, "xieguang", _county_decider()):
            with pytest.raises(NotYours):
                credit_settling.decide(request, by=office.person(stranger), key=f"d-{stranger}", **decision)
        sql().execute(
            "insert into membership select u.id, g.id from app_user u, candidate_group g"
            " where u.login = %s and g.key = 'drug.decide'",
            (REVIEWER,),
        )
        sql().execute("update app_user set authorisation_number = 'X' where login = %s", (REVIEWER,))
        with pytest.raises(SamePerson):
            credit_settling.decide(request, by=office.person(REVIEWER), key="same", **decision)
        with pytest.raises(Incomplete) as unreasoned:
            credit_settling.decide(request, by=office.person(DECIDER), outcome="repaired", reasons=" ", key="u")
        assert unreasoned.value.field == "reasons"
    assert CreditRecord.query.one().repaired_at is None
    assert lines(record).count("refused-act") == 9
    with pytest.raises(NotEligible), frozen_at(MONTHS_LATER):
        office.received("commitment")


def test_who_recorded_it_and_became_a_reviewer_does_not_examine_the_objection(db: SQLAlchemy) -> None:
    _, record = found(FALSE_MATERIALS, "P2")
    with frozen_at(FOUND):
        request = take(record, APPEAL)
        reviewer = office.person(REVIEWER).user_id
        sql().execute("update credit_record set recorded_by = %s where id = %s", (reviewer, record))
        with pytest.raises(RecordedIt):
            settle(request, "upheld")
    assert CreditRequest.query.one().examined_by is None


def test_an_objection_is_decided_by_somebody_who_did_not_record_and_annuls_everything(db: SQLAlchemy) -> None:
    case_id, record = found(FALSE_MATERIALS, "P2")
    with frozen_at(FOUND):
        request = take(record, APPEAL)
        assert CreditRequest.query.one().due_on == date(2026, 3, 11)
        with pytest.raises(RecordedIt):
            settle(request, "annulled")
        credit_settling.decide(
            request, by=office.person(OTHER_DECIDER), outcome="annulled", reasons="照片系同名企业。", key="other"
        )
        assert office.received("commitment").number
        with pytest.raises(RecordCountsNoMore):
            take(record)
    (paper,) = Document.query.filter_by(case_id=case_id, kind="credit-appeal")
    assert "撤销记录" in paper.content_zh
    assert "照片系同名企业" in paper.content_zh
    assert "行政复议" in paper.content_zh
    assert list(verify_all()) == []


def test_a_correction_ends_the_record_on_its_day_and_never_makes_it_longer(db: SQLAlchemy) -> None:
    _, record = found()
    with frozen_at(FOUND):
        settle(take(record, APPEAL), "corrected", by=OTHER_DECIDER, until=date(2026, 4, 1))
    for day, open_ in ((datetime(2026, 4, 1, 2, tzinfo=UTC), False), (datetime(2026, 4, 2, 2, tzinfo=UTC), True)):
        with frozen_at(day):
            if open_:
                assert office.received("commitment").number
            else:
                with pytest.raises(NotEligible):
                    office.received("commitment")
    with frozen_at(FOUND):
        longer = credit_requests.take_request(
            record, asked(APPEAL), [office.pdf()], by=office.person(office.CLERK), key="again"
        )
        with pytest.raises(Incomplete) as refused:
            settle(longer, "corrected", by=OTHER_DECIDER, until=date(2027, 4, 1))
    assert refused.value.field == "until"


def test_what_another_body_recorded_is_repaired_by_its_decision(db: SQLAlchemy) -> None:
    with frozen_at(FOUND):
        record = credit.bar()
        request = take(record)
        with pytest.raises(Incomplete) as refused:
            settle(request, "repaired")
        assert refused.value.field == "source_number"
        credit_settling.decide(
            request,
            by=office.person(DECIDER),
            outcome="repaired",
            reasons="原认定机关已经修复。",
            source_number="江信修〔2026〕3号",
            key="with",
        )
        assert office.received("commitment").number
    assert CreditRequest.query.one().document_id is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"source_number": ""}, "source_number"),
        ({"source": " "}, "source"),
        ({"term": ""}, "term"),
        ({"term": "until", "until": None}, "until"),
        ({"number": "91420000MA4KXXXXXX"}, "number"),
        ({"kind": "rumour"}, "kind"),
        ({"since": date(2030, 1, 1)}, "since"),
        ({"kind": "false-materials"}, "item_code"),
    ],
)
def test_a_record_without_source_or_term_is_refused(db: SQLAlchemy, changed: dict[str, Any], field: str) -> None:
    given = credit.typed(changed.pop("number", ""), **changed)
    with pytest.raises(Incomplete) as refused:
        outside_credit.enter_record(given, by=office.person(DECIDER), key="k")
    assert field in refused.value.faults
    assert CreditRecord.query.count() == 0


def test_the_database_too_keeps_no_record_without_source_or_term(db: SQLAlchemy) -> None:
    credit.bar()
    for fault in ("source_number = ''", "until_repaired = false", "source_kind = 'own'"):
        with pytest.raises(CheckViolation), sql().transaction():
            sql().execute(f"update credit_record set {fault}")


def test_only_some_enter_records(db: SQLAlchemy) -> None:
    for stranger in (office.CLERK, "xieguang", "taoran"):
        with pytest.raises(NotYours):
            outside_credit.enter_record(credit.typed(), by=office.person(stranger), key="k")


COUNTY = "fictional-county"


@pytest.mark.parametrize(("recorded_in", "bars"), [("", {""}), (COUNTY, {"", COUNTY})])
def test_a_false_commitment_of_the_city_bars_there_and_one_of_the_county_everywhere(
    db: SQLAlchemy, recorded_in: str, bars: set[str]
) -> None:
    by = DECIDER if not recorded_in else office.member_of("county-market.decide").login
    with frozen_at(FOUND):
        credit.bar(kind=FALSE_COMMITMENT, by=by)
        clerk = office.person(office.CLERK)
        barred = set()
        for place in ("", COUNTY):
            draft = draft_of(clerk, office.draft("commitment", place=place))
            (filing,) = [choice for choice in commitments_of(draft) if choice.item.key == "P4"]
            if not filing.eligibility.eligible:
                assert filing.eligibility.rule == "credit-barred"
                barred.add(place)
    assert barred == bars


def test_a_chain_whose_end_was_cut_is_found(db: SQLAlchemy) -> None:
    _, record = found()
    with frozen_at(FOUND):
        take(record, APPEAL)
    assert list(verify_all()) == []
    sql().execute("update credit_record set ledger_seq = ledger_seq + 1 where id = %s", (record,))
    (fault,) = verify_all()
    assert fault.chain == f"credit record {record}"


def test_the_way_back_of_a_refused_act_leaves_no_half_request(db: SQLAlchemy) -> None:
    _, record = found()
    with frozen_at(FOUND):
        with pytest.raises(RepairTooEarly):
            take(record)
        with pytest.raises(Incomplete):
            credit_requests.take_request(
                record, asked(APPEAL, statement=""), [], by=office.person(office.CLERK), key="without"
            )
    assert CreditRequest.query.count() == 0
    assert lines(record) == ["recorded", "refused-act", "refused-act"]


def test_the_last_day_of_a_request_is_told_with_the_days_that_it_skips(db: SQLAlchemy) -> None:
    _, record = found()
    with frozen_at(datetime(2026, 9, 28, 2, 0, tzinfo=UTC)):
        request = request_view(take(record))
        # Ten working days over the holidays of October, and the Saturday that is worked for them.
        assert request.due_on == date(2026, 10, 16)
        assert any("国庆" in line.zh for line in request.limit)
    with frozen_at(datetime(2026, 10, 19, 2, 0, tzinfo=UTC)):
        assert request_view(request.id).is_late
        (waiting,) = waiting_requests("approval-bureau")
        assert waiting.is_late
        assert waiting_requests("market-supervision") == []


def test_from_the_verification_to_the_repaired_record(db: SQLAlchemy) -> None:
    case_id = verifying.by_commitment("P4")
    verifying.found(case_id, "P4", "unfulfilled", at=verifying.day(10))
    verifying.found(case_id, "P4", "fail", step="recheck", at=verifying.day(24))
    verifying.revoke(case_id, "P4", verifying.day(25))
    record = CreditRecord.query.one()
    assert (record.kind, record.since, record.source_kind) == (UNFULFILLED_COMMITMENT, date(2026, 9, 27), "own")
    decision = db.session.get(Document, record.document_id)
    assert decision is not None
    assert decision.kind == "filing-cancellation"
    with frozen_at(verifying.day(28)):
        with pytest.raises(NotEligible):
            office.received("commitment")
        assert office.received("commitment", ways={}).number  # the ordinary way
    with frozen_at(verifying.day(28, 10)):
        settle(take(record.id), "repaired")
        assert office.received("commitment").number


def test_a_request_that_nobody_decides_in_time_is_a_signal_once_and_decided_in_time_it_is_none(db: SQLAlchemy) -> None:
    case_id, record = found()
    with frozen_at(FOUND):
        take(record, APPEAL)
    for moment, raised in ((datetime(2026, 3, 11, 8, tzinfo=UTC), 0), (datetime(2026, 3, 12, 2, tzinfo=UTC), 1)):
        with frozen_at(moment):
            credit_watch.sweep()
            credit_watch.sweep()
            signals = SupervisionSignal.query.filter_by(case_id=case_id, kind="credit-undecided").all()
            assert len(signals) == raised
    assert (signals[0].unit, signals[0].colour) == ("approval-bureau", "red")
    with frozen_at(datetime(2026, 3, 12, 2, tzinfo=UTC)):
        settle(CreditRequest.query.one().id, "upheld", by=OTHER_DECIDER)
        assert credit_watch.sweep() == 0
