"""What becomes of commitments, as the bundle's page shows it month by month."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.webapp.browsing import Browser
from webapp import clock, moments
from webapp.queries.commitment_figures import Month, months
from webapp.services import commitment_figures

BUNDLE = "open-pharmacy"


def counted(monkeypatch: pytest.MonkeyPatch, later: timedelta = timedelta()) -> list[Month]:
    """The figures as the worker leaves them, so much later."""
    at = clock.now() + later
    monkeypatch.setattr(clock, "now", lambda: at)
    commitment_figures.refresh()
    return months(BUNDLE)


def test_rulings_by_commitment_their_minutes_and_proofs_are_counted(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.received("commitment")
    for item in ("P2", "P3", "P4"):
        office.act(case.id, "immediate", item)
    mixed = office.received("mixed-ways")
    office.act(mixed.id, "immediate", "P5")
    (month,) = counted(monkeypatch)
    assert (month.received, month.committed, month.proofs) == (4, 3, 0)
    assert month.share == 75
    assert month.median_minutes is not None
    assert month.ninth_minutes is not None
    assert month.median_minutes <= month.ninth_minutes


def test_verifications_in_time_and_false_commitments_are_counted_where_they_happen(
    db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.received("commitment")
    for item in ("P2", "P3", "P4"):
        office.act(case.id, "immediate", item)
    office.act(case.id, "verify", "P2", verification_result="pass")
    office.act(case.id, "verify", "P3", verification_result="false")
    (month,) = counted(monkeypatch)
    assert (month.verified, month.on_time, month.on_time_share) == (2, 2, 100)
    assert (month.found_false, month.revoked) == (1, 0)


def test_a_month_that_is_over_stays_as_it_is(db: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    first = counted(monkeypatch)
    later = counted(monkeypatch, timedelta(days=70))
    assert [one.month for one in later] == [one.month for one in first]
    assert later[0].committed == 1
    assert moments.local(later[0].counted_at) <= moments.local(clock.now())


def test_the_page_shows_the_figures_and_gives_the_same_lines_as_a_file(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.received("commitment")
    office.act(case.id, "immediate", "P2")
    counted(monkeypatch)
    browser = Browser.of(client, "taoran").open(f"/studio/bundles/{BUNDLE}")
    assert "告知承诺办理情况" in browser.text
    cells = [
        cell.text_content().strip()
        for cell in browser.page.xpath("//section[.//h2[@id='commitments-title']]//tbody//tr[1]/*")
    ]
    file = client.get(f"/studio/bundles/{BUNDLE}/commitments.csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(file.removeprefix("\ufeff"))))
    assert rows[1] == cells
    assert rows[0][0] == "月份"
