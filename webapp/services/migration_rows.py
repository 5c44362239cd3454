"""What trying the cases of a migration and moving them share: the migration as it stands, and why a case stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine import Words
from webapp.services.migration import Refusal
from webapp.services.migration_remarks import Remark
from webapp.unit_of_work import sql

NOT_THERE_ANY_MORE = Words("办件已不在原发布版上办理", "the case does not run its former release any more")


@dataclass(frozen=True, slots=True)
class Run:
    """A migration, for who works on it. `by_id` confirmed it, `undone_by` has it taken back.

    `mappings`: id of a release that cases come from -> what its elements become.
    """

    id: int
    bundle: str
    target: int
    state: str
    mappings: dict[str, dict[str, str]]
    reason: str
    by_id: int | None
    undo_reason: str
    undone_by: int | None

    def mapping_from(self, release_id: int) -> dict[str, str]:
        """What elements of this release become: the same id may be another step in each."""
        return self.mappings.get(str(release_id), {})


RUN = """
select id, bundle_key, to_release_id, state, mappings, reason, confirmed_by, undo_reason, undone_by
from migration_run where id = %s
"""


def run_of(run_id: int) -> Run:
    """The migration of this id, which is there: none is ever removed."""
    row = sql().execute(RUN, (run_id,)).fetchone()
    assert row is not None, "a migration is never removed"
    return Run(*row)


def told(reasons: Iterable[Refusal | Remark]) -> list[list[str]]:
    """What is against a case, or to be known of one that fits, as it is kept with it."""
    return [[one.process, one.element, one.words.zh, one.words.en] for one in reasons]


def whole_case(words: Words) -> Refusal:
    """A reason that no element has, but the case."""
    return Refusal(None, "", "", words)
