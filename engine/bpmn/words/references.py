"""Words about what an element points at, and where it may stand."""

from __future__ import annotations

from engine.bpmn.words.kind import Kind, error, office_error

KINDS: dict[str, Kind] = {
    "missing-reference": error(
        "{what}“{value}”不存在",
        "The {what} “{value}” does not exist",
        "请改正引用或补上所指元素",
        "Correct the reference or add what it points to",
    ),
    "undefined-error": office_error(
        "错误（升级）“{value}”没有定义，按代码处理",
        "The error or escalation “{value}” is not defined; it is taken as the code",
        "请定义该错误（升级）",
        "Define the error or escalation",
    ),
    "message-by-id": office_error(
        "接收任务没有注明消息，将等待名为“{value}”的消息",
        "The receive task names no message; it waits for one named “{value}”",
        "请注明消息",
        "Name the message",
    ),
    "empty-reference": error("缺少 {what}", "{what} is missing", "请填写", "Fill it in"),
    "missing-process": error(
        "被调用的流程“{value}”不在所交文件中",
        "The called process “{value}” is not among the files",
        "请一并提交该流程，或改正编号",
        "Add the file of that process, or correct the id",
    ),
    "missing-decision": error(
        "决策“{value}”不在所交文件中",
        "The decision “{value}” is not among the files",
        "请一并提交该决策表，或改正编号",
        "Add the file of that decision, or correct the id",
    ),
    "attached-wrongly": error(
        "边界事件所附元素“{value}”不是活动",
        "The boundary event is attached to “{value}”, which is no activity",
        "请把边界事件附着在任务或子流程上",
        "Attach the event to a task or a subprocess",
    ),
    "crosses-scope": error(
        "连线越过了子流程或流程的边界",
        "The flow crosses the border of a subprocess or process",
        "请在同一层内连线",
        "Connect elements of the same level only",
    ),
    "wrong-flow-end": error(
        "连线不能从 {source} 指向 {target}",
        "A flow cannot go from {source} to {target}",
        "请按 BPMN 规则连线",
        "Connect as BPMN allows",
    ),
    "start-name-computed": error(
        "启动流程的消息或信号名称不能由表达式算出：此时还没有任何变量",
        "The name of a message or signal that starts a process cannot be computed: there are no variables yet",
        "请直接写出名称",
        "Write the name itself",
    ),
    "wrong-start": error(
        "开始事件的类型不适合其所在位置",
        "The start event does not fit the place where it stands",
        "子流程用一个空开始事件；事件子流程用一个有触发条件的开始事件；流程不能以错误、升级或补偿开始",
        "A subprocess begins with a plain start event, an event subprocess with exactly one that something triggers; "
        "a process never with an error, an escalation or a compensation",
    ),
}
