"""审管衔接: the supervising unit is told of a ruling, by inbox and signed message; its answer closes the loop."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.supervision_system import SupervisionSystem, supervision_system
from webapp.clock import frozen_at
from webapp.errors import Incomplete
from webapp.models import CaseEvent, HandoverDelivery, Incident, ItemCase, SupervisionHandover, SupervisionSignal
from webapp.pages.callbacks import LARGEST
from webapp.services import handover_sending, incidents, signal_watch, supervision_handovers
from webapp.services.handover_sending import SupervisionUnreachable
from webapp.services.webhook_signatures import DELIVERY, SIGNATURE, TIMESTAMP, headers_of, signed_message
from webapp.settings import Settings, SettingsInvalid, plain_url
from webapp.unit_of_work import sql

GRANTED = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
SECRET = "s" * 40


@contextmanager
def told_by(address: str, secret: str = SECRET) -> Iterator[None]:
    """The installation hands over to a system at this address."""
    settings = current_app.extensions["onewindow_settings"]
    current_app.extensions["onewindow_settings"] = replace(settings, handover_url=address, handover_secret=secret)
    try:
        yield
    finally:
        current_app.extensions["onewindow_settings"] = settings


@pytest.fixture
def system() -> Iterator[SupervisionSystem]:
    with supervision_system() as running:
        yield running


def granted(item: str = "P2", *, ways: dict[str, str] | None = None) -> int:
    with frozen_at(GRANTED):
        case = office.received("commitment", ways=ways)
        office.act(case.id, "immediate", item)
    return case.id


def handover(db: SQLAlchemy, case_id: int, item: str = "P2") -> SupervisionHandover:
    db.session.expire_all()
    mine = db.session.query(ItemCase).filter_by(case_id=case_id, item_key=item).one()
    return db.session.query(SupervisionHandover).filter_by(item_case_id=mine.id).one()


def queued() -> list[int]:
    rows = sql().execute(
        "select (args ->> 'handover_id')::bigint from procrastinate_jobs where task_name = 'send_handover' order by id"
    )
    return [row[0] for row in rows]


# To the inbox


def test_a_ruling_by_commitment_is_in_the_inbox_of_the_unit_that_supervises_without_personal_numbers(
    db: SQLAlchemy,
) -> None:
    case_id = granted()
    told = json.loads(handover(db, case_id).body)
    assert told["item"]["name"] == "药品经营许可（零售）"
    assert told["way"] == "commitment"
    assert (told["from"]["unit"], told["to"]["unit"]) == ("approval-bureau", "market-supervision")
    assert told["licence"]["number"]
    assert told["commitments"]
    assert told["verification"]["method"] == "random-draw"
    answers = office.example("commitment")["answers"]
    for key in ("legal_representative_id", "legal_representative_mobile", "legal_representative"):
        assert str(answers[key]) not in handover(db, case_id).body
    task = office.open_task(case_id, "take-over", "P2")
    assert task.groups == ["market.verify"]
    assert task.due_on is not None


def test_taken_over_and_reported_back_the_loop_is_closed_and_in_the_ledger(db: SQLAlchemy) -> None:
    case_id = granted()
    task, officer = office.claimed(case_id, "take-over", "P2")
    with pytest.raises(Incomplete) as nobody:
        supervision_handovers.take_over(task.id, by=officer, responsible=" ", revision=task.revision, key="n")
    assert nobody.value.field == "responsible"
    supervision_handovers.take_over(task.id, by=officer, responsible="药品监管科", revision=task.revision, key="t")
    task, officer = office.claimed(case_id, "report-back", "P2")
    with pytest.raises(Incomplete) as unsaid:
        supervision_handovers.report_back(task.id, by=officer, result="fault", note="", revision=task.revision, key="r")
    assert unsaid.value.field == "supervision_note"
    supervision_handovers.report_back(
        task.id, by=officer, result="fault", note="处方药未凭处方销售，已责令改正。", revision=task.revision, key="s"
    )
    kept = handover(db, case_id)
    assert (kept.receiver, kept.received_by) == ("药品监管科", officer.user_id)
    assert (kept.result, kept.result_by) == ("fault", officer.user_id)
    kinds = [line.kind for line in db.session.query(CaseEvent).filter_by(case_id=case_id).order_by(CaseEvent.seq)]
    assert {"supervision-told", "supervision-took-over", "supervision-answered"} <= set(kinds)


def test_an_ordinary_ruling_is_told_where_the_place_says_so_and_nobody_tells_oneself(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.play(case.id, office.example("ordinary")["acts"])
    told = {
        row[0]
        for row in sql().execute(
            "select i.item_key from supervision_handover h join item_case i on i.id = h.item_case_id"
            " where i.case_id = %s",
            (case.id,),
        )
    }
    granted_items = {i.item_key for i in db.session.query(ItemCase).filter_by(case_id=case.id, outcome="granted")}
    assert told == {"P2", "P3"} & granted_items
    assert told
    county = office.received("commitment", ways={"P4": "commitment"}, place="fictional-county")
    office.act(county.id, "immediate", "P4")
    assert ("P4", "take-over") not in office.open_steps(county.id)


def test_what_is_not_taken_over_in_time_is_a_signal_of_that_unit(db: SQLAlchemy) -> None:
    case_id = granted()
    due = office.open_task(case_id, "take-over", "P2").due_on
    assert due is not None
    with frozen_at(datetime(due.year, due.month, due.day, 2, 0, tzinfo=UTC) + timedelta(days=1)):
        signal_watch.sweep()
    raised = db.session.query(SupervisionSignal).filter_by(case_id=case_id, kind="late-handover").all()
    assert [one.unit for one in raised] == ["market-supervision"]


# By signed message


def test_a_handover_goes_out_signed_once_and_as_it_is_kept(db: SQLAlchemy, system: SupervisionSystem) -> None:
    with told_by(system.address):
        case_id = granted()
        kept = handover(db, case_id)
        assert kept.id in queued()
        with frozen_at(GRANTED):
            handover_sending.send(kept.id)
            handover_sending.send(kept.id)  # the queue may run it twice
    ((headers, body),) = system.taken
    assert body.decode() == kept.body
    assert signed_message(SECRET, headers, body, GRANTED) is not None
    assert signed_message("x" * 40, headers, body, GRANTED) is None
    assert signed_message(SECRET, headers, body + b" ", GRANTED) is None
    assert signed_message(SECRET, headers, body, GRANTED + timedelta(minutes=6)) is None
    assert db.session.get(HandoverDelivery, kept.id).delivered_at is not None  # type: ignore[union-attr]


def test_no_transaction_waits_for_the_other_system(committed_app: Flask, system: SupervisionSystem) -> None:
    waiting: list[int] = []
    address = plain_url(committed_app.extensions["onewindow_settings"].database_url)

    def look() -> None:
        with psycopg.connect(address) as beside:
            row = beside.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and state like 'idle in transaction%'"
            ).fetchone()
            assert row is not None
            waiting.append(row[0])

    system.meanwhile = look
    with committed_app.app_context(), told_by(system.address):
        case_id = granted()
        row = (
            sql()
            .execute(
                "select h.id from supervision_handover h join item_case i on i.id = h.item_case_id"
                " where i.case_id = %s",
                (case_id,),
            )
            .fetchone()
        )
        assert row is not None
        handover_sending.send(row[0])
    assert waiting == [0]


def test_without_an_address_nothing_is_sent_and_the_inbox_has_it_all_the_same(db: SQLAlchemy) -> None:
    case_id = granted()
    assert queued() == []
    assert ("P2", "take-over") in office.open_steps(case_id)


def test_what_stays_failing_is_tried_again_and_becomes_an_incident_that_ends_when_it_arrives(
    db: SQLAlchemy, system: SupervisionSystem
) -> None:
    system.status = 503
    with told_by(system.address):
        case_id = granted()
        kept = handover(db, case_id).id
        for _ in range(handover_sending.TRIES_BEFORE_INCIDENT + 1):
            with pytest.raises(SupervisionUnreachable):
                handover_sending.send(kept)
        incident = db.session.query(Incident).filter_by(case_id=case_id, code="handover-failing").one()
        assert incident.resolved_at is None
        assert "HTTP 503" in incident.message_zh
        system.status = 200
        handover_sending.send(kept)
        db.session.expire_all()
        assert incident.resolved_at is not None


def test_a_refused_handover_waits_for_a_person_who_sends_it_again(db: SQLAlchemy, system: SupervisionSystem) -> None:
    system.status = 403
    with told_by(system.address):
        case_id = granted()
        kept = handover(db, case_id).id
        handover_sending.send(kept)
        handover_sending.send(kept)  # not tried again by itself
        assert len(system.taken) == 1
        incident = db.session.query(Incident).filter_by(case_id=case_id, code="handover-failing").one()
        before = len(queued())
        assert incidents.retry_incident(incident.id, by=office.person("weixiaohong"))
        assert queued()[before:] == [kept]
        system.status = 200
        handover_sending.send(kept)
    assert len(system.taken) == 2


def test_it_goes_nowhere_but_to_the_address(db: SQLAlchemy, system: SupervisionSystem) -> None:
    system.status = 302
    with told_by(system.address):
        kept = handover(db, granted()).id
        with pytest.raises(SupervisionUnreachable):
            handover_sending.send(kept)


def test_an_address_needs_encryption_and_a_long_secret() -> None:
    plain = {"ONEWINDOW_HANDOVER_URL": "http://example.org/in", "ONEWINDOW_HANDOVER_SECRET": SECRET}
    short = {"ONEWINDOW_HANDOVER_URL": "https://example.org/in", "ONEWINDOW_HANDOVER_SECRET": "short"}
    for wrong, variable in ((plain, "ONEWINDOW_HANDOVER_URL"), (short, "ONEWINDOW_HANDOVER_SECRET")):
        with pytest.raises(SettingsInvalid) as refused:
            Settings.from_environment(wrong)
        assert refused.value.variable == variable


# The answer of the other system


def answer(
    client: FlaskClient,
    public_id: str,
    told: object,
    *,
    delivery: str,
    secret: str = SECRET,
    at: datetime = GRANTED,
    **changed: str,
) -> int:
    body = json.dumps(told).encode()
    headers = {**headers_of(secret, at, delivery, body), **changed}
    with frozen_at(GRANTED):
        response = client.post(
            f"/callbacks/supervision/{public_id}", data=body, headers=headers, content_type="application/json"
        )
    return response.status_code


def test_a_signed_answer_closes_the_loop(app: Flask, client: FlaskClient, db: SQLAlchemy) -> None:
    with told_by(""):
        case_id = granted()
        public_id = handover(db, case_id).public_id
        received = {"id": public_id, "event": "received", "by": "省监管平台"}
        result = {"id": public_id, "event": "result", "result": "normal", "note": "双随机检查未发现问题。"}
        assert answer(client, public_id, result, delivery="early") == 409  # taken over first
        assert answer(client, public_id, received, delivery="d-1") == 200
        assert answer(client, public_id, result, delivery="d-2") == 200
    kept = handover(db, case_id)
    assert (kept.receiver, kept.received_by, kept.result) == ("省监管平台", None, "normal")
    assert {("P2", "take-over"), ("P2", "report-back")}.isdisjoint(office.open_steps(case_id))
    told = db.session.query(CaseEvent).filter_by(case_id=case_id, kind="supervision-answered").one()
    assert json.loads(told.body)["outside"] is True
    assert "双随机" not in told.body


def test_what_is_forged_replayed_old_or_about_another_is_refused_and_changes_nothing(
    app: Flask, client: FlaskClient, db: SQLAlchemy
) -> None:
    with told_by(""):
        case_id = granted()
        public_id = handover(db, case_id).public_id
        received = {"id": public_id, "event": "received", "by": "省监管平台"}
        forged = {SIGNATURE: "sha256=" + "0" * 64}
        assert answer(client, public_id, received, delivery="f", **forged) == 401
        assert answer(client, public_id, received, delivery="f", secret="y" * 40) == 401
        assert answer(client, public_id, received, delivery="f", at=GRANTED - timedelta(minutes=6)) == 401
        assert answer(client, public_id, received, delivery="f", **{TIMESTAMP: "soon"}) == 401
        assert answer(client, public_id, received, delivery="f", **{DELIVERY: "another"}) == 401
        other = {**received, "id": "another"}
        assert answer(client, public_id, other, delivery="f") == 422
        assert answer(client, "unknown", {**received, "id": "unknown"}, delivery="f") == 404
        assert answer(client, public_id, {**received, "event": "closed"}, delivery="f") == 422
        assert answer(client, public_id, {**received, "by": "省监管平台\0"}, delivery="f") == 422
        assert handover(db, case_id).received_at is None
        assert answer(client, public_id, received, delivery="once") == 200
        assert answer(client, public_id, received, delivery="once") == 409  # the very same again
        fault = {"id": public_id, "event": "result", "result": "fault", "note": ""}
        assert answer(client, public_id, fault, delivery="r") == 422  # a fault is said in words
        assert answer(client, public_id, {**fault, "note": "已立案。"}, delivery="r") == 200
    assert handover(db, case_id).result == "fault"


def test_of_a_body_that_does_not_say_its_length_no_more_is_read_than_an_answer_has(client: FlaskClient) -> None:
    sent = io.BytesIO(b"x" * 4 * LARGEST)
    response = client.post(
        "/callbacks/supervision/unknown",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
        input_stream=sent,
    )
    assert response.status_code == 413
    assert sent.tell() == LARGEST + 1


def test_without_a_secret_no_answer_is_taken(app: Flask, client: FlaskClient, db: SQLAlchemy) -> None:
    public_id = handover(db, granted()).public_id
    received = {"id": public_id, "event": "received", "by": "省监管平台"}
    assert answer(client, public_id, received, delivery="d", secret="") == 401
