"""What was committed to of an item: the whole of it, or proofs in whose place a commitment stands."""

from __future__ import annotations

from engine.bundles import Bundle, CommitmentTerms
from webapp.unit_of_work import sql

WHOLE = ""
#: A condition of the letters among the points of a verification: this, and its number from 1.
CONDITION = "condition-"
PROOFS = """
select material_key from commitment where case_id = %s and item_key = %s and material_key <> '' order by material_key
"""


def items_with_letters(case_id: int) -> frozenset[str]:
    """The items for which a letter stands, for the whole of it or in place of a proof."""
    rows = sql().execute("select item_key from commitment where case_id = %s", (case_id,))
    return frozenset(key for (key,) in rows)


def committed_terms(bundle: Bundle, case_id: int, item_key: str, way: str | None) -> tuple[CommitmentTerms, ...]:
    """The terms of each commitment that the item was granted on; none for one granted on proofs alone."""
    if way == "commitment":
        keys = [WHOLE]
    else:
        keys = [str(key) for (key,) in sql().execute(PROOFS, (case_id, item_key)).fetchall()]
    found = (bundle.commitment_terms(item_key, key) for key in keys)
    return tuple(terms for terms in found if terms is not None)
