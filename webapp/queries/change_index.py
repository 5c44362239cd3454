"""Everything in which a change of law is looked up: releases, open working copies and local rules, with their places.

A release counts while it is in force, waits to be, or somebody's case or commitment stands on it. What was read of one
is kept by the digests of its content, which never change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine import Words
from engine.bundles import Limit, Place, PlaceKind, Unit, inspect_bundle, limits_of, places_of_bundle, places_of_rules
from engine.law import Article, Parameter, amount, citations_in, names_in_pairs, read_profile
from webapp.catalogue import places, release_files
from webapp.services.release_rows import APPROVED, PUBLISHED, SUBMITTED
from webapp.services.working_copies import files_of
from webapp.unit_of_work import sql

RELEASE, COPY, RULES = "release", "copy", "rules"
#: Where the rules of each kind stand in the folders that they are loaded from.
FOLDERS = {"profile": "profiles", "supervision": "supervision"}
#: Contents of which a process keeps the places, about a megabyte each besides what they share; and of which it keeps
#: what can be asked for, which is little: a page that only offers that reads nothing twice, however many there are.
KEPT_PLACES, KEPT = 160, 4_000
_UNITS = frozenset(str(unit) for unit in Unit)


UNTITLED = Words("", "")


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


@dataclass(frozen=True, slots=True)
class KnownMaterial:
    """A material as bundles have it, under one key. `names`: in both languages, of all of them."""

    key: str
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


@dataclass(frozen=True, slots=True)
class Known:
    """What can be asked for in one content."""

    name: Words
    english: Mapping[str, str]
    articles: Mapping[Article, int]
    materials: Mapping[str, Words]
    limits: Mapping[str, tuple[Words, Limit]]


RELEASES = """
with held as (
    select release_id from cases where closed_at is null
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


def known(holder: Holder) -> Known:
    """What can be asked for in a holder."""
    return _rules(holder.id, holder.digest) if holder.kind == RULES else _bundle(holder.kind, holder.id, holder.digest)


def places_in(holder: Holder) -> tuple[Place, ...]:
    """What a holder says, place by place."""
    return _places(holder.kind, holder.id, holder.digest)


def articles(found: Iterable[Holder]) -> list[tuple[Article, int]]:
    """The articles that are cited, with how many places cite each in what is in force; the most cited first."""
    counted: Counter[Article] = Counter()
    for holder in found:
        if holder.kind == RULES or holder.state == PUBLISHED:
            counted.update(known(holder).articles)
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def english_names(found: Iterable[Holder]) -> dict[str, str]:
    """The English names of laws, as the texts of all holders pair them."""
    return {name: law for holder in found for name, law in known(holder).english.items()}


def materials(found: Iterable[Holder]) -> list[KnownMaterial]:
    """The materials of all bundles by their key."""
    gathered: dict[str, list[tuple[str, Words]]] = {}
    for holder in found:
        for key, name in known(holder).materials.items():
            gathered.setdefault(key, []).append((holder.bundle, name))
    return [
        KnownMaterial(
            key,
            each[0][1],
            frozenset(text for _, name in each for text in (name.zh, name.en) if len(text) > 1),
            tuple(dict.fromkeys(bundle for bundle, _ in each)),
        )
        for key, each in sorted(gathered.items(), key=lambda one: one[1][0][1].zh)
    ]


def limits(found: Iterable[Holder]) -> list[KnownLimit]:
    """The limits of all bundles and places; of the same limit the one in force comes first, and it alone is given."""
    gathered: dict[str, KnownLimit] = {}
    for holder in found:
        for key, (owner, limit) in known(holder).limits.items():
            one = _limit(holder, key, owner, limit)
            gathered.setdefault(one.key, one)
    return list(gathered.values())


def limit_words(limit: Limit) -> Words:
    """The figure with its unit."""
    return amount(limit.value, limit.unit)


def _limit(holder: Holder, key: str, owner: Words, limit: Limit) -> KnownLimit:
    if holder.kind == RULES:
        return KnownLimit(key, "", key, owner, frozenset(), _clocks(key), limit)
    item, _, clock = key.rpartition(".")
    items = frozenset({item}) if item else frozenset[str]()
    return KnownLimit(f"{holder.bundle}/{key}", holder.bundle, key, owner, items, frozenset({clock}), limit)


def _clocks(parameter: str) -> frozenset[str]:
    """The names that a parameter's clock may have: "correction" runs by `correction-reply`."""
    words = parameter.split("-")
    return frozenset("-".join(words[:length]) for length in range(max(len(words) - 1, 1), len(words) + 1))


@lru_cache(maxsize=KEPT_PLACES)
def _places(kind: str, id_: int, digest: str) -> tuple[Place, ...]:
    if kind != RULES:
        return tuple(places_of_bundle(_files(kind, id_)))
    table, key, content = _table(id_)
    return tuple(places_of_rules(f"{FOLDERS[table]}/{key}.toml", content))


@lru_cache(maxsize=KEPT)
def _bundle(kind: str, id_: int, digest: str) -> Known:
    bundle = inspect_bundle(_files(kind, id_)).bundle
    found = _places(kind, id_, digest)
    return Known(
        bundle.name if bundle else Words("", ""),
        _english(found),
        _cited(found),
        {one.key: one.name for one in bundle.materials} if bundle else {},
        limits_of(bundle) if bundle else {},
    )


@lru_cache(maxsize=KEPT)
def _rules(id_: int, digest: str) -> Known:
    table, _, content = _table(id_)
    found = _places(RULES, id_, digest)
    parameters = read_profile(content).parameters if table == "profile" else {}
    return Known(Words("", ""), _english(found), _cited(found), {}, dict(_figures(parameters.values())))


def _files(kind: str, id_: int) -> Mapping[str, bytes]:
    return release_files(id_) if kind == RELEASE else files_of(id_)


def _table(id_: int) -> tuple[str, str, bytes]:
    """Kind, key and content of a table of rules."""
    row = sql().execute(
        "select t.kind, t.key, b.content from rule_table t join blob b on b.digest = t.digest where t.id = %s", (id_,)
    ).fetchone()  # fmt: skip
    assert row is not None
    return row[0], row[1], bytes(row[2])


def _figures(parameters: Iterable[Parameter]) -> Iterator[tuple[str, tuple[Words, Limit]]]:
    """The parameters that are limits."""
    for one in parameters:
        if isinstance(one.value, int) and not isinstance(one.value, bool) and one.unit in _UNITS:
            yield one.key, (one.name, Limit(one.value, Unit(one.unit), one.basis))


def _english(found: Iterable[Place]) -> dict[str, str]:
    return names_in_pairs((words.zh, words.en) for place in found for words in place.says if words.zh and words.en)


def _cited(found: Iterable[Place]) -> Counter[Article]:
    """How many places cite each article in Chinese; translations say the same again."""
    counted: Counter[Article] = Counter()
    for place in found:
        if place.kind is not PlaceKind.TRANSLATION:
            texts = [words.zh for words in place.says if words.zh]
            counted.update({one.article.whole for text in texts for one in citations_in(text) if not one.is_english})
    return counted
