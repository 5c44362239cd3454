"""What holds for every route: it names a permission, refuses whom it must, and never breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from werkzeug.routing import Rule

from tests.support import credit, office
from webapp.identity import Identity
from webapp.models import ItemCase
from webapp.permissions import Permission, TaskFacts, may, may_at_all
from webapp.queries.case_access import case_facts
from webapp.services.locked_case import on_case
from webapp.services.signals import raise_signal
from webapp.unit_of_work import sql

#: Open to everyone without naming a permission: built files and the signs of life.
WITHOUT_VIEW = {"static", "health.health", "health.ready"}
ROLES = {
    "clerk": "lixiaoyun",
    "issuer": "duanfang",
    "drug reviewer": "zhaolin",
    "drug decider": "wujianhua",
    "sign reviewer": "hanlei",
    "police reviewer": "qinyong",
    "visit officer": "kongliang",
    "verifier": "huaqiang",
    "lead": "weixiaohong",
    "designer": "taoran",
    "publisher": "jiangwen",
    "legal": "qixin",
    "supervisor": "xieguang",
    "helper": "zousanbao",
}


@dataclass(frozen=True)
class Office:
    """A received case, a draft, and ids of things in them."""

    case: int
    draft: int
    task: int
    places: dict[str, Any]


@pytest.fixture
def city(db: SQLAlchemy) -> Office:
    """A pharmacy in its departments, without food and signboard; a draft of the clerk."""
    case = office.received("commitment", ways={})
    draft = office.draft("ordinary")
    task = office.open_task(case.id, "accept", "P2").id
    file_id = sql().execute("select min(id) from stored_file").fetchone()
    document = sql().execute("select min(id) from document").fetchone()
    record = credit.bar("91440300708461136T")
    places = {
        "record_key": credit.address(record).rpartition("/")[2],
        "request_key": credit.request_address(credit.request(record)).rpartition("/")[2],
        "kind": "repair",
        "case_id": case.id,
        "task_id": task,
        "release_id": 1,
        "key": office.BUNDLE,
        "material_key": "floor-plan",
        "file_id": file_id[0],
        "document_id": document[0],
        "incident_id": 1,
        "meeting_id": 1,
        "opinion_id": 1,
        "round_id": 1,
        "table": "items",
        "form": "xlsx",
        "further_act": "copy",
        "copy_id": 1,
        "bulk_id": 1,
        "run_id": 1,
        "list_id": 1,
        "import_id": 1,
        "aside_id": 1,
        "migration_act": "propose",
        "handover_id": 1,
        "note_id": 1,
        "notice_id": 1,
        "comment_id": 1,
        "point_id": 1,
        "substitution_id": 1,
        "conflict_id": 1,
        "delivery_id": 1,
        "group_key": "approval-bureau.review",
        "reminder_id": 1,
        "view_id": 1,
        "signal_id": _signal(case.id),
        "sheet_id": 1,
        "photo_id": 1,
        "public_id": "none",
        "visit_id": 1,
        "item_key": "P2",
        "item": "P2",
        "licence_id": 1,
        "commitment_id": 1,
        "collection_id": 1,
        "act": "suspend",
        "code": "0000000000",
        "public_code": "0000000000",
        "token": "no-such-token",
        "trial_id": office.trial(),
        "number": 1,
    }
    return Office(case.id, draft, task, places)


def _signal(case_id: int) -> int:
    """A supervision signal of the drug licence."""
    with on_case(case_id) as case:
        item_case = next(one.id for one in ItemCase.query.filter_by(case_id=case_id, item_key="P2"))
        assert raise_signal(case, "second-correction", item_case_id=item_case)
    row = sql().execute("select max(id) from supervision_signal").fetchone()
    assert row is not None
    return int(row[0])


def rules(app: Flask) -> Iterator[tuple[Rule, Permission | None]]:
    """Every route with the permission that its view names (None: open to everyone)."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in WITHOUT_VIEW:
            yield rule, app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]


