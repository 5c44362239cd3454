"""What bundles are called, each as one of its releases says it: read once for each release, many of them at once."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from engine import Words
from engine.bundles import name_in
from webapp.unit_of_work import sql

#: Of how many releases a process keeps the name.
KEPT = 4096
#: The files that say what a bundle is called.
NAMED_IN = """
select f.release_id, f.path, b.content from release_file f join blob b on b.digest = f.digest
where f.release_id = any(%s) and f.path in ('bundle.toml', 'texts/en.toml')
"""
NAMED = "select id, digest, bundle_key from release where id = any(%s)"
IN_FORCE = "select id, digest, bundle_key from release where state = 'published' order by bundle_key"


class Named(NamedTuple):
    """A release whose bundle is called something: `digest` of its files, which never change; `key` of the bundle."""

    release_id: int
    digest: str
    key: str


_KNOWN: OrderedDict[Named, Words] = OrderedDict()
_LOCK = Lock()


def bundle_name(release_id: int, digest: str, key: str) -> Words:
    """The bundle's name in this release; its key where bundle.toml cannot be read."""
    return bundle_names([Named(release_id, digest, key)])[release_id]


def bundle_names(asked: Iterable[Named]) -> dict[int, Words]:
    """Release -> the bundle's name in it; its key where bundle.toml cannot be read."""
    wanted = set(asked)
    with _LOCK:
        names = {one: _KNOWN[one] for one in wanted if one in _KNOWN}
    if unread := [one for one in wanted if one not in names]:
        names |= _read(unread)
    _keep(names)
    return {one.release_id: name for one, name in names.items()}


def names_of(releases: Iterable[int]) -> dict[int, Words]:
    """Release -> the bundle's name in it, for those of these that there are."""
    return bundle_names(Named(*row) for row in sql().execute(NAMED, (list(releases),)))


def names_in_force() -> dict[Named, Words]:
    """The published releases in the order of their bundles' keys, with the names. None is compiled for it: a city has
    hundreds."""
    found = [Named(*row) for row in sql().execute(IN_FORCE)]
    names = bundle_names(found)
    return {one: names[one.release_id] for one in found}


def _read(unread: Sequence[Named]) -> dict[Named, Words]:
    files: defaultdict[int, dict[str, bytes]] = defaultdict(dict)
    for release_id, path, content in sql().execute(NAMED_IN, ([one.release_id for one in unread],)):
        files[release_id][path] = content
    return {one: name_in(files[one.release_id]) or Words(one.key, one.key) for one in unread}


def _keep(names: dict[Named, Words]) -> None:
    """Those that were asked for last are kept."""
    with _LOCK:
        for one, name in names.items():
            _KNOWN[one] = name
            _KNOWN.move_to_end(one)
        while len(_KNOWN) > KEPT:
            _KNOWN.popitem(last=False)
