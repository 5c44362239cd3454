"""撤回申请: the applicant takes the application back before the ruling, whole or item by item.

At the window the applicant is there and signs; on the tracking page number and code open the case, and the identity
number of who may act for it is asked for besides. Either way the items end at once, with a notice each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine import Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission
from webapp.services.acting import act_on
from webapp.services.applicants import ensure_applicant
from webapp.services.applicants_wish import ensure_reason_fits, on_applicants_wish
from webapp.services.files import Upload, keep_file
from webapp.services.locked_case import LockedCase
from webapp.services.page_keys import remember
from webapp.services.signature_files import check_scan
from webapp.services.terminated import NEEDED_WITHDRAWN, WITHDRAWN, ensure_item_goes_on
from webapp.services.termination import (
    TRACKING,
    WINDOW,
    Ending,
    TerminationNotDrawn,
    open_items,
    terminate,
    with_dependents,
)
from webapp.unit_of_work import sql

RULE = "withdrawal"
#: Where the place has no text of its own, the notice says on which rules it rests in general.
GENERAL = Words("申请人撤回申请的规定", "the rules on the withdrawal of an application")
SIGN_FIRST = Words("请申请人在撤回申请书上签名。", "The applicant must sign the withdrawal.")


class WithdrawnTooLate(ActRefused):
    """The item is decided: what was decided is not undone by taking the application back."""

    def __init__(self, items: Sequence[Words], basis: Words) -> None:
        zh, en = "、".join(item.zh for item in items), ", ".join(item.en for item in items)
        super().__init__(
            Words(
                f"“{zh}”已有办理结果，申请只能在作出决定之前撤回（{basis.zh}）。已取得的证照需要注销的，另行申请。",
                f"“{en}” has its result: an application is taken back before the ruling only ({basis.en})."
                " To give up a licence, apply for its cancellation.",
            )
        )


class NothingToWithdraw(ActRefused):
    """No item of the case is open any more."""

    def __init__(self, basis: Words) -> None:
        super().__init__(
            Words(
                f"该办件没有尚未作出决定的事项，不能撤回（{basis.zh}）。",
                f"No item of this case is undecided, so nothing can be taken back ({basis.en}).",
            )
        )


class CannotLeave(ActRefused):
    """The diagram of this release does not let one of the items end by itself."""

    def __init__(self, item: str) -> None:
        super().__init__(
            Words(
                f"该办件所用发布版的流程图没有画出事项“{item}”的终止办理，系统不能撤回，请联系流程管理人员。",
                f"The diagram of this case's release does not show how item “{item}” ends, so it cannot be taken back"
                " here. Please turn to who looks after the processes.",
            )
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What is taken back, by whom, why. `items`: keys; none of them means the whole case."""

    items: tuple[str, ...]
    name: str
    id_number: str
    reason: str = ""


def withdraw_at_window(case_id: int, asked: Asked, *, by: Identity, signature: Upload | None, key: str) -> list[str]:
    """The applicant is at the counter and has signed; returns the keys of the items that ended.

    Raises NotYours, Incomplete, FileRefused, NotTheApplicant, WithdrawnTooLate, NothingToWithdraw, ItemTerminated,
    CannotLeave, Suspended. A refusal is put in the ledger.
    """
    with on_applicants_wish(case_id, by) as case:
        act_on(case, by, Permission.CASE_RECEIVE)
        remember(by, key, case.now, f"withdraw:{case_id}")
        if signature is None:
            raise Incomplete(
                "signature", Words("请申请人在撤回申请书上签名。", "The applicant must sign the withdrawal.")
            )
        checked = check_scan(signature)
        return _withdraw(case, asked, WINDOW, by, keep_file(checked, by))


def withdraw_by_applicant(case_id: int, asked: Asked) -> list[str]:
    """The applicant alone, on the tracking page; returns the keys of the items that ended. Raises as above."""
    with on_applicants_wish(case_id, None) as case:
        return _withdraw(case, asked, TRACKING, None, None)


def _withdraw(
    case: LockedCase, asked: Asked, channel: str, by: Identity | None, signature_file_id: int | None
) -> list[str]:
    basis = basis_of(case)
    ensure_applicant(case, asked.name, asked.id_number)
    ensure_reason_fits(asked.reason)
    chosen = _chosen(case, asked.items, basis)
    standing = open_items(case)
    keys = with_dependents(case.release.bundle, chosen, [one.item.key for one in standing])
    ended = [
        (one, WITHDRAWN if one.item.key in chosen else NEEDED_WITHDRAWN) for one in standing if one.item.key in keys
    ]
    ending = Ending(basis, asked.reason.strip(), channel, asked.name.strip(), signature_file_id)
    try:
        terminate(case, ended, ending, by)
    except TerminationNotDrawn as undrawn:
        raise CannotLeave(undrawn.item) from undrawn
    return keys


def basis_of(case: LockedCase) -> Words:
    """The text of the place on which a withdrawal rests."""
    parameter = case.rules.profile.parameters.get(RULE)
    return parameter.basis if parameter else GENERAL


def _chosen(case: LockedCase, asked: Sequence[str], basis: Words) -> list[str]:
    """The keys of what is taken back: what was asked for, or all that is open."""
    rows = sql().execute("select item_key, outcome from item_case where case_id = %s", (case.id,)).fetchall()
    standing: dict[str, str | None] = dict(rows)
    for key in asked:
        if key not in standing:
            raise NotFound()
        ensure_item_goes_on(case.id, key)
    decided = [case.release.bundle.item(key).name for key in asked if standing[key] is not None]
    if decided:
        raise WithdrawnTooLate(decided, basis)
    still_open = [key for key, outcome in rows if outcome is None]
    if not still_open:
        for key in standing:
            ensure_item_goes_on(case.id, key)
        raise NothingToWithdraw(basis)
    return list(asked) or still_open
