"""What a new version of a bundle changes, item by item, and which department answers for each change.

Every fact counts in the office's language; translations of it are a subject of their own (`texts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any

from engine.bundles.called_processes import DIAGRAM_ENDINGS, call_targets, meaning_of
from engine.bundles.decision_meanings import DECISION_ENDING, same_decisions
from engine.bundles.model import Bundle, Item
from engine.bundles.reader import read_bundle
from engine.expressions import Expression
from engine.words import Words

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

#: Aspect of an item -> the fields of `Item` that say it.
ITEM_ASPECTS: Mapping[str, tuple[str, ...]] = {
    "name": ("code", "name", "kind"),
    "department": ("department", "hand_up"),
    "supervision": ("supervised_by",),
    "acceptance": ("decided_in", "accepts", "delegation", "immediate"),
    "limits": ("limits", "extension"),
    "basis": ("basis", "refusal_basis", "reconsideration_first", "intake_basis"),
    "conditions": ("conditions",),
    "situations": ("situations",),
    "checklist": ("checklist", "visit_checklist"),
    "groups": ("groups",),
    "commitment": ("commitment",),
    "licence": ("licence",),
    "order": ("needs_result_of",),
}
#: Aspect of the whole -> the fields of `Bundle` that say it.
WHOLE_ASPECTS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "summary", "life_cycle", "life_cycle_name", "case_prefix", "demo"),
    "baseline": ("baseline",),
    "department": ("lead_department",),
    "limits": ("joint_limit", "joint_extension"),
    "refused-item": ("refused_item_policy", "refused_item_basis"),
    "questions": ("questions",),
    "answers": (
        "form_key", "applicant_name_field", "subject_field", "case_variables", "identity_fields",
        "signatory_name_field", "signatory_id_field", "signatory_mobile_field", "collector_fields",
        "collector_name_fields", "district_field", "present_field",
    ),
    "process": ("entry_process", "entry_file", "shared"),
    "tables": ("eligibility_decision",),
}  # fmt: skip
#: Beginning of a path, or its ending -> the aspect of the whole that its file belongs to.
_FOLDERS = {"documents/": "documents", "guide/": "guide", "texts/": "texts", "examples/": "examples"}
_ENDINGS = {".dmn": "tables", ".form": "forms", **dict.fromkeys(DIAGRAM_ENDINGS, "process")}


@dataclass(frozen=True, slots=True)
class AffectedItem:
    """One item that is added, removed or changed. `departments` answer for it, in either version."""

    key: str
    name: Words
    kind: str  # "added" | "removed" | "changed"
    aspects: tuple[str, ...]
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Affected:
    """What changes. `whole`: aspects of the bundle as such, for which `lead_departments` answer, of both versions."""

    items: tuple[AffectedItem, ...]
    whole: tuple[str, ...]
    lead_departments: tuple[str, ...]

    @property
    def departments(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Department -> what of its own changes: item key ("" for the whole) -> aspects, or what became of it."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for item in self.items:
            for department in item.departments:
                found.setdefault(department, {})[item.key] = item.aspects or (item.kind,)
        for department in self.lead_departments if self.whole else ():
            found.setdefault(department, {})[""] = self.whole
        return found


def affected(
    before: Mapping[str, bytes] | None, now: Mapping[str, bytes], posts: Mapping[str, str] = MappingProxyType({})
) -> Affected:
    """What the files `now` change against those `before` (None: there is no version yet).

    `posts`: key of a post of the office -> its department. Raises DefinitionInvalid where a catalogue cannot be read.
    """
    new = read_bundle(now)
    if before is None:
        items = tuple(_whole_item(item, ADDED, posts) for item in new.items)
        return Affected(items, (ADDED,), (new.lead_department,))
    old = read_bundle(before)
    files = frozenset(_changed_files(before, now))
    items = tuple(_items(_Version(old, before), _Version(new, now), files, posts))
    whole = _whole(old, new, files, _runs_by_item(old, before) | _runs_by_item(new, now))
    return Affected(items, whole, tuple(dict.fromkeys([new.lead_department, old.lead_department])))


@dataclass(frozen=True, slots=True)
class _Version:
    bundle: Bundle
    files: Mapping[str, bytes]


def _items(old: _Version, new: _Version, files: frozenset[str], posts: Mapping[str, str]) -> Iterator[AffectedItem]:
    before = {item.key: item for item in old.bundle.items}
    calls_before = call_targets(old.files, old.bundle.entry_file)
    calls_now = call_targets(new.files, new.bundle.entry_file)
    for item in new.bundle.items:
        was = before.get(item.key)
        if was is None:
            yield _whole_item(item, ADDED, posts)
            continue
        runs = calls_before.get(was.call_activity, frozenset()) | calls_now.get(item.call_activity, frozenset())
        moved = calls_before.get(was.call_activity) != calls_now.get(item.call_activity)
        aspects = [name for name, said in ITEM_ASPECTS.items() if _differ(was, item, said)]
        aspects += ["materials"] * (_materials(old.bundle, item.key) != _materials(new.bundle, item.key))
        aspects += ["documents"] * any(_is_paper_of(path, was, item) for path in files)
        aspects += ["process"] * (moved or not runs.isdisjoint(files))
        if aspects:
            departments = dict.fromkeys([*_departments(item, posts), *_departments(was, posts)])
            if "supervision" in aspects:
                departments |= dict.fromkeys([item.supervised_by, was.supervised_by])
            yield AffectedItem(item.key, item.name, CHANGED, tuple(aspects), tuple(departments))
    kept = {item.key for item in new.bundle.items}
    yield from (_whole_item(item, REMOVED, posts) for item in old.bundle.items if item.key not in kept)


def _whole_item(item: Item, kind: str, posts: Mapping[str, str]) -> AffectedItem:
    return AffectedItem(item.key, item.name, kind, (), _departments(item, posts))


def _departments(item: Item, posts: Mapping[str, str]) -> tuple[str, ...]:
    """Who decides on it, who reviews it first where it is handed up, and whose post reviews it."""
    reviewing = posts.get(item.groups.get("review", ""), item.reviewing_department)
    return tuple(dict.fromkeys([item.department, item.reviewing_department, reviewing]))


def _whole(old: Bundle, new: Bundle, files: frozenset[str], run_by_items: frozenset[str]) -> tuple[str, ...]:
    """Aspects of the bundle as such; papers and processes of single items are theirs."""
    aspects = {name for name, said in WHOLE_ASPECTS.items() if _differ(old, new, said)}
    papers = [item for bundle in (old, new) for item in bundle.items]
    for path in files:
        folder = next((aspect for start, aspect in _FOLDERS.items() if path.startswith(start)), None)
        aspect = folder or next((aspect for end, aspect in _ENDINGS.items() if path.lower().endswith(end)), None)
        is_of_an_item = path in run_by_items or any(_is_paper_of(path, item, item) for item in papers)
        if aspect is not None and not is_of_an_item:
            aspects.add(aspect)
    order = [*WHOLE_ASPECTS, "forms", "documents", "guide", "texts", "examples"]
    return tuple(sorted(aspects, key=order.index))


def _runs_by_item(bundle: Bundle, files: Mapping[str, bytes]) -> frozenset[str]:
    calls = call_targets(files, bundle.entry_file)
    return frozenset(path for item in bundle.items for path in calls.get(item.call_activity, frozenset()))


def _changed_files(before: Mapping[str, bytes], now: Mapping[str, bytes]) -> Iterator[str]:
    """Files that say something else; a diagram whose picture alone differs is not among them, nor is a decision file
    that is only written otherwise."""
    for path in before.keys() | now.keys():
        was, content = before.get(path), now.get(path)
        if was != content and (was is None or content is None or not _say_the_same(path, was, content)):
            yield path


def _say_the_same(path: str, before: bytes, now: bytes) -> bool:
    if path.lower().endswith(DIAGRAM_ENDINGS):
        return meaning_of(before) == meaning_of(now)
    return path.lower().endswith(DECISION_ENDING) and same_decisions(before, now)


def _is_paper_of(path: str, *versions: Item) -> bool:
    """Whether a file is the commitment letter or the licence of the item."""
    folder, _, name = path.rpartition("/")
    papers = {item.commitment.letter for item in versions if item.commitment}
    papers |= {item.licence.template for item in versions if item.licence}
    return folder.split("/")[0] == "documents" and name.partition(".")[0] in papers


def _materials(bundle: Bundle, item: str) -> dict[str, Any]:
    """What the item asks for: material -> its facts, and what this item says of it."""
    shared = ("name", "source", "forms", "copies", "result_of", "exempt_reason", "satisfied_by")
    return {
        material.key: ([_plain(getattr(material, one)) for one in shared], _plain(requirement))
        for material in bundle.materials
        for requirement in material.requirements
        if requirement.item == item
    }


def _differ(old: object, new: object, names: tuple[str, ...]) -> bool:
    return any(_plain(getattr(old, name)) != _plain(getattr(new, name)) for name in names)


def _plain(value: Any) -> Any:
    """A value of the catalogue to compare: words in Chinese, expressions as they are written."""
    if isinstance(value, Words):
        return value.zh
    if isinstance(value, Expression):
        return value.source
    if is_dataclass(value) and not isinstance(value, type):
        return [_plain(getattr(value, one.name)) for one in fields(value)]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value
