"""事后核查 by the rules of the place: methods, findings and what follows, draws, photos, compared facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import InsufficientPrivilege

from engine import Words
from engine.law import VerificationMethod, drawn
from tests.support import credit, office
from tests.support.points import every_point
from webapp.clock import frozen_at
from webapp.errors import FileRefused, Incomplete, NotEligible
from webapp.identity import Identity
from webapp.models import (
    CaseEvent,
    CreditRecord,
    DeclaredConflict,
    Document,
    ItemCase,
    LegalClock,
    Licence,
    Publication,
    Reminder,
    Revocation,
    SupervisionSignal,
    VerificationDraw,
    VerificationPhoto,
)
from webapp.services import draws, hearings, procedures, revocations, signal_watch, timers, verification
from webapp.services.compared_facts import Comparison
from webapp.services.draws import NotDrawn, NotEnoughOfficers
from webapp.services.files import Upload
from webapp.services.hearing_applications import Application
from webapp.services.separation import InConflict
from webapp.services.took_part import VerifierTookPart
from webapp.services.verification_photos import add_photos
from webapp.services.verification_points import to_verify
from webapp.unit_of_work import sql

GRANTED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


def day(number: int, month: int = 9) -> datetime:
    return datetime(2026, month, number, 2, 0, tzinfo=UTC)


def by_commitment(item: str, *, place: str = "") -> int:
    """A case of which this item was granted by commitment."""
    ways = {"P4": "commitment"} if place else None
    with frozen_at(GRANTED):
        case = office.received("commitment", ways=ways, place=place)
        office.act(case.id, "immediate", item)
    return case.id


def found(case_id: int, item: str, result: str, *, step: str = "verify", at: datetime) -> None:
    with frozen_at(at):
        office.act(case_id, step, item, verification_result=result)


def do(case_id: int, item: str, step: str, act: object, at: datetime, **facts: object) -> Identity:
    with frozen_at(at):
        task, who = office.claimed(case_id, step, item)
        act(task.id, by=who, revision=task.revision, key=f"{step}-{task.id}-{task.revision}", **facts)  # type: ignore[operator]
        office.run_jobs(case_id)
    return who


TOLD = {"facts": "承诺的质量管理人员从未到岗。", "reasons": "承诺的内容与核查的事实不符。"}


def revoke(case_id: int, item: str, since: datetime) -> None:
    """Tell, hear and revoke on three days one after another."""
    do(case_id, item, "revocation-notice", revocations.tell_of_revocation, since, **TOLD)
    said = {"statement": "没有意见。", "nothing_said": False}
    do(case_id, item, "statement", revocations.hear_holder, since + timedelta(1), **said)
    decision = {"decision": "revoke", "grounds": "承诺的内容与核查的事实不符。"}
    do(case_id, item, "revoke", revocations.decide_revocation, since + timedelta(2), **decision)


def item_case(db: SQLAlchemy, case_id: int, item: str) -> ItemCase:
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=item).one()


def status(db: SQLAlchemy, case_id: int, item: str) -> str:
    db.session.expire_all()
    return db.session.query(Licence).filter_by(item_case_id=item_case(db, case_id, item).id).one().status


def clock(db: SQLAlchemy, case_id: int, item: str, name: str) -> LegalClock:
    db.session.expire_all()
    return db.session.query(LegalClock).filter_by(item_case_id=item_case(db, case_id, item).id, name=name).one()


def papers(db: SQLAlchemy, case_id: int, item: str) -> list[str]:
    rows = db.session.query(Document).filter_by(item_case_id=item_case(db, case_id, item).id).order_by(Document.id)
    return [paper.kind for paper in rows]


def credit_kinds(db: SQLAlchemy) -> list[str]:
    return [record.kind for record in db.session.query(CreditRecord).order_by(CreditRecord.id)]


# What is found, and what follows


def test_found_as_committed_the_duty_is_done(db: SQLAlchemy) -> None:
    case_id = by_commitment("P3")
    found(case_id, "P3", "pass", at=day(10))
    assert clock(db, case_id, "P3", "verification").stopped_on is not None
    assert ("P3", "verify") not in office.open_steps(case_id)
    assert status(db, case_id, "P3") == "valid"
    assert credit_kinds(db) == []


def test_nothing_is_concluded_while_a_point_has_no_mark(db: SQLAlchemy) -> None:
    case_id = by_commitment("P3")
    with frozen_at(day(10)):
        task = office.open_task(case_id, "verify", "P3")
        officer, _ = office.verifiers(task)
        marks = every_point(task)
        left_out = sorted(marks)[:2]
        wrong = {**marks, left_out[0]: "perhaps"}
        del wrong[left_out[1]]
        with pytest.raises(Incomplete) as refused:
            verification.verify(
                task.id,
                by=officer,
                result="pass",
                record="到场核查。",
                checklist=wrong,
                revision=task.revision,
                key="half",
            )
    assert sorted(refused.value.faults) == [f"check.{key}" for key in left_out]
    assert ("P3", "verify") in office.open_steps(case_id)
    found(case_id, "P3", "unfulfilled", at=day(11))
    recheck = office.open_task(case_id, "recheck", "P3")
    assert set(every_point(recheck)) == set(marks)  # the verification named no point: everything is looked at again
    item, method = credit.item("P3"), VerificationMethod("on-site", Words("", ""))
    wrong = item.visit_checklist[0].key
    assert to_verify("recheck", item, (), method, {**marks, wrong: "fail"}).keys == (wrong,)


def test_put_right_in_time_it_passes_and_time_to_look_again_has_its_own_end(db: SQLAlchemy) -> None:
    case_id = by_commitment("P3")
    found(case_id, "P3", "unfulfilled", at=day(10))
    assert clock(db, case_id, "P3", "verification").stopped_on is not None  # it was done
    rectified, again = (clock(db, case_id, "P3", name).due_on for name in ("rectification", "recheck"))
    assert again > rectified
    assert office.open_task(case_id, "recheck", "P3").due_on == again
    found(case_id, "P3", "pass", step="recheck", at=day(24))
    assert status(db, case_id, "P3") == "valid"
    assert credit_kinds(db) == []


def test_a_minor_fault_may_be_put_right_twice_and_a_broken_commitment_once(db: SQLAlchemy) -> None:
    """The city's rule: two rounds for what is minor, one for what was not kept."""
    minor, broken = by_commitment("P3"), by_commitment("P2")
    found(minor, "P3", "rectify", at=day(10))
    found(minor, "P3", "again", step="recheck", at=day(24))
    found(minor, "P3", "pass", step="recheck", at=day(28))
    assert status(db, minor, "P3") == "valid"
    found(broken, "P2", "unfulfilled", at=day(10))
    with pytest.raises(Incomplete) as none_left:
        found(broken, "P2", "again", step="recheck", at=day(24))
    assert none_left.value.field == "result"


