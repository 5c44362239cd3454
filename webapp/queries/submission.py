"""What the applicant handed in, as a department reads it: answers by section, materials with their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Words
from engine.bundles import Bundle, Document
from engine.forms import LIST, Field, Section, value_at
from webapp import clock, moments, papers
from webapp.catalogue import Published
from webapp.errors import NotFound
from webapp.form_values import shown_value
from webapp.queries.masking import masked_number
from webapp.services.commitments import CHANNEL_WORDS, PHONE
from webapp.services.held_licence import STATUS_WORDS
from webapp.services.letters import key_of
from webapp.unit_of_work import sql

MATERIAL_FORMS = {
    "original-returned": Words("原件核验后退还", "original checked and returned"),
    "copy": Words("复印件", "copy"),
    "e-licence": Words("电子证照", "electronic licence"),
    "exempt": Words("免提交", "exempt"),
}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer as people read it. `wide`: better shown over the full width."""

    key: str
    label: Words
    text: str
    wide: bool


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """A section of the form. `own` are the answers that this item reads, `rest` all others."""

    label: Words
    own: tuple[AnswerLine, ...]
    rest: tuple[AnswerLine, ...]


def answer_sections(
    release: Published,
    guided: Mapping[str, Any],
    answers: Mapping[str, Any],
    item_key: str | None,
    language: str,
    *,
    masked: bool = False,
) -> tuple[AnswerSection, ...]:
    """The form's sections with what was answered; what the guided answers hide is left out.

    `item_key` None: every field counts as read. `masked` hides identity numbers and mobiles.
    """
    sections = []
    for section in release.form.page(answers, guided):
        fields = [field for field in section.fields if field.carries_answer and field.label.zh]
        own = [field for field in fields if _reads(item_key, field, section)]
        rest = [field for field in fields if not _reads(item_key, field, section)]
        if fields:
            sections.append(
                AnswerSection(
                    section.label,
                    tuple(_line(field, answers, language, masked) for field in own),
                    tuple(_line(field, answers, language, masked) for field in rest),
                )
            )
    return tuple(sections)


def _reads(item_key: str | None, field: Field, section: Section) -> bool:
    readers = field.items or section.items
    return item_key is None or not readers or item_key in readers


def _line(field: Field, answers: Mapping[str, Any], language: str, masked: bool) -> AnswerLine:
    value = value_at(answers, field.key)
    text = shown_value(field, value, language, _without_numbers) if masked else shown_value(field, value, language)
    unit = field.suffix.in_language(language)
    if text and unit:
        text = f"{text} {unit}"
    return AnswerLine(field.key, field.label, text, field.type in ("textarea", LIST) or len(text) > 60)


def _without_numbers(field: Field, text: str) -> str:
    """The text of an answer with identity numbers and mobiles hidden."""
    return masked_number(text) if text and field.format in ("id-number", "mobile") else text


@dataclass(frozen=True, slots=True)
class FileLine:
    id: int
    name: str
    media_type: str
    size: int
    pages: int | None
    at: datetime
    form: str  # of this one file; "": not kept then

    @property
    def form_words(self) -> Words | None:
        return MATERIAL_FORMS.get(self.form)

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material of the case. `used_by`: keys of the case's items that require it."""

    key: str
    name: Words
    form: Words
    copies: int
    provided_by: str
    at: datetime
    files: tuple[FileLine, ...]
    used_by: tuple[str, ...]

    @property
    def forms(self) -> tuple[Words, ...]:
        """In what forms its files came, each once, where they differ."""
        of_files = dict.fromkeys(file.form for file in self.files if file.form in MATERIAL_FORMS)
        return tuple(MATERIAL_FORMS[key] for key in of_files) if len(of_files) > 1 else (self.form,)


MATERIALS = """
select m.id, m.material_key, m.form, m.copies, m.provided_by, m.at, f.id, f.name, f.media_type, f.size,
    f.pages, f.at, mf.form, l.name_zh, l.name_en, l.number, case when l.status in ('valid', 'suspended')
        and l.valid_to < %(today)s then 'expired' else l.status end
from submitted_material m
left join reused_licence u on u.case_id = m.case_id and u.material_key = m.material_key
left join licence l on l.id = u.licence_id
left join material_file mf on mf.submitted_material_id = m.id
left join stored_file f on f.id = mf.file_id
where m.case_id = %(case)s and coalesce(f.at, m.at) <= coalesce((select min(h.at) from hand_up h
    where h.item_case_id = %(item_case)s), 'infinity')
order by m.id, mf.position
"""


def materials_of(
    case_id: int, bundle: Bundle, item_keys: Sequence[str], item_case_id: int | None = None
) -> tuple[MaterialLine, ...]:
    """The submitted materials in the order in which they came, with their files.

    `item_case_id`: as this item is handled on them. What came after it was handed up is not among them (art. 35).
    """
    values = {"case": case_id, "item_case": item_case_id, "today": clock.today(moments.OFFICE_ZONE)}
    return materials_from(sql().execute(MATERIALS, values).fetchall(), bundle, item_keys)


