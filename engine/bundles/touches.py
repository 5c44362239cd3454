"""What a change of an article of law, a material or a limit touches, place by place, and why it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from engine.bundles.model import Limit, Unit
from engine.bundles.places import Place, PlaceKind, keys_in
from engine.law import Article, chinese_number, citations_in, cites, laws_named_in

EXCERPT = 160


class Why(StrEnum):
    """Why a place is touched."""

    CITES = "cites"  # it cites the article
    NAMES_LAW = "names-law"  # it names the law
    NAMES = "names"  # it names the material or the limit by key: it follows from it
    SAYS = "says"  # its text has the material's name
    CLOCK = "clock"  # it waits for the clock of the limit
    FIGURE = "figure"  # its text has the same figure, which may be this limit's


@dataclass(frozen=True, slots=True)
class Touch:
    """A touched place, why, and the text that says so (shortened)."""

    place: Place
    why: Why
    said: str


class Subject(Protocol):
    """What changes."""

    def touch(self, place: Place) -> Touch | None:
        """Why the place is touched; None where it is not."""

    @property
    def traces(self) -> frozenset[str]:
        """What touched places have of: one that has none of these, read by `without_spaces`, is not touched."""


def without_spaces(text: str) -> str:
    """A text as it is looked through for traces: in small letters, and nothing but spaces is left out."""
    return "".join(text.lower().split())


def touched(places: Iterable[Place], subject: Subject) -> Iterator[Touch]:
    """The touched among these places, in their order."""
    for place in places:
        found = subject.touch(place)
        if found is not None:
            yield found


@dataclass(frozen=True, slots=True)
class ArticleChanges:
    """An article of law, or a law as such. `english`: its English names (`engine.law.names_in_pairs`)."""

    article: Article
    english: Mapping[str, str]

    @property
    def traces(self) -> frozenset[str]:
        named = [name for name, law in self.english.items() if law == self.article.law]
        return frozenset(map(without_spaces, (self.article.law, *named)))

    def touch(self, place: Place) -> Touch | None:
        for text in place.texts:
            if not self._may_speak_of(text):
                continue
            if any(cites(one, self.article, self.english) for one in citations_in(text)):
                return Touch(place, Why.CITES, excerpt(text, self._place_in(text)))
            if not self.article.number and self._is_named_in(text):
                return Touch(place, Why.NAMES_LAW, excerpt(text, self._place_in(text)))
        return None

    def _may_speak_of(self, text: str) -> bool:
        """Whether the law's name is in it at all: most texts need not be read for citations."""
        if self.article.law in text.replace(" ", ""):
            return True
        lower = text.lower()
        return any(name in lower for name, law in self.english.items() if law == self.article.law)

    def _is_named_in(self, text: str) -> bool:
        if self.article.law in laws_named_in(text):
            return True
        lower = text.lower()
        named = [name for name in self.english if name in lower]
        return any(
            self.english[name] == self.article.law
            for name in named
            if not any(name != other and name in other for other in named)
        )

    def _place_in(self, text: str) -> int:
        at = text.find(self.article.law)
        return max(at, 0)


@dataclass(frozen=True, slots=True)
class MaterialChanges:
    """A material by its key, and the names under which texts speak of it."""

    key: str
    names: frozenset[str]

    @property
    def traces(self) -> frozenset[str]:
        return frozenset(map(without_spaces, (self.key, *self.names)))

    def touch(self, place: Place) -> Touch | None:
        if f"material:{self.key}" in place.refs:
            return Touch(place, Why.NAMES, _first(place))
        for text in place.texts:
            lower = text.lower()
            for name in self.names:
                if (at := lower.find(name.lower())) >= 0:
                    return Touch(place, Why.SAYS, excerpt(text, at))
            if self.key in keys_in(text):
                return Touch(place, Why.NAMES, excerpt(text, text.find(self.key)))
        return None


