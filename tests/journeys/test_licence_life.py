"""A licence from its issue to its end: suspended, resumed, changed, reminded, renewed by a person or by the rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from tests.support import office
from webapp import clock, moments
from webapp.errors import Incomplete, NotAuthorised, NotYours, SamePerson
from webapp.extensions import db as database
from webapp.identity import Identity
from webapp.models import Licence, LicenceEvent, LicenceRenewal
from webapp.queries.audit import verify_all
from webapp.services import licence_acts, licence_files, licence_watch, renewals
from webapp.services.document_issue import DocumentNotPossible
from webapp.services.held_licence import DecidedElsewhere, NotInThatState, case_of, held
from webapp.services.locked_case import on_case
from webapp.unit_of_work import sql

BASIS = "《行政许可法》第五十条第二款"


@pytest.fixture
def sign(db) -> Licence:
    """A permit for a signboard: valid for three years, applied for 30 days before its end, silence renews."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    for step in ("accept", "review", "decide"):
        office.act(case.id, step, "P6")
    return Licence.query.filter_by(type_key="signboard-permit").one()


@pytest.fixture
def drug(db) -> Licence:
    """A licence to sell drugs: applied for six months before its end; silence renews nothing."""
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    return Licence.query.filter_by(type_key="drug-retail").one()


def decider_of(licence: Licence) -> Identity:
    group = "sign.decide" if licence.type_key == "signboard-permit" else "drug.decide"
    return office.member_of(group)


def act_on(licence: Licence, act: str, **more: object) -> None:
    by = more.pop("by", None) or decider_of(licence)
    getattr(licence_acts, act)(
        licence.id,
        by=by,
        key=f"{act}-{licence.id}-{licence.version}-{len(history(licence))}",
        reason=more.pop("reason", "现场检查发现未按许可内容设置。"),
        basis=more.pop("basis", "《江城市户外招牌设置管理规定》第十二条（示例）"),
        **more,
    )
    database.session.expire_all()


def history(licence: Licence) -> list[str]:
    rows = LicenceEvent.query.filter_by(licence_id=licence.id).order_by(LicenceEvent.id)
    return [row.kind for row in rows]


def at(day: date) -> object:
    """Ten in the morning of that day, in the office."""
    return clock.frozen_at(datetime(day.year, day.month, day.day, 10, tzinfo=moments.OFFICE_ZONE))


def apply_for_renewal(licence: Licence, key: str = "apply") -> None:
    renewals.apply(licence.id, by=office.person(office.CLERK), note="申请延续", key=key)
    database.session.expire_all()


def document_kinds(licence: Licence) -> list[str]:
    rows = sql().execute("select kind from document where item_case_id = %s order by id", (licence.item_case_id,))
    return [row[0] for row in rows]


@pytest.fixture(autouse=True)
def ledgers_hold(db) -> Iterator[None]:
    yield
    assert list(verify_all()) == []


# ---------------------------------------------------------------- acts


def test_it_knows_holder_scope_issuer_and_identifier_from_its_issue_on(drug):
    assert drug.holder_number == office.example("commitment")["answers"].get("credit_code") or drug.holder_number
    assert drug.scope_zh
    assert drug.department_key == "approval-bureau"
    parts = drug.identifier.split(".")
    assert ".".join(parts[:5]) == "1.2.156.3005.2"
    assert parts[-2] == "001"
    assert history(drug) == ["issued"]


def test_suspended_and_resumed_with_reason_document_and_history(sign):
    act_on(sign, "suspend")
    assert sign.status == "suspended"
    act_on(sign, "resume", reason="已整改。")
    assert sign.status == "valid"
    assert history(sign) == ["issued", "suspended", "resumed"]
    assert document_kinds(sign)[-2:] == ["licence-suspension", "licence-resumption"]
    line = LicenceEvent.query.filter_by(licence_id=sign.id, kind="suspended").one()
    assert (line.reason, line.basis) == (
        "现场检查发现未按许可内容设置。",
        "《江城市户外招牌设置管理规定》第十二条（示例）",
    )
    assert line.document_id is not None
    assert line.by_id == decider_of(sign).user_id


def test_what_ended_is_not_suspended_and_the_refusal_names_the_state(sign):
    act_on(sign, "cancel", reason="申请人歇业。", basis="《行政许可法》第七十条")
    for act in ("suspend", "resume", "cancel"):
        with pytest.raises(NotInThatState, match="cancelled"):
            act_on(sign, act)
    assert history(sign) == ["issued", "cancelled"]
    tries = sql().execute("select count(*) from case_event where kind = 'refused-act'").fetchall()
    assert tries == [(3,)]


def test_an_act_needs_reason_basis_and_an_authorised_decider_of_the_unit(sign):
    with pytest.raises(Incomplete):
        act_on(sign, "suspend", reason=" ")
    with pytest.raises(Incomplete):
        act_on(sign, "suspend", basis="")
    for stranger in (office.member_of("drug.decide"), office.person(office.CLERK), office.member_of("sign.review")):
        with pytest.raises((NotYours, NotAuthorised)):
            act_on(sign, "suspend", by=stranger)
    assert history(sign) == ["issued"]


