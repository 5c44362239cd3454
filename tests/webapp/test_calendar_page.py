"""The page on which tables of working days come in, with all that is wrong told beside the file."""

from __future__ import annotations

import io
from pathlib import Path

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from lxml import html

from tests.journeys.test_calendars import (
    LATE_IN_THE_YEAR,
    PUBLISHED,
    PUBLISHER,
    accepted_late,
    clock_of,
    run_jobs,
)
from tests.journeys.test_pauses import notice, pause
from tests.support import office
from webapp.catalogue import rules_in_force
from webapp.clock import frozen_at
from webapp.settings import PROJECT_FOLDER

FOLDER = PROJECT_FOLDER / "processes" / "_shared" / "calendars"


def uploaded(client: FlaskClient, content: bytes, name: str = "2027.toml"):
    values = {"csrf_token": office.csrf_token(client), "file": (io.BytesIO(content), name)}
    return client.post("/calendars", data=values, content_type="multipart/form-data")


def text(client: FlaskClient, address: str = "/calendars") -> str:
    return " ".join(html.fromstring(client.get(address).get_data(as_text=True)).text_content().split())


def test_a_year_comes_in_and_is_shown_with_its_source(client: FlaskClient, db: SQLAlchemy) -> None:
    office.sign_in(client, PUBLISHER)
    assert "2027 暂定" in text(client)
    assert uploaded(client, PUBLISHED.encode()).status_code == 302
    shown = text(client)
    assert "2027 已公布" in shown
    assert "已导入，0 件办件的时限将重新计算。" in shown
    assert rules_in_force().calendar.is_published(2027)


def test_a_limit_that_stands_still_waits_for_no_table(client: FlaskClient, db: SQLAlchemy) -> None:
    """A pause leaves the day open; once the year is published nothing waits for a table any more."""
    waiting = "个时限跨入尚未公布安排的年份"
    with frozen_at(LATE_IN_THE_YEAR):
        case_id = accepted_late(db)
        office.sign_in(client, PUBLISHER)
        assert waiting in text(client)
        assert uploaded(client, PUBLISHED.encode()).status_code == 302
        run_jobs()
        assert waiting not in text(client)
        pause(db, case_id, document=notice(db, case_id))
        assert clock_of(db, case_id).provisional
        assert waiting not in text(client)


def test_what_is_wrong_stands_beside_the_file(client: FlaskClient, db: SQLAlchemy) -> None:
    office.sign_in(client, PUBLISHER)
    refused = uploaded(client, (FOLDER / "2026.toml").read_bytes(), "2026.toml")
    assert refused.status_code == 422
    assert "2026年的这份安排已经导入" in refused.get_data(as_text=True)
    assert "请选择文件" in uploaded(client, b"", "").get_data(as_text=True)
    recorded = text(client)
    assert "未导入" in recorded
    assert "同一安排已经导入" in recorded
    assert "calendar-imported-twice" not in recorded


def test_closures_of_another_place_are_shown_there(client: FlaskClient, db: SQLAlchemy, tmp_path: Path) -> None:
    office.sign_in(client, PUBLISHER)
    head = 'format = 1\nyear = 2026\nstatus = "published"\nplace = "fictional-county"\n'
    source = 'source = { zh = "澜溪县停止办公通告（示例）", en = "Notice" }\n'
    day = '[[days]]\ndate = 2026-07-08\nkind = "closed"\nname = { zh = "防汛", en = "Flood" }\n'
    assert uploaded(client, (head + source + day).encode(), "county.toml").status_code == 302
    assert "防汛" not in text(client)
    assert "2026-07-08停止办公防汛" in text(client, "/calendars?place=fictional-county").replace(" ", "")


def test_only_who_publishes_sees_the_form_and_a_reviewer_nothing(client: FlaskClient, db: SQLAlchemy) -> None:
    office.sign_in(client, "taoran")
    assert "导入并重新计算时限" not in text(client)
    assert uploaded(client, PUBLISHED.encode()).status_code == 403
    client.post("/sign-out", data={"csrf_token": office.csrf_token(client)})
    office.sign_in(client, "zhaolin")
    assert client.get("/calendars").status_code == 403
