"""A verification whose officers are drawn is theirs in the inbox; the others of the post see whose it is."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser
from webapp.extensions import db as database
from webapp.identity import Identity
from webapp.models import DrawnOfficer
from webapp.queries import worklist_counts
from webapp.services import draws

HOLDER = 7


@pytest.fixture
def drawn(db: object) -> tuple[office.Handle, tuple[Identity, Identity], Identity]:
    """A drug licence by commitment: the case, the two who were drawn to verify it, and one of the post who was not."""
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    officers = office.verifiers(office.open_task(case.id, "verify", "P2"))
    other = office.member_of("market.verify", but=[one.user_id for one in officers])
    return case, officers, other


Drawn = tuple[office.Handle, tuple[Identity, Identity], Identity]


def in_folder(client: FlaskClient, who: Identity, tab: str, item: str = "药品经营许可") -> list[list[str]]:
    rows = Browser(client, who.login).open(f"/inbox?tab={tab}").rows()
    return [row for row in rows if item in row[2]]


def mine(who: Identity) -> int:
    return worklist_counts.counts(office.person(who.login)).mine


def test_who_is_drawn_has_it_among_ones_own_and_it_is_counted(client: FlaskClient, drawn: Drawn) -> None:
    case, (first, second), _ = drawn
    for officer, colleague in ((first, second), (second, first)):
        (row,) = in_folder(client, officer, "mine")
        assert row[1] == case.number
        assert row[HOLDER] == f"抽中：我、{colleague.name}"
        assert mine(officer) == 1


def test_the_others_of_the_post_see_whose_it_is_and_have_it_not_among_theirs(client: FlaskClient, drawn: Drawn) -> None:
    case, (first, second), other = drawn
    (row,) = (one for one in in_folder(client, other, "groups") if "抽中" in one[HOLDER])
    names = sorted((first, second), key=lambda one: one.user_id)
    assert row[HOLDER] == f"已抽中{names[0].name}、{names[1].name}"
    assert in_folder(client, other, "mine") == []
    assert mine(other) == 0
    page = Browser(client, other.login).open(f"/inbox?tab=mine&q={case.number}")
    assert page.rows() == []


def test_a_search_within_ones_own_finds_it(client: FlaskClient, drawn: Drawn) -> None:
    case, (first, _), _ = drawn
    rows = Browser(client, first.login).open(f"/inbox?tab=mine&q={case.number}").rows()
    assert [row[1] for row in rows] == [case.number]


def test_who_is_replaced_has_it_no_more(client: FlaskClient, drawn: Drawn) -> None:
    case, (first, second), _ = drawn
    task = office.open_task(case.id, "verify", "P2")
    draws.step_aside(task.id, by=second, officer=first.user_id, kind="absent", reason="出差", key="aside")
    database.session.expire_all()
    assert in_folder(client, first, "mine") == []
    new = {row.user_id for row in DrawnOfficer.query.filter_by(item_case_id=task.item_case_id)}
    assert second.user_id in new
    assert first.user_id not in new
    assert len(new) == 2


def test_it_stays_theirs_while_it_is_put_right_and_ends_with_the_verification(
    client: FlaskClient, drawn: Drawn
) -> None:
    case, (first, _), _ = drawn
    office.act(case.id, "verify", "P2", verification_result="rectify")
    assert len(in_folder(client, first, "mine")) == 1
    office.act(case.id, "recheck", "P2", verification_result="pass")
    assert in_folder(client, first, "mine") == []
    assert DrawnOfficer.query.count() == 0
