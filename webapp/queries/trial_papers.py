"""文书 of a trial: what its acts would have issued, and each as it would be printed with the trial's variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine import DefinitionInvalid, Words
from engine.bundles import KINDS_FILES, DocumentKind, read_kinds, template_at
from engine.trial import IssuedPaper, Trial, begins_alike, issued_papers, readable_examples
from engine.values import Value
from webapp.catalogue import Rules, rules_in_force, rules_of
from webapp.errors import NotFound
from webapp.queries.paper_preview import NO_EXAMPLE, Asked
from webapp.queries.releases import release
from webapp.queries.trial_view import element_name
from webapp.queries.trials import Names, bundle_of
from webapp.services.trial_replay import Beginning
from webapp.services.trials import Source, TrialRow

#: Documents on the page of a trial.
SHOWN_PAPERS = 200


@dataclass(frozen=True, slots=True)
class TrialPaper:
    """A document in the list. `number`: from 1, as its address names it; `where`: its element, None for the case."""

    number: int
    paper: IssuedPaper
    where: Words | None


def papers_of(one: TrialRow, trial: Trial, names: Names) -> list[TrialPaper] | None:
    """What the acts so far would have issued, in order; None where there is no catalogue that could say it."""
    issued = _issued(one, trial)
    if issued is None:
        return None
    return [
        TrialPaper(
            number,
            paper,
            element_name(trial, paper.instance, paper.element, names) if paper.element else None,
        )
        for number, paper in enumerate(issued[:SHOWN_PAPERS], 1)
    ]


def asked_of(one: TrialRow, trial: Trial, number: int, language: str, example: str) -> Asked:
    """The document of this number as its preview asks for it. Raises NotFound, also where it has no template.

    What the trial does not know is taken from `example`, "": the one that it began with, if it began with one.
    """
    issued = _issued(one, trial) or []
    if not 0 < number <= len(issued) or issued[number - 1].path is None:
        raise NotFound()
    paper = issued[number - 1]
    path = str(paper.path)
    if language != "zh":
        translated = f"{path.removesuffix('.md')}.{language}.md"
        path = translated if translated in _templates(one.source).files else path
    example = example or example_of(one.source, one.beginning) or NO_EXAMPLE
    item = paper.item.key if paper.item is not None else ""
    return Asked(path, None, example, item, _variables(trial, paper), paper.at)


def example_of(source: Source, beginning: Beginning) -> str:
    """The path of the worked example with answers that a trial began with; "" for none."""
    bundle = bundle_of(source)
    if bundle is None:
        return ""
    with_answers = (one for one in readable_examples(source.content()) if one.start is None)
    alike = (one.file for one in with_answers if begins_alike(one, beginning.process, beginning.variables, bundle))
    return next(alike, "")


def _issued(one: TrialRow, trial: Trial) -> list[IssuedPaper] | None:
    bundle = bundle_of(one.source)
    if bundle is None:
        return None
    known = _templates(one.source)
    return issued_papers(trial, bundle, known.kinds, known.files, _rules(one.beginning).profile)


def _variables(trial: Trial, paper: IssuedPaper) -> Mapping[str, Value]:
    """Those of the case, and of the instance that issued it."""
    case, own = trial.instances[0], trial.instances[paper.instance - 1]
    return {**case.variables, **own.variables}


def _rules(beginning: Beginning) -> Rules:
    """Those in force when the trial began."""
    try:
        return rules_of(beginning.rules)
    except NotFound:  # there were none yet
        return rules_in_force()


@dataclass(frozen=True, slots=True)
class _Templates:
    """The templates of a bundle, and the kinds of document that it has."""

    files: Mapping[str, bytes]
    kinds: Mapping[str, DocumentKind]


def _templates(source: Source) -> _Templates:
    """Read once, since the files of a source never change."""
    digest = "" if source.copy_id is not None or source.release_id is None else release(source.release_id).digest
    return _read_templates(source, digest)


@lru_cache(maxsize=16)
def _read_templates(source: Source, _digest: str) -> _Templates:
    files = {
        path: content
        for path, content in source.content().items()
        if template_at(path) is not None or path in KINDS_FILES
    }
    try:
        return _Templates(files, read_kinds(files))
    except DefinitionInvalid:  # the check of the bundle says why; the law's own are known
        return _Templates(files, read_kinds({}))
