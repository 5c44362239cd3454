"""变更影响: an article of law, a material or a limit changes; everything that it touches, and the work kept from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engine import Words
from webapp.errors import Incomplete
from webapp.identity import signed_in
from webapp.pages.studio import change_words
from webapp.pages.studio.shared import blueprint, chosen
from webapp.pages.supervision.sheets import as_csv
from webapp.pages.support import needs, words
from webapp.permissions import Permission, may
from webapp.queries import change_index
from webapp.queries import change_lists as queries
from webapp.queries.change_impact import (
    KINDS,
    LAW,
    LIMIT,
    MATERIAL,
    Asked,
    ImpactRow,
    article_title,
    asked_for,
    impact,
    limit_title,
)
from webapp.queries.change_index import Holder, Unread
from webapp.services import change_lists
from webapp.services.change_lists import NewRow
from webapp.services.page_keys import AlreadyCarriedOut

#: What can be picked without typing, per kind.
SHOWN = 60
#: Rows on one page; the file has them all.
SHOWN_ROWS = 500


@blueprint.get("/changes")
@needs(Permission.RELEASE_SEE)
def changes() -> ResponseReturnValue:
    """What changes is asked for here; the kind and the question stand in the URL."""
    return _page()


@blueprint.get("/changes.csv")
@needs(Permission.RELEASE_SEE)
def changes_file() -> ResponseReturnValue:
    """What was found, as a file."""
    kind, asked, found = _asked()
    if asked.wanted is None:
        return redirect(url_for("studio.changes", kind=kind, q=request.args.get("q")))
    return as_csv(change_words.impact_sheet(asked.wanted.title, impact(asked.wanted, found), _names(found)))


@blueprint.post("/changes")
@needs(Permission.CHANGE_LIST)
def keep_changes() -> ResponseReturnValue:
    """Keep what is found now as a list of work."""
    found = change_index.holders()
    asked = asked_for(request.form.get("kind", ""), request.form.get("q", ""), found)
    if asked.wanted is None:
        return redirect(url_for("studio.changes"))
    wanted = asked.wanted
    try:
        made = change_lists.keep(
            wanted.kind, wanted.key, wanted.title, new_rows(impact(wanted, found)), request.form.get("note", ""),
            by=signed_in(), key=request.form.get("key", ""),
        )  # fmt: skip
    except AlreadyCarriedOut:
        there = queries.newest_own(wanted.kind, wanted.key, signed_in().user_id)
        if there is None:
            raise
        return redirect(url_for("studio.change_list", list_id=there))
    flash(gettext("已存为变更清单，可以分给设计人逐处处理。"), "success")
    return redirect(url_for("studio.change_list", list_id=made))


@blueprint.get("/changes/<int:list_id>")
@needs(Permission.RELEASE_SEE)
def change_list(list_id: int) -> ResponseReturnValue:
    """One list. Which rows are shown stands in the URL."""
    return _list_page(list_id, request.args.get("state", ""))


def _list_page(list_id: int, shown: str, refused: Words | None = None) -> str:
    """The list; with why an act on its rows was refused, and what was ticked and typed for it."""
    kept = queries.kept_list(list_id, signed_in().user_id)
    state = chosen(shown, (*change_lists.STATES, "own"), "")
    rows = [row for row in kept.rows if _is_shown(row, state)]
    found = change_index.holders({row.bundle for row in kept.rows})
    counts = kept.counts
    return render_template(
        "studio/change_list.html",
        kept=kept.line,
        rows=rows[:SHOWN_ROWS],
        total=len(rows),
        tabs=_state_tabs(list_id, state, counts, kept.line),
        state=state,
        names=_names(found),
        designers=queries.designers(),
        may_work=may(signed_in(), Permission.CHANGE_LIST),
        refused=refused,
        ticked=frozenset(request.form.getlist("rows")),
    )


@blueprint.get("/changes/<int:list_id>.csv")
@needs(Permission.RELEASE_SEE)
def change_list_file(list_id: int) -> ResponseReturnValue:
    """The whole list as a file, with what became of each row."""
    kept = queries.kept_list(list_id, signed_in().user_id)
    found = change_index.holders({row.bundle for row in kept.rows})
    return as_csv(change_words.list_sheet(kept, _names(found)))


@blueprint.post("/changes/<int:list_id>/rows")
@needs(Permission.CHANGE_LIST)
def decide_rows(list_id: int) -> ResponseReturnValue:
    """Say what became of the chosen rows, or whose they are. What is refused stays ticked and typed on the page."""
    try:
        return _decide_rows(list_id)
    except Incomplete as missing:
        return _list_page(list_id, request.form.get("shown", ""), missing.words), missing.status


def _decide_rows(list_id: int) -> ResponseReturnValue:
    ids, form = _row_ids(), request.form
    if "assign" in form:
        to = form.get("to", "")
        change_lists.assign(list_id, ids, int(to) if to.isdecimal() and len(to) < 10 else None, by=signed_in())
        flash(gettext("已更新负责人。"), "success")
    else:
        count = change_lists.decide(list_id, ids, form.get("state", ""), form.get("note", ""), by=signed_in())
        flash(
            ngettext("已更新 %(count)s 处的处理情况。", "已更新 %(count)s 处的处理情况。", count, count=count),
            "success",
        )
    shown = chosen(form.get("shown", ""), (*change_lists.STATES, "own"), "")
    return redirect(url_for("studio.change_list", list_id=list_id, state=shown or None))


@blueprint.post("/changes/<int:list_id>/again")
@needs(Permission.CHANGE_LIST)
def look_again(list_id: int) -> ResponseReturnValue:
    """Look for everything again: what is new is added, what is gone is marked. Raises Unread."""
    line = queries.kept_list(list_id, signed_in().user_id).line
    found = change_index.holders()
    if change_index.unread(found):  # what stands in these would be taken for gone
        raise Unread()
    wanted = asked_for(line.kind, line.subject, found).wanted
    rows = new_rows(impact(wanted, found)) if wanted else []
    change_lists.look_again(list_id, rows, by=signed_in())
    flash(gettext("已按现在的版本和工作稿重新查找。"), "success")
    return redirect(url_for("studio.change_list", list_id=list_id))


def _page(error: str = "") -> str:
    kind, asked, found = _asked()
    rows = impact(asked.wanted, found) if asked.wanted else []
    return render_template(
        "studio/changes.html",
        kind=kind,
        kinds=[
            (words(label), url_for("studio.changes", kind=one), one == kind, None)
            for one, label in change_words.SUBJECTS.items()
        ],
        q=request.args.get("q", ""),
        asked=asked,
        rows=rows[:SHOWN_ROWS],
        total=len(rows),
        summary=_summary(rows),
        names=_names(found),
        unread=change_words.unread_words(change_index.unread(found), _names(found)),
        picks=_picks(kind, found) if asked.wanted is None else [],
        lists=queries.lists(signed_in().user_id),
        may_keep=may(signed_in(), Permission.CHANGE_LIST),
        wanted=asked.wanted,
    )


def _asked() -> tuple[str, Asked, list[Holder]]:
    kind = chosen(request.args.get("kind", ""), KINDS, LAW)
    found = change_index.holders()
    return kind, asked_for(kind, request.args.get("q", ""), found), found


def _picks(kind: str, found: Sequence[Holder]) -> list[tuple[str, str, str]]:
    """What can be picked: (question, words, what is said beside it)."""
    if kind == MATERIAL:
        names = _names(found)
        offered = change_index.materials(found)
        return [(one.key, words(one.name), gettext("、").join(names[key] for key in one.bundles)) for one in offered]
    if kind == LIMIT:
        return [
            (one.key, words(limit_title(one)), words(change_index.limit_words(one.limit)))
            for one in change_index.limits(found)
        ]
    cited, english = change_index.articles(found)[:SHOWN], change_index.english_names(found)
    return [
        (one.zh, words(article_title(one, english)), ngettext("%(count)s 处", "%(count)s 处", count, count=count))
        for one, count in cited
    ]


def _summary(rows: Iterable[ImpactRow]) -> list[tuple[str, int]]:
    """How many places of each kind, and the sums of what is counted."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row.kind] += 1 if row.count is None else row.count
    return [(kind, counted[kind]) for kind in change_words.ROW_KINDS if counted[kind]]


