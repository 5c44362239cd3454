"""收件: the application is received, gets its number, and the departments' work begins."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pypinyin import lazy_pinyin

from engine import AnswersInvalid, Words
from engine.bundles import Eligibility, Guide, guide_for, next_question, start_variables
from engine.law import tracking_code
from webapp import moments
from webapp.answers import answers_of
from webapp.errors import ActRefused, Incomplete, LetterChanged, NotFound
from webapp.identity import Identity
from webapp.permissions import Permission, ensure
from webapp.search import tokens
from webapp.services.acting import act_on
from webapp.services.advance import begin
from webapp.services.answer_rows import AS_RECEIVED, write_answers
from webapp.services.commitments import (
    COMMITMENT,
    ORDINARY,
    ensure_eligible,
    ineligible_tries_kept,
    is_replaced,
)
from webapp.services.credit_bars import Standing, ensure_may_apply, standing_of, subjects_of
from webapp.services.decisions import Kept, eligibility_told, keep_records
from webapp.services.documents import issue_receipt
from webapp.services.drafts import ensure_draft
from webapp.services.eligible import eligible_items
from webapp.services.events import Event
from webapp.services.letters import KEY, letter_for, subject_of
from webapp.services.licence_reuse import LicenceNotReusable, Reuse, ensure_reusable, keep_reused, reusable
from webapp.services.locked_case import LockedCase, on_case
from webapp.services.numbers import case_number
from webapp.services.page_keys import remember
from webapp.services.tolerance_promises import bind_promises, covered_by_promises
from webapp.services.visits import LEGAL_REPRESENTATIVE, REPRESENTATIVE
from webapp.tracking import hash_code
from webapp.unit_of_work import sql

TRACKING_BITS = 50


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the applicant leaves with. The code is shown once and stored hashed."""

    case_id: int
    number: str
    code: str


class MaterialsMissing(ActRefused):
    """Materials that this applicant must hand in and has not."""

    status = 422

    def __init__(self, names: list[Words]) -> None:
        self.names = names
        super().__init__(
            Words(
                "还缺材料：" + "、".join(name.zh for name in names),
                "Missing materials: " + ", ".join(name.en for name in names),
            )
        )


def receive(case_id: int, *, by: Identity, key: str) -> Receipt:
    """Receive the application: number, receipt, tracking code; the items' processes start.

    Raises Incomplete (guided questions open), AnswersInvalid, ApplicantBarred, MaterialsMissing, LicenceNotReusable,
    NotEligible, NotADraft.
    """
    with ineligible_tries_kept(case_id, by), on_case(case_id) as case:
        act_on(case, by, Permission.CASE_RECEIVE)
        remember(by, key, case.now, f"receive:{case_id}")
        ensure_draft(case, by)
        guided, ways = _choices(case)
        answers = _valid_answers(case, guided)
        guide = _complete_guide(case, guided, answers)
        ensure_may_apply(_standing(case, answers), [entry.item for entry in guide.items])
        verdicts = eligible_items(case.release, case.rules, guided, answers)
        _ensure_ways(case, answers, ways, verdicts)
        _ensure_present(case, answers)
        reuses = _reusable(case, guide, answers, guided)
        _ensure_materials(case, guide, ways, reuses)
        _keep_mandate(case, guide, by)
        keep_reused(case, reuses, _with_files(case), by)
        write_answers(case, answers, version=AS_RECEIVED, source="applicant", by=by)
        code = tracking_code(secrets.randbits(TRACKING_BITS))
        _open_items(case, guide, ways)
        bind_promises(case)
        _mark_received(case, code, answers, by)
        case.record(Event.RECEIVED, by, items=[entry.item.key for entry in guide.items])
        _tell_eligibility(case, verdicts, ways, by)
        begin(case, case.release.bundle.entry_process, start_variables(case.release.bundle, guide, guided, ways))
        # The series' rows stay locked to the end of the command, so numbers come last.
        number = _give_number(case)
        issue_receipt(case, guide, by)
    return Receipt(case_id, number, code)


def reissue_code(case_id: int, *, by: Identity) -> str:
    """A new tracking code for an applicant who lost theirs; the old one ends. Shown once, like the first."""
    ensure(by, Permission.CASE_RECEIVE)
    code = tracking_code(secrets.randbits(TRACKING_BITS))
    with on_case(case_id) as case:
        if case.received_at is None:
            raise NotFound()
        sql().execute("update cases set tracking_hash = %s where id = %s", (hash_code(code), case_id))
        case.record(Event.CODE_REISSUED, by)
    return code


