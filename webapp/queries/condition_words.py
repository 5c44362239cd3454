"""The conditions of a bundle's catalogue in words, for whoever signs it and does not read FEEL."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine import Words
from engine.bundles import Bundle, condition_words, form_file, labels_of
from engine.expressions import Expression
from engine.forms import Form

#: What a condition says; None where there is no condition, or no words for it.
Told = Callable[[Expression | None], Words | None]


def conditions_of(bundle: Bundle | None, files: Mapping[str, bytes], forms: Mapping[str, Form]) -> Told:
    """Tells conditions by the questions of this bundle and the fields of its form. `forms` by their paths."""
    form = forms.get(form_file(bundle.form_key, files) or "") if bundle is not None else None
    labels = labels_of(bundle, form) if bundle is not None else {}

    def told(condition: Expression | None) -> Words | None:
        return None if condition is None else condition_words(condition.source, labels)

    return told
