"""What a place watches its own offices by: the rules that raise supervision signals (监察信号).

The licensing law makes officials answerable for not accepting, not telling once, giving no reasons and being late
(行政许可法 art. 72, 74). Which delay or fault a place marks, in which colour, on which basis, and how long the unit
has to answer, is data: `supervision/<profile>.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.findings import Report
from engine.law.tables import UNITS, Table, read_toml, without_unit
from engine.law.terms import ClockTerms
from engine.words import Words

COLOURS = ("yellow", "red")
#: What finds it: the mark of a clock, the limit of a step, the reasons of a decision, a refused try, or the act itself.
WATCHES = ("clock", "step", "reasons", "refusal", "act")
MARKS = ("-1", "100%")
#: Who decides on what a unit says to a signal: the office's supervision, or the unit's own deciders.
JUDGES = ("supervision", "unit")


@dataclass(frozen=True, slots=True)
class SignalRule:
    """One rule. `told` are the words that a person reads beside the name: what was found.

    What watches a clock has `clocks` and a `mark` ("100%": the due day has passed); what watches reasons has
    `least_characters`, below which they are none; what watches refused tries has the names of the `refusals`.
    """

    kind: str
    name: Words
    told: Words
    colour: str
    watch: str
    basis: Words
    clocks: tuple[str, ...] = ()
    mark: str = ""
    least_characters: int = 0
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalRules:
    """The rules of one place by kind. `answer` and `appeal`: how long the unit has for each, with basis.

    `judge`: who upholds or withdraws a signal; supervision where a table does not say. `steps`: the limit of a step
    by its name, for rules that watch steps.
    """

    key: str
    rules: Mapping[str, SignalRule]
    answer: ClockTerms
    appeal: ClockTerms
    steps: Mapping[str, ClockTerms]
    judge: str
    judge_basis: Words

    def watching(self, watch: str) -> tuple[SignalRule, ...]:
        return tuple(rule for rule in self.rules.values() if rule.watch == watch)

    @property
    def clocks(self) -> frozenset[str]:
        """The clocks that the office answers for. Others run for the applicant (a correction, a rectification)."""
        return frozenset(name for rule in self.watching("clock") for name in rule.clocks)


def read_signal_rules(content: bytes, file: str = "supervision.toml") -> SignalRules:
    """Reads `supervision/<profile>.toml`. Raises DefinitionInvalid with every fault found in it.

    A rule without basis is refused (code "limit-without-basis"), as is a limit without unit.
    """
    report = Report(file)
    root = read_toml(content, report)
    root.integer("format", least=1)
    judge, judge_basis = _judge(root)
    rules = SignalRules(
        key=root.text("key"),
        rules={kind: _rule(kind, table) for kind, table in root.tables("signals")},
        answer=_limit("answer", root.table("answer")),
        appeal=_limit("appeal", root.table("appeal")),
        steps={step: _limit(step, table) for step, table in root.tables("steps")},
        judge=judge,
        judge_basis=judge_basis,
    )
    root.finish()
    report.raise_errors()
    return rules


def _judge(root: Table) -> tuple[str, Words]:
    table = root.table("judge", required=False)
    if table is None:
        return JUDGES[0], Words("", "")
    judge, basis = table.choice("by", JUDGES), table.basis()
    table.finish()
    return judge, basis


def _rule(kind: str, table: Table) -> SignalRule:
    watch = table.choice("watch", WATCHES)
    on_clock = watch == "clock"
    rule = SignalRule(
        kind,
        table.words("name"),
        table.words("told"),
        table.choice("colour", COLOURS),
        watch,
        table.basis(),
        table.texts("clocks") if on_clock else (),
        table.choice("mark", MARKS) if on_clock else "",
        table.integer("least_characters", least=1) if watch == "reasons" else 0,
        table.texts("refusals") if watch == "refusal" else (),
    )
    table.finish()
    return rule


def _limit(name: str, table: Table | None) -> ClockTerms:
    if table is None:
        return ClockTerms(name, 0, "working_days", Words("", ""))
    value, unit = table.integer("value", least=1), table.text("unit", required=False)
    if not unit:
        without_unit(table.report, table.path)
    elif unit not in UNITS:
        table.choice("unit", UNITS)
    basis = table.basis()
    table.finish()
    return ClockTerms(name, value, unit, basis)
