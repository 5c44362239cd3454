"""批量办理: rows of a list are chosen, one page says what will happen to which, the next how each ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from engine.law import ruling_words
from webapp.errors import ActRefused, NotFound
from webapp.identity import Identity, signed_in
from webapp.pages.addresses import safe_next
from webapp.pages.inbox.blueprint import blueprint
from webapp.pages.support import needs
from webapp.pages.workspace.patience import patiently
from webapp.pages.workspace.typed import Typed, text
from webapp.permissions import Permission, may_at_all
from webapp.queries.bulk import Plan, plan_of
from webapp.queries.bulk_results import bulk_result
from webapp.queries.worklist_wanted import FREE, GROUPS, MINE, UNIT, WAITING
from webapp.services import assigning, bulk, rulings, tasks
from webapp.services.bulk import BulkActKind, Chosen, Result
from webapp.services.reviews import GRANT

#: Rows of one bulk act: four pages of a list, which somebody can still look through.
MOST_ROWS = 100
#: Control of a point that is confirmed for all rows: "met.premises".
MET = "met."
NAMES: Mapping[BulkActKind, Words] = {
    BulkActKind.CLAIM: Words("批量认领", "Claim several"),
    BulkActKind.ASSIGN: Words("批量分派", "Assign several"),
    BulkActKind.RELEASE: Words("批量退回待领", "Release several"),
    BulkActKind.RULE: Words("批量准予", "Grant several"),
}
LABELS: Mapping[str, Words] = {
    "to": Words("分派给", "Assign to"),
    "reason": Words("理由", "Reason"),
    "looked": Words("逐件核对", "Each looked through"),
}
#: What a folder offers for several rows at once.
OF_TAB: Mapping[str, tuple[BulkActKind, ...]] = {
    GROUPS: (BulkActKind.CLAIM, BulkActKind.RELEASE, BulkActKind.RULE, BulkActKind.ASSIGN),
    MINE: (BulkActKind.RELEASE, BulkActKind.RULE),
    FREE: (BulkActKind.CLAIM, BulkActKind.ASSIGN),
    WAITING: (BulkActKind.RELEASE, BulkActKind.ASSIGN),
    UNIT: (BulkActKind.ASSIGN,),
}
NO_PERSON = Words("请选择人员。", "Choose a person.")
NOT_CONFIRMED = Words(
    "每一项都符合才能批量准予；有一件不符合的，请取消后逐件办理。",
    "Only where every point is met for all: rule on the others one by one.",
)
NOT_LOOKED = Words("请确认已逐件核对。", "Confirm that you have looked through each of them.")


def bulk_acts(by: Identity, tab: str) -> list[tuple[str, str, str]]:
    """What this person may do with several rows of this folder at once: (act, label, glyph)."""
    labels = {
        BulkActKind.CLAIM: (gettext("认领"), "user-check"),
        BulkActKind.RELEASE: (gettext("退回待领"), "arrow-back-up"),
        BulkActKind.RULE: (gettext("准予"), "check"),
        BulkActKind.ASSIGN: (gettext("分派"), "users"),
    }
    needed = {BulkActKind.RULE: Permission.ITEM_RULE, BulkActKind.ASSIGN: Permission.TASK_ASSIGN}
    acts = [one for one in OF_TAB.get(tab, ()) if one not in needed or may_at_all(by, needed[one])]
    return [(str(one), *labels[one]) for one in acts]


class NothingChosen(ActRefused):
    """No row was ticked."""

    status = 422

    def __init__(self) -> None:
        super().__init__(Words("没有选择任务。请先在清单中勾选。", "No task is chosen. Tick some in the list first."))


class TooManyRows(ActRefused):
    """More rows than one page carries out."""

    status = 422

    def __init__(self, count: int) -> None:
        super().__init__(
            Words(
                f"一次最多批量办理 {MOST_ROWS} 件，您选择了 {count} 件。请分批办理，没有任务被办理。",
                f"At most {MOST_ROWS} tasks at a time; you chose {count}. Nothing was carried out: choose fewer.",
            )
        )


@blueprint.errorhandler(NothingChosen)
@blueprint.errorhandler(TooManyRows)
def _not_begun(refusal: ActRefused) -> ResponseReturnValue:
    """Why nothing was begun; the thousands of ticks that were sent are not shown again."""
    return render_template("refused.html", refusal=refusal, typed=(), back=_back()), refusal.status


@blueprint.post("/bulk")
@needs(Permission.INBOX_SEE)
def bulk_check() -> ResponseReturnValue:
    """What would happen to each chosen row, and which are left out and why. Nothing is done yet."""
    act, chosen = _asked(request.form)
    return _confirm(act, chosen, signed_in(), request.form)


@blueprint.post("/bulk/carry-out")
@needs(Permission.INBOX_SEE)
def bulk_carry_out() -> ResponseReturnValue:
    """Carry out what was confirmed, row by row. The same page sent twice leads to the same result."""
    by, typed = signed_in(), request.form
    act, chosen = _asked(typed)
    plan = plan_of(act, chosen, by=by, to=_to(typed))
    if errors := _errors(act, plan, typed):
        return _confirm(act, chosen, by, typed, errors)
    bulk_id, now = bulk.begin(act, [one.task_id for one in chosen], by=by, key=text(typed, "key"))
    if now:
        known = {row.task_id for row in plan.kept}
        # What may be done in bulk is not for a row's own command to say. Of all else, that tells best why not.
        left_out = [Result(task_id, False, why) for _, task_id, why in plan.left_out] if act in LAWFUL else []
        rows = [one for one in chosen if act not in LAWFUL or one.task_id in known]
        bulk.carry_out(bulk_id, act, rows, ACTS[act](typed, by), by=by, left_out=left_out)
    return redirect(url_for("inbox.bulk_done", bulk_id=bulk_id, next=_back()))


@blueprint.get("/bulk/<int:bulk_id>")
@needs(Permission.INBOX_SEE)
def bulk_done(bulk_id: int) -> ResponseReturnValue:
    """How each row ended."""
    result = bulk_result(bulk_id, signed_in())
    back = safe_next(request.args.get("next") or url_for("inbox.inbox"))
    return render_template("inbox/bulk_done.html", result=result, title=NAMES[result.act], back=back)


def _asked(typed: Typed) -> tuple[BulkActKind, list[Chosen]]:
    """The act and the rows, each once. Raises NotFound, NothingChosen, TooManyRows."""
    try:
        act = BulkActKind(text(typed, "act"))
    except ValueError as unknown:
        raise NotFound() from unknown
    chosen = [one for one in map(_row, typed.getlist("task")) if one is not None]
    rows = list({one.task_id: one for one in chosen}.values())
    if not rows:
        raise NothingChosen()
    if len(rows) > MOST_ROWS:
        raise TooManyRows(len(rows))
    return act, rows


def _row(value: str) -> Chosen | None:
    """ "task.revision" of a checkbox; None for what is none."""
    task, _, revision = value.partition(".")
    numbers = [one for one in (task, revision) if one.isascii() and one.isdecimal() and len(one) <= 18]
    return Chosen(int(task), int(revision)) if len(numbers) == 2 else None


def _to(typed: Typed) -> int | None:
    value = text(typed, "to")
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else None


def _back() -> str:
    return safe_next(request.form.get("next") or url_for("inbox.inbox"))


def _errors(act: BulkActKind, plan: Plan, typed: Typed) -> dict[str, Words]:
    """What the page still has to say: for whom and why, or that every point is met for all."""
    errors: dict[str, Words] = {}
    if act is BulkActKind.ASSIGN:
        if _to(typed) not in {one.id for one in plan.people}:
            errors["to"] = NO_PERSON
        if plan.held and not text(typed, "reason"):
            errors["reason"] = assigning.TAKEN_WHY
    if act is BulkActKind.RULE and plan.kept:
        errors |= {MET + one.key: NOT_CONFIRMED for one in plan.points if text(typed, MET + one.key) != "yes"}
        if text(typed, "looked") != "yes":
            errors["looked"] = NOT_LOOKED
    return errors


#: Acts of which not every lawful single act may be done in bulk.
LAWFUL = frozenset({BulkActKind.RULE})


def _claims(typed: Typed, by: Identity) -> bulk.RowAct:
    return lambda row, key: patiently(lambda: tasks.claim(row.task_id, by=by, revision=row.revision))


def _releases(typed: Typed, by: Identity) -> bulk.RowAct:
    return lambda row, key: patiently(lambda: tasks.release(row.task_id, by=by, revision=row.revision))


def _assigns(typed: Typed, by: Identity) -> bulk.RowAct:
    to, reason = _to(typed), text(typed, "reason")
    return lambda row, key: patiently(
        lambda: assigning.assign(row.task_id, to, by=by, reason=reason, revision=row.revision, key=key)
    )


def _rules(typed: Typed, by: Identity) -> bulk.RowAct:
    return lambda row, key: patiently(
        lambda: rulings.rule(row.task_id, by=by, ruling=GRANT, reasons="", revision=row.revision, key=key)
    )


ACTS: Mapping[BulkActKind, Callable[[Typed, Identity], bulk.RowAct]] = {
    BulkActKind.CLAIM: _claims,
    BulkActKind.ASSIGN: _assigns,
    BulkActKind.RELEASE: _releases,
    BulkActKind.RULE: _rules,
}


def _confirm(
    act: BulkActKind,
    chosen: Sequence[Chosen],
    by: Identity,
    typed: Typed,
    errors: Mapping[str, Words] | None = None,
) -> ResponseReturnValue:
    plan = plan_of(act, chosen, by=by, to=_to(typed))
    errors = errors or {}
    item = plan.kept[0].item if plan.kept else None
    rendered = render_template(
        "inbox/bulk.html",
        act=act,
        title=NAMES[act],
        plan=plan,
        revisions={one.task_id: one.revision for one in chosen},
        made=ruling_words(item.kind).ruling(GRANT) if item and act is BulkActKind.RULE else None,
        typed=typed,
        errors=errors,
        summary={name: [message] for name, message in errors.items()},
        labels={**LABELS, **{MET + one.key: one.text for one in plan.points}},
        met=MET,
        back=_back(),
    )
    return rendered, 422 if errors else 200
