"""The list: as a page, as the part of a page that asks again by itself, and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.identity import Identity, signed_in
from webapp.languages import language
from webapp.pages.inbox.asked_tabs import asked_tabs
from webapp.pages.inbox.blueprint import Asked, asked, blueprint, coming_back, remember
from webapp.pages.inbox.bulk import bulk_acts
from webapp.pages.inbox.filters import chips, filter_fields, sort_field, told
from webapp.pages.inbox.sheet import addresses, follow_reached, list_sheet, marks
from webapp.pages.supervision.sheets import Sheet, as_csv
from webapp.pages.support import needs, words
from webapp.permissions import Permission, may
from webapp.queries import worklist, worklist_beside, worklist_columns, worklist_counts, worklist_done
from webapp.queries.inbox_views import default_address, views_for
from webapp.queries.meeting_inbox import waiting_meetings
from webapp.queries.worklist_counts import Counts
from webapp.queries.worklist_wanted import DONE, FREE, GROUPS, MINE, MOST_COLUMNS, UNIT, WAITING, read_address


@dataclass(frozen=True, slots=True)
class Listing:
    """A list found, not made yet. `tag` says whether it is the one that somebody has already."""

    said: Asked
    found: worklist.Found
    answers: list[tuple[Any, ...]]
    counts: Counts

    @property
    def tag(self) -> str:
        by = self.said.by
        return self.found.digest(
            self.answers,
            self.counts,
            self.said.here,
            language(),
            sorted(by.groups),
            [(one.absent_id, one.until) for one in by.standing_in],
            self.said.wanted.query,
        )


@blueprint.get("")
@needs(Permission.INBOX_SEE)
def inbox() -> ResponseReturnValue:
    """Folder, filters, order and place in the list stand in the URL; a bare one opens the default view."""
    if not request.args:
        elsewhere = coming_back() or _default(signed_in())
        if elsewhere:
            return redirect(elsewhere)
    said = asked()
    choices = worklist_beside.choices(said.groups if said.wanted.tab == UNIT else sorted(said.by.groups), said.wanted)
    wanted, unknown = choices.known(said.wanted)
    if unknown:
        said = asked(wanted, (*said.ignored, *unknown))
    remember(said.here)
    views = views_for(said.by)
    return render_template(
        "inbox/inbox.html",
        **_list_context(said),
        fields=[*filter_fields(said, choices), *([sort_field(said.wanted)] if said.wanted.tab != DONE else [])],
        columns=[(field.key, words(field.label)) for field in choices.columns],
        most_columns=MOST_COLUMNS,
        chips=chips(said, choices),
        ignored=told(dict.fromkeys(said.ignored)),
        views=views,
        view=next((one for one in views if one.id == said.view), None),
        reminders=worklist_beside.reminders(said.by),
        meetings=waiting_meetings(said.by, said.rules()),
        cases=worklist_beside.cases_found(said.by, said.wanted.text) if said.wanted.text else [],
    )


@blueprint.get("/list")
@needs(Permission.INBOX_SEE)
def part() -> ResponseReturnValue:
    """The list alone, for a page that stays open: 304 where it is the one that the page shows."""
    said = asked()
    if said.wanted.tab == DONE:
        return render_template("inbox/_list.html", **_list_context(said))
    listing = _listing(said)
    tag = listing.tag
    answer = Response(headers={"ETag": f'"{tag}"'})
    if request.if_none_match.contains(tag):
        answer.status_code = 304
        return answer
    answer.set_data(render_template("inbox/_list.html", **_list_context(said, listing)))
    return answer


@blueprint.get("/list.csv")
@needs(Permission.INBOX_SEE)
def file() -> Response:
    """The page of the list that is on the screen."""
    said = asked()
    context = _list_context(said)
    sheet: Sheet = context["sheet"]
    return as_csv(sheet)


@blueprint.get("/counts")
@needs(Permission.INBOX_SEE)
def counts() -> ResponseReturnValue:
    """How much stands behind each saved view, for a page that has been shown already."""
    said = asked()
    views = views_for(said.by)
    counted = {
        view.id: worklist_counts.count_view(said.by, said.rules(), wanted)
        for view in views
        if (wanted := read_address(view.query)[0]).tab != DONE
    }
    return render_template("inbox/_views.html", views=views, counted=counted, said=said)


def _default(by: Identity) -> str | None:
    """The address of the view with which this person's inbox opens."""
    known = default_address(by)
    return f"{url_for('inbox.inbox')}?{known}" if known else None


