"""信用修复 and 异议 taken in at the window, with a limit of the place for the decision (`credit_settling`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.clocks import start_day, would_be_due
from webapp.services.credit_ledger import CreditAct
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


class NotConfirmedYet(ActRefused):
    """The record was entered and does not count yet: nothing is repaired or objected to before it does."""

    def __init__(self) -> None:
        super().__init__(
            Words("该记录尚未复核，没有生效。", "This record is not confirmed yet, and does not count before it is.")
        )


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


def _ensure_open_to(record: HeldCredit, kind: str) -> None:
    if not record.confirmed and not record.annulled:
        raise NotConfirmedYet()
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
