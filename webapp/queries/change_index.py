"""Everything in which a change of law is looked up: releases, open working copies and local rules, with their places.

A release counts while it is in force, waits to be, somebody's case or verification runs on it, a commitment that
stands was signed under it, or somebody with an open case holds a sheet that was given under it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine import Words
from engine.bundles import Limit, Subject, Touch, clocks_of
from engine.law import Article, amount
from webapp.catalogue import places
from webapp.errors import ActRefused
from webapp.queries.made_under import LEFT_BEHIND
from webapp.services.content_codec import Known
from webapp.services.content_places import COPY, RELEASE, RULES, Content, known_in, touches_in
from webapp.services.release_rows import APPROVED, PUBLISHED, SUBMITTED
from webapp.unit_of_work import sql

UNTITLED = Words("", "")


class Unread(ActRefused):
    """A list is not looked through again while something that it may stand in cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "有的版本、工作稿或者地方规则暂时读不出来，没有重新查找：清单保持原样。",
                "Some release, working copy or local rules cannot be read at present, so nothing was looked for again:"
                " the list is as it was.",
            )
        )


@dataclass(frozen=True, slots=True)
class Holder:
    """What holds places: a release, an open working copy, or rules of a place.

    `bundle`: key of its bundle, "" of rules; `number` and `state` of a release; `title` of a copy, or the name of the
    place. `digest` tells its content.
    """

    kind: str
    id: int
    bundle: str
    digest: str
    number: int = 0
    state: str = ""
    title: Words = UNTITLED

    @property
    def content(self) -> Content:
        return Content(self.kind, self.id, self.digest)


@dataclass(frozen=True, slots=True)
class KnownMaterial:
    """A material as bundles have it, under one key. `names`: in both languages, of all of them.

    `key` is `own_key`, with the bundle before it ("open-pharmacy/application-form") where other bundles have another
    material under the same."""

    key: str
    own_key: str
    name: Words
    names: frozenset[str]
    bundles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownLimit:
    """A limit that can be asked for: of an item or a bundle ("open-pharmacy/P2.promised"), or a parameter's key.

    `clock`: the name of the clock that runs by it. `items` empty: of the whole bundle, or of every one."""

    key: str
    bundle: str
    own_key: str
    owner: Words
    items: frozenset[str]
    clocks: frozenset[str]
    limit: Limit


RELEASES = f"""
with held as (
    select release_id from cases where closed_at is null
    union
    {LEFT_BEHIND}
    union
    select c.release_id from legal_clock v join item_case i on i.id = v.item_case_id join cases c on c.id = i.case_id
    where v.stopped_on is null and v.name = 'verification'
)
select id, bundle_key, digest, number, state from release
where state = any(%s) or id in (select release_id from held)
order by bundle_key, array_position(%s, state), number desc
"""
COPIES = """
select w.id, w.bundle_key, md5(coalesce(string_agg(f.path || ' ' || f.digest, ',' order by f.path), '')), w.title
from working_copy w left join working_file f on f.copy_id = w.id
where w.ended_at is null group by w.id order by w.bundle_key, w.id
"""
LATEST_RULES = """
select distinct on (kind, key) id, kind, key, digest from rule_table
where kind in ('profile', 'supervision') order by kind, key, id desc
"""
IN_ORDER = [PUBLISHED, APPROVED, SUBMITTED]


def holders(bundles: Iterable[str] | None = None) -> list[Holder]:
    """Everything that holds places, by bundle, what is in force first; the rules of the places last.

    `bundles`: only of these, and the rules.
    """
    found = [
        Holder(RELEASE, id_, key, digest, number, state)
        for id_, key, digest, number, state in sql().execute(RELEASES, (IN_ORDER, IN_ORDER))
    ]
    found += [
        Holder(COPY, id_, key, digest, title=Words(title, title)) for id_, key, digest, title in sql().execute(COPIES)
    ]
    named = dict(places())
    for id_, kind, key, digest in sql().execute(LATEST_RULES).fetchall():
        place = named.get(key, Words(key, key))
        shown = place if kind == "profile" else Words(f"{place.zh}监察规则", f"{place.en}, supervision")
        found.append(Holder(RULES, id_, "", digest, state=kind, title=shown))
    only = None if bundles is None else {"", *bundles}
    return [one for one in found if only is None or one.bundle in only]


