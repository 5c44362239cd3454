"""信用修复 and 异议: taken in at the window, examined by one person of the unit that recorded, decided by another.

Two eyes propose and two decide, as on a ruling; either with reasons, in a limit of the place, with effect at once. What
another body recorded is repaired by that body: its decision is entered by number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotAuthorised, NotFound, SamePerson
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clocks import start_day, would_be_due
from webapp.services.credit import OUTSIDE
from webapp.services.credit_ledger import CreditAct
from webapp.services.events import Event
from webapp.services.files import Upload, check_upload, keep_file
from webapp.services.held_credit import HeldCredit, on_credit
from webapp.unit_of_work import sql

REPAIR, APPEAL = "repair", "appeal"
REPAIRED, NOT_REPAIRED = "repaired", "not-repaired"
UPHELD, CORRECTED, ANNULLED = "upheld", "corrected", "annulled"
OUTCOMES = {REPAIR: (REPAIRED, NOT_REPAIRED), APPEAL: (UPHELD, CORRECTED, ANNULLED)}
OUTCOME_WORDS = {
    REPAIRED: Words("准予信用修复", "repaired"),
    NOT_REPAIRED: Words("不予信用修复", "not repaired"),
    UPHELD: Words("异议不成立，维持记录", "the record is upheld"),
    CORRECTED: Words("异议成立，更正记录期限", "the record's term is corrected"),
    ANNULLED: Words("异议成立，撤销记录", "the record is annulled"),
}
REQUEST_WORDS = {REPAIR: Words("信用修复申请", "application to repair"), APPEAL: Words("异议", "objection")}
LIMITS = {REPAIR: "credit-repair-limit", APPEAL: "credit-appeal-limit"}
CAPACITIES = ("self", "representative")
LONGEST = 2000
TOO_LONG = Words(f"最多{LONGEST}字。", f"At most {LONGEST} characters.")


class RecordCountsNoMore(ActRefused):
    """Nothing is left to repair or to object to: the record was annulled, repaired, or has run out."""

    def __init__(self) -> None:
        super().__init__(Words("该记录已经撤销、修复或者期满。", "This record was annulled, repaired, or has run out."))


class NotRepairable(ActRefused):
    """Records of this kind run out, and are not repaired before."""

    def __init__(self, until: date | None) -> None:
        day = until.isoformat() if until else ""
        super().__init__(
            Words(f"此类记录不适用信用修复，至{day}期满。", f"Records of this kind are not repaired; it ends on {day}.")
        )


class RepairTooEarly(ActRefused):
    """The shortest time before a repair is not over."""

    def __init__(self, first_day: date, basis: Words) -> None:
        self.first_day = first_day
        day = first_day.isoformat()
        super().__init__(
            Words(
                f"自{day}起方可申请信用修复（依据：{basis.zh}）。",
                f"A repair is applied for from {day} on (basis: {basis.en}).",
            )
        )


class AlreadyAsked(ActRefused):
    """The same is being decided already."""

    def __init__(self, kind: str) -> None:
        asked = REQUEST_WORDS[kind]
        super().__init__(Words(f"对该记录的{asked.zh}正在办理。", f"An {asked.en} of this record is being decided."))


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
    """Who made a record neither examines the objection to it nor decides."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            Words("您作出了该记录，不能审查异议或者对其作出决定。", "You made this record: somebody else judges it.")
        )