def address(rule: Rule, city: Office) -> str:
    """The route's address over the city's ids; a draft's for the application's own pages."""
    places = dict(city.places)
    if rule.rule.startswith("/application/"):
        places["case_id"] = city.draft
    built = rule.build({name: places[name] for name in rule.arguments})
    assert built is not None
    return str(built[1])


def test_every_route_names_who_may_open_it(app: Flask) -> None:
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_VIEW and not hasattr(app.view_functions[rule.endpoint], "permission")
    ]
    assert silent == []


def test_a_stranger_is_led_to_the_sign_in_page_or_refused(app: Flask, client: Any, city: Office) -> None:
    for rule, permission in rules(app):
        if permission is None:
            continue
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        token = office.csrf_token(client)
        values = {"csrf_token": token} if method == "POST" else None
        response = client.open(address(rule, city), method=method, data=values)
        assert response.status_code in (302, 401), (rule.rule, response.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_with_every_role(app: Flask, client: Any, city: Office, role: str) -> None:
    by = office.person(ROLES[role])
    office.sign_in(client, by.login)
    for rule, permission in rules(app):
        if "GET" not in (rule.methods or ()):
            continue
        response = client.get(address(rule, city))
        status, words = response.status_code, (role, rule.rule, response.status_code)
        assert status < 500, words
        if permission is None:
            continue
        if not may_at_all(by, permission):
            assert status == 403, words
        elif rule.rule.startswith("/cases/"):
            _check_case(by, city, permission, status, words)
        elif rule.rule.startswith("/tasks/"):
            facts = TaskFacts(frozenset({"drug.review"}), None, "open", office.BUNDLE)
            assert (status == 200) == may(by, Permission.TASK_SEE, facts), words
        else:
            assert status in (200, 302, 404), words


def _check_case(by: Identity, city: Office, permission: Permission, status: int, words: object) -> None:
    if may(by, permission, case_facts(city.case)):
        assert status in (200, 302, 404), words
    else:
        assert status == 404, words


@pytest.mark.parametrize("role", ROLES)
def test_every_act_is_refused_to_the_roles_it_is_not_for(app: Flask, client: Any, city: Office, role: str) -> None:
    by = office.person(ROLES[role])
    office.sign_in(client, by.login)
    token = office.csrf_token(client)
    for rule, permission in rules(app):
        if "POST" not in (rule.methods or ()) or permission is None or may_at_all(by, permission):
            continue
        response = client.post(address(rule, city), data={"csrf_token": token})
        assert response.status_code == 403, (role, rule.rule, response.status_code)


def test_a_department_without_part_in_the_case_cannot_even_learn_of_it(client: Any, city: Office) -> None:
    office.sign_in(client, ROLES["sign reviewer"])
    for path in (f"/cases/{city.case}", f"/tasks/{city.task}", f"/cases/{city.case}/position.json"):
        seen, unknown = client.get(path), client.get(path.replace(str(city.case), "999999"))
        assert seen.status_code == unknown.status_code == 404


def test_a_clerk_cannot_decide(client: Any, city: Office) -> None:
    office.sign_in(client, ROLES["clerk"])
    token = office.csrf_token(client)
    values = {"outcome": "accepted", "key": "k", "revision": "0", "csrf_token": token}
    response = client.post(f"/tasks/{city.task}/act", data=values)
    assert response.status_code == 404
    assert ("P2", "accept") in office.open_steps(city.case)


def test_the_designer_sees_no_personal_data(app: Flask, client: Any, city: Office) -> None:
    secret = {"legal_representative": "诸葛无名", "legal_representative_id": "110101195001019999"}
    for key, value in secret.items():  # the examples that are part of the bundle name invented people of their own
        sql().execute("update answer set value = %s where key = %s", (f'{{"v":"{value}"}}', key))
    sql().execute("update cases set applicant_name = '诸葛无名的药房'")
    office.sign_in(client, ROLES["designer"])
    for rule, _ in rules(app):
        if "GET" in (rule.methods or ()):
            text = client.get(address(rule, city)).get_data().decode(errors="replace")
            assert not any(value in text for value in secret.values()), rule.rule
