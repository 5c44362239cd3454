"""An account of how a file of whatever dialect is read: what it was made with, and of each name what becomes of it.

It is told from the very tables that the reading goes by, so that it cannot say otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from engine.bpmn.dialects import DIALECTS, TOOLS, foreign, language_of, said_on
from engine.bpmn.dialects.meanings import HARMLESS, MISPLACED, meaning_of
from engine.bpmn.dialects.reading import Fate, Standing, standing
from engine.bpmn.language import FEEL, JUEL, PYTHON, named
from engine.bpmn.wording import Reporter
from engine.bpmn.xmlread import BPMN, local_name, read_xml
from engine.words import Words

_EXPORTER, _PLATFORM = "exporter", "executionPlatform"


class Reading(StrEnum):
    """What becomes of a name."""

    READ = "read"
    WITHOUT_EFFECT = "without-effect"
    UNKNOWN = "unknown"
    OTHERWISE = "otherwise"  # it runs otherwise than its author may expect
    NOT_RUN = "not-run"  # the file cannot be published with it


@dataclass(frozen=True, slots=True)
class NameRead:
    """A name as people write it ("camunda:assignee"), on which kinds of element it stands and how often altogether."""

    shown: str
    places: tuple[str, ...]
    times: int
    reading: Reading
    meaning: Words


@dataclass(frozen=True, slots=True)
class DialectRead:
    """One dialect of a file. `ways`: what is done otherwise than plain BPMN says wherever its namespace is declared."""

    prefix: str
    name: Words
    ways: tuple[Words, ...]
    names: tuple[NameRead, ...]

    def of(self, reading: Reading) -> tuple[NameRead, ...]:
        """The names of which this becomes."""
        return tuple(one for one in self.names if one.reading is reading)


@dataclass(frozen=True, slots=True)
class FileRead:
    """How a file was read. `made_with`: the modeller that it names, "" none. `unread`: namespaces of nobody here.

    `has_picture`: it has shapes of its own; without them it is laid out to be looked at."""

    file: str
    made_with: str
    dialects: tuple[DialectRead, ...]
    language: Words
    unread: tuple[str, ...]
    has_picture: bool

    @property
    def is_plain(self) -> bool:
        """No dialect says anything in it."""
        return {one.prefix for one in self.dialects} <= {PLAIN_BPMN}

    @property
    def is_ours(self) -> bool:
        """It is of the dialect that the office's own modeller writes, and everything is read."""
        return (
            {one.prefix for one in self.dialects} <= {"zeebe"}
            and not self.unread
            and not any(
                one.reading in (Reading.NOT_RUN, Reading.OTHERWISE, Reading.UNKNOWN)
                for each in self.dialects
                for one in each.names
            )
        )


PLAIN_BPMN = "plain"
NAMES: Mapping[str, Words] = {
    PLAIN_BPMN: Words("通用 BPMN 2.0", "plain BPMN 2.0"),
    "zeebe": Words("Camunda 8（Zeebe）", "Camunda 8 (Zeebe)"),
    "camunda": Words("Camunda 7", "Camunda 7"),
    "activiti": Words("Activiti", "Activiti"),
    "flowable": Words("Flowable", "Flowable"),
    "spiffworkflow": Words("SpiffWorkflow（SpiffArena）", "SpiffWorkflow (SpiffArena)"),
}
_FAMILY = (
    Words(
        "被调用的流程只得到写明传入的变量，也只带回写明的",
        "a called process sees only what is passed, and only what is passed comes back",
    ),
    Words("抛出的信号只带写明的变量", "a thrown signal takes along only what is passed"),
    Words("循环序号从 0 起", "loops count from 0"),
    Words("没有写 ${…} 的是文字，不是表达式", "a text without ${…} is a text, no expression"),
)
WAYS: Mapping[str, tuple[Words, ...]] = {
    PLAIN_BPMN: (
        Words("被调用的流程得到全部变量，并全部带回", "all variables go into a called process, and all come back"),
    ),
    "zeebe": (
        Words("循环序号从 1 起", "loops count from 1"),
        Words("以“=”开头的是 FEEL 表达式，其他是文字", "what begins with “=” is FEEL, all else is a text"),
    ),
    "camunda": _FAMILY,
    "activiti": _FAMILY,
    "flowable": _FAMILY,
    "spiffworkflow": (
        Words(
            "所有表达式和脚本都是 Python，只运行其中一部分语法",
            "all expressions and scripts are Python, a subset of which is run",
        ),
        Words("手工任务立即通过，不等任何人", "a manual task passes at once and waits for nobody"),
    ),
}
_LANGUAGES: Mapping[str, Words] = {
    FEEL: Words("文件写明表达式语言为 FEEL", "The file says that its expressions are FEEL"),
    JUEL: Words("文件写明表达式语言为 JUEL（${…}）", "The file says that its expressions are JUEL (${…})"),
    PYTHON: Words("表达式按 Python 读", "Expressions are read as Python"),
}
_ASSUMED = Words(
    "文件没有写明表达式语言：“=”开头的按 FEEL、“${…}”按 JUEL 读，其余按 FEEL 读并给出提示",
    "The file names no expression language: “=” is FEEL, “${…}” is JUEL, all else is read as FEEL, with a note",
)
_READINGS: Mapping[Fate, Reading] = {
    Fate.READ: Reading.READ,
    Fate.NOTED: Reading.WITHOUT_EFFECT,
    Fate.TOOLS: Reading.WITHOUT_EFFECT,
    Fate.REFUSED: Reading.NOT_RUN,
    Fate.JAVA: Reading.NOT_RUN,
    Fate.LISTENER: Reading.NOT_RUN,
    Fate.FIELDS: Reading.OTHERWISE,
    Fate.VERSION: Reading.OTHERWISE,
}
#: What plain BPMN says itself of who does what and with which data.
PLAIN: Mapping[str, tuple[Reading, Words]] = {
    "potentialOwner": (
        Reading.READ,
        Words(
            "可以认领的岗位和人员：user(a)、group(b)；只写名称的是岗位",
            "candidates: user(a), group(b); a bare name is a group",
        ),
    ),
    "humanPerformer": (
        Reading.READ,
        Words("办理人；引用资源的是岗位", "the assignee; with a resource a candidate group"),
    ),
    "performer": (Reading.WITHOUT_EFFECT, Words("不影响在这里的运行", "has no effect on how it runs here")),
    "resourceRole": (Reading.WITHOUT_EFFECT, Words("不影响在这里的运行", "has no effect on how it runs here")),
    "ioSpecification": (
        Reading.READ,
        Words("数据的输入和输出成为变量和映射", "inputs and outputs become variables and mappings"),
    ),
    "dataObject": (Reading.READ, Words("数据对象成为变量", "a data object becomes a variable")),
    "operationRef": (
        Reading.OTHERWISE,
        Words(
            "成为以该操作命名的后台作业，需要登记处理程序",
            "becomes a job of the operation's name, for a handler that is registered",
        ),
    ),
}
#: Read, but as work for a handler that somebody has to register.
_BY_NAME = frozenset({"@class", "@delegateExpression"})
_ORDER = list(Reading)


