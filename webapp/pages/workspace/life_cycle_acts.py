"""What the page of each further act takes from its form, and the command that it goes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from engine import Words
from engine.bundles import steps_back
from webapp.catalogue import published
from webapp.identity import Identity
from webapp.pages.workspace.typed import Typed, revision_of, text, typed_day
from webapp.permissions import OFFICE
from webapp.queries.life_cycle import LifeCycle, Person, Post, colleagues_of, members_of, posts
from webapp.queries.life_cycle_acts import (
    ANSWER_ORDER,
    ASK,
    ASSIGN,
    CALL_BACK,
    COPY,
    DELEGATE,
    HAND_OVER,
    LIFT_ORDER,
    ORDER,
    RETURN,
    SIGNERS,
    TAKE_BACK,
    TO_WINDOW,
    URGE,
)
from webapp.search import finds
from webapp.services import assigning, copies, delegation, opinions, orders, signers, step_returns, undoing, urging
from webapp.services.opinions import WINDOW

Act = Callable[[LifeCycle, Typed, Identity], Words]


def _number(typed: Typed, name: str) -> int | None:
    """An id or a count; None for what is none, which the command refuses in its words."""
    value = text(typed, name)
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 18 else None


def _people(typed: Typed) -> list[int]:
    return [int(one) for one in typed.getlist("people") if one.isascii() and one.isdecimal() and len(one) <= 18]


def _assign(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    reason, key = text(typed, "reason"), text(typed, "key")
    assigning.assign(life.task.id, _number(typed, "to"), by=by, reason=reason, revision=revision_of(typed), key=key)
    return Words("任务已分派，已通知对方。", "Assigned; they have been told.")


def _hand_over(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    reason, key = text(typed, "reason"), text(typed, "key")
    assigning.hand_over(life.task.id, _number(typed, "to"), by=by, reason=reason, revision=revision_of(typed), key=key)
    return Words("任务已转办，已通知对方。", "Handed over; they have been told.")


def _delegate(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    asked, key = text(typed, "asked"), text(typed, "key")
    delegation.delegate(life.task.id, _number(typed, "to"), by=by, asked=asked, revision=revision_of(typed), key=key)
    return Words("已委派同事准备，交回后由您办理。", "Given out to be prepared; the act stays yours.")


def _call_back(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    delegation.call_back(life.task.id, by=by, revision=revision_of(typed), key=text(typed, "key"))
    return Words("委派已收回。", "Called back.")


def _ask(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    opinions.ask_opinion(
        life.task.id,
        by=by,
        question=text(typed, "question"),
        people=_people(typed),
        posts=typed.getlist("posts"),
        waits=text(typed, "waits") == "yes",
        key=text(typed, "key"),
    )
    return Words("已征求意见，已通知对方。", "Asked; they have been told.")


def _signers(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    signers.ask_signers(
        life.task.id,
        by=by,
        people=_people(typed),
        position=text(typed, "position"),
        rule=text(typed, "rule"),
        quorum=_number(typed, "quorum"),
        note=text(typed, "signers_note"),
        key=text(typed, "key"),
    )
    if text(typed, "position") == signers.AFTER:
        return Words("已设会签：填写办理内容后送会签。", "Set: fill in the act, then put it forward.")
    return Words("已提请会签，已通知对方。", "Asked to sign; they have been told.")


def _copy(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    copies.send_copy(
        life.task.id,
        by=by,
        people=_people(typed),
        posts=typed.getlist("posts"),
        note=text(typed, "note"),
        key=text(typed, "key"),
    )
    return Words("已抄送。", "Copied.")


def _return(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    step_returns.return_to_step(
        life.task.id,
        text(typed, "element"),
        by=by,
        reason=text(typed, "return_reason"),
        revision=revision_of(typed),
        key=text(typed, "key"),
    )
    return Words("已退回前一环节，办理时限照常计算。", "Sent back; the limits run on.")


def _to_window(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    opinions.send_to_window(life.task.id, by=by, reason=text(typed, "window_reason"), key=text(typed, "key"))
    return Words("已退回窗口核对，办理时限照常计算。", "The window checks it; the limits run on.")


def _urge(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    urging.urge(life.task.id, by=by, note=text(typed, "urge_note"), key=text(typed, "key"))
    return Words("已催办。", "Urged.")


def _order(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    orders.order(
        life.task.id,
        by=by,
        to_id=_number(typed, "order_to"),
        words=text(typed, "order_words"),
        finish_by=typed_day(typed, "finish_by"),
        key=text(typed, "key"),
    )
    return Words("已督办，已通知对方。", "Ordered; they have been told.")


def _answer_order(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    answer, key = text(typed, "order_answer"), text(typed, "key")
    orders.answer_order(life.task.id, _number(typed, "order"), by=by, answer=answer, key=key)
    return Words("督办已答复。", "Answered.")


def _lift_order(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    reason, key = text(typed, "lift_reason"), text(typed, "key")
    orders.lift_order(life.task.id, _number(typed, "lifted"), by=by, reason=reason, key=key)
    return Words("督办已解除，已通知对方。", "The order is lifted; they have been told.")


def _take_back(life: LifeCycle, typed: Typed, by: Identity) -> Words:
    undoing.take_back(life.task.id, by=by, key=text(typed, "key"))
    return Words(
        "已撤回，任务回到您手上，填写的内容已保留。", "Taken back: the task is yours again, with what you entered."
    )


ACTS: Mapping[str, Act] = {
    ASSIGN: _assign,
    HAND_OVER: _hand_over,
    DELEGATE: _delegate,
    CALL_BACK: _call_back,
    ASK: _ask,
    SIGNERS: _signers,
    COPY: _copy,
    RETURN: _return,
    TO_WINDOW: _to_window,
    URGE: _urge,
    ORDER: _order,
    ANSWER_ORDER: _answer_order,
    LIFT_ORDER: _lift_order,
    TAKE_BACK: _take_back,
}
LABELS: Mapping[str, Words] = {
    "to": Words("人员", "Person"),
    "reason": Words("理由", "Reason"),
    "asked": Words("请准备什么", "What is to be prepared"),
    "question": Words("征求的问题", "Question"),
    "addressees": Words("征求对象", "Whom to ask"),
    "copy_to": Words("抄送对象", "Whom to tell"),
    "note": Words("说明", "Note"),
    "signers": Words("会签人员", "Signers"),
    "position": Words("会签时间", "When they sign"),
    "rule": Words("几人同意", "How many"),
    "quorum": Words("人数", "Number"),
    "signers_note": Words("说明", "Note"),
    "return_reason": Words("退回理由", "Reason"),
    "window_reason": Words("核对内容", "What to check"),
    "urge_note": Words("催办内容", "Words"),
    "order_to": Words("督办对象", "For whom"),
    "order_words": Words("督办要求", "What is ordered"),
    "finish_by": Words("限期", "By"),
    "order_answer": Words("答复", "Answer"),
    "lift_reason": Words("解除理由", "Reason"),
    "remark": Words("交回说明", "Remark"),
    "prepared": Words("办理内容", "The act"),
    "verdict": Words("会签意见", "Do you agree"),
    "verdict_reason": Words("理由", "Reason"),
    "answer": Words("意见", "Opinion"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom and what an act's form lets one choose. `offered`: how many people there are before they are narrowed."""

    people: tuple[Person, ...] = ()
    posts: tuple[Post, ...] = ()
    steps: tuple[tuple[str, Words], ...] = ()
    offered: int = 0
    offered_posts: int = 0


