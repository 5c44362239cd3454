"""What was typed into an act that cannot be carried out any more, to be read and copied."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from engine import Words
from engine.bundles import done_as
from webapp.pages.support import words
from webapp.pages.workspace.acts import ACTS, labels_of
from webapp.pages.workspace.intake_parts import FAULT
from webapp.pages.workspace.points import MARK_WORDS, PREFIX, REMARK
from webapp.queries.workspace import Workspace

#: Texts that somebody typed; what was chosen beside them is chosen again in a moment.
LONG = frozenset(
    {
        "note",
        "opinion",
        "facts",
        "reasons",
        "record",
        "again_reason",
        "reason",
        "content",
        "statement",
        "grounds",
        "late_reason",
        "supervision_note",
        "handling",
        "attended",
        "visit_note",
        "person_name",
        "person_position",
        "person_unsigned",
        "return_reason",
        "extension_reason",
    }
)


def kept_of(task: Workspace, typed: MultiDict[str, str]) -> list[tuple[str, str]]:
    """Label and text of all that was written, and of every point that was marked."""
    labels = labels_of(task) if done_as(task.step) in ACTS else {}
    lines = [
        (words(labels[name]), text)
        for name, text in typed.items()
        if name in LONG | labels.keys() and _is_text(name, text)
    ]
    marks = [
        _marked(labels, name, mark, typed) for name, mark in typed.items() if name in labels and mark in MARK_WORDS
    ]
    return [*lines, *marks]


def _is_text(name: str, text: str) -> bool:
    return bool(text.strip()) and (name in LONG or name.startswith(FAULT))


def _marked(labels: dict[str, Words], name: str, mark: str, typed: MultiDict[str, str]) -> tuple[str, str]:
    remark = typed.get(REMARK + name.removeprefix(PREFIX), "").strip()
    return words(labels[name]), " · ".join(part for part in (words(MARK_WORDS[mark]), remark) if part)
