"""What a page does with a refusal: it is told on the page that the act was sent from."""

from __future__ import annotations

from collections.abc import Callable

from webapp.errors import ActRefused, NotFound
from webapp.services.page_keys import AlreadyCarriedOut


def refusal_of(act: Callable[[], object]) -> ActRefused | None:
    """Do it; why it was refused, or None where it is done.

    What is answered elsewhere is raised: AlreadyCarriedOut (a page that was sent twice), NotFound.
    """
    try:
        act()
    except (AlreadyCarriedOut, NotFound):
        raise
    except ActRefused as refusal:
        return refusal
    return None
