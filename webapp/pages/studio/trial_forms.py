"""The forms of a trial: how it begins, and each act. What is typed is read here and refused beside its field."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from engine import Words
from engine.trial import AT_ONCE, OPEN, OURS, REFERENCE, Act, Kind
from engine.values import Value
from webapp import moments
from webapp.errors import Incomplete
from webapp.feel_text import NotAValue, read
from webapp.services.trial_replay import Beginning

#: Units in which the clock is moved, in seconds.
UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
FARTHEST = timedelta(days=3_660)
LONGEST_NAME, LONGEST_AMOUNT = 200, 9
EARLIEST, LATEST = 1990, 2100

Form = Mapping[str, str]


def fingerprint(text: str) -> str:
    """By which a form tells whether a text is the one that it was made with; how lines end does not matter."""
    return hashlib.sha256("\n".join(text.split()).encode()).hexdigest()[:16]


def read_beginning(form: Form) -> Beginning:
    """How the trial begins. Raises Incomplete, naming the field."""
    core = form.get("core", OURS)
    return Beginning(
        process=form.get("process", ""),
        at=_moment(form.get("at", "")),
        core=core if core in (OURS, REFERENCE) else OURS,
        jobs=AT_ONCE if form.get("jobs") == AT_ONCE else OPEN,
        variables=read_variables(form.get("variables", ""), "variables"),
    )


def read_variables(text: str, field: str) -> dict[str, Value]:
    """Variables as typed: a FEEL context or a JSON object; nothing typed is no variable. Raises Incomplete."""
    if not text.strip():
        return {}
    if not text.lstrip().startswith("{"):
        raise Incomplete(field, _CONTEXT)
    try:
        value = read(text)
    except NotAValue as refused:
        raise Incomplete(field, refused.words) from refused
    if not isinstance(value, dict):
        raise Incomplete(field, _CONTEXT)
    return value


_CONTEXT = Words(
    '变量写在一对花括号里，例如 {"granted": true, "days": 3}。',
    'Variables stand in one pair of braces, for example {"granted": true, "days": 3}.',
)


def read_act(form: Form) -> Act:
    """The act that a form asks for. Raises Incomplete, naming the field."""
    kind = form.get("kind", "")
    if kind not in set(Kind):
        raise Incomplete("kind", Words("请选择要做什么。", "Choose what to do."))
    return _READ[Kind(kind)](form)


def _at(form: Form, kind: Kind, *, name: str = "", text: str = "", group: str = "") -> Act:
    """An act on something that is open, with the variables typed."""
    return Act(
        kind,
        instance=_number(form, "instance"),
        element=form.get("element", ""),
        place=_number(form, "place"),
        variables=read_variables(form.get("variables", ""), "variables"),
        name=name,
        text=text,
        group=group,
    )


def _complete(form: Form) -> Act:
    return _at(form, Kind.COMPLETE, group=form.get("group", "")[:LONGEST_NAME])


def _failed(form: Form) -> Act:
    return _at(form, Kind.FAILED, text=form.get("text", "").strip()[:LONGEST_NAME])


def _error(form: Form) -> Act:
    code = form.get("code", "").strip()[:LONGEST_NAME]
    if not code:
        raise Incomplete("code", Words("请填写错误代码。", "Enter the error's code."))
    return _at(form, Kind.ERROR, name=code)


def _message(form: Form) -> Act:
    key = form.get("key", "").strip()[:LONGEST_NAME] or None
    return Act(
        Kind.MESSAGE, name=_name(form), key=key, variables=read_variables(form.get("variables", ""), "variables")
    )


def _signal(form: Form) -> Act:
    return Act(Kind.SIGNAL, name=_name(form), variables=read_variables(form.get("variables", ""), "variables"))


def _advance(form: Form) -> Act:
    amount, unit = form.get("amount", "").strip(), UNITS.get(form.get("unit", ""), UNITS["hours"])
    is_short = len(amount) <= LONGEST_AMOUNT  # what is longer is too far in any unit, and is not even read
    if not amount.isdecimal() or (is_short and not int(amount)):
        raise Incomplete("amount", Words("请填写大于零的整数。", "Enter a whole number above zero."))
    seconds = int(amount) * unit if is_short else 0
    if not is_short or seconds > FARTHEST.total_seconds():
        raise Incomplete("amount", Words("一次最多前进十年。", "The clock moves by ten years at most."))
    return Act(Kind.ADVANCE, seconds=seconds)


def _set(form: Form) -> Act:
    instance, _, scope = form.get("scope", "").partition("-")
    variables = read_variables(form.get("variables", ""), "variables")
    if not variables:
        raise Incomplete("variables", Words("请填写要改的变量。", "Enter the variables to set."))
    if not (instance.isdecimal() and scope.isdecimal()):
        raise Incomplete("scope", Words("请选择作用域。", "Choose a scope."))
    return Act(Kind.SET, instance=int(instance), scope=int(scope), variables=variables)


def _of_a_limit(form: Form, kind: Kind, *, name: str = "", text: str = "") -> Act:
    """An act on the limit of an item, or on the joint limit."""
    key = form.get("key", "")[:LONGEST_NAME] or None
    return Act(kind, instance=_number(form, "instance"), key=key, name=name, text=text)


def _extend(form: Form) -> Act:
    reasons = form.get("text", "").strip()[:LONGEST_NAME]
    if not reasons:
        raise Incomplete("text", Words("申请延期应当说明理由。", "State the reasons for the extension."))
    return _of_a_limit(form, Kind.EXTEND, text=reasons)


_READ: Mapping[Kind, Callable[[Form], Act]] = {
    Kind.COMPLETE: _complete,
    Kind.JUMP: lambda form: Act(Kind.JUMP),
    Kind.ADVANCE: _advance,
    Kind.FIRE: lambda form: _at(form, Kind.FIRE),
    Kind.MESSAGE: _message,
    Kind.SIGNAL: _signal,
    Kind.DONE: lambda form: _at(form, Kind.DONE),
    Kind.FAILED: _failed,
    Kind.ERROR: _error,
    Kind.RETRY: lambda form: _at(form, Kind.RETRY),
    Kind.SKIP: lambda form: _at(form, Kind.SKIP),
    Kind.SET: _set,
    Kind.CANCEL: lambda form: Act(Kind.CANCEL, instance=_number(form, "instance")),
    Kind.EXTEND: _extend,
    Kind.AWAIT_DELIVERY: lambda form: _of_a_limit(form, Kind.AWAIT_DELIVERY, name=_name(form)),
    Kind.DELIVER: lambda form: _of_a_limit(form, Kind.DELIVER, name=_name(form)),
}


def _number(form: Form, field: str) -> int:
    text = form.get(field, "")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def _name(form: Form) -> str:
    name = form.get("name", "").strip()[:LONGEST_NAME]
    if not name:
        raise Incomplete("name", Words("请填写名称。", "Enter a name."))
    return name


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as unreadable:
        raise Incomplete(
            "at", Words("请填写开始的日期和时间。", "Enter the date and time of the beginning.")
        ) from unreadable
    if not EARLIEST <= at.year <= LATEST:
        raise Incomplete(
            "at", Words(f"年份应在 {EARLIEST} 至 {LATEST} 之间。", f"The year lies in {EARLIEST}–{LATEST}.")
        )
    return at.replace(tzinfo=moments.OFFICE_ZONE) if at.tzinfo is None else at
