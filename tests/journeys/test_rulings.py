"""决定: who rules, and what a refusal must say or is not kept."""

from __future__ import annotations

import re

import pytest
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import CheckViolation

from tests.support import office
from webapp.errors import Incomplete
from webapp.models import Document, ItemCase, Ruling
from webapp.services import rulings
from webapp.services.kept_documents import kept_document
from webapp.services.rulings import NotTheOwner, RemedyMissing
from webapp.unit_of_work import sql


def proposed() -> int:
    """The signboard, proposed to be refused."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P6")
    office.act(case.id, "review", "P6", proposal="refuse")
    return case.id


def rulings_of(db: SQLAlchemy, case_id: int) -> list[Ruling]:
    """What was ruled on the signboard."""
    db.session.expire_all()
    mine = db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P6").one()
    return db.session.query(Ruling).filter_by(item_case_id=mine.id).all()


def refuse(case_id: int, **said: str) -> None:
    task, decider = office.claimed(case_id, "decide", "P6")
    known = {"facts": "招牌设在二层外墙。", "reasons": "遮挡消防登高面。", **said}
    key = f"rule-{task.id}-{len(said)}-{task.revision}"
    rulings.rule(task.id, by=decider, ruling="refuse", revision=task.revision, key=key, **known)


@pytest.mark.parametrize("missing", ["facts", "reasons"])
def test_a_refusal_without_facts_or_reasons_is_not_kept_and_the_try_is(db: SQLAlchemy, missing: str) -> None:
    case_id = proposed()
    with pytest.raises(Incomplete) as refusal:
        refuse(case_id, **{missing: " "})
    assert refusal.value.field == missing
    assert rulings_of(db, case_id) == []
    last = sql().execute("select kind from case_event where case_id = %s order by seq desc limit 1", (case_id,))
    assert last.fetchone() == ("refused-act",)


def test_a_refusal_names_body_court_and_days_on_the_ruling_and_on_its_paper(db: SQLAlchemy) -> None:
    case_id = proposed()
    refuse(case_id)
    office.run_jobs(case_id)
    (ruling,) = rulings_of(db, case_id)
    assert ruling.facts == "招牌设在二层外墙。"
    assert "第三十八条" in ruling.basis_zh
    item = db.session.query(ItemCase).filter_by(case_id=case_id, item_key="P6").one()
    paper = db.session.query(Document).filter_by(item_case_id=item.id, kind="refusal").one()
    for said in (ruling.remedy_zh, paper.content_zh):
        assert "60日内" in said
        assert "江城市人民政府申请行政复议" in said
        assert "江城市西城区人民法院提起行政诉讼" in said
    printed = str(kept_document(paper.id).zh)
    assert "查明的事实\n\n招牌设在二层外墙。\n\n理由\n\n遮挡消防登高面。\n\n依据\n\n" in printed
    assert not re.search(r"\d{4}-\d{2}-\d{2}", paper.content_zh)


def test_a_unit_without_body_or_court_cannot_refuse(db: SQLAlchemy) -> None:
    case_id = proposed()
    sql().execute("update department set court_zh = '' where key = 'urban-management'")
    with pytest.raises(RemedyMissing):
        refuse(case_id)
    assert rulings_of(db, case_id) == []


def test_the_database_keeps_no_refusal_without_its_remedy(db: SQLAlchemy) -> None:
    case_id = proposed()
    refuse(case_id)
    with pytest.raises(CheckViolation):
        sql().execute("update ruling set remedy_zh = ''")


def test_a_decider_of_another_unit_does_not_rule(db: SQLAlchemy) -> None:
    case_id = proposed()
    stranger = office.member_of("drug.decide")
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = 'sign.decide'", (stranger.user_id,)
    )
    task, _ = office.claimed(case_id, "decide", "P6", by=office.person(stranger.login))
    with pytest.raises(NotTheOwner) as refusal:
        rulings.rule(
            task.id,
            by=office.person(stranger.login),
            ruling="grant",
            reasons="",
            revision=task.revision,
            key="stranger",
        )
    assert "江城市城市管理局" in refusal.value.words.zh