@dataclass(frozen=True, slots=True)
class LimitChanges:
    """A limit: of an item ("P2.promised"), of a bundle ("joint"), or a parameter of a place's rules.

    `bundle`: whose item's it is ("" for a parameter, which is every bundle's); `clock`: the names of the clocks that
    run by it; `figure`: what it is now, as texts write it.
    """

    key: str
    bundle: str
    items: frozenset[str]
    clocks: frozenset[str]
    figure: Limit | None

    @property
    def traces(self) -> frozenset[str]:
        own = f"limit:{self.key}" if self.bundle else self.key
        figures = _figures(self.figure) if self.figure is not None else ()
        return frozenset(map(without_spaces, (own, *self.clocks, *figures)))

    def touch(self, place: Place) -> Touch | None:
        ref = f"limit:{self.key}" if self.bundle else f"parameter:{self.key}"
        if ref in place.refs:
            return Touch(place, Why.NAMES, _first(place))
        is_elsewhere = bool(self.items and place.items) and not (self.items & place.items)
        if is_elsewhere:
            return None
        runs_by = self.clocks & {ref.partition(":")[2] for ref in place.refs if ref.startswith("clock:")}
        if runs_by and place.kind is PlaceKind.ELEMENT:
            return Touch(place, Why.CLOCK, ", ".join(sorted(runs_by)))
        for text in place.texts:
            if not self.bundle and self.key in keys_in(text):
                return Touch(place, Why.NAMES, excerpt(text, text.find(self.key)))
            if place.kind is PlaceKind.ELEMENT and any(f'clock("{name}")' in text for name in self.clocks):
                return Touch(place, Why.CLOCK, excerpt(text, 0))
            if place.kind in _TOLD and (at := self._figure_in(text)) >= 0:
                return Touch(place, Why.FIGURE, excerpt(text, at))
        if runs_by:
            return Touch(place, Why.CLOCK, _first(place))
        return None

    def _figure_in(self, text: str) -> int:
        found = _figure(self.figure).search(text) if self.figure is not None else None
        return found.start() if found else -1


#: Where a limit may stand as plain text.
_TOLD = frozenset({
    PlaceKind.GUIDE, PlaceKind.LETTER, PlaceKind.FORM, PlaceKind.RULE, PlaceKind.TABLE, PlaceKind.ELEMENT,
    PlaceKind.TRANSLATION, PlaceKind.ITEM, PlaceKind.MATERIAL, PlaceKind.BUNDLE,
})  # fmt: skip
_UNITS: Mapping[Unit, tuple[str, str]] = {
    Unit.WORKING_DAYS: ("个工作日", "working days?"),
    Unit.CALENDAR_DAYS: ("(?:日|天|个自然日)(?!内?工作)", "(?:calendar )?days?"),
    Unit.MONTHS: ("个月", "months?"),
}


def excerpt(text: str, at: int) -> str:
    """The text around a place in it, in one line."""
    start = max(at - EXCERPT // 4, 0)
    line = " ".join(text[start : start + EXCERPT].split())
    return f"{'…' if start else ''}{line}{'…' if start + EXCERPT < len(text) else ''}"


@lru_cache(maxsize=256)
def _figure(limit: Limit) -> re.Pattern[str]:
    """A limit as texts write it: 12个工作日, 十二个工作日, 12 working days."""
    zh, en = _UNITS[limit.unit]
    ways = [_number(limit.value, zh, en)]
    if limit.unit is Unit.MONTHS and limit.value % 12 == 0:
        ways.append(_number(limit.value // 12, "年", "years?"))
    return re.compile("|".join(ways))


def _figures(limit: Limit) -> Iterator[str]:
    """The figure with the beginning of its unit, in each of the ways in which texts write it."""
    units = {Unit.WORKING_DAYS: ("个工作日", "working"), Unit.MONTHS: ("个月", "month")}
    zh_units = ("日", "天", "个自然日") if limit.unit is Unit.CALENDAR_DAYS else units[limit.unit][:1]
    en_units = ("calendar", "day") if limit.unit is Unit.CALENDAR_DAYS else units[limit.unit][1:]
    ways = [(limit.value, zh_units, en_units)]
    if limit.unit is Unit.MONTHS and limit.value % 12 == 0:
        ways.append((limit.value // 12, ("年",), ("year",)))
    for value, zh, en in ways:
        yield from (f"{value}{unit}" for unit in (*zh, *en))
        yield from (f"{chinese_number(value)}{unit}" for unit in zh)


def _number(value: int, zh: str, en: str) -> str:
    not_longer = "(?<![零一二三四五六七八九十百千第〇])"
    return rf"(?<![\d.]){value}\s*{zh}|{not_longer}{chinese_number(value)}{zh}|(?<![\d.]){value} {en}\b"


def _first(place: Place) -> str:
    """What the place says first in Chinese, else what it says first."""
    texts = list(place.texts)
    return excerpt(next((text for text in texts if _CHINESE.search(text)), texts[0] if texts else ""), 0)


_CHINESE = re.compile(r"[\u3400-\u9fff]")