class CreditLimitMissing(ActRefused):
    """The place does not say in which time it decides."""

    def __init__(self, key: str) -> None:
        super().__init__(
            Words(f"地方规则没有规定办理期限（{key}）。", f"The place's rules have no limit for it ({key}).")
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked at the window. `capacity`: the subject in person, or who represents it."""

    kind: str
    person: str
    capacity: str
    statement: str


ASKED = "select kind from credit_request where record_id = %s and kind = %s and outcome is null"
TAKEN = """
insert into credit_request (record_id, kind, person, capacity, statement, taken_at, taken_by, due_on, limit_value,
    limit_unit, limit_basis_zh, limit_basis_en)
values (%(record)s, %(kind)s, %(person)s, %(capacity)s, %(statement)s, %(now)s, %(by)s, %(due)s, %(value)s, %(unit)s,
    %(basis_zh)s, %(basis_en)s) returning id
"""
WITH_FILE = "insert into credit_request_file (request_id, file_id) values (%s, %s) on conflict do nothing"
TELL = """
insert into reminder (case_id, item_case_id, group_key, text_zh, text_en, at)
select %(case)s, %(item)s, g, %(zh)s, %(en)s, %(now)s from unnest(%(groups)s::text[]) g
"""


def take_request(record_id: int, asked: Asked, files: Sequence[Upload], *, by: Identity, key: str) -> int:
    """Take in an application to repair, with its evidence, or an objection; returns its id.

    Raises Incomplete, RecordCountsNoMore, NotRepairable, RepairTooEarly, AlreadyAsked, FileRefused, NotYours.
    """
    if asked.kind not in REQUEST_WORDS:
        raise NotFound()
    checked = [check_upload(file) for file in files]
    with on_credit(record_id, by, Permission.CREDIT_TAKE, f"credit-{asked.kind}", key) as record:
        _ensure_asked(asked, with_files=bool(checked))
        _ensure_open_to(record, asked.kind)
        if sql().execute(ASKED, (record_id, asked.kind)).fetchone() is not None:
            raise AlreadyAsked(asked.kind)
        request_id, due = _keep(record, asked, by)
        for one in checked:
            sql().execute(WITH_FILE, (request_id, keep_file(one, by)))
        _tell_unit(record, asked.kind, due)
        record.record(CreditAct.REQUEST_TAKEN, by, request=request_id, about=asked.kind, due=due)
    return request_id


def _ensure_asked(asked: Asked, *, with_files: bool) -> None:
    missing = [
        (field, words)
        for field, wanting, words in (
            ("person", not asked.person.strip(), Words("请填写申请人姓名。", "Give the name of who applies.")),
            ("capacity", asked.capacity not in CAPACITIES, Words("请选择申请人身份。", "Choose who applies.")),
            ("statement", not asked.statement.strip(), Words("请写明事实和理由。", "State facts and reasons.")),
            ("statement", len(asked.statement) > LONGEST, TOO_LONG),
            (
                "files",
                not with_files and (asked.kind == REPAIR or asked.capacity == "representative"),
                Words(
                    "请提交证明材料；代理的，一并提交授权委托书。",
                    "Hand in evidence, and the mandate.",
                ),
            ),
        )
        if wanting
    ]
    if missing:
        raise Incomplete(*missing[0], *missing[1:])


def _ensure_said(field: str, text: str, wanting: Words) -> None:
    if not text.strip():
        raise Incomplete(field, wanting)
    if len(text) > LONGEST:
        raise Incomplete(field, TOO_LONG)


def _ensure_open_to(record: HeldCredit, kind: str) -> None:
    if kind == APPEAL:
        if record.annulled:
            raise RecordCountsNoMore()
        return
    if not record.counts:
        raise RecordCountsNoMore()
    if record.repair_from is None:
        raise NotRepairable(record.until)
    if record.today < record.repair_from:
        raise RepairTooEarly(record.repair_from, Words(record.repair_zh, record.repair_en))


def _keep(record: HeldCredit, asked: Asked, by: Identity) -> tuple[int, date]:
    profile = record.rules.profile
    if LIMITS[asked.kind] not in profile.parameters:
        raise CreditLimitMissing(LIMITS[asked.kind])
    terms = profile.terms(LIMITS[asked.kind])
    due = would_be_due(terms, start_day(record.now, record.rules), record.rules)
    values = {
        "record": record.id,
        "kind": asked.kind,
        "person": asked.person.strip(),
        "capacity": asked.capacity,
        "statement": asked.statement.strip(),
        "now": record.now,
        "by": by.user_id,
        "due": due,
        "value": terms.value,
        "unit": terms.unit,
        "basis_zh": terms.basis.zh,
        "basis_en": terms.basis.en,
    }
    row = sql().execute(TAKEN, values).fetchone()
    assert row is not None
    return int(row[0]), due


def _tell_unit(record: HeldCredit, kind: str, due: date) -> None:
    """A word in the inbox of the posts that examine and decide the item from which the record came."""
    item, asked = record.item, REQUEST_WORDS[kind]
    if record.case is None or item is None:
        return
    values = {
        "case": record.case.id,
        "item": record.item_case_id,
        "zh": f"{asked.zh}：{record.name.zh}，应当于{due.isoformat()}前作出决定（见“信用记录”）",
        "en": f"Credit record ({record.name.en}): {asked.en}, to be decided by {due.isoformat()}",
        "now": record.now,
        "groups": sorted({item.groups[post] for post in ("review", "decide") if post in item.groups}),
    }
    sql().execute(TELL, values)


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
    if request.kind == APPEAL and record.recorded_by == by.user_id:
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
