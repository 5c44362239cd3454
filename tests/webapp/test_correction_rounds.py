"""What a correction changed, as the reviewer sees it at the second intake: old and new, file by file."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support import office
from tests.support.pages import Browser
from webapp.answers import answers_of
from webapp.services import correcting
from webapp.services.correcting import ByApplicant
from webapp.services.corrections import HandedIn

FAULTS = {
    "fault.material.signboard-rendering": "未标明尺寸。",
    "fault.answer.sign_width": "与效果图不一致。",
    "fault.answer.sign_height": "请核对。",
}


def second_intake(client: FlaskClient) -> tuple[Browser, str]:
    """The workspace of the second intake, after a corrected answer, a new file as a copy, and a word on the rest."""
    case = office.received("refused-item")
    task, who = office.claimed(case.id, "accept", "P6")
    screen = Browser(client, who.login)
    assert screen.act(task.id, outcome="correction", **FAULTS).status_code == 302
    me = ByApplicant(case.id, "P6")
    correcting.save_answers(me, {**answers_of(case.id), "sign_width": "4.8"})
    correcting.add_files(me, "signboard-rendering", [office.pdf("材料.pdf")], HandedIn("copy", 1, "周国富"))
    correcting.answer(me, "高度核对无误。")
    again, _ = office.claimed(case.id, "accept", "P6")
    return screen, f"/tasks/{again.id}"


def test_each_fault_stands_with_what_was_there_and_what_came(db: object, client: FlaskClient) -> None:
    screen, url = second_intake(client)
    page = screen.open(url)
    told = page.words("//section[@aria-labelledby='corrections-title']")
    for part in ("未标明尺寸。", "与效果图不一致。", "高度核对无误。", "原文件", "补交文件", "没有改动"):
        assert part in told
    card = page.tree.xpath("//section[@aria-labelledby='corrections-title']")[0]
    (old,), (new,) = card.xpath(".//del"), card.xpath(".//ins")
    assert "4.8" in new.text_content()
    assert old.text_content() != new.text_content()


def test_a_file_that_comes_later_changes_no_form_of_what_came_before(db: object, client: FlaskClient) -> None:
    screen, url = second_intake(client)
    page = screen.open(url)
    (row,) = [
        one
        for one in page.tree.xpath("//li[contains(@class, 'material-row')]")
        if "招牌设计效果图" in one.text_content()
    ]
    files = [" ".join(one.text_content().split()) for one in row.xpath(".//summary") if "查看" in one.text_content()]
    assert len(files) == 2
    assert "原件核验后退还" in files[0]
    assert "复印件" in files[1]
