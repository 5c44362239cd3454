"""The ledger of a case in plain words: who did what, when. Refused tries are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engine import Words
from engine.law import ruling_words
from webapp.queries.case_clocks import CLOCK_NAMES
from webapp.queries.case_parts import INTAKE_WORDS, ItemView
from webapp.queries.case_tasks import TaskLine
from webapp.unit_of_work import sql

SYSTEM = Words("系统", "System")
LINES = """
select e.kind, e.at, coalesce(u.name, ''), e.body, coalesce(r.reason, ''), coalesce(away.name, '')
from case_event e
left join app_user u on u.id = e.actor_id
left join app_user away on away.id = (e.body::jsonb ->> 'for')::bigint
left join repair r on r.id = case when e.kind = any(%(reasons)s) then (e.body::jsonb ->> 'repair')::bigint end
where e.case_id = %(case)s and e.kind <> all(%(left_out)s) order by e.seq
"""
#: Everyone who works on the case reads why it stood still; why a lead put it elsewhere, whoever may repair it.
STOOD_STILL = frozenset({"suspended", "resumed"})
REPAIRED = STOOD_STILL | {"variables-changed", "step-skipped", "tokens-changed", "release-changed", "release-restored"}
#: Kept in the ledger, of no use to someone who reads what happened.
LEFT_OUT = ["refused-act", "material-removed", "draft-started", "message-unheard", "message-received"]
WORDS: Mapping[str, Words] = {
    "sheet-given": Words("交付一次性告知单", "handed over the notification sheet"),
    "form-file-attached": Words("收下表单里的一个文件", "took in a file of the form"),
    "material-attached": Words("接收一份材料", "took in a material"),
    "commitment-signed": Words("签署告知承诺书", "commitment signed"),
    "eligibility-decided": Words("判断是否可以告知承诺", "decided whether commitment is possible"),
    "decision-made": Words("按决策表作出判断", "decided by a decision table"),
    "commitment-withdrawn": Words("撤回告知承诺", "commitment withdrawn"),
    "started-by-time": Words("到时自动开始", "began by itself at its time"),
    "received": Words("收件，出具材料接收凭证", "received the application and gave the receipt"),
    "item-accepted": Words("予以受理", "accepted"),
    "item-withdrawn": Words("申请人撤回申请，终止办理", "taken back by the applicant: ended"),
    "rest-asked": Words("征询申请人：其余事项是否继续", "asked the applicant whether the other items go on"),
    "rest-answered": Words("收到答复：其余事项是否继续", "the applicant answered whether the other items go on"),
    "item-terminated": Words("按一件事的规则终止办理", "ended by the rule of the bundle"),
    "correction-requested": Words("一次性告知补正", "asked for correction, once and completely"),
    "fixed-on-spot": Words("当场更正", "corrected on the spot"),
    "deemed-accepted": Words("逾期未告知，依法视为受理", "accepted by law: nobody said in time"),
    "answers-corrected": Words("更正申请表内容", "corrected answers of the form"),
    "corrected": Words("收到补正", "correction received"),
    "correction-lapsed": Words("补正期限届满，未收到补正", "the time to correct passed without an answer"),
    "tolerance-offered": Words("提出容缺受理，征询申请人", "offered acceptance with materials to follow"),
    "tolerance-promised": Words("书面承诺容缺材料的补齐日期", "promised in writing when the materials follow"),
    "tolerance-declined": Words("申请人不选择容缺受理", "the applicant does not want materials to follow"),
    "tolerated": Words("容缺受理，出具通知书", "accepted with materials to follow, in writing"),
    "tolerance-reminded": Words("提醒补齐容缺材料", "reminded of the materials to follow"),
    "tolerance-handed-in": Words("收到补交的容缺材料", "what was to follow was handed in"),
    "tolerance-told": Words("告知补交材料的问题", "told what is wrong with it"),
    "tolerance-met": Words("容缺材料已经补齐", "what was to follow is complete"),
    "tolerance-moved": Words("因不可抗力顺延补齐日期", "moved the day for force majeure"),
    "tolerance-lapsed": Words("期满未补齐容缺材料，按规则处理", "what was to follow did not come: the rule applies"),
    "item-lapsed": Words("逾期未补齐容缺材料，终止办理", "ended: what was to follow did not come"),
    "procedure-ordered": Words("决定进行特别程序", "ordered a special procedure"),
    "hearing-applied": Words("登记听证申请", "recorded what was said on a hearing"),
    "hearing-notified": Words("通知听证时间、地点", "gave notice of the hearing"),
    "objection-taken": Words("登记异议", "took in an objection"),
    "procedure-ended": Words("特别程序结束", "the special procedure is over"),
    "revocation-told": Words("告知拟撤销的事实和理由", "told of the facts and grounds of a revocation"),
    "holder-heard": Words("听取陈述、申辩", "heard what the holder says"),
    "revocation-decided": Words("作出是否撤销的决定", "decided on the revocation"),
    "credit-recorded": Words("记入申请人信用记录", "recorded on the applicant's credit"),
    "credit-settled": Words(
        "对信用修复申请或者异议作出决定", "decided on a repair of, or an objection to, the credit record"
    ),
    "task-claimed": Words("认领", "claimed"),
    "task-released": Words("退回待领", "released"),
    "task-completed": Words("办结任务", "completed a task"),
    "task-set-first": Words("调整任务的优先次序", "changed what comes first in the inbox"),
    "commented": Words("写留言", "commented"),
    "correction-prepared": Words("提出补正意见，等待合并告知", "wrote the points of a correction, to be merged"),
    "correction-taken-back": Words("撤回待合并的补正意见", "took points of a correction back before they were sent"),
    "correction-given-back": Words("退回待合并的补正意见", "gave points of a correction back to their department"),
    "correction-sent-alone": Words("补正意见单独告知申请人", "points of a correction went out on their own"),
    "correction-point-lapsed": Words("待合并的补正意见失效", "points of a correction lapsed"),
    "corrections-merged": Words("合并补正意见，一次性告知申请人", "merged all corrections into one message"),
    "comment-changed": Words("修改留言", "changed a comment"),
    "comment-deleted": Words("删除留言", "deleted a comment"),
    "task-assigned": Words("分派任务", "assigned the task"),
    "task-handed-over": Words("转办任务", "handed the task over"),
    "task-delegated": Words("委派同事准备", "gave the task to a colleague to prepare"),
    "task-given-back": Words("准备完毕，交回任务", "gave the prepared task back"),
    "task-called-back": Words("收回委派", "called the task back"),
    "opinion-asked": Words("征求意见", "asked for an opinion"),
    "opinion-answered": Words("答复意见", "gave an opinion"),
    "opinion-withdrawn": Words("撤回征求意见", "withdrew the question"),
    "signers-asked": Words("提请会签", "asked colleagues to sign"),
    "signer-added": Words("加签", "added a signer"),
    "signer-removed": Words("减签", "removed a signer"),
    "act-put-forward": Words("提交会签稿", "put the prepared act forward to be signed"),
    "cosigned": Words("会签", "signed with the others"),
    "cosigning-ended": Words("会签结束", "the signing is over"),
    "copied": Words("抄送", "copied for information"),
    "urged": Words("催办", "urged"),
    "ordered": Words("督办", "ordered it to be finished"),
    "order-answered": Words("答复督办", "answered the order"),
    "order-overdue": Words("督办逾期未答复", "the order was not answered by its day"),
    "order-lifted": Words("解除督办", "lifted the order"),
    "order-ended": Words("任务已结束，督办随之结束", "the order ended with its task"),
    "step-returned": Words("退回前一环节", "sent it back to an earlier step"),
    "act-withdrawn": Words("撤回本人的办理", "took the own act back"),
    "officers-drawn": Words("随机抽取核查人员", "drew the officers of the verification"),
    "conflict-declared": Words("申请回避", "declared a conflict"),
    "conflict-lifted": Words("撤回回避", "lifted a declared conflict"),
    "standing-in-ended": Words("代办结束，交还任务", "gave a task back: the standing-in is over"),
    "photo-added": Words("上传现场照片", "added a photo of the verification"),
    "photo-removed": Words("移除现场照片", "took a photo out again"),
    "supervision-told": Words("审批结果推送监管部门", "handed the ruling over to supervision"),
    "supervision-delivered": Words("审批结果送达监管系统", "the system of supervision has the ruling"),
    "supervision-took-over": Words("监管部门接收审批信息", "the supervising unit took the ruling over"),
    "supervision-answered": Words("监管部门回传监管结果", "the supervising unit reported back"),
    "handed-up": Words(
        "上报审查意见和全部材料，材料锁定", "handed up the opinion with all materials, which are locked"
    ),
    "sent-back": Words("退回下级机关补充审查", "sent it back below for the review to be completed"),
    "visit-days-asked": Words("征询各单位可以参加核查的日期", "asked the units for a day of the joint visit"),
    "visit-days-answered": Words("答复可以参加核查的日期", "said on which days of the joint visit they can come"),
    "visit-days-called-off": Words("结束核查日期征询", "called off the asking for a day of the joint visit"),
    "visit-appointed": Words("约定联合核查的时间、地点", "appointed the joint visit"),
    "visit-signed": Words("在核查记录上签字", "signed the record of the visit"),
    "visit-returned": Words("不予签字，退回核查记录", "declined to sign and returned the record of the visit"),
    "meeting-called": Words("召集联合会审", "called a joint meeting"),
    "meeting-moved": Words("联合会审改期", "moved the joint meeting"),
    "meeting-answered": Words("答复会审通知", "answered the invitation to the meeting"),
    "meeting-cancelled": Words("取消联合会审", "cancelled the joint meeting"),
    "meeting-held": Words("形成会审纪要", "recorded the minutes of the meeting"),
    "licence-issued": Words("生成办理结果", "the result was made"),
    "licence-signed": Words("证照文件完成电子签名", "the licence's file was signed"),
    "licence-changed": Words("变更证照登载内容", "changed what the licence states"),
    "licence-suspended": Words("暂停证照效力", "suspended the licence"),
    "licence-resumed": Words("恢复证照效力", "resumed the licence"),
    "licence-cancelled": Words("注销证照", "cancelled the licence"),
    "licence-expired": Words("证照有效期届满", "the licence reached its end"),
    "licence-noted": Words("登记核发系统对证照的处理", "noted what the issuing system did with the licence"),
    "licence-reminded": Words("发出证照到期提醒", "reminded that the licence ends"),
    "licence-reused": Words("以有效证照代替材料，免提交", "a valid licence stood for a material"),
    "renewal-applied": Words("收到延续申请", "took in an application to renew"),
    "renewal-decided": Words("对延续申请作出决定", "decided on the renewal"),
    "document-issued": Words("出具文书", "issued a document"),
    "document-sealed": Words("文书已用印", "sealed a document"),
    "seal-asked-again": Words("再次请求电子印章服务用印", "asked the provider for the seal once more"),
    "document-delivered": Words("登记文书送达", "recorded that a document was delivered"),
    "materials-handed": Words("移交纸质材料", "handed paper materials on"),
    "materials-taken": Words("接收纸质材料", "took over paper materials"),
    "result-prepared": Words("出件", "issued the result"),
    "delivered": Words("送达", "delivered"),
    "result-kept-back": Words("结果已失效，不再交付", "the result is no longer in force and is kept back"),
    "reminded": Words("发出时限提醒", "reminded of the limit"),
    "incident-opened": Words("发生异常", "an incident arose"),
    "incident-retried": Words("重试异常步骤", "retried the failed step"),
    "step-skipped": Words("跳过失败步骤", "passed over the failed step"),
    "variables-changed": Words("更正流程变量", "corrected variables of the process"),
    "tokens-changed": Words("调整流程位置", "changed where the process stands"),
    "release-changed": Words("迁移到另一发布版", "moved to another release"),
    "release-restored": Words("撤销迁移，回到原发布版", "moved back to its former release"),
    "suspended": Words("挂起流程", "suspended the process"),
    "resumed": Words("恢复流程", "resumed the process"),
    "signal-raised": Words("发出监察信号", "a supervision signal was raised"),
    "signal-answered": Words("答复监察信号", "answered a supervision signal"),
    "signal-appealed": Words("对监察信号提出申诉", "appealed against a supervision signal"),
    "signal-upheld": Words("维持监察信号", "upheld a supervision signal"),
    "signal-withdrawn": Words("撤销监察信号", "withdrew a supervision signal"),
    "clock-paused": Words("暂停计时", "stopped the clocks"),
    "clock-resumed": Words("恢复计时", "let the clocks run on"),
    "clock-moved": Words("重新计算到期日", "computed a due day anew"),
    "extension-requested": Words("申请延长办理期限", "asked for an extension of the limit"),
    "extension-decided": Words("对延期申请作出决定", "decided on the extension"),
    "closed": Words("全部事项办结", "all items are done"),
    "code-reissued": Words("补发查询码", "issued a new tracking code"),
    "step-failed": Words("流程无法继续，已登记异常", "the process could not go on; an incident was recorded"),
}
REVIEWED: Mapping[tuple[str, str], Words] = {
    ("examine", "visit"): Words("完成资料审查：需要现场核查", "examined: a visit is needed"),
    ("examine", "no-visit"): Words("完成资料审查：不需要现场核查", "examined: no visit needed"),
    ("pre-review", "ready"): Words("预审：具备决定条件", "pre-review: ready to be decided"),
    ("pre-review", "not-ready"): Words("预审：尚不具备决定条件", "pre-review: not ready yet"),
    ("review", "procedure"): Words("审查中决定先进行特别程序", "ordered a special procedure at the review"),
    ("testing", "conform"): Words("检验检测合格", "testing: conforms"),
    ("testing", "not-conform"): Words("检验检测不合格", "testing: does not conform"),
    ("expert-review", "supported"): Words("专家评审通过", "expert review: supported"),
    ("expert-review", "not-supported"): Words("专家评审未通过", "expert review: not supported"),
    ("public-notice", "unopposed"): Words("公示期满无异议", "public notice: no objection"),
    ("public-notice", "objected"): Words("公示期内有异议", "public notice: objections were raised"),
    ("upper-review", "procedure"): Words(
        "上级审查中决定先进行特别程序", "ordered a special procedure at the review above"
    ),
    ("decide", "return"): Words("退回审查", "sent it back to the review"),
    ("upper-review", "return"): Words("上级审查：退回下级机关补充", "review above: back below to be completed"),
    ("accept", "asked-again"): Words("记录再次要求补正的原因", "recorded why correction is asked for again"),
    ("correct", "corrected"): Words("说明补正情况", "said what was put right"),
    ("record", "done"): Words("记录办理情况并办结", "recorded what was done"),
    ("visit", "pass"): Words("现场核查结论：合格", "visit: passed"),
    ("visit", "minor"): Words("现场核查结论：存在一般缺陷", "visit: minor faults"),
    ("visit", "major"): Words("现场核查结论：存在严重或者主要缺陷", "visit: major faults"),
}
#: Steps that propose a ruling.
PROPOSED: Mapping[str, Words] = {
    "review": Words("提出审查意见：", "proposed:"),
    "hand-up": Words("初审意见：", "review below:"),
    "upper-review": Words("上级审查：", "review above:"),
}
#: Of an item that is not known where it is told.
PROPOSALS: Mapping[str, Words] = {"grant": Words("建议准予", "to grant"), "refuse": Words("建议不予", "to refuse")}
#: Why a due day moved; lines of the first releases do not say.
MOVED_BY = {
    "paused": Words("因暂停计时重新计算", "computed anew for a pause"),
    "resumed": Words("因恢复计时重新计算", "computed anew after a pause"),
    "extended": Words("因延期重新计算", "computed anew for the extension"),
    "delivered": Words("因告知文书送达起算", "begun with the delivery of the notice"),
    "calendar": Words("因工作日安排重新计算", "computed anew for the table of working days"),
    "checked": Words("退还核对补交材料所用的时间", "the time of a check given back"),
    "proof-due": Words("因撤回承诺、材料待提交重新计算", "computed anew for a proof that is to come"),
    "earlier-acceptance": Words("因视为受理重新计算", "computed anew for an acceptance by law"),
}
VERIFIED = {
    "unfulfilled": Words("事后核查：未履行承诺", "verification: commitment not kept"),
    "false": Words("事后核查：虚假承诺", "verification: false commitment"),
    "pass": Words("事后核查：与承诺一致", "verification: as committed"),
    "rectify": Words("事后核查：责令限期整改", "verification: to be rectified"),
}
#: What is found where a holder was told to put it right first.
RECHECKED = {
    "pass": Words("整改复查：整改合格", "recheck: put right"),
    "again": Words("整改复查：再次责令限期整改", "recheck: to be rectified once more"),
    "fail": Words("整改复查：未达到要求", "recheck: not rectified"),
    "false": Words("整改复查：虚假承诺", "recheck: false commitment"),
}
PLAIN = {
    "reviewed": Words("记录审查情况", "recorded a review"),
    "ruled": Words("作出办理决定", "ruled"),
    "item-not-accepted": INTAKE_WORDS["wrong-authority"],
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened."""

    at: datetime
    who: Words
    what: Words
    about: Words | None
    reason: str


