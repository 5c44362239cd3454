"""Pages that only two designers on one file, and a zip of many bundles, come to."""

from __future__ import annotations

from collections.abc import Iterator

from tests.browser.visits import Visit
from tests.support import office
from tests.webapp.test_bundle_imports import zipped
from webapp.queries.working_copies import file_of
from webapp.services import asides, bundle_imports, working_copies

DESIGNER = "taoran"
PATH, NAME = "_shared/item-licence.bpmn", 'name="补正材料"'


def two_designers_pages(copy: int) -> Iterator[Visit]:
    """What is to be merged in this working copy, and an import that has ended."""
    address = f"/studio/copies/{copy}/asides/{_late(copy)}"
    yield Visit("/studio/copies/<int:copy_id>/asides/<int:aside_id>", address, DESIGNER)
    yield Visit("/studio/imports/<int:import_id>", f"/studio/imports/{_imported()}", DESIGNER)


def _late(copy: int) -> int:
    """One task has two new names: the second is kept aside."""
    by = office.person(DESIGNER)
    content, base = file_of(copy, PATH)
    first, second = (content.decode().replace(NAME, f'name="{name}"', 1).encode() for name in ("补齐材料", "补交材料"))
    working_copies.save(copy, PATH, first, base, by=by)
    return asides.set_aside(copy, PATH, second, base, by=by)


def _imported() -> int:
    """Of two bundles one has come in."""
    content = zipped({"a-one/bundle.toml": b'key = "a-one"', "b-two/bundle.toml": b"key = 5", "README.md": b""})
    run = bundle_imports.begin("many.zip", content, by=office.person(DESIGNER))
    bundle_imports.work(run)
    return run
