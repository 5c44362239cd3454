"""What is on its way between the instances of a trial: messages and signals, and messages kept for later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from engine.runtime import Thrown
from engine.values import Value


class Letter(NamedTuple):
    """A message or signal; `sender` is the number of the instance that threw it, 0 for the outside."""

    kind: str
    name: str
    key: str | None
    payload: Mapping[str, Value]
    sender: int = 0

    @classmethod
    def thrown(cls, thrown: Thrown, sender: int) -> Letter:
        return cls(thrown.kind, thrown.name, thrown.key, thrown.payload, sender)


class Sent(NamedTuple):
    """A letter on its way: when, and whether somebody took it then."""

    at: datetime
    letter: Letter
    taken: bool


class Kept(NamedTuple):
    """A message that nobody waited for yet."""

    letter: Letter
    until: datetime


@dataclass(slots=True)
class PostOffice:
    """Keeps messages until somebody waits for them or their time has passed."""

    time_to_live: timedelta
    kept: list[Kept] = field(default_factory=list)

    def keep(self, letter: Letter, now: datetime) -> bool:
        """False where messages are not kept."""
        if self.time_to_live > timedelta():
            self.kept.append(Kept(letter, now + self.time_to_live))
        return self.time_to_live > timedelta()

    def collect(self, name: str, key: str | None, now: datetime) -> Letter | None:
        """The oldest kept message that a subscription of this name and key takes; it is kept no longer."""
        self.kept = [one for one in self.kept if one.until > now]
        for number, one in enumerate(self.kept):
            if one.letter.name == name and key in (None, one.letter.key):
                return self.kept.pop(number).letter
        return None
