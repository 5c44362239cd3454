"""Taking a submitted release back: by its makers, with a reason, as long as no publisher has approved it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support.designers import SECOND
from tests.support.office import person
from tests.support.releases import sign_all
from tests.webapp.browsing import Browser
from tests.webapp.test_four_eyes import DESIGNER, LAWYER, PUBLISHER, SIGNBOARDS, submitted, told
from webapp import clock, moments
from webapp.errors import Incomplete, NotYours, ReleaseRefused
from webapp.languages import COOKIE
from webapp.queries import releases as queries
from webapp.queries.audit import verify_all
from webapp.queries.release_sign_offs import sign_offs_of, waiting_for
from webapp.services import releases
from webapp.services.publishing import publish_release
from webapp.services.release_withdrawal import withdraw_release


def test_the_author_takes_it_back_and_it_is_signed_anew(db: SQLAlchemy) -> None:
    release_id = submitted()
    sign_all(release_id)
    withdraw_release(release_id, by=person(DESIGNER), reason="时限写错了")
    row = queries.release(release_id)
    assert (row.state, row.submitted_at) == ("draft", None)
    assert all(one.ended for one in sign_offs_of(release_id, person(LAWYER)))
    assert waiting_for(person(SIGNBOARDS)) == []
    for login in (LAWYER, SIGNBOARDS, PUBLISHER):
        assert told(login)[-1] == "release-withdrawn"
    assert "release-withdrawn" not in told(DESIGNER)
    releases.submit_release(release_id, by=person(DESIGNER))
    with pytest.raises(ReleaseRefused, match="Not signed yet"):
        publish_release(release_id, by=person(PUBLISHER))
    assert list(verify_all()) == []


def test_it_is_taken_back_with_a_reason_and_by_those_whose_it_is(db: SQLAlchemy) -> None:
    release_id = submitted()
    for reason in ("", "  ", "长" * 501):
        with pytest.raises(Incomplete):
            withdraw_release(release_id, by=person(DESIGNER), reason=reason)
    for login in (SECOND, PUBLISHER, SIGNBOARDS):
        with pytest.raises(NotYours):
            withdraw_release(release_id, by=person(login), reason="不合适")
    assert queries.release(release_id).state == "submitted"


def test_whoever_submitted_a_colleagues_release_takes_it_back(db: SQLAlchemy) -> None:
    release_id = submitted()
    withdraw_release(release_id, by=person(DESIGNER), reason="再看")
    releases.submit_release(release_id, by=person(SECOND))
    withdraw_release(release_id, by=person(SECOND), reason="还要改")
    with pytest.raises(ReleaseRefused):
        withdraw_release(release_id, by=person(DESIGNER), reason="已是草稿")


def test_what_a_publisher_approved_is_not_the_authors_to_take_back(db: SQLAlchemy) -> None:
    release_id = submitted()
    sign_all(release_id)
    tomorrow = clock.today(moments.OFFICE_ZONE) + timedelta(days=1)
    publish_release(release_id, by=person(PUBLISHER), effective_on=tomorrow)
    with pytest.raises(ReleaseRefused, match="returned by its publisher"):
        withdraw_release(release_id, by=person(DESIGNER), reason="再看")


def test_the_page_offers_it_to_the_author_alone(client: FlaskClient) -> None:
    release_id = submitted()
    address = f"/studio/releases/{release_id}"
    for login in (SECOND, LAWYER):
        other = Browser.of(client.application.test_client(), login)
        other.open(address)
        assert "撤回提交" not in other.text
    author = Browser.of(client, DESIGNER)
    author.open(address)
    author.submit("/withdraw", {"reason": ""})
    assert author.status == 422
    author.open(address)
    author.submit("/withdraw", {"reason": "时限写错了"})
    assert "已撤回，又是草稿" in author.text
    assert "撤回提交：时限写错了" in author.text
    author.open(f"/studio/bundles/{queries.release(release_id).bundle_key}")
    assert "撤回提交" in author.text


def test_what_the_author_reads_in_english_is_parted(client: FlaskClient) -> None:
    release_id = submitted()
    author = Browser.of(client, DESIGNER)
    client.set_cookie(COOKIE, "en")
    author.open(f"/studio/releases/{release_id}")
    told_apart = author.page.xpath("//span[contains(@class, 'd-block')][starts-with(., 'You had a part')]")
    assert len(told_apart) == 1
    assert "State" in author.page.xpath("//section[@aria-labelledby='sign-offs']//th/text()")
