"""The bundle's page shows how long it took, takes side by side, and takes by commitment."""

from __future__ import annotations

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from lxml import html

from tests.support import office

TOLD = "改革前，逐项办理：45 个工作日；一件事，并联办理：12 个工作日；告知承诺，当场决定：0 个工作日"


def charts(client: FlaskClient, address: str) -> list[html.HtmlElement]:
    return html.fromstring(client.get(address).get_data(as_text=True)).xpath("//figure//svg[@role='img']")


def test_at_the_window_and_in_the_studio(client: FlaskClient, db: SQLAlchemy) -> None:
    office.sign_in(client, office.CLERK)
    offered = charts(client, f"/application/visit/{office.visit()}/bundle")
    (chart,) = [one for one in offered if one.get("aria-label") == TOLD]
    assert [bar.get("width") for bar in chart.findall("rect")] == ["165.0", "44.0", "2"]
    client.post("/sign-out", data={"csrf_token": office.csrf_token(client)})
    office.sign_in(client, "taoran")
    (chart,) = charts(client, f"/studio/bundles/{office.BUNDLE}")
    assert chart.get("aria-label") == TOLD
