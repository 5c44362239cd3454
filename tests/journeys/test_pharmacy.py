"""Opening a pharmacy, from the window to the licences, both ways."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.support import credit, office
from webapp import clock, moments
from webapp.errors import Incomplete, NotEligible, SamePerson
from webapp.models import Case, Collection, ItemCase, Licence, Ruling, UserTask
from webapp.queries.audit import verify_all
from webapp.services import issuing, rulings, tasks, visits
from webapp.unit_of_work import sql

EXAMPLES = ["commitment", "ordinary", "mixed-ways", "refused-item", "registration-refused"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_runs_to_its_end_in_the_application(db: SQLAlchemy, name: str) -> None:
    given = office.example(name)
    case = office.received(name)
    office.play(case.id, given["acts"])
    assert [step for step in office.open_steps(case.id) if step[1] != "take-over"] == []  # that is for supervision
    outcomes = {item.item_key: item.outcome for item in db.session.query(ItemCase).filter_by(case_id=case.id)}
    assert {key: outcomes.get(key) for key in given["expect"]["results"]} == given["expect"]["results"]
    assert list(verify_all()) == []


def test_by_commitment_three_deciders_each_find_one_immediate_task_and_three_licences_follow(
    db: SQLAlchemy,
) -> None:
    case = office.received("commitment")
    assert office.open_steps(case.id) == [("P2", "immediate"), ("P3", "immediate"), ("P4", "immediate")]
    for item in ("P2", "P3", "P4"):
        office.act(case.id, "immediate", item)
    licences = db.session.query(Licence).join(ItemCase, ItemCase.id == Licence.item_case_id).filter_by(case_id=case.id)
    assert len({licence.number for licence in licences}) == 3
    ruled_by = {ruling.by.authorisation_number for ruling in db.session.query(Ruling)}
    assert None not in ruled_by
    assert "" not in ruled_by
    verifications = [step for step in office.open_steps(case.id) if step[1] == "verify"]
    assert verifications == [("P2", "verify"), ("P3", "verify"), ("P4", "verify")]


def test_a_verification_is_due_sixty_working_days_after_the_ruling(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    task = office.open_task(case.id, "verify", "P2")
    assert task.due_on is not None
    assert task.groups == ["market.verify"]


def test_received_is_not_accepted_and_both_moments_are_kept_per_item(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    drug = db.session.query(ItemCase).filter_by(case_id=case.id, item_key="P2").one()
    food = db.session.query(ItemCase).filter_by(case_id=case.id, item_key="P5").one()
    assert drug.received_at is not None
    assert drug.accepted_at is None
    assert food.accepted_at is not None
    assert food.accepted_under
    office.act(case.id, "accept", "P2")
    db.session.refresh(drug)
    assert drug.accepted_at is not None
    assert drug.accepted_at >= drug.received_at


def test_the_other_items_wait_for_the_business_licence(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    # All that is done before: the signboard's department prepares its own.
    assert sorted(office.open_steps(case.id)) == [("P1", "backfill"), ("P6", "pre-review")]
    office.act(case.id, "backfill", "P1")
    assert ("P2", "accept") in office.open_steps(case.id)
    assert ("P1", "issue") in office.open_steps(case.id)


def test_drug_and_device_share_one_joint_visit_when_the_device_side_needs_one(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    for item in ("P2", "P3"):
        office.act(case.id, "accept", item)
    office.act(case.id, "examine", "P2", visit_needed=True)
    assert (None, "visit") not in office.open_steps(case.id)  # the device side has not spoken yet
    office.act(case.id, "examine", "P3", visit_needed=True)
    assert office.open_steps(case.id).count((None, "visit")) == 1
    office.act(case.id, "visit")
    assert {("P2", "review"), ("P3", "review")} <= set(office.open_steps(case.id))


def test_one_refused_item_leaves_the_others_alone_and_states_its_remedy(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    for step, choice in (
        ("accept", {}),
        ("review", {"proposal": "refuse"}),
        ("decide", {"ruling": "refuse"}),
    ):
        office.act(case.id, step, "P6", **choice)
    refused = (
        db.session.query(Ruling)
        .join(ItemCase, ItemCase.id == Ruling.item_case_id)
        .filter(ItemCase.case_id == case.id, ItemCase.item_key == "P6")
        .one()
    )
    assert refused.outcome == "refused"
    assert refused.reasons
    assert "行政复议" in refused.remedy_zh
    assert "人民法院" in refused.remedy_zh
    assert ("P2", "accept") in office.open_steps(case.id)
    assert db.session.get(Case, case.id).closed_at is None


def test_whoever_proposed_cannot_decide(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P6")
    reviewer = office.act(case.id, "review", "P6")
    sql().execute(
        "insert into membership select %s, id from candidate_group where key = 'sign.decide'",
        (reviewer.user_id,),
    )
    both = office.person(reviewer.login)
    with pytest.raises(SamePerson):
        tasks.claim(office.open_task(case.id, "decide", "P6").id, by=both)


def test_an_applicant_with_a_bad_record_is_told_rule_and_basis(db: SQLAlchemy) -> None:
    credit.bar(kind="false-commitment")
    with pytest.raises(NotEligible) as refusal:
        office.received("commitment")
    assert refusal.value.rule
    assert refusal.value.basis.zh


def test_the_representative_collects_one_licence_and_another_is_posted(db: SQLAlchemy) -> None:
    case = office.received("commitment", present=visits.REPRESENTATIVE, ways={})
    for item in ("P2", "P3", "P4"):
        office.act(case.id, "accept", item)
    for step, item in (("examine", "P2"), ("examine", "P3"), ("visit", None)):
        office.act(case.id, step, item, **({"visit_needed": True} if step == "examine" else {}))
    for item in ("P2", "P3"):
        for step in ("review", "decide"):
            office.act(case.id, step, item)
    office.act(case.id, "issue", "P2")
    office.act(case.id, "issue", "P3", means="post")
    person = db.session.get(Case, case.id).visit
    taker = issuing.Collector("representative", person.person_name, person.person_id_number)
    office.act(case.id, "deliver", "P2", collector=taker)
    office.act(case.id, "deliver", "P3")
    counter, post = (
        db.session.query(Collection)
        .join(ItemCase, ItemCase.id == Collection.item_case_id)
        .filter(ItemCase.case_id == case.id)
        .order_by(ItemCase.item_key)
    )
    assert counter.collector_kind == "representative"
    assert counter.signature_file_id is not None
    assert post.means == "post"
    assert post.tracking_number == office.TRACKING_NUMBER
    assert ("P4", "review") in office.open_steps(case.id)  # what is ready did not wait for the rest


def test_a_stranger_collects_nothing(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    office.act(case.id, "issue", "P2")
    stranger = issuing.Collector(
        "representative", "钱七", office.example("ordinary")["answers"]["legal_representative_id"]
    )
    with pytest.raises(issuing.NotTheCollector):
        office.act(case.id, "deliver", "P2", collector=stranger)
    assert ("P2", "deliver") in office.open_steps(case.id)


def test_correction_goes_to_the_window_and_back(db: SQLAlchemy) -> None:
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2", intake_outcome="correction")
    assert ("P2", "correct") in office.open_steps(case.id)
    assert db.session.query(ItemCase).filter_by(case_id=case.id, item_key="P2").one().accepted_at is None
    office.act(case.id, "correct", "P2")
    assert ("P2", "accept") in office.open_steps(case.id)


def test_a_decider_without_authorisation_cannot_rule(db: SQLAlchemy) -> None:
    case = office.received("commitment")
    task, decider = office.claimed(case.id, "immediate", "P2")
    sql().execute("update app_user set authorisation_number = null where id = %s", (decider.user_id,))
    with pytest.raises(rulings.NotAuthorised):
        rulings.rule(
            task.id,
            by=office.person(decider.login),
            ruling="grant",
            reasons="",
            revision=task.revision,
            key="k",
        )
    assert db.session.query(UserTask).filter_by(id=task.id, state="open").count() == 1


def test_an_outside_number_that_another_licence_has_is_refused_beside_its_field(db: SQLAlchemy) -> None:
    first, second = office.received("ordinary", ways={}), office.received("ordinary", ways={})
    office.act(first.id, "backfill", "P1")
    taken = db.session.query(Licence).one().number
    task, who = office.claimed(second.id, "backfill", "P1")
    with pytest.raises(Incomplete) as refusal:
        rulings.enter_outside_result(
            task.id,
            by=who,
            ruling="grant",
            reasons="",
            number=taken,
            number_again=taken,
            issued_on=clock.today(moments.OFFICE_ZONE),
            revision=task.revision,
            key="k",
        )
    assert refusal.value.field == "number"
