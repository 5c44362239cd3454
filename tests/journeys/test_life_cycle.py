"""What colleagues do around a task, in a case whose departments work in parallel; the branch beside stays untouched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import ext
from tests.support import machines, office, visiting
from webapp.clock import frozen_at
from webapp.errors import AlreadyDone, Incomplete, NotFound, NotYours, Stale
from webapp.identity import Identity
from webapp.models import CaseEvent, Notice, OpinionRequest, Review, UserTask
from webapp.queries.audit import verify_all
from webapp.queries.life_cycle import LifeCycle, life_cycle_of
from webapp.services import assigning, conflicts, copies, delegation, opinions, reviews, signers, tasks, undoing, urging
from webapp.services.assigning import NotAColleague, NotAuthorisedToRule
from webapp.services.beside import LONGEST_TEXT
from webapp.services.held_back import GivenOut, HeldBack
from webapp.services.opinions import NoWayToWindow, OpinionClosed
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.separation import ColleagueBarred, InConflict
from webapp.services.signers import PreparedChanged, RoundOpen, SignedAlready
from webapp.services.step_returns import NoWayBackThere, return_to_step
from webapp.services.undoing import NotTakenBack
from webapp.services.urging import UrgedToday
from webapp.unit_of_work import sql

NOW = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
HEAD, LEAD, SUPERVISOR, CLERK = "gaozhiyuan", "weixiaohong", "xieguang", "lixiaoyun"


@pytest.fixture
def case_id(db: SQLAlchemy) -> int:
    """An ordinary application with its drug and device licences under examination, side by side."""
    with frozen_at(NOW):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        for item in ("P2", "P3", "P6"):
            office.act(case.id, "accept", item)
    return case.id


def held(case_id: int, step: str = "examine", item: str = "P2") -> tuple[UserTask, Identity]:
    return office.claimed(case_id, step, item)


def fresh(task: UserTask) -> UserTask:
    from webapp.extensions import db as database

    database.session.expire_all()
    found = database.session.get(UserTask, task.id)
    assert found is not None
    return found


def colleague(task: UserTask, *, but: Identity) -> Identity:
    return office.member_of(task.groups[0], but=[but.user_id])


def life(task: UserTask, by: Identity) -> LifeCycle:
    return life_cycle_of(task.id, by)


def events(case_id: int, *kinds: str) -> list[str]:
    rows = sql().execute("select kind from case_event where case_id = %s order by seq", (case_id,)).fetchall()
    return [kind for (kind,) in rows if not kinds or kind in kinds]


def told(by: Identity) -> list[str]:
    return [one.kind for one in Notice.query.filter_by(user_id=by.user_id).order_by(Notice.id)]


def examine(task: UserTask, by: Identity, *, visit: bool = False, key: str = "act") -> None:
    reviews.examine(
        task.id, by=by, visit_needed=visit, opinion="齐全。", checklist={}, revision=fresh(task).revision, key=key
    )


def open_beside(case_id: int, item: str = "P2") -> list[tuple[str | None, str]]:
    return [one for one in office.open_steps(case_id) if one[0] != item]


# Assigning and handing over


def test_a_head_assigns_a_task_and_takes_it_from_one_who_has_it(case_id: int) -> None:
    task = office.open_task(case_id, "examine", "P2")
    first, second = office.person("zhaolin"), office.person("qianwei")
    head = office.person(HEAD)
    assigning.assign(task.id, first.user_id, by=head, reason="", revision=task.revision, key="a")
    assert fresh(task).assignee_id == first.user_id
    with pytest.raises(Incomplete) as missing:
        assigning.assign(task.id, second.user_id, by=head, reason=" ", revision=fresh(task).revision, key="b")
    assert missing.value.field == "reason"
    assigning.assign(task.id, second.user_id, by=head, reason="赵琳外出。", revision=fresh(task).revision, key="c")
    assert fresh(task).assignee_id == second.user_id
    assert told(second) == ["assigned"]
    assert told(first)[0] == "assigned"
    assert len(told(first)) == 2
    assert events(case_id, "task-assigned") == ["task-assigned"] * 2
    examine(fresh(task), second)
    assert list(verify_all()) == []


def test_only_who_leads_the_department_assigns_and_only_to_its_posts(case_id: int) -> None:
    task = office.open_task(case_id, "examine", "P2")
    reviewer, elsewhere = office.person("zhaolin"), office.person("hanlei")
    with pytest.raises(NotYours):
        assigning.assign(task.id, reviewer.user_id, by=reviewer, reason="", revision=0, key="a")
    with pytest.raises(NotFound):
        assigning.assign(task.id, reviewer.user_id, by=office.person("luozheng"), reason="", revision=0, key="b")
    with pytest.raises(NotAColleague):
        assigning.assign(task.id, elsewhere.user_id, by=office.person(HEAD), reason="", revision=0, key="c")
    with pytest.raises(Incomplete):
        assigning.assign(task.id, None, by=office.person(HEAD), reason="", revision=0, key="d")
    assert "refused-act" in events(case_id)


def test_a_holder_hands_over_with_a_reason_and_a_page_from_before_is_stale(case_id: int) -> None:
    task, by = held(case_id)
    to = colleague(task, but=by)
    beside = open_beside(case_id)
    with pytest.raises(Incomplete):
        assigning.hand_over(task.id, to.user_id, by=by, reason="", revision=task.revision, key="a")
    seen = fresh(task).revision
    assigning.hand_over(task.id, to.user_id, by=by, reason="出差两周。", revision=seen, key="b")
    with pytest.raises(AlreadyCarriedOut):
        assigning.hand_over(task.id, to.user_id, by=by, reason="出差两周。", revision=seen, key="b")
    with pytest.raises(Stale):
        reviews.examine(task.id, by=to, visit_needed=False, opinion="", checklist={}, revision=seen, key="c")
    with pytest.raises(NotYours):
        examine(task, by, key="d")
    assert told(to) == ["handed-over"]
    examine(task, to, key="e")
    assert open_beside(case_id) == beside


def test_a_ruling_is_not_given_to_who_proposed_or_has_no_authorisation(case_id: int) -> None:
    office.act(case_id, "review", "P6")
    decide = office.open_task(case_id, "decide", "P6")
    reviewer = sql().execute("select by_id from review where step = 'review' order by id desc limit 1").fetchone()
    assert reviewer is not None
    sql().execute(
        "insert into membership (user_id, group_id) select %s, id from candidate_group where key = %s",
        (reviewer[0], decide.groups[0]),
    )
    decider = office.member_of("sign.decide", but=[reviewer[0]])
    tasks.claim(decide.id, by=decider)
    with pytest.raises(NotAuthorisedToRule):
        assigning.hand_over(decide.id, reviewer[0], by=decider, reason="出差。", revision=1, key="no")
    sql().execute("update app_user set authorisation_number = '江授〔2026〕9号' where id = %s", (reviewer[0],))
    with pytest.raises(ColleagueBarred):
        assigning.hand_over(decide.id, reviewer[0], by=decider, reason="出差。", revision=1, key="a")


# Delegating


def test_a_colleague_prepares_and_gives_back_and_the_act_stays_the_owners(case_id: int) -> None:
    task, by = held(case_id)
    to = colleague(task, but=by)
    delegation.delegate(task.id, to.user_id, by=by, asked="请先核对要点。", revision=task.revision, key="a")
    assert fresh(task).assignee_id == to.user_id
    assert fresh(task).owner_id == by.user_id
    with pytest.raises(HeldBack) as refused:
        examine(task, to, key="b")
    assert to.name in refused.value.words.zh
    with pytest.raises(GivenOut):
        tasks.release(task.id, by=to)
    fields = (("check.premises", "pass"), ("opinion", "面积符合。"))
    delegation.give_back(task.id, by=to, remark="要点已核对。", fields=fields, revision=fresh(task).revision, key="c")
    now = life(task, by)
    assert now.task.holder_id == by.user_id
    assert now.prepared is not None
    assert now.prepared.fields == fields
    assert now.delegations[0].remark == "要点已核对。"
    assert told(to) == ["delegated"]
    assert told(by) == ["delegation-returned"]
    examine(task, by, key="d")


def test_the_owner_calls_back_and_who_prepared_gives_back_nothing(case_id: int) -> None:
    task, by = held(case_id, "examine", "P3")
    to = colleague(task, but=by)
    delegation.delegate(task.id, to.user_id, by=by, asked="请准备。", revision=task.revision, key="a")
    with pytest.raises(NotYours):
        delegation.call_back(task.id, by=to, revision=fresh(task).revision, key="b")
    delegation.call_back(task.id, by=by, revision=fresh(task).revision, key="c")
    with pytest.raises(NotYours):
        delegation.give_back(task.id, by=to, remark="好了", fields=(), revision=fresh(task).revision, key="d")
    assert fresh(task).waits == 0
    examine(task, by, key="e")


def test_a_head_takes_a_delegated_task_and_the_delegation_ends(case_id: int) -> None:
    task, by = held(case_id)
    to = colleague(task, but=by)
    delegation.delegate(task.id, to.user_id, by=by, asked="请准备。", revision=task.revision, key="a")
    assigning.assign(
        task.id, by.user_id, by=office.person(HEAD), reason="另有安排。", revision=fresh(task).revision, key="b"
    )
    assert life(task, by).delegation is None
    assert fresh(task).waits == 0
    examine(task, by, key="c")


# Opinions


def ask(task: UserTask, by: Identity, *, people: tuple[Identity, ...] = (), posts: tuple[str, ...] = (), **more: Any):
    waits = more.get("waits", False)
    opinions.ask_opinion(
        task.id,
        by=by,
        question="该地址是否列入拆迁范围？",
        people=[one.user_id for one in people],
        posts=posts,
        waits=waits,
        key=more.get("key", "ask"),
    )
    rows = OpinionRequest.query.filter_by(task_id=task.id).order_by(OpinionRequest.id).all()
    return [one.id for one in rows]


def test_an_act_waits_for_another_department_and_the_branch_beside_goes_on(case_id: int) -> None:
    task, by = held(case_id)
    police = office.person("qinyong")
    (request,) = ask(task, by, posts=("public-security.review",), waits=True)
    with pytest.raises(HeldBack):
        examine(task, by, key="a")
    examine(*held(case_id, "examine", "P3"), key="beside")
    with pytest.raises(NotFound):
        opinions.answer_opinion(request, by=office.person("hanlei"), answer="无", file=None, key="b")
    opinions.answer_opinion(request, by=police, answer="未列入。", file=None, key="c")
    assert told(police) == ["opinion-asked"]
    assert told(by) == ["opinion-given"]
    examine(task, by, key="d")
    with pytest.raises(OpinionClosed):
        opinions.answer_opinion(request, by=police, answer="再说一次", file=None, key="e")
    assert list(verify_all()) == []


def test_an_opinion_that_nobody_waits_for_holds_nothing_and_is_moot_once_the_act_is_done(case_id: int) -> None:
    task, by = held(case_id)
    to = colleague(task, but=by)
    (request,) = ask(task, by, people=(to,))
    examine(task, by, key="a")
    with pytest.raises(OpinionClosed):
        opinions.answer_opinion(request, by=to, answer="可以", file=None, key="b")


def test_a_question_is_withdrawn_and_the_act_is_free(case_id: int) -> None:
    task, by = held(case_id)
    first, second = ask(task, by, people=(colleague(task, but=by),), posts=("sign.review",), waits=True)
    assert fresh(task).waits == 2
    opinions.withdraw_opinion(first, by=by, key="a")
    with pytest.raises(NotFound):
        opinions.withdraw_opinion(second, by=office.person("hanlei"), key="b")
    opinions.withdraw_opinion(second, by=by, key="c")
    examine(task, by, key="d")


def test_nobody_asks_nobody_themselves_or_for_a_task_of_another(case_id: int) -> None:
    task, by = held(case_id)
    with pytest.raises(Incomplete):
        ask(task, by)
    with pytest.raises(Incomplete):
        ask(task, by, people=(by,))
    with pytest.raises(NotYours):
        ask(task, colleague(task, but=by), posts=("sign.review",))
    with pytest.raises(Incomplete):
        opinions.ask_opinion(
            task.id, by=by, question="问" * (LONGEST_TEXT + 1), people=[], posts=["sign.review"], waits=False, key="x"
        )


def test_the_window_checks_what_it_received_while_the_limit_runs_on(db: SQLAlchemy) -> None:
    with frozen_at(NOW):
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        task, by = office.claimed(case.id, "accept", "P2")
        timers = "select count(*) from timer where case_id = %s and due_at is not null"
        before = sql().execute(timers, (case.id,)).fetchone()
        opinions.send_to_window(task.id, by=by, reason="平面图扫描不清。", key="a")
        assert sql().execute(timers, (case.id,)).fetchone() == before
    assert "sent-back" in told(office.person(CLERK))
    request = OpinionRequest.query.filter_by(task_id=task.id).one()
    assert (request.kind, request.to_group, request.waits) == ("window", "window.clerk", True)
    opinions.answer_opinion(request.id, by=office.person("zhouming"), answer="已重新扫描。", file=None, key="b")
    assert fresh(task).waits == 0


def test_a_decider_has_no_way_to_the_window_where_the_diagram_draws_none(case_id: int) -> None:
    office.act(case_id, "review", "P6")
    task, by = held(case_id, "decide", "P6")
    with pytest.raises(NoWayToWindow):
        opinions.send_to_window(task.id, by=by, reason="请核对。", key="a")


# Signers


def ask_to_sign(task: UserTask, by: Identity, people: list[Identity], position: str, rule: str = "all", **more: Any):
    signers.ask_signers(
        task.id,
        by=by,
        people=[one.user_id for one in people],
        position=position,
        rule=rule,
        quorum=more.get("quorum"),
        note="请看面积一项。",
        key=more.get("key", "signers"),
    )


def sign(task: UserTask, by: Identity, verdict: str = "agree", reason: str = "", seen: str = "", key: str = "") -> None:
    signers.cosign(task.id, by=by, verdict=verdict, reason=reason, seen=seen, key=key or f"sign-{by.user_id}")


def test_all_sign_before_the_holder_acts(case_id: int) -> None:
    task, by = held(case_id)
    two = [colleague(task, but=by), office.person("wujianhua")]
    ask_to_sign(task, by, two, "before")
    with pytest.raises(RoundOpen):
        ask_to_sign(task, by, two, "before", key="again")
    sign(task, two[0])
    with pytest.raises(SignedAlready):
        sign(task, two[0], key="twice")
    with pytest.raises(HeldBack):
        examine(task, by, key="a")
    with pytest.raises(Incomplete):
        sign(task, two[1], "disagree", key="no-reason")
    sign(task, two[1], "disagree", "面积不足。", key="no")
    (round_,) = life(task, by).rounds
    assert round_.outcome == "disagreed"
    assert round_.disagreed[0].reason == "面积不足。"
    examine(task, by, key="b")  # told why, the holder is free to act


@pytest.mark.parametrize(("rule", "quorum", "needed"), [("any", None, 1), ("quorum", 2, 2), ("all", None, 3)])
def test_as_many_agree_as_the_rule_says(case_id: int, rule: str, quorum: int | None, needed: int) -> None:
    task, by = held(case_id)
    three = [colleague(task, but=by), office.person("wujianhua"), office.person(HEAD)]
    ask_to_sign(task, by, three, "before", rule, quorum=quorum)
    for one in three[: needed - 1]:
        sign(task, one)
    with pytest.raises(HeldBack):
        examine(task, by, key="early")
    sign(task, three[needed - 1])
    examine(task, by, key="late")


def test_signers_are_added_and_removed_and_the_last_gone_ends_the_round(case_id: int) -> None:
    task, by = held(case_id)
    first, second = colleague(task, but=by), office.person("wujianhua")
    ask_to_sign(task, by, [first], "before")
    signers.add_signer(task.id, second.user_id, by=by, key="a")
    with pytest.raises(SignedAlready):
        signers.add_signer(task.id, second.user_id, by=by, key="b")
    signers.remove_signer(task.id, first.user_id, by=by, key="c")
    with pytest.raises(NotYours):
        sign(task, first)
    signers.remove_signer(task.id, second.user_id, by=by, key="d")
    assert life(task, by).rounds[0].outcome == "cancelled"
    examine(task, by, key="e")


def test_signatures_fall_away_when_what_was_signed_changes(case_id: int) -> None:
    task, by = held(case_id)
    first, second = colleague(task, but=by), office.person("wujianhua")
    ask_to_sign(task, by, [first, second], "after")
    with pytest.raises(PreparedChanged):
        sign(task, first, key="too-early")
    signers.put_forward(task.id, (("visit_needed", "no"),), by=by, key="a")
    read = life(task, by).round
    assert read is not None
    sign(task, first, seen=read.digest)
    signers.put_forward(task.id, (("visit_needed", "yes"),), by=by, key="b")
    again = life(task, by).round
    assert again is not None
    assert [one.verdict for one in again.signers] == ["", ""]
    with pytest.raises(PreparedChanged):
        sign(task, second, seen=read.digest, key="stale")
    signers.put_forward(task.id, (("visit_needed", "yes"),), by=by, key="c")  # the same again: nothing falls away
    sign(task, second, seen=again.digest)
    sign(task, first, seen=again.digest, key="anew")
    assert life(task, by).is_signed
    with pytest.raises(HeldBack):  # only what was signed is carried out, from its own button
        examine(task, by, key="d")


def test_a_disagreement_gives_the_prepared_act_back_with_its_reason(case_id: int) -> None:
    task, by = held(case_id)
    first = colleague(task, but=by)
    ask_to_sign(task, by, [first], "after")
    signers.put_forward(task.id, (("visit_needed", "no"),), by=by, key="a")
    digest = life(task, by).rounds[0].digest
    sign(task, first, "disagree", "应当核查。", seen=digest)
    now = life(task, by)
    assert now.rounds[0].outcome == "disagreed"
    assert now.prepared is not None
    examine(task, by, visit=True, key="b")


# Copies, urging


def test_a_copy_is_read_by_each_and_gives_no_right_to_the_case(case_id: int) -> None:
    from webapp.queries.advisory_inbox import copies_of, copy_of, may_open_case

    task, by = held(case_id)
    stranger = office.person("luozheng")
    copies.send_copy(task.id, by=by, people=[stranger.user_id], posts=["sign.review"], note="供参考。", key="a")
    (mine,) = copies_of(stranger).rows
    assert mine.unread
    copies.mark_copy_read(mine.id, by=stranger)
    copies.mark_copy_read(mine.id, by=stranger)
    assert not copy_of(mine.id, stranger).unread
    with pytest.raises(NotFound):
        copies.mark_copy_read(mine.id, by=office.person("hanlei"))
    (shared,) = copies_of(office.person("hanlei")).rows
    assert shared.unread
    assert not may_open_case(case_id, stranger)
    assert fresh(task).waits == 0
    assert told(stranger) == ["copied"]


def test_a_task_is_urged_once_a_day_by_those_who_answer_for_it(case_id: int) -> None:
    with frozen_at(NOW):
        task, by = held(case_id)
        for login in (HEAD, SUPERVISOR, CLERK):
            urging.urge(task.id, by=office.person(login), note="", key=f"a-{login}")
        with pytest.raises(UrgedToday):
            urging.urge(task.id, by=office.person(HEAD), note="", key="b")
        with pytest.raises(NotFound):
            urging.urge(task.id, by=office.person("hanlei"), note="", key="c")
        with pytest.raises(NotYours):
            urging.urge(task.id, by=colleague(task, but=by), note="", key="d")
    with frozen_at(NOW + timedelta(days=1)):
        urging.urge(task.id, by=office.person(HEAD), note="明天前办结。", key="e")
    assert told(by) == ["urged"] * 4
    assert [one.from_above for one in life(task, by).urgings] == [True, True, False, True]


# Taking back


def test_a_proposal_is_taken_back_while_nobody_has_built_on_it(case_id: int) -> None:
    beside = open_beside(case_id, "P6")
    with frozen_at(NOW + timedelta(hours=2)):
        task, by = held(case_id, "review", "P6")
        reviews.propose(
            task.id,
            by=by,
            proposal="grant",
            opinion="符合条件。",
            checklist={"premises": "pass"},
            revision=task.revision,
            key="a",
        )
    decide = office.open_task(case_id, "decide", "P6")
    with frozen_at(NOW + timedelta(hours=3)):
        again = undoing.take_back(task.id, by=by, key="b")
    reopened = office.open_task(case_id, "review", "P6")
    assert (reopened.id, reopened.assignee_id) == (again, by.user_id)
    assert fresh(decide).state == "cancelled"
    assert open_beside(case_id, "P6") == beside
    now = life(reopened, by)
    assert now.prepared is not None
    assert ("opinion", "符合条件。") in now.prepared.fields
    assert ("proposal", "grant") in now.prepared.fields
    assert Review.query.filter_by(task_id=task.id).one().withdrawn_at is not None
    assert events(case_id, "reviewed", "act-withdrawn")[-2:] == ["reviewed", "act-withdrawn"]
    reviews.propose(
        again, by=by, proposal="refuse", opinion="面积不足。", checklist={}, revision=reopened.revision, key="c"
    )
    assert office.open_task(case_id, "decide", "P6").state == "open"
    assert list(verify_all()) == []


@pytest.mark.parametrize("touch", ["claimed", "asked", "urged-not"])
def test_what_somebody_has_begun_is_not_taken_back(case_id: int, touch: str) -> None:
    task, by = held(case_id, "review", "P6")
    with frozen_at(NOW + timedelta(hours=2)):
        reviews.propose(task.id, by=by, proposal="grant", opinion="", checklist={}, revision=task.revision, key="a")
    decide = office.open_task(case_id, "decide", "P6")
    decider = office.member_of("sign.decide")
    if touch == "urged-not":
        urging.urge(decide.id, by=office.person(SUPERVISOR), note="", key="b")
        undoing.take_back(task.id, by=by, key="c")
        return
    tasks.claim(decide.id, by=decider)
    if touch == "asked":
        ask(decide, decider, posts=("drug.review",))
        tasks.release(decide.id, by=decider)
    with pytest.raises(NotTakenBack):
        undoing.take_back(task.id, by=by, key="d")


def test_nobody_takes_back_the_act_of_another_or_an_acceptance(case_id: int) -> None:
    accepted = UserTask.query.filter_by(case_id=case_id, step="accept", state="completed").first()
    assert accepted is not None
    closer = sql().execute("select login from app_user where id = %s", (accepted.closed_by,)).fetchone()
    assert closer is not None
    with pytest.raises(NotTakenBack):
        undoing.take_back(accepted.id, by=office.person(closer[0]), key="a")
    task, by = held(case_id)
    with frozen_at(NOW + timedelta(hours=2)):
        examine(task, by)
    with pytest.raises(NotTakenBack):
        undoing.take_back(task.id, by=colleague(task, but=by), key="b")


def test_an_examination_that_asked_for_a_visit_is_taken_back_with_what_the_visit_heard(case_id: int) -> None:
    task, by = held(case_id, "examine", "P3")
    with frozen_at(NOW + timedelta(hours=2)):
        examine(task, by, visit=True)
    assert ("P3", "review") not in office.open_steps(case_id)
    again = undoing.take_back(task.id, by=by, key="a")
    assert office.open_task(case_id, "examine", "P3").id == again
    with frozen_at(NOW + timedelta(hours=3)):
        examine(office.open_task(case_id, "examine", "P3"), by, visit=False, key="b")
    assert ("P3", "review") in office.open_steps(case_id)  # the second word counts
    with frozen_at(NOW + timedelta(hours=4)):
        examine(*held(case_id), visit=True, key="c")
    visit = office.open_task(case_id, "visit")
    assert fresh(visit).state == "open"


def test_an_examination_that_met_with_the_other_branches_is_not_taken_back(case_id: int) -> None:
    with frozen_at(NOW + timedelta(hours=2)):
        examine(*held(case_id), visit=True)
    task, by = held(case_id, "examine", "P3")
    with frozen_at(NOW + timedelta(hours=3)):
        examine(task, by, visit=True, key="b")
    with pytest.raises(NotTakenBack) as refused:
        undoing.take_back(task.id, by=by, key="a")
    assert "汇合" in refused.value.words.zh
    assert office.open_task(case_id, "visit").state == "open"


def test_the_first_signature_under_a_visit_is_taken_back_until_the_second(case_id: int) -> None:
    with frozen_at(NOW + timedelta(hours=2)):
        examine(*held(case_id), visit=True)
        examine(*held(case_id, "examine", "P3"), visit=True, key="b")
        task = office.open_task(case_id, "visit")
        first = office.member_of("market.visit")
        second = office.member_of("market.visit", but=[first.user_id])

        def signed(by: Identity, conclusion: str, key: str) -> bool:
            return visiting.sign(case_id, by, conclusion, key=key)

        signed(first, "pass", "c")
        assert undoing.take_back(task.id, by=first, key="d") == task.id
        signed(first, "minor", "e")
        with pytest.raises(NotTakenBack):
            undoing.take_back(task.id, by=second, key="f")
        assert signed(second, "minor", "g")
    with pytest.raises((NotTakenBack, AlreadyDone)):
        undoing.take_back(task.id, by=first, key="h")


# Frames


@pytest.mark.parametrize(
    "act",
    [
        lambda task, by, key: delegation.delegate(task.id, 1, by=by, asked="x", revision=0, key=key),
        lambda task, by, key: opinions.send_to_window(task.id, by=by, reason="x", key=key),
        lambda task, by, key: signers.cancel_signing(task.id, by=by, key=key),
        lambda task, by, key: copies.send_copy(task.id, by=by, people=[], posts=["sign.review"], note="", key=key),
    ],
)
def test_who_has_no_part_in_the_task_does_not_find_it(case_id: int, act: Callable[..., None]) -> None:
    task = office.open_task(case_id, "examine", "P2")
    with pytest.raises(NotFound):
        act(task, office.person("hanlei"), "a")


def test_the_ledger_keeps_no_words(case_id: int) -> None:
    task, by = held(case_id)
    to = colleague(task, but=by)
    delegation.delegate(task.id, to.user_id, by=by, asked="请核对程立的身份证。", revision=task.revision, key="a")
    bodies = "".join(one.body for one in CaseEvent.query.filter_by(case_id=case_id))
    assert "程立" not in bodies


def test_who_declared_a_conflict_has_no_part_in_any_of_it(case_id: int) -> None:
    task, by = held(case_id)
    kept_out = colleague(task, but=by)
    (request,) = ask(task, by, people=(kept_out,), waits=True)
    conflicts.declare_conflict(
        task.id, by=kept_out, kind="interest", reason="配偶在该企业任职。", whole_case=True, key="a"
    )
    with pytest.raises(InConflict):
        opinions.answer_opinion(request, by=kept_out, answer="可以", file=None, key="b")
    with pytest.raises(InConflict):
        copies.send_copy(task.id, by=kept_out, people=[], posts=["sign.review"], note="", key="c")
    with pytest.raises(NotAColleague):
        ask_to_sign(task, by, [kept_out], "before")
    for act in (assigning.hand_over, delegation.delegate):
        why = {"reason": "出差。"} if act is assigning.hand_over else {"asked": "请准备。"}
        with pytest.raises(ColleagueBarred):
            act(task.id, kept_out.user_id, by=by, revision=fresh(task).revision, key=act.__name__, **why)
    opinions.withdraw_opinion(request, by=by, key="d")
    examine(task, by, key="e")


def test_signers_may_be_of_another_post_of_the_department_but_of_no_other(case_id: int) -> None:
    task, by = held(case_id)
    with pytest.raises(NotAColleague):
        ask_to_sign(task, by, [office.person("hanlei")], "before")
    with pytest.raises(Incomplete):
        ask_to_sign(task, by, [office.person("wujianhua")], "before", "quorum", quorum=2)
    with pytest.raises(Incomplete):
        ask_to_sign(task, by, [by], "before")
    ask_to_sign(task, by, [office.person("wujianhua")], "before")
    sign(task, office.person("wujianhua"))
    examine(task, by, key="a")


# Sending back


def test_what_was_to_go_up_goes_back_to_the_review_and_no_limit_stops(db: SQLAlchemy) -> None:
    with frozen_at(NOW):
        case = office.received("ordinary", ways={}, place="fictional-county")
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P3")
    clocks = (
        "select name, due_on, stopped_on from legal_clock l join item_case i on i.id = l.item_case_id"
        " where i.case_id = %s order by l.id"
    )
    with frozen_at(NOW + timedelta(days=1)):
        office.act(case.id, "examine", "P3", visit_needed=False)
        office.act(case.id, "review", "P3")
        before = sql().execute(clocks, (case.id,)).fetchall()
        beside = open_beside(case.id, "P3")
        task, by = office.claimed(case.id, "hand-up", "P3")
        with pytest.raises(Incomplete):
            return_to_step(task.id, "review", by=by, reason=" ", revision=task.revision, key="a")
        with pytest.raises(NoWayBackThere):
            return_to_step(task.id, "examine", by=by, reason="请核对。", revision=fresh(task).revision, key="b")
        return_to_step(task.id, "review", by=by, reason="请补充追溯情况。", revision=fresh(task).revision, key="c")
        assert sql().execute(clocks, (case.id,)).fetchall() == before
        assert open_beside(case.id, "P3") == beside
    closed = fresh(task)
    assert (closed.state, closed.act, closed.closed_by) == ("completed", "returned-to-step", by.user_id)
    again = office.open_task(case.id, "review", "P3")
    assert again.assignee_id is None
    back = Review.query.filter_by(task_id=task.id).one()
    assert (back.conclusion, back.opinion) == ("return", "请补充追溯情况。")
    assert "sent-back" in told(office.member_of(again.groups[0]))
    assert events(case.id, "step-returned") == ["step-returned"]
    assert list(verify_all()) == []


# A task that several do, each for themselves


EACH = ext(
    "<zeebe:userTask/>",
    '<zeebe:assignmentDefinition candidateGroups="drug.review"/>',
    '<zeebe:properties><zeebe:property name="step" value="record"/></zeebe:properties>',
) + (
    "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics"
    ' inputCollection="=[1, 2]" inputElement="n"/></extensionElements></multiInstanceLoopCharacteristics>'
)


def test_one_of_several_instances_waits_and_the_other_goes_on(db: SQLAlchemy) -> None:
    release = machines.publish("start s\nuser each\nuser after\ns -> each -> after", {"each": EACH})
    case_id, _ = machines.run(release)
    first, second = UserTask.query.filter_by(case_id=case_id, element="each").order_by(UserTask.id).all()
    by, to = office.person("zhaolin"), office.person("qianwei")
    for task in (first, second):
        tasks.claim(task.id, by=by)

    def record(task: UserTask, who: Identity, key: str) -> None:
        reviews.record_step(task.id, by=who, record="已核对。", revision=fresh(task).revision, key=key)

    delegation.delegate(first.id, to.user_id, by=by, asked="请核对。", revision=fresh(first).revision, key="a")
    with pytest.raises(HeldBack):
        record(first, to, "b")
    (request,) = ask(second, by, people=(to,), waits=True)
    opinions.answer_opinion(request, by=to, answer="可以。", file=None, key="c")
    record(second, by, "d")
    assert machines.tasks(case_id) == ["each"]
    delegation.give_back(first.id, by=to, remark="已核对。", fields=(), revision=fresh(first).revision, key="e")
    ask_to_sign(first, by, [to], "before")
    sign(first, to)
    assigning.hand_over(first.id, to.user_id, by=by, reason="出差。", revision=fresh(first).revision, key="f")
    record(first, to, "g")
    assert machines.tasks(case_id) == ["after"]
    assert list(verify_all()) == []


@pytest.mark.parametrize("of_owner", [True, False])
def test_a_task_that_is_out_to_be_prepared_comes_back_from_or_to_one_in_conflict(case_id: int, of_owner: bool) -> None:
    task, by = held(case_id)
    to = colleague(task, but=by)
    delegation.delegate(task.id, to.user_id, by=by, asked="请准备。", revision=task.revision, key="a")
    declaring = by if of_owner else to
    conflicts.declare_conflict(
        task.id, by=declaring, kind="interest", reason="配偶在该企业任职。", whole_case=True, key="b"
    )
    found = fresh(task)
    assert (found.assignee_id, found.owner_id, found.waits) == (None if of_owner else by.user_id, None, 0)
    assert events(case_id, "task-called-back") == ["task-called-back"]
    acting = to if of_owner else by
    if of_owner:
        tasks.claim(task.id, by=to)
    examine(fresh(task), acting, key="c")
    assert list(verify_all()) == []
