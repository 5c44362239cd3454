"""What the public sees of a case with number and code: where it is, who has it, since when, what comes next.

No names of officials, no answers, no materials; the names of applicants are masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine import Words
from engine.law import day_words
from webapp import moments
from webapp.answers import answers_of
from webapp.catalogue import RULES_OF_CASE, Published, arranged, rules_of
from webapp.errors import NotFound
from webapp.queries.appointments import Appointment, appointment_of
from webapp.queries.case_clocks import ClockView
from webapp.queries.case_parts import TERMINATED, ItemView, items_of, worded
from webapp.queries.case_tasks import tasks_of
from webapp.queries.case_view import Status, case_status
from webapp.queries.masking import masked_applicant, persons_in
from webapp.services.committed import items_with_letters
from webapp.services.documents import RECEIVING_UNIT
from webapp.services.revocations import CLOCK as STATEMENT
from webapp.unit_of_work import sql

NEXT: Mapping[str, Words] = {
    "accept": Words(
        "部门作出是否受理的结论，需要补正的会一次性告知。",
        "The department decides on acceptance; what must be corrected is told at once and completely.",
    ),
    "correct": Words(
        "请按补正材料一次性告知书补齐，可以在线补正，也可以到综合窗口提交。",
        "Please correct what the notice asks for, here or at the window.",
    ),
    "examine": Words("资料审查后，需要的进行现场核查。", "After the examination, a visit where it is needed."),
    "visit": Words("核查后由部门提出审查意见。", "After the visit the department proposes."),
    "review": Words("审查后由首席代表作出决定。", "After the review the chief representative rules."),
    "hand-up": Words(
        "初审后报上级机关决定，申请材料一并报送，不需要您重复提供。",
        "It is handed up to be decided, with your materials; you need not hand in anything again.",
    ),
    "upper-review": Words(
        "上级机关审查后作出决定，不需要您重复提供材料。",
        "The upper authority reviews and decides; you need not hand in anything again.",
    ),
    "hearing-application": Words(
        "需要听证的，请在告知书写明的期限内向承办部门提出；放弃的，继续审查。",
        "If you want a hearing, apply to the department within the days of the notice; without one the review goes on.",
    ),
    "hearing-notice": Words("部门将通知听证的时间和地点。", "The department tells when and where the hearing is."),
    "hearing": Words("听证后根据笔录继续审查。", "After the hearing the review goes on from its record."),
    "testing": Words(
        "结果出来后继续审查，所需时间见告知书。", "The review goes on with the result; the notice says when."
    ),
    "expert-review": Words(
        "评审后继续审查，所需时间见告知书。", "The review goes on after the experts; the notice says when."
    ),
    "public-notice": Words("公示期满后继续审查。", "The review goes on when the public notice is over."),
    "decide": Words("作出决定后制发办理结果。", "After the ruling the result is made."),
    "immediate": Words("当场作出决定并制发办理结果。", "The ruling is made at once, and the result follows."),
    "backfill": Words("办理系统作出决定后，结果回到窗口。", "The result comes back when the other system has ruled."),
    "issue": Words(
        "结果制好后，按您选择的方式领取、邮寄或者电子送达，无需等待其他事项。",
        "Once it is made it is collected, posted or sent electronically, as you chose, without waiting for the rest.",
    ),
    "deliver": Words("请携带身份证领取；由他人领取的，还需授权委托书。", "Bring your identity card to collect it."),
}
SENT: Mapping[str, Words] = {
    "post": Words("结果已交邮寄，请留意签收。", "It has been posted; please look out for it."),
    "electronic": Words(
        "结果以电子形式送达，无需到窗口领取。", "It is sent electronically; you need not come to collect it."
    ),
}
NOTHING = Words("", "")
WAITING = Words("等前置事项办结后开始办理。", "It starts when the item before it is done.")
MAKING = Words("正在制发办理结果。", "The result is being made.")
TO_VERIFY = Words(
    "该事项已经办结；部门将在期限内到场核查承诺的履行情况。",
    "This item is done; within the limit the authority checks on site that the commitment is kept.",
)
DONE = Words("该事项已经办结。", "This item is done.")
TO_BE_UNDONE = Words(
    "部门拟撤销已作出的许可或者取消备案，请按告知书写明的期限陈述、申辩；可以申请听证的，告知书一并写明。",
    "The authority intends to undo what was granted: please state your view within the days of the notice, which also"
    " says whether a hearing may be asked for.",
)
UNDONE = Words(
    "决定书写明了理由和救济途径；证照自决定之日起失效。",
    "The decision says why, and where to go against it; the licence has ended with it.",
)
ENDED = Words("该事项已经终止办理；需要办理的，可以重新提出申请。", "This item has ended. You may apply for it again.")
#: What a step is called to the public: no internal posts, no persons.
ASKED = Words(
    "一项未获准，请答复其余事项是否继续办理。", "One item was refused: please say whether the other items go on."
)
VISIT = Words("联合现场核查", "Joint site visit")


@dataclass(frozen=True, slots=True)
class Place:
    """Where results are collected."""

    name: Words
    address: Words
    phone: str


@dataclass(frozen=True, slots=True)
class TrackedItem:
    """One item as the applicant follows it. `clock` is the limit that runs now."""

    key: str
    name: Words
    department: Words
    phone: str
    state: Words
    kind: str
    progress: str
    since: datetime
    next: Words
    clock: ClockView | None
    ready: bool
    means: str
    tracking_number: str
    licence: Words | None
    licence_number: str
    public_code: str
    reasons: Words  # of a refusal, or what is to be corrected
    remedy: Words | None
    correcting: bool  # it can be corrected here and now
    asking: bool  # it was refused, and what becomes of the rest is the applicant's to say
    undecided: bool
    by_commitment: bool  # a letter of it stands


@dataclass(frozen=True, slots=True, eq=False)
class TrackedCase:
    """A case as its applicant follows it."""

    number: str
    bundle: Words
    subject: str
    applicant: str
    received_at: datetime
    status: Status
    items: tuple[TrackedItem, ...]
    visit_since: datetime | None  # since when the joint visit is open
    appointment: Appointment | None  # when and where it takes place
    collection: Place
    release: Published
    deemed: Mapping[str, Words]  # item key -> since when it counts as accepted, nobody having said anything (art. 32)

    @property
    def undecided(self) -> bool:
        """Something of it can still be taken back."""
        return any(item.undecided for item in self.items)

    @property
    def committed(self) -> bool:
        """A commitment of it can still be taken back."""
        return any(item.undecided and item.by_commitment for item in self.items)

    @property
    def asking(self) -> bool:
        """The applicant is asked what becomes of the rest after a refusal."""
        return any(item.asking for item in self.items)

    @property
    def ready(self) -> tuple[TrackedItem, ...]:
        return tuple(item for item in self.items if item.ready)


CASE = f"""
select k.number, k.subject_name, k.applicant_name, k.received_at, k.closed_at, k.release_id, {RULES_OF_CASE}
from cases k where k.id = %s and k.received_at is not null
"""
MEANS = """
select c.item_case_id, c.means, c.tracking_number
from collection c join item_case ic on ic.id = c.item_case_id
where ic.case_id = %s
"""


#: What the applicant must be told of a refusal (art. 38), a revocation, a non-acceptance or a correction (art. 32).
TOLD = """
select ic.id,
    coalesce(nullif(concat_ws(E'\\n', v.facts, v.grounds), ''),
        nullif(concat_ws(E'\\n', nullif(nullif(r.facts, ''), r.reasons), r.reasons), ''),
        nullif(concat_ws(E'\\n', nullif(t.reason, ''), t.basis_zh), ''), ic.intake_note),
    case when v.id is not null then ''
        when r.id is not null then concat_ws(E'\\n', nullif(nullif(r.facts_en, ''), r.reasons_en), r.reasons_en)
        when t.item_case_id is null then ic.intake_note_en
        when t.reason = '' or t.reason_en <> '' then concat_ws(E'\\n', nullif(t.reason_en, ''), t.basis_en)
        else '' end,
    coalesce(v.remedy_zh, r.remedy_zh, ''), coalesce(v.remedy_en, r.remedy_en, '')
