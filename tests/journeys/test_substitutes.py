"""AB岗: who stands in has the absent one's posts for a time, says for whom, and is bound by what both have done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import office, visiting
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.errors import Incomplete, NotAuthorised, NotFound, NotYours, SamePerson
from webapp.identity import Identity
from webapp.models import CaseEvent, ItemCase, Review, Ruling, UserTask
from webapp.queries import worklist
from webapp.queries.case_reviews import reviews_of
from webapp.queries.case_tasks import tasks_of
from webapp.queries.history import history_of
from webapp.services import assigning, comments, opinions, rulings, substitution, suspension, tasks
from webapp.services.substitution import (
    AlreadyOver,
    ChainedSubstitution,
    CircularSubstitution,
    Naming,
    NotAStandIn,
    OverlappingSubstitution,
)
from webapp.services.tasks import HeldByAnother
from webapp.unit_of_work import sql

DAY = date(2026, 9, 1)
NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 8, 4, 0, tzinfo=UTC)
REVIEWER, COLLEAGUE, DECIDER = "hanlei", "yangmei", "zhudefu"


@pytest.fixture(autouse=True)
def in_september() -> Iterator[None]:
    with frozen_at(NOON):
        yield


def naming(absent: str, stand_in: str, **other: Any) -> Naming:
    who, whom = office.person(absent).user_id, office.person(stand_in).user_id
    return Naming(who, whom, **{"from_on": DAY, "until_on": date(2026, 9, 4), "reason": "年休假", **other})


def named(absent: str, stand_in: str, *, by: str = "", **other: Any) -> int:
    return substitution.name_stand_in(naming(absent, stand_in, **other), by=office.person(by or absent))


def authorised(login: str) -> Identity:
    """The same person, with an authorisation of their own."""
    sql().execute("update app_user set authorisation_number = '江授〔2026〕99号' where login = %s", (login,))
    return office.person(login)


def under_review() -> int:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P6", by=office.person(REVIEWER))
    return case.id


def rule(case_id: int, by: Identity) -> None:
    task = office.open_task(case_id, "decide", "P6")
    rulings.rule(task.id, by=by, ruling="grant", reasons="", revision=task.revision, key=f"rule-{by.user_id}")


def last_line(db: SQLAlchemy, case_id: int, kind: str) -> CaseEvent:
    db.session.expire_all()
    return db.session.query(CaseEvent).filter_by(case_id=case_id, kind=kind).order_by(CaseEvent.seq.desc()).first()


def test_who_stands_in_has_the_posts_for_those_days_and_no_longer(db: SQLAlchemy) -> None:
    assert "sign.decide" not in office.person(COLLEAGUE).groups
    named(DECIDER, COLLEAGUE, until_on=date(2026, 9, 4))
    borrowing = office.person(COLLEAGUE)
    assert borrowing.groups == {"sign.review", "sign.decide"}
    assert borrowing.own_groups == {"sign.review"}
    (one,) = borrowing.standing_in
    assert (one.absent_name, one.until) == (office.person(DECIDER).name, date(2026, 9, 4))
    with frozen_at(LATER):
        assert office.person(COLLEAGUE).groups == {"sign.review"}


def test_a_ruling_for_an_absent_decider_takes_ones_own_authorisation_and_says_for_whom(db: SQLAlchemy) -> None:
    case_id = under_review()
    office.act(case_id, "review", "P6", by=office.person(REVIEWER), proposal="grant")
    named(DECIDER, COLLEAGUE)
    tasks.claim(office.open_task(case_id, "decide", "P6").id, by=office.person(COLLEAGUE))
    db.session.expire_all()
    with pytest.raises(NotAuthorised):
        rule(case_id, office.person(COLLEAGUE))
    rule(case_id, authorised(COLLEAGUE))
    absent = office.person(DECIDER)
    ruling = db.session.query(Ruling).join(ItemCase, ItemCase.id == Ruling.item_case_id).filter_by(item_key="P6").one()
    assert (ruling.by_id, ruling.acting_for) == (office.person(COLLEAGUE).user_id, absent.user_id)
    assert ruling.authorisation_number == "江授〔2026〕99号"
    line = last_line(db, case_id, "ruled")
    assert f'"for":{absent.user_id}' in line.body
    shown = [one.who.zh for one in history_of(case_id, (), tasks_of(case_id)) if one.what.zh.startswith("认领")]
    assert shown[-1] == f"{office.person(COLLEAGUE).name}（代{absent.name}）"


def test_what_one_did_oneself_bars_one_with_a_borrowed_post(db: SQLAlchemy) -> None:
    case_id = under_review()
    office.act(case_id, "review", "P6", by=office.person(REVIEWER), proposal="grant")
    named(DECIDER, REVIEWER)
    authorised(REVIEWER)
    with pytest.raises(SamePerson):
        tasks.claim(office.open_task(case_id, "decide", "P6").id, by=office.person(REVIEWER))


def test_what_was_done_for_one_bars_one_too_and_whoever_did_it(db: SQLAlchemy) -> None:
    """The decider's only other post is that of a reviewer: the stand-in reviews for them, so they do not rule."""
    case_id = under_review()
    sql().execute(
        "insert into membership select id, (select id from candidate_group where key = 'sign.review') from app_user"
        " where login = %s",
        (DECIDER,),
    )
    sql().execute(
        "delete from membership where user_id = (select id from app_user where login = %s)"
        " and group_id = (select id from candidate_group where key = 'sign.review')",
        (COLLEAGUE,),
    )
    sql().execute(
        "insert into membership select id, (select id from candidate_group where key = 'food.review') from app_user"
        " where login = %s",
        (COLLEAGUE,),
    )
    named(DECIDER, COLLEAGUE, groups=frozenset({"sign.review"}))
    office.act(case_id, "review", "P6", by=office.person(COLLEAGUE), proposal="grant")
    review = db.session.query(Review).filter_by(step="review").one()
    assert (review.by_id, review.acting_for) == (office.person(COLLEAGUE).user_id, office.person(DECIDER).user_id)
    (shown,) = [one for one in reviews_of(case_id) if one.step == "review"]
    assert shown.by == f"{office.person(COLLEAGUE).name}（代{office.person(DECIDER).name}）"
    with pytest.raises(SamePerson):
        tasks.claim(office.open_task(case_id, "decide", "P6").id, by=office.person(DECIDER))
    with frozen_at(LATER):
        named(DECIDER, COLLEAGUE, from_on=date(2026, 9, 8), until_on=date(2026, 9, 9))
        with pytest.raises(SamePerson):
            tasks.claim(office.open_task(case_id, "decide", "P6").id, by=authorised(COLLEAGUE))


