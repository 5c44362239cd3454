"""One table says which document a step or a job issues: every worked example, through the office and in a trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest
from flask_sqlalchemy import SQLAlchemy

from engine.bundles import (
    DocumentKind,
    ItemKind,
    guide_for,
    kind_of_template,
    read_example,
    read_kinds,
    start_variables,
)
from engine.trial import IssuedPaper, Trial, issued_papers
from engine.trial.examples import Story
from tests.support import office
from webapp import clock, moments
from webapp.catalogue import current_releases, published, rules_in_force
from webapp.services.documents import issue_acceptance
from webapp.unit_of_work import sql

EXAMPLES = ("commitment", "mixed-ways", "ordinary", "pre-review", "refused-item", "registration-refused")
ISSUED = """
select d.kind, i.item_key from document d left join item_case i on i.id = d.item_case_id where d.case_id = %(case)s
union all
select 'licence', i.item_key from licence l join item_case i on i.id = l.item_case_id where i.case_id = %(case)s
"""
#: What no diagram has: the hand-over of materials, and what goes on a credit record by the rules of the place.
BESIDES = frozenset({"material-handover", "credit-notice"})


def in_the_office(name: str) -> Counter[tuple[str, str | None]]:
    """What the example brings about when people play it: (kind, item)."""
    case = office.received(name)
    office.play(case.id, office.example(name)["acts"])
    issue_acceptance(case.id, by=office.person(office.CLERK))
    rows = sql().execute(ISSUED, {"case": case.id}).fetchall()
    return Counter((kind, item) for kind, item in rows if kind not in BESIDES)


def in_a_trial(name: str) -> Counter[tuple[str, str | None]]:
    """What a trial tells of the same acts."""
    release, rules = published(current_releases()[office.BUNDLE]), rules_in_force()
    path = f"examples/{name}.json"
    bundle, example = release.bundle, read_example(release.files[path], path)
    trial = Trial(release.program, now=clock.now(), zone=moments.OFFICE_ZONE, calendar=rules.calendar)
    guide = guide_for(bundle, example.guided)
    told = start_variables(bundle, guide, {**example.answers, **example.guided}, example.ways)
    trial.start(bundle.entry_process, told)
    assert not list(Story(trial).play(example.acts, waits_for_jobs=False))
    kinds = read_kinds(release.files)
    papers = issued_papers(trial, bundle, kinds, release.files, rules.profile)
    return Counter(_as_kept(paper, kinds) for paper in papers)


def _as_kept(paper: IssuedPaper, kinds: Mapping[str, DocumentKind]) -> tuple[str, str | None]:
    """Kind and item as the rows of the office say them: a paper of the whole case is of no item."""
    key = paper.item.key if paper.item is not None else None
    kind = kind_of_template(paper.key, kinds, tuple(ItemKind))
    return ("licence", key) if kind is None else (kind.key, key if kind.per_item else None)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_trial_tells_the_documents_that_the_office_issues(db: SQLAlchemy, name: str) -> None:
    issued = in_the_office(name)
    assert in_a_trial(name) == issued
    assert issued["receipt", None] == 1
