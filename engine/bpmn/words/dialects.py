"""Words about what the dialects of other engines say."""

from __future__ import annotations

from engine.bpmn.words.kind import Kind, error, note, warning

KINDS: dict[str, Kind] = {
    "extension-not-read": warning(
        "扩展属性（{what}）未被读取",
        "Extension attributes ({what}) are not read",
        "请改用 zeebe 扩展里意思相同的属性，或者删去",
        "Use what means the same in the zeebe extensions, or remove it",
    ),
    "extension-says-nothing": note(
        "扩展属性（{what}）对运行没有影响",
        "Extension attributes ({what}) have no effect on how it runs here",
        "无需处理",
        "Nothing to do",
    ),
    "extension-not-run": error(
        "扩展“{what}”会改变流程的运行，但本系统不运行它",
        "The extension “{what}” changes what runs, and is not run here",
        "请删除该扩展，或者用 zeebe 扩展改写",
        "Remove it, or write it with the zeebe extensions",
    ),
    "java-not-run": error(
        "“{what}”为 Java 代码，本系统不运行",
        "“{what}” is Java code, which is not run here",
        "请改用服务任务（作业）、脚本或映射",
        "Use a service task (a job), a script or a mapping",
    ),
    "listener-not-run": error(
        "监听器“{what}”不运行",
        "The listener “{what}” is not run here",
        "请把其中的内容画成脚本任务、映射或服务任务",
        "Draw what it does as a script task, a mapping or a service task",
    ),
    "work-by-name": warning(
        "“{what}”将作为该名称的作业交给处理程序",
        "“{what}” becomes a job of this name for a handler",
        "请登记同名的处理程序，或改用脚本",
        "Register a handler of this name, or use a script",
    ),
    "fields-not-shown": warning(
        "画在流程图里的表单字段（{what}）不会显示",
        "Form fields drawn in the diagram ({what}) are not shown",
        "请做成表单文件并填写表单键",
        "Make a form file of them and name it as the form key",
    ),
    "version-not-kept": warning(
        "“{what}”指定的版本不起作用：以同一发布中的文件为准",
        "The version that “{what}” names has no effect: the file of the same release is used",
        "请确认同一发布中的文件就是所需的版本",
        "See that the file of the same release is the one that is meant",
    ),
}
