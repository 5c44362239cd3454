"""Why an act of a trial cannot be done, in the words of whoever draws diagrams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import (
    BpmnErrorThrown,
    BudgetExceeded,
    CannotSkip,
    DefinitionInvalid,
    EngineError,
    ExpressionFailed,
    NothingWaits,
    NotInReferenceCore,
    TaskNotOpen,
    ValueInvalid,
    Words,
)
from engine.trial import JobsAreDone, LimitRefused
from webapp.errors import ActRefused
from webapp.services.failures import COUNTED as COUNTED_IN_CASES

#: What a budget counts, in Chinese; the engine names it in English.
COUNTED: Mapping[str, str] = {
    **COUNTED_IN_CASES,
    "bytes of state": "状态字节数",
    "turns of the loop": "循环次数",
    "bits in a number": "数字的位数",
    "firings": "一步触发的定时器数",
    "jobs and deliveries": "一步引起的后台作业和消息数",
    "lines of history": "整个模拟的经过行数",
}


class TrialRefused(ActRefused):
    """The trial cannot begin like this, or this act cannot be done now; nothing of it is kept."""

    status = 422

    def __init__(self, why: EngineError) -> None:
        self.why = why
        super().__init__(words_of(why))


class TrialMoved(ActRefused):
    """The page is older than the trial: it was moved on another page."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "这次模拟已在别的页面继续，请先看最新的状态。",
                "This trial has gone on in another page. Look at where it stands now first.",
            )
        )


class TrialTooLong(ActRefused):
    """A trial is done again on every reading, so it cannot be of any length."""


def too_many_acts(most: int) -> TrialTooLong:
    return TrialTooLong(
        Words(
            f"一次模拟最多 {most} 步，请撤回一些或重新开始。",
            f"A trial may have {most} acts at most. Take some back or start over.",
        )
    )


def too_many_values() -> TrialTooLong:
    return TrialTooLong(
        Words(
            "这次模拟里填写的变量太多，请撤回一些或重新开始。",
            "The variables entered in this trial are too many. Take some acts back or start over.",
        )
    )


class TooManyTrials(ActRefused):
    def __init__(self, most: int) -> None:
        super().__init__(
            Words(
                f"您已有 {most} 次模拟，请先删除不再需要的。",
                f"You have {most} trials. Delete those that you no longer need first.",
            )
        )


def words_of(why: EngineError) -> Words:
    """The reason in both languages."""
    for kind, said in _SAID.items():
        if isinstance(why, kind):
            return said(why)
    return why.words if isinstance(why, ActRefused) else Words(f"引擎不接受：{why}", f"The engine refuses it: {why}")


def _definition(why: DefinitionInvalid) -> Words:
    first = why.findings[0].message if why.findings else Words("流程图无效", "the diagram is invalid")
    count = len(why.findings)
    more = Words(f"（共 {count} 个问题）", f" ({count} findings in all)") if count > 1 else Words("", "")
    return Words(
        f"还不能运行：{first.zh.rstrip('。')}{more.zh}。", f"It cannot be run yet: {first.en.rstrip('.')}{more.en}."
    )


def _expression(why: ExpressionFailed) -> Words:
    at = (f"元素 {why.element} ", f" at {why.element}") if why.element else ("", "")
    return Words(f"{at[0]}无法继续：{why.words.zh}。", f"It cannot go on{at[1]}: {why.words.en}.")


def _budget(why: BudgetExceeded) -> Words:
    at = (f"（在元素 {why.element}）", f" (at {why.element})") if why.element else ("", "")
    return Words(
        f"超出模拟的限度：{COUNTED.get(why.what, why.what)}不得超过 {why.limit}{at[0]}。这一步没有执行。",
        f"Past the limits of a trial: at most {why.limit} {why.what}{at[1]}. The act was not done.",
    )


def _reference(why: NotInReferenceCore) -> Words:
    at = (f"元素 {why.element}：", f"at {why.element}: ") if why.element else ("", "")
    return Words(
        f"参考核 SpiffWorkflow 做不了：{at[0]}{why.words.zh.rstrip('。')}。请用一窗引擎模拟。",
        f"The reference core SpiffWorkflow cannot do it: {at[1]}{why.words.en.rstrip('.')}. Use the One Window engine.",
    )


def _nothing(_: NothingWaits | TaskNotOpen) -> Words:
    return Words(
        "这里现在没有什么在等待：它已经办过、被取消，或者还没有到。",
        "Nothing waits here now: it was done already, was cancelled, or has not come yet.",
    )


def _at_once(_: JobsAreDone) -> Words:
    return Words(
        "这里后台作业立即完成、没有结果，不能另外填写结果、失败或业务错误。",
        "Jobs are done at once here, with no result: no result, failure or business error can be given to them.",
    )


_SAID: Mapping[type[EngineError], Callable[[Any], Words]] = {
    DefinitionInvalid: _definition,
    ExpressionFailed: _expression,
    BudgetExceeded: _budget,
    NotInReferenceCore: _reference,
    JobsAreDone: _at_once,
    LimitRefused: lambda why: why.words,
    NothingWaits: _nothing,
    TaskNotOpen: _nothing,
    CannotSkip: lambda why: Words(
        f"元素 {why.element} 不能跳过：失败的是往哪里走，请更正变量后重试。",
        f"{why.element} cannot be passed over: what failed is the choice of the way on. Correct the variables and"
        " try again.",
    ),
    ValueInvalid: lambda why: Words(f"变量值不能保存：{why}。", f"A variable cannot be kept: {why}."),
    BpmnErrorThrown: lambda why: Words(
        f"脚本抛出的错误 {why.code} 没有被接住。", f"The script's error {why.code} is not caught."
    ),
}
