"""A joint visit on two phones: one has no network for a while, and nothing that was done there is lost."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.person import PHONE, Person
from tests.browser.site import Site
from tests.support import office
from webapp.models import Document, VisitPhoto, VisitRecord
from webapp.services.kept_documents import kept_document

Somebody = Callable[..., Person]
VISIT = [
    {"step": "backfill", "item": "P1", "variables": {"ruling": "grant"}},
    {"step": "accept", "item": "P2", "variables": {"intake_outcome": "accepted"}},
    {"step": "accept", "item": "P3", "variables": {"intake_outcome": "accepted"}},
    {"step": "examine", "item": "P2", "variables": {"visit_needed": True}},
    {"step": "examine", "item": "P3", "variables": {"visit_needed": True}},
]
VISITING = re.compile("^联合核查")
#: The second is what Chromium says where the request went through the service worker.
NO_NETWORK = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")
LEFT = """async () => {
  const names = (await indexedDB.databases()).map((one) => one.name);
  if (!names.includes('one-window-visit')) return 0;
  const database = await new Promise((done) => {
    const asked = indexedDB.open('one-window-visit');
    asked.onsuccess = () => done(asked.result);
  });
  let rows = 0;
  for (const store of database.objectStoreNames) {
    rows += await new Promise((done) => {
      const asked = database.transaction(store).objectStore(store).count();
      asked.onsuccess = () => done(asked.result);
    });
  }
  database.close();
  return rows;
}"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A photo as a phone takes it."""
    image = Image.new("RGB", (1600, 1200), "#dfe7ee")
    pen = ImageDraw.Draw(image)
    for shelf in range(4):
        pen.rectangle((120, 180 + shelf * 230, 1480, 200 + shelf * 230), fill="#7a5c3e")
        for box in range(11):
            left = 140 + box * 120
            pen.rectangle((left, 60 + shelf * 230, left + 84, 180 + shelf * 230), fill=("#3f7fbf", "#c9563c")[box % 2])
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80)
    path = tmp_path / "现场.jpg"
    path.write_bytes(target.getvalue())
    return path


def on_phone(person: Person, address: str) -> Page:
    page = person.page
    person.open(address, VISITING)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    expect(page.locator("[data-site-visit]")).to_have_attribute("data-ready", "")
    return page


@pytest.fixture
def officer(somebody: Somebody) -> Iterator[Somebody]:
    """Somebody whose network may be gone: what a page asks for meanwhile, and does not get, is no fault of it."""
    people: list[Person] = []

    def opened(login: str) -> Person:
        people.append(somebody(login))
        return people[-1]

    yield opened
    for person in people:
        person.faults[:] = [fault for fault in person.faults if not any(one in fault for one in NO_NETWORK)]


def mark(page: Page, number: int, which: str) -> None:
    page.locator(".site-visit fieldset.point").nth(number).get_by_text(which, exact=True).click()


def visit_of(site: Site) -> tuple[int, str, str, str]:
    """A joint visit of two items: case, address, and the logins of two officers."""
    case = site.received("ordinary", ways={})
    site.play(case.id, VISIT)
    with site.app.app_context():
        task = office.open_task(case.id, "visit")
        first = office.member_of(task.groups[0])
        second = office.member_of(task.groups[0], but=[first.user_id])
        return case.id, f"/tasks/{task.id}", first.login, second.login


