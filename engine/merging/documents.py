"""Two changes of one document by element: only what both changed differently is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.merging.model import ROOT, Choices, Conflict, Document, Entry, Kind, Side
from engine.merging.sequences import weave

PARENT = "parent"


class Language(Protocol):
    """What a kind of file means by its entries."""

    def needs(self, entry: Entry) -> frozenset[str]:
        """Keys of entries that this one speaks of: who takes one of them out while the other adds this disagrees."""
        ...

    def hangs_on(self, entry: Entry) -> frozenset[str]:
        """Keys of entries without which this one goes too, without a word."""
        ...

    def loose(self, entry: Entry) -> Mapping[str, str]:
        """Fact -> key of an entry that it names and can do without: that fact goes with it."""
        ...

    def is_picture(self, key: str, fact: str) -> bool:
        """Whether the fact only says where something stands."""
        ...

    def decided(self, key: str, fact: str, sides: Mapping[str, str | None]) -> str | None:
        """What both change differently without disagreeing; None: they disagree."""
        ...

    def rank(self, entry: Entry) -> int:
        """Entries of a lower rank stand before those of a higher one, where both sides put something at one place."""
        ...

    def keeps_order(self, entry: Entry) -> bool:
        """Whether the order of what is inside the entry means something."""
        ...

    def told(self, document: Document, key: str) -> tuple[str, str, str]:
        """(element, type, name) of the entry that people know this one by."""
        ...

    def what(self, key: str, fact: str) -> str:
        """The path of a fact inside what `told` names."""
        ...

    def said(self, fact: str, value: str) -> str:
        """The value of a fact as people read it."""
        ...


class Unmergeable(Exception):
    """The changes cannot be put together by element: both put two entries into each other."""


@dataclass(slots=True)
class Merging:
    """The work on one document: three versions, what was chosen, what was found."""

    base: Document
    mine: Document
    theirs: Document
    language: Language
    choices: Choices
    conflicts: list[Conflict] = field(default_factory=list)
    open: list[Conflict] = field(default_factory=list)
    #: Key -> the side whose entry stands, for what one took out and the other keeps.
    restored: dict[str, Side] = field(default_factory=dict)
    layout: list[tuple[str, str]] = field(default_factory=list)

    def of(self, side: Side) -> Document:
        return self.mine if side is Side.MINE else self.theirs

    def choose(self, conflict: Conflict) -> Side | None:
        """The side chosen; the conflict is kept, and where nobody chose it stays open."""
        side = self.choices.get(conflict.mark)
        self.conflicts.append(conflict)
        if side is None:
            self.open.append(conflict)
        return side


def merge_documents(
    base: Document, mine: Document, theirs: Document, language: Language, choices: Choices
) -> tuple[Document, tuple[Conflict, ...], tuple[Conflict, ...]]:
    """(both changes together, conflicts, those that nobody has decided). Raises Unmergeable."""
    work = Merging(base, mine, theirs, language, choices)
    for side in Side:
        _settle_removals(work, side)
    entries = {key: _entry(work, key) for key in _keys(work)}
    _settle_layout(work, entries)
    entries = _without_loose_ends(work, entries)
    _ensure_tree(entries)
    order = {key: _order(work, entries, key) for key in entries}
    return Document(entries, order), tuple(work.conflicts), tuple(work.open)


# What one took out


def _settle_removals(work: Merging, side: Side) -> None:
    """Ask where the other changed, or now needs, what this side took out; together with all that went with it."""
    other = work.of(side.other)
    gone = (work.base.entries.keys() & other.entries.keys()) - work.of(side).entries.keys()
    contested = sorted(_contested(work, other, gone))
    if not contested:
        return
    neighbours = _neighbours(work, other, gone)
    seen: set[str] = set()
    for key in sorted(contested, key=lambda one: (work.language.rank(other.entries[one]), one)):
        if key in seen:
            continue
        group = _component(key, neighbours)
        seen |= group
        if _asked(work, side, key, group) is side:
            continue
        for each in group:
            work.restored[each] = side.other


def _contested(work: Merging, other: Document, gone: Iterable[str]) -> Iterator[str]:
    taken = frozenset(gone)
    for key, entry in other.entries.items():
        if not _says_otherwise(work, key, entry):
            continue
        if key in taken:
            yield key
        named = work.language.needs(entry) | {entry.parent} | frozenset(work.language.loose(entry).values())
        yield from named & taken


def _says_otherwise(work: Merging, key: str, entry: Entry) -> bool:
    """Whether the entry is new, or says another thing than in the base; where it stands on the picture is no matter."""
    was = work.base.entries.get(key)
    if was is None:
        return not all(work.language.is_picture(key, fact) for fact in entry.facts)
    facts = {*was.facts, *entry.facts}
    return was.parent != entry.parent or any(
        was.facts.get(fact) != entry.facts.get(fact) for fact in facts if not work.language.is_picture(key, fact)
    )


def _neighbours(work: Merging, other: Document, gone: Iterable[str]) -> dict[str, set[str]]:
    """What was taken out together, by what it hangs on."""
    taken = frozenset(gone)
    found: dict[str, set[str]] = {key: set() for key in taken}
    for key in taken:
        entry = other.entries[key]
        for each in (work.language.needs(entry) | work.language.hangs_on(entry) | {entry.parent}) & taken:
            found[key].add(each)
            found[each].add(key)
    return found


def _component(key: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    group, pending = {key}, [key]
    while pending:
        for each in neighbours[pending.pop()] - group:
            group.add(each)
            pending.append(each)
    return group


def _asked(work: Merging, side: Side, key: str, group: set[str]) -> Side | None:
    other = work.of(side.other)
    element, type_, name = work.language.told(other, key)
    names = {told[2] or told[0] for each in group if (told := work.language.told(other, each))[0] != element}
    kept = name or element
    return work.choose(
        Conflict(
            f"gone:{element or key}",
            Kind.GONE,
            element,
            type_,
            name,
            base=kept,
            mine=None if side is Side.MINE else kept,
            theirs=None if side is Side.THEIRS else kept,
            others=tuple(sorted(names)),
        )
    )


# What stands, and what it says


def _keys(work: Merging) -> Iterator[str]:
    """Every entry that stays, in an order that is the same whoever merges."""
    base, mine, theirs = work.base.entries, work.mine.entries, work.theirs.entries
    for key in base:
        if (key in mine and key in theirs) or key in work.restored:
            yield key
    yield from sorted((mine.keys() | theirs.keys()) - base.keys())


def _entry(work: Merging, key: str) -> Entry:
    if key in work.restored:
        return work.of(work.restored[key]).entries[key]
    base, mine, theirs = work.base.entries.get(key), work.mine.entries.get(key), work.theirs.entries.get(key)
    if mine is None or theirs is None:
        found = mine or theirs
        assert found is not None
        return found
    was = base or Entry(mine.parent if mine.parent == theirs.parent else "", {})
    parent = _fact(work, key, PARENT, (was.parent, mine.parent, theirs.parent))
    names = dict.fromkeys([*was.facts, *sorted((mine.facts.keys() | theirs.facts.keys()) - was.facts.keys())])
    facts: dict[str, str] = {}
    for name in names:
        value = _fact(work, key, name, (was.facts.get(name), mine.facts.get(name), theirs.facts.get(name)))
        if value is not None:
            facts[name] = value
    return Entry(parent or theirs.parent, facts)


def _fact(work: Merging, key: str, name: str, versions: tuple[str | None, str | None, str | None]) -> str | None:
    """What both say, or the one who changed it; what both changed is asked, on the picture all at once later."""
    base, mine, theirs = versions
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    decided = work.language.decided(key, name, {"base": base, "mine": mine, "theirs": theirs})
    if decided is not None:
        return decided
    if work.language.is_picture(key, name):
        work.layout.append((key, name))
        return theirs
    return mine if _ask_value(work, key, name, versions) is Side.MINE else theirs


def _ask_value(work: Merging, key: str, name: str, versions: tuple[str | None, str | None, str | None]) -> Side | None:
    element, type_, called = work.language.told(work.theirs, key)
    base, mine, theirs = versions
    what = PARENT if name == PARENT else work.language.what(key, name)
    if name == PARENT:
        base, mine, theirs = (
            each and (work.language.told(document, each)[2] or each)
            for each, document in ((base, work.base), (mine, work.mine), (theirs, work.theirs))
        )
    else:
        base, mine, theirs = (None if each is None else work.language.said(name, each) for each in (base, mine, theirs))
    return work.choose(Conflict(f"value:{key}#{name}", Kind.VALUE, element, type_, called, what, base, mine, theirs))


def _settle_layout(work: Merging, entries: dict[str, Entry]) -> None:
    """One question for all that both moved."""
    if not work.layout:
        return
    names = [told[2] or told[0] for key, _ in work.layout if (told := work.language.told(work.theirs, key))]
    places = [
        "; ".join(f"{key} {document.entries[key].facts.get(fact, '')}" for key, fact in work.layout)
        for document in (work.mine, work.theirs)
    ]
    conflict = Conflict("layout", Kind.LAYOUT, mine=places[0], theirs=places[1], others=tuple(sorted(set(names))))
    if work.choose(conflict) is not Side.MINE:
        return
    for key, fact in work.layout:
        facts = dict(entries[key].facts)
        mine = work.mine.entries[key].facts.get(fact)
        if mine is None:
            facts.pop(fact, None)
        else:
            facts[fact] = mine
        entries[key] = Entry(entries[key].parent, facts)


def _without_loose_ends(work: Merging, entries: dict[str, Entry]) -> dict[str, Entry]:
    """Without what hangs on something that is gone. What never was there is left to the checks."""
    known = work.base.entries.keys() | work.mine.entries.keys() | work.theirs.entries.keys()
    while True:
        missing = known - entries.keys()
        left = {
            key: entry
            for key, entry in entries.items()
            if not (work.language.needs(entry) | work.language.hangs_on(entry) | {entry.parent}) & missing
        }
        if len(left) == len(entries):
            return {key: _without_names(work, entry, missing) for key, entry in left.items()}
        entries = left


def _without_names(work: Merging, entry: Entry, missing: Iterable[str]) -> Entry:
    gone = frozenset(missing)
    lost = {fact for fact, key in work.language.loose(entry).items() if key in gone}
    if not lost:
        return entry
    return Entry(entry.parent, {fact: value for fact, value in entry.facts.items() if fact not in lost})


def _ensure_tree(entries: Mapping[str, Entry]) -> None:
    """Raises Unmergeable where entries stand in each other."""
    safe = {ROOT}
    for key in entries:
        way: list[str] = []
        while key not in safe:
            if key in way or key not in entries:
                raise Unmergeable
            way.append(key)
            key = entries[key].parent
        safe.update(way)


# In which order


def _order(work: Merging, entries: Mapping[str, Entry], parent: str) -> tuple[str, ...]:
    sides = [document.order.get(parent, ()) for document in (work.base, work.mine, work.theirs)]
    kept = frozenset(key for side in sides for key in side if key in entries and entries[key].parent == parent)
    base, mine, theirs = ([key for key in side if key in kept] for side in sides)
    if mine == theirs:
        return tuple(mine)

    def rank(key: str) -> int:
        return work.language.rank(entries[key])

    woven = weave(base, mine, theirs, kept, rank=rank)
    clash = any({*map(rank, one)} & {*map(rank, other)} for one, other in woven.clashes)
    if not work.language.keeps_order(entries[parent]) or not (clash or woven.both_moved):
        return woven.keys
    element, type_, name = work.language.told(work.theirs, parent)
    conflict = Conflict(
        f"order:{parent}", Kind.ORDER, element, type_, name, mine=_listed(work.mine, work, mine),
        theirs=_listed(work.theirs, work, theirs),
    )  # fmt: skip
    side = work.choose(conflict)
    if side is None:
        return woven.keys
    return weave(base, mine, theirs, kept, rank=rank, mine_first=side is Side.MINE).keys


def _listed(document: Document, work: Merging, keys: Iterable[str]) -> str:
    told = [work.language.told(document, key) for key in keys]
    return " → ".join(name or element for element, _, name in told)
