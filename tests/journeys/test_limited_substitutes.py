"""AB岗 for some bundles only: within them a borrowed post is as one's own, in others it is not there at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office, tolerances
from tests.support.pages import Browser
from webapp import clock
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.errors import NotFound
from webapp.queries import worklist, worklist_counts
from webapp.queries.task_marks import marks_of
from webapp.queries.tolerance import tolerance_at_window
from webapp.services import file_notes, substitution, task_marks
from webapp.services.clocks import start_day
from webapp.services.substitution import Naming
from webapp.unit_of_work import sql

DAY = date(2026, 9, 1)
NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
REVIEWER, COLLEAGUE, DECIDER = "hanlei", "yangmei", "zhudefu"


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with frozen_at(NOON):
        yield


def lend(absent: str, stand_in: str) -> None:
    """The posts of `absent`, for the pharmacies alone."""
    who, whom = office.person(absent).user_id, office.person(stand_in).user_id
    naming = Naming(who, whom, DAY, DAY + timedelta(3), "年休假", bundles=frozenset({office.BUNDLE}))
    substitution.name_stand_in(naming, by=office.person(absent))


def of_another_bundle(db: SQLAlchemy) -> None:
    """What was lent is for another bundle from now on."""
    sql().execute("update substitution set bundles = '{another-bundle}'")
    db.session.commit()


@pytest.fixture
def deciding(db: SQLAlchemy) -> int:
    """A task of the decider's post, in a case of the pharmacies."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P6", by=office.person(REVIEWER))
    office.act(case.id, "review", "P6", by=office.person(REVIEWER), proposal="grant")
    return office.open_task(case.id, "decide", "P6").id


def a_file(task_id: int) -> int:
    row = sql().execute(
        "select f.file_id from material_file f join submitted_material m on m.id = f.submitted_material_id"
        " join user_task t on t.case_id = m.case_id where t.id = %s order by f.file_id limit 1",
        (task_id,),
    )
    found = row.fetchone()
    assert found is not None
    return int(found[0])


def test_rows_and_counts_of_a_lent_post_are_those_of_its_bundles(
    db: SQLAlchemy, client: FlaskClient, deciding: int
) -> None:
    lend(DECIDER, COLLEAGUE)
    by = office.person(COLLEAGUE)
    rows = worklist.inbox_page(by, rules_in_force()).rows
    assert deciding in [row.task_id for row in rows]
    assert worklist_counts.counts(by).of_groups == str(len(rows))
    of_another_bundle(db)
    by = office.person(COLLEAGUE)
    rest = worklist.inbox_page(by, rules_in_force()).rows
    assert [row.task_id for row in rest] == [row.task_id for row in rows if row.task_id != deciding]
    assert worklist_counts.counts(by).of_groups == str(len(rest))
    assert Browser(client, COLLEAGUE).open("/inbox").status == 200


def test_marks_are_set_within_the_bundle_and_nowhere_else(db: SQLAlchemy, deciding: int) -> None:
    lend(DECIDER, COLLEAGUE)
    by = office.person(COLLEAGUE)
    task_marks.follow_up(deciding, DAY + timedelta(2), by=by)
    marks = marks_of(deciding, by)
    assert (marks.follow_on, marks.opens, marks.may_set_first) == (DAY + timedelta(2), True, False)
    of_another_bundle(db)
    by = office.person(COLLEAGUE)
    with pytest.raises(NotFound):
        marks_of(deciding, by)
    with pytest.raises(NotFound):
        task_marks.follow_up(deciding, None, by=by)


def test_documents_are_annotated_within_the_bundle_and_nowhere_else(db: SQLAlchemy, deciding: int) -> None:
    lend(DECIDER, COLLEAGUE)
    file = a_file(deciding)
    told: dict[str, Any] = {"page": 1, "area": None, "words": "请看此处"}
    note = file_notes.add_note(deciding, file, **told, by=office.person(COLLEAGUE))
    of_another_bundle(db)
    with pytest.raises(NotFound):
        file_notes.add_note(deciding, file, **told, by=office.person(COLLEAGUE))
    with pytest.raises(NotFound):
        file_notes.remove_note(deciding, note, by=office.person(COLLEAGUE))


def test_what_follows_is_taken_in_within_the_bundle_and_nowhere_else(db: SQLAlchemy) -> None:
    case = tolerances.received(start_day(clock.now(), rules_in_force()) + timedelta(days=7))
    office.act(case.id, "accept", "P2")
    task = office.open_task(case.id, "hand-in", "P2")
    absent = office.member_of(task.groups[0])
    stand_in = office.member_of("window.issue")  # of the same department, without that post
    assert tolerance_at_window(absent, task.id).task_id == task.id
    with pytest.raises(NotFound):
        tolerance_at_window(stand_in, task.id)
    lend(absent.login, stand_in.login)
    assert tolerance_at_window(office.person(stand_in.login), task.id).task_id == task.id
    of_another_bundle(db)
    with pytest.raises(NotFound):
        tolerance_at_window(office.person(stand_in.login), task.id)
