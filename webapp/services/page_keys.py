"""A page sent twice counts once: its key is kept with the act, unique per person."""

from __future__ import annotations

from datetime import datetime

from engine import Words
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.unit_of_work import sql


class KeyReused(ActRefused):
    """The page's key is missing or belongs to another act: the page must be loaded anew."""

    def __init__(self) -> None:
        super().__init__(
            Words("页面已失效，请刷新后重试。", "This page is no longer valid. Please reload and try again.")
        )


class AlreadyCarriedOut(ActRefused):
    """The same page was sent twice; the first time counted. Not an error to the person."""

    status = 200

    def __init__(self) -> None:
        super().__init__(Words("已办理。", "Already carried out."))


def remember(by: Identity, key: str, now: datetime, what: str) -> None:
    """Keep the page's key for this act. Raises AlreadyCarriedOut when the act was sent before, KeyReused
    when the key belongs to another act (or is empty), so that nothing is called done that was not.
    """
    if not key:
        raise KeyReused()
    kept = sql().execute(
        "insert into idempotency_key (actor_id, key, created_at, outcome) values (%s, %s, %s, %s)"
        " on conflict do nothing returning key",
        (by.user_id, key, now, what),
    )
    if kept.fetchone() is not None:
        return
    row = (
        sql()
        .execute("select outcome from idempotency_key where actor_id = %s and key = %s", (by.user_id, key))
        .fetchone()
    )
    raise AlreadyCarriedOut() if row is not None and row[0] == what else KeyReused()