def _leads(by: Identity) -> bool:
    return may(by, Permission.TASK_SET_FIRST)


def _listing(said: Asked) -> Listing:
    found = worklist.find(said.by, said.rules, said.wanted, said.groups, **said.cursors)
    answers = worklist_columns.answers_of_cases([line[11] for line in found.lines], said.wanted.columns)
    return Listing(said, found, answers, worklist_counts.counts(said.by))


def _list_context(said: Asked, listing: Listing | None = None) -> dict[str, Any]:
    """What the list needs, as a page and as the part of one."""
    beside = {"said": said, "row_marks": marks, "follow_reached": follow_reached, "to": addresses()}
    if said.wanted.tab == DONE:
        return {**beside, **_done(said)}
    listing = listing or _listing(said)
    page = worklist.page_of(listing.found, said.by, said.rules(), said.wanted)
    columns = worklist_columns.shown_columns(
        listing.answers, {row.case_id: row.release_id for row in page.rows}, language()
    )
    return {
        **beside,
        "page": page,
        "tabs": _tabs(said, listing.counts),
        "sheet": list_sheet(said, page, columns),
        "previous_url": page.previous and said.url(before=page.previous),
        "next_url": page.following and said.url(after=page.following),
        "summary": gettext("本页 %(count)s 条", count=len(page.rows)),
        "tag": listing.tag,
        "poll_url": said.url("inbox.part", after=said.after, before=said.before),
        "bulk_acts": bulk_acts(said.by, said.wanted.tab),
    }


def _done(said: Asked) -> dict[str, Any]:
    page = worklist_done.done_page(
        said.by,
        said.rules,
        said.wanted,
        after=worklist_done.read_done_cursor(said.after),
        before=worklist_done.read_done_cursor(said.before),
    )
    cases = [row.case_id for row in page.rows]
    answers = worklist_columns.answers_of_cases(cases, said.wanted.columns)
    columns = worklist_columns.shown_columns(answers, {row.case_id: row.release_id for row in page.rows}, language())
    return {
        "page": page,
        "tabs": _tabs(said, worklist_counts.counts(said.by)),
        "sheet": list_sheet(said, page, columns),
        "previous_url": page.previous and said.url(before=page.previous),
        "next_url": page.following and said.url(after=page.following),
        "summary": gettext("本页 %(count)s 条", count=len(page.rows)),
        "tag": "",
        "poll_url": None,
        "bulk_acts": (),
    }


def _tabs(said: Asked, counted: Counts) -> list[tuple[str, str, bool, str | None]]:
    """The folders; what narrows the list goes along, but for what is of one folder alone."""
    folders: list[tuple[str, str, str | None]] = [
        (GROUPS, gettext("本岗待办"), counted.of_groups),
        (MINE, gettext("我认领的"), Counts.shown(counted.mine)),
        (FREE, gettext("待认领"), None),
        (WAITING, gettext("等待中"), None),
        (DONE, gettext("我办结的"), None),
    ]
    if _leads(said.by):
        folders.append((UNIT, gettext("本部门全部"), None))
    usual = said.wanted.with_(group="", holder="") if said.wanted.tab == UNIT else said.wanted
    return [
        *(
            (label, said.url(wanted=usual.with_(tab=tab)), said.wanted.tab == tab, count)
            for tab, label, count in folders
        ),
        *asked_tabs(counted),
    ]
