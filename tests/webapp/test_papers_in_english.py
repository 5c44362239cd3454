"""The English of a document: what the application writes is English, what a person wrote stays and says so."""

from __future__ import annotations

from datetime import date

from flask_sqlalchemy import SQLAlchemy

from engine import Words, as_written
from tests.journeys import test_revocation as revoked
from tests.journeys.test_procedures import ACCEPTED, answered, day, do, order, under_review
from tests.support import office
from webapp.clock import frozen_at
from webapp.models import Document
from webapp.services import hearings, revocations
from webapp.services.hearing_applications import Application
from webapp.services.kept_documents import kept_document

WRITTEN = "[original in Chinese]"


def papers(case_id: int, kind: str) -> tuple[str, str]:
    """The newest of this kind in plain text: Chinese, English."""
    row = Document.query.filter_by(case_id=case_id, kind=kind).order_by(Document.id.desc()).first()
    assert row is not None, kind
    kept = kept_document(row.id)
    return str(kept.zh), str(kept.en)


def test_what_a_person_typed_is_marked_in_the_translation_alone() -> None:
    assert as_written("平面图未标注面积。") == Words("平面图未标注面积。", f"平面图未标注面积。 {WRITTEN}")
    assert as_written("No area on the plan.") == Words("No area on the plan.", "No area on the plan.")
    assert as_written("") == Words("", "")


def test_a_correction_is_asked_for_in_english_but_for_what_is_wrong(db: SQLAlchemy) -> None:
    with frozen_at(ACCEPTED):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P6", intake_outcome="correction")
    zh, en = papers(case.id, "correction-notice")
    assert "材料“户外招牌设计效果图（标明尺寸、位置、材质）”：未标明尺寸。" in zh
    assert f"Material “Design of the signboard (size, place, material)”: 未标明尺寸。 {WRITTEN}" in en
    assert WRITTEN not in zh


def test_a_refusal_after_a_hearing_has_its_parts_by_themselves_and_rests_on_the_record(db: SQLAlchemy) -> None:
    case_id = under_review()
    with frozen_at(day(2)):
        order(case_id, "hearing", on_application=True)
    with frozen_at(day(3)):
        answered(case_id, Application("彭志远", date(2026, 9, 3)))
        host = office.member_of("sign.decide")
        told = {"held_at": day(16), "place": "政务服务中心 302", "host_id": host.user_id}
        do(case_id, "hearing-notice", hearings.notify_hearing, **told)
    with frozen_at(day(16, hour=4)):
        do(case_id, "hearing", hearings.record_hearing, by=host, attended="代理人", record="双方陈述了意见。")
        office.act(case_id, "review", "P6", proposal="refuse")
        office.act(case_id, "decide", "P6", ruling="refuse")
    zh, en = papers(case_id, "refusal")
    record = Document.query.filter_by(case_id=case_id, kind="hearing-record").one().number
    for heading in ("查明的事实", "理由", "依据", "救济途径"):
        assert heading in zh.splitlines()
    for heading in ("Facts found", "Reasons", "Basis", "Remedy"):
        assert heading in en.splitlines()
    assert f"听证笔录{record}" in zh
    assert f"record {record}" in en
    assert f"效果图显示招牌设置在二层外墙。 {WRITTEN}" in en
    zh, en = papers(case_id, "hearing-notice")
    assert "关于你（单位）的户外招牌设置许可申请" in zh
    assert "A hearing on your application for Signboard permit" in en
    assert "（最迟2026年9月9日）" in papers(case_id, "hearing-right-notice")[0].replace(" ", "")


def test_the_papers_of_a_revocation_are_english_and_speak_of_it(db: SQLAlchemy) -> None:
    with frozen_at(revoked.GRANTED):
        case = office.received("commitment")
        office.act(case.id, "immediate", "P3")
    with frozen_at(revoked.day(2)):
        office.act(case.id, "verify", "P3", verification_result="false")
        office.act(case.id, "revocation-notice", "P3")
    right = papers(case.id, "revocation-hearing-notice")
    assert "Jiangcheng rules on revocation" in right[1]
    assert "江城市撤销行政许可程序规定" not in right[1]
    with frozen_at(revoked.day(3)):
        of_holder = Application("江城康源大药房连锁有限公司金村二店", date(2026, 9, 3))
        task, who = office.claimed(case.id, "hearing-application", "P3")
        common = {"by": who, "revision": task.revision, "key": "applied"}
        hearings.answer_hearing_right(task.id, applied=True, application=of_holder, **common)
        task, who = office.claimed(case.id, "hearing-notice", "P3")
        host = office.person("fengbo") if who.login != "fengbo" else office.person("chuyan")
        common = {"by": who, "revision": task.revision, "key": "told"}
        hearings.notify_hearing(task.id, held_at=day(16), place="302", host_id=host.user_id, **common)
    zh, en = papers(case.id, "hearing-notice")
    assert "关于拟撤销你（单位）的第三类医疗器械经营许可" in zh
    assert "A hearing on the intended revocation of your Class III medical device licence" in en
    with frozen_at(day(16, hour=4)):
        task = office.open_task(case.id, "hearing", "P3")
        common = {"by": host, "revision": task.revision, "key": "held"}
        hearings.record_hearing(task.id, attended="当事人 林秀英", record="当事人陈述了意见。", **common)
        office.act(case.id, "statement", "P3")
        office.act(case.id, "revoke", "P3")
    assert "审查人员：" not in papers(case.id, "hearing-record")[0].splitlines()  # who told of it is named there
    zh, en = papers(case.id, "revocation")
    assert "Record of the hearing:" in en
    assert "听证笔录：" in zh
    assert revocations.REVOKE == "revoke"
