"""容缺受理 from acceptance on: what is awaited, what is brought, and the date moved once.

The review goes on meanwhile; nothing is granted before the material is there (`services/rulings`). Its check stands in
`tolerance_checks`, what a missed date means in `tolerance_by_law`. Nothing of it pauses a clock of the office.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine import Words
from engine.bundles import Item
from engine.law import TOLERANCE, TOLERANCE_CHECK
from webapp import moments
from webapp.errors import ActRefused, FileRefused, Incomplete
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services import handing_in
from webapp.services.advance import apply, begin
from webapp.services.clock_moves import Why, move_clocks
from webapp.services.clocks import stop_clock
from webapp.services.corrections import HandedIn
from webapp.services.engine_border import cancel, complete
from webapp.services.events import Event
from webapp.services.files import Checked, Upload, check_pages, check_upload, keep_file
from webapp.services.handing_in import Errand
from webapp.services.instances import running_instances
from webapp.services.locked_case import LockedCase
from webapp.services.materials import check_all, link_file, submitted_row
from webapp.services.step_rows import WHOLE_INSTANCE
from webapp.services.tasks import ensure_step
from webapp.services.tolerance_acceptance import BEGINNING, PROCESS, SETTLED, Kept, kept_of, on_promise
from webapp.services.tolerance_checks import begin_check
from webapp.services.tolerance_terms import (
    AWAITED,
    HANDED_IN,
    LAPSED,
    MOOT,
    TOLD,
    WAITING,
    AwaitsMaterial,
    NothingAwaited,
    NotPromised,
    NotTolerable,
    ToleranceLate,
)
from webapp.services.work import OpenTask, on_task
from webapp.unit_of_work import sql

STEP = "hand-in"
LONGEST = 1000
#: What captured pages are called until the material's name is known, inside the command.
CAPTURED = "pages.pdf"


def tolerate(case: LockedCase, item_case_id: int, item: Item, by: Identity | None) -> None:
    """The item is accepted: where something was promised that is not there, the wait for it begins."""
    variables = on_promise(case, item_case_id, item, by)
    if variables is not None:
        begin(case, PROCESS, variables, event=BEGINNING)


def drop_offer(case: LockedCase, item_case_id: int) -> None:
    """Correction is asked for instead: what was only offered is open no longer."""
    sql().execute("update tolerance set state = %s where item_case_id = %s and state = 'offered'", (MOOT, item_case_id))


# While the ruling waits


def ensure_nothing_awaited(task: OpenTask) -> None:
    """Raises AwaitsMaterial while the item's promised material is not there."""
    if task.tolerance not in AWAITED:
        return
    assert task.item_case_id is not None
    kept = kept_of(task.item_case_id)
    assert kept is not None
    bundle = task.case.release.bundle
    names = [bundle.material(key).name for key in kept.materials]
    place = task.case.rules.profile.tolerance
    raise AwaitsMaterial(names, kept.due, place.basis if place else kept.late_basis)


def end_tolerance(case: LockedCase, item_case_id: int) -> None:
    """The item is refused on other grounds: nothing is awaited any more. Comes before the ruling has rows."""
    kept = kept_of(item_case_id)
    if kept is None or kept.state not in AWAITED:
        return
    sql().execute(SETTLED, (MOOT, case.now, None, kept.id))
    stop_clock(case, item_case_id, TOLERANCE, TOLERANCE_CHECK)
    for instance in running_instances(case):
        if instance.process == PROCESS and instance.scopes.get(WHOLE_INSTANCE) == item_case_id:
            apply(case, instance, cancel(instance.release.program, instance.state, case.context))


# Bringing it


def _why_closed(item_case_id: int) -> ActRefused | None:
    """The rule behind a hand-in that is not open any more; None where it was handed in."""
    kept = kept_of(item_case_id)
    if kept is None or not (kept.state == LAPSED or (kept.state in (WAITING, TOLD) and not kept.closed)):
        return None
    return ToleranceLate(kept.late, kept.due, kept.late_basis)


BRINGING = Errand(STEP, _why_closed, NothingAwaited)


class AtWindow(handing_in.AtWindow):
    """A clerk takes in what the applicant brings. Raises what `on_task` does, ToleranceLate."""

    __slots__ = ()
    errand = BRINGING


class ByApplicant(handing_in.ByApplicant):
    """The applicant, known by number and code. Raises ToleranceLate, NothingAwaited, ItemTerminated."""

    __slots__ = ()
    errand = BRINGING


Bringing = AtWindow | ByApplicant


def add_files(who: Bringing, material_key: str, uploads: Sequence[Upload], how: HandedIn) -> list[FileRefused]:
    """Add files to a promised material; a bad file is refused by name and reason, the good ones are kept.

    Returns the refusals. Raises Incomplete, NotPromised, ToleranceLate, TooManyFiles, and what `who.open` does.
    """
    if not uploads:
        raise Incomplete("files", Words("请选择要补交的文件。", "Choose the files to hand in."))
    checked, refused = check_all(uploads)
    with who.open() as task:
        _keep_in(task, material_key, checked, how, who.by)
    return refused


def add_pages(who: Bringing, material_key: str, pages: Sequence[Upload], how: HandedIn) -> None:
    """Bind captured pages to one PDF and add it to the material. Raises FileRefused and as `add_files`."""
    checked = check_pages(CAPTURED, list(pages))
    with who.open() as task:
        names = {one.key: one.name.zh for one in task.case.release.bundle.materials}
        named = replace(checked, name=f"{names.get(material_key, material_key)}.pdf")
        _keep_in(task, material_key, [named], how, who.by)


