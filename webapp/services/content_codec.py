"""What a content says, as bytes and back: its places, and what can be asked for in it. JSON, since others may read it.

What another version of the software has written is read anew from the files, so the shape may change with it.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import orjson

from engine import Words
from engine.bundles import Limit, Place, PlaceKind, Unit, without_spaces
from engine.law import Article

#: Bytes in which the length of the first part stands.
_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Known:
    """What can be asked for in one content. `english`: English names of laws -> the law; `articles`: how many places
    cite each; `materials` by key; `limits` by key, with what each belongs to."""

    name: Words
    english: Mapping[str, str]
    articles: Mapping[Article, int]
    materials: Mapping[str, Words]
    limits: Mapping[str, tuple[Words, Limit]]


def packed_places(places: Sequence[Place]) -> bytes:
    """The places in their order, one a line: first what is looked through, then what they are made of again."""
    told = zlib.compress("\n".join(map(_told, places)).encode(), 1)
    made = zlib.compress(b"\n".join(map(_packed, places)), 1)
    return len(told).to_bytes(_LENGTH) + told + made


def unpacked_places(content: bytes, traces: Collection[str] | None = None) -> Iterator[Place]:
    """The places that were packed; with `traces` those alone in which one of them stands (`Subject.traces`).

    Looking through the lines costs a tenth of making places of them all.
    """
    behind = _LENGTH + int.from_bytes(content[:_LENGTH])
    wanted = None if traces is None else _lines_with(zlib.decompress(content[_LENGTH:behind]).decode(), traces)
    if wanted is not None and not wanted:
        return iter(())
    lines = zlib.decompress(content[behind:]).split(b"\n")
    return (_unpacked(lines[at]) for at in (range(len(lines)) if wanted is None else wanted) if lines[at])


def _lines_with(told: str, traces: Collection[str]) -> list[int]:
    return [at for at, line in enumerate(told.split("\n")) if any(trace in line for trace in traces)]


def _told(place: Place) -> str:
    """What a trace may stand in: texts and references, in small letters and without spaces."""
    return "\t".join(map(without_spaces, (*place.refs, *place.texts)))


def _packed(one: Place) -> bytes:
    says = [_words(said) for said in one.says]
    row = (str(one.kind), one.file, one.element, _words(one.name), says, sorted(one.items), sorted(one.refs), one.part)
    return orjson.dumps(row)


def _unpacked(line: bytes) -> Place:
    kind, file, element, name, says, items, refs, part = orjson.loads(line)
    said = tuple(Words(*one) for one in says)
    return Place(PlaceKind(kind), file, element, Words(*name), said, frozenset(items), frozenset(refs), part)


def packed_known(known: Known) -> bytes:
    """What can be asked for."""
    return orjson.dumps(
        {
            "name": _words(known.name),
            "english": dict(known.english),
            "articles": [(*astuple(article), count) for article, count in known.articles.items()],
            "materials": {key: _words(name) for key, name in known.materials.items()},
            "limits": {key: (_words(owner), *_limit(limit)) for key, (owner, limit) in known.limits.items()},
        }
    )


def unpacked_known(content: bytes) -> Known:
    """What was packed."""
    read: dict[str, Any] = orjson.loads(content)
    return Known(
        Words(*read["name"]),
        read["english"],
        {Article(*article): count for *article, count in read["articles"]},
        {key: Words(*name) for key, name in read["materials"].items()},
        {
            key: (Words(*owner), Limit(value, Unit(unit), Words(*basis)))
            for key, (owner, value, unit, basis) in read["limits"].items()
        },
    )


def _words(words: Words) -> tuple[str, str]:
    return words.zh, words.en


def _limit(limit: Limit) -> tuple[int, str, tuple[str, str]]:
    return limit.value, str(limit.unit), _words(limit.basis)
