"""Findings about a diagram: collected, worded in both languages, graded by level, kept to a bearable number.

The words themselves stand in `words/`, one subject per file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from engine.bpmn.allowance import Allowance
from engine.bpmn.words import activities, dialects, events, files, paths, references, values, work
from engine.bpmn.words.kind import Kind
from engine.findings import Finding
from engine.words import Words

Level = Literal["engine", "office"]

KINDS: dict[str, Kind] = {
    **files.KINDS, **references.KINDS, **values.KINDS, **paths.KINDS, **work.KINDS, **dialects.KINDS,
    **activities.KINDS, **events.KINDS,
}  # fmt: skip
#: Findings of one kind in one file; further ones are only counted, in a last finding.
MOST_OF_A_KIND = 200


@dataclass(slots=True)
class Reporter:
    """Collects the findings of one file at one level, and knows what the files read together have left."""

    file: str
    level: Level = "engine"
    findings: list[Finding] = field(default_factory=list)
    allowance: Allowance = field(default_factory=Allowance)
    _counts: dict[str, int] = field(default_factory=dict)
    _last_places: dict[str, int] = field(default_factory=dict)

    def __call__(self, code: str, element: str = "", *, line: int | None = None, **said: object) -> None:
        """Adds the finding `code` about `element`; `said` fills the places of its words. Words among it are filled
        in by language; the caller clips texts of the file."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count > MOST_OF_A_KIND:
            self._count_only(code, count - MOST_OF_A_KIND)
            return
        self.findings.append(self._finding(KINDS[code], code, element, line, said))

    def _count_only(self, code: str, more: int) -> None:
        """One finding stands for all further ones of its kind, as grave as they are."""
        kind = replace(KINDS["more-of-a-kind"], engine=KINDS[code].engine, office=KINDS[code].office)
        said: dict[str, object] = {"count": more, "code": code}
        finding = self._finding(kind, "more-of-a-kind", "", None, said)
        if code in self._last_places:
            self.findings[self._last_places[code]] = finding
        else:
            self._last_places[code] = len(self.findings)
            self.findings.append(finding)

    def _finding(self, kind: Kind, code: str, element: str, line: int | None, said: dict[str, object]) -> Finding:
        severity = kind.office if self.level == "office" else kind.engine
        return Finding(severity, code, self.file, element, _filled(kind, said), kind.remedy, line)


def _filled(kind: Kind, said: dict[str, object]) -> Words:
    zh = {name: _plain(value.zh if isinstance(value, Words) else value) for name, value in said.items()}
    en = {name: _plain(value.en if isinstance(value, Words) else value) for name, value in said.items()}
    return Words(kind.message.zh.format(**zh), kind.message.en.format(**en))


def _plain(value: object) -> object:
    """Texts of a file without what is not to be seen: line breaks, controls, marks that turn the writing round."""
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(each if each.isprintable() else " " for each in value if each.isprintable() or each.isspace())
