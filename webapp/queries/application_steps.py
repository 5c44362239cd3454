"""Reads for the steps of one application: who reads a field, materials, letters, what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import AnswersInvalid, Words
from engine.bundles import Eligibility, Item, Material, RequiredMaterial, next_question
from engine.forms import Field, Section
from engine.law import APPLICATION
from engine.runtime import Context
from webapp import clock, moments
from webapp.catalogue import engine_context, rules_in_force
from webapp.errors import NotFound
from webapp.queries.application import Draft
from webapp.queries.case_parts import ItemView, items_of
from webapp.queries.case_tasks import tasks_of
from webapp.services.commitments import COMMITMENT
from webapp.services.credit_bars import ApplicantBarred, Bar, standing_of, subjects_of
from webapp.services.eligible import eligible_items
from webapp.services.letters import KEY, Letter, Subject, key_of, letter_for, subject_of
from webapp.services.licence_reuse import Reuse, reusable
from webapp.unit_of_work import sql

#: The key under which every bundle lists the mandate (授权委托书) among its materials.


@dataclass(frozen=True, slots=True)
class FileFacts:
    id: int
    name: str
    media_type: str
    size: int  # bytes
    pages: int | None


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """One required material as its row on the page shows it."""

    material: Material
    used_by: tuple[Item, ...]
    main: bool
    exempt: bool
    replaced_for: tuple[Item, ...]  # items whose commitment would replace it
    form: str | None  # how it was handed in; None: not yet
    copies: int
    provided_by: str
    files: tuple[FileFacts, ...]
    mandate_file_id: int | None  # shown at the counter when the visit was opened
    reuse: Reuse | None = None  # what the licence registry has for it

    @property
    def stood_for(self) -> bool:
        """A valid licence of the registry stands for it: nothing is asked."""
        return self.reuse is not None and self.reuse.counts

    @property
    def asked_although(self) -> Words | None:
        """Why it is asked for although the registry has a licence that could have stood for it."""
        return self.reuse.words_when_asked if self.asked_for and self.reuse is not None else None

    @property
    def not_asked_because(self) -> Words | None:
        """Why it is not asked for: the licence that stands for it by its number, else the bundle's reason."""
        return self.reuse.words if self.reuse is not None else self.material.exempt_reason

    @property
    def from_the_form(self) -> bool:
        """The system makes it from the one form; nobody brings it."""
        return self.material.source == "form"

    @property
    def asked_for(self) -> bool:
        return not self.exempt and not self.from_the_form and not self.stood_for

    @property
    def handed_in(self) -> bool:
        return bool(self.files) or self.form in ("e-licence", "exempt") or self.mandate_file_id is not None

    def replaced_under(self, ways: Mapping[str, str]) -> bool:
        """For every item that uses it a commitment replaces it: the item's own, or one for this proof."""
        return bool(self.used_by) and all(self.replaced_for_item(item, ways) for item in self.used_by)

    def follows(self, ways: Mapping[str, str], promised: Collection[tuple[str, str]]) -> bool:
        """It is promised (item, material) for after acceptance by every item for which no commitment replaces it."""
        left = [item.key for item in self.used_by if not self.replaced_for_item(item, ways)]
        return bool(left) and all((item, self.material.key) in promised for item in left)

    def replaced_for_item(self, item: Item, ways: Mapping[str, str]) -> bool:
        """For this item a commitment replaces it: the item's own, or one for this proof."""
        as_a_whole = item in self.replaced_for and ways.get(item.key) == COMMITMENT
        return as_a_whole or ways.get(key_of(item.key, self.material.key)) == COMMITMENT


@dataclass(frozen=True, slots=True)
class SignedLetter:
    digest: str
    signer: str
    channel: str  # tablet | scan | phone | code
    signed_at: datetime
    file_id: int | None


