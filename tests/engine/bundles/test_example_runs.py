"""Examples run on the bare engine and say where the bundle does otherwise."""

import json
from datetime import UTC, datetime

import pytest

from engine.bundles import read_example
from engine.errors import DefinitionInvalid
from engine.law import read_profile
from engine.runtime import Context
from engine.trial import run_example

CONTEXT = Context(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def story(files):
    """The example's JSON, to be changed."""
    return json.loads(files["examples/hot.json"])


def differences(files, story, **more) -> list[str]:
    example = read_example(json.dumps(story).encode(), "examples/hot.json")
    return [difference.what for difference in run_example(files, example, CONTEXT, **more)]


def test_a_bundle_that_does_as_told_has_no_differences(files, story):
    assert differences(files, story) == []


@pytest.mark.parametrize(
    ("part", "value", "differs"),
    [
        ("results", {"A": "granted", "B": "granted"}, ["results"]),
        ("never_opened", ["record"], ["never opened"]),
        ("path", ["start", "call-C"], ["path"]),
        ("path", ["call-B", "call-A"], ["path"]),
        ("guide", {"items": ["A"], "asked_materials": 1}, ["guide: items"]),
        ("guide", {"asked_materials": 9}, ["guide: asked_materials"]),
        ("guide", {"savings": 9}, ["guide: savings"]),
    ],
)
def test_what_differs_is_named(files, story, part, value, differs):
    story["expect"][part] = value
    assert differences(files, story) == differs


def test_an_act_that_is_not_open_stops_the_story(files, story):
    story["acts"].insert(0, {"step": "decide", "item": "B", "variables": {}})
    assert differences(files, story) == ["act 1", "results", "path", "left open"]


def test_answers_are_judged_by_the_form_and_the_guide(files, story):
    del story["answers"]["fuel"]
    story["guided"]["moon"] = True
    assert differences(files, story) == ["guided answer moon", "answer fuel"]


def test_a_way_that_the_place_does_not_allow_is_named(files, story):
    profile = read_profile(
        b"""
format = 1
key = "x"
valid_from = 2026-01-01
demo = true
name = { zh = "x", en = "x" }
region_code = "1"
document_prefix = "x"
time_zone = "Asia/Shanghai"
government = { zh = "x", en = "x" }
[office_hours]
morning = ["09:00", "12:00"]
basis = { zh = "x", en = "x" }
[commitment]
items = ["B"]
basis = { zh = "x", en = "x" }
"""
    )
    story["ways"] = {"B": "commitment"}
    assert differences(files, story, profile=profile) == ["way of B"]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"name": "x"}', b"\xff"])
def test_what_is_no_example_is_refused(content):
    with pytest.raises(DefinitionInvalid):
        read_example(content, "examples/x.json")
