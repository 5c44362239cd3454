"""One table says which document a step or a job issues: worked examples and stories, through the office and in a trial.

No line of the table is forgotten: each is reached by one of them, or named below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.bundles import (
    TURNS,
    Act,
    Bundle,
    DocumentKind,
    Issuing,
    ItemKind,
    On,
    every_issuing,
    guide_for,
    issued_on,
    kind_of_template,
    read_example,
    read_kinds,
    start_variables,
)
from engine.law import Profile
from engine.trial import IssuedPaper, Trial, issued_papers
from engine.trial.deeds import JOB
from engine.trial.examples import Story
from tests.support import office
from webapp import clock, moments
from webapp.catalogue import arranged, current_releases, rules_in_force
from webapp.clock import frozen_at
from webapp.services import correction_sending, hearings, procedures, revocations, timers
from webapp.services.documents import NotAllDecided, issue_acceptance
from webapp.services.hearing_applications import Application
from webapp.unit_of_work import sql

EXAMPLES = ("commitment", "mixed-ways", "ordinary", "pre-review", "refused-item", "registration-refused")
ISSUED = """
select d.kind, i.item_key from document d left join item_case i on i.id = d.item_case_id where d.case_id = %(case)s
union all
select 'licence', i.item_key from licence l join item_case i on i.id = l.item_case_id where i.case_id = %(case)s
"""
#: What no diagram has: the hand-over of materials, what goes on a credit record by the rules of the place, and whom
#: only the rows of a case know to be told of a hearing.
BESIDES = frozenset({"material-handover", "credit-notice", "hearing-announcement", "hearing-notice-applied"})
#: Lines that no example and no story reaches, as `named` says them: every new one has a story, or stands here.
UNREACHED: frozenset[str] = frozenset()
CITY, COUNTY = "fictional-city", "fictional-county"

Issued = Counter[tuple[str, str | None]]


# ---------------------------------------------------------------- what people do, and what a trial is told of it


@dataclass(frozen=True)
class Done:
    """A completed step: on which day of September, what it gives, and how the office does it where it is no plain act.

    `fires`: no step, but every timer of these elements.
    """

    step: str
    item: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    how: Callable[[int, Done], object] | None = None
    day: int = 1
    fires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tale:
    """A worked example that is begun and goes another way. `lapse`: what the place makes of no correction."""

    example: str
    acts: tuple[Done, ...]
    ways: Mapping[str, str] = field(default_factory=dict)
    place: str = CITY
    lapse: str = ""


def at(day: int, hour: int = 2) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def by_service(act: Callable[..., None], **facts: Any) -> Callable[[int, Done], None]:
    """An act of the office with what it needs besides the task."""

    def done(case_id: int, one: Done) -> None:
        task, who = office.claimed(case_id, one.step, one.item)
        act(task.id, by=who, revision=task.revision, key=f"{one.step}-{task.id}-{task.revision}", **facts)
        office.run_jobs(case_id)

    return done


def order(kind: str, *, on_application: bool = False, above: bool = False, day: int = 2) -> Done:
    """A procedure is ordered by who reviews P6, or, `above`, by the upper unit that P3 was handed up to."""
    facts = {"kind": kind, "reason": "涉及他人重大利益。", "expected_days": 5, "on_application": on_application}
    told = {"procedure": kind, "on_application": on_application}
    how = by_service(procedures.order_procedure, **facts)
    if above:
        return Done("upper-review", "P3", {"upper_review": "procedure", **told}, how, day)
    return Done("review", "P6", {"proposal": "procedure", **told}, how, day)


def announced(item: str, group: str, day: int) -> Done:
    def done(case_id: int, one: Done) -> None:
        reviewed = "select by_id from review union all select proposed_by from revocation"
        host = office.member_of(group, but=[row[0] for row in sql().execute(reviewed).fetchall()])
        facts = {"held_at": at(28), "place": "听证室", "host_id": host.user_id}
        by_service(hearings.notify_hearing, **facts)(case_id, one)

    return Done("hearing-notice", item, {}, done, day)


def heard(item: str) -> Done:
    def done(case_id: int, one: Done) -> None:
        task = office.open_task(case_id, "hearing", item)
        who = sql().execute("select login from app_user where id = %s", (task.assignee_id,)).fetchone()
        assert who is not None
        facts: dict[str, Any] = {"attended": "林秀英", "record": "双方质证。"}
        with frozen_at(at(28, 6)):
            host = office.person(who[0])
            hearings.record_hearing(task.id, by=host, revision=task.revision, key="hearing", **facts)

    return Done("hearing", item, {}, done, 28)


def applied(item: str, day: int) -> Done:
    facts = {"applied": True, "application": Application("林秀英", at(day).date())}
    how = by_service(hearings.answer_hearing_right, **facts)
    return Done("hearing-application", item, {"hearing_applied": True}, how, day)


def told_of_revocation(item: str, day: int, *, hearing: bool = False) -> Done:
    facts = {"facts": "承诺的人员从未到岗。", "reasons": "承诺的内容与事实不符。"}
    how = by_service(revocations.tell_of_revocation, **facts)
    return Done("revocation-notice", item, {"hearing": hearing}, how, day)


def found(item: str, step: str, result: str, follows: str, day: int) -> Done:
    def done(case_id: int, one: Done) -> None:
        office.act(case_id, step, item, verification_result=result)

    return Done(step, item, {"verification_result": follows}, done, day)


def no_answer(item: str, day: int) -> Done:
    """Nobody corrects until the last day is over; what was not merged went out on its own, and the other
    items are accepted in silence."""

    def done(case_id: int, one: Done) -> None:
        with frozen_at(at(6)):
            correction_sending.sweep()
        while timers.fire_due():
            office.run_jobs(case_id)

    return Done("", item, {}, done, day, fires=("correction-limit", "intake-limit"))


ENTERED = Done("backfill", "P1", {"ruling": "grant"})
UNDER_REVIEW = (ENTERED, Done("accept", "P6", {"intake_outcome": "accepted"}))
GRANTED = (Done("review", "P6", {"proposal": "grant"}, day=29), Done("decide", "P6", {"ruling": "grant"}, day=29))
TESTED = {"conducted_by": "江城市质检院", "record": "合格。"}


def refused_at_intake(outcome: str) -> Tale:
    return Tale("ordinary", (ENTERED, Done("accept", "P2", {"intake_outcome": outcome})))


def not_corrected(place: str, lapse: str) -> Tale:
    asked = Done("accept", "P2", {"intake_outcome": "correction"})
    return Tale("ordinary", (ENTERED, asked, no_answer("P2", 28)), place=place, lapse=lapse)


def revoked(item: str) -> Tale:
    """By commitment, to be put right twice, then revoked (a filing: cancelled)."""
    acts = (
        Done("immediate", item, {"ruling": "grant"}),
        found(item, "verify", "unfulfilled", "rectify", 2),
        found(item, "recheck", "fail", "revoke", 20),
        told_of_revocation(item, 21),
        Done("statement", item, {}, day=22),
        Done("revoke", item, {"revocation": "revoke"}, day=23),
    )
    return Tale("commitment", acts, ways=office.example("commitment")["ways"])


TALES: Mapping[str, Tale] = {
    "testing": Tale(
        "ordinary",
        (
            *UNDER_REVIEW,
            order("testing"),
            Done("testing", "P6", {}, by_service(procedures.record_result, outcome="conform", **TESTED), 3),
            # What was said of the procedure is still there when the review goes on.
            Done("review", "P6", {"proposal": "grant", "procedure": "testing", "on_application": True},
                 lambda case_id, one: office.act(case_id, "review", "P6", proposal="grant"), 29),
            GRANTED[1],
        ),
    ),
    "expert-review": Tale(
        "ordinary",
        (
            *UNDER_REVIEW,
            order("expert-review"),
            Done("expert-review", "P6", {}, by_service(procedures.record_result, outcome="supported", **TESTED), 3),
            *GRANTED,
        ),
    ),
    "public-notice": Tale(
        "ordinary",
        (
            *UNDER_REVIEW,
            order("public-notice"),
            Done("public-notice", "P6", {}, by_service(procedures.close_notice, record="无异议。"), 25),
            *GRANTED,
        ),
    ),
    "hearing-of-right": Tale(
        "ordinary",
        (
            *UNDER_REVIEW,
            order("hearing", on_application=True),
            applied("P6", 9),
            announced("P6", "sign.decide", 10),
            heard("P6"),
        ),
    ),
    "hearing-of-own-motion": Tale(
        "ordinary", (*UNDER_REVIEW, order("hearing"), announced("P6", "sign.decide", 3), heard("P6"), *GRANTED)
    ),
    "handed-up": Tale(
        "ordinary",
        (
            ENTERED,
            Done("accept", "P3", {"intake_outcome": "accepted"}),
            Done("examine", "P3", {"visit_needed": False}),
            Done("review", "P3", {"proposal": "grant"}),
            Done("hand-up", "P3", {"handed_up": True},
                 lambda case_id, one: office.act(case_id, "hand-up", "P3"), 2),
            order("public-notice", above=True, day=3),
            Done("public-notice", "P3", {}, by_service(procedures.close_notice, record="无异议。"), 25),
            order("hearing", on_application=True, above=True, day=26),
        ),
        place=COUNTY,
    ),
    "wrong-authority": refused_at_intake("wrong-authority"),
    "not-required": refused_at_intake("not-required"),
    "deemed-withdrawn": not_corrected(CITY, "deemed-withdrawn"),
    "correction-lapsed": not_corrected(COUNTY, "correction-lapsed"),
    "revocation": revoked("P2"),
    "filing-cancelled": revoked("P4"),
    "revocation-heard": Tale(
        "commitment",
        (
            Done("immediate", "P2", {"ruling": "grant"}),
            found("P2", "verify", "false", "revoke", 2),
            told_of_revocation("P2", 3, hearing=True),
            applied("P2", 9),
            announced("P2", "drug.review", 10),
            heard("P2"),
        ),
        ways=office.example("commitment")["ways"],
    ),
    "put-right-twice": Tale(
        "commitment",
        (
            Done("immediate", "P2", {"ruling": "grant"}),
            found("P2", "verify", "rectify", "rectify", 2),
            found("P2", "recheck", "again", "rectify", 20),
        ),
        ways=office.example("commitment")["ways"],
    ),
}  # fmt: skip


# ---------------------------------------------------------------- the same in the office and in a trial


def kept(case_id: int) -> Issued:
    """What the case's rows say was issued: (kind, item)."""
    rows = sql().execute(ISSUED, {"case": case_id}).fetchall()
    return Counter((kind, item) for kind, item in rows if kind not in BESIDES)


