"""The menu of further acts, their pages, and the folders of what colleagues ask: as people without script use them."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.support import office
from tests.webapp.screen import Screen
from webapp.languages import COOKIE
from webapp.models import OpinionRequest, UserTask
from webapp.services import conflicts, signers, tasks

FURTHER = ("hand-over", "delegate", "ask", "signers", "copy", "to-window")


@pytest.fixture
def task(db: SQLAlchemy) -> UserTask:
    """A drug licence, to be accepted: claimed by Zhao Lin."""
    case = office.received("ordinary", ways={})
    office.act(case.id, "backfill", "P1")
    office.act(case.id, "accept", "P2")
    opened = office.open_task(case.id, "examine", "P2")
    tasks.claim(opened.id, by=office.person("zhaolin"))
    db.session.expire_all()
    return opened


def as_(client: FlaskClient, login: str) -> Screen:
    office.sign_in(client, login)
    return Screen(client)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def post(screen: Screen, url: str, at: str, **typed: object):
    page = screen.client.get(at).get_data(as_text=True)
    known = {name: field(page, name) for name in ("key", "revision") if f'name="{name}"' in page}
    return screen.post(url, {**known, **typed})


def test_the_menu_offers_what_is_possible_and_says_why_not(client: FlaskClient, task: UserTask) -> None:
    screen = as_(client, "zhaolin")
    page = screen.client.get(f"/tasks/{task.id}").get_data(as_text=True)
    for act in FURTHER:
        assert f'href="/tasks/{task.id}/more/{act}"' in page
        assert client.get(f"/tasks/{task.id}/more/{act}").status_code == 200
    assert f"/tasks/{task.id}/more/assign" not in page
    assert client.get(f"/tasks/{task.id}/more/assign").status_code == 404
    office.sign_in(client, "qianwei")
    other = client.get(f"/tasks/{task.id}").get_data(as_text=True)
    assert f"/tasks/{task.id}/more/hand-over" not in other
    assert f"/tasks/{task.id}/more/copy" in other
    office.sign_in(client, "hanlei")
    assert client.get(f"/tasks/{task.id}/more/copy").status_code == 404
    office.sign_in(client, "gaozhiyuan")
    assert client.get(f"/tasks/{task.id}/more/assign").status_code == 200
    office.sign_in(client, "xieguang")
    assert client.get(f"/tasks/{task.id}/more/urge").status_code == 200
    assert client.get(f"/tasks/{task.id}/more/assign").status_code == 404


def test_what_is_refused_keeps_what_was_typed(client: FlaskClient, task: UserTask) -> None:
    screen = as_(client, "zhaolin")
    url = f"/tasks/{task.id}/more/hand-over"
    refused = post(screen, url, url, to="", reason="出差两周 <b>")
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "请选择人员" in text
    assert "出差两周 &lt;b&gt;" in text
    stale = post(screen, url, url, to=office.person("qianwei").user_id, reason="出差", revision="0")
    assert stale.status_code == 409
    assert "页面已过期" in stale.get_data(as_text=True)


def test_a_colleague_prepares_in_the_form_of_the_act_and_the_owner_finds_it_there(
    client: FlaskClient, task: UserTask
) -> None:
    screen = as_(client, "zhaolin")
    url = f"/tasks/{task.id}/more/delegate"
    assert post(screen, url, url, to=office.person("qianwei").user_id, asked="请核对面积。").status_code == 302
    assert "赵琳委派钱伟准备" in screen.text(f"/tasks/{task.id}")
    screen = as_(client, "qianwei")
    page = client.get(f"/tasks/{task.id}").get_data(as_text=True)
    assert f'action="/tasks/{task.id}/give-back"' in page
    assert "请核对面积。" in page
    done = post(screen, f"/tasks/{task.id}/give-back", f"/tasks/{task.id}", opinion="面积一致。", remark="已核对。")
    assert done.status_code == 302
    screen = as_(client, "zhaolin")
    page = client.get(f"/tasks/{task.id}").get_data(as_text=True)
    assert f'action="/tasks/{task.id}/act"' in page
    assert ">面积一致。</textarea>" in page
    assert "已核对。" in page


def test_an_opinion_is_asked_answered_with_a_file_and_read(client: FlaskClient, task: UserTask) -> None:
    screen = as_(client, "zhaolin")
    url = f"/tasks/{task.id}/more/ask"
    asked = post(screen, url, url, question="是否列入拆迁？", posts="public-security.review", waits="yes")
    assert asked.status_code == 302
    assert "公安审查岗" in screen.text(f"/tasks/{task.id}") or "待答复，办理等待" in screen.text(f"/tasks/{task.id}")
    request = OpinionRequest.query.one()
    screen = as_(client, "qinyong")
    assert "请我协办" in screen.text("/inbox?tab=groups")
    assert "是否列入拆迁？" in screen.text("/inbox/asked")
    at = f"/inbox/asked/opinions/{request.id}"
    assert post(screen, at, at, answer=" ").status_code == 422
    file = (io.BytesIO(office.pdf().content), "意见.pdf")
    assert post(screen, at, at, answer="未列入。", file=file).status_code == 302
    assert "没有人在等您的意见" in screen.text("/inbox/asked")
    screen = as_(client, "zhaolin")
    assert "未列入。" in screen.text(f"/tasks/{task.id}")
    office.sign_in(client, "hanlei")
    assert client.get(at).status_code == 404


def test_what_is_put_forward_is_read_signed_and_carried_out_with_one_click(
    client: FlaskClient, task: UserTask, db: SQLAlchemy
) -> None:
    screen = as_(client, "zhaolin")
    url = f"/tasks/{task.id}/more/signers"
    people = [office.person("qianwei").user_id]
    assert post(screen, url, url, people=people, position="after", rule="all").status_code == 302
    page = client.get(f"/tasks/{task.id}").get_data(as_text=True)
    assert f'action="/tasks/{task.id}/put-forward"' in page
    points = dict.fromkeys(re.findall(r'name="(check\.[^"]+)"', page), "pass")
    typed = {**points, "visit_needed": "yes", "opinion": "符合要求。"}
    assert post(screen, f"/tasks/{task.id}/put-forward", f"/tasks/{task.id}", **typed).status_code == 302
    signer = as_(client, "qianwei")
    at = f"/inbox/asked/signings/{task.id}"
    shown = client.get(at).get_data(as_text=True)
    assert "符合要求。" in shown
    seen = field(shown, "seen")
    assert post(signer, at, at, verdict="agree", seen="another").status_code == 409
    assert post(signer, at, at, verdict="agree", seen=seen).status_code == 302
    screen = as_(client, "zhaolin")
    page = client.get(f"/tasks/{task.id}").get_data(as_text=True)
    assert f'action="/tasks/{task.id}/signed"' in page
    carried = post(screen, f"/tasks/{task.id}/signed", f"/tasks/{task.id}")
    assert carried.status_code == 302
    db.session.expire_all()
    assert db.session.get(UserTask, task.id).state == "completed"
    undo = client.get(f"/tasks/{task.id}").get_data(as_text=True)
    assert f"/tasks/{task.id}/more/take-back" in undo


def test_a_copy_stands_unread_until_it_is_opened(client: FlaskClient, task: UserTask) -> None:
    screen = as_(client, "zhaolin")
    url = f"/tasks/{task.id}/more/copy"
    sent = post(screen, url, url, people=office.person("wujianhua").user_id, posts="sign.review", note="供知悉。")
    assert sent.status_code == 302
    screen = as_(client, "hanlei")
    listed = client.get("/inbox/copies").get_data(as_text=True)
    assert "未读" in listed
    (copy,) = re.findall(r'href="(/inbox/copies/\d+)"', listed)
    shown = screen.text(copy)
    assert "供知悉。" in shown
    assert "未读" not in screen.text("/inbox/copies")
    office.sign_in(client, "qinyong")
    assert client.get(copy).status_code == 404


def test_the_pages_read_in_english(client: FlaskClient, task: UserTask) -> None:
    screen = as_(client, "zhaolin")
    client.set_cookie(COOKIE, "en")
    for act in FURTHER:
        assert "Back to the task" in screen.text(f"/tasks/{task.id}/more/{act}")
    assert "Asked of me" in screen.text("/inbox/asked")
    assert "Copied to me" in screen.text("/inbox/copies")


def test_who_leads_supervises_or_stands_at_the_window_comes_to_it_from_the_case(
    client: FlaskClient, task: UserTask
) -> None:
    for login, offered in (("gaozhiyuan", {"assign", "urge"}), ("xieguang", {"urge"}), ("lixiaoyun", {"urge"})):
        screen = as_(client, login)
        page = screen.text(f"/cases/{task.case_id}")
        for act in ("assign", "urge"):
            assert (f"/tasks/{task.id}/more/{act}" in page) is (act in offered), (login, act)
        url = f"/tasks/{task.id}/more/urge"
        assert post(screen, url, url, urge_note="请在明天前办结。").status_code == 302
        assert "您今天已经催办过" in screen.text(url)
    holder = as_(client, "zhaolin")
    assert "请在明天前办结。" in holder.text(f"/tasks/{task.id}")
    assert "被催办" in holder.text("/inbox?tab=mine")
    assert "/more/urge" not in holder.text(f"/cases/{task.case_id}")


def test_who_declared_a_conflict_opens_none_of_its_pages(client: FlaskClient, task: UserTask) -> None:
    """A colleague who was asked to sign says afterwards that the case is a relative's."""
    colleague = office.person("qianwei")
    asked = {"position": "before", "rule": "all", "quorum": None, "note": "", "key": "sign"}
    signers.ask_signers(task.id, by=office.person("zhaolin"), people=[colleague.user_id], **asked)  # type: ignore[arg-type]
    office.sign_in(client, "qianwei")
    pages = [f"/inbox/asked/signings/{task.id}", f"/tasks/{task.id}/more/copy", f"/cases/{task.case_id}"]
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    said = {"kind": "kinship", "reason": "店主是表兄", "whole_case": True, "key": "x"}
    conflicts.declare_conflict(task.id, by=colleague, **said)  # type: ignore[arg-type]
    assert [client.get(page).status_code for page in pages] == [403, 403, 404]
    assert f"/inbox/asked/signings/{task.id}" not in client.get("/inbox/asked").get_data(as_text=True)


def test_a_question_is_called_so_in_english(client: FlaskClient, task: UserTask) -> None:
    office.sign_in(client, "zhaolin")
    client.set_cookie(COOKIE, "en")
    page = client.get(f"/tasks/{task.id}/more/ask").get_data(as_text=True)
    assert re.search(r'for="f-question"[^>]*>\s*Question', page)
