"""Reads the terms of a commitment: of an item (`[commitment]`), or of one requirement of a material."""

from __future__ import annotations

from engine.bundles.model import CommitmentTerms
from engine.bundles.reading import Reading
from engine.law.tables import Table
from engine.words import Words

#: How a letter may be signed: on the window's tablet, on paper, on the signer's own phone, by a code sent to it.
SIGNING_CHANNELS = ("tablet", "scan", "phone", "code")
#: What is open where the terms do not say.
USUAL_CHANNELS = ("tablet", "scan")


def read_commitment(reading: Reading, root: Table) -> CommitmentTerms | None:
    """The table `commitment` of an item or of a requirement; None where there is none."""
    table = root.table("commitment", required=False)
    if table is None:
        return None
    terms = CommitmentTerms(
        letter=table.text("letter"),
        conditions=tuple(reading.texts_of(table.table("conditions")).values()),
        told=tuple(reading.texts_of(table.table("told")).values()),
        replaces=table.texts("replaces", required=False),
        verification_parameter=table.text("verification_parameter"),
        representative_may_sign=table.boolean("representative_may_sign", default=False),
        channels=_channels(table),
        typed_name=table.boolean("typed_name", default=False),
    )
    table.finish()
    return terms


def read_requirement_commitment(reading: Reading, root: Table) -> CommitmentTerms | None:
    """The terms by which a commitment replaces this one proof; it replaces nothing else."""
    terms = read_commitment(reading, root)
    if terms is not None and terms.replaces:
        root.wrong(
            "commitment.replaces",
            Words(
                "对单项材料的承诺只替代该材料，不写 replaces。",
                "A commitment for one material replaces that one: it has no replaces.",
            ),
        )
    return terms


def _channels(table: Table) -> tuple[str, ...]:
    named = table.texts("channels", required=False)
    for name in named:
        if name not in SIGNING_CHANNELS:
            known = ", ".join(SIGNING_CHANNELS)
            table.wrong("channels", Words(f"“{name}”不在 {known} 之中。", f"“{name}” is not one of {known}."))
    return named or USUAL_CHANNELS
