"""What a new version changes and who answers for it, told from the shipped bundle with one thing of it changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundles import affected, bundle_files
from engine.errors import DefinitionInvalid

ROOT = Path(__file__).parents[3]
LICENCE = "_shared/item-licence.bpmn"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    tree = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for folder in ("processes", "forms")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    return bundle_files(tree, "open-pharmacy")


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


def test_a_material_of_one_item_is_not_the_affair_of_the_others(files):
    now = changed(files, "bundle.toml", 'P6 = { basis = "signboard-rules" }', 'P6 = { basis = "licensing-29" }')
    assert told(files, now) == {"P6": ("materials",)}


def test_a_catalogue_that_cannot_be_read_is_told(files):
    with pytest.raises(DefinitionInvalid):
        affected(files, {**files, "bundle.toml": b"key ="})
