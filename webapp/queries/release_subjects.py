"""What differs between two releases, by subject: limits, materials, forms, tables, documents, as an office says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine import Words
from engine.bundles import Bundle, Inspected, Item, Limit, Material, inspect_bundle
from engine.forms import Field, Form
from engine.law import amount
from webapp.queries.bundle_document import SOURCES
from webapp.queries.field_words import field_kind
from webapp.queries.release_diagrams import read_named
from webapp.queries.release_difference import ADDED, CHANGED, REMOVED, FileChange
from webapp.queries.release_tables import DecisionTable, decision_tables
from webapp.queries.submission import MATERIAL_FORMS
from webapp.services.release_uploads import is_diagram
from webapp.spacing import spaced

LONGEST = 240
#: Elements of one diagram that one line names.
MOST_NAMES = 12
LIMITS = {"statutory": Words("法定时限", "statutory limit"), "promised": Words("承诺时限", "promised limit")}
#: Key -> what it is, and what it says.
Said = Mapping[str, tuple[str, str]]
#: What of a subject a set of files says, in a language.
Telling = Callable[[Mapping[str, bytes], Inspected, str], Said]
PAPERS = ("documents/", "guide/", "texts/")


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """One thing that differs; of an added one nothing was before, of a removed one nothing is after."""

    kind: str
    what: str
    before: str
    after: str


def by_subject(
    old: Mapping[str, bytes], new: Mapping[str, bytes], changes: Iterable[FileChange], language: str
) -> dict[str, list[SubjectLine]]:
    """Subject ("flows", "limits", "materials", "forms", "tables", "papers") -> what of it differs; none left out empty.

    A catalogue that cannot be read differs in nothing here; its lines are compared as text.
    """
    changed = list(changes)
    before, after = inspect_bundle(old), inspect_bundle(new)
    bundle = after.bundle or before.bundle
    found = {
        "flows": list(_flows(changed, (old, before.bundle or bundle), (new, bundle), language)),
        "limits": [],
        "materials": [],
        "forms": [],
        "tables": [],
    }
    tellings: dict[str, Telling] = {"forms": lambda _, read, said: _fields(read.forms, said), "tables": _rules_of}
    if before.bundle is not None and after.bundle is not None:
        tellings |= {"limits": _limits_of, "materials": _materials_of}
    for subject, telling in tellings.items():
        sides = [
            {said: telling(files, read, said) for said in ("zh", language)}
            for files, read in ((old, before), (new, after))
        ]
        found[subject] = list(_pairs(sides[0], sides[1], language))
    found["papers"] = [SubjectLine(one.kind, one.path, "", "") for one in changed if one.path.startswith(PAPERS)]
    return {subject: lines for subject, lines in found.items() if lines}


def _pairs(old: Mapping[str, Said], new: Mapping[str, Said], language: str) -> Iterator[SubjectLine]:
    """By language what both sides say, in the order of the new one. What differs in Chinese alone is told in
    Chinese: a translation that did not follow hides nothing."""
    for key in dict.fromkeys([*new["zh"], *old["zh"]]):
        was, now = old["zh"].get(key), new["zh"].get(key)
        told_was, told_now = old[language].get(key), new[language].get(key)
        if (was, told_was) == (now, told_now):
            continue
        if told_was != told_now:
            was, now = told_was, told_now
        kind = ADDED if was is None else REMOVED if now is None else CHANGED
        shown = told_now or told_was or now or was
        if shown is not None:
            yield SubjectLine(kind, shown[0], was[1][:LONGEST] if was else "", now[1][:LONGEST] if now else "")


def _limits_of(_: Mapping[str, bytes], read: Inspected, language: str) -> Said:
    return _limits(read.bundle, language) if read.bundle is not None else {}


def _materials_of(_: Mapping[str, bytes], read: Inspected, language: str) -> Said:
    return _materials(read.bundle, language) if read.bundle is not None else {}


def _rules_of(files: Mapping[str, bytes], read: Inspected, language: str) -> Said:
    return _rules(decision_tables(files, read.bundle, language), language)


def _flows(
    changes: Iterable[FileChange],
    old: tuple[Mapping[str, bytes], Bundle | None],
    new: tuple[Mapping[str, bytes], Bundle | None],
    language: str,
) -> Iterator[SubjectLine]:
    """Of each diagram what was added, removed and changed, by what people call it. `old` and `new`: files, with the
    bundle that has their English names."""
    for one in changes:
        if not is_diagram(one.path):
            continue
        files, bundle = new if one.path in new[0] else old
        diagram = read_named(one.path, files[one.path], language, bundle)
        what = f"{diagram.title} · {one.path}" if diagram is not None else one.path
        if one.kind != CHANGED:
            yield SubjectLine(one.kind, what, "", "")
        for kind in (ADDED, REMOVED, CHANGED):
            names = [each.called.in_language(language) for each in one.elements if each.kind == kind]
            if names:
                listed = _listed(names, language)
                yield SubjectLine(kind, what, listed if kind == REMOVED else "", "" if kind == REMOVED else listed)
        if one.moved and not one.elements:
            moved = Words(f"{one.moved} 个元素只是位置不同", f"{one.moved} elements stand elsewhere alone")
            yield SubjectLine(CHANGED, what, "", moved.in_language(language))


def _listed(names: Sequence[str], language: str) -> str:
    """The first of them, and how many more there are."""
    shown = Words("、", ", ").in_language(language).join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return shown + Words(f"，另有 {more} 个", f" and {more} more").in_language(language) if more > 0 else shown


def _limits(bundle: Bundle, language: str) -> dict[str, tuple[str, str]]:
    found = {
        f"{item.key}/{name}": (
            f"{_called(item, language)} · {LIMITS[name].in_language(language)}",
            _limit(one, language),
        )
        for item in bundle.items
        for name, one in item.limits.items()
    }
    if bundle.joint_limit is not None:
        joint = Words("整件事的时限", "limit of the whole").in_language(language)
        found["/joint"] = (joint, _limit(bundle.joint_limit, language))
    return found


def _limit(one: Limit, language: str) -> str:
    return f"{spaced(amount(one.value, one.unit).in_language(language))} · {one.basis.in_language(language)}"


def _materials(bundle: Bundle, language: str) -> dict[str, tuple[str, str]]:
    """A material by its own facts, and each requirement of an item by its own."""
    found: dict[str, tuple[str, str]] = {}
    for one in bundle.materials:
        name = one.name.in_language(language)
        found[one.key] = (name, _material(one, language))
        for each in one.requirements:
            item = next((item for item in bundle.items if item.key == each.item), None)
            says = [each.basis.in_language(language), each.when.source if each.when else ""]
            says += [_limit(each.tolerance, language) if each.tolerance else ""]
            says += [(Words("主要", "main") if each.main else Words("次要", "secondary")).in_language(language)]
            whose = _called(item, language) if item else each.item
            found[f"{one.key}/{each.item}"] = (f"{name} · {whose}", " · ".join(filter(None, says)))
    return found


def _material(one: Material, language: str) -> str:
    exempt = one.exempt_reason.in_language(language) if one.exempt_reason else ""
    and_ = Words("、", ", ").in_language(language)
    licences = and_.join(each.licence for each in one.satisfied_by)
    source = SOURCES.get(one.source, Words(one.source, one.source)).in_language(language)
    forms = and_.join(MATERIAL_FORMS.get(each, Words(each, each)).in_language(language) for each in one.forms)
    copies = Words(f"{one.copies} 份", f"{one.copies} copies" if one.copies != 1 else "1 copy").in_language(language)
    return " · ".join(filter(None, [source, forms, copies, exempt, licences]))


def _fields(forms: Mapping[str, Form], language: str) -> dict[str, tuple[str, str]]:
    """Every field of every form: its label, and what is asked of it."""
    return {
        f"{path}#{field.key}": (f"{path} · {field.label.in_language(language) or field.key}", _field(field, language))
        for path, form in forms.items()
        for section in form.sections
        for field in section.fields
    }


def _field(field: Field, language: str) -> str:
    needed = (Words("必填", "required") if field.required else Words("选填", "optional")).in_language(language)
    options = Words("、", ", ").in_language(language).join(one.label.in_language(language) for one in field.options)
    bounds = [str(one) for one in (field.minimum, field.maximum, field.min_length, field.max_length) if one is not None]
    kind = field_kind(field).in_language(language)
    said = [field.label.in_language(language), kind, needed, options, "–".join(bounds), field.pattern or ""]
    return " · ".join(filter(None, [*said, field.description.in_language(language)]))


def _rules(tables: Iterable[DecisionTable], language: str) -> dict[str, tuple[str, str]]:
    """Every rule by its id, or its place where it has none; the table's own head is one more."""
    found: dict[str, tuple[str, str]] = {}
    for table in tables:
        name = table.name or table.id
        found[f"{table.path}#{table.id}"] = (name, " · ".join([table.policy, *table.inputs, *table.outputs]))
        for number, rule in enumerate(table.rules, 1):
            key = f"{table.path}#{table.id}/{rule.id or number}"
            place = Words(f"第 {number} 条", f"rule {number}").in_language(language)
            found[key] = (f"{name} · {place}", f"{', '.join(rule.inputs)} → {', '.join(rule.outputs)}")
    return found


def _called(item: Item, language: str) -> str:
    return item.name.in_language(language)