def materials_from(rows: Sequence[Sequence[Any]], bundle: Bundle, item_keys: Sequence[str]) -> tuple[MaterialLine, ...]:
    """The materials of rows of `MATERIALS`."""
    files: dict[int, list[FileLine]] = {}
    for row in rows:
        files.setdefault(row[0], [])
        if row[6] is not None:
            files[row[0]].append(FileLine(*row[6:13]))
    heads = {row[0]: row for row in rows}
    lines = []
    for id_, (_, key, form, copies, provided_by, at, *rest) in heads.items():
        material = bundle.material(key)
        users = {requirement.item for requirement in material.requirements}
        used_by = tuple(item for item in item_keys if item in users)
        name = _licence_in_its_stead(rest[7:]) or MATERIAL_FORMS.get(form, Words(form, form))
        lines.append(MaterialLine(key, material.name, name, copies, provided_by, at, tuple(files[id_]), used_by))
    return tuple(lines)


def _licence_in_its_stead(licence: Sequence[Any]) -> Words | None:
    """The licence that stands for a material, and how it stands today: it may have ended since the receipt."""
    zh, en, number, status = licence
    if number is None:
        return None
    state = STATUS_WORDS[status]
    return Words(f"免提交：{zh} {number}（{state.zh}）", f"exempt: {en} {number} ({state.en})")


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of a case, to be opened."""

    digest: str
    name: str
    media_type: str


CASE_FILE = """
select f.digest, f.name, f.media_type from stored_file f
where f.id = %(file)s and (
    exists (select from material_file mf join submitted_material m on m.id = mf.submitted_material_id
        where mf.file_id = f.id and m.case_id = %(case)s)
    or exists (select from answer_file a where a.file_id = f.id and a.case_id = %(case)s)
    or exists (select from commitment c where c.signature_file_id = f.id and c.case_id = %(case)s)
    or exists (select from tolerance t where f.id in (t.signature_file_id, t.extended_file_id) and t.case_id = %(case)s)
    or exists (select from opinion_request o where o.file_id = f.id and o.case_id = %(case)s)
    or exists (select from verification_photo p join user_task t on t.id = p.task_id
        where p.file_id = f.id and t.case_id = %(case)s)
    or exists (select from visit_photo p join user_task t on t.id = p.task_id
        where p.file_id = f.id and t.case_id = %(case)s)
    or exists (select from visit_record r join user_task t on t.id = r.task_id
        where r.signature_file_id = f.id and t.case_id = %(case)s))
"""


def case_file(case_id: int, file_id: int) -> CaseFile:
    """A file of the case: of a material, a signature, a photo of a visit or of a verification. Raises NotFound."""
    row = sql().execute(CASE_FILE, {"file": file_id, "case": case_id}).fetchone()
    if row is None:
        raise NotFound()
    return CaseFile(*row)


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """A signed letter, with the rule that admitted it."""

    item_key: str
    letter: str
    digest: str
    signature_file_id: int | None
    signer: str
    channel: str
    signed_at: datetime
    taken_by: str
    rule: str
    rule_basis: str
    material_key: str = ""  # the one proof that it replaces; "": the whole item
    typed: bool = False
    number_confirmed: bool = False  # on the phone that signed: the number declared for the signer

    @property
    def key(self) -> str:
        return key_of(self.item_key, self.material_key)

    @property
    def way(self) -> Words:
        """How it was signed, and of the own phone what is known of whose it is."""
        if self.channel == PHONE:
            named = CHANNEL_WORDS["typed" if self.typed else PHONE]
            known = NUMBER_CONFIRMED if self.number_confirmed else QR_ALONE
            return Words(f"{named.zh}（{known.zh}）", f"{named.en} ({known.en})")
        return CHANNEL_WORDS.get("typed" if self.typed else self.channel, Words(self.channel, self.channel))

    @property
    def paper(self) -> Document:
        """The letter as people read it."""
        return papers.read(self.letter)

    @property
    def is_unchanged(self) -> bool:
        """The words kept are the words that were signed."""
        return hashlib.sha256(self.letter.encode()).hexdigest() == self.digest


NUMBER_CONFIRMED = Words("已在该手机上确认签署人申报的号码", "the signer's number was confirmed on it")
QR_ALONE = Words("只扫码，不证明手机属于签署人", "by QR code alone, which does not prove whose phone it is")
COMMITMENTS = """
select c.item_key, c.letter, c.letter_digest, c.signature_file_id, c.signer_name, c.channel, c.signed_at,
    u.name, c.rule, c.rule_basis, c.material_key, c.typed,
    s.confirmed_at is not null
from commitment c join app_user u on u.id = c.by_id left join signing_request s on s.id = c.request_id
where c.case_id = %(case)s order by c.item_key, c.material_key
"""


def commitments_of(case_id: int) -> dict[str, CommitmentView]:
    """Key of the letter ("P2", "P5/health-certificates") -> the letter that was signed."""
    return commitments_from(sql().execute(COMMITMENTS, {"case": case_id}))


def commitments_from(rows: Iterable[Sequence[Any]]) -> dict[str, CommitmentView]:
    """The letters of rows of `COMMITMENTS`."""
    views = (CommitmentView(*row) for row in rows)
    return {view.key: view for view in views}
