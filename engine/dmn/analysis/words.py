"""The words of every finding about what decisions and expressions say, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from engine.findings import Severity
from engine.words import Words


@dataclass(frozen=True, slots=True)
class Doubt:
    """A kind of finding. It never blocks publishing: what is doubtful here runs as it is written."""

    severity: Severity
    message: Words
    remedy: Words


def _warning(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Doubt:
    return Doubt(Severity.WARNING, Words(zh, en), Words(remedy_zh, remedy_en))


def _note(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Doubt:
    return Doubt(Severity.NOTE, Words(zh, en), Words(remedy_zh, remedy_en))


DOUBTS: dict[str, Doubt] = {
    # --- tables
    "no-rules": _warning(
        "决策表“{table}”没有规则，结果总是空",
        "The decision table “{table}” has no rules: it always gives null",
        "请补充规则",
        "Add rules",
    ),
    "rule-missing": _warning(
        "没有适用的规则：{example}，结果为空",
        "No rule applies, so the result is null: {example}",
        "请补充规则，或填写默认输出",
        "Add a rule, or a default output",
    ),
    "rule-missing-perhaps": _note(
        "如果会出现这样的值，则没有适用的规则：{example}",
        "No rule applies, should such values come: {example}",
        "会出现的，请补充规则；不会出现的，请填写该列的允许值",
        "Add a rule if they can come; if not, say which values are allowed",
    ),
    "more-missing": _note(
        "决策表“{table}”另有情形没有适用的规则，未逐一列出",
        "The decision table “{table}” has no rule for further values, which are not listed one by one",
        "请先处理已列出的，再次检查",
        "Deal with those that are listed, then check again",
    ),
    "rules-overlap": _warning(
        "规则 {one} 和规则 {other} 同时适用：{example}；命中策略 UNIQUE 只许一条，届时无法得出结果",
        "Rules {one} and {other} both apply: {example}; the hit policy UNIQUE allows one, and the decision will fail",
        "请缩小其中一条的范围；确需取先列的一条时，改用 FIRST",
        "Narrow one of them; where the first one shall count, use FIRST",
    ),
    "rules-overlap-perhaps": _note(
        "如果会出现这样的值，规则 {one} 和规则 {other} 同时适用：{example}；命中策略 UNIQUE 只许一条",
        "Rules {one} and {other} both apply, should such values come: {example}; the hit policy UNIQUE allows one",
        "会出现的，请缩小其中一条的范围；不会出现的，请填写该列的允许值",
        "Narrow one of them if they can come; if not, say which values are allowed",
    ),
    "rules-contradict": _warning(
        "规则 {one} 和规则 {other} 同时适用而结果不同：{example}；命中策略 ANY 要求结果相同，届时无法得出结果",
        "Rules {one} and {other} both apply with different results: {example}; the hit policy ANY wants equal ones, "
        "and the decision will fail",
        "请统一结果，或缩小其中一条的范围",
        "Make the results equal, or narrow one of the rules",
    ),
    "more-overlaps": _note(
        "决策表“{table}”另有 {count} 对规则同时适用，未逐一列出",
        "The decision table “{table}” has {count} more pairs of rules that apply at once, not listed one by one",
        "请先处理已列出的，再次检查",
        "Deal with those that are listed, then check again",
    ),
    "rule-masked": _warning(
        "规则 {rule} 不会起作用：它适用时，规则 {others} 已先适用（命中策略 {policy}）",
        "Rule {rule} never counts: whenever it applies, rule {others} comes first (hit policy {policy})",
        "请删除该规则，或调整规则的次序或范围",
        "Remove the rule, or change the order or the range of the rules",
    ),
    "rule-never-applies": _warning(
        "规则 {rule} 永不适用：“{column}”一列的 {cell} 不会成立",
        "Rule {rule} never applies: {cell} in the column “{column}” never holds",
        "请核对该单元格和该列的类型、允许值",
        "Check the cell against the type and the allowed values of the column",
    ),
    "input-unused": _note(
        "没有规则用“{column}”一列区分情形",
        "No rule tells anything apart by the column “{column}”",
        "不需要的，请删除该列",
        "Remove the column if it is not needed",
    ),
    "output-not-allowed": _warning(
        "“{column}”一列的 {cell} 不在允许值之内",
        "{cell} in the column “{column}” is none of the allowed values",
        "请改正该值，或补充允许值",
        "Correct the value, or add it to those that are allowed",
    ),
    "table-not-fully-checked": _note(
        "决策表“{table}”过于复杂，遗漏、重叠和不起作用的规则没有查完",
        "The decision table “{table}” is too intricate: missing, overlapping and masked rules were not all looked for",
        "请拆分决策表，或减少输入列",
        "Split the table, or use fewer input columns",
    ),
    "more-doubts": _note(
        "另有 {count} 处同类问题（{code}），未逐一列出",
        "{count} more findings of this kind ({code}) are not listed one by one",
        "请先处理已列出的，再次检查",
        "Deal with those that are listed, then check again",
    ),
    # --- expressions
    "type-mismatch": _warning(
        "“{text}”结果总是空：{reason}",
        "“{text}” always gives null: {reason}",
        "请核对两边的类型",
        "Check the types",
    ),
    "cell-type": _warning(
        "“{text}”不会成立：{reason}",
        "“{text}” never holds: {reason}",
        "请按该列的类型填写",
        "Write it as the type of the column asks",
    ),
    "result-type": _warning(
        "“{text}”的结果是{given}，此处应为{wanted}",
        "“{text}” gives {given}, where {wanted} is needed",
        "请修改表达式，或改正所声明的类型",
        "Change the expression, or correct the declared type",
    ),
    "condition-type": _warning(
        "“{text}”把{given}用作条件，应为布尔值",
        "“{text}” uses {given} as a condition, where a boolean is needed",
        "请写成比较，例如 数量 > 0",
        "Write a comparison, such as amount > 0",
    ),
    "unknown-function": _warning(
        "没有函数“{name}”，结果总是空{like}",
        "There is no function “{name}”: the result is always null{like}",
        "请改正函数名称",
        "Correct the name of the function",
    ),
    "unknown-name": _warning(
        "没有名为“{name}”的输入或决策{like}",
        "There is no input or decision named “{name}”{like}",
        "请改正名称，或补上所需的依赖",
        "Correct the name, or add the requirement",
    ),
    "requirement-missing": _warning(
        "决策“{decision}”读取决策“{name}”，但没有依赖它：除非流程另行给出，值为空",
        "The decision “{decision}” reads the decision “{name}” without requiring it: null, unless the process gives it",
        "请补上对该决策的依赖",
        "Add the requirement",
    ),
    "misspelt-name": _warning(
        "没有任何元素给变量“{name}”赋值{like}",
        "Nothing gives a variable “{name}” a value{like}",
        "请改正变量名称；由系统外给出的变量，可忽略此项",
        "Correct the name; if the variable comes from elsewhere, leave it",
    ),
    "expressions-not-all-checked": _note(
        "表达式过多，类型和名称没有查完",
        "There are too many expressions: their types and names were not all checked",
        "请拆分为多个流程，分开提交",
        "Split it into several processes, and submit them apart",
    ),
    "requirement-unused": _note(
        "决策“{decision}”依赖“{name}”，但没有用到",
        "The decision “{decision}” requires “{name}”, but does not use it",
        "不需要的，请删除该依赖",
        "Remove the requirement if it is not needed",
    ),
}