def history_of(
    case_id: int, items: Sequence[ItemView], tasks: Sequence[TaskLine], *, reasons: Set[str] = frozenset()
) -> list[HistoryLine]:
    """The lines of the ledger, oldest first. `reasons`: the kinds of repair that are shown with their reason.

    The reason stands beside the ledger, which keeps no words that may have to go one day.
    """
    values = {"reasons": sorted(reasons), "case": case_id, "left_out": LEFT_OUT}
    return history_from(sql().execute(LINES, values), items, tasks)


def history_from(
    rows: Iterable[Sequence[Any]], items: Sequence[ItemView], tasks: Sequence[TaskLine]
) -> list[HistoryLine]:
    """The history of rows of `LINES`."""
    names = {item.id: item.item.name for item in items}
    by_id = {item.id: item for item in items}
    by_key = {item.key: item.item.name for item in items}  # lines of the draft name the item
    task_names = {task.id: task for task in tasks}
    lines = []
    for kind, at, who, body, reason, absent in rows:
        facts = orjson.loads(body)
        task = task_names.get(facts.get("task", -1))
        item_id = facts.get("item") if isinstance(facts.get("item"), int) else (task.item_case_id if task else None)
        what = _what(kind, facts, by_id.get(item_id or -1))
        if kind in ("task-claimed", "task-released", "task-completed") and task is not None:
            what = Words(f"{what.zh}“{task.name.zh}”", f"{what.en} “{task.name.en}”")
        about = names.get(item_id or -1) or by_key.get(str(facts.get("item", "")))
        lines.append(HistoryLine(at, _who(who, absent), what, about, reason))
    return lines


