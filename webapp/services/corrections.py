"""补正: the one complete request before acceptance, and what an answer to it may bring.

What may be answered is what was asked: the materials and the answers that the request names. What happens when the
limit passes is the place's rule (LAW.md: deemed withdrawn, not accepted, or still open).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from engine import Words, as_written
from engine.bundles import guide_for, intake_basis
from engine.law import Fault, amount, told_late
from webapp import moments
from webapp.answers import answers_of
from webapp.catalogue import Published
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.services.clocks import start_day, stop_clock, would_be_due
from webapp.services.corrected_answers import NotAsked, fields_of_item
from webapp.services.delivery_limits import start_with_paper
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.files import Checked, keep_file
from webapp.services.intake_limits import start_intake_clocks
from webapp.services.locked_case import LockedCase
from webapp.services.materials import link_file, submitted_row
from webapp.services.signals import raise_signal
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

LATE_RULE = "late-correction"
#: What a place may make of a correction that did not come in time, by the value of its rule.
NOT_ACCEPTED, WITHDRAWN, STILL_OPEN = "not-accepted", "withdrawn", "open"
CONSEQUENCES = {
    NOT_ACCEPTED: Words("不予受理", "the application is not accepted"),
    WITHDRAWN: Words("视为撤回申请", "the application counts as withdrawn"),
    STILL_OPEN: Words("仍可补正", "it may still be corrected"),
}


class AfterAcceptance(ActRefused):
    """Correction belongs before acceptance; afterwards nothing of it is lawful (LAW 2.9)."""

    def __init__(self, accepted_at: datetime, basis: Words, done: Words | None = None) -> None:
        """`basis`: on what correction stands for the item. `done`: who did what meanwhile, where that is why."""
        on, before = moments.shown(accepted_at), done or Words("", "")
        super().__init__(
            Words(
                f"{before.zh}该事项已于{on}受理。补正只能在受理之前一次性提出，受理后不得再要求或者进行补正（{basis.zh}）。",
                f"{before.en} This item was accepted on {on}. Correction is asked for once, before acceptance,"
                f" and not after it ({basis.en}).",
            )
        )


class CorrectionLate(ActRefused):
    """The limit has passed, and the place's rule says what that means."""

    def __init__(self, consequence: str, due: date | None, basis: Words) -> None:
        self.consequence = consequence
        means = CONSEQUENCES[consequence]
        zh, en = (f"（{due.isoformat()}）", f" ({due.isoformat()})") if due else ("", "")
        super().__init__(
            Words(
                f"补正期限已经届满{zh}：{means.zh}，不能再补正（{basis.zh}）。",
                f"The time to correct is over{en}: {means.en}, and nothing more can be corrected ({basis.en}).",
            )
        )


@dataclass(frozen=True, slots=True)
class HandedIn:
    """How a material comes in: its form, how many copies, from whom."""

    form: str
    copies: int
    provided_by: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The open request of an item case."""

    id: int
    item_case_id: int
    round: int
    document_id: int
    faults: tuple[Fault, ...]
    note: str
    asked_at: datetime

    def keys(self, kind: str) -> frozenset[str]:
        return frozenset(fault.key for fault in self.faults if fault.kind == kind)


ROUNDS = """
select id, item_case_id, round, document_id, faults, note, asked_at from correction
where item_case_id = %s order by round
"""


def rounds_of(item_case_id: int) -> list[Asked]:
    """Every request of correction of the item case, oldest first."""
    return [
        Asked(id_, item, number, document, tuple(Fault(*fault) for fault in faults), note, at)
        for id_, item, number, document, faults, note, at in sql().execute(ROUNDS, (item_case_id,))
    ]


def last_round(item_case_id: int) -> Asked:
    """The request that is open while a task to correct is."""
    return rounds_of(item_case_id)[-1]


# Asking


REQUEST = """
insert into correction (item_case_id, round, document_id, faults, note, again_reason, asked_by, asked_at)
values (%(item_case)s, %(round)s, %(notice)s, %(faults)s::jsonb, %(note)s, %(again_reason)s, %(by)s, %(now)s)
"""


FOUND_READY = """
select exists (
    select from review r where r.item_case_id = %(item)s and r.step = 'pre-review' and r.conclusion = 'ready'
        and r.at > coalesce((select max(answered_at) from correction where item_case_id = %(item)s), '-infinity'))
