"""Notes on the pages of documents: kept with who and when, on a part of the page, and as points of a correction."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser, Page
from webapp.errors import Incomplete, NotFound
from webapp.services.file_notes import Area, add_note
from webapp.unit_of_work import sql

MATERIAL = "premises-proof"


def accepting() -> tuple[int, str, int, int]:
    """An acceptance review that its holder has claimed: task, account, a file of the case, the case."""
    case = office.received("refused-item")
    task, who = office.claimed(case.id, "accept", "P2")
    return task.id, who.login, file_of(case.id), case.id


def file_of(case_id: int) -> int:
    row = (
        sql()
        .execute(
            "select f.file_id from material_file f join submitted_material m on m.id = f.submitted_material_id"
            " where m.case_id = %s and m.material_key = %s",
            (case_id, MATERIAL),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def test_a_note_says_who_wrote_it_and_is_theirs_to_take_off(db: object, client: FlaskClient) -> None:
    task_id, login, file_id, _ = accepting()
    screen = Browser(client, login)
    screen.open(f"/tasks/{task_id}")
    drawn = {"left": "100", "top": "200", "width": "300", "height": "50"}
    screen.post(f"/tasks/{task_id}/files/{file_id}/notes", page="1", words="面积 <b>不符</b> \u202e", **drawn)
    page = screen.open(f"/tasks/{task_id}?document={file_id}")
    (note,) = page.tree.xpath("//li[@data-note]")
    assert note.get("data-area") == "100,200,300,50"
    assert "面积 <b>不符</b>" in note.text_content()
    assert office.person(login).name in note.text_content()
    assert note.xpath(".//bdi")
    assert page.tree.xpath(f"//details[@id='file-{file_id}'][@open]")
    colleague = office.member_of(_group(task_id), but=[office.person(login).user_id])
    beside = Browser(client.application.test_client(), colleague.login)
    other = beside.open(f"/tasks/{task_id}")
    assert "面积" in other.words("//li[@data-note]")
    assert not other.tree.xpath("//li[@data-note]//form")
    (kept,) = sql().execute("select id from file_note").fetchall()
    assert beside.post(f"/tasks/{task_id}/notes/{kept[0]}/remove").status_code == 404
    screen.post(f"/tasks/{task_id}/notes/{kept[0]}/remove", file=str(file_id))
    assert not screen.open(f"/tasks/{task_id}").tree.xpath("//li[@data-note]")
    assert sql().execute("select count(*) from file_note where removed_at is not null").fetchone() == (1,)


def test_one_form_for_notes_stands_on_the_page_and_without_script_a_link_brings_it(
    db: object, client: FlaskClient
) -> None:
    task_id, login, file_id, _ = accepting()
    screen = Browser(client, login)
    page = screen.open(f"/tasks/{task_id}")
    assert len(page.tree.xpath("//details[@data-document]")) > 1
    assert page.tree.xpath("//form[@data-note-form][not(ancestor::template)]") == []
    assert len(page.tree.xpath("//template//form[@data-note-form]")) == 1
    (way,) = page.tree.xpath(f"//details[@id='file-{file_id}']//a[@data-note-open]/@href")
    opened = screen.open(way.partition("#")[0])
    (form,) = opened.tree.xpath("//form[@data-note-form][not(ancestor::template)]")
    assert form.xpath(f"ancestor::details[@id='file-{file_id}'][@open]")
    assert screen.post(form.get("action"), page="1", words="看这里").status_code == 302
    assert "看这里" in screen.open(f"/tasks/{task_id}").words("//li[@data-note]")


def _group(task_id: int) -> str:
    row = sql().execute("select groups from user_task where id = %s", (task_id,)).fetchone()
    assert row is not None
    return str(row[0][0])


def test_the_list_alone_is_answered_where_the_pages_script_asks(db: object, client: FlaskClient) -> None:
    task_id, login, file_id, _ = accepting()
    screen = Browser(client, login)
    screen.open(f"/tasks/{task_id}")
    sent = {"csrf_token": screen.token, "page": "1", "words": "看这里"}
    asked = client.post(f"/tasks/{task_id}/files/{file_id}/notes", data=sent, headers={"HX-Request": "true"})
    assert asked.status_code == 200
    assert "看这里" in asked.get_data(as_text=True)
    assert "<h1" not in asked.get_data(as_text=True)
    empty = client.post(
        f"/tasks/{task_id}/files/{file_id}/notes", data={**sent, "words": " "}, headers={"HX-Request": "true"}
    )
    assert empty.status_code == 422
    assert "请写明批注的内容。" in empty.get_data(as_text=True)
    assert "看这里" in empty.get_data(as_text=True)


@pytest.mark.parametrize(
    ("page", "area", "words"),
    [
        (0, None, "x"),
        (99, None, "x"),
        (1, None, " "),
        (1, None, "字" * 501),
        (1, Area(900, 0, 200, 10), "x"),
        (1, Area(0, 0, 0, 10), "x"),
    ],
)
def test_what_lies_on_no_page_or_says_nothing_is_refused(db: object, page: int, area: Area | None, words: str) -> None:
    task_id, login, file_id, _ = accepting()
    with pytest.raises(Incomplete):
        add_note(task_id, file_id, page=page, area=area, words=words, by=office.person(login))


def test_a_file_of_another_case_or_a_stranger_has_no_notes_here(db: object) -> None:
    task_id, login, _, _ = accepting()
    other = office.received("mixed-ways")
    with pytest.raises(NotFound):
        add_note(task_id, file_of(other.id), page=1, area=None, words="x", by=office.person(login))
    with pytest.raises(NotFound):
        add_note(task_id, file_of(other.id), page=1, area=None, words="x", by=office.person("hanlei"))


def test_a_note_becomes_a_point_of_the_list_of_corrections(db: object, client: FlaskClient) -> None:
    task_id, login, file_id, case_id = accepting()
    by = office.person(login)
    note = add_note(task_id, file_id, page=1, area=None, words="缺产权人签字", by=by)
    second = add_note(task_id, file_id, page=1, area=None, words="日期不清", by=by)
    screen = Browser(client, login)
    screen.open(f"/tasks/{task_id}")
    screen.post(f"/tasks/{task_id}/draft", note="已经写的内容", point=str(note))
    screen.post(f"/tasks/{task_id}/draft", point=str(second), **typed_of(screen.open(f"/tasks/{task_id}"), task_id))
    page = screen.open(f"/tasks/{task_id}")
    typed = typed_of(page, task_id)
    assert typed[f"fault.material.{MATERIAL}"] == "第 1 页：缺产权人签字；第 1 页：日期不清"
    assert typed["outcome"] == "correction"
    assert typed["note"] == "已经写的内容"
    assert screen.act(task_id).status_code == 302
    faults = sql().execute("select faults from correction").fetchone()
    assert faults is not None
    assert "缺产权人签字" in str(faults[0])
    assert ("P2", "correct") in office.open_steps(case_id)


def typed_of(page: Page, task_id: int) -> dict[str, str]:
    return {name: value or "" for name, value in page.fields(f"/tasks/{task_id}/act").items()}


def test_only_an_acceptance_has_a_list_of_corrections(db: object, client: FlaskClient) -> None:
    case = office.received("refused-item")
    office.act(case.id, "accept", "P6")
    task, who = office.claimed(case.id, "review", "P6")
    note = add_note(task.id, file_of(case.id), page=1, area=None, words="看这里", by=who)
    screen = Browser(client, who.login)
    assert "列入补正清单" not in screen.open(f"/tasks/{task.id}").text
    assert screen.post(f"/tasks/{task.id}/draft", point=str(note)).status_code == 404