@dataclass(frozen=True, slots=True)
class CommitmentChoice:
    """One item that knows commitment, or one proof of it: whether it is open, the letter, what was chosen."""

    subject: Subject
    eligibility: Eligibility
    letter: Letter | None  # None where it is not open
    way: str  # ordinary | commitment
    signed: SignedLetter | None
    asked_for_by: tuple[Item, ...] = ()  # of a proof: items that want it brought, whatever is committed here

    @property
    def key(self) -> str:
        return self.subject.key

    @property
    def item(self) -> Item:
        return self.subject.item

    @property
    def is_proof(self) -> bool:
        """It replaces one proof; the item itself goes the ordinary way."""
        return self.subject.material is not None

    @property
    def proxy_allowed(self) -> bool:
        return self.subject.terms.representative_may_sign

    @property
    def signed_as_shown(self) -> bool:
        """The signature is under exactly the letter on the page."""
        return self.signed is not None and self.letter is not None and self.signed.digest == self.letter.digest


@dataclass(frozen=True, slots=True)
class Missing:
    """Something without which the application cannot be received, and the step where it is given."""

    step: str
    words: Words


@dataclass(frozen=True, slots=True)
class GivenSheet:
    """A notification sheet as it was handed over."""

    id: int
    language: str
    content: str
    digest: str
    given_at: datetime
    given_by: str


def form_context() -> Context:
    """What the form may know of the outside: the moment and the calendar in force."""
    return engine_context(clock.now(), rules_in_force())


def department_names() -> dict[str, Words]:
    """Department key -> name."""
    rows = sql().execute("select key, name_zh, name_en from department")
    return {key: Words(zh, en) for key, zh, en in rows}


@dataclass(frozen=True, slots=True)
class Reader:
    """A department that reads a section or a field, and the items for which it does."""

    department: Words
    items: tuple[Item, ...]

    @property
    def words(self) -> Words:
        """The department with its item, or with how many of them."""
        zh, en = self.department.zh, self.department.en or self.department.zh
        if len(self.items) > 1:
            return Words(f"{zh} · {len(self.items)} 个事项", f"{en} · {len(self.items)} items")
        name = self.items[0].name
        return Words(f"{zh} · {name.zh}", f"{en} · {name.en or name.zh}")


def readers_of(draft: Draft, part: Section | Field, names: Mapping[str, Words]) -> tuple[Reader, ...]:
    """The departments that read a section or field of this applicant, in the bundle's order."""
    readers: dict[str, list[Item]] = {}
    for key in draft.item_keys:
        if not part.items or key in part.items:
            item = draft.bundle.item(key)
            readers.setdefault(item.department, []).append(item)
    return tuple(Reader(names.get(key, Words(key, key)), tuple(items)) for key, items in readers.items())


MATERIALS = """
select m.material_key, m.form, m.copies, m.provided_by, f.id, f.name, f.media_type, f.size, f.pages
from submitted_material m
left join material_file mf on mf.submitted_material_id = m.id
left join stored_file f on f.id = mf.file_id
where m.case_id = %s order by m.id, mf.position, f.id
"""


def materials_of(draft: Draft) -> list[MaterialRow]:
    """Every material that this applicant needs, in the bundle's order, with what was handed in."""
    handed_in: dict[str, tuple[str | None, int, str, list[FileFacts]]] = {}
    for key, form, copies, provided_by, *file in sql().execute(MATERIALS, (draft.id,)):
        files = handed_in.setdefault(key, (form, copies, provided_by, []))[3]
        if file[0] is not None:
            files.append(FileFacts(*file))
    rows = []
    today = clock.today(moments.OFFICE_ZONE)
    reuses = reusable(draft.bundle, draft.guide.materials, {**draft.answers, **draft.guided}, today)
    for required in draft.guide.materials:
        material = required.material
        form, copies, provided_by, files = handed_in.get(material.key, (None, material.copies, "", []))
        rows.append(
            MaterialRow(
                material=material,
                used_by=tuple(draft.bundle.item(key) for key in required.used_by),
                main=required.main,
                exempt=required.exempt,
                replaced_for=tuple(draft.bundle.item(key) for key in required.replaced_for),
                form=form,
                copies=copies,
                provided_by=provided_by,
                files=tuple(files),
                mandate_file_id=_mandate(draft, material),
                reuse=reuses.get(material.key),
            )
        )
    return rows


def _mandate(draft: Draft, material: Material) -> int | None:
    """The mandate that a representative showed when the visit was opened is not asked for again."""
    if material.source == "visit":
        return draft.visit.mandate_file_id
    return None


