"""One task with all that its act needs: the case around it, earlier findings, who may act and why not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from engine import Words
from engine.bundles import Item, StepSeparation, guide_for, separation_at
from engine.law import PROMISED_WITHIN
from webapp import clock, moments
from webapp.catalogue import RULES_OF_CASE, arranged, rules_of
from webapp.errors import NotAuthorised, NotFound
from webapp.identity import Identity, StandIn
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.queries.acting import acting_name
from webapp.queries.case_clocks import ClockView
from webapp.queries.case_parts import ItemView
from webapp.queries.case_reviews import ReviewLine
from webapp.queries.case_rows import CaseParts
from webapp.queries.dependencies import depends
from webapp.queries.due import THEIR_STEPS, Due, due
from webapp.queries.submission import CommitmentView, MaterialLine
from webapp.services.corrections import correctable
from webapp.services.separation import CONFLICTED, PARTS, InConflict, Part, barred_steps, refusal_for
from webapp.services.tasks import gives_way
from webapp.services.took_part import VERIFYING, VerifierTookPart, part_of
from webapp.services.visit_findings import is_marked, of_item, own_part
from webapp.services.visited_items import NEVER, takes_part, visit_mode
from webapp.unit_of_work import sql

RULING_STEPS = ("decide", "immediate")

#: Steps whose act stands at the window, with the endpoint that opens it.
WINDOW_STEPS = {
    "issue": "window.result",
    "deliver": "window.result",
    "correct": "window.correct",
    "hand-in": "window.hand_in",
    "ask-applicant": "window.question",
}


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed a step of several persons."""

    user_id: int
    name: str
    role: str
    at: datetime


#: Read with every page of a task; what only some steps show beside.
OF_EVERY_TASK = (
    "tasks",
    "clocks",
    "items",
    "reviews",
    "answers",
    "materials",
    "letters",
    "history",
    "suspension",
    "meetings",
    "invitations",
    "departments",
)
OF_ITEM = ("hand-up", "extension", "procedures", "objections")