def _keep_in(task: OpenTask, material_key: str, files: Sequence[Checked], how: HandedIn, by: Identity | None) -> None:
    kept = _awaited(task)
    if material_key not in kept.materials:
        known = {one.key: one.name for one in task.case.release.bundle.materials}
        raise NotPromised(known.get(material_key, Words(material_key, material_key)))
    submitted = submitted_row(task.case, material_key, how.form, how.copies, how.provided_by, by)
    for file in files:
        link_file(task.case, submitted, keep_file(file, by), material_key, by)


def _awaited(task: OpenTask) -> Kept:
    """What is awaited, in time. Raises NothingAwaited, ToleranceLate once the last day is over."""
    assert task.item_case_id is not None
    kept = kept_of(task.item_case_id)
    if kept is None:
        raise NothingAwaited()
    if kept.due is not None and moments.local(task.case.now).date() > kept.due:
        raise ToleranceLate(kept.late, kept.due, kept.late_basis)
    return kept


def hand_in(who: Bringing, *, revision: int | None = None, key: str | None = None) -> None:
    """Everything promised is there: to the reviewer, who checks it. Raises Incomplete naming what is not there."""
    with who.open(revision, key) as task:
        kept, case, item_case_id = _awaited(task), task.case, task.item_case_id
        assert item_case_id is not None
        missing = [case.release.bundle.material(one).name for one in kept.materials if one not in kept.came]
        if missing:
            zh, en = "、".join(one.zh for one in missing), ", ".join(one.en or one.zh for one in missing)
            raise Incomplete("materials", Words(f"尚未补交：{zh}。", f"Not handed in yet: {en}."))
        sql().execute(
            "update tolerance set state = %s, handed_in_at = %s where id = %s", (HANDED_IN, case.now, kept.id)
        )
        case.record(
            Event.TOLERANCE_HANDED_IN,
            who.by,
            item=task.item_case_id,
            materials=list(kept.materials),
            channel=who.channel,
        )
        begin_check(case, item_case_id)
        step = complete(task.instance.release.program, task.instance.state, task.engine_task, {}, case.context)
        apply(case, task.instance, step, by=who.by, act="handed-in", task_id=task.id)


# Force majeure

EXTENDED = """
update tolerance set extended_days = %s, extended_reason = %s, extended_basis_zh = %s, extended_basis_en = %s,
    extended_file_id = %s, extended_by = %s, extended_at = %s where id = %s
"""
LENGTHEN = """
update legal_clock set extended_by = extended_by + %s
where item_case_id = %s and name = 'tolerance'
"""
#: The steps at which who reviews the item may move the date.
REVIEWING = ("examine", "review")


class NotMovable(NotTolerable):
    """The date of a promise is not moved: the place has no rule, it was moved, or it is over."""

    def __init__(self, why: Words, basis: Words) -> None:
        super().__init__(why, basis)
        zh, en = (f"（{basis.zh}）", f" ({basis.en})") if basis.zh else ("", "")
        self.words = Words(f"补齐期限不能顺延：{why.zh}{zh}。", f"The date is not moved: {why.en}{en}.")


def move_date(task_id: int, *, by: Identity, reason: str, evidence: Upload | None, key: str) -> None:
    """Force majeure: the date is moved once, by the place's time, with reason and evidence.

    Raises NotMovable, NothingAwaited, Incomplete, FileRefused.
    """
    checked = check_upload(evidence) if evidence is not None else None
    with on_task(task_id, by, permission=Permission.TASK_DO, key=key) as task:
        ensure_step(task, *REVIEWING)
        kept, case = _open_of(task), task.case
        place = case.rules.profile.tolerance
        basis = place.basis if place else kept.late_basis
        if place is None or place.force_majeure is None:
            raise NotMovable(Words("本地规则没有规定可以顺延", "the place has no rule on it"), basis)
        if kept.extended:
            raise NotMovable(Words("只能顺延一次", "it is moved once"), place.force_majeure.basis)
        if kept.due is not None and moments.local(case.now).date() > kept.due:
            raise NotMovable(Words("期限已经届满", "the day is over"), place.force_majeure.basis)
        if not reason.strip() or len(reason) > LONGEST:
            raise Incomplete("majeure_reason", Words("请写明不可抗力的情况（1000 字以内）。", "State what happened."))
        if checked is None:
            raise Incomplete("evidence", Words("请上传证明材料。", "Upload the evidence."))
        terms, file_id = place.force_majeure, keep_file(checked, by)
        said = (terms.value, reason.strip(), terms.basis.zh, terms.basis.en, file_id, by.user_id, case.now, kept.id)
        sql().execute(EXTENDED, said)
        sql().execute(LENGTHEN, (terms.value, task.item_case_id))
        move_clocks(case, Why.EXTENDED, by, tolerance=kept.id)
        case.record(Event.TOLERANCE_MOVED, by, item=task.item_case_id, days=terms.value, evidence=checked.digest)


def _open_of(task: OpenTask) -> Kept:
    kept = kept_of(task.item_case_id) if task.item_case_id is not None else None
    if kept is None or kept.state not in AWAITED:
        raise NothingAwaited()
    return kept