def test_what_is_done_without_a_network_is_at_the_office_when_it_is_back(
    site: Site, officer: Somebody, shop: Path
) -> None:
    case_id, address, one, two = visit_of(site)
    first, second = officer(one), officer(two)
    page = on_phone(first, address)
    points = page.locator(".site-visit fieldset.point")
    for target in (points.first.locator(".mark").first, points.first.locator(".point-camera")):
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44  # a thumb, in the sun, with a glove

    first.context.set_offline(True)
    state = page.locator("[data-network]")
    expect(state).to_contain_text("没有网络")
    page.get_by_label("拍摄地点").fill("江城市东城区和顺路88号一层")
    points.nth(1).locator("[data-visit-photo]").set_input_files(shop)
    waiting = page.locator("[data-photos-waiting] li")
    expect(waiting).to_have_count(1)
    for number in range(points.count()):
        mark(page, number, "符合")
    mark(page, 5, "不符合")
    points.nth(5).locator("details.remark summary").click()
    points.nth(5).get_by_role("textbox").fill("警示语只有一处")
    page.get_by_label("核查记录", exact=True).fill("到场核查，分区陈列，警示语不全，当场提出。")
    page.locator("input[name='conclusion'][value='minor']").check()
    page.get_by_label("在场人姓名").fill("周国富")
    page.get_by_label("在场人职务").fill("店长")
    signature = page.locator("[data-signature]")
    first.draw_signature(signature)
    expect(state).to_contain_text("1 张照片保存在本机")
    first.picture("site-visit-offline", size=PHONE, at=".site-visit .points")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.get_by_role("button", name="记录核查结果并签字").click()  # nothing goes, nothing is lost
    expect(state).to_contain_text("没有网络")
    with site.app.app_context():
        assert VisitPhoto.query.count() == 0

    first.context.set_offline(False)
    expect(state).to_contain_text("均已保存到办公室")
    expect(waiting).to_have_count(0)
    expect(page.locator("[data-photos-kept] img")).to_have_count(1)
    assert page.evaluate(LEFT) == 0  # what was sent does not stay
    first.look_over()
    page.reload()
    expect(points.nth(5).get_by_role("textbox")).to_have_value("警示语只有一处")
    expect(page.get_by_label("核查记录", exact=True)).to_have_value("到场核查，分区陈列，警示语不全，当场提出。")
    expect(signature.locator("[data-signature-state]")).to_have_text("已签名")
    first.press("记录核查结果并签字")
    first.arrives("待办", look=False)

    other = second.page
    second.open(address, VISITING)
    act = other.locator("#act")
    for words in ("警示语只有一处", "店长", "记录摘要"):
        expect(act).to_contain_text(words)
    expect(act.locator(".photo-list img")).to_have_count(1)
    second.picture("site-visit-record", size=PHONE, at="#act")
    second.press("确认核查记录并签字")
    second.arrives("待办", look=False)
    with site.app.app_context():
        paper = Document.query.filter_by(case_id=case_id, kind="visit-record").one()
        text = str(kept_document(paper.id).zh)
    for words in ("警示语只有一处", "周国富（店长），已阅读并签字", "江城市东城区和顺路88号一层"):
        assert words in text


def test_who_signed_meanwhile_is_told_and_what_was_typed_elsewhere_stays(
    site: Site, officer: Somebody, shop: Path
) -> None:
    _, address, one, two = visit_of(site)
    first, second = officer(one), officer(two)
    page = on_phone(first, address)
    first.context.set_offline(True)
    page.get_by_label("核查记录", exact=True).fill("我这边看到的情况。")
    page.get_by_label("拍摄地点").fill("和顺路88号")
    page.locator("#photo").set_input_files(shop)
    expect(page.locator("[data-network]")).to_contain_text("1 张照片保存在本机")

    there = on_phone(second, address)
    points = there.locator(".site-visit fieldset.point")
    for number in range(points.count()):
        mark(there, number, "符合")
    there.locator("input[name='conclusion'][value='pass']").check()
    there.get_by_label("核查记录", exact=True).fill("符合要求。")
    there.get_by_label("未签字的原因").fill("店长不在，店员拒绝签字。")
    second.press("记录核查结果并签字")
    second.arrives("待办", look=False)

    first.refusals.add(409)
    first.context.set_offline(False)
    expect(page.locator("[data-photos-waiting]")).to_contain_text("已在核查记录上签字")
    expect(page.get_by_label("核查记录", exact=True)).to_have_value("我这边看到的情况。")
    page.reload()
    expect(page.locator("#act")).to_contain_text("符合要求。")
    page.get_by_text("不予签字，退回核查记录").click()
    page.get_by_label("不予签字的理由").fill("漏记了二层库房。")
    first.press("退回核查记录")
    first.arrives(VISITING)
    expect(page.get_by_label("核查记录", exact=True)).to_have_value("我这边看到的情况。")
    expect(page.locator("[data-photos-kept] img")).to_have_count(1)  # what had waited went when it could
    with site.app.app_context():
        assert VisitRecord.query.one().end_reason == "漏记了二层库房。"


def test_signing_out_asks_about_what_was_not_sent_and_leaves_nothing(site: Site, officer: Somebody, shop: Path) -> None:
    _, address, one, _ = visit_of(site)
    first = officer(one)
    page = on_phone(first, address)
    first.context.set_offline(True)
    page.locator("#photo").set_input_files(shop)
    page.get_by_label("核查记录", exact=True).fill("还没有上传。")
    expect(page.locator("[data-network]")).to_contain_text("1 张照片保存在本机")
    expect(page.locator("[data-network]")).to_have_attribute("data-waits", "2")
    page.once("dialog", lambda asked: asked.dismiss())
    page.locator(".topbar-user summary").first.click()
    page.get_by_role("button", name="退出").click()
    assert page.evaluate(LEFT) == 2
    first.context.set_offline(False)
    expect(page.locator("[data-network]")).to_contain_text("原因见照片下方")  # nobody said where it was taken
    page.get_by_label("拍摄地点").fill("和顺路88号")
    page.get_by_label("拍摄地点").blur()
    expect(page.locator("[data-network]")).to_contain_text("均已保存到办公室")
    page.get_by_role("button", name="退出").click()
    first.arrives("工作人员登录", look=False)
    assert page.evaluate(LEFT) == 0