@dataclass(frozen=True)
class Workspace(CaseParts):
    """A task, open or closed, as its page shows it. What only the page needs is read when it is asked for."""

    id: int
    step: str
    name: Words
    instance_id: int
    process: str
    element: str
    state: str
    revision: int
    participants: int
    groups: frozenset[str]
    clock_name: str | None
    due_on: date | None
    holder_id: int | None
    holder: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    closed_act: str
    number: str
    subject: str
    applicant: str
    received_at: datetime | None
    guided: Mapping[str, Any]
    item_key: str | None
    way: str | None
    signers: tuple[Signer, ...]
    authorisation_scope: str
    suspended: bool
    parts: tuple[Part, ...]  # who examined the item or heard it, for whom, at which step
    conflicted: frozenset[int]  # who declared a conflict
    standing_in: StandIn | None  # for whom who looks would act
    held_for: int | None  # for whom its holder took it
    looker: int  # who looks

    def read_for_page(self) -> None:
        """Read in one statement what the page shows in any case."""
        self.rows.read_together(*OF_EVERY_TASK, *(OF_ITEM if self.item_case_id else ()))

    @cached_property
    def commitment(self) -> CommitmentView | None:
        if self.item_key is None or self.way != "commitment":
            return None
        return self.letters.get(self.item_key)

    @property
    def proof_letters(self) -> tuple[CommitmentView, ...]:
        """The letters that replace one proof each: of the item, or of all where the task is the case's."""
        letters = self.letters.values()
        return tuple(one for one in letters if one.material_key and self.item_key in (None, one.item_key))

    def material_name(self, key: str) -> Words:
        return self.release.bundle.material(key).name

    @property
    def catalogue_item(self) -> Item | None:
        """The item as the catalogue has it; None where the task is the case's."""
        return self.release.bundle.item(self.item_key) if self.item_key else None

    @property
    def facts(self) -> TaskFacts:
        return TaskFacts(self.groups, self.holder_id, self.state, self.release.bundle.key)

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def is_shared(self) -> bool:
        """Several persons sign it; nobody holds it."""
        return self.participants > 1

    @property
    def clock(self) -> ClockView | None:
        """The clock that explains the due day: the one that the step names, of its item or among those of a joint
        visit, where it ends that day; else what is promised within it; else the one that the step names.
        """
        clocks = [one for view in ([self.item] if self.item else self.items) for one in view.clocks]
        own = [one for one in clocks if one.key == self.clock_name]
        promised = [one for one in clocks if self.item and one.key == PROMISED_WITHIN.get(self.clock_name or "")]
        of_the_day = (
            sorted(
                (one for one in named if one.due.on == self.due_on and one.state != "stopped"),
                key=lambda one: one.counted_from,
            )
            for named in (own, promised)
        )
        return next(itertools.chain(*of_the_day), own[-1] if own and self.item else None)

    @property
    def due(self) -> Due:
        """As the inbox and the boards show it: the day of the task, by the calendar of its place."""
        running = self.clock
        paused = running is not None and running.state == "paused"
        since = running.counted_from if running is not None and running.due.on == self.due_on else None
        today, theirs = clock.today(moments.OFFICE_ZONE), self.step in THEIR_STEPS
        return due(self.due_on, today, self.rules.calendar, counted_from=since, paused=paused, theirs=theirs)

    @property
    def own_materials(self) -> tuple[MaterialLine, ...]:
        """The materials that this item requires."""
        return tuple(one for one in self.materials if self.item and self.item.key in one.used_by)

    @property
    def situation(self) -> Words | None:
        """The situation that the guided answers lead to for this item."""
        if self.item is None:
            return None
        guide = guide_for(self.release.bundle, {**self.answers, **self.guided})
        return next((one.situation.name for one in guide.items if one.item.key == self.item.key), None)

    @property
    def diagram(self) -> dict[str, str | int]:
        """Which diagram shows the task: that of its own instance, of its item, or of the case."""
        if self.step in VERIFYING:
            return {"instance": self.instance_id}
        if self.item is None and self.process != self.release.bundle.entry_process:
            return {"instance": self.instance_id}
        return {"item": self.item.key} if self.item else {}

    @property
    def visit_mode(self) -> str:
        """ "always", "declared" or "never", as the parent diagram calls the item's process."""
        return visit_mode(self.release, self.catalogue_item) if self.catalogue_item else NEVER

    @property
    def visited_items(self) -> tuple[ItemView, ...]:
        """The items that take part in the joint visit: those whose examination asked for it."""
        asked = {line.item_case_id for line in self.reviews if line.step == "examine" and line.conclusion == "visit"}
        return tuple(
            view
            for view in self.items
            if takes_part(self.release, view.item, view.way, view.outcome, asked=view.id in asked)
        )

    @property
    def depends(self) -> Words | None:
        """In one line: how what this item needs stands, and whether it was examined before; None: it needs nothing."""
        if self.item is None:
            return None
        pre_reviewing = self.step == "pre-review" and self.is_open
        return depends(self.item, self.items, self.last_review("pre-review"), pre_reviewing=pre_reviewing)

    @cached_property
    def correctable(self) -> Mapping[tuple[str, str], Words]:
        """All that a correction of the item may name: (kind, key) -> what it is called."""
        assert self.item_key is not None
        return correctable(self.release, self.guided, self.answers, self.item_key)

    def last_review(self, *steps: str) -> ReviewLine | None:
        """The latest finding in one of `steps` for this item (or for the case as a whole)."""
        own = self.item.id if self.item else None
        found = [line for line in self.reviews if line.step in steps and line.item_case_id in (own, None)]
        return found[-1] if found else None

    @cached_property
    def visited(self) -> ReviewLine | None:
        """The joint visit as the review of this item reads it: its own points, and what they amount to."""
        line, item = self.last_review("visit"), self.catalogue_item
        if line is None or item is None:
            return line
        found = of_item(item, line.checklist) if is_marked(item, line.checklist) else line.conclusion
        marks, remarks = own_part(item, line.checklist), own_part(item, line.remarks)
        return replace(line, conclusion=found, checklist=marks, remarks=remarks)

    @property
    def sent_back(self) -> ReviewLine | None:
        """The return by which the task is open again; None once somebody found anything after it."""
        own = [line for line in self.reviews if self.item and line.item_case_id == self.item.id]
        return own[-1] if own and own[-1].is_return else None

    def signed_by(self, by: Identity) -> bool:
        return any(signer.user_id == by.user_id for signer in self.signers)

    @property
    def separation(self) -> StepSeparation:
        """Who may not do the task because of what they did before, as its diagram and the law have it."""
        return separation_at(self.release.program, self.process, self.element, self.step)

    @cached_property
    def barred(self) -> Words | None:
        """Why who looks may not do this step, by what they or whom they stand in for did; None: nothing bars them."""
        absent = self.standing_in.absent_id if self.standing_in else None
        if absent in self.conflicted:
            return InConflict(own=False).words
        persons = [self.looker] if absent is None else [self.looker, absent]
        steps = barred_steps(self.separation, self.parts, persons, self.case_id, self.item_case_id)
        if not steps:
            return None
        return refusal_for(self.step, steps, self.release, self.rules.profile, self.item_key).words

    def obstacle(self, by: Identity) -> Words | None:
        """Why `by` cannot act now, as far as that is known beforehand; None: nothing stands in the way."""
        if not self.is_open:
            return Words("此任务已办结。", "This task is closed.")
        if self.suspended:
            return SUSPENDED
        if self.step in VERIFYING and self.item_case_id is not None:
            rule = self.rules.profile.verification.separation
            part = part_of(by, self.case_id, self.item_case_id, rule)
            if part:
                return VerifierTookPart(part, rule).words
        if self.is_shared:
            return _SIGNED if self.signed_by(by) else self.barred
        if self.step in RULING_STEPS and not by.authorisation_number:
            return _BORROWED if self.standing_in else NotAuthorised().words
        if self.barred:
            return self.barred
        if self.gives_way(by):
            return Words(
                f"此任务由{self.holder}办理，您可以认领接手。",
                f"{self.holder} has this task; claim it to take it over.",
            )
        if self.holder_id is None:
            return Words("认领后可以办理。", "Claim the task to act.")
        if self.holder_id != by.user_id:
            return Words(f"此任务由{self.holder}办理。", f"{self.holder} has this task.")
        return None

    def may_claim(self, by: Identity) -> bool:
        """Whether claiming is open to `by`: the task is free and nothing but the claim is missing."""
        if not self.is_open or self.suspended or self.is_shared or self.barred:
            return False
        if self.holder_id is not None and not self.gives_way(by):
            return False
        return self.step not in RULING_STEPS or bool(by.authorisation_number)

    def gives_way(self, by: Identity) -> bool:
        """Whether its holder is away with `by` standing in for them, or holds it for `by`, who is back."""
        absent = gives_way(by, self.holder_id, self.groups, self.release.bundle.key)
        return absent is not None or self.held_for == by.user_id