def in_the_office(name: str) -> Issued:
    """What the example brings about when people play it."""
    case = office.received(name)
    office.play(case.id, office.example(name)["acts"])
    issue_acceptance(case.id, by=office.person(office.CLERK))
    return kept(case.id)


def lived(tale: Tale) -> Issued:
    """What the story brings about when people play it."""
    with frozen_at(at(1)):
        case = office.received(tale.example, ways=tale.ways, place=tale.place)
    for one in tale.acts:
        with frozen_at(at(one.day)):
            if one.how is not None:
                one.how(case.id, one)
            else:
                office.act(case.id, one.step, one.item, **one.given)
    with suppress(NotAllDecided):  # the window asks for it; there is none yet where an item waits
        issue_acceptance(case.id, by=office.person(office.CLERK))
    return kept(case.id)


@dataclass(frozen=True)
class Tried:
    """What a trial tells, and the lines of the table by which it does."""

    issued: Issued
    reached: frozenset[str]


def begun(name: str, *, ways: Mapping[str, str] | None = None, place: str = CITY, lapse: str = "") -> Tries:
    rules = rules_in_force(place)
    release = arranged(current_releases()[office.BUNDLE], rules.profile)
    path = f"examples/{name}.json"
    bundle, example = release.bundle, read_example(release.files[path], path)
    handlers = {"correction-lapsed": lambda job: {"lapse_outcome": lapse}}
    zone = moments.OFFICE_ZONE
    trial = Trial(release.program, now=clock.now(), zone=zone, calendar=rules.calendar, handlers=handlers)
    guide = guide_for(bundle, example.guided)
    chosen = example.ways if ways is None else ways
    told = start_variables(bundle, guide, {**example.answers, **example.guided}, chosen)
    trial.start(bundle.entry_process, told)
    return Tries(trial, bundle, read_kinds(release.files), release.files, rules.profile, example.acts)