def account(content: bytes, file: str) -> FileRead | None:
    """How a diagram is read; None where it cannot be read at all, which the findings say."""
    root = read_xml(content, Reporter(file))
    if root is None:
        return None
    found: dict[str, dict[tuple[str, Reading, Words], Counter[str]]] = {}
    for prefix, one in _standing(root):
        reading, meaning = _what_becomes(prefix, one)
        found.setdefault(prefix, {}).setdefault((one.shown, reading, meaning), Counter())[one.place] += 1
    declared = [
        dialect.prefix for dialect in DIALECTS if dialect.prefix in found or _is_declared(root, dialect.namespaces)
    ]
    dialects = (*(_dialect(prefix, found.get(prefix, {})) for prefix in declared), *_plain(root, bool(declared)))
    return FileRead(file, _made_with(root), dialects, _language(root), tuple(foreign(root)), _has_picture(root))


def _standing(root: etree._Element) -> Iterator[tuple[str, Standing]]:
    for element in root.iter(f"{{{BPMN}}}*"):
        for dialect, said in said_on(element):
            for one in standing(dialect, said):
                yield dialect.prefix, one


def _what_becomes(prefix: str, one: Standing) -> tuple[Reading, Words]:
    if one.fate is None:
        return Reading.UNKNOWN, meaning_of(prefix, one.key, None)
    if one.is_misplaced:
        return Reading.WITHOUT_EFFECT, MISPLACED
    if one.is_harmless:
        return Reading.WITHOUT_EFFECT, HARMLESS
    reading = Reading.OTHERWISE if one.key in _BY_NAME else _READINGS[one.fate]
    return reading, meaning_of(prefix, one.key, one.fate)


def _plain(root: etree._Element, has_dialect: bool) -> Iterator[DialectRead]:
    """What BPMN itself says and modellers of other engines write; nothing where a dialect says all of it."""
    counted: dict[str, Counter[str]] = {}
    for element in root.iter(f"{{{BPMN}}}*"):
        name, above = local_name(element), element.getparent()
        if name in PLAIN and above is not None:
            counted.setdefault(name, Counter())[local_name(above)] += 1
        elif element.get("operationRef"):
            counted.setdefault("operationRef", Counter())[name] += 1
    names = tuple(
        NameRead(name, tuple(places), places.total(), *PLAIN[name]) for name, places in sorted(counted.items())
    )
    if names or not has_dialect:
        yield DialectRead(PLAIN_BPMN, NAMES[PLAIN_BPMN], () if has_dialect else WAYS[PLAIN_BPMN], names)


def _dialect(prefix: str, found: Mapping[tuple[str, Reading, Words], Counter[str]]) -> DialectRead:
    names = [
        NameRead(shown, tuple(places), places.total(), reading, meaning)
        for (shown, reading, meaning), places in found.items()
    ]
    names.sort(key=lambda one: (-_ORDER.index(one.reading), one.shown))
    return DialectRead(prefix, NAMES[prefix], WAYS[prefix], tuple(names))


def _is_declared(root: etree._Element, namespaces: tuple[str, ...]) -> bool:
    return any(space in namespaces for space in root.nsmap.values())


def _made_with(root: etree._Element) -> str:
    """The modeller, and the engine that it drew for."""
    told = [root.get(_EXPORTER, ""), root.get(f"{_EXPORTER}Version", "")]
    for name, value in root.attrib.items():
        space, _, local = str(name).rpartition("}")
        if space[1:] in TOOLS and local.startswith(_PLATFORM):
            told.append(str(value))
    return " ".join(" ".join(told).split())[:120]


def _language(root: etree._Element) -> Words:
    """What speaks first: the attribute on the file's root, else a dialect that stands for a language."""
    return _LANGUAGES.get(named(root.get("expressionLanguage")) or language_of(root) or "", _ASSUMED)


def _has_picture(root: etree._Element) -> bool:
    return any(local_name(each) == "BPMNShape" for each in root.iter())
