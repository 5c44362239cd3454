"""What the studio's pages share: the blueprint, words for states, findings as lines of a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from engine import Finding, Severity, Words
from webapp.errors import FileRefused
from webapp.pages.support import words
from webapp.queries.file_order import is_shared
from webapp.queries.release_diagrams import Diagram
from webapp.services.release_rows import APPROVED, DISCARDED, DRAFT, PUBLISHED, RETIRED, STOPPED, SUBMITTED
from webapp.settings import current_settings
from webapp.spacing import spaced

MOST_FINDINGS = 200
MEBIBYTE = 1024 * 1024

#: state -> (words, kind of badge, icon)
STATES = {
    DRAFT: (Words("草稿", "draft"), "muted", "edit"),
    SUBMITTED: (Words("待发布", "to be published"), "warn", "clock"),
    APPROVED: (Words("待生效", "approved, not yet in force"), "info", "clock"),
    PUBLISHED: (Words("现行", "in force"), "ok", "circle-check"),
    RETIRED: (Words("已替代", "superseded"), "muted", "history"),
    STOPPED: (Words("已停用", "out of use"), "bad", "circle-x"),
    DISCARDED: (Words("已放弃", "discarded"), "muted", "trash"),
}
#: severity -> (words, kind of badge, icon)
SEVERITIES = {
    Severity.ERROR: (Words("错误", "error"), "bad", "circle-x"),
    Severity.WARNING: (Words("警告", "warning"), "warn", "alert-triangle"),
    Severity.NOTE: (Words("提示", "note"), "info", "info-circle"),
}
EVENTS = {
    "drafted": Words("存为草稿", "kept as draft"),
    "discarded": Words("放弃草稿", "discarded"),
    "submitted": Words("提交发布", "submitted"),
    "returned": Words("退回", "returned"),
    "withdrawn": Words("撤回提交", "taken back"),
    "signed": Words("会签同意", "signed"),
    "objected": Words("会签不同意", "objected"),
    "approved": Words("核准，到期生效", "approved for a later day"),
    "kept-back": Words("到期未能生效", "kept back on its day"),
    "put-off": Words("到期暂未生效，自动再试", "put off on its day, to be tried again"),
    "published": Words("发布", "published"),
    "restored": Words("恢复为现行", "put in force again"),
    "stopped": Words("停用", "taken out of use"),
    "migration-begun": Words("开始核对批量迁移", "began to check a migration"),
    "migration-proposed": Words("提请批量迁移", "proposed a migration"),
    "migration-confirmed": Words("确认批量迁移", "confirmed a migration"),
    "migration-continued": Words("继续批量迁移", "went on with a migration"),
    "migration-paused": Words("暂停批量迁移", "paused a migration"),
    "migration-stopped": Words("终止批量迁移", "stopped a migration"),
    "migration-withdrawn": Words("撤回批量迁移", "withdrew a migration"),
    "migration-undone": Words("撤销批量迁移", "took a migration back"),
}

#: What became of a release that was in force.
LIFE = {
    "published": Words("发布", "published"),
    "restored": Words("恢复为现行", "put in force again"),
    "replaced": Words("被替代", "superseded"),
    "stopped": Words("停用", "taken out of use"),
}

blueprint = Blueprint("studio", __name__, url_prefix="/studio")


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding in the list. `name`: what its element is called, in quotation marks where it has a name; `diagram`:
    path of the diagram it is drawn on, "" where it is on none."""

    target: str
    finding: Finding
    name: str
    diagram: str


@blueprint.record
def _words_of_the_studio(setup: BlueprintSetupState) -> None:
    """Globals, since the studio's macros are imported without a page's context."""
    setup.app.jinja_env.globals.update(
        release_states=STATES, severities=SEVERITIES, release_events=EVENTS, life_words=LIFE, is_shared_file=is_shared
    )
    setup.app.jinja_env.filters["spaced"] = spaced


@blueprint.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    size = current_settings().max_request_bytes // MEBIBYTE
    refusal = FileRefused("…", Words(f"超过 {size} MB。", f"it is larger than {size} MB."))
    return render_template("refused.html", refusal=refusal, typed=[], back=""), 413


def finding_lines(findings: Sequence[Finding], diagrams: Iterable[Diagram]) -> list[FindingLine]:
    """The findings as numbered lines, each with its element's name and the diagram that shows it.

    The gravest first; those of a severity in the order of their files' lines, missing translations after them.
    """
    by_path = {diagram.path: diagram for diagram in diagrams}
    graves = list(SEVERITIES)
    ordered = sorted(
        findings,
        key=lambda one: (graves.index(one.severity), one.code == "missing-translation", one.file, one.line or 0),
    )
    return [_line(number, one, by_path.get(one.file)) for number, one in enumerate(ordered[:MOST_FINDINGS], 1)]


def _line(number: int, finding: Finding, diagram: Diagram | None) -> FindingLine:
    drawn = diagram is not None and finding.element in diagram.drawn
    name = diagram.quoted(finding.element) if diagram is not None and finding.element in diagram.names else ""
    return FindingLine(f"finding-{number}", finding, name, diagram.path if diagram and drawn else "")


def marks(lines: Iterable[FindingLine], path: str, first: str = "") -> list[dict[str, str]]:
    """What the picture of one diagram shows; the picture opens at the element `first`."""
    of_diagram = [line for line in lines if line.diagram == path]
    of_diagram.sort(key=lambda line: line.finding.element != first)
    return [
        {
            "element": line.finding.element,
            "severity": str(line.finding.severity),
            "text": f"{words(line.finding.message)} → {words(line.finding.remedy)}",
            "target": line.target,
        }
        for line in of_diagram
    ]


def chosen(wanted: str, offered: Collection[str], default: str) -> str:
    """A choice of the address that exists, else the default."""
    return wanted if wanted in offered else default
