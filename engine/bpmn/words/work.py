"""Words about who or what does a task."""

from __future__ import annotations

from engine.bpmn.words.kind import Kind, office_duty, office_error

KINDS: dict[str, Kind] = {
    "no-candidate-group": office_duty(
        "人工任务没有岗位",
        "The user task has no candidate group",
        "请填写候选岗位（candidateGroups）",
        "Fill in candidateGroups",
    ),
    "unknown-group": office_error(
        "岗位“{value}”不存在{near}",
        "The candidate group “{value}” does not exist{near}",
        "请填写已有岗位的编号",
        "Give the key of an existing group",
    ),
    "no-implementation": office_error(
        "自动任务没有作业类型，运行时将直接通过",
        "The task has no job type and will simply pass",
        "请填写作业类型",
        "Give it a job type",
    ),
    "no-result": office_error(
        "脚本的值没有写入任何变量",
        "The value of the script goes into no variable",
        "请填写结果变量",
        "Give it a result variable",
    ),
}
