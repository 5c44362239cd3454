"""What can be issued and handed over at all: a result that somebody decided and that was made.

The diagrams see to that by their order. A repair by hand can put a token past the ruling, or pass over the job that
makes the licence; what leaves the office is therefore looked at again where it leaves.
"""

from __future__ import annotations

from engine import Words
from webapp.errors import ActRefused
from webapp.services.held_licence import CANCELLED, REVOKED, STATUS_WORDS, SUSPENDED
from webapp.services.work import OpenTask
from webapp.unit_of_work import sql

GRANTED, REFUSED = "granted", "refused"


class NotDecided(ActRefused):
    """Nobody has ruled on the item, so there is no result of it."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该事项还没有作出办理决定，没有可以制作、出件或者交付的结果。请牵头人员核对流程位置。",
                "No ruling has been made on this item yet: there is no result to make, issue or hand over."
                " Ask the lead to check where the process stands.",
            )
        )


class DecidedOtherwise(ActRefused):
    """The result that is to be made is not the one that was ruled."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "要制作的结果与该事项的办理决定不一致。请牵头人员核对流程位置。",
                "The result to be made is not what was ruled on this item."
                " Ask the lead to check where the process stands.",
            )
        )


class ResultNotMade(ActRefused):
    """The item is ruled on, but its licence or its written refusal does not exist."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该事项的证照或者决定书还没有生成，不能出件、交付。请牵头人员核对流程位置。",
                "The licence or the written decision of this item has not been made: it cannot be issued or handed"
                " over. Ask the lead to check where the process stands.",
            )
        )


class NotPrepared(ActRefused):
    """The result was never printed and taken over by the issuing desk (出件)."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "该事项还没有出件，不能交付。请牵头人员核对流程位置。",
                "The result of this item has not been issued yet: it cannot be handed over."
                " Ask the lead to check where the process stands.",
            )
        )


class ResultNotInForce(ActRefused):
    """The licence was suspended, revoked or cancelled before it was collected: it does not leave the office."""

    status = 422

    def __init__(self, status: str) -> None:
        state = STATUS_WORDS[status]
        more = (
            Words("恢复后才能出件、交付", "it is issued and handed over once it is resumed")
            if status == SUSPENDED
            else Words("不再出件、交付，请结束出件", "it is not handed over any more; end its step")
        )
        super().__init__(Words(f"该证照{state.zh}，{more.zh}。", f"The licence is {state.en}: {more.en}."))


#: In these states a licence does not leave the office.
KEPT_BACK = (SUSPENDED, REVOKED, CANCELLED)
#: Nobody waits any more for one of these to be handed over.
ENDED_FOR_GOOD = (REVOKED, CANCELLED)
#: What is there of an item's result: its outcome, the state of its licence (null: there is none), whether a written
#: refusal. Needs %(item)s.
RESULT_FACTS = (
    "(select outcome from item_case where id = %(item)s), (select status from licence where item_case_id = %(item)s),"
    " exists(select from document where item_case_id = %(item)s and kind = 'refusal')"
)


def ensure_result(task: OpenTask) -> None:
    """Raises NotDecided, ResultNotMade or ResultNotInForce unless the item's result can leave the office."""
    row = sql().execute(f"select {RESULT_FACTS}", {"item": task.item_case_id}).fetchone()
    assert row is not None
    ensure_can_leave(task, *row)


def ensure_can_leave(task: OpenTask, outcome: str | None, licence: str | None, refused_in_writing: bool) -> None:
    """As `ensure_result`, with the facts as a statement of the caller's has read them; `licence` is its state.

    An item that was not accepted has no ruling; its notice was written with the decision of intake.
    """
    if outcome is None or task.item_key is None:
        raise NotDecided()
    item = task.case.release.bundle.item(task.item_key)
    if outcome == GRANTED and item.licence is not None and licence is None:
        raise ResultNotMade()
    if licence in KEPT_BACK:
        raise ResultNotInForce(str(licence))
    # What another system decided it also writes: nothing of ours says no in its stead.
    if outcome == REFUSED and item.decided_in == "here" and not refused_in_writing:
        raise ResultNotMade()


def ensure_ruled(item_case_id: int, outcome: str | None = None) -> None:
    """Raises NotDecided without a ruling, DecidedOtherwise where it is not `outcome` (None: either will do)."""
    row = sql().execute("select outcome from ruling where item_case_id = %s", (item_case_id,)).fetchone()
    if row is None:
        raise NotDecided()
    if outcome is not None and row[0] != outcome:
        raise DecidedOtherwise()
