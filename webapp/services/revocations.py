"""撤销: facts and grounds told first, the holder heard, then a decision with its remedy (LAW 2.11; art. 7, 69).

The days in which the holder may state and defend are the profile's parameter `statement-limit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine import Words, as_written
from engine.bundles import On, kinds_issued
from engine.law import UNFULFILLED_COMMITMENT, amount
from engine.values import Value
from webapp import moments
from webapp.errors import ActRefused, Incomplete, NotAuthorised, SamePerson
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services import licence_history
from webapp.services.acting import signing_name
from webapp.services.clocks import stop_clock
from webapp.services.commitments import COMMITMENT
from webapp.services.credit import knows_kind, record_credit
from webapp.services.delivery_limits import ensure_told, start_with_paper
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.grounds import ensure_grounds
from webapp.services.letters import replaces_proof
from webapp.services.publications import publish
from webapp.services.revocation_hearings import heard_in, offer_hearing
from webapp.services.rulings import ensure_owner, named_remedy
from webapp.services.tasks import ensure_step, finish
from webapp.services.verification import finding_of
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

REVOKE, KEEP = "revoke", "keep"
CLOCK = "statement"


class StillToBeHeard(ActRefused):
    """The holder may speak until the last day is over."""

    def __init__(self, until: date, basis: Words) -> None:
        super().__init__(
            Words(
                f"当事人可以在{until.isoformat()}以前陈述、申辩，期满前不能记为未提出（{basis.zh}）。",
                f"The holder may state and defend until {until.isoformat()}; before that silence is none ({basis.en}).",
            )
        )


@dataclass(frozen=True, slots=True)
class Proceeding:
    """What was told and said so far, and what it is about."""

    id: int
    finding: str
    facts: str
    reasons: str
    statement: str
    proposed_by: int
    holder: str
    licence: Words
    number: str


OPEN = """
select r.id, r.finding, r.facts, r.reasons, r.statement, r.proposed_by,
    coalesce(nullif(l.holder, ''), k.applicant_name), coalesce(l.name_zh, ''), coalesce(l.name_en, ''),
    coalesce(l.number, '')
from revocation r join item_case i on i.id = r.item_case_id join cases k on k.id = i.case_id
left join licence l on l.item_case_id = r.item_case_id
where r.item_case_id = %s and r.outcome = '' order by r.id desc limit 1
"""


def open_proceeding(item_case_id: int) -> Proceeding:
    """The proceeding that is not decided yet."""
    row = sql().execute(OPEN, (item_case_id,)).fetchone()
    assert row is not None, "the diagram tells before it hears and decides"
    id_, finding, facts, reasons, statement, proposed_by, holder, zh, en, number = row
    return Proceeding(id_, finding, facts, reasons, statement, proposed_by, holder, Words(zh, en), number)


PROPOSED = """
insert into revocation (item_case_id, finding, facts, reasons, notice_id, proposed_by, proposed_at)
values (%(item_case)s, %(finding)s, %(facts)s, %(reasons)s, %(notice)s, %(by)s, %(now)s)
"""
LICENCE = "select name_zh, name_en, number from licence where item_case_id = %s"


def tell_of_revocation(task_id: int, *, by: Identity, facts: str, reasons: str, revision: int, key: str) -> None:
    """Tell the holder what was found and on what grounds it is to be revoked; and of a right to a hearing, where the
    place gives one for what was found. Raises Incomplete.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "revocation-notice")
        case, item_case_id = task.case, task.item_case_id
        assert item_case_id is not None
        missing = [
            (field, words)
            for field, value, words in (
                ("facts", facts, Words("请写明查明的事实。", "State the facts.")),
                ("reasons", reasons, Words("请写明拟撤销的理由。", "State the grounds.")),
            )
            if not value.strip()
        ]
        if missing:
            raise Incomplete(*missing[0], *missing[1:])
        ensure_grounds(case.rules.profile.grounds, facts=facts, reasons=reasons)
        terms = case.rules.profile.terms("statement-limit", CLOCK)
        finding = finding_of(task)
        row = sql().execute(LICENCE, (item_case_id,)).fetchone()
        notice = _issue(
            task,
            {},
            by,
            licence_name=Words(row[0], row[1]) if row else "",
            licence_number=row[2] if row else "",
            facts=facts.strip(),
            reasons=reasons.strip(),
            apply_limit=amount(terms.value, terms.unit),
        )
        case.writing.add(
            "revocation",
            PROPOSED,
            item_case=item_case_id,
            finding=finding.key if finding else "",
            facts=facts.strip(),
            reasons=reasons.strip(),
            notice=notice,
            by=by.user_id,
            now=case.now,
        )
        start_with_paper(case, item_case_id, terms, notice)
        case.record(Event.REVOCATION_TOLD, by, item=item_case_id, finding=finding.key if finding else "")
        hearing = finding is not None and finding.hearing is not None
        if finding is not None and finding.hearing is not None:
            offer_hearing(task, facts.strip(), reasons.strip(), finding.hearing, by)
        finish(task, {"hearing": hearing}, by=by, act="procedure")


HEARD = "update revocation set statement = %(statement)s, heard_at = %(now)s where id = %(revocation)s"


