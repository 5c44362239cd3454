"""Colleagues around one task, each at a screen of their own: asked, signing, told; and the act as it was signed."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.browser.person import Person
from tests.browser.site import Site
from tests.browser.workspace import mark_all
from tests.support import office
from webapp.services import tasks

HOLDER, COLLEAGUE, POLICE, HEAD = "zhaolin", "qianwei", "qinyong", "gaozhiyuan"


def under_examination(site: Site) -> int:
    """The drug licence of an application, held by Zhao Lin; returns the task."""
    with site.app.app_context():
        case = office.received("ordinary", ways={})
        office.act(case.id, "backfill", "P1")
        office.act(case.id, "accept", "P2")
        task = office.open_task(case.id, "examine", "P2")
        tasks.claim(task.id, by=office.person(HOLDER))
        return int(task.id)


def test_colleagues_are_asked_and_sign_what_is_then_carried_out_with_one_click(
    site: Site, somebody: Callable[..., Person]
) -> None:
    task = under_examination(site)
    holder = somebody(HOLDER)
    page = holder.page
    holder.open(f"/tasks/{task}", re.compile("资料审查"))
    page.get_by_text("更多操作").click()
    holder.look_over()
    holder.follow("征求意见")
    holder.arrives(re.compile("征求意见"))
    holder.press("征求意见")  # nothing is filled in
    holder.arrives(re.compile("征求意见"))
    page.get_by_label("征求的问题").fill("该地址是否列入拆迁范围？")
    page.locator("details.fold summary").click()
    page.get_by_label(re.compile("治安审查岗")).check()
    page.get_by_label(re.compile("^等待")).check()
    holder.look_over()
    holder.press("征求意见")
    holder.arrives(re.compile("资料审查"))

    police = somebody(POLICE)
    police.open("/inbox/asked", "请我协办")
    police.page.locator("tbody a").first.click()
    police.arrives(re.compile("征求意见："))
    police.page.get_by_label("意见", exact=True).fill("未列入拆迁范围。")
    police.press("答复意见")
    police.arrives("请我协办", look=False)

    holder.open(f"/tasks/{task}/more/signers", re.compile("会签"))
    page.get_by_label(re.compile("钱伟")).check()
    page.get_by_label(re.compile("办理稿会签")).check()
    holder.press("提请会签")
    holder.arrives(re.compile("资料审查"))
    mark_all(holder)
    page.locator("#act textarea[name=opinion]").fill("材料齐全，符合条件。")
    holder.press("送会签")
    holder.arrives(re.compile("资料审查"))

    signer = somebody(COLLEAGUE)
    signer.open("/inbox/asked", "请我协办")
    signer.page.locator("tbody a").first.click()
    signer.arrives(re.compile("会签："))
    signer.page.get_by_label(re.compile("^同意")).check()
    signer.picture("life-cycle-signing")
    signer.press("签署")
    signer.arrives("请我协办", look=False)

    page.reload()
    holder.look_over()
    page.get_by_text("更多操作").click()
    holder.picture("life-cycle-workspace", at="#signed-title")
    holder.press("按会签稿办理")
    holder.arrives("待办", look=False)
    holder.open(f"/tasks/{task}", re.compile("资料审查"))


def test_a_head_assigns_and_a_copy_is_read_on_the_phone(site: Site, somebody: Callable[..., Person]) -> None:
    task = under_examination(site)
    holder = somebody(HOLDER)
    holder.open(f"/tasks/{task}/more/copy", re.compile("抄送"))
    holder.page.get_by_label(re.compile("吴建华")).check()
    holder.page.get_by_label("说明").fill("该企业同时申请两项，供参考。")
    holder.press("抄送")
    holder.arrives(re.compile("资料审查"), look=False)
    head = somebody(HEAD)
    head.open(f"/tasks/{task}/more/assign", re.compile("分派给岗位人员"))
    head.page.get_by_label("分派给", exact=True).select_option(index=1)
    head.page.get_by_label("理由").fill("赵琳外出培训。")
    head.press("分派")
    head.arrives("待办", look=False)
    reader = somebody("wujianhua")
    reader.open("/inbox/copies", "抄送我的")
    reader.page.locator("tbody a").first.click()
    reader.arrives(re.compile("抄送："))
    other = somebody(COLLEAGUE)
    other.open(f"/tasks/{task}", re.compile("资料审查"))
