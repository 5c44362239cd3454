"""Who may do what: one table of permissions, and rules with names.

`PERMISSIONS[p]` is a list of alternatives, each a list of rules that must all hold. A rule is a
question about the person and the subject (a task, a case, or nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.errors import NotFound, NotYours
from webapp.identity import LEADING, Identity, StandIn


class Permission(StrEnum):
    VISIT_OPEN = "visit.open"
    DRAFT_EDIT = "draft.edit"
    CASE_RECEIVE = "case.receive"
    CASE_SEE = "case.see"
    PERSONAL_SEE = "personal.see"
    TASK_SEE = "task.see"
    TASK_CLAIM = "task.claim"
    TASK_DO = "task.do"
    TASK_SET_FIRST = "task.set-first"
    TASK_ASSIGN = "task.assign"
    TASK_URGE = "task.urge"
    OPINION_GIVE = "opinion.give"
    ITEM_RULE = "item.rule"
    MEETING_CALL = "meeting.call"
    MEETING_ANSWER = "meeting.answer"
    RESULT_ISSUE = "result.issue"
    DOCUMENT_HANDLE = "document.handle"
    WINDOW_SEE = "window.see"
    INBOX_SEE = "inbox.see"
    INCIDENT_SEE = "incident.see"
    INCIDENT_RETRY = "incident.retry"
    INCIDENT_REPAIR = "incident.repair"
    CASE_SUSPEND = "case.suspend"
    CASE_REPAIR = "case.repair"
    RELEASE_SEE = "release.see"
    RELEASE_DRAFT = "release.draft"
    RELEASE_SIGN = "release.sign"
    RELEASE_PUBLISH = "release.publish"
    MIGRATION_SEE = "migration.see"
    MIGRATION_PROPOSE = "migration.propose"
    MIGRATION_RUN = "migration.run"
    OPERATION_SEE = "operation.see"
    CHANGE_LIST = "change.list"
    TRIAL_RUN = "trial.run"
    SUPERVISION_SEE = "supervision.see"
    SIGNAL_SEE = "signal.see"
    SIGNAL_ANSWER = "signal.answer"
    SIGNAL_SETTLE = "signal.settle"
    LICENCE_SEE = "licence.see"
    LICENCE_ACT = "licence.act"
    LICENCE_NOTE = "licence.note"
    RENEWAL_TAKE = "renewal.take"
    CREDIT_SEE = "credit.see"
    CREDIT_RECORD = "credit.record"
    CREDIT_CONFIRM = "credit.confirm"
    CREDIT_TAKE = "credit.take"
    CREDIT_EXAMINE = "credit.examine"
    CREDIT_DECIDE = "credit.decide"
    CALENDAR_SEE = "calendar.see"
    CALENDAR_IMPORT = "calendar.import"
    CORRECTION_MERGE = "correction.merge"
    COMMENT_TO_APPLICANT = "comment.to-applicant"
    COMMENT_DELETE = "comment.delete"
    NOTICE_SET_POST = "notice.set-post"
    NOTICE_DELIVERIES = "notice.deliveries"
    SUBSTITUTE_SEE = "substitute.see"
    SUBSTITUTE_NAME = "substitute.name"
    CONFLICT_LIFT = "conflict.lift"
    ANY_SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the rules ask about a task. `bundle`: of its case; a post borrowed for some bundles counts in those."""

    groups: frozenset[str]
    assignee_id: int | None
    state: str
    bundle: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rules ask about a case: the departments with a part in it, the groups of its tasks, who opened it, and
    who declared a conflict in the whole of it: to them it is closed."""

    departments: frozenset[str]
    groups: frozenset[str]
    created_by: int
    is_draft: bool
    conflicted: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SignalFacts:
    """What the rules ask about a supervision signal: the department that answers for it, and whether it also judges."""

    unit: str
    judged_by_unit: bool = False


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """What the rules ask about a licence: the department that issued it."""

    unit: str


@dataclass(frozen=True, slots=True)
class CreditFacts:
    """What the rules ask about a credit record: the department that recorded it; "" where none is known any more."""

    unit: str


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the rules ask about a colleague: who it is, and the department."""

    user_id: int
    unit: str


