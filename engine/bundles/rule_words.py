"""What people call a table of a place's rules: the names that stand in the file, and plain words for its sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.words import Words

#: The sections of a profile and of the rules of supervision. "": a level that people do not speak of.
_SECTIONS: Mapping[str, Words] = {
    "answer": Words("答复监察信号的期限", "time to answer a signal"),
    "appeal": Words("申诉监察信号的期限", "time to appeal against a signal"),
    "judge": Words("监察信号由谁裁定", "who judges signals"),
    "steps": Words("环节时限", "limits of steps"),
    "signals": Words("监察信号", "signals"),
    "office_hours": Words("办公时间", "office hours"),
    "levels": Words("批准层级", "levels that may grant"),
    "grounds": Words("理由的最低要求", "what reasons must say"),
    "arrangement": Words("部门分工", "division of the work"),
    "parameters": Words("", ""),
    "pauses": Words("暂停计时", "pauses of the clock"),
    "meetings": Words("联合会审", "joint meetings"),
    "kinds": Words("事项类型", "kinds of item"),
    "commitment": Words("告知承诺", "commitment"),
    "tolerance": Words("容缺受理", "acceptance with materials to follow"),
    "credit": Words("信用规则", "credit"),
    "handover": Words("审管衔接", "handover to supervision"),
    "verification": Words("事后核查", "verification"),
    "unified": Words("上级统一的事项目录", "the higher level's catalogue"),
}
#: What stands inside a section.
_PARTS: Mapping[str, Words] = {
    "items": Words("", ""),
    "kinds": Words("", ""),
    "findings": Words("", ""),
    "limits": Words("", ""),
    "phone": Words("手机签署", "signing on a phone"),
    "groups": Words("岗位", "posts"),
    "hand_up": Words("下级审查上报", "hand-up from the lower level"),
    "limit": Words("期限", "limit"),
    "check": Words("核对期限", "time to check"),
    "put_right": Words("至少给予的补齐时间", "least time to put right"),
    "late": Words("逾期的后果", "what comes of delay"),
    "force_majeure": Words("不可抗力顺延", "force majeure"),
    "bars": Words("限制", "bar"),
    "commitment": Words("告知承诺", "commitment"),
    "application": Words("提出申请", "applications"),
    "lasts": Words("记录存续时间", "how long the record counts"),
    "repair": Words("信用修复", "credit repair"),
    "officers": Words("办理人员", "officers"),
    "outcomes": Words("受理审查的结果", "outcomes of intake"),
    "silence": Words("逾期未答复", "silence"),
    "delivery-limit": Words("送达期限", "delivery limit"),
    "statutory": Words("法定办结时限", "statutory limit"),
    "promised": Words("承诺办结时限", "promised limit"),
    "separation": Words("审批与核查人员分离", "who granted does not verify"),
    "hearing": Words("听证", "hearing"),
    "facts": Words("比对的内容", "facts compared"),
    "licence": Words("行政许可", "licence"),
    "registration": Words("登记", "registration"),
    "filing": Words("备案", "filing"),
    "confirmation": Words("行政确认", "confirmation"),
    "public-service": Words("公共服务", "public service"),
    "examine": Words("审查", "examination"),
    "review": Words("审核", "review"),
    "decide": Words("决定", "ruling"),
    "hand-up": Words("上报", "hand-up"),
    "upper-review": Words("上级审核", "review above"),
}


def rule_name(path: tuple[str, ...], root: Mapping[str, Any]) -> Words:
    """The table at this path in words, section by section; a key that has neither name nor words stays as it is."""
    told = [one for one in _told(path, root) if one.zh]
    if not told:
        return Words(path[-1], path[-1])
    return Words(" · ".join(one.zh for one in told), ", ".join(one.en or one.zh for one in told))


def _told(path: tuple[str, ...], root: Mapping[str, Any]) -> Iterator[Words]:
    table: Any = root
    for depth, key in enumerate(path):
        table = table.get(key) if isinstance(table, Mapping) else None
        own = named(table) if isinstance(table, Mapping) else None
        yield own or (_PARTS if depth else _SECTIONS).get(key) or Words(key, key)


def named(table: Mapping[str, Any]) -> Words | None:
    """What a table says that it is called, in both languages."""
    name = table.get("name") or table.get("title")
    if isinstance(name, Mapping) and name and name.keys() <= {"zh", "en"}:
        return Words(str(name.get("zh", "")), str(name.get("en", "")))
    return None