def test_a_change_is_a_new_version_whose_file_is_made_anew(drug):
    licence_files.make(drug.id)
    first = licence_files.pdf(drug.id)
    identifier = drug.identifier
    new = office.credit_code(77)
    act_on(drug, "change", printed={"applicant_name": "江城市仁和堂大药房有限公司"}, holder_number=new)
    assert (drug.version, drug.holder, drug.holder_number) == (2, "江城市仁和堂大药房有限公司", new)
    assert [fact[2] for fact in drug.facts[:2]] == ["江城市仁和堂大药房有限公司", new]
    assert drug.identifier.split(".")[:-2] == identifier.split(".")[:-2]
    assert drug.identifier.split(".")[-2] == "002"
    licence_files.make(drug.id)
    second = licence_files.pdf(drug.id)
    assert second.digest != first.digest
    stated = [row.printed["holder"] for row in LicenceEvent.query.filter_by(licence_id=drug.id)]
    assert stated[0] != stated[1] == drug.holder


def test_a_change_to_a_number_with_a_wrong_check_digit_is_refused(drug):
    right = office.credit_code(77)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    with pytest.raises(Incomplete, match="check digit"):
        act_on(drug, "change", printed={}, holder_number=wrong)
    with pytest.raises(Incomplete):
        act_on(drug, "change", printed={}, holder_number="")
    assert drug.version == 1


def test_another_systems_licence_is_not_acted_on_here(db):
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    outside = Licence.query.filter_by(type_key="business-licence").one()
    assert outside.holder_number == outside.number
    with pytest.raises(DecidedElsewhere):
        act_on(outside, "suspend", by=office.member_of("drug.decide"))


# ---------------------------------------------------------------- reminders and the end


def reminders() -> list[tuple[str, str]]:
    rows = sql().execute("select group_key, text_zh from reminder where text_zh like '证照将在%%' order by id")
    return [(group, text) for group, text in rows]


def test_holder_unit_and_issuing_desk_are_reminded_once_at_each_distance(sign):
    with at(sign.valid_to - timedelta(91)):
        licence_watch.sweep()
        assert reminders() == []
    with at(sign.valid_to - timedelta(90)):
        licence_watch.sweep()
        licence_watch.sweep()
        assert [group for group, _ in reminders()] == ["sign.decide", "sign.review", "window.issue"]
        assert sign.number in reminders()[0][1]
        assert document_kinds(sign)[-1] == "licence-expiry-reminder"
    with at(sign.valid_to - timedelta(40)):
        licence_watch.sweep()
        assert len(reminders()) == 6  # 60 days; 90 lies behind
    rows = sql().execute("select days from licence_reminder order by days").fetchall()
    assert rows == [(60,), (90,)]


def test_a_paper_that_its_release_does_not_have_is_refused_in_words_and_stops_no_sweep(sign):
    with pytest.raises(DocumentNotPossible), on_case(case_of(sign.id)) as case:
        held(case, sign.id).paper("of-a-later-release", None)


def test_at_its_end_it_expires_and_the_history_says_by_what(sign):
    with at(sign.valid_to):
        licence_watch.sweep()
        assert history(sign) == ["issued"]
    with at(sign.valid_to + timedelta(1)):
        licence_watch.sweep()
        licence_watch.sweep()
    database.session.expire_all()
    assert sign.status == "expired"
    assert history(sign) == ["issued", "expired"]
    assert LicenceEvent.query.filter_by(kind="expired").one().by_id is None


def test_one_look_takes_on_everything_that_is_due_however_much_is_asked_for_at_once(sign, monkeypatch):
    monkeypatch.setattr(licence_watch, "AT_ONCE", 1)
    case = office.received("commitment")
    for item in ("P2", "P3"):
        office.act(case.id, "immediate", item)
    with at(sign.valid_to - timedelta(40)):
        sql().execute("update licence set valid_to = %s where type_key <> 'business-licence'", (sign.valid_to,))
        licence_watch.sweep()
    reminded = sql().execute("select count(distinct licence_id) from licence_reminder").fetchone()
    assert reminded == (2,)  # the type of the device licence reminds of nothing
    with at(sign.valid_to + timedelta(1)):
        licence_watch.sweep()
    ended = sql().execute("select count(*) from licence where status = 'expired'").fetchone()
    assert ended == (3,)


# ---------------------------------------------------------------- renewal


def test_applied_in_time_and_renewed_by_a_decider(sign):
    end = sign.valid_to
    with at(end - timedelta(30)):
        apply_for_renewal(sign)
        renewals.decide(
            sign.id, by=decider_of(sign), outcome="renewed", reason="仍符合条件。", basis=BASIS, key="decide"
        )
    database.session.expire_all()
    assert sign.valid_to == date(end.year + 3, end.month, end.day)
    assert sign.version == 2
    assert history(sign) == ["issued", "renewed"]
    assert document_kinds(sign)[-1] == "licence-renewal"
    assert document_kinds(sign)[-2] == "licence-renewal-receipt"
    renewal = LicenceRenewal.query.one()
    assert (renewal.outcome, renewal.in_time, renewal.renewed_to) == ("renewed", True, sign.valid_to)
    with at(end + timedelta(1)):
        licence_watch.sweep()
    assert history(sign) == ["issued", "renewed"]


