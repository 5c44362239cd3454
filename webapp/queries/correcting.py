"""补正 at the window: what a department asked for, and the materials that its item uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine import Words
from engine.bundles import Document, Item, Material, guide_for
from webapp import papers
from webapp.answers import answers_of
from webapp.catalogue import Published, published
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.queries.case_access import ensure_case
from webapp.queries.submission import MaterialLine, materials_of
from webapp.unit_of_work import sql


@dataclass(frozen=True, slots=True)
class Asked:
    """补正告知书: the one complete request, as issued."""

    id: int
    number: str
    issued_at: datetime
    zh: Document
    en: Document


@dataclass(frozen=True, slots=True)
class CorrectedMaterial:
    """A material that the item uses, and what is there of it (None: nothing yet)."""

    material: Material
    submitted: MaterialLine | None
    form: str
    copies: int

    @property
    def key(self) -> str:
        return self.material.key


@dataclass(frozen=True, slots=True, eq=False)
class CorrectionPage:
    """An open or closed `correct` task with all that belongs to it."""

    task_id: int
    case_id: int
    revision: int
    is_open: bool
    assignee_id: int | None
    assignee: str
    release: Published
    item: Item
    number: str
    subject: str
    department: Words
    phone: str
    asked: Asked | None
    materials: tuple[CorrectedMaterial, ...]

    def material(self, key: str) -> CorrectedMaterial:
        """Raises NotFound for a material that the item does not use."""
        found = next((one for one in self.materials if one.key == key), None)
        if found is None:
            raise NotFound()
        return found


TASK = """
select t.case_id, t.item_case_id, t.revision, t.state, t.assignee_id, coalesce(u.name, ''), t.groups,
    ic.item_key, k.release_id, k.number, coalesce(nullif(k.subject_name, ''), k.applicant_name), k.guided,
    d.name_zh, d.name_en, d.phone
from user_task t
join cases k on k.id = t.case_id
join item_case ic on ic.id = t.item_case_id
join department d on d.key = ic.department_key
left join app_user u on u.id = t.assignee_id
where t.id = %s and t.step = 'correct'
"""
ASKED = """
select id, number, issued_at, content_zh, content_en from document
where item_case_id = %s and kind = 'correction-notice' order by id desc limit 1
"""
FORMS = "select material_key, form, copies from submitted_material where case_id = %s"


def correction_page(by: Identity, task_id: int) -> CorrectionPage:
    """The correction, for whoever may take it at the window. Raises NotFound."""
    row = sql().execute(TASK, (task_id,)).fetchone()
    if row is None:
        raise NotFound()
    (
        case_id,
        item_case_id,
        revision,
        state,
        assignee_id,
        assignee,
        groups,
        item_key,
        release_id,
        number,
        subject,
        guided,
        zh,
        en,
        phone,
    ) = row
    ensure_case(by, case_id)
    ensure(by, Permission.TASK_SEE, TaskFacts(frozenset(groups), assignee_id, state))
    release = published(release_id)
    there = {line.key: line for line in materials_of(case_id, release.bundle, [item_key])}
    terms = {key: (form, copies) for key, form, copies in sql().execute(FORMS, (case_id,))}
    return CorrectionPage(
        task_id,
        case_id,
        revision,
        state == "open",
        assignee_id,
        assignee,
        release,
        release.bundle.item(item_key),
        number,
        subject,
        Words(zh, en),
        phone,
        _asked(item_case_id),
        tuple(
            CorrectedMaterial(
                required.material,
                there.get(required.material.key),
                *terms.get(required.material.key, (required.material.forms[0], 1)),
            )
            for required in guide_for(release.bundle, {**answers_of(case_id), **guided}).materials
            if item_key in required.used_by and not required.exempt and required.material.source != "form"
        ),
    )


def _asked(item_case_id: int) -> Asked | None:
    row = sql().execute(ASKED, (item_case_id,)).fetchone()
    if row is None:
        return None
    id_, number, issued_at, zh, en = row
    return Asked(id_, number, issued_at, papers.read(zh), papers.read(en))
