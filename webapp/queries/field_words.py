"""What the studio calls kinds and formats of form fields."""

from __future__ import annotations

from engine import Words
from engine.forms import Field

#: Kinds of components that take an answer.
KINDS = {
    "textfield": Words("单行文本", "text"),
    "textarea": Words("多行文本", "long text"),
    "number": Words("数字", "number"),
    "datetime": Words("日期时间", "date, time"),
    "checkbox": Words("勾选", "tick"),
    "radio": Words("单选", "one of several"),
    "select": Words("下拉", "one of a list"),
    "checklist": Words("多选", "several"),
    "taglist": Words("标签多选", "several of a list"),
    "filepicker": Words("文件", "files"),
}
#: Formats of text fields whose answers are checked (docs/forms.md).
FORMATS = {
    "id-number": Words("身份证号码", "ID number"),
    "uscc": Words("统一社会信用代码", "unified social credit code"),
    "mobile": Words("手机号码", "mobile number"),
    "email": Words("电子邮箱", "email address"),
    "phone": Words("电话号码", "telephone number"),
}


def field_kind(field: Field) -> Words:
    """What is to be entered: the format where the field has one, else its kind; as the form says it where there is
    no word for it."""
    return FORMATS.get(field.format or "") or KINDS.get(field.type, Words(field.type, field.type))
