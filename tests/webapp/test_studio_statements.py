"""The studio's first page asks as many statements for many releases that wait as for one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.journeys.test_statements import business, counted
from tests.support import machines
from tests.webapp.browsing import Browser
from tests.webapp.test_four_eyes import published, submitted
from webapp.catalogue import release_files
from webapp.unit_of_work import sql

LEGAL_REVIEW = "qixin"


def like(number: int) -> int:
    """A release of another bundle that legal review is asked to sign."""
    key = f"like-{number}"
    files = release_files(published())
    named = {**files, "bundle.toml": files["bundle.toml"] + f"\n# {number}\n".encode()}
    release_id = machines.publish_files(named, key=key)
    sql().execute(
        "update release set state = 'submitted', submitted_at = now(), published_at = null where id = %s", (release_id,)
    )
    sql().execute(
        "insert into release_sign_off (release_id, party, parts, required_at) values (%s, '', '{\"P6\": []}', now())",
        (release_id,),
    )
    return release_id


def test_what_waits_for_a_signature_is_asked_for_at_once(
    db: object, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted()
    screen = Browser.of(client, LEGAL_REVIEW)
    assert len(waiting(screen)) == 1
    with counted(monkeypatch) as few:
        screen.open("/studio")
    made = [like(number) for number in range(6)]
    assert [f"/studio/releases/{one}" in "".join(waiting(screen)) for one in made] == [True] * len(made)
    with counted(monkeypatch) as many:
        screen.open("/studio")
    assert len(business(many)) <= len(business(few)), business(many)


def waiting(screen: Browser) -> list[str]:
    return screen.open("/studio").page.xpath("//section[@aria-labelledby='to-sign']//a/@href")
