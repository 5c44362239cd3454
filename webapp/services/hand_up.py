"""上报: the lower level sends its opinion with all materials up to the level that decides (行政许可法 art. 35, 43).

What goes up is kept as it stood: which materials with which files, and the version of the answers. From then on the
item is decided on that and on nothing else; nobody asks the applicant again. The upper level reviews it, or sends it
back for the review to be completed where the rules allow it: that is between the two, and no clock stops for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from engine import Words
from engine.bundles import Item
from engine.law import HAND_UP, ruling_words
from webapp import moments
from webapp.errors import ActRefused, Incomplete
from webapp.identity import Identity
from webapp.organisation_names import department_names
from webapp.permissions import Permission
from webapp.services.acting import signing_name
from webapp.services.document_places import table
from webapp.services.documents import MATERIAL_FORMS, issue_by_unit
from webapp.services.events import Event
from webapp.services.handed_up import ensure_unlocked
from webapp.services.review_rows import write_review
from webapp.services.reviews import GRANT, REFUSE
from webapp.services.signals import raise_signal
from webapp.services.tasks import ensure_step, finish
from webapp.services.tolerance import ensure_nothing_awaited
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

STEP, ABOVE = "hand-up", "upper-review"
RETURN = "return"
#: What asks the applicant again; it is refused, whoever asks (art. 35).
ASKS_AGAIN = "correction"


OPINION = "review-opinion"
MATERIAL, FORM, COPIES, FILES = (
    Words("材料", "Material"),
    Words("形式", "Form"),
    Words("份数", "Copies"),
    Words("电子文件", "Files"),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What went up: [material key, form, copies, digests of its files] each, and the digest over all of it."""

    materials: tuple[Any, ...]
    digest: str


class ReturnNotAllowed(ActRefused):
    """The rules that the item is handed up by know no way back."""

    def __init__(self, basis: Words) -> None:
        super().__init__(
            Words(
                f"该事项上报后不得退回下级机关（{basis.zh}），应当提出审查意见。",
                f"Once handed up this item is not sent back ({basis.en}): propose to grant or to refuse.",
            )
        )


WENT_UP = """
with sent as (select materials, answers_version, round from hand_up where item_case_id = %(item_case)s
    order by round desc limit 1)
select (select row_to_json(sent) from sent),
    (select coalesce(max(version), 1) from answer where case_id = %(case)s),
    (select coalesce(json_agg(json_build_array(m.material_key, m.form, m.copies, (select coalesce(json_agg(f.digest
        order by mf.position), '[]') from material_file mf join stored_file f on f.id = mf.file_id
        where mf.submitted_material_id = m.id)) order by m.id), '[]')
     from submitted_material m where m.case_id = %(case)s and m.material_key = any(%(of_item)s))
"""
SEND = """
insert into hand_up (item_case_id, round, task_id, from_unit, to_unit, conclusion, by_id, at, due_on, answers_version,
    materials, digest)
values (%(item_case)s, %(hand_up_round)s, %(task)s, %(from_unit)s, %(to_unit)s, %(hand_up_conclusion)s, %(by)s, %(now)s,
    %(hand_up_due)s, %(answers_version)s, %(sent_materials)s::jsonb, %(sent_digest)s)
"""
REVIEWED = """
update legal_clock set stopped_on = %(today)s
where item_case_id = %(item_case)s and name = %(review_clock)s and stopped_on is null
"""


def hand_up(task_id: int, *, by: Identity, conclusion: str, opinion: str, revision: int, key: str) -> None:
    """Sign the opinion of the lower level and send it up with all materials, which are locked from now on.

    Its clock stops; late, it raises the signal that the place's rules know, once. Raises Incomplete,
    HostReviewed.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, STEP)
        if conclusion not in (GRANT, REFUSE):
            raise Incomplete("conclusion", Words("请选择初审意见。", "Choose the opinion of the review."))
        if not opinion.strip():
            raise Incomplete("opinion", Words("请填写初审意见。", "Write the opinion of the review."))
        ensure_nothing_awaited(task)  # all materials go up, and are locked
        due = _due(task)
        item = _item(task)
        sent = _send(task, item, conclusion, by, due)
        write_review(task, conclusion, opinion, {}, by)
        _write_opinion(task, item, sent, conclusion, opinion.strip(), by)
        _raise_late(task, due, by)
        finish(task, {"handed_up": True}, by=by, act="handed-up")


def upper_review(
    task_id: int, *, by: Identity, conclusion: str, opinion: str, checklist: Mapping[str, str], revision: int, key: str
) -> None:
    """Review above on what was handed up: propose to grant or refuse, or send it back to be completed.

    Raises Incomplete, ReturnNotAllowed, HostReviewed, and MaterialsLocked for having the applicant asked again.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, ABOVE)
        if conclusion == ASKS_AGAIN:
            ensure_unlocked(task.case.id, _item(task))
        if conclusion not in (GRANT, REFUSE, RETURN):
            raise Incomplete("conclusion", Words("请选择审查意见。", "Choose the proposal."))
        if conclusion != GRANT and not opinion.strip():
            raise Incomplete(
                "opinion", Words("建议不予或者退回的，应当说明理由。", "To refuse or to send back needs reasons.")
            )
        if conclusion == RETURN:
            _send_back(task, opinion.strip(), by)
        write_review(task, conclusion, opinion, checklist, by)
        finish(
            task,
            {"upper_review": conclusion}
            if conclusion == RETURN
            else {"upper_review": conclusion, "proposal": conclusion},
            by=by,
            act="sent-back" if conclusion == RETURN else f"propose-{conclusion}",
        )