def test_a_renewal_is_refused_in_writing_with_remedy_and_the_licence_ends_on_its_day(sign):
    with at(sign.valid_to - timedelta(30)):
        apply_for_renewal(sign)
        renewals.decide(
            sign.id, by=decider_of(sign), outcome="refused", reason="招牌遮挡消防登高面。", basis=BASIS, key="decide"
        )
    assert document_kinds(sign)[-1] == "licence-renewal-refusal"
    content = sql().execute("select content_zh from document order by id desc limit 1").fetchone()[0]
    assert "行政复议" in content
    with at(sign.valid_to + timedelta(1)):
        licence_watch.sweep()
    assert history(sign) == ["issued", "expired"]


def test_a_renewal_the_day_after_the_end_is_refused_with_the_rule_named(sign):
    with at(sign.valid_to + timedelta(1)):
        for swept in (False, True):  # whether the worker has come by or not
            with pytest.raises(renewals.RenewalAfterEnd) as refused:
                apply_for_renewal(sign, key=f"late-{swept}")
            assert "第五十条" in refused.value.words.zh
            assert sign.valid_to.isoformat() in refused.value.words.zh
            licence_watch.sweep()
            database.session.expire_all()
    assert LicenceRenewal.query.count() == 0


def test_a_late_application_is_not_taken_where_the_type_says_so(drug):
    with at(drug.valid_to - timedelta(90)), pytest.raises(renewals.RenewalTooLate) as refused:
        apply_for_renewal(drug)
    assert "第十七条" in refused.value.words.zh


def test_silence_until_the_end_renews_by_the_rule_and_the_unit_answers_for_it(sign):
    end = sign.valid_to
    with at(end - timedelta(30)):
        apply_for_renewal(sign)
    with at(end):
        licence_watch.sweep()
        assert history(sign) == ["issued"]
    with at(end + timedelta(1)):
        licence_watch.sweep()
        licence_watch.sweep()
    database.session.expire_all()
    assert sign.status == "valid"
    assert sign.valid_to == date(end.year + 3, end.month, end.day)
    assert history(sign) == ["issued", "deemed-renewed"]
    line = LicenceEvent.query.filter_by(kind="deemed-renewed").one()
    assert line.by_id is None
    assert "第五十条" in line.basis
    renewal = LicenceRenewal.query.one()
    assert (renewal.outcome, renewal.decided_by) == ("deemed-renewed", None)
    assert document_kinds(sign)[-1] == "licence-deemed-renewal"
    signal = sql().execute("select kind, colour, unit from supervision_signal").fetchall()
    assert signal == [("renewal-deemed", "red", "urban-management")]


def test_silence_renews_nothing_for_a_late_application_and_the_unit_answers_for_that_too(sign):
    with at(sign.valid_to - timedelta(5)):
        apply_for_renewal(sign)
    with at(sign.valid_to + timedelta(1)):
        licence_watch.sweep()
        database.session.expire_all()
        assert sign.status == "expired"
        signal = sql().execute("select kind from supervision_signal").fetchall()
        assert signal == [("renewal-undecided",)]
        renewals.decide(
            sign.id, by=decider_of(sign), outcome="renewed", reason="仍符合条件。", basis=BASIS, key="decide"
        )
    database.session.expire_all()
    assert sign.status == "valid"
    assert history(sign) == ["issued", "expired", "renewed"]


def test_silence_renews_nothing_where_the_type_does_not_say_so(drug):
    with at(drug.valid_to - timedelta(200)):
        apply_for_renewal(drug)
    with at(drug.valid_to + timedelta(1)):
        licence_watch.sweep()
    database.session.expire_all()
    assert drug.status == "expired"


def test_one_application_at_a_time_and_nobody_decides_on_the_one_that_they_took(sign):
    with at(sign.valid_to - timedelta(60)):
        by = decider_of(sign)
        renewals.apply(sign.id, by=by, note="", key="mine")
        with pytest.raises(renewals.AlreadyApplied):
            apply_for_renewal(sign, key="again")
        with pytest.raises(SamePerson):
            renewals.decide(sign.id, by=by, outcome="renewed", reason="符合。", basis=BASIS, key="d")


def test_a_cancelled_licence_is_not_renewed(sign):
    act_on(sign, "cancel", reason="申请人歇业。", basis="《行政许可法》第七十条")
    with at(sign.valid_to - timedelta(60)), pytest.raises(NotInThatState):
        apply_for_renewal(sign)


def test_without_an_application_there_is_nothing_to_decide(sign):
    with pytest.raises(renewals.NothingToDecide):
        renewals.decide(sign.id, by=decider_of(sign), outcome="renewed", reason="符合。", basis=BASIS, key="d")