@dataclass(frozen=True, slots=True)
class SignOffFacts:
    """What the rules ask about signing a release: for which department ("": legal review), and whether nobody of it
    can sign here, so that legal review enters its letter."""

    party: str
    by_letter: bool


Subject = TaskFacts | CaseFacts | SignalFacts | LicenceFacts | CreditFacts | PersonFacts | SignOffFacts | None
Rule = Callable[[Identity, Subject], bool]


def has_role(*roles: str) -> Rule:
    wanted = frozenset(roles)

    def holds(by: Identity, subject: Subject) -> bool:
        return bool(by.roles & wanted)

    return holds


def anyone(by: Identity, subject: Subject) -> bool:
    return True


def in_candidate_group(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, TaskFacts) and by.has_post(subject.groups, subject.bundle)


def is_assignee(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, TaskFacts) and subject.assignee_id == by.user_id


def department_has_part(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, CaseFacts) and not subject.is_draft and by.department_key in subject.departments


def group_has_task(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, CaseFacts) and bool(by.groups & subject.groups)


def opened_it(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, CaseFacts) and subject.created_by == by.user_id


def is_of_the_unit(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, SignalFacts) and subject.unit == by.department_key


def issued_it(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, LicenceFacts) and subject.unit == by.department_key


def recorded_it(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, CreditFacts) and subject.unit in ("", by.department_key)


def is_oneself(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, PersonFacts) and subject.user_id == by.user_id


def is_a_colleague(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, PersonFacts) and subject.unit == by.department_key and subject.user_id != by.user_id


def is_of_the_party(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, SignOffFacts) and subject.party == by.department_key


def is_for_legal_review(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, SignOffFacts) and (not subject.party or subject.by_letter)


def judges_itself(by: Identity, subject: Subject) -> bool:
    return isinstance(subject, SignalFacts) and subject.judged_by_unit


def is_judged_from_above(by: Identity, subject: Subject) -> bool:
    return not judges_itself(by, subject)


is_window = has_role("clerk", "issuer", "lead")
is_department = has_role("reviewer", "decider", "officer", "verifier", "head", "government", "lead")
is_staff = has_role("clerk", "issuer", "reviewer", "decider", "officer", "verifier", "lead")

#: Who leads a department by the organisation's data: gives its work out, sets it first, orders it to be finished.
leads_department = has_role(LEADING)
#: Who leads a department, or one of its sections: its head, and who rules in its name (首席代表).
leads = has_role("head", "lead", "decider")

#: Who has an inbox.
OFFICE = ("clerk", "issuer", "reviewer", "decider", "officer", "verifier", "head", "government", "lead")

