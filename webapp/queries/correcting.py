"""补正 as its two pages show it: what was asked, material by material and answer by answer, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine import Words
from engine.bundles import Document, Item, Material
from engine.forms import Field, controls_on, value_at
from engine.law import Fault
from webapp import clock, papers
from webapp.answers import answers_of
from webapp.catalogue import RULES_OF_CASE, Published, Rules, engine_context, published, rules_of
from webapp.errors import NotFound
from webapp.form_values import control_value
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.queries.case_access import ensure_case
from webapp.queries.case_clocks import ClockView, clock_of_item
from webapp.queries.masking import masked_applicant, paper_without_names, persons_in, without_names
from webapp.queries.submission import MaterialLine, materials_of
from webapp.services.corrected_answers import open_fields
from webapp.services.corrections import CHANGED, CONSEQUENCES, LATE_RULE
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Notice:
    """补正材料一次性告知书: the one complete request, as issued."""

    id: int
    number: str
    issued_at: datetime
    zh: Document
    en: Document


@dataclass(frozen=True, slots=True)
class AskedMaterial:
    """A material that was asked for: what is wrong, and what is there of it (None: nothing yet)."""

    material: Material
    wanted: str
    submitted: MaterialLine | None
    came: bool  # something was added since it was asked for
    form: str
    copies: int

    @property
    def key(self) -> str:
        return self.material.key


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """An answer of the form that may be written: asked for, or made to appear by one that was."""

    field: Field
    wanted: str
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class CorrectionPage:
    """An open or closed correction with all that belongs to it."""

    task_id: int
    case_id: int
    revision: int
    is_open: bool
    assignee_id: int | None
    assignee: str
    release: Published
    rules: Rules
    item: Item
    number: str
    subject: str
    department: Words
    phone: str
    notice: Notice | None
    note: str
    clock: ClockView | None
    consequence: Words | None  # of letting the limit pass; None where the place has no rule
    consequence_basis: Words
    guided: Mapping[str, Any]
    answers: Mapping[str, Any]
    faults: tuple[Fault, ...]
    materials: tuple[AskedMaterial, ...]

    def material(self, key: str) -> AskedMaterial:
        """Raises NotFound for a material that was not asked for."""
        found = next((one for one in self.materials if one.key == key), None)
        if found is None:
            raise NotFound()
        return found

    def fields(self, posted: Mapping[str, Any] | None = None) -> tuple[AskedAnswer, ...]:
        """The answers that may be written, over what was `posted`: a corrected one can make others appear."""
        wanted = {fault.key: fault.text for fault in self.faults if fault.kind == "answer"}
        if not wanted:
            return ()
        context = engine_context(clock.now(), self.rules)
        form = self.release.form
        now = form.draft(posted, context) if posted is not None else dict(self.answers)
        allowed = open_fields(self.release, self.guided, self.answers, now, wanted, context)
        controls = controls_on(form.page(now, self.guided, context))
        shown = posted if posted is not None else self.answers
        return tuple(
            AskedAnswer(one, wanted.get(name, ""), control_value(value_at(shown, name)))
            for name, one in controls.items()
            if name in allowed and one.is_asked and not one.readonly
        )


TASK = f"""
select t.id, t.case_id, t.item_case_id, t.revision, t.state, t.assignee_id, coalesce(u.name, ''), t.groups,
    ic.item_key, k.release_id, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), k.guided,
    d.name_zh, d.name_en, d.phone, {RULES_OF_CASE}
