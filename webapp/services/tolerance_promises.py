"""容缺受理承诺: in a draft, at the window: promised in writing, never forced, and counted at receipt.

A promise is a letter that is read in full and signed, like a commitment (`tolerance_letters`). After receipt the
department may offer it (`tolerance_offers`); then it is also signed on the tracking page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine import Words
from engine.bundles import Guide
from webapp.errors import Incomplete, LetterChanged
from webapp.identity import Identity
from webapp.services.clocks import start_day
from webapp.services.commitments import is_replaced
from webapp.services.drafts import ensure_draft
from webapp.services.events import Event
from webapp.services.files import keep_file
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.tolerance_acceptance import asking_of
from webapp.services.tolerance_letters import (
    Signed,
    checked_signature,
    keep_promise,
    letter_for,
    tries_kept,
)
from webapp.services.tolerance_terms import (
    Promise,
)
from webapp.unit_of_work import sql

# In a draft, at the window


def promise_in_draft(
    case_id: int, promises: Sequence[Promise], digests: Mapping[str, str], *, by: Identity, signed: Signed
) -> None:
    """Sign the promises of these items in one sitting; `digests` are of the letters as read, by item.

    Raises NotTolerable, BarredFromTolerance, PromisePastLimit, Incomplete, LetterChanged, FileRefused, NotADraft.
    Nothing is half done; a refused try is kept in the ledger.
    """
    checked = checked_signature(signed)
    with tries_kept(case_id, by), on_case(case_id) as case:
        ensure_draft(case, by)
        asking = asking_of(case)
        _ensure_present(case, signed.name)
        there = _there(case)
        file_id = keep_file(checked, by)
        for promise in promises:
            letter = letter_for(case.release, asking, promise, start_day(case.now, case.rules))
            for key in there.intersection(promise.materials):
                name = case.release.bundle.material(key).name
                raise Incomplete(
                    "materials", Words(f"“{name.zh}”已经提交，不需要容缺。", f"“{name.en}” was handed in already.")
                )
            if letter.digest != digests.get(promise.item_key):
                raise LetterChanged()
            keep_promise(case, promise, letter, signed, file_id, by)


def take_back(case_id: int, item_key: str, *, by: Identity) -> None:
    """The applicant brings everything after all, or goes by commitment: the promise in the draft is withdrawn."""
    with on_case(case_id) as case:
        ensure_draft(case, by)
        gone = sql().execute("delete from tolerance where case_id = %s and item_key = %s", (case_id, item_key))
        if gone.rowcount:
            case.record(Event.TOLERANCE_DECLINED, by, about=item_key)


def _ensure_present(case: LockedCase, signer: str) -> None:
    """Who signs is who stands at the counter: the applicant, or the representative with a mandate."""
    row = sql().execute(PRESENT, (case.id,)).fetchone()
    if row is None or row[0] != signer.strip():
        raise Incomplete(
            "signer_name",
            Words("签署人应为到场的申请人或者经办人。", "The signer is the applicant or representative present."),
        )


PRESENT = "select v.person_name from visit v join cases c on c.visit_id = v.id where c.id = %s"
THERE = """
select material_key from submitted_material m where case_id = %s and (form in ('e-licence', 'exempt')
    or exists(select from material_file f where f.submitted_material_id = m.id))
"""


def _there(case: LockedCase) -> set[str]:
    return {key for (key,) in sql().execute(THERE, (case.id,))}


# At receipt

IN_DRAFT = "select item_key, materials, promised_until, letter_digest from tolerance where case_id = %s"


def covered_by_promises(case: LockedCase, guide: Guide, ways: Mapping[str, str], handed_in: set[str]) -> set[str]:
    """The materials that every item which uses them has promised (or replaced by its commitment), and none is there.

    The promises are checked anew by the rules and answers of now; what no longer applies, or came after all, is
    dropped. Raises NotTolerable, BarredFromTolerance, PromisePastLimit, LetterChanged.
    """
    promised = _promised(case, guide, handed_in)
    if not promised:
        return set()
    return {
        one.material.key
        for one in guide.materials
        if any((item, one.material.key) in promised for item in one.used_by)
        and all((item, one.material.key) in promised or is_replaced(one, item, ways) for item in one.used_by)
    }


def _promised(case: LockedCase, guide: Guide, handed_in: set[str]) -> frozenset[tuple[str, str]]:
    """(item, material) of what was promised and is not there."""
    rows = sql().execute(IN_DRAFT, (case.id,)).fetchall()
    if not rows:
        return frozenset()
    asking, applicable = asking_of(case), {entry.item.key for entry in guide.items}
    promised: set[tuple[str, str]] = set()
    for item_key, materials, until, digest in rows:
        missing = [key for key, _ in materials if key not in handed_in]
        if item_key not in applicable or not missing:
            sql().execute("delete from tolerance where case_id = %s and item_key = %s", (case.id, item_key))
            continue
        promise = Promise(item_key, dict(materials), until)
        letter = letter_for(case.release, asking, promise, start_day(case.now, case.rules))
        if letter.digest != digest:
            raise LetterChanged()
        promised |= {(item_key, key) for key in missing}
    return frozenset(promised)


BIND = """
update tolerance t set item_case_id = i.id from item_case i
where t.case_id = %s and i.case_id = t.case_id and i.item_key = t.item_key
"""


def bind_promises(case: LockedCase) -> None:
    """The items of the received case have their rows: the promises belong to them."""
    sql().execute(BIND, (case.id,))
