"""回避: who declares a conflict does nothing in the case, as a substitute neither, until the lead lifts it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.errors import Incomplete, NotFound, NotYours
from webapp.identity import Identity
from webapp.models import CaseEvent, DeclaredConflict, UserTask
from webapp.permissions import Permission
from webapp.queries import worklist, worklist_counts
from webapp.queries.advisory_inbox import asked_of, opinion_page
from webapp.queries.case_access import ensure_case
from webapp.queries.conflicts import conflicts_for
from webapp.queries.worklist_beside import reminders
from webapp.queries.worklist_wanted import Wanted
from webapp.queries.workspace import workspace
from webapp.services import assigning, comments, conflicts, file_notes, opinions, substitution, tasks
from webapp.services.comment_mentions import MayNotSee
from webapp.services.conflicts import AlreadyLifted, DrawnOfficer
from webapp.services.separation import ColleagueBarred, InConflict
from webapp.services.substitution import Naming
from webapp.unit_of_work import sql

NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
REVIEWER, COLLEAGUE, DECIDER = "hanlei", "yangmei", "zhudefu"


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with frozen_at(NOON):
        yield


@pytest.fixture
def case_id(db: SQLAlchemy) -> int:
    """The signboard before its reviewer; somebody else accepted it."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P6", by=office.person(COLLEAGUE))
    return case.id


def declare(case_id: int, by: Identity, **other: object) -> UserTask:
    task = office.open_task(case_id, "review", "P6")
    said: dict[str, Any] = {
        "kind": "kinship",
        "reason": "店主是表兄",
        "whole_case": False,
        "key": f"x{by.user_id}",
        **other,
    }
    conflicts.declare_conflict(task.id, by=by, **said)
    return task


def seen(by: Identity) -> list[int]:
    return [row.task_id for row in worklist.inbox_page(by, rules_in_force()).rows]


def test_who_declares_a_conflict_neither_sees_nor_does_it_and_what_they_held_is_free(
    db: SQLAlchemy, case_id: int
) -> None:
    officer = office.person(REVIEWER)
    task = office.open_task(case_id, "review", "P6")
    tasks.claim(task.id, by=officer)
    assert task.id in seen(officer)
    declare(case_id, officer)
    db.session.expire_all()
    assert db.session.get(UserTask, task.id).assignee_id is None
    assert task.id not in seen(officer)
    assert task.id in seen(office.person(COLLEAGUE))
    with pytest.raises(InConflict):
        tasks.claim(task.id, by=officer)
    with pytest.raises(InConflict):
        workspace(task.id, officer)
    line = db.session.query(CaseEvent).filter_by(case_id=case_id, kind="conflict-declared").one()
    assert line.actor_id == officer.user_id
    assert "表兄" not in line.body
    told = sql().execute("select user_id from notice where kind = 'conflict-declared'").fetchall()
    assert told == [(office.person(DECIDER).user_id,)]


def test_what_is_hidden_is_counted_nowhere_and_comes_back_with_the_lifting(db: SQLAlchemy, case_id: int) -> None:
    officer, rules = office.person(REVIEWER), rules_in_force()
    task = office.open_task(case_id, "review", "P6")
    tasks.claim(task.id, by=officer)
    sql().execute(
        "insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)"
        " values (%s, %s, 'sign.review', '已用去八成时限', '80 used', now())",
        (case_id, task.item_case_id),
    )
    db.session.commit()

    def told() -> tuple[int, int, str, str, int, int]:
        counted = worklist_counts.counts(officer)
        views = [worklist_counts.count_view(officer, rules, Wanted(**one)) for one in ({}, {"bundle": office.BUNDLE})]
        return (counted.groups, counted.mine, *views, len(seen(officer)), len(reminders(officer)))

    assert told() == (1, 1, "1", "1", 1, 1)
    declare(case_id, officer)
    assert told() == (0, 0, "0", "0", 0, 0)
    assert worklist_counts.counts(office.person(COLLEAGUE)).groups == 1
    (line,) = conflicts_for(office.person(DECIDER))
    conflicts.lift_conflict(line.id, by=office.person(DECIDER), reason="核实后无亲属关系")
    assert told() == (1, 0, "1", "1", 1, 1)