def _item(task: OpenTask) -> Item:
    assert task.item_key is not None
    return task.case.release.bundle.item(task.item_key)


def _due(task: OpenTask) -> date | None:
    """The last day of the review below; None once it was handed up before."""
    clocks = task.case.clocks.get(task.item_case_id or 0, ())
    return next((clock.due_on for clock in clocks if clock.name == HAND_UP), None)


def _send(task: OpenTask, item: Item, conclusion: str, by: Identity, due: date | None) -> Sent:
    case = task.case
    assert item.hand_up is not None  # the diagram asks for it where the item is handed up
    before, version, materials = _what_goes_up(task, item)
    if before is not None:  # locked since the first hand-up
        version, materials = before["answers_version"], before["materials"]
    sent = orjson.dumps([version, materials])
    digest = hashlib.sha256(sent).hexdigest()
    number = 1 if before is None else before["round"] + 1
    case.writing.add(
        "hand_up",
        SEND,
        item_case=task.item_case_id,
        hand_up_round=number,
        task=task.id,
        from_unit=item.reviewing_department,
        to_unit=item.department,
        hand_up_conclusion=conclusion,
        by=by.user_id,
        now=case.now,
        hand_up_due=due,
        answers_version=version,
        sent_materials=orjson.dumps(materials).decode(),
        sent_digest=digest,
    )
    today = moments.local(case.now).date()
    case.writing.add("reviewed_below", REVIEWED, item_case=task.item_case_id, today=today, review_clock=HAND_UP)
    case.record(Event.HANDED_UP, by, item=task.item_case_id, round=number, to=item.department, sent=digest)
    return Sent(tuple(materials), digest)


def _write_opinion(task: OpenTask, item: Item, sent: Sent, conclusion: str, opinion: str, by: Identity) -> None:
    """初审意见: the paper that goes up, of the lower unit; a release without its template has none."""
    case = task.case
    if case.release.template_path(OPINION, "zh", case.rules.profile.key) is None:
        return
    assert task.item_case_id is not None
    assert item.hand_up is not None
    names = {one.key: one.name for one in case.release.bundle.materials}
    rows = [
        (names[key], MATERIAL_FORMS[form], str(copies), str(len(files))) for key, form, copies, files in sent.materials
    ]
    fields = {
        "upper_unit": department_names()[item.department],
        "conclusion": ruling_words(item.kind).proposal(conclusion),
        "opinion": opinion,
        "materials_table": table([MATERIAL, FORM, COPIES, FILES], rows),
        "sent_digest": sent.digest,
        "review_basis": item.hand_up.basis,
        "signer": signing_name(case, by),
    }
    issue_by_unit(case, item.reviewing_department, task.item_case_id, item, OPINION, by, fields)


def _what_goes_up(task: OpenTask, item: Item) -> tuple[dict[str, Any] | None, int, list[Any]]:
    """What went up before, if anything; the version of the answers, and the materials that the item requires."""
    materials = task.case.release.bundle.materials
    keys = [one.key for one in materials if any(required.item == item.key for required in one.requirements)]
    values = {"item_case": task.item_case_id, "case": task.case.id, "of_item": keys}
    row = sql().execute(WENT_UP, values).fetchone()
    assert row is not None
    before, version, sent = row
    return before, int(version), list(sent)


def _raise_late(task: OpenTask, due: date | None, by: Identity) -> None:
    """The signal of a hand-up after its last day; the same as the sweep raises, so there is one."""
    case, rules = task.case, task.case.rules.signals
    if due is None or rules is None or moments.local(case.now).date() <= due:
        return
    for rule in rules.watching("clock"):
        if HAND_UP in rule.clocks and rule.mark == "100%":
            raise_signal(
                case,
                rule.kind,
                item_case_id=task.item_case_id,
                unit=_item(task).reviewing_department,
                ref={"clock": HAND_UP, "due": due.isoformat()},
                person=by.user_id,
            )


BACK = """
update hand_up set returned_at = %(now)s, returned_by = %(by)s, return_reason = %(return_reason)s
where item_case_id = %(item_case)s and returned_at is null
"""


def _send_back(task: OpenTask, reason: str, by: Identity) -> None:
    hand_up = _item(task).hand_up
    assert hand_up is not None
    if not hand_up.may_return:
        raise ReturnNotAllowed(hand_up.basis)
    values = {"item_case": task.item_case_id, "by": by.user_id, "now": task.case.now}
    task.case.writing.add("sent_back", BACK, **values, return_reason=reason)
    task.case.record(Event.SENT_BACK, by, item=task.item_case_id, to=hand_up.reviewed_by)
