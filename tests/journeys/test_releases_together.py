"""Two people who change the releases of one bundle at the same moment: one waits for the other, never each for each."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.journeys.test_messages_together import somebody_waits_for_a_lock
from tests.support import office
from webapp.catalogue import current_releases
from webapp.extensions import db
from webapp.services.publishing import stop_bundle
from webapp.services.release_rows import lock_bundle, lock_release
from webapp.unit_of_work import sql, unit_of_work


@pytest.fixture
def office_at_work(committed_app: Flask) -> Iterator[Flask]:
    with committed_app.app_context():
        yield committed_app
        db.session.remove()


def test_whoever_stops_a_bundle_while_a_release_is_published_holds_nothing_of_it(office_at_work: Flask) -> None:
    in_force, publisher = current_releases()[office.BUNDLE], office.person("jiangwen")
    db.session.remove()
    refused: list[Exception] = []

    def stop() -> None:
        with office_at_work.app_context():
            try:
                stop_bundle(in_force, by=publisher, reason="改由省级系统办理。")
            except Exception as error:  # noqa: BLE001  # told to the test, whatever it is
                refused.append(error)
            db.session.remove()

    other = threading.Thread(target=stop)
    with unit_of_work():
        lock_bundle(office.BUNDLE)  # as publishing does, which then takes the release in force out of it
        other.start()
        while other.is_alive() and not somebody_waits_for_a_lock():
            pass
        sql().execute("update release set note = note where id = %s", (in_force,))
        assert lock_release(in_force).state == "published"
    other.join()
    assert refused == []
    assert office.BUNDLE not in current_releases()