def test_what_was_not_kept_nor_put_right_is_revoked_recorded_and_published(db: SQLAlchemy) -> None:
    case_id = by_commitment("P2")
    found(case_id, "P2", "unfulfilled", at=day(10))
    found(case_id, "P2", "fail", step="recheck", at=day(24))
    revoke(case_id, "P2", day(25))
    assert status(db, case_id, "P2") == "revoked"
    assert credit_kinds(db) == ["unfulfilled-commitment"]
    entry = db.session.query(Publication).one()
    assert (entry.act_zh, entry.licence_number != "") == ("撤销许可", True)
    decided = db.session.query(Revocation).one()
    assert (decided.finding, decided.outcome) == ("unfulfilled", "revoked")
    assert entry.document_id == decided.document_id


def test_a_false_commitment_is_revoked_at_once_after_the_right_to_a_hearing_and_bars(db: SQLAlchemy) -> None:
    case_id = by_commitment("P2")
    found(case_id, "P2", "false", at=day(10))
    assert ("P2", "recheck") not in office.open_steps(case_id)
    assert "rectification-order" not in papers(db, case_id, "P2")
    do(case_id, "P2", "revocation-notice", revocations.tell_of_revocation, day(11), **TOLD)
    assert papers(db, case_id, "P2")[-2:] == ["revocation-notice", "revocation-hearing-notice"]
    waived = {"applied": False, "application": Application("林秀英", None)}
    do(case_id, "P2", "hearing-application", hearings.answer_hearing_right, day(12), **waived)
    said = {"statement": "质量管理人员是挂名的。", "nothing_said": False}
    do(case_id, "P2", "statement", revocations.hear_holder, day(13), **said)
    decision = {"decision": "revoke", "grounds": "承诺虚假，陈述没有新的证据，应当撤销。"}
    do(case_id, "P2", "revoke", revocations.decide_revocation, day(14), **decision)
    assert status(db, case_id, "P2") == "revoked"
    assert credit_kinds(db) == ["false-commitment"]
    with frozen_at(day(15)), pytest.raises(NotEligible) as barred:
        office.received("commitment")
    assert "虚假承诺" in barred.value.words.zh
    with frozen_at(day(15)):  # the ordinary way stays open
        assert ("P2", "accept") in office.open_steps(office.received("commitment", ways={}).id)


