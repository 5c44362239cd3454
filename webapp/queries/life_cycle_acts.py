"""Which further acts a person can do on a task now; what is not possible is named with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Words
from engine.bundles import steps_back
from webapp.catalogue import published
from webapp.identity import Identity
from webapp.permissions import Permission, may
from webapp.queries.life_cycle import LifeCycle
from webapp.services.beside import urges_anywhere
from webapp.services.opinions import WINDOW
from webapp.services.orders import may_order
from webapp.services.signers import AFTER
from webapp.services.undoing import ACTS as TAKEABLE

ASSIGN, HAND_OVER, DELEGATE, CALL_BACK = "assign", "hand-over", "delegate", "call-back"
ASK, SIGNERS, COPY, URGE = "ask", "signers", "copy", "urge"
RETURN, TO_WINDOW, TAKE_BACK = "return", "to-window", "take-back"
ORDER, ANSWER_ORDER, LIFT_ORDER = "order", "answer-order", "lift-order"
NAMES = {
    ASSIGN: Words("分派给岗位人员", "Assign to somebody"),
    HAND_OVER: Words("转办给同事", "Hand over to a colleague"),
    DELEGATE: Words("委派同事准备", "Give to a colleague to prepare"),
    CALL_BACK: Words("收回委派", "Call back"),
    ASK: Words("征求意见", "Ask for an opinion"),
    SIGNERS: Words("会签", "Have colleagues sign"),
    COPY: Words("抄送", "Copy for information"),
    RETURN: Words("退回前一环节", "Send back to an earlier step"),
    TO_WINDOW: Words("退回窗口核对", "Have the window check"),
    URGE: Words("催办", "Urge"),
    ORDER: Words("督办", "Order it to be finished"),
    ANSWER_ORDER: Words("答复督办", "Answer the order"),
    LIFT_ORDER: Words("解除督办", "Lift the order"),
    TAKE_BACK: Words("撤回我的办理", "Take my act back"),
}
#: Glyph of each act.
GLYPHS = {
    ASSIGN: "user-check",
    HAND_OVER: "arrow-right",
    DELEGATE: "users",
    CALL_BACK: "arrow-back-up",
    ASK: "message",
    SIGNERS: "writing",
    COPY: "mail",
    RETURN: "arrow-back-up",
    TO_WINDOW: "arrow-back-up",
    URGE: "bell",
    ORDER: "flag",
    ANSWER_ORDER: "message",
    LIFT_ORDER: "x",
    TAKE_BACK: "arrow-back-up",
}

NOT_HELD = Words("认领后可以办理。", "Claim the task first.")
SHARED = Words("多人共同签字的任务没有单独的办理人。", "A task that several persons sign has no holder.")
OUT = Words("已委派同事准备，收回后再办理。", "It is with a colleague who prepares it; call it back first.")
WAITS = Words("正在等待意见或者会签。", "It waits for opinions or signatures.")
SUSPENDED = Words("流程已挂起。", "The process is suspended.")
URGED = Words("您今天已经催办过。", "You have urged it today.")


@dataclass(frozen=True, slots=True)
class FurtherAct:
    """One line of the menu. `why_not`: None where it can be done now."""

    key: str
    why_not: Words | None

    @property
    def name(self) -> Words:
        return NAMES[self.key]

    @property
    def glyph(self) -> str:
        return GLYPHS[self.key]


def further_acts(life: LifeCycle, by: Identity) -> list[FurtherAct]:
    """The acts that this person's post has to do with, in the order of the menu."""
    task = life.task
    if not task.is_open:
        mine = task.closed_by == by.user_id and task.act in TAKEABLE
        return [FurtherAct(TAKE_BACK, SUSPENDED if task.suspended else None)] if mine else []
    stands = SUSPENDED if task.suspended else None
    sees = may(by, Permission.TASK_SEE, task.facts)
    leads = task.of_department and may(by, Permission.TASK_ASSIGN)
    acts = []
    if life.to_answer(by) is not None:
        acts.append(FurtherAct(ANSWER_ORDER, stands))
    if leads:
        acts.append(FurtherAct(ASSIGN, stands or (SHARED if task.is_shared else None)))
    if sees and life.delegation is not None and life.delegation.owner_id == by.user_id:
        acts.append(FurtherAct(CALL_BACK, stands))
    if sees and task.holder_id in (None, by.user_id):
        acts += _of_holder(life, by, stands)
    if sees:
        acts.append(FurtherAct(COPY, stands))
    if leads or urges_anywhere(by):
        acts.append(FurtherAct(URGE, stands or (URGED if life.urged_today(by.user_id) else None)))
    if may_order(by, task.of_department):
        acts.append(FurtherAct(ORDER, stands))
        if life.to_lift(by):
            acts.append(FurtherAct(LIFT_ORDER, stands))
    if task.signed_by == (by.user_id,) and task.step == "visit":
        acts.append(FurtherAct(TAKE_BACK, stands))
    return acts


def _of_holder(life: LifeCycle, by: Identity, stands: Words | None) -> list[FurtherAct]:
    task = life.task
    free = stands or (None if task.holder_id == by.user_id or task.is_shared else NOT_HELD)
    out = OUT if life.delegation is not None else None
    alone = SHARED if task.is_shared else None
    back = steps_back(published(task.release_id).program, task.process, task.element)
    acts = [
        FurtherAct(HAND_OVER, free or alone or out),
        FurtherAct(DELEGATE, free or alone or out),
        FurtherAct(ASK, free),
        FurtherAct(SIGNERS, free or out),
    ]
    if any(one != WINDOW for one in back):
        acts.append(FurtherAct(RETURN, free or alone or out or (WAITS if life.waits else None)))
    if WINDOW in back:
        acts.append(FurtherAct(TO_WINDOW, free))
    return acts


def preparing(life: LifeCycle, by: Identity) -> str:
    """What filling in the act's form is for, where it does not act now: "give-back", "put-forward"; "" else."""
    task = life.task
    if not task.is_open or task.suspended:
        return ""
    mine = task.holder_id == by.user_id
    if life.delegation is not None:
        return "give-back" if mine else ""
    signing = life.round
    return "put-forward" if signing and signing.position == AFTER and (mine or task.is_shared) else ""
