"""What a user task of a trial needs: the fields of its form, and what a worked example gives at this step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine.bundles import Bundle, Example, form_file
from engine.forms import Field
from engine.runtime import UserTask
from engine.trial import Instance, readable_examples
from webapp.feel_text import written
from webapp.services.trials import Source, inspected

#: Properties for the application, which no trial is: which step of a case it is, and which limit runs.
OF_THE_APPLICATION = frozenset({"step", "clock"})


@dataclass(frozen=True, slots=True)
class TaskHint:
    """`fields`: of the task's form; `values`: a worked example's, as text, "" where none has this step;
    `properties`: names and texts that the diagram gives the task."""

    fields: tuple[Field, ...]
    values: str
    properties: tuple[tuple[str, str], ...]


def hint_for(source: Source, instance: Instance, task: UserTask) -> TaskHint:
    """What is known of an open task; of a diagram alone that is its properties."""
    own = tuple((name, text) for name, text in task.properties.items() if name not in OF_THE_APPLICATION)
    if source == Source():
        return TaskHint((), "", own)
    read = inspected(source)
    path = form_file(task.form_key, dict.fromkeys(read.forms, b"")) if task.form_key else None
    fields = tuple(one for one in read.forms[path].inputs if one.label.zh) if path else ()
    if read.bundle is None:
        return TaskHint(fields, "", own)
    item = _item_at(read.bundle, instance, task.scope)
    given = [act for example in _examples(source) for act in example.acts if act.variables]
    here = [act for act in given if act.step == task.properties.get("step")]
    best = min(here, key=lambda act: act.item != item, default=None)  # of the same item before all others
    return TaskHint(fields, written(dict(best.variables)) if best else "", own)


@lru_cache(maxsize=16)
def _examples(source: Source) -> tuple[Example, ...]:
    """All worked examples that can be read, in order: the files of a source never change."""
    return tuple(readable_examples(source.content()))


def _item_at(bundle: Bundle, instance: Instance, scope: int) -> str | None:
    """The item whose call activity stands around a scope; None in the case's own process."""
    while (opened := instance.scopes.get(scope)) is not None:
        for item in bundle.items:
            if item.call_activity == opened.element:
                return item.key
        scope = opened.parent
    return None
