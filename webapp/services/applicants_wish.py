"""What an applicant asks for after receipt, at the window or alone on the tracking page: the frame of the command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine import EngineError, Words
from webapp.errors import ActRefused, Incomplete, NotFound
from webapp.identity import Identity
from webapp.services.failures import refusal_of
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.page_keys import AlreadyCarriedOut
from webapp.services.work import record_refusal

LONGEST_REASON = 500


@contextmanager
def on_applicants_wish(case_id: int, by: Identity | None) -> Iterator[LockedCase]:
    """The received case, locked; a refusal goes into its ledger after the rollback. `by` None: the applicant alone.

    Raises NotFound for a draft.
    """
    try:
        with on_case(case_id) as case:
            if case.received_at is None:
                raise NotFound()
            yield case
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        record_refusal(case_id, by, None, refusal)
        raise
    except EngineError as failure:
        raise refusal_of(failure) from failure


def ensure_reason_fits(reason: str) -> None:
    """Raises Incomplete for one that is too long."""
    if len(reason) > LONGEST_REASON:
        raise Incomplete("reason", Words("理由请控制在 500 字以内。", "Keep the reason within 500 characters."))
