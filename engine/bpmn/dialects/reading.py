"""How a dialect is described, and what is said in it about one BPMN element.

A dialect knows every name that its modellers write: attributes of BPMN elements ("@assignee"), extension elements
("inputOutput") and their attributes ("in@source"). For each it says where the name may stand and what becomes of
it, so that nothing is passed over in silence. The names that are read have readers of their own, per dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from lxml import etree

from engine.bpmn.model import Extensions, Remark
from engine.bpmn.xmlread import local_name

USER = "userTask"
START = "startEvent"
LOOP = "multiInstanceLoopCharacteristics"
CALL = "callActivity"


class Fate(Enum):
    """What becomes of a name."""

    READ = auto()  # goes into the model
    NOTED = auto()  # has no effect on how it runs here; a note says so
    TOOLS = auto()  # is for modellers' tools and pictures alone: nothing to tell
    REFUSED = auto()  # changes what runs, and is not run: an error
    JAVA = auto()  # names Java code: an error
    LISTENER = auto()  # is code that runs beside the element: an error
    FIELDS = auto()  # form fields drawn in the diagram: a warning
    VERSION = auto()  # names a version that is not kept: a warning


#: The finding that tells of a fate.
CODES = {
    Fate.JAVA: "java-not-run",
    Fate.LISTENER: "listener-not-run",
    Fate.FIELDS: "fields-not-shown",
    Fate.VERSION: "version-not-kept",
}


@dataclass(frozen=True, slots=True)
class Name:
    """`places`: where it may stand (local names; none: anywhere). With one of the values `harmless` it asks for
    what is done anyhow."""

    fate: Fate
    places: frozenset[str] = frozenset()
    harmless: frozenset[str] = frozenset()


def names(fate: Fate, text: str, places: str = "", harmless: str | None = None) -> dict[str, Name]:
    """The same for each of several names; all three are blank-separated."""
    values = frozenset() if harmless is None else frozenset(("", *harmless.split()))
    return dict.fromkeys(text.split(), Name(fate, frozenset(places.split()), values))


@dataclass(frozen=True, slots=True)
class Said:
    """What stands on one BPMN element in one dialect: attributes without their prefix, and extension elements.

    `prefix` is that of the dialect, for words."""

    prefix: str
    element: etree._Element
    attributes: Mapping[str, str]
    extensions: tuple[etree._Element, ...]

    @property
    def kind(self) -> str:
        """The local name of the BPMN element."""
        return local_name(self.element)

    def all(self, name: str) -> Iterator[etree._Element]:
        """The extension elements of this local name."""
        return (each for each in self.extensions if local_name(each) == name)

    def first(self, name: str) -> etree._Element | None:
        return next(self.all(name), None)


Read = Callable[[Said, Extensions], Extensions]


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """`prefix` is how people write it; `always` are the BPMN elements that it reads wherever its namespace is
    declared, even if nothing of it stands on them."""

    prefix: str
    namespaces: tuple[str, ...]
    names: Mapping[str, Name]
    read: Read = field(repr=False)
    always: frozenset[str] = frozenset()

    def extend(self, said: Said, so_far: Extensions) -> Extensions:
        """`so_far` with all that is said; what is not read is told."""
        told = _Telling(standing(self, said))
        return told.added_to(self.read(said, so_far))


@dataclass(frozen=True, slots=True)
class Standing:
    """A name of a dialect where it stands. `key`: as in the dialect's table; `shown`: as people write it; `detail`:
    with what it says; `place`: the local name of what it stands on.

    `fate` None: the dialect has no such name. `is_misplaced`: it means nothing there; `is_harmless`: it asks for what
    is done anyhow.
    """

    key: str
    shown: str
    detail: str
    place: str
    fate: Fate | None
    is_misplaced: bool = False
    is_harmless: bool = False


def standing(dialect: Dialect, said: Said) -> Iterator[Standing]:
    """Every name of the dialect on one BPMN element, and inside what is read there."""
    for name, value in said.attributes.items():
        yield _attribute(dialect, f"@{name}", f"{dialect.prefix}:{name}", said.kind, value)
    for extension in said.extensions:
        yield from _extension(dialect, extension, said.kind)


def _extension(dialect: Dialect, element: etree._Element, place: str) -> Iterator[Standing]:
    """One extension element with everything inside it, unless it is not run as a whole."""
    pending = [(element, place)]
    while pending:
        each, around = pending.pop()
        name = local_name(each)
        known, shown = dialect.names.get(name), f"{dialect.prefix}:{name}"
        is_misplaced = bool(known and known.places and around not in known.places)
        yield Standing(
            name, shown, f"{shown} {_java_of(each)}".strip(), around, known.fate if known else None, is_misplaced
        )
        if known is None or is_misplaced or known.fate is not Fate.READ:
            continue
        for attribute, value in each.attrib.items():
            key = f"{name}@{str(attribute).rpartition('}')[2]}"
            yield _attribute(dialect, key, f"{dialect.prefix}:{key}", around, str(value))
        pending += [(inner, name) for inner in each if isinstance(inner.tag, str)]


def _attribute(dialect: Dialect, key: str, shown: str, place: str, value: str) -> Standing:
    known, said = dialect.names.get(key), value.strip()
    detail = f"{shown}={said[:80]}"
    if known is None:
        return Standing(key, shown, detail, place, None)
    is_misplaced = known.fate is Fate.READ and bool(known.places) and place not in known.places
    is_harmless = known.fate is not Fate.READ and said in known.harmless
    return Standing(key, shown, detail, place, known.fate, is_misplaced, is_harmless)


class _Telling:
    """Gathers what is to be told about one element, each thing once."""

    def __init__(self, found: Iterable[Standing]) -> None:
        self.noted: dict[str, None] = {}
        self.unread: dict[str, None] = {}
        self.refused: dict[str, None] = {}
        self.told: dict[Remark, None] = {}
        for one in found:
            self._take(one)

    def _take(self, one: Standing) -> None:
        if one.fate is None:
            self.unread[one.shown] = None
        elif one.is_misplaced:
            self.noted[one.shown] = None
        elif not one.is_harmless and one.fate is not Fate.READ:
            self._tell(one.fate, one.shown, one.detail)

    def _tell(self, fate: Fate, shown: str, detail: str) -> None:
        if fate is Fate.NOTED:
            self.noted[shown] = None
        elif fate is Fate.REFUSED:
            self.refused[detail] = None
        elif fate is not Fate.TOOLS:
            code = CODES[fate]
            if fate is Fate.LISTENER and _is_java(detail):
                code = "java-not-run"
            self.told[Remark(code, detail)] = None

    def added_to(self, read: Extensions) -> Extensions:
        if not (self.noted or self.unread or self.refused or self.told):
            return read
        return replace(
            read,
            noted=(*read.noted, *self.noted),
            unread=(*read.unread, *self.unread),
            not_run=(*read.not_run, *self.refused),
            told=(*read.told, *self.told),
        )


#: Attributes that say which code an extension element means, the Java ones first.
_JAVA = ("class", "delegateExpression")
_CODE = (*_JAVA, "expression", "event", "type", "eventType")


def _java_of(element: etree._Element) -> str:
    said = [f"{name}={element.get(name, '')[:80]}" for name in _CODE if element.get(name)]
    return f"({', '.join(said)})" if said else ""


def _is_java(detail: str) -> bool:
    return any(f"{name}=" in detail for name in _JAVA)