PERMISSIONS: dict[Permission, Sequence[Sequence[Rule]]] = {
    Permission.VISIT_OPEN: [[has_role("clerk")], [has_role("helper")]],
    Permission.DRAFT_EDIT: [[has_role("clerk")], [has_role("helper"), opened_it]],
    Permission.CASE_RECEIVE: [[has_role("clerk")]],
    Permission.CASE_SEE: [
        [is_window],
        [is_department, department_has_part],
        [is_department, group_has_task],
        [has_role("helper"), opened_it],
        [has_role("supervisor")],
    ],
    Permission.PERSONAL_SEE: [
        [is_window],
        [is_department, department_has_part],
        [is_department, group_has_task],
        [has_role("helper"), opened_it],
    ],
    Permission.TASK_SEE: [[in_candidate_group]],
    Permission.TASK_CLAIM: [[in_candidate_group]],
    Permission.TASK_DO: [[in_candidate_group, is_assignee]],
    # Of tasks of one's own department: services/task_marks says which.
    Permission.TASK_SET_FIRST: [[leads_department]],
    Permission.TASK_ASSIGN: [[leads_department]],
    # Of the own department, or of any: services/beside says which.
    Permission.TASK_URGE: [[leads_department], [has_role("supervisor")], [is_window]],
    # Who was asked, or whose post was: services/opinions says who.
    Permission.OPINION_GIVE: [[has_role(*OFFICE)]],
    Permission.ITEM_RULE: [[has_role("decider"), in_candidate_group, is_assignee]],
    # The lead department calls, an invited post answers: services/open_meetings says which.
    Permission.MEETING_CALL: [[has_role("reviewer", "decider", "head", "lead")]],
    Permission.MEETING_ANSWER: [[has_role("reviewer", "decider")]],
    Permission.RESULT_ISSUE: [[has_role("issuer")]],
    # Sealing, delivering, handing paper on: the window for every unit, a department for its own (services say which).
    Permission.DOCUMENT_HANDLE: [[has_role("clerk", "issuer")], [is_department, department_has_part]],
    Permission.WINDOW_SEE: [[is_window], [has_role("helper")]],
    Permission.INBOX_SEE: [[has_role(*OFFICE)]],
    # Over all cases; what failed may name what somebody handed in.
    Permission.INCIDENT_SEE: [[has_role("supervisor", "lead")]],
    Permission.INCIDENT_RETRY: [[has_role("lead")]],
    Permission.INCIDENT_REPAIR: [[has_role("lead")]],
    Permission.CASE_SUSPEND: [[has_role("lead")]],
    Permission.CASE_REPAIR: [[has_role("lead")]],
    # Who leads a department signs what changes of its own, and reads it there.
    Permission.RELEASE_SEE: [[has_role("designer", "publisher", "legal", "supervisor")], [leads]],
    Permission.RELEASE_DRAFT: [[has_role("designer")]],
    Permission.RELEASE_SIGN: [[leads, is_of_the_party], [has_role("legal"), is_for_legal_review]],
    Permission.RELEASE_PUBLISH: [[has_role("publisher")]],
    # Many running cases go on with another release: a designer proposes it, somebody else confirms and stops it.
    Permission.MIGRATION_SEE: [[has_role("designer", "publisher", "legal", "supervisor", "lead")]],
    Permission.MIGRATION_PROPOSE: [[has_role("designer")]],
    Permission.MIGRATION_RUN: [[has_role("publisher", "lead")]],
    # How many wait at which element, and the numbers of their cases: no applicant.
    Permission.OPERATION_SEE: [[has_role("designer", "publisher", "legal", "supervisor", "lead")]],
    # What a change of law touches, kept as work: legal review learns of it first, designers do it.
    Permission.CHANGE_LIST: [[has_role("designer", "legal")]],
    Permission.TRIAL_RUN: [[has_role("designer", "publisher", "legal")]],
    Permission.SUPERVISION_SEE: [[has_role("supervisor", "lead")]],
    Permission.SIGNAL_SEE: [
        [has_role("supervisor", "lead")],
        [is_staff, is_of_the_unit],
        [has_role("head"), is_of_the_unit],
    ],
    Permission.SIGNAL_ANSWER: [[is_staff, is_of_the_unit]],
    Permission.SIGNAL_SETTLE: [
        [has_role("supervisor"), is_judged_from_above],
        # Of its head too: who decides is often the one whom the signal names.
        [has_role("decider", "head", "lead"), is_of_the_unit, judges_itself],
    ],
    # The window sees every licence, whoever issued it; a department those that it issued.
    Permission.LICENCE_SEE: [[is_window], [is_department, issued_it]],
    Permission.LICENCE_ACT: [[has_role("decider"), issued_it]],
    # What the system that issued a licence did with it since.
    Permission.LICENCE_NOTE: [[has_role("reviewer", "decider", "head"), issued_it]],
    Permission.RENEWAL_TAKE: [[has_role("clerk", "issuer")], [is_department, issued_it]],
    # By exact number, every look noted: the window, where a repair is applied for, and who handles or supervises.
    Permission.CREDIT_SEE: [[is_window], [is_department], [has_role("supervisor")]],
    Permission.CREDIT_RECORD: [[has_role("decider", "verifier")]],
    Permission.CREDIT_CONFIRM: [[has_role("decider", "head")]],
    Permission.CREDIT_TAKE: [[has_role("clerk")]],
    Permission.CREDIT_EXAMINE: [[has_role("reviewer", "verifier", "officer"), recorded_it]],
    Permission.CREDIT_DECIDE: [[has_role("decider"), recorded_it]],
    Permission.CALENDAR_SEE: [[has_role("designer", "publisher", "legal", "supervisor", "lead")]],
    Permission.CALENDAR_IMPORT: [[has_role("publisher", "legal")]],
    # The window for every case, reviewers and deciders of the department that leads the bundle: services/comments.
    Permission.COMMENT_TO_APPLICANT: [[is_window], [has_role("reviewer", "decider", "head")]],
    # Of the department that leads the bundle: services/correction_points.
    Permission.CORRECTION_MERGE: [[has_role("reviewer", "decider", "head")]],
    Permission.COMMENT_DELETE: [[has_role("lead")]],
    # Of posts of one's own department: services/notice_settings says which.
    Permission.NOTICE_SET_POST: [[leads_department]],
    Permission.NOTICE_DELIVERIES: [[has_role("lead")]],
    Permission.SUBSTITUTE_SEE: [[has_role(*OFFICE)]],
    # Who stands in for oneself, or, for who leads the department, for a colleague who is away.
    Permission.SUBSTITUTE_NAME: [[has_role(*OFFICE), is_oneself], [leads, is_a_colleague]],
    # Another's conflict, never one's own.
    Permission.CONFLICT_LIFT: [[leads, is_a_colleague]],
    Permission.ANY_SIGNED_IN: [[anyone]],
}


