"""What a list can be narrowed to, as controls; and what it is narrowed to, as words that can be taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext

from webapp.pages.inbox.blueprint import Asked
from webapp.pages.support import words
from webapp.queries.worklist_beside import Choices
from webapp.queries.worklist_wanted import DONE, MINE, NOBODY, Wanted

LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class FilterField:
    """A control: one of the options (value, label), in groups where they have heads. `columns`: several, ticked."""

    name: str
    label: str
    chosen: str
    options: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


def filter_fields(said: Asked, choices: Choices) -> list[FilterField]:
    """The controls for this folder; what depends on a bundle or an item appears with it."""
    wanted = said.wanted
    groups = tuple((key, words(name)) for key, name in choices.groups)
    fields = [FilterField("group", gettext("岗位"), wanted.group, groups)] if len(groups) > 1 else []
    if wanted.tab in (DONE, MINE):
        fields = []
    if wanted.tab != DONE:
        fields.append(FilterField("due", gettext("期限"), wanted.due, tuple(due_labels().items())))
    bundles = tuple((key, words(name)) for key, name in choices.bundles)
    fields.append(FilterField("bundle", gettext("一件事"), wanted.bundle, bundles))
    if wanted.bundle:
        items = tuple((item.key, f"{item.key} {words(item.name)}") for item in choices.items)
        fields.append(FilterField("item", gettext("事项"), wanted.item, items))
    if wanted.item:
        situations = tuple((key, words(name)) for key, name in choices.situations(wanted.item))
        fields.append(FilterField("situation", gettext("情形"), wanted.situation, situations))
    if wanted.bundle:
        by_field = tuple(
            (words(field.label), tuple((f"{field.key}:{one.value}", words(one.label)) for one in field.options))
            for field in choices.fields
        )
        fields.append(FilterField("data", gettext("申请内容"), wanted.data, (), by_field))
    if len(choices.places) > 1:
        places = tuple((key, words(name)) for key, name in choices.places)
        fields.append(FilterField("place", gettext("地区"), wanted.place, places))
    if wanted.tab == DONE:
        return fields
    fields.append(FilterField("colour", gettext("监察信号"), wanted.colour, tuple(colour_labels().items())))
    if wanted.tab != MINE:
        people = ((NOBODY, gettext("无人认领")), *((str(id_), name) for id_, name in choices.people))
        fields.append(FilterField("holder", gettext("办理人"), wanted.holder, people))
    fields.append(FilterField("follow", gettext("跟进"), wanted.follow, tuple(follow_labels().items())))
    fields.append(FilterField("first", gettext("优先次序"), wanted.first, (("1", gettext("只看优先的")),)))
    return fields


def sort_field(wanted: Wanted) -> FilterField:
    return FilterField("sort", gettext("排序"), wanted.sort, tuple(sort_labels().items()))


def due_labels() -> dict[str, str]:
    return {
        "overdue": gettext("已逾期"),
        "today": gettext("今日到期"),
        "near": gettext("临近到期"),
        "later": gettext("尚早"),
        "none": gettext("无期限"),
        "paused": gettext("暂停计时"),
    }


def colour_labels() -> dict[str, str]:
    return {"red": gettext("红牌"), "yellow": gettext("黄牌")}


def follow_labels() -> dict[str, str]:
    return {"due": gettext("今天及以前要跟进的"), "set": gettext("设了跟进日期的")}


def sort_labels() -> dict[str, str]:
    return {
        "due": gettext("优先和期限"),
        "arrived": gettext("先到的在前"),
        "newest": gettext("后到的在前"),
        "number": gettext("办件编号"),
        "applicant": gettext("申请人（拼音）"),
        "holder": gettext("办理人（拼音）"),
    }


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in words, and the address of the same list without it."""

    text: str
    url: str


def chips(said: Asked, choices: Choices) -> list[Chip]:
    """What the list is narrowed to."""
    shown = []
    for field in filter_fields(said, choices):
        if not field.chosen:
            continue
        labels = dict(field.options) | {
            value: f"{head}{gettext('：')}{label}" for head, options in field.groups for value, label in options
        }
        text = f"{field.label}{gettext('：')}{labels.get(field.chosen, field.chosen)}"
        shown.append(Chip(text, said.url(wanted=said.wanted.with_(**{field.name: ""}))))
    if said.wanted.text:
        text = f"{gettext('查找')}{gettext('：')}{said.wanted.text}"
        shown.append(Chip(text, said.url(wanted=said.wanted.with_(text=""))))
    return shown


def told(names: Iterable[str]) -> list[str]:
    """Conditions that were not taken, as the page calls them; what no page calls anything, as it stood there."""
    known = {
        "tab": gettext("待办范围"),
        "group": gettext("岗位"),
        "bundle": gettext("一件事"),
        "item": gettext("事项"),
        "situation": gettext("情形"),
        "place": gettext("地区"),
        "due": gettext("期限"),
        "colour": gettext("监察信号"),
        "holder": gettext("办理人"),
        "follow": gettext("跟进"),
        "first": gettext("优先次序"),
        "data": gettext("申请内容"),
        "col": gettext("申请内容列"),
        "sort": gettext("排序"),
    }
    return [known.get(name, name[:LONGEST_NAME]) for name in names]
