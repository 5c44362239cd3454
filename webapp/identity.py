"""Who acts: the signed-in person with department, posts and authorisation."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_login import current_user

from engine import Words
from webapp import clock, moments
from webapp.errors import NotSignedIn
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class StandIn:
    """For whom the person stands in now: with which of the absent one's posts, until which day.

    `bundles` are those for which alone it holds; None: all.
    """

    absent_id: int
    absent_name: str
    groups: frozenset[str]
    roles: frozenset[str]
    until: date
    bundles: frozenset[str] | None = None

    def covers(self, bundle: str) -> bool:
        """Whether it holds for cases of this bundle; "" stands for what is of no bundle."""
        return self.bundles is None or bundle in self.bundles


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the request sees them. `roles` come from the groups (LEADING from one that leads its department),
    `session` is the token's digest.

    `groups` and `roles` are those of whom one stands in for, too; `own_groups` and `own_roles` are one's own.
    `authorisation_number` is never borrowed: who rules needs an authorisation of their own (LAW 2.9).
    """

    user_id: int
    login: str
    name: str
    department_key: str
    department: Words
    roles: frozenset[str]
    groups: frozenset[str]
    authorisation_number: str | None
    session: bytes = b""
    own_roles: frozenset[str] = frozenset()
    own_groups: frozenset[str] = frozenset()
    standing_in: tuple[StandIn, ...] = ()

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return str(self.user_id)

    @property
    def persons(self) -> list[int]:
        """Ids of the person and of all for whom they stand in."""
        return [self.user_id, *(one.absent_id for one in self.standing_in)]

    def has_post(self, groups: Set[str], bundle: str) -> bool:
        """Whether one of these posts is the person's, for a case of this bundle."""
        return not self.posts_in(bundle).isdisjoint(groups)

    def posts_in(self, bundle: str) -> frozenset[str]:
        """The person's posts for cases of this bundle; "": for what is of no bundle."""
        if not self.standing_in:
            return self.groups
        return self.own_groups.union(*(one.groups for one in self.standing_in if one.covers(bundle)))

    def roles_in(self, bundle: str) -> frozenset[str]:
        """The person's roles for cases of this bundle; "": for what is of no bundle."""
        if not self.standing_in:
            return self.roles
        return self.own_roles.union(*(one.roles for one in self.standing_in if one.covers(bundle)))

    @property
    def posts(self) -> dict[str, list[str]]:
        """What statements ask about one's posts with (`holds_post`): all of them, those that one has for some bundles
        only, and for which ("post bundle")."""
        lent: list[str] = []
        if any(one.bundles is not None for one in self.standing_in):
            whole = self.posts_in("")
            lent = sorted(
                f"{group} {bundle}"
                for one in self.standing_in
                for group in one.groups - whole
                for bundle in one.bundles or ()
            )
        limited = sorted({one.split(" ")[0] for one in lent})
        return {"groups": sorted(self.groups), "limited": limited, "lent": lent}

    def acting_as(self, stand_in: StandIn | None) -> Identity:
        """The same person with their own posts, and those of one absent colleague where one is named."""
        if stand_in is None:
            return replace(self, roles=self.own_roles, groups=self.own_groups, standing_in=())
        return replace(
            self,
            roles=self.own_roles | stand_in.roles,
            groups=self.own_groups | stand_in.groups,
            standing_in=(stand_in,),
        )


def within_lent(post: str, bundle: str) -> str:
    """In a statement with `Identity.posts`: that a post (an expression), if it is one's own for some bundles only,
    is so for this one (an expression, read for such posts alone)."""
    return f"({post} <> all(%(limited)s::text[]) or {post} || ' ' || {bundle} = any(%(lent)s::text[]))"


def holds_post(post: str, bundle: str) -> str:
    """In a statement with `Identity.posts`: that one has this post for cases of this bundle (two expressions)."""
    return f"({post} = any(%(groups)s::text[]) and {within_lent(post, bundle)})"


def holds_post_anywhere(post: str, bundle: str) -> str:
    """The same, asked by who has no post for some bundles only: the bundle is not looked at, which is cheaper."""
    return f"{post} = any(%(groups)s::text[])"


