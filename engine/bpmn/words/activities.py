"""Words about activities: loops, instances, ad-hoc work, calls, compensation, transactions."""

from __future__ import annotations

from engine.bpmn.words.kind import Kind, doubt, error, office_error, warning

KINDS: dict[str, Kind] = {
    "loop-goes-on": office_error(
        "循环条件总是成立，又没有最多次数，不会结束",
        "The condition of the loop always holds and there is no maximum: it does not end",
        "请修改条件或填写最多次数",
        "Change the condition or give a maximum",
    ),
    "two-numbers": warning(
        "同时填写了集合和次数，按集合执行",
        "Both a collection and a number of instances are given; the collection counts",
        "请删除其中一个",
        "Remove one of them",
    ),
    "no-number": office_error(
        "实例数“{value}”不是非负整数，运行时将产生异常",
        "The number of instances “{value}” is no whole number: an incident opens when it runs",
        "请填写整数或结果为整数的表达式",
        "Give a whole number, or an expression that gives one",
    ),
    "too-many-instances": error(
        "实例数超过上限 {limit}",
        "More instances than the limit of {limit}",
        "请减少实例数，或分批进行",
        "Use fewer, or do them in batches",
    ),
    "ad-hoc-event": office_error(
        "特别（ad-hoc）子流程内不能有开始事件和结束事件",
        "An ad-hoc subprocess has no start and end events",
        "请删除该事件",
        "Remove the event",
    ),
    "ad-hoc-empty": office_error(
        "特别（ad-hoc）子流程内没有活动",
        "The ad-hoc subprocess has no activity",
        "请添加活动",
        "Add one",
    ),
    "ad-hoc-never-completes": office_error(
        "完成条件永远不成立，特别（ad-hoc）子流程不会结束",
        "The completion condition never holds: the ad-hoc subprocess does not end",
        "请修改完成条件",
        "Change the condition",
    ),
    "no-activation": doubt(
        "复杂网关没有激活条件，按包容网关汇聚",
        "The complex gateway has no activation condition; it joins as an inclusive gateway",
        "请填写激活条件，或改用包容网关",
        "Give it one, or use an inclusive gateway",
    ),
    "endless-recursion": office_error(
        "流程经由“{value}”反复调用自身，没有不经过该调用而结束的路径",
        "The process calls itself over “{value}”, and no way to its end avoids the call",
        "请在调用之前提供结束的路径",
        "Give it a way to the end before the call",
    ),
    "no-handler": error(
        "补偿边界事件没有关联补偿活动，什么也不会撤销",
        "No compensation activity is associated with the compensation boundary event: it undoes nothing",
        "请用关联（association）连到一个补偿活动（isForCompensation）",
        "Associate it with an activity that is for compensation (isForCompensation)",
    ),
    "handler-elsewhere": error(
        "补偿活动“{value}”与边界事件不在同一层",
        "The compensation activity “{value}” stands on another level than the boundary event",
        "请放在同一个子流程或流程内",
        "Put both into the same process or subprocess",
    ),
    "handler-unused": warning(
        "没有补偿边界事件关联到此补偿活动，它不会执行",
        "No compensation boundary event is associated with this compensation activity: it never runs",
        "请添加关联，或删除该活动",
        "Associate it, or remove it",
    ),
    "compensation-in-flow": error(
        "补偿活动和补偿边界事件不能有连线，只能用关联相连",
        "No flow leads to or from a compensation activity or boundary event; they are joined by an association",
        "请删除连线",
        "Remove the flow",
    ),
    "never-undone": warning(
        "流程本身不会被补偿，此补偿事件子流程不会执行",
        "A process as a whole is never undone: this compensation event subprocess does not run",
        "请放在子流程内",
        "Put it into a subprocess",
    ),
    "nothing-to-undo": warning(
        "此处抛出补偿，但所在的流程或子流程内没有可撤销的活动",
        "A compensation is thrown, but nothing in the process or subprocess around it can be undone",
        "请为活动添加补偿边界事件和补偿活动",
        "Give an activity a compensation boundary event with a compensation activity",
    ),
    "activity-not-undoable": warning(
        "要补偿的“{value}”没有补偿活动，什么也不会撤销",
        "“{value}” is to be undone, but has no compensation activity",
        "请为它添加补偿边界事件和补偿活动",
        "Give it a compensation boundary event with a compensation activity",
    ),
    "undo-out-of-reach": error(
        "从此处不能补偿“{value}”：它不在这一层",
        "“{value}” cannot be undone from here: it does not stand on this level",
        "请补偿它所在的子流程，或把抛出事件移到它那一层",
        "Undo the subprocess that holds it, or throw on its level",
    ),
    "cancel-outside": error(
        "取消结束事件不在事务子流程内",
        "The cancel end event stands in no transaction",
        "请放入事务子流程，或改用其他结束事件",
        "Put it into a transaction, or use another end event",
    ),
    "cancel-boundary-elsewhere": error(
        "取消边界事件只能附着在事务子流程上",
        "A cancel boundary event can be attached to a transaction only",
        "请附着在事务子流程上",
        "Attach it to a transaction",
    ),
    "cancel-uncaught": error(
        "事务内有取消结束事件，但事务没有取消边界事件",
        "The transaction has a cancel end event inside, but no cancel boundary event",
        "请添加取消边界事件",
        "Add a cancel boundary event",
    ),
    "never-cancelled": warning(
        "事务内没有取消结束事件，此边界事件不会发生",
        "The transaction has no cancel end event inside; this event never happens",
        "请添加取消结束事件，或删除该边界事件",
        "Add one, or remove this event",
    ),
}