@dataclass(frozen=True)
class Tries:
    """A trial of an example that has begun."""

    trial: Trial
    bundle: Bundle
    kinds: Mapping[str, DocumentKind]
    files: Mapping[str, bytes]
    place: Profile
    acts: tuple[Act, ...]

    def plays(self, acts: tuple[Act, ...]) -> None:
        assert not list(Story(self.trial).play(acts, waits_for_jobs=False))

    def follows(self, tale: Tale) -> None:
        for one in tale.acts:
            if one.fires:
                due = [held for held in self.trial.timers if held.what.element in one.fires]
                assert {held.what.element for held in due} == set(one.fires)
                for held in due:
                    self.trial.fire(held)
            else:
                self.plays((Act(one.step, one.item, one.given),))

    def tells(self) -> Tried:
        papers = issued_papers(self.trial, self.bundle, self.kinds, self.files, self.place)
        issued = Counter(_as_kept(paper, self.kinds) for paper in papers)
        return Tried(issued, frozenset(map(named, self._lines(papers))))

    def _lines(self, papers: list[IssuedPaper]) -> Iterator[Issuing]:
        items = {item.key: item for item in self.bundle.items}
        for deed in self.trial.deeds:
            item = items.get(deed.item or "")
            on, kind, key = (On.JOB if deed.what == JOB else On.STEP), item.kind if item else "", deed.item or ""
            yield from issued_on(on, deed.name, deed.given, item_kind=kind, item=key, place=self.place)
        brought = {paper.key for paper in papers if not paper.element}
        yield from (line for turn in TURNS for line in issued_on(On.TURN, turn) if line.kind in brought)


