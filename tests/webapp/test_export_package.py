"""The package that goes along to a system that decides elsewhere."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.webapp.screen import Screen
from webapp.models import AccessLine


@pytest.fixture
def client(client: FlaskClient) -> Screen:
    return Screen(client)


def test_fields_files_and_list_in_one_zip(db: SQLAlchemy, client: Screen) -> None:
    case = office.received("ordinary", ways={})
    task = office.open_task(case.id, "backfill", "P1")
    office.sign_in(client, office.member_of(task.groups[0]).login)
    url = f"/tasks/{task.id}/package.zip"
    page = client.text(f"/tasks/{task.id}")
    assert url in page
    assert "data-copy=" in page
    answer = client.get(url)
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        fields = archive.read("录入内容.txt").decode()
        contents = archive.read("清单.txt").decode()
        files = [name for name in names if name.endswith(".pdf")]
        assert files
        for name in files:
            content = archive.read(name)
            assert content.startswith(b"%PDF")
            assert f"{name}\t" in contents
            assert hashlib.sha256(content).hexdigest() in contents
    answers = office.example("ordinary")["answers"]
    assert answers["legal_representative_id"] in fields  # in full: it is typed into the other system
    assert "招牌" not in "".join(files)  # another item's material
    assert client.get(url).data == answer.data
    kept = [line.what for line in db.session.query(AccessLine).filter_by(case_id=case.id)]
    assert f"package:{task.id}" in kept


def test_whoever_may_not_see_the_task_has_no_package(db: SQLAlchemy, client: Screen) -> None:
    case = office.received("ordinary", ways={})
    task = office.open_task(case.id, "backfill", "P1")
    office.sign_in(client, "hanlei")
    assert client.get(f"/tasks/{task.id}/package.zip").status_code == 404
