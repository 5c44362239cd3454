"""Which items of an application are open to commitment, as their decision table, the place and credit say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.bundles import Eligibility, eligibility, guide_for
from webapp import clock, moments
from webapp.catalogue import Published, Rules, engine_context
from webapp.services.credit_bars import standing_of, subjects_of
from webapp.services.letters import Subject, key_of, subject_of


def eligible_items(
    release: Published, rules: Rules, guided: Mapping[str, Any], answers: Mapping[str, Any]
) -> dict[str, Eligibility]:
    """Key of the letter -> eligibility: for every applicable item that knows commitment at all, and for every proof
    of such an item that a commitment may replace.
    """
    standing = standing_of(subjects_of(release.bundle, answers), rules.profile.key, clock.today(moments.OFFICE_ZONE))
    context = engine_context(clock.now(), rules)
    return {
        subject.key: eligibility(
            release.bundle,
            release.decisions,
            rules.profile,
            subject.item.key,
            {**answers, **guided},
            credit=standing.word(subject.item),
            false_commitments=standing.false_commitments,
            unrepaired_records=standing.unrepaired,
            context=context,
            requirement=subject.material.key if subject.material else "",
        )
        for subject in _subjects(release, guided)
    }


def open_ways(
    release: Published, rules: Rules, guided: Mapping[str, Any], answers: Mapping[str, Any]
) -> frozenset[str]:
    """The keys of the letters that this applicant may sign, as things are said so far."""
    return frozenset(key for key, one in eligible_items(release, rules, guided, answers).items() if one.eligible)


def _subjects(release: Published, guided: Mapping[str, Any]) -> Iterator[Subject]:
    guide = guide_for(release.bundle, dict(guided))
    for entry in guide.items:
        keys = [entry.item.key]
        keys += [
            key_of(entry.item.key, required.material.key)
            for required in guide.materials
            if entry.item.key in required.used_by and not required.exempt
        ]
        for key in keys:
            subject = subject_of(release.bundle, key)
            if subject is not None:
                yield subject
