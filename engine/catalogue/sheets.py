"""The catalogue as tables: which records it has, which columns each has, and where in the files a value stands.

The same tables are the editor's forms, the spreadsheet and the JSON of an import, so nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.catalogue.toml_edit import Path, TomlValue
from engine.words import Words

#: What of the office a column names, by key or by name.
DEPARTMENTS, POSTS = "departments", "posts"
BUNDLE_FILE, ENGLISH_FILE = "bundle.toml", "texts/en.toml"


class Kind(StrEnum):
    """What a cell holds."""

    KEY = "key"  # letters, digits, - and _; it stays when texts change
    TEXT = "text"
    LONG = "long"  # a text of several sentences
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    FLAG = "flag"
    SOURCE = "source"  # a legal source: a key of [basis], or its text
    SOURCES = "sources"
    CONDITION = "condition"  # FEEL over the answers


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `path` leads from the record's table to the value ("*": the record's own key).

    `english_of`: it is the English of this column. `default`: what a value that is not there means. `limit`: it is a
    part of the limit of this name, whose value, unit and basis stand and fall together. `names`: the table of which a
    key is named here; `office`: what of the office is.
    """

    key: str
    label: Words
    kind: Kind
    path: Path = ()
    required: bool = False
    choices: Mapping[str, Words] = field(default_factory=dict)
    english_of: str = ""
    default: TomlValue | None = None
    limit: str = ""
    names: str = ""
    office: str = ""
    hint: Words = field(default=Words("", ""))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; its first columns, as many as `own`, are the record's keys."""

    key: str
    label: Words
    columns: tuple[Column, ...]
    own: int = 1

    @property
    def key_columns(self) -> tuple[Column, ...]:
        return self.columns[: self.own]

    @property
    def value_columns(self) -> tuple[Column, ...]:
        return self.columns[self.own :]

    def column(self, key: str) -> Column:
        """Raises KeyError."""
        found = next((column for column in self.columns if column.key == key), None)
        if found is None:
            raise KeyError(key)
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its file, its table there, and what texts/<language>.toml calls it."""

    file: str
    path: Path
    element: str


KINDS = {
    "licence": Words("行政许可", "licence"),
    "registration": Words("登记", "registration"),
    "filing": Words("备案", "filing"),
    "confirmation": Words("行政确认", "confirmation"),
    "public-service": Words("公共服务", "public service"),
}
UNITS = {
    "working_days": Words("工作日", "working days"),
    "calendar_days": Words("自然日", "calendar days"),
    "months": Words("月", "months"),
}
QUESTION_KINDS = {
    "one": Words("单选", "one answer"),
    "many": Words("多选", "several answers"),
    "yes-no": Words("是非", "yes or no"),
}
SOURCES = {
    "applicant": Words("申请人自备", "applicant"),
    "government": Words("政府核发", "government"),
    "shared-data": Words("数据共享", "shared data"),
    "form": Words("由申请表生成", "made from the form"),
    "visit": Words("到场时出示", "shown at the visit"),
}
FORMS = {
    "original-returned": Words("原件核对后退回", "original, returned"),
    "copy": Words("复印件", "copy"),
    "e-licence": Words("电子证照", "electronic licence"),
    "exempt": Words("免提交", "exempt"),
}
_CONDITION_HINT = Words(
    "FEEL 条件，例如 class_ii = true；留空表示总是。", "A FEEL condition, such as class_ii = true; empty: always."
)
_KEY_HINT = Words(
    "字母、数字、短横或下划线；以后文字改了，它不变。", "Letters, digits, - or _; it stays when the text changes."
)


def _limit(name: str, label: Words, path: Path, *, required: bool = False) -> tuple[Column, ...]:
    return (
        Column(f"{name}_value", label, Kind.NUMBER, (*path, "value"), required, limit=name),
        Column(
            f"{name}_unit",
            Words(f"{label.zh}单位", f"{label.en}: unit"),
            Kind.CHOICE,
            (*path, "unit"),
            required,
            UNITS,
            limit=name,
        ),
        Column(
            f"{name}_basis",
            Words(f"{label.zh}依据", f"{label.en}: basis"),
            Kind.SOURCE,
            (*path, "basis"),
            required,
            limit=name,
            names="basis",
        ),
    )


def _english(of: str, label: Words, kind: Kind = Kind.TEXT) -> Column:
    return Column(f"{of}_en", Words(f"{label.zh}（英文）", f"{label.en} (English)"), kind, english_of=of)


def _post(part: str, label: Words, hint: Words) -> Column:
    return Column(f"{part}_post", label, Kind.TEXT, ("groups", part), office=POSTS, hint=hint)


_LATER = Words("发布前要选好。", "Needed for publishing.")
#: The parts of an item's work, each with the post that does it.
_POSTS = (
    ("intake", Words("受理岗位", "Post that accepts"), _LATER),
    ("review", Words("审查岗位", "Post that reviews"), _LATER),
    (
        "decide",
        Words("决定岗位", "Post that rules"),
        Words("须是决定部门的岗位；发布前要选好。", "A post of the department that decides; needed for publishing."),
    ),
    ("verify", Words("事后核查岗位", "Post that verifies"), _LATER),
)
_NAME = Words("名称", "Name")
_ITEM, _SITUATION = Words("事项", "Item"), Words("情形", "Situation")
_QUESTION, _OPTION = Words("问题", "Question"), Words("选项", "Option")
_MATERIAL, _SOURCE = Words("材料", "Material"), Words("依据", "Legal source")

ITEMS = Sheet(
    "items",
    Words("事项", "Items"),
    (
        Column("item", Words("事项编号", "Item key"), Kind.KEY, required=True, hint=_KEY_HINT),
        Column("code", Words("事项编码", "Item code"), Kind.TEXT, ("code",), required=True),
        Column("name", Words("事项名称", "Item name"), Kind.TEXT, ("name",), required=True),
        _english("name", Words("事项名称", "Item name")),
        Column("kind", Words("事项类型", "Kind"), Kind.CHOICE, ("kind",), required=True, choices=KINDS),
        Column(
            "department",
            Words("决定部门", "Deciding department"),
            Kind.TEXT,
            ("department",),
            required=True,
            office=DEPARTMENTS,
        ),
        Column(
            "supervised_by",
            Words("监管部门", "Supervising department"),
            Kind.TEXT,
            ("supervised_by",),
            office=DEPARTMENTS,
            hint=Words("新事项留空：由决定部门监管。", "Left empty of a new item: the department that decides."),
        ),
        *(_post(key, label, hint) for key, label, hint in _POSTS),
        Column("basis", Words("设定依据", "Basis"), Kind.SOURCES, ("basis",), required=True, names="basis"),
        Column(
            "refusal_basis",
            Words("不予办理的依据", "Basis of a refusal"),
            Kind.SOURCE,
            ("refusal_basis",),
            names="basis",
            hint=_LATER,
        ),
        *_limit("statutory", Words("法定时限", "Statutory limit"), ("limits", "statutory")),
        *_limit("promised", Words("承诺时限", "Promised limit"), ("limits", "promised"), required=True),
        Column(
            "applies",
            Words("何时适用", "When it applies"),
            Kind.CONDITION,
            ("applies",),
            hint=Words(
                "选填的 FEEL 条件，用来核对情形：适用的，每种回答都恰有一种情形。总是适用的写 true。",
                "Optional FEEL condition, held against the situations: where it applies, exactly one holds whatever is"
                " answered. Write true where it always does.",
            ),
        ),
    ),
)
SITUATIONS = Sheet(
    "situations",
    Words("情形", "Situations"),
    (
        Column("item", Words("事项编号", "Item key"), Kind.KEY, required=True, names="items"),
        Column("situation", Words("情形键", "Situation key"), Kind.KEY, required=True, hint=_KEY_HINT),
        Column("name", Words("情形名称", "Situation"), Kind.TEXT, ("name",), required=True),
        _english("name", Words("情形名称", "Situation")),
        Column(
            "when",
            Words("成立条件", "Holds when"),
            Kind.CONDITION,
            ("when",),
            required=True,
            hint=Words("FEEL 条件，例如 class_ii = true。", "A FEEL condition, such as class_ii = true."),
        ),
    ),
    own=2,
)
QUESTIONS = Sheet(
    "questions",
    Words("问题", "Questions"),
    (
        Column("question", Words("问题键", "Question key"), Kind.KEY, required=True, hint=_KEY_HINT),
        Column("text", Words("问题", "Question"), Kind.TEXT, ("text",), required=True),
        _english("text", Words("问题", "Question")),
        Column("hint", Words("说明", "Hint"), Kind.LONG, ("hint",)),
        _english("hint", Words("说明", "Hint"), Kind.LONG),
        Column("kind", Words("回答方式", "Answers"), Kind.CHOICE, ("kind",), required=True, choices=QUESTION_KINDS),
        Column("when", Words("何时提问", "Asked when"), Kind.CONDITION, ("when",), hint=_CONDITION_HINT),
    ),
)
OPTIONS = Sheet(
    "options",
    Words("选项", "Options"),
    (
        Column("question", Words("问题键", "Question key"), Kind.KEY, required=True, names="questions"),
        Column("option", Words("选项值", "Option value"), Kind.KEY, required=True, hint=_KEY_HINT),
        Column("label", Words("选项文字", "Option"), Kind.TEXT, ("*",), required=True),
        _english("label", Words("选项文字", "Option")),
    ),
    own=2,
)
MATERIALS = Sheet(
    "materials",
    Words("材料", "Materials"),
    (
        Column("material", Words("材料键", "Material key"), Kind.KEY, required=True, hint=_KEY_HINT),
        Column("name", Words("材料名称", "Material"), Kind.TEXT, ("name",), required=True),
        _english("name", Words("材料名称", "Material")),
        Column("source", Words("来源", "Source"), Kind.CHOICE, ("source",), required=True, choices=SOURCES),
        Column("forms", Words("形式", "Accepted as"), Kind.CHOICES, ("forms",), required=True, choices=FORMS),
        Column("copies", Words("份数", "Copies"), Kind.NUMBER, ("copies",), default=1),
        Column("result_of", Words("是哪个事项的结果", "Result of the item"), Kind.KEY, ("result_of",), names="items"),
        Column("exempt_reason", Words("免提交理由", "Why it is exempt"), Kind.LONG, ("exempt_reason",)),
        _english("exempt_reason", Words("免提交理由", "Why it is exempt"), Kind.LONG),
    ),
)
REQUIREMENTS = Sheet(
    "requirements",
    Words("材料要求", "Requirements"),
    (
        Column("material", Words("材料键", "Material key"), Kind.KEY, required=True, names="materials"),
        Column("item", Words("事项编号", "Item key"), Kind.KEY, required=True, names="items"),
        Column("basis", Words("依据", "Basis"), Kind.SOURCE, ("basis",), required=True, names="basis"),
        Column("when", Words("何时需要", "Required when"), Kind.CONDITION, ("when",), hint=_CONDITION_HINT),
        Column("main", Words("主要材料", "Main material"), Kind.FLAG, ("main",), default=True),
        *_limit("tolerance", Words("容缺期限", "May follow within"), ("tolerance",)),
    ),
    own=2,
)
LEGAL_SOURCES = Sheet(
    "basis",
    Words("依据", "Legal sources"),
    (
        Column("source", Words("依据键", "Source key"), Kind.KEY, required=True, hint=_KEY_HINT),
        Column("text", Words("法律名称和条款", "Law and article"), Kind.TEXT, ("*",), required=True),
        _english("text", Words("法律名称和条款", "Law and article")),
    ),
)
SHEETS: Mapping[str, Sheet] = {
    sheet.key: sheet for sheet in (LEGAL_SOURCES, QUESTIONS, OPTIONS, ITEMS, SITUATIONS, MATERIALS, REQUIREMENTS)
}


def place_of(sheet: Sheet, keys: Sequence[str]) -> Place:
    """Where the record with these keys stands."""
    first, last = keys[0], keys[-1]
    match sheet.key:
        case "items":
            return Place(f"items/{first}.toml", (), "item")
        case "situations":
            return Place(f"items/{first}.toml", ("situations", last), f"situations.{last}")
        case "questions":
            return Place(BUNDLE_FILE, ("questions", first), f"questions.{first}")
        case "options":
            return Place(BUNDLE_FILE, ("questions", first, "options"), f"questions.{first}.options")
        case "materials":
            return Place(BUNDLE_FILE, ("materials", first), f"materials.{first}")
        case "requirements":
            path = ("materials", first, "required", last)
            return Place(BUNDLE_FILE, path, ".".join(path))
        case _:
            return Place(BUNDLE_FILE, ("basis",), "basis")


def path_of(sheet: Sheet, column: Column, keys: Sequence[str]) -> tuple[str, Path]:
    """(file, path) of a column's value; that of an English one is in the file of texts."""
    place = place_of(sheet, keys)
    if column.english_of:
        attribute = sheet.column(column.english_of).path[-1]
        return ENGLISH_FILE, (place.file, f"{place.element}.{keys[-1] if attribute == '*' else attribute}")
    return place.file, (*place.path, *(keys[-1] if key == "*" else key for key in column.path))