from user_task t
join cases k on k.id = t.case_id
join item_case ic on ic.id = t.item_case_id
join department d on d.key = ic.department_key
left join app_user u on u.id = t.assignee_id
where t.step = 'correct' and
"""
BY_ID = TASK + "t.id = %s"
OF_ITEM = TASK + "k.id = %s and ic.item_key = %s order by t.id desc limit 1"
REQUEST = """
select c.faults, c.note, d.id, d.number, d.issued_at, d.content_zh, d.content_en, c.asked_at
from correction c join document d on d.id = c.document_id
where c.item_case_id = %s order by c.round desc limit 1
"""
FORMS = "select material_key, form, copies from submitted_material where case_id = %s"


def correction_page(by: Identity, task_id: int) -> CorrectionPage:
    """The correction, for whoever may take it at the window. Raises NotFound."""
    row = sql().execute(BY_ID, (task_id,)).fetchone()
    if row is None:
        raise NotFound()
    ensure_case(by, row[1])
    bundle = published(row[9]).bundle.key
    ensure(by, Permission.TASK_SEE, TaskFacts(frozenset(row[7]), row[5], row[4], bundle))
    return _page(row)


def applicants_correction(case_id: int, item_key: str) -> CorrectionPage:
    """The correction of an item as its applicant sees it, who has given number and code. Raises NotFound.

    Whoever has these sees what is asked, and no more of the names than the page of progress shows.
    """
    row = sql().execute(OF_ITEM, (case_id, item_key)).fetchone()
    if row is None:
        raise NotFound()
    return _without_names(_page(row))


NAMES = "select applicant_name, subject_name from cases where id = %s"


def _without_names(page: CorrectionPage) -> CorrectionPage:
    names = sql().execute(NAMES, (page.case_id,)).fetchone() or ()
    persons = persons_in(page.release.bundle, page.answers)

    def masked(text: str) -> str:
        return without_names(text, names, persons)

    def material(one: AskedMaterial) -> AskedMaterial:
        there = one.submitted
        files = tuple(replace(file, name=masked(file.name)) for file in there.files) if there else ()
        return replace(one, wanted=masked(one.wanted), submitted=replace(there, files=files) if there else None)

    notice = page.notice and replace(
        page.notice,
        zh=paper_without_names(page.notice.zh, names, persons),
        en=paper_without_names(page.notice.en, names, persons),
    )
    return replace(
        page,
        subject=masked_applicant(page.subject, persons),
        notice=notice,
        note=masked(page.note),
        faults=tuple(replace(fault, text=masked(fault.text)) for fault in page.faults),
        materials=tuple(map(material, page.materials)),
    )


def _page(row: Sequence[Any]) -> CorrectionPage:
    (
        task_id,
        case_id,
        item_case_id,
        revision,
        state,
        assignee_id,
        assignee,
        _groups,
        item_key,
        release_id,
        number,
        subject,
        guided,
        zh,
        en,
        phone,
        versions,
    ) = row
    release, rules = published(release_id), rules_of(tuple(versions or ()))
    asked = sql().execute(REQUEST, (item_case_id,)).fetchone()
    faults = tuple(Fault(*one) for one in asked[0]) if asked else ()
    rule = rules.profile.parameters.get(LATE_RULE)
    return CorrectionPage(
        task_id,
        case_id,
        revision,
        state == "open",
        assignee_id,
        assignee,
        release,
        rules,
        release.bundle.item(item_key),
        number,
        subject,
        Words(zh, en),
        phone,
        Notice(asked[2], asked[3], asked[4], papers.read(asked[5]), papers.read(asked[6])) if asked else None,
        asked[1] if asked else "",
        clock_of_item(case_id, item_case_id, "correction", rules) if asked else None,
        CONSEQUENCES.get(str(rule.value)) if rule else None,
        rule.basis if rule else Words("", ""),
        guided,
        answers_of(case_id),
        faults,
        _materials(case_id, release, item_key, faults, asked[7] if asked else None),
    )


def _materials(
    case_id: int, release: Published, item_key: str, faults: Sequence[Fault], since: datetime | None
) -> tuple[AskedMaterial, ...]:
    wanted = {fault.key: fault.text for fault in faults if fault.kind == "material"}
    there = {line.key: line for line in materials_of(case_id, release.bundle, [item_key])}
    terms = {key: (form, copies) for key, form, copies in sql().execute(FORMS, (case_id,))}
    came = {key for kind, key in sql().execute(CHANGED, {"case": case_id, "since": since}) if kind == "material"}
    return tuple(
        AskedMaterial(one, wanted[one.key], there.get(one.key), one.key in came, *terms.get(one.key, (one.forms[0], 1)))
        for one in release.bundle.materials
        if one.key in wanted
    )
