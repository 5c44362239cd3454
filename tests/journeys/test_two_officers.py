"""Two officers: a verification is signed by two, of whom none examined or decided the item."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office, places
from tests.support.pages import Browser
from tests.support.points import every_point
from webapp.errors import Incomplete, SecondOfficerNeeded, Stale
from webapp.identity import Identity
from webapp.models import CaseEvent, OpinionRequest, Participant, Review, VerificationDraw
from webapp.services import opinions, signers, verification
from webapp.services.draws import NotDrawn
from webapp.services.took_part import VerifierTookPart
from webapp.unit_of_work import sql


def decided() -> tuple[int, Identity]:
    """A drug licence by commitment, to be verified; and who decided it."""
    case = office.received("commitment")
    return case.id, office.act(case.id, "immediate", "P2")


def sign(
    case_id: int,
    by: Identity,
    result: str = "",
    *,
    step: str = "verify",
    item: str = "P2",
    revision: int | None = None,
) -> bool:
    task = office.open_task(case_id, step, item)
    return verification.verify(
        task.id,
        by=by,
        result=result,
        record="药品专柜未与非药品分开。" if result else "",
        checklist=every_point(task),
        revision=task.revision if revision is None else revision,
        key=f"{step}-{by.user_id}-{result}-{task.revision}",
    )


def photographed(case_id: int, by: Identity) -> None:
    office.take_photo(office.open_task(case_id, "verify", "P3"), by=by)


def mixed() -> int:
    """A case whose device filing goes by commitment; the rest is examined, with a joint visit."""
    case_id = office.received("commitment", ways={"P4": "commitment"}).id
    office.act(case_id, "immediate", "P4")
    for item in ("P2", "P3"):
        office.act(case_id, "accept", item)
        office.act(case_id, "examine", item)
    office.act(case_id, "visit")
    return case_id


def join(by: Identity, group: str) -> Identity:
    """The same person, with one more post."""
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = %s on conflict do nothing",
        (by.user_id, group),
    )
    return office.person(by.login)


def test_one_officer_records_and_a_second_one_confirms(db: SQLAlchemy) -> None:
    case_id, _ = decided()
    first, second = office.verifiers(office.open_task(case_id, "verify", "P2"))
    with pytest.raises(Incomplete):
        sign(case_id, first)  # nothing is signed that is not written down
    before = office.open_task(case_id, "verify", "P2").revision
    assert not sign(case_id, first, "rectify")
    with pytest.raises(SecondOfficerNeeded):
        sign(case_id, first, "rectify")
    with pytest.raises(Stale):  # a page from before the first signature
        sign(case_id, second, revision=before)
    with pytest.raises(Incomplete):  # another conclusion than the signed one
        sign(case_id, second, "pass")
    assert sign(case_id, second)
    db.session.expire_all()
    found = db.session.query(Review).filter_by(step="verify").one()
    assert (found.by_id, found.conclusion) == (first.user_id, "rectify")
    signed = db.session.query(Participant).filter_by(task_id=found.task_id).order_by(Participant.at)
    assert [(one.user_id, one.role) for one in signed] == [
        (first.user_id, "lead-officer"),
        (second.user_id, "second-officer"),
    ]
    assert ("P2", "recheck") in office.open_steps(case_id)


def test_who_decided_or_examined_the_item_does_not_verify_it(db: SQLAlchemy) -> None:
    case_id, decider = decided()
    decider = join(decider, "market.verify")
    with pytest.raises(VerifierTookPart):
        sign(case_id, decider, "pass")
    examiner = join(office.member_of("drug.review"), "market.verify")
    task = office.open_task(case_id, "verify", "P2")
    sql().execute(
        "insert into review (case_id, item_case_id, task_id, step, conclusion, opinion, checklist, by_id, at)"
        " values (%s, %s, %s, 'examine', 'no-visit', '', '{}', %s, now())",
        (case_id, task.item_case_id, task.id, examiner.user_id),
    )
    with pytest.raises(VerifierTookPart):
        sign(case_id, examiner, "pass")
    tries = db.session.query(CaseEvent).filter_by(case_id=case_id, kind="refused-act").all()
    assert [one.actor_id for one in tries] == [decider.user_id, examiner.user_id]


def in_the_post(by: Identity) -> Identity:
    return join(by, "market.verify")


def test_nor_does_who_decided_something_else_of_the_case_where_the_place_says_so(db: SQLAlchemy) -> None:
    """No draw is made for this item: the rule is the same."""
    case_id = office.received("commitment").id
    office.act(case_id, "immediate", "P3")
    other = in_the_post(office.act(case_id, "immediate", "P2"))
    with pytest.raises(VerifierTookPart) as refused:
        sign(case_id, other, "rectify", item="P3")
    assert "作出过本办件的决定" in refused.value.words.zh
    assert "第四十八条" in refused.value.words.zh
    places.verifiers_apart_within("item")
    photographed(case_id, other)
    assert not sign(case_id, other, "rectify", item="P3")  # one of two


def test_nor_does_who_signed_second_at_the_visit_where_the_application_was_examined(db: SQLAlchemy) -> None:
    case_id = mixed()
    inspectors = [row[0] for row in sql().execute("select user_id from participant order by at").fetchall()]
    assert len(inspectors) == 2
    logins = dict(sql().execute("select id, login from app_user where id = any(%s)", (inspectors,)).fetchall())
    for within in ("case", "item"):  # a joint visit is of every item
        places.verifiers_apart_within(within)
        for inspector in inspectors:
            with pytest.raises(VerifierTookPart) as refused:
                sign(case_id, in_the_post(office.person(logins[inspector])), "rectify", item="P4")
            assert "参加过" in refused.value.words.zh


def test_nor_does_the_clerk_who_accepted_under_a_delegation_where_the_place_counts_it(db: SQLAlchemy) -> None:
    """The window accepted one item of this case under a delegation; another one is what is verified."""
    case_id = office.received("mixed-ways").id
    office.act(case_id, "immediate", "P2")
    accepted = sql().execute(
        "select item_key, accepted_by from item_case where case_id = %s and accepted_under <> ''", (case_id,)
    )
    clerk = in_the_post(office.person(office.CLERK))
    assert accepted.fetchall() == [("P5", clerk.user_id)]
    with pytest.raises(VerifierTookPart) as refused:
        sign(case_id, clerk, "rectify")
    assert "参加过本办件的审查" in refused.value.words.zh
    places.acceptance_at_the_window_keeps_nobody_from_verifying()
    with pytest.raises(NotDrawn):  # others were drawn before: nothing else stands in the way
        sign(case_id, clerk, "rectify")


def test_the_page_says_so_before_anybody_tries(db: SQLAlchemy, client: FlaskClient) -> None:
    case_id = office.received("commitment").id
    office.act(case_id, "immediate", "P3")
    other = in_the_post(office.act(case_id, "immediate", "P2"))
    task = office.open_task(case_id, "verify", "P3")
    seen = Browser(client, other.login).open(f"/tasks/{task.id}").words("//aside")
    assert "您作出过本办件的决定，不能对其进行核查，应当由其他人员核查" in seen


def test_who_verified_one_item_may_verify_another(db: SQLAlchemy) -> None:
    case_id = office.received("commitment").id
    office.act(case_id, "immediate", "P3")
    office.act(case_id, "immediate", "P4")
    first, _ = office.verifiers(office.open_task(case_id, "verify", "P4"))
    office.act(case_id, "verify", "P4", by=first)
    photographed(case_id, first)
    assert not sign(case_id, first, "rectify", item="P3")


def test_nor_does_who_gave_an_opinion_or_signed_before_the_ruling(db: SQLAlchemy) -> None:
    case_id = office.received("commitment").id
    asked, signer = office.person("huaqiang"), in_the_post(office.person("qianwei"))
    task, decider = office.claimed(case_id, "immediate", "P2")
    question = {"question": "该地址以前是否有承诺未履行？", "posts": (), "waits": False}
    opinions.ask_opinion(task.id, by=decider, people=[asked.user_id], key="ask", **question)
    request = db.session.query(OpinionRequest).one()
    opinions.answer_opinion(request.id, by=asked, answer="没有。", file=None, key="answer")
    said = {"position": "before", "rule": "all", "quorum": None, "note": ""}
    signers.ask_signers(task.id, by=decider, people=[signer.user_id], key="signers", **said)
    signers.cosign(task.id, by=signer, verdict="agree", reason="", seen="", key="agree")
    office.act(case_id, "immediate", "P2", by=decider)
    for person in (asked, signer):
        with pytest.raises(VerifierTookPart) as refused:
            sign(case_id, person, "rectify")
        assert "参加过" in refused.value.words.zh
    drawn = db.session.query(VerificationDraw).one()
    assert {asked.user_id, signer.user_id}.isdisjoint(drawn.candidates)
