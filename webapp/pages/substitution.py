"""AB岗: who stands in for oneself, or, for who leads the department, for a colleague; ended before its day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import Words
from webapp import clock, moments
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.support import needs, words
from webapp.permissions import Permission
from webapp.queries.substitution import Colleague, naming_page
from webapp.search import finds
from webapp.services import substitution

blueprint = Blueprint("substitutes", __name__, url_prefix="/substitutes")

MOST_DIGITS = 18
#: The button beside a long list of people: the form was sent only to narrow it (without script).
NARROW = "narrow"


@blueprint.get("")
@needs(Permission.SUBSTITUTE_SEE)
def show() -> ResponseReturnValue:
    """What is in force, the form, what is over. `?absent=`: a colleague for whom one may name somebody."""
    return _page(_id(request.args.get("absent", "")))


@blueprint.post("")
@needs(Permission.SUBSTITUTE_NAME)
def name() -> ResponseReturnValue:
    """Named. A circle, a chain or an overlap is refused with words, and the form stays as it was filled in."""
    by = signed_in()
    absent = _id(request.form.get("absent", "")) or by.user_id
    if NARROW in request.form:
        return _page(absent)
    try:
        substitution.name_stand_in(_typed(absent), by=by)
    except Incomplete as incomplete:
        return _page(absent, dict(incomplete.faults), incomplete.status)
    except (
        substitution.NotAStandIn,
        substitution.CircularSubstitution,
        substitution.ChainedSubstitution,
        substitution.OverlappingSubstitution,
    ) as refused:
        return _page(absent, {"stand_in": refused.words}, refused.status)
    flash(gettext("已登记代办。"), "success")
    return redirect(url_for("substitutes.show"))


@blueprint.post("/<int:substitution_id>/end")
@needs(Permission.SUBSTITUTE_NAME)
def end(substitution_id: int) -> ResponseReturnValue:
    """Ended now: what was taken for the absent one and is open goes back."""
    try:
        substitution.end_stand_in(substitution_id, by=signed_in(), reason=request.form.get("reason", ""))
    except substitution.AlreadyOver as over:
        flash(words(over.words), "error")
    else:
        flash(gettext("代办已结束，未办结的任务已交还。"), "success")
    return redirect(url_for("substitutes.show"))


def _typed(absent: int) -> substitution.Naming:
    """What was filled in. Raises Incomplete for what is no date and nobody."""
    faults: list[tuple[str, Words]] = []
    stand_in = _id(request.form.get("stand_in", ""))
    if stand_in is None:
        faults.append(("stand_in", Words("请选择代办人。", "Choose who stands in.")))
    days = {field: _day(request.form.get(field, "")) for field in ("from_on", "until_on")}
    faults += [(field, Words("请填写日期。", "Enter a day.")) for field, on in days.items() if on is None]
    if faults or stand_in is None or days["from_on"] is None or days["until_on"] is None:
        first, *more = faults
        raise Incomplete(*first, *more)
    return substitution.Naming(
        absent,
        stand_in,
        days["from_on"],
        days["until_on"],
        request.form.get("reason", ""),
        _some("posts"),
        _some("bundles"),
    )


def _some(field: str) -> frozenset[str] | None:
    """What was chosen; None: all of them."""
    return frozenset(request.form.getlist(field)) if request.form.get(f"which_{field}") == "some" else None


def _id(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) <= MOST_DIGITS else None


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _found(people: Sequence[Colleague], sent: Mapping[str, str], field: str, chosen: int | None) -> list[Colleague]:
    """Whom a list offers: all, or where it was narrowed those who are found, and who is chosen."""
    typed = sent.get(field, "") if NARROW in sent else ""
    return [one for one in people if one.id == chosen or finds(typed, one.name, one.pinyin, one.title.zh, one.title.en)]


def _page(absent: int | None, faults: dict[str, Words] | None = None, status: int = 200) -> ResponseReturnValue:
    naming = naming_page(signed_in(), absent)
    page = render_template(
        "substitutes/show.html",
        page=naming,
        absentees=_found(naming.absentees, request.args, "find_absent", naming.absent.id),
        stand_ins=_found(naming.stand_ins, request.form, "find", _id(request.form.get("stand_in", ""))),
        typed=request.form,
        find_absent=request.args.get("find_absent", ""),
        today=clock.today(moments.OFFICE_ZONE),
        longest=substitution.LONGEST_REASON,
        errors={field: words(said) for field, said in (faults or {}).items()},
    )
    return page, status
