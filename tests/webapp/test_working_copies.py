"""Working copies: files saved one by one over what was read, every saving kept, a release made of them."""

from __future__ import annotations

import hashlib
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support.designers import NAME, SECOND
from tests.support.office import csrf_token, person, sign_in
from tests.webapp.browsing import Browser, Upload
from webapp.catalogue import current_releases, release_files
from webapp.errors import FileRefused, Incomplete, NotFound, NotYours
from webapp.queries.working_copies import changes_of, digests_of, file_of, working_copy
from webapp.services import copy_ending, working_copies
from webapp.services.working_copies import ChangedMeanwhile, CopyEnded
from webapp.unit_of_work import sql

DESIGNER, REVIEWER = "taoran", "zhaolin"
CATALOGUE, TABLE = "bundle.toml", "commitment.dmn"


@pytest.fixture
def copy_id(db: SQLAlchemy) -> int:
    return working_copies.begin(current_releases()["open-pharmacy"], "改目录", by=person(DESIGNER))


def saved(copy_id: int, text: bytes, *, path: str = CATALOGUE, note: str = "") -> str:
    return working_copies.save(copy_id, path, text, digests_of(copy_id).get(path), by=person(DESIGNER), note=note)


def test_a_copy_begins_with_the_files_of_its_release(copy_id: int) -> None:
    assert working_copies.files_of(copy_id) == release_files(current_releases()["open-pharmacy"])
    assert changes_of(copy_id) == []


def test_only_a_designer_begins_and_saves(copy_id: int) -> None:
    with pytest.raises(NotYours):
        working_copies.begin(current_releases()["open-pharmacy"], "改目录", by=person(REVIEWER))
    with pytest.raises(NotYours):
        working_copies.save(copy_id, CATALOGUE, b"", digests_of(copy_id)[CATALOGUE], by=person(REVIEWER))


@pytest.mark.parametrize("title", ["", "  ", "长" * 81])
def test_a_copy_says_what_is_to_change(db: SQLAlchemy, title: str) -> None:
    with pytest.raises(Incomplete):
        working_copies.begin(current_releases()["open-pharmacy"], title, by=person(DESIGNER))


def test_what_was_read_before_another_saving_is_not_saved_over_it(copy_id: int) -> None:
    read = digests_of(copy_id)[CATALOGUE]
    saved(copy_id, b"theirs")
    with pytest.raises(ChangedMeanwhile, match="saved this file") as refused:
        working_copies.save(copy_id, CATALOGUE, b"mine", read, by=person(DESIGNER))
    assert refused.value.digest == hashlib.sha256(b"theirs").hexdigest()
    assert file_of(copy_id, CATALOGUE)[0] == b"theirs"


def test_a_new_file_is_not_put_over_one_that_came_meanwhile(copy_id: int) -> None:
    saved(copy_id, b"theirs", path="documents/new.md")
    with pytest.raises(ChangedMeanwhile):
        working_copies.save(copy_id, "documents/new.md", b"mine", None, by=person(DESIGNER))


def test_what_is_sent_once_more_since_no_answer_came_is_no_conflict_with_oneself(copy_id: int) -> None:
    read = digests_of(copy_id)[CATALOGUE]
    first = working_copies.save(copy_id, CATALOGUE, b"mine", read, by=person(DESIGNER))
    assert working_copies.save(copy_id, CATALOGUE, b"mine", read, by=person(DESIGNER)) == first
    assert len(changes_of(copy_id)) == 1


def test_a_file_is_not_set_back_over_what_was_saved_since_the_page_was_opened(copy_id: int) -> None:
    saved(copy_id, b"mine", note="一")
    shown, mine = digests_of(copy_id)[CATALOGUE], changes_of(copy_id)[0]
    saved(copy_id, b"theirs", note="二")
    with pytest.raises(ChangedMeanwhile):
        working_copies.set_back(copy_id, mine.id, shown, by=person(DESIGNER), before=True)
    assert file_of(copy_id, CATALOGUE)[0] == b"theirs"