def proposal_words(proposal: str, item_kind: str = "") -> Words:
    """A proposal ("grant" or "refuse") in the words of the kind of its item: 建议准予许可, 建议予以备案."""
    if not item_kind:
        return PROPOSALS[proposal]
    words = ruling_words(item_kind)
    return Words(words.proposal(proposal).zh, words.ruling(proposal).en)


def reviewed_words(step: str, conclusion: str, item_kind: str = "") -> Words | None:
    """What a step of the review found or proposed; None where it has no words."""
    if step in PROPOSED and conclusion in PROPOSALS:
        told, proposed = PROPOSED[step], proposal_words(conclusion, item_kind)
        return Words(f"{told.zh}{proposed.zh}", f"{told.en} {proposed.en}")
    return REVIEWED.get((step, conclusion))


def verified_words(step: str, result: str) -> Words:
    """What a verification found, or the look after rectification. Lines of the first releases do not say which."""
    if step == "recheck" or result in ("again", "fail"):
        return RECHECKED.get(result, Words("整改复查", "recheck"))
    return VERIFIED.get(result, Words("事后核查", "verification"))


def _who(name: str, absent: str) -> Words:
    if not name:
        return SYSTEM
    return Words(f"{name}（代{absent}）", f"{name} (for {absent})") if absent else Words(name, name)


