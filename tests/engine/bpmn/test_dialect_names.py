"""Every name that a modeller can write is read, told, or known to be for tools alone; and the documentation has it."""

import re
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.dialects import DIALECTS, read_extensions
from engine.bpmn.dialects.reading import Dialect, Fate
from engine.bpmn.xmlread import BPMN
from tests.engine.bpmn.published_names import PUBLISHED

BY_PREFIX = {dialect.prefix: dialect for dialect in DIALECTS}
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "dialects.md"
_WORD = re.compile(r"([^\s\[]+)(?:\[([^\]]*)\])?")


def written() -> list[tuple[str, str, str, str]]:
    """(dialect, BPMN element, name, what it makes sense with) for every published name."""
    return [
        (prefix, owner, name, company)
        for prefix, lines in PUBLISHED.items()
        for line in lines.strip().splitlines()
        for owner, _, rest in [line.partition(":")]
        for name, company in _WORD.findall(rest)
    ]


class Element:
    """A BPMN element to which names of one dialect are added."""

    def __init__(self, prefix: str, owner: str) -> None:
        self.space = BY_PREFIX[prefix].namespaces[0]
        self.root = etree.Element(f"{{{BPMN}}}{owner}", nsmap={None: BPMN, prefix: self.space}, id="x")
        self.extensions = etree.SubElement(self.root, f"{{{BPMN}}}extensionElements")

    def add(self, name: str) -> "Element":
        """`@a`, `e`, `e/f` or `e@a`, with a value behind "=" where "v" will not do."""
        path, at, attribute = name.partition("@")
        attribute, _, value = attribute.partition("=")
        if not path:
            self.root.set(f"{{{self.space}}}{attribute}", value or "v")
            return self
        here = self.extensions
        for step in path.split("/"):
            inner = here.find(f"{{{self.space}}}{step}")
            here = etree.SubElement(here, f"{{{self.space}}}{step}") if inner is None else inner
        if at:
            here.set(attribute, value or "v")
        else:
            here.text = "v"
        return self


@pytest.mark.parametrize(("prefix", "owner", "name", "company"), written())
def test_no_published_name_is_passed_over_in_silence(prefix: str, owner: str, name: str, company: str) -> None:
    without, with_it = Element(prefix, owner), Element(prefix, owner)
    if company:
        without.add(company)
        with_it.add(company)
    elif "@" in name and not name.startswith("@"):  # without the attribute, but with its element
        without.add(name.partition("@")[0]).extensions[0].text = None
        for each in without.extensions.iter():
            each.text = None
    with_it.add(name)
    path, at, attribute = name.partition("=")[0].partition("@")
    key = f"{path.rpartition('/')[2]}{at}{attribute}"
    known = BY_PREFIX[prefix].names.get(key)
    is_for_tools = known is not None and known.fate is Fate.TOOLS
    said_before = read_extensions(without.root)
    assert (
        is_for_tools or read_extensions(with_it.root) != said_before or _stands_in_something_told(prefix, path, owner)
    )


def _stands_in_something_told(prefix: str, path: str, owner: str) -> bool:
    """Whether an element around the name is told of as a whole, by its own name."""
    outermost = path.partition("/")[0]
    alone = read_extensions(Element(prefix, owner).add(outermost).root) if outermost else None
    known = BY_PREFIX[prefix].names.get(outermost)
    if alone is None or (known is not None and known.fate is Fate.TOOLS):
        return alone is not None
    told = (*alone.noted, *alone.unread, *alone.not_run, *(remark.what for remark in alone.told))
    return any(f"{prefix}:{outermost}" in each for each in told)


@pytest.mark.parametrize("prefix", ["camunda", "zeebe", "flowable", "spiffworkflow"])
def test_every_published_name_is_known_by_name(prefix: str) -> None:
    names = BY_PREFIX[prefix].names
    unknown = set()
    for dialect, _, name, _ in written():
        path, at, attribute = name.partition("=")[0].partition("@")
        outermost, element = path.partition("/")[0], path.rpartition("/")[2]
        whole = outermost in names and names[outermost].fate is not Fate.READ
        if dialect == prefix and not whole and f"{element}{at}{attribute}" not in names:
            unknown.add(name)
    assert unknown <= {"modelerTemplate", "asyncLeave"}  # written wrongly on purpose: elements in place of attributes


def sections() -> dict[str, str]:
    """The documentation by the heading of each dialect."""
    parts = re.split(r"^## ", DOCUMENTATION.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.partition("\n")[0]: part for part in parts}


HEADINGS = {
    "zeebe": ["Camunda 8"],
    "camunda": ["Camunda 7, Activiti, Flowable", "Camunda 7 alone"],
    "flowable": ["Camunda 7, Activiti, Flowable", "Flowable and Activiti alone"],
    "activiti": ["Camunda 7, Activiti, Flowable", "Camunda 7 alone", "Flowable and Activiti alone"],
    "spiffworkflow": ["SpiffArena"],
}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.prefix)
def test_the_documentation_says_what_becomes_of_every_name(dialect: Dialect) -> None:
    text = "".join(sections()[heading] for heading in HEADINGS[dialect.prefix])
    rows = " ".join(line for line in text.splitlines() if line.startswith("|"))
    missing = [name for name in dialect.names if f"`{name}`" not in rows]
    assert missing == []