def test_one_sitting_is_one_change_and_a_note_begins_another(copy_id: int) -> None:
    first = file_of(copy_id, CATALOGUE)[0]
    for text in (b"a", b"ab", b"abc"):
        saved(copy_id, text)
    saved(copy_id, b"abcd", note="补了依据")
    saved(copy_id, b"abcde", note="再改")
    assert [(one.path, one.note) for one in changes_of(copy_id)] == [(CATALOGUE, "再改"), (CATALOGUE, "补了依据")]
    assert file_of(copy_id, CATALOGUE)[0] != first


def test_a_file_is_set_back_to_what_it_was(copy_id: int) -> None:
    saved(copy_id, b"first", note="一")
    saved(copy_id, b"second", note="二")
    first = changes_of(copy_id)[-1]
    assert working_copies.set_back(copy_id, first.id, digests_of(copy_id)[CATALOGUE], by=person(DESIGNER)) == CATALOGUE
    assert file_of(copy_id, CATALOGUE)[0] == b"first"


def test_a_removed_file_comes_back(copy_id: int) -> None:
    saved(copy_id, b"kept", path="documents/new.md", note="新")
    working_copies.remove(copy_id, "documents/new.md", digests_of(copy_id)["documents/new.md"], by=person(DESIGNER))
    with pytest.raises(NotFound):
        file_of(copy_id, "documents/new.md")
    added = next(one for one in changes_of(copy_id) if one.kind == "added")
    working_copies.set_back(copy_id, added.id, None, by=person(DESIGNER))
    assert file_of(copy_id, "documents/new.md")[0] == b"kept"


@pytest.mark.parametrize(
    "path",
    ["../bundle.toml", "/etc/x.md", "a/../b.md", "a//b.md", "a\\b.md", "x\x00.md", "script.py", "." * 300 + ".md", ""],
)
def test_a_file_has_a_name_inside_the_bundle(copy_id: int, path: str) -> None:
    with pytest.raises(FileRefused):
        working_copies.save(copy_id, path, b"", None, by=person(DESIGNER))


def test_a_file_that_is_too_large_is_refused(copy_id: int) -> None:
    with pytest.raises(FileRefused, match="2 MB"):
        saved(copy_id, b" " * (2 * 1024 * 1024 + 1))


def test_an_ended_copy_takes_nothing_until_it_is_opened_again(copy_id: int) -> None:
    copy_ending.end(copy_id, by=person(DESIGNER))
    with pytest.raises(CopyEnded):
        saved(copy_id, b"late")
    copy_ending.reopen(copy_id, by=person(DESIGNER))
    saved(copy_id, b"again")


def test_kept_as_a_release_the_files_are_the_same_bytes(copy_id: int) -> None:
    saved(copy_id, file_of(copy_id, CATALOGUE)[0] + b"\n# changed\n")
    made = working_copies.keep(copy_id, "改了目录", by=person(DESIGNER))
    assert release_files(made) == working_copies.files_of(copy_id)
    assert working_copy(copy_id).release_id == made
    assert working_copies.keep(copy_id, "", by=person(DESIGNER)) == made