def _names(found: Iterable[Holder]) -> dict[str, str]:
    """Names of the bundles by key; of what is no bundle's, 地方规则."""
    names = {"": gettext("地方规则")}
    for holder, said in change_index.known(found):
        if holder.bundle and holder.bundle not in names:
            names[holder.bundle] = words(said.name) or holder.bundle
    return names


def new_rows(rows: Iterable[ImpactRow]) -> list[NewRow]:
    return [
        NewRow(
            row.bundle, row.kind, row.file, row.element, row.name, row.part, row.why, row.said, row.items,
            tuple(_kept(holder) for holder in row.holders), row.count,
        )
        for row in rows
    ]  # fmt: skip


def _kept(holder: Holder) -> Mapping[str, Any]:
    return {
        "kind": holder.kind, "id": holder.id, "number": holder.number, "state": holder.state,
        "title_zh": holder.title.zh, "title_en": holder.title.en,
    }  # fmt: skip


def _row_ids() -> list[int]:
    given = request.form.getlist("rows")
    if any(not one.isdecimal() or len(one) > 18 for one in given):
        raise Incomplete("rows", change_words.WRONG_ROWS)
    return [int(one) for one in given]


def _is_shown(row: queries.RowLine, state: str) -> bool:
    if state == "own":
        return row.assigned_id == signed_in().user_id and row.state == change_lists.OPEN
    return not state or row.state == state


def _state_tabs(list_id: int, state: str, counts: Counter[str], line: queries.ListLine) -> list[Any]:
    labels = {"": (gettext("全部"), line.all), "own": (gettext("我的"), line.own)}
    labels |= {one: (words(change_words.STATES[one][0]), counts[one]) for one in change_lists.STATES}
    return [
        (label, url_for("studio.change_list", list_id=list_id, state=one or None), one == state, count)
        for one, (label, count) in labels.items()
    ]