def _choices(case: LockedCase) -> tuple[dict[str, Any], dict[str, str]]:
    row = sql().execute("select guided, ways from cases where id = %s", (case.id,)).fetchone()
    assert row is not None
    return row[0], row[1]


def _complete_guide(case: LockedCase, guided: Mapping[str, Any], answers: Mapping[str, Any]) -> Guide:
    """Items and materials; what a material depends on may stand in the form (who applies)."""
    bundle = case.release.bundle
    if next_question(bundle, guided) is not None:
        raise Incomplete("guided", Words("请先完成情形引导。", "Answer the guided questions first."))
    guide = guide_for(bundle, {**answers, **guided})
    if not guide.items:
        raise Incomplete("guided", Words("没有需要办理的事项。", "No item applies."))
    return guide


def _valid_answers(case: LockedCase, guided: Mapping[str, Any]) -> dict[str, Any]:
    answers = answers_of(case.id)
    try:
        return case.release.form.validate_values(answers, guided, case.context)
    except AnswersInvalid as invalid:
        raise FormIncomplete(len(invalid.errors)) from invalid


class FormIncomplete(ActRefused):
    """The one form does not pass yet; its page shows every error beside its field."""

    status = 422

    def __init__(self, count: int) -> None:
        super().__init__(
            Words(
                f"申请表还有 {count} 处需要更正，请回到“填表”。",
                f"The form has {count} fields to correct; go back to it.",
            )
        )


def _standing(case: LockedCase, answers: Mapping[str, Any]) -> Standing:
    today = moments.local(case.now).date()
    return standing_of(subjects_of(case.release.bundle, answers), case.rules.profile.key, today)


def _ensure_ways(
    case: LockedCase, answers: Mapping[str, Any], ways: Mapping[str, str], verdicts: Mapping[str, Eligibility]
) -> None:
    """What is to go by commitment may, and its letter was signed as it reads now."""
    committed = [key for key, way in ways.items() if way == COMMITMENT]
    if not committed:
        return
    signed: dict[str, str] = dict(
        sql().execute(f"select {KEY}, letter_digest from commitment where case_id = %s", (case.id,)).fetchall()
    )
    for key in committed:
        ensure_eligible(verdicts.get(key))
        if key not in signed:
            raise Incomplete("commitment", Words("承诺书尚未签署。", "The letter is not signed yet."))
        subject = subject_of(case.release.bundle, key)
        assert subject is not None  # eligible
        if letter_for(case.release, subject, answers, case.rules).digest != signed[key]:
            raise LetterChanged()


def _tell_eligibility(
    case: LockedCase, verdicts: Mapping[str, Eligibility], ways: Mapping[str, str], by: Identity
) -> None:
    """Whether each item that knows commitment could go by it at receipt, and why, whatever way was chosen."""
    decided: list[Kept] = []
    for key, verdict in verdicts.items():
        decided += eligibility_told(case, Event.ELIGIBILITY_DECIDED, by, verdict, way=ways.get(key, ORDINARY))
    keep_records(case, decided)


def _ensure_present(case: LockedCase, answers: Mapping[str, Any]) -> None:
    """Who stands at the counter is who the form says: the signatory, or a representative that it names."""
    row = (
        sql()
        .execute(
            "select v.present, v.person_name, v.person_id_number from visit v"
            " join cases c on c.visit_id = v.id where c.id = %s",
            (case.id,),
        )
        .fetchone()
    )
    assert row is not None
    present, bundle = row[0], case.release.bundle
    pairs = {
        LEGAL_REPRESENTATIVE: [(bundle.signatory_name_field, bundle.signatory_id_field)],
        REPRESENTATIVE: list(zip(bundle.collector_name_fields, bundle.collector_fields, strict=True)),
    }.get(present, [])
    named = {(str(answers.get(name) or "").strip(), str(answers.get(number) or "").upper()) for name, number in pairs}
    if pairs and (row[1], row[2]) not in named:
        raise Incomplete(
            "present",
            Words(
                "到场人与申请表上的法定代表人（负责人）或者经办人不一致，请核对姓名和身份证号码。",
                "The person present is not the one named in the form. Check name and identity number.",
            ),
        )


def _keep_mandate(case: LockedCase, guide: Guide, by: Identity) -> None:
    """The mandate shown at the visit becomes a material of the case, for every item that requires it."""
    for required in guide.materials:
        if required.material.source != "visit":
            continue
        sql().execute(
            "with kept as (insert into submitted_material (case_id, material_key, form, copies, provided_by, by_id, at)"
            " select c.id, %s, %s, 1, v.person_name, %s, %s from cases c join visit v on v.id = c.visit_id"
            " where c.id = %s and v.mandate_file_id is not null"
            " on conflict (case_id, material_key) do nothing returning id)"
            " insert into material_file (submitted_material_id, file_id, position, form)"
            " select kept.id, v.mandate_file_id, 0, %s from kept, cases c join visit v on v.id = c.visit_id"
            " where c.id = %s",
            (required.material.key, (form := required.material.forms[0]), by.user_id, case.now, case.id, form, case.id),
        )


