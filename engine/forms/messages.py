"""What is wrong with an answer, in words for the person who gave it."""

from __future__ import annotations

from decimal import Decimal

from engine.forms.model import Field
from engine.words import Words, numbered

_CHOSEN = frozenset({"radio", "select", "checklist", "taglist", "datetime"})


def _name(field: Field) -> tuple[str, str]:
    return field.label.zh, field.label.en or field.label.zh


def missing(field: Field) -> Words:
    zh, en = _name(field)
    if field.type == "checkbox":
        return Words(f"请勾选“{zh}”。", f"Tick “{en}”.")
    if field.type in _CHOSEN:
        return Words(f"请选择“{zh}”。", f"Choose “{en}”.")
    if field.type == "filepicker":
        return Words(f"请上传“{zh}”。", f"Upload “{en}”.")
    return Words(f"请填写“{zh}”。", f"Enter “{en}”.")


def not_born_yet(field: Field) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”中的出生日期晚于今天。", f"The date of birth in “{en}” lies after today.")


def off_step(field: Field, below: Decimal, above: Decimal) -> Words:
    zh, en = _name(field)
    return Words(
        f"“{zh}”不能是这个数值，最接近的可用数值是{below:f}和{above:f}。",
        f"“{en}” cannot have this value; the nearest that it can have are {below:f} and {above:f}.",
    )


def off_interval(field: Field) -> Words:
    zh, en = _name(field)
    return Words(
        f"“{zh}”的时间应为{field.interval}分钟的整数倍。",
        f"The time in “{en}” must be on a step of {field.interval} minutes.",
    )


def too_many_files(field: Field, most: int) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”最多{most}个文件。", f"“{en}” takes {numbered(most, 'file')} at most.")


def not_accepted(field: Field, name: str) -> Words:
    zh, en = _name(field)
    return Words(
        f"“{zh}”不接受文件“{name}”，可用：{field.accept}。",
        f"“{en}” does not take the file “{name}”; it takes {field.accept}.",
    )


def too_many_rows(label: Words, most: int) -> Words:
    return Words(f"“{label.zh}”最多{most}行。", f"“{label.en or label.zh}” has {most} rows at most.")


def not_worked_out(key: str) -> Words:
    return Words(
        f"“{key}”的规则按现有答案无法算完，请核对。",
        f"The rules of “{key}” take too long over these answers; check them.",
    )


def no_number(field: Field) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”应为数字。", f"“{en}” must be a number.")


def too_many_decimals(field: Field) -> Words:
    zh, en = _name(field)
    if not field.decimals:
        return Words(f"“{zh}”应为整数。", f"“{en}” must be a whole number.")
    return Words(
        f"“{zh}”最多保留{field.decimals}位小数。",
        f"“{en}” has at most {field.decimals} places after the point.",
    )


def too_small(field: Field, least: Decimal) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”不能小于{least:f}。", f"“{en}” must be {least:f} or more.")


def too_large(field: Field, most: Decimal) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”不能大于{most:f}。", f"“{en}” must be {most:f} or less.")


def too_short(field: Field, least: int) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”至少填写{least}个字。", f"“{en}” needs at least {least} characters.")


def too_long(field: Field, most: int) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”不能超过{most}个字。", f"“{en}” must have at most {most} characters.")


def not_offered(field: Field) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”只能从列出的选项中选择。", f"“{en}” must be one of the choices listed.")


def not_as_expected(field: Field) -> Words:
    if field.pattern_words is not None:
        return field.pattern_words
    zh, en = _name(field)
    return Words(f"“{zh}”的格式不对。", f"“{en}” does not have the expected form.")


def unusable_character(field: Field) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”含有不能使用的字符。", f"“{en}” contains characters that cannot be used.")


def no_date(field: Field) -> Words:
    zh, en = _name(field)
    example = {"time": "09:30", "datetime": "2026-03-05 09:30"}.get(field.subtype, "2026-03-05")
    return Words(f"“{zh}”应写成 {example} 这样。", f"Write “{en}” like {example}.")


def in_the_past(field: Field) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”不能是过去的日期。", f"“{en}” must not lie in the past.")


def no_email(field: Field) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”应为电子邮箱地址。", f"“{en}” must be an e-mail address.")


def no_telephone(field: Field) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”应为电话号码。", f"“{en}” must be a telephone number.")


def wrong_kind(field: Field) -> Words:
    zh, en = _name(field)
    return Words(f"“{zh}”的值类型不对。", f"“{en}” has a value of the wrong kind.")


def no_such_field(key: str) -> Words:
    return Words(f"表单中没有“{key}”这一项。", f"The form has no field “{key}”.")
