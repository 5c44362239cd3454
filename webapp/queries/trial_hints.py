"""What a user task of a trial needs: the fields of its form, and what a worked example gives at this step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from engine import DefinitionInvalid
from engine.bundles import Bundle, Example, example_files, form_file, read_example
from engine.forms import Field
from engine.runtime import UserTask
from engine.trial import Instance
from webapp.catalogue import release_files
from webapp.feel_text import written
from webapp.queries.releases import release
from webapp.queries.trials import inspected

#: Properties for the application, which no trial is: which step of a case it is, and which limit runs.
OF_THE_APPLICATION = frozenset({"step", "clock"})


@dataclass(frozen=True, slots=True)
class TaskHint:
    """`fields`: of the task's form; `values`: a worked example's, as text, "" where none has this step;
    `properties`: names and texts that the diagram gives the task."""

    fields: tuple[Field, ...]
    values: str
    properties: tuple[tuple[str, str], ...]


def hint_for(release_id: int | None, instance: Instance, task: UserTask) -> TaskHint:
    """What is known of an open task; of a diagram alone that is its properties."""
    own = tuple((name, text) for name, text in task.properties.items() if name not in OF_THE_APPLICATION)
    if release_id is None:
        return TaskHint((), "", own)
    one = release(release_id)
    read = inspected(one.id, one.digest)
    path = form_file(task.form_key, dict.fromkeys(read.forms, b"")) if task.form_key else None
    fields = tuple(one for one in read.forms[path].inputs if one.label.zh) if path else ()
    if read.bundle is None:
        return TaskHint(fields, "", own)
    item = _item_at(read.bundle, instance, task.scope)
    given = [act for example in _examples(one.id, one.digest) for act in example.acts if act.variables]
    here = [act for act in given if act.step == task.properties.get("step")]
    best = min(here, key=lambda act: act.item != item, default=None)  # of the same item before all others
    return TaskHint(fields, written(dict(best.variables)) if best else "", own)


@lru_cache(maxsize=16)
def _examples(release_id: int, digest: str) -> tuple[Example, ...]:
    """All worked examples that can be read, in order. `digest` names the release's files."""
    return tuple(_read_examples(release_files(release_id)))


def _read_examples(files: Mapping[str, bytes]) -> Iterator[Example]:
    for path in example_files(files):
        try:
            yield read_example(files[path], path)
        except DefinitionInvalid:  # its findings say why
            continue


def _item_at(bundle: Bundle, instance: Instance, scope: int) -> str | None:
    """The item whose call activity stands around a scope; None in the case's own process."""
    while (opened := instance.scopes.get(scope)) is not None:
        for item in bundle.items:
            if item.call_activity == opened.element:
                return item.key
        scope = opened.parent
    return None
