"""Signing in and out: Argon2 passwords, lock-out, server-side sessions."""

from __future__ import annotations

import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from webapp import clock
from webapp.errors import SignInRefused, TooManyTries
from webapp.identity import token_digest
from webapp.services.rates import count_try, tries_of
from webapp.unit_of_work import sql, unit_of_work

SESSION_HOURS = 12
TRIES_BEFORE_LOCK = 8
LOCK_MINUTES = 15
FAILURES_PER_ADDRESS = 60

# One lane: hashing must not take both cores from the counters.
hasher = PasswordHasher(parallelism=1, memory_cost=32 * 1024, time_cost=3)
_NOBODY = hasher.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    return hasher.hash(password)


def sign_in(login: str, password: str, *, address: str) -> str:
    """Check the password and return a new session token.

    Raises SignInRefused (the same for unknown, wrong and locked, in the same time) or TooManyTries.
    """
    bucket = f"sign-in:{address}"
    if tries_of(bucket) >= FAILURES_PER_ADDRESS:
        raise TooManyTries()
    with unit_of_work():
        row = (
            sql()
            .execute(
                "select id, password_hash, locked_until, active from app_user where login = %s for no key update",
                (login,),
            )
            .fetchone()
        )
        user_id, kept, locked_until, active = row if row else (None, _NOBODY, None, False)
        right = _fits(kept, password)
        token = None
        if user_id is not None and active and not (locked_until and locked_until > clock.now()):
            if right:
                token = _open(user_id)
            else:
                _count_failure(user_id)
    if token is None:
        count_try(bucket, limit=FAILURES_PER_ADDRESS)
        raise SignInRefused()
    return token


def sign_out(session: bytes) -> None:
    """End the session with this token digest."""
    with unit_of_work():
        sql().execute("delete from user_session where token_digest = %s", (session,))


def _fits(kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _open(user_id: int) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    sql().execute("update app_user set failed_sign_ins = 0, locked_until = null where id = %s", (user_id,))
    sql().execute(
        "insert into user_session (token_digest, user_id, created_at, expires_at) values (%s, %s, %s, %s)",
        (token_digest(token), user_id, now, now + timedelta(hours=SESSION_HOURS)),
    )
    return token


def _count_failure(user_id: int) -> None:
    sql().execute(
        "update app_user set failed_sign_ins = failed_sign_ins + 1,"
        " locked_until = case when failed_sign_ins + 1 >= %s then %s::timestamptz end where id = %s",
        (TRIES_BEFORE_LOCK, clock.now() + timedelta(minutes=LOCK_MINUTES), user_id),
    )
