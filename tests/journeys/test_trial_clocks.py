"""A trial counts the limits of the law as the office does: the same stories through both, clock by clock.

What is compared is every clock of the case: since when it runs, its last day, and on which day it stopped; of one that
stands still, that it does, for its last day is not known yet. And the last day of every open task of an item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.bundles import guide_for, read_example, start_variables
from engine.trial import Act, Kind, Law, Trial, perform
from engine.trial.examples import Story
from tests.journeys.test_commitment_withdrawal import asked as withdrawal_of
from tests.journeys.test_issued_documents import COUNTY, ENTERED, EXAMPLES, TALES, UNDER_REVIEW, Done, Tale, order
from tests.journeys.test_limits_from_delivery import deliver, sealed_by_hand
from tests.support import office
from webapp import moments
from webapp.catalogue import arranged, current_releases, rules_in_force
from webapp.clock import frozen_at
from webapp.extensions import db as database
from webapp.models import Document
from webapp.services import commitment_withdrawal, extensions, tasks, timers
from webapp.services.clocks import STANDS_STILL, TASK_STANDS_STILL
from webapp.unit_of_work import sql

#: What begins in a process that the office starts beside the diagram.
BESIDES = frozenset({"handover"})
#: How long a procedure takes, as `order` has it; to the diagram it is nothing.
EXPECTED = {"expected_days": 5}
CLOCKS = f"""
select i.item_key, l.name, l.started_on, l.stopped_on, case when l.stopped_on is null
    and exists(select from clock_pause p where p.clock_id = l.id and {STANDS_STILL}) then null else l.due_on end