SUSPENDED = Words("流程已挂起，恢复后才能办理。", "The process is suspended; it can go on once it is resumed.")

_BORROWED = Words(
    "作出办理决定须有本人的授权编号，不能借用所代之人的授权。",
    "Ruling takes an authorisation of one's own: that of whom you stand in for is not borrowed.",
)
_SIGNED = Words("您已签字，请由另一名核查人员签字。", "You have signed; another officer must sign too.")

TASK = f"""
select t.groups, t.assignee_id, t.state, i.release_id, {RULES_OF_CASE}, k.id, t.item_case_id, t.id, t.step,
    t.name_zh, t.name_en, t.instance_id, t.process, t.element, t.revision, t.participants, t.clock, t.due_on,
    coalesce(holder.name, ''), t.opened_at, t.closed_at, coalesce(closer.name, ''), t.act, coalesce(k.number, ''),
    coalesce(nullif(k.subject_name, ''), k.applicant_name), k.applicant_name, k.received_at, k.guided, ic.item_key,
    ic.way, (select coalesce(authorisation_scope, '') from app_user where id = %(me)s),
    (select coalesce(jsonb_agg(jsonb_build_array(p.user_id, u.name, p.role, p.at, w.name) order by p.at), '[]')
        from participant p join app_user u on u.id = p.user_id left join app_user w on w.id = p.acting_for
        where p.task_id = t.id),
    k.suspended_at is not null, {PARTS.format(item="t.item_case_id")}, {CONFLICTED}, t.acting_for
from user_task t
join cases k on k.id = t.case_id
join process_instance i on i.id = t.instance_id
left join item_case ic on ic.id = t.item_case_id
left join app_user holder on holder.id = t.assignee_id
left join app_user closer on closer.id = t.closed_by
where t.id = %(task)s
"""


def workspace(task_id: int, by: Identity) -> Workspace:
    """The task for a member of its groups. Raises NotFound to everyone else."""
    row = sql().execute(TASK, {"task": task_id, "me": by.user_id}).fetchone()
    if row is None:
        raise NotFound()
    groups, holder_id, state, release_id, versions, *facts, parts, conflicted, held_for = row
    rules = rules_of(tuple(versions or ()))
    release = arranged(release_id, rules.profile)
    bundle = release.bundle.key
    absent = ensure(by, Permission.TASK_SEE, TaskFacts(frozenset(groups), holder_id, state, bundle))
    if by.user_id in (conflicted or ()):
        raise InConflict()
    away = (
        one
        for one in by.standing_in
        if holder_id == one.absent_id or (holder_id, held_for) == (by.user_id, one.absent_id)
    )
    standing_in = absent or next(away, None)
    case_id, item_case_id, id_, step, zh, en, instance, process, element, revision, participants, *rest = facts
    clock_name, due_on, holder, opened_at, closed_at, closed_by, act, *of_case, scope, signed, suspended = rest
    values: list[Any] = [
        *(case_id, item_case_id, release, rules, id_, step, Words(zh, en)),
        *(instance, process, element, state, revision, participants, frozenset(groups), clock_name, due_on),
        *(holder_id, holder, opened_at, closed_at, closed_by, act, *of_case),
        *(_signers(signed), scope or "", suspended, tuple(parts or ()), frozenset(conflicted or ())),
        *(standing_in, held_for, by.user_id),
    ]
    return Workspace(*values)


def _signers(rows: Sequence[Sequence[Any]]) -> tuple[Signer, ...]:
    return tuple(
        Signer(user, acting_name(name, absent), role, datetime.fromisoformat(at))
        for user, name, role, at, absent in rows
    )
