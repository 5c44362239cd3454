"""Words of a trial: acts, the clock, the cores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from flask_babel import gettext, ngettext

from engine import Words
from engine.bundles import known_steps
from engine.trial import AT_ONCE, OPEN, OURS, REFERENCE, Act, Kind
from engine.values import ClockMark
from webapp import moments
from webapp.languages import language
from webapp.pages.studio.trial_forms import UNITS
from webapp.pages.support import when, words
from webapp.queries.trial_clocks import clock_name

CORES: Mapping[str, Words] = {
    OURS: Words("一窗引擎", "One Window engine"),
    REFERENCE: Words("参考核 SpiffWorkflow", "reference core SpiffWorkflow"),
}
JOBS: Mapping[str, Words] = {
    OPEN: Words("停下来，由我填写结果", "stop, I give the outcomes"),
    AT_ONCE: Words("立即完成，没有结果", "done at once, with no result"),
}
WEEKDAYS = (
    Words("周一", "Mon"),
    Words("周二", "Tue"),
    Words("周三", "Wed"),
    Words("周四", "Thu"),
    Words("周五", "Fri"),
    Words("周六", "Sat"),
    Words("周日", "Sun"),
)


def clock_words(at: datetime) -> str:
    """A moment with its year and weekday, in the office's zone."""
    return f"{moments.shown(at)}:{moments.local(at):%S} {words(WEEKDAYS[moments.local(at).weekday()])}"


def moment_words(at: datetime) -> str:
    """A moment to the second: in a trial seconds count."""
    return f"{when(at)}:{moments.local(at):%S}"


def mark_words(mark: ClockMark) -> str:
    """A mark of a legal clock that a timer waits for."""
    name = words(clock_name(mark.clock))
    if mark.mark == "100%":
        return gettext("%(clock)s届满", clock=name)
    if mark.mark == "-1":
        return gettext("%(clock)s届满前一天", clock=name)
    return gettext("%(clock)s过去 %(mark)s", clock=name, mark=mark.mark)


def act_words(act: Act, name: Words, item: Words | None = None) -> str:
    """What was done; `name` is that of the act's element, `item` that of the item whose process it is in."""
    said = _SAID[act.kind](act, words(name))
    if item is None or item.zh == name.zh:
        return said
    return gettext("%(act)s（%(item)s）", act=said, item=words(item))


def _advanced(act: Act, _: str) -> str:
    unit = next((key for key in ("days", "hours", "minutes") if act.seconds % UNITS[key] == 0), "seconds")
    said = {
        "days": lambda count: ngettext("时钟前进 %(count)s 天", "时钟前进 %(count)s 天", count, count=count),
        "hours": lambda count: ngettext("时钟前进 %(count)s 小时", "时钟前进 %(count)s 小时", count, count=count),
        "minutes": lambda count: ngettext("时钟前进 %(count)s 分钟", "时钟前进 %(count)s 分钟", count, count=count),
        "seconds": lambda count: ngettext("时钟前进 %(count)s 秒", "时钟前进 %(count)s 秒", count, count=count),
    }
    return said[unit](act.seconds // UNITS[unit])


_SAID: Mapping[Kind, Callable[[Act, str], str]] = {
    Kind.COMPLETE: lambda act, name: gettext("办结“%(name)s”", name=name),
    Kind.JUMP: lambda act, name: gettext("时钟走到下一个定时器"),
    Kind.ADVANCE: _advanced,
    Kind.FIRE: lambda act, name: gettext("触发定时器“%(name)s”", name=name),
    Kind.MESSAGE: lambda act, name: gettext("发消息“%(name)s”", name=act.name),
    Kind.SIGNAL: lambda act, name: gettext("发信号“%(name)s”", name=act.name),
    Kind.DONE: lambda act, name: gettext("后台作业“%(name)s”完成", name=name),
    Kind.FAILED: lambda act, name: gettext("后台作业“%(name)s”失败", name=name),
    Kind.ERROR: lambda act, name: gettext("后台作业“%(name)s”报错误 %(code)s", name=name, code=act.name),
    Kind.RETRY: lambda act, name: gettext("重试“%(name)s”", name=name),
    Kind.SKIP: lambda act, name: gettext("跳过“%(name)s”", name=name),
    Kind.SET: lambda act, name: gettext("修改变量"),
    Kind.CANCEL: lambda act, name: gettext("终止第 %(number)s 个流程实例", number=act.instance),
    Kind.EXTEND: lambda act, name: gettext("延长“%(name)s”的期限", name=name),
    Kind.AWAIT_DELIVERY: lambda act, name: gettext(
        "“%(name)s”的文书另行盖章，%(clock)s待送达后起算", name=name, clock=words(clock_name(act.name))
    ),
    Kind.DELIVER: lambda act, name: gettext(
        "登记“%(name)s”的文书送达，计算%(clock)s", name=name, clock=words(clock_name(act.name))
    ),
}


#: Properties of a user task that the office reads, by what they are called.
_PROPERTIES: Mapping[str, Words] = {
    "returns": Words("可退回到", "May be sent back to"),
    "separate": Words("职责分离", "Duties kept apart"),
    "participants": Words("办理人数", "Participants"),
}
_WINDOW = Words("收件的窗口", "the window that received it")
_SEPARATED: Mapping[str, Words] = {
    "two-persons": Words("由不同的人签字", "signed by different people"),
    "no-relatives": Words("先问是否涉及本人或亲属", "asked first whether an own or a relative's matter is at stake"),
}


def property_words(name: str, text: str, called: Callable[[str], Words]) -> tuple[str, str]:
    """A property of a user task and what it says, in words; as the diagram has it where there are none.

    `called`: what an element of its process is called.
    """
    label = _PROPERTIES.get(name)
    if label is None:
        return name, text
    if name == "participants":
        return words(label), text
    told = text.replace(",", " ").split()
    if name == "returns":
        return words(label), _listed(_WINDOW if one == "window" else called(one) for one in told)
    return words(label), "；".join(_separated(told)) if language() == "zh" else "; ".join(_separated(told))


def _separated(told: Sequence[str]) -> Iterator[str]:
    steps = known_steps()
    apart = [one.removeprefix("not:") for one in told if one.startswith("not:")]
    if apart:
        named = _listed(steps[one].name if one in steps else Words(one, one) for one in apart)
        yield words(Words(f"经办过这些环节的人不办：{named}", f"not by who did {named}"))
    for one in told:
        if not one.startswith("not:"):
            yield words(_SEPARATED.get(one, Words(one, one)))


def _listed(several: Iterable[Words]) -> str:
    return ("、" if language() == "zh" else ", ").join(words(one) for one in several)
