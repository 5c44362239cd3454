"""延期: a limit made longer, asked for by who handles the item and granted by the level that the law names (art. 42).

By how much, on which basis, at which level and by which post is data of the item; of the bundle for the joint limit,
which its lead department asks for and the people's government grants. Granting is a task of its own; what was granted
is told to the applicant in writing, with the reasons, and moves every due day in the same transaction.
"""

from __future__ import annotations

from datetime import date

from engine import Words
from engine.bundles import JOINT, ExtensionTerms, Item
from engine.law import amount, day_words
from webapp import moments
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.advance import begin
from webapp.services.clock_moves import Why, move_clocks
from webapp.services.clocks import STANDS_STILL
from webapp.services.documents import issue_for_item
from webapp.services.events import Event
from webapp.services.moot_extensions import PROCESS
from webapp.services.tasks import ensure_step, finish
from webapp.services.work import OpenTask, on_task, record_refusal
from webapp.unit_of_work import sql

#: The steps at which who handles the item may ask.
ASKING_STEPS = ("examine", "review", "upper-review", "decide")
BEGINNING = "start"
GRANTED, REFUSED = "extension-granted", "extension-refused"
NOTICE = "extension-notice"


class ExtensionRefused(ActRefused):
    """An extension that the law or the item does not give, or not now."""


class NotExtendable(ExtensionRefused):
    """The item declares no extension."""

    def __init__(self, item: Words) -> None:
        super().__init__(
            Words(
                f"“{item.zh}”没有规定可以延长的期限，不能申请延期。",
                f"No extension is laid down for “{item.en}”.",
            )
        )


class ExtendedOnce(ExtensionRefused):
    """It was extended, or the request is open: the law gives it once."""

    def __init__(self, terms: ExtensionTerms) -> None:
        super().__init__(
            Words(
                f"该事项的期限已经申请延长或者延长过，只能延长一次（{terms.basis.zh}）。",
                f"The limit was extended already, or that is being decided: it is given once ({terms.basis.en}).",
            )
        )


class ExtensionTooLate(ExtensionRefused):
    """The limit is over, or does not run."""

    def __init__(self, terms: ExtensionTerms, due_on: date | None) -> None:
        on = day_words(due_on) if due_on else Words("（未开始计算）", "(not begun)")
        super().__init__(
            Words(
                f"期限{on.zh}届满，延期应当在期限届满前批准（{terms.basis.zh}）。",
                f"The limit ended on {on.en}: an extension is granted before it ends ({terms.basis.en}).",
            )
        )


class NotTheLead(ExtensionRefused):
    """The joint limit is the lead department's to ask for."""

    status = 403

    def __init__(self, terms: ExtensionTerms) -> None:
        super().__init__(
            Words(
                f"联办时限由牵头部门申请延长（{terms.basis.zh}）。",
                f"Only the lead department asks for an extension of the joint limit ({terms.basis.en}).",
            )
        )


class WrongLevel(ExtensionRefused):
    """Only the level that the law names may extend."""

    status = 403

    def __init__(self, level: Words, basis: Words) -> None:
        super().__init__(
            Words(
                f"延长办理期限应当经{level.zh}批准，您不是该层级（{basis.zh}）。",
                f"Only {level.en} may extend the limit; that is not your level ({basis.en}).",
            )
        )


#: A clock `l` that stands still for a pause which began before its end: the day in its row is not its end then.
STANDING_STILL = f"exists(select from clock_pause p where p.clock_id = l.id and {STANDS_STILL})"
ASKED = f"""
select exists(select from clock_extension x where coalesce(x.granted, true) and (x.clock = 'joint') = %(joint)s
        and case when %(joint)s then x.case_id = %(case)s else x.item_case_id = %(item_case)s end)
    or exists(select from clock_extension where item_case_id = %(item_case)s and granted is null),
    (select min(due_on) from legal_clock where (item_case_id = %(item_case)s or case_id = %(case)s)
        and name = any(%(clocks)s) and stopped_on is null),
    exists(select from legal_clock l where (l.item_case_id = %(item_case)s or l.case_id = %(case)s)
        and l.name = any(%(clocks)s) and l.stopped_on is null and l.due_on < %(today)s and not {STANDING_STILL})
"""
ASK = """
insert into clock_extension (case_id, item_case_id, clock, value, unit, level, level_zh, level_en, basis_zh, basis_en,
    reason, requested_by, requested_at)
values (%(case)s, %(item_case)s, %(clocks)s, %(value)s, %(unit)s, %(level)s, %(level_zh)s, %(level_en)s, %(basis_zh)s,
    %(basis_en)s, %(reason)s, %(by)s, %(now)s)
"""


def request_extension(task_id: int, *, by: Identity, reason: str, key: str, joint: bool = False) -> None:
    """Ask for the extension that the item declares, or with `joint` for that of the joint limit.

    A task opens for the post that may grant it; the asking task stays open. Raises Incomplete, NotExtendable,
    NotTheLead, ExtendedOnce, ExtensionTooLate.
    """
    with on_task(task_id, by, permission=Permission.TASK_DO, key=key) as task:
        ensure_step(task, *ASKING_STEPS)
        item, terms = _terms(task, joint=joint)
        if joint and by.department_key != task.case.release.bundle.lead_department:
            raise NotTheLead(terms)
        if not reason.strip():
            raise Incomplete(
                "extension_reason", Words("申请延期应当说明理由。", "State the reasons for the extension.")
            )
        _ensure_possible(task, terms)
        level = _level(task, terms)
        case = task.case
        sql().execute(
            ASK,
            {
                "case": case.id,
                "item_case": task.item_case_id,
                "clocks": " ".join(terms.clocks),
                "value": terms.value,
                "unit": terms.unit,
                "level": terms.level,
                "level_zh": level.zh,
                "level_en": level.en,
                "basis_zh": terms.basis.zh,
                "basis_en": terms.basis.en,
                "reason": reason.strip(),
                "by": by.user_id,
                "now": case.now,
            },
        )
        case.record(Event.EXTENSION_REQUESTED, by, item=task.item_case_id, level=terms.level, days=terms.value)
        begin(case, PROCESS, {"item": item.key, "extension_group": terms.group}, event=BEGINNING)