def test_a_hearing_before_the_revocation_is_held_and_named_in_the_decision(db: SQLAlchemy) -> None:
    case_id = by_commitment("P2")
    found(case_id, "P2", "false", at=day(10))
    do(case_id, "P2", "revocation-notice", revocations.tell_of_revocation, day(11), **TOLD)
    applied = {"applied": True, "application": Application("林秀英", day(14).date())}
    do(case_id, "P2", "hearing-application", hearings.answer_hearing_right, day(14), **applied)
    teller = db.session.query(Revocation).one().proposed_by
    host = office.member_of("drug.review", but=[teller])
    held_at = day(28)
    notice = {"held_at": held_at, "place": "政务服务中心三层听证室", "host_id": host.user_id}
    do(case_id, "P2", "hearing-notice", hearings.notify_hearing, day(15), **notice)
    with frozen_at(held_at + timedelta(hours=3)):
        task = office.open_task(case_id, "hearing", "P2")
        record = {"attended": "林秀英", "record": "当事人承认人员未到岗。"}
        hearings.record_hearing(task.id, by=host, revision=task.revision, key="record", **record)
    said = {"statement": "见听证笔录。", "nothing_said": False}
    do(case_id, "P2", "statement", revocations.hear_holder, day(29), **said)
    decision = {"decision": "revoke", "grounds": "承诺的内容与核查的事实不符。"}
    do(case_id, "P2", "revoke", revocations.decide_revocation, day(30), **decision)
    number = next(p.number for p in db.session.query(Document).filter_by(case_id=case_id, kind="hearing-record"))
    decided = db.session.query(Document).filter_by(case_id=case_id, kind="revocation").one()
    assert number in decided.content_zh
    assert procedures.OUTCOMES["hearing"]["held"].zh == "已举行听证"


def test_a_filing_is_cancelled_in_its_own_words(db: SQLAlchemy) -> None:
    case_id = by_commitment("P4")
    found(case_id, "P4", "unfulfilled", at=day(10))
    found(case_id, "P4", "fail", step="recheck", at=day(24))
    revoke(case_id, "P4", day(25))
    kinds = papers(db, case_id, "P4")
    assert [k for k in kinds if k.startswith("filing-canc")] == ["filing-cancellation-notice", "filing-cancellation"]
    cancelled = db.session.query(Document).filter_by(case_id=case_id, kind="filing-cancellation").one()
    assert "取消备案决定书" in cancelled.content_zh
    assert "撤销" not in cancelled.content_zh
    order = db.session.query(Document).filter_by(case_id=case_id, kind="rectification-order").one()
    assert "依法取消第二类医疗器械经营备案" in order.content_zh
    assert db.session.query(Publication).one().act_zh == "取消备案"
    assert status(db, case_id, "P4") == "revoked"


