"""The pages of a migration of many cases, as a designer, a publisher and a lead see them."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.journeys.test_migration_runs import DESIGNER, LEAD, NEW, OLD, PUBLISHER, cases, outcomes, state
from tests.support import machines, office
from webapp.catalogue import current_releases, published, release_files
from webapp.queries.migration_matching import BY_BOTH, SAME, mapping_of, proposed
from webapp.services import migration_runs as runs
from webapp.services.migration_runs import Chosen
from webapp.unit_of_work import sql


def post(client: FlaskClient, address: str, **values: object) -> int:
    return client.post(address, data={"csrf_token": office.csrf_token(client), **values}).status_code


def newest() -> int:
    row = sql().execute("select max(id) from migration_run").fetchone()
    assert row is not None
    return int(row[0])


def test_a_migration_from_the_choice_to_taking_it_back(db: SQLAlchemy, client: FlaskClient) -> None:
    old = machines.publish(OLD)
    cases(old, of=3)
    machines.publish(NEW)
    address = f"/studio/bundles/{office.BUNDLE}/migrate"
    office.sign_in(client, DESIGNER)
    page = client.get(address).get_data(as_text=True)
    assert "选中 3 件" in page
    assert "需要手工选择" in page
    chosen = {"releases": str(old), f"map-{machines.PROCESS}:a": "z"}
    assert "手工选择" in client.get(address, query_string=chosen).get_data(as_text=True)
    assert post(client, address, reason="", **chosen) == 422
    assert post(client, address, reason="审查环节改名", **chosen) == 302
    run = newest()
    page = f"/studio/migrations/{run}"
    assert "核对中" in client.get(page).get_data(as_text=True)
    machines.work()
    assert outcomes(run) == ["fits"] * 3
    assert post(client, f"{page}/propose") == 302
    assert post(client, f"{page}/confirm", first=1) == 403
    office.sign_in(client, PUBLISHER)
    assert "先迁移" in client.get(page).get_data(as_text=True)
    assert post(client, f"{page}/confirm", first=0) == 422
    assert post(client, f"{page}/confirm", first=1) == 302
    machines.work()
    assert state(run) == "looked"
    office.sign_in(client, LEAD)
    assert "继续迁移其余 2 件" in client.get(page).get_data(as_text=True)
    assert post(client, f"{page}/go-on") == 302
    assert post(client, f"{page}/confirm", first=1) == 409
    machines.work()
    assert outcomes(run) == ["moved"] * 3
    assert post(client, f"{page}/undo", reason="") == 422
    assert post(client, f"{page}/undo", reason="新版有误") == 302
    machines.work()
    text = client.get(page, query_string={"state": "undone"}).get_data(as_text=True)
    assert "已撤销 3" in text
    assert post(client, f"{page}/nothing") == 404
    assert "批量迁移" in client.get("/studio/migrations").get_data(as_text=True)


def test_the_part_that_is_polled_says_304_while_nothing_moves(db: SQLAlchemy, client: FlaskClient) -> None:
    old = machines.publish(OLD)
    cases(old, of=2)
    machines.publish(NEW)
    office.sign_in(client, DESIGNER)
    post(client, f"/studio/bundles/{office.BUNDLE}/migrate", reason="改名", releases=str(old))
    address = f"/studio/migrations/{newest()}/progress"
    first = client.get(address)
    tag = {"If-None-Match": first.headers["ETag"]}
    assert first.status_code == 200
    assert "hx-get" in first.get_data(as_text=True)
    assert client.get(address, headers=tag).status_code == 304
    machines.work()
    then = client.get(address, headers=tag)
    assert then.status_code == 200
    assert "hx-get" not in then.get_data(as_text=True)


def test_what_was_renamed_and_kept_its_name_and_place_is_proposed(db: SQLAlchemy) -> None:
    old = current_releases()[office.BUNDLE]
    case = office.received("commitment")
    files = release_files(old)
    file = "_shared/item-licence.bpmn"
    files[file] = renamed(files[file])
    new = machines.publish_files(files)
    matches = {one.element: one for one in proposed(published(old), published(new), {}) if one.how != SAME}
    assert list(matches) == ["immediate"]
    assert (matches["immediate"].new, matches["immediate"].how) == ("decide-at-once", BY_BOTH)
    mapping = mapping_of(published(old), published(new), {})
    run = runs.begin(office.BUNDLE, Chosen((old,)), mapping, by=office.person(DESIGNER), reason="改名")
    machines.work()
    assert outcomes(run) == ["fits"]
    runs.propose(run, by=office.person(DESIGNER))
    runs.confirm(run, by=office.person(PUBLISHER), first_cases=1)
    machines.work()
    assert outcomes(run) == ["moved"]
    assert "decide-at-once" in machines.tasks(case.id)
    task, decider = office.claimed(case.id, "immediate", "P2")
    assert task.element == "decide-at-once"
    assert decider is not None


def renamed(diagram: bytes) -> bytes:
    """One task has another id; its name, its place and its step are the same."""
    text = re.sub(r'(?<!value)="immediate"', '="decide-at-once"', diagram.decode())
    return text.replace(">immediate<", ">decide-at-once<").encode()
