"""The conditions of a bundle's catalogue and tables in words, for whoever signs it and does not read FEEL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine import Words
from engine.bundles import Bundle, Labelled, cell_words, condition_words, form_file, labels_of
from engine.expressions import Expression
from engine.forms import Form


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the conditions of one bundle read, by name."""

    known: Mapping[str, Labelled]

    def told(self, condition: Expression | None) -> Words | None:
        """What a condition says; None where there is none, or no words for it."""
        return None if condition is None else condition_words(condition.source, self.known)

    def cell(self, reads: str, written: str) -> Words | None:
        """What a cell of a decision table asks of what its column `reads`; None where there are no words for it."""
        return cell_words(written, self.known.get(reads, Labelled(Words("", ""), {})))


def conditions_of(bundle: Bundle | None, files: Mapping[str, bytes], forms: Mapping[str, Form]) -> Conditions:
    """Conditions by the questions of this bundle and the fields of its form. `forms` by their paths."""
    form = forms.get(form_file(bundle.form_key, files) or "") if bundle is not None else None
    return Conditions(labels_of(bundle, form) if bundle is not None else {})