def test_the_county_lets_a_false_commitment_be_put_right_first_and_gives_no_hearing(db: SQLAlchemy) -> None:
    case_id = by_commitment("P4", place="fictional-county")
    found(case_id, "P4", "false", at=day(10))
    assert ("P4", "recheck") in office.open_steps(case_id)
    found(case_id, "P4", "fail", step="recheck", at=day(24))
    revoke(case_id, "P4", day(25))
    assert credit_kinds(db) == ["false-commitment"]


# In time


def test_most_of_the_time_gone_the_officers_are_reminded_and_past_it_their_unit_has_a_signal_once(
    db: SQLAlchemy,
) -> None:
    case_id = by_commitment("P3")
    due = clock(db, case_id, "P3", "verification").due_on
    late = datetime(due.year, due.month, due.day, 2, 0, tzinfo=UTC)
    with frozen_at(late - timedelta(days=10)):
        timers.fire_due(100)
        office.run_jobs(case_id)
    assert "事后核查期限已过八成" in [r.text_zh[:10] for r in db.session.query(Reminder).filter_by(case_id=case_id)]
    for _ in range(2):
        with frozen_at(late + timedelta(days=1)):
            signal_watch.sweep()
    raised = db.session.query(SupervisionSignal).filter_by(case_id=case_id, kind="late-verification").all()
    assert [(one.unit, one.colour) for one in raised if one.item_case_id == item_case(db, case_id, "P3").id] == [
        ("market-supervision", "red")
    ]


# Drawn officers


def draws_of(db: SQLAlchemy, case_id: int) -> list[VerificationDraw]:
    db.session.expire_all()
    mine = item_case(db, case_id, "P2").id
    return db.session.query(VerificationDraw).filter_by(item_case_id=mine).order_by(VerificationDraw.number).all()


def logins_of(users: list[int]) -> list[str]:
    logins = dict(sql().execute("select id, login from app_user").fetchall())
    return [logins[user] for user in users]


def sign(case_id: int, item: str, by: Identity, result: str = "pass", **more: object) -> bool:
    task = office.open_task(case_id, "verify", item)
    return verification.verify(
        task.id,
        by=by,
        result=result,
        record="到场核查。",
        checklist=every_point(task),
        revision=task.revision,
        key=f"{by.user_id}-{task.revision}-{len(more)}",
        **more,  # type: ignore[arg-type]
    )


def test_officers_are_drawn_by_a_seed_from_a_list_and_anyone_draws_the_same_again(db: SQLAlchemy) -> None:
    case_id = by_commitment("P2")
    (draw,) = draws_of(db, case_id)
    post = {office.person(login).user_id for login in ("huaqiang", "jinmin", "peisong", "mengting")}
    assert set(draw.candidates) == post
    assert len(draw.drawn) == draw.wanted == office.open_task(case_id, "verify", "P2").participants == 2
    assert list(drawn(draw.seed, draw.candidates, draw.wanted)) == draw.drawn == draw.officers
    assert list(drawn(draw.seed, reversed(draw.candidates), draw.wanted)) == draw.drawn
    told = db.session.query(CaseEvent).filter_by(case_id=case_id, kind="officers-drawn").one()
    assert draw.seed in told.body
    names = "、".join(office.person(login).name for login in logins_of(draw.officers))
    assert f"事后核查抽中{names}" in [one.text_zh for one in db.session.query(Reminder).filter_by(case_id=case_id)]
    with pytest.raises(InsufficientPrivilege):
        sql().execute("update verification_draw set seed = 'another'")


