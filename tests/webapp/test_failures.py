"""Odd input at the edge: refused in words, never a broken page, and nothing typed in a log."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.errors import DeadlockDetected, LockNotAvailable

from tests.support import office


@pytest.mark.parametrize("path", ["/licences/a%00", "/track?number=a%00b", "/sign-in?next=%00"])
def test_a_nul_in_an_address_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_nul_in_a_form_is_refused(client: FlaskClient) -> None:
    token = office.csrf_token(client)
    response = client.post("/sign-in", data={"login": "a\x00b", "password": "x", "csrf_token": token})
    assert response.status_code == 400
    assert "请求不完整" in response.get_data(as_text=True)


def test_a_number_that_no_column_holds_is_refused_and_nothing_typed_is_logged(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    office.sign_in(client, office.CLERK)
    values = {
        "counter_id": "1" + "0" * 30,
        "ticket": "A1",
        "present": "legal-representative",
        "person_name": "诸葛无名",
        "person_id_number": office.example("commitment")["answers"]["legal_representative_id"],
        "person_mobile": "13900001234",
        "identity_checked": "hand",
        "csrf_token": office.csrf_token(client),
    }
    with caplog.at_level(logging.INFO):
        response = client.post("/application/visit", data=values)
    assert response.status_code in (400, 404, 422)
    assert "诸葛无名" not in caplog.text


def test_sixty_people_behind_one_address_can_sign_in(client: FlaskClient) -> None:
    from webapp.services.sign_in import FAILURES_PER_ADDRESS, sign_in

    for _ in range(FAILURES_PER_ADDRESS + 1):
        assert sign_in(office.CLERK, office.PASSWORD, address="10.0.0.1")


@pytest.mark.parametrize("held", [LockNotAvailable, DeadlockDetected])
def test_what_another_act_holds_is_said_without_a_case_where_nobody_knows_of_one(
    app: Flask, held: type[Exception]
) -> None:
    with app.test_request_context("/studio"):
        response = app.make_response(app.handle_user_exception(held()))
    said = response.get_data(as_text=True).split("<main", 1)[1]
    assert response.status_code == 503
    assert "另一项操作正在保存同样的内容" in said
    assert "同一办件" not in said
