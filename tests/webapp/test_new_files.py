"""新建文件: what a working copy is given to go on with is sound, small, and where its editors look for it."""

from __future__ import annotations

import re
import tomllib

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from engine.findings import Severity
from tests.support.office import csrf_token, person, sign_in
from webapp.catalogue import current_releases
from webapp.queries.working_copies import digests_of, file_of, findings_of_files
from webapp.services import working_copies

DESIGNER = "taoran"


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()["pharmacy-follow-up"], "加文件", by=person(DESIGNER))


def sent(client: FlaskClient, copy_id: int, address: str, **fields: str) -> tuple[str, str]:
    """(where it leads, the page there)."""
    form = {**fields, "csrf_token": csrf_token(client)}
    answer = client.post(f"/studio/copies/{copy_id}/{address}", data=form)
    assert answer.status_code == 302
    return answer.location, client.get(answer.location).text


@pytest.mark.parametrize(
    ("kind", "path", "editor"),
    [
        ("diagram", "site-check.bpmn", "design"),
        ("decisions", "site-check.dmn", "decisions"),
        ("form", "forms/site-check.form", "form"),
        ("result", "documents/site-check.md", "edit"),
    ],
)
def test_a_file_of_each_kind_is_sound_and_opens_in_its_editor(
    client: FlaskClient, copy_id: int, kind: str, path: str, editor: str
) -> None:
    sign_in(client, DESIGNER)
    before = set(findings_of_files("pharmacy-follow-up", digests_of(copy_id)))
    where, page = sent(client, copy_id, "new-file", kind=kind, name="site-check", title="核查 <A&B>")
    assert where.partition("?")[0] == f"/studio/copies/{copy_id}/{editor}"
    assert f"已新建 {path}" in page
    text = file_of(copy_id, path)[0].decode()
    assert "{{ title }}" not in text
    assert "核查" in text
    new = [one for one in findings_of_files("pharmacy-follow-up", digests_of(copy_id)) if one not in before]
    assert {one.code for one in new if one.severity is not Severity.NOTE} <= {"missing-translation"}, new


def test_a_name_that_is_none_or_is_taken_is_refused_with_the_reason(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    before = digests_of(copy_id)
    for fields, said in (
        ({"kind": "diagram", "name": "pharmacy-follow-up"}, "已经有文件 pharmacy-follow-up.bpmn"),
        ({"kind": "diagram", "name": "../x"}, "文件名用小写英文字母"),
        ({"kind": "poem", "name": "x"}, "请选择文件的种类"),
        ({"kind": "form", "name": "x", "title": "{{ applicant }}"}, "名称不超过 60 个字"),
    ):
        _, page = sent(client, copy_id, "new-file", **fields)
        assert said in page
    assert digests_of(copy_id) == before


def test_a_letter_of_its_own_begins_as_the_shared_one(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    page = client.get(f"/studio/copies/{copy_id}?view=files").text
    assert "（hearing-notice）</option>" in page
    sent(client, copy_id, "new-letter", letter="hearing-notice")
    for ending in (".md", ".en.md"):
        own, shared = (
            file_of(copy_id, f"{folder}hearing-notice{ending}") for folder in ("documents/", "_shared/documents/")
        )
        assert own == shared
    assert "（hearing-notice）</option>" not in client.get(f"/studio/copies/{copy_id}?view=files").text
    _, page = sent(client, copy_id, "new-letter", letter="hearing-notice")
    assert "请选择文书" in page


def test_a_shared_process_comes_with_its_forms_and_is_named_by_the_bundle(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    assert "许可事项办理（item-licence）" in client.get(f"/studio/copies/{copy_id}?view=files").text
    client.set_cookie("language", "en")
    english = client.get(f"/studio/copies/{copy_id}?view=files").text
    client.delete_cookie("language")
    assert re.search(r"[A-Z][a-z ]+ ?[（(]item-licence[)）]</option>", english)
    before = digests_of(copy_id)
    sent(client, copy_id, "shared-process", shared="item-licence")
    now = digests_of(copy_id)
    assert "_shared/item-licence.bpmn" in now
    assert {path for path in before if path not in now} == set()
    assert {path for path in before if now[path] != before[path]} == {"bundle.toml"}
    shared = tomllib.loads(file_of(copy_id, "bundle.toml")[0].decode())["process"]["shared"]
    assert "item-licence" in shared
    assert "item-filing" in shared
    errors = [one for one in findings_of_files("pharmacy-follow-up", now) if one.severity is Severity.ERROR]
    assert errors == []
