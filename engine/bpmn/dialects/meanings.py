"""What each name of the dialects that is read is read as, in plain words.

Names are written as in the tables of the dialects. Activiti and Flowable share those of Camunda 7. What becomes of the
other names is said by their fate; some of them have words of their own beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.dialects.reading import Fate
from engine.words import Words


def _group(text: str, zh: str, en: str) -> dict[str, Words]:
    """The same words for each of several blank-separated names."""
    return dict.fromkeys(text.split(), Words(zh, en))


_PROPERTIES = _group(
    "properties property property@name property@value",
    "扩展属性：属于该元素，人工任务的属性随任务给出",
    "properties of the element; those of a user task go along with it",
)

ZEEBE: Mapping[str, Words] = {
    **_group(
        "ioMapping input input@source input@target output output@source output@target",
        "输入输出映射，按先后执行；有输出映射的，办结时给出的其他内容不写入流程变量",
        "input and output mappings, in order; with outputs, nothing else of what the element completes with is written",
    ),
    **_PROPERTIES,
    **_group(
        "assignmentDefinition assignmentDefinition@assignee assignmentDefinition@candidateGroups"
        " assignmentDefinition@candidateUsers",
        "由谁办理：办理人、可以认领的岗位和人员",
        "who may take the user task: assignee, candidate groups and users",
    ),
    **_group(
        "taskSchedule taskSchedule@dueDate taskSchedule@followUpDate", "到期日和跟进日", "due and follow-up dates"
    ),
    **_group("priorityDefinition priorityDefinition@priority", "任务的优先级", "the task's priority"),
    **_group(
        "formDefinition formDefinition@formId formDefinition@externalReference formDefinition@formKey",
        "表单键：三者中写了的第一个；写在开始事件上的不起作用，申请从哪张表开始由目录决定",
        "the form key, the first of the three that is there; on a start event it says nothing: the catalogue says with"
        " which form a case begins",
    ),
    **_group(
        "taskDefinition taskDefinition@type taskDefinition@retries taskHeaders header header@key header@value",
        "后台作业：类型、重试次数和附带的内容",
        "a job: its type, retries and headers",
    ),
    **_group(
        "calledElement calledElement@processId calledElement@processIdExpression"
        " calledElement@propagateAllParentVariables calledElement@propagateAllChildVariables",
        "被调用的流程；没有写 false 的，全部变量传入、全部结果带回",
        "the called process; unless false is said all variables go in and all come back",
    ),
    **_group(
        "calledElement@bindingType calledElement@versionTag",
        "被调用流程的版本：versionTag 取该标签的流程，latest 和 deployment 取同一发布中的",
        "which version is called: versionTag that of the tag, latest and deployment the one of the release",
    ),
    **_group(
        "calledDecision calledDecision@decisionId calledDecision@resultVariable",
        "调用的决策和存放结果的变量",
        "the decision that is called, and the variable for its result",
    ),
    **_group("script script@expression script@resultVariable", "FEEL 脚本及其结果变量", "a FEEL script and its result"),
    **_group(
        "subscription subscription@correlationKey", "等待消息时的关联键", "the key under which a message is awaited"
    ),
    **_group(
        "publishMessage publishMessage@correlationKey", "发出消息时的关联键", "the key under which a message goes out"
    ),
    **_group(
        "loopCharacteristics loopCharacteristics@inputCollection loopCharacteristics@inputElement"
        " loopCharacteristics@outputCollection loopCharacteristics@outputElement",
        "多实例：逐个取的列表、元素和汇总的结果；序号从 1 起",
        "multi-instance: the list, its element and what is collected; counted from 1",
    ),
    **_group(
        "adHoc adHoc@activeElementsCollection",
        "即席子流程中哪些环节开始",
        "which activities of an ad-hoc subprocess begin",
    ),
    **_group("versionTag versionTag@value", "流程的版本标签", "the version tag of the process"),
}

CAMUNDA: Mapping[str, Words] = {
    **_group(
        "@assignee @candidateUsers @candidateGroups",
        "由谁办理：办理人、可以认领的人员和岗位，逗号分隔",
        "who may take the user task: assignee, candidate users and groups, between commas",
    ),
    **_group("@priority", "任务的优先级", "the task's priority"),
    **_group("@formKey @formRef", "表单键", "the form key"),
    **_group(
        "@dueDate @followUpDate",
        "到期日、跟进日：日期，或者从现在起的一段时间（P3D）",
        "due and follow-up dates: a date, or a duration from now (P3D)",
    ),
    **_group("@type @topic", "外部任务：成为该主题的后台作业", "an external task: a job of that topic"),
    **_group(
        "@class @delegateExpression",
        "Java 类或者 bean 不运行：成为同名的后台作业，需要登记处理程序",
        "no Java is run: it becomes a job of this name, for a handler that is registered",
    ),
    **_group(
        "@expression", "JUEL 表达式，值写入结果变量", "a JUEL expression; its value goes into the result variable"
    ),
    **_group("@resultVariable @resultVariableName", "存放结果的变量", "the variable for the result"),
    **_group(
        "field field@name field@stringValue field@expression string expression",
        "字段：作业的输入",
        "fields: inputs of the job",
    ),
    **_group(
        "in in@source in@sourceExpression in@target in@variables in@local",
        "传入被调用流程、信号或者作业的变量；没有写的不传",
        "variables that go into the called process, the signal or the job; what is not named stays outside",
    ),
    **_group(
        "out out@source out@sourceExpression out@target out@variables out@local",
        "从被调用流程或者作业带回的变量；没有写的不带回",
        "variables that come back from the called process or the job; what is not named does not",
    ),
    **_group(
        "@collection @elementVariable collection",
        "多实例：逐个取的列表和元素变量；序号从 0 起",
        "multi-instance: the list and the variable of its element; counted from 0",
    ),
    **_group(
        "failedJobRetryTimeCycle",
        "作业的重试次数（R5/…）；间隔由后台程序决定",
        "the retries of a job (R5/…); the times between are the workers' own",
    ),
    **_group(
        "@calledElementBinding @calledElementVersion @calledElementVersionTag",
        "被调用流程的版本：latest 和 deployment 取同一发布中的，versionTag 取该标签的；按序号（version）的不运行",
        "which version is called: latest and deployment the one of the release, versionTag that of the tag; version,"
        " which counts another engine's deployments, is not run",
    ),
    **_group(
        "@decisionRef @mapDecisionResult",
        "调用的决策，结果按 singleEntry、singleResult、collectEntries 或者 resultList 给出",
        "the decision that is called; its result as singleEntry, singleResult, collectEntries or resultList",
    ),
    **_group(
        "@errorCodeVariable @errorMessageVariable @escalationCodeVariable @errorVariableName",
        "捕获事件写入的变量",
        "variables that a catching event writes",
    ),
    **_group("@errorMessage", "抛出错误时带出的说明", "goes along when the error is thrown"),
    **_group("@versionTag", "流程的版本标签", "the version tag of the process"),
    **_PROPERTIES,
    **_group(
        "inputOutput inputParameter inputParameter@name outputParameter outputParameter@name",
        "输入输出参数：输入只属于该环节；输出在办结给出的内容之外另行写入",
        "parameters: inputs are the activity's alone; outputs are written besides what it completes with",
    ),
    **_group(
        "list value map entry entry@key script script@scriptFormat",
        "参数的值：列表、上下文，或者由脚本计算",
        "a parameter's value: a list, a context, or what a script computes",
    ),
    **_group("@inheritVariables", "全部变量传入被调用流程", "all variables go into the called process"),
    **_group("@elementIndexVariable", "循环序号的另一个名称", "one more name for the loop's counter"),
    **_group(
        "variableAggregation variableAggregation@target variable variable@source variable@sourceExpression"
        " variable@target",
        "汇总：每个实例一个上下文的列表",
        "an aggregation: a list of contexts, one of each instance",
    ),
}

SPIFFWORKFLOW: Mapping[str, Words] = {
    **_group(
        "preScript postScript",
        "环节开始前和办结后执行的 Python 语句（只运行其中一部分语法，不能导入模块）",
        "Python statements that run when it is entered and over what it completes with (a subset, without imports)",
    ),
    **_group("@scriptsOnInstances", "多实例：每个实例各执行一次", "on loops: they run with each instance"),
    **_group(
        "serviceTaskOperator serviceTaskOperator@id parameters parameter parameter@id parameter@value retry"
        " retry@retries",
        "后台作业：以操作名为类型，参数为输入",
        "a job of the operator's name, its parameters as inputs",
    ),
    **_group("serviceTaskOperator@resultVariable", "存放作业结果的变量", "the variable for what the job gives"),
    **_group("calledDecisionId", "调用的决策；每个输出是一个变量", "the decision; each of its outputs is a variable"),
    **_PROPERTIES,
    **_group("instructionsForEndUser", "给办理人的说明", "what the user is told"),
    **_group("messagePayload payloadExpression", "消息、信号、错误或者升级带出的内容", "what goes along"),
    **_group("messageVariable variableName", "收到的内容全部放入的变量", "the one variable for all that comes in"),
    **_group(
        "processVariableCorrelation propertyId expression",
        "等待消息时关联属性应有的值",
        "what a correlation property must be where a message is awaited",
    ),
}

#: What becomes of a name that is not read, by its fate.
BY_FATE: Mapping[Fate, Words] = {
    Fate.NOTED: Words("不影响在这里的运行", "has no effect on how it runs here"),
    Fate.TOOLS: Words("只供建模工具使用", "for modellers' tools alone"),
    Fate.REFUSED: Words(
        "会改变运行，但不在这里运行：必须改写后才能发布", "changes what runs and is not run: to be rewritten"
    ),
    Fate.JAVA: Words("Java 代码，不运行：必须改写后才能发布", "Java code, which is not run: to be rewritten"),
    Fate.LISTENER: Words(
        "监听器，不运行：必须画成环节后才能发布", "a listener, which is not run: to be drawn as a step"
    ),
    Fate.FIELDS: Words(
        "画在图里的表单字段不显示：请做成表单文件", "fields drawn in the diagram are not shown: make a form"
    ),
    Fate.VERSION: Words(
        "指定的版本不起作用：用同一发布中的文件", "no version is kept: the file of the same release is used"
    ),
}
UNKNOWN = Words("不认识，没有读取", "not known, and not read")
MISPLACED = Words("写在这里不起作用", "means nothing where it stands")
HARMLESS = Words("所要求的就是通常的做法", "asks for what is done anyhow")

#: Names that are not read and have words of their own.
MORE: Mapping[str, Words] = {
    **_group(
        "@async @asyncBefore @asyncAfter @exclusive @asyncLeave @asyncLeaveExclusive @completeAsync",
        "异步设置不起作用：每一步在一个事务里运行到下一处等待",
        "asynchrony has no effect: a step runs to its next wait in one transaction",
    ),
    **_group(
        "@candidateStarterUsers @candidateStarterGroups potentialStarter @initiator",
        "谁可以发起由本单位的岗位决定",
        "who may start it is the office's to say",
    ),
    **_group("in@businessKey @businessKey", "办件有自己的编号", "a case has a number of its own"),
    **_group(
        "@variableName @variableEvents conditionalFilter",
        "条件在任何变量变化时都会判断",
        "a condition is asked whenever a variable changes",
    ),
    **_group("@skipExpression", "跳过条件不起作用", "a condition to skip has no effect"),
    **_group("publishMessage@timeToLive", "消息保留多久由系统设置", "how long a message is kept is a setting"),
}

_OF: Mapping[str, Mapping[str, Words]] = {
    "zeebe": ZEEBE,
    "camunda": CAMUNDA,
    "activiti": CAMUNDA,
    "flowable": CAMUNDA,
    "spiffworkflow": SPIFFWORKFLOW,
}


def meaning_of(prefix: str, key: str, fate: Fate | None) -> Words:
    """What a name of a dialect is read as, or what becomes of it."""
    if fate is None:
        return UNKNOWN
    if fate is Fate.READ:
        return _OF[prefix][key]
    return MORE.get(key, BY_FATE[fate])
