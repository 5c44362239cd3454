"""Decision tables of a release as rows to read: what is asked, what follows, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from engine import Words
from engine.bundles import Bundle
from webapp.queries.release_diagrams import xml_root

#: How the rules of a table count together.
POLICIES = {
    "UNIQUE": Words("只有一条规则适用", "Only one rule applies"),
    "FIRST": Words("第一条适用的规则算数", "The first rule that applies counts"),
    "ANY": Words("适用的规则结果相同", "Rules that apply say the same"),
    "PRIORITY": Words("结果优先的规则算数", "The rule with the result of highest priority counts"),
    "COLLECT": Words("收集全部结果", "All results are collected"),
    "RULE ORDER": Words("按规则顺序收集", "Collected in the order of the rules"),
    "OUTPUT ORDER": Words("按结果顺序收集", "Collected in the order of the results"),
}

Said = Callable[[etree._Element, str, str], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a cell per input, then per output, then the notes."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision with its table. `policy` as DMN writes it (UNIQUE, FIRST …); `reads`: the expression of each input."""

    path: str
    id: str
    name: str
    policy: str
    inputs: tuple[str, ...]
    reads: tuple[str, ...]
    outputs: tuple[str, ...]
    notes: tuple[str, ...]
    rules: tuple[Rule, ...]

    @property
    def policy_words(self) -> Words:
        """What the policy means."""
        return POLICIES.get(self.policy, Words(self.policy, self.policy))


def decision_tables(files: Mapping[str, bytes], bundle: Bundle | None, language: str) -> list[DecisionTable]:
    """Every decision table of the .dmn files, in the order of the files; names in `language`."""
    found: list[DecisionTable] = []
    for path in sorted(path for path in files if path.lower().endswith(".dmn")):
        root = xml_root(files[path])
        if root is not None:
            found += [
                _table(path, decision, table, bundle, language)
                for decision in root.iter("{*}decision")
                for table in decision.iterchildren("{*}decisionTable")
            ]
    return found


def _table(
    path: str, decision: etree._Element, table: etree._Element, bundle: Bundle | None, language: str
) -> DecisionTable:
    def said(element: etree._Element, attribute: str, chinese: str) -> str:
        id_ = element.get("id")
        if bundle is None or not id_ or not chinese:
            return chinese
        return bundle.words(path, id_, attribute, chinese).in_language(language)

    inputs, outputs = list(table.iterchildren("{*}input")), list(table.iterchildren("{*}output"))
    notes = list(table.iterchildren("{*}annotation"))
    return DecisionTable(
        path,
        decision.get("id", ""),
        said(decision, "name", decision.get("name", "")),
        table.get("hitPolicy", "UNIQUE"),
        tuple(said(one, "label", str(one.get("label") or _text(one.find("{*}inputExpression")))) for one in inputs),
        tuple(_text(one.find("{*}inputExpression")) for one in inputs),
        tuple(said(one, "label", str(one.get("label") or one.get("name", ""))) for one in outputs),
        tuple(said(table, "annotation", one.get("name", "")) for one in notes),
        tuple(
            Rule(
                rule.get("id", ""),
                tuple(_text(one) or "—" for one in rule.iterchildren("{*}inputEntry")),
                tuple(_cell(one, said) for one in rule.iterchildren("{*}outputEntry")),
                tuple(_notes(rule, said)),
            )
            for rule in table.iterchildren("{*}rule")
        ),
    )


def _cell(entry: etree._Element, said: Said) -> str:
    """An output; a text between quotes is shown as the text, in the reader's language."""
    written = _text(entry)
    if len(written) > 1 and written[0] == written[-1] == '"' and '"' not in written[1:-1]:
        return said(entry, "text", written[1:-1])
    return written


def _notes(rule: etree._Element, said: Said) -> Iterable[str]:
    for entry in rule.iterchildren("{*}annotationEntry"):
        yield said(rule, "annotation", _text(entry))


def _text(element: etree._Element | None) -> str:
    return "" if element is None else "".join(str(part) for part in element.itertext()).strip()