from item_case ic left join revocation v on v.item_case_id = ic.id and v.outcome = 'revoked'
left join ruling r on r.item_case_id = ic.id and r.outcome = 'refused'
left join termination t on t.item_case_id = ic.id
where ic.case_id = %s and (v.id is not null or r.id is not null or t.item_case_id is not null
    or ic.intake_outcome in ('correction', 'wrong-authority', 'not-required', 'correction-lapsed', 'deemed-withdrawn'))
"""


DEEMED = """
select item_key, accepted_at from item_case
where case_id = %s and deemed_accepted and accepted_at is not null
"""


def _deemed(case_id: int) -> dict[str, Words]:
    days = {key: day_words(moments.local(at).date()) for key, at in sql().execute(DEEMED, (case_id,))}
    return {
        key: Words(
            f"部门未在期限内告知是否受理，自{day.zh}收到申请材料之日起依法视为受理。",
            f"No word came in time: by law it counts as accepted since {day.en}, when the application was there.",
        )
        for key, day in days.items()
    }


def tracked_case(case_id: int) -> TrackedCase:
    """The case for its applicant. Raises NotFound."""
    row = sql().execute(CASE, (case_id,)).fetchone()
    if row is None:
        raise NotFound()
    number, subject, applicant, received_at, closed_at, release_id, versions = row
    rules = rules_of(tuple(versions or ()))
    release = arranged(release_id, rules.profile)
    tasks = tasks_of(case_id)
    items = items_of(case_id, release.bundle, rules, tasks)
    means = {id_: (way, tracking) for id_, way, tracking in sql().execute(MEANS, (case_id,))}
    told = {
        id_: (worded(reasons, reasons_en), Words(zh, en) if zh else None)
        for id_, reasons, reasons_en, zh, en in sql().execute(TOLD, (case_id,))
    }
    persons, with_letters = persons_in(release.bundle, answers_of(case_id)), items_with_letters(case_id)
    visits = [task for task in tasks if task.item_case_id is None and task.state == "open"]
    return TrackedCase(
        number,
        release.bundle.name,
        masked_applicant(subject, persons),
        masked_applicant(applicant, persons),
        received_at,
        case_status(items, closed_at),
        tuple(
            _item(
                item,
                *means.get(item.id, ("", "")),
                *told.get(item.id, (NOTHING, None)),
                committed=item.key in with_letters,
            )
            for item in items
        ),
        visits[0].opened_at if visits else None,
        appointment_of(visits[0].id) if visits else None,
        _place(),
        release,
        _deemed(case_id),
    )


def _item(
    item: ItemView, means: str, tracking_number: str, reasons: Words, remedy: Words | None, *, committed: bool
) -> TrackedItem:
    steps = [task.step for task in item.open_tasks]
    shown = item.licence if item.delivered_at or "deliver" in steps else None
    return TrackedItem(
        item.key,
        item.item.name,
        item.department,
        item.phone,
        item.state,
        item.kind,
        item.progress,
        item.since,
        SENT[means] if "deliver" in steps and means in SENT and not item.is_undone else next_of(item),
        None if item.is_undone else item.running,
        "deliver" in steps and means == "counter" and not item.is_undone,
        means,
        tracking_number,
        shown.name if shown else None,
        shown.number if shown else "",
        shown.public_code if shown else "",
        reasons,
        remedy,
        "correct" in steps,
        "ask-applicant" in steps,
        item.outcome is None,
        committed,
    )


def next_of(item: ItemView) -> Words:
    """What comes next of an item, in the applicant's words."""
    steps = [task.step for task in item.open_tasks]
    known = next((NEXT[step] for step in steps if step in NEXT), None)
    if item.outcome in TERMINATED:
        return ENDED
    if item.is_undone:
        return UNDONE
    if any(clock.key == STATEMENT and clock.state != "stopped" for clock in item.clocks):
        return TO_BE_UNDONE
    if "ask-applicant" in steps:
        return ASKED
    if item.delivered_at or item.outcome == "not-accepted":
        return TO_VERIFY if item.running and item.running.key == "verification" else DONE
    if item.outcome is not None:
        return known or MAKING
    return known or (WAITING if item.waits else NEXT["decide"])


def _place() -> Place:
    row = (
        sql()
        .execute(
            "select name_zh, name_en, address_zh, address_en, phone from department where key = %s",
            (RECEIVING_UNIT,),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return Place(Words(row[0], row[1]), Words(row[2], row[3]), row[4])
