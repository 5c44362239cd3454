"""A release tells what was done with it, however much was done with others of its bundle since."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.support.designers import SECOND
from tests.webapp.browsing import Browser
from webapp.catalogue import current_releases, release_files
from webapp.errors import ReleaseRefused
from webapp.services import releases
from webapp.services.release_rows import record
from webapp.unit_of_work import unit_of_work

DESIGNER, PUBLISHER = "taoran", "jiangwen"
#: More than the bundle's page lists.
MANY = 60


def submitted(limit: str) -> int:
    """A release that one designer kept and another submitted."""
    files = release_files(current_releases()[office.BUNDLE])
    changed = files["items/P6.toml"].replace(b"value = ", f"value = {limit}".encode(), 1)
    kept = releases.draft_from_files(office.BUNDLE, {**files, "items/P6.toml": changed}, by=office.person(DESIGNER))
    releases.submit_release(kept, by=office.person(SECOND))
    return kept


def much_is_done_with_others() -> None:
    with unit_of_work():
        for _ in range(MANY):
            record(office.BUNDLE, "drafted", office.person(DESIGNER), current_releases()[office.BUNDLE])


def test_why_it_was_returned_and_that_it_stays(db: SQLAlchemy, app: Flask) -> None:
    release_id = submitted("1")
    releases.return_release(release_id, by=office.person(PUBLISHER), reason="依据没有写明")
    much_is_done_with_others()
    page = Browser.of(app.test_client(), DESIGNER).open(f"/studio/releases/{release_id}")
    assert "依据没有写明" in page.text
    assert not page.page.xpath("//form[contains(@action, '/discard')]")
    with pytest.raises(ReleaseRefused):
        releases.discard_draft(release_id, by=office.person(DESIGNER))


def test_who_submitted_it(db: SQLAlchemy, app: Flask) -> None:
    release_id = submitted("2")
    much_is_done_with_others()
    page = Browser.of(app.test_client(), PUBLISHER).open(f"/studio/releases/{release_id}")
    assert "顾研于" in page.text