def known(found: Iterable[Holder]) -> list[tuple[Holder, Known]]:
    """What can be asked for in each of these that can be read."""
    listed = list(found)
    said = known_in(list(dict.fromkeys(one.content for one in listed)))
    return [(one, said[one.content]) for one in listed if one.content in said]


def unread(found: Iterable[Holder]) -> list[Holder]:
    """Those whose files cannot be read: what they say is in no answer."""
    listed = list(found)
    read = {one.content for one, _ in known(listed)}
    return [one for one in listed if one.content not in read]


def touches_of(found: Iterable[Holder], subject: Subject) -> Iterator[tuple[Holder, list[Touch]]]:
    """What a change touches in each of these that can be read."""
    by_content = {one.content: one for one in found}
    for content, touches in touches_in(by_content, subject):
        yield by_content[content], touches


def articles(found: Iterable[Holder]) -> list[tuple[Article, int]]:
    """The articles that are cited, with how many places cite each in what is in force; the most cited first."""
    counted: Counter[Article] = Counter()
    for holder, said in known(found):
        if holder.kind == RULES or holder.state == PUBLISHED:
            counted.update(said.articles)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def english_names(found: Iterable[Holder]) -> dict[str, str]:
    """The English names of laws, as the texts of all holders pair them."""
    return {name: law for _, said in known(found) for name, law in said.english.items()}


def materials(found: Iterable[Holder]) -> list[KnownMaterial]:
    """The materials of all bundles by name. What bundles call alike under one key is one; each bundle's own form that
    has but the key of another's is by itself."""
    made: list[KnownMaterial] = []
    for key, each in _by_key(found).items():
        alike = _called_alike(each)
        made += [_material(key if len(alike) == 1 else f"{one[0][0]}/{key}", key, one) for one in alike]
    return sorted(made, key=lambda one: one.name.zh)


def material_of_key(found: Iterable[Holder], key: str) -> KnownMaterial | None:
    """What any bundle has under this key, whatever they call it."""
    each = _by_key(found).get(key)
    return _material(key, key, each) if each else None


def _by_key(found: Iterable[Holder]) -> dict[str, list[tuple[str, Words]]]:
    """Key -> (bundle, name) in the order of the holders."""
    gathered: dict[str, list[tuple[str, Words]]] = {}
    for holder, said in known(found):
        for key, name in said.materials.items():
            gathered.setdefault(key, []).append((holder.bundle, name))
    return gathered


def _called_alike(each: Sequence[tuple[str, Words]]) -> list[list[tuple[str, Words]]]:
    """The bundles whose names for it meet, in any of their versions, stand together."""
    groups: list[tuple[set[str], list[tuple[str, Words]]]] = []
    for bundle in dict.fromkeys(bundle for bundle, _ in each):
        own = [(bundle, name) for of, name in each if of == bundle]
        names = {name.zh for _, name in own}
        met = [group for group in groups if group[0] & names]
        groups = [group for group in groups if group not in met]
        joined = [one for _, members in met for one in members] + own
        groups.append((names.union(*(group[0] for group in met)), joined))
    return [members for _, members in groups]


def _material(key: str, own_key: str, each: Sequence[tuple[str, Words]]) -> KnownMaterial:
    names = frozenset(text for _, name in each for text in (name.zh, name.en) if len(text) > 1)
    return KnownMaterial(key, own_key, each[0][1], names, tuple(dict.fromkeys(bundle for bundle, _ in each)))


def limits(found: Iterable[Holder]) -> list[KnownLimit]:
    """The limits of all bundles and places; of the same limit the one in force comes first, and it alone is given."""
    gathered: dict[str, KnownLimit] = {}
    for holder, said in known(found):
        for key, (owner, limit) in said.limits.items():
            one = _limit(holder, key, owner, limit)
            gathered.setdefault(one.key, one)
    return list(gathered.values())


def limit_words(limit: Limit) -> Words:
    """The figure with its unit."""
    return amount(limit.value, limit.unit)


def _limit(holder: Holder, key: str, owner: Words, limit: Limit) -> KnownLimit:
    if holder.kind == RULES:
        return KnownLimit(key, "", key, owner, frozenset(), clocks_of(key), limit)
    item, _, clock = key.rpartition(".")
    items = frozenset({item}) if item else frozenset[str]()
    return KnownLimit(f"{holder.bundle}/{key}", holder.bundle, key, owner, items, frozenset({clock}), limit)