"""


def ensure_request(task: OpenTask, faults: Sequence[Fault], again_reason: str) -> tuple[list[Asked], list[Fault]]:
    """The rounds before, and those of the faults that could have been told in the first. Raises Incomplete.

    Late ones, and any of an item that its pre-review has found ready, need `again_reason`: the same department does
    not say "ready" and "more is required" at once without a word on it.
    """
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    assert task.item_key is not None
    basis = correction_basis(case, task.item_key)
    _ensure_faults(task, faults, basis)
    before = rounds_of(item_case_id)
    late = told_late(faults, _changed_since(case, before[0])) if before else []
    if late and not again_reason:
        raise Incomplete("again_reason", _told_once(case, late, basis))
    if not again_reason:
        row = sql().execute(FOUND_READY, {"item": item_case_id}).fetchone()
        if row and row[0]:
            raise Incomplete("again_reason", READY_BEFORE)
    return before, late


READY_BEFORE = Words(
    "预审已认定本事项材料齐备，不能同时要求补正。确有新情况的，请写明原因。",
    "The pre-review found this item ready, and it cannot be asked for more at once. Where something is new, say what.",
)


def request_correction(
    task: OpenTask,
    faults: Sequence[Fault],
    note: str,
    again_reason: str,
    by: Identity,
    notice: int | None = None,
) -> Words:
    """Ask for correction, once and completely: notice, the applicant's limit, and the request kept; returns its words.

    A later round for what was there to be seen in the first needs `again_reason` and raises a signal. `notice`: the
    document that tells of it already, with other items. Raises Incomplete.
    """
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    assert task.item_key is not None
    item = case.release.bundle.item(task.item_key)
    before, late = ensure_request(task, faults, again_reason)
    said = told(case, faults, note)
    terms = case.rules.profile.terms("correction-reply", "correction", kind=item.kind)
    until = would_be_due(terms, start_day(case.now, case.rules), case.rules)
    notice = notice or issue_for_item(
        case,
        item_case_id,
        item,
        "correction-notice",
        by,
        reasons=said,
        reply_limit=amount(terms.value, terms.unit),
        reply_until=until,
        again_reason=again_reason,
    )
    start_with_paper(case, item_case_id, terms, notice, until="reply_until")
    case.writing.add(
        "correction",
        REQUEST,
        item_case=item_case_id,
        round=len(before) + 1,
        notice=notice,
        faults=orjson.dumps([(fault.kind, fault.key, fault.text) for fault in faults]).decode(),
        note=note,
        again_reason=again_reason,
        by=by.user_id,
        now=case.now,
    )
    case.record(
        Event.CORRECTION_REQUESTED,
        by,
        item=item_case_id,
        round=len(before) + 1,
        about=[f"{fault.kind}:{fault.key}" for fault in faults],
        again=bool(late),
    )
    if late:
        raise_signal(
            case,
            "second-correction",
            item_case_id=item_case_id,
            unit=item.reviewing_department,
            ref={"round": len(before) + 1},
            person=by.user_id,
        )
    return said


def correction_basis(case: LockedCase, item_key: str) -> Words:
    """The text on which a correction of this item is asked for."""
    return intake_basis(case.release.bundle.item(item_key), case.rules.profile, "correction")


def _ensure_faults(task: OpenTask, faults: Sequence[Fault], basis: Words) -> None:
    if not faults:
        raise Incomplete(
            "faults",
            Words(
                f"请列出需要补正的材料或者申请表栏目，一次性告知全部内容（{basis.zh}）。",
                f"Name the materials or the answers to correct, all of them at once ({basis.en}).",
            ),
        )
    known = names_in_question(task)
    for fault in faults:
        if fault.about not in known:
            raise NotAsked(Words(fault.key, fault.key))
        if not fault.text.strip():
            name = known[fault.about]
            raise Incomplete(
                f"fault.{fault.kind}.{fault.key}",
                Words(f"请写明“{name.zh}”需要补正的内容。", f"Say what must be corrected in “{name.en}”."),
            )


def names_in_question(task: OpenTask) -> dict[tuple[str, str], Words]:
    """What the item's application consists of: (kind, key) -> name of each material and answer."""
    assert task.item_key is not None
    return names_of_item(task.case, task.item_key)


