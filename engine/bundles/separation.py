"""职责分离: who does not do a step, because of what they did before. Declared in the diagram, or laid down by law.

A user task says it with the property `separate`, words with spaces between them: `not:<step>` (whoever had a part in
that step of the item does not do this one), `two-persons` (those who sign it are different people, substitutes
included), `no-relatives` (who does it is asked first whether a relative's or an own matter is at stake). What holds
whatever a diagram says stands in `separation.toml` beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files as package_files

from engine.bpmn import Node, Program
from engine.findings import Report
from engine.law.tables import Table, read_toml
from engine.words import Words

PROPERTY = "separate"
NOT = "not:"
TWO_PERSONS, NO_RELATIVES = "two-persons", "no-relatives"
_FILE = "separation.toml"
_NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class StepSeparation:
    """The rule of one step. `apart`: steps whose people do not do it; `unknown`: words that say nothing."""

    apart: frozenset[str] = frozenset()
    two_persons: bool = False
    no_relatives: bool = False
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalSeparation:
    """What holds at a step whatever its diagram says; `declared`: what a diagram is expected to say itself."""

    apart: frozenset[str] = frozenset()
    declared: frozenset[str] = frozenset()
    why: Words = _NOTHING


def read_separation(text: str) -> StepSeparation:
    """The rule that a property states. Raises nothing: what it does not know is in `unknown`."""
    words = text.replace(",", " ").split()
    return StepSeparation(
        apart=frozenset(word[len(NOT) :] for word in words if word.startswith(NOT) and word != NOT),
        two_persons=TWO_PERSONS in words,
        no_relatives=NO_RELATIVES in words,
        unknown=tuple(word for word in words if not _known(word)),
    )


def _known(word: str) -> bool:
    return word in (TWO_PERSONS, NO_RELATIVES) or (word.startswith(NOT) and word != NOT)


def declared_separation(node: Node) -> StepSeparation:
    """What the element itself says."""
    return next((read_separation(slot.text) for name, slot in node.properties if name == PROPERTY), _UNDECLARED)


_UNDECLARED = StepSeparation()


def separation_at(program: Program, process: str, element: str, step: str) -> StepSeparation:
    """The rule of an element that stands for `step`: what it declares, and what the law adds."""
    known = program.processes.get(process)
    node = known.nodes.get(element) if known else None
    declared = declared_separation(node) if node else _UNDECLARED
    legal = legal_separation(step).apart
    return replace(declared, apart=declared.apart | legal) if legal - declared.apart else declared


def legal_separation(step: str) -> LegalSeparation:
    """What holds at every step of this name."""
    return _legal().get(step, _FREE)


_FREE = LegalSeparation()


def steps_in_law() -> frozenset[str]:
    """The steps that the rules of the law speak of: a shared process may name one that this bundle does not have."""
    return frozenset(_legal()).union(*(rule.apart for rule in _legal().values()))


@lru_cache(maxsize=1)
def _legal() -> Mapping[str, LegalSeparation]:
    report = Report(_FILE)
    table = read_toml((package_files("engine.bundles") / _FILE).read_bytes(), report)
    table.integer("format", least=1)
    rules = {step: _rule(one) for step, one in table.tables("steps", required=True)}
    table.finish()
    report.raise_errors()
    return rules


def _rule(table: Table) -> LegalSeparation:
    rule = LegalSeparation(
        apart=frozenset(table.texts("apart")),
        declared=frozenset(table.texts("declared", required=False)),
        why=table.words("why"),
    )
    table.finish()
    return rule