from legal_clock l left join item_case i on i.id = l.item_case_id
where coalesce(l.case_id, i.case_id) = %s and not l.name = any(%s)
"""
TASKS = f"""
select i.item_key, t.step, case when {TASK_STANDS_STILL} then null else t.due_on end
from user_task t join item_case i on i.id = t.item_case_id
where t.case_id = %s and t.state = 'open' and t.clock is not null and not t.clock = any(%s)
"""
#: (item, clock) -> started, stopped, due; (item, step) -> due.
Counted = Mapping[tuple[str | None, str], tuple[date | None, ...]]


@dataclass(frozen=True)
class Beside(Done):
    """What people do beside the diagram: in the office by `how`, in a trial by `act`; None: nothing."""

    act: Callable[[Trial], Act] | Act | None = None


def at(day: int, hour: int = 2) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def pass_days(case_id: int, since: int, until: int) -> None:
    """What falls due does so on its day, as when the worker runs."""
    for day in range(since, until + 1):
        with frozen_at(at(day)):
            while timers.fire_due():
                office.run_jobs(case_id)


def kept(case_id: int) -> Counted:
    rows = sql().execute(CLOCKS, (case_id, sorted(BESIDES))).fetchall()
    tasks_open = sql().execute(TASKS, (case_id, sorted(BESIDES))).fetchall()
    days = {(item, step): (due,) for item, step, due in tasks_open}
    return {(item, name): (started, stopped, due) for item, name, started, stopped, due in rows} | days


def in_the_office(tale: Tale) -> Counted:
    with frozen_at(at(1)):
        case = office.received(tale.example, ways=tale.ways or None, place=tale.place)
    today = 1
    for one in tale.acts:
        pass_days(case.id, today, one.day)
        today = one.day
        with frozen_at(at(one.day)):
            if one.how is not None:
                one.how(case.id, one)
            elif not isinstance(one, Beside):
                office.act(case.id, one.step, one.item, **one.given)
    with frozen_at(at(tale.acts[-1].day)):
        return kept(case.id)


def begun(tale: Tale) -> Trial:
    rules = rules_in_force(tale.place)
    release = arranged(current_releases()[office.BUNDLE], rules.profile)
    path = f"examples/{tale.example}.json"
    bundle, example = release.bundle, read_example(release.files[path], path)
    trial = Trial(
        release.program,
        now=at(1),
        zone=moments.OFFICE_ZONE,
        calendar=rules.calendar,
        handlers={"correction-lapsed": lambda job: {"lapse_outcome": tale.lapse}},
        law=Law.of(bundle, rules.profile, rules.calendar, release.program),
    )
    guide = guide_for(bundle, example.guided)
    told = start_variables(bundle, guide, {**example.answers, **example.guided}, tale.ways or example.ways)
    trial.start(bundle.entry_process, told)
    return trial


def in_a_trial(tale: Tale) -> Counted:
    trial = begun(tale)
    story = Story(trial)
    for one in tale.acts:
        trial.advance(at(one.day) - trial.now)
        if isinstance(one, Beside):
            act = one.act(trial) if callable(one.act) else one.act
            if act is not None:
                perform(trial, act, waits_for_jobs=False)
        elif not one.fires:
            task = story.open_task(one.step, one.item)
            assert task is not None, (one, sorted(story.open_steps(), key=str))
            trial.complete(task, {**one.given, **EXPECTED} if "procedure" in one.given else one.given)
    return {
        (one.item.key if one.item else None, one.terms.name): (
            one.started_on,
            one.stopped_on,
            None if one.reading.state == "paused" else one.reading.due_on,
        )
        for one in trial.clocks
        if one.terms.name not in BESIDES
    } | dict(days_of_tasks(story))


def days_of_tasks(story: Story) -> Iterator[tuple[tuple[str | None, str], tuple[date | None]]]:
    for held in story.trial.tasks:
        (step, item), limit = story.told(held), story.trial.limit(held)
        if item is not None and held.what.properties.get("clock"):
            yield (item, step), (limit.due_on if limit is not None else None,)


# ---------------------------------------------------------------- beside the diagram


def extended(day: int, *, joint: bool = False) -> Beside:
    """Asked for by who examines P2 and granted on the same day, by the level that the law names."""

    def granted(case_id: int, one: Done) -> None:
        task = office.open_task(case_id, "examine", "P2")
        reviewer = office.person("zhaolin")
        if task.assignee_id is None:
            tasks.claim(task.id, by=reviewer)
        extensions.request_extension(task.id, by=reviewer, reason="需会商", key=f"ask-{joint}", joint=joint)
        asked = office.open_task(case_id, "extend", "P2")
        head = office.person("chengyuanhang" if joint else "gaozhiyuan")
        tasks.claim(asked.id, by=head)
        revision = office.open_task(case_id, "extend", "P2").revision
        extensions.decide_extension(asked.id, by=head, grant=True, opinion="", revision=revision, key=f"grant-{joint}")
        office.run_jobs(case_id)

    act = Act(Kind.EXTEND, 1, key=None if joint else "P2", text="需会商")
    return Beside("", how=granted, day=day, act=act)


def sealed_later(day: int) -> Beside:
    """From now on the papers of the department of P6 are sealed by hand."""
    return Beside("", how=lambda case_id, one: sealed_by_hand("urban-management"), day=day)


def waits(clock: str, day: int) -> Beside:
    return Beside("", day=day, act=Act(Kind.AWAIT_DELIVERY, 1, key="P6", name=clock))


def delivered(kind: str, clock: str, day: int) -> Beside:
    def recorded(case_id: int, one: Done) -> None:
        [paper] = database.session.query(Document).filter_by(case_id=case_id, kind=kind)
        deliver(paper)
        office.run_jobs(case_id)

    return Beside("", how=recorded, day=day, act=Act(Kind.DELIVER, 1, key="P6", name=clock))


def commitment_taken_back(day: int) -> Beside:
    def told(trial: Trial) -> Act:
        calls = trial.instances[0].scopes.values()
        [scope] = [one.scope for one in calls if one.element == "call-P2"]
        return Act(Kind.SET, 1, scope=scope, variables={"way": "withdrawn"})

    def asked(case_id: int, one: Done) -> None:
        commitment_withdrawal.withdraw_by_applicant(case_id, withdrawal_of("P2"))

    return Beside("", how=asked, day=day, act=told)


def the_end(day: int) -> Beside:
    """Nobody does anything until then."""
    return Beside("", day=day)


ACCEPTED = Done("accept", "P2", {"intake_outcome": "accepted"})
STORIES: Mapping[str, Tale] = {
    "extended": Tale("ordinary", (ENTERED, ACCEPTED, extended(3), extended(4, joint=True), the_end(24))),
    "extended-while-another-item-is-tested": Tale(
        "ordinary",
        (*UNDER_REVIEW, ACCEPTED, order("testing", day=2), extended(3), extended(4, joint=True), the_end(14)),
    ),
    "silence-dates-the-joint-limit-back": Tale(
        "mixed-ways", (replace(ACCEPTED, day=3), the_end(10)), ways={"P2": "ordinary"}
    ),
    "silence-in-the-county": Tale("ordinary", (ENTERED, the_end(10)), place=COUNTY),
    "proof-committed": Tale(
        "mixed-ways",
        (Done("immediate", "P5", {"ruling": "grant"}, day=2),),
        ways={"P5/health-certificates": "commitment"},
    ),
    "commitment-taken-back": Tale(
        "commitment",
        (commitment_taken_back(3), replace(ACCEPTED, day=4), the_end(8)),
        ways=office.example("commitment")["ways"],
    ),
    "correction-delivered-later": Tale(
        "ordinary",
        (
            ENTERED,
            sealed_later(2),
            Done("accept", "P6", {"intake_outcome": "correction"}, day=2),
            waits("correction", 2),
            delivered("correction-notice", "correction", 9),
            Done("correct", "P6", day=14),
            the_end(15),
        ),
    ),
    "correction-handed-over-too": Tale(
        "ordinary",
        (
            ENTERED,
            Done("accept", "P6", {"intake_outcome": "correction"}, day=2),
            delivered("correction-notice", "correction", 9),
            the_end(15),
        ),
    ),
    "never-told-never-lapsed": Tale(
        "ordinary",
        (
            *UNDER_REVIEW,
            sealed_later(2),
            order("hearing", on_application=True),
            waits("hearing-application", 2),
            the_end(20),
        ),
    ),
    "right-to-a-hearing-lapses-after-delivery": Tale(
        "ordinary",
        (
            *UNDER_REVIEW,
            sealed_later(2),
            order("hearing", on_application=True),
            waits("hearing-application", 2),
            delivered("hearing-right-notice", "hearing-application", 15),
            the_end(24),
        ),
    ),
}


# ---------------------------------------------------------------- the same in the office and in a trial


def played(name: str) -> Tale:
    """A worked example, some steps a day."""
    acts = office.example(name)["acts"]
    return Tale(
        name,
        tuple(
            Done(one["step"], one.get("item"), one.get("variables", {}), day=1 + number // 6)
            for number, one in enumerate(acts)
        ),
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_worked_example(db: SQLAlchemy, name: str) -> None:
    tale = played(name)
    assert in_a_trial(tale) == in_the_office(tale)


#: Where corrections of several departments are merged, the request goes out when a person sends it.
MERGED = "correction-lapsed"


@pytest.mark.parametrize("name", sorted({*TALES} - {MERGED}))
def test_a_story(db: SQLAlchemy, name: str) -> None:
    tale = TALES[name]
    assert in_a_trial(tale) == in_the_office(tale)


@pytest.mark.parametrize("name", STORIES)
def test_what_people_do_beside_the_diagram(db: SQLAlchemy, name: str) -> None:
    tale = STORIES[name]
    assert in_a_trial(tale) == in_the_office(tale)