def choices_for(act: str, life: LifeCycle, by: Identity, typed: Typed) -> Choices:
    """Read for the one form that is shown; where it was sent to narrow a list, those that are found, and the chosen."""
    choices = _choices(act, life, by)
    offered = replace(choices, offered=len(choices.people), offered_posts=len(choices.posts))
    if not narrows(typed):
        return offered
    chosen = {*typed.getlist("people"), *typed.getlist("posts"), typed.get("to", ""), typed.get("order_to", "")}
    who, post = typed.get("find", ""), typed.get("find_post", "")
    return replace(
        offered,
        people=tuple(one for one in choices.people if str(one.id) in chosen or _is_meant(one, who)),
        posts=tuple(
            one
            for one in choices.posts
            if one.key in chosen or finds(post, one.name.zh, "", one.name.en, *_said(one.unit))
        ),
    )


def narrows(typed: Typed) -> bool:
    """Whether the form was sent only to narrow the list of people or posts in it (without script)."""
    return "narrow" in typed


def _is_meant(person: Person, typed: str) -> bool:
    return finds(typed, person.name, person.pinyin, *_said(person.title), *_said(person.unit))


def _said(words: Words) -> tuple[str, str]:
    return words.zh, words.en


def _choices(act: str, life: LifeCycle, by: Identity) -> Choices:
    groups = sorted(life.task.groups)
    if act == ASSIGN:
        people = members_of(groups, 0, department=by.department_key)  # a lead may take a task over
        return Choices(tuple(one for one in people if one.id != life.task.holder_id))
    if act == ORDER:
        return Choices(tuple(members_of(groups, by.user_id)))
    if act in (HAND_OVER, DELEGATE):
        return Choices(tuple(members_of(groups, by.user_id)))
    if act == SIGNERS:
        return Choices(tuple(colleagues_of(groups, by.user_id)))
    if act in (ASK, COPY):
        return Choices(tuple(colleagues_of(groups, by.user_id)), tuple(posts(OFFICE)))
    if act == RETURN:
        release = published(life.task.release_id)
        back = steps_back(release.program, life.task.process, life.task.element)
        named = release.program.processes[life.task.process].nodes
        return Choices(
            steps=tuple(
                (one, release.element_name(life.task.process, one)) for one in back if one != WINDOW and one in named
            )
        )
    return Choices()