def holds_one_of(posts: str, bundle: str) -> str:
    """The same of one at least of several posts, a JSON list."""
    return (
        f"({posts} ?| %(groups)s::text[] and (cardinality(%(limited)s::text[]) = 0 or exists (select from"
        f" jsonb_array_elements_text({posts}) one_of(post) where {holds_post('one_of.post', bundle)})))"
    )


def bundle_of(case_id: str) -> str:
    """In a statement: the bundle of a case that it does not read otherwise."""
    return f"(select of_case.bundle_key from cases of_case where of_case.id = {case_id})"


#: What a post brings that leads its department, as the organisation's data says (`candidate_group.leads`).
LEADING = "leading"
#: Posts that handle cases. Drawing, publishing and supervising are nobody's to lend.
LENT_ROLES = ("clerk", "issuer", "reviewer", "decider", "officer", "verifier", "head", "government", "lead")
#: Asked of the function `standing_in` for those alone who stand in for somebody: every request reads this. The absent
#: one's own posts, never those that they borrow: who stands in for a stand-in inherits nothing.
_STANDING_IN = f"""
    case when exists (select from substitution s where s.stand_in_id = u.id and s.ended_at is null
            and s.until_on >= %(today)s)
        then standing_in(u.id, u.department_id, %(today)s, '{{{",".join(LENT_ROLES)}}}') end
"""
LOAD = f"""
select u.id, u.login, u.name, d.key, d.name_zh, d.name_en, posts.roles, posts.groups, u.authorisation_number,
    {_STANDING_IN}
from app_user u
join department d on d.id = u.department_id
cross join lateral (
    select array_agg(g.role) || array_agg('{LEADING}'::text) filter (where g.leads) as roles, array_agg(g.key) as groups
    from membership m join candidate_group g on g.id = m.group_id where m.user_id = u.id
) posts
"""
BY_SESSION = (
    LOAD
    + """
join user_session s on s.user_id = u.id where s.token_digest = %(digest)s and s.expires_at > %(now)s and u.active
"""
)
BY_LOGIN = LOAD + "where u.login = %(login)s and u.active"


def token_digest(token: str) -> bytes:
    """What is stored of a session token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def by_session(token: str) -> Identity | None:
    """The person of a session token, or None when it ended or never was."""
    digest, now = token_digest(token), clock.now()
    row = sql().execute(BY_SESSION, {"digest": digest, "now": now, "today": moments.local(now).date()}).fetchone()
    return _identity(row, digest) if row else None


def by_ids(users: Collection[int], *, closed: bool = False) -> list[Identity]:
    """Those of these people whose accounts are open (or all, with those that are `closed`), in no order."""
    values = {"users": sorted(users), "today": clock.today(moments.OFFICE_ZONE), "closed": closed}
    which = "where u.id = any(%(users)s) and (u.active or %(closed)s)"
    rows = sql().execute(LOAD + which, values).fetchall() if users else []
    return [_identity(row, b"") for row in rows]


def by_login(login: str) -> Identity | None:
    """The person with this account name: for command line, tests and the demo."""
    row = sql().execute(BY_LOGIN, {"login": login, "today": clock.today(moments.OFFICE_ZONE)}).fetchone()
    return _identity(row, b"") if row else None


def _identity(row: tuple[Any, ...], session: bytes) -> Identity:
    user_id, login, name, department, zh, en, roles, groups, authorisation, lent = row
    own_roles, own_groups = frozenset(roles or ()), frozenset(groups or ())
    standing_in = tuple(_stand_in(*one) for one in lent or ())
    return Identity(
        user_id,
        login,
        name,
        department,
        Words(zh, en),
        own_roles.union(*(one.roles for one in standing_in)),
        own_groups.union(*(one.groups for one in standing_in)),
        authorisation,
        session,
        own_roles,
        own_groups,
        standing_in,
    )


def _stand_in(
    absent_id: int, name: str, until: str, bundles: list[str] | None, groups: list[str], roles: list[str]
) -> StandIn:
    limited = None if bundles is None else frozenset(bundles)
    return StandIn(absent_id, name, frozenset(groups), frozenset(roles), date.fromisoformat(until), limited)


def signed_in() -> Identity:
    """The person of this request. Raises NotSignedIn."""
    user = current_user._get_current_object()
    if not isinstance(user, Identity):
        raise NotSignedIn()
    return user
