"""A trial counts the limits of the law as the office does: the same stories through both, clock by clock.

What is compared is every clock of the case: since when it runs, its last day, and on which day it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.bundles import guide_for, read_example, start_variables
from engine.trial import Law, Trial
from engine.trial.examples import Story
from tests.journeys.test_issued_documents import EXAMPLES, TALES, Done, Tale
from tests.support import office
from webapp import moments
from webapp.catalogue import arranged, current_releases, rules_in_force
from webapp.clock import frozen_at
from webapp.services import timers
from webapp.unit_of_work import sql

#: What a person orders in the case, and what begins in a process that the office starts beside the diagram.
BESIDES = frozenset({"testing", "expert-review", "public-notice", "handover"})
CLOCKS = """
select i.item_key, l.name, l.started_on, l.due_on, l.stopped_on
from legal_clock l left join item_case i on i.id = l.item_case_id
where coalesce(l.case_id, i.case_id) = %s and not l.name = any(%s)
"""
#: (item, clock) -> started, due, stopped.
Counted = Mapping[tuple[str | None, str], tuple[date, date, date | None]]


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
    return {(item, name): (started, due, stopped) for item, name, started, due, stopped in rows}


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
            else:
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
        if not one.fires:
            task = story.open_task(one.step, one.item)
            assert task is not None, (one, sorted(story.open_steps(), key=str))
            trial.complete(task, one.given)
    return {
        (one.item.key if one.item else None, one.terms.name): (one.started_on, one.reading.due_on, one.stopped_on)
        for one in trial.clocks
        if one.terms.name not in BESIDES
    }


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