def hear_holder(task_id: int, *, by: Identity, statement: str, nothing_said: bool, revision: int, key: str) -> None:
    """Keep what the holder said in defence; or, once the days are over, that nothing was said.

    Raises Incomplete, StillToBeHeard, NotDeliveredYet.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "statement")
        case, item_case_id = task.case, task.item_case_id
        assert item_case_id is not None
        if not statement.strip() and not nothing_said:
            raise Incomplete("statement", Words("请记录陈述、申辩的内容。", "Write down what the holder said."))
        if not statement.strip():
            _ensure_days_over(task)
        said = statement.strip() or "期满未提出陈述、申辩。"
        proceeding = open_proceeding(item_case_id)
        case.writing.add("revocation", HEARD, revocation=proceeding.id, statement=said, now=case.now)
        stop_clock(case, item_case_id, CLOCK)
        case.record(Event.HOLDER_HEARD, by, item=item_case_id, said=bool(statement.strip()))
        finish(task, {}, by=by, act="procedure")


def _ensure_days_over(task: OpenTask) -> None:
    ensure_told(task.case, task.item_case_id, CLOCK)
    clocks = task.case.clocks.get(task.item_case_id or 0, ())
    until = next((clock.due_on for clock in clocks if clock.name == CLOCK), None)
    if until is not None and moments.local(task.case.now).date() <= until:
        raise StillToBeHeard(until, task.case.rules.profile.terms("statement-limit").basis)


DECIDED = """
update revocation set outcome = %(outcome)s, grounds = %(grounds)s, remedy_zh = %(remedy_zh)s,
    remedy_en = %(remedy_en)s, decided_by = %(by)s, decided_at = %(now)s, document_id = %(paper)s
where id = %(revocation)s
"""


def decide_revocation(task_id: int, *, by: Identity, decision: str, grounds: str, revision: int, key: str) -> None:
    """Revoke, or leave what was given as it is: a decider of the unit, never who told of it.

    A revocation is written with facts, grounds, what the holder said, and the remedy; the licence is revoked at once,
    for everyone who checks it. Raises Incomplete, NotAuthorised, NotTheOwner, SamePerson, RemedyMissing.
    """
    with on_task(task_id, by, permission=Permission.ITEM_RULE, revision=revision, key=key) as task:
        ensure_step(task, "revoke")
        if not by.authorisation_number:
            raise NotAuthorised()
        ensure_owner(task, by)
        case, item_case_id = task.case, task.item_case_id
        assert item_case_id is not None
        assert task.item_key is not None
        proceeding = open_proceeding(item_case_id)
        if proceeding.proposed_by == by.user_id:
            raise SamePerson()
        if decision not in (REVOKE, KEEP):
            raise Incomplete("decision", Words("请选择是否撤销。", "Choose whether to revoke."))
        if not grounds.strip():
            raise Incomplete("grounds", Words("请写明作出决定的理由。", "State the reasons of the decision."))
        revoked = decision == REVOKE
        if revoked:
            ensure_grounds(case.rules.profile.grounds, grounds=grounds)
        remedy = named_remedy(case, case.release.bundle.item(task.item_key)) if revoked else Words("", "")
        paper = _revoked(task, proceeding, grounds.strip(), by) if revoked else None
        case.writing.add(
            "revocation",
            DECIDED,
            revocation=proceeding.id,
            outcome="revoked" if revoked else "kept",
            grounds=grounds.strip(),
            remedy_zh=remedy.zh,
            remedy_en=remedy.en,
            by=by.user_id,
            now=case.now,
            paper=paper,
        )
        if revoked:
            licence_history.revoke(case, item_case_id, by, reason=grounds.strip(), document=paper)
            assert paper is not None
            _record_unkept(task, proceeding, paper, by)
            publish(
                case,
                case.release.bundle.item(task.item_key),
                proceeding.id,
                document=paper,
                subject=proceeding.holder,
                licence=proceeding.licence,
                number=proceeding.number,
            )
        case.record(Event.REVOCATION_DECIDED, by, item=item_case_id, outcome=decision)
        finish(task, {"revocation": decision}, by=by, act="procedure")


def _revoked(task: OpenTask, proceeding: Proceeding, grounds: str, by: Identity) -> int:
    assert task.item_case_id is not None
    record = heard_in(task.item_case_id)
    said = as_written(proceeding.statement)
    if record:
        said = Words(f"{said.zh}\n听证笔录：{record}。", f"{said.en}\nRecord of the hearing: {record}.")
    return _issue(
        task,
        {"revocation": REVOKE},
        by,
        licence_name=proceeding.licence,
        licence_number=proceeding.number,
        facts=proceeding.facts,
        reasons=grounds,
        statement=said,
        decider_name=signing_name(task.case, by),
    )


def _record_unkept(task: OpenTask, proceeding: Proceeding, paper: int, by: Identity) -> None:
    """What was revoked because its commitment was false or not kept is on the holder's credit from now on.

    As what it is recorded is the place's rule on the finding; a place without one records it as not kept.
    """
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    rule = case.rules.profile.verification.findings.get(proceeding.finding)
    kind = (rule.credit if rule else "") or UNFULFILLED_COMMITMENT
    if (task.way == COMMITMENT or replaces_proof(case.id, task.item_key)) and knows_kind(case, kind):
        record_credit(case, kind=kind, item_case_id=item_case_id, facts=proceeding.facts, document_id=paper, by=by)


def _issue(task: OpenTask, given: Mapping[str, Value], by: Identity, **fields: Any) -> int:
    """The paper of this step: a filing is not revoked as a licence is, it is cancelled in papers of its own."""
    assert task.item_case_id is not None
    assert task.item_key is not None
    case, item = task.case, task.case.release.bundle.item(task.item_key)
    (kind,) = kinds_issued(On.STEP, task.step, given, item_kind=item.kind)
    return issue_for_item(case, task.item_case_id, item, kind, by, **fields)
