"""A page sent twice counts once: its key is kept with the act, unique per person."""

from __future__ import annotations

from datetime import datetime

from engine import Words
from webapp.errors import ActRefused
from webapp.identity import Identity
from webapp.services.writing import Writing
from webapp.unit_of_work import sql

PRIMARY_KEY = "pk_idempotency_key"
KEEP = """
insert into idempotency_key (actor_id, key, created_at, outcome)
values (%(key_actor)s, %(page_key)s, %(now)s, %(key_outcome)s)
"""


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


def ensure_unused(key: str, what: str, used_for: str | None) -> None:
    """As `remember`, for a command that has read under its lock what the key was used for, and keeps it at its end.

    The same page sent twice waits at the lock and is seen there. A key that goes to two tasks at the same moment
    meets itself in the table: see `keep_with`.
    """
    if not key:
        raise KeyReused()
    if used_for is not None:
        raise AlreadyCarriedOut() if used_for == what else KeyReused()


def keep_with(writing: Writing, by: Identity, key: str, now: datetime, what: str) -> None:
    """Keep the page's key with the command's last rows, which raise KeyReused where it is there already."""
    writing.add("page_key", KEEP, key_actor=by.user_id, page_key=key, now=now, key_outcome=what)
    writing.refuse_twice(PRIMARY_KEY, KeyReused())
