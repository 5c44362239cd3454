"""信用修复 and 异议 settled: examined by one person of the unit that recorded, decided by another, with effect at once.

Two eyes propose and two decide, as on a ruling. What another body recorded is repaired by that body: its decision is
entered by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotAuthorised, NotFound, SamePerson
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.credit import OUTSIDE
from webapp.services.credit_ledger import CreditAct
from webapp.services.credit_requests import (
    ANNULLED,
    APPEAL,
    CORRECTED,
    LONGEST,
    NOT_REPAIRED,
    OUTCOME_WORDS,
    OUTCOMES,
    REPAIRED,
    TOO_LONG,
    RecordCountsNoMore,
)
from webapp.services.events import Event
from webapp.services.held_credit import HeldCredit, on_credit
from webapp.unit_of_work import sql


class AlreadyDecided(ActRefused):
    """The request has its decision."""

    def __init__(self) -> None:
        super().__init__(Words("该申请已经作出决定。", "This request has been decided."))


class NotExamined(ActRefused):
    """Nobody decides what nobody else has examined."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "尚无审查意见，应当先由另一名工作人员审查。",
                "Somebody else examines it first.",
            )
        )


class RecordedIt(ActRefused):
    """Who made a record, or confirmed it, neither examines the objection to it nor decides."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            Words(
                "您作出或者复核了该记录，不能审查异议或者对其作出决定，由记录单位的其他工作人员审查、决定。",
                "You made or confirmed this record: others of the unit examine the objection and decide it.",
            )
        )


def _ensure_said(field: str, text: str, wanting: Words) -> None:
    if not text.strip():
        raise Incomplete(field, wanting)
    if len(text) > LONGEST:
        raise Incomplete(field, TOO_LONG)


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """A request under its record's lock."""

    id: int
    kind: str
    examined_by: int | None
    proposed_until: date | None
    limit_basis: Words


OPEN = """
select id, kind, examined_by, proposed_until, limit_basis_zh, limit_basis_en, outcome from credit_request where id = %s
"""


def record_of(request_id: int) -> int:
    """The record that a request is about. Raises NotFound."""
    row = sql().execute("select record_id from credit_request where id = %s", (request_id,)).fetchone()
    if row is None:
        raise NotFound()
    return int(row[0])


def _open(request_id: int) -> HeldRequest:
    row = sql().execute(OPEN, (request_id,)).fetchone()
    assert row is not None
    id_, kind, examined_by, until, zh, en, outcome = row
    if outcome is not None:
        raise AlreadyDecided()
    return HeldRequest(id_, kind, examined_by, until, Words(zh, en))


EXAMINED = """
update credit_request set proposal = %s, opinion = %s, proposed_until = %s, examined_by = %s, examined_at = %s
where id = %s
"""


def examine(request_id: int, *, by: Identity, proposal: str, opinion: str, until: date | None = None, key: str) -> None:
    """Propose how to decide, with an opinion; again until it is decided. `until`: the term of a correction.

    Who made the record does not examine the objection to it either. Raises NotFound, NotYours, RecordedIt, Incomplete,
    AlreadyDecided.
    """
    with on_credit(record_of(request_id), by, Permission.CREDIT_EXAMINE, f"examine:{request_id}", key) as record:
        request = _open(request_id)
        _ensure_did_not_record(record, request, by)
        _ensure_outcome(record, request.kind, "proposal", proposal, until)
        _ensure_said("opinion", opinion, Words("请写明审查意见。", "State your opinion."))
        kept_until = until if proposal == CORRECTED else None
        sql().execute(EXAMINED, (proposal, opinion.strip(), kept_until, by.user_id, record.now, request_id))
        record.record(CreditAct.EXAMINED, by, request=request_id, proposal=proposal)


DECIDED = """
update credit_request set outcome = %(outcome)s, reasons = %(reasons)s, source_number = %(number)s,
    new_until = %(until)s, decided_at = %(now)s, decided_by = %(by)s, document_id = %(paper)s
where id = %(request)s
"""


EFFECTS = {
    REPAIRED: "update credit_record set repaired_at = %(now)s where id = %(record)s",
    ANNULLED: "update credit_record set annulled_at = %(now)s where id = %(record)s",
    CORRECTED: "update credit_record set until = %(until)s, until_repaired = false where id = %(record)s",
}


