"""The blueprint of the pages of running processes, and what they share."""

from __future__ import annotations

from flask import Blueprint, request

from engine import Words

blueprint = Blueprint("operation", __name__, url_prefix="/studio/running")

#: For at least so many days: what the filters offer.
AGES = (1, 3, 7, 30, 90)
#: kind of element -> words; what is no more than a mark of BPMN's is left out.
TYPES = {
    "userTask": Words("人工任务", "user task"),
    "callActivity": Words("调用活动", "call activity"),
    "serviceTask": Words("服务任务", "service task"),
    "sendTask": Words("发送任务", "send task"),
    "receiveTask": Words("接收任务", "receive task"),
    "businessRuleTask": Words("规则任务", "business rule task"),
    "scriptTask": Words("脚本任务", "script task"),
    "manualTask": Words("手工任务", "manual task"),
    "intermediateCatchEvent": Words("等待事件", "catching event"),
    "intermediateThrowEvent": Words("抛出事件", "throwing event"),
    "boundaryEvent": Words("边界事件", "boundary event"),
    "startEvent": Words("开始事件", "start event"),
    "endEvent": Words("结束事件", "end event"),
    "subProcess": Words("子流程", "subprocess"),
    "exclusiveGateway": Words("排他网关", "exclusive gateway"),
    "parallelGateway": Words("并行网关", "parallel gateway"),
    "inclusiveGateway": Words("包容网关", "inclusive gateway"),
    "eventBasedGateway": Words("事件网关", "event-based gateway"),
}
#: how something waits -> words
KINDS = {
    "task": Words("人工办理", "a person"),
    "timer": Words("定时", "a time"),
    "job": Words("后台作业", "a background job"),
    "message": Words("消息", "a message"),
}
MOST_DIGITS = 18


def number(name: str) -> int:
    """A number of the address, 0 where there is none (or one that no row could have)."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0


def age() -> int:
    """The least age in days that the address asks for; one of those that are offered, else 0."""
    return days if (days := number("days")) in AGES else 0
