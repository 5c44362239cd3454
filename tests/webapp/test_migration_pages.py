"""The pages of a migration of many cases, as a designer, a publisher and a lead see them."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.engine.runtime.diagrams import diagram
from tests.journeys.test_migration_runs import (
    DESIGNER,
    LEAD,
    NEW,
    OLD,
    PUBLISHER,
    begun,
    cases,
    confirmed,
    outcomes,
    state,
)
from tests.support import machines, office
from tests.webapp.browsing import Browser
from webapp import clock
from webapp.catalogue import current_releases, published, release_files
from webapp.clock import frozen_at
from webapp.queries.migration_matching import BY_BOTH, SAME, mapping_of, proposed
from webapp.services import migration_runs as runs
from webapp.services.migration_runs import UNDO_FOR, Chosen
from webapp.unit_of_work import sql

#: Each page that is sent has a key of its own.
KEYS = count()


def post(client: FlaskClient, address: str, **values: object) -> int:
    typed = {"csrf_token": office.csrf_token(client), "key": f"key-{next(KEYS)}", **values}
    return client.post(address, data=typed).status_code


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
    chosen = {"releases": str(old), f"map-{old}-{machines.PROCESS}:a": "z"}
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


def drawn(text: str, **names: str) -> int:
    """A release with this diagram, whose elements are called so."""
    files = release_files(current_releases()[office.BUNDLE])
    attributes = {element: f'name="{name}"' for element, name in names.items()}
    files["open-pharmacy.bpmn"] = diagram(text, process=machines.PROCESS, attributes=attributes)
    return machines.publish_files(files)


def test_an_id_that_is_another_step_in_each_release_goes_where_each_says(db: SQLAlchemy, client: FlaskClient) -> None:
    one_step = "start s\nuser a\nend e\ns -> a -> e"
    first = drawn(one_step, a="审查")
    examined, _ = machines.run(first)
    second = drawn(one_step, a="核对")
    checked, _ = machines.run(second)
    drawn("start s\nuser z\nuser y\nend e\ns -> y -> z -> e", z="审查", y="核对")
    screen = Browser.of(client, DESIGNER)
    screen.open(f"/studio/bundles/{office.BUNDLE}/migrate?releases={first}&releases={second}")
    numbers = {release: f"第 {published(release).number} 版" for release in (first, second)}
    told = [" ".join(row.split()) for row in screen.page.xpath("//tr[starts-with(@id, 'match-')]/th/text()")]
    assert sorted(name for name in told if name) == ["审查", "核对"]
    assert set(screen.page.xpath("//tr[starts-with(@id, 'match-')]/td[1]/text()")) == set(numbers.values())
    step = screen.page.xpath(f"string(//select[@name='step']/option[@value='{machines.PROCESS}:a'])")
    assert set(step.split("、")) == {"审查", "核对"}
    screen.submit("/migrate", {"reason": "两个环节分开"})
    run = newest()
    machines.work()
    assert outcomes(run) == ["fits", "fits"]
    page = screen.open(f"/studio/migrations/{run}").text
    for release, element in ((first, "z"), (second, "y")):
        assert re.search(rf"{numbers[release]}：{machines.PROCESS}:a → {element}", page)
    runs.propose(run, by=office.person(DESIGNER))
    runs.confirm(run, by=office.person(PUBLISHER), first_cases=2)
    machines.work()
    assert (machines.tasks(examined), machines.tasks(checked)) == (["z"], ["y"])
    runs.undo(run, by=office.person(PUBLISHER), reason="改回")
    machines.work()
    assert outcomes(run) == ["undone", "undone"]
    assert (machines.tasks(examined), machines.tasks(checked)) == (["a"], ["a"])


def test_what_is_the_same_in_two_releases_is_chosen_once_for_both(db: SQLAlchemy, client: FlaskClient) -> None:
    releases = [machines.publish(OLD), machines.publish(OLD)]
    moved = [cases(release, of=1)[0] for release in releases]
    machines.publish(NEW)
    screen = Browser.of(client, DESIGNER)
    screen.open(f"/studio/bundles/{office.BUNDLE}/migrate")
    form = screen.form("/migrate")
    [field] = [name for name in form.fields if name.startswith("map-") and name.endswith(":a")]
    assert field == f"map-{releases[1]}.{releases[0]}-{machines.PROCESS}:a"
    screen.submit("/migrate", {"reason": "改名", field: "z"})
    run = newest()
    machines.work()
    assert outcomes(run) == ["fits", "fits"]
    runs.propose(run, by=office.person(DESIGNER))
    runs.confirm(run, by=office.person(PUBLISHER), first_cases=2)
    machines.work()
    assert [machines.tasks(case) for case in moved] == [["z"], ["z"]]


@pytest.mark.parametrize("day", ["9999-12-31", "2026-13-01"])
def test_a_day_that_cannot_be_searched_for_is_said_beside_its_field(
    db: SQLAlchemy, client: FlaskClient, day: str
) -> None:
    old = machines.publish(OLD)
    cases(old, of=1)
    machines.publish(NEW)
    address = f"/studio/bundles/{office.BUNDLE}/migrate"
    office.sign_in(client, DESIGNER)
    shown = client.get(address, query_string={"releases": old, "until": day})
    assert shown.status_code == 422
    assert "日期不对，请重新选择" in shown.get_data(as_text=True)
    assert post(client, address, releases=old, since=day, until=day, reason="改名") == 422
    assert sql().execute("select count(*) from migration_run").fetchone() == (0,)


def test_the_pages_say_what_is_under_way_and_what_is_past_undoing(db: SQLAlchemy, app: Flask) -> None:
    old = machines.publish(OLD)
    cases(old, of=2)
    machines.publish(NEW)
    run = begun(old)
    confirmed(run)
    screen = Browser.of(app.test_client(), DESIGNER)
    choosing = screen.open(f"/studio/bundles/{office.BUNDLE}/migrate")
    assert "这件事已有一次迁移正在进行" in choosing.text
    assert choosing.links(containing=f"/migrations/{run}")
    assert choosing.submit("/migrate", {"reason": "改名"}).status == 409
    runs.go_on(run, by=office.person(PUBLISHER))
    machines.work()
    assert "正在进行" not in screen.open(f"/studio/bundles/{office.BUNDLE}/migrate").text
    screen = Browser.of(app.test_client(), PUBLISHER)
    assert screen.open(f"/studio/migrations/{run}").page.xpath("//form[contains(@action, '/undo')]")
    with frozen_at(clock.now() + UNDO_FOR + timedelta(hours=1)):
        screen = Browser.of(app.test_client(), PUBLISHER)
        late = screen.open(f"/studio/migrations/{run}")
    assert not late.page.xpath("//form[contains(@action, '/undo')]")
    assert "留存期已过" in late.text


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
    run = runs.begin(office.BUNDLE, Chosen((old,)), {old: mapping}, by=office.person(DESIGNER), reason="改名")
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


def test_the_diagram_of_each_release_with_matches_of_its_own_is_shown(db: SQLAlchemy, client: FlaskClient) -> None:
    file = "_shared/item-licence.bpmn"
    first = current_releases()[office.BUNDLE]
    office.received("commitment")
    files = release_files(first)
    second = machines.publish_files({**files, file: renamed(files[file])})
    office.received("commitment")
    machines.publish_files({**files, file: renamed(files[file], "decide-now")})
    screen = Browser.of(client, DESIGNER)
    screen.open(f"/studio/bundles/{office.BUNDLE}/migrate?releases={first}&releases={second}")
    titles = [" ".join(one.text_content().split()) for one in screen.page.xpath("//h2[contains(., '流程图')]")]
    numbers = [published(one).number for one in (second, first)]
    drawn_of = [one.partition("：")[0] for one in titles]
    assert drawn_of[::2] == [f"原版流程图（第 {number} 版）" for number in numbers]
    assert len(set(drawn_of[1::2])) == 1
    ids = set(screen.page.xpath("//@id"))
    for release, element in ((first, "immediate"), (second, "decide-at-once")):
        assert f"match-{release}-item-licence-{element}" in ids


def renamed(diagram: bytes, task: str = "decide-at-once") -> bytes:
    """One task has another id; its name, its place and its step are the same."""
    text = re.sub(r'(?<!value)="immediate"', f'="{task}"', diagram.decode())
    return text.replace(">immediate<", f">{task}<").encode()