def _terms(task: OpenTask, *, joint: bool) -> tuple[Item, ExtensionTerms]:
    assert task.item_key is not None
    bundle = task.case.release.bundle
    item = bundle.item(task.item_key)
    terms = bundle.joint_extension if joint else item.extension
    if terms is None:
        raise NotExtendable(bundle.name if joint else item.name)
    return item, terms


def _level(task: OpenTask, terms: ExtensionTerms) -> Words:
    """The level as the place names it. Raises NotExtendable for one that the place does not have."""
    level = terms.level_name or task.case.rules.profile.levels.get(terms.level)
    if level is None:
        raise NotExtendable(Words(terms.level, terms.level))
    return level


def _ensure_possible(task: OpenTask, terms: ExtensionTerms) -> None:
    values = {"case": task.case.id, "item_case": task.item_case_id, "clocks": list(terms.clocks)}
    today = moments.local(task.case.now).date()
    row = sql().execute(ASKED, {**values, "joint": JOINT in terms.clocks, "today": today}).fetchone()
    assert row is not None
    already, due_on, over = row
    if already:
        raise ExtendedOnce(terms)
    if due_on is None or over:
        raise ExtensionTooLate(terms, due_on)


OPEN = """
select x.id, x.reason, x.clock, x.basis_zh, x.basis_en, x.level, x.level_zh, x.level_en
from clock_extension x where x.item_case_id = %s and x.granted is null
"""
LEVEL_OF_TASK = """
select t.case_id, x.level, x.level_zh, x.level_en, x.basis_zh, x.basis_en
from user_task t join clock_extension x on x.item_case_id = t.item_case_id and x.granted is null
where t.id = %s and t.step = 'extend'
"""
LENGTHEN = f"""
update legal_clock l set extended_by = extended_by + %(value)s
where (item_case_id = %(item_case)s or case_id = %(case)s) and name = any(%(clocks)s) and stopped_on is null
returning due_on, due_on < %(today)s and not {STANDING_STILL}
"""
DECIDE = """
update clock_extension set granted = %(granted)s, opinion = %(opinion)s, decided_by = %(by)s, decided_at = %(now)s
where id = %(extension)s
"""


def decide_extension(task_id: int, *, by: Identity, grant: bool, opinion: str, revision: int, key: str) -> None:
    """Grant or refuse an extension, at the level that the item declares. A refusal needs an opinion.

    Granting lengthens the clocks, moves their days, and issues the notice with the reasons (art. 42). Raises
    WrongLevel (kept in the ledger), Incomplete, ExtensionTooLate, and as `on_task` does.
    """
    _ensure_level(task_id, by)
    with on_task(task_id, by, permission=Permission.TASK_DO, revision=revision, key=key) as task:
        ensure_step(task, "extend")
        row = sql().execute(OPEN, (task.item_case_id,)).fetchone()
        if row is None:
            raise NotFound()
        if not grant and not opinion.strip():
            raise Incomplete("opinion", Words("不予延期应当说明理由。", "State why the limit is not extended."))
        decided = {"extension": row[0], "granted": grant, "opinion": opinion.strip(), "by": by.user_id}
        sql().execute(DECIDE, {**decided, "now": task.case.now})
        task.case.record(Event.EXTENSION_DECIDED, by, item=task.item_case_id, granted=grant)
        if grant:
            _lengthen(task, by, row[0], joint=row[2] == JOINT, reason=row[1], level=Words(row[6], row[7]))
        finish(task, {"extension_granted": grant}, by=by, act=GRANTED if grant else REFUSED)


def _ensure_level(task_id: int, by: Identity) -> None:
    """A decision by another level is refused in words, and the try is kept."""
    row = sql().execute(LEVEL_OF_TASK, (task_id,)).fetchone()
    if row is None:
        return
    case_id, level, zh, en, basis_zh, basis_en = row
    if level not in by.roles:
        refusal = WrongLevel(Words(zh, en), Words(basis_zh, basis_en))
        record_refusal(case_id, by, task_id, refusal)
        raise refusal


def _lengthen(task: OpenTask, by: Identity, extension: int, *, joint: bool, reason: str, level: Words) -> None:
    item, terms = _terms(task, joint=joint)
    assert task.item_case_id is not None
    today, case = moments.local(task.case.now).date(), task.case
    values = {"case": case.id, "item_case": task.item_case_id, "value": terms.value, "clocks": list(terms.clocks)}
    lengthened = sql().execute(LENGTHEN, {**values, "today": today}).fetchall()
    before = [due_on for due_on, _ in lengthened]
    if not before or any(over for _, over in lengthened):
        raise ExtensionTooLate(terms, min(before, default=None))
    owners = (task.item_case_id, None)
    moves = move_clocks(case, Why.EXTENDED, by, extension=extension)
    due = [one.due_on for one in moves if one.item_case_id in owners and one.name in terms.clocks]
    document = issue_for_item(
        case,
        task.item_case_id,
        item,
        NOTICE,
        by,
        reasons=reason,
        extended_by=amount(terms.value, terms.unit),
        due_before=min(before),
        due_on=min(due),
        approved_by=level.zh,
        extension_basis=terms.basis,
    )
    sql().execute("update clock_extension set document_id = %s where id = %s", (document, extension))