def test_what_the_absent_one_holds_is_taken_over_and_goes_back(db: SQLAlchemy) -> None:
    case_id = under_review()
    task = office.open_task(case_id, "review", "P6")
    tasks.claim(task.id, by=office.person(REVIEWER))
    with pytest.raises(HeldByAnother):
        tasks.claim(task.id, by=office.person(COLLEAGUE))
    standing = named(REVIEWER, COLLEAGUE)
    tasks.claim(task.id, by=office.person(COLLEAGUE))
    db.session.expire_all()
    held = db.session.get(UserTask, task.id)
    assert held is not None
    assert (held.assignee_id, held.acting_for) == (office.person(COLLEAGUE).user_id, office.person(REVIEWER).user_id)
    line = last_line(db, case_id, "task-claimed")
    assert f'"from":{office.person(REVIEWER).user_id}' in line.body
    substitution.end_stand_in(standing, by=office.person(REVIEWER), reason="提前返岗")
    db.session.expire_all()
    assert db.session.get(UserTask, task.id).assignee_id == office.person(REVIEWER).user_id
    assert last_line(db, case_id, "standing-in-ended").actor_id is None
    with pytest.raises(AlreadyOver):
        substitution.end_stand_in(standing, by=office.person(REVIEWER))


def test_the_last_day_gives_back_what_is_open_and_who_is_back_takes_it_at_once(db: SQLAlchemy) -> None:
    case_id = under_review()
    task = office.open_task(case_id, "review", "P6")
    named(REVIEWER, COLLEAGUE)
    tasks.claim(task.id, by=office.person(REVIEWER))
    tasks.claim(task.id, by=office.person(COLLEAGUE))
    tasks.claim(task.id, by=office.person(REVIEWER))  # back for an hour
    tasks.claim(task.id, by=office.person(COLLEAGUE))
    assert substitution.give_back() == 0
    with frozen_at(LATER):
        assert substitution.give_back() == 1
        db.session.expire_all()
        assert db.session.get(UserTask, task.id).assignee_id == office.person(REVIEWER).user_id
        assert substitution.give_back() == 0


def test_posts_that_were_not_lent_stay_closed(db: SQLAlchemy) -> None:
    case_id = under_review()
    office.act(case_id, "review", "P6", by=office.person(REVIEWER), proposal="grant")
    deciding = office.open_task(case_id, "decide", "P6")
    with pytest.raises(NotFound):
        tasks.claim(deciding.id, by=office.person(COLLEAGUE))
    with pytest.raises(Incomplete) as unknown:
        named(DECIDER, COLLEAGUE, groups=frozenset({"drug.decide"}))
    assert unknown.value.field == "posts"
    with pytest.raises(Incomplete) as bundle:
        named(DECIDER, COLLEAGUE, bundles=frozenset({"open-a-moon-base"}))
    assert bundle.value.field == "bundles"


