"""What facts and reasons must at least say, before something is refused or undone on them (art. 38, 72)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.law.tables import Table
from engine.words import Words


@dataclass(frozen=True, slots=True)
class GroundRules:
    """A place's rule. `characters`: so many letters, signs not counted; `rule_marks`: a text that has one of them names
    a rule.

    It is a floor below which nothing is said, and no judgement on what is.
    """

    characters: int
    rule_marks: tuple[str, ...]
    basis: Words

    def too_short(self, text: str) -> bool:
        """Whether the text says less than anything."""
        return sum(character.isalnum() for character in text) < self.characters

    def names_rule(self, text: str) -> bool:
        """Whether the text names a rule; where the place has no marks, everything does."""
        return not self.rule_marks or any(mark.casefold() in text.casefold() for mark in self.rule_marks)

    def say_the_same(self, texts: Sequence[str]) -> bool:
        """Whether one text stands for facts and reasons at once."""
        said = ["".join(character for character in text if character.isalnum()) for text in texts]
        return len(said) > 1 and len(set(said)) < len(said)


def read_grounds(root: Table) -> GroundRules | None:
    """`[grounds]` of a profile; None where the place asks for nothing more than that something is said."""
    table = root.table("grounds", required=False)
    if table is None:
        return None
    rules = GroundRules(table.integer("characters", least=1), table.texts("rule_marks", required=False), table.basis())
    table.finish()
    return rules