def test_who_ruled_reviewed_or_declared_a_conflict_is_not_in_the_list(db: SQLAlchemy) -> None:
    with frozen_at(GRANTED):
        case = office.received("commitment")
        decider = office.claimed(case.id, "immediate", "P2")[1]
        sql().execute(
            "insert into membership select %s, id from candidate_group where key = 'market.verify'", (decider.user_id,)
        )
        away = office.person("mengting")
        sql().execute(
            "insert into declared_conflict (case_id, user_id, reason, at) values (%s, %s, '亲属', now())",
            (case.id, away.user_id),
        )
        office.act(case.id, "immediate", "P2", by=decider)
    (draw,) = draws_of(db, case.id)
    assert {tuple(one) for one in draw.excluded} == {(decider.user_id, "ruled"), (away.user_id, "conflict")}
    assert not {decider.user_id, away.user_id} & set(draw.candidates)


def test_only_who_is_drawn_verifies_and_who_cannot_is_replaced_by_a_second_draw(db: SQLAlchemy) -> None:
    case_id = by_commitment("P2")
    (draw,) = draws_of(db, case_id)
    logins = dict(sql().execute("select id, login from app_user").fetchall())
    left, right = (office.person(logins[user]) for user in draw.officers)
    others = [office.person(logins[user]) for user in draw.candidates if user not in draw.officers]
    with pytest.raises(NotDrawn):
        sign(case_id, "P2", others[0])
    task = office.open_task(case_id, "verify", "P2")
    with pytest.raises(Incomplete) as no_reason:
        draws.step_aside(task.id, by=left, officer=left.user_id, kind="absent", reason=" ", key="a")
    assert no_reason.value.field == "aside_reason"
    with pytest.raises(Incomplete):  # nobody declares a conflict for a colleague
        draws.step_aside(task.id, by=right, officer=left.user_id, kind="conflict", reason="听说", key="b")
    # A colleague who has the absent one replaced cannot come in by that.
    draws.step_aside(task.id, by=others[0], officer=left.user_id, kind="absent", reason="病假至月底", key="c")
    first, second = draws_of(db, case_id)
    assert second.officers == [right.user_id, others[1].user_id]
    assert (second.replaced_id, second.reason, second.candidates) == (left.user_id, "病假至月底", [others[1].user_id])
    assert first.officers == [left.user_id, right.user_id]
    with pytest.raises(NotDrawn):
        sign(case_id, "P2", left)
    with pytest.raises(NotEnoughOfficers):  # nobody is left to draw; nothing changes
        draws.step_aside(task.id, by=others[0], officer=right.user_id, kind="other", reason="出差", key="d")
    assert len(draws_of(db, case_id)) == 2
    assert not sign(case_id, "P2", right)
    assert sign(case_id, "P2", others[1])


def test_who_declares_a_conflict_verifies_nothing_of_the_case(db: SQLAlchemy) -> None:
    case_id = by_commitment("P3")  # its officers are not drawn
    officer = office.person("huaqiang")
    task = office.open_task(case_id, "verify", "P3")
    draws.step_aside(task.id, by=officer, officer=officer.user_id, kind="conflict", reason="店主是亲戚", key="x")
    assert db.session.query(DeclaredConflict).one().reason == "店主是亲戚"
    with pytest.raises(InConflict):
        sign(case_id, "P3", officer)


# Photos, facts


def photo(case_id: int, by: Identity, uploads: list[Upload], **given: object) -> int:
    task = office.open_task(case_id, "verify", "P3")
    facts: dict[str, object] = {"point": "", "taken_at": day(10), "place": "和平路12号", **given}
    key = f"{by.user_id}-{len(uploads)}-{sorted(given)}"
    return add_photos(task.id, uploads, by=by, key=key, **facts)  # type: ignore[arg-type]


