"""Words about expressions, numbers and times."""

from __future__ import annotations

from engine.bpmn.words.kind import Kind, error, note, office_duty, warning

KINDS: dict[str, Kind] = {
    "expression-invalid": error(
        "表达式无法解析：{reason}",
        "The expression does not parse: {reason}",
        "请修改表达式",
        "Correct the expression",
    ),
    "expressions-too-long": error(
        "表达式和脚本合计超过 {limit} 个字符，此处起未再检查",
        "All expressions and scripts together have more than {limit} characters; from here on they were not read",
        "请缩短表达式，或改用决策表",
        "Shorten them, or use decision tables",
    ),
    "language-not-run": error(
        "不支持表达式语言“{language}”",
        "Expressions in “{language}” are not run",
        "请改写为 FEEL",
        "Write it in FEEL",
    ),
    "language-assumed": note(
        "未注明表达式语言，按 FEEL 处理",
        "No expression language is named; FEEL is assumed",
        "请在表达式前加“=”或注明语言",
        "Put “=” before the expression or name the language",
    ),
    "language-doubtful": warning(
        "未注明表达式语言，按 FEEL 处理；若按 Python 理解，含义可能不同",
        "No expression language is named; FEEL is assumed, and Python would read it otherwise",
        "请在表达式前加“=”（FEEL）或注明语言",
        "Put “=” before the expression (FEEL) or name the language",
    ),
    "bad-quantity": error(
        "{what} 应为正整数，实际为“{value}”",
        "{what} must be a positive whole number, not “{value}”",
        "请填写 1 到 1000 的整数",
        "Give a whole number from 1 to 1000",
    ),
    "endless-loop": error(
        "循环既没有条件也没有最多次数，永远不会结束",
        "The loop has neither a condition nor a maximum and would never end",
        "请填写循环条件或最多次数",
        "Give it a condition or a maximum",
    ),
    "timer-invalid": error(
        "定时器“{value}”无法解析：{reason}",
        "The timer “{value}” cannot be read: {reason}",
        "请使用 ISO 8601（如 PT2H）或 FEEL 表达式",
        "Use ISO 8601 (such as PT2H) or a FEEL expression",
    ),
    "timer-missing": error("定时器没有时间", "The timer has no time", "请填写时间", "Give it a time"),
    "timer-too-short": office_duty(
        "定时器短于一分钟", "The timer is shorter than a minute", "请设为一分钟以上", "Make it a minute or longer"
    ),
}
