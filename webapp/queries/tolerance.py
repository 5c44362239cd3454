"""容缺受理 as pages show it, from the offer to its end: the promise, what is awaited, and how it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine import Words
from engine.bundles import Document, Item, Material
from webapp import clock, moments, papers
from webapp.answers import answers_of
from webapp.catalogue import RULES_OF_CASE, Published, Rules, arranged, published, rules_of
from webapp.errors import NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, TaskFacts, ensure
from webapp.queries.case_access import ensure_case
from webapp.queries.case_clocks import CLOCKS, ClockView, clocks_from
from webapp.queries.masking import masked_applicant, paper_without_names, persons_in, without_names
from webapp.queries.rows import Rows
from webapp.queries.submission import MATERIALS, MaterialLine, materials_from
from webapp.services.tolerance_terms import (
    AWAITED,
    COMPLETE,
    DECLINED,
    HANDED_IN,
    HOW,
    LAPSED,
    MOOT,
    OFFERED,
    PROMISED,
    TOLD,
    WAITING,
    consequence_of,
)
from webapp.unit_of_work import sql

STATE_WORDS = {
    OFFERED: Words("待申请人书面承诺", "offered, waits for the promise"),
    DECLINED: Words("申请人不选择容缺受理", "the applicant does not want it"),
    PROMISED: Words("已书面承诺，待受理", "promised, not accepted yet"),
    WAITING: Words("待补齐", "waits for the materials"),
    HANDED_IN: Words("已补交，待核对", "handed in, to be checked"),
    TOLD: Words("补交不符合要求，待重新补齐", "not as required, to be handed in again"),
    COMPLETE: Words("已补齐", "complete"),
    LAPSED: Words("逾期未补齐", "not completed in time"),
    MOOT: Words("不再需要", "of no use any more"),
}
KINDS = {COMPLETE: "ok", LAPSED: "bad", MOOT: "muted", DECLINED: "muted", HANDED_IN: "info", PROMISED: "info"}


@dataclass(frozen=True, slots=True)
class Awaited:
    """One promised material: how it comes, what is there of it, whether it came since the promise."""

    material: Material
    how: Words
    submitted: MaterialLine | None
    came: bool
    form: str
    copies: int

    @property
    def key(self) -> str:
        return self.material.key


@dataclass(frozen=True, slots=True, eq=False)
class TolerancePage:
    """The tolerance of an item, from the offer to its end."""

    case_id: int
    item_case_id: int
    item: Item
    release: Published
    rules: Rules
    number: str
    subject: str
    department: Words
    phone: str
    state: str
    offer_note: str
    awaited: tuple[Awaited, ...]
    letter: Document | None
    signer: str
    channel: str
    signature_file_id: int | None
    promised_at: datetime | None
    promised_until: date | None
    notice_id: int | None
    notice_number: str
    late: Words | None
    late_basis: Words
    told: str
    moved: int | None
    moved_reason: str
    evidence_file_id: int | None
    clock: ClockView | None
    ended: bool
    task_id: int | None  # the open task to hand in
    revision: int
    assignee_id: int | None
    assignee: str

    @property
    def words(self) -> Words:
        return STATE_WORDS[self.state]

    @property
    def kind(self) -> str:
        return KINDS.get(self.state, "warn")

    @property
    def is_awaited(self) -> bool:
        """The ruling waits for it."""
        return self.state in AWAITED and not self.ended

    @property
    def is_offered(self) -> bool:
        return self.state == OFFERED and not self.ended

    @property
    def is_open(self) -> bool:
        """It can be handed in."""
        return self.task_id is not None

    @property
    def all_came(self) -> bool:
        return all(one.came for one in self.awaited)

    def material(self, key: str) -> Awaited:
        """Raises NotFound for one that was not promised."""
        found = next((one for one in self.awaited if one.key == key), None)
        if found is None:
            raise NotFound()
        return found


PAGE = f"""
select k.id, i.id, i.item_key, k.release_id, {RULES_OF_CASE}, k.number,
    coalesce(nullif(k.subject_name, ''), k.applicant_name), d.name_zh, d.name_en, d.phone, t.state, t.offer_note,
    t.materials, t.letter, t.signer_name, t.channel, t.signature_file_id, t.promised_at, t.promised_until,
    t.document_id, coalesce(n.number, ''), t.late, t.late_credit, t.late_basis_zh, t.late_basis_en, t.told,
    t.extended_days, t.extended_reason, t.extended_file_id, i.outcome is not null, h.id, coalesce(h.revision, 0),
    h.assignee_id, coalesce(u.name, ''), h.groups, h.state
from tolerance t
join item_case i on i.id = t.item_case_id
join cases k on k.id = t.case_id
join department d on d.key = i.department_key
left join document n on n.id = t.document_id
left join user_task h on h.item_case_id = i.id and h.step = 'hand-in' and h.state = 'open'
left join app_user u on u.id = h.assignee_id
where """
CAME = """
select m.material_key from submitted_material m join tolerance t on t.case_id = m.case_id
where t.item_case_id = %(tolerated)s and (exists (select from material_file mf join stored_file f on f.id = mf.file_id
    where mf.submitted_material_id = m.id and f.at > t.promised_at) or (m.form = 'e-licence' and m.at > t.promised_at))
