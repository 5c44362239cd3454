"""Reading TOML tables with every fault named: the file goes on being read after the first one.

A `Table` hands out typed values. What is missing or of the wrong type becomes a finding and a neutral
value; `finish()` names the keys that nobody asked for, since a misspelt key must not pass in silence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.errors import DefinitionInvalid
from engine.findings import Report
from engine.words import Words

UNITS = ("working_days", "calendar_days", "months")
NOBODY = Words("", "")


@dataclass
class Table:
    """One TOML table of a file; `path` is the dotted path that findings name."""

    report: Report
    path: str
    content: dict[str, Any]
    asked: set[str] = field(default_factory=set)

    def __contains__(self, key: str) -> bool:
        return key in self.content

    def at(self, key: str) -> str:
        """The dotted path of a key of this table."""
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = None, *, required: bool = True) -> Any:
        """The value of `key` if it is of `kind`, else a finding and `default`."""
        self.asked.add(key)
        if key not in self.content:
            if required:
                self.report.error(
                    "missing-key",
                    self.at(key),
                    Words(f"缺少“{key}”。", f"“{key}” is missing."),
                    Words("补上这一项。", "Add it."),
                )
            return default
        value = self.content[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and not _takes_bool(kind)):
            self.wrong(key, Words("类型不对。", "It has the wrong type."))
            return default
        return value

    def wrong(self, key: str, reason: Words) -> None:
        self.report.error(
            "wrong-value",
            self.at(key),
            Words(f"“{key}”的值不可用：{reason.zh}", f"The value of “{key}” cannot be used: {reason.en}"),
            Words("改正这个值。", "Correct the value."),
        )

    def text(self, key: str, default: str = "", *, required: bool = True) -> str:
        value: str = self.take(key, str, default, required=required)
        if required and key in self.content and isinstance(self.content[key], str) and not value.strip():
            self.wrong(key, Words("不能为空。", "It is empty."))
        return value

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        """A text that is one of `choices`; the first of them after a finding."""
        value = self.text(key, default or "", required=default is None)
        if value in choices:
            return value
        if value:
            listed = ", ".join(choices)
            self.wrong(key, Words(f"只能是：{listed}。", f"It must be one of: {listed}."))
        return default if default is not None else next(iter(choices))

    def integer(self, key: str, *, least: int = 0, default: int | None = None) -> int:
        value: int = self.take(key, int, max(default or 0, least), required=default is None)
        if value < least:
            self.wrong(key, Words(f"不能小于{least}。", f"It is less than {least}."))
            return least
        return value

    def boolean(self, key: str, default: bool | None = None) -> bool:
        value: bool = self.take(key, bool, bool(default), required=default is None)
        return value

    def day(self, key: str) -> date:
        value = self.take(key, date, date.min)
        if isinstance(value, datetime):
            self.wrong(key, Words("应为日期，不带时间。", "It must be a date without a time."))
            return date.min
        return value if isinstance(value, date) else date.min

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts."""
        values = self.take(key, list, [], required=required)
        if any(not isinstance(value, str) for value in values):
            self.wrong(key, Words("应为文字列表。", "It must be a list of texts."))
            return ()
        return tuple(values)

    def basis(self) -> Words:
        """The law and article on which the table stands; without them the error `limit-without-basis`."""
        given = self.content.get("basis")
        if isinstance(given, dict) and str(given.get("zh", "")).strip():
            return self.words("basis")
        self.asked.add("basis")
        without_basis(self.report, self.path)
        return NOBODY

    def words(self, key: str, *, required: bool = True) -> Words:
        """A text written in place in both languages: `{ zh = "…", en = "…" }`."""
        table = self.table(key, required=required)
        if table is None:
            return NOBODY
        words = Words(table.text("zh"), table.text("en"))
        table.finish()
        return words

    def table(self, key: str, *, required: bool = True) -> Table | None:
        content = self.take(key, dict, None, required=required)
        return None if content is None else Table(self.report, self.at(key), content)

    def tables(self, key: str, *, required: bool = False) -> Iterator[tuple[str, Table]]:
        """The tables of a table of tables, in the order of the file: `[key.<name>]`."""
        outer = self.table(key, required=required)
        if outer is None:
            return
        for name in outer.content:
            inner = outer.table(name)
            if inner is not None:
                yield name, inner

    def rows(self, key: str) -> Iterator[Table]:
        """The rows of an array of tables: `[[key]]`."""
        for number, row in enumerate(self.take(key, list, [], required=False), start=1):
            path = f"{self.at(key)}[{number}]"
            if isinstance(row, dict):
                yield Table(self.report, path, row)
            else:
                self.wrong(key, Words("应为表的列表。", "It must be an array of tables."))

    def finish(self) -> None:
        """Names every key that nothing has asked for."""
        for key in self.content:
            if key not in self.asked:
                self.report.error(
                    "unknown-key",
                    self.at(key),
                    Words(f"不认识“{key}”。", f"“{key}” is not known here."),
                    Words("检查拼写，或者删去。", "Check the spelling, or remove it."),
                )


