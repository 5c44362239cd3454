"""Every bundle does what its own examples say; a new folder under processes/ is tested as it stands."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.bundles import bundle_files, bundle_keys
from engine.bundles.examples import example_files, read_example
from engine.law import Calendar, read_calendar, read_profile
from engine.runtime import Context
from engine.trial import run_example
from tests.support.shipped import TREE

EXAMPLES = [(key, path) for key in bundle_keys(TREE) for path in example_files(bundle_files(TREE, key))]


def shared(folder: str) -> list[bytes]:
    return [content for path, content in TREE.items() if path.startswith(f"processes/_shared/{folder}/")]


@pytest.fixture(scope="module")
def context() -> Context:
    calendar = Calendar.from_tables([read_calendar(content) for content in shared("calendars")])
    return Context(datetime(2026, 3, 2, 1, 0, tzinfo=UTC), calendar=calendar)


@pytest.mark.parametrize(("key", "path"), EXAMPLES, ids=[f"{key}/{Path(path).stem}" for key, path in EXAMPLES])
def test_the_bundle_does_what_its_example_says(key, path, context):
    files = bundle_files(TREE, key)
    profile = read_profile(shared("profiles")[0])
    differences = run_example(files, read_example(files[path], path), context, profile)
    assert [str(difference) for difference in differences] == []


@pytest.mark.parametrize("key", bundle_keys(TREE))
def test_every_bundle_has_examples(key):
    assert example_files(bundle_files(TREE, key))
