"""What the files of releases, working copies and rules say, place by place: read once for each content.

What a release says never changes: it is kept in the database by the release's digest, so that no process reads the
files of many releases to answer one question. It is written by the worker (`fill`), or where it is asked for first.
What another version of the software read is read anew. What cannot be read spoils no other: it is left out, the log
says why, and whoever asks is told (`change_index.unread`). Copies and rules are few and change: each process keeps
those that it saw last.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

import structlog

from engine import Words
from engine.bundles import (
    Limit,
    Place,
    PlaceKind,
    Subject,
    Touch,
    Unit,
    inspect_bundle,
    limits_of,
    places_of_bundle,
    places_of_rules,
    touched,
)
from engine.law import Article, Parameter, citations_in, names_in_pairs, read_profile
from webapp import clock
from webapp.catalogue import release_files
from webapp.services.content_codec import (
    Known,
    packed_known,
    packed_places,
    unpacked_known,
    unpacked_places,
)
from webapp.services.working_copies import files_of
from webapp.software import software
from webapp.unit_of_work import is_of_the_database, sql, unit_of_work

log = structlog.get_logger(__name__)

T = TypeVar("T")
RELEASE, COPY, RULES = "release", "copy", "rules"
#: Where the rules of each kind stand in the folders that they are loaded from.
FOLDERS = {"profile": "profiles", "supervision": "supervision"}
#: Of how many contents a process keeps what they say, a sixth of a megabyte each (releases apart from copies and
#: rules, which the database has not), and what can be asked for, which is little.
KEPT_RELEASES, KEPT_OTHERS, KEPT_KNOWN = 200, 80, 4_000
#: Contents that are taken from the database at once, and that the worker reads in one step.
AT_ONCE, FILLED_AT_ONCE = 20, 10
_UNITS = frozenset(str(unit) for unit in Unit)


class Content(NamedTuple):
    """A release, working copy or table of rules, and the digest of its content."""

    kind: str
    id: int
    digest: str


class Said(NamedTuple):
    """What was read of one content. `places`: packed, since most are only looked through."""

    known: Known
    places: bytes


class _Kept(Generic[T]):
    """What a process saw last, so many at most."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Content, T] = OrderedDict()
        self._lock = Lock()

    def get(self, content: Content) -> T | None:
        with self._lock:
            if content in self._found:
                self._found.move_to_end(content)
            return self._found.get(content)

    def put(self, content: Content, found: T) -> None:
        with self._lock:
            self._found[content] = found
            self._found.move_to_end(content)
            while len(self._found) > self._most:
                self._found.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._found.clear()


_known: _Kept[Known] = _Kept(KEPT_KNOWN)
_of_releases: _Kept[bytes] = _Kept(KEPT_RELEASES)
_of_others: _Kept[bytes] = _Kept(KEPT_OTHERS)

READ_KNOWN = "select digest, known from content_said where digest = any(%s) and reader = %s"
READ_PLACES = "select digest, places from content_said where digest = any(%s) and reader = %s"
KEEP = """
insert into content_said (digest, reader, known, places) values (%s, %s, %s, %s)
on conflict (digest) do update set reader = excluded.reader, known = excluded.known, places = excluded.places
"""
#: Releases that will be looked in, of which nothing was read by this software.
UNREAD = """
select min(r.id), r.digest from release r
where not exists (select from content_said s where s.digest = r.digest and s.reader = %(reader)s)
    and not r.digest = any(%(failed)s::text[])
    and (r.state in ('published', 'approved', 'submitted')
        or exists (select from cases c where c.release_id = r.id and c.closed_at is null))
group by r.digest order by min(r.id) limit %(most)s
"""
#: What could not be read is left alone for so long, by this process.
RETRIED_AFTER = timedelta(hours=1)
_failed: dict[Content, datetime] = {}


def known_in(contents: Sequence[Content]) -> dict[Content, Known]:
    """What can be asked for in each of these that can be read."""
    return dict(_each(contents, lambda _: _known, READ_KNOWN, unpacked_known, lambda said: said.known))


def touches_in(contents: Iterable[Content], subject: Subject) -> Iterator[tuple[Content, list[Touch]]]:
    """What a change touches in each of these that can be read, in their order; not all are in memory at once."""
    traces, waiting = subject.traces, iter(contents)
    while some := list(islice(waiting, AT_ONCE)):
        for content, packed in _each(some, _kept_places, READ_PLACES, bytes, lambda said: said.places):
            yield content, list(touched(unpacked_places(packed, traces), subject))


