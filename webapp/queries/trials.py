"""Reads for the studio's trials: a person's own, what a release offers to start, names of what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from engine import EngineError, Words
from engine.bpmn import ElementNames, Placed, Program, as_it_stands, placed_in_process
from engine.bundles import (
    Bundle,
    example_files,
    guide_for,
    read_bundle,
    read_example,
    start_variables,
)
from engine.trial import readable_examples
from engine.values import Value
from webapp.identity import Identity
from webapp.queries.release_diagrams import BPMN, diagrams_of, xml_root
from webapp.queries.releases import name_of, release
from webapp.services import trials
from webapp.services.trial_replay import Files
from webapp.services.trials import Source, TrialRow
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class TrialLine:
    """A trial in the list of those of one person. `number`: of the release, None for a diagram alone.

    `copy`: what is to change in the working copy that it runs, "" for a release.
    """

    id: int
    name: Words
    number: int | None
    file: str
    core: str
    acts: int
    changed_at: datetime
    copy: str = ""


@dataclass(frozen=True, slots=True)
class Startable:
    """A process that can be started. `executable` as its file says."""

    id: str
    name: str
    file: str
    executable: bool


OWN = """
select id, release_id, file_path, core, json_array_length(convert_from(acts, 'UTF8')::json), changed_at,
    case when file_path = '' and file_content is not null then coalesce((select title from working_copy
        where id = (convert_from(file_content, 'UTF8')::json ->> 'copy')::bigint), '') else '' end
from trial where by_id = %s order by changed_at desc, id desc
"""


def own_trials(by: Identity) -> list[TrialLine]:
    """The person's trials, the latest first."""
    return [_line(*row) for row in sql().execute(OWN, (by.user_id,)).fetchall()]


def _line(id_: int, release_id: int | None, file: str, core: str, acts: int, changed: datetime, copy: str) -> TrialLine:
    if release_id is None:
        return TrialLine(id_, Words(file, file), None, file, core, acts, changed)
    one = release(release_id)
    return TrialLine(id_, name_of(one), one.number, file, core, acts, changed, copy)


def startable(files: Files, language: str = "zh", bundle: Bundle | None = None) -> list[Startable]:
    """Every process in the files that can be read: the executable ones first, in the order of the diagrams.

    Names are in `language` where the bundle has them."""
    found = []
    for diagram in diagrams_of(files.content, language, bundle):
        root = xml_root(diagram.text.encode())
        for process in root.iter(f"{{{BPMN}}}process") if root is not None else ():
            if process.get("id"):
                runs = process.get("isExecutable") in ("true", "1")
                found.append(Startable(process.get("id", ""), _name(root, process), diagram.path, runs))
    return sorted(found, key=lambda one: not one.executable)


def _name(root: etree._Element | None, process: etree._Element) -> str:
    """The process's name, else that of the pool that shows it."""
    if process.get("name") or root is None:
        return process.get("name", "")
    pools = root.iter(f"{{{BPMN}}}participant")
    refers = (one for one in pools if str(one.get("processRef")).rpartition(":")[2] == process.get("id"))
    return next((one.get("name", "") for one in refers), "")


def entry_process(whose: Source | int | None) -> str:
    """The process that a case of this bundle starts; "" where there is none."""
    bundle = bundle_of(whose)
    return bundle.entry_process if bundle is not None else ""


def examples(whose: Source | int | None) -> dict[str, Words]:
    """Path -> name of the bundle's worked examples with answers from which a case begins."""
    found = readable_examples(as_source(whose).content())
    return {one.file: one.name for one in found if one.start is None}


def example_variables(whose: Source | int, path: str) -> dict[str, Value] | None:
    """What a case with this example's answers would tell its process at the start; None where it cannot be told."""
    files = as_source(whose).content()
    if path not in example_files(files):
        return None
    try:
        bundle, example = read_bundle(files), read_example(files[path], path)
        guide = guide_for(bundle, example.guided)
        if example.start is not None:
            return None
    except EngineError:  # the findings of the release say why
        return None
    return start_variables(bundle, guide, {**example.answers, **example.guided}, example.ways)


def as_source(whose: Source | int | None) -> Source:
    """The bundle of a trial; a number is that of a release."""
    return whose if isinstance(whose, Source) else Source(whose)


def bundle_of(whose: Source | int | None) -> Bundle | None:
    """The bundle as its catalogue tells it; None where it cannot be read or there is none."""
    return trials.bundle_of(as_source(whose))


@dataclass(frozen=True, slots=True)
class Names:
    """What elements, processes and candidate groups are called."""

    bundle: Bundle | None
    groups: Mapping[str, Words]
    _known: dict[tuple[str, str], ElementNames] = field(default_factory=dict)

    def element(self, program: Program, process: str, element: str) -> Words:
        """The element's name; where it has none, its kind and what stands beside it; with its id where another of the
        process is called alike."""
        return self._of(program, process).apart(element)

    def _of(self, program: Program, process: str) -> ElementNames:
        file = program.file_of(process)
        if (file, process) not in self._known:

            def said(one: Placed) -> Words:
                return as_it_stands(one) if self.bundle is None else self.bundle.words(file, one.id, "name", one.name)

            self._known[file, process] = ElementNames(placed_in_process(program.processes[process]), said)
        return self._known[file, process]

    def process(self, program: Program, process: str) -> Words:
        """The process's name; its id where it has none."""
        drawn = program.processes[process].name or process
        if self.bundle is None:
            return Words(drawn, drawn)
        return self.bundle.words(program.file_of(process), process, "name", drawn)

    def item(self, key: str | None) -> Words | None:
        """The name of an item; None where the bundle has none of this key."""
        items = self.bundle.items if self.bundle is not None else ()
        return next((one.name for one in items if one.key == key), None)

    def group(self, key: str) -> Words:
        """The group as the office knows it; its key where the office does not."""
        return self.groups.get(key, Words(key, key))


def names_for(trial: TrialRow) -> Names:
    """The words for what this trial runs."""
    rows = sql().execute("select key, name_zh, name_en from candidate_group").fetchall()
    return Names(bundle_of(trial.source), {key: Words(zh, en) for key, zh, en in rows})