def _takes_bool(kind: type | tuple[type, ...]) -> bool:
    return bool in kind if isinstance(kind, tuple) else kind is bool


def read_toml(content: bytes, report: Report) -> Table:
    """The root table of a file. Raises DefinitionInvalid (with the line) when it is no TOML."""
    try:
        text = content.decode("utf-8")
        return Table(report, "", tomllib.loads(text))
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        message = Words(f"文件第 {line} 行不是 UTF-8 编码的文字。", f"Line {line} of the file is no text in UTF-8.")
        remedy = Words("按 UTF-8 编码另存此文件。", "Save the file in the encoding UTF-8.")
        report.error("not-toml", "", message, remedy, line)
        raise DefinitionInvalid(report.findings) from fault
    except tomllib.TOMLDecodeError as fault:
        report.error("not-toml", "", *_misplaced(text, str(fault)))
        raise DefinitionInvalid(report.findings) from fault


#: How tomllib ends its messages.
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\Z")
#: What TOML consists of, as far as it can be left open: comments, texts of several lines and of one, brackets.
_PARTS = re.compile(
    r'''#[^\n]*|"""(?:\\.|(?!""").)*(?P<ended>""")?|\'{3}(?:(?!\'{3}).)*(?P<plain>\'{3})?'''
    r"""|"(?:\\.|[^"\\\n])*"?|\'[^\'\n]*\'?|[\[{]|[\]}]""",
    re.DOTALL,
)


def _misplaced(text: str, fault: str) -> tuple[Words, Words, int]:
    """What to say of a fault of tomllib: message, remedy and line.

    What is not closed is found at the end of the document alone: the line told is then where it begins.
    """
    place = _PLACE.search(fault)
    said = fault[: place.start()] if place else fault
    if place and place[1]:
        line = int(place[1])
        message = Words(
            f"文件不是有效的 TOML（第 {line} 行第 {place[2]} 列）：{said}",
            f"The file is not valid TOML (line {line}, column {place[2]}): {said}",
        )
        return message, Words("改正这一行。", "Correct that line."), line
    line = _left_open(text)
    message = Words(
        f"文件不是有效的 TOML：第 {line} 行开始的内容到文件末尾也没有结束（{said}）",
        f"The file is not valid TOML: what begins at line {line} does not end before the file does ({said})",
    )
    remedy = Words(
        "补全它，例如结束的引号或括号。", "Complete it, for example by the quotation marks or bracket that end it."
    )
    return message, remedy, line


def _left_open(text: str) -> int:
    """The line at which begins what the end of the document cuts off: a text, the outermost bracket, else the end."""
    opened: list[int] = []
    for part in _PARTS.finditer(text):
        said = part[0]
        if said.startswith(('"""', "'''")) and not (part["ended"] or part["plain"]):
            opened = opened or [part.start()]
            break
        if said in ("[", "{"):
            opened.append(part.start())
        elif said in ("]", "}") and opened:
            opened.pop()
    return text.count("\n", 0, opened[0] if opened else len(text.rstrip())) + 1


def without_basis(report: Report, element: str, code: str = "limit-without-basis") -> None:
    """What is asked or counted without law and article is not publishable."""
    report.error(
        code,
        element,
        Words("没有写明法律依据。", "No legal basis is named."),
        Words("写明法律名称和条款。", "Name the law and the article."),
    )


def without_unit(report: Report, element: str) -> None:
    """A number of days that does not say which days."""
    report.error(
        "limit-without-unit",
        element,
        Words("期限没有单位（工作日、自然日或者月）。", "The limit does not say which days (or months)."),
        Words("写明working_days、calendar_days或months。", "Write working_days, calendar_days or months."),
    )
