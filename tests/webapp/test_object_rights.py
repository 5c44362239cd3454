"""Who may open which object, over real papers, visits and corrections; and what opening them leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from tests.support import office, tolerances
from tests.webapp.test_case_view import break_a_step
from tests.webapp.test_every_route import ROLES
from webapp import clock, moments
from webapp.unit_of_work import sql

#: Pages that show no one's personal data: lists, the empty visit, the course of a case as a drawing.
NOT_PERSONAL = {
    "application.drafts",
    "application.visit",
    "application.bundle",
    "application.resume",  # leads on, and shows nothing
    "case.diagram_file",
    "case.position",
    "window.desk",
    "window.question",  # nothing is asked in this case
}
SUBJECTS = ("application", "case", "decisions", "paper", "told", "window")
STRANGERS = ("sign reviewer", "police reviewer", "designer", "publisher", "legal", "helper")


@dataclass(frozen=True)
class Objects:
    """Ids by which routes are built: `places` of the delivered case, and of what each route needs otherwise."""

    delivered: int
    draft: int
    places: dict[str, Any]
    own: dict[str, dict[str, Any]]  # endpoint -> places of its own

    def address(self, app: Flask, endpoint: str, **values: Any) -> str:
        rule = next(rule for rule in app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ()))
        given = {**self.places, **({"case_id": self.draft} if endpoint.startswith("application.") else {})}
        given |= self.own.get(endpoint, {}) | values
        built = rule.build({name: given[name] for name in rule.arguments})
        assert built is not None
        return str(built[1])


def one(statement: str, *values: Any) -> Any:
    row = sql().execute(statement, values).fetchone()
    assert row is not None, statement
    return row[0]


@pytest.fixture
def objects(db: SQLAlchemy) -> Objects:
    """A delivered licence by commitment, a result that waits at the counter, a correction, and a draft."""
    delivered, waiting = office.received("commitment"), office.received("commitment")
    for step in ("immediate", "issue", "deliver"):
        office.act(delivered.id, step, "P2")
    for step in ("immediate", "issue"):
        office.act(waiting.id, step, "P2")
    correcting = office.received("commitment", ways={})
    office.act(correcting.id, "accept", "P2", intake_outcome="correction")
    correction = {"task_id": office.open_task(correcting.id, "correct", "P2").id}
    following = tolerances.received(moments.local(clock.now()).date() + timedelta(days=6))
    office.act(following.id, "accept", "P2")
    signing = office.draft("commitment")
    office.ask_to_sign(signing, ["P2"])
    draft, signed = office.draft("ordinary"), "select min(signature_file_id) from commitment where case_id = %s"
    given = (
        "select min(f.file_id) from material_file f join submitted_material m on m.id = f.submitted_material_id"
        " where m.case_id = %s"
    )
    places = {
        "case_id": delivered.id,
        "document_id": one("select min(id) from document where case_id = %s", delivered.id),
        "licence_id": one(
            "select l.id from licence l join item_case i on i.id = l.item_case_id where i.case_id = %s", delivered.id
        ),
        "sheet_id": one("select min(id) from notification_sheet where case_id = %s", delivered.id),
        "visit_id": one("select visit_id from cases where id = %s", delivered.id),
        "file_id": one(given, delivered.id),
        "item_key": "P2",
        "material_key": one("select min(material_key) from submitted_material where case_id = %s", draft),
    }
    material = one(
        "select faults -> 0 ->> 1 from correction c join item_case i on i.id = c.item_case_id where i.case_id = %s",
        correcting.id,
    )
    own = {
        "application.receipt": {"case_id": delivered.id},
        "application.signing": {"case_id": signing},
        "application.signing_state": {"case_id": signing},
        "application.file": {"file_id": one(given, draft)},
        "application.given_sheet": {
            "sheet_id": one("select min(id) from notification_sheet where case_id = %s", draft)
        },
        "paper.signature": {"file_id": one(signed, delivered.id)},
        "paper.proof_to_sign": {"case_id": waiting.id},
        "window.correct": correction,
        "window.camera": {**correction, "material_key": material},
        "window.hand_in": {"task_id": office.open_task(following.id, "hand-in", "P2").id},
        "window.tolerance_offer": {"case_id": following.id},
    }
    return Objects(delivered.id, draft, places, own)


PAPERS = ("paper.document", "paper.licence", "paper.sheet", "paper.letter", "paper.signature")
CASE = ("case.show", "case.file", "case.diagram_file", "case.position", "decisions.of_case")
CORRECTION = ("window.correct",)
OPEN_TO = {
    "clerk": {*PAPERS, *CASE, *CORRECTION, "window.result", "application.bundle", "application.form"},
    "issuer": {*PAPERS, *CASE, "paper.proof_to_sign", "window.result"},
    "drug reviewer": {*PAPERS, *CASE},
    "supervisor": {"case.show", "case.diagram_file", "case.position", "decisions.of_case"},
    **{role: set() for role in STRANGERS},
}
ALL = (*PAPERS, *CASE, *CORRECTION, "paper.proof_to_sign", "window.result", "application.bundle", "application.form")


def test_every_object_opens_for_those_whose_work_it_is_and_nobody_else(
    app: Flask, client: Any, objects: Objects
) -> None:
    for role, may_open in OPEN_TO.items():
        office.sign_in(client, ROLES[role])
        for endpoint in ALL:
            status = client.get(objects.address(app, endpoint)).status_code
            allowed = {200} if endpoint in may_open else {403, 404}
            assert status in allowed, (role, endpoint, status)
        client.post("/sign-out", data={"csrf_token": office.csrf_token(client)})


def test_a_draft_is_no_case_to_anyone(app: Flask, client: Any, objects: Objects) -> None:
    draft = objects.draft
    own = objects.own
    addresses = [
        objects.address(app, endpoint, case_id=draft, **own["application.file"])
        for endpoint in (*CASE, "paper.signature", "paper.letter", "window.result")
    ]
    addresses.append(objects.address(app, "paper.sheet", **own["application.given_sheet"]))
    for role in ("clerk", "issuer", "lead", "supervisor", "drug reviewer"):
        office.sign_in(client, ROLES[role])
        for address in addresses:
            assert client.get(address).status_code in (403, 404), (role, address)
        client.post("/sign-out", data={"csrf_token": office.csrf_token(client)})


def test_a_visit_is_its_openers(app: Flask, client: Any, objects: Objects) -> None:
    colleague = one(
        "select u.login from app_user u join membership m on m.user_id = u.id join candidate_group g"
        " on g.id = m.group_id where g.role = 'clerk' and u.login <> %s order by u.id limit 1",
        ROLES["clerk"],
    )
    office.sign_in(client, colleague)
    assert client.get(objects.address(app, "application.bundle")).status_code == 404


def test_an_incident_is_tried_again_in_its_own_case_alone(client: Any, db: SQLAlchemy) -> None:
    case, other = office.received("commitment"), office.received("ordinary")
    office.act(case.id, "immediate", "P2")
    incident = break_a_step(case)
    office.sign_in(client, ROLES["lead"])
    values = {"csrf_token": office.csrf_token(client)}
    assert client.post(f"/cases/{other.id}/incidents/{incident}/retry", data=values).status_code == 404
    assert client.post(f"/cases/{case.id}/incidents/{incident}/retry", data=values).status_code == 302


def test_whoever_opens_personal_data_leaves_a_line(app: Flask, client: Any, objects: Objects) -> None:
    endpoints = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in SUBJECTS and "GET" in (rule.methods or ())
    } - NOT_PERSONAL
    opened = set()
    for role in ("clerk", "issuer"):
        office.sign_in(client, ROLES[role])
        for endpoint in sorted(endpoints):
            before = one("select count(*) from access_log")
            if client.get(objects.address(app, endpoint)).status_code == 200:
                assert one("select count(*) from access_log") > before, endpoint
                opened.add(endpoint)
        client.post("/sign-out", data={"csrf_token": office.csrf_token(client)})
    assert opened == endpoints
