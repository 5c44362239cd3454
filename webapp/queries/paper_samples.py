"""What the places of a template print in a preview, and where each value comes from.

From a worked example or a trial as far as these go, from the catalogue, the office and the place's rules what is the
same for every case, and samples that say so for what only the work on a case brings. Nothing here is a case's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine import Words
from engine.bundles import (
    PLACES,
    SITUATION,
    Bundle,
    DocumentKind,
    Example,
    FieldType,
    Item,
    Material,
    TemplatePlaces,
    TemplateUse,
    end_of_validity,
    paper_basis,
    place_words,
    sample_value,
)
from engine.forms import Form
from engine.law import Profile
from engine.values import Value
from webapp import moments
from webapp.errors import NotFound
from webapp.form_values import shown_answers
from webapp.services.document_places import (
    DEMO,
    DEMO_NOTE,
    Seal,
    Unit,
    applicant_places,
    item_places,
    situation_of,
    unit_of,
)
from webapp.services.documents import RECEIVING_UNIT, REVIEWERS, RemedyUntold, remedy_in
from webapp.services.letters import Subject, letter_places
from webapp.services.licence_papers import FIELD_HEADS, UNLIMITED
from webapp.settings import current_settings

NOTHING = Words("", "")


class Origin(StrEnum):
    """Where a value of a preview comes from. EMPTY: it prints nothing here; UNKNOWN: there is no such place."""

    EXAMPLE = "example"
    TRIAL = "trial"
    OFFICE = "office"
    SAMPLE = "sample"
    EMPTY = "empty"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """What a place prints, in the language of the paper."""

    value: object
    origin: Origin


@dataclass(frozen=True, slots=True)
class Stage:
    """Whose papers these are: the bundle as its place handles it, as far as it can be read."""

    bundle: Bundle | None
    form: Form | None
    kinds: Mapping[str, DocumentKind]
    profile: Profile


@dataclass(frozen=True, slots=True)
class Choice:
    """What a preview is filled from. `variables`: a trial's, None outside of one; `at`: local."""

    at: datetime
    example: Example | None = None
    item: Item | None = None
    material: Material | None = None
    variables: Mapping[str, Value] | None = None

    @property
    def invents(self) -> bool:
        """Whether answers that nobody gave are samples: a trial shows them as empty."""
        return self.example is None and self.variables is None