def test_a_post_lent_for_some_bundles_is_closed_in_others_and_its_roles_do_not_go_along(db: SQLAlchemy) -> None:
    case_id = under_review()
    office.act(case_id, "review", "P6", by=office.person(REVIEWER), proposal="grant")
    named(DECIDER, COLLEAGUE, bundles=frozenset({office.BUNDLE}))
    task = office.open_task(case_id, "decide", "P6")
    found = worklist.inbox_page(office.person(COLLEAGUE), rules_in_force())
    (row,) = [one for one in found.rows if one.task_id == task.id]
    assert row.standing_in == office.person(DECIDER).name
    sql().execute("update substitution set bundles = '{another-bundle}'")
    db.session.commit()
    with pytest.raises(NotFound):
        tasks.claim(task.id, by=office.person(COLLEAGUE))
    shown = worklist.inbox_page(office.person(COLLEAGUE), rules_in_force()).rows
    assert task.id not in [one.task_id for one in shown]


def test_two_signatures_are_those_of_two_people_whoever_stands_in(db: SQLAlchemy) -> None:
    case_id = office.received("ordinary", ways={}).id
    office.act(case_id, "backfill", "P1")
    for key in ("P2", "P3"):
        office.act(case_id, "accept", key)
        office.act(case_id, "examine", key)
    task = office.open_task(case_id, "visit")
    first = office.member_of(task.groups[0])
    second = office.member_of(task.groups[0], but=[first.user_id])
    third = office.member_of(task.groups[0], but=[first.user_id, second.user_id])
    sql().execute(
        "delete from membership where user_id = %s and group_id = (select id from candidate_group where key = %s)",
        (second.user_id, task.groups[0]),
    )
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = 'food.review'", (second.user_id,)
    )
    named(first.login, second.login)

    def sign(by: Identity) -> bool:
        return visiting.sign(case_id, by, "pass")

    assert sign(office.person(second.login)) is False
    with pytest.raises(Exception, match="one person"):
        sign(office.person(first.login))
    assert sign(third) is True


# Who names whom


def test_a_circle_and_a_chain_are_refused_with_words(db: SQLAlchemy) -> None:
    named(REVIEWER, COLLEAGUE)
    with pytest.raises(CircularSubstitution) as circle:
        named(COLLEAGUE, REVIEWER)
    assert office.person(COLLEAGUE).name in circle.value.words.zh
    with pytest.raises(ChainedSubstitution) as handed_on:
        named(COLLEAGUE, DECIDER)  # who stands in goes away too
    assert "接连转托" in handed_on.value.words.zh
    with pytest.raises(ChainedSubstitution):
        named(DECIDER, REVIEWER)  # who is away is to stand in
    named(COLLEAGUE, REVIEWER, from_on=date(2026, 9, 7), until_on=date(2026, 9, 8))  # one after the other is no circle


def test_one_person_for_a_post_at_a_time_and_different_posts_with_different_people(db: SQLAlchemy) -> None:
    named(REVIEWER, COLLEAGUE)
    with pytest.raises(OverlappingSubstitution) as twice:
        named(REVIEWER, DECIDER, from_on=date(2026, 9, 3), until_on=date(2026, 9, 10))
    assert office.person(COLLEAGUE).name in twice.value.words.zh
    assert "2026-09-04" in twice.value.words.zh
    named(REVIEWER, DECIDER, from_on=date(2026, 9, 5), until_on=date(2026, 9, 10))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from_on": date(2026, 8, 31)}, "from_on"),
        ({"until_on": date(2026, 8, 31)}, "until_on"),
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
        ({"groups": frozenset()}, "posts"),
    ],
)
def test_what_is_missing_is_told(db: SQLAlchemy, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        named(REVIEWER, COLLEAGUE, **change)
    assert field in refused.value.faults


def test_who_is_elsewhere_or_oneself_does_not_stand_in_and_a_colleague_names_nobody(db: SQLAlchemy) -> None:
    for other in (REVIEWER, "weina", "xieguang"):
        with pytest.raises(NotAStandIn):
            named(REVIEWER, other)
    with pytest.raises(NotYours):
        named(REVIEWER, COLLEAGUE, by=COLLEAGUE)
    with pytest.raises(NotYours):
        named(REVIEWER, COLLEAGUE, by="sunguoqiang")  # leads elsewhere
    named(REVIEWER, COLLEAGUE, by=DECIDER)
    told = sql().execute("select count(*) from notice where kind = 'standing-in'").fetchone()
    assert told == (1,)


PEOPLE = ("wangyating", "chenhao", "sunguoqiang", "zhaolin", "qianwei")
DAYS = st.integers(1, 9)


@given(tries=st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), DAYS, DAYS), min_size=1, max_size=12))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_named_nobody_ever_stands_in_for_who_stands_in(
    db: SQLAlchemy, tries: list[tuple[str, str, int, int]]
) -> None:
    """On no day is one both away and standing in, and nobody is with two people for one post."""
    sql().execute("delete from substitution")
    for absent, stand_in, begins, length in tries:
        from_on = date(2026, 9, begins)
        try:
            named(absent, stand_in, from_on=from_on, until_on=date(2026, 9, begins + length))
        except (ChainedSubstitution, CircularSubstitution, OverlappingSubstitution, NotAStandIn):
            continue
    for number in range(1, 19):
        of_day = sql().execute(
            "select absent_id, stand_in_id from substitution where from_on <= %(on)s and until_on >= %(on)s",
            {"on": date(2026, 9, number)},
        )
        pairs = of_day.fetchall()
        assert {absent for absent, _ in pairs}.isdisjoint(stand_in for _, stand_in in pairs)
        assert len({absent for absent, _ in pairs}) == len(pairs)


