"""Why a step cannot go on: raised inside a phase, turned into an incident by the machine."""

from __future__ import annotations

from engine.errors import ExpressionFailed
from engine.words import Words


class Stuck(Exception):
    """The element cannot go on; `code` and `words` become the incident. Never leaves the runtime."""

    def __init__(self, code: str, words: Words) -> None:
        self.code, self.words = code, words
        super().__init__(f"{code}: {words.en}")


def _stuck(code: str, zh: str, en: str) -> Stuck:
    return Stuck(code, Words(zh, en))


def _shown(value: object, most: int) -> str:
    """A value as FEEL writes it, cut; numbers as they are, what has no literal by its kind."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        text = value if len(value) <= most else f"{value[:most]}…"
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value)[:most]


def needs(what_zh: str, what_en: str, source: str, value: object) -> Stuck:
    """An expression gave no usable value."""
    shown = _shown(value, 80)
    return _stuck(
        "expression-failed",
        f"“{source[:120]}”应得到{what_zh}，实际为 {shown}",
        f"“{source[:120]}” must give {what_en}, but gave {shown}",
    )


def failed_expression(failure: ExpressionFailed) -> Stuck:
    """An expression that cannot be evaluated."""
    zh = f"表达式“{failure.source[:120]}”无法求值：{failure.words.zh}"
    return _stuck("expression-failed", zh, str(failure))


def no_flow() -> Stuck:
    return _stuck("no-flow", "没有成立的分支条件，也没有默认分支", "No condition holds and there is no default branch")


def missing_process(name: str) -> Stuck:
    return _stuck("process-missing", f"被调用的流程“{name}”不存在", f"The called process “{name}” does not exist")


def missing_start(name: str) -> Stuck:
    return _stuck(
        "start-missing",
        f"被调用的流程“{name}”没有空开始事件",
        f"The called process “{name}” has no plain start event",
    )


def missing_decision(name: str) -> Stuck:
    return _stuck("decision-missing", f"决策“{name}”不存在", f"The decision “{name}” does not exist")


def bad_timer(source: str, expected: Words, value: object) -> Stuck:
    shown = _shown(value, 60)
    return _stuck(
        "timer-invalid",
        f"定时器“{source[:120]}”得到 {shown}：{expected.zh}",
        f"The timer “{source[:120]}” gave {shown}: {expected.en}",
    )


def uncaught_error(code: str) -> Stuck:
    return _stuck("uncaught-error", f"错误“{code}”没有被捕获", f"Nothing catches the error “{code}”")


def failed_job(code: str, message: str) -> Stuck:
    return _stuck("job-failed", f"后台作业失败（{code}）：{message}", f"The job failed ({code}): {message}")


def bad_value(reason: str) -> Stuck:
    return _stuck("value-invalid", f"变量值无效：{reason}", f"A variable's value is invalid: {reason}")


def no_transaction() -> Stuck:
    return _stuck("no-transaction", "取消结束事件不在事务子流程内", "The cancel end event stands in no transaction")


def no_cancel_boundary() -> Stuck:
    return _stuck("no-cancel-boundary", "事务没有取消边界事件", "The transaction has no cancel boundary event")