def test_a_hidden_task_takes_no_place_on_a_page(db: SQLAlchemy, case_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = office.person(REVIEWER)
    for _ in range(2):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
    monkeypatch.setattr(worklist, "PAGE_SIZE", 2)
    declare(case_id, officer)
    page = worklist.inbox_page(officer, rules_in_force())
    assert len(page.rows) == worklist_counts.counts(officer).groups == 2
    assert page.following is None


def test_nor_for_somebody_else_and_nobody_for_them(db: SQLAlchemy, case_id: int) -> None:
    officer, colleague = office.person(REVIEWER), office.person(COLLEAGUE)
    task = declare(case_id, officer)
    days = {"from_on": date(2026, 9, 1), "until_on": date(2026, 9, 3), "reason": "休假"}
    standing = substitution.name_stand_in(Naming(colleague.user_id, officer.user_id, **days), by=colleague)
    with pytest.raises(InConflict):
        tasks.claim(task.id, by=office.person(REVIEWER))
    substitution.end_stand_in(standing, by=colleague)
    sql().execute(
        "delete from membership where user_id = %s and group_id = (select id from candidate_group where key ="
        " 'sign.review')",
        (colleague.user_id,),
    )
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = 'food.review'", (colleague.user_id,)
    )
    db.session.commit()
    substitution.name_stand_in(Naming(officer.user_id, colleague.user_id, **days), by=officer)
    with pytest.raises(InConflict) as refused:
        tasks.claim(task.id, by=office.person(COLLEAGUE))
    assert "所代的人" in refused.value.words.zh
    assert workspace(task.id, office.person(COLLEAGUE)).obstacle(office.person(COLLEAGUE)) == refused.value.words


def test_of_an_item_alone_it_leaves_the_others(db: SQLAlchemy, case_id: int) -> None:
    officer = office.person(REVIEWER)
    declare(case_id, officer, whole_case=False)
    assert db.session.query(DeclaredConflict).one().item_case_id is not None
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = 'drug.review'", (officer.user_id,)
    )
    db.session.commit()
    tasks.claim(office.open_task(case_id, "accept", "P2").id, by=office.person(REVIEWER))
    with pytest.raises(InConflict):
        declare(case_id, officer, key="again")


def test_only_who_leads_lifts_it_with_reasons_and_all_of_it_stays(db: SQLAlchemy, case_id: int) -> None:
    officer, lead = office.person(REVIEWER), office.person(DECIDER)
    task = declare(case_id, officer)
    (line,) = conflicts_for(lead)
    assert line.may_lift
    (own,) = conflicts_for(officer)
    assert own.own
    assert not own.may_lift
    assert conflicts_for(office.person(COLLEAGUE)) == ()
    for other in (officer, office.person(COLLEAGUE), office.person("sunguoqiang")):
        with pytest.raises(NotYours):
            conflicts.lift_conflict(line.id, by=other, reason="无关")
    with pytest.raises(Incomplete):
        conflicts.lift_conflict(line.id, by=lead, reason=" ")
    with pytest.raises(Incomplete):
        conflicts.lift_conflict(line.id, by=lead, reason="核" * 501)
    conflicts.lift_conflict(line.id, by=lead, reason="核实后无亲属关系")
    with pytest.raises(AlreadyLifted):
        conflicts.lift_conflict(line.id, by=lead, reason="再次")
    with pytest.raises(NotFound):
        conflicts.lift_conflict(10**9, by=lead, reason="没有")
    tasks.claim(task.id, by=officer)
    (kept,) = conflicts_for(lead)
    assert (kept.lifted_by, kept.lifted_why, kept.may_lift) == (lead.name, "核实后无亲属关系", False)
    assert db.session.query(CaseEvent).filter_by(case_id=case_id, kind="conflict-lifted").one().actor_id == lead.user_id


