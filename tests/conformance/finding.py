"""Finds the suites in a folder tree, by what their files hold and not by what they are called."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from tests.conformance.cases import Case
from tests.conformance.tck_values import NAMESPACE

CASES, HOSTILE = "cases.json", "hostile.json"


def find_cases(root: Path) -> list[Case]:
    """Every case below `root`, suite by suite. A file that cannot be read is a case that fails and says so."""
    found = [*_listed(root), *_decision_tests(root)]
    return list(_with_names_of_their_own(found))


def _listed(root: Path) -> Iterator[Case]:
    lists = [path for name in (CASES, HOSTILE) for path in sorted(root.rglob(name))]
    names = _suite_names(root, [path.parent for path in lists])
    for path in lists:
        suite, folder = names[path.parent], path.parent
        for said in _read_list(path):
            data = said if isinstance(said, Mapping) else {"unreadable": "the case is no object"}
            yield Case(suite, _name_of(said), _kind_of(said), folder, data)


def _read_list(path: Path) -> list[Any]:
    """The cases of a file: a list, or the first list of objects in it."""
    try:
        said = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as fault:
        return [{"name": path.name, "unreadable": str(fault)}]
    if isinstance(said, dict):
        lists = [said[key] for key in ("cases", "files", *said) if isinstance(said.get(key), list)]
        said = lists[0] if lists else []
    return list(_with_words_above(said)) or [{"name": path.name, "unreadable": "it lists no case"}]


def _with_words_above(cases: Iterable[Any]) -> Iterator[Any]:
    """The cases; one that says "as above" with the words that it refers to."""
    above = ""
    for said in cases:
        words = str(said.get("expected", "")) if isinstance(said, dict) else ""
        if "as above" in words:
            yield {**said, "expected_above": above}
        else:
            above = words
            yield said


def _kind_of(said: Any) -> str:
    if not isinstance(said, Mapping) or "unreadable" in said:
        return "unreadable"
    if "scenarios" in said:
        return "camunda"
    if "runs" in said:
        return "betsy"
    return "hostile" if "file" in said and "expected" in said else "unreadable"


def _name_of(said: Any) -> str:
    """Its id and name, as far as it has them."""
    if not isinstance(said, Mapping):
        return "?"
    parts = dict.fromkeys(str(said[key]) for key in ("id", "name", "file") if said.get(key))
    return " ".join(parts) or "?"


def _decision_tests(root: Path) -> Iterator[Case]:
    """Each `testCase` of the XML files in the form of the DMN TCK. The level is the folder around the model's."""
    files = [path for path in sorted(root.rglob("*.xml")) if _is_test_file(path)]
    names = _suite_names(root, [path.parent.parent for path in files])
    for path in files:
        suite = names[path.parent.parent]
        for position, test in enumerate(_tests_in(path)):
            name = f"{path.parent.name}/{path.stem} {test or position + 1}"
            yield Case(suite, name, "tck", path.parent, {"file": path.name, "position": position})


def _is_test_file(path: Path) -> bool:
    with path.open("rb") as file:
        return NAMESPACE.encode() in file.read(4000)


def _tests_in(path: Path) -> list[str]:
    """The ids; one empty id for a file that cannot be read, so that it is counted."""
    try:
        tree = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return ["unreadable"]
    return [test.get("id", "") for test in tree.iter(f"{{{NAMESPACE}}}testCase")]


def _suite_names(root: Path, folders: Iterable[Path]) -> dict[Path, str]:
    """A name for each folder: its own where no other has it, so that a suite is called the same from wherever
    it is run; else its path."""
    distinct = list(dict.fromkeys(folders))
    counts = Counter(folder.resolve().name for folder in distinct)
    return {
        folder: folder.resolve().name if counts[folder.resolve().name] == 1 else folder.relative_to(root).as_posix()
        for folder in distinct
    }


def _with_names_of_their_own(cases: Iterable[Case]) -> Iterator[Case]:
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        seen[case.suite, case.name] += 1
        count = seen[case.suite, case.name]
        name = case.name if count == 1 else f"{case.name} ({count})"
        yield Case(case.suite, name, case.kind, case.folder, case.data)
