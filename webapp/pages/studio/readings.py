"""How files of other modellers are read, in plain words: beside the findings of a check, an upload, a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import flash
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext

from engine import Words
from engine.bpmn import FileRead, Reading, account
from webapp.pages.studio.shared import blueprint
from webapp.pages.support import words
from webapp.services.release_uploads import is_diagram
from webapp.spacing import spaced

#: What becomes of a name -> (words, kind of badge, icon), the gravest first.
READINGS: Mapping[Reading, tuple[Words, str, str]] = {
    Reading.NOT_RUN: (Words("不运行", "not run"), "bad", "circle-x"),
    Reading.OTHERWISE: (Words("与原意不尽相同", "runs otherwise"), "warn", "alert-triangle"),
    Reading.UNKNOWN: (Words("没有读取", "not read"), "warn", "alert-triangle"),
    Reading.READ: (Words("已读取", "read"), "ok", "circle-check"),
    Reading.WITHOUT_EFFECT: (Words("不起作用", "without effect"), "muted", "minus"),
}
#: Kinds of BPMN element, and of what stands inside extensions, in plain words.
KINDS: Mapping[str, Words] = {
    "definitions": Words("文件", "file"),
    "process": Words("流程", "process"),
    "task": Words("任务", "task"),
    "userTask": Words("人工任务", "user task"),
    "manualTask": Words("手工任务", "manual task"),
    "serviceTask": Words("服务任务", "service task"),
    "scriptTask": Words("脚本任务", "script task"),
    "businessRuleTask": Words("规则任务", "business rule task"),
    "sendTask": Words("发送任务", "send task"),
    "receiveTask": Words("接收任务", "receive task"),
    "callActivity": Words("调用活动", "call activity"),
    "subProcess": Words("子流程", "subprocess"),
    "transaction": Words("事务子流程", "transaction"),
    "adHocSubProcess": Words("即席子流程", "ad-hoc subprocess"),
    "startEvent": Words("开始事件", "start event"),
    "endEvent": Words("结束事件", "end event"),
    "boundaryEvent": Words("边界事件", "boundary event"),
    "intermediateCatchEvent": Words("等待事件", "catching event"),
    "intermediateThrowEvent": Words("抛出事件", "throwing event"),
    "exclusiveGateway": Words("排他网关", "exclusive gateway"),
    "inclusiveGateway": Words("包容网关", "inclusive gateway"),
    "parallelGateway": Words("并行网关", "parallel gateway"),
    "eventBasedGateway": Words("事件网关", "event-based gateway"),
    "complexGateway": Words("复杂网关", "complex gateway"),
    "sequenceFlow": Words("顺序流", "sequence flow"),
    "multiInstanceLoopCharacteristics": Words("多实例", "multi-instance"),
    "standardLoopCharacteristics": Words("循环", "loop"),
    "messageEventDefinition": Words("消息事件", "message event"),
    "signalEventDefinition": Words("信号事件", "signal event"),
    "errorEventDefinition": Words("错误事件", "error event"),
    "escalationEventDefinition": Words("升级事件", "escalation event"),
    "conditionalEventDefinition": Words("条件事件", "conditional event"),
    "timerEventDefinition": Words("定时事件", "timer event"),
    "message": Words("消息", "message"),
    "signal": Words("信号", "signal"),
    "error": Words("错误", "error"),
    "escalation": Words("升级", "escalation"),
    "dataObject": Words("数据对象", "data object"),
}


@blueprint.record
def _words_of_readings(setup: BlueprintSetupState) -> None:
    setup.app.jinja_env.globals.update(file_readings=READINGS, places_said=places_said)


def readings_of(files: Mapping[str, bytes]) -> list[FileRead]:
    """How each diagram was read that can be."""
    found = (account(content, path) for path, content in files.items() if is_diagram(path))
    return [one for one in found if one is not None]


def foreign_of(files: Mapping[str, bytes]) -> list[FileRead]:
    """Of the diagrams those that another modeller wrote, or that have something to be told of how they were read."""
    return [one for one in readings_of(files) if not one.is_ours]


def places_said(places: Iterable[str]) -> str:
    """On what a name stands, in plain words; what has none stands as it is written."""
    return gettext("、").join(words(KINDS[one]) if one in KINDS else one for one in places)


def summary(read: FileRead) -> str:
    """In one sentence what was understood how, for the message after an upload."""
    dialects = gettext("、").join(words(one.name) for one in read.dialects)
    counted = {reading: sum(len(one.of(reading)) for one in read.dialects) for reading in READINGS}
    told = gettext("、").join(
        gettext("%(count)s 种%(what)s", count=count, what=words(READINGS[reading][0]))
        for reading, count in counted.items()
        if count
    )
    said, end = spaced(gettext("按%(dialects)s读取", dialects=dialects)), gettext("。")
    laid_out = "" if read.has_picture else gettext("文件里没有图形，显示时自动排布。")
    return f"{said}{gettext('：')}{told}{end}{laid_out}" if told else f"{said}{end}{laid_out}"


def tell_readings(files: Mapping[str, bytes]) -> None:
    """A message for each uploaded diagram that another modeller wrote, or that has no picture."""
    for one in readings_of(files):
        if one.is_ours and one.has_picture:
            continue
        flash(f"{one.file}{gettext('：')}{summary(one)}", "info")