def test_text_typed_over_a_colleagues_is_shown_beside_theirs(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    read = digests_of(copy_id)[CATALOGUE]
    saved(copy_id, "对方的内容".encode())
    answer = client.post(
        f"/studio/copies/{copy_id}/edit?path={CATALOGUE}",
        data={"csrf_token": csrf_token(client), "text": "我的内容", "base": read},
    )
    assert answer.status_code == 409
    assert "对方的内容" in answer.text
    assert "我的内容" in answer.text
    again = client.post(
        f"/studio/copies/{copy_id}/edit?path={CATALOGUE}",
        data={
            "csrf_token": csrf_token(client),
            "text": "我的内容",
            "base": hashlib.sha256("对方的内容".encode()).hexdigest(),
        },
    )
    assert again.status_code == 302
    assert file_of(copy_id, CATALOGUE)[0].decode() == "我的内容"


def test_the_history_says_who_saved_before_a_file_was_set_back(client: FlaskClient, copy_id: int) -> None:
    saved(copy_id, b"mine")
    designer = Browser.of(client, DESIGNER)
    designer.open(f"/studio/copies/{copy_id}?view=history")
    theirs = working_copies.save(copy_id, CATALOGUE, b"theirs", digests_of(copy_id)[CATALOGUE], by=person(SECOND))
    designer.submit("/back", press=("to", "before"))
    assert re.search(rf"{CATALOGUE} 已由{NAME}于 .+ 保存过，没有恢复", designer.text)
    assert digests_of(copy_id)[CATALOGUE] == theirs
    designer.submit("/back", press=("to", "before"))  # seen now
    assert "已恢复为所选的内容" in designer.text


def test_an_upload_over_a_colleagues_saving_is_kept_to_be_merged(client: FlaskClient, copy_id: int) -> None:
    designer, before = Browser.of(client, DESIGNER), file_of(copy_id, TABLE)[0]
    designer.open(f"/studio/copies/{copy_id}?view=files")
    theirs = before.replace(b'name="', b'name="\xe6\x96\xb0', 1)
    working_copies.save(copy_id, TABLE, theirs, digests_of(copy_id)[TABLE], by=person(SECOND))
    designer.submit("/upload", files={"file": [Upload(TABLE, before + b"<!-- mine -->")]})
    assert f"{NAME}于" in designer.text
    assert designer.page.xpath("//form[contains(@action, '/asides/')]")
    assert file_of(copy_id, TABLE)[0] == theirs
    designer.open(f"/studio/copies/{copy_id}?view=files")
    designer.submit("/upload", files={"file": [Upload(TABLE, before + b"<!-- mine -->")]})
    assert file_of(copy_id, TABLE)[0].endswith(b"<!-- mine -->")


def test_an_editor_is_told_why_nothing_is_saved_any_more(client: FlaskClient, copy_id: int) -> None:
    sign_in(client, DESIGNER)
    address, token = f"/studio/copies/{copy_id}/file?path={CATALOGUE}", csrf_token(client)

    def refused() -> tuple[int, str]:
        answer = client.post(
            address, data={"csrf_token": token, "text": "x", "base": "y"}, headers={"accept": "application/json"}
        )
        return answer.status_code, answer.get_json()["error"]

    assert refused()[0] == 409
    copy_ending.end(copy_id, by=person(DESIGNER))
    assert refused() == (409, "此工作稿已结束，不能再修改。")
    sql().execute("delete from membership where user_id = %s", (person(DESIGNER).user_id,))
    assert refused() == (403, "您的岗位不能办理此操作。")
    with client.session_transaction() as session:
        session.clear()
    assert refused() == (400, "页面停留过久或已在别处退出，没有保存。请先下载您的文件，再刷新页面。")


def test_every_page_of_a_copy_opens(client: FlaskClient, copy_id: int) -> None:
    saved(copy_id, file_of(copy_id, CATALOGUE)[0] + b"\n# changed\n")
    sign_in(client, DESIGNER)
    for view in ("findings", "files", "difference", "history"):
        assert client.get(f"/studio/copies/{copy_id}?view={view}").status_code == 200
    assert "改目录" in client.get("/studio/bundles/open-pharmacy").text
    assert client.get(f"/studio/copies/{copy_id}/edit?path=missing.md").status_code == 404
    assert client.get(f"/studio/copies/{copy_id}/design?path={CATALOGUE}").status_code == 404


def test_a_finding_leads_to_its_file_where_there_is_one(client: FlaskClient, copy_id: int) -> None:
    text = file_of(copy_id, "texts/en.toml")[0].decode()
    saved(copy_id, text.replace('"item.name"', '"item.nome"', 1).encode(), path="texts/en.toml")
    working_copies.remove(copy_id, "guide/zh.md", digests_of(copy_id)["guide/zh.md"], by=person(DESIGNER))
    sign_in(client, DESIGNER)
    page = client.get(f"/studio/copies/{copy_id}").text
    links = [unescape(one) for one in re.findall(r'class="btn btn-sm" href="([^"]*path=[^"]*)"', page)]
    assert any("texts" in one for one in links)
    assert not any("guide" in one for one in links)
    assert {client.get(one).status_code for one in links} == {200}
