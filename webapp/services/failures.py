"""Why a process could not go on, in words for people: what an engine's error becomes at the edge."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from engine import (
    BudgetExceeded,
    CannotSkip,
    EngineError,
    NothingWaits,
    StateFromNewerVersion,
    StateInvalid,
    TaskNotOpen,
    ValueInvalid,
    Words,
)
from webapp.errors import ActRefused

STATE_INVALID, STATE_NEWER = "state-invalid", "state-newer"
#: Incidents that say the stored state itself is at fault: nothing on the instance goes on before it is mended.
STATE_CODES = frozenset({STATE_INVALID, STATE_NEWER})
#: What a budget counts, in Chinese; the engine names it in English.
COUNTED = {
    "activations": "步骤数",
    "tokens": "令牌数",
    "bytes of variables": "变量字节数",
    "expression steps": "表达式步数",
    "instances": "多实例数",
    "processes begun": "启动流程数",
    "levels of evaluation": "求值层数",
    "levels of function calls": "函数调用层数",
    "characters in a text": "文本字符数",
    "items in a list": "列表项数",
    "levels of nesting in a value": "值的嵌套层数",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What an incident says of an error: a code, the words, and for whoever looks deeper the detail."""

    code: str
    words: Words
    detail: str


class ItemUnknown(EngineError):
    """A process was to run for an item that its case does not have."""

    def __init__(self, item: str) -> None:
        self.item = item
        super().__init__(f"the case has no item {item!r}")


class StepFailed(ActRefused):
    """The diagram could not go on from this act; nothing of it is kept, and an incident is open."""

    status = 500

    def __init__(self, words: Words | None = None) -> None:
        super().__init__(
            words
            or Words(
                "流程无法继续，已登记异常并通知牵头人员；您的办理没有提交。",
                "The process cannot go on. An incident was recorded; your act was not submitted.",
            )
        )


class StateDamaged(StepFailed):
    """The stored state of the process cannot be read, or a newer release wrote it. The case is marked."""


class RepairFailed(ActRefused):
    """The engine cannot do the repair; nothing has changed."""

    def __init__(self, error: EngineError) -> None:
        said = failure_of(error, "repair-failed", _UNKNOWN).words
        super().__init__(Words(f"没有办成，流程未作改动：{said.zh}", f"Not done, nothing has changed: {said.en}"))


def traced(error: Exception) -> str:
    """The end of the traceback, for whoever looks for the cause."""
    return "".join(traceback.format_exception(error))[-4000:]


def failure_of(error: Exception, otherwise: str, words: Words) -> Failure:
    """What the error means; `otherwise` and `words` stand for those that have no words of their own."""
    detail = traced(error)
    if isinstance(error, StateFromNewerVersion):
        return Failure(STATE_NEWER, _newer(error.version), detail)
    if isinstance(error, StateInvalid):
        return Failure(STATE_INVALID, _INVALID, detail)
    if isinstance(error, BudgetExceeded):
        return Failure("budget-exceeded", _past_budget(error), detail)
    if isinstance(error, NothingWaits | TaskNotOpen):
        return Failure("nothing-waits", _GONE, detail)
    if isinstance(error, ItemUnknown):
        return Failure("item-unknown", _no_such_item(error), detail)
    if isinstance(error, CannotSkip):
        return Failure("cannot-skip", _cannot_skip(error), detail)
    if isinstance(error, ValueInvalid):
        return Failure("value-invalid", Words("变量值无效。", "The value of a variable is invalid."), detail)
    return Failure(otherwise, words, detail)


def refusal_of(error: EngineError) -> StepFailed:
    """What the person whose act failed reads."""
    if isinstance(error, StateInvalid):
        said = failure_of(error, "", _INVALID).words
        return StateDamaged(
            Words(f"{said.zh}您的办理没有提交。", f"{said.en} Your act was not submitted."),
        )
    return StepFailed()


ACT_FAILED = Words(
    "办理此步骤时流程无法继续，该次办理没有保存。",
    "The process could not go on from an act at this step; that act was not kept.",
)
_GONE = Words("那里已没有等待的内容，可能已经处理。", "Nothing waits there any more; it may have been dealt with.")
_UNKNOWN = Words("流程不能从这里继续。", "The process cannot go on from there.")
_INVALID = Words(
    "流程状态已损坏，无法读取；该办件停在原处，其他办件不受影响。",
    "The stored state of this process is damaged and cannot be read. The case stands still; no other is affected.",
)


def _cannot_skip(error: CannotSkip) -> Words:
    return Words(
        f"“{error.element}”失败的是走向的选择，不能跳过；请更正变量后重试，或者调整流程位置。",
        f"What failed at “{error.element}” is the choice of the way on: correct the variables and retry, or move it.",
    )


def _no_such_item(error: ItemUnknown) -> Words:
    return Words(
        f"该办件没有事项“{error.item}”，为它办理的流程无法开始。",
        f"The case has no item “{error.item}”, so no process can begin for it.",
    )


def _newer(version: int) -> Words:
    return Words(
        f"流程状态由更新的系统版本写入（格式 {version}），本版本不能处理；该办件停在原处，其他办件不受影响。",
        f"A newer release of the system wrote the state of this process (format {version}); this one cannot read it."
        " The case stands still; no other is affected.",
    )


def _past_budget(error: BudgetExceeded) -> Words:
    counted = COUNTED.get(error.what, error.what)
    return Words(
        f"“{error.element}”一次执行超出上限（{counted}不得超过 {error.limit}），已全部撤回。",
        f"“{error.element}” ran past its limit in one go (at most {error.limit} {error.what}); nothing of it was kept.",
    )
