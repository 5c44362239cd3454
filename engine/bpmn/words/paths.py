"""Words about the ways of tokens: starts, ends, choices, joins."""

from __future__ import annotations

from engine.bpmn.words.kind import Kind, doubt, error, note, office_error, warning

KINDS: dict[str, Kind] = {
    # BPMN 2.0.2, 10.5.2: "If there is an End Event, then there MUST be at least one Start Event."
    "end-without-start": error(
        "有结束事件而没有开始事件",
        "There is an end event but no start event",
        "请添加开始事件",
        "Add a start event",
    ),
    "no-start": office_error("没有开始事件", "There is no start event", "请添加开始事件", "Add a start event"),
    "several-starts": error(
        "有 {count} 个空开始事件",
        "There are {count} plain start events",
        "只保留一个",
        "Keep one",
    ),
    "unreachable": office_error(
        "从开始事件无法到达",
        "No path leads here from a start",
        "请连线或删除该元素",
        "Connect the element or delete it",
    ),
    "dead-end": doubt(
        "路径在此中断，没有结束事件",
        "The path stops here without an end event",
        "请连到结束事件",
        "Lead it to an end event",
    ),
    "never-ends": office_error(
        "从此处无法到达任何结束",
        "From here no end can be reached",
        "请为循环提供出口",
        "Give the loop a way out",
    ),
    "no-condition": office_error(
        "网关的分支没有条件，也不是默认分支",
        "A branch of the gateway has no condition and is not the default",
        "请填写条件或设为默认分支",
        "Give it a condition or make it the default",
    ),
    "no-default": doubt(
        "网关没有默认分支：条件都不成立时将产生异常",
        "The gateway has no default branch: an incident opens when no condition holds",
        "请设置默认分支",
        "Set a default branch",
    ),
    "condition-without-effect": warning(
        "此处连线上的条件不起作用",
        "A condition has no effect on a flow from here",
        "请删除该条件，或改用排他（包容）网关",
        "Remove the condition, or use an exclusive or inclusive gateway",
    ),
    "constant-condition": doubt(
        "条件{value}，与变量无关",
        "The condition {value}, whatever the variables are",
        "请改为随变量变化的条件，或删除该条件（连线）",
        "Let it depend on a variable, or remove it or the flow",
    ),
    "default-with-condition": warning(
        "默认分支上的条件不起作用",
        "The condition on the default branch has no effect",
        "请删除该条件",
        "Remove the condition",
    ),
    "stuck-join": office_error(
        "“{value}”可能永远等不齐：{path}，只等到{there}，等不到{missing}",
        "“{value}” may wait for ever: {path}, {there} arrives and {missing} never does",
        "请用与分支相同类型的网关汇聚，或让每条分支都到达汇聚处",
        "Join with a gateway of the same kind as the split, or let every branch arrive",
    ),
    "dead-join": office_error(
        "“{value}”永远等不齐，其后的步骤不会执行：{path}，只等到{there}，等不到{missing}",
        "“{value}” waits for ever and nothing behind it runs: {path}, {there} arrives and {missing} never does",
        "请用与分支相同类型的网关汇聚，或让每条分支都到达汇聚处",
        "Join with a gateway of the same kind as the split, or let every branch arrive",
    ),
    "few-tokens": office_error(
        "“{value}”要等到 {count} 个令牌（startQuantity）才开始，但可能等不齐：{path}，令牌不够",
        "“{value}” begins with {count} tokens (startQuantity), but they may never come: {path}, there are too few",
        "请减小 startQuantity，或让足够的分支到达",
        "Lower the startQuantity, or let enough branches arrive",
    ),
    "runs-twice": doubt(
        "“{value}”之后的步骤会重复执行：{path}，并行分支的令牌先后经过这里",
        "What follows “{value}” runs more than once: {path}, tokens of parallel branches pass here one by one",
        "如非有意，请先用并行（包容）网关汇聚",
        "Unless it is meant, join the branches with a parallel or inclusive gateway first",
    ),
    "never-completes": doubt(
        "子流程只会以错误或取消结束，不会正常结束，其后的连线走不到",
        "The subprocess only ends by an error or a cancellation: the flow behind it is never taken",
        "请为子流程添加正常的结束事件，或删除其后的连线",
        "Give it a plain end event, or remove the flow behind it",
    ),
    "too-large-to-check": note(
        "流程过大或过于复杂，未完整检查：{what}",
        "The process is too large or too intricate: {what} was not checked to the end",
        "可拆分为多个流程",
        "Split it into several processes",
    ),
    "write-conflict": doubt(
        "{value}可能同时写入变量“{variable}”，后写者为准，先写的丢失",
        "{value} may write “{variable}” at the same time; the last one wins and the other is lost",
        "请改用不同的变量，或写明输出映射",
        "Use different variables, or output mappings",
    ),
    "instances-overwrite": doubt(
        "并行的各个实例都写入同一变量“{variable}”，只留下最后一个",
        "All instances, side by side, write the same “{variable}”: only the last stays",
        "请用输出集合（outputCollection）收集结果",
        "Gather the results in an output collection",
    ),
    "node-not-drawn": doubt(
        "“{name}”在流程里，但没有画在图上",
        "“{name}” is part of the process, but is not drawn",
        "请在图中画出它，或者从文件中删除",
        "Draw it, or remove it from the file",
    ),
    "flow-not-drawn": doubt(
        "由此到“{name}”的连线在流程里，但没有画在图上",
        "The flow from here to “{name}” is part of the process, but is not drawn",
        "请在图中画出这条连线，或者从文件中删除",
        "Draw the line, or remove the flow from the file",
    ),
}