def _what(kind: str, facts: Mapping[str, Any], item: ItemView | None) -> Words:
    if kind == "reviewed":
        found = reviewed_words(facts.get("step", ""), facts.get("conclusion", ""), item.item.kind if item else "")
        return found or PLAIN["reviewed"]
    if kind == "ruled":
        return item.ruling.words if item and item.ruling else PLAIN["ruled"]
    if kind == "item-not-accepted":
        return INTAKE_WORDS.get(facts.get("outcome", ""), PLAIN["item-not-accepted"])
    if kind == "verified":
        return verified_words(facts.get("step", ""), facts.get("result", ""))
    if kind == "clock-started":
        name = CLOCK_NAMES.get(facts.get("clock", ""), Words("时限", "limit"))
        due = facts.get("due", "")
        return Words(f"{name.zh}起算，{due} 到期", f"{name.en} starts, due {due}")
    if kind == "extension-decided" and facts.get("moot"):
        return Words("延期申请随事项办结而终止", "the request for an extension ended with the item")
    if kind == "clock-moved":
        name = CLOCK_NAMES.get(facts.get("clock", ""), Words("时限", "limit"))
        before, due = facts.get("before", ""), facts.get("due", "")
        why = MOVED_BY.get(facts.get("why", ""), Words("重新计算", "computed anew"))
        return Words(f"{name.zh}{why.zh}：{before} → {due}", f"{name.en} {why.en}: {before} → {due}")
    return WORDS.get(kind, Words(kind, kind))
