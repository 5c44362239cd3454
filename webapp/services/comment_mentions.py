"""Whom a comment names with @: found by name or account, the longest that fits, among those who work here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine import Words
from webapp.errors import ActRefused
from webapp.identity import Identity, by_ids
from webapp.permissions import CaseFacts, Permission, may
from webapp.unit_of_work import sql

#: An @ after a letter or digit stands in an address, and names nobody.
_CALLED = re.compile(r"(?<![0-9A-Za-z_.])@([^\s@,，。；;：:、!！?？()（）<>《》\"“”]{1,40})")
LONGEST_NAME = 20
MOST_MENTIONS = 20
MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Mentions:
    """`people`: ids of those named. `nobody`: what was written after an @ and is no one's name. `several`: names that
    more than one person has who may see the case; those are kept as text, like `nobody`."""

    people: tuple[int, ...]
    nobody: tuple[str, ...]
    several: tuple[str, ...]


class MayNotSee(ActRefused):
    """A person is named who may not see the case: nothing is kept, so that nothing is told to them."""

    status = 422

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        zh, en = "、".join(names), ", ".join(names)
        super().__init__(
            Words(
                f"{zh}不在本办件的办理范围内，不能看到留言。请去掉@，或者改为提到其他人员。",
                f"{en} may not see this case and would not read the comment. Take the @ away or name somebody else.",
            )
        )


class TooManyMentions(ActRefused):
    status = 422

    def __init__(self) -> None:
        super().__init__(
            Words(f"一条留言最多提到 {MOST_MENTIONS} 人。", f"A comment names at most {MOST_MENTIONS} people.")
        )


NAMED = "select id, name, login from app_user where active and (name = any(%(texts)s) or login = any(%(texts)s))"


def mentions_in(body: str, facts: CaseFacts) -> Mentions:
    """Raises MayNotSee, TooManyMentions."""
    called = list(dict.fromkeys(_CALLED.findall(body)))
    if not called:
        return Mentions((), (), ())
    if len(called) > MOST_MENTIONS:
        raise TooManyMentions()
    texts = sorted({one[:length] for one in called for length in range(1, min(len(one), LONGEST_NAME) + 1)})
    by_text: dict[str, set[int]] = {}
    for user_id, name, login in sql().execute(NAMED, {"texts": texts}).fetchall():
        by_text.setdefault(name, set()).add(user_id)
        by_text.setdefault(login, set()).add(user_id)
    known = {one.user_id: one for one in by_ids({user for users in by_text.values() for user in users})}
    people: list[int] = []
    nobody, several, shut_out = [], [], []
    for one in called:
        name = next((one[:length] for length in range(len(one), 0, -1) if one[:length] in by_text), "")
        seeing = [user for user in sorted(by_text.get(name, ())) if user in known and sees(known[user], facts)]
        if not name:
            nobody.append(one)
        elif not seeing:
            shut_out.append(name)
        elif len(seeing) > 1:
            several.append(name)
        else:
            people.append(seeing[0])
    if shut_out:
        raise MayNotSee(list(dict.fromkeys(shut_out)))
    return Mentions(tuple(dict.fromkeys(people)), tuple(nobody), tuple(dict.fromkeys(several)))


def sees(person: Identity, facts: CaseFacts) -> bool:
    """Whether the person reads the comments of such a case."""
    return may(person, Permission.PERSONAL_SEE, facts)


MATCHING = """
select u.id from app_user u
where u.active and (u.name like %(begins)s or u.login like %(begins)s
    or replace(u.name_pinyin, ' ', '') like %(begins)s
    or replace(replace(replace(u.name_pinyin, ' ', ''), 'lve', 'lue'), 'nve', 'nue') like %(begins)s)
order by u.name_pinyin, u.id limit 60
"""


def people_to_mention(text: str, facts: CaseFacts, *, but: Iterable[int] = ()) -> list[Identity]:
    """Those who may see the case and whose name, account or pinyin begins so; at most eight."""
    begins = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    ids = [row[0] for row in sql().execute(MATCHING, {"begins": begins}).fetchall()]
    left_out = set(but)
    order = {user_id: place for place, user_id in enumerate(ids)}
    found = [one for one in by_ids(ids) if one.user_id not in left_out and sees(one, facts)]
    return sorted(found, key=lambda one: order[one.user_id])[:MOST_FOUND]
