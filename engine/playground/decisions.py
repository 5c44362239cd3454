"""A decision of a DMN file, tried over an input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dmn import Decision, DecisionOutcome, Decisions, read_decisions
from engine.dmn.analysis import doubts_in
from engine.dmn.model import InputData
from engine.errors import EngineError
from engine.expressions.feel.builtins import BUILTINS
from engine.findings import Finding, errors_in
from engine.playground.days import day_notes, noting
from engine.playground.telling import Fault, fault_of, missing_words
from engine.runtime import Context
from engine.values import Value
from engine.words import Words


@dataclass(frozen=True, slots=True)
class DecisionTried:
    """What was decided, with its trace (`outcome.steps`), or `fault`.

    `hints`: names that the input does not have, and what the working days that were counted do not stand on.
    """

    outcome: DecisionOutcome | None = None
    fault: Fault | None = None
    hints: tuple[Words, ...] = ()


def read_model(content: bytes, file: str, others: Mapping[str, bytes] | None = None) -> tuple[Decisions, list[Finding]]:
    """The decisions of a file, and all that is wrong or doubtful in it; with an error none can be tried.

    `others` are files given together with it, by name, that it may import.
    """
    decisions, findings = read_decisions(content, file, others)
    return decisions, findings if errors_in(findings) else findings + doubts_in(content, file)


def decision_chosen(decisions: Decisions, wanted: str) -> str:
    """The id of the decision with this id or name; without one that of the last on which no other depends.

    "" where there is none.
    """
    named = [key for key in decisions.ids if wanted in (key, decisions.decision(key).name)]
    if wanted:
        return named[0] if named else ""
    required = {each for key in decisions.ids for each in decisions.decision(key).requires}
    tops = [key for key in decisions.ids if key not in required]
    return (tops or [*decisions.ids] or [""])[-1]


def try_decision(
    decisions: Decisions, decision_id: str, given: Mapping[str, Value], context: Context | None = None
) -> DecisionTried:
    """Decide over `given`, within the context's budget. Raises KeyError where there is no such decision."""
    noted = None if context is None else noting(context)
    hints = tuple(missing_words(set(expected_input(decisions, decision_id)) - given.keys(), given))
    try:
        outcome = decisions.evaluate(decision_id, given, noted)
        return DecisionTried(outcome, None, hints + day_notes(noted))
    except EngineError as failed:
        return DecisionTried(None, fault_of(failed), hints + day_notes(noted))


def expected_input(decisions: Decisions, decision_id: str) -> list[str]:
    """Input data that the decision and those that it needs want; in a file that declares none, the variables that
    their tables read. Raises KeyError.

    Names in other expressions may be those of the parts of a list: of these nothing is said.
    """
    decision = decisions.decision(decision_id)
    nodes = [*(decisions.nodes[key] for key in decisions.needed(decision_id)), decision]
    declared = [node.name for node in nodes if isinstance(node, InputData)]
    if declared:
        return list(dict.fromkeys(declared))
    made = {node.variable for node in nodes}
    tables = [node for node in nodes if isinstance(node, Decision) and node.table is not None]
    read = [name for node in tables for name in node.reads if name.replace(" ", "").replace("_", "").isalnum()]
    return [name for name in dict.fromkeys(read) if name not in made and name not in BUILTINS]