def names_of_item(case: LockedCase, item_key: str) -> dict[tuple[str, str], Words]:
    """As `names_in_question`."""
    return correctable(case.release, guided_of(case.id), answers_of(case.id), item_key)


def correctable(
    release: Published, guided: Mapping[str, Any], answers: Mapping[str, Any], item_key: str
) -> dict[tuple[str, str], Words]:
    """(kind, key) -> name of all that a correction of the item may name: materials handed in, answers it reads."""
    said = {**answers, **guided}
    names = {
        ("material", required.material.key): required.material.name
        for required in guide_for(release.bundle, said).materials
        if item_key in required.used_by and not required.exempt and required.material.source != "form"
    }
    return names | {("answer", one.key): one.label for one in fields_of_item(release, said, item_key)}


def guided_of(case_id: int) -> dict[str, Any]:
    """The answers to the guided questions."""
    row = sql().execute("select guided from cases where id = %s", (case_id,)).fetchone()
    assert row is not None
    return dict(row[0])


def told(case: LockedCase, faults: Sequence[Fault], note: str) -> Words:
    """The request in words, a line for each fault; what is wrong with it stays as the officer wrote it."""
    bundle, form = case.release.bundle, case.release.form
    lines = []
    for fault in faults:
        name = bundle.material(fault.key).name if fault.kind == "material" else form.field(fault.key).label
        of = Words("材料", "Material") if fault.kind == "material" else Words("申请表", "Form")
        text = as_written(fault.text.strip())
        lines.append(Words(f"{of.zh}“{name.zh}”：{text.zh}", f"{of.en} “{name.en or name.zh}”: {text.en}"))
    lines += [as_written(line) for line in note.splitlines() if line.strip()]
    return Words("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


CHANGED = """
select 'material', m.material_key from submitted_material m
where m.case_id = %(case)s and exists (select from material_file mf join stored_file f on f.id = mf.file_id
    where mf.submitted_material_id = m.id and f.at >= %(since)s)
union all
select 'material', material_key from withdrawn_commitment
where case_id = %(case)s and material_key <> '' and withdrawn_at >= %(since)s
union all
select distinct 'answer', key from answer where case_id = %(case)s and version > 1 and at >= %(since)s
"""


def _changed_since(case: LockedCase, first: Asked) -> set[tuple[str, str]]:
    """(kind, key) of what came or was answered anew since the first request."""
    rows = sql().execute(CHANGED, {"case": case.id, "since": first.asked_at}).fetchall()
    roots = {key for kind, key in rows if kind == "answer"}
    materials = {("material", str(key)) for kind, key in rows if kind == "material"}
    return materials | {("answer", one.key) for one in case.release.form.inputs if one.root in roots}


def _told_once(case: LockedCase, late: Sequence[Fault], basis: Words) -> Words:
    bundle, form = case.release.bundle, case.release.form
    names = [bundle.material(one.key).name if one.kind == "material" else form.field(one.key).label for one in late]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en or name.zh for name in names)
    return Words(
        f"补正应当一次性告知（{basis.zh}）：{zh}在首次告知时已经存在。再次要求补正，须写明首次未能告知的原因。",
        f"Correction is asked for once ({basis.en}): {en} could be seen the first time."
        " To ask again, state why it was not told then.",
    )


# Answering


