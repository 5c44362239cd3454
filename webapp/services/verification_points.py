"""The points that a verification goes through: each condition of the letter and each point of the visit, or, at a
recheck, what was found wrong. Each of them is marked before anything is concluded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from engine import Words
from engine.bundles import ChecklistPoint, CommitmentTerms, Item
from engine.law import DATA_COMPARISON, VerificationMethod
from webapp.errors import Incomplete
from webapp.services.committed import CONDITION, committed_terms
from webapp.services.review_rows import FAILED, POINT_RESULTS
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

UNMARKED = Words("请标明符合、不符合或者不适用。", "Mark it as met, not met or not applicable.")


@dataclass(frozen=True, slots=True)
class ToVerify:
    """`conditions`: key -> words of the letter; `points`: those of the visit."""

    conditions: Mapping[str, Words]
    points: tuple[ChecklistPoint, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.conditions, *(point.key for point in self.points))


def conditions_of(terms: Iterable[CommitmentTerms]) -> dict[str, Words]:
    """The conditions committed to, each under the key by which it is marked."""
    said = [condition for one in terms for condition in one.conditions]
    return {f"{CONDITION}{n}": words for n, words in enumerate(said, 1)}


def to_verify(
    step: str,
    item: Item,
    terms: Iterable[CommitmentTerms],
    method: VerificationMethod,
    verified: Mapping[str, str],
) -> ToVerify:
    """What is gone through at "verify" or "recheck"; `verified`: how the verification marked its points.

    A comparison of data visits nobody. A recheck goes through what the verification found wrong; through everything
    where it named no point.
    """
    conditions = conditions_of(terms)
    if step == "verify":
        return ToVerify(conditions, () if method.method == DATA_COMPARISON else item.visit_checklist)
    failed = {key for key, mark in verified.items() if mark == FAILED}
    wrong = _only(failed, conditions, item.visit_checklist)
    return wrong if wrong.keys else ToVerify(conditions, item.visit_checklist)


def _only(keys: Collection[str], conditions: Mapping[str, Words], points: Iterable[ChecklistPoint]) -> ToVerify:
    return ToVerify(
        {key: words for key, words in conditions.items() if key in keys},
        tuple(point for point in points if point.key in keys),
    )


#: How the latest verification of an item marked its points.
VERIFIED = "select checklist from review where item_case_id = %s and step = 'verify' order by id desc limit 1"


def ensure_all_marked(task: OpenTask, method: VerificationMethod, checklist: Mapping[str, str]) -> None:
    """Raises Incomplete, naming each point that has no mark."""
    assert task.item_key is not None
    bundle = task.case.release.bundle
    row = sql().execute(VERIFIED, (task.item_case_id,)).fetchone() if task.step == "recheck" else None
    terms = committed_terms(bundle, task.case.id, task.item_key, task.way)
    asked = to_verify(task.step, bundle.item(task.item_key), terms, method, row[0] if row else {})
    missing = [(f"check.{key}", UNMARKED) for key in asked.keys if checklist.get(key) not in POINT_RESULTS]
    if missing:
        raise Incomplete(*missing[0], *missing[1:])
