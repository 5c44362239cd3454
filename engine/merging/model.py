"""What is merged: documents of entries that have a name of their own, and what two people cannot both have."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ROOT = "/"


class Side(StrEnum):
    """Whose change. Both are made on the same base."""

    MINE = "mine"
    THEIRS = "theirs"

    @property
    def other(self) -> Side:
        return Side.THEIRS if self is Side.MINE else Side.MINE


class Kind(StrEnum):
    """What a conflict is about.

    `value`: one fact of one entry; `gone`: one took out what the other changed or needs; `order`: whose new entries
    stand first; `layout`: where shapes stand that both moved; `lines`: lines of a text; `file`: the file as a whole.
    """

    VALUE = "value"
    GONE = "gone"
    ORDER = "order"
    LAYOUT = "layout"
    LINES = "lines"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a document. `parent`: key of the entry around it; `facts`: what it says, each fact by itself."""

    parent: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Document:
    """A file as entries by key, and the order of those inside each. The root's key is `ROOT`."""

    entries: Mapping[str, Entry]
    order: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both changed differently. Nothing of it is decided before somebody chooses a side.

    `key` tells the place and is the same whoever of the two merges. `element`, `type`, `name`: the entry as people know
    it, "" where there is none; `what`: the path of the fact inside it. The three texts are None where there is nothing.
    `others`: names of what goes or stays together with it.
    """

    key: str
    kind: Kind
    element: str = ""
    type: str = ""
    name: str = ""
    what: str = ""
    base: str | None = None
    mine: str | None = None
    theirs: str | None = None
    others: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Tells this conflict between these very contents: a choice made for others does not count for it."""
        said = repr((self.key, self.base, self.mine, self.theirs, self.others))
        return hashlib.sha256(said.encode()).hexdigest()[:20]


#: What was chosen, by the conflict's mark.
Choices = Mapping[str, Side]


@dataclass(frozen=True, slots=True)
class Merged:
    """Both changes together. `open`: the conflicts that nobody has decided; in `content` they stand as in theirs,
    and what one of the two took out stays. None: the file is taken out.
    """

    content: bytes | None
    conflicts: tuple[Conflict, ...]
    open: tuple[Conflict, ...]
