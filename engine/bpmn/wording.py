"""The words of every finding about a diagram, in both languages, with severity and remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.findings import Finding, Severity
from engine.words import Words

Level = Literal["engine", "office"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding: how grave at either level, what is said, what to do."""

    engine: Severity
    office: Severity
    message: Words
    remedy: Words


def _error(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    return Kind(Severity.ERROR, Severity.ERROR, Words(zh, en), Words(remedy_zh, remedy_en))


def _office_error(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    return Kind(Severity.WARNING, Severity.ERROR, Words(zh, en), Words(remedy_zh, remedy_en))


def _warning(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    return Kind(Severity.WARNING, Severity.WARNING, Words(zh, en), Words(remedy_zh, remedy_en))


def _note(zh: str, en: str, remedy_zh: str, remedy_en: str) -> Kind:
    return Kind(Severity.NOTE, Severity.NOTE, Words(zh, en), Words(remedy_zh, remedy_en))


KINDS: dict[str, Kind] = {
    "file-too-large": _error("文件超过 {limit}", "The file is larger than {limit}", "请拆分文件", "Split the file"),
    "malformed-xml": _error(
        "不是有效的 XML：{reason}",
        "Not well-formed XML: {reason}",
        "请用流程建模工具重新导出",
        "Export the diagram again from a modelling tool",
    ),
    "doctype-refused": _error(
        "文件带有 DOCTYPE，出于安全不予接收",
        "The file carries a DOCTYPE, which is refused for safety",
        "请删除 DOCTYPE 声明",
        "Remove the DOCTYPE declaration",
    ),
    "nested-too-deep": _error(
        "元素嵌套超过 {limit} 层",
        "Elements are nested deeper than {limit} levels",
        "请减少嵌套，改用调用活动",
        "Nest less; use call activities",
    ),
    "not-bpmn": _error(
        "不是 BPMN 2.0 文件（根元素为 {root}）",
        "Not a BPMN 2.0 file (its root element is {root})",
        "请上传 BPMN 2.0 文件",
        "Upload a BPMN 2.0 file",
    ),
    "no-process": _error("文件中没有流程", "The file holds no process", "请添加一个流程", "Add a process"),
    "xsd-violation": _error(
        "不符合 BPMN 2.0 规范：{reason}",
        "Breaks the BPMN 2.0 schema: {reason}",
        "请按规范修改该元素",
        "Change the element as the specification says",
    ),
    "bad-id": _error(
        "编号“{value}”不合规（须以字母开头，不含空格和特殊符号）",
        "The id “{value}” is not allowed (begin with a letter, no blanks or special signs)",
        "请改用合规的编号",
        "Use a plain id",
    ),
    "duplicate-id": _error(
        "编号“{value}”重复", "The id “{value}” is used twice", "请改为唯一的编号", "Make the id unique"
    ),
    "missing-reference": _error(
        "{what}“{value}”不存在",
        "The {what} “{value}” does not exist",
        "请改正引用或补上所指元素",
        "Correct the reference or add what it points to",
    ),
    "undefined-error": _office_error(
        "错误（升级）“{value}”没有定义，按代码处理",
        "The error or escalation “{value}” is not defined; it is taken as the code",
        "请定义该错误（升级）",
        "Define the error or escalation",
    ),
    "message-by-id": _office_error(
        "接收任务没有注明消息，将等待名为“{value}”的消息",
        "The receive task names no message; it waits for one named “{value}”",
        "请注明消息",
        "Name the message",
    ),
    "empty-reference": _error("缺少 {what}", "{what} is missing", "请填写", "Fill it in"),
    "missing-process": _error(
        "被调用的流程“{value}”不在所交文件中",
        "The called process “{value}” is not among the files",
        "请一并提交该流程，或改正编号",
        "Add the file of that process, or correct the id",
    ),
    "missing-decision": _error(
        "决策“{value}”不在所交文件中",
        "The decision “{value}” is not among the files",
        "请一并提交该决策表，或改正编号",
        "Add the file of that decision, or correct the id",
    ),
    "attached-wrongly": _error(
        "边界事件所附元素“{value}”不是活动",
        "The boundary event is attached to “{value}”, which is no activity",
        "请把边界事件附着在任务或子流程上",
        "Attach the event to a task or a subprocess",
    ),
    "crosses-scope": _error(
        "连线越过了子流程或流程的边界",
        "The flow crosses the border of a subprocess or process",
        "请在同一层内连线",
        "Connect elements of the same level only",
    ),
    "wrong-flow-end": _error(
        "连线不能从 {source} 指向 {target}",
        "A flow cannot go from {source} to {target}",
        "请按 BPMN 规则连线",
        "Connect as BPMN allows",
    ),
    "expression-invalid": _error(
        "表达式无法解析：{reason}",
        "The expression does not parse: {reason}",
        "请修改表达式",
        "Correct the expression",
    ),
    "language-not-run": _error(
        "不支持表达式语言“{language}”",
        "Expressions in “{language}” are not run",
        "请改写为 FEEL",
        "Write it in FEEL",
    ),
    "language-assumed": _note(
        "未注明表达式语言，按 FEEL 处理",
        "No expression language is named; FEEL is assumed",
        "请在表达式前加“=”或注明语言",
        "Put “=” before the expression or name the language",
    ),
    "language-doubtful": _warning(
        "未注明表达式语言，按 FEEL 处理；若按 Python 理解，含义可能不同",
        "No expression language is named; FEEL is assumed, and Python would read it otherwise",
        "请在表达式前加“=”（FEEL）或注明语言",
        "Put “=” before the expression (FEEL) or name the language",
    ),
    "bad-quantity": _error(
        "{what} 应为正整数，实际为“{value}”",
        "{what} must be a positive whole number, not “{value}”",
        "请填写 1 到 1000 的整数",
        "Give a whole number from 1 to 1000",
    ),
    "endless-loop": _error(
        "循环既没有条件也没有最多次数，永远不会结束",
        "The loop has neither a condition nor a maximum and would never end",
        "请填写循环条件或最多次数",
        "Give it a condition or a maximum",
    ),
    "timer-invalid": _error(
        "定时器“{value}”无法解析：{reason}",
        "The timer “{value}” cannot be read: {reason}",
        "请使用 ISO 8601（如 PT2H）或 FEEL 表达式",
        "Use ISO 8601 (such as PT2H) or a FEEL expression",
    ),
    "timer-missing": _error("定时器没有时间", "The timer has no time", "请填写时间", "Give it a time"),
    "not-run": _error(
        "“{what}”符合 BPMN 规范，但本系统尚不运行",
        "“{what}” is legal BPMN, but is not run here",
        "请改用受支持的元素",
        "Use a supported element",
    ),
    "extension-not-read": _warning(
        "扩展属性（{what}）未被读取",
        "Extension attributes ({what}) are not read",
        "请改用 zeebe 扩展属性",
        "Use zeebe extension elements",
    ),
    "not-executable": _office_error(
        "流程“{value}”未标为可执行",
        "The process “{value}” is not marked executable",
        '请设置 isExecutable="true"',
        'Set isExecutable="true"',
    ),
    "no-start": _office_error("没有开始事件", "There is no start event", "请添加开始事件", "Add a start event"),
    "several-starts": _error(
        "有 {count} 个空开始事件",
        "There are {count} plain start events",
        "只保留一个",
        "Keep one",
    ),
    "unreachable": _office_error(
        "从开始事件无法到达",
        "No path leads here from a start",
        "请连线或删除该元素",
        "Connect the element or delete it",
    ),
    "dead-end": Kind(
        Severity.NOTE,
        Severity.WARNING,
        Words("路径在此中断，没有结束事件", "The path stops here without an end event"),
        Words("请连到结束事件", "Lead it to an end event"),
    ),
    "never-ends": _office_error(
        "从此处无法到达任何结束",
        "From here no end can be reached",
        "请为循环提供出口",
        "Give the loop a way out",
    ),
    "no-condition": _office_error(
        "网关的分支没有条件，也不是默认分支",
        "A branch of the gateway has no condition and is not the default",
        "请填写条件或设为默认分支",
        "Give it a condition or make it the default",
    ),
    "no-default": Kind(
        Severity.NOTE,
        Severity.WARNING,
        Words(
            "网关没有默认分支：条件都不成立时将产生异常",
            "The gateway has no default branch: an incident opens when no condition holds",
        ),
        Words("请设置默认分支", "Set a default branch"),
    ),
    "condition-without-effect": _warning(
        "此处连线上的条件不起作用",
        "A condition has no effect on a flow from here",
        "请删除该条件，或改用排他（包容）网关",
        "Remove the condition, or use an exclusive or inclusive gateway",
    ),
    "wrong-start": _error(
        "开始事件的类型不适合其所在位置",
        "The start event does not fit the place where it stands",
        "子流程用空开始事件；事件子流程用一个消息、定时、信号或错误开始事件",
        "A subprocess begins with a plain start event; an event subprocess with exactly one message, timer, "
        "signal or error start event; a process never with an error",
    ),
    "default-with-condition": _warning(
        "默认分支上的条件不起作用",
        "The condition on the default branch has no effect",
        "请删除该条件",
        "Remove the condition",
    ),
    "stuck-join": _office_error(
        "并行汇聚可能永远等不到“{value}”",
        "The parallel join may wait for “{value}” for ever",
        "请改用与分支相同类型的汇聚网关",
        "Join with a gateway of the same kind as the split",
    ),
    "no-candidate-group": Kind(
        Severity.NOTE,
        Severity.ERROR,
        Words("人工任务没有岗位", "The user task has no candidate group"),
        Words("请填写 candidateGroups", "Fill in candidateGroups"),
    ),
    "unknown-group": Kind(
        Severity.WARNING,
        Severity.ERROR,
        Words("岗位“{value}”不存在", "The candidate group “{value}” does not exist"),
        Words("请选用已有岗位", "Choose an existing group"),
    ),
    "no-implementation": _office_error(
        "自动任务没有作业类型，运行时将直接通过",
        "The task has no job type and will simply pass",
        "请填写作业类型",
        "Give it a job type",
    ),
    "no-result": _office_error(
        "脚本的值没有写入任何变量",
        "The value of the script goes into no variable",
        "请填写结果变量",
        "Give it a result variable",
    ),
    "too-large-to-check": _note(
        "流程过大，未检查并行分支的写入冲突",
        "The process is too large: write conflicts of parallel branches were not looked for",
        "可拆分为多个流程",
        "Split it into several processes",
    ),
    "write-conflict": Kind(
        Severity.NOTE,
        Severity.WARNING,
        Words(
            "并行分支“{value}”都可能写入变量“{variable}”，后写者为准",
            "Parallel branches “{value}” may both write “{variable}”; the last one wins",
        ),
        Words("请改用不同的变量", "Use different variables"),
    ),
    "timer-too-short": Kind(
        Severity.NOTE,
        Severity.ERROR,
        Words("定时器短于一分钟", "The timer is shorter than a minute"),
        Words("请设为一分钟以上", "Make it a minute or longer"),
    ),
}


@dataclass(slots=True)
class Reporter:
    """Collects the findings of one file at one level."""

    file: str
    level: Level = "engine"
    findings: list[Finding] = field(default_factory=list)

    def __call__(self, code: str, element: str = "", *, line: int | None = None, **values: object) -> None:
        """Adds the finding `code` about `element`; `values` fill the places of its words."""
        kind = KINDS[code]
        severity = kind.office if self.level == "office" else kind.engine
        message = kind.message.fill(**values)
        self.findings.append(Finding(severity, code, self.file, element, message, kind.remedy, line))
