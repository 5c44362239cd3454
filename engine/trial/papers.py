"""文书 of a trial: what the acts so far would have issued, by the table that the application asks as well.

A trial issues nothing: it has no case, no number and no seal. What persons order besides the diagram is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.bundles import (
    INTAKE_KNOWN,
    RECEIVED,
    TURNED_DOWN,
    Bundle,
    DocumentKind,
    Issuing,
    Item,
    On,
    issued_on,
    template_path,
)
from engine.law import Profile, ruling_words
from engine.trial.applying import applying, case_among, facts_of, needing
from engine.trial.deeds import JOB, RULING_STEPS, Deed, accepts, turns_down
from engine.trial.host import Trial
from engine.trial.instance import Instance
from engine.words import Words


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """A document that would have been issued. `key`: of its template; `path`: where that stands, None for nowhere.

    `element` "": the turn of the case, and no element, brought it. `on_request`: the window issues it when it is asked.
    """

    at: datetime
    title: Words
    key: str
    path: str | None
    item: Item | None
    instance: int
    process: str
    element: str
    on_request: bool


def issued_papers(
    trial: Trial, bundle: Bundle, kinds: Mapping[str, DocumentKind], files: Mapping[str, bytes], place: Profile
) -> list[IssuedPaper]:
    """Everything in order. `kinds` and `files` are the bundle's; a trial that has started nothing issues nothing."""
    return list(_Issuing(trial, bundle, kinds, files, place).told())


@dataclass(slots=True)
class _Issuing:
    trial: Trial
    bundle: Bundle
    kinds: Mapping[str, DocumentKind]
    files: Mapping[str, bytes]
    place: Profile
    opened: dict[str, datetime] = field(init=False)  # element -> when the case's process first came to it
    known: set[str] = field(default_factory=set)  # items whose outcome of intake is known
    is_told: bool = False  # that all of them are

    def __post_init__(self) -> None:
        history = self.case.history if self.case is not None else []
        self.opened = {line.element: at for at, line in reversed(history) if line.what == "entered"}

    @property
    def case(self) -> Instance | None:
        """The instance that a case of the bundle would be."""
        return case_among(self.trial.instances, self.bundle)

    def told(self) -> Iterator[IssuedPaper]:
        if self.case is not None and self.case.history:
            began = self.case.history[0].at
            yield from self._at(RECEIVED, began, [None])
            yield from self._all_known(began)
        for deed in self.trial.deeds:
            item = self._item(deed.item)
            lines = list(self._lines(deed, item))
            for line in lines:
                yield from self._paper(line, deed, item)
            if item is not None and _is_known(deed):
                self.known.add(item.key)
            if item is not None and any(line.ends_item for line in lines):
                yield from self._turned_down(item, deed.at)
            yield from self._all_known(deed.at)

    def _lines(self, deed: Deed, item: Item | None) -> Iterator[Issuing]:
        on = On.JOB if deed.what == JOB else On.STEP
        kind, key = (item.kind, item.key) if item is not None else ("", "")
        return issued_on(on, deed.name, deed.given, item_kind=kind, item=key, place=self.place)

    def _paper(self, line: Issuing, deed: Deed, item: Item | None) -> Iterator[IssuedPaper]:
        if line.is_licence and item is not None and item.licence is not None:
            key, title = item.licence.template, item.licence.name
        elif line.kind in self.kinds:
            key, title = self._document(line.kind, item)
        else:
            return
        yield IssuedPaper(
            deed.at, title, key, self._path(key), item, deed.instance, deed.process, deed.element, line.on_request
        )

    def _at(self, turn: str, at: datetime, items: list[Item | None]) -> Iterator[IssuedPaper]:
        case = self.case
        for line in issued_on(On.TURN, turn, place=self.place):
            for item in items if line.kind in self.kinds and case is not None else ():
                key, title = self._document(line.kind, item)
                number, process = (case.number, case.process) if case is not None else (0, "")
                yield IssuedPaper(at, title, key, self._path(key), item, number, process, "", line.on_request)

    def _document(self, kind: str, item: Item | None) -> tuple[str, Words]:
        """Key of the template and title, as the application takes them for an item of this kind."""
        known, own = self.kinds[kind], f"{kind}-{item.kind}" if item is not None else kind
        title = known.title
        if item is not None and kind in RULINGS:
            title = ruling_words(item.kind).document_title(RULINGS[kind])
        return own if self._path(own) else kind, title

    def _path(self, key: str) -> str | None:
        return template_path(self.files, key, "zh", self.place.key)

    # -- what a case knows besides the diagram -------------------------------------------------------

    def _item(self, key: str | None) -> Item | None:
        return next((item for item in self.bundle.items if item.key == key), None)

    def _applying(self) -> list[Item]:
        return applying(self.case, self.bundle)

    def _turned_down(self, item: Item, at: datetime) -> Iterator[IssuedPaper]:
        """What needs the result of this item, directly or not, and has not begun, is told at once."""
        waiting = [one for one in self._applying() if one.key in needing(self.bundle, item.key) - self.known]
        left: list[Item | None] = [one for one in waiting if one.call_activity not in self.opened]
        self.known |= {one.key for one in left if one is not None}
        yield from self._at(TURNED_DOWN, at, left)

    def _all_known(self, at: datetime) -> Iterator[IssuedPaper]:
        applying = self._applying()
        if self.is_told or not applying or not all(self._is_known(item, at) for item in applying):
            return
        self.is_told = True
        yield from self._at(INTAKE_KNOWN, at, [None])

    def _is_known(self, item: Item, at: datetime) -> bool:
        """By commitment, at the window or elsewhere nobody accepts: it is known when the item opens."""
        committed = facts_of(self.case, item.key).get("way") == "commitment"
        at_once = committed or item.accepts == "window" or item.decided_in == "external"
        opened = self.opened.get(item.call_activity)
        return item.key in self.known or (at_once and opened is not None and opened <= at)


#: Documents that are called by the kind of their item -> the ruling.
RULINGS = {"grant": "grant", "refusal": "refuse"}


def _is_known(deed: Deed) -> bool:
    """Whether the outcome of intake is known after it."""
    return deed.name in RULING_STEPS or accepts(deed) or turns_down(deed)