def decide(
    request_id: int,
    *,
    by: Identity,
    outcome: str,
    reasons: str,
    until: date | None = None,
    source_number: str = "",
    key: str,
) -> None:
    """Decide, with effect at once: a decider of the unit with authorisation, never who examined it; nor, on an
    objection, who made the record. `source_number`: the decision of the body from which an outside record came.

    Raises NotFound, NotYours, NotAuthorised, SamePerson, RecordedIt, NotExamined, Incomplete, AlreadyDecided,
    RecordCountsNoMore.
    """
    with on_credit(record_of(request_id), by, Permission.CREDIT_DECIDE, f"decide:{request_id}", key) as record:
        request = _open(request_id)
        _ensure_decider(record, request, by)
        until = until or request.proposed_until
        _ensure_outcome(record, request.kind, "outcome", outcome, until)
        _ensure_said("reasons", reasons, Words("请写明决定的理由。", "State the reasons of the decision."))
        if outcome == REPAIRED and record.source_kind == OUTSIDE and not source_number.strip():
            raise Incomplete(
                "source_number",
                Words("请填写原认定机关信用修复决定的文号。", "Give the number of the source's own decision."),
            )
        if (outcome == REPAIRED and not record.counts) or record.annulled:
            raise RecordCountsNoMore()
        values = {
            "record": record.id,
            "request": request_id,
            "outcome": outcome,
            "reasons": reasons.strip(),
            "number": source_number.strip(),
            "until": until if outcome == CORRECTED else None,
            "now": record.now,
            "by": by.user_id,
            "paper": _paper(record, request, outcome, reasons.strip(), until, by),
        }
        sql().execute(DECIDED, values)
        if outcome in EFFECTS:
            sql().execute(EFFECTS[outcome], values)
        record.record(CreditAct(outcome), by, request=request_id, document=values["paper"], until=values["until"])
        if record.case is not None:
            facts = {"item": record.item_case_id, "credit": record.id, "outcome": outcome}
            record.case.record(Event.CREDIT_SETTLED, by, **facts)


def _ensure_decider(record: HeldCredit, request: HeldRequest, by: Identity) -> None:
    if not by.authorisation_number:
        raise NotAuthorised()
    if request.examined_by is None:
        raise NotExamined()
    if request.examined_by == by.user_id:
        raise SamePerson()
    _ensure_did_not_record(record, request, by)


def _ensure_did_not_record(record: HeldCredit, request: HeldRequest, by: Identity) -> None:
    if request.kind == APPEAL and by.user_id in (record.recorded_by, record.confirmed_by):
        raise RecordedIt()


def _ensure_outcome(record: HeldCredit, kind: str, field: str, outcome: str, until: date | None) -> None:
    """One of the outcomes of the kind; a correction has a term that is no heavier than the one before."""
    if outcome not in OUTCOMES[kind]:
        raise Incomplete(field, Words("请选择处理结果。", "Choose the outcome."))
    if outcome != CORRECTED:
        return
    if until is None or until < record.since:
        raise Incomplete("until", Words("请填写更正后的届满日期。", "Give the corrected last day."))
    if record.until is not None and until > record.until:
        raise Incomplete("until", Words("更正不得延长记录期限。", "A correction does not make the term longer."))


PAPERS = {REPAIRED: "credit-repair", NOT_REPAIRED: "credit-repair-refusal"}


STILL_BARS = """
select max(until) from credit_bar where record_id = %s and not lifted_by_repair and until >= %s
"""


def _paper(
    record: HeldCredit, request: HeldRequest, outcome: str, reasons: str, until: date | None, by: Identity
) -> int | None:
    fields: dict[str, object] = {"reasons": reasons, "act_basis": request.limit_basis}
    if outcome == REPAIRED:
        row = sql().execute(STILL_BARS, (record.id, record.today)).fetchone()
        fields["effect_words"] = _effect(row[0] if row else None)
    elif request.kind == APPEAL:
        told = OUTCOME_WORDS[outcome]
        day = until.isoformat() if until and outcome == CORRECTED else ""
        fields["outcome_words"] = Words(f"{told.zh}（至{day}）", f"{told.en} (until {day})") if day else told
    return record.paper(PAPERS.get(outcome, "credit-appeal"), by, **fields)


def _effect(still: date | None) -> Words:
    if still is None:
        return Words("该记录不再限制任何申请，可以选择告知承诺。", "The record bars nothing any longer.")
    day = still.isoformat()
    return Words(
        f"可以选择告知承诺；法律规定的申请限制不因修复解除，至{day}为止。",
        f"Commitment is open again; the time of the law in which no application is made goes on until {day}.",
    )