FILE = """
select f.digest, f.name, f.media_type, f.size from stored_file f
where f.id = %(file)s and (
    exists(select from material_file mf join submitted_material m on m.id = mf.submitted_material_id
           where mf.file_id = f.id and m.case_id = %(case)s)
    or exists(select from answer_file a where a.file_id = f.id and a.case_id = %(case)s)
    or exists(select from commitment c where c.signature_file_id = f.id and c.case_id = %(case)s)
    or exists(select from cases c join visit v on v.id = c.visit_id
              where c.id = %(case)s and v.mandate_file_id = f.id))
"""


@dataclass(frozen=True, slots=True)
class StoredContent:
    digest: str
    name: str
    media_type: str
    size: int


def file_of_case(case_id: int, file_id: int) -> StoredContent:
    """A file that belongs to the case: material, signature or mandate. Raises NotFound."""
    row = sql().execute(FILE, {"file": file_id, "case": case_id}).fetchone()
    if row is None:
        raise NotFound()
    return StoredContent(*row)


def commitments_of(draft: Draft) -> list[CommitmentChoice]:
    """The items that know commitment, each followed by its proofs that do, with verdict, letter and what was signed.

    Proofs of an item that goes by commitment as a whole are not among them: they are replaced with it.
    """
    rules = draft.rules
    signed = _signed(draft.id)
    materials = {required.material.key: required for required in draft.guide.materials}
    choices = []
    for key, verdict in eligible_items(draft.release, rules, draft.guided, draft.answers).items():
        subject = subject_of(draft.bundle, key)
        assert subject is not None
        material = subject.material.key if subject.material else ""
        if material and draft.ways.get(subject.item.key) == COMMITMENT:
            continue
        letter = letter_for(draft.release, subject, draft.answers, rules) if verdict.eligible else None
        wanted = _wanted_by(draft, materials[material], subject.item.key) if material in materials else ()
        way = draft.ways.get(key, "ordinary")
        choices.append(CommitmentChoice(subject, verdict, letter, way, signed.get(key), wanted))
    return choices


def _wanted_by(draft: Draft, required: RequiredMaterial, item_key: str) -> tuple[Item, ...]:
    """The other items for which the material has to be brought as things are, and no commitment could replace it."""
    others = (key for key in required.used_by if key != item_key)
    return tuple(
        draft.bundle.item(key)
        for key in others
        if not (draft.ways.get(key) == COMMITMENT and key in required.replaced_for)
        and draft.bundle.commitment_terms(key, required.material.key) is None
    )


def _signed(case_id: int) -> dict[str, SignedLetter]:
    rows = sql().execute(
        f"select {KEY}, letter_digest, signer_name, channel, signed_at, signature_file_id"
        " from commitment where case_id = %s",
        (case_id,),
    )
    return {key: SignedLetter(*rest) for key, *rest in rows}


def missing_of(
    draft: Draft, materials: Iterable[MaterialRow], commitments: Iterable[CommitmentChoice]
) -> list[Missing]:
    """Everything that keeps the application from being received, step by step."""
    found: list[Missing] = []
    if next_question(draft.bundle, draft.guided) is not None:
        found.append(Missing("questions", Words("情形引导还没有答完。", "Some guided questions are open.")))
    elif not draft.guide.items:
        found.append(Missing("questions", Words("没有需要办理的事项。", "No item applies.")))
    found += [
        Missing("questions", ApplicantBarred(item.name, bar).words) for item, bar in bars_of_draft(draft, APPLICATION)
    ]
    promised = _promised(draft.id)
    faults = form_faults(draft)
    if faults:
        count = len(faults)
        words = Words(f"申请表有 {count} 处没有填好。", f"{count} fields of the form are not in order.")
        found.append(Missing("form", words))
    found += [
        Missing("materials", row.reuse.words)
        for row in materials
        if row.reuse is not None
        and row.reuse.stands_in_the_way(exempt=row.exempt, handed_in=row.handed_in, with_files=bool(row.files))
    ]
    found += [
        Missing("materials", row.asked_although or _is_missing(row.material.name))
        for row in materials
        if row.asked_for
        and not row.handed_in
        and not row.replaced_under(draft.ways)
        and not row.follows(draft.ways, promised)
    ]
    found += [
        Missing("commitment", _to_be_signed(choice) if choice.letter else _no_longer_open(choice))
        for choice in commitments
        if choice.way == COMMITMENT and not choice.signed_as_shown
    ]
    return found


