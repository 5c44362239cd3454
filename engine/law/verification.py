"""事后核查: how what was granted by commitment is looked at afterwards, and what follows from what is found.

All of it is the place's (`[verification]` of its profile): the method of each item with its basis; and for each
finding (不符合但情节轻微, 未履行承诺, 虚假承诺 …) whether the holder may rectify first, how often, what is recorded of
the credit, and whether a hearing may be asked for before what was granted is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.law.tables import NOBODY, Table
from engine.words import Words

#: Found to be as committed; every other finding is one of the place's.
PASS = "pass"
#: What follows from a finding: put it right first, or take back what was granted at once.
RECTIFY, REVOKE = "rectify", "revoke"
#: Who took part in anything of the case, or only who took part in the item itself, does not verify it.
CASE, ITEM = "case", "item"
#: Looked at on the spot; facts compared with the records of another body; on the spot by officers who are drawn.
ON_SITE, DATA_COMPARISON, RANDOM_DRAW = "on-site", "data-comparison", "random-draw"
METHODS = (ON_SITE, DATA_COMPARISON, RANDOM_DRAW)
METHOD_WORDS: Mapping[str, Words] = {
    ON_SITE: Words("现场核查", "on the spot"),
    DATA_COMPARISON: Words("数据比对", "by comparing data"),
    RANDOM_DRAW: Words("随机抽取人员现场核查（双随机）", "on the spot by officers drawn at random"),
}


@dataclass(frozen=True, slots=True)
class ComparedFact:
    """One fact that is compared: `answer` is the key of the form's answer, `source` whose records it is held against.

    `source` may be left empty by the place; whoever compares then names it.
    """

    key: str
    name: Words
    answer: str
    source: Words


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """How an item is verified: `photos` is the least number of photos, `facts` what is compared."""

    method: str
    basis: Words
    photos: int = 0
    facts: tuple[ComparedFact, ...] = ()

    @property
    def is_drawn(self) -> bool:
        """Whether its officers are drawn."""
        return self.method == RANDOM_DRAW


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found to be wrong, and what follows. `credit` is the kind of record made when it is revoked; "" none.

    `rectifications`: how many times the holder may put it right. `hearing`: by which text a hearing may be asked for
    before the revocation; None where the place gives none.
    """

    key: str
    name: Words
    basis: Words
    follows: str
    rectifications: int
    credit: str
    hearing: Words | None


#: Where a place says nothing of findings: what is wrong is put right once, then revoked.
FAULT = Finding(RECTIFY, Words("责令限期整改", "to be rectified"), NOBODY, RECTIFY, 1, "", None)


@dataclass(frozen=True, slots=True)
class Separation:
    """核查与审批分离: who examined or decided does not verify; within the whole case, or within the item alone.

    `delegated_acceptance`: nor does the window's clerk who accepted under a delegation, for acceptance is the first act
    of granting whoever does it. A place that says nothing is held to the wider rule in both.
    """

    within: str = CASE
    delegated_acceptance: bool = True
    basis: Words = NOBODY


@dataclass(frozen=True, slots=True)
class VerificationRules:
    """The place's rules: `items` by their key, `findings` in the order in which a page offers them."""

    basis: Words = NOBODY
    separation: Separation = Separation()
    items: Mapping[str, VerificationMethod] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=lambda: {FAULT.key: FAULT})

    def method(self, item: str) -> VerificationMethod:
        """How the item is verified: on the spot, where the place says nothing else."""
        return self.items.get(item) or VerificationMethod(ON_SITE, self.basis)


#: A place without rules of its own.
NO_RULES = VerificationRules()


def read_verification(table: Table) -> VerificationRules:
    """`[verification]` of a profile. What has no basis, or a finding without consequence, is a finding of the file."""
    rules = VerificationRules(
        basis=table.basis(),
        separation=_separation(table),
        items={key: _method(one) for key, one in table.tables("items")},
        findings={key: _finding(key, one) for key, one in table.tables("findings", required=True)},
    )
    if not rules.findings:
        table.wrong("findings", Words("至少规定一种核查发现的后果。", "Say what follows from at least one finding."))
    table.finish()
    return rules


def _separation(table: Table) -> Separation:
    given = table.table("separation", required=False)
    if given is None:
        return Separation()
    separation = Separation(
        within=given.choice("within", (CASE, ITEM)),
        delegated_acceptance=given.boolean("delegated_acceptance", default=True),
        basis=given.basis(),
    )
    given.finish()
    return separation


def _method(table: Table) -> VerificationMethod:
    method = VerificationMethod(
        method=table.choice("method", METHODS),
        basis=table.basis(),
        photos=table.integer("photos", default=0),
        facts=tuple(_fact(key, one) for key, one in table.tables("facts")),
    )
    if method.method == DATA_COMPARISON and not method.facts:
        table.wrong("facts", Words("数据比对应当写明比对哪些事实。", "Say which facts are compared."))
    table.finish()
    return method


def _fact(key: str, table: Table) -> ComparedFact:
    fact = ComparedFact(key, table.words("name"), table.text("answer", required=False), _source(table))
    table.finish()
    return fact


def _source(table: Table) -> Words:
    return table.words("source") if "source" in table else NOBODY


def _finding(key: str, table: Table) -> Finding:
    follows = table.choice("follows", (RECTIFY, REVOKE))
    finding = Finding(
        key=key,
        name=table.words("name"),
        basis=table.basis(),
        follows=follows,
        rectifications=table.integer("rectifications", least=1) if follows == RECTIFY else 0,
        credit=table.text("credit", required=False),
        hearing=_hearing(table),
    )
    if key == PASS:
        table.wrong("name", Words("“pass”是核查通过，不能另作规定。", "“pass” is no finding of the place's."))
    table.finish()
    return finding


def _hearing(table: Table) -> Words | None:
    given = table.table("hearing", required=False)
    if given is None:
        return None
    basis = given.basis()
    given.finish()
    return basis
