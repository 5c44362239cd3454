"""A licence that is suspended, revoked or cancelled while it waits for its holder does not leave the office."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.errors import Incomplete
from webapp.extensions import db as database
from webapp.models import Collection, ItemCase, LegalClock, Licence, Reminder
from webapp.queries.audit import verify_all
from webapp.services import issuing, licence_acts, licence_history
from webapp.services.locked_case import on_case
from webapp.services.results import ResultNotInForce

GROUNDS = {"reason": "检查发现不符合条件。", "basis": "《药品管理法》"}


@pytest.fixture
def ready(db: SQLAlchemy) -> Licence:
    """A drug licence that lies at the issuing desk, to be collected."""
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2")
    return Licence.query.filter_by(type_key="drug-retail").one()


def case_of(licence: Licence) -> int:
    return int(ItemCase.query.filter_by(id=licence.item_case_id).one().case_id)


def act_on(licence: Licence, act: str) -> None:
    key = f"{act}-{licence.id}"
    getattr(licence_acts, act)(licence.id, by=office.member_of("drug.decide"), key=key, **GROUNDS)
    database.session.expire_all()


def desk_words() -> list[str]:
    rows = Reminder.query.filter_by(group_key="window.issue").order_by(Reminder.id)
    return [row.text_zh for row in rows if "交付" in row.text_zh]


def test_a_suspended_licence_is_not_handed_over_until_it_is_resumed(ready: Licence) -> None:
    act_on(ready, "suspend")
    with pytest.raises(ResultNotInForce) as refused:
        office.act(case_of(ready), "deliver", "P2")
    assert "已暂停" in refused.value.words.zh
    database.session.expire_all()
    item = ItemCase.query.filter_by(id=ready.item_case_id).one()
    assert item.delivered_at is None
    assert Collection.query.filter_by(item_case_id=item.id).one().collector_name == ""
    act_on(ready, "resume")
    assert desk_words() == [
        f"证照已暂停，暂不能交付：药品经营许可证（{ready.number}）",
        f"证照已恢复，可以交付：药品经营许可证（{ready.number}）",
    ]
    office.act(case_of(ready), "deliver", "P2")
    assert ItemCase.query.filter_by(id=ready.item_case_id).one().delivered_at is not None
    assert list(verify_all()) == []


def test_what_is_suspended_before_it_is_printed_is_not_issued_either(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    licence = Licence.query.filter_by(type_key="drug-retail").one()
    act_on(licence, "suspend")
    with pytest.raises(ResultNotInForce):
        office.act(case.id, "issue", "P2")


def test_one_that_is_revoked_is_never_handed_over_and_its_step_ends(ready: Licence) -> None:
    case_id = case_of(ready)
    task, issuer = office.claimed(case_id, "deliver", "P2")
    with pytest.raises(Incomplete):  # it is in force
        issuing.keep_back(task.id, by=issuer, revision=task.revision, key="early")
    with on_case(case_id) as case:
        by = office.member_of("drug.decide")
        licence_history.revoke(case, ready.item_case_id, by, reason="虚假承诺。", document=None)
    database.session.expire_all()
    assert desk_words() == [f"证照已撤销，不再交付：药品经营许可证（{ready.number}）"]
    with pytest.raises(ResultNotInForce) as refused:
        office.act(case_id, "deliver", "P2", by=issuer)
    assert "已撤销" in refused.value.words.zh
    task = office.open_task(case_id, "deliver", "P2")
    issuing.keep_back(task.id, by=issuer, revision=task.revision, key="kept")
    database.session.expire_all()
    assert ("P2", "deliver") not in office.open_steps(case_id)
    clock = LegalClock.query.filter_by(item_case_id=ready.item_case_id, name="delivery").one()
    assert clock.stopped_on is not None
    assert ItemCase.query.filter_by(id=ready.item_case_id).one().delivered_at is None
    assert list(verify_all()) == []


def test_the_window_sees_why_and_ends_it_there(client: FlaskClient, ready: Licence) -> None:
    act_on(ready, "cancel")
    case_id = case_of(ready)
    office.sign_in(client, office.ISSUER)
    page = client.get(f"/window/cases/{case_id}").get_data(as_text=True)
    assert "不能交付的结果（1 项）" in page
    assert "该证照已注销，不再出件、交付，请结束出件。" in page
    assert "准予许可 · 证照已注销" in page
    task = office.open_task(case_id, "deliver", "P2")
    typed = {"csrf_token": office.csrf_token(client), "key": "k", "revision": str(task.revision)}
    assert client.post(f"/window/tasks/{task.id}/keep-back", data=typed).status_code == 302
    page = client.get(f"/window/cases/{case_id}").get_data(as_text=True)
    assert "不再交付，结束领取送达" not in page
    assert ("P2", "deliver") not in office.open_steps(case_id)


def test_sending_it_is_refused_on_the_page_with_the_reason(client: FlaskClient, db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2", means="post")
    licence = Licence.query.filter_by(type_key="drug-retail").one()
    task = office.open_task(case.id, "deliver", "P2")
    act_on(licence, "suspend")
    office.sign_in(client, office.ISSUER)
    typed = {"csrf_token": office.csrf_token(client), "key": "k", "revision": str(task.revision)}
    answer = client.post(f"/window/tasks/{task.id}/send", data={**typed, "tracking_number": "SF1"})
    assert answer.status_code == 422
    assert "该证照已暂停，恢复后才能出件、交付。" in answer.get_data(as_text=True)
