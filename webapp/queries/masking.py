"""Names and numbers as lists and public pages show them: enough to recognise, too little to misuse."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from engine.bundles import Bundle, Document, Run

#: Up to here a name is taken for a person's, whoever it belongs to.
SHORT_NAME = 4
MOST_STARS = 6


def masked_person(name: str) -> str:
    """A person's name, however long: the first character alone stays readable."""
    return name[:1] + "*" * (len(name) - 1)


def masked_organisation(name: str) -> str:
    """An organisation's name keeps its beginning and its end: 江城市*****有限公司."""
    if len(name) <= SHORT_NAME:
        return masked_person(name)
    if len(name) <= 8:
        return name[:2] + "*" * (len(name) - 4) + name[-2:]
    return name[:3] + "*" * min(len(name) - 7, MOST_STARS) + name[-4:]


def masked_applicant(name: str, persons: Collection[str] = ()) -> str:
    """An applicant's or a shop's name; `persons` are the names of the people in the application.

    Whoever applies in their own name, or calls the shop by it, is masked as a person.
    """
    return masked_person(name) if name in persons else masked_organisation(name)


def masked_number(text: str) -> str:
    """An identity or mobile number: the first three and the last four characters; short texts are hidden whole."""
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}" if len(text) > 8 else "*" * len(text)


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
