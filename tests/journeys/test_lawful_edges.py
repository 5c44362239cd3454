"""Where the shortcut, the second person or the clock must not be got round."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.law import Fault
from tests.support import credit, office, visiting
from webapp.clock import frozen_at
from webapp.errors import FileRefused, Incomplete, LetterChanged, NotEligible, Stale
from webapp.models import Correction, Document, ItemCase, LegalClock, Licence
from webapp.services import commitments, drafts, intake, issuing, materials, receipt, rulings
from webapp.services.files import Upload
from webapp.services.page_keys import AlreadyCarriedOut, KeyReused
from webapp.unit_of_work import sql


def item_of(db: SQLAlchemy, case_id: int, key: str) -> ItemCase:
    return db.session.query(ItemCase).filter_by(case_id=case_id, item_key=key).one()


def clock_row(db: SQLAlchemy, case_id: int, item: str, name: str) -> LegalClock:
    return db.session.query(LegalClock).filter_by(item_case_id=item_of(db, case_id, item).id, name=name).one()


def test_numbers_without_the_year_go_on_in_the_next_year(db: SQLAlchemy) -> None:
    for moment in (datetime(2026, 12, 30, 2, tzinfo=UTC), datetime(2027, 1, 5, 2, tzinfo=UTC)):
        with frozen_at(moment):
            case = office.received("commitment")
            office.act(case.id, "immediate", "P2")
    first, second = db.session.query(Licence).filter_by(type_key="drug-retail").order_by(Licence.id)
    assert first.number != second.number


def test_the_second_officer_signs_what_the_first_recorded_or_not_at_all(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    for item in ("P2", "P3"):
        office.act(case.id, "accept", item)
        office.act(case.id, "examine", item, visit_needed=True)
    task = office.open_task(case.id, "visit")
    first = office.member_of("market.visit")
    second = office.member_of("market.visit", but=[first.user_id])
    seen = task.revision
    visiting.sign(case.id, first, "pass")
    with pytest.raises(Stale):
        visiting.sign(case.id, second, "major", revision=seen, key="b")
    with pytest.raises(Incomplete):
        visiting.sign(case.id, second, "major", key="c")
    assert visiting.sign(case.id, second, "pass", key="d")


def test_a_letter_signed_for_other_words_is_not_received(db: SQLAlchemy) -> None:
    clerk = office.person(office.CLERK)
    case_id = office.draft("commitment")
    office.sign_letters(case_id, ["P2", "P3", "P4"], clerk)
    answers = {**office.example("commitment")["answers"], "premises_address": "江城市临江区另一条街1号一层"}
    drafts.save_answers(case_id, office.raw_answers(answers), by=clerk)
    with pytest.raises(LetterChanged):
        receipt.receive(case_id, by=clerk, key="k")


def test_nobody_signs_for_the_signatory(db: SQLAlchemy) -> None:
    clerk = office.person(office.CLERK)
    case_id = office.draft("commitment")
    with pytest.raises(Incomplete):
        commitments.sign(
            case_id, {"P2": "x"}, by=clerk, signature=office.picture(), signer_name="随便某人", channel="tablet"
        )
    sql().execute("update visit set person_name = '别人'")
    with pytest.raises(Incomplete):
        office.sign_letters(case_id, ["P2"], clerk)


def test_a_representative_without_mandate_hands_in_nothing(db: SQLAlchemy) -> None:
    case_id = office.draft("ordinary")
    sql().execute("update visit set mandate_file_id = null")
    with pytest.raises(receipt.MaterialsMissing):
        receipt.receive(case_id, by=office.person(office.CLERK), key="k")


def test_items_that_never_opened_get_a_written_outcome(db: SQLAlchemy) -> None:
    case = office.received("registration-refused")
    office.play(case.id, office.example("registration-refused")["acts"])
    waiting = [item for item in db.session.query(ItemCase).filter_by(case_id=case.id) if item.item_key != "P1"]
    assert waiting
    for item in waiting:
        assert item.outcome == "not-accepted"
        paper = db.session.query(Document).filter_by(item_case_id=item.id).one()
        assert paper.kind == "not-accepted"
        assert "行政复议" in paper.content_zh


def test_what_needs_a_refused_result_is_turned_down_with_the_refusal_and_not_when_all_is_over(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    assert ("P6", "pre-review") in office.open_steps(case.id)
    office.act(case.id, "backfill", "P1", ruling="refuse")
    assert [step for _, step in office.open_steps(case.id)] == ["issue"]  # the refusal is still to be handed over
    items = {one.item_key: one for one in db.session.query(ItemCase).filter_by(case_id=case.id)}
    for key in ("P2", "P3", "P5", "P6"):
        assert (items[key].outcome, items[key].intake_outcome) == ("not-accepted", "predecessor-refused")
        paper = db.session.query(Document).filter_by(item_case_id=items[key].id, kind="not-accepted").one()
        assert "市场主体设立登记”未获准" in paper.content_zh
        assert "What it needs was not granted: " in paper.content_en
        assert "申请行政复议" in paper.content_zh
        assert ("行政许可法" in paper.content_zh) == (key != "P5")  # a filing stands on a text of its own
    office.act(case.id, "issue", "P1")
    office.act(case.id, "deliver", "P1")
    papers = db.session.query(Document).filter(Document.case_id == case.id, Document.kind == "not-accepted")
    assert papers.count() == 4  # told once


def test_a_bar_recorded_after_receipt_still_stops_the_ruling_by_commitment(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    credit.bar(kind="false-commitment")
    with pytest.raises(NotEligible):
        office.act(case.id, "immediate", "P2")
    office.act(case.id, "immediate", "P2", ruling="refuse")  # refusing stays possible


def test_the_intake_clock_stands_still_while_the_applicant_corrects(db: SQLAlchemy) -> None:
    with frozen_at(datetime(2026, 9, 7, 2, tzinfo=UTC)):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2", intake_outcome="correction")
    assert clock_row(db, case.id, "P2", "intake").stopped_on is not None
    assert office.open_task(case.id, "correct", "P2").due_on == clock_row(db, case.id, "P2", "correction").due_on
    with frozen_at(datetime(2026, 9, 21, 2, tzinfo=UTC)):
        office.act(case.id, "correct", "P2")
    db.session.expire_all()
    again = clock_row(db, case.id, "P2", "intake")
    assert again.stopped_on is None
    assert office.open_task(case.id, "accept", "P2").due_on == again.due_on
    assert again.started_on.isoformat() == "2026-09-21"


def test_correction_is_asked_for_once_unless_the_reason_is_recorded(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2", intake_outcome="correction")
    office.act(case.id, "correct", "P2")
    task, who = office.claimed(case.id, "accept", "P2")
    faults = [Fault("material", "health-certificates", "未提交。")]
    ask = {"by": who, "outcome": "correction", "note": "", "faults": faults, "revision": task.revision}
    with pytest.raises(Incomplete) as refusal:
        intake.decide_intake(task.id, key="a", **ask)
    assert refusal.value.field == "again_reason"
    intake.decide_intake(task.id, key="b", again_reason="首次核对时漏看", **ask)
    again = db.session.query(Correction).filter_by(item_case_id=task.item_case_id, round=2).one()
    assert again.again_reason == "首次核对时漏看"


def test_a_number_with_the_name_of_something_else_collects_nothing(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2")
    answers = office.example("commitment")["answers"]
    pretender = issuing.Collector("representative", answers["shop_name"], answers["legal_representative_id"])
    with pytest.raises(issuing.NotTheCollector):
        office.act(case.id, "deliver", "P2", collector=pretender)


def test_what_is_collected_at_the_counter_is_not_sent_without_a_signature(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2", means="counter")
    task, who = office.claimed(case.id, "deliver", "P2")
    with pytest.raises(Incomplete):
        issuing.send(task.id, by=who, tracking_number="", revision=task.revision, key="k")


def test_a_key_of_another_act_hides_nothing(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    first, _ = office.claimed(case.id, "immediate", "P2")
    other, device = office.claimed(case.id, "immediate", "P3")
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = 'drug.decide'", (device.user_id,)
    )
    rulings.rule(other.id, by=device, ruling="grant", reasons="", revision=other.revision, key="k")
    with pytest.raises(AlreadyCarriedOut):
        rulings.rule(other.id, by=device, ruling="grant", reasons="", revision=other.revision, key="k")
    for key in ("k", ""):
        with pytest.raises(KeyReused):
            rulings.rule(
                first.id, by=office.person(device.login), ruling="grant", reasons="", revision=first.revision, key=key
            )


def bomb() -> bytes:
    """A PNG whose header promises 20,000 by 20,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def broken_pdf() -> bytes:
    return io.BytesIO(b"%PDF-1.7\n" + b"garbage" * 50).getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.pdf", b""),
        ("程序.pdf", b"MZ\x90\x00" + bytes(200)),
        ("炸弹.png", bomb()),
        ("坏.pdf", broken_pdf()),
        ("大.pdf", b"%PDF-1.7\n" + bytes(21 * 1024 * 1024)),
    ],
)
def test_a_bad_file_is_refused_by_name_and_the_good_ones_are_kept(db: SQLAlchemy, name: str, content: bytes) -> None:
    case_id = office.draft("commitment")
    refused = materials.attach(
        case_id,
        "floor-plan",
        [Upload(name, content), office.pdf("好.pdf")],
        by=office.person(office.CLERK),
        form="original-returned",
        copies=1,
        provided_by="申请人",
    )
    assert [one.name for one in refused] == [name]
    assert isinstance(refused[0], FileRefused)
    assert sql().execute("select count(*) from stored_file where name = '好.pdf'").fetchone() == (1,)


def test_an_applicant_who_lost_the_code_gets_a_new_one_and_the_old_one_ends(db: SQLAlchemy) -> None:
    from webapp.tracking import same_code

    case = office.received("commitment")
    code = receipt.reissue_code(case.id, by=office.person(office.CLERK))
    row = sql().execute("select tracking_hash from cases where id = %s", (case.id,)).fetchone()
    assert row is not None
    assert same_code(bytes(row[0]), code)
    assert not same_code(bytes(row[0]), case.code)