@dataclass(frozen=True, slots=True)
class Samples:
    """One template of the stage with everything that it may print."""

    stage: Stage
    places: TemplatePlaces
    choice: Choice
    language: str
    unit: Unit = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", self._unit())

    @property
    def number(self) -> str:
        """A number that is none: no series is asked."""
        if self.places.kind is None or self.language != "zh":
            return Words("〔示例编号〕", "[sample number]").in_language(self.language)
        mark = self.unit.mark or self.stage.profile.document_prefix
        return f"{mark}{self.places.kind.mark}〔{self.choice.at.year}〕示例号"

    def told(self) -> dict[str, Told]:
        """Every place that would have a value, by name."""
        found: dict[str, Told] = {}
        for origin, layer in self._layers():
            found |= {name: Told(value, Origin.EMPTY if _is_empty(value) else origin) for name, value in layer.items()}
        return found

    def meaning(self, name: str) -> Words:
        """What a place prints: a field of the form by its label, another by its name where nobody says more."""
        known = place_words().get(name) if name in self.places.fields else None
        return known or self._labels().get(name) or Words(name, name)

    def answer_names(self) -> tuple[str, ...]:
        """The places that the form gives, in its order."""
        return tuple(self._labels())

    # -- layers, the later ones before the earlier ---------------------------------------------------

    def _layers(self) -> Iterator[tuple[Origin, Mapping[str, object]]]:
        use = self.places.use
        if use is TemplateUse.DOCUMENT:
            yield Origin.SAMPLE, self._of_work()
            yield Origin.OFFICE, self._of_office()
        elif use is TemplateUse.LICENCE:
            yield Origin.SAMPLE, self._of_licence()
            yield Origin.OFFICE, self.unit.places(self.language, demo=True)
        elif use is TemplateUse.OTHER:
            yield Origin.SAMPLE, self._sampled(dict.fromkeys(PLACES, FieldType.TEXT))
        else:
            yield Origin.SAMPLE, self._sampled({name: self.places.fields[name] for name in LETTER_LISTS})
            yield Origin.OFFICE, self._of_letter()
        yield from self._of_answers()
        yield Origin.OFFICE, self._of_place()
        if use is TemplateUse.DOCUMENT and self.choice.variables is not None:
            yield Origin.TRIAL, {"document_date": self.choice.at.date()}

    def _of_work(self) -> dict[str, object]:
        """What the acts on a case bring: numbers, moments, and the fields of the kind."""
        assert self.places.kind is not None
        at = moments.written(self.choice.at)
        return {
            **self._sampled(self.places.kind.fields),
            **self._sampled({"case_number": FieldType.TEXT, "check_url": FieldType.TEXT}),
            "document_number": self.number,
            "document_date": self.choice.at.date(),
            "received_at": at,
            **({"accepted_at": at} if self.choice.item is not None else {}),
        }

    def _of_office(self) -> dict[str, object]:
        """What a document says of its unit, its item and the law."""
        kind, item = self.places.kind, self.choice.item
        assert kind is not None
        told: dict[str, object] = {
            **self.unit.places(self.language, demo=True),
            "document_basis": kind.basis,
            "tracking_url": f"{current_settings().public_url}/track",
        }
        if item is not None:
            told |= item_places(item, self.language)
            told[SITUATION] = self._situation(item)
            told["document_basis"] = paper_basis(kind, item, self.stage.profile)
            if kind.remedy:
                told["remedy"] = self._remedy(item)
        return told

    def _situation(self, item: Item) -> Words:
        """As the example's answers lead to it; without an example nothing does."""
        example, bundle = self.choice.example, self.stage.bundle
        if example is None or bundle is None:
            return NOTHING
        return situation_of(bundle, item, {**example.answers, **example.guided})

    def _remedy(self, item: Item) -> Words:
        try:
            return remedy_in(self.stage.profile, item, self.unit)
        except RemedyUntold:
            return NOTHING

    def _of_letter(self) -> Mapping[str, object]:
        bundle, item, material = self.stage.bundle, self.choice.item, self.choice.material
        if bundle is None or item is None:
            return self.unit.places(self.language, demo=True)
        terms = bundle.commitment_terms(item.key, material.key if material else "")
        assert terms is not None  # the item was chosen by it
        try:
            return letter_places(Subject(item, material, terms), self.unit, self.stage.profile, self.language)
        except KeyError:  # the place has no such limit, which the check of the bundle tells
            return {**self.unit.places(self.language, demo=True), **item_places(item, self.language)}

    def _of_licence(self) -> dict[str, object]:
        licence = self.choice.item.licence if self.choice.item else None
        today = self.choice.at.date()
        until = end_of_validity(licence.validity, today) if licence else None
        return {
            **self._sampled({"case_number": FieldType.TEXT, "decider_name": FieldType.TEXT}),
            "licence_number": self.number,
            "valid_from": today,
            "valid_until": until or UNLIMITED,
            "decision_date": today,
        }

    def _of_answers(self) -> Iterator[tuple[Origin, Mapping[str, object]]]:
        """The answers of the form, with who applies for what; a trial's variables before an example's answers."""
        shown = self._shown()
        origin = Origin.SAMPLE if self.choice.invents else Origin.EXAMPLE
        by_trial = {name: text for name, text in shown.items() if name in (self.choice.variables or {}) and text}
        yield origin, {**shown, **self._with_applicant(shown)}
        yield Origin.TRIAL, by_trial

    def _with_applicant(self, shown: Mapping[str, str]) -> Mapping[str, object]:
        bundle, item = self.stage.bundle, self.choice.item
        if bundle is None:
            return {}
        told: dict[str, object] = {**applicant_places(bundle, shown, self.language)}
        if self.places.use is TemplateUse.LICENCE and item is not None and item.licence is not None:
            heads = [head.in_language(self.language) for head in FIELD_HEADS]
            rows = [[label.in_language(self.language), shown.get(key, "")] for key, label in item.licence.fields]
            told["fields_table"] = [heads, *rows]
        return told

    def _shown(self) -> dict[str, str]:
        if self.choice.invents:
            meanings = self._labels().items()
            return {
                name: _text(sample_value(FieldType.TEXT, one, self.choice.at), self.language) for name, one in meanings
            }
        if self.stage.form is None:
            return {}
        answers: dict[str, Any] = dict(self.choice.example.answers) if self.choice.example else {}
        answers |= {name: value for name, value in (self.choice.variables or {}).items() if value is not None}
        return {name: whole(text) for name, text in shown_answers(self.stage.form, answers, self.language).items()}

    def _of_place(self) -> dict[str, object]:
        """What every paper says of bundle and place."""
        profile = self.stage.profile
        told: dict[str, object] = {"demo_note": DEMO_NOTE.in_language(self.language) if profile.demo else ""}
        if self.places.use is not TemplateUse.LICENCE:
            told["profile_name"] = profile.jurisdiction
        return told

    # -- words ---------------------------------------------------------------------------------------

    def _sampled(self, fields: Mapping[str, FieldType]) -> dict[str, object]:
        return {name: sample_value(kind, self.meaning(name), self.choice.at) for name, kind in fields.items()}

    def _labels(self) -> dict[str, Words]:
        form = self.stage.form
        return {one.key: one.label for one in form.inputs} if form is not None else {}

    def _unit(self) -> Unit:
        """The unit that would answer for the paper, with a drawn seal that says that it is a sample."""
        key, seal = self._unit_key(), self.places.kind.seal if self.places.kind else "licence"
        try:
            unit = unit_of(key, seal)
        except NotFound:  # a department that the office does not have, which the check of the bundle tells
            unit = Unit(key, Words(key, key), "", "", NOTHING, NOTHING, NOTHING, None)
        return replace(unit, seal=Seal(unit.seal_in(True).name, DEMO))

    def _unit_key(self) -> str:
        kind, item, bundle = self.places.kind, self.choice.item, self.stage.bundle
        if item is not None:
            return item.reviewing_department if kind is not None and kind.key in REVIEWERS else item.department
        if bundle is None or (kind is not None and kind.seal == "receipt"):
            return RECEIVING_UNIT
        return bundle.lead_department


#: What a letter tells and asks to be promised.
LETTER_LISTS = ("conditions_list", "told_list", "verification_limit")


def _text(value: object, language: str) -> str:
    return value.in_language(language) if isinstance(value, Words) else str(value)


def whole(text: str) -> str:
    """The text without halves of characters, which no page and no PDF can show."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_empty(value: object) -> bool:
    return value is None or value in ("", NOTHING) or (isinstance(value, (list, tuple)) and not value)
