"""Words about events: where they may stand, what they wait for, what catches what is thrown."""

from __future__ import annotations

from engine.bpmn.words.kind import Kind, doubt, error, note, office_duty, office_error, warning

KINDS: dict[str, Kind] = {
    "several-endings": error(
        "一个结束（抛出）事件只能有错误、补偿、取消、终止中的一种，这里不止一种",
        "Of error, compensation, cancellation and termination one event can throw only one; here are several",
        "请分成多个事件",
        "Draw several events",
    ),
    "terminates-inside": note(
        "终止结束事件只结束“{value}”的本次执行，不结束整个流程",
        "The terminate end event ends this run of “{value}” only, not the process",
        "如需结束整个流程，请抛出错误（升级）并在外层捕获",
        "To end more, throw an error or escalation that is caught further out",
    ),
    "parallel-start": error(
        "开始事件须等全部事件发生后才开始流程（parallelMultiple），本系统不支持",
        "A start event that waits for all of its events (parallelMultiple) is not run here",
        "请用并行的事件网关（instantiate）开始，或从其中一个事件开始后再等待其余事件",
        "Begin with a parallel event-based gateway, or with one event and wait for the others behind it",
    ),
    "parallel-kinds": error(
        "须全部发生的多个事件（parallelMultiple）只能是消息、定时、信号、条件",
        "Events that must all happen (parallelMultiple) can be messages, timers, signals and conditions only",
        "请去掉其他类型的事件定义",
        "Remove the other event definitions",
    ),
    "always-interrupts": office_error(
        "错误（取消）事件总是中断的，“非中断”不起作用",
        "An error or cancellation always interrupts; “non-interrupting” has no effect",
        "请改为中断，或改用升级事件",
        "Let it interrupt, or use an escalation",
    ),
    "caught-before": office_error(
        "同样的错误（升级、补偿、消息）已由前一个事件捕获，此事件不会发生",
        "The same error, escalation, compensation or message is caught by an event before; this one does not happen",
        "请删除其中一个，或使用不同的代码",
        "Remove one of them, or give them different codes",
    ),
    "started-by-condition": office_duty(
        "以条件开始的流程没有可供判断条件的数据，不会自行开始，只能指定该事件来启动",
        "A condition that starts a process has no data to be asked over, so it does not start by itself: the process"
        " is started at this event by name",
        "需要自动开始时，请改用消息、信号或定时开始事件",
        "To start it automatically, use a message, signal or timer start event",
    ),
    "cycle-fires-once": warning(
        "此处的循环定时器只触发一次",
        "The cycle fires only once where it stands",
        "请写成时长（如 PT1H），或改用非中断的边界事件",
        "Write a duration (such as PT1H), or use a boundary event that does not interrupt",
    ),
    "link-twice": error(
        "同一层内有两个名为“{value}”的链接捕获事件",
        "Two catching link events of one level have the name “{value}”",
        "请改名或删除其中一个",
        "Rename or remove one of them",
    ),
    "link-not-thrown": warning(
        "没有名为“{value}”的链接抛出事件，此处走不到",
        "No link event throws “{value}”; nothing leads here",
        "请添加抛出事件，或删除该事件",
        "Add the throwing event, or remove this one",
    ),
    "link-in-flow": office_error(
        "链接事件代替连线：抛出事件不能有出线，捕获事件不能有入线",
        "A link stands for a flow: none leads out of the throwing or into the catching event",
        "请删除多余的连线",
        "Remove the flow",
    ),
    "race-for-all": error(
        "事件网关只有在启动流程（instantiate）时才能等全部事件（Parallel）",
        "Only an event-based gateway that starts the process (instantiate) may wait for all events (Parallel)",
        "请改为 Exclusive；需等全部事件时，用并行网关加捕获事件",
        "Make it Exclusive; to wait for all events use a parallel gateway and catching events",
    ),
    "begins-nothing": error(
        "启动流程（instantiate）的元素须在流程最外层，且没有入线（接收任务可来自开始事件）",
        "An element that starts the process (instantiate) stands at its top, with no flow into it "
        "(a receive task may follow a start event)",
        "请删除入线，或取消 instantiate",
        "Remove the flow, or the instantiate attribute",
    ),
    "race-of-one": warning(
        "事件网关之后不足两个事件",
        "Fewer than two events follow the event-based gateway",
        "请补上事件，或删除网关",
        "Add events, or remove the gateway",
    ),
    "race-mixed": office_error(
        "事件网关之后不能同时有接收任务和消息事件",
        "Receive tasks and message events cannot both follow an event-based gateway",
        "请统一用消息事件",
        "Use message events only",
    ),
    "race-for-nothing": error(
        "事件网关之后只能是消息、定时、信号、条件事件",
        "Only message, timer, signal and conditional events can follow an event-based gateway",
        "请改用这些事件",
        "Use one of these",
    ),
    "race-skips": error(
        "事件网关之后的元素由网关等待，其边界事件、循环、输入映射和起始数量不起作用",
        "The gateway waits for what follows it: boundary events, loops, input mappings and start quantities there "
        "have no effect",
        "请把它们移到后面的元素上",
        "Move them to an element behind it",
    ),
    "race-shared": office_error(
        "事件网关之后的事件另有入线",
        "Another flow leads to an event that follows an event-based gateway",
        "请为另一条路径单独画一个事件",
        "Draw an event of its own for the other path",
    ),
    "race-same": warning(
        "事件网关之后有两处等待同一个“{value}”，后一处永远不会发生",
        "Two events behind the gateway wait for the same “{value}”; the second never happens",
        "请删除其中一处，或使用不同的名称或关联键",
        "Remove one, or give them different names or keys",
    ),
    "error-uncaught": doubt(
        "没有事件捕获错误“{value}”，发生时流程停在此处并产生异常",
        "Nothing catches the error “{value}”: the process stops here with an incident",
        "请在外层添加边界事件或事件子流程",
        "Add a boundary event or an event subprocess around it",
    ),
    "escalation-uncaught": doubt(
        "没有事件捕获升级“{value}”，抛出后不起作用",
        "Nothing catches the escalation “{value}”: it has no effect",
        "请在外层添加边界事件或事件子流程",
        "Add a boundary event or an event subprocess around it",
    ),
    "never-thrown": note(
        "内部没有元素会抛出“{value}”，此事件不会发生",
        "Nothing inside throws “{value}”; this event never happens",
        "请核对代码，或删除该事件",
        "Check the code, or remove the event",
    ),
}
