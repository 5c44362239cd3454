"""What a new version changes and who answers for it, told from the shipped bundle with one thing of it changed."""

from __future__ import annotations

import re

import pytest

from engine.bundles import affected, bundle_files
from engine.errors import DefinitionInvalid
from tests.support.shipped import TREE

LICENCE = "_shared/item-licence.bpmn"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return bundle_files(TREE, "open-pharmacy")


def changed(files: dict[str, bytes], path: str, old: str, new: str) -> dict[str, bytes]:
    text = files[path].decode()
    assert old in text, old
    return {**files, path: text.replace(old, new, 1).encode()}


def told(files: dict[str, bytes], now: dict[str, bytes]) -> dict[str, tuple[str, ...]]:
    return {one.key: one.aspects for one in affected(files, now).items}


def test_the_first_version_adds_every_item_and_asks_every_department(files):
    found = affected(None, files)
    assert {one.kind for one in found.items} == {"added"}
    assert set(found.departments) == {"approval-bureau", "urban-management"}
    assert found.departments["urban-management"] == {"P6": ("added",)}


def test_the_same_files_and_a_picture_drawn_elsewhere_change_nothing(files):
    moved = changed(files, LICENCE, '<dc:Bounds x="', '<dc:Bounds x="1')
    for now in (files, moved):
        assert affected(files, now).departments == {}


def test_a_limit_of_one_item_is_the_affair_of_its_department_alone(files):
    now = changed(files, "items/P6.toml", "value = ", "value = 1")
    assert told(files, now) == {"P6": ("limits",)}
    assert affected(files, now).departments == {"urban-management": {"P6": ("limits",)}}


def test_an_item_given_to_another_department_asks_both(files):
    now = changed(files, "items/P6.toml", 'department = "urban-management"', 'department = "approval-bureau"')
    (item,) = affected(files, now).items
    assert item.aspects == ("department",)
    assert set(item.departments) == {"urban-management", "approval-bureau"}


POSTS = {"sign.review": "urban-management", "food.review": "approval-bureau", "sign.decide": "urban-management"}


def test_the_department_whose_post_reviews_is_asked_too(files):
    elsewhere = changed(files, "items/P6.toml", 'review = "sign.review"', 'review = "food.review"')
    both = {"urban-management": {"P6": ("groups",)}, "approval-bureau": {"P6": ("groups",)}}
    assert affected(files, elsewhere, POSTS).departments == both
    assert affected(elsewhere, files, POSTS).departments == both
    assert "P6" in affected(None, elsewhere, POSTS).departments["approval-bureau"]


def test_a_process_that_items_run_is_theirs_and_one_that_it_calls_too(files):
    now = changed(files, LICENCE, 'name="补正材料"', 'name="补齐材料"')
    assert set(told(files, now).values()) == {("process",)}
    assert not affected(files, now).whole


def test_what_is_of_the_whole_is_the_affair_of_the_department_that_leads(files):
    form = next(path for path in files if path.endswith(".form") and "application" in path)
    now = {**files, form: files[form] + b"\n"}
    found = affected(files, now)
    assert (found.items, found.whole) == ((), ("forms",))
    assert found.departments == {"approval-bureau": {"": ("forms",)}}


def test_what_the_reform_is_measured_against_is_not_told_as_the_name(files):
    now = {
        **files,
        "bundle.toml": re.sub(rb"(?m)^working_days = \d+", b"working_days = 99", files["bundle.toml"], count=1),
    }
    assert affected(files, now).whole == ("baseline",)


def test_a_material_of_one_item_is_not_the_affair_of_the_others(files):
    now = changed(files, "bundle.toml", 'P6 = { basis = "signboard-rules" }', 'P6 = { basis = "licensing-29" }')
    assert told(files, now) == {"P6": ("materials",)}


def test_a_catalogue_that_cannot_be_read_is_told(files):
    with pytest.raises(DefinitionInvalid):
        affected(files, {**files, "bundle.toml": b"key ="})


def as_an_editor_writes(content: bytes) -> bytes:
    """The same decisions: expressions of inputs set in other lines without ids, another tool's name, no picture."""
    written = r"<inputExpression id=\"[^\"]*\"([^>]*)>\s*<text>(.*?)</text>\s*"
    text = re.sub(written, r"<inputExpression\1><text> \2 </text>", content.decode())
    text = re.sub(r"<dmndi:DMNDI.*</dmndi:DMNDI>", "", text, flags=re.DOTALL)
    return text.replace("<definitions ", '<definitions exporter="a table editor" ', 1).encode()


def test_a_decision_table_that_is_only_written_otherwise_is_nobodys_affair(files):
    table = next(path for path in files if path.endswith(".dmn"))
    now = {**files, table: as_an_editor_writes(files[table])}
    assert now[table] != files[table]
    assert affected(files, now).departments == {}


def test_a_decision_table_that_decides_otherwise_is(files):
    table = next(path for path in files if path.endswith(".dmn"))
    for old, new in (("<text>true</text>", "<text>false</text>"), ('hitPolicy="FIRST"', 'hitPolicy="COLLECT"')):
        now = changed({**files, table: as_an_editor_writes(files[table])}, table, old, new)
        assert affected(files, now).whole == ("tables",)
