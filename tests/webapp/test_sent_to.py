"""Addresses to which forms are sent, opened in a browser: they lead to the page of the form, and show nothing else."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support.office import csrf_token, sign_in

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        ("/studio/trials/5/act", "/studio/trials/5"),
        ("/studio/copies/1/end", "/studio/copies/1"),
        ("/studio/running/incidents/retry", "/studio/running/incidents"),
        ("/studio/copies/1/asides/2/drop?x=1", "/studio/copies/1/asides/2"),
        ("/inbox/bulk/carry-out", "/inbox"),
    ],
)
def test_it_leads_to_the_page_of_the_form(client: FlaskClient, sent_to: str, page: str) -> None:
    answer = client.get(sent_to, headers=HTML)
    assert (answer.status_code, answer.location) == (302, page)


def test_a_script_and_other_methods_are_told_that_it_does_not_take_them(client: FlaskClient) -> None:
    assert client.get("/studio/trials/5/act", headers={"Accept": "application/json"}).status_code == 405
    assert client.put("/studio/trials/5/act", headers=HTML).status_code == 405
    assert client.get("/studio/trials/5/nothing", headers=HTML).status_code == 404


def test_a_page_that_answers_a_form_says_so_unless_it_shows_what_was_sent(client: FlaskClient) -> None:
    sign_in(client, "taoran")
    token = {"csrf_token": csrf_token(client)}
    assert "data-sent" not in client.get("/studio/begin").text
    assert '<html lang="zh-CN" data-sent>' in client.post("/studio/begin", data=token).text
    assert "data-sent" not in client.post("/studio/playground", data=token).text
