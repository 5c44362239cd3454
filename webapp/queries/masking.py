"""Names and numbers as lists and public pages show them: enough to recognise, too little to misuse."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from engine.bundles import Bundle, Document, Run
from webapp.masks import masked_number, masked_organisation, masked_person

__all__ = [
    "masked_applicant",
    "masked_number",
    "masked_organisation",
    "masked_person",
    "paper_without_names",
    "persons_in",
    "without_names",
]


def masked_applicant(name: str, persons: Collection[str] = ()) -> str:
    """An applicant's or a shop's name; `persons` are the names of the people in the application.

    Whoever applies in their own name, or calls the shop by it, is masked as a person.
    """
    return masked_person(name) if name in persons else masked_organisation(name)


def persons_in(bundle: Bundle, answers: Mapping[str, Any]) -> frozenset[str]:
    """The names of the people in an application: who signs for it, and who collects its results."""
    fields = (bundle.signatory_name_field, *bundle.collector_name_fields)
    return frozenset(str(answers[key]) for key in fields if answers.get(key))


def without_names(text: str, names: Collection[str], persons: Collection[str] = ()) -> str:
    """`text` with each of these names masked wherever it stands; `persons` are masked as people."""
    for name in sorted({*names, *persons} - {""}, key=len, reverse=True):
        text = text.replace(name, masked_applicant(name, persons))
    return text


def paper_without_names(paper: Document, names: Collection[str], persons: Collection[str] = ()) -> Document:
    """A paper as a public page shows it: word for word but for the names."""

    def line(runs: tuple[Run, ...]) -> tuple[Run, ...]:
        return tuple(replace(run, text=without_names(run.text, names, persons)) for run in runs)

    return Document(
        tuple(
            replace(
                block,
                lines=tuple(map(line, block.lines)),
                rows=tuple(tuple(map(line, row)) for row in block.rows),
            )
            for block in paper.blocks
        )
    )
