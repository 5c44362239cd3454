"""Reads for the studio's trials: a person's own, what a release offers to start, names of what runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from lxml import etree

from engine import DefinitionInvalid, EngineError, Words
from engine.bpmn import Program
from engine.bundles import (
    Bundle,
    Inspected,
    example_files,
    guide_for,
    inspect_bundle,
    read_bundle,
    read_example,
    start_variables,
)
from engine.values import Value
from webapp.catalogue import release_files
from webapp.identity import Identity
from webapp.queries.release_diagrams import BPMN, diagrams_of, xml_root
from webapp.queries.releases import name_of, release
from webapp.services.trial_replay import Files
from webapp.services.trials import TrialRow
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class TrialLine:
    """A trial in the list of those of one person. `number`: of the release, None for a diagram alone."""

    id: int
    name: Words
    number: int | None
    file: str
    core: str
    acts: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Startable:
    """A process that can be started. `executable` as its file says."""

    id: str
    name: str
    file: str
    executable: bool


OWN = """
select id, release_id, file_path, core, json_array_length(convert_from(acts, 'UTF8')::json), changed_at
from trial where by_id = %s order by changed_at desc, id desc
"""


def own_trials(by: Identity) -> list[TrialLine]:
    """The person's trials, the latest first."""
    return [_line(*row) for row in sql().execute(OWN, (by.user_id,)).fetchall()]


def _line(id_: int, release_id: int | None, file: str, core: str, acts: int, changed: datetime) -> TrialLine:
    if release_id is None:
        return TrialLine(id_, Words(file, file), None, file, core, acts, changed)
    one = release(release_id)
    return TrialLine(id_, name_of(one), one.number, file, core, acts, changed)


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


def entry_process(release_id: int | None) -> str:
    """The process that a case of this release starts; "" where there is none."""
    bundle = bundle_of(release_id)
    return bundle.entry_process if bundle is not None else ""


def examples(release_id: int | None) -> dict[str, Words]:
    """Path -> name of the release's worked examples that can be read."""
    if release_id is None:
        return {}
    files, found = release_files(release_id), {}
    for path in example_files(files):
        try:
            found[path] = read_example(files[path], path).name
        except DefinitionInvalid:  # its findings say why
            continue
    return found


def example_variables(release_id: int, path: str) -> dict[str, Value] | None:
    """What a case with this example's answers would tell its process at the start; None where it cannot be told."""
    files = release_files(release_id)
    if path not in example_files(files):
        return None
    try:
        bundle, example = read_bundle(files), read_example(files[path], path)
        guide = guide_for(bundle, example.guided)
    except EngineError:  # the findings of the release say why
        return None
    return start_variables(bundle, guide, {**example.answers, **example.guided}, example.ways)


def bundle_of(release_id: int | None) -> Bundle | None:
    """The bundle as the release's catalogue tells it; None where it cannot be read or there is no release."""
    if release_id is None:
        return None
    one = release(release_id)
    return inspected(one.id, one.digest).bundle


@lru_cache(maxsize=16)
def inspected(release_id: int, digest: str) -> Inspected:
    """What a release holds, as far as it can be read. `digest` names its files."""
    return inspect_bundle(release_files(release_id))


@dataclass(frozen=True, slots=True)
class Names:
    """What elements, processes and candidate groups are called."""

    bundle: Bundle | None
    groups: Mapping[str, Words]

    def element(self, program: Program, process: str, element: str) -> Words:
        """The element's name; its id where it has none."""
        node = program.processes[process].nodes.get(element)
        if node is None or not node.name:
            return Words(element, element)
        if self.bundle is None:
            return Words(node.name, node.name)
        return self.bundle.words(program.file_of(process), element, "name", node.name)

    def process(self, program: Program, process: str) -> Words:
        """The process's name; its id where it has none."""
        drawn = program.processes[process].name or process
        if self.bundle is None:
            return Words(drawn, drawn)
        return self.bundle.words(program.file_of(process), process, "name", drawn)

    def group(self, key: str) -> Words:
        """The group as the office knows it; its key where the office does not."""
        return self.groups.get(key, Words(key, key))


def names_for(trial: TrialRow) -> Names:
    """The words for what this trial runs."""
    rows = sql().execute("select key, name_zh, name_en from candidate_group").fetchall()
    return Names(bundle_of(trial.release_id), {key: Words(zh, en) for key, zh, en in rows})
