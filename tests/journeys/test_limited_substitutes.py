"""AB岗 for some bundles only: within them a borrowed post is as one's own, in others it is not there at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from webapp.queries.advisory_inbox import asked_of, copies_of, opinion_page
from webapp.queries.application import drafts
from webapp.queries.task_marks import marks_of
from webapp.queries.tolerance import tolerance_at_window
from webapp.services import copies, file_notes, opinions, presence, substitution, task_marks, tasks
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


def who_has_it_open(task_id: int, login: str) -> list[str]:
    return [one.name for one in presence.around(task_id, by=office.person(login)).others]


def test_who_has_a_task_open_is_told_within_the_bundle_and_nowhere_else(
    db: SQLAlchemy, client: FlaskClient, deciding: int
) -> None:
    lend(DECIDER, COLLEAGUE)
    assert Browser(client, COLLEAGUE).client.get(f"/tasks/{deciding}/others").status_code == 200
    assert who_has_it_open(deciding, DECIDER) == [office.person(COLLEAGUE).name]
    of_another_bundle(db)
    with frozen_at(NOON + timedelta(minutes=5)):
        assert Browser(client, COLLEAGUE).client.get(f"/tasks/{deciding}/others").status_code == 404
        assert who_has_it_open(deciding, DECIDER) == []  # nor is one told of who asked in vain


def test_a_draft_is_kept_within_the_bundle_and_nowhere_else(db: SQLAlchemy, client: FlaskClient, deciding: int) -> None:
    lend(DECIDER, COLLEAGUE)
    assert Browser(client, COLLEAGUE).post(f"/tasks/{deciding}/draft", comment="尺寸合规").status_code == 302
    of_another_bundle(db)
    screen = Browser(client, COLLEAGUE)
    for path in ("draft", "draft/clear"):
        assert screen.post(f"/tasks/{deciding}/{path}", comment="改写").status_code == 404, path
    row = sql().execute("select fields::text from task_draft where task_id = %s", (deciding,)).fetchone()
    assert row is not None
    assert "尺寸合规" in row[0]


def test_copies_are_read_within_the_bundle_and_nowhere_else(db: SQLAlchemy, client: FlaskClient, deciding: int) -> None:
    post = open_groups(deciding)
    sender = office.person(DECIDER)
    copies.send_copy(deciding, by=sender, people=[], posts=post, note="请知悉", key="copy")
    lend(DECIDER, COLLEAGUE)
    by = office.person(COLLEAGUE)
    (copy,) = copies_of(by).rows
    assert worklist_counts.counts(by).unread == 1
    assert "请知悉" in Browser(client, COLLEAGUE).open("/inbox/copies").words()
    of_another_bundle(db)
    by = office.person(COLLEAGUE)
    assert copies_of(by).rows == ()
    assert worklist_counts.counts(by).unread == 0
    screen = Browser(client, COLLEAGUE)
    assert "请知悉" not in screen.open("/inbox/copies").words()
    assert screen.client.get(f"/inbox/copies/{copy.id}").status_code == 404
    with pytest.raises(NotFound):
        copies.mark_copy_read(copy.id, by=by)


def test_questions_to_a_post_are_listed_within_the_bundle_and_nowhere_else(
    db: SQLAlchemy, client: FlaskClient, deciding: int
) -> None:
    asker = office.person(DECIDER)
    tasks.claim(deciding, by=asker)
    asked: dict[str, Any] = {"question": "面积是否合规？", "people": [], "waits": False, "key": "ask"}
    opinions.ask_opinion(deciding, by=asker, posts=open_groups(deciding), **asked)
    lend(DECIDER, COLLEAGUE)
    by = office.person(COLLEAGUE)
    (line,) = asked_of(by)
    assert worklist_counts.counts(by).asked == 1
    assert opinion_page(line.id, by).line.question == "面积是否合规？"
    of_another_bundle(db)
    by = office.person(COLLEAGUE)
    assert asked_of(by) == []
    assert worklist_counts.counts(by).asked == 0
    screen = Browser(client, COLLEAGUE)
    assert "面积是否合规" not in screen.open("/inbox/asked").words()
    assert screen.client.get(f"/inbox/asked/opinions/{line.id}").status_code == 404
    assert screen.post(f"/inbox/asked/opinions/{line.id}", answer="合规").status_code == 404


def test_reminders_of_a_post_are_read_within_the_bundle_and_nowhere_else(
    db: SQLAlchemy, client: FlaskClient, deciding: int
) -> None:
    (post,) = open_groups(deciding)
    row = sql().execute(
        "insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)"
        " select case_id, item_case_id, %s, '已用去承诺时限', 'used', now() from user_task where id = %s returning id",
        (post, deciding),
    )
    found = row.fetchone()
    assert found is not None
    db.session.commit()
    lend(DECIDER, COLLEAGUE)
    assert "已用去承诺时限" in Browser(client, COLLEAGUE).open("/inbox").words()
    of_another_bundle(db)
    screen = Browser(client, COLLEAGUE)
    assert "已用去承诺时限" not in screen.open("/inbox").words()
    assert screen.post(f"/inbox/reminders/{found[0]}").status_code == 404
    lend_again(db)
    assert Browser(client, COLLEAGUE).post(f"/inbox/reminders/{found[0]}").status_code == 302
    assert "已用去承诺时限" not in screen.open("/inbox").words()


def test_what_is_lent_whole_by_one_and_for_a_bundle_by_another_is_lent_whole(db: SQLAlchemy, deciding: int) -> None:
    lend(DECIDER, COLLEAGUE)
    of_another_bundle(db)
    by = office.person(COLLEAGUE)
    (limited,) = by.standing_in
    both = replace(by, standing_in=(limited, replace(limited, absent_id=0, bundles=None)))
    assert both.posts["limited"] == []
    assert both.posts_in("") == by.groups
    presence.around(deciding, by=both)
    with pytest.raises(NotFound):
        presence.around(deciding, by=by)


def open_groups(task_id: int) -> list[str]:
    row = sql().execute("select groups from user_task where id = %s", (task_id,)).fetchone()
    assert row is not None
    return list(row[0])


def lend_again(db: SQLAlchemy) -> None:
    """What was lent is for the pharmacies again."""
    sql().execute("update substitution set bundles = array[%s]", (office.BUNDLE,))
    db.session.commit()


def test_the_role_of_a_post_that_is_lent_for_a_bundle_opens_nothing_else(db: SQLAlchemy) -> None:
    draft = office.draft()
    issuer = office.member_of("window.issue").login
    lend(office.CLERK, issuer)
    assert drafts(office.person(issuer), of_all=True) == []  # a draft is no task of the bundle
    sql().execute("update substitution set bundles = null")
    db.session.commit()
    assert [one.id for one in drafts(office.person(issuer), of_all=True)] == [draft]
