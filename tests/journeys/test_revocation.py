"""撤销: told, heard, decided by another, with the remedy; everyone who checks the licence sees it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import CheckViolation

from tests.support import office
from webapp.clock import frozen_at
from webapp.errors import Incomplete
from webapp.identity import Identity
from webapp.models import Document, ItemCase, Licence
from webapp.models.revocations import Revocation
from webapp.queries.licences import public_licence
from webapp.services import revocations
from webapp.services.revocations import StillToBeHeard
from webapp.services.separation import NotSeparate
from webapp.unit_of_work import sql

GRANTED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)


def day(number: int, month: int = 9) -> datetime:
    return datetime(2026, month, number, 2, 0, tzinfo=UTC)


def not_rectified() -> int:
    """A drug licence by commitment that did not hold, nor after rectification."""
    with frozen_at(GRANTED):
        case = office.received("commitment")
        office.act(case.id, "immediate", "P2")
    with frozen_at(day(2)):
        office.act(case.id, "verify", "P2", verification_result="rectify")
        office.act(case.id, "recheck", "P2", verification_result="fail")
    return case.id


def do(case_id: int, step: str, act: object, *, by: Identity | None = None, **facts: object) -> Identity:
    task, who = office.claimed(case_id, step, "P2", by=by)
    act(task.id, by=who, revision=task.revision, key=f"{step}-{task.id}-{task.revision}-{len(facts)}", **facts)  # type: ignore[operator]
    return who


def told(case_id: int) -> Identity:
    facts = {"facts": "药品专柜未与非药品分开，整改后仍未分开。", "reasons": "承诺的条件没有达到。"}
    with frozen_at(day(3)):
        return do(case_id, "revocation-notice", revocations.tell_of_revocation, **facts)


def test_a_commitment_not_kept_is_revoked_after_the_holder_was_heard(db: SQLAlchemy) -> None:
    case_id = not_rectified()
    told(case_id)
    with frozen_at(day(4)):
        do(case_id, "statement", revocations.hear_holder, statement="货架已经订购。", nothing_said=False)
    with frozen_at(day(7)):
        decision = {"decision": "revoke", "grounds": "订购不等于整改完成。"}
        do(case_id, "revoke", revocations.decide_revocation, **decision)
    kept = db.session.query(Revocation).one()
    assert (kept.outcome, kept.statement) == ("revoked", "货架已经订购。")
    assert "江城市人民政府申请行政复议" in kept.remedy_zh
    item = db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P2").one()
    papers = db.session.query(Document).filter_by(item_case_id=item.id).order_by(Document.id).all()
    assert [paper.kind for paper in papers][-3:] == ["revocation-notice", "revocation", "credit-notice"]
    for said in ("货架已经订购。", "订购不等于整改完成。", "江城市东城区人民法院"):
        assert said in papers[-2].content_zh
    licence = db.session.query(Licence).filter_by(item_case_id=item.id).one()
    shown = public_licence(licence.public_code)
    assert shown is not None
    assert shown.status == "revoked"
    happened = "select kind, reason from licence_event where licence_id = %s order by id"
    assert sql().execute(happened, (licence.id,)).fetchall() == [("issued", ""), ("revoked", "订购不等于整改完成。")]
    with pytest.raises(CheckViolation):
        sql().execute("update revocation set remedy_zh = ''")


def test_silence_counts_only_when_the_days_are_over_and_the_licence_may_stay(db: SQLAlchemy) -> None:
    case_id = not_rectified()
    told(case_id)
    with frozen_at(day(4)), pytest.raises(StillToBeHeard) as early:
        do(case_id, "statement", revocations.hear_holder, statement="", nothing_said=True)
    assert "撤销行政许可程序规定" in early.value.words.zh
    with frozen_at(day(20)):
        do(case_id, "statement", revocations.hear_holder, statement="", nothing_said=True)
        do(case_id, "revoke", revocations.decide_revocation, decision="keep", grounds="缺陷轻微，已实际消除。")
    assert db.session.query(Revocation).one().outcome == "kept"
    item = db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P2").one()
    assert db.session.query(Licence).filter_by(item_case_id=item.id).one().status == "valid"


def test_facts_grounds_and_another_person_are_needed(db: SQLAlchemy) -> None:
    case_id = not_rectified()
    with pytest.raises(Incomplete) as nothing:
        do(case_id, "revocation-notice", revocations.tell_of_revocation, facts="", reasons="理由")
    assert nothing.value.field == "facts"
    teller = told(case_id)
    with frozen_at(day(4)):
        do(case_id, "statement", revocations.hear_holder, statement="无异议。", nothing_said=False)
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = 'drug.decide'", (teller.user_id,)
    )
    sql().execute("update app_user set authorisation_number = '授〔2026〕9号' where id = %s", (teller.user_id,))
    with pytest.raises(NotSeparate):
        do(
            case_id,
            "revoke",
            revocations.decide_revocation,
            by=office.person(teller.login),
            decision="revoke",
            grounds="理由",
        )
