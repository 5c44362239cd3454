"""An element of BPMN has one Chinese word: in the editor's menus and panel, in differences, findings and lists."""

from __future__ import annotations

import re

import pytest

from engine.bpmn.naming import KINDS
from webapp.pages.operation.blueprint import TYPES
from webapp.pages.studio.readings import KINDS as OF_READINGS
from webapp.settings import PROJECT_FOLDER

EDITOR = (PROJECT_FOLDER / "webapp/assets/src/designer/zh-elements.js").read_text("utf-8")
DIFFERENCE = (PROJECT_FOLDER / "webapp/templates/studio/_difference.html").read_text("utf-8")
#: Kinds of gateway that a sentence calls "网关"; lists tell them apart.
GATEWAYS = {kind for kind, words in KINDS.items() if words.zh == "网关"}
#: What the editor calls otherwise in English than the file does.
IN_THE_EDITOR = {"adHocSubProcess": "Ad Hoc Sub Process", "eventBasedGateway": "Event Based Gateway"}


def of_difference(kind: str) -> set[str]:
    return set(re.findall(rf'"{kind}": _\("([^"]+)"\)', DIFFERENCE))


def of_editor(kind: str) -> set[str]:
    english = IN_THE_EDITOR.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind[0].upper() + kind[1:])
    return set(re.findall(rf"(?<!\w)(?:'{english}'|{english}): '([^']+)'", EDITOR))


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_list_calls_an_element_the_same(kind: str) -> None:
    found = of_editor(kind) | of_difference(kind)
    found |= {table[kind].zh for table in (OF_READINGS, TYPES) if kind in table}
    if kind not in GATEWAYS:
        found.add(KINDS[kind].zh)
    assert len(found) == 1, found


def test_the_editor_knows_every_kind() -> None:
    assert not [kind for kind in KINDS if not of_editor(kind)]