def test_without_the_photo_that_the_place_asks_for_nothing_is_signed(db: SQLAlchemy) -> None:
    case_id = by_commitment("P3")
    first, second = office.verifiers(office.open_task(case_id, "verify", "P3"))
    with frozen_at(day(11)):
        with pytest.raises(Incomplete) as none:
            sign(case_id, "P3", first)
        assert none.value.field == "photo"
        with pytest.raises(FileRefused):
            photo(case_id, first, [office.pdf("照片.pdf")])
        with pytest.raises(FileRefused) as large:
            photo(case_id, first, [Upload("大.jpg", b"\xff\xd8\xff" + bytes(21 * 1024 * 1024))])
        assert "20 MB" in large.value.words.zh
        with pytest.raises(Incomplete):
            photo(case_id, first, [office.picture()], taken_at=day(12))  # still to come
        with pytest.raises(Incomplete):
            photo(case_id, first, [office.picture()], place=" ")
        assert photo(case_id, first, [office.picture("门面.png"), office.picture("库房.png", (40, 40))]) == 2
        assert not sign(case_id, "P3", first)
        with pytest.raises(Incomplete):  # what is signed keeps its photos
            photo(case_id, first, [office.picture()], point="condition-1")
        assert sign(case_id, "P3", second, result="")
    kept = db.session.query(VerificationPhoto).order_by(VerificationPhoto.id).all()
    assert [(one.place, one.taken_at) for one in kept] == [("和平路12号", day(10))] * 2


def test_facts_are_compared_one_by_one_with_a_source_and_a_difference_does_not_pass(db: SQLAlchemy) -> None:
    case_id = by_commitment("P4")
    first, second = office.verifiers(office.open_task(case_id, "verify", "P4"))
    same = office.compared_facts(office.open_task(case_id, "verify", "P4"))
    assert set(same) == {"credit-code", "legal-representative", "premises"}
    with pytest.raises(Incomplete) as unsourced:
        sign(case_id, "P4", first, compared={**same, "premises": Comparison(" ", "", "match")})
    assert set(unsourced.value.faults) == {"fact.premises.source"}
    with pytest.raises(Incomplete) as nothing:
        sign(case_id, "P4", first, compared={})
    assert len(nothing.value.faults) == 6  # source and result of each
    differs = {**same, "premises": Comparison("不动产登记库", "江城市西城区望江路1号", "differ")}
    with pytest.raises(Incomplete) as different:
        sign(case_id, "P4", first, compared=differs)
    assert set(different.value.faults) == {"result"}
    assert _compared(case_id) == {}
    assert not sign(case_id, "P4", first, result="unfulfilled", compared=differs)
    assert sign(case_id, "P4", second, result="")
    declared, source, found_there, result = _compared(case_id)["premises"]
    assert (source, found_there, result) == ("不动产登记库", "江城市西城区望江路1号", "differ")
    assert declared.startswith("江城市")


def _compared(case_id: int) -> Mapping[str, tuple[str, ...]]:
    rows = sql().execute(
        "select c.key, c.declared, c.source, c.found, c.result from compared_fact c"
        " join user_task t on t.id = c.task_id where t.case_id = %s",
        (case_id,),
    )
    return {key: tuple(rest) for key, *rest in rows}


def test_one_officer_alone_and_who_decided_are_refused(db: SQLAlchemy) -> None:
    with frozen_at(GRANTED):
        case = office.received("commitment")
        decider = office.act(case.id, "immediate", "P3")
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = 'market.verify'", (decider.user_id,)
    )
    with pytest.raises(VerifierTookPart):
        sign(case.id, "P3", office.person(decider.login))
    first, _ = office.verifiers(office.open_task(case.id, "verify", "P3"))
    with frozen_at(day(11)):
        photo(case.id, first, [office.picture()])
        assert not sign(case.id, "P3", first)
    assert ("P3", "verify") in office.open_steps(case.id)  # one signature ends nothing