def bars_of_draft(draft: Draft, effect: str) -> list[tuple[Item, Bar]]:
    """The items of this application that a credit record of the applicant bars, each with the record."""
    subjects = subjects_of(draft.bundle, draft.answers)
    standing = standing_of(subjects, draft.rules.profile.key, clock.today(moments.OFFICE_ZONE))
    items = [entry.item for entry in draft.guide.items]
    barred = [(item, standing.bar(effect, item)) for item in items]
    return [(item, bar) for item, bar in barred if bar is not None]


def unfinished_steps(draft: Draft, before: Collection[str]) -> frozenset[str]:
    """Those of the steps `before` in which something is still to be done, as the check page would tell."""
    materials = materials_of(draft) if "materials" in before else ()
    commitments = commitments_of(draft) if "commitment" in before else ()
    found = {each.step for each in missing_of(draft, materials, commitments)}
    if draft.sheet_id is None:
        found.add("sheet")
    return frozenset(found & set(before))


PROMISED = "select item_key, m ->> 0 from tolerance, jsonb_array_elements(materials) m where case_id = %s"


def _promised(case_id: int) -> frozenset[tuple[str, str]]:
    """(item, material) of what is promised for after acceptance."""
    return frozenset((item, material) for item, material in sql().execute(PROMISED, (case_id,)))


def _is_missing(name: Words) -> Words:
    return Words(f"缺少材料：{name.zh}", f"Missing material: {name.en or name.zh}")


def _to_be_signed(choice: CommitmentChoice) -> Words:
    name = choice.subject.name
    return Words(f"承诺书要重新签署：{name.zh}", f"The letter must be signed again: {name.en or name.zh}")


def _no_longer_open(choice: CommitmentChoice) -> Words:
    name = choice.subject.name
    return Words(
        f"不适用告知承诺，请改按一般程序：{name.zh}",
        f"Commitment is not available; choose the ordinary way: {name.en or name.zh}",
    )


def form_faults(draft: Draft) -> Mapping[str, Any]:
    """Field key -> messages of the form as it stands; empty when it passes."""
    known = {field.root for field in draft.release.form.inputs}
    answers = {key: value for key, value in draft.answers.items() if key in known}
    try:
        draft.release.form.validate_values(answers, draft.guided, form_context())
    except AnswersInvalid as invalid:
        return invalid.errors
    return {}


def sheet_of(case_id: int, sheet_id: int) -> GivenSheet:
    """A sheet of this application, word for word. Raises NotFound."""
    row = (
        sql()
        .execute(
            "select s.id, s.language, s.content, s.digest, s.given_at, u.name from notification_sheet s"
            " join app_user u on u.id = s.given_by where s.case_id = %s and s.id = %s",
            (case_id, sheet_id),
        )
        .fetchone()
    )
    if row is None:
        raise NotFound()
    return GivenSheet(*row)


def sheets_of(case_id: int) -> list[GivenSheet]:
    """Every sheet handed over for this application, newest first."""
    rows = sql().execute(
        "select s.id, s.language, s.content, s.digest, s.given_at, u.name from notification_sheet s"
        " join app_user u on u.id = s.given_by where s.case_id = %s order by s.id desc",
        (case_id,),
    )
    return [GivenSheet(*row) for row in rows]


def received_items(draft: Draft) -> tuple[ItemView, ...]:
    """The items of a received application as they stand: with whom each is, and what it waits for."""
    return items_of(draft.id, draft.bundle, draft.rules, tasks_of(draft.id))


def receipt_document(case_id: int) -> int | None:
    """The id of the receipt (材料接收凭证) that was issued."""
    row = (
        sql()
        .execute(
            "select id from document where case_id = %s and kind = 'receipt' order by id desc limit 1",
            (case_id,),
        )
        .fetchone()
    )
    return row[0] if row else None
