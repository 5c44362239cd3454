"""Who acts: the signed-in person with department, posts and authorisation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from flask_login import current_user

from engine import Words
from webapp import clock
from webapp.errors import NotSignedIn
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the request sees them. `roles` come from the groups, `session` is the token's digest."""

    user_id: int
    login: str
    name: str
    department_key: str
    department: Words
    roles: frozenset[str]
    groups: frozenset[str]
    authorisation_number: str | None
    session: bytes = b""

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.user_id)


LOAD = """
select u.id, u.login, u.name, d.key, d.name_zh, d.name_en, posts.roles, posts.groups, u.authorisation_number
from app_user u
join department d on d.id = u.department_id
cross join lateral (
    select array_agg(g.role) as roles, array_agg(g.key) as groups
    from membership m join candidate_group g on g.id = m.group_id where m.user_id = u.id
) posts
"""
BY_SESSION = (
    LOAD
    + """
join user_session s on s.user_id = u.id where s.token_digest = %s and s.expires_at > %s and u.active
"""
)
BY_LOGIN = LOAD + "where u.login = %s and u.active"


def token_digest(token: str) -> bytes:
    """What is stored of a session token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def by_session(token: str) -> Identity | None:
    """The person of a session token, or None when it ended or never was."""
    digest = token_digest(token)
    row = sql().execute(BY_SESSION, (digest, clock.now())).fetchone()
    return _identity(row, digest) if row else None


def by_login(login: str) -> Identity | None:
    """The person with this account name: for command line, tests and the demo."""
    row = sql().execute(BY_LOGIN, (login,)).fetchone()
    return _identity(row, b"") if row else None


def _identity(row: tuple[Any, ...], session: bytes) -> Identity:
    user_id, login, name, department, zh, en, roles, groups, authorisation = row
    return Identity(
        user_id,
        login,
        name,
        department,
        Words(zh, en),
        frozenset(roles or ()),
        frozenset(groups or ()),
        authorisation,
        session,
    )


def signed_in() -> Identity:
    """The person of this request. Raises NotSignedIn."""
    user = current_user._get_current_object()
    if not isinstance(user, Identity):
        raise NotSignedIn()
    return user
