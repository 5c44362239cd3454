"""Forms and catalogues that two people changed, on the bundles that are shipped."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.merging import Kind, Side, merge_file

ROOT = Path(__file__).parents[3]
FORM = (ROOT / "forms/open-pharmacy/application.form").read_bytes()
ITEM = (ROOT / "processes/open-pharmacy/items/P2.toml").read_bytes()
SHIPPED = sorted(
    path
    for folder in ("processes", "forms")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".toml", ".form")
)


def form(**labels: str) -> bytes:
    """The form with these components (by key) labelled otherwise."""
    read = json.loads(FORM)
    for component in components(read):
        if component.get("key") in labels:
            component["label"] = labels[component["key"]]
    return json.dumps(read, ensure_ascii=False, indent=2).encode()


def components(one: dict) -> list[dict]:
    return [each for inside in one.get("components", []) for each in (inside, *components(inside))]


KEYS = sorted({one["key"] for one in components(json.loads(FORM)) if one.get("key") and one.get("label")})


@given(st.dictionaries(st.sampled_from(KEYS), st.booleans(), max_size=6))
@settings(deadline=None, max_examples=40)
def test_different_fields_are_both_changed_whoever_merges(plan: dict[str, bool]) -> None:
    mine = form(**{key: f"{key}!" for key, is_mine in plan.items() if is_mine})
    theirs = form(**{key: f"{key}!" for key, is_mine in plan.items() if not is_mine})
    here, there = merge_file("a.form", FORM, mine, theirs), merge_file("a.form", FORM, theirs, mine)
    assert not here.conflicts
    assert json.loads(here.content or b"") == json.loads(form(**{key: f"{key}!" for key in plan}))
    assert json.loads(here.content or b"") == json.loads(there.content or b"")


def test_a_field_that_both_labelled_otherwise_is_asked_by_its_name() -> None:
    key = KEYS[0]
    found = merge_file("a.form", FORM, form(**{key: "甲"}), form(**{key: "乙"}))
    (conflict,) = found.open
    assert (conflict.kind, conflict.what, conflict.mine, conflict.theirs) == (Kind.VALUE, "label", "甲", "乙")
    assert conflict.element


def test_new_fields_of_both_stand_in_the_form() -> None:
    def with_new(name: str) -> bytes:
        read = json.loads(FORM)
        read["components"][0]["components"].append({"type": "textfield", "id": name, "key": name, "label": name})
        return json.dumps(read, ensure_ascii=False, indent=2).encode()

    found = merge_file("a.form", FORM, with_new("one"), with_new("other"))
    assert not found.conflicts
    keys = [one.get("key") for one in components(json.loads(found.content or b""))]
    assert {"one", "other"} <= set(keys)


def test_a_field_taken_out_and_changed_is_asked() -> None:
    read = json.loads(FORM)
    taken = read["components"][0]["components"].pop(0)
    mine = json.dumps(read, ensure_ascii=False, indent=2).encode()
    theirs = form(**{taken["key"]: "另一个名称"})
    (conflict,) = merge_file("a.form", FORM, mine, theirs).open
    assert (conflict.kind, conflict.element) == (Kind.GONE, taken["id"])
    gone = merge_file("a.form", FORM, mine, theirs, {conflict.mark: Side.MINE})
    assert json.loads(gone.content or b"") == read


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_shipped_file_comes_through_a_merge_as_it_is(path: Path) -> None:
    """One side adds something at its end, the other at its beginning: all between is the same."""
    content = path.read_bytes()
    if path.suffix == ".form":
        one, other = ({**json.loads(content), name: True} for name in ("one", "other"))
        found = merge_file(
            path.name, content, *(json.dumps(each, ensure_ascii=False).encode() for each in (one, other))
        )
        assert not found.conflicts
        assert json.loads(found.content or b"") == {**one, **other}
        return
    found = merge_file(path.name, content, b"# first\n" + content, content + b"\n[last]\nkey = 1\n")
    assert not found.conflicts
    assert found.content == b"# first\n" + content + b"\n[last]\nkey = 1\n"


def test_two_neighbouring_lines_of_a_catalogue_are_no_conflict() -> None:
    mine = ITEM.replace(b'decided_in = "here"', b'decided_in = "external"')
    theirs = ITEM.replace(b"immediate = false", b"immediate = true").replace(
        b'accepts = "department"', b'accepts = "window"'
    )
    found = merge_file("items/P2.toml", ITEM, mine, theirs)
    assert not found.conflicts
    read = tomllib.loads((found.content or b"").decode())
    assert (read["decided_in"], read["accepts"], read["immediate"]) == ("external", "window", True)


def test_a_limit_that_both_changed_is_asked_with_its_line() -> None:
    mine, theirs = (ITEM.replace(b"promised = { value = 12", b"promised = { value = %d" % days) for days in (10, 8))
    (conflict,) = merge_file("items/P2.toml", ITEM, mine, theirs).open
    assert conflict.element == "[limits] promised"
    assert "value = 10" in (conflict.mine or "")
    assert "value = 8" in (conflict.theirs or "")


def test_a_table_of_both_is_a_question_of_lines_where_it_cannot_be_told_by_keys() -> None:
    found = merge_file("a.toml", b"a = 1\n", b"a = 1\n[[rows]]\nb = 1\n", b"a = 2\n")
    assert found.content == b"a = 2\n[[rows]]\nb = 1\n"


def test_two_facts_of_an_example_are_both_changed() -> None:
    example = (ROOT / "processes/open-pharmacy/examples/commitment.json").read_bytes()
    read = json.loads(example)
    mine, theirs = {**read, "credit": "bad"}, {**read, "name": {**read["name"], "zh": "另一个名称"}}
    versions = (json.dumps(one, ensure_ascii=False, indent=2).encode() for one in (mine, theirs))
    found = merge_file("examples/commitment.json", example, *versions)
    assert not found.conflicts
    assert json.loads(found.content or b"") == {**mine, "name": theirs["name"]}


def test_a_form_with_half_a_character_is_a_question_of_lines() -> None:
    half = FORM.replace(b'"components"', b'"half": "\\ud800", "components"', 1)
    assert half != FORM
    (conflict,) = merge_file("a.form", FORM, half, FORM + b"\n").open
    assert "ud800" in (conflict.mine or "")
