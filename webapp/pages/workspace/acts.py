"""What the act of each step takes from the page, checked as far as a page can, and handed to its command."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine import AnswersInvalid, Words
from engine.law import GroundRules
from webapp import clock, moments
from webapp.identity import Identity
from webapp.pages.workspace import (
    hand_up_act,
    handover_acts,
    intake_parts,
    pre_review_act,
    procedure_acts,
    revocation_acts,
    tolerance_act,
    verification_acts,
    visit_act,
)
from webapp.pages.workspace.points import all_points, marks_posted, unmarked
from webapp.pages.workspace.posted import Posted
from webapp.pages.workspace.typed import Typed, revision_of, text, typed_day
from webapp.queries.history import proposal_words
from webapp.queries.workspace import Workspace
from webapp.services import extensions, intake, returns, reviews, rulings
from webapp.services.grounds import ground_faults, no_rule_named
from webapp.services.outside_results import OutsideResult, outside_faults

Errors = dict[str, Words]
#: The control that confirms a refusal although every point is met.
CONFIRMED = "confirmed"


class ActIncomplete(Exception):
    """What was typed does not do yet: control name -> what is missing. Nothing was carried out."""

    def __init__(self, errors: Errors) -> None:
        self.errors = errors
        super().__init__(", ".join(errors))


def _refuse(errors: Errors) -> None:
    if errors:
        raise ActIncomplete(errors)


def accept(task: Posted, typed: Typed, by: Identity) -> Words:
    outcome, note, authority = text(typed, "outcome"), text(typed, "note"), text(typed, "authority")
    faults = intake_parts.faults_of(task, typed) if outcome == intake.CORRECTION else []
    errors: Errors = {}
    if outcome not in intake.OUTCOMES:
        errors["outcome"] = Words("请选择受理结果。", "Choose the outcome.")
    elif outcome == intake.CORRECTION and not faults:
        errors["faults"] = Words(
            "请在补正清单中写明每一项需要补正的内容。", "Say in the list what must be corrected, point by point."
        )
    elif outcome not in (intake.ACCEPTED, intake.CORRECTION) and not note:
        errors["note"] = Words("请写明理由或者更正的内容。", "State the reasons, or what was put right.")
    if outcome == intake.WRONG_AUTHORITY and not authority:
        errors["authority"] = Words("请写明应当向哪个机关申请。", "Name the authority to apply to.")
    if task.is_open:  # of a task that is done, the command tells who did it
        _refuse(errors)
    try:
        until = intake.decide_intake(
            task.id,
            by=by,
            outcome=outcome,
            note=note,
            again_reason=text(typed, "again_reason"),
            faults=faults,
            authority=authority,
            corrected=intake_parts.fixed_answers(task, typed) if outcome == intake.FIXED else None,
            revision=revision_of(typed),
            key=text(typed, "key"),
        )
    except AnswersInvalid as invalid:
        raise ActIncomplete(intake_parts.named(invalid)) from invalid
    if until is not None:
        return Words(
            f"补正意见已提交牵头部门合并告知，最迟{until}；未合并的，届时单独告知申请人。",
            f"The points went to the lead department to be merged by {until}; otherwise they go out on their own.",
        )
    return _told(outcome)


def _told(outcome: str) -> Words:
    if outcome == intake.ACCEPTED:
        return Words("已予以受理，承诺办结时限开始计算。", "Accepted: the promised limit starts.")
    if outcome == intake.FIXED:
        return Words(
            "已记录当场更正并予以受理，承诺办结时限开始计算。",
            "Corrected on the spot and accepted: the promised limit starts.",
        )
    if outcome == intake.CORRECTION:
        return Words(
            "已出具补正材料一次性告知书，转综合窗口办理。", "The notice of correction is issued; it goes to the window."
        )
    return Words("已出具不予受理的书面决定。", "The written refusal of acceptance is issued.")


def examine(task: Posted, typed: Typed, by: Identity) -> Words:
    needed = text(typed, "visit_needed")
    errors = unmarked(task, typed)
    if task.visit_mode == "always":
        needed = "yes"
    elif needed not in ("yes", "no"):
        errors["visit_needed"] = Words("请选择是否需要现场核查。", "Say whether a visit is needed.")
    _refuse(errors)
    reviews.examine(
        task.id,
        by=by,
        visit_needed=needed == "yes",
        opinion=text(typed, "opinion"),
        checklist=marks_posted(typed),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return (
        Words("资料审查已完成：需要现场核查。", "Examined: a visit is needed.")
        if needed == "yes"
        else Words("资料审查已完成：不需要现场核查。", "Examined: no visit needed.")
    )


def review(task: Posted, typed: Typed, by: Identity) -> Words:
    proposal, opinion = text(typed, "proposal"), text(typed, "opinion")
    if proposal in procedure_acts.ORDERS:
        return procedure_acts.ORDERS[proposal](task, typed, by)
    errors = unmarked(task, typed)
    if proposal not in (reviews.GRANT, reviews.REFUSE):
        errors["proposal"] = Words("请选择审查意见。", "Choose the proposal.")
    elif proposal == reviews.REFUSE and not opinion:
        errors["opinion"] = Words("建议不予应当说明理由。", "A proposal to refuse needs reasons.")
    if proposal == reviews.REFUSE and not errors:
        errors |= unexplained_refusal(typed, marks_posted(typed), task.rules.profile.grounds, opinion=opinion)
    _refuse(errors)
    reviews.propose(
        task.id,
        by=by,
        proposal=proposal,
        opinion=opinion,
        checklist=marks_posted(typed),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    assert task.catalogue_item is not None
    made = proposal_words(proposal, task.catalogue_item.kind)
    return Words(f"审查意见已提出：{made.zh}。", f"Proposed: {made.en}.")


def decide(task: Posted, typed: Typed, by: Identity) -> Words:
    ruling, facts, reasons = text(typed, "ruling"), text(typed, "facts"), text(typed, "reasons")
    if ruling == returns.RETURN:
        returns.return_to_review(task.id, by=by, reason=reasons, revision=revision_of(typed), key=text(typed, "key"))
        return Words("已退回审查，办理时限照常计算。", "Sent back to the review; the clocks run on.")
    errors = unmarked(task, typed)
    _ruling_errors(errors, ruling, reasons)
    if ruling == reviews.REFUSE and not facts:
        errors["facts"] = Words("不予的决定应当写明查明的事实。", "A refusal must state the facts.")
    if ruling == reviews.REFUSE and not errors:
        reviewed = task.last_review("upper-review", "review")
        marks = marks_posted(typed) or (reviewed.checklist if reviewed else {})
        errors |= unexplained_refusal(typed, marks, task.rules.profile.grounds, facts=facts, reasons=reasons)
    _refuse(errors)
    rulings.rule(
        task.id,
        by=by,
        ruling=ruling,
        facts=facts,
        reasons=reasons,
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    assert task.catalogue_item is not None
    made = rulings.ruling_words(task.catalogue_item.kind).ruling(ruling)
    return Words(f"已作出决定：{made.zh}。", f"Ruled: {made.en}.")


def unexplained_refusal(typed: Typed, marks: Mapping[str, str], rules: GroundRules | None, **said: str) -> Errors:
    """What is `said` for a refusal is too little; or no point of the list is marked as not met, and yet it is to be
    refused: to be confirmed, not forbidden, on reasons that name the rule.
    """
    if faults := ground_faults(rules, **said):
        return dict(faults)
    if not marks or "fail" in marks.values():
        return {}
    if text(typed, CONFIRMED) != "yes":
        return {
            CONFIRMED: Words(
                "审查要点中没有一项不符合。仍要不予的，请勾选确认；理由应当写明事实和所依据的规定。",
                "No point of the list is marked as not met. To refuse all the same, tick to confirm; the reasons have"
                " to state the facts and the rule.",
            )
        }
    *_, (field, reasons) = said.items()
    return {field: no_rule_named(rules)} if rules and not rules.names_rule(reasons) else {}


def _ruling_errors(errors: Errors, ruling: str, reasons: str) -> None:
    if ruling not in (reviews.GRANT, reviews.REFUSE):
        errors["ruling"] = Words("请选择办理决定。", "Choose the ruling.")
    elif ruling == reviews.REFUSE and not reasons:
        errors["reasons"] = Words("不予的决定应当说明理由。", "A refusal must give reasons.")


def backfill(task: Posted, typed: Typed, by: Identity) -> Words:
    result = OutsideResult(
        text(typed, "ruling"),
        text(typed, "reasons"),
        text(typed, "number").upper(),
        text(typed, "number_again").upper(),
        typed_day(typed, "issued_on"),
    )
    assert task.catalogue_item is not None
    _refuse(dict(outside_faults(task.catalogue_item, result, clock.today(moments.OFFICE_ZONE))))
    rulings.enter_outside_result(
        task.id,
        by=by,
        ruling=result.ruling,
        reasons=result.reasons,
        number=result.number,
        number_again=result.number_again,
        issued_on=result.issued_on,
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words("结果已回填，转综合窗口出件。", "The outside result is entered; the window issues it.")


def extend(task: Posted, typed: Typed, by: Identity) -> Words:
    granted, opinion = text(typed, "granted"), text(typed, "opinion")
    errors: Errors = {}
    if granted not in ("yes", "no"):
        errors["granted"] = Words("请选择是否准予延期。", "Choose whether the limit is extended.")
    elif granted == "no" and not opinion:
        errors["opinion"] = Words("不予延期应当说明理由。", "State why the limit is not extended.")
    _refuse(errors)
    extensions.decide_extension(
        task.id, by=by, grant=granted == "yes", opinion=opinion, revision=revision_of(typed), key=text(typed, "key")
    )
    if granted == "yes":
        return Words("已准予延期，告知书已制发。", "The limit is extended; the notice is issued.")
    return Words("未准予延期，期限不变。", "Not extended: the limit stands.")


def record(task: Posted, typed: Typed, by: Identity) -> Words:
    """Work that rules on nothing."""
    reviews.record_step(
        task.id, by=by, record=text(typed, "record"), revision=revision_of(typed), key=text(typed, "key")
    )
    return Words("已办结。", "Done.")


#: Step -> the act that ends it, and the template of its panel.
ACTS: Mapping[str, Callable[[Posted, Typed, Identity], Words]] = {
    "accept": accept,
    "examine": examine,
    "review": review,
    "decide": decide,
    "immediate": decide,
    "backfill": backfill,
    "extend": extend,
    "record": record,
    **hand_up_act.ACTS,
    **pre_review_act.ACTS,
    **procedure_acts.ACTS,
    **revocation_acts.ACTS,
    **tolerance_act.ACTS,
    **verification_acts.ACTS,
    **visit_act.ACTS,
    **handover_acts.ACTS,
}
PANELS = {"immediate": "decide", "recheck": "verify", **procedure_acts.PANELS}
LABELS: Mapping[str, Words] = {
    "outcome": Words("受理结果", "Outcome"),
    "note": Words("理由或补正内容", "Reasons or corrections"),
    "faults": Words("补正清单", "List of corrections"),
    "authority": Words("应当申请的机关", "Authority to apply to"),
    "again_reason": Words("再次要求补正的原因", "Why correction is asked for again"),
    "visit_needed": Words("现场核查", "Visit"),
    "opinion": Words("审查意见", "Opinion"),
    "proposal": Words("建议", "Proposal"),
    "ruling": Words("办理决定", "Ruling"),
    "facts": Words("查明的事实", "Facts"),
    CONFIRMED: Words("确认不予", "Confirm the refusal"),
    "reasons": Words("理由", "Reasons"),
    "conclusion": Words("核查结论", "Conclusion"),
    "record": Words("核查记录", "Record"),
    "number": Words("证照编号", "Number"),
    "number_again": Words("再次填写编号", "Number again"),
    "issued_on": Words("发证日期", "Date of issue"),
    "result": Words("结果", "Result"),
    **procedure_acts.LABELS,
    **revocation_acts.LABELS,
    **tolerance_act.LABELS,
    **verification_acts.LABELS,
    **visit_act.LABELS,
    **handover_acts.LABELS,
    "granted": Words("是否准予延期", "Extension"),
    "visit_at": Words("核查时间", "Time of the visit"),
    "visit_place": Words("核查地点", "Place of the visit"),
    "visit_contact": Words("联系电话", "Telephone"),
    "visit_note": Words("请申请人准备", "What is to be ready"),
    "visit_days": Words("可以核查的日期", "Days of the visit"),
    "days_note": Words("说明", "Note"),
    "visit_day": Words("确定日期", "Day"),
    "visit_time": Words("开始时间", "Begins at"),
    "fix_reason": Words("理由", "Reasons"),
    "off_reason": Words("结束征询的原因", "Why it is called off"),
    "extension_reason": Words("延期理由", "Reasons for the extension"),
    "remark": Words("交回说明", "Remark"),
    "prepared": Words("办理内容", "The act"),
    "signers": Words("会签人员", "Signers"),
}


def labels_of(task: Workspace) -> dict[str, Words]:
    """Labels for the error summary: the controls of the step and every point of its list."""
    own = intake_parts.labels_of(task) if task.step == "accept" else {}
    if task.step == "backfill":
        own = {"ruling": Words("部门系统的决定", "Ruling in the department's system")}
    compared = verification_acts.labels_of(task) if task.step == "verify" else {}
    return {**LABELS, **own, **compared, **{point.name: point.text for point in all_points(task)}}
