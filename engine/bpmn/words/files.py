"""Words about a file as a whole: its XML, its identities, what is not run."""

from __future__ import annotations

from engine.bpmn.words.kind import Kind, error, note, office_error

KINDS: dict[str, Kind] = {
    "file-too-large": error("文件超过 {limit}", "The file is larger than {limit}", "请拆分文件", "Split the file"),
    "malformed-xml": error(
        "不是有效的 XML：{reason}",
        "Not well-formed XML: {reason}",
        "请用流程建模工具重新导出",
        "Export the diagram again from a modelling tool",
    ),
    "doctype-refused": error(
        "文件带有 DOCTYPE，出于安全不予接收",
        "The file carries a DOCTYPE, which is refused for safety",
        "请删除 DOCTYPE 声明",
        "Remove the DOCTYPE declaration",
    ),
    "nested-too-deep": error(
        "元素嵌套超过 {limit} 层",
        "Elements are nested deeper than {limit} levels",
        "请减少嵌套，改用调用活动",
        "Nest less; use call activities",
    ),
    "too-many-elements": error(
        "文件中的元素过多（上限 {limit}）",
        "There are too many elements in the file (limit {limit})",
        "请拆分为多个流程，用调用活动相连",
        "Split it into several processes that call one another",
    ),
    "too-many-flow-elements": error(
        "节点和连线过多（上限 {limit}）",
        "There are too many nodes and sequence flows (limit {limit})",
        "请拆分为多个流程，用调用活动相连，分开提交",
        "Split it into several processes that call one another, and submit them apart",
    ),
    "too-many-attributes": error(
        "有元素的属性超过 {limit} 个",
        "An element has more than {limit} attributes",
        "请用流程建模工具重新导出",
        "Export the diagram again from a modelling tool",
    ),
    "too-many-namespaces": error(
        "声明的命名空间超过 {limit} 个",
        "More than {limit} namespaces are declared",
        "请用流程建模工具重新导出",
        "Export the diagram again from a modelling tool",
    ),
    "not-bpmn": error(
        "不是 BPMN 2.0 文件（根元素为 {root}）",
        "Not a BPMN 2.0 file (its root element is {root})",
        "请上传 BPMN 2.0 文件",
        "Upload a BPMN 2.0 file",
    ),
    "no-process": error("文件中没有流程", "The file holds no process", "请添加一个流程", "Add a process"),
    "xsd-violation": error(
        "不符合 BPMN 2.0 规范：{reason}",
        "Breaks the BPMN 2.0 schema: {reason}",
        "请按规范修改该元素",
        "Change the element as the specification says",
    ),
    "bad-id": error(
        "编号“{value}”不合规（须以字母开头，不含空格和特殊符号）",
        "The id “{value}” is not allowed (begin with a letter, no blanks or special signs)",
        "请改用合规的编号",
        "Use a plain id",
    ),
    "duplicate-id": error(
        "编号“{value}”重复", "The id “{value}” is used twice", "请改为唯一的编号", "Make the id unique"
    ),
    "not-run": error(
        "“{what}”符合 BPMN 规范，但本系统尚不运行",
        "“{what}” is legal BPMN, but is not run here",
        "请改用受支持的元素",
        "Use a supported element",
    ),
    "not-executable": office_error(
        "流程“{value}”未标为可执行",
        "The process “{value}” is not marked executable",
        '请设置 isExecutable="true"',
        'Set isExecutable="true"',
    ),
    "more-of-a-kind": note(
        "另有 {count} 处同类问题（{code}）未逐一列出",
        "{count} more findings of this kind ({code}) are not listed one by one",
        "请先处理已列出的问题，再次检查",
        "Deal with those that are listed, then check again",
    ),
}