#: Rules that ask about the object; the others hold for a person as such.
OBJECT_RULES: frozenset[Rule] = frozenset(
    {
        in_candidate_group,
        is_assignee,
        department_has_part,
        group_has_task,
        opened_it,
        is_of_the_unit,
        is_oneself,
        is_a_colleague,
        is_of_the_party,
        is_for_legal_review,
        judges_itself,
        issued_it,
        recorded_it,
    }
)


def may_at_all(by: Identity, permission: Permission) -> bool:
    """Whether the person could have the permission on some object; the object itself is checked later."""
    return any(all(rule in OBJECT_RULES or rule(by, None) for rule in rules) for rules in PERMISSIONS[permission])


def may(by: Identity, permission: Permission, subject: Subject = None) -> bool:
    """Whether one of the permission's alternatives holds, with one's own posts or those of an absent colleague."""
    if _holds(by.acting_as(None) if by.standing_in else by, permission, subject):
        return True
    return _borrowed(by, permission, subject) is not None


def _holds(by: Identity, permission: Permission, subject: Subject) -> bool:
    if isinstance(subject, CaseFacts) and by.user_id in subject.conflicted:
        return False
    for rules in PERMISSIONS[permission]:
        for rule in rules:
            if not rule(by, subject):
                break
        else:
            return True
    return False


def _borrowed(by: Identity, permission: Permission, subject: Subject) -> StandIn | None:
    """The first of whom one stands in for with whose posts it holds. What is lent for some bundles is for tasks."""
    bundle = subject.bundle if isinstance(subject, TaskFacts) else ""
    lending = (one for one in by.standing_in if one.covers(bundle))
    return next((one for one in lending if _holds(by.acting_as(one), permission, subject)), None)


#: Who may not see an object is not told that it is there.
NOT_KNOWN_TO_EXIST = frozenset(
    {
        Permission.CASE_SEE,
        Permission.TASK_SEE,
        Permission.PERSONAL_SEE,
        Permission.SIGNAL_SEE,
        Permission.LICENCE_SEE,
    }
)


def ensure(by: Identity, permission: Permission, subject: Subject = None) -> StandIn | None:
    """For whom `by` has the permission: None with one's own posts, or the absent colleague whose post it takes.

    Raises NotFound where the subject must not even be known to exist, NotYours otherwise.
    """
    if not by.standing_in:
        if _holds(by, permission, subject):
            return None
    elif _holds(by.acting_as(None), permission, subject):
        return None
    elif (absent := _borrowed(by, permission, subject)) is not None:
        return absent
    if permission in NOT_KNOWN_TO_EXIST:
        raise NotFound()
    raise NotYours(permission)