def _reusable(
    case: LockedCase, guide: Guide, answers: Mapping[str, Any], guided: Mapping[str, Any]
) -> Mapping[str, Reuse]:
    """The valid licences that stand for materials. Raises LicenceNotReusable for one that is not in force."""
    today = moments.local(case.now).date()
    reuses = reusable(case.release.bundle, guide.materials, {**answers, **guided}, today)
    if reuses:
        own = {entry.item.key for entry in guide.items}
        exempt = {one.material.key for one in guide.materials if one.exempt and one.material.result_of not in own}
        ensure_reusable(reuses, exempt, _handed_in(case), _with_files(case))
    return reuses


def _with_files(case: LockedCase) -> frozenset[str]:
    rows = sql().execute(
        "select material_key from submitted_material m where case_id = %s"
        " and exists(select from material_file f where f.submitted_material_id = m.id)",
        (case.id,),
    )
    return frozenset(key for (key,) in rows)


def _ensure_materials(case: LockedCase, guide: Guide, ways: Mapping[str, str], reuses: Mapping[str, Reuse]) -> None:
    handed_in = _handed_in(case) | {key for key, reuse in reuses.items() if reuse.counts}
    handed_in |= covered_by_promises(case, guide, ways, handed_in)
    mandate = (
        sql()
        .execute(
            "select v.mandate_file_id is not null from visit v join cases c on c.visit_id = v.id where c.id = %s",
            (case.id,),
        )
        .fetchone()
    )
    shown = {"form": True, "visit": mandate is not None and mandate[0]}
    missing = [
        required.material
        for required in guide.materials
        if not required.exempt
        and not shown.get(required.material.source, False)
        and required.material.key not in handed_in
        and not all(is_replaced(required, item, ways) for item in required.used_by)
    ]
    ended = next((reuses[one.key] for one in missing if one.key in reuses), None)
    if ended is not None:
        raise LicenceNotReusable(ended, asked=True)
    if missing:
        raise MaterialsMissing([one.name for one in missing])


def _handed_in(case: LockedCase) -> set[str]:
    rows = sql().execute(
        "select material_key from submitted_material m where case_id = %s and (form in ('e-licence', 'exempt')"
        " or exists(select from material_file f where f.submitted_material_id = m.id))",
        (case.id,),
    )
    return {key for (key,) in rows}


def _open_items(case: LockedCase, guide: Guide, ways: Mapping[str, str]) -> None:
    for entry in guide.items:
        sql().execute(
            "insert into item_case (case_id, item_key, department_key, way, received_at, intake_note, accepted_under)"
            " values (%s, %s, %s, %s, %s, '', '')",
            (case.id, entry.item.key, entry.item.department, ways.get(entry.item.key, ORDINARY), case.now),
        )


def _give_number(case: LockedCase) -> str:
    """The case's number, and the words by which it is found."""
    number = case_number(case.release.bundle.case_prefix, moments.local(case.now).year)
    row = sql().execute("select applicant_name, subject_name from cases where id = %s", (case.id,)).fetchone()
    assert row is not None
    sql().execute(
        "update cases set number = %s, search_tokens = %s where id = %s",
        (number, tokens(f"{number} {row[0]} {row[1]}"), case.id),
    )
    case.number = number
    return number


def _mark_received(case: LockedCase, code: str, answers: Mapping[str, Any], by: Identity) -> None:
    """Received now, by this clerk; the visit has done its work."""
    bundle = case.release.bundle
    applicant = str(answers.get(bundle.applicant_name_field) or "")
    identity = next((str(answers[key]) for key in bundle.identity_fields if answers.get(key)), "")
    case.received_at = case.now
    sql().execute(
        "with visited as (update visit set ended_at = coalesce(ended_at, %s)"
        " where id = (select visit_id from cases where id = %s))"
        " update cases set received_at = %s, received_by = %s, tracking_hash = %s, applicant_name = %s,"
        " applicant_key = %s, applicant_pinyin = %s, subject_name = %s where id = %s",
        (
            case.now,
            case.id,
            case.now,
            by.user_id,
            hash_code(code),
            applicant,
            identity,
            " ".join(lazy_pinyin(applicant)),
            str(answers.get(bundle.subject_field) or ""),
            case.id,
        ),
    )