def test_an_act_that_is_no_tasks_says_for_whom_too(db: SQLAlchemy) -> None:
    """A lead of the centre is away; who stands in suspends a case in their name."""
    lead, clerk = office.person("weixiaohong"), office.person(office.CLERK)
    case_id = office.received("ordinary", ways={}).id
    with pytest.raises(NotYours):
        suspension.suspend(case_id, by=clerk, reason="等待答复", key="own")
    named("weixiaohong", office.CLERK)
    suspension.suspend(case_id, by=office.person(office.CLERK), reason="等待答复", key="borrowed")
    line = last_line(db, case_id, "suspended")
    assert line.actor_id == clerk.user_id
    assert f'"for":{lead.user_id}' in line.body


def test_what_is_done_around_a_task_with_a_borrowed_post_says_for_whom(db: SQLAlchemy) -> None:
    """Who stands in for the decider assigns as the lead does, and answers what the decider's post was asked."""
    case_id = under_review()
    decider, stand_in = office.person(DECIDER), office.person(COLLEAGUE)
    task = office.open_task(case_id, "review", "P6")
    named(DECIDER, COLLEAGUE)
    assigning.assign(
        task.id,
        office.person(REVIEWER).user_id,
        by=office.person(COLLEAGUE),
        reason="",
        revision=task.revision,
        key="assign",
    )
    line = last_line(db, case_id, "task-assigned")
    assert line.actor_id == stand_in.user_id
    assert f'"for":{decider.user_id}' in line.body
    request = asked_of_a_post(case_id, "sign.decide")
    sql().execute("update substitution set bundles = '{another-bundle}'")
    db.session.commit()
    with pytest.raises(NotFound):
        opinions.answer_opinion(request, by=office.person(COLLEAGUE), answer="同意。", file=None, key="not-lent")
    sql().execute("update substitution set bundles = null")
    db.session.commit()
    opinions.answer_opinion(request, by=office.person(COLLEAGUE), answer="同意。", file=None, key="lent")
    assert f'"for":{decider.user_id}' in last_line(db, case_id, "opinion-answered").body


def asked_of_a_post(case_id: int, post: str) -> int:
    task = office.open_task(case_id, "review", "P6")
    question = {"question": "尺寸是否合规？", "people": (), "posts": (post,), "waits": False, "key": "ask"}
    opinions.ask_opinion(task.id, by=office.person(REVIEWER), **question)  # type: ignore[arg-type]
    row = sql().execute("select id from opinion_request where task_id = %s", (task.id,)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_comment_that_only_a_lead_may_delete_is_deleted_for_the_lead(db: SQLAlchemy) -> None:
    """The lead of the centre is away. What the stand-in may do with a post of their own names nobody else."""
    lead, case_id = office.person("weixiaohong"), office.received("ordinary", ways={}).id
    named("weixiaohong", office.CLERK)
    stand_in = office.person(office.CLERK)
    comments.comment(case_id, "请核对名称。", audience="internal", by=stand_in, key="own")
    comment_id = sql().execute("select max(id) from comment").fetchone()
    assert comment_id is not None
    assert '"for"' not in last_line(db, case_id, "commented").body
    comments.delete_comment(case_id, comment_id[0], by=stand_in)
    assert '"for"' not in last_line(db, case_id, "comment-deleted").body
    comments.comment(case_id, "名称无误。", audience="internal", by=office.person("zhouming"), key="other")
    other = sql().execute("select max(id) from comment").fetchone()
    assert other is not None
    comments.delete_comment(case_id, other[0], by=stand_in)
    assert f'"for":{lead.user_id}' in last_line(db, case_id, "comment-deleted").body
