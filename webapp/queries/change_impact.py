"""What a change of an article of law, a material or a limit touches, over all that is in force or being made.

A place that stands in several releases and working copies is one row, with all that hold it. Below the places stand
the counts: sheets and standing commitments by the release they were given or signed under, open cases by the one they
run. No applicant is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine import Words
from engine.bundles import ArticleChanges, LimitChanges, MaterialChanges, PlaceKind, Subject, Touch
from engine.law import Article, read_article
from webapp.queries import change_index
from webapp.queries.change_index import RELEASE, Holder, KnownLimit, KnownMaterial, touches_of
from webapp.queries.made_under import cases_under, commitments_under, sheets_under

LAW, MATERIAL, LIMIT = "law", "material", "limit"
KINDS = (LAW, MATERIAL, LIMIT)
#: No article, material or limit is called longer than this.
LONGEST_ASKED = 200
#: Rows that are counted, not read.
SHEETS, CASES, COMMITMENTS = "sheets", "cases", "commitments"
LIMIT_NAMES: Mapping[str, Words] = {
    "statutory": Words("法定办结时限", "statutory limit"),
    "promised": Words("承诺办结时限", "promised limit"),
    "validity": Words("有效期", "validity"),
    "joint": Words("联合办理时限", "joint limit"),
}
#: What a notification sheet prints of an item.
_ON_SHEETS = frozenset({"limits", "basis", "conditions", "commitment", "situations", "name"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, understood: `key` names it in an address; `bundles` empty where it is every bundle's."""

    kind: str
    key: str
    title: Words
    subject: Subject
    bundles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question: `wanted`, or what it may have meant (`choices`: key and words), or nothing."""

    wanted: Wanted | None = None
    choices: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """One touched place, or one count. `bundle`: key, "" for local rules; `kind` of `PlaceKind`, or a count's.

    `items`: keys of the items that it is about. `count` None: a place; of cases `said` is how many of them are begun
    and not received."""

    bundle: str
    kind: str
    file: str
    element: str
    name: Words
    part: str
    why: str
    said: str
    items: tuple[str, ...]
    holders: tuple[Holder, ...]
    count: int | None = None

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What tells a row from the others, for as long as it is the same thing."""
        return self.bundle, self.kind, self.file, self.element


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whose cases a change concerns in one release: of these items, or (empty) all. `on_sheets`: what it touches is
    printed on notification sheets."""

    holder: Holder
    items: frozenset[str]
    on_sheets: bool


def asked_for(kind: str, typed: str, found: Sequence[Holder]) -> Asked:
    """What a person means who picks or types this, among what the holders know."""
    if not typed.strip() or len(typed) > LONGEST_ASKED or kind not in KINDS:
        return Asked()
    reading = {LAW: _law, MATERIAL: _material, LIMIT: _limit}[kind]
    return reading(typed.strip(), found)


def impact(wanted: Wanted, found: Iterable[Holder]) -> list[ImpactRow]:
    """Everything that the change touches: the places by bundle and kind, then what is counted."""
    rows: dict[tuple[str, str, str, str], ImpactRow] = {}
    concerned: list[Concerned] = []
    asked = [holder for holder in found if not wanted.bundles or holder.bundle in wanted.bundles]
    for holder, touches in touches_of(asked, wanted.subject):
        for touch in touches:
            _gather(rows, holder, touch)
        if touches and holder.kind == RELEASE:
            concerned.append(_concerned(holder, touches, wanted.subject))
    return [*sorted(rows.values(), key=_in_order), *_counts(concerned)]


def limit_title(one: KnownLimit) -> Words:
    """What a limit is called: its owner and which of its limits; a parameter has a name of its own."""
    which = LIMIT_NAMES.get(one.own_key.rpartition(".")[2]) if one.bundle else None
    if which is None:
        return one.owner
    return Words(f"{one.owner.zh}·{which.zh}", f"{one.owner.en or one.owner.zh}, {which.en}")


def article_title(article: Article, english: Mapping[str, str]) -> Words:
    """What an article is called; in English too, where a text names its law so (`english`: name in small letters ->
    Chinese name)."""
    names = sorted(name for name, law in english.items() if law == article.law)
    return Words(article.zh, article.in_english(names[0]) if names else article.zh)


def _law(typed: str, found: Sequence[Holder]) -> Asked:
    english = change_index.english_names(found)
    article = read_article(typed)
    if article is None:
        return Asked()
    article = replace(article, law=english.get(article.law.lower(), article.law))
    known_laws = {one.law for one, _ in change_index.articles(found)} | set(english.values())
    if article.law not in known_laws:
        near = [replace(article, law=law) for law in sorted(known_laws) if article.law in law]
        if near:
            return Asked(choices=tuple((one.zh, article_title(one, english)) for one in near))
    return _of_law(article, english)


def _of_law(article: Article, english: dict[str, str]) -> Asked:
    return Asked(Wanted(LAW, article.zh, article_title(article, english), ArticleChanges(article, english)))


def _material(typed: str, found: Sequence[Holder]) -> Asked:
    offered = change_index.materials(found)
    exact = [one for one in offered if typed == one.key or typed in one.names]
    if not exact and (of_key := change_index.material_of_key(found, typed)) is not None:
        exact = [of_key]
    if not exact:
        lower = typed.lower()
        exact = [one for one in offered if any(lower in name.lower() for name in one.names)]
    if len(exact) == 1:
        return Asked(_of_material(exact[0]))
    return Asked(choices=tuple((one.key, one.name) for one in exact))


def _of_material(one: KnownMaterial) -> Wanted:
    # Local rules are no bundle's and may name it.
    bundles = frozenset() if one.key == one.own_key else frozenset({*one.bundles, ""})
    return Wanted(MATERIAL, one.key, one.name, MaterialChanges(one.own_key, one.names), bundles)


def _limit(typed: str, found: Sequence[Holder]) -> Asked:
    offered = change_index.limits(found)
    exact = [one for one in offered if one.key == typed]
    if not exact:
        lower = typed.lower()
        exact = [one for one in offered if lower in one.owner.zh.lower() or lower in one.owner.en.lower()]
    if len(exact) == 1:
        return Asked(_of_limit(exact[0]))
    return Asked(choices=tuple((one.key, limit_title(one)) for one in exact))


def _of_limit(one: KnownLimit) -> Wanted:
    changes = LimitChanges(one.own_key, one.bundle, one.items, one.clocks, one.limit)
    bundles = frozenset({one.bundle}) if one.bundle else frozenset[str]()
    return Wanted(LIMIT, one.key, limit_title(one), changes, bundles)


def _gather(rows: dict[tuple[str, str, str, str], ImpactRow], holder: Holder, touch: Touch) -> None:
    place = touch.place
    row = ImpactRow(
        holder.bundle, str(place.kind), place.file, place.element, place.name, place.part, str(touch.why), touch.said,
        tuple(sorted(place.items)), (holder,),
    )  # fmt: skip
    known_row = rows.get(row.identity)
    rows[row.identity] = replace(known_row, holders=(*known_row.holders, holder)) if known_row else row


def _concerned(holder: Holder, touches: Sequence[Touch], subject: Subject) -> Concerned:
    """A change that touches nothing of certain items alone concerns every case of the release.

    A limit of an item concerns that item's cases, though the diagrams that wait for its clock run others too.
    """
    own = subject.items if isinstance(subject, LimitChanges) else frozenset[str]()
    items = own or frozenset(key for touch in touches for key in touch.place.items)
    told = any(touch.place.kind is PlaceKind.MATERIAL or touch.place.part in _ON_SHEETS for touch in touches)
    return Concerned(holder, items, told)


def _counts(concerned: Sequence[Concerned]) -> Iterator[ImpactRow]:
    """Release by release; each kind is counted once for all of them."""
    asked = {one.holder.id: one.items for one in concerned}
    bundles = frozenset(one.holder.bundle for one in concerned)
    sheets = sheets_under({one.holder.id: one.items for one in concerned if one.on_sheets}, bundles)
    cases, signed = cases_under(asked, bundles), commitments_under(asked, bundles)
    for one in concerned:
        release = one.holder.id
        if release in sheets:
            yield _count(one, SHEETS, sheets[release])
        if release in cases:
            running, begun = cases[release].running, cases[release].begun
            yield _count(one, CASES, running + begun, f"{begun}" if begun else "")
        if release in signed:
            yield _count(one, COMMITMENTS, signed[release])


def _count(one: Concerned, kind: str, count: int, begun: str = "") -> ImpactRow:
    number = one.holder.number
    name = Words(f"第 {number} 版", f"Release {number}")
    items = tuple(sorted(one.items))
    return ImpactRow(one.holder.bundle, kind, "", str(number), name, "", kind, begun, items, (one.holder,), count)


_ORDER = [str(kind) for kind in PlaceKind]


def _in_order(row: ImpactRow) -> tuple[bool, str, int, str]:
    return not row.bundle, row.bundle, _ORDER.index(row.kind), row.file