@pytest.mark.parametrize(
    ("change", "field"), [({"kind": "envy"}, "kind"), ({"reason": " "}, "reason"), ({"reason": "长" * 501}, "reason")]
)
def test_what_is_missing_is_told(case_id: int, change: dict[str, str], field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        declare(case_id, office.person(REVIEWER), **change)
    assert refused.value.field == field


def test_who_verifies_steps_aside_where_somebody_else_is_drawn(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    task = office.open_task(case.id, "verify", "P2")
    with pytest.raises(DrawnOfficer):
        conflicts.declare_conflict(
            task.id, by=office.member_of(task.groups[0]), kind="kinship", reason="亲属", whole_case=True, key="x"
        )


def test_the_lead_assigns_it_to_somebody_else_and_not_to_who_is_in_conflict(db: SQLAlchemy, case_id: int) -> None:
    officer, colleague, lead = (office.person(login) for login in (REVIEWER, COLLEAGUE, DECIDER))
    task = declare(case_id, officer)
    db.session.expire_all()
    revision = db.session.get(UserTask, task.id).revision
    with pytest.raises(ColleagueBarred):
        assigning.assign(task.id, officer.user_id, by=lead, reason="", revision=revision, key="one")
    assigning.assign(task.id, colleague.user_id, by=lead, reason="", revision=revision, key="two")
    db.session.expire_all()
    assert db.session.get(UserTask, task.id).assignee_id == colleague.user_id


def test_of_the_whole_case_its_pages_and_comments_are_closed_and_nobody_names_them_there(
    db: SQLAlchemy, case_id: int
) -> None:
    officer, colleague = office.person(REVIEWER), office.person(COLLEAGUE)
    comments.comment(case_id, "请核对尺寸", audience="internal", by=officer, key="before")
    declare(case_id, officer, whole_case=True)
    for permission in (Permission.CASE_SEE, Permission.PERSONAL_SEE):
        with pytest.raises(NotFound):
            ensure_case(officer, case_id, permission)
    with pytest.raises(NotFound):
        comments.comment(case_id, "尽快通过", audience="internal", by=officer, key="after")
    with pytest.raises(MayNotSee):
        comments.comment(case_id, f"@{officer.name} 请看", audience="internal", by=colleague, key="named")
    (line,) = conflicts_for(office.person(DECIDER))
    conflicts.lift_conflict(line.id, by=office.person(DECIDER), reason="核实后无亲属关系")
    comments.comment(case_id, "继续办理", audience="internal", by=officer, key="lifted")


def test_of_an_item_alone_the_case_stays_open_for_the_others(db: SQLAlchemy, case_id: int) -> None:
    officer = office.person(REVIEWER)
    declare(case_id, officer, whole_case=False)
    assert officer.department_key in ensure_case(officer, case_id).departments


def test_who_stands_in_for_the_officer_does_not_lift_it_in_the_officers_name(db: SQLAlchemy, case_id: int) -> None:
    """A decider declares it, is away, and a reviewer stands in."""
    decider, officer = office.person(DECIDER), office.person(REVIEWER)
    office.act(case_id, "review", "P6", by=office.person(COLLEAGUE), proposal="grant")
    task = office.open_task(case_id, "decide", "P6")
    said: dict[str, Any] = {"kind": "kinship", "reason": "店主是堂弟", "whole_case": False, "key": "x"}
    conflicts.declare_conflict(task.id, by=decider, **said)
    days = {"from_on": date(2026, 9, 1), "until_on": date(2026, 9, 3), "reason": "休假"}
    substitution.name_stand_in(Naming(decider.user_id, officer.user_id, **days), by=decider)
    (line,) = conflicts_for(office.person(REVIEWER))
    assert not line.may_lift
    with pytest.raises(NotYours):
        conflicts.lift_conflict(line.id, by=office.person(REVIEWER), reason="无关")


def test_what_a_post_was_asked_is_hidden_from_its_member_in_conflict(db: SQLAlchemy, case_id: int) -> None:
    """The reviewer asks the deciders' post; a decider in conflict neither finds the question nor is counted it."""
    decider, officer = office.person(DECIDER), office.person(COLLEAGUE)
    task = office.open_task(case_id, "review", "P6")
    tasks.claim(task.id, by=officer)
    asked: dict[str, Any] = {"people": (), "posts": ("sign.decide",), "waits": False, "key": "ask"}
    opinions.ask_opinion(task.id, by=officer, question="尺寸是否合规？", **asked)
    (line,) = asked_of(decider)
    assert worklist_counts.counts(decider).asked == 1
    sql().execute(
        "insert into declared_conflict (case_id, item_case_id, user_id, kind, reason, at)"
        " values (%s, %s, %s, 'kinship', '堂弟', now())",
        (case_id, task.item_case_id, decider.user_id),
    )
    db.session.commit()
    assert asked_of(decider) == []
    assert worklist_counts.counts(decider).asked == 0
    with pytest.raises(InConflict):
        opinion_page(line.id, decider)


def test_no_note_is_written_on_a_document_of_the_item(db: SQLAlchemy, case_id: int) -> None:
    officer = office.person(REVIEWER)
    task = declare(case_id, officer)
    row = (
        sql()
        .execute(
            "select f.file_id from material_file f join submitted_material m on m.id = f.submitted_material_id"
            " where m.case_id = %s limit 1",
            (case_id,),
        )
        .fetchone()
    )
    assert row is not None
    with pytest.raises(InConflict):
        file_notes.add_note(task.id, row[0], page=1, area=None, words="不清楚", by=officer)
