"""A page of the studio that is sent twice begins one thing: the second time leads to what the first one began."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.journeys.test_migration_runs import NEW, OLD, cases
from tests.support import machines, office
from tests.webapp.browsing import Browser, Upload
from tests.webapp.test_bundle_imports import in_folders, zipped
from webapp.catalogue import current_releases
from webapp.unit_of_work import sql

DESIGNER = "taoran"


@pytest.fixture
def designer(client: FlaskClient) -> Browser:
    return Browser.of(client, DESIGNER)


def sent_twice(designer: Browser, address: str, action: str, values: dict[str, Any], **more: Any) -> str:
    """Where both lead."""
    designer.open(address)
    page, url = designer.page, designer.url
    first = designer.submit(action, values, **more).url
    designer.page, designer.url = page, url
    assert designer.submit(action, values, **more).url == first
    assert designer.status == 200
    return first


def count_of(table: str) -> int:
    row = sql().execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_one_working_copy(designer: Browser) -> None:
    release = f"/studio/releases/{current_releases()[office.BUNDLE]}"
    before = count_of("working_copy")
    first = sent_twice(designer, release, "/copies", {"title": "改时限"})
    assert count_of("working_copy") == before + 1
    assert designer.open(release).submit("/copies", {"title": "改时限"}).url != first  # another page, another copy


def test_one_import_of_a_zip_with_many(designer: Browser) -> None:
    before = count_of("bundle_import")
    content = zipped(in_folders("a-one", "b-two"))
    sent_twice(designer, "/studio/new", "/new", {}, files={"file": [Upload("many.zip", content)]})
    assert count_of("bundle_import") == before + 1


def test_one_migration(designer: Browser) -> None:
    old = machines.publish(OLD)
    cases(old, of=1)
    machines.publish(NEW)
    address = f"/studio/bundles/{office.BUNDLE}/migrate"
    sent_twice(designer, f"{address}?releases={old}", "/migrate", {"reason": "改名"})
    assert count_of("migration_run") == 1


def test_a_form_without_its_key_begins_nothing(designer: Browser) -> None:
    release = f"/studio/releases/{current_releases()[office.BUNDLE]}"
    before = count_of("working_copy")
    assert designer.open(release).submit("/copies", {"title": "改时限", "key": ""}).status == 409
    assert count_of("working_copy") == before