def keep_in_material(
    task: OpenTask, material_key: str, files: Sequence[Checked], how: HandedIn, *, by: Identity | None
) -> None:
    """Add files to a material that was asked for; nothing that was handed in before goes away.

    Raises NotAsked, CorrectionLate, Incomplete, TooManyFiles.
    """
    assert task.item_case_id is not None
    ensure_in_time(task)
    if material_key not in last_round(task.item_case_id).keys("material"):
        known = {one.key: one.name for one in task.case.release.bundle.materials}
        raise NotAsked(known.get(material_key, Words(material_key, material_key)))
    submitted = submitted_row(task.case, material_key, how.form, how.copies, how.provided_by, by)
    for file in files:
        link_file(task.case, submitted, keep_file(file, by), material_key, by)


def is_late(task: OpenTask) -> bool:
    """Whether the last day to correct is over."""
    due = _due(task)
    return due is not None and moments.local(task.case.now).date() > due


def _due(task: OpenTask) -> date | None:
    clocks = task.case.clocks.get(task.item_case_id or 0, ())
    # While the notice is not delivered the limit stands still and has no last day.
    return next((clock.due_on for clock in clocks if clock.name == "correction" and not clock.paused), None)


def ensure_in_time(task: OpenTask) -> None:
    """Raises CorrectionLate after the limit, where the place's rule ends the matter with it."""
    consequence, basis = late_rule(task.case)
    if is_late(task) and consequence != STILL_OPEN and _ends_by_itself(task):
        raise CorrectionLate(consequence, _due(task), basis)


def _ends_by_itself(task: OpenTask) -> bool:
    """Whether the diagram ends the wait. Of a release from before it did, the item must not stand still for ever."""
    row = (
        sql()
        .execute(
            "select exists(select from timer where item_case_id = %s and clock = 'correction')", (task.item_case_id,)
        )
        .fetchone()
    )
    return bool(row and row[0])


def late_rule(case: LockedCase) -> tuple[str, Words]:
    """What the place makes of a late correction, and its basis. Without a rule of its own it stays open, on none."""
    parameter = case.rules.profile.parameters.get(LATE_RULE)
    if parameter is None or parameter.value not in CONSEQUENCES:
        return STILL_OPEN, Words("", "")
    return str(parameter.value), parameter.basis


ANSWER = """
update correction set answered_at = %(now)s, answered_by = %(by)s, channel = %(channel)s, reply = %(reply)s,
    late = %(late)s
where id = %(request)s
"""
REOPEN = "update item_case set intake_outcome = null where id = %(item_case)s"


def take_answer(task: OpenTask, reply: str, by: Identity | None, channel: str) -> None:
    """The answer is complete: kept, and intake begins anew from this day, on the application as it is now.

    Raises Incomplete naming what nothing came for and no word was said about, CorrectionLate.
    """
    case, item_case_id = task.case, task.item_case_id
    assert item_case_id is not None
    ensure_in_time(task)
    request = last_round(item_case_id)
    if not reply.strip():
        ensure_answered(case, request)
    case.writing.add("reopened", REOPEN, item_case=item_case_id)
    case.writing.add(
        "answered",
        ANSWER,
        request=request.id,
        now=case.now,
        by=by.user_id if by else None,
        channel=channel,
        reply=reply.strip(),
        late=is_late(task),
    )
    stop_clock(case, item_case_id, "correction")
    assert task.item_key is not None
    start_intake_clocks(case, item_case_id, case.release.bundle.item(task.item_key), case.now)
    case.record(Event.CORRECTED, by, item=item_case_id, round=request.round, channel=channel, late=is_late(task))


def ensure_answered(case: LockedCase, request: Asked) -> None:
    """Raises Incomplete naming what nothing came for since it was asked."""
    came = _changed_since(case, request)
    missing = [fault for fault in request.faults if fault.about not in came]
    if not missing:
        return
    bundle, form = case.release.bundle, case.release.form
    names = [bundle.material(one.key).name if one.kind == "material" else form.field(one.key).label for one in missing]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en or name.zh for name in names)
    raise Incomplete(
        "reply",
        Words(
            f"尚未补正：{zh}。请先补齐，或者说明情况。",
            f"Not corrected yet: {en}. Add it, or say why not.",
        ),
    )
