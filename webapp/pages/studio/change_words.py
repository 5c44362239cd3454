"""Words of the pages about changes: kinds of rows, why each is there, what holds it; and the files of both lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext

from engine import Words
from engine.bundles import PlaceKind, Why
from webapp import moments
from webapp.pages.studio.four_eyes import ASPECTS
from webapp.pages.studio.shared import STATES as RELEASE_STATES
from webapp.pages.studio.shared import blueprint
from webapp.pages.supervision.sheets import Cell, Head, Sheet
from webapp.pages.support import words
from webapp.queries.change_impact import CASES, COMMITMENTS, LAW, LIMIT, MATERIAL, SHEETS, ImpactRow
from webapp.queries.change_index import COPY, RULES, Holder
from webapp.queries.change_lists import KeptList, RowLine
from webapp.services.change_lists import DONE, NOT_NEEDED, OPEN
from webapp.services.release_uploads import is_diagram

SUBJECTS: Mapping[str, Words] = {
    LAW: Words("条文", "Article of law"),
    MATERIAL: Words("材料", "Material"),
    LIMIT: Words("时限", "Limit"),
}
ROW_KINDS: Mapping[str, Words] = {
    PlaceKind.ITEM: Words("事项", "item"),
    PlaceKind.MATERIAL: Words("材料", "material"),
    PlaceKind.BUNDLE: Words("一件事", "bundle"),
    PlaceKind.GUIDE: Words("办事指南", "guide"),
    PlaceKind.FORM: Words("表单", "form"),
    PlaceKind.RULE: Words("决策规则", "rule of a decision table"),
    PlaceKind.TABLE: Words("决策表", "decision table"),
    PlaceKind.ELEMENT: Words("流程图", "diagram"),
    PlaceKind.LETTER: Words("文书", "document"),
    PlaceKind.TRANSLATION: Words("译文", "translation"),
    PlaceKind.PROFILE: Words("地方规则", "local rules"),
    SHEETS: Words("一次性告知单", "notification sheets"),
    CASES: Words("在办件", "open cases"),
    COMMITMENTS: Words("未了的承诺", "standing commitments"),
}
WHYS: Mapping[str, Words] = {
    Why.CITES: Words("引用该条", "cites it"),
    Why.NAMES_LAW: Words("提到该法", "names the law"),
    Why.NAMES: Words("以它为准", "goes by it"),
    Why.SAYS: Words("文中提到", "its text names it"),
    Why.CLOCK: Words("按该时限计时", "runs by its clock"),
    Why.FIGURE: Words("写有同样的数字，请核对", "has the same figure: to be checked"),
    SHEETS: Words("印有所涉内容", "print what changes"),
    CASES: Words("按此版办理", "run on it"),
    COMMITMENTS: Words("按此版签署，尚待核查或者办结", "signed under it, still to be verified or finished"),
}
STATES: Mapping[str, tuple[Words, str, str]] = {
    OPEN: (Words("待处理", "open"), "warn", "clock"),
    DONE: (Words("已处理", "done"), "ok", "circle-check"),
    NOT_NEEDED: (Words("不需要", "not needed"), "muted", "minus"),
}
WRONG_ROWS = Words("清单里没有这些行。", "The list has no such rows.")


@blueprint.record
def _words_of_changes(setup: BlueprintSetupState) -> None:
    setup.app.jinja_env.globals.update(
        change_kinds=ROW_KINDS, change_whys=WHYS, change_states=STATES, change_subjects=SUBJECTS,
        change_holders=holder_words, change_part=part_words, change_address=address,
    )  # fmt: skip


def part_words(row: ImpactRow | RowLine) -> str:
    """Which part of an item or bundle a row is, or where in its file it stands."""
    aspect = ASPECTS.get(row.part)
    if row.kind in (PlaceKind.ITEM, PlaceKind.BUNDLE) and aspect is not None:
        return words(aspect)
    return ""


def holder_words(row: ImpactRow | RowLine) -> str:
    """What has it: releases with their state, working copies, rules."""
    told = [_holder(one) for one in row.holders]
    return gettext("、").join(dict.fromkeys(told))


def unread_words(unread: Iterable[Holder], names: Mapping[str, str]) -> str:
    """Those that cannot be read, with their bundles."""
    told = (f"{names.get(one.bundle, one.bundle)} {_holder(one)}" for one in unread)
    return gettext("、").join(dict.fromkeys(told))


def address(row: ImpactRow | RowLine) -> str:
    """Where it can be looked at: on the diagram, in the file, or the release; "" for rules, which no page shows."""
    first = next((one for one in map(_facts, row.holders) if one["kind"] != RULES), None)
    if first is None:
        return ""
    if first["kind"] == COPY:
        return url_for("studio.working_copy", copy_id=first["id"])
    if row.kind == PlaceKind.ELEMENT and is_diagram(row.file):
        return url_for("studio.release", release_id=first["id"], diagram=row.file, element=row.element)
    if row.file:
        return url_for("studio.file", release_id=first["id"], path=row.file)
    return url_for("studio.release", release_id=first["id"])


def impact_sheet(title: Words, rows: Iterable[ImpactRow], names: Mapping[str, str]) -> Sheet:
    """What was found, as a file."""
    return Sheet(
        "changes", words(title), _heads(), tuple(tuple(Cell(text) for text in _cells(row, names)) for row in rows)
    )


def list_sheet(kept: KeptList, names: Mapping[str, str]) -> Sheet:
    """A kept list as a file, with what became of each row."""
    more = (
        gettext("处理情况"), gettext("负责人"), gettext("处理人"), gettext("处理时间"), gettext("说明"),
        gettext("最近一次查找"),
    )  # fmt: skip
    rows = tuple(tuple(Cell(text) for text in (*_cells(row, names), *_outcome(row))) for row in kept.rows)
    return Sheet(f"changes-{kept.line.id}", words(kept.line.title), (*_heads(), *map(Head, more)), rows)


def _heads() -> tuple[Head, ...]:
    labels = (
        gettext("一件事"), gettext("类别"), gettext("名称"), gettext("部分"), gettext("文件"), gettext("位置"),
        gettext("原因"), gettext("原文"), gettext("事项"), gettext("所在版本"), gettext("数量"),
    )  # fmt: skip
    return tuple(map(Head, labels))


def _cells(row: ImpactRow | RowLine, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        names.get(row.bundle, row.bundle), words(ROW_KINDS[row.kind]), words(row.name), part_words(row), row.file,
        row.element, words(WHYS[row.why]), row.said, " ".join(row.items), holder_words(row),
        "" if row.count is None else str(row.count),
    )  # fmt: skip


def _outcome(row: RowLine) -> tuple[str, ...]:
    found = gettext("已找不到") if row.gone_at else ""
    at = moments.shown(row.decided_at) if row.decided_at else ""
    return words(STATES[row.state][0]), row.assigned, row.decided_by, at, row.note, found


def _holder(one: Holder | Mapping[str, Any]) -> str:
    facts = _facts(one)
    title = words(Words(facts["title_zh"], facts["title_en"]))
    if facts["kind"] == COPY:
        return gettext("工作稿“%(title)s”", title=title)
    if facts["kind"] == RULES:
        return title
    state = words(RELEASE_STATES[facts["state"]][0])
    return gettext("第 %(number)s 版（%(state)s）", number=facts["number"], state=state)


def _facts(one: Holder | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(one, Holder):
        return {
            "kind": one.kind, "id": one.id, "number": one.number, "state": one.state,
            "title_zh": one.title.zh, "title_en": one.title.en,
        }  # fmt: skip
    return one