def named(line: Issuing) -> str:
    """A line as the list above names it."""
    return f"{line.on} {line.name} {line.kind or ('licence' if line.is_licence else 'ends')}"


def _as_kept(paper: IssuedPaper, kinds: Mapping[str, DocumentKind]) -> tuple[str, str | None]:
    """Kind and item as the rows of the office say them: a paper of the whole case is of no item."""
    key = paper.item.key if paper.item is not None else None
    kind = kind_of_template(paper.key, kinds, tuple(ItemKind))
    return ("licence", key) if kind is None else (kind.key, key if kind.per_item else None)


def tried_example(name: str) -> Tried:
    tries = begun(name)
    tries.plays(tries.acts)
    return tries.tells()


def tried(tale: Tale) -> Tried:
    tries = begun(tale.example, ways=tale.ways, place=tale.place, lapse=tale.lapse)
    tries.follows(tale)
    return tries.tells()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_trial_tells_the_documents_that_the_office_issues(db: SQLAlchemy, name: str) -> None:
    issued = in_the_office(name)
    assert tried_example(name).issued == issued
    assert issued["receipt", None] == 1


@pytest.mark.parametrize("name", TALES)
def test_a_trial_tells_of_what_goes_another_way_as_the_office_does(db: SQLAlchemy, name: str) -> None:
    issued = lived(TALES[name])
    assert tried(TALES[name]).issued == issued


def test_every_line_of_the_table_is_reached_or_named(db: SQLAlchemy) -> None:
    reached = frozenset().union(
        *(tried_example(name).reached for name in EXAMPLES), *(tried(tale).reached for tale in TALES.values())
    )
    lines = Counter(map(named, every_issuing()))
    assert {name for name, times in lines.items() if times > 1} == set()
    assert set(lines) - reached == UNREACHED