"""
FORMS = "select material_key, form, copies from submitted_material where case_id = %(case)s"
BEHIND = {"materials": MATERIALS, "terms": FORMS, "came": CAME, "clocks": CLOCKS}
OF_TASK = "select case_id, item_case_id from user_task where id = %s and step = 'hand-in'"


def tolerance_of(item_case_id: int) -> TolerancePage | None:
    """The tolerance of an item case; None where there never was one."""
    row = sql().execute(PAGE + "t.item_case_id = %s", (item_case_id,)).fetchone()
    return _page(row) if row else None


def tolerance_at_window(by: Identity, task_id: int) -> TolerancePage:
    """What is awaited, for whoever may take it in at the window. Raises NotFound."""
    found = sql().execute(OF_TASK, (task_id,)).fetchone()
    if found is None:
        raise NotFound()
    ensure_case(by, found[0])
    row = sql().execute(PAGE + "t.item_case_id = %s", (found[1],)).fetchone()
    if row is None:
        raise NotFound()
    if row[-2] is not None:
        bundle = published(row[3]).bundle.key
        ensure(by, Permission.TASK_SEE, TaskFacts(frozenset(row[-2]), row[-4], row[-1], bundle))
    return _page(row)


def tolerance_in_case(case_id: int, item_key: str) -> TolerancePage:
    """The tolerance of an item of a case, for whoever may see the case. Raises NotFound."""
    row = sql().execute(PAGE + "t.case_id = %s and t.item_key = %s", (case_id, item_key)).fetchone()
    if row is None:
        raise NotFound()
    return _page(row)


def applicants_tolerance(case_id: int, item_key: str) -> TolerancePage:
    """As its applicant sees it, who has given number and code: no more of the names than the page of progress."""
    page = tolerance_in_case(case_id, item_key)
    names, persons = _names(page)

    def masked(text: str) -> str:
        return without_names(text, names, persons)

    def material(one: Awaited) -> Awaited:
        there = one.submitted
        files = tuple(replace(file, name=masked(file.name)) for file in there.files) if there else ()
        return replace(one, submitted=replace(there, files=files) if there else None)

    return replace(
        page,
        subject=masked_applicant(page.subject, persons),
        awaited=tuple(map(material, page.awaited)),
        told=masked(page.told),
        letter=None,
        signer=masked(page.signer),
    )


def _names(page: TolerancePage) -> tuple[Collection[str], Collection[str]]:
    """Of whom the case is about, and of the persons in its form."""
    row = sql().execute("select applicant_name, subject_name from cases where id = %s", (page.case_id,)).fetchone()
    return row or (), persons_in(page.release.bundle, answers_of(page.case_id))


def masked_papers(page: TolerancePage) -> Callable[[str], Document]:
    """How a letter is read on the tracking page: word for word, but for the names, which are masked there."""
    names, persons = _names(page)
    return lambda text: paper_without_names(papers.read(text), names, persons)


def tolerances_of(case_id: int) -> dict[str, TolerancePage]:
    """By item, the tolerances of a received case whose item has no outcome yet: offered, promised or awaited."""
    rows = sql().execute(
        PAGE + "t.case_id = %s and i.outcome is null and t.state not in ('declined', 'moot')", (case_id,)
    )
    pages = [_page(row) for row in rows.fetchall()]
    return {page.item.key: page for page in sorted(pages, key=lambda page: page.item.key)}


def _page(row: Any) -> TolerancePage:
    (
        case_id,
        item_case_id,
        item_key,
        release_id,
        versions,
        number,
        subject,
        zh,
        en,
        phone,
        state,
        offer_note,
        materials,
        letter,
        signer,
        channel,
        signature_file_id,
        promised_at,
        promised_until,
        notice_id,
        notice_number,
        late,
        late_credit,
        late_zh,
        late_en,
        told,
        moved,
        moved_reason,
        evidence_file_id,
        ended,
        task_id,
        revision,
        assignee_id,
        assignee,
        _groups,
        _state,
    ) = row
    rules = rules_of(tuple(versions or ()))
    release = arranged(release_id, rules.profile)
    rows = Rows(BEHIND, _values(case_id, item_case_id))
    rows.read_together(*BEHIND)
    clocks = clocks_from(rows.of("clocks"), rules)
    return TolerancePage(
        case_id,
        item_case_id,
        release.bundle.item(item_key),
        release,
        rules,
        number or "",
        subject,
        Words(zh, en),
        phone,
        state,
        offer_note,
        _awaited(rows, release, item_key, dict(materials)),
        papers.read(letter) if letter else None,
        signer,
        channel,
        signature_file_id,
        promised_at,
        promised_until,
        notice_id,
        notice_number,
        consequence_of(rules.profile, late, late_credit) if late else None,
        Words(late_zh, late_en),
        told,
        moved,
        moved_reason,
        evidence_file_id,
        next((one for one in clocks if one.item_case_id == item_case_id and one.key == "tolerance"), None),
        ended,
        task_id,
        revision,
        assignee_id,
        assignee,
    )


def _values(case_id: int, item_case_id: int) -> dict[str, Any]:
    """Of the whole case: what was promised may have come after the item was handed up."""
    zone, today = moments.OFFICE_ZONE.key, clock.today(moments.OFFICE_ZONE)
    return {"case": case_id, "item_case": None, "tolerated": item_case_id, "zone": zone, "today": today}


def _awaited(rows: Rows, release: Published, item_key: str, hows: Mapping[str, str]) -> tuple[Awaited, ...]:
    there = {line.key: line for line in materials_from(rows.of("materials"), release.bundle, [item_key])}
    terms = {key: (form, copies) for key, form, copies in rows.of("terms")}
    came = {key for (key,) in rows.of("came")}
    return tuple(
        Awaited(one, HOW[hows[one.key]], there.get(one.key), one.key in came, *terms.get(one.key, (one.forms[0], 1)))
        for one in release.bundle.materials
        if one.key in hows
    )