def forget() -> None:
    """Let go of what this process keeps, as a new one begins."""
    for kept in (_known, _of_releases, _of_others):
        kept.forget()
    _failed.clear()


def fill() -> bool:
    """Read and keep some releases of which nothing was read yet, each by itself; whether there may be more."""
    failed = [one.digest for one in list(_failed) if one.kind == RELEASE and _failed_lately(one)]
    values = {"reader": software(), "failed": failed, "most": FILLED_AT_ONCE}
    rows = sql().execute(UNREAD, values).fetchall()
    for id_, digest in rows:
        said = _read_or_left_out(Content(RELEASE, id_, digest))
        if said is not None:
            _keep([(digest, said)])
    return len(rows) == FILLED_AT_ONCE


def _kept_places(content: Content) -> _Kept[bytes]:
    return _of_releases if content.kind == RELEASE else _of_others


def _each(
    contents: Sequence[Content],
    kept: Callable[[Content], _Kept[T]],
    query: str,
    unpack: Callable[[bytes], T],
    part: Callable[[Said], T],
) -> Iterator[tuple[Content, T]]:
    """Content and what is wanted of it: from the process, the database, or its files, in this order. What cannot be
    read is left out."""
    found = {one: kept(one).get(one) for one in contents}
    wanted = [one.digest for one, said in found.items() if said is None and one.kind == RELEASE]
    stored: dict[str, bytes] = dict(sql().execute(query, (wanted, software())).fetchall()) if wanted else {}
    read: list[tuple[str, Said]] = []
    for one, said in found.items():
        if said is None and one.digest in stored and one.kind == RELEASE:
            said = unpack(stored[one.digest])
        elif said is None:
            whole = _read_or_left_out(one)
            if whole is None:
                continue
            read += [(one.digest, whole)] if one.kind == RELEASE else []
            said = part(whole)
        kept(one).put(one, said)
        yield one, said
    _keep(read)


def _keep(read: Sequence[tuple[str, Said]]) -> None:
    if not read:
        return
    # In one order for all processes: two that keep the same ones wait for each other, and not in a circle.
    rows = [(digest, software(), packed_known(said.known), said.places) for digest, said in sorted(read, key=_digest)]
    with unit_of_work():
        sql().cursor().executemany(KEEP, rows)


def _digest(read: tuple[str, Said]) -> str:
    return read[0]


# ---------------------------------------------------------------- reading


def _read_or_left_out(content: Content) -> Said | None:
    """None where it cannot be read; a lost database rises."""
    if _failed_lately(content):
        return None
    try:
        with sql().transaction():
            return _read(content)
    except Exception as error:  # whatever is wrong with one content, the others are read
        if is_of_the_database(error):
            raise
        log.exception("content-unread", kind=content.kind, id=content.id, digest=content.digest)
        _failed[content] = clock.now()
        return None


def _failed_lately(content: Content) -> bool:
    at = _failed.get(content)
    return at is not None and clock.now() - at < RETRIED_AFTER


def _read(content: Content) -> Said:
    if content.kind == RULES:
        return _read_rules(content.id)
    files = release_files(content.id) if content.kind == RELEASE else files_of(content.id)
    bundle = inspect_bundle(files).bundle
    found = tuple(places_of_bundle(files))
    known = Known(
        bundle.name if bundle else Words("", ""),
        _english(found),
        _cited(found),
        {one.key: one.name for one in bundle.materials} if bundle else {},
        limits_of(bundle) if bundle else {},
    )
    return Said(known, packed_places(found))


def _read_rules(id_: int) -> Said:
    row = sql().execute(
        "select t.kind, t.key, b.content from rule_table t join blob b on b.digest = t.digest where t.id = %s", (id_,)
    ).fetchone()  # fmt: skip
    assert row is not None
    table, key, content = row[0], row[1], bytes(row[2])
    found = tuple(places_of_rules(f"{FOLDERS[table]}/{key}.toml", content))
    parameters: Mapping[str, Parameter] = read_profile(content).parameters if table == "profile" else {}
    known = Known(Words("", ""), _english(found), _cited(found), {}, dict(_figures(parameters.values())))
    return Said(known, packed_places(found))


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
