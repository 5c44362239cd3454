"""The heat map as a designer sees it: in words beside every colour, and one way on the picture."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from lxml import etree

from tests.journeys.test_heat import CHAIN, DRUGS, counted, day
from tests.support import machines, office
from webapp.catalogue import published
from webapp.clock import frozen_at
from webapp.queries.heat import Asked, heat_of
from webapp.queries.heat_ways import in_order
from webapp.unit_of_work import sql

ADDRESS = f"/studio/bundles/{office.BUNDLE}/heat"
DRAWN = """<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d">
<bpmndi:BPMNPlane id="p" bpmnElement="open-pharmacy">
<bpmndi:BPMNShape id="sh-a" bpmnElement="a"><dc:Bounds x="100" y="80" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="sh-b" bpmnElement="b"><dc:Bounds x="260" y="80" width="100" height="80"/></bpmndi:BPMNShape>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"""


def waited() -> int:
    """A case that waited a day at `a` and still waits at `b`; one that has ended. The release."""
    release = machines.publish(CHAIN, {"a": DRUGS})
    row = (
        sql()
        .execute(
            "select b.content, b.digest from release_file f join blob b using (digest) where f.release_id = %s"
            " and f.path = 'open-pharmacy.bpmn'",
            (release,),
        )
        .fetchone()
    )
    assert row is not None
    drawn = bytes(row[0]).decode().replace("</definitions>", DRAWN)
    sql().execute("update blob set content = %s where digest = %s", (drawn.encode(), row[1]))
    with frozen_at(day(0)):
        case, _ = machines.run(release)
        other, _ = machines.run(release)
    with frozen_at(day(1)):
        machines.done(case, "a")
        machines.done(other, "a")
        machines.done(other, "b")
        counted()
    return release


def page(client: FlaskClient, **asked: str) -> str:
    with frozen_at(day(2)):
        response = client.get(ADDRESS, query_string=asked)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


def test_waits_stand_in_words_by_element_department_and_month(db: SQLAlchemy, client: FlaskClient) -> None:
    waited()
    office.sign_in(client, "taoran")
    told = page(client)
    assert "一个工作日为 7 小时" in told
    assert re.search(r"a 2 (6\.\d 小时|1 个工作日) (6\.\d 小时|1 个工作日) 0 江城市行政审批", told), told
    assert re.search(r"b 1 不到 1 分钟 不到 1 分钟 1 最早自 2026-11", told), told
    assert "1 种，共 1 次" in told
    assert "1 个工作日 a → b 显示" in told
    assert "按部门" not in told.replace("按部门和月份", "").split("各环节的等候")[0]
    assert "2026-11" in page(client, element="a").split("按部门和月份")[1]
    other = page(client, department="market-bureau-of-nowhere")
    assert "还没有等候记录" in other
    assert "全部部门 江城市行政审批服务管理局" in other
    assert "a 2" in page(client, department="approval-bureau", month="2026-11")
    assert "a 2" in page(client, month="2020-01", release="7", process="none", element="none")  # what is not there


def test_the_picture_says_what_the_table_says_and_shows_one_way(db: SQLAlchemy, client: FlaskClient) -> None:
    waited()
    office.sign_in(client, "taoran")
    with frozen_at(day(2)):
        picture = client.get(f"{ADDRESS}/picture")
        way = re.search(r"way=([0-9a-f]{64})", client.get(ADDRESS).get_data(as_text=True))
        assert way is not None
        other = client.get(f"{ADDRESS}/picture?way={way[1]}")
    assert picture.mimetype == "image/svg+xml"
    texts = [one.text for one in etree.fromstring(picture.data).iter("{http://www.w3.org/2000/svg}text")]
    assert any(text and text.startswith("中位") for text in texts)
    assert "正在等候 1" in texts
    assert "中位" not in other.get_data(as_text=True)


def test_the_page_reads_sums_and_no_case(db: SQLAlchemy, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    waited()
    office.sign_in(client, "taoran")
    page(client)  # the release is compiled
    asked: list[str] = []
    execute = psycopg.Cursor.execute

    def spying(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(str(query))
        return execute(cursor, query, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", spying)
        page(client, element="a")
    tables = {name for query in asked for name in re.findall(r"(?:from|join)\s+([a-z_]+)", query)}
    assert {"wait_month", "waiting_now", "path", "path_month"} <= tables
    assert tables.isdisjoint({"cases", "item_case", "process_instance", "user_task", "activity", "walk", "case_event"})


def test_who_may_not_see_releases_and_what_was_never_in_force(db: SQLAlchemy, client: FlaskClient) -> None:
    office.sign_in(client, "lixiaoyun")
    assert client.get(ADDRESS).status_code == 403
    office.sign_in(client, "taoran")
    assert client.get("/studio/bundles/no-such-thing/heat").status_code == 404
    assert client.get(ADDRESS).status_code == 200


def test_what_went_from_the_clock_to_the_office_is_told_in_the_hours_of_its_last_month(db: SQLAlchemy) -> None:
    rows = [(date(2026, 3, 1), True), (date(2026, 1, 1), False), (date(2026, 2, 1), False)]
    for month, in_office in rows:
        sql().execute(
            "insert into wait_month (bundle_key, process, month, element, department, release_id, in_office, waits,"
            " counts) values (%s, 'open-pharmacy', %s, 'a', '', 1, %s, 1, '{1}')",
            (office.BUNDLE, month, in_office),
        )
    asked = Asked(office.BUNDLE, "open-pharmacy", date(2026, 1, 1), date(2026, 12, 1))
    (element,) = heat_of(asked, published(1), 28_800).elements
    assert (element.spans.waits, element.spans.in_office) == (3, True)


def test_elements_of_a_way_stand_as_one_comes_to_them(db: SQLAlchemy) -> None:
    drawn = """end e
        sub body {
        user inner
        start t
        t -> inner
        }
        user after
        user again
        xor back
        timer late on body PT1H
        start s
        s -> back -> body -> after -> again -> e
        again -> back if more
        late -> again"""
    process = published(machines.publish(drawn)).program.processes[machines.PROCESS]
    assert in_order(process) == ["s", "back", "body", "t", "inner", "late", "after", "again", "e"]
